"""A trend: pens on one time axis, live until somebody looks closer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.batch import Sample
from app.events.notices import NoticeKind
from ui.feed import FeedFrame
from ui.format import time_text, value_text, zone_text
from ui.plots.pen import BAD, UNCERTAIN, Picker, Samples, columns_of
from ui.theme import Theme

_SPANS = {"1 minute": 60, "5 minutes": 300, "15 minutes": 900, "1 hour": 3600, "8 hours": 28_800}
_REDRAW_MS = 100
_GUTTER = 58
_COLUMNS = ("Pen", "Session", "Value", "Unit", "Quality", "At cursor", "Step")
_QUALITY_WORDS = ("good", "uncertain", "bad")
#: Notices after which a session's lines end.
_ENDINGS = (NoticeKind.SOURCE_LOST, NoticeKind.FAULT)


@dataclass(slots=True, eq=False)
class Pen:
    """One line. ``step``: a value holds until the next one, as subscribed data does."""

    session_id: str
    key: int
    tag: str
    session_name: str
    unit: str
    colour: str
    enumeration: tuple[str, ...] = ()
    decimals: int | None = None
    step: bool = True
    samples: Samples = field(default_factory=Samples)
    live: bool = True  # its source is there: the last value still holds
    text: str = ""  # the last value where it is no number
    curve: Any = None
    dashes: Any = None
    ends: Any = None


class _View(pg.ViewBox):
    """Drag = rectangle zoom, Shift+drag = pan, double click = back to live."""

    doubled = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setMouseMode(pg.ViewBox.RectMode)

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        panning = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.setMouseMode(pg.ViewBox.PanMode if panning or axis is not None else pg.ViewBox.RectMode)
        super().mouseDragEvent(ev, axis)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.doubled.emit()
        event.accept()


class _TimeAxis(pg.DateAxisItem):
    def __init__(self) -> None:
        super().__init__(orientation="bottom")
        self.set_utc(False)

    def set_utc(self, utc: bool) -> None:
        self.utcOffset = 0 if utc else -time.localtime().tm_gmtoff
        self.setLabel(f"Time ({zone_text(utc)})")
        self.picture = None
        self.update()


class _UnitAxis:
    """A vertical axis that all pens of one unit share."""

    def __init__(self, unit: str, view: Any, axis: Any) -> None:
        self.unit = unit
        self.view = view
        self.axis = axis
        self.low, self.high = 0.0, 1.0

    def fit(self, low: float, high: float) -> None:
        """Grow at once, shrink only when much is unused: a range that breathes with every sample is hard to read."""
        room = (high - low) * 0.06 or max(abs(high) * 0.05, 0.5)
        low, high = low - room, high + room
        grows = low < self.low or high > self.high
        shrinks = (high - low) < 0.6 * (self.high - self.low)
        if grows or shrinks:
            self.low, self.high = low, high
            self.view.setYRange(low, high, padding=0)


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
        self._axes: dict[str, _UnitAxis] = {}
        self._span_s = 60
        self._paused_at: float | None = None
        self._new_samples = 0
        self._dirty = True
        self._programmed = False
        self._utc = False
        self._build()
        self.set_theme(theme)
        self._timer = QTimer(self)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self.redraw)
        self._timer.start()

    # ---- parts

    def _build(self) -> None:
        self._time_axis = _TimeAxis()
        self._view = _View()
        self._plot: Any = pg.PlotWidget(viewBox=self._view, axisItems={"bottom": self._time_axis})
        self._plot.setAccessibleName("Trend plot")
        self._plot.hideButtons()
        self._plot.setMinimumHeight(140)
        self._item: Any = self._plot.getPlotItem()
        item = self._item
        item.getAxis("left").setWidth(_GUTTER)
        item.showGrid(x=True, y=True, alpha=0.25)
        self._view.sigRangeChangedManually.connect(self._moved_by_hand)
        self._view.sigResized.connect(self._place_views)
        self._view.doubled.connect(self.go_live)
        self._cursor: Any = pg.InfiniteLine(angle=90, movable=True)
        self._cursor.setVisible(False)
        self._cursor.sigPositionChanged.connect(self._show_cursor)
        item.addItem(self._cursor, ignoreBounds=True)
        self._plot.scene().sigMouseClicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self._plot)
        splitter.addWidget(self._pen_table())
        splitter.setStretchFactor(0, 4)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([420, 170])
        splitter.setChildrenCollapsible(False)
        layout.addWidget(splitter)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        self._span = QComboBox()
        self._span.setAccessibleName("Time span")
        self._span.addItems(list(_SPANS))
        self._span.setCurrentText("1 minute")
        self._span.currentTextChanged.connect(self._set_span)
        self._state = QLabel()
        self._state.setAccessibleName("Trend state")
        self._live = QPushButton("Live")
        self._live.setAccessibleName("Back to live")
        self._live.setToolTip("Back to live (End)")
        self._live.clicked.connect(self.go_live)
        self._cursor_box = QCheckBox("Cursor")
        self._cursor_box.setAccessibleName("Cursor")
        self._cursor_box.toggled.connect(self._set_cursor)
        self._drawn = QLabel()
        self._drawn.setAccessibleName("Samples drawn")
        for widget in (self._span, self._live, self._cursor_box, self._state):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self._drawn)
        return bar

    def _pen_table(self) -> QTableWidget:
        self._table = table = QTableWidget(0, len(_COLUMNS))
        table.setAccessibleName("Pens")
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate((0, 130, 120, 60, 90, 190, 48)):
            if width:
                table.setColumnWidth(column, width)
        table.itemChanged.connect(self._step_changed)
        table.installEventFilter(self)
        return table

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        pressed = event.type() == QEvent.Type.KeyPress
        if watched is self._table and isinstance(event, QKeyEvent) and pressed and event.key() == Qt.Key.Key_Delete:
            for row in sorted({index.row() for index in self._table.selectedIndexes()}, reverse=True):
                pen = self._pens[row]
                self.remove_pen(pen.session_id, pen.key)
            return True
        return super().eventFilter(watched, event)

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
        colour = self._free_colour()
        pen = Pen(session_id, key, tag, session_name, unit, colour, tuple(enumeration), decimals)
        self._pens.append(pen)
        view = self._axis(unit).view
        pen.curve = pg.PlotCurveItem(skipFiniteCheck=True, antialias=False)
        pen.dashes = pg.PlotCurveItem(skipFiniteCheck=True, antialias=False)
        pen.ends = pg.ScatterPlotItem(symbol="x", size=9)
        for item in (pen.curve, pen.dashes, pen.ends):
            view.addItem(item, ignoreBounds=True)
        self._colour(pen)
        if latest is not None:
            pen.samples.add(*columns_of(latest))
        self._pens_changed()

    def remove_pen(self, session_id: str, key: int) -> None:
        for pen in [pen for pen in self._pens if (pen.session_id, pen.key) == (session_id, key)]:
            view = self._axes[pen.unit].view
            for item in (pen.curve, pen.dashes, pen.ends):
                view.removeItem(item)
            self._pens.remove(pen)
            self._pens_changed()

    def _free_colour(self) -> str:
        used = [pen.colour for pen in self._pens]
        return min(self._theme.pens, key=used.count)

    def _pens_changed(self) -> None:
        self._picker.set_pens({(pen.session_id, pen.key): pen.samples for pen in self._pens})
        self._fill_table()
        self._dirty = True
        self.pens_changed.emit()

    def _axis(self, unit: str) -> _UnitAxis:
        if unit in self._axes:
            return self._axes[unit]
        item = self._item
        if not self._axes:
            made = _UnitAxis(unit, self._view, item.getAxis("left"))
        else:
            view = pg.ViewBox(enableMenu=False)
            view.setMouseEnabled(False, False)
            axis = pg.AxisItem("right")
            axis.setWidth(_GUTTER)
            item.layout.addItem(axis, 2, 2 + len(self._axes))
            self._plot.scene().addItem(view)
            axis.linkToView(view)
            view.setXLink(self._view)
            view.setZValue(-1)  # what is under the pointer stays the first view
            made = _UnitAxis(unit, view, axis)
        made.axis.setLabel(unit or "no unit")
        self._axes[unit] = made
        self._style_axis(made.axis)
        self._place_views()
        return made

    def _place_views(self) -> None:
        for made in self._axes.values():
            if made.view is not self._view:
                made.view.setGeometry(self._view.sceneBoundingRect())

    # ---- looks

    def set_theme(self, theme: Theme) -> None:
        old, self._theme = self._theme, theme
        self._plot.setBackground(theme.base)
        for axis in [self._time_axis, self._item.getAxis("left"), *(a.axis for a in self._axes.values())]:
            self._style_axis(axis)
        self._cursor.setPen(pg.mkPen(theme.accent, width=1))
        for pen in self._pens:
            if pen.colour in old.pens:
                pen.colour = theme.pens[old.pens.index(pen.colour)]
            self._colour(pen)
        self._fill_table()

    def _style_axis(self, axis: Any) -> None:
        axis.setPen(pg.mkPen(self._theme.border))
        axis.setTextPen(pg.mkPen(self._theme.muted))

    def _colour(self, pen: Pen) -> None:
        pen.curve.setPen(pg.mkPen(pen.colour, width=1))
        pen.dashes.setPen(pg.mkPen(pen.colour, width=1, style=Qt.PenStyle.DashLine))
        pen.ends.setPen(pg.mkPen(self._theme.bad))

    def set_utc(self, utc: bool) -> None:
        self._utc = utc
        self._time_axis.set_utc(utc)
        self._show_cursor()

    # ---- data

    def apply(self, frame: FeedFrame) -> None:
        """Take the samples of a frame, and end the lines of sessions that lost their source."""
        count = sum(self._picker.take(session_id, batch) for session_id, batch in frame.batches)
        for session_id, notice in frame.notices:
            if notice.kind in _ENDINGS:
                self._set_live(session_id, False, notice.time_ns)
            elif notice.kind in (NoticeKind.SOURCE_BACK, NoticeKind.WORKER_RESTART):
                self._set_live(session_id, True, notice.time_ns)
        if count:
            self._dirty = True
            if self._paused_at is not None:
                self._new_samples += count

    def _set_live(self, session_id: str, live: bool, time_ns: int) -> None:
        for pen in self._pens:
            if pen.session_id == session_id:
                pen.live = live
                if not live:
                    pen.samples.end(time_ns)
                self._dirty = True

    # ---- live and paused

    @property
    def paused(self) -> bool:
        return self._paused_at is not None

    @property
    def new_samples(self) -> int:
        """Samples that came while it is paused."""
        return self._new_samples

    def _moved_by_hand(self, *_: Any) -> None:
        if not self._programmed:
            self.pause()

    def pause(self) -> None:
        if self._paused_at is None:
            self._paused_at = self._now_ns() / 1e9
            self._new_samples = 0
        self._dirty = True
        self.redraw()

    def go_live(self) -> None:
        self._paused_at = None
        self._new_samples = 0
        for made in self._axes.values():
            made.low, made.high = 1.0, 0.0  # fit anew
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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dirty = True

    # ---- drawing

    def redraw(self) -> None:
        """Draw what changed. Live, time itself is a change."""
        if not self.isVisible() or (self.paused and not self._dirty):
            self._show_state()
            return
        self._dirty = False
        if not self.paused:
            self._follow()
        (start, stop), _ = self._view.viewRange()
        start_ns, stop_ns = int(start * 1e9), int(stop * 1e9)
        drawn = 0
        total = 0
        for pen in self._pens:
            hold = min(self._now_ns(), stop_ns) if pen.live else None
            drawing = pen.samples.drawing(start_ns, stop_ns, pen.step, hold)
            pen.curve.setData(drawing.x, drawing.y, connect=drawing.connect)
            pen.dashes.setData(drawing.x, drawing.y, connect=drawing.uncertain)
            pen.ends.setData(drawing.ends_x, drawing.ends_y)
            total += drawing.samples
            drawn += len(drawing.x) if drawing.reduced else drawing.samples
        self._show_state()
        reduced = f"{drawn:,} points drawn from " if drawn < total else ""
        self._drawn.setText(f"{reduced}{total:,} samples")
        self._show_values()

    def _follow(self) -> None:
        now = self._now_ns() / 1e9
        start_ns, stop_ns = int((now - self._span_s) * 1e9), int(now * 1e9)
        self._programmed = True
        try:
            self._view.setXRange(now - self._span_s, now + self._span_s * 0.01, padding=0)
            for unit, made in self._axes.items():
                ranges = [pen.samples.range_between(start_ns, stop_ns) for pen in self._pens if pen.unit == unit]
                found = [span for span in ranges if span is not None]
                if found:
                    made.fit(min(low for low, _ in found), max(high for _, high in found))
        finally:
            self._programmed = False

    def _show_state(self) -> None:
        paused = f"❚❚ Paused — {self._new_samples:,} new samples, End for live"
        words = paused if self.paused else "▶ Live"
        if self._state.text() != words:
            self._state.setText(words)
        self._live.setEnabled(self.paused)

    # ---- table and cursor

    def _fill_table(self) -> None:
        self._table.blockSignals(True)
        self._table.setRowCount(len(self._pens))
        for row, pen in enumerate(self._pens):
            name = QTableWidgetItem(f"━ {pen.tag}")
            name.setForeground(QColor(pen.colour))
            name.setToolTip(pen.tag)
            step = QTableWidgetItem()
            step.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            step.setCheckState(Qt.CheckState.Checked if pen.step else Qt.CheckState.Unchecked)
            step.setToolTip("A value holds until the next one comes")
            cells = [name, QTableWidgetItem(pen.session_name), _right(), QTableWidgetItem(pen.unit), QTableWidgetItem()]
            for column, cell in enumerate([*cells, _right(), step]):
                self._table.setItem(row, column, cell)
        self._table.blockSignals(False)
        self._show_values()

    def _step_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == len(_COLUMNS) - 1 and item.row() < len(self._pens):
            self._pens[item.row()].step = item.checkState() is Qt.CheckState.Checked
            self._dirty = True

    def _show_values(self) -> None:
        self._table.blockSignals(True)
        for row, pen in enumerate(self._pens):
            samples = pen.samples
            if not len(samples):
                continue
            worth = int(samples.classes[-1])
            self._put(row, 2, self._value_words(pen, float(samples.values[-1])))
            self._put(row, 4, _QUALITY_WORDS[worth])
            colour = {BAD: self._theme.bad, UNCERTAIN: self._theme.uncertain}.get(worth, self._theme.text)
            cell = self._table.item(row, 4)
            if cell is not None and cell.foreground().color().name() != colour:
                cell.setForeground(QColor(colour))
        self._table.blockSignals(False)

    def _value_words(self, pen: Pen, value: float) -> str:
        if pen.enumeration and value.is_integer():
            return value_text(int(value), enumeration=pen.enumeration)
        return value_text(value, decimals=pen.decimals)

    def _put(self, row: int, column: int, text: str) -> None:
        cell = self._table.item(row, column)
        if cell is not None and cell.text() != text:
            cell.setText(text)

    def _clicked(self, event: Any) -> None:
        if self._cursor.isVisible() and event.button() == Qt.MouseButton.LeftButton:
            self._cursor.setPos(self._view.mapSceneToView(QPointF(event.scenePos())).x())

    def _set_cursor(self, shown: bool) -> None:
        (start, stop), _ = self._view.viewRange()
        self._cursor.setPos((start + stop) / 2)
        self._cursor.setVisible(shown)
        if shown:
            self.pause()
        self._show_cursor()

    def _show_cursor(self, *_: Any) -> None:
        """The last sample at or before the cursor, with its time: never a later one."""
        shown = self._cursor.isVisible()
        moment = int(float(cast("float", self._cursor.value())) * 1e9)
        for row, pen in enumerate(self._pens):
            found = pen.samples.at(moment) if shown else None
            words = ""
            if found is not None:
                mark = ("", " ?", " ✕")[found.quality]
                words = (
                    f"{self._value_words(pen, found.value)}{mark} at {time_text(found.time_ns, self._utc, date=False)}"
                )
            self._put(row, 5, words)

    def stop(self) -> None:
        """No more drawing: the window is closing."""
        self._timer.stop()

    def visible_range(self) -> tuple[float, float]:
        """Start and end of the time axis, seconds since 1970 UTC."""
        (start, stop), _ = self._view.viewRange()
        return start, stop


def _right() -> QTableWidgetItem:
    cell = QTableWidgetItem()
    cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return cell


__all__ = ["Pen", "TrendView"]
