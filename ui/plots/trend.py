"""A trend: pens on one time axis, live until somebody looks closer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QColor, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.batch import Sample
from app.events.notices import Notice, NoticeKind
from app.sessions.state import SessionState
from ui.feed import FeedFrame
from ui.plots.axes import Plot, TimeAxis, UnitAxis, View
from ui.plots.pen_table import Pen, PenTable
from ui.plots.picker import Picker
from ui.theme import Theme

_SPANS = {"1 minute": 60, "5 minutes": 300, "15 minutes": 900, "1 hour": 3600, "8 hours": 28_800}
_REDRAW_MS = 100
_SLOWEST_S = 1.0
#: Between two redraws there is so many times what one takes: the window has other things to do.
_COST = 4
#: Movements by hand that follow each other more quickly are one step of the zoom history.
_GESTURE_S = 0.6
_HISTORY = 100
#: Notices after which a session's lines end, and those that say that samples are missing.
_ENDINGS = (NoticeKind.SOURCE_LOST, NoticeKind.FAULT)
_MISSING = (NoticeKind.SEQUENCE_GAP, NoticeKind.DROPPED, NoticeKind.MIRROR_RESTARTED)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was looked at: the time range and the range of each unit's axis; ``live`` if that was the newest."""

    live: bool
    times: tuple[float, float]
    units: dict[str, tuple[float, float]]


