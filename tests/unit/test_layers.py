"""Every contract of the layer diagram can fail: a planted import breaks it, and that contract alone names it."""

from __future__ import annotations

import configparser
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

#: contract -> (module that gets the line, the line)
PLANTED = {
    "layers": ("app/wire/framing.py", "import app.sessions.state"),
    "core-without-qt": ("app/sessions/session.py", "import PySide6.QtCore"),
    "backends-in-the-worker": ("app/workers/client.py", "import app.backends.base"),
    "small-worker": ("app/worker/outbox.py", "import numpy"),
    "generated-code-at-the-edge": ("app/sessions/session.py", "from app.pb import worker_pb2"),
    "one-seam-to-the-loop": ("ui/feed.py", "import qasync"),
    "alarms-without-io": ("app/alarms/engine.py", "import time"),
    "views-apart": ("ui/views/items.py", "import ui.views.log"),
}


def contracts() -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return [section.rpartition(":")[2] for section in parser.sections() if ":contract:" in section]


def test_every_contract_has_a_planted_violation() -> None:
    assert sorted(contracts()) == sorted(PLANTED)


def lint(root: pathlib.Path, contract: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()",
         "--config", str(root / ".importlinter"), "--contract", contract, "--no-cache"],
        cwd=root, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip


@pytest.mark.skipif(importlib.util.find_spec("importlinter") is None, reason="import-linter is not installed")
@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_its_contract(contract: str, tmp_path: pathlib.Path) -> None:
    for package in ("app", "ui"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    module, line = PLANTED[contract]
    victim = tmp_path / module
    victim.write_text(victim.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    result = lint(tmp_path, contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout, result.stdout + result.stderr
