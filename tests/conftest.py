"""What holds for every test: nothing is left running, and async tests of the engine run on both loops."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from app import tasks


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
