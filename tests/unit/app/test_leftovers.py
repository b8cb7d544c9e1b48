"""Workers of a gateway that is gone: found by their records, and nobody else is touched."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.workers import leftovers as module
from app.workers.leftovers import Leftovers
from tests.helpers.launching import ended

KILLED = 15 if sys.platform == "win32" else -9

pytestmark = pytest.mark.clause("S11.5")


@pytest.fixture
def found(tmp_path: Path) -> Leftovers:
    return Leftovers(tmp_path / "workers")


@pytest.fixture
def orphan() -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like one of our workers."""
    yield from process("app.worker.main")


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    yield from process("something.else")


def process(name: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()", name]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as started:
        yield started
        started.kill()


def record(found: Leftovers, pid: int, address: str = "nowhere", **changes: Any) -> Path:
    """As a gateway that is gone would have left it."""
    path = found.record(pid, address)
    assert path is not None
    content = json.loads(path.read_text(encoding="utf-8"))
    gone = {"parent_started": "another start"}
    path.write_text(json.dumps(content | gone | changes), encoding="utf-8")
    return path


def test_a_worker_whose_gateway_is_gone_is_killed(found: Leftovers, orphan: subprocess.Popen[bytes]) -> None:
    path = record(found, orphan.pid)
    assert found.end() == 1
    assert orphan.wait(5) == KILLED
    assert not path.exists()
    assert found.end() == 0


def test_a_worker_whose_gateway_lives_is_left_alone(found: Leftovers, orphan: subprocess.Popen[bytes]) -> None:
    path = found.record(orphan.pid, "nowhere")
    assert found.end() == 0
    assert orphan.poll() is None
    assert path is not None
    assert path.exists()


def test_a_process_of_another_start_with_that_number_is_left_alone(
    found: Leftovers, orphan: subprocess.Popen[bytes]
) -> None:
    path = record(found, orphan.pid, started="another start")
    assert found.end() == 0
    assert orphan.poll() is None
    assert not path.exists()


def test_a_process_that_is_no_worker_is_left_alone(found: Leftovers, stranger: subprocess.Popen[bytes]) -> None:
    path = record(found, stranger.pid)
    assert found.end() == 0
    assert stranger.poll() is None
    assert not path.exists()


def test_a_worker_that_has_ended_leaves_its_record_only(found: Leftovers, orphan: subprocess.Popen[bytes]) -> None:
    path = record(found, orphan.pid)
    orphan.kill()
    orphan.wait()
    assert found.end() == 0
    assert not path.exists()


def test_what_the_worker_started_goes_with_it(found: Leftovers) -> None:
    child = "import time; time.sleep(600)"
    code = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-S', '-c', {child!r}]);"
        "print(child.pid, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-S", "-c", code, "app.worker.main"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as orphan:
        assert orphan.stdout is not None
        grandchild = psutil.Process(int(orphan.stdout.readline()))
        record(found, orphan.pid)
        assert found.end() == 1
        assert ended(grandchild)


@pytest.mark.clause("S10.4")
@pytest.mark.skipif(sys.platform == "win32", reason="a socket's file")
def test_the_socket_of_a_worker_goes_with_it_and_other_files_stay(
    found: Leftovers, orphan: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    document = tmp_path / "document"
    document.touch()
    record(found, orphan.pid, str(document))
    found.end()
    assert document.exists()

    with tempfile.TemporaryDirectory() as short:
        path = Path(short) / "pipe"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
        record(found, os.getpid(), str(path))
        assert found.end() == 0
        assert not path.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"parent": "x", "parent_started": 1}', "\0"])
def test_a_record_that_is_none_is_removed(found: Leftovers, tmp_path: Path, content: str) -> None:
    (tmp_path / "workers").mkdir()
    path = tmp_path / "workers" / "1.json"
    path.write_text(content, encoding="utf-8")
    assert found.end() == 0
    assert not path.exists()


def test_no_records_no_leftovers(found: Leftovers) -> None:
    assert found.end() == 0


def test_a_record_is_forgotten(found: Leftovers) -> None:
    path = found.record(os.getpid(), "nowhere")
    assert path is not None
    found.forget(path)
    found.forget(path)
    found.forget(None)
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes of Unix")
def test_records_are_private(found: Leftovers, tmp_path: Path) -> None:
    found.record(os.getpid(), "nowhere")
    assert (tmp_path / "workers").stat().st_mode & 0o777 == 0o700


def test_where_records_cannot_be_written_workers_run_without(tmp_path: Path) -> None:
    (tmp_path / "workers").touch()  # a file in the way
    assert Leftovers(tmp_path / "workers").record(os.getpid(), "nowhere") is None
    assert Leftovers(tmp_path / "other").record(2**22 + 1, "nowhere") is None  # ended already


@pytest.mark.skipif(sys.platform != "linux", reason="the start in ticks since boot")
def test_the_start_of_a_process_does_not_move_with_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    before = module._started(os.getpid())
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: 0.0)
    assert module._started(os.getpid()) == before


def test_there_is_a_place_for_records() -> None:
    assert module.default_directory().is_absolute()
