"""The event log pane: a filter line, the table, and a line that says when it is paused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui.choice import Choice
from ui.columns import Column, Columns
from ui.models.log import KINDS, SEVERITIES, TAG, VALUE_KINDS, LogFilter, LogModel
from ui.theme import Theme, icon, number_font
from ui.widgets import Tags, paint_hint

_COLUMNS = (
    Column("2026-11-30 00:00:00.000"),
    Column("Simulated plant", share=1),
    Column("write complete", rank=2),
    Column("▲ warning"),
    Column("Valve101.Command", share=2),
    Column("−1234567.89", share=1),
    Column("m³/h", rank=1),
    Column("uncertain (64)", share=1),
    Column("the worker was ended", share=7),
)
_FILTER_MS = 250
#: Narrower than this, the state is told in fewer words.
_SHORT = 940


class _Table(QTableView):
    def __init__(self, model: LogModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setItemDelegateForColumn(TAG, Tags(self))
        self.setTabKeyNavigation(False)  # arrows walk its cells, Tab leaves it

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.rowCount() and not self._model.looking:
            unheard = "Nothing has happened yet."
            paint_hint(self, unheard if self._model.filter.empty else "Nothing passes the filter. Esc shows all.")


class LogView(QWidget):
    """Follows the newest row until somebody looks up; then it stands still, and says how much is new."""

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._at = 0  # where the scroll bar was
        self._resetting = False
        self.setAccessibleName("Event log")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        layout.addWidget(self._build_table())
        model.modelAboutToBeReset.connect(lambda: self._set_resetting(True))
        model.modelReset.connect(lambda: self._set_resetting(False))
        model.paused_changed.connect(self._show_state)
        model.counts_changed.connect(self._show_counts)
        for choice in (self._kinds, self._sessions, self._severities):
            choice.changed.connect(self._filter)
        QShortcut(
            QKeySequence(Qt.Key.Key_Escape),
            self,
            self.clear_filter,
            context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
        )
        self.set_theme(model.theme)
        self._show_state()
        self._show_counts()

    def _build_table(self) -> QTableView:
        self._table = table = _Table(self._model)
        table.setAccessibleName("Events")
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setWordWrap(False)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(table.verticalHeader().ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.columns = Columns(table, header, _COLUMNS)
        table.installEventFilter(self)
        table.viewport().installEventFilter(self)
        bar = table.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._stay_at_end)
        return table

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._find = QLineEdit()
        self._find.setAccessibleName("Filter")
        self._find.setPlaceholderText("Filter: text, * and ?")
        self._find.setToolTip("Words that are in any column (Ctrl+F); * stands for any text, ? for one character")
        self._find.setClearButtonEnabled(True)
        self._find.setMinimumWidth(170)
        self._find.setMaximumWidth(280)
        self._glass = QAction(self)
        self._find.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FILTER_MS)
        self._soon.timeout.connect(self._filter)
        self._find.textChanged.connect(lambda *_: self._soon.start())
        self._find.returnPressed.connect(self._filter)
        without = {"without values": frozenset(KINDS) - VALUE_KINDS}
        self._kinds = Choice("Kind", lambda: _same(KINDS), without)
        self._sessions = Choice("Session", self._session_names)
        trouble = {"warnings and errors": frozenset(SEVERITIES[1:])}
        self._severities = Choice("Severity", lambda: _same(SEVERITIES), trouble)
        self._clear = QPushButton("Clear")
        self._clear.setAccessibleName("Clear the filter")
        self._clear.setToolTip("Show every event again (Esc)")
        self._clear.clicked.connect(self.clear_filter)
        self._counts = QLabel()
        self._counts.setAccessibleName("Events shown")
        self._state = QLabel()
        self._state.setAccessibleName("State of the log")
        self._follow = QPushButton("Resume")
        self._follow.setAccessibleName("Resume")
        self._follow.setToolTip("Follow the newest events again (End)")
        self._follow.clicked.connect(self._model.resume)
        bar.addWidget(self._find, 1)
        for widget in (self._kinds, self._sessions, self._severities, self._clear, self._counts):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self._state)
        bar.addWidget(self._follow)
        return bar

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._glass.setIcon(icon("find", theme))
        self._follow.setIcon(icon("live", theme))
        self._counts.setStyleSheet(f"color: {theme.muted}")
        self._show_state()

    # ---- the filter

    def focus_filter(self) -> None:
        self._find.setFocus()
        self._find.selectAll()

    def clear_filter(self) -> None:
        """Everything is shown again; what is paused stays paused."""
        self._find.clear()
        for choice in (self._kinds, self._sessions, self._severities):
            choice.choose(())
        self._filter()

    def _filter(self) -> None:
        self._soon.stop()
        self._model.set_filter(
            LogFilter(
                " ".join(self._find.text().split()),
                self._kinds.chosen(),
                self._sessions.chosen(),
                self._severities.chosen(),
            )
        )
        self._show_counts()

    def _session_names(self) -> dict[str, str]:
        """By id. Sessions of one name are told apart by the beginning of their ids."""
        names = self._model.sessions()
        told = [*names.values()]
        shown = {key: name if told.count(name) == 1 else f"{name} ({key[:6]})" for key, name in names.items() if key}
        shown = dict(sorted(shown.items(), key=lambda entry: entry[1].lower()))
        return {**shown, "": "no session"} if "" in names else shown

    def _show_counts(self) -> None:
        model = self._model
        filtered = not model.filter.empty
        shown = "looking …" if model.looking else f"{model.rowCount():,} of {model.kept:,} shown"
        text = shown if filtered else ""
        if self._counts.text() != text:
            self._counts.setText(text)
        self._counts.setVisible(filtered)
        self._clear.setVisible(filtered)

    # ---- pause

    def toggle(self) -> None:
        """Pause, or follow again."""
        if self._model.paused:
            self._model.resume()
        else:
            self._model.pause()

    def pause(self) -> None:
        self._model.pause()

    def follow(self) -> None:
        self._model.resume()

    @property
    def paused(self) -> bool:
        return self._model.paused

    def _show_state(self) -> None:
        model = self._model
        text = "▶ Following"
        if model.paused:
            lost = f", {model.dropped:,} older dropped" if model.dropped else ""
            text = (
                f"❚❚ {model.held:,} new{lost}"
                if self._short
                else f"❚❚ Paused — {model.held:,} new{lost}, End to resume"
            )
        if self._state.text() != text:
            self._state.setText(text)
        back = self._theme.warning_back if model.paused else "transparent"
        sheet = f"background: {back}; color: {self._theme.text}; border-radius: 3px; padding: 2px 8px"
        if self._state.styleSheet() != sheet:
            self._state.setStyleSheet(sheet)
        self._follow.setEnabled(model.paused)
        if not model.paused:
            self._table.scrollToBottom()

    @property
    def _short(self) -> bool:
        return self.width() < _SHORT

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_state()

    def _set_resetting(self, resetting: bool) -> None:
        self._resetting = resetting
        if not resetting:
            self._table.scrollToBottom()

    def _scrolled(self, value: int) -> None:
        """Whatever moves it up, from the trough to the wheel, wants to read what is there."""
        up = value < self._at and value < self._table.verticalScrollBar().maximum()
        self._at = value
        if up and not self._resetting:
            self._model.pause()

    def _stay_at_end(self, _low: int, high: int) -> None:
        if not self._model.paused:
            self._table.verticalScrollBar().setValue(high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looking up and pointing at a row pause, even where nothing can be scrolled; End follows again."""
        up = (Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Home)
        if isinstance(event, QWheelEvent) and event.angleDelta().y() > 0:
            self._model.pause()
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            if watched is self._table.viewport() and self._table.indexAt(event.position().toPoint()).isValid():
                self._model.pause()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in up:
                self._model.pause()
            elif event.key() == Qt.Key.Key_End:
                self._model.resume()
                return True
        return super().eventFilter(watched, event)


def _same(words: Iterable[str]) -> Mapping[str, str]:
    return {word: word for word in words}
