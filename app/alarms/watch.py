"""What is remembered of one alarm, and of one tag, between samples."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from app.alarms.limits import HIGHS, LEVELS, LOWS, Condition, Limit, TagLimits, is_one_of
from app.alarms.model import Alarm
from app.values import Value

#: Raised so often within so many seconds, an alarm chatters: then it is over only once it was for as long.
CHATTER_RAISES = 5
CHATTER_S = 60.0


@dataclass(slots=True, eq=False)
class Watch:
    alarm: Alarm
    due_s: float = math.inf  # when what the last sample said has held for its delay
    said: bool = False  # what the last sample said
    turned_s: float = -math.inf  # when samples last said something else
    raises: deque[float] = field(default_factory=lambda: deque[float](maxlen=CHATTER_RAISES))

    def delay_s(self, on: bool) -> float:
        limit = self.alarm.limit
        if on:
            return limit.on_delay_s
        return max(limit.off_delay_s, CHATTER_S) if self.alarm.chattering else limit.off_delay_s

    def chatters(self, now_s: float) -> bool:
        """Whether a raise now is one too many."""
        self.raises.append(now_s)
        return len(self.raises) == CHATTER_RAISES and now_s - self.raises[0] <= CHATTER_S


@dataclass(slots=True, eq=False)
class TagWatch:
    tag: str
    limits: TagLimits
    watches: list[Watch]
    suppressed: bool = False
    heard_s: float = math.inf  # when its last sample came; inf = nobody listens
    #: Between these, with a quality that is not bad, a sample changes nothing; low above high: every one may.
    low: float = math.inf
    high: float = -math.inf

    def calm(self, value: Value, quality: int) -> bool:
        return bool(quality & 0xC0) and isinstance(value, int | float) and self.low < value < self.high

    def settle(self) -> None:
        """Find the range anew, after something has changed."""
        self.low, self.high = -math.inf, math.inf
        for watch in self.watches:
            limit = watch.alarm.limit
            if watch.alarm.active or watch.said or watch.due_s < math.inf or limit.condition is Condition.STATE:
                self.low, self.high = math.inf, -math.inf
                return
            if limit.condition in HIGHS:
                self.high = min(self.high, limit.value)
            elif limit.condition in LOWS:
                self.low = max(self.low, limit.value)


def says(limit: Limit, active: bool, value: Value, quality: int) -> bool | None:
    """Whether a sample is an alarm; None = it says nothing about that. A level that is ``active`` has its deadband."""
    bad = not quality & 0xC0
    if limit.condition is Condition.QUALITY:
        return bad
    if limit.condition is Condition.STALE:
        return False
    if bad:
        return None
    if limit.condition not in LEVELS:
        return is_one_of(value, limit.states)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return None
    deadband = limit.deadband if active else 0.0
    return value >= limit.value - deadband if limit.condition in HIGHS else value <= limit.value + deadband
