"""The session's own subscriber: publishes everything to the broadcaster, which feeds the window."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.batch import EventBatch
from app.errors import GatewayError
from app.events.distributor import Distributor
from app.events.notices import Broadcaster, Notice, NoticeKind, Severity
from app.events.subscriber import SubscriberLease, SubscriberStatistics
from app.metrics import Metrics
from app.tasks import Clock, join, spawn

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MirrorStatistics:
    published: int
    failed: int  # batches that the broadcaster raised at
    restarts: int
    missed: int
    queue: SubscriberStatistics | None


class Mirror:
    """Started once per session. Overflowing it costs the session nothing: it attaches again and tells how many events
    it missed. It ends quietly with the stream, whatever ended that."""

    def __init__(
        self, distributor: Distributor, broadcaster: Broadcaster, session_id: str, clock: Clock, metrics: Metrics
    ) -> None:
        self._distributor = distributor
        self._broadcaster = broadcaster
        self._session_id = session_id
        self._clock = clock
        self._metrics = metrics
        self._lease: SubscriberLease | None = None
        self._task: asyncio.Task[None] | None = None
        self._before = 0  # events that came before the present lease
        self._published = self._failed = self._restarts = self._missed = 0
        self._failing = False

    def start(self, wanted: Callable[[], bool]) -> None:
        """Attach and run, if ``wanted`` still says so after attaching; else nothing is left."""
        if self._task is not None:
            return
        lease = self._attach()
        if not wanted():
            lease.close()
            self._lease = None
            return
        self._task = spawn(self._run(lease), name=f"mirror {self._session_id}")

    def _attach(self) -> SubscriberLease:
        self._lease = self._distributor.attach(internal=True)
        self._before = self._distributor.received
        return self._lease

    async def _run(self, lease: SubscriberLease) -> None:
        while True:
            try:
                while True:
                    for piece in await lease.next():
                        if isinstance(piece, EventBatch):
                            self._publish(piece)
            except StopAsyncIteration:
                return
            except GatewayError:
                if not lease.overflowed:
                    return
                lease = self._restart(lease)

    def _restart(self, old: SubscriberLease) -> SubscriberLease:
        """What came between the last event that the old lease gave and the new one's first is missed, and told."""
        missed = self._distributor.received - self._before - old.statistics().delivered
        lease = self._attach()
        self._restarts += 1
        self._missed += missed
        self._metrics.mirror_restarts.inc()
        self._metrics.dropped.labels("mirror").inc(missed)
        self.notice(
            Notice(
                NoticeKind.MIRROR_RESTARTED,
                Severity.WARNING,
                self._clock.utc_ns(),
                f"the display could not keep up: {missed:,} events are not shown",
                {"missed": str(missed)},
            )
        )
        return lease

    def _publish(self, batch: EventBatch) -> None:
        try:
            self._broadcaster.publish(self._session_id, batch)
        except Exception as error:
            self._failed += 1
            if not self._failing:  # once a burst; identifiers only, for a traceback could show values
                _log.error(
                    "the broadcaster failed at events %d to %d of session %s: %s",
                    batch.first_sequence,
                    batch.last_sequence,
                    self._session_id,
                    type(error).__name__,
                )
            self._failing = True
        else:
            self._published += len(batch)
            self._failing = False

    def notice(self, notice: Notice) -> None:
        """Publish a notice; an error of the broadcaster is logged."""
        try:
            self._broadcaster.notice(self._session_id, notice)
        except Exception as error:
            _log.error("the broadcaster failed at a notice of session %s: %s", self._session_id, type(error).__name__)

    async def stop(self) -> None:
        """Publish what is queued if the stream has ended, else end at once."""
        if self._distributor.ended:
            await join(self._task, cancel=False)
        if self._lease is not None:
            self._lease.close()
        await join(self._task)

    def statistics(self) -> MirrorStatistics:
        queue = None if self._lease is None else self._lease.statistics()
        return MirrorStatistics(self._published, self._failed, self._restarts, self._missed, queue)
