"""Event batches that came from a worker and have not been taken yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from app.batch import EventBatch
from app.errors import ProtocolViolation


@dataclass(frozen=True, slots=True)
class InboxStatistics:
    """Counts of events, but ``batches``. ``dropped``: nobody took them in time; ``missing``: they never came."""

    batches: int
    queued: int
    peak: int
    received: int
    dropped: int
    gaps: int
    missing: int


class Inbox:
    """Batches in order, ``limit`` events at the most: nobody takes them, and the oldest batches go, so that replies and
    heartbeats behind them never wait. The newest batch always stays.

    ``gap(expected, got)`` is called for each hole in the sequences, between two batches.
    """

    def __init__(self, limit: int, gap: Callable[[int, int], None]) -> None:
        self._limit = limit
        self._gap = gap
        self._batches: deque[EventBatch] = deque()
        self._queued = self._peak = 0
        self._due = 1
        self._received = self._dropped = self._gaps = self._missing = 0

    def __len__(self) -> int:
        """How many batches wait."""
        return len(self._batches)

    def put(self, batch: EventBatch) -> None:
        """ProtocolViolation for an event that was here before."""
        if batch.first_sequence != self._due:
            self._skip_to(batch.first_sequence)
        count = len(batch)
        self._due += count
        self._received += count
        self._batches.append(batch)
        self._queued += count
        while self._queued > self._limit and len(self._batches) > 1:
            dropped = len(self._batches.popleft())
            self._queued -= dropped
            self._dropped += dropped
        self._peak = max(self._peak, self._queued)

    def _skip_to(self, got: int) -> None:
        expected, self._due = self._due, got
        if got < expected:
            raise ProtocolViolation(f"event {got} came after event {expected - 1}", reason="event sequence")
        self._gaps += 1
        self._missing += got - expected
        self._gap(expected, got)

    def take(self) -> list[EventBatch]:
        """Everything, in order."""
        taken = list(self._batches)
        self._batches.clear()
        self._queued = 0
        return taken

    @property
    def dropped(self) -> int:
        """Events dropped so far."""
        return self._dropped

    def statistics(self) -> InboxStatistics:
        return InboxStatistics(
            len(self._batches), self._queued, self._peak, self._received, self._dropped, self._gaps, self._missing
        )
