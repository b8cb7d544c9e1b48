"""The alarm engine against a plain one that looks at every second by itself and knows neither table nor timers."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.alarms.engine import AlarmEngine
from app.alarms.limits import Condition, Limit, TagLimits
from app.alarms.model import AlarmId
from app.alarms.states import AlarmEvent
from app.batch import EventBatch
from tests.helpers.clock import ManualClock

LIMITS = (
    Limit(Condition.HIGH_HIGH, 90.0, on_delay_s=2.0),
    Limit(Condition.HIGH, 80.0, deadband=5.0),
    Limit(Condition.LOW, 20.0, deadband=5.0, on_delay_s=3.0, off_delay_s=4.0),
    Limit(Condition.STATE, states=(50.0, 10.0), off_delay_s=2.0),
    Limit(Condition.QUALITY, on_delay_s=1.0),
    Limit(Condition.STALE, 5.0, on_delay_s=1.0, off_delay_s=1.0),
)


@dataclass
class Plain:
    """One alarm by the book."""

    limit: Limit
    active: bool = False
    said: bool = False
    against_since: int | None = None  # since when what is said is not what is active
    acknowledged: bool = True
    shelved_until: int | None = None
    out: bool = False
    heard: int = 0
    turned: int = -(10**9)
    raised_at: list[int] = field(default_factory=list)
    chattering: bool = False

    def says(self, value: float, bad: bool) -> bool | None:
        limit, back = self.limit, self.limit.deadband if self.active else 0.0
        return {
            Condition.HIGH_HIGH: None if bad else value >= limit.value - back,
            Condition.HIGH: None if bad else value >= limit.value - back,
            Condition.LOW: None if bad else value <= limit.value + back,
            Condition.STATE: None if bad else value in limit.states,
            Condition.QUALITY: bad,
            Condition.STALE: False,
        }[limit.condition]

    def hear(self, said: bool | None, now: int) -> None:
        if said is None:
            return
        if said != self.said:
            self.said, self.turned = said, now
        if said == self.active:
            self.against_since = None
        elif self.against_since is None:
            self.against_since = now
        self.look(now)

    def look(self, now: int) -> None:
        """What has been against the alarm for long enough turns it."""
        if self.against_since is None:
            return
        delay = self.limit.off_delay_s if self.active else self.limit.on_delay_s
        if self.active and self.chattering:
            delay = max(delay, 60)
        if now - self.against_since < delay:
            return
        self.against_since = None
        self.active = not self.active
        if self.active:
            self.raised_at.append(now)
            recent = self.raised_at[-5:]
            self.chattering = self.chattering or (len(recent) == 5 and recent[-1] - recent[0] <= 60)
            if not self.quiet:
                self.acknowledged = False
        else:
            self.chattering = False

    @property
    def quiet(self) -> bool:
        return self.out or self.shelved_until is not None

    def second(self, now: int) -> None:
        if self.limit.condition is Condition.STALE and not self.said and now - self.heard >= self.limit.value:
            self.hear(True, now)
        self.look(now)
        if self.chattering and self.said and now - self.turned >= 60:
            self.chattering = False
        if self.shelved_until is not None and now >= self.shelved_until:
            self.shelved_until = None
            self.acknowledged = not self.active

    def operate(self, event: AlarmEvent, now: int, until: int) -> None:
        if event is AlarmEvent.ACKNOWLEDGE and not self.quiet:
            self.acknowledged = True
        elif event is AlarmEvent.SHELVE and not self.out:
            self.shelved_until, self.acknowledged = until, True
        elif event is AlarmEvent.UNSHELVE and self.shelved_until is not None:
            self.shelved_until, self.acknowledged = None, not self.active
        elif event is AlarmEvent.DISABLE:
            self.out, self.shelved_until, self.acknowledged = True, None, True
        elif event is AlarmEvent.ENABLE and self.out:
            self.out, self.acknowledged = False, not self.active

    @property
    def state(self) -> str:
        if self.out:
            return "out of service"
        if self.shelved_until is not None:
            return "shelved"
        if self.active:
            return "acknowledged" if self.acknowledged else "unacknowledged"
        return "normal" if self.acknowledged else "returned"


_sample = st.tuples(
    st.just("sample"),
    st.sampled_from([0.0, 10.0, 20.0, 25.0, 50.0, 76.0, 80.0, 90.0]),
    st.sampled_from([192, 192, 192, 64, 0]),
)
_wait = st.tuples(st.just("wait"), st.sampled_from([1, 1, 1, 2, 3, 5, 8, 70]))
_late = st.tuples(st.just("late"), st.integers(1, 9))  # time passes and nobody looks until the next thing happens
_source = st.tuples(st.sampled_from(["hold", "resume"]))
_operator = st.tuples(
    st.sampled_from(
        [AlarmEvent.ACKNOWLEDGE, AlarmEvent.SHELVE, AlarmEvent.UNSHELVE, AlarmEvent.DISABLE, AlarmEvent.ENABLE]
    ),
    st.integers(0, len(LIMITS) - 1),
    st.integers(1, 9),
)


@pytest.mark.clause("A1", "A2", "A3", "A4", "A6", "A7", "A8")
@settings(max_examples=150, deadline=None)
@given(st.lists(_sample | _sample | _wait | _late | _source | _operator, max_size=60))
def test_it_does_what_a_plain_one_does(steps: list[tuple[object, ...]]) -> None:
    clock = ManualClock()
    engine = AlarmEngine(clock)
    engine.set_limits("plant", "Level", TagLimits(LIMITS))
    engine.bind("plant", "s", {1: "Level"})
    plain = [Plain(limit) for limit in LIMITS]
    now, looked, live = 0, 0, True

    def catch_up() -> None:
        nonlocal looked
        for second in range(looked + 1, now + 1):
            for alarm in plain:
                if live:
                    alarm.second(second)
                elif alarm.shelved_until is not None and second >= alarm.shelved_until:
                    alarm.shelved_until, alarm.acknowledged = None, not alarm.active
        looked = now

    for step in steps:
        match step:
            case ("wait" | "late" as how, int(seconds)):
                clock.stall(float(seconds))
                now += seconds
                if how == "wait":
                    engine.tick()
            case ("sample", float(value), int(quality)):
                told = array("q", [clock.utc_ns()])
                engine.take("s", EventBatch(1, array("Q", [1]), array("d", [value]), array("i", [quality]), told, told))
                catch_up()
                if live:
                    for alarm in plain:
                        alarm.heard = now
                        alarm.hear(alarm.says(value, quality == 0), now)
            case ("hold",) | ("resume",):
                (engine.hold if step[0] == "hold" else engine.resume)("s")
                catch_up()
                if live != (step[0] == "resume"):
                    live = not live
                    for alarm in plain:
                        alarm.against_since, alarm.said, alarm.heard = None, alarm.active, now
            case (AlarmEvent() as event, int(number), int(seconds)):
                until_ns = clock.utc_ns() + seconds * 1_000_000_000
                engine.operate([AlarmId("plant", "Level", LIMITS[number].condition)], event, until_ns=until_ns)
                catch_up()
                plain[number].operate(event, now, now + seconds)
            case _:
                raise AssertionError(step)
    engine.tick()
    catch_up()
    alarms = {alarm.id.condition: alarm for alarm in engine.alarms()}
    for alarm in plain:
        found = alarms[alarm.limit.condition]
        assert (found.state, found.active, found.chattering) == (alarm.state, alarm.active, alarm.chattering), found.id
        assert found.raises == len(alarm.raised_at)
        assert found.held is not live
