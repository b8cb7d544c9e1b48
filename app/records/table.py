"""What a table is, and what a format of tables has to do."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.values import Value


class ColumnKind(enum.Enum):
    """What the cells of a column are. ``None`` is an empty cell in each."""

    TEXT = "text"
    TIME = "time"  # int nanoseconds since 1970 UTC (NO_TIME = empty) or Timestamp
    INTEGER = "integer"  # 64 bits
    NUMBER = "number"  # int or float
    VALUE = "value"  # any value of a tag, mixed; Parquet gets its text and, beside it, its number


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: ColumnKind = ColumnKind.VALUE

    @property
    def title(self) -> str:
        return f"{self.name} (UTC)" if self.kind is ColumnKind.TIME else self.name


class ExportError(OSError):
    """A table that could not be written; the text names the file, what was wrong and what to do."""


class ExportCancelledError(Exception):
    """The export was cancelled: nothing is left of it, and what the file held before still stands."""


class TableWriter(Protocol):
    """One format. Used from one thread; :meth:`abandon` follows any error and releases the file."""

    def row(self, cells: Sequence[Value]) -> None: ...

    def finish(self) -> None: ...

    def abandon(self) -> None: ...
