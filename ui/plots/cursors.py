"""Two cursors on the time axis, A and B."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt

from ui.theme import Theme

NAMES = ("A", "B")
_PATTERNS = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)


class Cursors:
    """``moved`` is called whenever one is moved, shown or put away, by hand or not."""

    def __init__(self, add: Callable[[Any], None], moved: Callable[[], None]) -> None:
        self._moved = moved
        self._placing = False
        self.active = 0  # the one that keys and clicks move
        self.lines: list[Any] = []
        for number, name in enumerate(NAMES):
            line = pg.InfiniteLine(angle=90, movable=True, label=name, labelOpts={"position": 0.04, "movable": False})
            line.setZValue(30)
            line.setVisible(False)
            line.sigPositionChanged.connect(self._changed)
            line.sigDragged.connect(lambda _, number=number: self._activate(number))
            add(line)
            self.lines.append(line)

    def _activate(self, number: int) -> None:
        self.active = number

    def _changed(self, *_: Any) -> None:
        if not self._placing:
            self._moved()

    @property
    def any(self) -> bool:
        return any(self.shown(number) for number in range(2))

    @property
    def both(self) -> bool:
        return all(self.shown(number) for number in range(2))

    def shown(self, number: int) -> bool:
        return bool(self.lines[number].isVisible())

    def at_ns(self, number: int) -> int | None:
        """Where it is; None while it is put away."""
        return round(float(self.lines[number].value()) * 1e9) if self.shown(number) else None

    def times(self) -> tuple[int | None, int | None]:
        return self.at_ns(0), self.at_ns(1)

    def place(self, number: int, seconds: float) -> None:
        """Show it there (seconds since 1970)."""
        self._placing = True
        self.lines[number].setPos(seconds)
        self.lines[number].setVisible(True)
        self._placing = False
        self.active = number
        self._moved()

    def put_away(self, number: int) -> None:
        self.lines[number].setVisible(False)
        if self.shown(1 - number):
            self.active = 1 - number
        self._moved()

    def set_times(self, times: tuple[int | None, int | None]) -> None:
        """Without telling anybody."""
        self._placing = True
        for line, time_ns in zip(self.lines, times, strict=True):
            line.setVisible(time_ns is not None)
            if time_ns is not None:
                line.setPos(time_ns / 1e9)
        self._placing = False

    def set_theme(self, theme: Theme) -> None:
        for line, pattern in zip(self.lines, _PATTERNS, strict=True):
            line.setPen(pg.mkPen(theme.text, width=1, style=pattern))  # the colour of no pen
            line.setHoverPen(pg.mkPen(theme.text, width=2, style=pattern))
            line.label.setColor(theme.base)
            line.label.fill = pg.mkBrush(theme.text)
