"""The lease and the grace of a session, on a clock that a test turns."""

from __future__ import annotations

import pytest

from app.sessions.lease import DETACH_GRACE_EXPIRED, LEASE_EXPIRED, Lease
from tests.helpers.clock import ManualClock


class Turned:
    def __init__(self, duration_s: float = 100.0, grace_s: float = 30.0) -> None:
        self.clock = ManualClock()
        self.lease = Lease(self.clock, duration_s, grace_s)


@pytest.mark.clause("S1.3", "S6.1")
async def test_activity_and_expiry() -> None:
    room = Turned()
    lease, opened = room.lease, room.clock.utc_ns()
    assert (lease.opened_at_ns, lease.last_activity_ns, lease.expires_ns) == (opened, opened, opened + 100 * 10**9)
    await room.clock.advance(40)
    lease.touch()
    assert lease.last_activity_ns == opened + 40 * 10**9
    assert lease.expires_ns == opened + 140 * 10**9
    assert lease.opened_at_ns == opened


@pytest.mark.clause("S6.2")
async def test_expired_at_the_very_moment() -> None:
    room = Turned()
    await room.clock.advance(99.999)
    assert room.lease.expired(0) is None
    await room.clock.advance(0.001)
    assert room.lease.expired(0) == LEASE_EXPIRED
    assert room.lease.expired(1) is None, "somebody is there"


@pytest.mark.clause("S6.2")
async def test_extend_sets_the_end_as_given() -> None:
    room = Turned()
    room.lease.extend(5)
    assert room.lease.due_in_s() == 5
    room.lease.extend(500)
    await room.clock.advance(499)
    assert room.lease.expired(0) is None
    await room.clock.advance(1)
    assert room.lease.expired(0) == LEASE_EXPIRED


@pytest.mark.clause("S6.4")
async def test_grace_counts_from_the_last_that_left() -> None:
    room = Turned()
    await room.clock.advance(10)
    room.lease.detached()
    assert room.lease.due_in_s() == 30
    await room.clock.advance(29)
    room.lease.touch()
    await room.clock.advance(1)
    assert room.lease.expired(0) == DETACH_GRACE_EXPIRED
    room.lease.attached()
    assert room.lease.expired(0) is None


@pytest.mark.clause("S6.4")
async def test_a_grace_of_nothing_is_off() -> None:
    room = Turned(grace_s=0)
    room.lease.detached()
    await room.clock.advance(99)
    assert room.lease.expired(0) is None


@pytest.mark.clause("S6.4")
async def test_the_lease_takes_precedence() -> None:
    room = Turned(duration_s=20)
    room.lease.detached()
    await room.clock.advance(60)
    assert room.lease.expired(0) == LEASE_EXPIRED


@pytest.mark.clause("S6.3")
async def test_kept_it_does_not_expire() -> None:
    room = Turned()
    room.lease.detached()
    room.lease.keep(True)
    await room.clock.advance(10_000)
    assert (room.lease.expired(0), room.lease.due_in_s(), room.lease.expires_ns) == (None, None, None)
    room.lease.keep(False)
    assert room.lease.expired(0) is None, "let go of, it has a whole grace and a whole lease"
    assert room.lease.due_in_s() == 30
