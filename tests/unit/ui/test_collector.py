"""Lines by the names of their sources: they outlive sessions, and know what they do not hold."""

from __future__ import annotations

from array import array

import pytest

from app.batch import Detail, EventBatch, Sample
from app.events.notices import Notice, NoticeKind, Severity
from app.values import EventKind, Status
from ui.feed import FeedFrame
from ui.plots.collector import Collector, Line
from ui.plots.marks import Mark, MarkKind
from ui.tagref import TagRef

S = 1_000_000_000
LEVEL = TagRef("Plant", "Tank.Level")


def _frame(*rows: tuple[int, int, float], session: str = "s") -> FeedFrame:
    """(second, key, value) each."""
    times = array("q", [second * S for second, _, _ in rows])
    keys, values = array("Q", [key for _, key, _ in rows]), [value for _, _, value in rows]
    return FeedFrame([(session, EventBatch(1, keys, values, [192] * len(rows), times, times))], [])


def _told(
    kind: NoticeKind, second: int, session: str = "s", severity: Severity = Severity.WARNING, **d: str
) -> FeedFrame:
    return FeedFrame([], [(session, Notice(kind, severity, second * S, "told", d))])


@pytest.fixture
def collector() -> Collector:
    return Collector()


@pytest.fixture
def line(collector: Collector) -> Line:
    made = collector.take_line(LEVEL)
    collector.bind(made, "s", 7, "%")
    return made


def _marks(collector: Collector) -> list[tuple[int, MarkKind, str, str]]:
    found = collector.marks.within(0, 10**18, lambda _: True)
    return [(mark.time_ns // S, mark.kind, mark.source, mark.tag) for mark in found]


@pytest.mark.clause("T9")
def test_a_line_is_collected_while_somebody_has_it(collector: Collector, line: Line) -> None:
    assert collector.take_line(LEVEL) is line
    collector.release(line)
    collector.apply(_frame((1, 7, 1.0), (1, 8, 9.0)))
    assert line.samples.values.tolist() == [1.0]
    collector.release(line)
    collector.apply(_frame((2, 7, 2.0)))
    assert line.samples.values.tolist() == [1.0]
    assert collector.take_line(LEVEL) is not line


@pytest.mark.clause("T5", "D4")
def test_a_line_goes_on_in_the_next_session_with_a_gap_and_marks(collector: Collector, line: Line) -> None:
    collector.apply(_frame((1, 7, 1.0)))
    collector.apply(_told(NoticeKind.STATE, 5, old="Ready", new="Closed"))
    assert not line.live
    assert line.not_held(1 * S, 9 * S) == [(5 * S, 9 * S)]
    collector.bind(line, "again", 99, "%", latest=Sample(3.0, 192, 8 * S, 8 * S))
    collector.apply(_frame((9, 7, 5.0)))
    collector.apply(_frame((9, 99, 4.0), session="again"))
    assert line.live
    assert line.samples.values.tolist() == [1.0, 1.0, 3.0, 4.0]
    assert line.not_held(0, 20 * S) == [(0, 1 * S), (5 * S, 8 * S)]
    assert _marks(collector) == [(5, MarkKind.LOST, "Plant", "")]


@pytest.mark.clause("T5")
def test_missing_events_are_a_hole_from_the_last_sample_to_the_next(collector: Collector, line: Line) -> None:
    collector.apply(_frame((1, 7, 1.0)))
    gap = _told(NoticeKind.MIRROR_RESTARTED, 6, missed="9")
    collector.apply(FeedFrame(_frame((4, 7, 2.0)).batches, gap.notices))
    assert line.holes == [(1 * S, 4 * S)]


@pytest.mark.clause("T5", "T10", "D4")
def test_a_lost_source_is_a_gap_and_a_mark_and_no_hole(collector: Collector, line: Line) -> None:
    collector.apply(_frame((1, 7, 1.0)))
    collector.apply(_told(NoticeKind.SOURCE_LOST, 3))
    assert not line.live
    collector.apply(_told(NoticeKind.SOURCE_BACK, 6, restored="1", items="1"))
    assert line.live
    assert not line.not_held(1 * S, 9 * S)
    assert _marks(collector) == [(3, MarkKind.LOST, "Plant", ""), (6, MarkKind.BACK, "Plant", "")]


def test_a_fault_and_its_end_are_one_disconnect(collector: Collector, line: Line) -> None:
    collector.apply(_frame((1, 7, 1.0)))
    collector.apply(_told(NoticeKind.FAULT, 3, code="WorkerUnavailable"))
    collector.apply(_told(NoticeKind.STATE, 3, old="Faulted", new="Closed"))
    assert [kind for _, kind, _, _ in _marks(collector)] == [MarkKind.LOST]


@pytest.mark.clause("T10")
def test_completed_writes_of_its_tags_are_marks(collector: Collector, line: Line) -> None:
    times = array("q", [2 * S, 3 * S, 4 * S])
    kinds = bytes([EventKind.WRITE_COMPLETE, EventKind.WRITE_COMPLETE, EventKind.OPERATION_COMPLETE])
    refused = Detail((Status(success=0, category=3, detail=1),))
    batch = EventBatch(1, array("Q", [7, 7, 7]), [None] * 3, [192] * 3, times, times, kinds, {1: refused})
    other = EventBatch(4, array("Q", [8]), [None], [192], times[:1], times[:1], kinds[:1])
    collector.apply(FeedFrame([("s", batch), ("s", other)], []))
    assert _marks(collector) == [
        (2, MarkKind.WRITE, "Plant", "Tank.Level"),
        (3, MarkKind.WRITE, "Plant", "Tank.Level"),
        (4, MarkKind.EVENT, "Plant", "Tank.Level"),
    ]
    texts = [mark.text for mark in collector.marks.within(0, 10 * S, lambda _: True)]
    assert texts[0] == "write accepted"
    assert texts[1].startswith("write refused: ")


@pytest.mark.clause("T12")
def test_alarms_are_marks_whoever_tells_them(collector: Collector) -> None:
    collector.apply(_told(NoticeKind.ALARM, 5, session="", severity=Severity.ERROR, source="Plant", tag="Tank.Level"))
    collector.apply(_told(NoticeKind.ALARM, 9, session="", severity=Severity.INFO, source="Plant", tag="Tank.Level"))
    assert _marks(collector) == [
        (5, MarkKind.ALARM, "Plant", "Tank.Level"),
        (9, MarkKind.EVENT, "Plant", "Tank.Level"),
    ]
    before = collector.changes
    collector.mark(Mark(11 * S, MarkKind.WRITE, "by hand", "Plant"))
    assert collector.changes > before


def test_an_item_that_is_given_up_ends_its_line(collector: Collector, line: Line) -> None:
    collector.apply(_frame((1, 7, 1.0)))
    collector.lose("s", 7, 4 * S)
    collector.apply(_frame((5, 7, 2.0)))
    assert line.samples.values.tolist() == [1.0, 1.0]
    assert (line.live, line.key) == (False, 0)
    assert line.not_held(1 * S, 6 * S) == [(4 * S, 6 * S)]
    collector.lose("s", 7, 5 * S)
