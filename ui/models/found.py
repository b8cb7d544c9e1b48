"""The tags that a search found: rows of an index, told as they are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt

from app.sessions.index import FoundTag, TagIndex
from ui.format import tip_text
from ui.i18n import noop
from ui.models.table import Index, TableModel
from ui.tagref import MIME, TagRef, to_mime

COLUMNS = (noop("Tag"), noop("Description"), noop("Path"), noop("Type"), noop("Unit"))
TAG, DESCRIPTION, PATH, TYPE, UNIT = range(5)


class FoundModel(TableModel):
    """Rows only grow at the end while the index is read, so that what is looked at stays where it is."""

    columns = COLUMNS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._index: TagIndex | None = None
        self._source = ""
        self._words = ""
        self._numbers: list[int] = []
        self._looked_at = 0  # entries of the index that have been searched
        self._generation = 0

    @property
    def words(self) -> str:
        return self._words

    def look_in(self, index: TagIndex | None, source: str) -> None:
        """Search this index, of the session named ``source``, for the words that are set."""
        self._index, self._source = index, source
        self.search(self._words)

    def search(self, words: str) -> None:
        self.beginResetModel()
        self._words = words
        self._numbers, self._looked_at = [], 0
        if self._index is not None:
            self._numbers = self._index.search(words)
            self._looked_at, self._generation = len(self._index), self._index.generation
        self.endResetModel()

    def grow(self) -> None:
        """Look at what has come into the index since."""
        if self._index is None:
            return
        if self._index.generation != self._generation:
            self.search(self._words)
            return
        if (there := len(self._index)) == self._looked_at:
            return
        new = self._index.search(self._words, self._looked_at)
        self._looked_at = there
        if new:
            first = len(self._numbers)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._numbers.extend(new)
            self.endInsertRows()

    def tag(self, row: int) -> FoundTag:
        assert self._index is not None
        return self._index.tag(self._numbers[row])

    def addresses(self, indexes: Iterable[QModelIndex]) -> list[str]:
        """Of these rows, each once, in the order of the list."""
        return [self.tag(row).address for row in sorted({index.row() for index in indexes})]

    # ---- the model's duties

    def shown_rows(self) -> int:
        return len(self._numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        tag = self.tag(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_text("\n".join(text for text in (tag.address, tag.path, tag.description) if text))
        return (tag.address, tag.description, tag.path, tag.data_type, tag.unit)[index.column()]

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        return [MIME, "text/plain"]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        return to_mime(TagRef(self._source, tag) for tag in self.addresses(indexes))
