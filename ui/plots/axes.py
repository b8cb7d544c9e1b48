"""What a trend's lines are drawn in: the part that zooms and pans, the time axis, and one axis for each unit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QGraphicsItem, QToolTip

from ui.format import zone_text
from ui.i18n import tr

#: The width of every vertical axis: lines of trends one over the other stand on one time axis.
GUTTER = 58
#: Pixels over the lines, where marks stand.
HEADROOM = 22
#: A drag of fewer pixels in one direction does not mean that direction.
_MEANT = 6


class Plot(pg.PlotWidget):
    """Knows how long it takes to paint; ``words_at`` tells the tooltip of a place in the viewport."""

    painted_s = 0.0
    words_at: Callable[[QPoint], str] | None = None

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.words_at is not None:
            QToolTip.showText(event.globalPos(), self.words_at(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def paintEvent(self, ev: Any) -> None:
        began = time.perf_counter()
        super().paintEvent(ev)
        self.painted_s = time.perf_counter() - began


class View(pg.ViewBox):
    """Wheel = zoom at the pointer, drag = rectangle zoom (flat ones zoom one axis), Shift+drag = pan; over an axis both
    do that axis alone, where dragging pans."""

    doubled = Signal()
    #: A hand moved both axes: the vertical range before and after.
    moved = Signal(object, object)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setMouseMode(pg.ViewBox.RectMode)

    @property
    def vertical(self) -> tuple[float, float]:
        _, (low, high) = self.viewRange()
        return low, high

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        self.updateMatrix()  # it is brought up to date by painting, and a wheel may turn before that
        before = self.vertical
        super().wheelEvent(ev, axis)
        self._tell(before, axis)

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        panning = axis is not None or bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.setMouseMode(pg.ViewBox.PanMode if panning else pg.ViewBox.RectMode)
        self.updateMatrix()
        before = self.vertical
        super().mouseDragEvent(ev, axis)
        self._tell(before, axis)

    def showAxRect(self, ax: QRectF, **kwargs: Any) -> None:
        width, height = self.viewPixelSize()
        rectangle, whole = ax.normalized(), self.viewRect()
        thin, flat = rectangle.width() < _MEANT * width, rectangle.height() < _MEANT * height
        if thin and flat:
            return
        if thin:
            rectangle = QRectF(whole.left(), rectangle.top(), whole.width(), rectangle.height())
        elif flat:
            rectangle = QRectF(rectangle.left(), whole.top(), rectangle.width(), whole.height())
        super().showAxRect(rectangle, padding=0, **kwargs)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.doubled.emit()
        event.accept()

    def _tell(self, before: tuple[float, float], axis: int | None) -> None:
        if axis is None and self.vertical != before:
            self.moved.emit(before, self.vertical)


class ValueAxis(pg.AxisItem):
    """A vertical one. All of its words are inside it: pyqtgraph's own lets some stand over its edges, where the window
    ends."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.setStyle(hideOverlappingLabels=True)

    def resizeEvent(self, ev: Any = None) -> None:
        super().resizeEvent(ev)
        if self.label is not None:
            height = self.label.boundingRect().height()
            self.label.setX(0 if self.orientation == "left" else self.size().width() - height)


class TimeAxis(pg.DateAxisItem):
    """Local time or UTC, and says which."""

    def __init__(self) -> None:
        super().__init__(orientation="bottom")
        self.set_utc(False)

    def set_utc(self, utc: bool) -> None:
        self.utcOffset = 0 if utc else -time.localtime().tm_gmtoff
        self.setLabel(tr("Time ({zone})").format(zone=zone_text(utc)))
        self.picture = None
        self.update()


class UnitAxis:
    """A vertical axis that all pens of one unit share, or that one pen has for itself. ``column`` is its place in the
    layout, 0 on the left."""

    def __init__(self, name: str, label: str, view: View, axis: Any, column: int) -> None:
        self.name = name
        self.view = view
        self.axis = axis
        self.column = column
        self._low, self._high = 1.0, 0.0
        axis.setWidth(GUTTER)
        # Factors like "×0.001" belong into the numbers: an axis whose label changes cannot be read at a glance.
        axis.enableAutoSIPrefix(False)
        self.label = label
        axis.setLabel(label)
        # Its grid lines take longer to paint than all curves, and change seldom.
        axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    @property
    def range(self) -> tuple[float, float]:
        return self.view.vertical

    @range.setter
    def range(self, limits: tuple[float, float]) -> None:
        self.view.setYRange(*limits, padding=0)

    def forget(self) -> None:
        """The next fit is a new one."""
        self._low, self._high = 1.0, 0.0

    def fit(self, low: float, high: float) -> None:
        """Grow at once, shrink only when much is unused: a range that breathes with every sample is hard to read."""
        room = (high - low) * 0.06 or max(abs(high) * 0.05, 0.5)
        height = max(self.view.height(), 4 * HEADROOM)
        low, high = low - room, high + max(room, (high - low + room) * HEADROOM / (height - HEADROOM))
        fresh = self._low > self._high
        if fresh or low < self._low or high > self._high or (high - low) < 0.6 * (self._high - self._low):
            self._low, self._high = low, high
            self.range = (low, high)

    def follow(self, before: tuple[float, float], after: tuple[float, float]) -> None:
        """Move as another axis moved from ``before`` to ``after``."""
        size = before[1] - before[0]
        if size <= 0:
            return
        low, high = self.range
        scale = (high - low) / size
        self.range = (low + (after[0] - before[0]) * scale, low + (after[1] - before[0]) * scale)
