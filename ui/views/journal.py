"""The journal's table: rows come at its top as somebody scrolls up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QTableView

from app.records.journal_file import JournalRow
from ui.columns import Column, Columns
from ui.i18n import tr
from ui.models.journal import JournalModel
from ui.models.log_filter import TAG
from ui.widgets import Tags, WholeRows, paint_hint

#: Nearer to the top than so many rows, older ones are wanted.
_NEAR = 30


class JournalTable(WholeRows):
    older_wanted = Signal()
    end_wanted = Signal()
    copy_wanted = Signal()
    trend_wanted = Signal(int)  # a row

    def __init__(self, model: JournalModel, like: QTableView, columns: Sequence[Column]) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setAccessibleName(tr("Journal of events"))
        self.setItemDelegateForColumn(TAG, Tags(self))
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setFont(like.font())
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(vertical.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(like.verticalHeader().defaultSectionSize())
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.columns = Columns(self, header, columns)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def _scrolled(self, value: int) -> None:
        if value < _NEAR:
            self.older_wanted.emit()

    def add_older(self, rows: Sequence[JournalRow], until_ns: int, complete: bool) -> None:
        """What is looked at stays where it is; the first page shows its newest row."""
        bar, first = self.verticalScrollBar(), not self._model.rowCount()
        at = bar.value()
        bar.blockSignals(True)
        self._model.add_older(rows, until_ns, complete)
        self.updateGeometries()
        bar.blockSignals(False)
        if first:
            self.scrollToBottom()
        else:
            bar.setValue(at + len(rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.rowCount():
            nothing = tr("Nothing in the journal passes the filter. Esc shows all.")
            paint_hint(self, nothing if self._model.complete else tr("Reading the journal …"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End goes back to what comes; at the top, Up and Home ask for older rows."""
        if event.key() == Qt.Key.Key_End:
            self.end_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.trend_wanted.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
            if self.currentIndex().row() == 0 or self.verticalScrollBar().value() < _NEAR:
                self.older_wanted.emit()
