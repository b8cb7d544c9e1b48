"""32 pens of a million samples each, panned and zoomed; against plain pyqtgraph with its own reduction in the same run.

Times are processor time of this process, whose one thread does it all: a busy machine slows a frame and costs none.
"""

from __future__ import annotations

import gc
import os
import time
from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.report import Figure, at_least, at_most, percentile, told

PENS = 32
SAMPLES = 1_000_000
_STEP_NS = 100_000_000  # ten samples a second: 28 hours
_UNITS = ("%", "°C", "m³/h", "bar")
_FRAMES = 60
_SIZE = 1400, 800
_T0 = 1_700_000_000 * 10**9

Move = Callable[[Any, int], None]


def run() -> list[Figure]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    qt = QApplication.instance() or QApplication([])
    times = _T0 + np.arange(SAMPLES, dtype=np.int64) * _STEP_NS
    lines = [_line(number) for number in range(PENS)]
    trend, appends = _trend(times, lines)
    ours = {name: _frames(qt, trend.plot.view, move) for name, move in MOVES.items()}
    live = _live(qt, trend)
    trend.close()
    trend.stop()
    del trend
    gc.collect()
    plain = _plain(times / 1e9, lines)
    theirs = {name: _frames(qt, plain.getPlotItem().getViewBox(), move) for name, move in MOVES.items()}
    plain.close()
    figures: list[Figure] = []
    for name in MOVES:
        figures += [
            at_least(f"{name}: frames a second", 1 / float(np.median(ours[name])), 30, 1),
            told(f"{name}: the slowest twentieth", f"{1 / percentile(ours[name], 0.95):.1f}"),
            told(f"{name}: plain pyqtgraph", f"{1 / float(np.median(theirs[name])):.1f}"),
            at_least(
                f"{name}: times as quick as plain pyqtgraph", float(np.median(theirs[name]) / np.median(ours[name])), 1
            ),
        ]
    figures += [
        told("live redraw, ms (median)", f"{1e3 * float(np.median(live)):.1f}"),
        told("append of 320 samples, µs, to 10,000 samples a pen", f"{1e6 * appends[0]:.0f}"),
        told("append of 320 samples, µs, to 1,000,000 samples a pen", f"{1e6 * appends[1]:.0f}"),
        at_most("append: a full history against a short one", appends[1] / appends[0], 1.5, digits=2),
    ]
    return figures


def _line(number: int) -> NDArray[np.float64]:
    """Slow waves, noise and steps."""
    random = np.random.default_rng(number)
    at = np.arange(SAMPLES)
    slow = 30 * np.sin(at / (20_000 + 3_000 * number)) + 8 * np.sin(at / (700 + 40 * number))
    steps = np.repeat(random.normal(0, 6, SAMPLES // 5_000 + 1), 5_000)[:SAMPLES]
    return 50 + slow + steps + random.normal(0, 1.5, SAMPLES)


def _trend(times: NDArray[np.int64], lines: list[NDArray[np.float64]]) -> tuple[Any, tuple[float, float]]:
    """A trend full of samples; the seconds that a frame's append takes while there are few, and in the end."""
    from ui import theme as themes
    from ui.plots.trend import TrendView

    trend = TrendView(themes.LIGHT, lambda: int(times[-1]))
    trend.resize(*_SIZE)
    trend.show()
    for number in range(PENS):
        trend.add_pen("s", number + 1, f"Tag{number}", "Bench", _UNITS[number % len(_UNITS)])
    few = 10_000
    good = np.zeros(SAMPLES, dtype=np.uint8)
    room = SAMPLES - 30_000  # what is appended and measured comes on top
    for pen, values in zip(trend.pens(), lines, strict=True):
        pen.samples.add(times[:few], values[:few], good[:few])
    short = _append(trend, int(times[few]))
    for pen, values in zip(trend.pens(), lines, strict=True):
        start = len(pen.samples)
        pen.samples.add(times[start:room], values[start:room], good[start:room])
    full = _append(trend, int(times[room]))
    trend.set_span(float(times[-1] - times[0]) / 1e9)
    return trend, (short, full)


def _append(trend: Any, start_ns: int) -> float:
    """Seconds for a frame with ten samples of each pen: the median of many."""
    from app.batch import EventBatch
    from ui.feed import FeedFrame

    taken: list[float] = []
    for number in range(200):
        keys = array("Q", [key + 1 for _ in range(10) for key in range(PENS)])
        stamps = array("q", [start_ns + (number * 10 + n) * 1_000_000 for n in range(10) for _ in range(PENS)])
        values = array("d", [float(n % 7) for n in range(10 * PENS)])
        batch = EventBatch(1, keys, values, array("i", [192]) * len(keys), stamps, stamps)
        began = time.process_time()
        trend.apply(FeedFrame([("s", batch)], []))
        taken.append(time.process_time() - began)
    return float(np.median(taken))


def _plain(seconds: NDArray[np.float64], lines: list[NDArray[np.float64]]) -> Any:
    import pyqtgraph as pg

    plot: Any = pg.PlotWidget()
    plot.resize(*_SIZE)
    plot.setBackground("#fafbfb")
    for number, values in enumerate(lines):
        item = plot.plot(seconds, values, pen=pg.mkPen(pg.intColor(number, PENS), width=1), skipFiniteCheck=True)
        item.setDownsampling(auto=True, method="peak")
        item.setClipToView(True)
    plot.show()
    view = plot.getPlotItem().getViewBox()
    view.disableAutoRange()
    view.setXRange(seconds[0], seconds[-1], padding=0)
    view.setYRange(0, 100, padding=0)
    return plot


def _pan(view: Any, number: int) -> None:
    (start, stop), _ = view.viewRange()
    view.translateBy(x=(stop - start) * (0.01 if number < _FRAMES // 2 else -0.01))


def _zoom(view: Any, number: int) -> None:
    factor = 0.8 if number < _FRAMES // 2 else 1.25
    view.scaleBy((factor, 1.0))


MOVES: dict[str, Move] = {"pan over everything": _pan, "zoom from everything to seconds and back": _zoom}


def _frames(qt: Any, view: Any, move: Move) -> list[float]:
    """Seconds for each movement of the hand, until it is painted."""
    for _ in range(3):
        qt.processEvents()
    taken: list[float] = []
    for number in range(_FRAMES):
        began = time.process_time()
        move(view, number)
        view.sigRangeChangedManually.emit(view.state["mouseEnabled"])
        qt.processEvents()
        taken.append(time.process_time() - began)
    return taken


def _live(qt: Any, trend: Any) -> list[float]:
    taken: list[float] = []
    trend.go_live()
    for _ in range(20):
        began = time.process_time()
        trend.redraw()
        qt.processEvents()
        taken.append(time.process_time() - began)
    return taken
