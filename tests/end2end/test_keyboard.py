"""The program on a real screen, driven by keys alone: find a tag, trend it, write it, read the log, save, start again
with what was saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.screen import Screen, missing, screen, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing() or "a screen is there"),
]


@pytest.fixture(scope="module")
def display() -> Iterator[Screen]:
    with screen() as made:
        yield made


def saved(directory: Path) -> dict[str, Any] | None:
    """The workspace that Ctrl+S wrote."""
    for path in directory.rglob("*.tagwatch"):
        if "autosave" not in path.name and "recovered" not in path.name:
            return json.loads(path.read_text(encoding="utf-8"))
    return None


@pytest.mark.clause("L3", "L5")
def test_the_main_flows_by_keys_alone(display: Screen, tmp_path: Path) -> None:
    with display.program(tmp_path) as program:
        display.wait_window("Tagwatch")
        until((tmp_path / "instance.lock").exists, "the start")
        # Find a tag and put it into the trend.
        display.keys("ctrl+shift+f")
        display.type("Reactor.SP")
        # Write it; a form is a window of its own.
        display.press_until("Write Reactor.SP", "ctrl+shift+f", "Down", "Return", "F2")
        display.type("77.5")
        display.keys("Return")
        display.keys("Escape")
        display.wait_gone("Write")
        display.wait_window("Tagwatch")
        # Read the log, pause it, follow again.
        display.keys("ctrl+f")
        display.type("write")
        display.keys("Escape", "F6", "F6")
        # The help, and back.
        display.keys("F1")
        display.wait_window("Tagwatch help")
        display.keys("Escape")
        display.wait_gone("Tagwatch help")
        display.wait_window("Tagwatch")
        display.keys("ctrl+s")
        until(lambda: saved(tmp_path), "the workspace's file")
        display.keys("ctrl+q")
        assert program.wait(timeout=15) == 0, program.stdout and program.stdout.read()
    names = [source["name"] for source in saved(tmp_path)["sources"]["sources"]]  # type: ignore[index]
    assert names[:2] == ["Simulated plant", "This computer"]
    # Again: what was saved comes back, and Ctrl+Q ends it.
    with display.program(tmp_path) as program:
        display.wait_window("Tagwatch")
        display.keys("ctrl+q")
        assert program.wait(timeout=15) == 0
