"""Writes by hand as the audit store has them, newest first; older ones come a page at a time, when looked at."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from app.records.audit_query import UNANSWERED, result_of
from app.records.audit_record import AuditRow, Intent, Origin, Result
from ui.format import full_text, iso_text, quality_text, time_text, tip_text, value_text
from ui.i18n import count_text, noop, tr
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.theme import Theme

COLUMNS = (
    noop("Time"), noop("Session"), noop("Tag"), noop("Old value"), noop("New value"), noop("Read back"),
    noop("Result"), noop("User"), noop("Origin"), noop("Comment"),
)  # fmt: skip
TIME, SESSION, TAG, OLD, NEW, READ_BACK, RESULT, USER, ORIGIN, COMMENT = range(10)

ON_ITS_WAY = noop("on its way")
RESULT_WORDS = {
    Result.CONFIRMED.value: noop("confirmed"),
    Result.CLAMPED.value: noop("clamped"),
    Result.UNCONFIRMED.value: noop("unconfirmed"),
    Result.REJECTED.value: noop("rejected"),
    Result.NO_ANSWER.value: noop("no answer"),
    Result.NOT_SENT.value: noop("not sent"),
    UNANSWERED: noop("no answer recorded"),
}
ORIGIN_WORDS = {Origin.FORM.value: noop("form"), Origin.BULK.value: noop("bulk"), Origin.API.value: noop("program")}
#: A shape beside the word: what is good has none.
_MARKS = {
    Result.CLAMPED.value: "▲",
    Result.UNCONFIRMED.value: "?",
    Result.REJECTED.value: "✕",
    Result.NO_ANSWER.value: "?",
    Result.NOT_SENT.value: "–",
    UNANSWERED: "?",
}
_BAD = (Result.REJECTED.value,)
_DOUBTFUL = (Result.CLAMPED.value, Result.UNCONFIRMED.value, Result.NO_ANSWER.value, UNANSWERED)


class AuditModel(TableModel):
    """Holds what has been looked at. A view that comes near the end makes it ask for :attr:`more_wanted`."""

    columns = COLUMNS
    numbers = (OLD, NEW, READ_BACK)
    time_column = TIME

    more_wanted = Signal()

    def __init__(
        self, theme: Theme, open_numbers: Callable[[], Collection[int]] = tuple, parent: QObject | None = None
    ) -> None:
        """``open_numbers``: the records of writes that are on their way from this program."""
        super().__init__(parent)
        self.theme = theme
        self._open_numbers = open_numbers
        self._rows: list[AuditRow] = []
        self._more = False
        self._asked = False

    # ---- the model's duties

    def shown_rows(self) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT_ALIGNED if index.column() in self.numbers else None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self._tip(row, index.column()))
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, index.column())
            case _:
                return None

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asked

    def fetchMore(self, parent: Index) -> None:
        self._asked = True
        self.more_wanted.emit()

    # ---- what it holds

    def row(self, number: int) -> AuditRow:
        return self._rows[number]

    @property
    def oldest(self) -> int | None:
        """The number of the oldest write that is held."""
        return self._rows[-1].number if self._rows else None

    def reset(self, rows: Sequence[AuditRow], more: bool) -> None:
        """Begin anew; ``more``: there are older ones."""
        self.beginResetModel()
        self._rows, self._more, self._asked = list(rows), more, False
        self.endResetModel()

    def add(self, rows: Sequence[AuditRow], more: bool) -> None:
        """Older ones."""
        self._more, self._asked = more, False
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def merge(self, new: Sequence[AuditRow], changed: Sequence[AuditRow]) -> None:
        """``new`` ones that pass the filter, newest first, and any that have ``changed``."""
        newest = self._rows[0].number if self._rows else 0
        coming = [row for row in new if row.number > newest]
        for row in changed:
            at = bisect.bisect_left(self._rows, -row.number, key=lambda held: -held.number)
            if at < len(self._rows) and self._rows[at].number == row.number:
                self._rows[at] = row
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(COLUMNS) - 1))
        if coming:
            self.beginInsertRows(QModelIndex(), 0, len(coming) - 1)
            self._rows[:0] = coming
            self.endInsertRows()

    # ---- words

    def text(self, row: AuditRow, column: int) -> str:
        intent, end = row.intent, row.completion
        match column:
            case 0:
                return time_text(intent.time_ns, self.utc)
            case 1:
                return intent.session
            case 2:
                return intent.tag
            case 3:
                return "" if intent.old_quality is None else value_text(intent.old, limit=60)
            case 4:
                return value_text(intent.new, limit=60)
            case 5:
                return "" if end is None or end.quality is None else value_text(end.read_back, limit=60)
            case 6:
                return self.result_text(row)
            case 7:
                return user_text(intent)
            case 8:
                return tr(ORIGIN_WORDS[intent.origin.value])
            case _:
                return intent.comment

    def result_text(self, row: AuditRow) -> str:
        result = result_of(row)
        if result == UNANSWERED and row.number in self._open_numbers():
            return tr(ON_ITS_WAY)
        return f"{_MARKS.get(result, '')} {tr(RESULT_WORDS[result])}".strip()

    def _tip(self, row: AuditRow, column: int) -> str:
        intent, end = row.intent, row.completion
        match column:
            case 0:
                return iso_text(intent.time_ns, self.utc)
            case 3:
                return full_text(intent.old)[:2000]
            case 4:
                return full_text(intent.new)[:2000]
            case 5:
                return "" if end is None else full_text(end.read_back)[:2000]
            case 6:
                return "" if end is None else end.words
            case _:
                return self.text(row, column)

    def _colour(self, row: AuditRow, column: int) -> QBrush | None:
        if column == TIME:
            return QBrush(QColor(self.theme.muted))
        result = result_of(row)
        if column != RESULT or (result == UNANSWERED and row.number in self._open_numbers()):
            return None
        colour = self.theme.bad if result in _BAD else self.theme.uncertain if result in _DOUBTFUL else ""
        return QBrush(QColor(colour)) if colour else None

    def details(self, row: AuditRow) -> list[tuple[str, str]]:
        """Everything that is recorded of a write."""
        intent = row.intent
        sent = "" if intent.sent_ns is None else iso_text(intent.sent_ns, self.utc)
        fields = [
            (tr("Record"), count_text(row.number)),
            (tr("Time"), iso_text(intent.time_ns, self.utc)),
            (tr("Session"), intent.session),
            (tr("Source"), intent.source),
            (tr("Tag"), intent.tag),
            (tr("Old value"), "" if intent.old_quality is None else full_text(intent.old)),
            (tr("Old quality"), "" if intent.old_quality is None else quality_text(intent.old_quality)),
            (tr("New value"), full_text(intent.new)),
            (tr("Time sent with it"), sent),
            (tr("Result"), self.result_text(row)),
        ]
        for end in row.completions:
            fields += [
                (tr("Answered"), iso_text(end.time_ns, self.utc)),
                (tr("Answer"), end.words),
                (tr("Read back"), "" if end.quality is None else full_text(end.read_back)),
                (tr("Quality"), "" if end.quality is None else quality_text(end.quality)),
            ]
        fields += [
            (tr("Account"), intent.who.os_user),
            (tr("User"), intent.user),
            (tr("Verifier"), intent.verifier),
            (tr("Workstation"), intent.who.workstation),
            (tr("Comment"), intent.comment),
            (tr("Origin"), tr(ORIGIN_WORDS[intent.origin.value])),
            (tr("Run"), intent.run),
        ]
        return [(name, text) for name, text in fields if text]


def user_text(intent: Intent) -> str:
    """Who logged in for it, else whose account it was."""
    if intent.verifier:
        return tr("{user}, verified by {verifier}").format(user=intent.user, verifier=intent.verifier)
    return intent.user or intent.who.os_user
