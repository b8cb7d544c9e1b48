"""The event log: every event and every notice, newest last, made into text only where it is looked at."""

from __future__ import annotations

import bisect
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QColor

from app.batch import Detail, Event, EventBatch
from app.events.notices import Notice, NoticeKind, Severity, severity_of
from app.records.journal import Act
from app.values import NS_PER_S, EventKind
from ui.engine_words import status_said
from ui.feed import FeedFrame
from ui.format import full_text, iso_text, quality_text, skew_text, time_text, tip_text, value_text
from ui.i18n import count_text, noop, tr
from ui.models import log_rows
from ui.models.log_filter import (
    COLUMNS,
    DETAIL,
    KIND,
    QUALITY,
    SESSION,
    SEVERITY,
    TAG,
    TIME,
    UNIT,
    VALUE,
    Cells,
    LogFilter,
    Matcher,
)
from ui.models.log_texts import Formats, joined
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.tagbook import TagAbout, TagBook
from ui.theme import SEVERITY_MARKS, Theme

ROWS = 100_000
#: Rows that are held while it is paused.
HELD = ROWS // 2
#: A new filter looks through so many rows at once, and through more for so long: the window stays awake.
_SLICE = 2_000
#: How far a row may stand from its place by time: what a session sends waits for its batch, other rows do not.
_DISORDER_ROWS = 2_000
_LOOK_S = 0.012

NOTICE_WORDS = {
    NoticeKind.STATE: noop("state"),
    NoticeKind.FAULT: noop("fault"),
    NoticeKind.SOURCE_LOST: noop("disconnect"),
    NoticeKind.SOURCE_BACK: noop("reconnect"),
    NoticeKind.SEQUENCE_GAP: noop("gap"),
    NoticeKind.DROPPED: noop("gap"),
    NoticeKind.MIRROR_RESTARTED: noop("gap"),
    NoticeKind.WORKER_RESTART: noop("restart"),
    NoticeKind.ALARM: noop("alarm"),
    NoticeKind.CLOCK: noop("clock"),
    NoticeKind.SUBSCRIBER: noop("subscriber"),
}

KINDS = (*(kind.words for kind in EventKind), *dict.fromkeys(NOTICE_WORDS.values()), noop("operator"), noop("note"))
SEVERITIES = tuple(severity.name.lower() for severity in Severity)
VALUE_KINDS = frozenset({EventKind.DATA_CHANGE.words, EventKind.BUFFERED_DATA_CHANGE.words})

_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.ForegroundRole)

#: (session id, item key) -> tag; session id -> name
TagOf = Callable[[str, int], str]
NameOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class LogStatistics:
    shown: int
    kept: int
    held: int  # while it is paused
    dropped: int  # of those
    limit: int


class _Piece:
    """Rows that came together: a batch (all of it, or the indices that pass the filter), a notice or an action."""

    __slots__ = ("count", "indices", "serial", "session_id", "texts", "what")

    def __init__(self, session_id: str, what: EventBatch | Notice | Act, indices: Sequence[int] | None = None) -> None:
        self.session_id = session_id
        self.what = what
        self.indices = indices
        self.texts: tuple[int, str] | None = None  # of its values, and what was known of tags then
        self.serial = 0  # in the order of the log; what passes a filter has its origin's
        if isinstance(what, EventBatch):
            self.count = len(what) if indices is None else len(indices)
        else:
            self.count = 1


