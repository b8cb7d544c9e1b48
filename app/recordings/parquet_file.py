"""Parquet files, through pyarrow, which is an extra."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from app.recordings.layout import ROWS
from app.recordings.model import RecordingError
from app.values import Timestamp, Value

_BATCH = 65_536


def open_parquet(path: Path) -> Any:
    """pyarrow's file. RecordingError where it is none, or pyarrow is not there."""
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise RecordingError(
            f"{path}: Parquet needs pyarrow, which is not installed: run 'pip install tagwatch[parquet]', or use CSV"
        ) from error
    try:
        return parquet.ParquetFile(path)
    except OSError:
        raise
    except Exception as error:  # pyarrow's own kinds, which are ValueErrors or not
        raise RecordingError(f"{path}: this is no Parquet file, or a damaged one ({error})") from error


def names_of(file: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in file.schema_arrow.names)


def first_rows(file: Any) -> list[list[str]]:
    """As texts."""
    for batch in file.iter_batches(batch_size=ROWS):
        columns = [_column(column) for column in batch.columns]
        return [[_text(cell) for cell in row] for row in zip(*columns, strict=True)]
    return []


def rows_of(path: Path, file: Any) -> Iterator[tuple[int, Sequence[Value]]]:
    """(row, cells); times are :class:`Timestamp`."""
    number = 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH):
            for cells in zip(*(_column(column) for column in batch.columns), strict=True):
                number += 1
                yield number, cells
    except OSError:
        raise
    except Exception as error:
        raise RecordingError(f"{path}: damaged behind row {number:,} ({error})") from error


def _column(column: Any) -> list[Value]:
    arrow: Any = importlib.import_module("pyarrow")
    kinds = arrow.types
    if kinds.is_timestamp(column.type) or kinds.is_date(column.type):
        whole = column.cast(arrow.timestamp("ns")) if column.type.tz is None else column.cast(
            arrow.timestamp("ns", tz="UTC")
        )  # fmt: skip
        return [None if ns is None else Timestamp(ns) for ns in whole.cast(arrow.int64()).to_pylist()]
    if kinds.is_dictionary(column.type):
        column = column.dictionary_decode()
    return [_value(cell) for cell in column.to_pylist()]


def _value(cell: object) -> Value:
    match cell:
        case None | bool() | int() | float() | str() | bytes():
            return cell
        case list() | tuple():
            return tuple(_value(one) for one in cast("Sequence[object]", cell))
        case _:
            return str(cell)


def _text(cell: Value) -> str:
    return "" if cell is None else str(cell)
