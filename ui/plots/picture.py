"""The image of a trend: its plot with its name and time over it, and all of its pens under it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QIcon, QImage, QPainter

from ui.plots.pen_model import STEP, STYLE
from ui.plots.trend import TrendView
from ui.theme import Theme

_SCALE = 2
_TITLE = 28
_LINE = 22
_PAD = 8
_ICON = 28
_ROLE = Qt.ItemDataRole


def picture(trend: TrendView, title: str, theme: Theme) -> QImage:
    """In twice the resolution of the screen, fit for print. Pens are listed as the table shows them, hidden ones left
    out."""
    trend.redraw()
    plot = trend.plot
    rows = [row for row, pen in enumerate(trend.pens()) if pen.visible]
    width, height = plot.width(), _TITLE + plot.height() + _LINE * (len(rows) + 1) + _PAD
    image = QImage(width * _SCALE, height * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(theme.base))
    painter = QPainter(image)
    painter.setFont(trend.font())
    painter.setPen(QColor(theme.text))
    painter.drawText(QRect(_PAD, 0, width - 2 * _PAD, _TITLE), Qt.AlignmentFlag.AlignVCenter, title)
    plot.render(painter, QRectF(0, _TITLE, width, plot.height()), plot.rect())
    _list(painter, trend, rows, QRect(_PAD, _TITLE + plot.height(), width - 2 * _PAD, _LINE), theme)
    painter.end()
    return image


def _list(painter: QPainter, trend: TrendView, rows: list[int], line: QRect, theme: Theme) -> None:
    """The header at ``line``, and a line for each row below it."""
    table = trend.table()
    header, model = table.horizontalHeader(), table.pens_model
    shown = [column for column in range(model.columnCount()) if not header.isSectionHidden(column)]
    shown = [column for column in shown if column not in (STEP, STYLE)]
    whole = sum(header.sectionSize(column) for column in shown) or 1
    for number, row in enumerate([None, *rows]):
        top, left = line.top() + number * line.height(), float(line.left())
        for column in shown:
            share = header.sectionSize(column) / whole * line.width()
            cell = QRect(round(left), top, round(share) - _PAD, line.height())
            left += share
            if row is None:
                words = model.headerData(column, Qt.Orientation.Horizontal)
                brush, icon = QBrush(QColor(theme.muted)), None
            else:
                index = model.index(row, column)
                words, icon = model.data(index), model.data(index, _ROLE.DecorationRole)
                brush = model.data(index, _ROLE.ForegroundRole) or QBrush(QColor(theme.text))
            if isinstance(icon, QIcon):
                icon.paint(painter, QRect(cell.left(), top, _ICON, line.height()))
            if column == shown[0]:
                cell.setLeft(cell.left() + _ICON + _PAD)
            right = column in model.numbers
            aligned = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            painter.setPen(brush.color())
            text = fitted(words, painter.fontMetrics(), cell.width(), number=right)
            painter.drawText(cell, aligned | Qt.AlignmentFlag.AlignVCenter, text)


def fitted(words: str, metrics: QFontMetrics, width: int, *, number: bool) -> str:
    """As much of a cell as has room: a tag's ends tell it apart, but a number without its middle reads as another."""
    mode = Qt.TextElideMode.ElideRight if number else Qt.TextElideMode.ElideMiddle
    return metrics.elidedText(words, mode, width)
