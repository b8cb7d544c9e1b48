"""A watch list's model: right signals (a tester listens), what is shown of a row, filter, order, and frames."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.helpers.watching import EMPTY, Watching, many
from ui.models import watch_order
from ui.models.watch import SORT_S, WatchModel
from ui.models.watch_cells import (
    AGE,
    COMPARE,
    COUNT,
    DESCRIPTION,
    QUALITY,
    RAW,
    SESSION,
    SPARK,
    TAG,
    TIME,
    TYPE,
    UNIT,
    USUAL,
    VALUE,
)  # fmt: skip
from ui.models.watch_order import Order, WatchFilter
from ui.models.watch_paste import computed
from ui.models.watch_rows import Kind, Line
from ui.models.watch_snapshot import Snapshot, Tolerance
from ui.number_format import Notation, NumberFormat
from ui.tagbook import TagAbout
from ui.tagref import TagRef, from_mime

TOOLTIP = Qt.ItemDataRole.ToolTipRole


def watched(*tags: str, **known: TagAbout) -> Watching:
    made = Watching(*tags, **known)
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    made.model._tester = QAbstractItemModelTester(made.model, mode)  # type: ignore[attr-defined]
    made.model.watch_visible(lambda: range(made.model.rowCount()))
    return made


def in_order(model: WatchModel, qtbot: QtBot) -> list[str]:
    qtbot.waitUntil(lambda: not model.arranging)
    return [model.cells.name(row) for row in model.shown]


def comment(text: str) -> Line:
    return Line(Kind.COMMENT, text=text)


# ---- what is shown


@pytest.mark.clause("W1", "W3", "W5", "W7")
def test_the_cells_of_a_row(qtbot: QtBot) -> None:
    about = TagAbout("Double", "bar", "Pressure", 2, access="read only")
    made = watched("a", "mode", a=about, mode=TagAbout("Integer", enumeration=("Off", "On")))
    made.add("a", "mode", comment("Reactor"))
    made.model.set_utc(True)
    assert made.column(QUALITY) == ["waiting", "waiting", ""]
    made.come(quality=84, a=1.23456)
    made.come(mode=1)
    assert made.column(TAG) == ["a", "mode", "Reactor"]
    assert made.column(VALUE) == ["1.23 ?", "On (1)", ""]
    assert made.column(UNIT) == ["bar", "", ""]
    assert made.column(QUALITY) == ["uncertain: engineering units exceeded (84)", "good (192)", ""]
    assert made.column(TIME) == ["00:00:00.000", "00:00:00.000", ""]
    assert made.column(SESSION) == ["Plant", "Plant", ""]
    assert made.column(DESCRIPTION)[0] == "Pressure"
    assert made.column(TYPE) == ["Double", "Integer", ""]
    assert made.column(RAW) == ["84", "192", ""]
    made.clock.stall(61)
    assert made.column(AGE) == ["1 min", "1 min", ""]
    words = made.model.index(0, VALUE).data(TOOLTIP)
    assert "1.23456 bar" in words
    assert "Plant" in words
    assert "2026-01-01T00:00:00.000Z" in words
    assert made.model.headerData(TIME, Qt.Orientation.Horizontal) == "Source time (UTC)"


@pytest.mark.clause("W2")
def test_what_is_not_live_keeps_its_value_with_a_mark(qtbot: QtBot) -> None:
    made = watched("a")
    made.add("a", "missing")
    made.come(a=9.0)
    assert made.column(QUALITY) == ["good (192)", "not found"]
    made.source("Plant").live = False
    made.model.source_changed(made.source("Plant"))
    assert made.column(VALUE)[0] == "9.0 ✕"
    assert made.column(QUALITY)[0] == "not live, was good (192)"
    made.close("Plant")
    assert made.column(VALUE)[0] == "9.0 ✕"
    assert made.column(QUALITY) == ["source not open, was good (192)", "source not open"]


def test_a_tag_that_looks_like_markup_is_shown_as_it_is(qtbot: QtBot) -> None:
    """Qt would show "Tank" alone, or fetch the picture."""
    odd = '<b>Tank</b> <img src="//somewhere/x.png"> &amp;'
    made = watched(odd)
    made.add(odd)
    tip = made.model.index(0, 0).data(TOOLTIP)
    shown = QTextDocument()
    shown.setHtml(tip)
    assert shown.toPlainText().splitlines()[:2] == [odd, "Plant"]
    assert "<img" not in tip


@pytest.mark.clause("W7")
def test_a_computed_row_tells_whose_tags_it_is_made_of(qtbot: QtBot) -> None:
    made = watched("a")
    made.open("Other", "b")
    made.add(computed("Sum", "[a] + [Other:b]", ["Plant", "Other"], "Plant", "m"))
    assert made.column(SESSION) == ["Plant, Other"]
    assert made.column(TAG) == ["Sum"]
    assert made.column(UNIT) == ["m"]
    assert made.column(QUALITY) == ["no value of a, b"]
    assert "Other:b" in made.model.index(0, 0).data(TOOLTIP)


@pytest.mark.clause("W5")
def test_a_computed_row_has_the_decimals_of_its_inputs(qtbot: QtBot) -> None:
    made = watched("a", "b", a=TagAbout(decimals=1), b=TagAbout(decimals=2))
    row, _ = made.add(computed("", "[a] / [b]", [], "Plant"), "a")
    made.come(a=1.0, b=3.0)
    assert made.column(VALUE)[0] == "0.33"
    made.model.become(
        [(r, line if r is not row else Line(line.kind, expression=line.expression, inputs=line.inputs,
                                            format=NumberFormat(Notation.DECIMALS, 4)))
         for r, line in made.model.state_of_rows()]
    )  # fmt: skip
    assert made.column(VALUE)[0] == "0.3333"


@pytest.mark.clause("W6")
def test_copies_are_name_value_unit_quality_and_time_in_full(qtbot: QtBot) -> None:
    made = watched("a", a=TagAbout(unit="bar", decimals=1))
    a, note = made.add("a", comment("Reactor"))
    made.model.set_utc(True)
    made.come(a=1.23456789)
    made.column(0)
    assert made.model.cells.copied(a) == ("a", "1.23456789", "bar", "good (192)", "2026-01-01T00:00:00.000Z")
    assert made.model.cells.copied(note) == ("# Reactor",)


def test_rows_are_dragged_as_references(qtbot: QtBot) -> None:
    made = watched("a", "b")
    made.add("a", comment("x"), "b")
    indexes = [made.model.index(row, column) for row in (2, 0, 1) for column in (0, 1)]
    assert from_mime(made.model.mimeData(indexes)) == [TagRef("Plant", "a"), TagRef("Plant", "b")]


def test_only_comments_are_edited_in_place(qtbot: QtBot) -> None:
    made = watched("a")
    made.add("a", comment("x"))
    told: list[tuple[object, str]] = []
    made.model.comment_changed.connect(lambda row, text: told.append((row.line.text, text)))
    assert not made.model.setData(made.model.index(0, TAG), "y")
    assert made.model.setData(made.model.index(1, TAG), " y ")
    assert told == [("x", "y")]


# ---- what comes


@pytest.mark.clause("W4")
def test_a_frame_repaints_what_is_in_sight_and_has_changed(qtbot: QtBot) -> None:
    made = watched(*(f"t{number}" for number in range(100)))
    made.add(*(f"t{number}" for number in range(100)))
    made.model.watch_visible(lambda: range(10, 40))
    for row in made.model.shown:
        made.model.look_at(row)
    told: list[tuple[int, int]] = []
    made.model.dataChanged.connect(lambda first, last, *_: told.append((first.row(), last.row())))
    made.come(t5=1.0, t50=1.0)
    assert told == []
    made.come(t12=1.0, t30=1.0)
    assert told == [(12, 12), (30, 30)]
    told.clear()
    made.come_all([(f"t{number}", 2.0, 192) for number in range(100)])
    assert told == [(10, 39)], "many are one range"


@pytest.mark.clause("W4")
def test_an_order_by_values_is_renewed_once_a_second_and_not_while_it_is_held(qtbot: QtBot) -> None:
    made = watched("a", "b")
    made.add("a", "b")
    made.come(a=1.0, b=2.0)
    made.model.set_order(Order(VALUE))
    assert in_order(made.model, qtbot) == ["a", "b"]
    made.come(a=3.0)
    assert in_order(made.model, qtbot) == ["a", "b"], "not at once"
    made.clock.stall(SORT_S)
    made.model.hold(True)
    made.come(a=4.0)
    made.model.tick()
    assert in_order(made.model, qtbot) == ["a", "b"], "a cell is edited, or a row dragged"
    made.model.hold(False)
    made.model.take(EMPTY)
    assert in_order(made.model, qtbot) == ["b", "a"]


@pytest.mark.clause("W4")
def test_a_pass_that_began_before_it_was_held_changes_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_order.Arranging.look, "__defaults__", (1,))
    made = watched("a", "b", "c")
    made.add("a", "b", "c")
    qtbot.waitUntil(lambda: not made.model.arranging)
    made.come(a=3.0, b=2.0, c=1.0)
    made.model.set_order(Order(VALUE))
    assert made.model.arranging
    made.model.hold(True)
    assert in_order(made.model, qtbot) == ["a", "b", "c"]
    made.model.hold(False)
    made.clock.stall(SORT_S)
    made.model.tick()
    assert in_order(made.model, qtbot) == ["c", "b", "a"]


@pytest.mark.clause("W4")
def test_what_is_followed_stays_on_its_row(qtbot: QtBot) -> None:
    made = watched("a", "b", "c")
    made.add("a", "b", "c")
    made.come(a=3.0, b=2.0, c=1.0)
    followed = QPersistentModelIndex(made.model.index(0, VALUE))
    made.model.set_order(Order(VALUE))
    assert in_order(made.model, qtbot) == ["c", "b", "a"]
    assert (followed.row(), followed.column()) == (2, VALUE)


# ---- order and filter


def test_columns_sort_as_they_read(qtbot: QtBot) -> None:
    made = watched("T10", "T2", "t1", "x")
    made.add("T10", comment("between"), "T2", "t1", "x")
    made.come_all([("T10", 5, 192), ("T2", "text", 192), ("t1", -1.5, 0)])
    model = made.model

    def by(column: int, descending: bool = False) -> list[str]:
        model.set_order(Order(column, descending))
        return in_order(model, qtbot)

    assert by(TAG) == ["t1", "T2", "T10", "x", "between"], "numbers by their size, comments at the end"
    assert by(TAG, True) == ["x", "T10", "T2", "t1", "between"]
    assert by(VALUE) == ["t1", "T10", "T2", "between", "x"], "numbers, texts, then what has no value"
    assert by(VALUE, True) == ["T2", "T10", "t1", "between", "x"]
    assert by(QUALITY) == ["t1", "T10", "T2", "between", "x"]
    model.set_order(Order())
    assert in_order(model, qtbot) == ["T10", "between", "T2", "t1", "x"]


@pytest.mark.parametrize("descending", [False, True])
def test_many_numbers_sort_like_few(qtbot: QtBot, descending: bool) -> None:
    count = 3_000
    made = Watching(*(f"t{number}" for number in range(count)))
    made.add(*(f"t{number}" for number in range(count)))
    values = [float(random.Random(1).randrange(50)) for _ in range(count)]
    made.come_all([(f"t{number}", value, 192) for number, value in enumerate(values)])
    made.model.set_order(Order(VALUE, descending))
    shown = in_order(made.model, qtbot)
    wanted = sorted(range(count), key=lambda number: values[number], reverse=descending)
    assert shown == [f"t{number}" for number in wanted]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (WatchFilter("tank"), ["Tank.Level", "Tank.Flow"]),
        (WatchFilter("t*level"), ["Tank.Level"]),
        (WatchFilter("tank bar"), ["Tank.Flow"]),
        (WatchFilter("pressure"), ["Tank.Flow"]),
        (WatchFilter("other"), ["Pump[1]"]),
        (WatchFilter("p[1]"), ["Pump[1]"]),
        (WatchFilter("pump[?]"), ["Pump[1]"]),
        (WatchFilter("section"), ["# Section"]),
        (WatchFilter(qualities=frozenset({"bad"})), ["Tank.Flow"]),
        (WatchFilter(qualities=frozenset({"good", "none"})), ["Tank.Level", "Pump[1]"]),
        (WatchFilter("nothing"), []),
    ],
)
def test_filters(qtbot: QtBot, wanted: WatchFilter, found: list[str]) -> None:
    made = watched("Tank.Level", "Tank.Flow", **{"Tank.Flow": TagAbout(unit="bar", description="Pressure")})
    made.open("Other", "Pump[1]")
    made.add(comment("# Section"), "Tank.Level", "Tank.Flow")
    made.add("Pump[1]", source="Other")
    made.come_all([("Tank.Level", 1.0, 192), ("Tank.Flow", 1.0, 24)])
    made.model.set_filter(wanted)
    assert in_order(made.model, qtbot) == found
    made.model.set_filter(WatchFilter())
    assert len(in_order(made.model, qtbot)) == 4


def test_what_passes_a_filter_by_quality_changes_with_the_values(qtbot: QtBot) -> None:
    made = watched("a", "b", "c")
    made.add("a", "b", "c")
    made.come(a=1.0, b=1.0, c=1.0)
    made.model.set_filter(WatchFilter(qualities=frozenset({"bad"})))
    assert in_order(made.model, qtbot) == []
    made.come(quality=0, a=1.0, c=1.0)
    made.clock.stall(SORT_S)
    made.model.take(EMPTY)
    assert in_order(made.model, qtbot) == ["a", "c"]
    made.close("Plant")
    made.clock.stall(SORT_S)
    made.model.tick()
    assert in_order(made.model, qtbot) == ["a", "b", "c"], "what is not live is trouble too"


def test_a_text_is_found_as_soon_as_it_is_known(qtbot: QtBot) -> None:
    made = watched("a", "b")
    made.add("a", "b")
    made.model.set_filter(WatchFilter("boiler", frozenset({"none", "good"})))
    assert in_order(made.model, qtbot) == []
    made.book.told["b"] = TagAbout(description="Boiler")
    made.book.changed.emit()
    made.clock.stall(SORT_S)
    made.model.tick()
    assert in_order(made.model, qtbot) == ["b"]


def test_looking_through_all_rows_asks_nobody(qtbot: QtBot) -> None:
    made = watched("a", "b")
    made.model.watch_visible(lambda: range(0))
    made.add("a", "b")
    made.come(a=1.0, b=2.0)
    made.book.asked.clear()
    made.model.set_order(Order(DESCRIPTION))
    made.model.set_filter(WatchFilter("a"))
    in_order(made.model, qtbot)
    assert made.book.asked == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.permutations(range(8)).map(lambda rows: rows[: random.Random(sum(rows)).randrange(9)]), max_size=6))
def test_any_change_of_rows_is_told_right(steps: list[list[int]]) -> None:
    made = watched(*(f"t{number}" for number in range(8)))
    rows = made.model.make(Line(Kind.TAG, TagRef("Plant", f"t{number}")) for number in range(8))
    for step in steps:
        made.model.become([(rows[number], rows[number].line) for number in step])
        assert [made.model.cells.name(row) for row in made.model.shown] == [f"t{number}" for number in step]


def test_very_many_ranges_are_told_anew(qtbot: QtBot) -> None:
    made = watched(*(f"t{number}" for number in range(400)))
    rows = made.add(*(f"t{number}" for number in range(400)))
    told: list[str] = []
    made.model.about_to_rearrange.connect(lambda anew: told.append(f"before {anew}"))
    made.model.rearranged.connect(lambda: told.append("after"))
    made.model.become([(row, row.line) for row in rows[::2]])
    assert told == ["before True", "after"]
    assert made.model.rowCount() == 200


# ---- comparison, counts and curves


def test_a_comparison_tells_what_has_changed(qtbot: QtBot) -> None:
    made = watched("a", "b", a=TagAbout(decimals=1))
    made.add("a", "b")
    made.come(a=1.0, b="Run")
    assert made.column(COMPARE) == ["", ""]
    taken = Snapshot.of(made.model.rows, made.clock.utc_ns())
    made.model.compare(taken, Tolerance())
    assert made.column(COMPARE) == ["=", "="]
    made.come(a=1.5)
    assert made.column(COMPARE) == ["≠ +0.5", "="]
    made.model.set_filter(WatchFilter(changed=True))
    assert in_order(made.model, qtbot) == ["a"]
    made.model.compare(taken, Tolerance(absolute=1.0))
    assert in_order(made.model, qtbot) == []


@pytest.mark.parametrize("many_events", [1, 10_000])
def test_counts_and_curves_look_at_every_event_while_they_are_shown(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, many_events: int
) -> None:
    monkeypatch.setattr("ui.models.watch._MANY_EVENTS", many_events)
    made = watched("a", "b")
    a, b, again = made.add("a", "b", "a")
    made.come(a=1.0)
    assert a.count == 0
    made.model.set_columns(USUAL | {COUNT, SPARK})
    made.come_all([("a", 5.0, 192), ("a", 2.0, 192), ("b", "text", 192)])
    assert [a.count, b.count, again.count] == [2, 1, 2]
    assert made.column(COUNT) == ["2", "1", "2"]
    assert a.spark is not None
    ((_, low, high),) = a.spark.slots(made.model.now())
    assert (low, high) == ((2.0, 5.0) if many_events > 1 else (2.0, 2.0))
    made.model.set_columns(USUAL)
    assert (a.count, a.spark) == (0, None)


def test_a_value_that_does_not_move_has_a_curve_too(qtbot: QtBot) -> None:
    made = watched("a")
    (row,) = made.add("a")
    made.come(a=4.0)
    made.model.set_columns(USUAL | {SPARK})
    made.model.look_at(row)
    assert row.spark is not None
    assert [slot[1:] for slot in row.spark.slots(made.model.now())] == [(4.0, 4.0)]


def test_twenty_thousand_rows_are_looked_through_in_turns(qtbot: QtBot) -> None:
    count = 20_000
    made = Watching(*(f"t{number}" for number in range(count)))
    rows = made.model.make(Line(Kind.TAG, TagRef("Plant", f"t{number}")) for number in range(count))
    made.model.become([(row, row.line) for row in rows])
    made.bind()
    items = made.source("Plant").items
    assert items is not None
    items.apply([many(made, count)])
    qtbot.waitUntil(lambda: not made.model.arranging)
    made.model.set_order(Order(VALUE, True))
    assert made.model.arranging, "the window goes on meanwhile"
    shown: Any = in_order(made.model, qtbot)
    assert shown[0] == f"t{count - 1}"
    assert shown[-1] == "t0"