class LogModel(TableModel):
    """Bounded: the oldest rows go. Paused, it stands still: what comes is held (bounded too) and counted."""

    columns = COLUMNS
    numbers = (VALUE,)
    time_column = 0

    paused_changed = Signal()
    counts_changed = Signal()  # of what is shown or kept

    def __init__(
        self, theme: Theme, tag_of: TagOf, name_of: NameOf, book: TagBook | None = None, parent: QObject | None = None
    ) -> None:
        """``book`` tells the decimals and units of tags."""
        super().__init__(parent)
        self.theme = theme
        self._book = book
        self._tag_of = tag_of
        self._name_of = name_of
        self._all: deque[_Piece] = deque()
        self._all_rows = 0
        self._shown: list[_Piece] = []
        self._ends: list[int] = []  # running counts of the shown pieces, from the start of the log
        self._gone = 0  # rows that were shown and are trimmed
        self._held: deque[_Piece] = deque()
        self._held_rows = 0
        self._dropped = 0  # held rows that had to go
        self._dropped_until = 0  # the time of the last of them
        self._paused = False
        self._serial = 0
        self._formats: dict[str, Formats] = {}
        self._news = False  # something new is known of tags
        self._filter = LogFilter()
        self._matcher: Matcher | None = None
        self._todo: deque[_Piece] = deque()  # what a new filter has still to look through
        self._found: list[_Piece] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look_on)
        if book is not None:
            book.changed.connect(self._abouts_changed)

    # ---- the model's duties

    def shown_rows(self) -> int:
        return self._ends[-1] - self._gone if self._ends else 0

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT_ALIGNED if index.column() == VALUE else None
        if role not in _ROLES:  # most of what a view asks: finding the row is worth more than its answer
            return None
        session_id, what = self.entry(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(session_id, what, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self._tooltip(what))
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(what, index.column())
            case _:
                return None

    def entry(self, row: int) -> tuple[str, Event | Notice | Act]:
        """(session id, what happened) of a row."""
        position = row + self._gone
        number = bisect.bisect_right(self._ends, position)
        piece = self._shown[number]
        if not isinstance(piece.what, EventBatch):
            return piece.session_id, piece.what
        offset = position - (self._ends[number] - piece.count)
        return piece.session_id, piece.what.event(offset if piece.indices is None else piece.indices[offset])

    def _text(self, session_id: str, what: Event | Notice | Act, column: int) -> str:
        if column == SESSION:
            return self._name_of(session_id) if session_id else ""
        if isinstance(what, Event):
            return self._event_text(session_id, what, column)
        if column == TIME:
            return time_text(what.time_ns, self.utc)
        if isinstance(what, Act):
            return {KIND: tr(_kind_of(what)), TAG: what.tag, VALUE: what.value, DETAIL: what.words}.get(column, "")
        if column == SEVERITY:
            return _severity_text(what.severity)
        if column == DETAIL:  # its session has a column of its own
            return what.message.removeprefix(f"{self._name_of(session_id)}: ") if session_id else what.message
        if what.kind is NoticeKind.ALARM and column in (TAG, VALUE):
            return what.details.get("tag" if column == TAG else "value", "")
        return tr(_kind_of(what)) if column == KIND else ""

    def _event_text(self, session_id: str, event: Event, column: int) -> str:
        match column:
            case 0:
                return time_text(event.worker_time, self.utc)
            case 2:
                return tr(event.kind.words)
            case 3:
                return _severity_text(severity_of(event.kind, event.quality, event.detail))
            case 4:
                return self._tag_of(session_id, event.key)
            case 8:
                return _detail_text(event.detail)
            case _ if event.kind > EventKind.BUFFERED_DATA_CHANGE:
                return ""
            case 5:
                about = self._about(session_id, event.key)
                return value_text(event.value, decimals=about.decimals, enumeration=about.enumeration)
            case 6:
                return self._about(session_id, event.key).unit
            case _:
                return quality_text(event.quality)

    def _about(self, session_id: str, key: int) -> TagAbout:
        return TagAbout() if self._book is None else self._book.about(session_id, self._tag_of(session_id, key))

    def _abouts_changed(self) -> None:
        self._news = True
        if self._matcher is not None:
            self._matcher.forget()
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, VALUE), self.index(rows - 1, UNIT))

    def _tooltip(self, what: Event | Notice | Act) -> str:
        if isinstance(what, Event):
            value = full_text(what.value)
            source = tr("source {time}").format(time=iso_text(what.source_time, self.utc) or "—")
            received = tr("received {time}").format(time=iso_text(what.worker_time, self.utc))
            skew = skew_text(what.source_time, what.worker_time)
            off = "\n" + tr("source time {difference}").format(difference=skew) if skew else ""
            number = tr("event {number}").format(number=count_text(what.sequence))
            return f"{value[:2000]}\n{source}\n{received}{off}\n{number}"
        if isinstance(what, Notice):
            details = "\n".join(f"{name}: {text}" for name, text in what.details.items())
            return f"{what.message}\n{iso_text(what.time_ns, self.utc)}\n{details}".strip()
        return f"{what.words}\n{iso_text(what.time_ns, self.utc)}"

    def _colour(self, what: Event | Notice | Act, column: int) -> QBrush | None:
        if isinstance(what, Act):
            colour = {TIME: self.theme.muted, KIND: self.theme.accent}.get(column)
            return QBrush(QColor(colour)) if colour else None
        severity = _severity_of(what)
        if severity is not Severity.INFO and column in (SEVERITY, QUALITY, DETAIL):
            return QBrush(QColor(self.theme.of_severity(severity)))
        return QBrush(QColor(self.theme.muted)) if column in (TIME, KIND, SEVERITY) else None

    # ---- what comes

    def take(self, frame: FeedFrame) -> None:
        """Rows in the order of the frame: notices after the events that came with them."""
        self._add([_Piece(s, batch) for s, batch in frame.batches] + [_Piece(s, notice) for s, notice in frame.notices])

    def action(self, time_ns: int, words: str, session_id: str = "", tag: str = "", value: str = "") -> None:
        """An operator's action."""
        self.act(session_id, Act(time_ns, words, tag, value))

    def act(self, session_id: str, act: Act) -> None:
        self._add([_Piece(session_id, act)])

    def _add(self, pieces: list[_Piece]) -> None:
        if self._paused:
            self._hold(pieces)
            return
        for piece in pieces:
            self._serial += 1
            piece.serial = self._serial
            self._all.append(piece)
            self._all_rows += piece.count
        while self._all and self._all_rows - self._all[0].count >= ROWS:
            self._all_rows -= self._all.popleft().count
        if self.looking:
            self._todo.extend(pieces)
        else:
            self._show(filter(None, map(self._filtered, pieces)))
        self.counts_changed.emit()

    def _hold(self, pieces: list[_Piece]) -> None:
        for piece in pieces:
            self._held.append(piece)
            self._held_rows += piece.count
        while self._held_rows > HELD and len(self._held) > 1:
            gone = self._held.popleft()
            self._held_rows -= gone.count
            self._dropped += gone.count
            what = gone.what
            self._dropped_until = what.worker_times[-1] if isinstance(what, EventBatch) else what.time_ns
        self.paused_changed.emit()

    def _show(self, pieces: Iterable[_Piece]) -> None:
        fresh = list(pieces)
        count = sum(piece.count for piece in fresh)
        if count > ROWS:  # more than the log holds came at once: the oldest of it is not shown
            while count - fresh[0].count >= ROWS:
                count -= fresh.pop(0).count
        if count:
            rows = self.rowCount()
            self.beginInsertRows(QModelIndex(), rows, rows + count - 1)
            self._append(fresh)
            self.endInsertRows()
        self._trim()

    def _append(self, pieces: Iterable[_Piece]) -> None:
        end = self._ends[-1] if self._ends else self._gone
        for piece in pieces:
            end += piece.count
            self._shown.append(piece)
            self._ends.append(end)

    def _trim(self) -> None:
        """Rows above the bound go, and with a filter those whose origin is no longer kept."""
        kept_from = self._all[0].serial if self._all else self._serial + 1
        old = bisect.bisect_left(self._shown, kept_from, key=_serial)
        start = max(self._ends[old - 1] if old else self._gone, (self._ends[-1] if self._ends else 0) - ROWS)
        if start <= self._gone:
            return
        self.beginRemoveRows(QModelIndex(), 0, start - self._gone - 1)
        self._gone = start
        # Pieces whose last row is gone are let go of; a piece that is cut keeps its numbers.
        empty = bisect.bisect_right(self._ends, self._gone)
        del self._shown[:empty]
        del self._ends[:empty]
        self.endRemoveRows()

    # ---- rows for others

    def snapshot(self) -> list[log_rows.Piece]:
        """The rows that are shown, in order; later changes of the log do not touch it."""
        pieces: list[log_rows.Piece] = []
        begin = self._ends[0] - self._shown[0].count if self._shown else 0
        for piece, end in zip(self._shown, self._ends, strict=True):
            gone = max(0, self._gone - begin)  # of the first piece some rows may be trimmed
            wanted = range(piece.count) if piece.indices is None else piece.indices
            pieces.append(log_rows.Piece(piece.session_id, piece.what, wanted[gone:]))
            begin = end
        return pieces

    def names(self) -> log_rows.Names:
        """How rows are told outside the table. Nobody is asked for it, so that another thread may."""

        def unit(session_id: str, key: int) -> str:
            return "" if self._book is None else self._book.known(session_id, self._tag_of(session_id, key)).unit

        return log_rows.Names(
            self._name_of,
            self._tag_of,
            unit,
            _kind_of,
            lambda what: _severity_of(what).name.lower(),
            lambda session_id, what: self._text(session_id, what, DETAIL),
        )

    def told(self, row: int) -> list[tuple[str, str]]:
        """All that is known of a row: (name, text)."""
        return log_rows.told(*self.entry(row), self.names(), self.utc)

    def copied(self, rows: Iterable[int]) -> str:
        return log_rows.copied(
            [[str(self.data(self.index(row, column)) or "") for column in range(len(COLUMNS))] for row in rows]
        )

    def tag(self, row: int) -> tuple[str, int, str]:
        """(session id, item key, tag) of a row; the key is 0 where no item is known, the tag "" where there is none."""
        session_id, what = self.entry(row)
        if isinstance(what, Event):
            return session_id, what.key, self._tag_of(session_id, what.key)
        return session_id, 0, what.tag if isinstance(what, Act) else ""

    def name(self, session_id: str) -> str:
        """Of the session; empty for none."""
        return self._name_of(session_id) if session_id else ""

    def time_of(self, row: int) -> int:
        """When it was received, or told (ns since 1970 UTC)."""
        _, what = self.entry(row)
        return what.worker_time if isinstance(what, Event) else what.time_ns

    def nearest(self, time_ns: int) -> int | None:
        """The shown row whose time is nearest; None where it is older than all that is kept, or there is none."""
        rows = self.rowCount()
        if not rows or time_ns < self.time_of(0):
            return None
        low, high = 0, rows - 1  # rows stand in the order in which they came, which is nearly that of time
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.time_of(middle) >= time_ns else (middle + 1, high)
        near = range(max(0, low - _DISORDER_ROWS), min(rows, low + _DISORDER_ROWS))
        return min(near, key=lambda row: abs(self.time_of(row) - time_ns))

    # ---- pause and filter

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def held(self) -> int:
        """Rows that came while it is paused and that resuming would show."""
        return self._held_rows

    @property
    def dropped(self) -> int:
        """Rows that came while it is paused and were too many to be held: resuming shows a line in their place."""
        return self._dropped

    def statistics(self) -> LogStatistics:
        return LogStatistics(self.rowCount(), self.kept, self._held_rows, self._dropped, ROWS)

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self.paused_changed.emit()

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            held, self._held, self._held_rows = list(self._held), deque(), 0
            if self._dropped:
                held.insert(0, _Piece("", self._gap()))
                self._dropped = 0
            self._add(held)
            self.paused_changed.emit()

    def _gap(self) -> Notice:
        words = tr("… {count} older events were dropped: they came while the log was paused")
        words = words.format(count=count_text(self._dropped))
        return Notice(NoticeKind.DROPPED, Severity.WARNING, self._dropped_until, words, {"missed": str(self._dropped)})

    @property
    def filter(self) -> LogFilter:
        return self._filter

    @property
    def looking(self) -> bool:
        """Whether a new filter still looks through what is kept; until it is done the old rows stand still."""
        return bool(self._todo)

    @property
    def kept(self) -> int:
        """Rows that are kept, whatever the filter."""
        return min(self._all_rows, ROWS)

    def sessions(self) -> dict[str, str]:
        """Names by id of the sessions that the log has rows of."""
        return {session_id: self._name_of(session_id) for session_id in {piece.session_id for piece in self._all}}

    def set_filter(self, wanted: LogFilter) -> None:
        """Show what passes of all that is kept; nothing is dropped by it. Of a long log it takes several turns of the
        loop, for the window stays awake."""
        if wanted != self._filter:
            self._filter = wanted
            self._begin_look()

    def _begin_look(self) -> None:
        if self._news:
            self._news = False
            for formats in self._formats.values():
                formats.look_again()
        self._matcher = None if self._filter.empty else Matcher(self._filter, self._cells())
        self._todo, self._found = deque(self._all), []
        self._look_on()

    def _look_on(self) -> None:
        room, end = _SLICE, time.perf_counter() + _LOOK_S
        while self._todo and (self._matcher is None or room > 0 or time.perf_counter() < end):
            piece = self._todo.popleft()
            room -= piece.count
            if (passed := self._filtered(piece)) is not None:
                self._found.append(passed)
        if self._todo:
            self._soon.start(0)
        else:
            self._replace()
        self.counts_changed.emit()

    def _replace(self) -> None:
        self.beginResetModel()
        self._shown, self._ends, self._gone = [], [], 0
        self._append(self._found)
        self._found = []
        self.endResetModel()
        self._trim()

    def _filtered(self, piece: _Piece) -> _Piece | None:
        matcher, what = self._matcher, piece.what
        if matcher is None:
            return piece
        if not isinstance(what, EventBatch):
            return piece if self._passes(matcher, piece.session_id, what) else None
        indices = matcher.indices(piece.session_id, what, lambda: self._value_texts(piece, what))
        if len(indices) == len(what):
            return piece
        passed = _Piece(piece.session_id, what, indices)
        passed.serial = piece.serial
        return passed if indices else None

    def _value_texts(self, piece: _Piece, batch: EventBatch) -> str:
        """As they are shown; kept, for who looks for something looks again."""
        formats = self._formats.get(piece.session_id)
        if formats is None:
            formats = self._formats[piece.session_id] = Formats(lambda key: self._known(piece.session_id, key))
        if piece.texts is None or piece.texts[0] != formats.version:
            piece.texts = formats.version, joined(batch, formats)
        return piece.texts[1]

    def _known(self, session_id: str, key: int) -> TagAbout:
        """What has been told of an item already; nobody is asked, for there may be more than sources should be."""
        return TagAbout() if self._book is None else self._book.known(session_id, self._tag_of(session_id, key))

    def _passes(self, matcher: Matcher, session_id: str, what: Notice | Act) -> bool:
        texts = [(column, self._text(session_id, what, column)) for column in (TIME, TAG, VALUE, DETAIL)]
        severity = Severity.INFO if isinstance(what, Act) else what.severity
        return matcher.passes(session_id, _kind_of(what), severity.name.lower(), texts)

    def _cells(self) -> Cells:
        """The cells' texts for a filter."""
        about = self._known

        def value(session_id: str, batch: EventBatch, index: int) -> str:
            if batch.kind(index) > EventKind.BUFFERED_DATA_CHANGE:
                return ""
            told = about(session_id, batch.keys[index])
            return value_text(batch.values[index], decimals=told.decimals, enumeration=told.enumeration)

        def severity(kind: int, quality: int, detail: Detail) -> str:
            return SEVERITIES[severity_of(EventKind(kind), quality, detail)]

        return Cells(
            session=self._name_of,
            tag=self._tag_of,
            unit=lambda session_id, key: about(session_id, key).unit,
            kind=lambda kind: EventKind(kind).words,
            severity=severity,
            quality=quality_text,
            time=_Times(self.utc),
            value=value,
            detail=lambda batch, index: _detail_text(batch.details[index]),
        )

    def clear(self) -> None:
        self.beginResetModel()
        self._all.clear()
        self._shown.clear()
        self._ends.clear()
        self._held.clear()
        self._todo.clear()
        self._all_rows = self._held_rows = self._gone = self._dropped = 0
        self.endResetModel()
        self.counts_changed.emit()

    def set_utc(self, utc: bool) -> None:
        self.utc = utc
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 0)
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, 0))
        if self._filter.text:
            self._begin_look()


