"""The composition root: what it starts, measures and stops, in which order."""

from __future__ import annotations

import asyncio

import pytest

from app import tasks
from app.config import Settings
from app.metrics import Metrics
from app.runtime import LoopLag, Runtime
from app.sessions.manager import OpenRequest
from app.sessions.state import SessionState
from app.workers.launcher import ProcessLauncher
from tests.helpers.clock import ManualClock, settle
from tests.helpers.engine import Recorder
from tests.helpers.worker import SteeredLauncher


class House:
    def __init__(self, **settings: object) -> None:
        self.clock, self.launcher, self.recorder = ManualClock(), SteeredLauncher(), Recorder()
        self.runtime = Runtime(
            Settings(**settings),  # type: ignore[arg-type]
            broadcaster=self.recorder,
            clock=self.clock,
            launcher=self.launcher,
        )


@pytest.mark.clause("S12.1", "S10.4")
async def test_it_starts_serves_and_leaves_nothing() -> None:
    house = House()
    async with house.runtime as runtime:
        assert tasks.running() == ["probe loop lag", "sweep sessions"]
        session = await runtime.manager.open(OpenRequest("sim"))
        assert session.state is SessionState.READY
        house.launcher.client.emit(2)
        await settle()
        assert len(house.recorder.events()) == 2
    assert session.state is SessionState.CLOSED
    assert tasks.running() == []
    assert house.clock.timers == 0
    await house.runtime.stop()


@pytest.mark.clause("S6.3")
async def test_the_sweep_comes_every_so_often() -> None:
    house = House(sweep_s=30.0, lease_s=10.0, detach_grace_s=0.0)
    async with house.runtime as runtime:
        session = await runtime.manager.open(OpenRequest("sim"))
        session._timer.cancel()  # type: ignore[union-attr] - as if a suspended machine had missed it
        await house.clock.advance(29)
        assert session.state is SessionState.READY
        await house.clock.advance(2)
        assert session.state is SessionState.CLOSED
        assert house.runtime.metrics.value("tagwatch_sessions_closed_total", {"reason": "lease-expired"}) == 1


@pytest.mark.clause("S12.1")
async def test_it_stops_within_its_budget() -> None:
    house = House()
    await house.runtime.start()
    await house.runtime.manager.open(OpenRequest("sim"))
    house.launcher.client.shutdown_gate.close()
    stopping = asyncio.ensure_future(house.runtime.stop(2.0))
    await house.clock.advance(1.9)
    assert not stopping.done()
    await house.clock.advance(0.2)
    await stopping
    assert "kill" in house.launcher.client.calls
    assert tasks.running() == []


@pytest.mark.clause("S14", "S13")
async def test_statistics_gather_everything() -> None:
    house = House(sessions=7)
    async with house.runtime as runtime:
        await runtime.manager.open(OpenRequest("sim"))
        figures = runtime.statistics()
    assert figures.manager.limit == 7
    assert len(figures.manager.sessions) == 1
    assert figures.metrics["tagwatch_sessions_open{state=Ready}"] == 1
    assert {entry.name: entry.value for entry in figures.settings}["sessions"] == "7"
    assert "probe loop lag" in figures.tasks
    assert figures.worst_lag_s == 0.0


@pytest.mark.clause("S11.5")
async def test_leftovers_are_ended_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, done = ManualClock(), list[str]()
    launcher = ProcessLauncher(Settings(), clock, Metrics())

    async def end() -> int:
        done.append("ended with: " + ", ".join(tasks.running()))
        return 2

    monkeypatch.setattr(launcher, "end_leftovers", end)
    monkeypatch.setattr(launcher, "close", lambda: done.append("closed"))
    async with Runtime(Settings(), clock=clock, launcher=launcher):
        assert done == ["ended with: "]
        assert "2 workers of an earlier gateway" in caplog.text
    assert done[-1] == "closed"


@pytest.mark.clause("S14")
async def test_the_longest_lag_of_the_last_minute() -> None:
    clock, metrics = ManualClock(), Metrics()
    lag = LoopLag(clock, metrics)
    probe = tasks.spawn(lag.run(), name="probe")
    await clock.advance(1.05)
    assert lag.worst_s() == pytest.approx(0.0, abs=0.001)
    clock.stall(0.35)  # a callback holds the loop: the probe's timer, due within 0.1 s, is late
    await clock.advance(0)
    assert lag.worst_s() == pytest.approx(0.3, abs=0.001)
    clock.stall(0.2)
    await clock.advance(0)
    assert lag.worst_s() == pytest.approx(0.3, abs=0.001), "the longest, not the last"
    await clock.advance(59)
    assert lag.worst_s() == pytest.approx(0.3, abs=0.001)
    await clock.advance(0.9)
    assert lag.worst_s() == pytest.approx(0.1, abs=0.001), "the longest has left the minute"
    await clock.advance(61)
    assert lag.worst_s() == pytest.approx(0.0, abs=0.001)
    assert metrics.value("tagwatch_loop_lag_seconds_count") > 600
    assert len(lag._worst) <= 602
    await tasks.join(probe)
