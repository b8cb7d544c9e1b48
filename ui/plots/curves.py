"""How a line gets onto the screen: as polylines in the view's own coordinates, which Qt paints several times as quickly
as paths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph import functions as fn
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from ui.plots.pen import Drawing
from ui.plots.pyramid import Floats

#: With more separate pieces, one path is quicker than a call for each.
_PIECES = 200
_CROSS = 4.0
_POINT = 4.0
#: More points than this cannot be told apart.
_POINTS = 2_000


class Curve(pg.GraphicsObject):
    """One pen's line within a view: solid where it is good, dashed where it is uncertain, dotted where the last value
    still holds, with a cross where it ended badly."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing: Drawing | None = None
        self._solid: list[QPolygonF] | Any = []
        self._dashed: list[QPolygonF] | Any = []
        self._points = QPolygonF()
        self._colour = QColor()
        self._bad = QColor()
        self._pattern = Qt.PenStyle.SolidLine
        self._thick = False
        self._lined = True
        self._pointed = False

    def set_look(self, colour: str, bad: str, pattern: Qt.PenStyle, *, thick: bool, lined: bool, pointed: bool) -> None:
        self._colour, self._bad = QColor(colour), QColor(bad)
        self._pattern, self._thick, self._lined, self._pointed = pattern, thick, lined, pointed
        self.update()

    def show_drawing(self, drawing: Drawing) -> None:
        had = self.drawing is not None and (len(self.drawing.x) > 0 or len(self.drawing.hold_x) > 0)
        self.drawing = drawing
        self._solid = polylines(drawing.x, drawing.y, drawing.connect)
        self._dashed = polylines(drawing.x, drawing.y, drawing.uncertain) if drawing.uncertain.any() else []
        self._points = _marked(drawing) if self._pointed else QPolygonF()
        if had or len(drawing.x):
            self.update()

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return QRectF() if view is None else view.viewRect()

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, p: QPainter, option: Any, widget: Any = None) -> None:
        drawing = self.drawing
        if drawing is None:
            return
        if self._lined:
            p.setPen(_cosmetic(self._colour, self._pattern))
            _lines(p, self._solid)
            if self._thick:  # wide pens take a hundred times as long as one line beside the other
                p.save()
                p.setWorldTransform(p.worldTransform() * _DOWN)
                _lines(p, self._solid)
                p.restore()
            if self._dashed:
                p.setPen(_cosmetic(self._colour, Qt.PenStyle.DashLine))
                _lines(p, self._dashed)
        if len(drawing.hold_x):
            p.setPen(_cosmetic(self._colour, Qt.PenStyle.DotLine))
            p.drawPolyline(_polygon(drawing.hold_x, drawing.hold_y))
        if self._pointed and not self._points.isEmpty():
            dots = QPen(self._colour, _POINT)
            dots.setCosmetic(True)
            dots.setCapStyle(Qt.PenCapStyle.RoundCap)
            p.setPen(dots)
            p.drawPoints(self._points)
        if len(drawing.ends_x):
            self._paint_ends(p, drawing)

    def _paint_ends(self, p: QPainter, drawing: Drawing) -> None:
        transform = p.transform()
        p.save()
        p.resetTransform()
        p.setPen(_cosmetic(self._bad, Qt.PenStyle.SolidLine))
        for x, y in zip(drawing.ends_x.tolist(), drawing.ends_y.tolist(), strict=True):
            at = transform.map(QPointF(x, y))
            for turn in (-1, 1):
                arm = QPointF(_CROSS, turn * _CROSS)
                for beside in (QPointF(0, 0), QPointF(1, 0)):
                    p.drawLine(at - arm + beside, at + arm + beside)
        p.restore()


_DOWN = QTransform.fromTranslate(0, 1)


def _cosmetic(colour: QColor, pattern: Qt.PenStyle) -> QPen:
    pen = QPen(colour, 1, pattern)
    pen.setCosmetic(True)
    return pen


def _lines(p: QPainter, pieces: Any) -> None:
    if isinstance(pieces, list):
        for piece in pieces:
            p.drawPolyline(piece)
    else:
        p.drawPath(pieces)


def _polygon(x: Floats, y: Floats) -> QPolygonF:
    made: QPolygonF = fn.create_qpolygonf(len(x))
    points = fn.ndarray_from_qpolygonf(made)
    points[:, 0], points[:, 1] = x, y
    return made


def polylines(x: Floats, y: Floats, connect: NDArray[np.int32]) -> Any:
    """Pieces of what is connected: each an unbroken line; one path where there are many."""
    edges = np.flatnonzero(connect[:-1])
    if not len(edges):
        return []
    breaks = np.flatnonzero(np.diff(edges) > 1)
    if len(breaks) > _PIECES:
        return fn.arrayToQPath(x, y, connect=connect, finiteCheck=False)  # type: ignore[arg-type]
    starts = edges[np.append(0, breaks + 1)]
    stops = edges[np.append(breaks, len(edges) - 1)] + 2
    return [_polygon(x[start:stop], y[start:stop]) for start, stop in zip(starts, stops, strict=True)]


def _marked(drawing: Drawing) -> QPolygonF:
    """A point at each sample that is drawn, as many as can be told apart."""
    shown = (drawing.connect + drawing.uncertain) > 0
    shown[1:] |= shown[:-1].copy()
    x, y = drawing.x[shown], drawing.y[shown]
    if len(x) > 1:  # where a line steps each value stands twice
        fresh = np.append(True, (x[1:] != x[:-1]) & (y[1:] == y[:-1]) | (y[1:] != y[:-1]) & (x[1:] == x[:-1]))
        x, y = (x[fresh], y[fresh]) if fresh.sum() > len(x) // 2 else (x, y)
    every = max(1, len(x) // _POINTS)
    return _polygon(x[::every], y[::every])