class _Times:
    """Times as text for very many rows: those of one second differ in their end alone."""

    def __init__(self, utc: bool) -> None:
        self._utc = utc
        self._second = 0
        self._text = ""

    def __call__(self, ns: int) -> str:
        second, rest = divmod(ns, NS_PER_S)
        if second != self._second or not self._text:
            self._second, self._text = second, time_text(second * NS_PER_S, self._utc).removesuffix("000")
        return f"{self._text}{rest // 1_000_000:03d}"


def _serial(piece: _Piece) -> int:
    return piece.serial


def _kind_of(what: Event | Notice | Act) -> str:
    """One of :data:`KINDS`, as filters and files know it."""
    if isinstance(what, Act):
        return what.kind
    return what.kind.words if isinstance(what, Event) else NOTICE_WORDS[what.kind]


def _severity_text(severity: Severity) -> str:
    return f"{SEVERITY_MARKS[severity]} {tr(severity.name.lower())}".strip()


def _severity_of(what: Event | Notice | Act) -> Severity:
    if isinstance(what, Event):
        return severity_of(what.kind, what.quality, what.detail)
    return what.severity if isinstance(what, Notice) else Severity.INFO


def _detail_text(detail: Detail) -> str:
    parts = [status_said(status) for status in detail.statuses]
    if detail.coalesced:
        parts.append(
            tr("{count} older values coalesced", None, detail.coalesced).format(count=count_text(detail.coalesced))
        )
    return "; ".join(parts)
