"""A trend: pens on one time axis, live until somebody looks closer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.batch import Sample
from ui.feed import FeedFrame
from ui.format import duration_text, time_text
from ui.i18n import count_text, tr
from ui.plots.axes import UnitAxis
from ui.plots.bands import lacking
from ui.plots.bar import TrendBar
from ui.plots.canvas import Canvas
from ui.plots.collector import Collector, Line
from ui.plots.cursors import NAMES
from ui.plots.looks import Look, Looks
from ui.plots.marks import Mark, Note, tooltip
from ui.plots.pen_table import PenTable
from ui.plots.pens import Pen, Style, free_look
from ui.plots.stats import between
from ui.tagref import TagRef, from_mime
from ui.theme import Theme

_REDRAW_MS = 100
_SLOWEST_S = 1.0
#: Between two redraws there is so many times what one takes: the window has other things to do.
_COST = 4
#: A hand that has rested so long wants to see the past that it has come to.
_REST_MS = 120
#: Without a hand, what is missing is asked for so often at the most.
_ASK_S = 2.0
#: Removed pens that can come back.
_UNDO = 20


@dataclass(frozen=True, slots=True)
class Shared:
    """What linked trends have in common: time and cursors (ns; None: put away)."""

    live: bool
    span_s: float
    times: tuple[float, float]  # seconds since 1970 UTC
    cursors: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The past that a trend would draw, if it were loaded; times in ns since 1970 UTC."""

    start_ns: int
    stop_ns: int
    bins: int  # stretches of time that it can tell apart
    pens: tuple[Pen, ...]


