"""Samples as tables: as they came, or a column each pen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.values import Value
from ui.plots.collector import Line
from ui.plots.pen import Samples
from ui.plots.pens import Pen
from ui.plots.pyramid import BAD, GOOD, UNCERTAIN
from ui.plots.series import Series, aligned_columns, aligned_rows, long_columns, long_rows, series_of

_Row = tuple[int, float, int]


def _pen(tag: str, rows: list[_Row], unit: str = "%", enumeration: tuple[str, ...] = ()) -> Pen:
    samples = Samples()
    for time_ns, value, worth in rows:
        samples.add_one(time_ns, value, worth, time_ns)
    return Pen(Line("Plant", tag, unit, enumeration, samples=samples), 0)


def _series(pen: Pen, start_ns: int, stop_ns: int, before: bool) -> Series:
    return series_of(pen, pen.joined, start_ns, stop_ns, before)


@pytest.mark.clause("T11")
def test_a_row_for_each_sample_in_order_of_time() -> None:
    level = _pen("Level", [(5, 1.5, GOOD), (20, 2.5, UNCERTAIN), (99, 9.0, GOOD)])
    state = _pen("State", [(10, 1, GOOD), (30, math.nan, GOOD)], "", ("Stopped", "Running"))
    series = [_series(pen, 5, 50, before=False) for pen in (level, state)]
    rows: list[tuple[Value, ...]] = [
        (5, "Plant", "Level", 1.5, "", "%", "good", "memory"),
        (10, "Plant", "State", 1.0, "Running", "", "good", "memory"),
        (20, "Plant", "Level", 2.5, "", "%", "uncertain", "memory"),
        (30, "Plant", "State", None, "", "", "bad", "memory"),
    ]
    assert list(long_rows(series)) == rows
    assert [column.title for column in long_columns()] == [
        "Time (UTC)", "Source", "Tag", "Value", "State", "Unit", "Quality", "From"
    ]  # fmt: skip


@pytest.mark.clause("T11")
def test_a_column_each_pen_has_the_value_that_held_at_the_start() -> None:
    level, flow = (
        _pen("Level", [(1, 1.0, GOOD), (20, 2.0, GOOD)]),
        _pen("Flow", [(10, 5.0, GOOD), (30, 6.0, BAD)], "l/s"),
    )
    series = [_series(pen, 5, 50, before=True) for pen in (level, flow)]
    assert list(aligned_rows(series, 5)) == [
        (10, 1.0, "good", 5.0, "good"),
        (20, 2.0, "good", 5.0, "good"),
        (30, 2.0, "good", None, "bad"),
    ]
    assert [column.title for column in aligned_columns(series)][1:4] == [
        "Plant: Level [%]", "Plant: Level [%]: quality", "Plant: Flow [l/s]"
    ]  # fmt: skip
    assert list(aligned_rows([], 0)) == []


_samples = st.lists(
    st.tuples(st.integers(0, 40), st.integers(-9, 9), st.sampled_from([GOOD, UNCERTAIN, BAD])), max_size=12
)


@pytest.mark.clause("T3", "T11")
@given(st.lists(_samples, min_size=1, max_size=3), st.integers(0, 20))
def test_no_cell_has_a_value_of_the_future(pens: list[list[_Row]], start: int) -> None:
    rows = [sorted(((t, float(v), w) for t, v, w in pen), key=lambda row: row[0]) for pen in pens]
    series = [_series(_pen(f"Tag{n}", pen), start, 40, before=True) for n, pen in enumerate(rows)]
    told = list(aligned_rows(series, start))
    assert [row[0] for row in told] == sorted({t for pen in rows for t, _, _ in pen if t >= start})
    for row in told:
        for number, pen in enumerate(rows):
            past = [(v, w) for t, v, w in pen if t <= row[0]]  # type: ignore[operator]
            value, worth = row[1 + 2 * number], row[2 + 2 * number]
            if not past:
                assert (value, worth) == (None, "")
            else:
                last, quality = past[-1]
                assert worth == ("good", "uncertain", "bad")[quality]
                assert value == (None if quality == BAD else last)


def test_a_copy_stands_by_itself() -> None:
    pen = _pen("Level", [(1, 1.0, GOOD), (2, 2.0, GOOD)])
    series = _series(pen, 0, 10, before=False)
    pen.samples.values[:] = 9.0
    assert np.array_equal(series.values, [1.0, 2.0])
