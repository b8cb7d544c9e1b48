"""The event log pane: a filter line, the table, and a line that says when it is paused."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui.models.log import LogFilter, LogModel
from ui.theme import number_font

_WIDTHS = (180, 140, 110, 90, 210, 150, 190, 360)
_FILTER_MS = 250


class LogView(QWidget):
    """Follows the newest row until somebody scrolls up; then it stands still, and says how much is new."""

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName("Event log")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self._table = table = QTableView()
        table.setAccessibleName("Events")
        table.setModel(model)
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setWordWrap(False)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setHighlightSections(False)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        layout.addWidget(table)
        table.installEventFilter(self)
        table.viewport().installEventFilter(self)
        table.verticalScrollBar().sliderPressed.connect(model.pause)
        model.rowsInserted.connect(lambda *_: self._table.scrollToBottom())
        model.modelReset.connect(lambda *_: self._table.scrollToBottom())
        model.paused_changed.connect(self._show_state)
        self._show_state()

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        self._find = QLineEdit()
        self._find.setAccessibleName("Filter")
        self._find.setPlaceholderText("Filter by tag or words (Ctrl+F)")
        self._find.setClearButtonEnabled(True)
        self._find.setMaximumWidth(280)
        self._notices = QCheckBox("without values")
        self._notices.setAccessibleName("Show states, faults and actions without values")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FILTER_MS)
        self._soon.timeout.connect(self._filter)
        self._find.textChanged.connect(lambda *_: self._soon.start())
        self._notices.toggled.connect(self._filter)
        self._state = QLabel()
        self._state.setAccessibleName("State of the log")
        self._follow = QPushButton("Resume")
        self._follow.setAccessibleName("Resume")
        self._follow.setToolTip("Follow the newest events again (End)")
        self._follow.clicked.connect(self._model.resume)
        bar.addWidget(self._find)
        bar.addWidget(self._notices)
        bar.addStretch(1)
        bar.addWidget(self._state)
        bar.addWidget(self._follow)
        return bar

    def focus_filter(self) -> None:
        self._find.setFocus()
        self._find.selectAll()

    def toggle(self) -> None:
        """Pause, or follow again."""
        if self._model.paused:
            self._model.resume()
        else:
            self._model.pause()

    def follow(self) -> None:
        self._model.resume()

    def _filter(self, *_: object) -> None:
        self._model.set_filter(LogFilter(self._find.text().strip()))

    def _show_state(self) -> None:
        paused = self._model.paused
        self._state.setText(f"❚❚ Paused — {self._model.held:,} new, End to resume" if paused else "▶ Following")
        self._follow.setEnabled(paused)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looking up pauses; End follows again."""
        up = (Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Home)
        if isinstance(event, QWheelEvent) and event.angleDelta().y() > 0:
            self._model.pause()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in up:
                self._model.pause()
            elif event.key() == Qt.Key.Key_End:
                self._model.resume()
                return True
        return super().eventFilter(watched, event)
