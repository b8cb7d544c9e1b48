"""The event log: every event and every notice, newest last, made into text only where it is looked at."""

from __future__ import annotations

import bisect
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from app.batch import Event, EventBatch
from app.events.notices import Notice, NoticeKind, Severity
from app.values import EventKind, QualityClass, quality_class
from ui.feed import FeedFrame
from ui.format import full_text, iso_text, quality_text, time_text, value_text, zone_text
from ui.theme import SEVERITY_MARKS, Theme

COLUMNS = ("Time", "Session", "Kind", "Severity", "Tag", "Value", "Quality", "Detail")
ROWS = 100_000

_NOTICE_WORDS = {
    NoticeKind.STATE: "state",
    NoticeKind.FAULT: "fault",
    NoticeKind.SOURCE_LOST: "disconnect",
    NoticeKind.SOURCE_BACK: "reconnect",
    NoticeKind.SEQUENCE_GAP: "gap",
    NoticeKind.DROPPED: "gap",
    NoticeKind.MIRROR_RESTARTED: "gap",
    NoticeKind.WORKER_RESTART: "restart",
    NoticeKind.SUBSCRIBER: "subscriber",
}

#: (session id, item key) -> tag; session id -> name
TagOf = Callable[[str, int], str]
NameOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Action:
    """What an operator did, as a row of the log."""

    time_ns: int
    words: str
    tag: str = ""
    value: str = ""


class _Piece:
    """Rows that came together: a batch (all of it, or the indices that pass the filter), a notice or an action."""

    __slots__ = ("count", "indices", "session_id", "what")

    def __init__(self, session_id: str, what: EventBatch | Notice | Action, indices: list[int] | None = None) -> None:
        self.session_id = session_id
        self.what = what
        self.indices = indices
        if isinstance(what, EventBatch):
            self.count = len(what) if indices is None else len(indices)
        else:
            self.count = 1


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is shown: everything where nothing is asked. ``text`` is looked for in tags and in notices' words."""

    text: str = ""
    session_id: str = ""
    notices_only: bool = False

    @property
    def empty(self) -> bool:
        return not (self.text or self.session_id or self.notices_only)


