"""When a worker counts as silent."""

from __future__ import annotations

import pytest

from app.workers.watchdog import Watchdog
from tests.helpers.clock import ManualClock


class Watched:
    def __init__(self, heartbeat_s: float = 5.0, grace_s: float = 15.0) -> None:
        self.clock = ManualClock()
        self.beats: list[float] = []
        self.condemned: list[tuple[float, float]] = []
        self.busy = False
        self.dog = Watchdog(
            self.clock,
            heartbeat_s,
            grace_s,
            beat=lambda: self.beats.append(self.clock.monotonic() - 1000),
            busy=lambda: self.busy,
            silent=lambda silent_s, allowed_s: self.condemned.append((silent_s, allowed_s)),
        )
        self.dog.start()


@pytest.mark.clause("S11.5")
async def test_it_beats_at_its_interval_until_it_is_stopped() -> None:
    watched = Watched()
    await watched.clock.advance(12)
    assert watched.beats == [5, 10]
    watched.dog.stop()
    watched.dog.stop()
    await watched.clock.advance(100)
    assert watched.beats == [5, 10]
    assert watched.clock.timers == 0


@pytest.mark.clause("S11.5")
async def test_silence_is_condemned_beyond_the_grace_and_not_at_it() -> None:
    watched = Watched()
    await watched.clock.advance(15)
    assert watched.condemned == []
    await watched.clock.advance(5)
    assert watched.condemned == [(20, 15)]


@pytest.mark.clause("S11.5")
async def test_being_busy_stretches_the_grace_only_for_as_long_as_it_lasts() -> None:
    watched = Watched()
    watched.busy = True
    await watched.clock.advance(60)
    assert watched.condemned == []
    watched.busy = False
    await watched.clock.advance(5)
    assert watched.condemned == [(65, 15)]


@pytest.mark.clause("S11.5")
@pytest.mark.parametrize(("heartbeat_s", "grace_s"), [(5, 15), (5, 6), (0.1, 10), (1, 1.5)])
async def test_no_stall_of_this_side_condemns_a_worker_that_is_heard_right_after(
    heartbeat_s: float, grace_s: float
) -> None:
    # At any phase between the worker's last sign and our next look; the look may come before the unread sign.
    for phase in range(10):
        for stall_s in (grace_s * 0.9, grace_s, grace_s * 1.1, grace_s * 2, grace_s * 100):
            watched = Watched(heartbeat_s, grace_s)
            await watched.clock.advance(heartbeat_s * 0.9)
            watched.dog.heard()
            await watched.clock.advance(heartbeat_s * phase / 10)
            watched.clock.stall(stall_s)
            await watched.clock.advance(0)
            assert watched.condemned == [], (phase, stall_s)
            watched.dog.stop()


@pytest.mark.clause("S11.5")
async def test_after_a_stall_a_full_grace_begins() -> None:
    watched = Watched()
    watched.clock.stall(60)
    await watched.clock.advance(15)
    assert watched.condemned == []
    await watched.clock.advance(5)
    assert watched.condemned == [(20, 15)]
