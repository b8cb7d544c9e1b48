"""The bar of a replay: what it plays, where it is, and that nothing in it is live."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSlider, QStyle, QToolButton, QWidget

from ui.format import time_text
from ui.forms.editors import Deaf
from ui.i18n import tr
from ui.theme import Theme, icon, number_font
from ui.widgets import Elided, Steady

SPEEDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)
_STEPS = 10_000


class _Track(QSlider):
    """A click goes where it is, as on every player; keys and drags work as on every slider."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            at = QStyle.sliderValueFromPosition(0, _STEPS, round(event.position().x()), max(self.width(), 1))
            self.setSliderDown(True)
            self.setValue(at)
        super().mousePressEvent(event)


class ReplayBar(QFrame):
    """Says what is wanted; what it shows is told by :meth:`show_state`. Positions are ns since 1970 UTC."""

    play_wanted = Signal(bool)
    speed_wanted = Signal(float)
    loop_wanted = Signal(bool)
    seek_wanted = Signal(object)  # a position
    close_wanted = Signal()

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Replay {name}").format(name=name))
        self._theme = theme
        self._utc = False
        self._start_ns = self._end_ns = self._at_ns = 0
        self._playing = False
        self._deaf = Deaf(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(8)
        self.words = Elided()
        self.words.setAccessibleName(tr("What is played"))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setText(tr("⟲ Replay, not live: {name}").format(name=name))
        self.play = self._button(tr("Play"), lambda: self.play_wanted.emit(not self._playing))
        self.speed = QComboBox()
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.setToolTip(tr("How much quicker than it was"))
        self.speed.addItems([f"{speed:g} ×" for speed in SPEEDS])
        self.speed.activated.connect(lambda at: self.speed_wanted.emit(float(SPEEDS[at])))
        self._deaf.keep(self.speed)
        self.track = _Track(Qt.Orientation.Horizontal)
        self.track.setAccessibleName(tr("Position in the recording"))
        self.track.setRange(0, _STEPS)
        self.track.setSingleStep(_STEPS // 100)
        self.track.setPageStep(_STEPS // 10)
        self.track.setMinimumWidth(120)
        self.track.sliderReleased.connect(self._seek)
        self.track.valueChanged.connect(self._moved)
        self._deaf.keep(self.track)
        self.time = Steady()
        self.time.setFont(number_font())
        self.time.setAccessibleName(tr("Time of the recording"))
        self.loop = self._button(tr("Loop"), lambda: self.loop_wanted.emit(self.loop.isChecked()))
        self.loop.setCheckable(True)
        self.loop.setToolTip(tr("Begin again at the end"))
        self.away = self._button(tr("Close"), self.close_wanted.emit)
        self.away.setToolTip(tr("Close the session of this replay"))
        layout.addWidget(self.words, 4)
        for widget in (self.play, self.speed):
            layout.addWidget(widget)
        layout.addWidget(self.track, 5)
        for widget in (self.time, self.loop, self.away):
            layout.addWidget(widget)
        self.set_theme(theme)

    def _button(self, name: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setText(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.clicked.connect(lambda *_: act())
        return button

    # ---- what it shows

    def show_state(self, *, start_ns: int, end_ns: int, at_ns: int, playing: bool, speed: float, loop: bool) -> None:
        self._start_ns, self._end_ns, self._at_ns = start_ns, end_ns, at_ns
        if self._playing is not playing or self.play.icon().isNull():
            self._playing = playing
            self._show_play()
        nearest = min(range(len(SPEEDS)), key=lambda at: abs(SPEEDS[at] - speed))
        if self.speed.currentIndex() != nearest and not self.speed.view().isVisible():
            self.speed.setCurrentIndex(nearest)
        self.loop.setChecked(loop)
        if not self.track.isSliderDown():
            with QSignalBlocker(self.track):
                self.track.setValue(self._step(at_ns))
            self._show_time(at_ns)

    def _show_play(self) -> None:
        words = tr("Pause") if self._playing else tr("Play")
        self.play.setText(words)
        self.play.setAccessibleName(words)
        self.play.setIcon(icon("pause" if self._playing else "play", self._theme))

    def _show_time(self, at_ns: int) -> None:
        self.time.setText(time_text(at_ns, self._utc)[: -len(".000")])

    def set_utc(self, utc: bool) -> None:
        self._utc = utc
        self._show_time(self._at_ns)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setStyleSheet(
            f"ReplayBar {{ background: {theme.warning_back}; border-bottom: 1px solid {theme.border}; }}"
            f"ReplayBar QLabel {{ color: {theme.text}; }}"
        )
        self._show_play()

    # ---- the slider

    def _step(self, at_ns: int) -> int:
        length = self._end_ns - self._start_ns
        return round((at_ns - self._start_ns) * _STEPS / length) if length > 0 else 0

    def position(self) -> int:
        """Where the slider is."""
        return self._start_ns + (self._end_ns - self._start_ns) * self.track.value() // _STEPS

    def _moved(self, _: int) -> None:
        self._show_time(self.position())
        if not self.track.isSliderDown():  # by a key
            self._seek()

    def _seek(self) -> None:
        self.seek_wanted.emit(self.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_MediaPlay, Qt.Key.Key_MediaTogglePlayPause):
            self.play_wanted.emit(not self._playing)
        else:
            super().keyPressEvent(event)
