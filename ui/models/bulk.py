"""The table of a bulk write. Its filter hides rows; it chooses none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from app.records.table import Column, ColumnKind
from app.values import Value
from ui.format import full_text, quality_mark, tip_text
from ui.forms.bulk_rows import BulkRow
from ui.forms.write_flow import Stage, WriteClass
from ui.i18n import count_text, noop, tr
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.theme import Theme

COLUMNS = (
    noop("No."), noop("Session"), noop("Tag"), noop("Value now"), noop("New value"), noop("Δ"), noop("Unit"),
    noop("Class"), noop("State"),
)  # fmt: skip
LINE, SESSION, TAG, OLD, NEW, DELTA, UNIT, CLASS, STATE = range(9)
_CLASSES = {WriteClass.ORDINARY: "", WriteClass.SECURED: noop("secured"), WriteClass.VERIFIED: noop("verified")}
_MARKS = {
    Stage.SENT: "→",
    Stage.ACCEPTED: "→",
    Stage.CONFIRMED: "✓",
    Stage.CLAMPED: "▲",
    Stage.UNCONFIRMED: "?",
    Stage.REJECTED: "✕",
    Stage.NO_ANSWER: "?",
}

TEXT, VALUE = ColumnKind.TEXT, ColumnKind.VALUE
#: The report's columns. Files speak English in every language of the window.
REPORT = (
    Column("Line", ColumnKind.INTEGER),
    Column("Session", TEXT),
    Column("Tag", TEXT),
    Column("Value now", VALUE),
    Column("New value", VALUE),
    Column("Unit", TEXT),
    Column("Class", TEXT),
    Column("Result", TEXT),
    Column("Words", TEXT),
)


class BulkModel(TableModel):
    """Rows are chosen by their check boxes; new values can be typed. Both are told."""

    columns = COLUMNS
    numbers = (LINE, OLD, NEW, DELTA)

    choice_changed = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.locked = False  # a run is on its way
        self.unchanged = False  # whether what would change nothing is written too
        self._all: list[BulkRow] = []
        self._shown: list[BulkRow] = []
        self._places: dict[BulkRow, int] = {}
        self._filter = ""

    # ---- the model's duties

    def shown_rows(self) -> int:
        return len(self._shown)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and index.column() == LINE and not self.locked and not self._shown[index.row()].problem:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.isValid() and index.column() == NEW and not self.locked and self._shown[index.row()].editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row, column)
            case Qt.ItemDataRole.EditRole if column == NEW:
                return row.edit_text()
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self._tip(row, column))
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT_ALIGNED if column in self.numbers else None
            case Qt.ItemDataRole.CheckStateRole if column == LINE:
                on = row.wanted and not row.problem
                return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ForegroundRole:
                colour = self._colour(row, column)
                return QBrush(QColor(colour)) if colour else None
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or self.locked:
            return False
        row = self._shown[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            row.wanted = Qt.CheckState(value) is Qt.CheckState.Checked
        elif role != Qt.ItemDataRole.EditRole or index.column() != NEW or not row.editable:
            return False
        elif value != row.edit_text():
            row.edit(str(value))
        self.refresh(index.row(), index.row())
        self.choice_changed.emit()
        return True

    # ---- rows

    @property
    def rows(self) -> Sequence[BulkRow]:
        """All, whatever the filter hides."""
        return self._all

    def row(self, place: int) -> BulkRow:
        """The shown row at that place."""
        return self._shown[place]

    def load(self, rows: Iterable[BulkRow]) -> None:
        self._all = list(rows)
        self._show()

    def set_filter(self, words: str) -> None:
        self._filter = words
        self._show()

    def _show(self) -> None:
        words = self._filter.lower().split()
        self.beginResetModel()
        self._shown = [row for row in self._all if not words or self._passes(row, words)]
        self._places = {row: place for place, row in enumerate(self._shown)}
        self.endResetModel()

    def _passes(self, row: BulkRow, words: Sequence[str]) -> bool:
        texts = " ".join(self.text(row, column) for column in (SESSION, TAG, NEW, CLASS, STATE)).lower()
        return all(word in texts for word in words)

    def included(self) -> list[BulkRow]:
        """What will be written, whatever the filter hides."""
        return [row for row in self._all if row.included(unchanged=self.unchanged)]

    def choose(self, wanted: Iterable[BulkRow]) -> None:
        """These alone."""
        chosen = set(wanted)
        for row in self._all:
            row.wanted = row in chosen
        self.refresh()
        self.choice_changed.emit()

    def refresh(self, first: int = 0, last: int | None = None) -> None:
        """Live values and states of the shown rows from ``first`` to ``last``."""
        end = len(self._shown) - 1 if last is None else min(last, len(self._shown) - 1)
        if self._shown and first <= end:
            self.dataChanged.emit(self.index(first, 0), self.index(end, len(COLUMNS) - 1))

    def changed(self, row: BulkRow) -> None:
        if (place := self._places.get(row)) is not None:
            self.dataChanged.emit(self.index(place, STATE), self.index(place, STATE))

    # ---- words

    def text(self, row: BulkRow, column: int) -> str:
        match column:
            case 0:
                return count_text(row.line.number)
            case 1:
                return row.line.ref.source
            case 2:
                return row.line.ref.tag
            case 3:
                live = row.live()
                return "" if live is None else f"{row.old_text()} {quality_mark(live.quality)}".strip()
            case 4:
                return row.new_text()
            case 5:
                return row.difference_text()
            case 6:
                return row.about.unit
            case 7:
                words = _CLASSES[row.write_class]
                return tr(words) if words else ""
            case _:
                return self.state_text(row)

    def _tip(self, row: BulkRow, column: int) -> str:
        if column == STATE and row.state is not None and row.state.words:
            return row.state.words
        return full_text(row.new)[:2000] if column == NEW and row.new is not None else self.text(row, column)

    def state_text(self, row: BulkRow) -> str:
        if row.state is not None:
            stage = row.state.stage
            words = tr("confirmed") if stage is Stage.CONFIRMED else row.state.words or tr(stage.value)
            return f"{_MARKS.get(stage, '')} {words}".strip()
        if why := row.why_not(unchanged=self.unchanged):
            told = tr("left out: {reason}").format(reason=why)
            return f"{'▲' if row.problem else '–'} {told}"
        return tr("will be written")

    def _colour(self, row: BulkRow, column: int) -> str:
        if column == STATE and row.state is not None:
            if row.state.stage is Stage.REJECTED:
                return self.theme.bad
            if row.state.stage in (Stage.CLAMPED, Stage.UNCONFIRMED, Stage.NO_ANSWER):
                return self.theme.uncertain
            return self.theme.pending if row.state.stage.running else self.theme.text
        if not row.included(unchanged=self.unchanged) and row.state is None:
            return self.theme.uncertain if column == STATE and row.problem else self.theme.muted
        return self.theme.muted if column in (LINE, UNIT) else ""

    def report(self) -> list[tuple[Value, ...]]:
        """A row of :data:`REPORT` for each line, in their order."""
        found: list[tuple[Value, ...]] = []
        for row in self._all:
            live = row.live()
            result = row.state.stage.value if row.state is not None else "left out"
            words = row.state.words if row.state is not None else row.why_not(unchanged=self.unchanged)
            new = row.edit_text() if row.new is None else row.new
            unit, kind = row.about.unit, _CLASSES[row.write_class]
            source, tag = row.line.ref.source, row.line.ref.tag
            before = None if live is None else live.value
            found.append((row.line.number, source, tag, before, new, unit, kind, result, words))
        return found
