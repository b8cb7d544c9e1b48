"""All of one row of the log, beside it: what has no room in the table is read here, and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from ui.i18n import tr
from ui.theme import Theme, number_font
from ui.widgets import on_key, paint_hint

_LONG = 20_000


class EventDetail(QTreeWidget):
    """Names and texts, a line each; long texts wrap."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: Sequence[tuple[str, str]] = ()
        self.setAccessibleName(tr("Details of the event"))
        self.setHeaderHidden(True)
        self.setColumnCount(2)
        self.setRootIsDecorated(False)
        self.setWordWrap(True)
        self.setFont(number_font())
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setMinimumWidth(220)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        on_key(QKeySequence.StandardKey.Copy, self, self.copy)

    def show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        if lines == self._lines:
            return
        self._lines = lines
        self.clear()
        for name, text in lines:
            row = QTreeWidgetItem([name, text if len(text) <= _LONG else f"{text[:_LONG]}…"])
            row.setForeground(0, QBrush(QColor(self._theme.muted)))
            row.setTextAlignment(0, Qt.AlignmentFlag.AlignTop)
            self.addTopLevelItem(row)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for number in range(self.topLevelItemCount()):
            item = self.topLevelItem(number)
            if item is not None:
                item.setForeground(0, QBrush(QColor(theme.muted)))

    def copy(self) -> None:
        """The chosen lines, or all, with tabs between name and text."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        chosen = [self._lines[row] for row in rows] or self._lines
        QGuiApplication.clipboard().setText("\n".join(f"{name}\t{text}" for name, text in chosen))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._lines:
            paint_hint(self, tr("Choose a row to see all of it."))
