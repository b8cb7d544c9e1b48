"""What holds for every test: nothing is left running, and async tests of the engine run on both loops."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping

import hypothesis
import psutil
import pytest

from app import tasks

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says how busy the machine is, and nothing about the code.
hypothesis.settings.register_profile("tagwatch", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tagwatch")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # never that of whoever runs the tests

#: Modules whose async tests run on plain asyncio and on the window's loop: the engine knows neither.
_BOTH_LOOPS = (
    "test_client",
    "test_distributor",
    "test_launcher",
    "test_manager",
    "test_mirror",
    "test_session",
    "test_session_races",
)

#: Modules beside those of the window whose tests have a window.
_WINDOWS = ("test_window", "test_remote_window", "test_remote_replay", "test_bulk", "test_replay_window", "test_past")


def _qt_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication

    from ui.loop import FastQEventLoop

    qt = QApplication.instance() or QApplication([])
    assert isinstance(qt, QApplication)
    qt.setQuitOnLastWindowClosed(False)  # or a test's dialog would end the loop
    return FastQEventLoop(qt)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    name = item.path.stem
    if item.path.parent.name == "ui" or name in _WINDOWS:
        return {"qt": _qt_loop}
    if name in _BOTH_LOOPS:
        return {"asyncio": asyncio.new_event_loop, "qt": _qt_loop}
    return {"asyncio": asyncio.new_event_loop}


def _children() -> set[int]:
    # Zombies too: a child that nobody waited for is a leak as well.
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test that leaves a child process or a task of ours behind."""
    before = _children()
    yield
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    gone, left = psutil.wait_procs(left, timeout=2) if left else ([], [])
    del gone
    names = [f"{child.pid} {' '.join(child.cmdline()[:6])}" for child in left if child.is_running()]
    for child in left:
        child.kill()
    assert not names, f"child processes left behind: {names}"
    assert not tasks.running(), f"tasks left behind: {tasks.running()}"
