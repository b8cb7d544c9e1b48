"""The notifications pane: the one place where trouble in the background is told."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

from ui.columns import Column, Columns
from ui.i18n import count_text, noop, tr
from ui.models.notifications import Notification, NotificationsModel
from ui.theme import Theme, number_font
from ui.widgets import paint_hint

_COLUMNS = (
    Column("2026-11-30 00:00:00.000"),
    Column("▲ warning"),
    Column("Simulated plant", share=1, rank=1),
    Column("the worker was ended by SIGKILL", share=6),
    Column("×12,345"),
)
EMPTY = noop("Nothing to tell. What goes wrong in the background stands here, each thing once, with a count.")


class _Table(QTableView):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, tr(EMPTY))


class NotificationsView(QWidget):
    details_wanted = Signal(object)  # a Notification

    def __init__(self, model: NotificationsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName(tr("Notifications"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._details, self._dismiss, self._all = (
            QPushButton(tr("Details")),
            QPushButton(tr("Dismiss")),
            QPushButton(tr("Dismiss all")),
        )
        for button, act in (
            (self._details, self.show_details),
            (self._dismiss, self.dismiss),
            (self._all, self.dismiss_all),
        ):
            button.setAccessibleName(button.text())
            button.clicked.connect(act)
            bar.addWidget(button)
        self._dismiss.setToolTip(tr("Take the chosen ones off the list (Del); what happens again comes again"))
        bar.addStretch(1)
        self._counts = QLabel()
        self._counts.setAccessibleName(tr("Count of notifications"))
        bar.addWidget(self._counts)
        layout.addLayout(bar)
        layout.addWidget(self._build_table())
        model.counts_changed.connect(self._show_possible)
        self._table.selectionModel().selectionChanged.connect(lambda *_: self._show_possible())
        self.set_theme(model.theme)
        self._show_possible()

    def _build_table(self) -> QTableView:
        self._table = table = _Table()
        table.setModel(self._model)
        table.setAccessibleName(tr("Notifications"))
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(table.verticalHeader().ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.doubleClicked.connect(lambda *_: self.show_details())
        self.columns = Columns(table, header, _COLUMNS)
        return table

    def set_theme(self, theme: Theme) -> None:
        self._model.theme = theme
        self._counts.setStyleSheet(f"color: {theme.muted}")
        self._table.viewport().update()

    def _show_possible(self) -> None:
        count = self._model.rowCount()
        chosen = bool(self.chosen())
        self._details.setEnabled(chosen)
        self._dismiss.setEnabled(chosen)
        self._all.setEnabled(bool(count))
        text = tr("{count} to read", None, count).format(count=count_text(count)) if count else ""
        if self._counts.text() != text:
            self._counts.setText(text)

    def chosen(self) -> list[Notification]:
        rows = self._model.rows()
        return [rows[row] for row in sorted({i.row() for i in self._table.selectionModel().selectedRows()})]

    def show_details(self) -> None:
        if chosen := self.chosen():
            self.details_wanted.emit(chosen[0])

    def dismiss(self) -> None:
        self._model.dismiss(row.matter for row in self.chosen())

    def dismiss_all(self) -> None:
        self._model.dismiss(row.matter for row in self._model.rows())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_details()
        elif event.matches(QKeySequence.StandardKey.Copy) and (chosen := self.chosen()):
            texts = ["\n".join(f"{name}\t{text}" for name, text in self._model.fields(row)) for row in chosen]
            QGuiApplication.clipboard().setText("\n\n".join(texts))
        else:
            super().keyPressEvent(event)
