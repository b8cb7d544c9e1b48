"""Alarms from samples: levels, states, quality, silence, delays, operators, chatter, and sources that go away."""

from __future__ import annotations

from array import array

import pytest

from app.alarms import watch as watches
from app.alarms.engine import AlarmEngine
from app.alarms.limits import Condition, Limit, Priority, Suppression, TagLimits
from app.alarms.model import Alarm, AlarmId, Change
from app.alarms.states import AlarmEvent, AlarmState
from app.batch import EventBatch
from app.values import EventKind, Value
from tests.helpers.batches import batch, mixed
from tests.helpers.clock import ManualClock

S, C, E = AlarmState, Condition, AlarmEvent
GOOD, BAD, UNCERTAIN = 192, 0, 64


class Rig:
    """One source "plant" with the tag Level (key 1) and Pump (key 2)."""

    def __init__(self, *limits: Limit, suppression: Suppression | None = None, bound: bool = True) -> None:
        self.clock = ManualClock()
        self.engine = AlarmEngine(self.clock)
        self.changes: list[Change] = []
        self.changes += self.engine.set_limits("plant", "Level", TagLimits(limits, suppression))
        if bound:
            self.bind()

    def bind(self) -> None:
        self.changes += self.engine.bind("plant", "s1", {1: "Level", 2: "Pump"})

    def sample(self, value: Value, quality: int = GOOD, key: int = 1) -> None:
        now = self.clock.utc_ns()
        made = EventBatch(1, array("Q", [key]), [value], array("i", [quality]), array("q", [now]), array("q", [now]))
        self.changes += self.engine.take("s1", made)

    def wait(self, seconds: float) -> None:
        self.clock.stall(seconds)
        self.changes += self.engine.tick()

    def alarm(self, condition: Condition = C.HIGH) -> Alarm:
        found = self.engine.get(AlarmId("plant", "Level", condition))
        assert found is not None
        return found

    def state(self, condition: Condition = C.HIGH) -> AlarmState:
        return self.alarm(condition).state

    def operate(self, event: AlarmEvent, condition: Condition = C.HIGH, *, comment: str = "", for_s: float = 0) -> bool:
        until = self.clock.utc_ns() + round(for_s * 1e9) if for_s else 0
        changes, refused = self.engine.operate(
            [AlarmId("plant", "Level", condition)], event, comment=comment, until_ns=until
        )
        self.changes += changes
        return not refused

    def told(self) -> list[tuple[str, str]]:
        """(condition, event) of every change of state so far."""
        return [(change.before.id.condition.value, change.event.value) for change in self.changes if change.event]


# ---- conditions


@pytest.mark.clause("A1")
def test_levels_are_reached_and_left() -> None:
    rig = Rig(Limit(C.HIGH_HIGH, 90.0), Limit(C.HIGH, 80.0), Limit(C.LOW, 20.0), Limit(C.LOW_LOW, 10.0))
    for value in (50.0, 79.9, 80.0, 89, 90, 85.0, 50.0, 20.0, 10, 11, 50.0):
        rig.sample(value)
    assert rig.told() == [
        ("H", "raise"), ("HH", "raise"), ("HH", "clear"), ("H", "clear"),
        ("L", "raise"), ("LL", "raise"), ("LL", "clear"), ("L", "clear"),
    ]  # fmt: skip


@pytest.mark.clause("A1")
def test_a_level_is_left_only_beyond_its_deadband() -> None:
    rig = Rig(Limit(C.HIGH, 80.0, deadband=2.0), Limit(C.LOW, 20.0, deadband=1.0))
    rig.sample(80.0)
    rig.sample(78.0)
    assert rig.state() is S.UNACKNOWLEDGED
    rig.sample(77.9)
    assert rig.state() is S.RETURNED
    rig.sample(79.9)
    assert rig.state() is S.RETURNED, "the deadband is for what is an alarm already"
    rig.sample(20.0)
    rig.sample(21.0)
    assert rig.state(C.LOW) is S.UNACKNOWLEDGED
    rig.sample(21.1)
    assert rig.state(C.LOW) is S.RETURNED


@pytest.mark.clause("A1")
@pytest.mark.parametrize(
    ("value", "quality"), [(99.0, BAD), (None, GOOD), ("99", GOOD), (float("nan"), GOOD), (True, GOOD)]
)
def test_what_is_no_number_or_bad_says_nothing_of_a_level(value: Value, quality: int) -> None:
    rig = Rig(Limit(C.HIGH, 0.5), Limit(C.LOW, 0.1))
    rig.sample(value, quality)
    assert rig.told() == []
    rig.sample(1.0)
    rig.sample(value, quality)
    assert rig.state() is S.UNACKNOWLEDGED


