"""Blocking work beside the loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ui.aside import aside


async def test_its_result_and_its_error_come_back() -> None:
    assert await aside(lambda left, right: left + right, 1, 2) == 3

    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await aside(fails)


@pytest.mark.clause("F7")
async def test_work_that_hangs_holds_nobody() -> None:
    gate = threading.Event()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(aside(gate.wait, 30.0), 0.05)
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("aside"))
    gate.set()
