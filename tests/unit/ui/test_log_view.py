"""The event log's pane: what is read never moves, and what is asked for is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QApplication, QScrollBar, QStyle, QStyleOptionSlider
from pytestqt.qtbot import QtBot

from app.events.notices import Notice, NoticeKind, Severity
from tests.helpers.batches import batch
from ui import theme as themes
from ui.feed import FeedFrame
from ui.models import log as logs
from ui.models.log import LogModel
from ui.models.log_filter import LogFilter
from ui.models.log_rows import EXPORTED, exported
from ui.tag_menu import TagActs
from ui.views.log import LogView


class Pane:
    """A log that is shown, with what comes to it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.model = LogModel(themes.LIGHT, lambda session, key: f"Tank{key}.Level", lambda session: f"plant {session}")
        self.view = LogView(self.model)
        qtbot.addWidget(self.view)
        self.view.resize(1200, 300)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.sequence = 1

    def come(self, count: int = 50, key: int = 7, session: str = "a") -> None:
        self.model.take(FeedFrame([(session, batch(self.sequence, count, key))], []))
        self.sequence += count
        QApplication.processEvents()

    @property
    def bar(self) -> QScrollBar:
        return self.view._table.verticalScrollBar()

    @property
    def top(self) -> tuple[int, str]:
        """The row at the top of the pane, and when it came."""
        index = self.view._table.indexAt(QPoint(2, 2))
        return index.row(), self.model.entry(index.row())[1].sequence  # type: ignore[union-attr, return-value]

    @property
    def state(self) -> str:
        return self.view._state.text()


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[Pane]:
    made = Pane(qtbot)
    made.come(200)
    yield made
    made.view.hide()


def _trough(bar: QScrollBar) -> QPoint:
    """A point between the upper button and the slider."""
    option = QStyleOptionSlider()
    bar.initStyleOption(option)
    control = QStyle.ComplexControl.CC_ScrollBar
    groove = bar.style().subControlRect(control, option, QStyle.SubControl.SC_ScrollBarGroove, bar)
    return QPoint(groove.center().x(), groove.top() + 2)