@pytest.mark.clause("A1")
def test_an_uncertain_value_counts_and_infinity_is_high() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    rig.sample(81.0, UNCERTAIN)
    assert rig.state() is S.UNACKNOWLEDGED
    rig.sample(0.0)
    rig.sample(float("inf"))
    assert rig.state() is S.UNACKNOWLEDGED


@pytest.mark.clause("A1")
def test_every_sample_of_a_batch_counts_not_only_the_last() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    rig.changes += rig.engine.take("s1", mixed(1, *[(EventKind.DATA_CHANGE, 1, v) for v in (1.0, 90.0, 1.0)]))
    assert rig.told() == [("H", "raise"), ("H", "clear")]
    assert rig.alarm().value == 90.0


@pytest.mark.clause("A2")
def test_a_state_is_one_of_a_few_values() -> None:
    rig = Rig(Limit(C.STATE, states=(3, "tripped")))
    for value in (0, 3, 4, "tripped", "3"):
        rig.sample(value)
    assert rig.told() == [("state", "raise"), ("state", "clear"), ("state", "raise"), ("state", "clear")]


@pytest.mark.clause("A2")
def test_bad_quality_is_an_alarm_and_a_good_or_uncertain_one_ends_it() -> None:
    rig = Rig(Limit(C.QUALITY, priority=Priority.LOW))
    rig.sample(1.0, 24)
    assert rig.state(C.QUALITY) is S.UNACKNOWLEDGED
    assert rig.alarm(C.QUALITY).quality == 24
    rig.sample(1.0, UNCERTAIN)
    assert rig.state(C.QUALITY) is S.RETURNED


@pytest.mark.clause("A2")
def test_silence_is_an_alarm_from_when_it_was_too_long() -> None:
    rig = Rig(Limit(C.STALE, 10.0))
    rig.sample(1.0)
    start = rig.clock.utc_ns()
    rig.wait(9.5)
    rig.sample(1.0)
    rig.wait(9.5)
    assert rig.told() == []
    rig.wait(30.0)
    assert rig.alarm(C.STALE).raised_ns == start + round(19.5e9), "however late somebody looks"
    rig.sample(1.0)
    assert rig.state(C.STALE) is S.RETURNED
    rig.wait(10.0)
    assert rig.state(C.STALE) is S.UNACKNOWLEDGED


@pytest.mark.clause("A2")
def test_a_tag_that_never_says_anything_is_silent_too() -> None:
    rig = Rig(Limit(C.STALE, 10.0), bound=False)
    rig.wait(100.0)
    assert rig.told() == [], "nobody listens yet"
    rig.bind()
    rig.wait(9.0)
    assert rig.told() == []
    rig.wait(1.0)
    assert rig.state(C.STALE) is S.UNACKNOWLEDGED


@pytest.mark.clause("A2")
def test_a_limit_set_while_the_source_is_there_hears_silence_from_then_on() -> None:
    rig = Rig(Limit(C.HIGH, 1.0))
    rig.wait(100.0)
    rig.changes += rig.engine.set_limits("plant", "Other", TagLimits((Limit(C.STALE, 10.0),)))
    rig.changes += rig.engine.bind("plant", "s1", {1: "Level", 3: "Other"})
    rig.wait(9.0)
    assert rig.told() == []
    rig.wait(1.0)
    assert rig.told() == [("stale", "raise")]


@pytest.mark.clause("A3")
def test_what_does_not_last_as_long_as_its_delay_is_no_alarm() -> None:
    rig = Rig(Limit(C.HIGH, 80.0, on_delay_s=5.0, off_delay_s=3.0))
    rig.sample(90.0)
    start = rig.clock.utc_ns()
    rig.wait(4.0)
    rig.sample(70.0)
    rig.wait(4.0)
    rig.sample(90.0)
    rig.wait(4.9)
    assert rig.told() == []
    rig.wait(2.0)
    assert rig.told() == [("H", "raise")]
    assert rig.alarm().raised_ns == start + round(13e9)
    rig.sample(70.0)
    rig.wait(2.0)
    rig.sample(90.0)
    rig.wait(10.0)
    assert rig.state() is S.UNACKNOWLEDGED
    rig.sample(70.0)
    rig.wait(3.0)
    assert rig.state() is S.RETURNED


@pytest.mark.clause("A3")
def test_a_delay_that_ended_before_the_next_sample_ended_as_an_alarm() -> None:
    rig = Rig(Limit(C.HIGH, 80.0, on_delay_s=5.0))
    rig.sample(90.0)
    rig.clock.stall(7.0)
    rig.sample(70.0)
    assert rig.told() == [("H", "raise"), ("H", "clear")]


