"""Recordings in files: looked at before they are read, and read with what somebody said their columns mean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from app.recordings import csv_file, parquet_file
from app.recordings.cells import TagCells, undefused
from app.recordings.layout import Guess, Layout, Shape, guess, unit_of
from app.recordings.model import LIMIT, Recording, RecordingError, Track, addressed, track
from app.recordings.qualities import read_quality
from app.recordings.times import TimeReader
from app.values import Timestamp, Value

SUFFIXES: Final = (".csv", ".txt", ".tsv", ".parquet")
#: Problems that are told in words; all are counted.
_TOLD = 20
_STEP = 20_000

#: Told the rows so far; called from the thread that reads.
Progress = Callable[[int], object]


class ReadCancelledError(Exception):
    """Nobody wants the recording any more."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The start of a file: columns, the first rows as texts, and a guess at what they mean."""

    path: Path
    names: tuple[str, ...]
    rows: list[list[str]]
    guess: Guess


def preview(path: Path, *, encoding: str = "", separator: str = "", decimal: str = "") -> Preview:
    """Encoding, separator and decimal sign, of CSV files, are guessed where they are not given. RecordingError where it
    is no recording, OSError where it cannot be read."""
    if _is_parquet(path):
        with parquet_file.open_parquet(path) as file:
            names, rows = parquet_file.names_of(file), parquet_file.first_rows(file)
        return Preview(path, names, rows, guess(names, rows))
    found = csv_file.look(path, encoding=encoding, separator=separator, decimal=decimal)
    dialect = found.dialect
    of_file = {"encoding": dialect.encoding, "separator": dialect.separator, "decimal": dialect.decimal}
    return Preview(path, dialect.names, found.rows, guess(dialect.names, found.rows, **of_file))


def read(
    path: Path,
    layout: Layout | None = None,
    *,
    zone: str = "",
    limit: int = LIMIT,
    on_progress: Progress | None = None,
    cancelled: threading.Event | None = None,
) -> Recording:
    """All of it; without a layout, by the guess. ``zone`` instead of the layout's. Rows that cannot be read are left
    out and told in the recording. RecordingError where nothing can be read, or there are more samples than ``limit``.
    Blocks."""
    found = None
    if layout is None:
        found = preview(path)
        layout = found.guess.layout
        if layout is None:
            raise RecordingError(f"{path}: no column has times: say what the columns mean")
    if zone:
        layout = replace(layout, zone=zone)
    with _Rows(path, layout) as rows:
        try:
            layout.check(rows.names)
            return _Reader(path, layout, rows.names, limit).read(rows, on_progress, cancelled)
        except RecordingError:
            raise
        except ValueError as error:
            raise RecordingError(f"{path}: {error}") from error


