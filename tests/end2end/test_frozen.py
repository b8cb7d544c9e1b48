"""The frozen program: it needs no Python, starts its workers by its second executable, and closes with 0.

``FROZEN_FOLDER`` names a folder that is frozen already; else it is frozen here, which takes a minute or two.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer import freeze
from tests.helpers import opcua_server
from tests.helpers.opcua_server import ServerProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

END = ".exe" if sys.platform == "win32" else ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("FROZEN_FOLDER")
    return Path(given) if given else freeze.freeze(tmp_path_factory.mktemp("frozen"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with opcua_server.running(tmp_path_factory.mktemp("server")) as running:
        yield running


def run(folder: Path, settings: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Without this environment's Python on the path: the folder must do alone.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment |= {"TAGWATCH_CONFIG_DIR": str(settings), "QT_QPA_PLATFORM": "offscreen", "PATH": os.defpath}
    return subprocess.run(
        [str(folder / f"tagwatch{END}"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=settings,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.clause("B1")
def test_the_window_opens_and_closes_with_0(folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    ended = run(folder, tmp_path, "--seconds", "6", "--screenshot", str(picture))
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert picture.stat().st_size > 20_000  # not an empty window


@pytest.mark.clause("B1")
@pytest.mark.parametrize(("source", "tag"), [("sim", "Reactor.PV"), ("host", "CPU.Total")])
def test_workers_are_started_by_the_second_executable(folder: Path, tmp_path: Path, source: str, tag: str) -> None:
    ended = run(folder, tmp_path, "watch", source, tag, "--count", "2", "--json")
    assert ended.returncode == 0, ended.stderr
    assert [json.loads(line)["tag"] for line in ended.stdout.splitlines()] == [tag, tag]


@pytest.mark.clause("B1")
def test_it_connects_to_a_server(folder: Path, tmp_path: Path, server: ServerProcess) -> None:
    ended = run(
        folder,
        tmp_path,
        "watch",
        server.endpoint,
        "ns=2;s=Level",
        "--count",
        "1",
        "--option",
        f"certificate_dir={tmp_path / 'certificates'}",
    )
    assert ended.returncode == 0, ended.stderr
    assert "good (192)" in ended.stdout


@pytest.mark.clause("B1")
def test_a_missing_worker_is_told(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken, symlinks=True)
    (broken / f"tagwatch-worker{END}").unlink()
    ended = run(broken, tmp_path, "watch", "sim", "Reactor.PV", "--count", "1")
    assert ended.returncode == 3
    assert f"tagwatch-worker{END} is missing beside tagwatch{END}: install again" in ended.stderr


@pytest.mark.clause("B2")
def test_licences_and_a_list_of_what_is_inside_come_with_it(folder: Path) -> None:
    listed = json.loads((folder / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert listed["bomFormat"] == "CycloneDX"
    names = {component["name"] for component in listed["components"]}
    assert {"pyside6-essentials", "grpcio", "asyncua", "numpy"} <= names
    licensed = {place.name.rpartition("-")[0].lower().replace("_", "-") for place in (folder / "licenses").iterdir()}
    assert {"pyside6-essentials", "grpcio", "asyncua", "numpy"} <= licensed
    assert (folder / "licenses" / "Python" / "LICENSE.txt").is_file()
    assert "MIT" in (folder / "LICENSE.txt").read_text(encoding="utf-8")


@pytest.mark.clause("B2")
@pytest.mark.parametrize("unused", ["Qt6Qml", "Qt6Quick", "Qt6Pdf", "pytest", "pyarrow"])
def test_what_is_not_needed_is_left_out(folder: Path, unused: str) -> None:
    assert not [path for path in folder.rglob(f"*{unused}*") if "licenses" not in path.parts]
