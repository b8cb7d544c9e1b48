"""Holes in a line's memory: what the recorder or the source had is put into them, the rest stays a gap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.batch import Sample
from app.records.history import History
from app.records.segment import Arrivals, SegmentWriter, Turn
from tests.helpers.engine import until
from tests.helpers.recorded import T0, S, append, segment
from tests.helpers.scripted import Scripted
from ui.desk.past import recorded, written
from ui.plots.collector import Line
from ui.plots.filling import Kept, Memory, filled
from ui.plots.past import Columns, Joined, Origin, Span


def columns(*rows: tuple[int, float]) -> Columns:
    times, values = np.array([T0 + s * S for s, _ in rows], np.int64), np.array([value for _, value in rows])
    return Columns(times, values, np.zeros(len(rows), np.uint8))


def span(start: int, stop: int) -> Span:
    return T0 + start * S, T0 + stop * S


def holey() -> Line:
    """0, 1, nothing from 2 to 8, 8, 9."""
    line = Line("Plant", "Level", key=7, live=True)
    for second in (0, 1):
        line.samples.take(Sample(float(second), 192, T0 + second * S, T0 + second * S))
    line.samples.end(T0 + 2 * S)
    line.open_hole(T0 + 2 * S)
    for second in (8, 9):
        line.samples.take(Sample(float(second), 192, T0 + second * S, T0 + second * S))
        line.close_hole()
    assert line.holes == [span(2, 8)]
    return line


def fill(line: Line, kept: Kept, hole: Span | None = None) -> bool:
    memory = Memory.of(line.samples)
    hole = hole or span(2, 8)
    made = filled(memory, hole, kept)
    times = memory.columns.times
    line.samples.take(Sample(10.0, 192, T0 + 10 * S, T0 + 10 * S))  # meanwhile
    return line.fill(hole, kept, made, len(times), int(times[0]))


def held(line: Line) -> list[tuple[int, float, bool]]:
    """(second, value, whether it is bad) each."""
    one = line.samples
    seconds = ((one.times - T0) // S).tolist()
    return list(zip(seconds, one.values.tolist(), (one.classes == 2).tolist(), strict=True))


@pytest.mark.clause("H5")
def test_a_hole_that_is_held_elsewhere_is_one_no_more() -> None:
    line = holey()
    total = line.samples.total
    assert fill(line, Kept(columns((1, 99.0), (2, 2.0), (5, 5.0), (8, 99.0)), (), (span(5, 8),)))
    assert held(line) == [(second, float(second), False) for second in (0, 1, 2, 5, 8, 9, 10)]
    assert (line.holes, line.samples.ends, line.not_held(T0, T0 + 20 * S)) == ([], [], [])
    joined = Joined(line.samples, None, line.filled)
    assert [joined.origin(T0 + second * S) for second in (1, 2, 5, 8)] == [
        Origin.MEMORY, Origin.RECORDER, Origin.SOURCE, Origin.MEMORY
    ]  # fmt: skip
    assert joined.exact
    assert joined.mean_between(T0, T0 + 10 * S, True)[1] == 10.0
    assert line.samples.total == total + 2, "as many as were added, less the mark that went, and what came meanwhile"


@pytest.mark.clause("H5", "T5")
@pytest.mark.parametrize(
    ("lacking", "ends"),
    [((span(2, 4), span(6, 8)), [2, 6]), ((span(6, 8),), [6]), ((span(2, 4),), [2])],
    ids=["both", "its end", "its start"],
)
def test_what_nobody_has_of_a_hole_stays_a_gap(lacking: tuple[Span, ...], ends: list[int]) -> None:
    line = holey()
    assert fill(line, Kept(columns((4, 4.0), (5, 5.0)), lacking))
    found = held(line)
    assert [second for second, _, bad in found if bad] == ends
    assert [second for second, _, bad in found if not bad] == [0, 1, 4, 5, 8, 9, 10]
    assert [(end - T0) // S for end in line.samples.ends] == ends
    assert line.holes == list(lacking)
    assert not line.to_fill(T0, T0 + 20 * S, T0 + 90 * S), "asked for once"
    assert not fill(line, Kept(columns((3, 3.0)), ())), "the hole is another now"


@pytest.mark.clause("H5")
def test_holes_are_looked_into_once_they_are_over_and_never_in_a_replay() -> None:
    line = holey()
    assert line.to_fill(T0, T0 + 20 * S, T0 + 11 * S) == [span(2, 8)]
    assert not line.to_fill(T0, T0 + 20 * S, T0 + 9 * S), "the recorder may not have written it"
    assert not line.to_fill(T0 + 8 * S, T0 + 20 * S, T0 + 90 * S), "it is not seen"
    line.samples.rewinds = True
    assert not line.to_fill(T0, T0 + 20 * S, T0 + 90 * S)


@pytest.mark.clause("H5")
def test_a_line_that_was_cut_meanwhile_is_left_as_it_is() -> None:
    line = holey()
    memory = Memory.of(line.samples)
    kept = Kept(columns((4, 4.0)), ())
    made = filled(memory, span(2, 8), kept)
    before = held(line)
    assert not line.fill(span(2, 8), kept, made, len(line.samples), T0 - 1)
    assert held(line) == before
    assert line.holes == [span(2, 8)]


@pytest.mark.clause("H5")
def test_what_the_recorder_has_not_written_is_not_said_to_be_held(tmp_path: Path) -> None:
    writer = SegmentWriter(segment(tmp_path))
    tag = writer.tag("Plant", "Level")
    append(writer, [("Level", Sample(1.0, 192, T0, T0))], T0 + 5 * S)
    writer.commit(_nothing(), T0 + 5 * S, turns=[Turn(tag, T0, None)])
    history = History(tmp_path)
    assert written(history, "Plant", "Level", *span(1, 4))
    assert not written(history, "Plant", "Level", *span(3, 8))
    whole = history, "Plant", "Level", *span(3, 8), 10, 100, lambda: False
    assert recorded(*whole)[1] == []
    assert recorded(*whole, unwritten=False)[1] == [span(5, 8)]
    writer.close()


def _nothing() -> Arrivals:
    return Arrivals.joined([])


@pytest.mark.clause("H5", "T5")
async def test_a_trend_fills_the_hole_that_it_shows(scripted: Scripted, tmp_path: Path) -> None:
    await scripted.ready()
    trend = scripted.window.trend
    pen = next(pen for pen in trend.pens() if pen.tag == "Tank.Level")
    await until(lambda: pen.key, "the item")
    start = scripted.application.desk.clock.utc_ns() - 200 * S

    def take(second: int) -> None:
        pen.samples.take(Sample(float(second), 192, start + second * S, start + second * S))

    take(0)
    pen.samples.end(start + 2 * S)
    pen.line.open_hole(start + 2 * S)
    take(80)
    pen.line.close_hole()
    hole = start + 2 * S, start + 80 * S
    assert pen.line.holes == [hole]
    folder = scripted.application.trends.past.history.folder
    folder.mkdir(parents=True, exist_ok=True)
    writer = SegmentWriter(segment(folder, 900_000))
    tag = writer.tag("Simulated plant", "Tank.Level")
    rows = [("Tank.Level", Sample(float(s), 192, start + s * S, start + s * S)) for s in range(10, 41, 10)]
    append(writer, rows, start + 50 * S, source="Simulated plant")
    turns = [Turn(tag, start + 10 * S, None), Turn(tag, start + 50 * S, "ended")]
    writer.commit(_nothing(), start + 50 * S, turns=turns)
    writer.finish(start + 50 * S, "ended")
    writer.close()
    trend.show_times(start / S, (start + 100 * S) / S)
    await until(lambda: pen.line.filled, "the hole's samples")
    assert pen.lacking(start, start + 80 * S) == [(start + 2 * S, start + 10 * S), (start + 50 * S, start + 80 * S)]
    good = pen.samples.classes == 0
    assert pen.samples.values[good].tolist() == [0, 10, 20, 30, 40, 80]
    await until(lambda: not scripted.application.trends.past._works, "the end of the loading")
    assert pen.joined.origin(start + 20 * S) is Origin.RECORDER
