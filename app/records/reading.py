"""One file of the recorder's store as it is at one moment, read."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from zlib import crc32

import numpy as np

from app.records.database import DamagedError, trouble
from app.records.packing import DamagedColumnError
from app.records.samples import Line, Samples
from app.records.segment import FORM, Arrivals, Hole


class Tail:
    """What of a file is not sorted into blocks yet, as it was looked at last, so that only what is new is read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[int, Arrivals] = {}
        self._all = Arrivals.joined([])

    def look(self, database: sqlite3.Connection) -> Arrivals:
        """ValueError where the bytes are none."""
        with self._lock:
            return self._look(database)

    def _look(self, database: sqlite3.Connection) -> Arrivals:
        first, last = database.execute("SELECT min(id), max(id) FROM arrivals").fetchone()
        if first is None:
            self._parts.clear()
            self._all = Arrivals.joined([])
            return self._all
        # Another thread may look at an older moment than the last one did.
        gone = {number for number in self._parts if not first <= number <= last}
        known: list[int] = [number for number in self._parts if number not in gone]
        newest = max(known, default=first - 1)
        rows = database.execute("SELECT id, data FROM arrivals WHERE id > ? ORDER BY id", (newest,)).fetchall()
        fresh = {number: Arrivals.unpack(data) for number, data in rows}
        for number in gone:
            del self._parts[number]
        self._parts.update(fresh)
        if gone:
            self._all = Arrivals.joined(list(self._parts.values()))
        elif fresh:
            self._all = Arrivals.joined([self._all, *fresh.values()])
        return self._all


