"""Freezing: what is asked of the 32-bit Python that makes the worker for MXAccess. What comes out is tried by
end2end/test_frozen.py and end2end/test_mxaccess.py."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.errors import GatewayError
from app.workers import worker32
from installer import freeze


@pytest.mark.clause("M14")
def test_a_python_that_cannot_make_the_worker_is_refused_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(freeze.PYTHON32, str(tmp_path / "python.exe"))
    with pytest.raises(ValueError, match=r"WORKER32_PYTHON names .*python.exe, which does not run"):
        freeze.freeze(tmp_path / "build")
    monkeypatch.setenv(freeze.PYTHON32, sys.executable)
    with pytest.raises(ValueError, match=r"bit: a 32-bit Python for Windows is needed"):
        freeze.freeze(tmp_path / "build")
    assert not (tmp_path / "build").exists()


@pytest.mark.clause("M14")
def test_what_the_32_bit_python_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, "win32 32\ncomtypes\ntzdata\n", "")

    monkeypatch.setattr(freeze.subprocess, "run", answered)
    with pytest.raises(ValueError, match="lacks comtypes, tzdata: -m pip install them there"):
        freeze.look_at("python.exe")


@pytest.mark.clause("M14")
@pytest.mark.parametrize(("lacks", "galaxy"), [("", True), ("python-tds\n", False)])
def test_python_tds_is_frozen_in_where_it_is_there(monkeypatch: pytest.MonkeyPatch, lacks: str, galaxy: bool) -> None:
    def answered(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, f"win32 32\n{lacks}", "")

    monkeypatch.setattr(freeze.subprocess, "run", answered)
    assert freeze.look_at("python.exe") is galaxy


@pytest.mark.clause("M14", "B2")
def test_what_is_frozen_in_has_its_licence_here_and_stands_in_the_sbom(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    freeze.licences(tmp_path / "licenses", [freeze.OPTIONAL32])
    (folder,) = (tmp_path / "licenses").glob("python-tds-*")
    assert "MIT" in (folder / "DECLARED.txt").read_text(encoding="utf-8")
    assert (folder / "LICENSE.txt").is_file()
    if shutil.which("uv"):
        freeze.sbom(tmp_path / "sbom.json", [freeze.OPTIONAL32])
        listed = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
        names = [one["name"] for one in listed["components"]]
        assert {"python-tds", "numpy", "protobuf"} <= set(names)
        assert len(names) == len(set(names)), "a version for another Python is listed as well"
        assert ("pywin32" in names) == (sys.platform == "win32")
        refs = {one["bom-ref"] for one in listed["components"]}
        assert all(set(one["dependsOn"]) <= refs for one in listed["dependencies"])
    monkeypatch.setenv(freeze.PYTHON32, "python.exe")
    monkeypatch.setattr(freeze, "look_at", lambda python: True)
    monkeypatch.setattr(freeze, "installed", lambda name: False)
    with pytest.raises(ValueError, match="has python-tds, and its licence is told from here: uv sync --extra galaxy"):
        freeze.freeze(tmp_path / "build")


@pytest.mark.clause("M14")
def test_the_worker_and_its_libraries_are_put_beside_the_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def built(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert (command[0], command[-1]) == ("python.exe", "installer/worker32.spec")
        place = Path(command[command.index("--distpath") + 1]) / "tagwatch-worker32"
        (place / "worker32").mkdir(parents=True)
        (place / "tagwatch-worker32.exe").write_bytes(b"MZ")
        (place / "worker32" / "base_library.zip").write_bytes(b"PK")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(freeze.subprocess, "run", built)
    folder = tmp_path / "dist" / "tagwatch"
    (folder / "_internal").mkdir(parents=True)
    freeze.add_worker32("python.exe", tmp_path, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["_internal", "tagwatch-worker32.exe", "worker32"]
    assert (folder / "worker32" / "base_library.zip").is_file()


@pytest.mark.clause("M14")
def test_a_frozen_program_starts_the_worker_beside_it_and_says_where_it_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "tagwatchw.exe"))
    with pytest.raises(GatewayError, match=r"tagwatch-worker32.exe is missing beside tagwatchw.exe: this installation"):
        worker32.worker32_command()
    (tmp_path / "tagwatch-worker32.exe").touch()
    assert worker32.worker32_command() == [str(tmp_path / "tagwatch-worker32.exe")]
