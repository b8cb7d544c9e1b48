"""The distributor: one pump, bounded subscribers, replay with a watermark."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batch import EventBatch
from app.config import Settings
from app.errors import ErrorCode, GatewayError
from app.events.distributor import Distributor
from app.events.notices import ReplayGap
from app.events.subscriber import SubscriberLease
from app.metrics import EXTERNAL, MIRROR, Metrics
from app.values import EventKind
from tests.helpers.batches import batch, mixed, sequences
from tests.helpers.clock import ManualClock, settle


class Source:
    """Batches that a test hands out."""

    def __init__(self) -> None:
        self.ready: deque[EventBatch] = deque()
        self.arrived = asyncio.Event()
        self.ended = False
        self.error: GatewayError | None = None
        self.reads = 0

    async def __call__(self) -> list[EventBatch]:
        self.reads += 1
        while not self.ready and not self.ended:
            self.arrived.clear()
            await self.arrived.wait()
        taken = list(self.ready)
        self.ready.clear()
        if not taken and self.error is not None:
            raise self.error
        return taken

    def send(self, *batches: EventBatch) -> None:
        self.ready.extend(batches)
        self.arrived.set()

    def end(self, error: GatewayError | None = None) -> None:
        self.ended, self.error = True, error
        self.arrived.set()


class Room:
    """A distributor with what it needs."""

    def __init__(self, **settings: object) -> None:
        self.clock = ManualClock()
        self.metrics = Metrics()
        self.source = Source()
        self.applied: list[EventBatch] = []
        self.overflowed: list[SubscriberLease] = []
        self.distributor = Distributor(
            self.clock,
            Settings(**settings),  # type: ignore[arg-type]
            self.metrics,
            source=self.source,
            apply=self.applied.extend,
            overflowed=self.overflowed.append,
        )

    async def send(self, *batches: EventBatch) -> None:
        self.source.send(*batches)
        await settle()


@pytest.mark.clause("S4.1")
async def test_every_subscriber_gets_every_event_in_order() -> None:
    room = Room()
    first, second = room.distributor.attach(), room.distributor.attach()
    await room.send(batch(1, 3), batch(4, 2))
    assert sequences(await first.next()) == [1, 2, 3, 4, 5]
    assert sequences(await second.next()) == [1, 2, 3, 4, 5]
    await room.send(batch(6))
    assert sequences(await first.next()) == [6]
    await room.distributor.close()


@pytest.mark.clause("S3.2", "S3.3")
async def test_nothing_is_drained_before_somebody_is_there() -> None:
    room = Room()
    room.source.send(batch(1, 2))
    await settle()
    assert room.source.reads == 0
    lease = room.distributor.attach()
    room.distributor.attach()
    await settle()
    assert sequences(await lease.next()) == [1, 2]
    assert room.source.reads == 2, "one pump reads"
    await room.distributor.close()


@pytest.mark.clause("S3.3", "S4.7")
async def test_a_stream_that_ends_at_once_completes_the_first_subscriber() -> None:
    room = Room()
    room.source.send(batch(1))
    room.source.end()
    lease = room.distributor.attach()
    assert sequences(await lease.next()) == [1]
    with pytest.raises(StopAsyncIteration):
        await lease.next()
    late = room.distributor.attach()
    with pytest.raises(StopAsyncIteration):
        await late.next()


@pytest.mark.clause("S4.7")
async def test_the_failure_of_the_source_reaches_every_subscriber_after_its_events() -> None:
    room = Room()
    leases = [room.distributor.attach(), room.distributor.attach(internal=True)]
    await room.send(batch(1, 2))
    room.source.end(GatewayError(ErrorCode.WORKER_UNRESPONSIVE, "silent"))
    await settle()
    for lease in leases:
        assert sequences(await lease.next()) == [1, 2]
        with pytest.raises(GatewayError, match="silent"):
            await lease.next()


@pytest.mark.clause("S4.7")
async def test_a_pump_that_breaks_ends_its_subscribers(caplog: pytest.LogCaptureFixture) -> None:
    room = Room()

    def broken(batches: list[EventBatch]) -> None:
        raise RuntimeError("canary")

    room.distributor._apply = broken
    lease = room.distributor.attach()
    await room.send(batch(1))
    with pytest.raises(GatewayError, match="RuntimeError"):
        await lease.next()
    assert "pump" in caplog.text


@pytest.mark.clause("S4.2", "S4.3")
async def test_overflow_disconnects_one_and_keeps_what_fitted() -> None:
    room = Room(event_queue=5)
    slow, quick = room.distributor.attach(), room.distributor.attach()
    await room.send(batch(1, 3))
    assert sequences(await quick.next()) == [1, 2, 3]
    await room.send(batch(4, 2), batch(6, 2))
    assert room.overflowed == [slow]
    assert sequences(await slow.next()) == [1, 2, 3, 4, 5]
    with pytest.raises(GatewayError) as told:
        await slow.next()
    assert told.value.code == ErrorCode.EVENT_QUEUE_OVERFLOW
    assert told.value.fault.details == {"capacity": "5", "missed": "2"}
    assert room.metrics.value("tagwatch_queue_overflow_total", {"queue": EXTERNAL}) == 1
    await room.distributor.close()


@pytest.mark.clause("S4.2")
async def test_the_pump_goes_on_after_an_overflow() -> None:
    room = Room(event_queue=2)
    slow, quick = room.distributor.attach(), room.distributor.attach()
    for first in range(1, 9, 2):
        await room.send(batch(first, 2))
        assert sequences(await quick.next()) == [first, first + 1]
    assert slow.overflowed
    assert not quick.overflowed
    await room.distributor.close()


@pytest.mark.clause("S4.2")
async def test_a_subscriber_closed_by_anothers_overflow_is_left_alone() -> None:
    room = Room(event_queue=2)
    first, second, third = (room.distributor.attach() for _ in range(3))
    room.distributor._overflowed = lambda lease: second.close()
    room.source.send(batch(1, 3))
    await settle()
    assert first.overflowed
    assert not second.overflowed
    assert second.statistics().offered == 0
    assert third.overflowed
    assert not room.distributor.ended, "the pump goes on"
    await room.distributor.close()


@pytest.mark.clause("S4.2", "S4.7")
async def test_closing_a_lease_that_overflowed_keeps_the_overflow() -> None:
    room = Room(event_queue=2)
    lease = room.distributor.attach()
    await room.send(batch(1, 3))
    room.source.end(GatewayError("Other", "a later end"))
    await settle()
    lease.close()
    with pytest.raises(GatewayError, match="queue of 2"):
        await lease.next()


@pytest.mark.clause("S4.7")
async def test_a_close_with_a_failure_fails_the_subscribers() -> None:
    room = Room()
    lease = room.distributor.attach()
    await room.distributor.close(GatewayError("Lost", "the worker crashed"))
    with pytest.raises(GatewayError, match="crashed"):
        await lease.next()


@pytest.mark.clause("S4.3")
async def test_an_internal_overflow_has_its_own_label() -> None:
    room = Room(mirror_queue=1)
    room.distributor.attach(internal=True)
    await room.send(batch(1, 2))
    assert room.metrics.value("tagwatch_queue_overflow_total", {"queue": MIRROR}) == 1
    assert room.metrics.value("tagwatch_queue_overflow_total", {"queue": EXTERNAL}) == 0
    await room.distributor.close()


@pytest.mark.clause("S4.5")
async def test_resume_gets_what_was_missed_then_what_is_live() -> None:
    room = Room()
    keep = room.distributor.attach()
    await room.send(batch(1, 5))
    again = room.distributor.attach(after_sequence=3)
    await room.send(batch(6, 2))
    assert sequences(await again.next()) == [4, 5, 6, 7]
    assert sequences(await keep.next()) == [1, 2, 3, 4, 5, 6, 7]
    assert room.metrics.value("tagwatch_replay_hits_total") == 1
    await room.distributor.close()


@pytest.mark.clause("S4.5")
async def test_resume_too_late_is_told_first() -> None:
    room = Room(replay_events=3)
    room.distributor.attach()
    await room.send(batch(1, 10))
    again = room.distributor.attach(after_sequence=2)
    gap, *rest = await again.next()
    assert gap == ReplayGap(requested=2, oldest_available=8)
    assert sequences(rest) == [8, 9, 10]
    assert room.metrics.value("tagwatch_replay_gaps_total") == 1
    await room.distributor.close()


@pytest.mark.clause("S4.5")
async def test_zero_is_a_fresh_stream() -> None:
    room = Room()
    room.distributor.attach()
    await room.send(batch(1, 3))
    fresh = room.distributor.attach(after_sequence=0)
    await room.send(batch(4))
    assert sequences(await fresh.next()) == [4]
    await room.distributor.close()


@pytest.mark.clause("S4.5")
async def test_the_newest_needs_no_replay_and_no_notice() -> None:
    room = Room(replay_events=0)
    room.distributor.attach()
    await room.send(batch(1, 3))
    same = room.distributor.attach(after_sequence=3)
    await room.send(batch(4))
    assert sequences(await same.next()) == [4]
    await room.distributor.close()


@pytest.mark.clause("S4.5")
async def test_a_sequence_from_the_future_is_refused() -> None:
    room = Room()
    with pytest.raises(GatewayError, match="after event 7"):
        room.distributor.attach(after_sequence=7)


@pytest.mark.clause("S4.5")
async def test_without_a_buffer_a_late_subscriber_is_told() -> None:
    room = Room(replay_events=0)
    room.distributor.attach()
    await room.send(batch(1, 3))
    late = room.distributor.attach(after_sequence=1)
    assert await late.next() == [ReplayGap(1, 0)]
    await room.distributor.close()


@pytest.mark.clause("S4.5")
async def test_old_events_leave_the_buffer() -> None:
    room = Room(replay_s=10.0)
    room.distributor.attach()
    await room.send(batch(1, 2))
    await room.clock.advance(11)
    await room.send(batch(3))
    late = room.distributor.attach(after_sequence=1)
    gap, *rest = await late.next()
    assert gap == ReplayGap(1, 3)
    assert sequences(rest) == [3]
    await room.distributor.close()


@pytest.mark.clause("S4.5", "S4.2")
async def test_a_long_replay_takes_no_room_of_the_queue() -> None:
    room = Room(event_queue=2, replay_events=100)
    room.distributor.attach(internal=True)
    await room.send(batch(1, 50))
    again = room.distributor.attach(after_sequence=10)
    await room.send(batch(51, 2))
    assert sequences(await again.next()) == list(range(11, 53))
    await room.distributor.close()


@pytest.mark.clause("S4.6")
async def test_filtering_is_the_subscribers_own() -> None:
    room = Room()
    whole = room.distributor.attach()
    await room.send(batch(1, 3))
    part = room.distributor.attach(after_sequence=2)
    await room.send(batch(4, 2))
    assert sequences(await whole.next()) == [1, 2, 3, 4, 5]
    assert sequences(await part.next()) == [3, 4, 5]
    assert [len(one) for one in room.applied] == [3, 2], "the pump filters nothing"
    await room.distributor.close()


@pytest.mark.clause("S5.4")
async def test_closing_a_lease_tells_once() -> None:
    room = Room()
    told: list[SubscriberLease] = []
    lease = room.distributor.attach(on_closed=told.append)
    await room.send(batch(1, 4))
    lease.close()
    lease.close()
    assert told == [lease]
    with pytest.raises(StopAsyncIteration):
        await lease.next()
    figures = lease.statistics()
    assert figures.offered == figures.delivered + figures.dropped + figures.queued == 4
    await room.distributor.close()


@pytest.mark.clause("S10.3")
async def test_close_completes_a_waiting_reader() -> None:
    room = Room()
    lease = room.distributor.attach()
    reader = asyncio.ensure_future(lease.next())
    await settle()
    await room.distributor.close()
    await room.distributor.close()
    with pytest.raises(StopAsyncIteration):
        await reader


async def test_a_lease_has_one_reader() -> None:
    room = Room()
    lease = room.distributor.attach()
    reader = asyncio.ensure_future(lease.next())
    await settle()
    with pytest.raises(RuntimeError, match="one reader"):
        await lease.next()
    reader.cancel()
    await room.distributor.close()


@pytest.mark.clause("S14")
async def test_events_are_counted_by_kind() -> None:
    room = Room()
    room.distributor.attach()
    await room.send(batch(1, 3), mixed(4, (EventKind.WRITE_COMPLETE, 1, None), (EventKind.DATA_CHANGE, 1, 2.0)))
    assert room.metrics.value("tagwatch_events_total", {"kind": "data change"}) == 4
    assert room.metrics.value("tagwatch_events_total", {"kind": "write complete"}) == 1
    await room.distributor.close()


@pytest.mark.clause("S4.1", "S4.2")
@given(
    capacity=st.integers(1, 30),
    sizes=st.lists(st.integers(1, 12), max_size=15),
    reads=st.lists(st.booleans(), min_size=15, max_size=15),
)
def test_nothing_is_lost_uncounted(capacity: int, sizes: list[int], reads: list[bool]) -> None:
    lease = SubscriberLease(
        capacity, internal=False, after_sequence=0, on_read=lambda: None, on_closed=lambda lease: None
    )
    first = 1
    got: list[int] = []

    async def run() -> None:
        nonlocal first
        for size, read in zip(sizes, reads, strict=False):
            fits = lease.offer([batch(first, size)])
            first += size
            if read and (lease.statistics().queued or not fits):
                got.extend(sequences(await lease.next()))
            figures = lease.statistics()
            assert figures.offered == figures.delivered + figures.dropped + figures.queued
            assert figures.queued <= capacity
            if not fits:
                return

    asyncio.run(run())
    assert got == list(range(1, len(got) + 1))
