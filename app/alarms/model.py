"""An alarm as it is, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass

from app.alarms.limits import Condition, Limit
from app.alarms.states import NEEDS_ACKNOWLEDGING, AlarmEvent, AlarmState
from app.values import Value


@dataclass(frozen=True, slots=True, order=True)
class AlarmId:
    """``source`` is the name of a session, which outlives it."""

    source: str
    tag: str
    condition: Condition

    def __str__(self) -> str:
        return f"{self.source}:{self.tag} {self.condition.value}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm at one moment. Times in ns since 1970 UTC, 0 = never."""

    id: AlarmId
    limit: Limit
    state: AlarmState = AlarmState.NORMAL
    active: bool = False  # whether the condition holds, also where it is shelved or suppressed
    raised_ns: int = 0
    changed_ns: int = 0
    value: Value = None  # when it was raised last
    quality: int = 0
    raises: int = 0
    chattering: bool = False
    held: bool = True  # its source is away: this is the last that was known
    shelved_until_ns: int = 0
    comment: str = ""  # of the last operator

    @property
    def unacknowledged(self) -> bool:
        return self.state in NEEDS_ACKNOWLEDGING


@dataclass(frozen=True, slots=True)
class Change:
    """``after`` None: the alarm is there no more. ``event`` None: its state is the same, but it is held, is live again,
    or has begun or ceased to chatter."""

    before: Alarm
    after: Alarm | None
    event: AlarmEvent | None
    time_ns: int

    @property
    def now(self) -> Alarm:
        """What is known last."""
        return self.before if self.after is None else self.after


@dataclass(frozen=True, slots=True)
class AlarmStatistics:
    tags: int
    alarms: int
    active: int
    unacknowledged: int
    waiting: int  # for the end of a delay
    chattering: int
    held: int
    looked_at: int  # samples of tags with alarms
    raised: int
