"""Rows of the journal as the event log shows them: older ones come at the top, as they are read."""

from __future__ import annotations

import bisect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from app.events.notices import NoticeKind, Severity
from app.records.journal_file import JournalRow
from ui.format import full_text, iso_text, quality_text, time_text, value_text
from ui.i18n import count_text, tr
from ui.models.log import NOTICE_WORDS
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
    LogFilter,
    words_of,
)
from ui.models.log_rows import copied
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.tagbook import UNKNOWN, TagAbout
from ui.theme import SEVERITY_MARKS, Theme

#: Rows that are held; with more the newest go.
ROWS = 50_000
#: Tells of a tag, by its session's name and its own.
About = Callable[[str, str], TagAbout]


def _unknown(session: str, tag: str) -> TagAbout:
    return UNKNOWN


class JournalModel(TableModel):
    """``state_changed``: rows came, or it is known that no older ones are there. ``about`` tells the decimals, words
    and units of tags: the journal has values alone, and they read as in the live log; :meth:`look_again` when it has
    learnt something."""

    columns = COLUMNS
    numbers = (VALUE,)
    time_column = 0

    state_changed = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.about: About = _unknown
        self.loading = False
        self.complete = False  # no older rows are there
        self.until_ns: int | None = None  # how far back it was looked
        self._rows: list[JournalRow] = []

    def shown_rows(self) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(index.row(), column)
            case Qt.ItemDataRole.TextAlignmentRole if column == VALUE:
                return RIGHT_ALIGNED
            case Qt.ItemDataRole.ForegroundRole:
                severity = severity_of(row)
                if severity is not Severity.INFO and column in (SEVERITY, QUALITY, DETAIL):
                    return QBrush(QColor(self.theme.of_severity(severity)))
                return QBrush(QColor(self.theme.muted)) if column in (TIME, KIND, SEVERITY) else None
            case _:
                return None

    def row(self, number: int) -> JournalRow:
        return self._rows[number]

    # ---- what comes

    def clear(self) -> None:
        self.beginResetModel()
        self._rows, self.complete, self.until_ns = [], False, None
        self.endResetModel()
        self.state_changed.emit()

    def add_older(self, rows: Sequence[JournalRow], until_ns: int, complete: bool) -> None:
        """At the top, in order of time."""
        self.complete, self.until_ns = complete, until_ns
        if rows:
            self.beginInsertRows(QModelIndex(), 0, len(rows) - 1)
            self._rows[:0] = rows
            self.endInsertRows()
        if len(self._rows) > ROWS:
            self.beginRemoveRows(QModelIndex(), ROWS, len(self._rows) - 1)
            del self._rows[ROWS:]
            self.endRemoveRows()
        self.state_changed.emit()

    def set_loading(self, loading: bool) -> None:
        self.loading = loading
        self.state_changed.emit()

    def nearest(self, time_ns: int) -> int | None:
        """The row whose time is nearest."""
        if not self._rows:
            return None
        at = bisect.bisect_left(self._rows, time_ns, key=lambda row: row.time_ns)
        some = [number for number in (at - 1, at) if 0 <= number < len(self._rows)]
        return min(some, key=lambda number: abs(self._rows[number].time_ns - time_ns))

    def look_again(self) -> None:
        """Something more is told of some tags."""
        if self._rows:
            self.dataChanged.emit(self.index(0, VALUE), self.index(len(self._rows) - 1, UNIT))

    # ---- out of the table

    def copied(self, rows: Sequence[int]) -> str:
        return copied([[self._text(row, c) for c in range(len(COLUMNS))] for row in rows])

    def _text(self, number: int, column: int) -> str:
        return text_of(self._rows[number], column, self.utc, self.about, said=True)

    def told(self, number: int) -> list[tuple[str, str]]:
        """All that is known of a row: (name, text)."""
        row = self._rows[number]
        columns = (SESSION, TAG, KIND, SEVERITY, QUALITY, DETAIL)
        lines = [(tr(COLUMNS[column]), self._text(number, column)) for column in columns]
        lines.append((tr(COLUMNS[VALUE]), full_text(_plain(row.value)) if row.value is not None else ""))
        lines.append((tr(COLUMNS[UNIT]), self._text(number, UNIT)))
        lines.append((tr("Time"), iso_text(row.time_ns, self.utc)))
        if row.source_ns is not None:
            lines.append((tr("Source time"), iso_text(row.source_ns, self.utc)))
        if row.sequence is not None:
            lines.append((tr("Sequence"), count_text(row.sequence)))
        lines += [(name.replace("_", " "), str(value)) for name, value in row.details.items() if name != "statuses"]
        return [(name, text) for name, text in lines if text]


def kind_of(row: JournalRow) -> str:
    """One of the kinds that filters know."""
    try:
        return NOTICE_WORDS[NoticeKind(row.kind)]
    except ValueError:
        return row.kind


def severity_of(row: JournalRow) -> Severity:
    return Severity[row.severity.upper()] if row.severity.upper() in Severity.__members__ else Severity.INFO


def text_of(row: JournalRow, column: int, utc: bool, about: About = _unknown, *, said: bool) -> str:
    """A cell; ``said``: in the window's language, else as filters know it."""
    match column:
        case _ if column == TIME:
            return time_text(row.time_ns, utc)
        case _ if column == SESSION:
            return row.session
        case _ if column == KIND:
            return tr(kind_of(row)) if said else kind_of(row)
        case _ if column == SEVERITY:
            name = severity_of(row).name.lower()
            return f"{SEVERITY_MARKS[severity_of(row)]} {tr(name)}".strip() if said else name
        case _ if column == TAG:
            return row.tag
        case _ if column == VALUE:
            if row.value is None:
                return ""
            told = about(row.session, row.tag)
            return value_text(_plain(row.value), decimals=told.decimals, enumeration=told.enumeration)
        case _ if column == UNIT:
            return "" if row.value is None else about(row.session, row.tag).unit
        case _ if column == QUALITY:
            return "" if row.quality is None else quality_text(row.quality)
        case _ if column == DETAIL:
            return row.detail
        case _:
            return ""


def _plain(value: Any) -> Any:
    """A value as JSON has it: arrays are arrays, objects their text."""
    if isinstance(value, list):
        return tuple([_plain(item) for item in value])
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def matcher(
    wanted: LogFilter, sessions: Mapping[str, str], utc: bool, about: About = _unknown
) -> Callable[[JournalRow], bool]:
    """Whether a row passes the log's filter; ``sessions`` are the names of the ids in it. For any thread, where
    ``about`` is."""
    words = words_of(wanted.text)
    names = {sessions.get(session_id, "") for session_id in wanted.sessions}

    def passes(row: JournalRow) -> bool:
        if wanted.sessions and row.session not in names:
            return False
        if wanted.kinds and kind_of(row) not in wanted.kinds:
            return False
        if wanted.severities and severity_of(row).name.lower() not in wanted.severities:
            return False
        for word in words:
            columns = range(len(COLUMNS)) if word.column < 0 else (word.column,)
            if not any(word.search(text_of(row, column, utc, about, said=False)) for column in columns):
                return False
        return True

    return passes


def needles(wanted: LogFilter) -> list[str]:
    """What stands in each line that can pass: the words that are looked for in tags, as they are."""
    texts = [word.text.removeprefix("=") for word in words_of(wanted.text) if word.column == TAG]
    return [text for text in texts if text.isascii() and not set(text) & set('*?"\\')]
