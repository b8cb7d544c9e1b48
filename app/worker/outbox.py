"""The bounded way out of a worker: gathers events into batches, and coalesces when nobody reads."""

from __future__ import annotations

import asyncio
from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.batch import NO_DETAIL, NO_DETAILS, Detail, EventBatch
from app.tasks import Clock, Timer
from app.values import EventKind, Value

_DATA = (EventKind.DATA_CHANGE, EventKind.BUFFERED_DATA_CHANGE)


@dataclass(frozen=True, slots=True)
class OutboxStatistics:
    """Totals since the start; ``received`` is always ``sent + coalesced + queued``."""

    received: int
    sent: int
    coalesced: int
    queued: int
    peak: int


@dataclass(slots=True)
class _Pending:
    """One event that waits while its item is coalesced."""

    key: int
    kind: EventKind
    value: Value
    quality: int
    source_time: int
    worker_time: int
    detail: Detail


class _Columns:
    """Columns that still grow: single events are gathered here."""

    __slots__ = ("details", "keys", "kinds", "qualities", "source_times", "values", "worker_times")

    def __init__(self) -> None:
        self.keys = array("Q")
        self.kinds = bytearray()
        self.values: list[Value] = []
        self.qualities = array("i")
        self.source_times = array("q")
        self.worker_times = array("q")
        self.details: dict[int, Detail] = {}

    def add(self, event: _Pending) -> None:
        if event.detail is not NO_DETAIL:
            self.details[len(self.keys)] = event.detail
        self.keys.append(event.key)
        self.kinds.append(event.kind)
        self.values.append(event.value)
        self.qualities.append(event.quality)
        self.source_times.append(event.source_time)
        self.worker_times.append(event.worker_time)

    def batch(self, first_sequence: int) -> EventBatch:
        return EventBatch(
            first_sequence,
            self.keys,
            self.values,
            self.qualities,
            self.source_times,
            self.worker_times,
            bytes(self.kinds) if any(self.kinds) else b"",
            self.details or NO_DETAILS,
            sum(detail.coalesced for detail in self.details.values()),
        )


class Outbox:
    """Gathers events and hands batches to ``send`` while the pipe takes them.

    An event waits at most ``batch_delay_s`` for company. While the pipe is paused, events queue up to
    ``backlog_limit``; beyond it each item keeps its newest data change alone (with the count of those it replaced)
    until the queue is empty again. Completions are never dropped and never coalesced; a data change that came after
    a completion stays after it. So the queue never holds more than the limit, or one event an item plus the
    completions.
    """

    def __init__(
        self,
        clock: Clock,
        send: Callable[[EventBatch], None],
        *,
        batch_limit: int,
        batch_delay_s: float,
        backlog_limit: int,
    ) -> None:
        self._clock = clock
        self._send = send
        self._batch_limit = batch_limit
        self._batch_delay_s = batch_delay_s
        self._backlog_limit = backlog_limit
        self._ready: deque[EventBatch] = deque()  # their sequences are set when they leave
        self._open = _Columns()
        self._coalescing: OrderedDict[int, _Pending] = OrderedDict()
        self._completions = 0
        self._queued = self._peak = self._received = self._sent = self._coalesced = 0
        self._paused = False
        self._timer: Timer | None = None
        self._waiting: list[asyncio.Future[None]] = []

    # ---- in

    def add(
        self,
        kind: EventKind,
        key: int,
        value: Value,
        quality: int,
        source_time: int,
        worker_time: int,
        detail: Detail = NO_DETAIL,
    ) -> None:
        """One event of any kind."""
        event = _Pending(key, kind, value, quality, source_time, worker_time, detail)
        self._received += 1
        if self._coalescing:
            self._coalesce(event)
        else:
            self._open.add(event)
            self._queued += 1
        self._arrived()

    def add_columns(
        self,
        keys: array[int],
        values: Sequence[Value],
        qualities: Sequence[int],
        source_times: Sequence[int],
        worker_times: Sequence[int],
    ) -> None:
        """Plain data changes; the columns have equal lengths and belong to the outbox from now on."""
        count = len(keys)
        self._received += count
        columns = EventBatch(0, keys, values, qualities, source_times, worker_times)
        if self._coalescing:
            self._coalesce_all(columns)
        else:
            self._close_open()
            self._ready.append(columns)
            self._queued += count
        self._arrived()

    def _arrived(self) -> None:
        if self._queued > self._peak:
            self._peak = self._queued
        if self._queued >= self._batch_limit:
            self.flush()
        if self._queued > self._backlog_limit and not self._coalescing:
            self._start_coalescing()
        elif self._timer is None and not self._paused and self._queued:
            self._timer = self._clock.call_later(self._batch_delay_s, self._due)

    def _due(self) -> None:
        self._timer = None
        self.flush()

    # ---- coalescing

    def _start_coalescing(self) -> None:
        self._close_open()
        waiting, self._ready = self._ready, deque()
        self._queued = 0
        for columns in waiting:
            self._coalesce_all(columns)

    def _coalesce_all(self, columns: EventBatch) -> None:
        for event in columns:
            self._coalesce(
                _Pending(
                    event.key,
                    event.kind,
                    event.value,
                    event.quality,
                    event.source_time,
                    event.worker_time,
                    event.detail,
                )
            )

    def _coalesce(self, event: _Pending) -> None:
        if event.kind not in _DATA:
            self._completions += 1
            self._coalescing[-self._completions] = event  # no item has a negative key
            self._queued += 1
            return
        older = self._coalescing.pop(event.key, None)
        if older is None:
            self._queued += 1
        else:
            self._coalesced += 1
            event.detail = replace(event.detail, coalesced=event.detail.coalesced + older.detail.coalesced + 1)
        self._coalescing[event.key] = event

    # ---- out

    def pause(self) -> None:
        """The pipe takes no more for now."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self.flush()

    def flush(self) -> None:
        """Send what is queued, until it is empty or the pipe pauses."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while not self._paused and (batch := self._next()) is not None:
            self._queued -= len(batch)
            self._sent += len(batch)
            self._send(batch)
        if self._waiting and self._has_room():
            self._release()

    def _next(self) -> EventBatch | None:
        if self._coalescing:
            return self._next_coalesced()
        if not self._ready:
            self._close_open()
            if not self._ready:
                return None
        batch = self._ready.popleft()
        if len(batch) > self._batch_limit:
            self._ready.appendleft(batch.after(self._batch_limit - 1 + batch.first_sequence))
            batch = batch.first(self._batch_limit)
        batch.first_sequence = self._sent + 1
        return batch

    def _next_coalesced(self) -> EventBatch:
        columns = _Columns()
        while self._coalescing and len(columns.keys) < self._batch_limit:
            columns.add(self._coalescing.popitem(last=False)[1])
        return columns.batch(self._sent + 1)

    def _close_open(self) -> None:
        if self._open.keys:
            self._ready.append(self._open.batch(0))
            self._open = _Columns()

    # ---- room

    def _has_room(self) -> bool:
        return not self._paused and self._queued < self._batch_limit

    async def room(self) -> None:
        """Wait until the pipe takes events and few are queued; lets everything else run in any case."""
        if self._has_room():
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    def _release(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def close(self) -> None:
        """No more timers; what is queued is lost."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._paused = True

    @property
    def last_sequence(self) -> int:
        return self._sent

    def statistics(self) -> OutboxStatistics:
        return OutboxStatistics(self._received, self._sent, self._coalesced, self._queued, self._peak)
