"""When a new worker is started after a fault, and when that is given up."""

from __future__ import annotations

import pytest

from app.sessions.restart import Backoff
from tests.helpers.clock import ManualClock


@pytest.mark.clause("S11.8")
def test_waits_grow_and_end() -> None:
    backoff = Backoff(ManualClock(), lambda least, most: most)
    backoff.ready()
    attempts = [backoff.next() for _ in range(11)]
    assert [a and a[1] for a in attempts] == [1, 2, 5, 15, 30, 30, 30, 30, 30, 30, None]
    assert [a[0] for a in attempts if a] == list(range(1, 11))


@pytest.mark.clause("S11.8")
async def test_a_minute_of_peace_starts_the_count_anew() -> None:
    clock = ManualClock()
    backoff = Backoff(clock, lambda least, most: most)
    for _ in range(3):
        backoff.ready()
        await clock.advance(60)
        assert backoff.next() == (1, 1.0)
    backoff.ready()
    await clock.advance(59.9)
    assert backoff.next() == (2, 2.0), "not quite a minute"


@pytest.mark.clause("S11.8")
async def test_time_that_attempts_take_is_no_peace() -> None:
    clock = ManualClock()
    backoff = Backoff(clock, lambda least, most: most)
    backoff.ready()
    assert backoff.next() == (1, 1.0)
    await clock.advance(120)
    assert backoff.next() == (2, 2.0)


@pytest.mark.clause("D2")
def test_workers_that_died_together_do_not_start_together() -> None:
    waits = {round(attempt[1], 6) for _ in range(50) if (attempt := Backoff(ManualClock()).next())}
    assert len(waits) > 10
    assert all(0.8 <= wait_s <= 1.0 for wait_s in waits)
