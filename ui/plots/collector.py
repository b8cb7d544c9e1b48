"""What is collected for trends: a line for each tag that any of them draws, whether they are seen or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.batch import NO_DETAIL, EventBatch, Sample
from app.events.notices import Notice, NoticeKind, Severity
from app.sessions.state import SessionState
from app.values import EventKind
from ui.feed import FeedFrame
from ui.i18n import tr
from ui.plots.filling import Kept, origins
from ui.plots.marks import Mark, MarkKind, Marks
from ui.plots.past import Filled, Span
from ui.plots.pen import Samples
from ui.plots.picker import Picker
from ui.tagref import TagRef

#: Notices after which a session's lines end, and those that say that samples are missing.
_ENDINGS = (NoticeKind.SOURCE_LOST, NoticeKind.FAULT)
_MISSING = (NoticeKind.SEQUENCE_GAP, NoticeKind.DROPPED, NoticeKind.MIRROR_RESTARTED)
#: Stretches that a line remembers not to have; the oldest are forgotten.
_HOLES = 500
#: So long after a hole has ended the recorder has written what came in it.
_WRITTEN_NS = 2_000_000_000


@dataclass(slots=True, eq=False)
class Line:
    """A tag of a source, found by the source's name, and what came of it. It outlives sessions: without one, its key is
    0 and nothing comes."""

    source: str
    tag: str
    unit: str = ""
    enumeration: tuple[str, ...] = ()
    decimals: int | None = None
    session_id: str = ""
    key: int = 0
    live: bool = False  # its source is there: the last value still holds
    samples: Samples = field(default_factory=Samples)
    holes: list[Span] = field(default_factory=list)  # ns: of these nothing is held
    filled: list[Filled] = field(default_factory=list)  # what were holes, until the recorder or the source had them
    looked: set[Span] = field(default_factory=set)  # holes of which nobody has anything either, as far as is known
    pens: int = 0
    hole_from: int | None = None  # the hole that is open
    _total: int = 0  # samples that had come when it opened

    @property
    def ref(self) -> TagRef:
        return TagRef(self.source, self.tag)

    @property
    def always_steps(self) -> bool:
        """What has states has none between them."""
        latest = self.samples.latest
        return bool(self.enumeration) or (latest is not None and isinstance(latest.value, bool))

    def open_hole(self, time_ns: int) -> None:
        """From here on nothing is held, until the next sample."""
        if self.hole_from is None and len(self.samples):
            self.hole_from, self._total = time_ns, self.samples.total

    def close_hole(self) -> None:
        """If a sample has come since."""
        come = self.samples.total - self._total
        if self.hole_from is None or not come:
            return
        held_again = int(self.samples.times[-min(come, len(self.samples))])
        if held_again > self.hole_from:
            self.holes.append((self.hole_from, held_again))
            del self.holes[:-_HOLES]
        self.hole_from = None

    def to_fill(self, start_ns: int, stop_ns: int, now_ns: int) -> list[Span]:
        """The holes in the window that nobody was asked for yet. A replay has none: its times go back."""
        if self.samples.rewinds or not len(self.samples):
            return []
        first = int(self.samples.times[0])
        asked = [(start, stop) for start, stop in self.holes if start < stop_ns and stop > start_ns and start >= first]
        return [hole for hole in asked if hole not in self.looked and hole[1] + _WRITTEN_NS <= now_ns]

    def fill(self, hole: Span, kept: Kept, made: Samples, length: int, first_ns: int) -> bool:
        """Take what was made of the first ``length`` samples, the first at ``first_ns``, and of what was kept. False,
        and nothing changes, where the hole or those samples are gone."""
        before = self.samples.total
        if hole not in self.holes or not self.samples.take_over(made, length, first_ns):
            return False
        self._total += self.samples.total - before
        self.holes.remove(hole)
        self.holes = sorted([*self.holes, *kept.lacking])[-_HOLES:]
        self.looked.update(kept.lacking)
        self.filled += origins(hole, kept)
        del self.filled[:-_HOLES]
        return True

    def not_held(self, start_ns: int, stop_ns: int) -> list[tuple[int, int]]:
        """The stretches of the window of which nothing is held, in order: before the first sample, and holes."""
        first = int(self.samples.times[0]) if len(self.samples) else stop_ns
        parts = [(start_ns, first), *self.holes]
        if self.hole_from is not None:
            parts.append((self.hole_from, stop_ns))
        clipped = [(max(start, start_ns), min(stop, stop_ns)) for start, stop in parts]
        return [(start, stop) for start, stop in clipped if start < stop]


class Collector:
    """Takes each frame once, for all trends. A line is collected while a pen, or a pen that could come back, has it."""

    def __init__(self) -> None:
        self._lines: dict[TagRef, Line] = {}
        self._bound: dict[tuple[str, int], Line] = {}
        self._picker = Picker()
        self.marks = Marks()
        #: Where the replays are, by the names of their sources (ns since 1970 UTC).
        self.replays: dict[str, int] = {}
        self.changes = 0  # grows with everything that a drawing may show

    # ---- lines

    def lines(self, source: str | None = None) -> list[Line]:
        return [line for line in self._lines.values() if source in (None, line.source)]

    def take_line(self, ref: TagRef) -> Line:
        """The tag's line, for one pen more."""
        line = self._lines.get(ref)
        if line is None:
            line = self._lines[ref] = Line(ref.source, ref.tag)
        line.pens += 1
        return line

    def release(self, line: Line) -> None:
        """For one pen less; what was collected goes with the last one."""
        line.pens -= 1
        if line.pens <= 0 and self._lines.get(line.ref) is line:
            del self._lines[line.ref]
            self._bind()

    def bind(
        self,
        line: Line,
        session_id: str,
        key: int,
        unit: str = "",
        enumeration: Sequence[str] = (),
        decimals: int | None = None,
        latest: Sample | None = None,
        *,
        replayed: bool = False,
    ) -> None:
        """Collect it from this item of a session, beginning with the item's latest value. ``replayed``: of a recording,
        whose times go back when somebody does."""
        again = (line.session_id, line.key) == (session_id, key)
        line.session_id, line.key, line.live = session_id, key, True
        if not again:
            line.looked.clear()  # its source may have kept what was missed
        line.unit, line.enumeration, line.decimals = unit, tuple(enumeration), decimals
        line.samples.rewinds = replayed
        if latest is not None and not (again and line.samples.latest == latest):
            line.samples.take(latest)
            line.close_hole()
        self._bind()

    def lose(self, session_id: str, key: int, time_ns: int) -> None:
        """The item is no longer subscribed."""
        line = self._bound.get((session_id, key))
        if line is not None:
            line.samples.end(time_ns)
            line.open_hole(time_ns)
            line.live, line.key = False, 0
            self._bind()

    def _bind(self) -> None:
        self._bound = {(line.session_id, line.key): line for line in self._lines.values() if line.key}
        self._picker.set_pens({place: line.samples for place, line in self._bound.items()})
        self.changes += 1

    # ---- what comes

    def apply(self, frame: FeedFrame) -> None:
        """Take the samples and marks of a frame. Lines end where the source was lost and where samples are missing."""
        for session_id, notice in frame.notices:
            if notice.kind in _MISSING:  # what is missing came before what has come now
                self._end(session_id, None, hole=True)
        if self._picker.take_all(frame.batches):
            self.changes += 1
            self._close_holes()
        for session_id, batch in frame.batches:
            if batch.kinds:
                self._completions(session_id, batch)
        for session_id, notice in frame.notices:
            self._note(session_id, notice)

    def _close_holes(self) -> None:
        for line in self._bound.values():
            if line.hole_from is not None:
                line.close_hole()

    def _of(self, session_id: str) -> list[Line]:
        return [line for line in self._bound.values() if line.session_id == session_id]

    def _end(self, session_id: str, time_ns: int | None, hole: bool) -> None:
        for line in self._of(session_id):
            last = int(line.samples.times[-1]) if len(line.samples) else 0
            line.samples.end(time_ns)
            if hole:
                line.open_hole(last if time_ns is None else time_ns)
            self.changes += 1

    def _completions(self, session_id: str, batch: EventBatch) -> None:
        for index, kind in enumerate(batch.kinds):
            line = self._bound.get((session_id, batch.keys[index])) if kind >= EventKind.WRITE_COMPLETE else None
            if line is None:
                continue
            statuses = batch.details.get(index, NO_DETAIL).statuses
            refused = [status.words for status in statuses if not status.ok]
            words = tr("write refused: {why}").format(why=", ".join(refused)) if refused else tr("write accepted")
            write = kind == EventKind.WRITE_COMPLETE
            words = words if write else tr("operation complete")
            which = MarkKind.WRITE if write else MarkKind.EVENT
            self.mark(Mark(batch.worker_times[index], which, words, line.source, line.tag))

    def _note(self, session_id: str, notice: Notice) -> None:
        if notice.kind is NoticeKind.ALARM:
            kind = MarkKind.ALARM if notice.severity > Severity.INFO else MarkKind.EVENT
            source, tag = notice.details.get("source", ""), notice.details.get("tag", "")
            self.mark(Mark(notice.time_ns, kind, notice.message, source, tag))
            return
        live = _says_live(notice)
        lines = self._of(session_id)
        if live is None or not lines:
            return
        closed = notice.kind in (NoticeKind.STATE, NoticeKind.FAULT)
        told = not closed or notice.kind is NoticeKind.FAULT or any(line.live for line in lines)
        for line in lines:
            line.live = live
            if live:
                line.looked.clear()
        if not live:
            self._end(session_id, notice.time_ns, hole=closed)
        if told:
            kind = MarkKind.BACK if live else MarkKind.LOST
            words = tr("session closed") if notice.kind is NoticeKind.STATE else notice.message
            self.mark(Mark(notice.time_ns, kind, words, lines[0].source))

    def show_replay(self, source: str, position_ns: int | None) -> None:
        """Where a replay is; None = it is one no more."""
        if position_ns is None:
            self.replays.pop(source, None)
        else:
            self.replays[source] = position_ns
        self.changes += 1

    def mark(self, mark: Mark) -> None:
        self.marks.add(mark)
        self.changes += 1


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
