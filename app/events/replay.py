"""The newest events of a session, kept for subscribers that come back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from app.batch import EventBatch
from app.errors import ErrorCode, GatewayError
from app.events.notices import ReplayGap
from app.tasks import Clock


@dataclass(frozen=True, slots=True)
class ReplayStatistics:
    events: int
    capacity: int
    oldest: int  # sequence, 0 = none
    newest: int  # the newest ever appended, kept or not


class ReplayBuffer:
    """Keeps batches as they are, sliced where capacity (events) or age (seconds, by arrival) cuts through one.

    Capacity 0 keeps nothing, age 0 sets no limit of age.
    """

    def __init__(self, clock: Clock, capacity: int, retention_s: float) -> None:
        self._clock = clock
        self._capacity = capacity
        self._retention_s = retention_s
        self._kept: deque[tuple[float, EventBatch]] = deque()
        self._events = 0
        self._newest = 0

    def append(self, batch: EventBatch) -> None:
        self._newest = batch.last_sequence
        if self._capacity == 0:
            return
        self._kept.append((self._clock.monotonic(), batch))
        self._events += len(batch)
        self._trim()

    def after(self, sequence: int) -> tuple[ReplayGap | None, list[EventBatch]]:
        """What a subscriber that saw everything up to ``sequence`` has missed: first what is lost, then what is
        kept. GatewayError InvalidArgument for a sequence that no event has had yet."""
        if sequence > self._newest:
            raise GatewayError(
                ErrorCode.INVALID_ARGUMENT,
                f"cannot resume after event {sequence}: the newest event of this session is {self._newest}",
            )
        self._trim()
        kept = [batch.after(sequence) for _, batch in self._kept if batch.last_sequence > sequence]
        oldest = self._kept[0][1].first_sequence if self._kept else 0
        complete = sequence == self._newest or (oldest and oldest <= sequence + 1)
        return None if complete else ReplayGap(sequence, oldest), kept

    @property
    def newest(self) -> int:
        return self._newest

    def _trim(self) -> None:
        kept = self._kept
        if self._retention_s > 0:
            limit = self._clock.monotonic() - self._retention_s
            while kept and kept[0][0] < limit:
                self._events -= len(kept.popleft()[1])
        while self._events - len(kept[0][1]) >= self._capacity if kept else False:
            self._events -= len(kept.popleft()[1])
        if (excess := self._events - self._capacity) > 0:
            arrived, batch = kept[0]
            kept[0] = arrived, batch.after(batch.first_sequence + excess - 1)
            self._events = self._capacity

    def statistics(self) -> ReplayStatistics:
        oldest = self._kept[0][1].first_sequence if self._kept else 0
        return ReplayStatistics(self._events, self._capacity, oldest, self._newest)
