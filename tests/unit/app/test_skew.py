"""Clocks of sources: told when they are off by more than two seconds, once, and taken back with hysteresis."""

from __future__ import annotations

from array import array

import pytest

from app.batch import EventBatch
from app.events.skew import Skew, SkewWatch
from app.values import NO_TIME, NS_PER_S

NOW = 1_767_225_600 * NS_PER_S


class Source:
    """A batch every second, for ten items, with a clock that is off."""

    def __init__(self) -> None:
        self.watch = SkewWatch()
        self.now = NOW
        self.sequence = 1
        self.told: list[Skew] = []

    def run(
        self, seconds: int, offset_s: float, *, keys: int = 10, delays_s: tuple[float, ...] = (0.1,), quality: int = 192
    ) -> list[Skew]:
        before = len(self.told)
        for second in range(seconds):
            self.now += NS_PER_S
            delay = delays_s[second % len(delays_s)]
            source = NO_TIME if offset_s == -1e9 else self.now + round((offset_s - delay) * NS_PER_S)
            batch = EventBatch(
                self.sequence, array("Q", range(1, keys + 1)), array("d", [1.0] * keys), array("i", [quality] * keys),
                array("q", [source] * keys), array("q", [self.now] * keys),
            )  # fmt: skip
            self.sequence += keys
            if (skew := self.watch.take(batch)) is not None:
                self.told.append(skew)
        return self.told[before:]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.mark.clause("Z3")
@pytest.mark.parametrize("offset_s", [2.5, -3.5, 3600.0, -86_400.0])
def test_a_clock_that_is_off_is_told_once(source: Source, offset_s: float) -> None:
    (skew,) = source.run(300, offset_s)
    assert abs(skew.offset_ns / NS_PER_S - offset_s) <= 0.11
    assert source.watch.offset_ns == pytest.approx(offset_s * NS_PER_S, abs=0.2 * NS_PER_S)


@pytest.mark.clause("Z3")
@pytest.mark.parametrize("offset_s", [0.0, 1.9, -1.8])
def test_a_clock_that_is_nearly_right_is_not_told(source: Source, offset_s: float) -> None:
    assert source.run(300, offset_s) == []


@pytest.mark.clause("Z3")
def test_it_is_taken_back_below_one_second_and_does_not_flutter(source: Source) -> None:
    assert len(source.run(60, 2.4)) == 1
    assert source.run(200, 1.5) == [], "between the limits nothing new is told"
    assert source.run(60, 2.4) == []
    assert source.run(60, 0.5) == [Skew(0)]
    assert source.run(200, 1.5) == []
    assert len(source.run(60, 2.5)) == 1


def test_late_deliveries_are_no_clock(source: Source) -> None:
    assert source.run(300, 0.0, delays_s=(30.0, 5.0, 0.2, 12.0, 8.0)) == []


def test_one_strange_span_is_not_enough(source: Source) -> None:
    assert source.run(14, 0.0) == []
    assert source.run(4, 50.0) == []
    assert source.run(60, 0.0) == []


def test_first_values_may_be_old(source: Source) -> None:
    for _ in range(40):  # each time another item, never a second value of one
        source.now += NS_PER_S
        key = source.sequence
        batch = EventBatch(
            key, array("Q", [key]), array("d", [1.0]), array("i", [192]), array("q", [NOW - 10**15]),
            array("q", [source.now]),
        )  # fmt: skip
        source.sequence += 1
        assert source.watch.take(batch) is None


def test_values_that_are_not_good_and_times_that_are_not_there_say_nothing(source: Source) -> None:
    source.run(3, 0.0)
    assert source.run(100, -500.0, quality=24) == []
    assert source.run(100, -1e9) == []


def test_after_a_reconnect_first_values_may_be_old_again(source: Source) -> None:
    source.run(30, 0.0)
    for _ in range(5):
        source.watch.again()
        assert source.run(1, -900.0) == []
    assert source.run(60, 0.0) == []


def test_some_of_many_events_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(SkewWatch, "_look", lambda watch, batch: looked.append(len(batch)))
    watch = SkewWatch()
    for tenth in range(10):
        for number in range(50):
            now = NOW + (tenth * 100 + number) * NS_PER_S // 1000
            watch.take(EventBatch(
                1, array("Q", [1] * 400), array("d", [1.0] * 400), array("i", [192] * 400), array("q", [now] * 400),
                array("q", [now] * 400),
            ))  # fmt: skip
    assert sum(looked) == 10 * 1200, "of 20,000 in each tenth of a second"
