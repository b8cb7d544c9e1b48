"""One reader of a session's events, with a queue of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from app.batch import EventBatch
from app.errors import ErrorCode, GatewayError
from app.events.notices import ReplayGap


@dataclass(frozen=True, slots=True)
class SubscriberStatistics:
    """``offered`` is always ``delivered + dropped + queued``, in events."""

    offered: int
    delivered: int
    dropped: int
    queued: int
    peak: int
    capacity: int


class SubscriberLease:
    """A place at a session's events, from :meth:`attach` until :meth:`close`, the stream's end or an overflow.

    Bounded by events, not by batches. What fits is queued; with the first event that does not, the subscriber is
    disconnected: it still gets what was queued, then EventQueueOverflow with the count of what it missed by then.
    """

    def __init__(
        self,
        capacity: int,
        *,
        internal: bool,
        after_sequence: int,
        on_read: Callable[[], None],
        on_closed: Callable[[SubscriberLease], None],
    ) -> None:
        self.internal = internal
        self._capacity = capacity
        self._after = after_sequence
        self._on_read = on_read
        self._on_closed = on_closed
        self._queue: deque[EventBatch | ReplayGap] = deque()
        self._offered = self._delivered = self._dropped = self._queued = self._peak = 0
        self._replayed = 0  # events of the replay that are still queued
        self._waiting: asyncio.Future[None] | None = None
        self._nudged = False
        self._on_end: Callable[[], None] | None = None
        self._ended = False
        self._failure: GatewayError | None = None
        self._overflowed = False
        self._closed = False

    # ---- the distributor's side

    def replay(self, gap: ReplayGap | None, kept: list[EventBatch]) -> None:
        """What comes before anything live. Bounded by the buffer that kept it, it takes no room of the queue."""
        if gap is not None:
            self._queue.append(gap)
        for batch in kept:
            self._queue.append(batch)
            self._offered += len(batch)
            self._queued += len(batch)
            self._after = batch.last_sequence
        self._peak = self._replayed = self._queued

    def offer(self, batches: list[EventBatch]) -> bool:
        """Queue the batches; False when they did not all fit (the lease has then failed)."""
        for index, whole in enumerate(batches):
            batch = whole if whole.first_sequence > self._after else whole.after(self._after)
            count = len(batch)
            if not count:
                continue
            self._offered += count
            if self._queued - self._replayed + count > self._capacity:
                self._overflow(batch, batches[index + 1 :])
                self._wake()
                return False
            self._queue.append(batch)
            self._queued += count
        if self._queued > self._peak:
            self._peak = self._queued
        self._wake()
        return True

    def _overflow(self, batch: EventBatch, rest: list[EventBatch]) -> None:
        fits = max(0, self._capacity - (self._queued - self._replayed))
        if fits:
            self._queue.append(batch.first(fits))
            self._queued += fits
        after = sum(len(later) for later in rest)
        self._offered += after
        self._dropped += len(batch) - fits + after
        self._peak = max(self._peak, self._queued)
        self._overflowed = not self._ended
        self.end(
            GatewayError(
                ErrorCode.EVENT_QUEUE_OVERFLOW,
                f"the subscriber was disconnected: its queue of {self._capacity} events was full, "
                f"{self._dropped} events were lost; read faster, or subscribe to less",
                capacity=str(self._capacity),
                missed=str(self._dropped),
            )
        )

    def end(self, failure: GatewayError | None = None) -> None:
        """No more events come; the first end counts."""
        if not self._ended:
            self._ended = True
            self._failure = failure
            if self._on_end is not None:
                self._on_end()
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    # ---- the reader's side

    async def next(self) -> list[EventBatch | ReplayGap]:
        """Everything that is queued, in order; waits while nothing is. Empty where only :meth:`nudge` woke it.

        Raises StopAsyncIteration after the stream's normal end or after :meth:`close`, and GatewayError after its
        failure or an overflow, each once the queue is empty.
        """
        while not self._queue and not self._ended and not self._nudged:
            if self._waiting is not None:
                raise RuntimeError("a lease has one reader")
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        nudged, self._nudged = self._nudged, False
        if not self._queue:
            if nudged and not self._ended:
                return []
            self.close()
            if self._failure is not None:
                raise self._failure
            raise StopAsyncIteration
        taken = list(self._queue)
        self._queue.clear()
        self._delivered += self._queued
        self._queued = self._replayed = 0
        self._on_read()
        return taken

    def nudge(self) -> None:
        """Let the reader's :meth:`next` return, for it has something else to do as well."""
        self._nudged = True
        self._wake()

    def on_end(self, told: Callable[[], None]) -> None:
        """``told`` when nothing more will be queued, also while the reader is busy; at once where it is so."""
        self._on_end = told
        if self._ended:
            told()

    def __aiter__(self) -> SubscriberLease:
        return self

    async def __anext__(self) -> list[EventBatch | ReplayGap]:
        return await self.next()

    def close(self) -> None:
        """Give the place back. From wherever and however often it is called, once."""
        if self._closed:
            return
        self._closed = True
        self._dropped += self._queued
        self._queued = 0
        self._queue.clear()
        self.end()
        self._on_closed(self)

    @property
    def queued(self) -> int:
        """Events that wait to be read."""
        return self._queued

    @property
    def overflowed(self) -> bool:
        """Its own queue did; a session that faults with the same code is another matter."""
        return self._overflowed

    def statistics(self) -> SubscriberStatistics:
        return SubscriberStatistics(
            self._offered, self._delivered, self._dropped, self._queued, self._peak, self._capacity
        )