class TrendView(QWidget):
    """Its lines are collected whether it is seen or not; it draws ten times a second while it is seen and live."""

    pens_changed = Signal()
    dropped = Signal(list)  # of TagRef
    limits_wanted = Signal(list)  # of TagRef
    shared = Signal(object)  # a Shared: a hand has moved the time or a cursor
    linked_changed = Signal()
    note_wanted = Signal(object, object)  # a time in ns, the Note that is there or None
    menu_wanted = Signal(QPoint, object)  # where, globally, and the time there in ns
    pens_removed = Signal()  # they can come back
    told = Signal(str)  # a sentence for the status bar
    mark_opened = Signal(object)  # a time in ns: a mark was double-clicked, or Ctrl+Return pressed at a cursor
    past_wanted = Signal(object)  # a Wanted; None: nothing any more

    def __init__(
        self,
        theme: Theme,
        now_ns: Callable[[], int] = time.time_ns,
        collector: Collector | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Trend"))
        self.collector = collector or Collector()
        self.name = ""
        self._theme = theme
        self._now_ns = now_ns
        self._pens: list[Pen] = []
        self._removed: list[list[Pen]] = []
        self._notes: list[Note] = []
        self._looks = Looks()
        self._span_s: float = 60
        self._live = True
        self._linked = False
        self._dirty = True
        self._seen_changes = -1
        self._drawn_at = 0.0
        self._redraw_s = 0.0
        self._utc = False
        self._settled: Look | None = None
        self._loading: tuple[int, int] | None = None  # pens whose past is loaded, of so many
        self._asked: Wanted | None = None
        self._asked_at = 0.0
        self._fitted = False  # nobody has moved the axes since they were fitted to a time
        self._build()
        self._build_keys()
        self.set_theme(theme)
        self._timer = QTimer(self)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._soon = QTimer(self)  # after a hand has moved it: several movements, one redraw
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.redraw)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._ask_past)

    # ---- parts

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.bar = self._build_bar()
        layout.addWidget(self.bar)
        splitter = QSplitter(Qt.Orientation.Vertical)
        self.plot = self._build_plot()
        self._cursors, self._axes = self.plot.cursors, self.plot.axes
        splitter.addWidget(self.plot)
        self._table = PenTable(self._theme)
        self._table.removed.connect(self._remove_rows)
        self._table.limits_wanted.connect(
            lambda rows: self.limits_wanted.emit([self._pens[row].line.ref for row in rows])
        )
        self._table.undo_wanted.connect(self.undo_remove)
        self._table.step_changed.connect(lambda row, on: self._change([row], step=on))
        self._table.visible_changed.connect(lambda row, on: self._change([row], visible=on))
        self._table.styled.connect(lambda rows, style: self._change(rows, style=style))
        self._table.coloured.connect(lambda rows, hue: self._change(rows, hue=hue))
        self._table.axis_changed.connect(lambda rows, own: self._change(rows, own_axis=own))
        splitter.addWidget(self._table)
        splitter.setStretchFactor(0, 4)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([420, 170])
        splitter.setChildrenCollapsible(False)
        layout.addWidget(splitter)
        self.setAcceptDrops(True)

    def _build_bar(self) -> TrendBar:
        bar = TrendBar()
        bar.show_span(self._span_s)
        bar.span_wanted.connect(self.set_span)
        bar.span_refused.connect(self.told)
        bar.live_wanted.connect(self.go_live)
        bar.back_wanted.connect(self.zoom_back)
        bar.forward_wanted.connect(self.zoom_forward)
        bar.cursor_wanted.connect(self.set_cursor)
        bar.link_wanted.connect(self.set_linked)
        return bar

    def _build_plot(self) -> Canvas:
        plot = Canvas(self._theme)
        plot.moved.connect(self._moved_by_hand)
        plot.doubled.connect(self.autoscale)
        plot.axis_doubled.connect(self._fit_axis)
        plot.cursors_moved.connect(self._cursors_moved)
        plot.keyed.connect(self._move_times)
        plot.mark_opened.connect(self.mark_opened)
        plot.menu_wanted.connect(self.menu_wanted)
        return plot

    def _build_keys(self) -> None:
        """Keys of this trend, while the focus is in it."""
        back, forward = QKeySequence.StandardKey.Back, QKeySequence.StandardKey.Forward
        keys: list[tuple[QKeySequence.StandardKey | str, Callable[[], object]]] = [
            (back, self.zoom_back),
            (forward, self.zoom_forward),
            ("Ctrl+1", self.bar.cursors[0].toggle),
            ("Ctrl+2", self.bar.cursors[1].toggle),
            ("Ctrl+0", self.autoscale),
            ("Ctrl+Left", partial(self._walk_marks, -1)),
            ("Ctrl+Right", partial(self._walk_marks, 1)),
            ("Ctrl+Return", self._open_mark),
        ]
        for key, act in keys:
            action = QAction(self)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda *_, act=act: act())
            self.addAction(action)

    # ---- pens

    def pens(self) -> list[Pen]:
        return list(self._pens)

    def has_line(self, ref: TagRef) -> bool:
        return any(pen.line.ref == ref for pen in self._pens)

    def add_ref(self, ref: TagRef, **look: Any) -> Pen | None:
        """A further pen, for the tag's line, whether its source is there or not. None where it has one already."""
        if self.has_line(ref):
            return None
        line = self.collector.take_line(ref)
        hue, style = free_look(self._pens, len(self._theme.pens))
        made = {"hue": hue, "style": style, **look}
        made["hue"] %= len(self._theme.pens)
        pen = Pen(line, **made, seen=line.samples.total)
        self._insert(pen)
        self._pens_changed()
        return pen

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
        """A pen for an item of a session, starting with the item's latest value. One that is there already keeps its
        look."""
        pen = self.add_ref(TagRef(session_name, tag))
        line = next(one.line for one in self._pens if one.line.ref == TagRef(session_name, tag))
        if pen is not None or not line.key:
            self.collector.bind(line, session_id, key, unit, enumeration, decimals, latest)
            self.line_changed(line)

    def line_changed(self, line: Line) -> None:
        """Its unit or what it is bound to is another now."""
        mine = [pen for pen in self._pens if pen.line is line]
        if mine:
            for pen in mine:
                if pen.past is not None and pen.past.lacking:
                    pen.past = None  # its source may have kept what the recorder has not
            self._asked = None
            self._place_pens()
            self._table.fill(self._pens)
            self._redraw_soon()

    def remove_pens(self, pens: Sequence[Pen]) -> None:
        """They can be brought back for a while, with what came meanwhile."""
        gone = [pen for pen in self._pens if pen in pens]
        if not gone:
            return
        for pen in gone:
            self._take_out(pen)
        self._removed.append(gone)
        for old in self._removed[:-_UNDO]:
            self._release(old)
        del self._removed[:-_UNDO]
        self._pens_changed()
        self.pens_removed.emit()
        words = tr("{count} pens removed; Ctrl+Z brings them back")
        self.told.emit(words.format(count=len(gone)) if len(gone) > 1 else tr("Pen removed; Ctrl+Z brings it back"))

    def remove_pen(self, session_id: str, key: int) -> None:
        self.remove_pens([pen for pen in self._pens if (pen.session_id, pen.key) == (session_id, key)])

    def undo_remove(self) -> None:
        if not self._removed:
            return
        for pen in self._removed.pop():
            if self.has_line(pen.line.ref):
                self.collector.release(pen.line)
            else:
                self._insert(pen)
        self._pens_changed()

    def _insert(self, pen: Pen) -> None:
        self._pens.append(pen)
        self._colour(pen)

    def _take_out(self, pen: Pen) -> None:
        self._pens.remove(pen)
        if (view := pen.curve.getViewBox()) is not None:
            view.removeItem(pen.curve)
        pen.axis = ""

    def _release(self, pens: Sequence[Pen]) -> None:
        for pen in pens:
            self.collector.release(pen.line)

    def _remove_rows(self, rows: list[int]) -> None:
        self.remove_pens([self._pens[row] for row in rows])

    def _change(self, rows: Sequence[int], **look: Any) -> None:
        for row in rows:
            pen = self._pens[row]
            for name, value in look.items():
                setattr(pen, name, value)
            self._colour(pen)
        self._pens_changed()

    def _pens_changed(self) -> None:
        self._place_pens()
        self._table.fill(self._pens)
        self._show_cursors()
        self.plot.hint.setVisible(not self._pens)
        self._redraw_soon()
        self.pens_changed.emit()

    def _place_pens(self) -> None:
        """Each on the axis that it belongs on; axes without pens go."""
        left = self._axes.left
        leaving = any(pen.axis == left != pen.axis_name for pen in self._pens)
        for pen in self._pens:
            pen.curve.setVisible(pen.visible)
            name = pen.axis_name
            axis = self._axes.get(name)
            if pen.curve.getViewBox() is not None and pen.axis == name and axis is not None:
                continue
            if (old := pen.curve.getViewBox()) is not None:
                old.removeItem(pen.curve)
            pen.axis = name
        names = {pen.axis for pen in self._pens}
        if leaving and left not in names:
            # Its pens are there and got another unit, as when their source opens: the first pen's axis takes its place.
            moving = self._pens[0].axis
            names.discard(moving)
            for pen in self._pens:
                if pen.axis == moving and (view := pen.curve.getViewBox()) is not None:
                    view.removeItem(pen.curve)
        self._axes.keep(names)
        for pen in self._pens:
            label = f"{_tail(pen.tag)} {pen.unit}".strip() if pen.own_axis else pen.unit
            axis = self._axes.want(pen.axis, label)
            if pen.curve.getViewBox() is None:
                axis.view.addItem(pen.curve, ignoreBounds=True)

    # ---- looks

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.plot.set_theme(theme)
        for pen in self._pens:
            self._colour(pen)
        self._table.set_theme(theme)
        self._table.fill(self._pens)
        self.bar.set_theme(theme)
        self._show_state()
        self._dirty = True

    def _colour(self, pen: Pen) -> None:
        pen.colour = self._theme.pens[pen.hue % len(self._theme.pens)]
        style = pen.style
        pointed = style in (Style.POINTS, Style.BOTH)
        thick, lined = style is Style.THICK, style is not Style.POINTS
        pen.curve.set_look(pen.colour, self._theme.bad, pen.pattern, thick=thick, lined=lined, pointed=pointed)

    def set_utc(self, utc: bool) -> None:
        self._utc = utc
        self.plot.set_utc(utc)
        self._table.pens_model.utc = utc
        self._show_cursors()

    # ---- data

    def apply(self, frame: FeedFrame) -> None:
        """A frame for a trend that stands alone; several have one collector, which takes it for all."""
        self.collector.apply(frame)

    @property
    def new_samples(self) -> int:
        """Samples that came while it is paused."""
        return 0 if self._live else sum(max(0, pen.samples.total - pen.seen) for pen in self._pens)

    # ---- live and paused

    @property
    def paused(self) -> bool:
        return not self._live

    @property
    def linked(self) -> bool:
        return self._linked

    @property
    def span_s(self) -> float:
        return self._span_s

    def pause(self) -> None:
        if self._live:
            self._live = False
            for pen in self._pens:
                pen.seen = pen.samples.total
        self._redraw_soon()

    def go_live(self) -> None:
        self._go_live()
        self._share()

    def _go_live(self) -> None:
        self._live = True
        self._axes.forget()
        self._dirty = True
        self.redraw()

    def toggle(self) -> None:
        """Pause, or back to live."""
        if self.paused:
            self.go_live()
        else:
            self.pause()
            self._share()

    def set_span(self, seconds: float) -> None:
        """So much time: of the newest while it is live, else up to the right edge of what is looked at."""
        self._span_s = seconds
        self.bar.show_span(seconds)
        if self._live:
            self.go_live()
            return
        self._looks.keep(self._look())
        _, stop = self.visible_range()
        self.plot.set_times(stop - seconds, stop)
        self._redraw_soon()
        self._share()

    def show_times(self, start: float, stop: float) -> None:
        """Paused, at this time (seconds since 1970 UTC)."""
        self._looks.keep(self._look())
        self.pause()
        self.plot.set_times(start, stop)
        self._axes.forget()
        self._fit()
        self._fitted = True
        self._rest.start()
        self._redraw_soon()
        self._share()

    def autoscale(self) -> None:
        """Everything that is held, at its full height; live, the height alone."""
        if self._live:
            self.go_live()
            return
        held = [pen.samples for pen in self._pens]
        held += [pen.past.samples for pen in self._pens if pen.past is not None]
        times = [(int(one.times[0]), int(one.times[-1])) for one in held if len(one)]
        if times:
            start, stop = min(first for first, _ in times) / 1e9, max(last for _, last in times) / 1e9
            room = max((stop - start) * 0.02, 0.5)
            self.show_times(start - room, stop + room)

    # ---- linked trends

    def set_linked(self, linked: bool) -> None:
        if linked != self._linked:
            self._linked = linked
            self.bar.show_link(linked)
            self.linked_changed.emit()

    def share(self) -> Shared:
        return Shared(self._live, self._span_s, self.visible_range(), self._cursors.times())

    def _share(self) -> None:
        if self._linked:
            self.shared.emit(self.share())

    def follow(self, shared: Shared) -> None:
        """Do as a linked trend did."""
        if shared.span_s != self._span_s:
            self._span_s = shared.span_s
            self.bar.show_span(shared.span_s)
        if shared.cursors != self._cursors.times():
            self._cursors.set_times(shared.cursors)
            self._show_cursors()
        if shared.live and not self._live:
            self._go_live()
        elif not shared.live:
            self.pause()
            self.plot.set_times(*shared.times)
        self._redraw_soon()

    # ---- by hand

    def _moved_by_hand(self, *_: Any) -> None:
        self._rest.start()
        self._fitted = False
        self._looks.moved(self.moment_ns() / 1e9, self._settled or self._look())
        self.pause()
        self._share()

    def _look(self) -> Look:
        return Look(self._live, self.visible_range(), self._axes.ranges())

    def zoom_back(self) -> None:
        self._show_look(self._looks.back(self._look()))

    def zoom_forward(self) -> None:
        self._show_look(self._looks.forward(self._look()))

    def _show_look(self, look: Look | None) -> None:
        if look is None:
            return
        if look.live:
            self.go_live()
            return
        self.pause()
        self.plot.set_times(*look.times)
        self._axes.set_ranges(look.axes)
        self.redraw()
        self._share()

    # ---- drawing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dirty = True
        self._drawn_at = 0.0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._dirty = True

    def _redraw_soon(self) -> None:
        self._dirty = True
        self._drawn_at = 0.0
        self._show_state()
        if hasattr(self, "_soon") and self.isVisible():
            self._soon.start()

    def _tick(self) -> None:
        """Live, time itself is a change; a long span moves by less than a pixel most of the time."""
        if not self.isVisible():
            return
        if self.collector.changes != self._seen_changes:
            self._dirty = True
            self._table.pens_model.show_values()
        moment = self.moment_ns() / 1e9
        cost_s = _COST * (self._redraw_s + self.plot.painted_s)
        soon = 0 <= moment - self._drawn_at < min(max(self.plot.pixel_s() / 2, cost_s), _SLOWEST_S)
        if self._live and soon and not (self._dirty and self.replayed):
            return
        began = time.perf_counter()
        self.redraw()
        self._redraw_s = time.perf_counter() - began

    def redraw(self) -> None:
        """Draw what changed."""
        self._show_state()
        if not self.isVisible() or not (self._live or self._dirty or self.collector.changes != self._seen_changes):
            return
        self._dirty = False
        self._seen_changes = self.collector.changes
        self._drawn_at = self.moment_ns() / 1e9
        if self._live:
            self.plot.set_times(self._drawn_at - self._span_s, self._drawn_at + self._span_s * 0.01)
            self._fit()
        start, stop = self.visible_range()
        total, reduced = self._draw(round(start * 1e9), round(stop * 1e9))
        self._look_for_past()
        words = tr("drawn from {count} samples, peaks kept") if reduced else tr("drawn from {count} samples")
        self.bar.show_drawn(words.format(count=count_text(total)), self._origins(start), self._loading)
        self._table.pens_model.show_values()
        if self._cursors.any:
            self._show_cursors()
        self.bar.show_history(self._looks.can_go_back, self._looks.can_go_forward)
        scene: Any = self.plot.scene()
        scene.prepareForPaint()  # else the painting does it, finds that lines have moved, and paints twice
        self._settled = self._look()

    def _draw(self, start_ns: int, stop_ns: int) -> tuple[int, bool]:
        total, reduced = 0, False
        columns = self.plot.columns()
        until = min(self.moment_ns(), stop_ns)
        shown = [pen for pen in self._pens if pen.visible]
        for pen in shown:
            hold = until if pen.live else None
            drawing = pen.joined.drawing(start_ns, stop_ns, pen.stepping, hold, columns)
            pen.curve.show_drawing(drawing)
            total += drawing.samples
            reduced |= drawing.reduced
        self.plot.bands.show_spans(*lacking(self._lacking(pen, start_ns, until) for pen in shown))
        self.plot.lane.show_marks(self._marks(start_ns, stop_ns))
        return total, reduced

    def _lacking(self, pen: Pen, start_ns: int, stop_ns: int) -> list[tuple[int, int]]:
        """What is loading is not said to be held by nobody."""
        border = pen.joined.border_ns
        if self._loading is not None and pen.past is None:
            start_ns = stop_ns if border is None else max(start_ns, border)
        return pen.lacking(start_ns, stop_ns)

    # ---- the past

    def _missing(self) -> Wanted | None:
        start, stop = (round(at * 1e9) for at in self.visible_range())
        now, columns = self.moment_ns(), self.plot.columns()
        bin_ns = 3 * (stop - start) // (2 * columns)
        pens = [
            pen
            for pen in self._pens
            if pen.visible and (not pen.joined.covers(start, stop, bin_ns, now) or pen.line.to_fill(start, stop, now))
        ]
        if not pens:
            return None
        room = (stop - start) // 2  # so that a hand that pans a little has it already
        return Wanted(max(start - room, 0), min(stop + room, now), 2 * columns, tuple(pens))

    def _look_for_past(self) -> None:
        """Ask for what is seen and is not there, once the hand rests."""
        if self._rest.isActive() or self._loading is not None or self._now_ns() / 1e9 - self._asked_at < _ASK_S:
            return
        if self._missing() is not None:
            self._rest.start()

    def _ask_past(self) -> None:
        wanted = self._missing() if self.isVisible() else None
        if wanted is None and self._asked is None:
            return
        self._asked, self._asked_at = wanted, self._now_ns() / 1e9
        self.past_wanted.emit(wanted)

    def show_loading(self, done: tuple[int, int] | None) -> None:
        """How many pens have their past, of so many; None: nothing is loaded any more."""
        self._loading = done
        if done is None:
            self._asked = None
        self._redraw_soon()

    def past_loaded(self) -> None:
        """A pen has got its past."""
        if self._live or self._fitted:
            self._fit()
        if self._cursors.any:
            self._show_cursors()
        self._redraw_soon()

    def _origins(self, start: float) -> str:
        """Where what is drawn is from, in words."""
        pasts = [pen for pen in self._pens if pen.visible and pen.past is not None and len(pen.past.samples)]
        borders = [border for pen in pasts if (border := pen.joined.border_ns) is not None and border / 1e9 > start]
        if not pasts or not borders:
            return ""
        told = tr("from the recorder and the source's own history before {time}, from memory since")
        if not any(pen.past is not None and pen.past.sourced for pen in pasts):
            told = tr("from the recorder before {time}, from memory since")
        return told.format(time=time_text(max(borders), self._utc))

    # ---- marks

    def _marks(self, start_ns: int, stop_ns: int) -> list[Mark]:
        """Of its pens' tags and sources, and its notes, in order of time."""
        refs = {(pen.line.source, pen.line.tag) for pen in self._pens}
        sources = {source for source, _ in refs}
        found = self.collector.marks.within(
            start_ns,
            stop_ns,
            lambda mark: (mark.source, mark.tag) in refs if mark.tag else mark.source in sources,
        )
        found += [note.mark for note in self._notes if start_ns <= note.time_ns <= stop_ns]
        return sorted(found, key=lambda mark: mark.time_ns)

    def _fit(self) -> None:
        """Each axis to what its pens have in the visible time."""
        start, stop = self.visible_range()
        for made in self._axes:
            ranges = [
                pen.joined.range_between(round(start * 1e9), round(stop * 1e9))
                for pen in self._pens
                if pen.axis == made.name and pen.visible
            ]
            found = [span for span in ranges if span is not None]
            if found:
                made.fit(min(low for low, _ in found), max(high for _, high in found))

    def _fit_axis(self, axis: UnitAxis) -> None:
        axis.forget()
        self._fit()

    @property
    def replayed(self) -> bool:
        """All of its pens are of recordings that are played: nothing in it is live."""
        return bool(self._pens) and all(pen.line.source in self.collector.replays for pen in self._pens)

    def moment_ns(self) -> int:
        """Now; or where the replay is."""
        if not self.replayed:
            return self._now_ns()
        return max(self.collector.replays[pen.line.source] for pen in self._pens)

    def _show_state(self) -> None:
        words = "▶ " + tr("Live")
        replayed = self.replayed
        if replayed:
            at = time_text(self.moment_ns(), self._utc)[: -len(".000")]
            words = "⟲ " + tr("Replay of {time}, not live").format(time=at)
        elif any(pen.line.source in self.collector.replays for pen in self._pens):
            words += tr(" — pens of a replay stand at the time of their recording")
        if not self._live:
            paused = tr("Paused — {count} new samples, End for live", None, self.new_samples).format(
                count=count_text(self.new_samples)
            )
            words = f"❚❚ {paused}"
        back = "transparent" if self._live and not replayed else self._theme.warning_back
        sheet = f"background: {back}; color: {self._theme.text}; border-radius: 3px; padding: 2px 8px"
        state = self.bar.state
        if state.text() != words:
            state.setText(words)
        if state.styleSheet() != sheet:
            state.setStyleSheet(sheet)
        self.bar.live.setEnabled(not self._live)
        self.bar.show_history(self._looks.can_go_back, self._looks.can_go_forward)

    # ---- cursors

    def set_cursor(self, number: int, shown: bool, time_ns: int | None = None) -> None:
        """Show a cursor, where nothing else is said a third into the window, or put it away."""
        if not shown:
            self._cursors.put_away(number)
            return
        start, stop = self.visible_range()
        self.pause()
        self._cursors.place(number, start + (stop - start) * (number + 1) / 3 if time_ns is None else time_ns / 1e9)

    def cursors(self) -> tuple[int | None, int | None]:
        """Where A and B are (ns since 1970 UTC), None where they are put away."""
        return self._cursors.times()

    def _cursors_moved(self) -> None:
        if self._cursors.any:
            self.pause()
        self._show_cursors()
        self._share()

    def _show_cursors(self) -> None:
        a, b = self._cursors.times()
        self.bar.show_cursors(a is not None, b is not None)
        self._table.show_cursor_columns(a is not None, b is not None)
        found = []
        now = self.moment_ns()
        for pen in self._pens:
            line = pen.joined
            at_a, at_b = (None if at is None else line.at(at) for at in (a, b))
            both = None
            if a is not None and b is not None:
                both = between(line, a, b, pen.stepping, now if pen.live else None)
            found.append((at_a, at_b, both))
        self._table.pens_model.show_cursors(found)
        self.bar.show_between(*("", "") if a is None or b is None else self._apart(a, b))

    def _apart(self, a: int, b: int) -> tuple[str, str]:
        """Δt, and when that is."""
        times = (f"{name} {time_text(at, self._utc)}" for name, at in zip(NAMES, (a, b), strict=True))
        return f"Δt {duration_text(round((b - a) / 1e6) * 1_000_000)}", "\n".join(times)

    def _move_times(self, start: float, stop: float) -> None:
        self._rest.start()
        self._looks.moved(self.moment_ns() / 1e9, self._settled or self._look())
        self.pause()
        self.plot.set_times(start, stop)
        self._share()

    # ---- marks and notes

    def notes(self) -> list[Note]:
        return list(self._notes)

    def set_notes(self, notes: Sequence[Note]) -> None:
        self._notes = sorted(notes, key=lambda note: note.time_ns)
        self._redraw_soon()

    def note_near(self, time_ns: int) -> Note | None:
        """The note that stands within a pointer's reach of a time."""
        reach = self.plot.reach_ns()
        near = [note for note in self._notes if abs(note.time_ns - time_ns) <= reach]
        return min(near, key=lambda note: abs(note.time_ns - time_ns), default=None)

    def _walk_marks(self, direction: int) -> None:
        """The active cursor to the mark before or after it; what that is goes into the status bar."""
        start, stop = self.visible_range()
        number = self._cursors.active
        at = self._cursors.at_ns(number)
        if at is None:
            at = round((start if direction > 0 else stop) * 1e9)
        marks = self._marks(0, 2**63 - 1)
        found = [mark for mark in marks if (mark.time_ns - at) * direction > 1000]
        if not found:
            self.told.emit(tr("No further mark in this direction."))
            return
        mark = min(found, key=lambda one: abs(one.time_ns - at))
        if not start <= mark.time_ns / 1e9 <= stop:
            half = (stop - start) / 2
            self._move_times(mark.time_ns / 1e9 - half, mark.time_ns / 1e9 + half)
        self.set_cursor(number, True, mark.time_ns)
        together = [one for one in marks if one.time_ns == mark.time_ns]
        self.told.emit(tooltip(together, lambda ns: time_text(ns, self._utc)).replace("\n", " · "))

    def _open_mark(self) -> None:
        """What happened at the active cursor; without one, in the middle."""
        at = self._cursors.at_ns(self._cursors.active)
        start, stop = self.visible_range()
        self.mark_opened.emit(round((start + stop) / 2 * 1e9) if at is None else at)

    # ---- drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        inside = event.source() is not None and event.source() is self._table
        if from_mime(event.mimeData()) and not inside:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        refs = from_mime(event.mimeData())
        if refs:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(refs)

    # ---- the rest

    def stop(self) -> None:
        """No more drawing: the window is closing."""
        self._timer.stop()
        self._soon.stop()
        self._rest.stop()

    def close_down(self) -> None:
        """It is closed for good: its lines may be let go of."""
        self.stop()
        self.past_wanted.emit(None)
        for pens in (self._pens, *self._removed):
            self._release(pens)
        self._pens, self._removed = [], []

    def table(self) -> PenTable:
        return self._table

    def visible_range(self) -> tuple[float, float]:
        """Start and end of the time axis, seconds since 1970 UTC."""
        return self.plot.visible_range()


def _tail(tag: str) -> str:
    """The end of a long tag, which tells it apart."""
    return tag if len(tag) <= 16 else f"…{tag[-15:]}"
