"""Several trends: tabs that come, go and come back, one below the other, and linked."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QTabBar, QTabWidget
from pytestqt.qtbot import QtBot

from app.batch import EventBatch
from ui import theme as themes
from ui.feed import FeedFrame
from ui.plots import kept
from ui.plots.marks import Note
from ui.plots.pane import GROUPS, TrendsPane
from ui.plots.pens import Style
from ui.plots.trend import TrendView
from ui.tagref import TagRef

S = 1_000_000_000
T0 = 1_700_000_000 * S
LEVEL, FLOW = TagRef("Plant", "Tank.Level"), TagRef("Plant", "Pump.Flow")


class Pane(TrendsPane):
    def __init__(self) -> None:
        self.now = T0
        super().__init__(themes.LIGHT, lambda: self.now)

    def plant(self, name: str, group: int = 0) -> TrendView:
        made = super().plant(name, group)
        made.stop()
        return made

    def names(self) -> list[list[str]]:
        """By groups, as they stand on the screen."""
        groups = [self._splitter.widget(number) for number in range(self._splitter.count())]
        return [[group.tabText(n) for n in range(group.count())] for group in groups if isinstance(group, QTabWidget)]


@pytest.fixture
def pane(qtbot: QtBot, qapp: QApplication) -> Iterator[Pane]:
    made = Pane()
    qtbot.addWidget(made)
    made.resize(900, 800)
    made.show()
    qapp.processEvents()
    yield made
    made.stop()
    made.close()


def _feed(pane: Pane, key: int, *rows: tuple[int, float]) -> None:
    times = array("q", [T0 + second * S for second, _ in rows])
    batch = EventBatch(1, array("Q", [key] * len(rows)), [v for _, v in rows], [192] * len(rows), times, times)
    pane.collector.apply(FeedFrame([("s", batch)], []))


def test_there_is_always_a_trend_and_new_ones_have_names_of_their_own(pane: Pane) -> None:
    assert pane.names() == [["Trend 1"]]
    pane.new()
    pane.new()
    assert pane.names() == [["Trend 1", "Trend 2", "Trend 3"]]
    assert pane.current().name == "Trend 3"
    for trend in pane.trends():
        pane.close_trend(trend)
    assert len(pane.trends()) == 1
    assert not pane.current().pens()


def test_one_line_is_collected_for_all_trends_that_draw_it(pane: Pane) -> None:
    first = pane.current()
    first.add_ref(LEVEL)
    second = pane.new()
    second.add_ref(LEVEL)
    pane.collector.bind(first.pens()[0].line, "s", 7, "%")
    _feed(pane, 7, (0, 1.0), (1, 2.0))
    assert first.pens()[0].samples is second.pens()[0].samples
    assert len(second.pens()[0].samples) == 2


def test_a_closed_trend_comes_back_where_it_was_with_what_came_meanwhile(pane: Pane) -> None:
    first = pane.current()
    first.add_ref(LEVEL)
    pane.collector.bind(first.pens()[0].line, "s", 7, "%")
    pane.new()
    said: list[str] = []
    pane.told.connect(said.append)
    pane.close_trend(first)
    assert pane.names() == [["Trend 2"]]
    assert "Ctrl+Z" in said[0]
    _feed(pane, 7, (5, 1.0))
    QTest.keyClick(pane.current(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pane.names() == [["Trend 1", "Trend 2"]]
    assert pane.current() is first
    assert len(first.pens()[0].samples) == 1


def test_undo_goes_back_in_order(pane: Pane) -> None:
    first = pane.current()
    first.add_ref(LEVEL)
    second = pane.new()
    pane.rename(second, "Boiler")
    first.remove_pens(first.pens())
    pane.close_trend(first)
    assert pane.undo_words == "close a trend"
    pane.undo()
    assert not first.pens()
    pane.undo()
    assert len(first.pens()) == 1
    pane.undo()
    assert second.name == "Trend 2"
    assert pane.undo_words == ""
    pane.undo()


def test_what_can_no_longer_come_back_is_let_go_of(pane: Pane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.plots.pane._UNDO", 1)
    for ref in (LEVEL, FLOW):
        trend = pane.new()
        trend.add_ref(ref)
        pane.close_trend(trend)
    assert [line.ref for line in pane.collector.lines()] == [FLOW]


def test_a_duplicate_has_pens_looks_span_and_notes(pane: Pane) -> None:
    first = pane.current()
    first.add_ref(LEVEL, style=Style.DOTS, hue=3)
    first.add_ref(FLOW, step=False, own_axis=True, visible=False)
    first.set_span(900)
    first.set_notes([Note(T0, "here")])
    made = pane.duplicate(first)
    assert made.name == "Trend 2"
    looks = [[(p.tag, p.hue, p.style, p.step, p.visible, p.own_axis) for p in t.pens()] for t in (first, made)]
    assert looks[0] == looks[1]
    assert (made.span_s, made.notes()) == (900, first.notes())


@pytest.mark.clause("T1", "T3")
def test_linked_trends_move_together_and_others_stay(pane: Pane) -> None:
    first, second, third = pane.current(), pane.new(), pane.new()
    pane.now = T0 + 100 * S
    first.set_linked(True)
    second.set_linked(True)
    first.show_times(T0 / S, T0 / S + 20)
    assert second.paused
    assert second.visible_range() == pytest.approx(first.visible_range())
    assert not third.paused
    second.set_cursor(0, True, T0 + 5 * S)
    assert first.cursors() == (T0 + 5 * S, None)
    assert third.cursors() == (None, None)
    second.set_span(300)
    assert (first.span_s, third.span_s) == (300, 60)
    first.go_live()
    assert not second.paused
    third.set_linked(True)
    assert third.span_s == 300
    second.set_linked(False)
    first.pause()
    first.show_times(T0 / S, T0 / S + 5)
    assert not second.paused
    assert third.visible_range() == pytest.approx((T0 / S, T0 / S + 5))


@pytest.mark.clause("T8")
def test_trends_one_below_the_other_end_at_the_same_pixel(pane: Pane, qapp: QApplication) -> None:
    first, second = pane.current(), pane.new()
    pane.move_trend(second, 1)
    for key, unit in enumerate(("%", "°C", "bar"), 1):
        second.add_pen("s", key, f"tag {key}", "Plant", unit)
    first.add_pen("s", 9, "alone", "Plant", "%")
    assert pane.names() == [["Trend 1"], ["Trend 2"]]
    qapp.processEvents()
    one, other = first.plot.area(), second.plot.area()
    assert (one.left(), one.right()) == pytest.approx((other.left(), other.right()), abs=1)
    pane.move_trend(second, -1)
    qapp.processEvents()
    assert pane.names() == [["Trend 1", "Trend 2"]]
    assert first.plot.area().right() > one.right() or not first.isVisible()


def test_a_trend_moves_through_groups_that_come_and_go(pane: Pane) -> None:
    trends = [pane.current(), *(pane.new() for _ in range(GROUPS))]
    for number in range(1, GROUPS):
        for _ in range(number):
            pane.move_trend(trends[number], 1)
    assert pane.names() == [["Trend 1", "Trend 5"], ["Trend 2"], ["Trend 3"], ["Trend 4"]]
    assert not pane.can_move(trends[3], 1)
    assert not pane.can_move(trends[0], -1)
    pane.move_trend(trends[1], 1)
    assert pane.names() == [["Trend 1", "Trend 5"], ["Trend 3", "Trend 2"], ["Trend 4"]]
    pane.close_trend(trends[3])
    assert pane.groups() == 2
    pane.undo()
    assert sorted(map(len, pane.names())) == [1, 2, 2]


@pytest.mark.clause("L3")
def test_the_menu_of_a_tab_does_all_of_it(pane: Pane) -> None:
    menu = QMenu(pane)
    pane.fill_menu(menu, pane.current())
    words = {action.text(): action for action in menu.actions()}
    assert list(words) == ["New trend", "Rename …", "Duplicate", "Move below", "Move above", "Close", "Undo"]
    assert [w for w, action in words.items() if not action.isEnabled()] == ["Move below", "Move above", "Undo"]
    words["New trend"].trigger()
    assert len(pane.trends()) == 2
    bar = pane.findChildren(QTabBar)[0]
    assert bar.accessibleName() == "Names of the trends"


def test_the_trend_that_was_used_last_is_the_current_one(pane: Pane, qapp: QApplication) -> None:
    first, second = pane.current(), pane.new()
    pane.move_trend(second, 1)
    pane.activateWindow()
    first.bar.span.setFocus()
    qapp.processEvents()
    assert pane.current() is first
    second.plot.setFocus()
    qapp.processEvents()
    assert pane.current() is second


# ---- the workspace


@pytest.mark.clause("T11")
def test_a_setup_is_the_same_after_it_was_kept(pane: Pane) -> None:
    first = pane.current()
    first.add_ref(LEVEL, style=Style.THICK, hue=5, step=False)
    first.set_span(1234)
    first.set_notes([Note(T0 + 1, "note")])
    first.set_linked(True)
    second = pane.new()
    second.add_ref(FLOW, own_axis=True, visible=False)
    pane.move_trend(second, 1)
    pane.rename(second, "Boiler & co")
    pane.show_trend(first)
    state = kept.state_of(pane)
    assert kept.restore(pane, state) == []
    assert kept.state_of(pane) == state
    assert [trend.name for trend in pane.trends()] == ["Trend 1", "Boiler & co"]
    assert pane.groups() == 2
    assert sorted(str(line.ref) for line in pane.collector.lines()) == ["Plant:Pump.Flow", "Plant:Tank.Level"]


@pytest.mark.clause("T11")
def test_what_cannot_be_read_is_left_out_and_told(pane: Pane) -> None:
    state = {
        "current": 99,
        "trends": [
            "no trend",
            {
                "name": "  ",
                "group": -4,
                "span_s": "long",
                "pens": [{"tag": "x"}, 7, {"source": "Plant", "tag": "ok", "colour": -1, "style": "plain", "step": 3},
                         {"source": "Plant", "tag": "odd", "style": "wavy"}],
                "notes": [{"time_ns": "now", "text": "x"}, {"time_ns": 5, "text": ""}, {"time_ns": 5, "text": "kept"}],
            },
        ],
    }  # fmt: skip
    problems = kept.restore(pane, state)
    assert len(problems) == 7
    assert problems[0] == "trend 1 is no object"
    (trend,) = pane.trends()
    assert [pen.tag for pen in trend.pens()] == ["ok"]
    assert [note.text for note in trend.notes()] == ["kept"]
    assert trend.span_s == 60
    assert kept.restore(pane, {}) == []
    assert kept.restore(pane, {"trends": {}}) == []
    assert len(pane.trends()) == 1
