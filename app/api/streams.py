"""A session's events for one client: batches as they are, within the client's limits, with the items they belong to.

A batch is serialised once for all streams of a session; a message is such parts one behind the other. Streams that are
filtered, or want single events, pay for themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import numpy as np

from app.api.dispatch import Send
from app.api.guard import Caller
from app.api.messages import (
    STATES,
    event_message,
    item_message,
    packed,
    put_fault,
    put_source_state,
)
from app.api.tags import may_read
from app.batch import EventBatch
from app.errors import ErrorCode, GatewayError
from app.events.notices import ReplayGap
from app.events.subscriber import SubscriberLease
from app.pb import gateway_pb2 as pb
from app.sessions.items import Item
from app.sessions.session import Session
from app.tasks import Clock
from app.values import split_key
from app.wire.messages import fill_batch

#: The server's own limits of a message, and what a client may ask for.
MAX_EVENTS, MAX_BYTES, MAX_DELAY_MS = 65_536, 1 << 20, 10_000
LEAST_BYTES = 1024
_ITEMS_IN_ONE = 5_000
#: How long a client that has overflowed may take for what is on its way to it, before that is given up.
GRACE_S = 5.0


async def stream_events(
    session: Session,
    request: pb.StreamEventsRequest,
    caller: Caller,
    send: Send,
    clock: Clock,
    told: pb.Session,
    gather_s: float,
) -> None:
    """Until the session's end, the client's, or an overflow. GatewayError as for :meth:`Session.attach`,
    EventQueueOverflow, or the session's own fault."""
    limits = _Limits(request, gather_s)
    lease = session.attach(request.after_sequence, caller.owner, resume=request.resume)
    # No await between the place and this: the position is where the place begins.
    position = request.after_sequence if request.after_sequence or request.resume else session.newest_sequence
    stream = _Stream(session, lease, limits, caller, send, clock)
    unwatch = [session.watch(lambda old, new: stream.changed()), session.watch_source(stream.changed)]
    try:
        await stream.run(pb.Started(position=position, session=told, filtered=stream.filtered))
    finally:
        for stop in unwatch:
            stop()
        lease.close()


class _Limits:
    """What the client asked for; GatewayError InvalidArgument where it cannot be."""

    def __init__(self, request: pb.StreamEventsRequest, gather_s: float) -> None:
        self.events = _limit("max_events", request.max_events, 1, MAX_EVENTS) or MAX_EVENTS
        self.bytes = _limit("max_bytes", request.max_bytes, LEAST_BYTES, 1 << 26) or MAX_BYTES
        delay_s = _limit("max_delay_ms", request.max_delay_ms, 0, MAX_DELAY_MS) / 1000
        self.single = request.single_events
        self.delay_s = delay_s if self.single else max(delay_s, gather_s)
        self.servers = frozenset(request.server_handles)


def _limit(name: str, value: int, least: int, most: int) -> int:
    if value and not least <= value <= most:
        raise GatewayError(
            ErrorCode.INVALID_ARGUMENT, f"{name} is {value}, but must be 0 (the server's) or {least} to {most}"
        )
    return value


