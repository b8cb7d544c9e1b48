"""The vertical axes of one plot: the first on the left, the others on the right, while there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyqtgraph as pg

from ui.i18n import tr
from ui.plots.axes import GUTTER, Plot, UnitAxis, ValueAxis, View
from ui.theme import Theme

#: The curves keep so much of the plot's width, however many axes there are.
_CURVES = 0.5


class UnitAxes:
    """By their names: the unit, or the unit and the pen where that has an axis of its own."""

    def __init__(self, plot: Plot, view: View, theme: Theme, on_hand: Callable[..., None]) -> None:
        """``on_hand`` is called when a hand has moved one."""
        self._plot: Any = plot
        self._item: Any = plot.getPlotItem()
        self._view = view
        self._theme = theme
        self._on_hand = on_hand
        self._axes: dict[str, UnitAxis] = {}
        self._idle = UnitAxis("", "", view, self._item.getAxis("left"), 0)
        view.sigRangeChangedManually.connect(on_hand)
        view.moved.connect(self._take_along)
        view.sigResized.connect(self.place)

    def __iter__(self) -> Iterator[UnitAxis]:
        return iter(self._axes.values())

    def __getitem__(self, name: str) -> UnitAxis:
        return self._axes[name]

    def get(self, name: str) -> UnitAxis | None:
        return self._axes.get(name)

    @property
    def left(self) -> str | None:
        """The name of the one on the left, None while it is free."""
        return next((made.name for made in self if not made.column), None)

    def names(self) -> list[str]:
        return list(self._axes)

    def want(self, name: str, label: str) -> UnitAxis:
        """The axis of this name: the left one if it is free, else a further one on the right."""
        if name in self._axes:
            return self._axes[name]
        label = label or tr("no unit")
        if all(made.column for made in self):
            made = UnitAxis(name, label, self._view, self._item.getAxis("left"), 0)
        else:
            made = self._right(name, label)
        self._axes[name] = made
        self._style(made.axis)
        self.place()
        return made

    def _right(self, name: str, label: str) -> UnitAxis:
        view = View()
        view.setMouseEnabled(x=False, y=True)
        view.sigRangeChangedManually.connect(self._on_hand)
        axis = ValueAxis("right")
        column = max((made.column for made in self), default=0) or 2
        self._item.layout.addItem(axis, 2, column + 1)
        self._plot.scene().addItem(view)
        axis.linkToView(view)
        view.setXLink(self._view)
        view.setZValue(-1)  # what is under the pointer stays the first view
        return UnitAxis(name, label, view, axis, column + 1)

    def keep(self, names: Iterable[str]) -> None:
        """Those alone; the others have no pens any more."""
        for gone in self._axes.keys() - set(names):
            made = self._axes.pop(gone)
            if not made.column:
                made.axis.setLabel("")
                continue
            made.view.setXLink(None)
            made.axis.unlinkFromView()
            self._item.layout.removeItem(made.axis)
            self._plot.scene().removeItem(made.axis)
            self._plot.scene().removeItem(made.view)
        self.place()

    def place(self, *_: object) -> None:
        """Every view over the first one; axes for which there is no room are put away, the last first."""
        room = self._plot.width() * (1 - _CURVES) - GUTTER
        for made in self:
            if made.column:
                room -= GUTTER
                shown = room >= 0
                if made.axis.isVisible() is not shown:
                    made.axis.setVisible(shown)
                    made.axis.setWidth(GUTTER if shown else 0)
                made.view.setGeometry(self._view.sceneBoundingRect())

    def on_the_right(self) -> int:
        return sum(1 for made in self if made.column and made.axis.isVisible())

    def set_room(self, axes: int) -> None:
        """Leave free what so many further axes would take."""
        self._item.layout.setContentsMargins(0, 0, axes * GUTTER, 0)

    def at(self, scene_position: Any) -> UnitAxis | None:
        """The axis under the pointer."""
        for made in self:
            area = made.axis.mapRectToScene(pg.QtCore.QRectF(pg.QtCore.QPointF(), made.axis.size()))
            if made.axis.isVisible() and area.contains(scene_position):
                return made
        return None

    def _take_along(self, before: tuple[float, float], after: tuple[float, float]) -> None:
        """The other axes move as the first one was moved."""
        for made in self:
            if made.column:
                made.follow(before, after)

    def forget(self) -> None:
        for made in self:
            made.forget()

    def ranges(self) -> dict[str, tuple[float, float]]:
        return {made.name: made.range for made in self}

    def set_ranges(self, ranges: dict[str, tuple[float, float]]) -> None:
        for name, limits in ranges.items():
            if name in self._axes:
                self._axes[name].range = limits

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for axis in (self._idle.axis, *(made.axis for made in self)):
            self._style(axis)

    def _style(self, axis: Any) -> None:
        style_axis(axis, self._theme)


def style_axis(axis: Any, theme: Theme) -> None:
    axis.setPen(pg.mkPen(theme.border))
    axis.setTextPen(pg.mkPen(theme.muted))
