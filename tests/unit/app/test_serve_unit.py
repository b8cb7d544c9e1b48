"""The unit for systemd, as systemd itself reads it."""

from __future__ import annotations

import argparse
import configparser
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from app.config import Settings
from app.serve import command

UNIT = Path(__file__).resolve().parents[3] / "installer" / "tagwatch.service"
pytestmark = pytest.mark.clause("X9")


def started() -> list[str]:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT.read_text(encoding="utf-8"))
    return shlex.split(unit["Service"]["ExecStart"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8").replace(started()[0], sys.executable)
    here = tmp_path / UNIT.name
    here.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)], capture_output=True, text=True, check=False, timeout=60
    )
    about_it = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, about_it) == (0, [])


def test_what_it_starts_is_there() -> None:
    program, verb, *arguments = started()
    assert (Path(program).name, verb) == ("tagwatch", "serve")
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    parser.parse_args([verb, *arguments])
    named = set(re.findall(r"\b(api_\w+) =", UNIT.read_text(encoding="utf-8")))
    assert named
    assert named <= {entry.name for entry in fields(Settings)}
