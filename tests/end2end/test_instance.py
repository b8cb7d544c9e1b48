"""Two real programs: the second hands over to the first."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ui.instance import server_name
from ui.sources import Source

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 60.0


def program(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TAGWATCH_CONFIG_DIR": str(directory), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(
        [sys.executable, "-m", "ui", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def ended(process: subprocess.Popen[str], code: int) -> str:
    _, told = process.communicate(timeout=WAIT_S)
    assert process.returncode == code, told
    assert "Traceback" not in told
    return told


def listens(directory: Path) -> bool:
    name = server_name(directory)
    if sys.platform != "win32":
        return Path(name).exists()
    with contextlib.suppress(OSError), Path(rf"\\.\pipe\{name}").open("r+b", buffering=0):
        return True
    return False


def running(directory: Path) -> psutil.Process:
    """The first window itself: below a virtual environment of Windows, what was started only stands before it."""
    return psutil.Process(int((directory / "instance.lock").read_text().split()[0]))


def listening(directory: Path) -> None:
    end = time.monotonic() + WAIT_S
    while not listens(directory):
        assert time.monotonic() < end, "the first window did not come"
        time.sleep(0.05)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = program(tmp_path)
    try:
        listening(tmp_path)
        yield process
    finally:
        killed(process)
        process.communicate()


def killed(process: subprocess.Popen[str]) -> None:
    """With all that it started, also where it is halted."""
    if process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        process.kill()
    process.wait()


def workspace(path: Path, name: str) -> Path:
    sources = [Source(name, "sim").state()]
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 1, "sources": {"sources": sources}}))
    return path


def closed(process: subprocess.Popen[str], directory: Path) -> None:
    if sys.platform == "win32":  # which has no signal that asks
        ended(program(directory, "quit"), 0)
    else:
        process.send_signal(signal.SIGTERM)
    ended(process, 0)


@pytest.mark.clause("F5")
def test_a_second_start_hands_its_workspace_over(first: subprocess.Popen[str], tmp_path: Path) -> None:
    path = workspace(tmp_path / "plant.tagwatch", "Handed over")
    assert "has taken over" in ended(program(tmp_path, "open", str(path)), 0)
    assert "has taken over" in ended(program(tmp_path, "--tags", "Handed over:Tank101.Level"), 0)
    assert first.poll() is None
    closed(first, tmp_path)
    kept = (tmp_path / "window.ini").read_text(encoding="utf-8").replace("\\\\", "\\")  # the file doubles them
    assert str(path) in kept or path.as_posix() in kept, "the first window has opened it"
    assert not (tmp_path / "instance.lock").exists()


@pytest.mark.clause("F5")
@pytest.mark.clause("B4")
def test_quit_closes_the_window_in_order(first: subprocess.Popen[str], tmp_path: Path) -> None:
    assert ended(program(tmp_path, "quit"), 0) == ""
    ended(first, 0)
    assert ended(program(tmp_path, "quit"), 0) == ""  # nothing is open: nothing to do


@pytest.mark.clause("B4")
def test_quit_tells_of_a_window_that_stays(first: subprocess.Popen[str], tmp_path: Path) -> None:
    running(tmp_path).suspend()
    assert "still open after 1 seconds" in ended(program(tmp_path, "quit", "--within", "1"), 1)


def test_one_that_hangs_and_one_that_was_killed(first: subprocess.Popen[str], tmp_path: Path) -> None:
    running(tmp_path).suspend()
    began = time.monotonic()
    told = ended(program(tmp_path), 4)
    assert time.monotonic() - began < 30
    assert f"process {running(tmp_path).pid}" in told
    assert "--new-instance" in told
    beside = ended(program(tmp_path, "--new-instance", "--seconds", "1"), 0)
    assert beside == "" or "Traceback" not in beside
    killed(first)
    ended(program(tmp_path, "--seconds", "1"), 0)


@pytest.mark.clause("F2", "F5")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["open"], "needs the name"),
        (["open", "nowhere.tagwatch"], "is not there"),
        (["nowhere.tagwatch"], "is not there"),
        (["--safe-mode", "--tags", "a:b"], "opens nothing"),
    ],
)
def test_bad_arguments_are_named(tmp_path: Path, arguments: list[str], words: str) -> None:
    assert words in ended(program(tmp_path, *arguments), 2)


@pytest.mark.clause("F2")
def test_safe_mode_starts_and_ends(tmp_path: Path) -> None:
    (tmp_path / "autosave.tagwatch").write_text("{ half")
    (tmp_path / "window.ini").write_text("[General]\nworkspace=/nowhere/broken.tagwatch\n")
    ended(program(tmp_path, "--safe-mode", "--seconds", "1"), 0)
    ended(program(tmp_path, "--seconds", "1"), 0)
