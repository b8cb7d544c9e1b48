"""What the models of the window's tables have in common."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui.format import zone_text
from ui.i18n import tr

Index = QModelIndex | QPersistentModelIndex
RIGHT_ALIGNED = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NONE = QModelIndex()


class TableModel(QAbstractTableModel):
    """A flat table: its columns are those of the class, and it has as many rows as :meth:`shown_rows` says."""

    #: The words above the columns, translated where they are shown.
    columns: ClassVar[Sequence[str]] = ()
    #: Columns that stand on the right, as numbers do; their headers do, too.
    numbers: ClassVar[Collection[int]] = ()
    #: The column of times, whose header tells their zone.
    time_column: ClassVar[int | None] = None

    utc = False

    def shown_rows(self) -> int:
        raise NotImplementedError

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else self.shown_rows()

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.header(section)
        return RIGHT_ALIGNED if role == Qt.ItemDataRole.TextAlignmentRole and section in self.numbers else None

    def header(self, column: int) -> str:
        words = tr(self.columns[column])
        return f"{words} ({zone_text(self.utc)})" if column == self.time_column else words

    def set_utc(self, utc: bool) -> None:
        """Times in UTC, or in the computer's zone."""
        self.utc = utc
        if self.time_column is None:
            return
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, self.time_column, self.time_column)
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, self.time_column), self.index(rows - 1, self.time_column))