def _turn_wheel(pane: Pane) -> None:
    viewport = pane.view._table.viewport()
    where = QPointF(viewport.rect().center())
    event = QWheelEvent(
        where,
        QPointF(viewport.mapToGlobal(where.toPoint())),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


WAYS: dict[str, Any] = {
    "trough": lambda pane: QTest.mouseClick(pane.bar, Qt.MouseButton.LeftButton, pos=_trough(pane.bar)),
    "page": lambda pane: pane.bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepSub),
    "line": lambda pane: pane.bar.triggerAction(QAbstractSlider.SliderAction.SliderSingleStepSub),
    "slider": lambda pane: pane.bar.setValue(pane.bar.maximum() // 2),
    "wheel": _turn_wheel,
    "page up": lambda pane: QTest.keyClick(pane.view._table, Qt.Key.Key_PageUp),
    "home": lambda pane: QTest.keyClick(pane.view._table, Qt.Key.Key_Home),
}


@pytest.mark.clause("W4")
@pytest.mark.parametrize("way", WAYS)
def test_looking_up_pauses_and_what_is_read_never_moves(pane: Pane, way: str) -> None:
    assert pane.bar.value() == pane.bar.maximum() > 0
    assert not pane.model.paused
    WAYS[way](pane)
    QApplication.processEvents()
    assert pane.model.paused
    before = pane.top
    assert pane.bar.value() < pane.bar.maximum()
    for _ in range(5):
        pane.come(50)
    assert pane.top == before
    assert "250 new" in pane.state
    QTest.keyClick(pane.view._table, Qt.Key.Key_End)
    QApplication.processEvents()
    assert not pane.model.paused
    assert pane.bar.value() == pane.bar.maximum()
    assert pane.model.rowCount() == 450


def test_the_button_resumes_and_pointing_at_a_row_pauses(pane: Pane) -> None:
    QTest.mouseClick(pane.view._table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert pane.model.paused
    before = pane.top
    pane.come()
    assert pane.top == before
    QTest.mouseClick(pane.view._follow, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert not pane.model.paused
    assert pane.bar.value() == pane.bar.maximum()


@pytest.mark.clause("W4")
def test_following_survives_other_sizes_filters_and_the_bound(pane: Pane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ROWS", 300)
    for height in (200, 500, 250):
        pane.view.resize(1200, height)
        QApplication.processEvents()
        pane.come()
        assert not pane.model.paused, height
        assert pane.bar.value() == pane.bar.maximum()
    pane.view._find.setText("Tank7")
    pane.view._filter()
    for _ in range(5):
        pane.come(40, 7 + _ % 2)
    assert not pane.model.paused
    assert pane.bar.value() == pane.bar.maximum()


def test_what_is_dropped_while_it_is_paused_is_said(pane: Pane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "HELD", 100)
    pane.view.pause()
    for _ in range(5):
        pane.come(50)
    assert pane.state == "❚❚ Paused — 100 new, 150 older dropped, End to resume"
    pane.view.follow()
    QApplication.processEvents()
    words = [pane.model.index(row, logs.DETAIL).data() for row in range(pane.model.rowCount())]
    assert words[200] == "… 150 older events were dropped: they came while the log was paused"
    assert pane.state == "▶ Following"


def test_the_filter_bar(pane: Pane, qtbot: QtBot) -> None:
    notice = Notice(NoticeKind.FAULT, Severity.ERROR, 10**18, "worker ended")
    pane.come(10, 8, "b")
    pane.model.take(FeedFrame([], [("b", notice)]))
    view, model = pane.view, pane.model
    assert not view._clear.isVisible()
    assert view._counts.text() == ""
    QTest.keyClicks(view._find, "tank?.l")
    qtbot.waitUntil(lambda: model.rowCount() == 210)
    assert view._counts.text() == "210 of 211 shown"
    view._sessions.choose("b")
    assert (model.rowCount(), view._counts.text()) == (10, "10 of 211 shown")
    pane.come(5, 8, "b")
    assert view._counts.text() == "15 of 216 shown"
    view._find.clear()
    view._filter()
    view._severities.choose(["error"])
    assert model.rowCount() == 1
    assert view._clear.isVisible()
    QTest.keyClick(view._find, Qt.Key.Key_Escape)
    assert model.rowCount() == 216
    assert (view._sessions.chosen(), view._severities.chosen(), view._counts.text()) == (frozenset(), frozenset(), "")


def test_without_values_is_one_step(pane: Pane) -> None:
    pane.model.action(10**18, "write requested")
    pane.view._kinds.menu().aboutToShow.emit()
    (action,) = [action for action in pane.view._kinds.menu().actions() if action.text() == "without values"]
    action.trigger()
    assert pane.model.rowCount() == 1
    assert pane.view._kinds.text() == "Kind: without values ▾"


def test_sessions_are_listed_by_name_and_told_apart(pane: Pane) -> None:
    pane.model._name_of = lambda session: "plant"
    pane.come(1, 7, "bbbbbbbbbb")
    pane.model.action(10**18, "x")
    assert pane.view._session_names() == {"a": "plant (a)", "bbbbbbbbbb": "plant (bbbbbb)", "": "no session"}


@pytest.mark.clause("L2")
def test_a_narrow_pane_says_it_shorter_and_cuts_nothing(pane: Pane) -> None:
    pane.view.pause()
    pane.come(137)
    assert pane.state == "❚❚ Paused — 137 new, End to resume"
    pane.view.resize(850, 300)
    QApplication.processEvents()
    assert pane.state == "❚❚ 137 new"
    assert pane.view.minimumSizeHint().width() <= 850
    for widget in (pane.view._find, pane.view._kinds, pane.view._state, pane.view._follow):
        assert widget.width() >= widget.minimumSizeHint().width()
    gap = pane.view._follow.geometry().left() - pane.view._state.geometry().right()
    assert gap >= 8


# ---- one row, and what can be done with it


@pytest.mark.clause("G2")
def test_the_detail_pane_tells_all_of_the_chosen_row(pane: Pane) -> None:
    view = pane.view
    view.show_details(True)
    QApplication.processEvents()
    assert view._detail.isVisible()
    assert not view._detail.topLevelItemCount()
    view._table.selectRow(3)
    lines = dict(view._detail._lines)
    assert (lines["Tag"], lines["Session"], lines["Kind"]) == ("Tank7.Level", "plant a", "data change")
    assert (lines["Value"], lines["Quality"], lines["Sequence"]) == ("3.0", "good (192)", "4")
    assert lines["Source time"].startswith("1970-01-01T")
    assert "Time difference" not in lines
    pane.view.follow()
    pane.model.take(
        FeedFrame([], [("a", Notice(NoticeKind.FAULT, Severity.ERROR, 10**18, "died", {"exit_code": "9"}))])
    )
    view._table.selectRow(pane.model.rowCount() - 1)
    lines = dict(view._detail._lines)
    assert (lines["Detail"], lines["exit code"], lines["Severity"]) == ("died", "9", "error")
    view._detail.copy()
    assert "exit code\t9" in QApplication.clipboard().text()
    pane.model.set_filter(LogFilter("nothing"))
    assert not view._detail.topLevelItemCount(), "a row that is gone is told no more"


@pytest.mark.clause("G2", "Z3")
def test_times_that_differ_are_told_and_not_rewritten(pane: Pane) -> None:
    made = batch(1000, 1)
    made.source_times[0], made.worker_times[0] = 10**18 + 3_200_000_000, 10**18  # type: ignore[index]
    pane.model.take(FeedFrame([("a", made)], []))
    row = pane.model.rowCount() - 1
    lines = dict(pane.model.told(row))
    assert lines["Time difference"] == "3.2 s ahead"
    assert lines["Source time"] != lines["Received"]
    assert "source time 3.2 s ahead" in pane.model.data(pane.model.index(row, 0), Qt.ItemDataRole.ToolTipRole)


@pytest.mark.clause("G3")
def test_rows_are_copied_with_a_header(pane: Pane) -> None:
    pane.view._table.selectRow(1)
    QTest.keyClick(pane.view._table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(pane.view._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, one, two = QApplication.clipboard().text().split("\n")
    assert head.split("\t")[4:6] == ["Tag", "Value"]
    assert one.split("\t")[4:6] == ["Tank7.Level", "1.0"]
    assert two.split("\t")[4:6] == ["Tank7.Level", "2.0"]


@pytest.mark.clause("G2", "L3")
def test_from_a_row_to_its_tag_and_to_rows_like_it(pane: Pane) -> None:
    told: list[object] = []
    acts = TagActs(*([told.append] * 4))
    pane.view.acts_of = lambda session: acts if session == "a" else None
    pane.view.jump_wanted.connect(lambda *what: told.append(what))
    pane.come(3, key=8, session="b")
    table, model = pane.view._table, pane.model
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    menu = pane.view.menu_at(model.index(0, 4))
    words = {action.text(): action for action in menu.actions()}
    words["Show in items"].trigger()
    words["Add to trend"].trigger()
    assert told == [("a", 7, "Tank7.Level"), ("a", 7, "Tank7.Level"), "Tank7.Level"]
    words["Show only tag: Tank7.Level"].trigger()
    assert model.filter.text == "tag:=Tank7.Level"
    assert model.rowCount() == 200
    menu.deleteLater()
    pane.view.clear_filter()
    menu = pane.view.menu_at(model.index(202, 1))  # of a session that is closed
    words = {action.text(): action for action in menu.actions()}
    assert "Add to trend" not in words
    words["Show only session: plant b"].trigger()
    assert model.rowCount() == 3
    menu.deleteLater()
    pane.view.clear_filter()
    menu = pane.view.header_menu(7)
    menu.actions()[0].trigger()
    assert pane.view._find.text() == "quality:"
    menu.deleteLater()


@pytest.mark.clause("G1")
@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("tag:tank7", 200),
        ("tag:=tank7.level", 200),
        ("tag:=tank7", 0),
        ("value:=12.0", 1),
        ("value:=1?.0 tag:tank", 10),
        ("tag:192", 0),
        ("quality:192", 200),
        ("quality:good session:plant", 200),
        ("session:tank7", 0),
        ("time:1970-01-01", 200),
        ("kind:data severity:info", 200),
        ('kind:"data change"', 200),
        ('kind:"data  change"', 0),
        ("unknown:tank7", 0),
        ("detail:tank7", 0),
        ("tag:tank7 value:=5.0", 1),
        ("value:", 200),
    ],
)
def test_text_is_looked_for_in_one_column(pane: Pane, text: str, rows: int) -> None:
    pane.model.set_filter(LogFilter(text))
    while pane.model.looking:
        QApplication.processEvents()
    assert pane.model.rowCount() == rows


@pytest.mark.clause("G3")
def test_the_export_is_asked_for_told_and_cancelled(pane: Pane) -> None:
    told: list[str] = []
    pane.view.export_wanted.connect(lambda: told.append("export"))
    pane.view.cancel_wanted.connect(lambda: told.append("cancel"))
    pane.view._export.click()
    pane.view.show_export(12_400)
    assert pane.view._export.text() == "Cancel export (12,400)"
    pane.view._export.click()
    pane.view.show_export(None)
    assert pane.view._export.text() == "Export …"
    assert told == ["export", "cancel"]


@pytest.mark.clause("G3")
def test_what_is_exported_is_what_was_shown(pane: Pane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ROWS", 150)
    pane.come(50)  # rows are trimmed inside a batch
    pane.model.action(10**18, "write sent", "a", "Tank7.Level", "5")
    pane.model.set_filter(LogFilter("value:*0*"))
    while pane.model.looking:
        QApplication.processEvents()
    pieces, names = pane.model.snapshot(), pane.model.names()
    shown = [pane.model.data(pane.model.index(row, 5)) for row in range(pane.model.rowCount())]
    rows = list(exported(pieces, names))
    assert [str(row[6]) for row in rows] == shown
    assert {len(row) for row in rows} == {len(EXPORTED)}
    before = len(rows)
    pane.come(100)
    assert len(list(exported(pieces, names))) == before
    pane.model.set_filter(LogFilter())
    while pane.model.looking:
        QApplication.processEvents()
    (action,) = [row for row in exported(pane.model.snapshot(), names) if row[3] == "operator"]
    assert action[5:7] == ("Tank7.Level", "5")
    event = next(exported(pane.model.snapshot(), names))
    assert event[2:6] == ("plant a", "data change", "info", "Tank7.Level")
    assert event[8:10] == ("good", 192)