class _Rows:
    """The rows of either kind of file."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path = path
        self._parquet: Any = None
        if _is_parquet(path):
            self._parquet = parquet_file.open_parquet(path)
            self.names = parquet_file.names_of(self._parquet)
        else:
            found = csv_file.look(
                path, encoding=layout.encoding, separator=layout.separator, decimal=layout.decimal
            )  # fmt: skip
            self._dialect = found.dialect
            self.names = found.dialect.names

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, *_: object) -> None:
        if self._parquet is not None:
            self._parquet.close()

    def __iter__(self) -> Iterator[tuple[int, Sequence[Value]]]:
        if self._parquet is not None:
            return parquet_file.rows_of(self._path, self._parquet)
        return csv_file.rows_of(self._path, self._dialect)


class _Reader:
    def __init__(self, path: Path, layout: Layout, names: Sequence[str], limit: int) -> None:
        self._path = path
        self._layout = layout
        self._limit = limit
        self._place = {name: at for at, name in enumerate(names)}
        self._time = TimeReader(layout.form, layout.zone)
        self._cells: dict[tuple[str, str], TagCells] = {}
        self._qualities: dict[Value, int] = {}
        self._problems: list[str] = []
        self._wrong: set[int] = set()
        self._samples = 0

    def read(
        self, rows: _Rows, on_progress: Progress | None, cancelled: threading.Event | None
    ) -> Recording:  # fmt: skip
        take = self._take_long() if self._layout.shape is Shape.LONG else self._take_wide()
        count = 0
        for count, (number, cells) in enumerate(rows, 1):
            try:
                take(number, cells)
            except (ValueError, OverflowError) as error:
                self._problem(number, str(error))
            if count % _STEP:
                continue
            if cancelled is not None and cancelled.is_set():
                raise ReadCancelledError(f"{self._path}: given up after {count:,} rows")
            if on_progress is not None:
                on_progress(count)
        for cells in self._cells.values():
            cells.settle()
        if on_progress is not None:
            on_progress(count)
        tracks = [self._track(source, tag, cells) for (source, tag), cells in self._cells.items() if len(cells.times)]
        if not tracks:
            why = f": {self._problems[0]}" if self._problems else ""
            raise RecordingError(f"{self._path}: none of its {count:,} rows has a sample{why}")
        return Recording(self._path.name, addressed(tracks), count, len(self._wrong), tuple(self._problems))

    def _track(self, source: str, tag: str, cells: TagCells) -> Track:
        return track(tag, cells.times, cells.column(), cells.qualities, source=source, unit=cells.unit)

    def _problem(self, row: int, words: str) -> None:
        self._wrong.add(row)
        if len(self._problems) < _TOLD:
            self._problems.append(f"row {row:,}: {words}")

    def _count(self) -> None:
        self._samples += 1
        if self._samples > self._limit:
            raise RecordingError(
                f"{self._path}: more than {self._limit:,} samples are not read at once: split the file"
            )

    def _quality(self, cell: Value) -> int:
        """There are few different ones."""
        found = self._qualities.get(cell)
        if found is None:
            found = read_quality(cell, self._layout.quality_form)
            if len(self._qualities) < _TOLD:
                self._qualities[cell] = found
        return found

    def _of(self, source: str, tag: str, unit: str, kind: str) -> TagCells:
        cells = self._cells.get((source, tag))
        if cells is None:
            cells = self._cells[source, tag] = TagCells(self._layout.decimal, self._problem, kind)
            cells.unit = unit
        return cells

    def _when(self) -> Callable[[Sequence[Value]], int]:
        at, clock = self._place[self._layout.time], self._place.get(self._layout.clock, -1)

        def when(cells: Sequence[Value]) -> int:
            cell = _cell(cells, at)
            if isinstance(cell, Timestamp):
                return cell.ns
            text = str(cell or "").strip()
            if not text:
                raise ValueError("the time is missing")
            return self._time(f"{text} {_cell(cells, clock)}" if clock >= 0 else text)

        return when

    def _take_long(self) -> Callable[[int, Sequence[Value]], None]:
        layout, place = self._layout, self._place
        when, tag_at, value_at = self._when(), place[layout.tag], place[layout.value]
        quality_at, source_at, unit_at, kind_at = (
            place.get(name, -1) for name in (layout.quality, layout.source, layout.unit, layout.kind)
        )

        def take(row: int, cells: Sequence[Value]) -> None:
            tag = undefused(str(_cell(cells, tag_at) or "").strip())
            if not tag:
                raise ValueError("the tag is missing")
            time_ns = when(cells)
            quality = None if quality_at < 0 else self._quality(_cell(cells, quality_at))
            source = undefused(str(_cell(cells, source_at) or "").strip()) if source_at >= 0 else ""
            self._count()
            found = self._cells.get((source, tag))
            if found is None:
                unit, kind = (str(_cell(cells, at) or "").strip() for at in (unit_at, kind_at))
                found = self._of(source, tag, unit, kind)
            found.add(row, time_ns, _cell(cells, value_at), quality)

        return take

    def _take_wide(self) -> Callable[[int, Sequence[Value]], None]:
        layout, place = self._layout, self._place
        when = self._when()
        columns = [
            (place[name], place.get(layout.qualities.get(name, ""), -1), tag, unit_of(name)[1])
            for name, tag in layout.tags.items()
        ]

        def take(row: int, cells: Sequence[Value]) -> None:
            time_ns = when(cells)
            for at, quality_at, tag, unit in columns:
                cell, worth = _cell(cells, at), _cell(cells, quality_at)
                if cell is None or (isinstance(cell, str) and not cell.strip()):
                    if worth is None or worth == "":
                        continue  # no sample of this tag at this time
                    cell = None
                quality = None if quality_at < 0 else self._quality(worth)
                self._count()
                self._of("", tag, unit, "").add(row, time_ns, cell, quality)

        return take


def _cell(cells: Sequence[Value], at: int) -> Value:
    return cells[at] if 0 <= at < len(cells) else None


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"
