"""Nothing in the window writes but through the one who records it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_COMMANDS = {
    "Write", "Write2", "WriteSecured", "WriteSecured2", "WriteBulk", "Write2Bulk", "WriteSecuredBulk",
    "WriteSecured2Bulk", "write", "write_secured", "write_many",
}  # fmt: skip


def _calls(path: Path) -> set[str]:
    """Names of commands and of calls that write, as ``calls.write`` and ``c.Write`` or imported by name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module in ("app.commands", "app.sessions.calls"):
            found |= {alias.name for alias in node.names} & _COMMANDS
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("c", "calls", "commands")
        ):
            found |= {node.attr} & _COMMANDS
    return found


@pytest.mark.clause("R10", "R11")
def test_the_window_writes_through_the_audited_writer_alone() -> None:
    writing = {
        path.relative_to(ROOT).as_posix(): names for path in (ROOT / "ui").rglob("*.py") if (names := _calls(path))
    }
    assert writing == {}
    sending = {name for name in _COMMANDS if name.startswith("W")}
    assert _calls(ROOT / "app" / "records" / "audited.py") == sending