# ---- operators


@pytest.mark.clause("A5")
def test_acknowledging_keeps_the_comment_and_ends_a_returned_alarm() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    assert not rig.operate(E.ACKNOWLEDGE), "nothing to acknowledge"
    rig.sample(90.0)
    assert rig.operate(E.ACKNOWLEDGE, comment="on my way")
    assert rig.alarm().comment == "on my way"
    assert rig.state() is S.ACKNOWLEDGED
    rig.sample(70.0)
    assert rig.state() is S.NORMAL
    rig.sample(90.0)
    rig.sample(70.0)
    assert rig.operate(E.ACKNOWLEDGE)
    assert rig.state() is S.NORMAL


@pytest.mark.clause("A5")
def test_acknowledging_many_changes_those_that_need_it_and_names_the_others() -> None:
    rig = Rig(Limit(C.HIGH, 80.0), Limit(C.LOW, 20.0))
    rig.sample(90.0)
    ids = [AlarmId("plant", "Level", c) for c in (C.HIGH, C.LOW)] + [AlarmId("plant", "Gone", C.HIGH)]
    changes, refused = rig.engine.operate(ids, E.ACKNOWLEDGE)
    assert [change.before.id for change in changes] == ids[:1]
    assert refused == ids[1:]


@pytest.mark.clause("A6")
def test_a_shelved_alarm_says_nothing_until_its_time_is_over() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    rig.sample(90.0)
    assert rig.operate(E.SHELVE, for_s=60.0, comment="being calibrated")
    end = rig.clock.utc_ns() + round(60e9)
    rig.sample(70.0)
    rig.sample(90.0)
    assert rig.state() is S.SHELVED
    rig.wait(59.0)
    assert rig.state() is S.SHELVED
    rig.wait(30.0)
    assert rig.told()[-2:] == [("H", "unshelve"), ("H", "raise")]
    assert rig.changes[-2].time_ns == end
    assert rig.state() is S.UNACKNOWLEDGED, "it still holds"


@pytest.mark.clause("A6")
def test_unshelving_early_and_shelving_longer() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    assert rig.operate(E.SHELVE, for_s=60.0)
    assert rig.operate(E.SHELVE, for_s=600.0)
    rig.wait(100.0)
    assert rig.state() is S.SHELVED
    assert rig.operate(E.UNSHELVE)
    assert rig.state() is S.NORMAL
    assert not rig.operate(E.UNSHELVE)
    with pytest.raises(ValueError, match="later than now"):
        rig.operate(E.SHELVE)


@pytest.mark.clause("A6")
def test_out_of_service_lasts_until_somebody_takes_it_back() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    assert rig.operate(E.DISABLE)
    rig.sample(90.0)
    rig.wait(1e6)
    assert not rig.operate(E.SHELVE, for_s=5.0)
    assert rig.state() is S.OUT_OF_SERVICE
    assert rig.operate(E.ENABLE)
    assert rig.state() is S.UNACKNOWLEDGED


@pytest.mark.clause("A6")
def test_another_tag_suppresses_by_design() -> None:
    rig = Rig(Limit(C.HIGH, 80.0), suppression=Suppression("Pump", (0,)))
    assert rig.engine.tags("plant") == ["Level", "Pump"]
    rig.sample(90.0)
    rig.sample(0, key=2)
    assert rig.state() is S.SUPPRESSED
    rig.sample(1, BAD, key=2)
    assert rig.state() is S.SUPPRESSED, "a bad value says nothing"
    rig.sample(1, key=2)
    assert rig.state() is S.UNACKNOWLEDGED
    rig.operate(E.SHELVE, for_s=60.0)
    rig.sample(0, key=2)
    assert rig.state() is S.SHELVED
    rig.operate(E.UNSHELVE)
    assert rig.state() is S.SUPPRESSED
    rig.changes += rig.engine.set_limits("plant", "Level", TagLimits((Limit(C.HIGH, 80.0),)))
    assert rig.state() is S.UNACKNOWLEDGED, "no suppression, no suppressed alarm"


# ---- chatter


@pytest.mark.clause("A7")
def test_a_chattering_alarm_is_told_a_few_times_and_then_stays_until_it_is_quiet() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    for _ in range(1000):
        rig.sample(90.0)
        rig.wait(0.05)
        rig.sample(70.0)
        rig.wait(0.05)
    assert rig.told().count(("H", "raise")) == watches.CHATTER_RAISES
    assert rig.alarm().chattering
    rig.operate(E.ACKNOWLEDGE)
    rig.sample(90.0)
    rig.sample(70.0)
    rig.wait(watches.CHATTER_S - 1)
    assert rig.state() is S.ACKNOWLEDGED, "no second acknowledging for each swing"
    rig.wait(1.0)
    assert rig.state() is S.NORMAL
    assert not rig.alarm().chattering


