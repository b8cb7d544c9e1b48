"""The only reader of a worker's events: fans them out to every subscriber and keeps the newest for replay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.batch import EventBatch
from app.config import Settings
from app.errors import GatewayError
from app.events.replay import ReplayBuffer, ReplayStatistics
from app.events.subscriber import SubscriberLease, SubscriberStatistics
from app.metrics import EXTERNAL, MIRROR, Metrics
from app.tasks import Clock, join, spawn
from app.values import EventKind, Fault

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DistributorStatistics:
    received: int
    newest: int
    subscribers: tuple[SubscriberStatistics, ...]
    replay: ReplayStatistics


class Distributor:
    """One per session. The pump starts with the first subscriber and ends with the source; it waits for nobody.

    ``source`` gives batches in order, an empty list at the normal end, an error at a bad one; ``apply`` sees every
    list of batches before the subscribers do; ``broken`` is told when the pump itself fails, which
    is a mistake of ours.
    """

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        metrics: Metrics,
        *,
        source: Callable[[], Awaitable[list[EventBatch]]],
        apply: Callable[[list[EventBatch]], None],
        overflowed: Callable[[SubscriberLease], None],
        broken: Callable[[Fault], None] = lambda fault: None,
        name: str = "",
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._source = source
        self._apply = apply
        self._overflowed = overflowed
        self._broken = broken
        self._name = name
        self._subscribers: list[SubscriberLease] = []
        self._replay = ReplayBuffer(clock, settings.replay_events, settings.replay_s)
        self._pump: asyncio.Task[None] | None = None
        self._received = 0
        self._ended = False
        self._failure: GatewayError | None = None

    def attach(
        self,
        *,
        internal: bool = False,
        after_sequence: int = 0,
        resume: bool = False,
        on_read: Callable[[], None] = lambda: None,
        on_closed: Callable[[SubscriberLease], None] = lambda lease: None,
    ) -> SubscriberLease:
        """Register a subscriber, with what it missed after ``after_sequence``, and start the pump. 0 = it missed
        nothing; with ``resume``, it missed everything.

        Snapshot of the buffer and registration are one step: nothing awaits between them, so what is replayed and
        what comes live meet without a hole and without a double. The subscriber is there before the pump starts.
        """

        def closed(lease: SubscriberLease) -> None:
            if lease in self._subscribers:
                self._subscribers.remove(lease)
            on_closed(lease)

        lease = SubscriberLease(
            self._settings.mirror_queue if internal else self._settings.event_queue,
            internal=internal,
            after_sequence=self._replay.newest,
            on_read=on_read,
            on_closed=closed,
        )
        if after_sequence or (resume and self._replay.newest):
            gap, kept = self._replay.after(after_sequence)
            (self._metrics.replay_hits if gap is None else self._metrics.replay_gaps).inc()
            lease.replay(gap, kept)
        self._subscribers.append(lease)
        if self._ended:
            lease.end(self._failure)
        elif self._pump is None:
            self._pump = spawn(self._run(), name=f"pump {self._name}")
        return lease

    @property
    def newest(self) -> int:
        """The sequence of the newest event that came; 0 = none yet."""
        return self._replay.newest

    @property
    def received(self) -> int:
        """Events so far; fewer than :attr:`newest` where some never came."""
        return self._received

    @property
    def ended(self) -> bool:
        """Nothing more comes to any subscriber than what is queued, nor to one that attaches now."""
        return self._ended

    def queued(self, *, internal: bool) -> int:
        """Events that wait in the queues of the mirror, or of everybody else."""
        return sum(lease.queued for lease in self._subscribers if lease.internal == internal)

    async def _run(self) -> None:
        failure: GatewayError | None = None
        try:
            while batches := await self._source():
                self._distribute(batches)
        except GatewayError as error:
            failure = error
        except Exception as error:
            _log.exception("the pump of session %s failed", self._name)
            failure = GatewayError("PumpFailed", f"reading events failed: {type(error).__name__}")
            self._broken(failure.fault)
        self._finish(failure)

    def _distribute(self, batches: list[EventBatch]) -> None:
        self._count(batches)
        self._apply(batches)
        for batch in batches:
            self._replay.append(batch)
        for lease in list(self._subscribers):
            if lease not in self._subscribers:
                continue  # closed by what an earlier one's overflow has caused
            if not lease.offer(batches):
                self._metrics.queue_overflow.labels(MIRROR if lease.internal else EXTERNAL).inc()
                self._subscribers.remove(lease)
                self._overflowed(lease)

    def _count(self, batches: list[EventBatch]) -> None:
        plain = 0
        for batch in batches:
            if batch.kinds:
                for kind in EventKind:
                    if count := batch.kinds.count(kind):
                        self._metrics.events.labels(kind.words).inc(count)
            else:
                plain += len(batch)
            self._received += len(batch)
        if plain:
            self._metrics.events.labels(EventKind.DATA_CHANGE.words).inc(plain)

    def _finish(self, failure: GatewayError | None) -> None:
        self._ended = True
        self._failure = failure
        for lease in list(self._subscribers):
            lease.end(failure)

    async def drained(self) -> None:
        """Wait until the source has ended and everything of it is distributed."""
        await join(self._pump, cancel=False)

    async def close(self, failure: GatewayError | None = None) -> None:
        """Stop the pump and complete every subscriber, with the failure if there is one; twice is harmless."""
        await join(self._pump)
        if not self._ended:
            self._finish(failure)

    def statistics(self) -> DistributorStatistics:
        return DistributorStatistics(
            self._received,
            self.newest,
            tuple(lease.statistics() for lease in self._subscribers),
            self._replay.statistics(),
        )
