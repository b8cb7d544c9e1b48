"""Statistics over a stretch of time, against a reference that adds it up a quarter of a second at a time."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.statistics import BAD, GOOD, UNCERTAIN, Statistics, statistics, total_of

S = 1_000_000_000
T0 = 1_700_000_000 * S
Row = tuple[float, float, int]


def _at(second: float) -> int:
    return T0 + round(second * S)


def _of(
    rows: list[Row],
    start: float,
    stop: float,
    *,
    step: bool = True,
    until: float | None = None,
    gaps: tuple[tuple[float, float], ...] = (),
) -> Statistics:
    return statistics(
        np.array([_at(second) for second, _, _ in rows], dtype=np.int64),
        np.array([value for _, value, _ in rows], dtype=np.float64),
        np.array([worth for _, _, worth in rows], dtype=np.uint8),
        _at(start),
        _at(stop),
        step=step,
        holds_until_ns=None if until is None else _at(until),
        gaps=[(_at(a), _at(b)) for a, b in gaps],
    )


@pytest.mark.clause("Q1")
def test_a_value_that_holds_is_weighted_by_how_long_it_held() -> None:
    found = _of([(0, 10, GOOD), (10, 20, GOOD), (20, 5, GOOD), (30, 40, GOOD)], 5, 25)
    assert found.mean == pytest.approx((5 * 10 + 10 * 20 + 5 * 5) / 20)
    assert found.deviation == pytest.approx(math.sqrt((5 * 3.75**2 + 10 * 6.25**2 + 5 * 8.75**2) / 20))
    assert found.integral == pytest.approx(275)
    assert (found.low, found.high, found.first, found.last) == (5, 20, 10, 5)
    assert (found.low_ns, found.high_ns) == (_at(20), _at(10))
    assert (found.samples, found.changes) == (2, 2)
    assert found.states == {10: 5, 20: 10, 5: 5}
    assert (found.good_s, found.known) == (20, 1)


@pytest.mark.clause("Q1")
def test_lines_that_are_joined_have_their_own_mean_and_deviation() -> None:
    found = _of([(0, 0, GOOD), (10, 10, GOOD)], 0, 10, step=False)
    assert found.mean == pytest.approx(5)
    assert found.deviation == pytest.approx(10 / math.sqrt(12)), "that of a uniform distribution"
    half = _of([(0, 0, GOOD), (10, 10, GOOD)], 5, 10, step=False)
    assert half.mean == pytest.approx(7.5)
    assert not half.states


@pytest.mark.clause("Q1")
def test_what_is_bad_unknown_or_not_recorded_counts_for_nothing_and_is_told() -> None:
    rows = [(0, 10, GOOD), (10, 999, BAD), (20, 30, UNCERTAIN), (30, math.nan, GOOD), (40, 30, GOOD)]
    found = _of(rows, -10, 60, until=50, gaps=((22, 24),))
    assert (found.good_s, found.uncertain_s, found.bad_s, found.unknown_s) == (20, 8, 20, 22)
    assert found.mean == pytest.approx((10 * 10 + 8 * 30 + 10 * 30) / 28)
    assert (found.low, found.high) == (10, 30)
    assert found.samples == 5
    assert found.changes == 1, "what was bad between two equal values is no change"
    nothing = _of([], 0, 10)
    assert (nothing.mean, nothing.low, nothing.unknown_s, nothing.known) == (None, None, 10, 0)
    assert _of([(5, 1, BAD)], 0, 10, until=10).deviation is None
    assert _of([(0, 7, GOOD), (60, 8, GOOD)], 20, 40, gaps=((10, 30),)).first is None, "it ended in the gap"


@pytest.mark.clause("Q1")
def test_the_newest_value_holds_until_it_is_said_and_no_longer() -> None:
    assert _of([(0, 4, GOOD)], 0, 10).mean is None
    assert _of([(0, 4, GOOD)], 0, 10, until=5).known_s == 5
    assert _of([(0, 4, GOOD)], 0, 10, until=50).known == 1
    assert _of([(0, 4, GOOD), (20, 5, GOOD)], 0, 10, until=50).mean == 4
    assert _of([(0, 4, GOOD)], 5, 5).known == 0


@pytest.mark.clause("Q1")
def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="ends 5 s before it starts"):
        _of([(0, 1, GOOD)], 5, 0)
    with pytest.raises(ValueError, match="are no columns"):
        statistics(np.zeros(2, dtype=np.int64), np.zeros(1), np.zeros(1, dtype=np.uint8), 0, 1)


@pytest.mark.clause("Q1")
def test_many_different_values_are_no_states() -> None:
    found = _of([(second, second, GOOD) for second in range(100)], 0, 90)
    assert not found.states
    assert found.changes == 90


@pytest.mark.clause("Q1")
@pytest.mark.parametrize(
    ("integral", "unit", "total"),
    [
        (7200, "m³/h", (2, "m³")),
        (120, "l/min", (2, "l")),
        (5, "kg/s", (5, "kg")),
        (3600, "kW", (1, "kWh")),
        (3600, "°C", (1, "°C·h")),
        (3600, "", (1, "h")),
        (3600, "/h", (1, "/h·h")),
    ],
)
def test_totals_have_the_unit_of_what_they_add_up(integral: float, unit: str, total: tuple[float, str]) -> None:
    assert total_of(integral, unit) == total


# ---- the reference


@dataclass
class _Sums:
    known: float = 0.0
    good: float = 0.0
    bad: float = 0.0
    area: float = 0.0
    square: float = 0.0


def _reference(rows: list[Row], start: int, stop: int, step: bool, until: int | None, gap: tuple[int, int]) -> _Sums:
    """All edges are on quarters of a second, so a piece of that length is never half known. The square of a straight
    piece is integrated by Simpson's rule, which is exact for it."""
    sums = _Sums()
    for quarter in range(start * 4, stop * 4):
        middle = quarter / 4 + 0.125
        earlier = [number for number, row in enumerate(rows) if row[0] <= middle]
        if not earlier or gap[0] <= middle < gap[1]:
            continue
        at = earlier[-1]
        second, value, worth = rows[at]
        last = at == len(rows) - 1
        if last and (not step or until is None or middle >= until):
            continue
        if worth == BAD:
            sums.bad += 0.25
            continue
        here = middle_value = there = value
        if not step:
            following, after, next_worth = rows[at + 1]
            if next_worth == BAD:
                continue
            rise = (after - value) / (following - second)
            here, middle_value, there = (value + rise * (x - second) for x in (middle - 0.125, middle, middle + 0.125))
        sums.known += 0.25
        sums.good += 0.25 if worth == GOOD else 0
        sums.area += middle_value * 0.25
        sums.square += (here**2 + 4 * middle_value**2 + there**2) / 6 * 0.25
    return sums


