"""What is told beside the events themselves, and where both are published."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.batch import Detail, EventBatch
from app.values import EventKind, QualityClass, quality_class


class NoticeKind(enum.StrEnum):
    STATE = "state"  # the session changed state; details: old, new
    FAULT = "fault"  # the session faulted; details: code and what the fault had
    SOURCE_LOST = "source-lost"  # the worker lost its source; details: next_attempt_ns
    SOURCE_BACK = "source-back"  # and has it again; details: restored, items
    SEQUENCE_GAP = "sequence-gap"  # events are missing between worker and gateway; details: missed
    DROPPED = "dropped"  # events were dropped in the gateway because nobody read them; details: missed
    MIRROR_RESTARTED = "mirror-restarted"  # the window's own feed overflowed; details: missed
    WORKER_RESTART = "worker-restart"  # a new worker takes over; details: attempt, restored, items
    ALARM = "alarm"  # of a tag: raised, over, chattering; details: tag, condition, priority, state, value
    CLOCK = "clock"  # the source's clock is off, or right again; details: offset_ns (> 0 = it is ahead, 0 = right)
    SUBSCRIBER = "subscriber"  # an external subscriber came, left or overflowed


class Severity(enum.IntEnum):
    INFO = 0
    WARNING = 1
    ERROR = 2


def severity_of(kind: EventKind, quality: int, detail: Detail) -> Severity:
    """Of an event: of a value by its quality, of a completion by its statuses."""
    if kind > EventKind.BUFFERED_DATA_CHANGE:
        return Severity.INFO if all(status.ok for status in detail.statuses) else Severity.ERROR
    return _BY_QUALITY[quality_class(quality)]


_BY_QUALITY = {
    QualityClass.GOOD: Severity.INFO,
    QualityClass.UNCERTAIN: Severity.WARNING,
    QualityClass.BAD: Severity.ERROR,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the event log that is not an event of a tag."""

    kind: NoticeKind
    severity: Severity
    time_ns: int
    message: str
    details: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ReplayGap:
    """Told to a subscriber first when what it wants to resume after is no longer (all) in the replay buffer."""

    requested: int
    oldest_available: int  # 0 = the buffer is empty


class Broadcaster(Protocol):
    """Where a session's mirror publishes. Called on the loop, must not wait. An error of it is logged and forgotten."""

    def publish(self, session_id: str, batch: EventBatch) -> None: ...

    def notice(self, session_id: str, notice: Notice) -> None: ...


class Broadcasters:
    """Several as one, in their order; an error of one costs the others nothing, and is raised at the end."""

    def __init__(self, several: Sequence[Broadcaster]) -> None:
        self._several = tuple(several)

    def publish(self, session_id: str, batch: EventBatch) -> None:
        self._each([lambda one=one: one.publish(session_id, batch) for one in self._several])

    def notice(self, session_id: str, notice: Notice) -> None:
        self._each([lambda one=one: one.notice(session_id, notice) for one in self._several])

    def _each(self, calls: Sequence[Callable[[], None]]) -> None:
        failed: Exception | None = None
        for call in calls:
            try:
                call()
            except Exception as error:
                failed = error
        if failed is not None:
            raise failed
