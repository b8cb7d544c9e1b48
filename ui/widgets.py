"""Small parts that several views use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTableWidget,
    QWidget,
)

from ui.format import MARKS, tip_text
from ui.theme import Theme, number_font

#: Left and right of the text of a cell.
_CELL_PAD = 8


@runtime_checkable
class Themed(Protocol):
    """What paints by itself, and takes other colours while it is open."""

    def set_theme(self, theme: Theme) -> None: ...


def paint_hint(view: QAbstractItemView, words: str) -> None:
    """A quiet sentence in the middle of an empty pane; to be called while it is painted."""
    painter = QPainter(view.viewport())
    painter.setPen(view.palette().color(QPalette.ColorRole.PlaceholderText))
    room = view.viewport().rect().adjusted(12, 4, -12, -4)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
    painter.end()


def on_key(
    keys: QKeySequence | QKeySequence.StandardKey | Qt.Key | str,
    widget: QWidget,
    act: Callable[[], object],
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
) -> QShortcut:
    """A key of ``widget``, while that or something in it has the focus. PySide drops the context that is given to
    ``QShortcut`` together with a function, and a key that several panes have then acts in none."""
    shortcut = QShortcut(QKeySequence(keys), widget)
    shortcut.setContext(context)
    shortcut.activated.connect(act)
    return shortcut


class ReadTable(QTableWidget):
    """Rows to read and to choose one of, in a form. ``wide``: columns that share what room the texts of the others
    leave; ``hint`` stands in it while it is empty."""

    def __init__(self, name: str, headers: Sequence[str], wide: Collection[int], hint: str) -> None:
        super().__init__(0, len(headers))
        self._hint = hint
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(headers)
        self.verticalHeader().hide()
        self.setFont(number_font())
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(len(headers)):
            mode = QHeaderView.ResizeMode.Stretch if column in wide else QHeaderView.ResizeMode.ResizeToContents
            head.setSectionResizeMode(column, mode)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.rowCount():
            paint_hint(self, self._hint)


class WholeRows(QTableView):
    """Shows whole rows alone: where more of them are than fit, what is left below the last whole one stays empty. For
    rows of one height."""

    _trimming = False

    def updateGeometries(self) -> None:
        if self._trimming:
            return
        super().updateGeometries()  # which lets the rows have all of the room
        bar, rows = self.verticalScrollBar(), self.verticalHeader()
        height, row = self.viewport().height(), rows.defaultSectionSize()
        if not bar.maximum() or height <= row or not (rest := height % row):
            return
        margins = self.viewportMargins()
        self._trimming = True
        self.setViewportMargins(margins.left(), margins.top(), margins.right(), rest)
        rows.resize(rows.width(), self.viewport().height())
        self._trimming = False
        if bar.value() == bar.maximum():
            rows.setOffsetToLastSection()


class Tags(QStyledItemDelegate):
    """Long tags lose their middle where there is no room: their ends tell them apart."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle  # type: ignore[attr-defined]


class Values(QStyledItemDelegate):
    """Long values lose their end where there is no room, but keep the mark of their quality behind it."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        given: Any = option  # its members are not in PySide's stubs
        value, _, mark = given.text.rpartition(" ")
        if mark and mark in MARKS.values():
            room = given.rect.width() - given.fontMetrics.horizontalAdvance(f" {mark}") - _CELL_PAD
            given.text = f"{given.fontMetrics.elidedText(value, Qt.TextElideMode.ElideRight, room)} {mark}"


class Elided(QLabel):
    """One line that gives way: where it has no room it ends with "…", and its tooltip has all of it."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        self.setTextFormat(Qt.TextFormat.PlainText)
        super().setText(text)
        self.setToolTip(tip_text(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.style().drawItemText(painter, room, self.alignment(), self.palette(), self.isEnabled(), text)


class Steady(QLabel):
    """A figure that changes: it never gets narrower, so that what stands beside it does not tremble."""

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setMinimumWidth(max(self.minimumWidth(), self.sizeHint().width()))


class Pressed(Steady):
    """One that leads to more."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()
