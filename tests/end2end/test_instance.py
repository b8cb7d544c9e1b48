"""Two real programs: the second hands over to the first."""

from __future__ import annotations

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


def listening(directory: Path) -> None:
    end = time.monotonic() + WAIT_S
    while not (directory / "instance.socket").exists():
        assert time.monotonic() < end, "the first window did not come"
        time.sleep(0.05)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = program(tmp_path)
    listening(tmp_path)
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.kill()
    process.communicate()


def workspace(path: Path, name: str) -> Path:
    sources = [Source(name, "sim").state()]
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 1, "sources": {"sources": sources}}))
    return path


def closed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    ended(process, 0)


@pytest.mark.clause("F5")
@pytest.mark.skipif(sys.platform == "win32", reason="the program is asked to end by a signal")
def test_a_second_start_hands_its_workspace_over(first: subprocess.Popen[str], tmp_path: Path) -> None:
    path = workspace(tmp_path / "plant.tagwatch", "Handed over")
    assert "has taken over" in ended(program(tmp_path, "open", str(path)), 0)
    assert "has taken over" in ended(program(tmp_path, "--tags", "Handed over:Tank101.Level"), 0)
    assert first.poll() is None
    closed(first)
    kept = (tmp_path / "window.ini").read_text()
    assert str(path) in kept, "the first window has opened it"
    assert not (tmp_path / "instance.lock").exists()


@pytest.mark.clause("F5")
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.clause("B4")
def test_quit_closes_the_window_in_order(first: subprocess.Popen[str], tmp_path: Path) -> None:
    assert ended(program(tmp_path, "quit"), 0) == ""
    ended(first, 0)
    assert ended(program(tmp_path, "quit"), 0) == ""  # nothing is open: nothing to do


@pytest.mark.clause("B4")
def test_quit_tells_of_a_window_that_stays(first: subprocess.Popen[str], tmp_path: Path) -> None:
    first.send_signal(signal.SIGSTOP)
    assert "still open after 1 seconds" in ended(program(tmp_path, "quit", "--within", "1"), 1)


def test_one_that_hangs_and_one_that_was_killed(first: subprocess.Popen[str], tmp_path: Path) -> None:
    first.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    told = ended(program(tmp_path), 4)
    assert time.monotonic() - began < 30
    assert f"process {first.pid}" in told
    assert "--new-instance" in told
    beside = ended(program(tmp_path, "--new-instance", "--seconds", "1"), 0)
    assert beside == "" or "Traceback" not in beside
    for child in psutil.Process(first.pid).children(recursive=True):
        child.kill()
    first.kill()
    first.wait()
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
