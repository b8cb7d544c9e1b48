"""What a trend is drawn on: axes, cursors, marks and hatching, and the hand that moves them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from ui.format import time_text
from ui.i18n import tr
from ui.plots.axes import Plot, TimeAxis, ValueAxis, View
from ui.plots.bands import Bands
from ui.plots.cursors import Cursors
from ui.plots.marks import LANE, NEAR, Mark, MarkLane, tooltip
from ui.plots.unit_axes import UnitAxes, style_axis
from ui.theme import Theme

#: Pixel columns that lines are reduced for.
_FEWEST, _MOST = 200, 4_000
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ZOOMS = {Qt.Key.Key_Plus: 0.5, Qt.Key.Key_Equal: 0.5, Qt.Key.Key_Minus: 2.0}
#: Without a cursor the arrow keys move the time, by so many pixels.
_STRIDE = 10


class Canvas(Plot):
    """Times are seconds since 1970 UTC where nothing else is said."""

    moved = Signal()  # by hand
    doubled = Signal()
    cursors_moved = Signal()
    axis_doubled = Signal(object)  # a UnitAxis
    mark_opened = Signal(object)  # its time in ns
    keyed = Signal(float, float)  # a key asks for this time range
    menu_wanted = Signal(QPoint, object)  # where, globally, and the time there in ns

    def __init__(self, theme: Theme) -> None:
        self.time_axis = TimeAxis()
        self.view = View()
        super().__init__(viewBox=self.view, axisItems={"bottom": self.time_axis, "left": ValueAxis("left")})
        self._utc = False
        self._programmed = False
        self.setAccessibleName(tr("Trend plot"))
        self.words_at = self._words_at
        self.hideButtons()
        self.setMinimumHeight(50)  # with a bar above, the window still fits 1600 by 1000 at 150 %
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for part in (self, self.viewport()):  # the whole trend takes drops
            part.setAcceptDrops(False)
        item: Any = self.getPlotItem()
        item.showGrid(x=True, y=True, alpha=0.25)
        self.axes = UnitAxes(self, self.view, theme, self._by_hand)
        self.view.doubled.connect(self.doubled)
        self.cursors = Cursors(lambda line: item.addItem(line, ignoreBounds=True), self.cursors_moved.emit)
        self.bands = Bands(theme.border)
        self.lane = MarkLane(theme)
        for part in (self.bands, self.lane):
            self.view.addItem(part, ignoreBounds=True)
        scene: Any = self.scene()
        scene.sigMouseClicked.connect(self._clicked)
        self.hint = QLabel(tr("Drag tags here, or double-click an item to trend it."), self)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)

    # ---- looks

    def set_theme(self, theme: Theme) -> None:
        self.setBackground(theme.base)
        style_axis(self.time_axis, theme)
        self.axes.set_theme(theme)
        self.cursors.set_theme(theme)
        self.bands.colour = theme.border
        self.lane.theme = theme
        self.hint.setStyleSheet(f"color: {theme.muted}; background: transparent")

    def set_utc(self, utc: bool) -> None:
        self._utc = utc
        self.time_axis.set_utc(utc)

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        if hasattr(self, "hint"):  # it is resized while it is made
            self.axes.place()
            self.hint.setGeometry(self.rect().adjusted(80, 20, -20, -50))

    # ---- time

    def visible_range(self) -> tuple[float, float]:
        (start, stop), _ = self.view.viewRange()
        return start, stop

    def set_times(self, start: float, stop: float) -> None:
        """Not by hand."""
        self._programmed = True
        try:
            self.view.setXRange(start, stop, padding=0)
        finally:
            self._programmed = False

    def pixel_s(self) -> float:
        """Seconds that a pixel stands for."""
        start, stop = self.visible_range()
        return (stop - start) / max(self.view.width(), 1.0)

    def columns(self) -> int:
        """Pixel columns of the screen that the time axis has."""
        return min(max(int(self.view.width() * self.devicePixelRatioF()), _FEWEST), _MOST)

    def _by_hand(self, *_: object) -> None:
        if not self._programmed:
            self.moved.emit()

    # ---- the pointer

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        scene = self.mapToScene(event.position().toPoint())
        axis = self.axes.at(scene)
        in_lane = scene.y() <= self.view.sceneBoundingRect().top() + LANE  # elsewhere a double click is about the lines
        marks = self._marks_at(scene) if axis is None and in_lane else []
        if marks:
            self.mark_opened.emit(marks[0].time_ns)
        elif axis is None:
            super().mouseDoubleClickEvent(event)
        else:
            self.axis_doubled.emit(axis)

    def _clicked(self, event: Any) -> None:
        where = QPointF(event.scenePos())
        if not self.view.sceneBoundingRect().contains(where):
            return
        seconds = self.view.mapSceneToView(where).x()
        if event.button() == Qt.MouseButton.RightButton:
            self.menu_wanted.emit(event.screenPos().toPoint(), round(seconds * 1e9))
        elif event.button() == Qt.MouseButton.LeftButton and self.cursors.any and not event.double():
            wanted = 1 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 0
            self.cursors.place(wanted if self.cursors.shown(wanted) else self.cursors.active, seconds)

    def _words_at(self, where: QPoint) -> str:
        """The marks at a place of the viewport."""
        return tooltip(self._marks_at(self.mapToScene(where)), lambda ns: time_text(ns, self._utc, date=False))

    def _marks_at(self, scene: QPointF) -> list[Mark]:
        """The marks at a place of the scene."""
        if not self.view.sceneBoundingRect().contains(scene):
            return []

        def x_of(time_ns: int) -> float:
            return self.view.mapViewToScene(QPointF(time_ns / 1e9, 0)).x()

        return self.lane.near(scene.x(), x_of)

    def reach_ns(self) -> float:
        """How near to a mark a pointer has to be."""
        return self.pixel_s() * NEAR * 1e9

    # ---- keys

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Left and right move the cursor that was used last: by a pixel, with Shift by ten; without one, the time.
        Plus and minus zoom it."""
        key = Qt.Key(ev.key())
        held = ev.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        start, stop = self.visible_range()
        at = self.cursors.at_ns(self.cursors.active)
        if key == Qt.Key.Key_Menu:
            middle = self.mapToGlobal(self.rect().center())
            self.menu_wanted.emit(middle, round((start + stop) / 2 * 1e9) if at is None else at)
        elif held != Qt.KeyboardModifier.NoModifier or key not in (*_STEPS, *_ZOOMS):
            super().keyPressEvent(ev)
        elif key in _ZOOMS:
            middle, half = (start + stop) / 2, (stop - start) * _ZOOMS[key] / 2
            self.keyed.emit(middle - half, middle + half)
        else:
            far = 10 if ev.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            step = _STEPS[key] * far * self.pixel_s()
            if at is not None:
                self.cursors.place(self.cursors.active, at / 1e9 + step)
            else:
                self.keyed.emit(start + step * _STRIDE, stop + step * _STRIDE)

    def area(self) -> QRectF:
        """Where the lines are, in the scene."""
        return self.view.sceneBoundingRect()