class TrendView(QWidget):
    """Collects from every frame whether it is seen or not; draws ten times a second while it is seen and live."""

    pens_changed = Signal()

    def __init__(self, theme: Theme, now_ns: Callable[[], int] = time.time_ns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Trend")
        self._theme = theme
        self._now_ns = now_ns
        self._pens: list[Pen] = []
        self._picker = Picker()
        self._axes: dict[str, UnitAxis] = {}
        self._span_s = 60
        self._live = True
        self._new_samples = 0
        self._dirty = True
        self._drawn_at = 0.0
        self._redraw_s = 0.0
        self._programmed = False
        self._utc = False
        self._back: list[_Look] = []
        self._forward: list[_Look] = []
        self._settled: _Look | None = None
        self._moved_at = 0.0
        self._build()
        self.set_theme(theme)
        self._timer = QTimer(self)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    # ---- parts

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self._build_plot())
        self._table = PenTable(self._theme)
        self._table.removed.connect(self._remove_rows)
        self._table.step_changed.connect(self._set_step)
        splitter.addWidget(self._table)
        splitter.setStretchFactor(0, 4)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([420, 170])
        splitter.setChildrenCollapsible(False)
        layout.addWidget(splitter)

    def _build_plot(self) -> QWidget:
        self._time_axis = TimeAxis()
        self._view = View()
        self._plot: Any = Plot(viewBox=self._view, axisItems={"bottom": self._time_axis})
        self._plot.setAccessibleName("Trend plot")
        self._plot.hideButtons()
        self._plot.setMinimumHeight(140)
        self._item: Any = self._plot.getPlotItem()
        self._left = UnitAxis("", self._view, self._item.getAxis("left"), 0)
        self._left.axis.setLabel("")
        self._item.showGrid(x=True, y=True, alpha=0.25)
        self._view.sigRangeChangedManually.connect(self._moved_by_hand)
        self._view.moved.connect(self._take_along)
        self._view.sigResized.connect(self._place_views)
        self._view.doubled.connect(self.autoscale)
        self._cursor: Any = pg.InfiniteLine(angle=90, movable=True)
        self._cursor.setVisible(False)
        self._cursor.sigPositionChanged.connect(self._show_cursor)
        self._not_held: Any = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
        self._not_held.setZValue(-10)
        self._not_held.setVisible(False)
        for item in (self._cursor, self._not_held):
            self._item.addItem(item, ignoreBounds=True)
        self._plot.scene().sigMouseClicked.connect(self._clicked)
        return self._plot

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._span = QComboBox()
        self._span.setAccessibleName("Time span")
        self._span.addItems(list(_SPANS))
        self._span.setCurrentText("1 minute")
        self._span.currentTextChanged.connect(self._set_span)
        self._state = QLabel()
        self._state.setAccessibleName("Trend state")
        self._live_button = QPushButton("Live")
        self._live_button.setAccessibleName("Back to live")
        self._live_button.setToolTip("Back to live (End)")
        self._live_button.clicked.connect(self.go_live)
        self._cursor_box = QCheckBox("Cursor")
        self._cursor_box.setAccessibleName("Cursor")
        self._cursor_box.toggled.connect(self._set_cursor)
        self._earlier = self._step_button("‹", "Zoom back", QKeySequence.StandardKey.Back, self.zoom_back)
        self._later = self._step_button("›", "Zoom forward", QKeySequence.StandardKey.Forward, self.zoom_forward)
        self._drawn = QLabel()
        self._drawn.setAccessibleName("Samples drawn")
        for widget in (self._span, self._live_button, self._earlier, self._later, self._cursor_box, self._state):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self._drawn)
        return bar

    def _step_button(self, text: str, name: str, key: QKeySequence.StandardKey, act: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setAccessibleName(name)
        button.setShortcut(QKeySequence(key))
        button.setToolTip(f"{name} ({QKeySequence(key).toString()})")
        button.setEnabled(False)
        button.clicked.connect(act)
        return button

    # ---- pens

    def pens(self) -> list[Pen]:
        return list(self._pens)

    def has_pen(self, session_id: str, key: int) -> bool:
        return any(pen.session_id == session_id and pen.key == key for pen in self._pens)

    def add_pen(
        self,
        session_id: str,
        key: int,
        tag: str,
        session_name: str,
        unit: str = "",
        enumeration: Sequence[str] = (),
        decimals: int | None = None,
        latest: Sample | None = None,
    ) -> None:
        """A further line, on the axis of its unit, starting with the item's latest value. A pen that is there already
        is left as it is."""
        if self.has_pen(session_id, key):
            return
        pen = Pen(session_id, key, tag, session_name, unit, self._free_colour(), tuple(enumeration), decimals)
        self._pens.append(pen)
        view = self._axis(unit).view
        for name in ("line", "dashes", "hold"):
            pen.lines[name] = pg.PlotCurveItem(skipFiniteCheck=True, antialias=False)
        pen.lines["ends"] = pg.ScatterPlotItem(symbol="x", size=9)
        for item in pen.lines.values():
            view.addItem(item, ignoreBounds=True)
        self._colour(pen)
        if latest is not None:
            pen.samples.take(latest)
        self._pens_changed()

    def remove_pen(self, session_id: str, key: int) -> None:
        for pen in [pen for pen in self._pens if (pen.session_id, pen.key) == (session_id, key)]:
            axis = self._axes[pen.unit]
            for item in pen.lines.values():
                axis.view.removeItem(item)
            self._pens.remove(pen)
            if not any(other.unit == pen.unit for other in self._pens):
                self._remove_axis(axis)
            self._pens_changed()

    def _remove_rows(self, rows: list[int]) -> None:
        for pen in [self._pens[row] for row in rows]:
            self.remove_pen(pen.session_id, pen.key)

    def _free_colour(self) -> str:
        used = [pen.colour for pen in self._pens]
        return min(self._theme.pens, key=used.count)

    def _pens_changed(self) -> None:
        self._picker.set_pens({(pen.session_id, pen.key): pen.samples for pen in self._pens})
        self._table.fill(self._pens)
        self._show_cursor()
        self._dirty = True
        self._drawn_at = 0.0
        self.pens_changed.emit()

    def _set_step(self, row: int, step: bool) -> None:
        self._pens[row].step = step
        self._dirty = True
        self._drawn_at = 0.0

    # ---- axes

    def _axis(self, unit: str) -> UnitAxis:
        """The unit's axis: the left one if it is free, else a further one on the right."""
        if unit in self._axes:
            return self._axes[unit]
        if all(made.column for made in self._axes.values()):
            made = self._left = UnitAxis(unit, self._view, self._item.getAxis("left"), 0)
        else:
            made = self._right_axis(unit)
        self._axes[unit] = made
        self._style_axis(made.axis)
        self._place_views()
        return made

    def _right_axis(self, unit: str) -> UnitAxis:
        view = View()
        view.setMouseEnabled(x=False, y=True)
        view.sigRangeChangedManually.connect(self._moved_by_hand)
        axis = pg.AxisItem("right")
        column = max((made.column for made in self._axes.values()), default=0) or 2
        self._item.layout.addItem(axis, 2, column + 1)
        self._plot.scene().addItem(view)
        axis.linkToView(view)
        view.setXLink(self._view)
        view.setZValue(-1)  # what is under the pointer stays the first view
        return UnitAxis(unit, view, axis, column + 1)

    def _remove_axis(self, axis: UnitAxis) -> None:
        del self._axes[axis.unit]
        if not axis.column:
            axis.axis.setLabel("")
            return
        axis.view.setXLink(None)
        axis.axis.unlinkFromView()
        self._item.layout.removeItem(axis.axis)
        self._plot.scene().removeItem(axis.axis)
        self._plot.scene().removeItem(axis.view)

    def _place_views(self) -> None:
        for made in self._axes.values():
            if made.column:
                made.view.setGeometry(self._view.sceneBoundingRect())

    # ---- looks

    def set_theme(self, theme: Theme) -> None:
        old, self._theme = self._theme, theme
        self._plot.setBackground(theme.base)
        for axis in (self._time_axis, self._left.axis, *(made.axis for made in self._axes.values())):
            self._style_axis(axis)
        self._cursor.setPen(pg.mkPen(theme.accent, width=1))
        self._cursor.setHoverPen(pg.mkPen(theme.accent, width=2))
        self._not_held.setBrush(QBrush(QColor(theme.border), Qt.BrushStyle.BDiagPattern))
        for pen in self._pens:
            if pen.colour in old.pens:
                pen.colour = theme.pens[old.pens.index(pen.colour)]
            self._colour(pen)
        self._table.set_theme(theme)
        self._table.fill(self._pens)
        self._show_state()
        self._dirty = True

    def _style_axis(self, axis: Any) -> None:
        axis.setPen(pg.mkPen(self._theme.border))
        axis.setTextPen(pg.mkPen(self._theme.muted))

    def _colour(self, pen: Pen) -> None:
        pen.lines["line"].setPen(pg.mkPen(pen.colour, width=1))
        pen.lines["dashes"].setPen(pg.mkPen(pen.colour, width=1, style=Qt.PenStyle.DashLine))
        pen.lines["hold"].setPen(pg.mkPen(pen.colour, width=1, style=Qt.PenStyle.DotLine))
        pen.lines["ends"].setPen(pg.mkPen(self._theme.bad))
        pen.lines["ends"].setBrush(pg.mkBrush(self._theme.bad))

    def set_utc(self, utc: bool) -> None:
        self._utc = utc
        self._time_axis.set_utc(utc)
        self._show_cursor()

    # ---- data

    def apply(self, frame: FeedFrame) -> None:
        """Take the samples of a frame. Lines end where the source was lost and where samples are missing."""
        for session_id, notice in frame.notices:
            if notice.kind in _MISSING:  # what is missing came before what has come now
                self._end(session_id, None)
        count = self._picker.take_all(frame.batches)
        for session_id, notice in frame.notices:
            live = _says_live(notice)
            if live is not None:
                self._set_live(session_id, live, notice.time_ns)
        if count:
            self._dirty = True
            if not self._live:
                self._new_samples += count

    def _end(self, session_id: str, time_ns: int | None) -> None:
        for pen in self._pens:
            if pen.session_id == session_id:
                pen.samples.end(time_ns)
                self._dirty = True

    def _set_live(self, session_id: str, live: bool, time_ns: int) -> None:
        for pen in self._pens:
            if pen.session_id == session_id:
                pen.live = live
                self._dirty = True
        if not live:
            self._end(session_id, time_ns)

    # ---- live and paused

    @property
    def paused(self) -> bool:
        return not self._live

    @property
    def new_samples(self) -> int:
        """Samples that came while it is paused."""
        return self._new_samples

    def pause(self) -> None:
        if self._live:
            self._live = False
            self._new_samples = 0
        self._dirty = True
        self.redraw()

    def go_live(self) -> None:
        self._live = True
        self._new_samples = 0
        for made in self._axes.values():
            made.forget()
        self._dirty = True
        self.redraw()

    def toggle(self) -> None:
        """Pause, or back to live."""
        if self.paused:
            self.go_live()
        else:
            self.pause()

    def _set_span(self, words: str) -> None:
        self._span_s = _SPANS[words]
        self.go_live()

    def autoscale(self) -> None:
        """Everything that is held, at its full height; live, the height alone."""
        if self._live:
            self.go_live()
            return
        times = [(int(pen.samples.times[0]), int(pen.samples.times[-1])) for pen in self._pens if len(pen.samples)]
        if not times:
            return
        self._keep_look()
        start, stop = min(first for first, _ in times) / 1e9, max(last for _, last in times) / 1e9
        room = max((stop - start) * 0.02, 0.5)
        self._set_times(start - room, stop + room)
        for made in self._axes.values():
            made.forget()
        self._fit()
        self._dirty = True
        self.redraw()

    def _set_times(self, start: float, stop: float) -> None:
        self._programmed = True
        try:
            self._view.setXRange(start, stop, padding=0)
        finally:
            self._programmed = False

    # ---- by hand

    def _moved_by_hand(self, *_: Any) -> None:
        if self._programmed:
            return
        moment = self._now_ns() / 1e9
        if not 0 <= moment - self._moved_at < _GESTURE_S:
            self._keep_look()
        self._moved_at = moment
        self.pause()

    def _take_along(self, before: tuple[float, float], after: tuple[float, float]) -> None:
        """The other units' axes move as the first one was moved."""
        for made in self._axes.values():
            if made.column:
                made.follow(before, after)

    def _look(self) -> _Look:
        return _Look(self._live, self.visible_range(), {unit: made.range for unit, made in self._axes.items()})

    def _keep_look(self) -> None:
        """What was looked at before this goes into the history."""
        self._back.append(self._settled or self._look())
        del self._back[:-_HISTORY]
        self._forward.clear()
        self._show_history()

    def zoom_back(self) -> None:
        self._walk(self._back, self._forward)

    def zoom_forward(self) -> None:
        self._walk(self._forward, self._back)

    def _walk(self, source: list[_Look], target: list[_Look]) -> None:
        if not source:
            return
        target.append(self._look())
        look = source.pop()
        self._moved_at = 0.0
        self._show_history()
        if look.live:
            self.go_live()
            return
        if self._live:
            self._live, self._new_samples = False, 0
        self._set_times(*look.times)
        for unit, limits in look.units.items():
            if unit in self._axes:
                self._axes[unit].range = limits
        self._dirty = True
        self.redraw()

    def _show_history(self) -> None:
        self._earlier.setEnabled(bool(self._back))
        self._later.setEnabled(bool(self._forward))

    # ---- drawing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dirty = True
        self._drawn_at = 0.0

    def _tick(self) -> None:
        """Live, time itself is a change; a long span moves by less than a pixel most of the time."""
        if not self.isVisible():
            return
        if self._dirty:
            self._table.show_values(self._pens)
        moment = self._now_ns() / 1e9
        pixel_s = self._span_s / max(self._view.width(), 1.0)
        cost_s = _COST * (self._redraw_s + self._plot.painted_s)
        if self._live and 0 <= moment - self._drawn_at < min(max(pixel_s / 2, cost_s), _SLOWEST_S):
            return
        began = time.perf_counter()
        self.redraw()
        self._redraw_s = time.perf_counter() - began

    def redraw(self) -> None:
        """Draw what changed."""
        self._show_state()
        if not self.isVisible() or not (self._live or self._dirty):
            return
        self._dirty = False
        self._drawn_at = self._now_ns() / 1e9
        if self._live:
            self._set_times(self._drawn_at - self._span_s, self._drawn_at + self._span_s * 0.01)
            self._fit()
        start, stop = self.visible_range()
        total, reduced = self._draw(int(start * 1e9), int(stop * 1e9))
        self._drawn.setText(f"drawn from {total:,} samples" + (", peaks kept" if reduced else ""))
        self._show_not_held(start)
        self._table.show_values(self._pens)
        self._plot.scene().prepareForPaint()  # else the painting does it, finds that lines have moved, and paints twice
        self._settled = self._look()

    def _draw(self, start_ns: int, stop_ns: int) -> tuple[int, bool]:
        total, reduced = 0, False
        for pen in self._pens:
            hold = min(self._now_ns(), stop_ns) if pen.live else None
            drawing = pen.samples.drawing(start_ns, stop_ns, pen.stepping, hold)
            _put(pen.lines["line"], drawing.x, drawing.y, connect=drawing.connect)
            # Dashes cost, and few pens have any.
            dashes = (drawing.x, drawing.y) if drawing.uncertain.any() else ([], [])
            _put(pen.lines["dashes"], *dashes, connect=drawing.uncertain if len(dashes[0]) else "all")
            _put(pen.lines["hold"], drawing.hold_x, drawing.hold_y)
            _put(pen.lines["ends"], drawing.ends_x, drawing.ends_y)
            total += drawing.samples
            reduced |= drawing.reduced
        return total, reduced

    def _fit(self) -> None:
        """Each unit's axis to what its pens have in the visible time."""
        start, stop = self.visible_range()
        for unit, made in self._axes.items():
            ranges = [
                pen.samples.range_between(int(start * 1e9), int(stop * 1e9)) for pen in self._pens if pen.unit == unit
            ]
            found = [span for span in ranges if span is not None]
            if found:
                made.fit(min(low for low, _ in found), max(high for _, high in found))

    def _show_not_held(self, start: float) -> None:
        """Hatched: the time before the first sample of any pen."""
        firsts = [int(pen.samples.times[0]) / 1e9 for pen in self._pens if len(pen.samples)]
        held_from = min(firsts, default=start)
        self._not_held.setVisible(held_from > start)
        if held_from > start:
            self._not_held.setRegion((start - (held_from - start), held_from))

    def _show_state(self) -> None:
        words = "▶ Live" if self._live else f"❚❚ Paused — {self._new_samples:,} new samples, End for live"
        back = "transparent" if self._live else self._theme.warning_back
        sheet = f"background: {back}; color: {self._theme.text}; border-radius: 3px; padding: 2px 8px"
        if self._state.text() != words:
            self._state.setText(words)
        if self._state.styleSheet() != sheet:
            self._state.setStyleSheet(sheet)
        self._live_button.setEnabled(not self._live)

    # ---- cursor

    def _clicked(self, event: Any) -> None:
        if self._cursor.isVisible() and event.button() == Qt.MouseButton.LeftButton:
            self._cursor.setPos(self._view.mapSceneToView(QPointF(event.scenePos())).x())

    def _set_cursor(self, shown: bool) -> None:
        start, stop = self.visible_range()
        self._cursor.setPos((start + stop) / 2)
        self._cursor.setVisible(shown)
        if shown:
            self.pause()
        self._show_cursor()

    def _show_cursor(self, *_: Any) -> None:
        shown = self._cursor.isVisible()
        moment = int(float(cast("float", self._cursor.value())) * 1e9)
        found = [pen.samples.at(moment) if shown else None for pen in self._pens]
        self._table.show_cursor(self._pens, found, self._utc)

    # ---- the rest

    def stop(self) -> None:
        """No more drawing: the window is closing."""
        self._timer.stop()

    def visible_range(self) -> tuple[float, float]:
        """Start and end of the time axis, seconds since 1970 UTC."""
        (start, stop), _ = self._view.viewRange()
        return start, stop


def _put(line: Any, x: Any, y: Any, **how: Any) -> None:
    """A line without points is hidden: painting one costs half of what painting a short line does."""
    shown = len(x) > 0
    if shown or line.isVisible():
        line.setData(x, y, **how)
    line.setVisible(shown)


def _says_live(notice: Notice) -> bool | None:
    """Whether a session has its source after this notice; None where it says nothing about that."""
    if notice.kind in _ENDINGS:
        return False
    if notice.kind is NoticeKind.SOURCE_BACK or (
        notice.kind is NoticeKind.WORKER_RESTART and "restored" in notice.details
    ):
        return True
    if notice.kind is NoticeKind.STATE and SessionState(notice.details["new"]).ended:
        return False
    return None


__all__ = ["Pen", "TrendView"]
