"""Without a window a clock that is off is told as well."""

from __future__ import annotations

import asyncio
import io
from functools import partial

import pytest

from app import watch as watching
from app.config import Settings
from app.runtime import Runtime
from app.values import NS_PER_S
from app.watch import ExitCode, Output, Watched, WatchRequest
from tests.helpers.batches import batch
from tests.helpers.engine import until
from tests.helpers.worker import SteeredLauncher


@pytest.mark.clause("Z3")
@pytest.mark.parametrize(("backend", "told"), [("sim", True), ("replay", False)])
async def test_a_clock_that_is_off_is_told_beside_the_values(
    monkeypatch: pytest.MonkeyPatch, backend: str, told: bool
) -> None:
    launcher = SteeredLauncher()
    monkeypatch.setattr(watching, "Runtime", partial(Runtime, launcher=launcher))
    values, notes = io.StringIO(), io.StringIO()
    stop = asyncio.Event()
    request = WatchRequest((Watched(backend, ("Tank.Level",)),))
    running = asyncio.create_task(watching.watch(request, Settings(), stop, Output(values, notes)))
    await until(lambda: launcher.clients and len(launcher.clients[0].commands) >= 2, "the subscription")
    for number in range(40):
        made = batch(1 + number, 1)
        made.worker_times[0] = 10**18 + number * NS_PER_S  # type: ignore[index]
        made.source_times[0] = made.worker_times[0] - 3600 * NS_PER_S  # type: ignore[index]
        launcher.clients[0].send(made)
    await until(lambda: values.getvalue().count("\n") == 40, "the values")
    words = "the source's clock is 1 h behind: its times are shown as they are"
    assert (f"tagwatch: {backend}: {words}\n" in notes.getvalue()) is told
    assert notes.getvalue().count("clock") == told
    stop.set()
    assert await running == ExitCode.STOPPED
