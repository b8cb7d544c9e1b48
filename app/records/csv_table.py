"""CSV as Excel opens it: UTF-8 with a mark, commas, times as ISO 8601 with offset."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

from app.records.cells import clean, is_dangerous, is_number, time_ns, value_text
from app.records.table import Column, ColumnKind
from app.values import Value, iso_utc


class CsvTable:
    def __init__(self, path: Path, columns: Sequence[Column], sheet: str) -> None:
        del sheet  # a CSV file has one table, without a name
        self._times = [column.kind is ColumnKind.TIME for column in columns]
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([_safe(clean(column.title)) for column in columns])

    def row(self, cells: Sequence[Value]) -> None:
        self._csv.writerow([_text(cell, time) for cell, time in zip(cells, self._times, strict=True)])

    def finish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        self._file.close()


def _text(cell: Value, time: bool) -> str:
    if time:
        ns = time_ns(cell)
        return "" if ns is None else iso_utc(ns)
    text = value_text(cell)
    return text if is_number(cell) else _safe(text)


def _safe(text: str) -> str:
    return f"'{text}" if is_dangerous(text) else text
