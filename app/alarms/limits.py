"""What is alarmed of a tag: limits, states, quality and silence, as data; and as JSON, for workspaces."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

from app.values import Value

#: A day: a delay beyond it is a mistake.
_LONGEST_S = 86_400.0


class Condition(enum.StrEnum):
    """What is looked for. A tag has each at most once."""

    HIGH_HIGH = "HH"
    HIGH = "H"
    LOW = "L"
    LOW_LOW = "LL"
    STATE = "state"  # the value is one of a few
    QUALITY = "quality"  # it is bad
    STALE = "stale"  # nothing came for a while


HIGHS = (Condition.HIGH_HIGH, Condition.HIGH)
LOWS = (Condition.LOW, Condition.LOW_LOW)
LEVELS = (*HIGHS, *LOWS)


class Priority(enum.IntEnum):
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm of a tag. ValueError says what cannot be.

    ``value`` is the limit of HH to LL in the tag's unit (reached = alarm), and for stale the silence in seconds;
    ``states`` are the values of a state alarm. A value has to come back by ``deadband`` until a level alarm ends. What
    is so for ``on_delay_s`` without a break is an alarm, what is not so for ``off_delay_s`` is none any more.
    """

    condition: Condition
    value: float = 0.0
    states: tuple[Value, ...] = ()
    priority: Priority = Priority.MEDIUM
    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        name = self.condition.value
        if not math.isfinite(self.value):
            raise ValueError(f"{name}: {self.value} is no limit, it must be a finite number")
        if not (math.isfinite(self.deadband) and self.deadband >= 0):
            raise ValueError(f"{name}: the deadband is {self.deadband:g}, but must be 0 or more")
        if self.deadband and self.condition not in LEVELS:
            raise ValueError(f"{name}: a deadband belongs to HH, H, L and LL alone")
        for words, delay in (("on delay", self.on_delay_s), ("off delay", self.off_delay_s)):
            if not 0 <= delay <= _LONGEST_S:
                raise ValueError(f"{name}: the {words} is {delay:g} s, but must be 0 to {_LONGEST_S:g} s")
        if self.condition is Condition.STATE and not self.states:
            raise ValueError("state: no value is given that is an alarm")
        if self.condition is not Condition.STATE and self.states:
            raise ValueError(f"{name}: values belong to a state alarm alone")
        if self.condition is Condition.STALE and not 0 < self.value <= _LONGEST_S:
            raise ValueError(
                f"stale: the silence is {self.value:g} s, but must be above 0 and at most {_LONGEST_S:g} s"
            )


@dataclass(frozen=True, slots=True)
class Suppression:
    """While another tag of the same source has one of these values, the alarms of a tag are suppressed by design: low
    flow is no alarm while the pump stands."""

    tag: str
    states: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.tag.strip():
            raise ValueError("suppression: no tag is given")
        if not self.states:
            raise ValueError(f"suppression by {self.tag}: no value is given")


@dataclass(frozen=True, slots=True)
class TagLimits:
    """All alarms of one tag. ValueError where limits contradict each other."""

    limits: tuple[Limit, ...]
    suppression: Suppression | None = None

    def __post_init__(self) -> None:
        conditions = [limit.condition for limit in self.limits]
        for condition in conditions:
            if conditions.count(condition) > 1:
                raise ValueError(f"{condition.value} is given {conditions.count(condition)} times")
        levels = [limit for condition in LEVELS if (limit := self.get(condition)) is not None]
        for upper, lower in pairwise(levels):
            if upper.value <= lower.value:
                names = f"{upper.condition.value} ({upper.value:g}) must be above {lower.condition.value}"
                raise ValueError(f"{names} ({lower.value:g})")

    def get(self, condition: Condition) -> Limit | None:
        return next((limit for limit in self.limits if limit.condition is condition), None)

    def __bool__(self) -> bool:
        return bool(self.limits)


def is_one_of(value: Value, states: Iterable[Value]) -> bool:
    """Equal, and of the same worth: True is 1, but "1" is not."""
    return any(value == state for state in states)


# ---- as JSON ----------------------------------------------------------------

_KEYS = ("value", "deadband", "on_delay_s", "off_delay_s")


def to_json(limits: TagLimits) -> dict[str, Any]:
    told: dict[str, Any] = {"limits": [_limit_to_json(limit) for limit in limits.limits]}
    if limits.suppression is not None:
        told["suppressed"] = {"tag": limits.suppression.tag, "states": list(limits.suppression.states)}
    return told


def _limit_to_json(limit: Limit) -> dict[str, Any]:
    told: dict[str, Any] = {"condition": limit.condition.value, "priority": limit.priority.name.lower()}
    told |= {key: number for key in _KEYS if (number := getattr(limit, key))}
    if limit.states:
        told["states"] = list(limit.states)
    return told


def from_json(told: object) -> TagLimits:
    """ValueError says what cannot be read."""
    entry = _mapping(told, "alarms of a tag")
    rows = entry.get("limits", [])
    if not isinstance(rows, list):
        raise ValueError("the limits of a tag must be a list")  # noqa: TRY004
    suppressed = entry.get("suppressed")
    suppression = None
    if suppressed is not None:
        given = _mapping(suppressed, "suppression")
        suppression = Suppression(str(given.get("tag", "")), _states(given.get("states", [])))
    return TagLimits(tuple(map(_limit_from_json, cast("list[object]", rows))), suppression)


def _limit_from_json(told: object) -> Limit:
    entry = _mapping(told, "limit")
    condition = Condition(str(entry.get("condition")))
    name = str(entry.get("priority", "medium")).upper()
    if name not in Priority.__members__:
        raise ValueError(f"{condition.value}: {name.lower()} is no priority")
    numbers: dict[str, float] = {}
    for key in _KEYS:
        number = entry.get(key, 0.0)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"{condition.value}: {key} is {number!r}, but must be a number")  # noqa: TRY004
        try:
            numbers[key] = float(number)
        except OverflowError:
            raise ValueError(f"{condition.value}: {key} is larger than any number of a source") from None
    return Limit(condition, states=_states(entry.get("states", [])), priority=Priority[name], **numbers)


def _states(told: object) -> tuple[Value, ...]:
    if not isinstance(told, list):
        raise ValueError("the values of a state must be a list")  # noqa: TRY004
    for state in cast("list[object]", told):
        if not isinstance(state, bool | int | float | str):
            raise ValueError(f"{state!r} is no value of a state")  # noqa: TRY004
    return tuple(cast("list[Value]", told))


def _mapping(told: object, what: str) -> Mapping[str, object]:
    if not isinstance(told, dict):
        raise ValueError(f"{told!r} does not describe a {what}")  # noqa: TRY004
    return cast("dict[str, object]", told)
