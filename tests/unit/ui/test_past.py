"""A pen's past before its memory: one line, no sample twice, gaps where nobody has anything."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch import Sample
from app.records.history import History
from app.records.segment import Arrivals, SegmentWriter, Turn
from tests.helpers.recorded import T0, S, segment
from tests.helpers.recorded import columns as store_columns
from ui.desk.past import recorded, without
from ui.plots.past import Columns, Joined, Origin, Past, Span
from ui.plots.pen import Drawing, Samples
from ui.plots.pyramid import BAD, GOOD


def columns(*rows: tuple[int, float]) -> Columns:
    times, values = np.array([T0 + s * S for s, _ in rows], np.int64), np.array([value for _, value in rows])
    return Columns(times, values, np.zeros(len(rows), np.uint8))


def memory(*rows: tuple[int, float]) -> Samples:
    made, given = Samples(), columns(*rows)
    made.add(given.times, given.values, given.classes)
    return made


def past(*rows: tuple[int, float], start: int = 0, stop: int = 100, lacking: tuple[Span, ...] = ()) -> Past:
    return Past.of(columns(*rows), T0 + start * S, T0 + stop * S, lacking)


def value_at(drawing: Drawing, second: float) -> list[float]:
    """The heights at which the drawn line is at a time: none in a gap, two in the corner of a step."""
    x, at = drawing.x - T0 / S, second
    found: set[float] = set()
    for number, (a, b) in enumerate(pairwise(x)):
        if drawing.connect[number] and a <= at <= b:
            ya, yb = drawing.y[number], drawing.y[number + 1]
            found.add(round(float(ya if a == b else ya + (yb - ya) * (at - a) / (b - a)), 3))
    return sorted(found)


@pytest.mark.clause("H2")
@given(
    values=st.lists(st.integers(0, 9), min_size=2, max_size=30),
    border=st.integers(1, 29),
    step=st.booleans(),
)
def test_a_line_in_two_parts_is_drawn_as_the_whole(values: list[int], border: int, step: bool) -> None:
    border = min(border, len(values) - 1)
    rows = [(2 * number, float(value)) for number, value in enumerate(values)]
    whole = memory(*rows).drawing(T0, T0 + 60 * S, step, None)
    # The past has some of what memory has as well: it must not be there twice.
    joined = Joined(memory(*rows[border:]), past(*rows[: border + 1], stop=2 * border))
    parts = joined.drawing(T0, T0 + 60 * S, step, None)
    for second in np.arange(0.5, 2 * len(values) - 2, 1.0):
        assert value_at(parts, second) == value_at(whole, second), second


@pytest.mark.clause("H2")
def test_memory_comes_first_and_nothing_is_there_twice() -> None:
    joined = Joined(memory((10, 5.0), (20, 6.0)), past((0, 1.0), (10, 99.0), (15, 99.0)))
    found = joined.columns(T0, T0 + 100 * S, before=False)
    assert [(int(t - T0) // S, v) for t, v in zip(found.times, found.values, strict=True)] == [
        (0, 1.0), (10, 5.0), (20, 6.0)
    ]  # fmt: skip
    drawn = joined.drawing(T0, T0 + 100 * S, True, None)
    assert 99.0 not in drawn.y
    assert joined.range_between(T0, T0 + 100 * S) == (1.0, 6.0)
    at = [joined.at(T0 + second * S) for second in (-1, 0, 9, 10, 30)]
    assert [None if one is None else one.value for one in at] == [None, 1.0, 1.0, 5.0, 6.0]
    assert [joined.origin(T0 + second * S) for second in (0, 10)] == [Origin.RECORDER, Origin.MEMORY]


@pytest.mark.clause("H2", "T5")
def test_where_nobody_has_anything_the_line_ends_and_it_is_said() -> None:
    lacking = ((T0 + 4 * S, T0 + 8 * S),)
    joined = Joined(memory((10, 5.0), (12, 5.0)), past((0, 1.0), (9, 3.0), stop=10, lacking=lacking))
    drawn = joined.drawing(T0, T0 + 20 * S, True, None)
    assert [value_at(drawn, second) for second in (2, 6, 9.5)] == [[1.0], [], [3.0]]
    assert np.round(drawn.ends_x - T0 / S, 3).tolist() == [4.0]
    assert joined.lacking(T0, T0 + 20 * S, [(T0, T0 + 10 * S)]) == list(lacking)
    mean, seconds = joined.mean_between(T0, T0 + 12 * S, True)
    assert (mean, seconds) == (pytest.approx((4 * 1 + 1 * 3 + 2 * 5) / 7), 7.0)


@pytest.mark.clause("H2")
def test_what_is_loaded_is_not_asked_for_again() -> None:
    joined = Joined(memory((10, 5.0)), past(stop=10))
    later = T0 + 1000 * S
    assert joined.covers(T0, later, 1, later)
    assert not joined.covers(T0 - 1, later, 1, later)
    assert Joined(memory((10, 5.0)), None).covers(T0 + 10 * S, later, 1, later)
    assert not Joined(memory((10, 5.0)), None).covers(T0, later, 1, later)
    assert not Joined(memory((11, 5.0)), past(stop=10)).covers(T0, later, 1, later), "memory has let go of some"
    binned = Past.of(columns((0, 1.0)), T0, T0 + 10 * S, (), bin_ns=50)
    assert Joined(memory((10, 5.0)), binned).covers(T0, later, 50, later)
    assert not Joined(memory((10, 5.0)), binned).covers(T0, later, 49, later), "a closer look"
    nothing = Past.of(Columns.none(), T0, T0 + 10 * S, (), open=True)
    assert Joined(Samples(), nothing).covers(T0, later, 1, later), "a source that is away tells nothing new"


@given(
    values=st.lists(st.tuples(st.integers(1, 40), st.integers(-50, 50)), min_size=1, max_size=200),
    bins=st.integers(1, 20),
)
@settings(max_examples=30)
@pytest.mark.clause("H2", "T6")
def test_extremes_of_stretches_lose_no_peak(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[int, int]], bins: int
) -> None:
    folder = tmp_path_factory.mktemp("store")
    moments = (T0 + np.cumsum([step for step, _ in values]) * S).tolist()
    rows = [("Level", Sample(float(v), 192, at, at)) for at, (_, v) in zip(moments, values, strict=True)]
    writer = SegmentWriter(segment(folder))
    writer.commit(_arrivals(writer, rows), moments[-1] + S, turns=[Turn(writer.tag("Plant", "Level"), T0, None)])
    writer.finish(moments[-1] + S, "ended")
    writer.close()
    end = moments[-1] + 1
    found, lacking, bin_ns = recorded(History(folder), "Plant", "Level", T0, end, bins, len(values) // 2, lambda: False)
    assert not lacking
    assert bool(bin_ns) == (len(values) > len(values) // 2)
    assert (found.values.min(), found.values.max()) == (min(v for _, v in values), max(v for _, v in values))
    assert (np.diff(found.times) >= 0).all()
    assert (int(found.times[0]), int(found.times[-1])) == (moments[0], moments[-1])


@pytest.mark.clause("H2")
def test_what_held_at_the_start_is_known_only_where_it_was_recorded(tmp_path: Path) -> None:
    writer = SegmentWriter(segment(tmp_path))
    tag = writer.tag("Plant", "Level")
    rows = [("Level", Sample(7.0, 192, T0, T0)), ("Level", Sample(8.0, 64, T0 + 50 * S, T0 + 50 * S))]
    writer.commit(_arrivals(writer, rows), T0 + 60 * S, turns=[Turn(tag, T0, None)])
    writer.finish(T0 + 60 * S, "closed")
    writer.close()

    def read(start: int, stop: int) -> tuple[list[tuple[int, float]], list[tuple[int, int]]]:
        found, lacking, _ = recorded(
            History(tmp_path), "Plant", "Level", T0 + start * S, T0 + stop * S, 10, 100, lambda: False
        )
        seconds = ((found.times - T0) // S).tolist()
        return list(zip(seconds, found.values.tolist(), strict=True)), [
            ((a - T0) // S, (b - T0) // S) for a, b in lacking
        ]

    assert read(10, 40) == ([(0, 7.0)], [])
    assert read(10, 100) == ([(0, 7.0), (50, 8.0)], [(60, 100)])
    assert read(70, 100) == ([], [(70, 100)])


def test_spans_without_what_is_told() -> None:
    assert without([(0, 10), (20, 30)], [(5, 25)]) == [(0, 5), (25, 30)]
    assert without([(0, 10)], [(2, 3), (4, 20)]) == [(0, 2), (3, 4)]
    assert without([(0, 10)], []) == [(0, 10)]


def test_bad_samples_stay_bad() -> None:
    found = Columns.of(np.array([1, 2, 3]), np.array([1.0, np.nan, 2.0]), [192, 192, 0])
    assert found.classes.tolist() == [GOOD, BAD, BAD]


def _arrivals(writer: SegmentWriter, rows: list[tuple[str, Sample]]) -> Any:
    tags = np.array([writer.tag("Plant", tag) for tag, _ in rows], np.uint32)
    return Arrivals(tags, store_columns([sample for _, sample in rows]))
