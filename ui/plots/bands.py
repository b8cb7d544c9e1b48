"""Hatching over the time of which nothing is held, so that an empty stretch is never taken for a quiet one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

Span = tuple[int, int]

#: What only some of the pens lack is a strip of this height.
_STRIP = 7


class Bands(pg.GraphicsObject):
    """``whole``: none of the pens has anything. ``partly``: some have not; a strip at the bottom."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self.colour = colour
        self.whole: Sequence[Span] = ()
        self.partly: Sequence[Span] = ()
        self.setZValue(-10)

    def show_spans(self, whole: Sequence[Span], partly: Sequence[Span]) -> None:
        if (whole, partly) != (self.whole, self.partly):
            self.whole, self.partly = whole, partly
            self.update()

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return QRectF() if view is None else view.viewRect()

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, p: QPainter, option: Any, widget: Any = None) -> None:
        if not self.whole and not self.partly:
            return
        transform, area = p.transform(), self.boundingRect()
        p.save()
        p.resetTransform()
        brush = QBrush(QColor(self.colour), Qt.BrushStyle.BDiagPattern)
        for start, stop in self.whole:
            p.fillRect(transform.mapRect(QRectF(start / 1e9, area.top(), (stop - start) / 1e9, area.height())), brush)
        for start, stop in self.partly:
            strip = transform.mapRect(QRectF(start / 1e9, area.top(), (stop - start) / 1e9, area.height()))
            strip.setTop(strip.bottom() - _STRIP)
            p.fillRect(strip, brush)
        p.restore()


def lacking(lines: Iterable[Sequence[Span]]) -> tuple[list[Span], list[Span]]:
    """Of what each line lacks, in order: what all lack, and what some do and others have."""
    edges: dict[int, int] = {}
    count = 0
    for spans in lines:
        count += 1
        for start, stop in _joined(spans):
            edges[start] = edges.get(start, 0) + 1
            edges[stop] = edges.get(stop, 0) - 1
    whole: list[Span] = []
    partly: list[Span] = []
    depth, before = 0, 0
    for moment in sorted(edges):
        if depth:
            _append(whole if depth == count else partly, before, moment)
        depth, before = depth + edges[moment], moment
    return whole, partly


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, stop in sorted(spans):
        _append(joined, start, stop)
    return joined


def _append(spans: list[Span], start: int, stop: int) -> None:
    if spans and spans[-1][1] >= start:
        spans[-1] = (spans[-1][0], max(spans[-1][1], stop))
    elif stop > start:
        spans.append((start, stop))
