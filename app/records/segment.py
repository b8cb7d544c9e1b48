"""One file of the recorder's store: SQLite in WAL mode, with samples in blocks of columns.

What comes is appended as **arrivals**, a row or a few for each commit with the samples of all tags; from time to time
they are sorted into **blocks**, up to 1,024 samples of one tag with their extremes beside them. A file begins and ends
by time or size and is deleted as a whole: that is how old data gives its space back. Beside samples a file knows
**spans**, when a tag was recorded, and **holes**, when something was missed. docs/records.md tells the schema for other
readers.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import sqlite3
import struct
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.records.database import DamagedError, Form, check, plain_file, size_of, transaction, trouble
from app.records.packing import Floats
from app.records.samples import Samples, pack_others, unpack_others
from app.values import QualityClass, quality_class

#: Samples in one block at the most.
BLOCK = 1_024
SUFFIX = ".samples"
NAME = re.compile(r"(?P<series>[a-z0-9]+)-(?P<start>\d{8}T\d{6}Z)-(?P<number>\d{6})\.samples$")

_SCHEMA = (
    """CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        made_ns INTEGER NOT NULL,       -- when the file was begun
        alive_ns INTEGER NOT NULL,      -- the last commit
        closed INTEGER NOT NULL,        -- 1: nothing is added any more
        arrival INTEGER NOT NULL,       -- the number of the last arrival ever
        missed INTEGER NOT NULL) STRICT -- samples that could not be kept""",
    "CREATE TABLE tags (id INTEGER PRIMARY KEY, source TEXT NOT NULL, tag TEXT NOT NULL, UNIQUE (source, tag)) STRICT",
    """CREATE TABLE arrivals (
        id INTEGER PRIMARY KEY, count INTEGER NOT NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
        data BLOB NOT NULL) STRICT""",
    """CREATE TABLE blocks (
        id INTEGER PRIMARY KEY,
        tag INTEGER NOT NULL REFERENCES tags, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
        count INTEGER NOT NULL,
        bad INTEGER NOT NULL, uncertain INTEGER NOT NULL,
        low REAL, high REAL,            -- of the good and uncertain ones
        first REAL, last REAL, first_quality INTEGER NOT NULL, last_quality INTEGER NOT NULL,
        sum INTEGER NOT NULL,           -- CRC-32 of data
        data BLOB NOT NULL) STRICT""",
    "CREATE INDEX blocks_by_tag ON blocks (tag, first_ns, last_ns)",
    """CREATE TABLE spans (
        id INTEGER PRIMARY KEY, tag INTEGER NOT NULL REFERENCES tags, start_ns INTEGER NOT NULL,
        end_ns INTEGER,                 -- none: it was being recorded at head.alive_ns
        why TEXT NOT NULL) STRICT""",
    "CREATE INDEX spans_by_tag ON spans (tag, start_ns)",
    """CREATE TABLE holes (
        id INTEGER PRIMARY KEY, source TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
        missed INTEGER NOT NULL, why TEXT NOT NULL) STRICT""",
)
#: Imports alone have it; who does not know it loses nothing but the units.
_UNITS = "CREATE TABLE IF NOT EXISTS units (tag INTEGER PRIMARY KEY REFERENCES tags, unit TEXT NOT NULL) STRICT"
FORM = Form(0x54575350, 1, "file of the recorder's store", _SCHEMA)  # "TWSP"

_ARRIVAL = np.dtype(
    [("tag", "<u4"), ("kind", "u1"), ("quality", "<i4"), ("source", "<i8"), ("receive", "<i8"), ("real", "<f8")]
)
_COUNT = struct.Struct("<I")
#: Samples in a row of arrivals at the most, about two megabytes.
_ARRIVALS = 65_536


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Samples of many tags, as they came: the tag's number for each."""

    tags: NDArray[np.uint32]
    samples: Samples

    def __len__(self) -> int:
        return len(self.tags)

    def pack(self) -> bytearray:
        """Filled in place: copies of megabytes are made with the interpreter locked, and the window waits for it."""
        data = bytearray(_COUNT.size + len(self.tags) * _ARRIVAL.itemsize)
        _COUNT.pack_into(data, 0, len(self.tags))
        rows = np.frombuffer(data, _ARRIVAL, offset=_COUNT.size)
        rows["tag"], rows["kind"], rows["quality"] = self.tags, self.samples.kinds, self.samples.qualities
        rows["source"], rows["receive"] = self.samples.source_times, self.samples.receive_times
        rows["real"] = self.samples.reals
        del rows  # or the array could not grow
        data += pack_others(self.samples.others)
        return data

    def parts(self, count: int) -> Iterator[Arrivals]:
        """In their order, of ``count`` samples at the most."""
        if len(self) <= count:
            yield self
            return
        for at in range(0, len(self), count):
            part = slice(at, min(at + count, len(self)))
            yield Arrivals(self.tags[part], self.samples.take(part))

    @classmethod
    def unpack(cls, data: bytes | bytearray) -> Arrivals:
        """ValueError where the bytes are none."""
        if len(data) < _COUNT.size:
            raise ValueError("arrivals are cut off")
        (count,) = _COUNT.unpack_from(data)
        end = _COUNT.size + count * _ARRIVAL.itemsize
        if end > len(data):
            raise ValueError("arrivals are cut off")
        rows = np.frombuffer(data, _ARRIVAL, count, _COUNT.size)
        others, _ = unpack_others(memoryview(data), end)
        return cls(
            rows["tag"].astype(np.uint32),
            Samples(
                rows["source"].astype(np.int64),
                rows["receive"].astype(np.int64),
                rows["real"].astype(np.float64),
                rows["kind"].copy(),
                rows["quality"].astype(np.int32),
                others,
            ),
        )

    @classmethod
    def joined(cls, parts: Sequence[Arrivals]) -> Arrivals:
        if not parts:
            return cls(np.empty(0, np.uint32), Samples.none())
        return cls(np.concatenate([part.tags for part in parts]), Samples.joined([part.samples for part in parts]))

    def of(self, tag: int) -> Samples:
        """Those of one tag, in the order of time."""
        return self.samples.take(np.flatnonzero(self.tags == tag)).in_order()


