"""The image of a trend: its plot and pens, with its name and its time over them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from ui.plots.trend import TrendView
from ui.theme import Theme

_SCALE = 2
_TITLE = 28


def picture(trend: TrendView, title: str, theme: Theme) -> QImage:
    """In twice the resolution of the screen, fit for print."""
    trend.redraw()
    body = trend.body()
    width, height = body.width(), body.height() + _TITLE
    image = QImage(width * _SCALE, height * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(theme.base))
    painter = QPainter(image)
    painter.setPen(QColor(theme.text))
    painter.drawText(QRect(8, 0, width - 16, _TITLE), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
    body.render(painter, QPoint(0, _TITLE), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()
    return image
