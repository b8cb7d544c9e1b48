"""Excel workbooks: typed cells, constant memory, a page that says what the marks mean.

Excel's numbers are doubles shown with 15 digits: an integer beyond 2^53 is text in italics, NaN and infinities are
words, a time before March 1900 or after 9999 is ISO 8601 text, text beyond 32,767 characters is cut with "…". Rows
beyond Excel's limit go on in further sheets.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.records.cells import is_dangerous, time_ns, value_text
from app.records.table import Column, ColumnKind
from app.values import NS_PER_S, Timestamp, Value, iso_utc

ROWS = 1_048_576
_EXACT = 2**53
_TEXT = 32_767
_DAY_NS = 86_400 * NS_PER_S
_1970 = 25_569  # the serial number of 1970-01-01
_FIRST_NS = (61 - _1970) * _DAY_NS  # 1900-03-01: Excel's 1900 has a February 29th
_END_NS = (2_958_466 - _1970) * _DAY_NS  # 10000-01-01
_NAME = 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_ABOUT = (
    "Times are UTC.",
    "Integers beyond 9,007,199,254,740,992 are text in italics: Excel would round them as numbers.",
    'Numbers that Excel does not have are words: "NaN", "Infinity", "-Infinity".',
    'Text of more than 32,767 characters is cut and ends with "…".',
)


class XlsxTable:
    def __init__(self, path: Path, columns: Sequence[Column], sheet: str) -> None:
        library = importlib.import_module("xlsxwriter")  # slow to import, and most who start never export
        self._path = path
        # Rows wait in a file of their own until the end: beside the target there is room, and it goes with us.
        self._rows = tempfile.TemporaryDirectory(dir=path.parent, prefix=path.name, ignore_cleanup_errors=True)
        self._book: Any = library.Workbook(str(path), {**_OPTIONS, "tmpdir": self._rows.name})
        self._head = self._book.add_format({"bold": True, "bottom": 1})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        self._big = self._book.add_format({"num_format": "@", "italic": True, "align": "right"})
        self._word = self._book.add_format({"align": "right"})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._closed = False
        self.begin(columns, sheet)

    def begin(self, columns: Sequence[Column], sheet: str) -> None:
        """A further table of the book, on a sheet of its own: rows go there from here on."""
        self._columns = columns
        self._name = sheet_name(sheet)
        self._sheets = 0
        self._add_sheet()

    def _add_sheet(self) -> None:
        self._sheets += 1
        suffix = "" if self._sheets == 1 else f" {self._sheets}"
        self._sheet: Any = self._book.add_worksheet(self._name[: _NAME - len(suffix)] + suffix)
        self._sheet.freeze_panes(1, 0)
        for index, column in enumerate(self._columns):
            self._sheet.set_column(index, index, 24 if column.kind is ColumnKind.TIME else 16)
            self._sheet.write_string(0, index, column.title[:_TEXT], self._head)
        self._next = 1

    def row(self, cells: Sequence[Value]) -> None:
        if self._next == ROWS:
            self._add_sheet()
        for index, (cell, column) in enumerate(zip(cells, self._columns, strict=True)):
            if column.kind is ColumnKind.TIME:
                ns = time_ns(cell)
                self._write(index, None if ns is None else Timestamp(ns))
            else:
                self._write(index, cell)
        self._next += 1

    def _write(self, column: int, cell: Value) -> None:
        sheet, row = self._sheet, self._next
        match cell:
            case None:
                return
            case bool():
                sheet.write_boolean(row, column, cell)
            case int() if abs(cell) <= _EXACT:
                sheet.write_number(row, column, cell)
            case int():
                sheet.write_string(row, column, str(cell), self._big)
            case float() if math.isfinite(cell):
                sheet.write_number(row, column, cell)
            case float():
                sheet.write_string(row, column, value_text(cell), self._word)
            case Timestamp(ns) if _FIRST_NS <= ns < _END_NS:
                sheet.write_number(row, column, _serial(ns), self._time)
            case Timestamp(ns):
                sheet.write_string(row, column, iso_utc(ns))
            case _:
                text = _cut(value_text(cell))
                sheet.write_string(row, column, text, self._quoted if is_dangerous(text) else None)

    def finish(self) -> None:
        about = self._book.add_worksheet("About this file" if self._name.lower() != "about this file" else "About")
        about.set_column(0, 0, 100)
        for row, line in enumerate(_ABOUT):
            about.write_string(row, 0, line)
        self._close()
        with self._path.open("rb+") as file:
            os.fsync(file.fileno())

    def abandon(self) -> None:
        """The library lets go of its files only by writing the book."""
        with contextlib.suppress(OSError):  # the disk that was full still is
            self._close()

    def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            self._book.close()
        except Exception as error:  # the library wraps what the disk said, and has errors of its own kind
            cause = error.args[0] if error.args else None
            raise cause if isinstance(cause, OSError) else OSError(str(error)) from error
        finally:
            self._rows.cleanup()


def sheet_name(name: str) -> str:
    """``name`` as Excel allows it: 31 characters, none of ``[]:*?/\\``, no apostrophe at its ends."""
    return _NOT_IN_A_NAME.sub(" ", name).strip("' ")[:_NAME].strip("' ") or "Data"


def _serial(ns: int) -> float:
    days, rest = divmod(ns, _DAY_NS)
    return _1970 + days + rest / _DAY_NS


def _cut(text: str) -> str:
    """Excel counts UTF-16 units."""
    if len(text) <= _TEXT // 2:
        return text
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * _TEXT else units[: 2 * (_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
