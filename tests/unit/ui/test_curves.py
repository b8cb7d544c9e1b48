"""What is connected is drawn connected, and nothing else is."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QApplication

from ui import theme as themes
from ui.plots import curves as c
from ui.plots.collector import Line
from ui.plots.curves import Curve, polylines
from ui.plots.pen import Samples
from ui.plots.pens import Pen, Style, free_look
from ui.plots.pyramid import GOOD, UNCERTAIN


def _edges(pieces: list[QPolygonF]) -> set[tuple[float, float]]:
    found = set()
    for piece in pieces:
        points: list[QPointF] = [piece.at(n) for n in range(piece.size())]
        found |= {(one.x(), other.x()) for one, other in itertools.pairwise(points)}
    return found


@pytest.mark.clause("T5")
@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_pieces_have_the_connections_and_no_others(connected: list[bool]) -> None:
    x = np.arange(len(connected), dtype=np.float64)
    connect = np.array([*connected[:-1], False], dtype=np.int32)
    wanted = {(float(n), float(n + 1)) for n in np.flatnonzero(connect)}
    assert _edges(polylines(x, x, connect)) == wanted


def test_many_pieces_are_one_path() -> None:
    x = np.arange(2000, dtype=np.float64)
    path = polylines(x, x, np.tile(np.array([1, 0], dtype=np.int32), 1000))
    assert isinstance(path, QPainterPath)


def _ink(curve: Curve, x: Any = None) -> int:
    image = QImage(100, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    curve.paint(painter, None)
    painter.end()
    return sum(image.pixelColor(x, y) != QColor("white") for x in range(100) for y in range(60))


@pytest.mark.clause("T5", "L1")
def test_styles_and_what_is_uncertain_can_be_told_apart_without_colour(qapp: QApplication) -> None:
    """Painted on an image where a second is a pixel."""
    samples = Samples()
    for second in range(10, 90, 10):
        samples.add_one(second * 10**9, 30.0, GOOD, 0)
    inks = {}
    for style in Style:
        pen = Pen(Line("Plant", "Tag"), 0, style)
        curve = Curve()
        thick, pointed = style is Style.THICK, style in (Style.POINTS, Style.BOTH)
        curve.set_look("#000000", "#ff0000", pen.pattern, thick=thick, lined=style is not Style.POINTS, pointed=pointed)
        curve.show_drawing(samples.drawing(0, 100 * 10**9, step=True))
        inks[style] = _ink(curve)
    assert inks[Style.THICK] > inks[Style.PLAIN] > inks[Style.DASH_DOT] > inks[Style.DOTS] > 0
    assert inks[Style.BOTH] > inks[Style.PLAIN]
    uncertain = Samples()
    for second in range(10, 90, 10):
        uncertain.add_one(second * 10**9, 30.0, UNCERTAIN, 0)
    curve = Curve()
    curve.set_look("#000000", "#ff0000", pen.pattern, thick=False, lined=True, pointed=False)
    curve.show_drawing(uncertain.drawing(0, 100 * 10**9, step=True))
    assert 0 < _ink(curve) < inks[Style.PLAIN]


@pytest.mark.clause("L1")
def test_pens_of_one_colour_differ_in_style() -> None:
    pens: list[Pen] = []
    hues = len(themes.LIGHT.pens)
    for number in range(32):
        hue, style = free_look(pens, hues)
        pens.append(Pen(Line("Plant", f"Tag{number}"), hue, style))
    assert len({(pen.hue, pen.style) for pen in pens}) == 32
    assert [pen.hue for pen in pens[:hues]] == list(range(hues))


def test_points_are_no_more_than_can_be_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c, "_POINTS", 10)
    samples = Samples()
    for second in range(100):
        samples.add_one(second * 10**9, float(second % 7), GOOD, 0)
    curve = Curve()
    curve.set_look("#000000", "#ff0000", Pen(Line("", ""), 0).pattern, thick=False, lined=True, pointed=True)
    curve.show_drawing(samples.drawing(0, 100 * 10**9, step=False))
    assert 5 <= curve._points.size() <= 20
