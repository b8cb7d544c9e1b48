"""Loads the past that trends ask for, in the background: from the recorder, and from the source where it kept more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.commands import Aggregate, HistoryPage, HistoryRead
from app.errors import GatewayError
from app.records.history import LIMIT, History, ReadCancelledError
from app.sessions import calls
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.values import NS_PER_S
from ui.aside import aside
from ui.bridge import act, serving
from ui.desk.desk import Desk
from ui.plots.collector import Line
from ui.plots.filling import Kept, Memory, filled
from ui.plots.past import EXACT, Columns, Past, Span, extremes, joined
from ui.plots.trend import TrendView, Wanted

#: Stretches that a source is asked for, the longest first; shorter ones than a second are no gap to look into.
_GAPS = 20
#: Stretches of time whose extremes a source is asked for where it has more samples than can be loaded.
_INTERVALS = 2_000
#: Holes of a pen that are looked into in one turn, the newest first; the others have theirs.
_HOLES = 50
#: What the recorder has not written so long after, it never had.
_LATE_NS = 60 * NS_PER_S


class PastDesk(QObject):
    """One load for each trend: who pans on does not want what was asked for before."""

    unit_found = Signal(object)  # a Line that had none

    def __init__(self, desk: Desk, history: History) -> None:
        super().__init__(desk)
        self._desk = desk
        self.history = history
        self._stopped = False
        self._works: dict[TrendView, asyncio.Task[object]] = {}
        self._without: set[tuple[str, str]] = set()  # session id, tag: the source has no history of it
        desk.stopping.connect(self._stop)
        desk.session_ended.connect(self._forget)

    def want(self, trend: TrendView, wanted: Wanted | None) -> None:
        """Load what the trend asks for instead of what it asked for before; None: nothing any more."""
        if (work := self._works.pop(trend, None)) is not None:
            work.cancel()
        if wanted is not None and not self._stopped and serving():
            done = partial(self._done, trend)
            self._works[trend] = act(self._load_all(trend, wanted), name="past", failed=self._desk.say, done=done)

    def _done(self, trend: TrendView) -> None:
        work = self._works.get(trend)
        if work is not None and work is asyncio.current_task():
            del self._works[trend]
            trend.show_loading(None)

    def _stop(self) -> None:
        self._stopped = True
        for work in self._works.values():
            work.cancel()

    def _forget(self, session_id: str) -> None:
        self._without = {known for known in self._without if known[0] != session_id}

    async def _load_all(self, trend: TrendView, wanted: Wanted) -> None:
        for number, pen in enumerate(wanted.pens):
            trend.show_loading((number, len(wanted.pens)))
            await self._find_unit(pen.line)
            border = pen.joined.border_ns
            stop = wanted.stop_ns if border is None else min(border, wanted.stop_ns)
            if wanted.start_ns < stop:
                pen.past = await self.load(pen.line, wanted.start_ns, stop, wanted.bins)
                trend.past_loaded()
            for hole in pen.line.to_fill(wanted.start_ns, wanted.stop_ns, self._desk.clock.utc_ns())[-_HOLES:]:
                if await self._fill(pen.line, hole, wanted.bins):
                    trend.collector.changes += 1  # others may draw it, too
                    trend.past_loaded()

    async def _find_unit(self, line: Line) -> None:
        """Of what was imported: there is no session that would tell it."""
        if line.unit or line.key or line.session_id:
            return
        unit = await aside(partial(self.history.unit, line.source, line.tag))
        if unit and not line.unit and not line.session_id:
            line.unit = unit
            self.unit_found.emit(line)

    async def _fill(self, line: Line, hole: Span, bins: int) -> bool:
        """Whether something was found of what memory lacks."""
        late = self._desk.clock.utc_ns() - hole[1] > _LATE_NS
        if not late and not await aside(partial(written, self.history, line.source, line.tag, *hole)):
            return False  # it is asked for again
        kept = await self._kept(line, *hole, bins, EXACT, unwritten=False)
        if not without([hole], kept.lacking):
            line.looked.add(hole)
            return False
        memory = Memory.of(line.samples)
        made = await aside(partial(filled, memory, hole, kept))
        times = memory.columns.times
        return bool(len(times)) and line.fill(hole, kept, made, len(times), int(times[0]))

    async def load(self, line: Line, start_ns: int, stop_ns: int, bins: int, exact: int = EXACT) -> Past:
        """What is kept of a line: every sample, if there are no more than ``exact``, else the extremes of so many
        stretches."""
        now = self._desk.clock.utc_ns()
        kept = await self._kept(line, start_ns, stop_ns, bins, exact)
        return Past.of(
            kept.columns,
            start_ns,
            stop_ns,
            kept.lacking,
            bin_ns=kept.bin_ns,
            open=stop_ns >= now,
            sourced=kept.sourced,
        )

    async def _kept(
        self, line: Line, start_ns: int, stop_ns: int, bins: int, exact: int, *, unwritten: bool = True
    ) -> Kept:
        """``unwritten``: what the recorder has not written yet counts as held."""
        given_up = threading.Event()
        try:
            whole = self.history, line.source, line.tag, start_ns, stop_ns, bins, exact, given_up.is_set
            columns, lacking, bin_ns = await aside(partial(recorded, *whole, unwritten=unwritten))
        except asyncio.CancelledError:
            given_up.set()
            raise
        except ReadCancelledError:  # its own flag alone says so
            raise asyncio.CancelledError from None
        more, sourced, width = await self._sourced(line, lacking, exact)
        left = tuple(without(lacking, sourced))
        return Kept(joined([columns, *more]), left, tuple(sourced), max(bin_ns, width))

    # ---- the source's own history

    async def _sourced(self, line: Line, lacking: Sequence[Span], exact: int) -> tuple[list[Columns], list[Span], int]:
        """(samples, the stretches that they tell, the length of those whose extremes they are; 0 = all samples)."""
        session = self._desk.session_named(line.source)
        if session is None or session.state is not SessionState.READY or (session.id, line.tag) in self._without:
            return [], [], 0
        gaps = sorted((gap for gap in lacking if gap[1] - gap[0] >= NS_PER_S), key=lambda gap: gap[0] - gap[1])[:_GAPS]
        parts: list[Columns] = []
        told: list[Span] = []
        width = 0
        for start, stop in sorted(gaps):
            try:
                part, until, interval = await _from_source(session, line.tag, start, stop, exact)
            except GatewayError as error:
                if error.fault.details.get("status") == "Unsupported":
                    self._without.add((session.id, line.tag))
                break  # what the recorder has is worth showing in any case
            width = max(width, interval)
            if len(part):
                parts.append(part)
                told.append((int(part.times[0]), until))
        return parts, told, width


async def _from_source(session: Session, tag: str, start_ns: int, stop_ns: int, exact: int) -> tuple[Columns, int, int]:
    """(samples, up to when they are all, the length of the stretches whose extremes they are)."""
    pages = [page async for page in calls.history_pages(session, HistoryRead(tag, start_ns, stop_ns - 1), exact)]
    part = joined([_columns(page) for page in pages])
    if not pages[-1].next_page:
        return part, stop_ns, 0
    interval = max(1, (stop_ns - start_ns) // _INTERVALS)
    parts: list[Columns] = []
    try:
        for number, aggregate in enumerate((Aggregate.MINIMUM, Aggregate.MAXIMUM)):
            read = HistoryRead(tag, start_ns, stop_ns - 1, 2_000, "", aggregate, interval)
            found = joined([_columns(page) async for page in calls.history_pages(session, read, 2 * _INTERVALS)])
            parts.append(Columns(found.times + number * (interval // 2), found.values, found.classes))
    except GatewayError:  # it makes none: the beginning is what there is
        return part, int(part.times[-1]), 0
    return joined(parts), stop_ns, interval


def _columns(page: HistoryPage) -> Columns:
    values = [float(v) if isinstance(v, int | float) else float("nan") for v in page.column]
    return Columns.of(np.array(page.times, np.int64), np.array(values, np.float64), page.qualities)


def recorded(
    history: History,
    source: str,
    tag: str,
    start_ns: int,
    stop_ns: int,
    bins: int,
    exact: int,
    cancelled: Callable[[], bool],
    *,
    unwritten: bool = True,
) -> tuple[Columns, list[Span], int]:
    """(samples, stretches of which the recorder has nothing, the length of the stretches whose extremes they are).
    Blocks: for a thread."""
    stretches = history.held(source, tag, start_ns, stop_ns)
    there = {"not yet"} if unwritten else set[str]()
    lacking = [(one.start_ns, one.end_ns) for one in stretches if not one.held and one.why not in there]
    if not any(one.held for one in stretches):
        return Columns.none(), lacking, 0
    found = history.bins(source, tag, start_ns, stop_ns, bins, cancelled)
    bin_ns = 0
    if found.total > min(exact, LIMIT):
        columns, bin_ns = extremes(found), max(1, (stop_ns - start_ns) // bins)
    else:
        samples = history.samples(source, tag, start_ns, stop_ns, LIMIT, cancelled).samples
        columns = Columns.of(samples.times, samples.reals, samples.qualities)
    before = history.before(source, tag, start_ns - 1)
    if stretches[0].held and len(before):  # what held at the start, if it is known to have held until then
        at = int(before.times[0])
        if all(one.held for one in history.held(source, tag, at, start_ns)):
            columns = joined([Columns.of(before.times, before.reals, before.qualities), columns])
    return columns, lacking, bin_ns


def written(history: History, source: str, tag: str, start_ns: int, stop_ns: int) -> bool:
    """Whether the recorder has written whatever it has of this time. Blocks: for a thread."""
    return all(one.why != "not yet" for one in history.held(source, tag, start_ns, stop_ns))


def without(spans: Sequence[Span], told: Sequence[Span]) -> list[Span]:
    """The spans less what is told."""
    left = list(spans)
    for start, stop in told:
        rest: list[Span] = []
        for one, other in left:
            rest += [(a, b) for a, b in ((one, min(other, start)), (max(one, stop), other)) if a < b]
        left = rest
    return sorted(left)
