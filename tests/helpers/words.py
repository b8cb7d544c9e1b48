"""``just words``: collects what the window says into resources/words/tagwatch_*.ts, and makes the .qm files of them.

New words come in untranslated: translate them with Qt Linguist or by hand, and run it again. What is not said goes.
They stand in the order of the alphabet, so that two who add some do not meet in one place.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "words"
#: Our name for Qt's mark of a text that is translated where it is shown.
_NOOP = ("-tr-function-alias", "QT_TR_NOOP+=noop")


def _tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; it comes with PySide6: uv sync")
    return found


def collect(into: Path) -> None:
    """Bring a .ts file up to date with the sources; of English it holds what has a plural alone."""
    alone = ["-pluralonly"] if into.stem.endswith("_en") else []
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "ui").rglob("*.py"))
    subprocess.run(
        [_tool("pyside6-lupdate"), "-no-obsolete", "-locations", "none", *_NOOP, *alone, *sources, "-ts", str(into)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    _tidy(into)


def messages(ts: Path) -> list[ET.Element]:
    return ET.parse(ts).getroot().findall("./context/message")


def _tidy(ts: Path) -> None:
    """In order, and without our comments for programmers, which are taken for ones for translators."""
    root = ET.parse(ts).getroot()
    for context in root.findall("context"):
        entries = context.findall("message")
        for entry in entries:
            context.remove(entry)
            for comment in entry.findall("extracomment"):
                entry.remove(comment)
        context.extend(sorted(entries, key=_order))
    ET.indent(root, "    ")
    text = ET.tostring(root, encoding="unicode")
    ts.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8")


def _order(message: ET.Element) -> tuple[str, str]:
    source = message.findtext("source") or ""
    return source.casefold(), source


def release(ts: Path, qm: Path) -> None:
    subprocess.run([_tool("pyside6-lrelease"), str(ts), "-qm", str(qm)], check=True, capture_output=True)


def main() -> int:
    for ts in sorted(FOLDER.glob("*.ts")):
        collect(ts)
        release(ts, ts.with_suffix(".qm"))
        sys.stdout.write(f"{ts.name}: {ts.read_text(encoding='utf-8').count('unfinished')} to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