class _Stream:
    def __init__(
        self, session: Session, lease: SubscriberLease, limits: _Limits, caller: Caller, send: Send, clock: Clock
    ) -> None:
        self._session = session
        self._lease = lease
        self._limits = limits
        self._caller = caller
        self._write = send
        self._clock = clock
        self._changed = False
        self._filtered = bool(limits.servers) or caller.constraints.limited
        self._wanted: dict[int, bool] = {}  # by key, where filtered
        self._known: dict[int, Item] = {}  # items that the client was told of
        self._version = -1
        self._newest = 0  # the sequence before the next event; 0 = not known
        self._task = asyncio.current_task()
        self._sending = self._given_up = False

    @property
    def filtered(self) -> bool:
        """Not every event of the session goes to the client."""
        return self._filtered

    def changed(self) -> None:
        """The session's state, or its source's."""
        self._changed = True
        self._lease.nudge()

    async def run(self, started: pb.Started) -> None:
        self._lease.on_end(self._ended)
        self._newest = started.position
        await self._send(pb.StreamMessage(started=started).SerializeToString())
        await self._send_items()
        while True:
            try:
                pieces = await self._next()
            except StopAsyncIteration:
                await self._send_change()  # Closed, should nobody have told it yet
                return
            await self._send_change()
            await self._send_items()
            await self._send_pieces(pieces)

    # ---- a client that does not take what is sent

    def _ended(self) -> None:
        """Nothing more will be queued. Whoever does not take what is on its way gets so long."""
        self._clock.call_later(GRACE_S, self._give_up)

    def _give_up(self) -> None:
        if self._sending and self._task is not None and not self._task.done():
            self._given_up = True
            self._task.cancel()

    async def _send(self, data: bytes) -> None:
        self._sending = True
        try:
            await self._write(data)
        except asyncio.CancelledError:
            if not self._given_up or self._task is None or self._task.uncancel():
                raise
            statistics = self._lease.statistics()
            missed = statistics.dropped + statistics.queued
            raise GatewayError(
                ErrorCode.EVENT_QUEUE_OVERFLOW,
                f"the client did not read: its queue of {statistics.capacity} events was full, or the session ended, "
                f"and nothing was taken for {GRACE_S:g} s",
                capacity=str(statistics.capacity),
                missed=str(missed),
            ) from None
        finally:
            self._sending = False

    # ---- what comes

    async def _next(self) -> list[EventBatch | ReplayGap]:
        """What is queued; more of it while the client's delay and sizes let it wait."""
        pieces = await self._lease.next()
        if not self._limits.delay_s or not pieces:
            return pieces
        deadline = self._clock.monotonic() + self._limits.delay_s
        count = _count(pieces)
        while count < self._limits.events and not self._changed:
            left = deadline - self._clock.monotonic()
            if left <= 0:
                break
            timer = self._clock.call_later(left, self._lease.nudge)
            try:
                more = await self._lease.next()
            except (StopAsyncIteration, GatewayError):
                return pieces  # the next look tells it
            finally:
                timer.cancel()
            pieces += more
            count += _count(more)
        return pieces

    async def _send_change(self) -> None:
        if not self._changed:
            return
        self._changed = False
        session = self._session
        change = pb.SessionChange(state=STATES[session.state])
        put_fault(change.fault, session.fault)
        put_source_state(change.source_state, session.source_state)
        await self._send(pb.StreamMessage(change=change).SerializeToString())

    # ---- items

    async def _send_items(self) -> None:
        items = self._session.items
        if items.version == self._version:
            return
        keys = None if self._version < 0 else items.changed_since(self._version)
        self._version = items.version
        if keys is None:
            keys = [*(item.key for item in items.all()), *(key for key in self._known if items.get(key) is None)]
        told: list[Item] = []
        removed: list[int] = []
        for key in keys:
            item = items.get(key)
            self._wanted.pop(key, None)
            if item is None:
                if self._known.pop(key, None) is not None:
                    removed.append(key)
            elif self._known.get(key) != item and self._wants_item(item):
                self._known[key] = item
                told.append(item)
        for start in range(0, max(len(told), len(removed)), _ITEMS_IN_ONE):
            table = pb.ItemTable(removed=removed[start : start + _ITEMS_IN_ONE])
            table.items.extend(item_message(item) for item in told[start : start + _ITEMS_IN_ONE])
            await self._send(pb.StreamMessage(items=table).SerializeToString())

    def _wants_item(self, item: Item) -> bool:
        if self._limits.servers and item.server_handle not in self._limits.servers:
            return False
        return not self._caller.constraints.limited or may_read(self._session, self._caller, item)

    def _wants(self, key: int) -> bool:
        """Whether events of this key go to the client. Of a key without an item nobody knows whether it may be read."""
        wanted = self._wanted.get(key)
        if wanted is None:
            item = self._session.items.get(key)
            if item is not None:
                wanted = self._wanted[key] = self._wants_item(item)
            else:
                servers = self._limits.servers
                wanted = not self._caller.constraints.limited and (not servers or split_key(key)[0] in servers)
        return wanted

    # ---- events

    async def _send_pieces(self, pieces: Sequence[EventBatch | ReplayGap]) -> None:
        parts: list[bytes] = []
        events = size = 0
        for piece in pieces:
            gap = self._gap_before(piece)
            if gap is not None:
                if parts:
                    await self._send(b"".join(parts))
                    parts, events, size = [], 0, 0
                await self._send(pb.StreamMessage(gap=gap).SerializeToString())
            if isinstance(piece, ReplayGap):
                continue
            if self._limits.single:
                await self._send_single(piece)
                continue
            for count, data in self._parts(piece):
                if parts and (events + count > self._limits.events or size + len(data) > self._limits.bytes):
                    await self._send(b"".join(parts))
                    parts, events, size = [], 0, 0
                parts.append(data)
                events += count
                size += len(data)
        if parts:
            await self._send(b"".join(parts))

    def _gap_before(self, piece: EventBatch | ReplayGap) -> pb.Gap | None:
        """What is missing before this piece: no longer kept, or lost on the way from the worker. A client that is sent
        a part of the events alone could not see it by the sequences."""
        if isinstance(piece, ReplayGap):
            self._newest = max(0, piece.oldest_available - 1)
            return pb.Gap(after_sequence=piece.requested, oldest_available=piece.oldest_available)
        newest, self._newest = self._newest, piece.last_sequence
        if not newest or piece.first_sequence <= newest + 1:
            return None
        return pb.Gap(after_sequence=newest, oldest_available=piece.first_sequence)

    async def _send_single(self, batch: EventBatch) -> None:
        for event in batch:
            if not self._filtered or self._wants(event.key):
                message = pb.StreamMessage(event=event_message(event, self._session.items.tag(event.key)))
                await self._send(message.SerializeToString())

    def _parts(self, batch: EventBatch) -> Iterator[tuple[int, bytes]]:
        """The batch in pieces that fit the client's limits: (events, bytes)."""
        if self._filtered:
            wanted = np.fromiter((self._wants(key) for key in batch.keys), bool, len(batch))
            if not wanted.all():
                yield from _split(batch, np.flatnonzero(wanted).tolist(), self._limits)
                return
        yield from self._whole(batch)

    def _whole(self, batch: EventBatch) -> Iterator[tuple[int, bytes]]:
        while len(batch) > self._limits.events:
            yield from self._whole(batch.first(self._limits.events))
            batch = batch.after(batch.first_sequence + self._limits.events - 1)
        data = packed(batch)
        if len(data) > self._limits.bytes and len(batch) > 1:
            half = len(batch) // 2
            yield from self._whole(batch.first(half))
            yield from self._whole(batch.after(batch.first_sequence + half - 1))
        else:
            yield len(batch), data


