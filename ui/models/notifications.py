"""What happened in the background and somebody should know: each once, with a count, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from app.events.notices import Severity
from ui.format import iso_text, time_text, tip_text
from ui.i18n import count_text, noop, tr
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.theme import SEVERITY_MARKS, Theme

COLUMNS = (noop("Time"), noop("Severity"), noop("From"), noop("What"), noop("Times"))
TIME, SEVERITY, FROM, WHAT, TIMES = range(5)
#: More kinds of trouble than these nobody reads: the oldest go.
_LIMIT = 500
_WORDS = {Severity.INFO: noop("info"), Severity.WARNING: noop("warning"), Severity.ERROR: noop("error")}


@dataclass(frozen=True, slots=True)
class Notification:
    """``matter`` is what makes two of them the same; the words are those of the last one. Times in ns since 1970."""

    matter: str
    severity: Severity
    origin: str
    words: str
    time_ns: int
    first_ns: int = 0
    count: int = 1
    details: tuple[tuple[str, str], ...] = ()


class NotificationsModel(TableModel):
    """Rows go when they are dismissed; what happens again after that is a new row."""

    columns = COLUMNS
    numbers = (TIMES,)
    time_column = TIME

    counts_changed = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._rows: list[Notification] = []
        self.forgotten = 0  # that went for others

    # ---- the model's duties

    def shown_rows(self) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text("\n".join(f"{name}: {text}" for name, text in self.fields(row)))
            case Qt.ItemDataRole.ForegroundRole if column == SEVERITY:
                return QBrush(QColor(self.theme.of_severity(row.severity)))
            case Qt.ItemDataRole.ForegroundRole if column in (TIME, FROM):
                return QBrush(QColor(self.theme.muted))
            case Qt.ItemDataRole.TextAlignmentRole if column == TIMES:
                return RIGHT_ALIGNED
            case _:
                return None

    def _text(self, row: Notification, column: int) -> str:
        match column:
            case 0:
                return time_text(row.time_ns, self.utc)
            case 1:
                return f"{SEVERITY_MARKS[row.severity]} {tr(_WORDS[row.severity])}".strip()
            case 2:
                return row.origin
            case 3:
                return row.words.partition("\n")[0]
            case _:
                return f"×{count_text(row.count)}" if row.count > 1 else ""

    def fields(self, row: Notification) -> list[tuple[str, str]]:
        return [
            (tr("What"), row.words),
            (tr("From"), row.origin),
            (tr("Severity"), tr(_WORDS[row.severity])),
            (tr("Times"), count_text(row.count)),
            (tr("First"), iso_text(row.first_ns, self.utc)),
            (tr("Last"), iso_text(row.time_ns, self.utc)),
            *row.details,
        ]

    # ---- reading

    def rows(self) -> list[Notification]:
        return list(self._rows)

    @property
    def worst(self) -> Severity:
        return max((row.severity for row in self._rows), default=Severity.INFO)

    # ---- changing

    def add(self, fresh: Iterable[Notification]) -> None:
        """Those of one matter become one; one change of the list however many come."""
        made = {row.matter: row for row in self._rows}
        any_came = False
        for one in fresh:
            any_came = True
            before = made.pop(one.matter, None)
            if before is None:
                made[one.matter] = replace(one, first_ns=one.first_ns or one.time_ns)
            else:
                severity = max(one.severity, before.severity)
                made[one.matter] = replace(
                    one, severity=severity, count=before.count + one.count, first_ns=before.first_ns
                )
        if any_came:
            rows = sorted(made.values(), key=lambda row: -row.time_ns)
            self.forgotten += max(0, len(rows) - _LIMIT)
            self._replace(rows[:_LIMIT])

    def dismiss(self, matters: Iterable[str]) -> None:
        gone = set(matters)
        self._replace([row for row in self._rows if row.matter not in gone])

    def _replace(self, rows: list[Notification]) -> None:
        """The selection stays on its rows."""
        if [row.matter for row in rows] == [row.matter for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
        else:
            kept = {row.matter for row in rows}
            for number in range(len(self._rows) - 1, -1, -1):
                if self._rows[number].matter not in kept:
                    self.beginRemoveRows(QModelIndex(), number, number)
                    del self._rows[number]
                    self.endRemoveRows()
            there = {row.matter for row in self._rows}
            if new := [row for row in rows if row.matter not in there]:
                self.beginInsertRows(QModelIndex(), 0, len(new) - 1)
                self._rows[:0] = new
                self.endInsertRows()
            self._sort(rows)
        self.counts_changed.emit()

    def _sort(self, rows: list[Notification]) -> None:
        self.layoutAboutToBeChanged.emit()
        places = {row.matter: number for number, row in enumerate(rows)}
        before = self.persistentIndexList()
        after = [self.index(places[self._rows[index.row()].matter], index.column()) for index in before]
        self._rows = rows
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def set_utc(self, utc: bool) -> None:
        self.utc = utc
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, TIME, TIME)
        self._replace(self._rows)
