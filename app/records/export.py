"""Tables as files: .xlsx, .csv and .parquet, chosen by the suffix.

Rows are streamed, so a table may be larger than memory. The file appears whole or not at all: it is written beside its
name and put in its place at the end, so a failure or a cancel leaves what stood there. Times are UTC in every file and
the header says so; CSV and Parquet keep nanoseconds, Excel about a microsecond.

Text that a spreadsheet would take for a formula is defused: with an apostrophe in CSV, as Excel's own quoted text in
.xlsx. Parquet has types and keeps text as it is. Numbers are never touched.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from app import files
from app.records.csv_table import CsvTable
from app.records.parquet_table import ParquetTable
from app.records.table import Column, ExportCancelledError, ExportError, TableWriter
from app.records.xlsx_table import XlsxTable
from app.tasks import join, spawn
from app.values import Value

#: Rows between two looks at the clock and at the cancel.
STEP = 1_000
_PROGRESS_S = 0.1

Cell = Value
Progress = Callable[[int], object]
_FORMATS: dict[str, Callable[[Path, Sequence[Column], str], TableWriter]] = {
    ".xlsx": XlsxTable,
    ".csv": CsvTable,
    ".parquet": ParquetTable,
}
SUFFIXES = tuple(_FORMATS)


def write_table(
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "Data",
    on_progress: Progress | None = None,
    cancelled: threading.Event | None = None,
) -> int:
    """Write ``rows`` and return their number. ``on_progress`` is told the rows so far, ten times a second at most.

    Blocks, so it belongs into a thread (:func:`export_table`). Raises :class:`ExportError` where the file cannot be
    written, :class:`ExportCancelledError` soon after ``cancelled`` is set; errors of ``rows`` go through.
    """
    make = _writer(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        writer = make(part, columns, sheet)
        try:
            count = _fill(writer, path, columns, rows, on_progress, cancelled)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
        files.replace(part, path)
    except ExportError:
        raise
    except OSError as error:
        raise ExportError(trouble(path, error)) from error
    finally:
        part.unlink(missing_ok=True)
    if on_progress is not None:
        on_progress(count)
    return count


def _fill(
    writer: TableWriter,
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    on_progress: Progress | None,
    cancelled: threading.Event | None,
) -> int:
    count = 0
    told = time.monotonic()
    for count, cells in enumerate(_whole(rows, len(columns)), 1):
        try:
            writer.row(cells)
        except (OverflowError, ValueError) as error:
            raise ExportError(f"{path}: row {count:,} cannot be written: {error}") from error
        if count % STEP:
            continue
        if cancelled is not None and cancelled.is_set():
            raise ExportCancelledError(f"{path}: cancelled after {count:,} rows")
        if on_progress is not None and (now := time.monotonic()) - told >= _PROGRESS_S:
            told = now
            on_progress(count)
    if cancelled is not None and cancelled.is_set():
        raise ExportCancelledError(f"{path}: cancelled after {count:,} rows")
    return count


def _whole(rows: Iterable[Sequence[Cell]], width: int) -> Iterator[Sequence[Cell]]:
    for number, cells in enumerate(rows, 1):
        if len(cells) != width:
            raise ValueError(f"row {number:,} has {len(cells)} cells, the table has {width} columns")
        yield cells


def _writer(path: Path) -> Callable[[Path, Sequence[Column], str], TableWriter]:
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise ExportError(f"{path}: tables are written as {known}, not as {suffix or 'a file without a suffix'}")
    return _FORMATS[suffix]


def trouble(path: Path, error: OSError) -> str:
    """What went wrong with a file that was to be written, and what to do."""
    match error:
        case FileNotFoundError():
            return f"{path}: the folder does not exist"
        case PermissionError():
            return (
                f"{path}: not allowed to write here, or another program has the file open: "
                "close it there, or choose another name"
            )
        case _:
            return f"{path}: {error.strerror or error}"


async def export_table(
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "Data",
    on_progress: Progress | None = None,
) -> int:
    """:func:`write_table` in a thread of its own: ``rows`` is iterated there, so it must not touch what the loop
    changes meanwhile (give it a copy). ``on_progress`` is called on the loop. Cancelling it cancels the export and
    returns once nothing of it is left."""
    loop = asyncio.get_running_loop()
    cancelled = threading.Event()

    def progress(count: int) -> None:
        if on_progress is not None and not cancelled.is_set():
            loop.call_soon_threadsafe(on_progress, count)

    def work() -> int:
        return write_table(path, columns, rows, sheet=sheet, on_progress=progress, cancelled=cancelled)

    task = spawn(asyncio.to_thread(work), name=f"export {path.name}", on_failure=_heard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        cancelled.set()
        await join(task, cancel=False)
        raise


def _heard(error: BaseException) -> None:
    """Whoever awaits the export gets the error; the log need not repeat it."""