def _split(batch: EventBatch, chosen: list[int], limits: _Limits) -> Iterator[tuple[int, bytes]]:
    """Some of a batch's events, with their sequences."""
    if not chosen:
        return
    data = _selected(batch, chosen)
    if len(chosen) > limits.events or (len(data) > limits.bytes and len(chosen) > 1):
        half = len(chosen) // 2
        yield from _split(batch, chosen[:half], limits)
        yield from _split(batch, chosen[half:], limits)
    else:
        yield len(chosen), data


def _selected(batch: EventBatch, chosen: list[int]) -> bytes:
    details = {new: batch.details[old] for new, old in enumerate(chosen) if old in batch.details}
    some = EventBatch(
        batch.first_sequence + chosen[0],
        [batch.keys[i] for i in chosen],
        [batch.values[i] for i in chosen],
        [batch.qualities[i] for i in chosen],
        [batch.source_times[i] for i in chosen],
        [batch.worker_times[i] for i in chosen],
        bytes(batch.kinds[i] for i in chosen) if batch.kinds else b"",
        details,
        sum(detail.coalesced for detail in details.values()),
    )
    whole = pb.StreamMessage()
    message = whole.batches.add()
    fill_batch(message, some)
    if chosen[-1] - chosen[0] != len(chosen) - 1:
        message.sequences = (np.array(chosen, "<u8") + np.uint64(batch.first_sequence)).astype("<u8").tobytes()
    return whole.SerializeToString()


def _count(pieces: Sequence[EventBatch | ReplayGap]) -> int:
    return sum(len(piece) for piece in pieces if isinstance(piece, EventBatch))
