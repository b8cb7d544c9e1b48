"""Limits: what can be, what cannot, and the way to JSON and back."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.alarms.limits import LEVELS, Condition, Limit, Priority, Suppression, TagLimits, from_json, to_json

H, L = Condition.HIGH, Condition.LOW


@pytest.mark.clause("A1")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Limit(H, float("nan")), "H: nan is no limit"),
        (lambda: Limit(H, 1.0, deadband=-1.0), "the deadband is -1"),
        (lambda: Limit(Condition.QUALITY, deadband=1.0), "quality: a deadband belongs to"),
        (lambda: Limit(H, 1.0, on_delay_s=-1.0), "the on delay is -1 s"),
        (lambda: Limit(H, 1.0, off_delay_s=1e9), "the off delay is 1e+09 s"),
        (lambda: Limit(Condition.STATE), "no value is given"),
        (lambda: Limit(H, 1.0, states=(1,)), "H: values belong to a state alarm"),
        (lambda: Limit(Condition.STALE), "the silence is 0 s"),
        (lambda: TagLimits((Limit(H, 1.0), Limit(H, 2.0))), "H is given 2 times"),
        (lambda: TagLimits((Limit(H, 1.0), Limit(L, 1.0))), "H (1) must be above L (1)"),
        (lambda: TagLimits((Limit(L, 5.0), Limit(Condition.HIGH_HIGH, 4.0))), "HH (4) must be above L (5)"),
        (lambda: Suppression(" ", (1,)), "no tag is given"),
        (lambda: Suppression("Pump", ()), "suppression by Pump: no value is given"),
    ],
)
def test_what_cannot_be_is_named(make: object, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make()  # type: ignore[operator]


_delays = st.floats(0, 86_400)
_state_values = st.lists(
    st.booleans() | st.integers(-(2**60), 2**60) | st.text("aÄ1 ", max_size=5), min_size=1, max_size=3
)


@st.composite
def tag_limits(draw: st.DrawFn) -> TagLimits:
    conditions = draw(st.sets(st.sampled_from(Condition)))
    levels = sorted(draw(st.sets(st.integers(-1000, 1000), min_size=4, max_size=4)), reverse=True)
    limits: list[Limit] = []
    for condition in conditions:
        level = condition in LEVELS
        value = float(levels[LEVELS.index(condition)]) if level else 0.0
        limits.append(
            Limit(
                condition,
                draw(st.floats(0.5, 100)) if condition is Condition.STALE else value,
                tuple(draw(_state_values)) if condition is Condition.STATE else (),
                draw(st.sampled_from(Priority)),
                draw(st.floats(0, 10)) if level else 0.0,
                draw(_delays),
                draw(_delays),
            )
        )
    suppression = draw(st.none() | st.just(Suppression("Pump.State", (0, "off", True))))
    return TagLimits(tuple(limits), suppression)


@pytest.mark.clause("A11")
@given(tag_limits())
def test_limits_go_to_json_and_back(limits: TagLimits) -> None:
    assert from_json(json.loads(json.dumps(to_json(limits)))) == limits


@pytest.mark.clause("A11")
@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "does not describe"),
        ({"limits": 3}, "must be a list"),
        ({"limits": ["H"]}, "does not describe a limit"),
        ({"limits": [{"condition": "HHH"}]}, "HHH"),
        ({"limits": [{"condition": "H", "value": "80"}]}, "H: value is '80'"),
        ({"limits": [{"condition": "H", "value": True}]}, "H: value is True"),
        ({"limits": [{"condition": "H", "value": 10**400}]}, "H: value is larger than any number"),
        ({"limits": [{"condition": "H", "priority": "dire"}]}, "dire is no priority"),
        ({"limits": [{"condition": "state", "states": "on"}]}, "must be a list"),
        ({"limits": [{"condition": "state", "states": [[]]}]}, "is no value of a state"),
        ({"limits": [], "suppressed": {"tag": "a"}}, "no value is given"),
        ({"limits": [], "suppressed": 1}, "does not describe a suppression"),
    ],
)
def test_what_cannot_be_read_is_named(told: object, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        from_json(told)
