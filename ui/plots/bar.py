"""The bar over a trend: its span, live or paused, back and forward, cursors, links and what else it can do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from ui.i18n import tr
from ui.plots.cursors import NAMES
from ui.plots.span import PRESETS, parse_span, span_text
from ui.theme import Theme, icon
from ui.widgets import Elided

#: Average letters that all words of the bar need.
_ROOMY = 105


class TrendBar(QWidget):
    """Says what is wanted; what it shows is set by the trend."""

    span_wanted = Signal(int)  # seconds
    span_refused = Signal(str)  # why
    live_wanted = Signal()
    back_wanted = Signal()
    forward_wanted = Signal()
    cursor_wanted = Signal(int, bool)
    link_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bar = QHBoxLayout(self)
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(6)
        self.span = QComboBox()
        self.span.setEditable(True)
        self.span.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.span.setAccessibleName(tr("Time span"))
        self.span.setToolTip(tr("Time span: choose one, or type for example 90 s, 20 min or 2 h 30 min"))
        self.span.addItems([tr(words) for _, words in PRESETS])
        self.span.setMinimumContentsLength(9)
        self.span.activated.connect(self._span_typed)
        line = self.span.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._span_typed)
            line.setAccessibleName(tr("Time span"))
        self._span_s = 0.0
        self.live = QPushButton(tr("Live"))
        self.live.setAccessibleName(tr("Back to live"))
        self.live.setToolTip(tr("Back to live (End)"))
        self.live.clicked.connect(self.live_wanted)
        back, forward = QKeySequence.StandardKey.Back, QKeySequence.StandardKey.Forward
        self.back = self._step(tr("Zoom back"), back, self.back_wanted.emit)
        self.forward = self._step(tr("Zoom forward"), forward, self.forward_wanted.emit)
        self.cursors = [self._cursor(number) for number in range(2)]
        self.link = self._tool(tr("Link"))
        self.link.setCheckable(True)
        self.link.setToolTip(tr("Move, zoom and place cursors together with the other linked trends"))
        self.link.toggled.connect(self.link_wanted)
        self.more = self._tool(tr("More"))
        self.more.setText(tr("More") + " ▾")
        self.more.setObjectName("choice")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.state = Elided("")
        self.state.setAccessibleName(tr("Trend state"))
        self.between = Elided("")
        self.between.setAccessibleName(tr("Between the cursors"))
        self.drawn = Elided("")
        self.drawn.setAccessibleName(tr("Samples drawn"))
        self.drawn.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.state.setMinimumWidth(self.fontMetrics().horizontalAdvance("❚❚ " + tr("Paused")) + 20)
        parts = (self.span, self.live, self.back, self.forward, *self.cursors, self.link, self.more)
        for widget in (*parts, self.state, self.between):
            bar.addWidget(widget)
        bar.addWidget(self.drawn, 1)

    def _tool(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAutoRaise(True)
        return button

    def _step(self, name: str, key: QKeySequence.StandardKey, act: Callable[[], None]) -> QToolButton:
        button = self._tool(name)
        button.setToolTip(f"{name} ({QKeySequence(key).toString()})")
        button.setEnabled(False)
        button.clicked.connect(act)
        return button

    def _cursor(self, number: int) -> QToolButton:
        name = NAMES[number]
        button = self._tool(tr("Cursor {name}").format(name=name))
        button.setText(name)
        button.setCheckable(True)
        key = ("Ctrl+1", "Ctrl+2")[number]
        words = tr("Cursor {name} ({key}); a click in the plot moves A, with Ctrl B").format(name=name, key=key)
        button.setToolTip(words)
        button.toggled.connect(lambda on: self.cursor_wanted.emit(number, on))
        return button

    # ---- what it shows

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, words give way to drawings; whether it is live never does."""
        super().resizeEvent(event)
        short = self.width() < self.fontMetrics().averageCharWidth() * _ROOMY
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        self.link.setToolButtonStyle(alone if short else beside)
        self.span.setMinimumContentsLength(6 if short else 9)

    def show_drawn(self, words: str, origins: str, loading: tuple[int, int] | None) -> None:
        """Of how many samples, and from where; or how far the loading of the past is."""
        if loading is not None:
            words = tr("loading the past: {done} of {count} pens").format(done=loading[0], count=loading[1])
        if self.drawn.text() != words:
            self.drawn.setText(words)
        self.drawn.setToolTip(f"{words}\n{origins}".strip())

    def show_between(self, words: str, times: str) -> None:
        self.between.setText(words)
        self.between.setToolTip(times)
        self.between.setVisible(bool(words))
        self.between.setMinimumWidth(self.between.fontMetrics().horizontalAdvance(words) if words else 0)

    def show_span(self, seconds: float) -> None:
        self._span_s = seconds
        self.span.setEditText(span_text(seconds))

    def show_history(self, back: bool, forward: bool) -> None:
        self.back.setEnabled(back)
        self.forward.setEnabled(forward)

    def show_cursors(self, a: bool, b: bool) -> None:
        for button, on in zip(self.cursors, (a, b), strict=True):
            button.blockSignals(True)
            button.setChecked(on)
            button.blockSignals(False)

    def show_link(self, on: bool) -> None:
        self.link.blockSignals(True)
        self.link.setChecked(on)
        self.link.blockSignals(False)

    def set_theme(self, theme: Theme) -> None:
        self.back.setIcon(icon("left", theme))
        self.forward.setIcon(icon("right", theme))
        for button in (self.back, self.forward):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.link.setIcon(icon("link", theme))

    def _span_typed(self, *_: object) -> None:
        text = self.span.currentText()
        if text == span_text(self._span_s):
            return
        try:
            seconds = parse_span(text)
        except ValueError as error:
            self.show_span(self._span_s)
            self.span_refused.emit(str(error))
            return
        self.span_wanted.emit(seconds)
