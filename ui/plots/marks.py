"""What happened beside the samples, as marks on the time line: writes, events, disconnects, alarms, and notes."""

from __future__ import annotations

import bisect
import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from ui.theme import Theme

#: Marks that are kept; the oldest are forgotten.
_KEPT = 20_000
#: Marks nearer than this, in pixels, are one with several lines of text.
NEAR = 8
LANE = 18
_SIZE = 5.0
_NOTE_WIDTH = 150
_LINES = 10  # of a tooltip


class MarkKind(enum.StrEnum):
    """The later, the more it matters where several stand in one place."""

    NOTE = "note"
    EVENT = "event"
    BACK = "back"
    WRITE = "write"
    LOST = "lost"
    ALARM = "alarm"


_RANK = {kind: number for number, kind in enumerate(MarkKind)}


@dataclass(frozen=True, slots=True)
class Mark:
    """``tag`` empty: it concerns every tag of the source."""

    time_ns: int
    kind: MarkKind
    text: str
    source: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """An operator's own words at a time of one trend."""

    time_ns: int
    text: str

    @property
    def mark(self) -> Mark:
        return Mark(self.time_ns, MarkKind.NOTE, self.text)


class Marks:
    """In order of time."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []
        self.changes = 0

    def __len__(self) -> int:
        return len(self._marks)

    def add(self, mark: Mark) -> None:
        if len(self._marks) >= _KEPT:
            del self._marks[: _KEPT // 10]
        bisect.insort(self._marks, mark, key=_time)
        self.changes += 1

    def within(self, start_ns: int, stop_ns: int, wanted: Callable[[Mark], bool]) -> list[Mark]:
        first = bisect.bisect_left(self._marks, start_ns, key=_time)
        last = bisect.bisect_right(self._marks, stop_ns, key=_time)
        return [mark for mark in self._marks[first:last] if wanted(mark)]


def _time(mark: Mark) -> int:
    return mark.time_ns


@dataclass(slots=True)
class _Place:
    """Marks that stand in one place of the lane."""

    x: float
    marks: list[Mark]

    @property
    def kind(self) -> MarkKind:
        return max((mark.kind for mark in self.marks), key=lambda kind: _RANK[kind])


def placed(marks: Iterable[Mark], x_of: Callable[[int], float]) -> list[_Place]:
    """Marks in order of time, gathered where they would cover each other."""
    places: list[_Place] = []
    for mark in marks:
        x = x_of(mark.time_ns)
        if places and x - places[-1].x < NEAR:
            places[-1].marks.append(mark)
        else:
            places.append(_Place(x, [mark]))
    return places


class MarkLane(pg.GraphicsObject):
    """Drawn at the top of a view, a shape for each kind; notes with the beginning of their text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._marks: Sequence[Mark] = ()
        self.setZValue(20)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """In order of time."""
        if marks or self._marks:
            self._marks = marks
            self.update()

    def marks(self) -> Sequence[Mark]:
        return self._marks

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return QRectF() if view is None else view.viewRect()

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()

    def near(self, x: float, x_of: Callable[[int], float]) -> list[Mark]:
        """The marks within a pointer's reach of ``x`` pixels."""
        return [mark for mark in self._marks if abs(x_of(mark.time_ns) - x) <= NEAR]

    def paint(self, p: QPainter, option: Any, widget: Any = None) -> None:
        if not self._marks:
            return
        transform, area = p.transform(), self.boundingRect()
        whole = transform.mapRect(area)

        scale, offset = transform.m11(), transform.dx()

        def x_of(time_ns: int) -> float:
            return time_ns / 1e9 * scale + offset

        p.save()
        p.resetTransform()
        places = placed(self._marks, x_of)
        for number, place in enumerate(places):
            following = places[number + 1].x if number + 1 < len(places) else whole.right()
            self._paint_one(p, place, whole, following)
        p.restore()

    def _paint_one(self, p: QPainter, place: _Place, whole: QRectF, following: float) -> None:
        colour = QColor(self._colour(place.kind))
        line = QColor(colour)
        line.setAlpha(110)
        p.setPen(QPen(line, 1, Qt.PenStyle.DotLine))
        p.drawLine(QPointF(place.x, whole.top() + LANE), QPointF(place.x, whole.bottom()))
        middle = QPointF(place.x, whole.top() + LANE / 2)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        p.setPen(QPen(colour, 1.5))
        p.setBrush(colour)
        shape(p, place.kind, middle)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        words = ""
        if place.kind is MarkKind.NOTE:
            words = place.marks[0].text.partition("\n")[0]
        elif len(place.marks) > 1:
            words = f"×{len(place.marks)}"
        room = min(following - place.x - 4 * _SIZE, _NOTE_WIDTH)
        if words and room > 2 * _SIZE:
            metrics = QFontMetricsF(p.font())
            elided = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            area = QRectF(place.x + 2 * _SIZE + 1, whole.top() + 1, metrics.horizontalAdvance(elided), LANE)
            back = QColor(self.theme.base)
            back.setAlpha(200)
            p.fillRect(area, back)
            p.setPen(QColor(self.theme.text if place.kind is MarkKind.NOTE else self.theme.muted))
            p.drawText(area, Qt.AlignmentFlag.AlignVCenter, elided)

    def _colour(self, kind: MarkKind) -> str:
        theme = self.theme
        return {
            MarkKind.NOTE: theme.accent,
            MarkKind.EVENT: theme.muted,
            MarkKind.BACK: theme.muted,
            MarkKind.WRITE: theme.pending,
            MarkKind.LOST: theme.bad,
            MarkKind.ALARM: theme.uncertain,
        }[kind]


def shape(p: QPainter, kind: MarkKind, middle: QPointF) -> None:
    """Each kind has its own, so that none hangs on its colour."""
    x, y, r = middle.x(), middle.y(), _SIZE
    match kind:
        case MarkKind.NOTE:  # a flag
            p.drawLine(QPointF(x, y - r), QPointF(x, y + r))
            p.drawPolygon(QPolygonF([QPointF(x, y - r), QPointF(x + 1.6 * r, y - r / 2), QPointF(x, y)]))
        case MarkKind.EVENT:  # a small dot
            p.drawEllipse(middle, r / 2, r / 2)
        case MarkKind.BACK:  # a ring
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawEllipse(middle, r * 0.8, r * 0.8)
        case MarkKind.WRITE:  # points down to the line
            p.drawPolygon(QPolygonF([QPointF(x - r, y - r), QPointF(x + r, y - r), QPointF(x, y + r)]))
        case MarkKind.LOST:  # a cross
            p.drawLine(QPointF(x - r, y - r), QPointF(x + r, y + r))
            p.drawLine(QPointF(x - r, y + r), QPointF(x + r, y - r))
        case MarkKind.ALARM:  # stands on its base
            p.drawPolygon(QPolygonF([QPointF(x - r, y + r), QPointF(x + r, y + r), QPointF(x, y - r)]))


def tooltip(marks: Sequence[Mark], time_of: Callable[[int], str]) -> str:
    """A line for each mark, as many as can be read."""
    lines = [
        f"{time_of(mark.time_ns)}  {mark.tag or mark.source}: {mark.text}"
        if mark.source
        else f"{time_of(mark.time_ns)}  {mark.text}"
        for mark in marks[:_LINES]
    ]
    more = len(marks) - _LINES
    return "\n".join(lines) + (f"\n+ {more}" if more > 0 else "")