class SegmentReader:
    """A read transaction: nothing of it changes until it is closed. StoreError or OSError where it cannot be read."""

    def __init__(self, path: Path, tail: Tail | None = None) -> None:
        self.path = path
        self._tail = tail or Tail()
        self._arrivals: Arrivals | None = None
        self._database = FORM.connect(path, read_only=True)
        try:
            self._database.execute("BEGIN")
            head = self._database.execute("SELECT made_ns, alive_ns, closed, missed FROM head").fetchone()
        except sqlite3.Error as error:
            self._database.close()
            raise trouble(error, path) from error
        if head is None:
            self._database.close()
            raise DamagedError(f"{path.name} is damaged: it has no head")
        self.made_ns: int = head[0]
        self.alive_ns: int = head[1]
        self.closed: bool = bool(head[2])
        self.missed: int = head[3]

    def __enter__(self) -> SegmentReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def _rows(self, query: str, *arguments: object) -> list[Any]:
        try:
            return self._database.execute(query, arguments).fetchall()
        except sqlite3.Error as error:
            raise trouble(error, self.path) from error

    # ---- tags

    def number(self, source: str, tag: str) -> int | None:
        """That of the tag in this file; None where it knows none."""
        rows = self._rows("SELECT id FROM tags WHERE source = ? AND tag = ?", source, tag)
        return rows[0][0] if rows else None

    def unit(self, number: int) -> str:
        """That of an imported tag; empty where none is known."""
        if not self._rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'units'"):
            return ""
        rows = self._rows("SELECT unit FROM units WHERE tag = ?", number)
        return str(rows[0][0]) if rows else ""

    def extents(self) -> Generator[tuple[str, str, int, int, int]]:
        """Source, tag, first and last time and how many samples of each tag with any."""
        names = {number: (source, tag) for number, source, tag in self._rows("SELECT id, source, tag FROM tags")}
        rows = self._rows("SELECT tag, min(first_ns), max(last_ns), sum(count) FROM blocks GROUP BY tag")
        arrivals = self.arrivals
        numbers: list[int] = np.unique(arrivals.tags).tolist()
        for number in numbers:
            times = arrivals.of(number).times
            rows.append((number, int(times[0]), int(times[-1]), len(times)))
        for number, first, last, count in rows:
            if number in names:
                yield *names[number], first, last, count

    # ---- samples

    @property
    def arrivals(self) -> Arrivals:
        if self._arrivals is None:
            try:
                self._arrivals = self._tail.look(self._database)
            except ValueError as error:
                raise DamagedError(f"{self.path.name} is damaged: {error}") from error
            except sqlite3.Error as error:
                raise trouble(error, self.path) from error
        return self._arrivals

    def blocks(self, tag: int, start_ns: int, end_ns: int) -> list[tuple[int, int, int]]:
        """(id, first time, last time) of those with anything in the range, by their first time."""
        query = "SELECT id, first_ns, last_ns FROM blocks WHERE tag = ? AND first_ns < ? AND last_ns >= ? ORDER BY 2"
        return self._rows(query, tag, end_ns, start_ns)

    def summaries(self, tag: int, start_ns: int, end_ns: int) -> Sequence[tuple[Any, ...]]:
        """The same with what :meth:`app.records.bins.Pieces.of_blocks` takes."""
        return self._rows(
            "SELECT id, first_ns, last_ns, count, bad, uncertain, low, high, first, last, first_quality, last_quality "
            "FROM blocks WHERE tag = ? AND first_ns < ? AND last_ns >= ? ORDER BY first_ns",
            tag,
            end_ns,
            start_ns,
        )

    def block(self, row: int) -> Samples:
        """DamagedError where it is not as it was written."""
        ((_, count, data),) = self._sound([row])
        with self._block(row):
            return Samples.unpack(data, count)

    def line(self, rows: Sequence[int]) -> Line:
        """Of several blocks as one. DamagedError as above."""
        parts: list[Line] = []
        for row, count, data in self._sound(rows):
            with self._block(row):
                parts.append(Line.unpack(data, count))
        return Line.joined(parts)

    def _sound(self, rows: Sequence[int]) -> list[tuple[int, int, bytes]]:
        """(id, count, bytes) of blocks whose sum is right."""
        marks = ", ".join("?" * len(rows))
        found = self._rows(
            f"SELECT id, count, sum, data FROM blocks WHERE id IN ({marks}) ORDER BY first_ns, id", *rows
        )
        if len(found) != len(rows):
            raise DamagedError(f"{self.path.name} is damaged: it lacks {len(rows) - len(found)} blocks")
        for row, _, total, data in found:
            if crc32(data) != total:
                raise DamagedError(f"{self.path.name} is damaged: block {row} is not as it was written")
        return [(row, count, data) for row, count, _, data in found]

    @contextlib.contextmanager
    def _block(self, row: int) -> Generator[None]:
        try:
            yield
        except DamagedColumnError as error:
            raise DamagedError(f"{self.path.name} is damaged: block {row}: {error}") from error

    # ---- whether it is whole

    def damage(self) -> list[str]:
        """What SQLite's own check finds, a line each."""
        return [
            f"{self.path.name} is damaged: {words}"
            for (words,) in self._rows("PRAGMA quick_check(10)")
            if words != "ok"
        ]

    def every_block(self) -> list[tuple[int, str, int, int, int]]:
        """Row, tag with its source, first time, last time and count of every block."""
        return self._rows(
            "SELECT blocks.id, coalesce(source || ':' || tags.tag, ''), first_ns, last_ns, count "
            "FROM blocks LEFT JOIN tags ON tags.id = blocks.tag ORDER BY blocks.id"
        )

    def every_arrival(self) -> list[tuple[int, int]]:
        """Row and count of all that is not sorted into blocks yet."""
        return self._rows("SELECT id, count FROM arrivals ORDER BY id")

    def arrival(self, row: int) -> Arrivals:
        """DamagedError where it is none."""
        rows = self._rows("SELECT data FROM arrivals WHERE id = ?", row)
        try:
            return Arrivals.unpack(rows[0][0] if rows else b"")
        except ValueError as error:
            raise DamagedError(f"{self.path.name} is damaged: arrival {row}: {error}") from error

    # ---- what is held

    def spans(self, source: str, tag: str, end_ns: int) -> list[tuple[int, int, str]]:
        """(start, end, why it ended) of those that begin before the time; an open one ends with the last commit."""
        rows = self._rows(
            "SELECT start_ns, end_ns, why FROM spans JOIN tags ON tags.id = spans.tag "
            "WHERE source = ? AND tags.tag = ? AND start_ns < ?",
            source,
            tag,
            end_ns,
        )
        return [
            (start, max(start, self.alive_ns), "not yet") if end is None else (start, end, why)
            for start, end, why in rows
        ]

    def holes(self, source: str, start_ns: int, end_ns: int) -> list[Hole]:
        """Those of the source, or of all, that touch the range."""
        rows = self._rows(
            "SELECT source, start_ns, end_ns, missed, why FROM holes "
            "WHERE source IN ('', ?) AND start_ns < ? AND end_ns > ?",
            source,
            end_ns,
            start_ns,
        )
        return [Hole(*row) for row in rows]
