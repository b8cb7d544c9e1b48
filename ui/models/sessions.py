"""Sessions by their source, as a tree of two levels; what failed to start stays until it is dismissed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from app.events.notices import Notice, NoticeKind
from app.sessions.info import SessionInfo
from app.sessions.state import SessionState
from app.text import is_replay
from ui.feed import FeedFrame
from ui.format import age_text, offset_text, time_text, tip_text
from ui.i18n import count_text, noop, tr
from ui.theme import STATE_MARKS, Theme

COLUMNS = (
    noop("Session"), noop("State"), noop("Events/s"), noop("Items"), noop("Worker"), noop("Up"), noop("Lease"),
    noop("Subs"), noop("Last fault"),
)  # fmt: skip
HEADER_TIPS = {
    4: noop("Process id of the worker"),
    6: noop("Time until the session is closed unless it is used"),
    7: noop("Subscribers"),
}
_NUMBERS = (2, 3, 4, 5, 6, 7)
_WORDS = {
    "sim": noop("Simulated plants"),
    "host": noop("This computer"),
    "opcua": noop("OPC UA servers"),
    "replay": noop("Recordings, not live"),
    "gateway": noop("Other Tagwatches"),
}

#: Of what a worker said last.
_LAST_LINES = 30

Index = QModelIndex | QPersistentModelIndex


@dataclass(slots=True)
class SessionRow:
    """What is shown of one session. ``info`` is None before the first look, ``gone`` once it is closed or failed."""

    id: str
    backend: str
    name: str
    state: SessionState = SessionState.CREATING
    info: SessionInfo | None = None
    rate: float = 0.0
    fault: str = ""
    gone: bool = False
    details: Mapping[str, str] = field(default_factory=dict[str, str])  # of the last fault: exit_code, stderr, step …
    steps: list[tuple[int, SessionState]] = field(
        default_factory=list[tuple[int, SessionState]]
    )  # ns, of the last start
    saved: bool = False  # a source of the workspace that is not open; ``id`` is no session's
    counted: tuple[float, int] = (0.0, 0)  # (when, events then)
    now_ns: int = 0  # UTC at the last look

    @property
    def waits(self) -> bool:
        """For the next attempt, at a worker or at a source that is lost."""
        lost = self.info is not None and self.info.source_state is not None and not self.info.source_state.connected
        return not self.gone and (lost or self.state is SessionState.STARTING_WORKER)


class SessionsModel(QAbstractItemModel):
    """Rows come with :meth:`refresh` and with notices, and go with :meth:`dismiss` or a clean close."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._groups: list[str] = []
        self._rows: dict[str, list[SessionRow]] = {}

    # ---- the model's duties

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._groups)
        if parent.column() == 0 and parent.internalId() == 0:
            return len(self._rows[self._groups[parent.row()]])
        return 0

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Any = None) -> Any:
        if child is None:
            return super().parent()
        group = child.internalId()
        return self.createIndex(group - 1, 0, 0) if child.isValid() and group else QModelIndex()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(HEADER_TIPS[section]) if section in HEADER_TIPS else None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index)
        if row is None:
            return self._group_data(index, role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self._tooltip(row))
            case Qt.ItemDataRole.ForegroundRole:
                if index.column() in (1, 8):
                    return QBrush(QColor(self.theme.of_state(row.state)))
                return QBrush(QColor(self.theme.muted)) if row.gone else None
            case Qt.ItemDataRole.TextAlignmentRole if index.column() in _NUMBERS:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _:
                return None

    def _group_data(self, index: Index, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and index.column() == 0:
            group = self._groups[index.row()]
            return tr(_WORDS[group]) if group in _WORDS else group
        if role == Qt.ItemDataRole.ForegroundRole:
            return QBrush(QColor(self.theme.muted))
        return None

    def _text(self, row: SessionRow, column: int) -> str:
        info = row.info
        match column:
            case 0:
                return row.name
            case 1:
                return f"{STATE_MARKS[row.state]} {state_words(row)}"
            case 8:
                return row.fault
            case _ if info is None or row.gone:
                return ""
            case 2:
                return count_text(round(row.rate))
            case 3:
                return count_text(info.items)
            case 4:
                return str(info.worker_pid or "")
            case 5:
                return age_text((row.now_ns - info.opened_at_ns) / 1e9)
            case 6:
                return _lease_text(info, row.now_ns)
            case _:
                return f"{info.subscribers}"

    def _tooltip(self, row: SessionRow) -> str:
        """All of the row: in a narrow pane some of its columns are put away."""
        lines = [row.name, state_words(row)]
        if row.info is not None and row.info.source:
            lines.append(row.info.source)
        if clock := _clock_words(row):
            lines.append(clock)
        if row.info is not None and not row.gone:
            figures = zip(COLUMNS[2:8], [self._text(row, column) for column in range(2, 8)], strict=True)
            lines += [f"{tr(name)}: {text}" for name, text in figures]
        return "\n".join([*lines, row.fault] if row.fault else lines)

    # ---- reading

    def row(self, index: Index) -> SessionRow | None:
        """The session at an index; None for a group or for no index."""
        if not index.isValid() or index.internalId() == 0:
            return None
        return self._rows[self._groups[index.internalId() - 1]][index.row()]

    def rows(self) -> list[SessionRow]:
        return [row for group in self._groups for row in self._rows[group]]

    def index_of(self, session_id: str) -> QModelIndex:
        for number, group in enumerate(self._groups):
            for position, row in enumerate(self._rows[group]):
                if row.id == session_id:
                    return self.createIndex(position, 0, number + 1)
        return QModelIndex()

    # ---- changing

    def refresh(self, infos: list[SessionInfo], now_s: float, now_ns: int) -> None:
        """Take over a look at every session; those that are there no more are left as they ended."""
        for info in infos:
            row = self._found(info.id) or self._add(SessionRow(info.id, info.backend, info.name))
            when, events = row.counted
            if now_s > when:
                row.rate = (info.events - events) / (now_s - when) if when else 0.0
                row.counted = now_s, info.events
            row.info, row.state, row.now_ns = info, info.state, now_ns
            if info.fault is not None:
                row.fault = info.fault.message
                row.details = {**info.fault.details, "code": info.fault.code}
            self._changed(row)

    def take(self, frame: FeedFrame) -> None:
        """States and faults, in the order in which they came."""
        for session_id, notice in frame.notices:
            row = self._found(session_id)
            if row is not None:
                self._take(row, notice)

    def _take(self, row: SessionRow, notice: Notice) -> None:
        if notice.kind is NoticeKind.STATE:
            row.state = SessionState(notice.details["new"])
            if row.state is SessionState.STARTING_WORKER:
                row.steps.clear()
            row.steps.append((notice.time_ns, row.state))
            if row.state is SessionState.READY:
                row.fault = ""
        elif notice.kind is NoticeKind.FAULT:
            row.fault = notice.message
            row.details = dict(notice.details)
        else:
            return
        if row.state is SessionState.CLOSED:
            row.gone = True
            if not row.fault:
                self.dismiss(row.id)
                return
        self._changed(row)

    def failed(
        self, session_id: str, backend: str, name: str, words: str, details: Mapping[str, str] | None = None
    ) -> None:
        """A start that failed: the row says why, until it is dismissed."""
        row = self._found(session_id) or self._add(SessionRow(session_id, backend, name))
        row.state, row.fault, row.gone, row.saved = SessionState.FAULTED, words, True, False
        row.details = dict(details or {})
        self._changed(row)

    def show_saved(self, sources: Iterable[tuple[str, str]]) -> None:
        """Rows for sources (backend, name) that are not open and have no row of their own."""
        wanted = list(sources)
        for row in [row for row in self.rows() if row.saved]:
            others = [other for other in self.rows() if other.name == row.name and not other.saved]
            if others or (row.backend, row.name) not in wanted:
                self.dismiss(row.id)
        names = {row.name for row in self.rows()}
        for backend, name in wanted:
            if name not in names:
                self._add(SessionRow(f"source {name}", backend, name, SessionState.CLOSED, gone=True, saved=True))

    def dismiss(self, session_id: str) -> None:
        index = self.index_of(session_id)
        if not index.isValid():
            return
        group = self._groups[index.internalId() - 1]
        self.beginRemoveRows(index.parent(), index.row(), index.row())
        del self._rows[group][index.row()]
        self.endRemoveRows()

    def _found(self, session_id: str) -> SessionRow | None:
        return next((row for row in self.rows() if row.id == session_id), None)

    def _add(self, row: SessionRow) -> SessionRow:
        if row.backend not in self._rows:
            self.beginInsertRows(QModelIndex(), len(self._groups), len(self._groups))
            self._groups.append(row.backend)
            self._rows[row.backend] = []
            self.endInsertRows()
        group = self._groups.index(row.backend)
        rows = self._rows[row.backend]
        self.beginInsertRows(self.index(group, 0), len(rows), len(rows))
        rows.append(row)
        self.endInsertRows()
        return row

    def _changed(self, row: SessionRow) -> None:
        index = self.index_of(row.id)
        self.dataChanged.emit(index, index.siblingAtColumn(len(COLUMNS) - 1))


def counted(states: Iterable[SessionState]) -> str:
    """How many sessions are in what state, in few words: "2 ready, 1 closing"."""
    counts = Counter("starting" if state.starting else state.words for state in states)
    order = ("ready", "starting", "closing", "faulted")
    return ", ".join(f"{counts[word]} {tr(word)}" for word in order if counts[word] or word == "ready")


def state_words(row: SessionRow) -> str:
    """What is the matter with it, in one or two words."""
    if row.saved:
        return tr("not open")
    info = row.info
    lost = info is not None and info.source_state is not None and not info.source_state.connected
    if row.state is SessionState.READY and lost:
        return tr("source lost")
    if row.state is SessionState.READY and is_replay(row.backend, info.source if info is not None else ""):
        return tr("replay")
    return tr("failed") if row.gone and row.fault else tr(row.state.words)


def detail_fields(row: SessionRow, utc: bool) -> list[tuple[str, str]]:
    """All that is known of a session, by name: its figures, the steps of its start, its last fault with exit code and
    last words."""
    fields = [(tr("Name"), row.name), (tr("State"), state_words(row)), (tr("Backend"), row.backend)]
    info = row.info
    if info is not None:
        fields += [
            (tr("Session id"), row.id),
            (tr("Source"), info.source),
            (tr("Worker"), str(info.worker_pid or tr("none"))),
            (tr("Opened"), time_text(info.opened_at_ns, utc)),
            (tr("Lease"), _lease_text(info, row.now_ns)),
            (tr("Subscribers"), f"{info.subscribers}"),
            (tr("Items"), count_text(info.items)),
            (tr("Events"), count_text(info.events)),
            (tr("Dropped"), count_text(info.dropped)),
            (tr("Coalesced"), count_text(info.coalesced)),
            (tr("Gaps"), count_text(info.gaps)),
            (tr("Restarts"), count_text(info.restarts)),
            (tr("Clock"), _clock_words(row) or tr("right")),
        ]
    fields += [(time_text(time_ns, utc, date=False), tr(state.words)) for time_ns, state in row.steps]
    if row.fault:
        fields.append((tr("Last fault"), row.fault))
    for name, text in row.details.items():
        lines = text.splitlines()[-_LAST_LINES:] or [""]
        fields += [(name.replace("_", " ") if not number else "", line) for number, line in enumerate(lines)]
    return fields


def _lease_text(info: SessionInfo, now_ns: int) -> str:
    if info.lease_expires_ns is None:
        return tr("kept open")
    return age_text((info.lease_expires_ns - now_ns) / 1e9)


def _clock_words(row: SessionRow) -> str:
    """Where the source's clock is off, by how much."""
    offset_ns = 0 if row.info is None or row.gone else row.info.clock_offset_ns
    words = tr("the source's clock is {difference}: its times are shown as they are")
    return words.format(difference=offset_text(offset_ns)) if offset_ns else ""
