"""How much one caller may ask for."""

from __future__ import annotations

import pytest

from app.access.limits import Buckets, TokenBucket
from tests.helpers.clock import ManualClock

pytestmark = pytest.mark.clause("X5")


async def test_a_burst_then_the_rate() -> None:
    clock = ManualClock()
    bucket = TokenBucket(clock, rate=10, burst=5)
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    assert bucket.wait_s == pytest.approx(0.1)
    await clock.advance(0.1)
    assert [bucket.take() for _ in range(2)] == [True, False]
    await clock.advance(100)
    assert sum(bucket.take() for _ in range(20)) == 5


async def test_a_refused_call_costs_nothing() -> None:
    clock = ManualClock()
    bucket = TokenBucket(clock, rate=1, burst=1)
    assert bucket.take()
    for _ in range(100):
        assert not bucket.take()
    await clock.advance(1)
    assert bucket.take()


async def test_names_have_their_own_and_only_so_many_are_kept() -> None:
    clock = ManualClock()
    buckets = Buckets(clock, limit=2)
    assert buckets.of("a", 1, 1).take()
    assert not buckets.of("a", 1, 1).take()
    assert buckets.of("b", 1, 1).take()
    assert not buckets.of("a", 1, 1).take()
    assert buckets.of("c", 1, 1).take()  # b was not heard of for longest
    assert not buckets.of("a", 1, 1).take()
    assert len(buckets) == 2


async def test_another_rate_counts_at_once() -> None:
    buckets = Buckets(ManualClock())
    assert buckets.of("a", 1, 1).take()
    assert [buckets.of("a", 1, 3).take() for _ in range(4)] == [True, True, True, False]
