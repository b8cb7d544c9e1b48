"""``just bench [NAME…] [--write]``: run benchmarks, each against its bare limit in the same run.

``--write`` puts the tables into docs/performance.md between its marks.
"""

from __future__ import annotations

import argparse
import importlib
import pathlib
import re
import sys

from bench import report

NAMES = (
    "pipeline",
    "fanout",
    "roundtrip",
    "scale",
    "start",
    "watch",
    "soak",
    "log",
    "close",
    "trend",
    "find",
    "grpc_api",
    "record",
    "history",
)
PAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="which; all without one")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    arguments = parser.parse_args()
    held = True
    for name in arguments.names or NAMES:
        figures: list[report.Figure] = importlib.import_module(f"bench.{name}").run()
        text = report.table(name, figures)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        held = held and all(figure.held is not False for figure in figures)
        if arguments.write:
            write(name, f"{text}\n`uv run just bench {name}` on {report.machine()}.\n")
    return 0 if held else 1


def write(name: str, text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"{PAGE.name} has no place for {name}: add <!-- {name} --> and <!-- /{name} -->")
    PAGE.write_text(pattern.sub(lambda found: found[1] + text + found[2], page), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
