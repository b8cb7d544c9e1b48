"""A display that is named but not there is told before Qt ends the process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.screen import missing, screen
from ui import display

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="displays of Linux")
#: No display has so high a number.
DEAD = ":64999"


def surroundings(tmp_path: Path, **environment: str) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if name not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")}
    return {**kept, "TAGWATCH_CONFIG_DIR": str(tmp_path), **environment}


def run(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui", "--seconds", "1", *arguments],
        cwd=ROOT, env=surroundings(tmp_path, **environment),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.clause("N4")
def test_a_dead_display_is_told_and_values_come_in_the_terminal(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ui", "--seconds", "60"], cwd=ROOT, env=surroundings(tmp_path, DISPLAY=DEAD),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert any("Tank101.Level" in line for line in process.stdout)
        process.terminate()
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert f"the display {DEAD} (DISPLAY) cannot be reached" in told
    assert "qt" not in told.lower()
    again = run(tmp_path, DISPLAY=DEAD)
    assert again.returncode == 0, "nothing is left that looks like a window"


@pytest.mark.clause("N4")
def test_what_only_a_window_shows_ends_with_a_code_of_its_own(tmp_path: Path) -> None:
    done = run(tmp_path, "--tags", "Simulated plant:Tank101.Level", DISPLAY=DEAD)
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr
    assert "tagwatch watch SOURCE TAG" in done.stderr


@pytest.mark.clause("N4")
def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "ANSWER_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the connection, and that is all
        port = silent.getsockname()[1]
        assert "does not answer within 0.3 s" in display.problem({"DISPLAY": f"127.0.0.1:{port - 6000}"})


@pytest.mark.clause("N4")
@pytest.mark.skipif(bool(missing()), reason=missing() or "there is one")
def test_a_display_that_answers_is_none(tmp_path: Path) -> None:
    with screen() as there:
        name = there.environment["DISPLAY"]
        assert display.problem({"DISPLAY": name}) == ""
        assert display.problem({"DISPLAY": name, "WAYLAND_DISPLAY": "gone", "XDG_RUNTIME_DIR": str(tmp_path)}) == ""
        assert "WAYLAND_DISPLAY" in display.problem({
            "DISPLAY": name, "WAYLAND_DISPLAY": "gone", "XDG_RUNTIME_DIR": str(tmp_path), "QT_QPA_PLATFORM": "wayland"
        })  # fmt: skip


@pytest.mark.clause("N4")
def test_a_wayland_display_is_its_socket(tmp_path: Path) -> None:
    assert "XDG_RUNTIME_DIR is not set" in display.problem({"WAYLAND_DISPLAY": "wayland-0"})
    there = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert "No such file" in display.problem(there)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        assert display.problem(there) == ""


@pytest.mark.clause("N4")
def test_what_needs_no_display_is_left_to_qt() -> None:
    assert display.problem({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert display.problem({"QT_QPA_PLATFORM": "xcb;offscreen", "DISPLAY": DEAD}) == ""
    assert display.problem({}) == "no display is there for the window"