class LogModel(QAbstractTableModel):
    """Bounded: the oldest rows go. Paused, it stands still: what comes is held (bounded too) and counted."""

    paused_changed = Signal()

    def __init__(self, theme: Theme, tag_of: TagOf, name_of: NameOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.utc = False
        self._tag_of = tag_of
        self._name_of = name_of
        self._all: deque[_Piece] = deque()
        self._all_rows = 0
        self._shown: list[_Piece] = []
        self._ends: list[int] = []  # running counts of the shown pieces, from the start of the log
        self._gone = 0  # rows that were shown and are trimmed
        self._held: deque[_Piece] = deque()
        self._held_rows = 0
        self._paused = False
        self._filter = LogFilter()
        self._matches: dict[tuple[str, int], bool] = {}

    # ---- the model's duties

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or not self._ends else self._ends[-1] - self._gone

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"Time ({zone_text(self.utc)})" if section == 0 else COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 5:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        session_id, what = self.entry(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(session_id, what, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(what)
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == 5:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(what, index.column())
            case _:
                return None

    def entry(self, row: int) -> tuple[str, Event | Notice | Action]:
        """(session id, what happened) of a row."""
        position = row + self._gone
        number = bisect.bisect_right(self._ends, position)
        piece = self._shown[number]
        if not isinstance(piece.what, EventBatch):
            return piece.session_id, piece.what
        offset = position - (self._ends[number] - piece.count)
        return piece.session_id, piece.what.event(offset if piece.indices is None else piece.indices[offset])

    def _text(self, session_id: str, what: Event | Notice | Action, column: int) -> str:
        if column == 1:
            return self._name_of(session_id) if session_id else ""
        if isinstance(what, Event):
            return self._event_text(session_id, what, column)
        if column == 0:
            return time_text(what.time_ns, self.utc)
        if isinstance(what, Action):
            return {2: "operator", 4: what.tag, 5: what.value, 7: what.words}.get(column, "")
        if column == 3:
            return f"{SEVERITY_MARKS[what.severity]} {what.severity.name.lower()}".strip()
        return {2: _NOTICE_WORDS[what.kind], 7: what.message}.get(column, "")

    def _event_text(self, session_id: str, event: Event, column: int) -> str:
        match column:
            case 0:
                return time_text(event.worker_time, self.utc)
            case 2:
                return event.kind.words
            case 3:
                return f"{SEVERITY_MARKS[_severity(event)]} {_severity(event).name.lower()}".strip()
            case 4:
                return self._tag_of(session_id, event.key)
            case 5:
                return value_text(event.value) if event.kind <= EventKind.BUFFERED_DATA_CHANGE else ""
            case 6:
                return quality_text(event.quality) if event.kind <= EventKind.BUFFERED_DATA_CHANGE else ""
            case _:
                return _detail_text(event)

    def _tooltip(self, what: Event | Notice | Action) -> str:
        if isinstance(what, Event):
            value = full_text(what.value)
            times = (
                f"source {iso_text(what.source_time, self.utc) or '—'}\nreceived {iso_text(what.worker_time, self.utc)}"
            )
            return f"{value[:2000]}\n{times}\nevent {what.sequence:,}"
        if isinstance(what, Notice):
            details = "\n".join(f"{name}: {text}" for name, text in what.details.items())
            return f"{what.message}\n{iso_text(what.time_ns, self.utc)}\n{details}".strip()
        return f"{what.words}\n{iso_text(what.time_ns, self.utc)}"

    def _colour(self, what: Event | Notice | Action, column: int) -> QBrush | None:
        if isinstance(what, Action):
            return QBrush(QColor(self.theme.accent)) if column == 2 else None
        severity = _severity(what) if isinstance(what, Event) else what.severity
        if severity is not Severity.INFO and column in (3, 6, 7):
            return QBrush(QColor(self.theme.of_severity(severity)))
        return QBrush(QColor(self.theme.muted)) if column in (0, 2, 3) else None

    # ---- what comes

    def take(self, frame: FeedFrame) -> None:
        """Rows in the order of the frame: notices after the events that came with them."""
        self._add([_Piece(s, batch) for s, batch in frame.batches] + [_Piece(s, notice) for s, notice in frame.notices])

    def action(self, time_ns: int, words: str, *, session_id: str = "", tag: str = "", value: str = "") -> None:
        """An operator's action."""
        self._add([_Piece(session_id, Action(time_ns, words, tag, value))])

    def _add(self, pieces: list[_Piece]) -> None:
        if self._paused:
            for piece in pieces:
                self._held.append(piece)
                self._held_rows += piece.count
            while self._held_rows - self._held[0].count > ROWS:
                self._held_rows -= self._held.popleft().count
            self.paused_changed.emit()
            return
        for piece in pieces:
            self._all.append(piece)
            self._all_rows += piece.count
        while self._all and self._all_rows - self._all[0].count >= ROWS:
            self._all_rows -= self._all.popleft().count
        self._show(filter(None, map(self._filtered, pieces)))

    def _show(self, pieces: Iterable[_Piece]) -> None:
        fresh = list(pieces)
        count = sum(piece.count for piece in fresh)
        if not count:
            return
        rows = self.rowCount()
        if count > ROWS:  # more than the log holds came at once: the oldest of it is not shown
            while count - fresh[0].count >= ROWS:
                count -= fresh.pop(0).count
        self.beginInsertRows(QModelIndex(), rows, rows + count - 1)
        end = self._ends[-1] if self._ends else self._gone
        for piece in fresh:
            end += piece.count
            self._shown.append(piece)
            self._ends.append(end)
        self.endInsertRows()
        self._trim()

    def _trim(self) -> None:
        excess = self.rowCount() - ROWS
        if excess <= 0:
            return
        self.beginRemoveRows(QModelIndex(), 0, excess - 1)
        self._gone += excess
        # Pieces whose last row is gone are let go of; a piece that is cut keeps its numbers.
        empty = bisect.bisect_right(self._ends, self._gone)
        del self._shown[:empty]
        del self._ends[:empty]
        self.endRemoveRows()

    # ---- pause and filter

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def held(self) -> int:
        """Rows that came while it is paused and that resuming would show."""
        return self._held_rows

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self.paused_changed.emit()

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            held, self._held, self._held_rows = list(self._held), deque(), 0
            self._add(held)
            self.paused_changed.emit()

    def set_filter(self, wanted: LogFilter) -> None:
        """Show what passes of all that is kept."""
        self.beginResetModel()
        self._filter = wanted
        self._matches.clear()
        self._shown = [piece for piece in map(self._filtered, self._all) if piece is not None]
        self._ends = []
        self._gone = end = 0
        for piece in self._shown:
            end += piece.count
            self._ends.append(end)
        self.endResetModel()
        self._trim()

    def _filtered(self, piece: _Piece) -> _Piece | None:
        wanted = self._filter
        if wanted.empty:
            return piece
        if wanted.session_id and piece.session_id != wanted.session_id:
            return None
        what = piece.what
        if isinstance(what, EventBatch):
            return None if wanted.notices_only else self._filtered_batch(piece, what)
        words = what.message if isinstance(what, Notice) else f"{what.words} {what.tag}"
        return piece if wanted.text.lower() in words.lower() else None

    def _filtered_batch(self, piece: _Piece, batch: EventBatch) -> _Piece | None:
        if not self._filter.text:
            return piece
        passes = {key: self._passes(piece.session_id, key) for key in set(batch.keys)}
        indices = [index for index, key in enumerate(batch.keys) if passes[key]]
        return _Piece(piece.session_id, batch, indices) if indices else None

    def _passes(self, session_id: str, key: int) -> bool:
        known = self._matches.get((session_id, key))
        if known is None:
            known = self._filter.text.lower() in self._tag_of(session_id, key).lower()
            self._matches[session_id, key] = known
        return known

    def clear(self) -> None:
        self.beginResetModel()
        self._all.clear()
        self._shown.clear()
        self._ends.clear()
        self._held.clear()
        self._all_rows = self._held_rows = self._gone = 0
        self.endResetModel()

    def set_utc(self, utc: bool) -> None:
        self.utc = utc
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 0)
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, 0))


def _severity(event: Event) -> Severity:
    if event.kind > EventKind.BUFFERED_DATA_CHANGE:
        return Severity.INFO if all(status.ok for status in event.detail.statuses) else Severity.ERROR
    return _SEVERITIES[quality_class(event.quality)]


_SEVERITIES = {
    QualityClass.GOOD: Severity.INFO,
    QualityClass.UNCERTAIN: Severity.WARNING,
    QualityClass.BAD: Severity.ERROR,
}


def _detail_text(event: Event) -> str:
    parts = [status.words for status in event.detail.statuses]
    if event.detail.coalesced:
        parts.append(f"{event.detail.coalesced:,} older values coalesced")
    return "; ".join(parts)
