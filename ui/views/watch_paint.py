"""Paints the rows of a watch list straight from their records: a delegate would be called for every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from ui.models.spark import BUCKETS
from ui.models.watch_cells import COMPARE, RIGHT, SPARK, TAG, VALUE, Cells, Worth
from ui.models.watch_rows import Kind, Row
from ui.models.watch_snapshot import DIFFERENT
from ui.theme import Theme

PAD = 6
#: At the end of a cell: what fits by its font's figures is never cut.
_SLACK = 3
_ELIDE = {TAG: Qt.TextElideMode.ElideMiddle}
#: Curves are drawn anew this often, whatever comes.
_CURVE_S = 1.0
_CURVES = 500


@dataclass(frozen=True, slots=True)
class Section:
    """A column on the screen."""

    column: int
    left: int
    width: int


class RowPainter:
    """Takes the colours of a theme and the sizes of a font."""

    def __init__(self, cells: Cells, theme: Theme, font: QFont) -> None:
        self.cells = cells
        self._curves: dict[Row, tuple[float, int, QPolygonF]] = {}
        self.set_font(font)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._base, self._alternate = QColor(theme.base), QColor(theme.alternate)
        self._selection, self._border = QColor(theme.selection), QColor(theme.border)
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)
        self._bad, self._uncertain = QColor(theme.bad), QColor(theme.uncertain)
        self._chosen, self._accent, self._panel = (
            QColor(theme.selection_text),
            QColor(theme.accent),
            QColor(theme.panel),
        )
        self._of_worth = {
            Worth.GOOD: self._text,
            Worth.UNCERTAIN: self._uncertain,
            Worth.BAD: self._bad,
            Worth.STALE: self._bad,
            Worth.NONE: self._muted,
        }

    def set_font(self, font: QFont) -> None:
        self._metrics = QFontMetrics(font)
        self._bold = QFont(font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        #: Room for a mark, kept also where there is none: digits stand still when one comes.
        self.gutter = max(self._metrics.horizontalAdvance(mark) for mark in "✕?") + PAD
        self._wide = max(1, self._metrics.horizontalAdvance("W"))
        self._curves.clear()

    def paint(
        self,
        painter: QPainter,
        row: Row,
        rect: QRect,
        sections: Sequence[Section],
        *,
        selected: bool,
        alternate: bool,
        current: int | None,
        now: float,
    ) -> None:
        """``current``: the column that the cursor is in, where the list has the focus."""
        back = self._selection if selected else self._alternate if alternate else self._base
        painter.fillRect(rect, back)
        baseline = rect.top() + (rect.height() + self._metrics.ascent() - self._metrics.descent()) // 2
        if row.line.kind is Kind.COMMENT:
            self._comment(painter, row, rect, baseline, selected)
        else:
            worth = self.cells.worth(row)
            for section in sections:
                if section.column == SPARK:
                    self._curve(painter, row, rect, section, now)
                else:
                    self._cell(painter, row, section, baseline, worth, selected)
        if current is not None:
            painter.setPen(QPen(self._accent, 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _cell(self, painter: QPainter, row: Row, at: Section, baseline: int, worth: Worth, selected: bool) -> None:
        column = at.column
        text = self.cells.text(row, column)
        left, width = at.left + PAD, at.width - PAD - _SLACK
        if column == VALUE:
            width -= self.gutter
            if worth not in (Worth.GOOD, Worth.NONE):
                painter.setPen(self._of_worth[worth])
                painter.drawText(left + width + PAD, baseline, self.cells.mark(row))
        if not text or width <= 0:
            return
        if len(text) * self._wide > width:
            text = self._metrics.elidedText(text, _ELIDE.get(column, Qt.TextElideMode.ElideRight), width)
        painter.setPen(self._ink(row, column, worth, selected))
        if column in RIGHT:
            left += width - self._metrics.horizontalAdvance(text)
        painter.drawText(left, baseline, text)

    def _ink(self, row: Row, column: int, worth: Worth, selected: bool) -> QColor:
        normal = self._chosen if selected else self._text
        match column:
            case 1:  # the last value of a bad one stays, dimmed; its mark and its quality catch the eye
                return self._muted if worth in (Worth.BAD, Worth.STALE, Worth.NONE) else normal
            case 3:
                if worth is Worth.NONE and row.failure:
                    return self._bad
                return normal if worth is Worth.GOOD else self._of_worth[worth]
            case 0:
                return normal
            case 14:
                return normal if self.cells.text(row, COMPARE).startswith(DIFFERENT) else self._muted
            case _:
                return self._chosen if selected else self._muted

    def _comment(self, painter: QPainter, row: Row, rect: QRect, baseline: int, selected: bool) -> None:
        if not selected:
            painter.fillRect(rect, self._panel)
        font = painter.font()
        painter.setFont(self._bold)
        painter.setPen(self._chosen if selected else self._text)
        metrics = QFontMetrics(self._bold)
        text = metrics.elidedText(row.line.text, Qt.TextElideMode.ElideRight, max(0, rect.width() - 2 * PAD))
        painter.drawText(rect.left() + PAD, baseline, text)
        painter.setFont(font)

    def _curve(self, painter: QPainter, row: Row, rect: QRect, at: Section, now: float) -> None:
        if row.spark is None:
            return
        made, width, curve = self._curves.get(row, (0.0, 0, QPolygonF()))
        if now - made >= _CURVE_S or width != at.width or now < made:
            curve = polygon(row, at.width - 2 * PAD, rect.height() - 6, now)
            if len(self._curves) > _CURVES:
                self._curves.clear()
            self._curves[row] = now, at.width, curve
        painter.setPen(QPen(self._muted, 1))
        painter.drawPolyline(curve.translated(at.left + PAD, rect.top() + 3))


def polygon(row: Row, width: int, height: int, now: float) -> QPolygonF:
    """The curve of a row from the left edge of its room to "now", lowest and highest of each slot; level where it
    never moved."""
    assert row.spark is not None
    slots = list(row.spark.slots(now))
    if not slots:
        return QPolygonF()
    low, high = min(slot[1] for slot in slots), max(slot[2] for slot in slots)
    span = high - low
    points: list[QPointF] = []
    before = None
    for ago, lowest, highest in slots:
        x = (BUCKETS - 1 - ago) * width / (BUCKETS - 1)
        ends = [height - (value - low) / span * height if span else height / 2 for value in (lowest, highest)]
        if before is not None and abs(before - ends[0]) > abs(before - ends[1]):
            ends.reverse()
        points.extend(QPointF(x, y) for y in ends)
        before = ends[1]
    return QPolygonF(points)