_rows = st.lists(
    st.tuples(st.integers(0, 5), st.integers(-9, 9), st.sampled_from([GOOD, GOOD, UNCERTAIN, BAD])),
    min_size=1,
    max_size=30,
)


@pytest.mark.clause("Q1")
@given(_rows, st.integers(-3, 40), st.integers(0, 40), st.booleans(), st.none() | st.integers(0, 90), st.data())
def test_it_is_what_adding_up_piece_by_piece_gives(
    waits: list[tuple[int, int, int]], start: int, length: int, step: bool, until: int | None, data: st.DataObject
) -> None:
    second, rows = 0, list[Row]()
    for wait, value, worth in waits:
        second += wait
        rows.append((second, float(value), worth))
    gap_from = data.draw(st.integers(-5, 60))
    gap = gap_from, gap_from + data.draw(st.integers(0, 20))
    stop = start + length
    found = _of(rows, start, stop, step=step, until=until, gaps=(gap,))
    sums = _reference(rows, start, stop, step, until, gap)
    assert found.known_s == pytest.approx(sums.known)
    assert found.good_s == pytest.approx(sums.good)
    assert found.bad_s == pytest.approx(sums.bad)
    assert found.good_s + found.uncertain_s + found.bad_s + found.unknown_s == pytest.approx(length)
    if sums.known:
        mean = sums.area / sums.known
        assert found.mean == pytest.approx(mean, abs=1e-9)
        assert found.deviation == pytest.approx(math.sqrt(max(sums.square / sums.known - mean**2, 0)), abs=1e-6)
        if step:
            assert sum(found.states.values()) == pytest.approx(sums.known)
    else:
        assert found.mean is None


@pytest.mark.clause("Q1")
@given(_rows, st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_two_parts_add_up_to_the_whole(
    waits: list[tuple[int, int, int]], length: int, cut: int, start: int, step: bool
) -> None:
    second, rows = 0, list[Row]()
    for wait, value, worth in waits:
        second += wait
        rows.append((second, float(value), worth))
    middle = start + min(cut, length)
    stop = start + length
    spans = ((start, stop), (start, middle), (middle, stop))
    whole, left, right = (_of(rows, a, b, step=step, until=500) for a, b in spans)
    assert whole.known_s == pytest.approx(left.known_s + right.known_s)
    assert (whole.integral or 0) == pytest.approx((left.integral or 0) + (right.integral or 0), abs=1e-9)
    assert whole.changes >= left.changes


@pytest.mark.clause("Q1")
@given(
    _rows, st.integers(-3, 40), st.integers(0, 40), st.none() | st.integers(0, 90), st.integers(-5, 60), st.booleans()
)
def test_extremes_counts_and_changes_are_those_of_a_plain_look(
    waits: list[tuple[int, int, int]], start: int, length: int, until: int | None, gap_from: int, switch: bool
) -> None:
    second, rows = 0, list[Row]()
    for wait, value, worth in waits:  # several at one time, at the edges, too; a switch is 0 or 1
        second += wait
        rows.append((second, float(value > 0) if switch else float(value), worth))
    stop = start + length
    found = _of(rows, start, stop, until=until, gaps=((gap_from, gap_from + 3),))
    inside = [row for row in rows if start <= row[0] <= stop]
    known = [row for row in inside if row[2] != BAD]
    earlier = [row for row in rows if row[0] < start]
    if earlier and not any(row[0] == start for row in rows) and earlier[-1][2] != BAD:
        held = earlier[-1] is not rows[-1] or (until is not None and until > start)
        if held and not earlier[-1][0] <= gap_from <= start:
            known.insert(0, earlier[-1])
    seen = [value for _, value, _ in known]
    assert found.samples == len(inside)
    assert (found.low, found.high) == (min(seen, default=None), max(seen, default=None))
    assert (found.first, found.last) == ((seen[0], seen[-1]) if seen else (None, None))
    assert found.changes == sum(a != b for a, b in itertools.pairwise(seen))
