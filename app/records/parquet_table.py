"""Parquet through pyarrow, which is an extra: 170 MB that only few need."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.records.cells import is_number, time_ns, value_text
from app.records.table import Column, ColumnKind, ExportError
from app.values import Value

_GROUP = 50_000


def _arrow() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise ExportError(
            "Parquet needs pyarrow, which is not installed: run 'pip install tagwatch[parquet]', "
            "or choose .xlsx or .csv"
        ) from error


class ParquetTable:
    """A VALUE column becomes two: its exact text under its name, its number (null where it is none) beside it."""

    def __init__(self, path: Path, columns: Sequence[Column], sheet: str) -> None:
        del sheet
        self._pa, parquet = _arrow()
        self._kinds = [column.kind for column in columns]
        self._schema = self._pa.schema(self._fields(columns))
        self._rows: list[Sequence[Value]] = []
        self._file = path.open("wb")
        try:
            self._parquet = parquet.ParquetWriter(self._file, self._schema, compression="zstd")
        except BaseException:
            self._file.close()
            raise

    def _fields(self, columns: Sequence[Column]) -> list[Any]:
        pa = self._pa
        types = {
            ColumnKind.TEXT: pa.string(),
            ColumnKind.TIME: pa.timestamp("ns", tz="UTC"),
            ColumnKind.INTEGER: pa.int64(),
            ColumnKind.NUMBER: pa.float64(),
            ColumnKind.VALUE: pa.string(),
        }
        fields: list[Any] = []
        for column in columns:
            fields.append(pa.field(column.name, types[column.kind]))
            if column.kind is ColumnKind.VALUE:
                fields.append(pa.field(f"{column.name} (number)", pa.float64()))
        return fields

    def row(self, cells: Sequence[Value]) -> None:
        self._rows.append([_cell(cell, kind) for cell, kind in zip(cells, self._kinds, strict=True)])
        if len(self._rows) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        arrays: list[Any] = []
        fields = iter(self._schema)
        for kind, cells in zip(self._kinds, zip(*self._rows, strict=True), strict=True):
            if kind is ColumnKind.VALUE:
                arrays.append(self._pa.array([None if c is None else value_text(c) for c in cells], next(fields).type))
                cells = [_double(c) for c in cells]  # noqa: PLW2901
            arrays.append(self._pa.array(cells, next(fields).type))
        self._parquet.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()

    def finish(self) -> None:
        self._flush()
        self._parquet.close()
        self._file.close()

    def abandon(self) -> None:
        self._rows.clear()
        try:
            self._parquet.close()
        finally:
            self._file.close()


def _cell(cell: Value, kind: ColumnKind) -> Value:
    match kind:
        case ColumnKind.TIME:
            ns = time_ns(cell)
            if ns is not None and not -(2**63) < ns < 2**63:
                raise OverflowError(f"Parquet has times from 1677 to 2262 alone, not {value_text(cell)}")
            return ns
        case ColumnKind.TEXT:
            return None if cell is None else value_text(cell)
        case ColumnKind.INTEGER:
            if cell is not None and not (is_number(cell) and isinstance(cell, int) and -(2**63) <= cell < 2**63):
                raise ValueError(f"{cell!r} is not an integer of 64 bits")
            return cell
        case ColumnKind.NUMBER:
            if cell is not None and not is_number(cell):
                raise ValueError(f"{cell!r} is not a number")
            return _double(cell)
        case ColumnKind.VALUE:
            return cell


def _double(cell: Value) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None
