"""What a stream of events tells of those that are missing."""

from __future__ import annotations

from typing import Any

import pytest

from app.api.guard import Caller
from app.api.streams import stream_events
from app.batch import EventBatch
from app.events.subscriber import SubscriberLease
from app.pb import gateway_pb2 as pb
from app.sessions.items import ItemRegistry
from app.tasks import SystemClock


def batch(first: int, *keys: int) -> EventBatch:
    count = len(keys)
    return EventBatch(first, list(keys), [1.0] * count, [192] * count, [1] * count, [2] * count)


class Quiet:
    """A session whose events are what a test offers."""

    def __init__(self, *batches: EventBatch) -> None:
        self.items = ItemRegistry()
        self.newest_sequence = 4
        self._batches = batches

    def attach(self, after: int, owner: str | None, *, resume: bool) -> SubscriberLease:
        lease = SubscriberLease(
            100, internal=False, after_sequence=after, on_read=lambda: None, on_closed=lambda lease: None
        )
        lease.offer(list(self._batches))
        lease.end()
        return lease

    def watch(self, watcher: Any) -> Any:
        return lambda: None

    watch_source = watch


async def told(*batches: EventBatch, **request: Any) -> list[pb.StreamMessage]:
    messages: list[pb.StreamMessage] = []

    async def send(data: bytes) -> None:
        messages.append(pb.StreamMessage.FromString(data))

    session: Any = Quiet(*batches)
    await stream_events(
        session, pb.StreamEventsRequest(**request), Caller("", "peer"), send, SystemClock(), pb.Session(), 0.0
    )
    return messages


def gaps(messages: list[pb.StreamMessage]) -> list[tuple[int, int]]:
    return [(m.gap.after_sequence, m.gap.oldest_available) for m in messages if m.HasField("gap")]


@pytest.mark.clause("C1", "J4")
async def test_events_that_never_came_are_a_gap_in_their_place() -> None:
    key = 1 << 32 | 1
    messages = await told(batch(5, key, key), batch(9, key), batch(10, key))
    assert (messages[0].started.position, messages[0].started.filtered) == (4, False)
    assert gaps(messages) == [(6, 9)]
    order = ["gap" if m.HasField("gap") else [b.first_sequence for b in m.batches] for m in messages[1:]]
    assert order == [[5], "gap", [9, 10]]


@pytest.mark.clause("C1", "J4")
async def test_a_filtered_stream_says_so_and_tells_real_gaps_alone() -> None:
    mine, other = 1 << 32 | 1, 2 << 32 | 1
    messages = await told(batch(5, mine, other), batch(7, other), batch(8, mine), batch(12, other), server_handles=[1])
    assert messages[0].started.filtered
    assert gaps(messages) == [(8, 12)]
