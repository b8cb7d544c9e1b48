"""Hints in empty panes, long tags, lines that give way."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPaintEvent, QStandardItemModel
from PySide6.QtWidgets import QApplication, QHeaderView, QStyleOptionViewItem, QTableWidget, QTableWidgetItem
from pytestqt.qtbot import QtBot

from ui import theme as themes
from ui.widgets import Elided, Steady, Tags, Values, WholeRows, paint_hint

UI = Path(__file__).resolve().parents[3] / "ui"


def _inked(view: QTableWidget, colour: str) -> bool:
    image = view.viewport().grab().toImage()
    wanted = QColor(colour)
    return any(image.pixelColor(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


@pytest.mark.clause("L2")
def test_a_hint_in_an_empty_pane_is_quiet_and_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    class Pane(QTableWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            paint_hint(self, "Nothing ██ yet")

    for mode in (themes.Mode.DARK, themes.Mode.LIGHT):
        theme = themes.apply(qapp, mode)
        pane = Pane()
        qtbot.addWidget(pane)
        pane.resize(240, 80)
        assert _inked(pane, theme.muted)
        assert not _inked(pane, theme.bad)


def test_long_tags_keep_their_ends(qtbot: QtBot) -> None:
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    delegate = Tags(table)
    option = QStyleOptionViewItem()
    delegate.initStyleOption(option, table.model().index(0, 0))
    assert option.textElideMode is Qt.TextElideMode.ElideMiddle  # type: ignore[attr-defined]


@pytest.mark.clause("W5")
def test_a_long_value_loses_its_end_and_keeps_its_mark(qtbot: QtBot) -> None:
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    delegate = Values(table)

    def shown(text: str, width: int) -> str:
        table.setItem(0, 0, QTableWidgetItem(text))
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, width, 20)  # type: ignore[attr-defined]
        option.fontMetrics = table.fontMetrics()  # type: ignore[attr-defined]
        delegate.initStyleOption(option, table.model().index(0, 0))
        return option.text  # type: ignore[attr-defined]

    wide = table.fontMetrics().horizontalAdvance("86.84043868512345") + 60
    assert shown("86.84043868512345 ✕", wide) == "86.84043868512345 ✕"
    short = shown("86.84043868512345 ✕", wide // 2)
    assert short.startswith("86.8")
    assert short.endswith("… ✕")
    assert shown("Running (1)", 400) == "Running (1)"


def test_a_line_that_gives_way_ends_with_dots_and_keeps_its_words(qtbot: QtBot) -> None:
    line = Elided("Double-click an item to trend it")
    qtbot.addWidget(line)
    assert line.minimumSizeHint().width() < line.sizeHint().width() / 3
    line.setText("F2 writes it, Ctrl+O opens a server")
    assert line.toolTip() == line.text() == "F2 writes it, Ctrl+O opens a server"
    line.resize(60, 20)
    assert not line.grab().isNull()


def test_a_figure_never_gets_narrower(qtbot: QtBot) -> None:
    figure = Steady()
    qtbot.addWidget(figure)
    figure.setText("123,456 events/s")
    wide = figure.minimumWidth()
    figure.setText("1 event/s")
    assert figure.minimumWidth() == wide > 0


class _Rows(WholeRows):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.setModel(QStandardItemModel(count, 2, self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(20)

    def cut(self) -> list[int]:
        """Rows of which a part is in sight."""
        height = self.viewport().height()
        tops = [self.rowViewportPosition(number) for number in range(self.model().rowCount())]
        return [number for number, top in enumerate(tops) if -20 < top < 0 or top < height < top + 20]


@pytest.mark.parametrize("height", [150, 157, 163, 170])
def test_no_row_is_half_covered(qtbot: QtBot, height: int) -> None:
    table = _Rows(60)
    qtbot.addWidget(table)
    table.resize(240, height)
    table.show()
    assert table.cut() == []
    for place in (1, 17, table.verticalScrollBar().maximum()):
        table.verticalScrollBar().setValue(place)
        assert table.cut() == [], place
    last = table.rowViewportPosition(59) + 20
    assert last == table.viewport().height(), "at the end, the last row is the lowest"
    table.model().insertRows(60, 5)
    table.scrollToBottom()
    assert table.cut() == []
    assert table.rowViewportPosition(64) + 20 == table.viewport().height()


def test_rows_that_fit_have_all_of_the_room(qtbot: QtBot) -> None:
    table = _Rows(60)
    qtbot.addWidget(table)
    table.resize(240, 163)
    table.show()
    trimmed = table.viewportMargins().bottom()
    table.model().removeRows(2, 58)
    assert trimmed > 0
    qtbot.waitUntil(lambda: table.viewportMargins().bottom() == 0, timeout=20_000)


def test_a_line_shows_markup_as_it_is(qtbot: QtBot) -> None:
    line = Elided()
    qtbot.addWidget(line)
    line.setText("<b>Tank</b>")
    assert line.textFormat() is Qt.TextFormat.PlainText
    assert "&lt;b&gt;Tank" in line.toolTip()
    line.setText("Tank")
    assert line.toolTip() == "Tank"


def test_no_model_gives_the_words_of_a_source_to_qt_as_markup() -> None:
    """Tooltips: labels say themselves that theirs is plain text."""
    places = [path for folder in ("models", "plots") for path in (UI / folder).glob("*.py")]
    with_tips = [path for path in places if "case Qt.ItemDataRole.ToolTipRole" in path.read_text(encoding="utf-8")]
    assert len(with_tips) > 5
    assert [path.name for path in with_tips if "tip_text(" not in path.read_text(encoding="utf-8")] == []