@dataclass(frozen=True, slots=True)
class Span:
    """When a tag was recorded; ``why`` it ended: empty = it goes on in the next file."""

    tag: int
    start_ns: int
    end_ns: int
    why: str


@dataclass(frozen=True, slots=True)
class Hole:
    """When samples were missed: of a source, or of all of them (empty)."""

    source: str
    start_ns: int
    end_ns: int
    missed: int
    why: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A span of a tag begins (``why`` None) or ends."""

    tag: int
    time_ns: int
    why: str | None


def create(path: Path, now_ns: int) -> None:
    """A new, empty file. OSError."""
    FORM.create(path, ("INSERT INTO head VALUES (1, ?, ?, 0, 0, 0)", (now_ns, now_ns)))


# ---- writing


class SegmentWriter:
    """The only writer of a file; used by one thread. Every call is a transaction: all of it is kept, or nothing."""

    def __init__(self, path: Path) -> None:
        """Opens a file that is there. StoreError or OSError."""
        self.path = path
        self._database = FORM.connect(path, read_only=False)
        try:
            self._tags: dict[tuple[str, str], int] = {
                (source, tag): number
                for number, source, tag in self._database.execute("SELECT id, source, tag FROM tags")
            }
            self.made_ns: int
            self._arrival: int
            self.made_ns, self._arrival = self._database.execute("SELECT made_ns, arrival FROM head").fetchone()
            #: Samples that are not in blocks yet.
            self.waiting: int = self._database.execute("SELECT coalesce(sum(count), 0) FROM arrivals").fetchone()[0]
        except sqlite3.Error as error:
            self._database.close()
            raise trouble(error, path) from error
        self._new_tags: list[tuple[int, str, str]] = []
        self._spans: dict[int, int] = {}  # tag -> row of its open span

    def tag(self, source: str, tag: str) -> int:
        """The tag's number; a new one is kept with the next :meth:`commit`."""
        number = self._tags.get((source, tag))
        if number is None:
            number = self._tags[source, tag] = len(self._tags) + 1
            self._new_tags.append((number, source, tag))
        return number

    def keep_units(self, units: Mapping[int, str]) -> None:
        """By the numbers of tags that are committed."""
        with self._transaction() as database:
            database.execute(_UNITS)
            database.executemany("INSERT OR REPLACE INTO units VALUES (?, ?)", list(units.items()))

    def _transaction(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return transaction(self._database, self.path)

    def commit(
        self, arrivals: Arrivals, now_ns: int, *, turns: Sequence[Turn] = (), holes: Sequence[Hole] = ()
    ) -> None:
        """Keep samples, beginnings and ends of spans in their order, and holes."""
        spans = dict(self._spans)
        with self._transaction() as database:
            database.executemany("INSERT INTO tags VALUES (?, ?, ?)", self._new_tags)
            for turn in turns:
                _turn(database, spans, turn)
            database.executemany(
                "INSERT INTO holes (source, start_ns, end_ns, missed, why) VALUES (?, ?, ?, ?, ?)",
                [(hole.source, hole.start_ns, hole.end_ns, hole.missed, hole.why) for hole in holes],
            )
            number = self._arrival
            for part in arrivals.parts(_ARRIVALS) if len(arrivals) else ():
                number += 1
                times = part.samples.times
                row = (number, len(part), int(times.min()), int(times.max()), part.pack())
                database.execute("INSERT INTO arrivals VALUES (?, ?, ?, ?, ?)", row)
            missed = sum(hole.missed for hole in holes)
            database.execute("UPDATE head SET alive_ns = ?, arrival = ?, missed = missed + ?", (now_ns, number, missed))
        self._new_tags.clear()
        self._arrival, self._spans = number, spans
        self.waiting += len(arrivals)

    def seal(self, pace: Callable[[], object] | None = None) -> int:
        """Sort the arrivals into blocks; how many samples that were. ``pace`` is called between two blocks, and may
        wait or commit."""
        try:
            rows = self._database.execute("SELECT id, data FROM arrivals ORDER BY id").fetchall()
        except sqlite3.Error as error:
            raise trouble(error, self.path) from error
        if not rows:
            return 0
        try:
            arrivals = Arrivals.joined([Arrivals.unpack(data) for _, data in rows])
        except ValueError as error:
            raise DamagedError(f"{self.path.name} is damaged: {error}") from error
        blocks: list[tuple[object, ...]] = []
        for block in blocks_of(arrivals):
            blocks.append(block)
            if pace is not None:
                pace()
        with self._transaction() as database:
            database.executemany(f"INSERT INTO blocks ({_BLOCK_NAMES}) VALUES ({_BLOCK_MARKS})", blocks)
            database.execute("DELETE FROM arrivals WHERE id <= ?", (rows[-1][0],))
        self.waiting -= len(arrivals)
        return len(arrivals)

    def add_blocks(self, tag: int, samples: Samples) -> None:
        """Samples of one tag at once, for imports: in any order. No span is made of them."""
        numbers = np.full(len(samples), tag, np.uint32)
        blocks = list(blocks_of(Arrivals(numbers, samples)))
        with self._transaction() as database:
            database.executemany("INSERT INTO tags VALUES (?, ?, ?)", self._new_tags)
            database.executemany(f"INSERT INTO blocks ({_BLOCK_NAMES}) VALUES ({_BLOCK_MARKS})", blocks)
        self._new_tags.clear()

    def finish(self, now_ns: int, why: str, *, seal: bool = True, pace: Callable[[], object] | None = None) -> None:
        """Spans end. Unless told not to ``seal``, nothing more ever comes: arrivals become blocks, and what is free
        goes back to the disk."""
        if seal:
            self.seal(pace)
        with self._transaction() as database:
            database.execute("UPDATE spans SET end_ns = max(start_ns, ?), why = ? WHERE end_ns IS NULL", (now_ns, why))
            database.execute("UPDATE head SET alive_ns = max(alive_ns, ?), closed = ?", (now_ns, int(seal)))
        self._spans.clear()
        if seal:
            plain_file(self._database)

    def check(self) -> None:
        """DamagedError where SQLite finds the file damaged."""
        check(self._database, self.path)

    def end_spans_of_the_dead(self) -> None:
        """Spans that an earlier program left open end where its last commit was."""
        with self._transaction() as database:
            database.execute(
                "UPDATE spans SET end_ns = max(start_ns, (SELECT alive_ns FROM head)), why = 'ended' "
                "WHERE end_ns IS NULL"
            )

    @property
    def bytes(self) -> int:
        with contextlib.suppress(OSError):
            return size_of(self.path)
        return 0

    def close(self) -> None:
        self._database.close()


def _turn(database: sqlite3.Connection, spans: dict[int, int], turn: Turn) -> None:
    row = spans.pop(turn.tag, None) if turn.why is not None else spans.get(turn.tag)
    if turn.why is not None and row is not None:
        query = "UPDATE spans SET end_ns = max(start_ns, ?), why = ? WHERE id = ?"
        database.execute(query, (turn.time_ns, turn.why, row))
    elif turn.why is None and row is None:
        query = "INSERT INTO spans (tag, start_ns, why) VALUES (?, ?, '')"
        spans[turn.tag] = database.execute(query, (turn.tag, turn.time_ns)).lastrowid or 0


_BLOCK_COLUMNS = (
    "tag", "first_ns", "last_ns", "count", "bad", "uncertain", "low", "high", "first", "last", "first_quality",
    "last_quality", "sum", "data",
)  # fmt: skip
_BLOCK_NAMES = ", ".join(_BLOCK_COLUMNS)
_BLOCK_MARKS = ", ".join("?" * len(_BLOCK_COLUMNS))


def blocks_of(arrivals: Arrivals) -> Generator[tuple[object, ...]]:
    """Rows of the table of blocks: by tag, then by time."""
    if not len(arrivals):
        return
    order = np.lexsort((arrivals.samples.times, arrivals.tags))
    tags, samples = arrivals.tags[order], arrivals.samples.take(order)
    bounds = [0, *(np.flatnonzero(np.diff(tags)) + 1).tolist(), len(tags)]
    for start, end in itertools.pairwise(bounds):
        for at in range(start, end, BLOCK):
            yield _block(int(tags[start]), samples.take(slice(at, min(at + BLOCK, end))))


def _block(tag: int, samples: Samples) -> tuple[object, ...]:
    times, reals, qualities = samples.times, samples.reals, samples.qualities
    classes = classes_of(reals, qualities)
    known = reals[classes != BAD]
    low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
    data = samples.pack()
    return (
        tag, int(times[0]), int(times[-1]), len(samples),
        int((classes == BAD).sum()), int((classes == UNCERTAIN).sum()), low, high,
        float(reals[0]), float(reals[-1]), int(qualities[0]), int(qualities[-1]), crc32(data), data,
    )  # fmt: skip


# ---- what samples are worth

GOOD, UNCERTAIN, BAD = 0, 1, 2
_CLASS = {QualityClass.GOOD: GOOD, QualityClass.UNCERTAIN: UNCERTAIN, QualityClass.BAD: BAD}
_BY_BITS = np.array([_CLASS[quality_class(bits << 6)] for bits in range(4)], np.uint8)


def classes_of(reals: Floats, qualities: NDArray[np.int32]) -> NDArray[np.uint8]:
    """GOOD, UNCERTAIN or BAD for each: what is no finite number is bad, too."""
    classes = _BY_BITS[(qualities & 0xC0) >> 6]
    finite = np.isfinite(reals)
    return classes if finite.all() else np.where(finite, classes, np.uint8(BAD))


def files(folder: Path) -> list[Path]:
    """The store's files, the oldest first."""
    with contextlib.suppress(OSError):
        return sorted(
            (path for path in folder.iterdir() if NAME.fullmatch(path.name) and not path.is_dir()),
            key=lambda path: (path.name.split("-", 1)[1], path.name),
        )
    return []
