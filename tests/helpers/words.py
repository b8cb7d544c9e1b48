"""``just words``: collects what the window says into resources/words/tagwatch_*.ts, and makes the .qm files of them.

New words come in untranslated: translate them with Qt Linguist or by hand, and run it again. What is not said goes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "words"


def _tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; it comes with PySide6: uv sync")
    return found


def collect(into: Path) -> None:
    """Bring a .ts file up to date with the sources."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "ui").rglob("*.py"))
    subprocess.run(
        [_tool("pyside6-lupdate"), "-no-obsolete", "-locations", "none", *sources, "-ts", str(into)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )


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