@pytest.mark.clause("A7")
def test_an_alarm_that_stays_ceases_to_chatter() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    for _ in range(watches.CHATTER_RAISES):
        rig.sample(70.0)
        rig.sample(90.0)
    assert rig.alarm().chattering
    rig.wait(watches.CHATTER_S)
    assert not rig.alarm().chattering
    assert rig.state() is S.UNACKNOWLEDGED
    rig.sample(70.0)
    assert rig.state() is S.RETURNED


# ---- sources


@pytest.mark.clause("A8")
def test_the_alarms_of_a_lost_source_are_held_not_cleared() -> None:
    rig = Rig(Limit(C.HIGH, 80.0), Limit(C.QUALITY), Limit(C.STALE, 10.0))
    rig.sample(90.0)
    rig.changes += rig.engine.hold("s1")
    assert rig.alarm().held
    rig.sample(10.0)
    rig.sample(10.0, BAD)
    rig.wait(1000.0)
    assert rig.state() is S.UNACKNOWLEDGED
    assert rig.told() == [("H", "raise")], "neither bad nor stale: the source says nothing"
    assert rig.operate(E.ACKNOWLEDGE), "what is known can be acknowledged"
    rig.changes += rig.engine.resume("s1")
    assert not rig.alarm().held
    rig.wait(9.0)
    assert rig.state(C.STALE) is S.NORMAL, "silence counts from when the source is back"
    rig.sample(10.0)
    assert rig.state() is S.NORMAL


@pytest.mark.clause("A8")
def test_a_delay_begins_anew_when_the_source_is_back() -> None:
    rig = Rig(Limit(C.HIGH, 80.0, on_delay_s=5.0))
    rig.sample(90.0)
    rig.wait(4.0)
    rig.changes += rig.engine.hold("s1")
    rig.wait(100.0)
    rig.changes += rig.engine.resume("s1")
    rig.sample(90.0)
    rig.wait(4.0)
    assert rig.told() == []
    rig.wait(1.0)
    assert rig.told() == [("H", "raise")]


@pytest.mark.clause("A8")
def test_a_source_that_is_opened_again_has_other_keys_and_the_same_alarms() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    rig.sample(90.0)
    rig.changes += rig.engine.hold("s1")
    rig.changes += rig.engine.bind("plant", "s2", {7: "Level"})
    rig.sample(10.0)
    assert rig.state() is S.UNACKNOWLEDGED, "the old session says nothing any more"
    rig.changes += rig.engine.take("s2", batch(1, 1, key=7, value=10.0))
    assert rig.state() is S.RETURNED


# ---- limits that change


@pytest.mark.clause("A1")
def test_a_changed_limit_begins_anew_and_the_others_keep_their_states() -> None:
    rig = Rig(Limit(C.HIGH, 80.0), Limit(C.LOW, 20.0))
    rig.sample(90.0)
    rig.operate(E.ACKNOWLEDGE)
    changes = rig.engine.set_limits("plant", "Level", TagLimits((Limit(C.HIGH, 80.0), Limit(C.LOW, 30.0))))
    assert [(change.before.id.condition, change.after) for change in changes] == [(C.LOW, None)]
    assert rig.state() is S.ACKNOWLEDGED
    changes = rig.engine.set_limits("plant", "Level", TagLimits(()))
    assert {change.before.id.condition for change in changes} == {C.HIGH, C.LOW}
    assert list(rig.engine.alarms()) == []
    assert not rig.engine.limits("plant", "Level")
    rig.sample(90.0)
    rig.wait(100.0)
    assert list(rig.engine.all_limits()) == []


def test_completions_and_other_tags_are_not_looked_at() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    rig.engine.take("s1", mixed(1, (EventKind.WRITE_COMPLETE, 1, 99.0), (EventKind.DATA_CHANGE, 5, 99.0)))
    rig.engine.take("other", batch(1, 3, key=1, value=99.0))
    assert rig.engine.statistics().looked_at == 0
    rig.sample(90.0)
    told = rig.engine.statistics()
    assert (told.tags, told.alarms, told.active, told.unacknowledged, told.raised) == (1, 1, 1, 1, 1)


def test_one_value_alone_is_looked_at_like_a_batch() -> None:
    rig = Rig(Limit(C.HIGH, 80.0))
    changes = rig.engine.sample("s1", 1, 90.0, GOOD, 123)
    assert [change.time_ns for change in changes] == [123]
    assert rig.alarm().raised_ns == 123
