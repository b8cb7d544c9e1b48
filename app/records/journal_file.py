"""One file of the journal: SQLite in WAL mode, a row for each event, notice and operator action.

Names of sessions, kinds and tags stand once, in ``words``; the view ``log`` reads like a table to whoever opens the
file with another program. A file is written by one process, which has its number in the name, read by everybody, and
deleted as a whole.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from app.events.notices import Severity
from app.records.database import Form, check, plain_file, size_of, transaction, trouble
from app.values import NS_PER_S, iso_utc

SUFFIX = ".events"
NAME = re.compile(r"log-(?P<start>\d{8}T\d{6}Z)-(?P<pid>\d+)-(?P<number>\d+)\.events$")
SEVERITIES = tuple(severity.name.lower() for severity in Severity)
#: The kind of an operator's note.
NOTE = "note"
_STAMP = re.compile(r"[-:]")

_SCHEMA = (
    """CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        made_ns INTEGER NOT NULL,   -- when the file was begun
        alive_ns INTEGER NOT NULL,  -- the last commit
        closed INTEGER NOT NULL,    -- 1: nothing is added any more
        first_ns INTEGER, last_ns INTEGER) STRICT -- the times of its rows""",
    "CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT",
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY,     -- in the order of the log
        time_ns INTEGER NOT NULL,
        session INTEGER NOT NULL REFERENCES words, kind INTEGER NOT NULL REFERENCES words,
        severity INTEGER NOT NULL,  -- 0 info, 1 warning, 2 error
        tag INTEGER REFERENCES words,
        value ANY,                  -- a number or a text
        other TEXT,                 -- any other value, as JSON
        quality INTEGER, source_ns INTEGER, sequence INTEGER, -- of events
        detail TEXT,                -- in words
        more TEXT) STRICT           -- by name, as JSON""",
    """CREATE VIEW log AS SELECT
        strftime('%Y-%m-%dT%H:%M:%S', time_ns / 1000000000, 'unixepoch') || printf('.%09dZ', time_ns % 1000000000)
            AS time, s.text AS session, k.text AS kind,
        CASE severity WHEN 0 THEN 'info' WHEN 1 THEN 'warning' ELSE 'error' END AS severity,
        t.text AS tag, coalesce(value, other) AS value, quality,
        strftime('%Y-%m-%dT%H:%M:%S', source_ns / 1000000000, 'unixepoch') || printf('.%09dZ', source_ns % 1000000000)
            AS source_time, sequence, detail, more
        FROM events JOIN words s ON s.id = session JOIN words k ON k.id = kind LEFT JOIN words t ON t.id = tag
        ORDER BY events.id""",
)
FORM = Form(0x54575645, 1, "file of the journal", _SCHEMA)  # "TWVE"

_COLUMNS = (
    "time_ns", "session", "kind", "severity", "tag", "value", "other", "quality", "source_ns", "sequence", "detail",
    "more",
)  # fmt: skip
_ROW = f"({', '.join('?' * len(_COLUMNS))})"
#: Rows that one statement adds: each statement lets go of the interpreter once, and a busy window may keep it long.
_STEPS = (500, 50, 5, 1)
_INSERTS = {count: f"INSERT INTO events ({', '.join(_COLUMNS)}) VALUES {', '.join([_ROW] * count)}" for count in _STEPS}
_SELECT = (
    "SELECT e.id, e.time_ns, s.text, k.text, e.severity, coalesce(t.text, ''), e.value, e.other, e.quality, "
    "e.source_ns, e.sequence, coalesce(e.detail, ''), coalesce(e.more, '') FROM events e "
    "JOIN words s ON s.id = e.session JOIN words k ON k.id = e.kind LEFT JOIN words t ON t.id = e.tag"
)
#: More tags than this are not looked for by their numbers.
_MOST_TAGS = 500


class Cells(NamedTuple):
    """A row as it is written; session, kind and tag are numbers of words."""

    time_ns: int
    session: int
    kind: int
    severity: int
    tag: int | None = None
    value: float | str | None = None
    other: str | None = None
    quality: int | None = None
    source_ns: int | None = None
    sequence: int | None = None
    detail: str | None = None
    more: str | None = None


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row of the journal. ``kind`` is an event's words, a notice's kind, ``operator``, ``note`` or ``gap``; ``value``
    is as JSON has it; ``quality``, ``source_ns`` and ``sequence`` are None where there is none; ``more`` is JSON or
    empty."""

    number: int
    time_ns: int
    session: str
    kind: str
    severity: str
    tag: str = ""
    value: Any = None
    quality: int | None = None
    source_ns: int | None = None
    sequence: int | None = None
    detail: str = ""
    more: str = ""

    @property
    def has_value(self) -> bool:
        return self.value is not None or self.sequence is not None

    @property
    def details(self) -> Mapping[str, Any]:
        if not self.more:
            return {}
        with contextlib.suppress(ValueError):
            if isinstance(told := json.loads(self.more), dict):
                return cast("dict[str, Any]", told)
        return {}


def name_of(start_ns: int, pid: int, number: int) -> str:
    return f"log-{_STAMP.sub('', iso_utc(start_ns)[:19])}Z-{pid}-{number:04d}{SUFFIX}"


def order_of(name: str) -> tuple[str, int, str]:
    """By the time in the name; the files of one second by their numbers."""
    found = NAME.match(name)
    return (found["start"], int(found["number"]), name) if found else ("", 0, name)


def files_in_order(folder: Path) -> list[Path]:
    """The journal's files, the oldest first."""
    with contextlib.suppress(OSError):
        return sorted(
            (path for path in folder.iterdir() if NAME.match(path.name)), key=lambda path: order_of(path.name)
        )
    return []


def create(path: Path, now_ns: int) -> None:
    """A new, empty file. OSError."""
    FORM.create(path, ("INSERT INTO head VALUES (1, ?, ?, 0, NULL, NULL)", (now_ns, now_ns)))


class JournalWriter:
    """The only writer of a file; used by one thread. What is added is kept with the next :meth:`commit`; after an error
    it is not, and the writer is of no more use but to be closed."""

    def __init__(self, path: Path) -> None:
        """Opens a file that is there. StoreError or OSError."""
        self.path = path
        self._span: tuple[int, int] | None = None  # of the rows that are not committed
        self._database = FORM.connect(path, read_only=False)
        try:
            self._words: dict[str, int] = {
                text: number for number, text in self._database.execute("SELECT id, text FROM words")
            }
        except sqlite3.Error as error:
            self._database.close()
            raise trouble(error, path) from error
        self._new: list[tuple[int, str]] = []

    def word(self, text: str) -> int:
        """Its number; a new one is kept with the rows that are added next."""
        number = self._words.get(text)
        if number is None:
            text = sound(text)
            number = self._words[text] = self._words.get(text) or len(self._words) + 1
            self._new.append((number, text))
        return number

    def add(self, rows: Iterable[Sequence[object]], count: int, first_ns: int, last_ns: int) -> None:
        """``count`` rows of :class:`Cells`' columns, with times from ``first_ns`` to ``last_ns``."""
        cells = itertools.chain.from_iterable(rows)
        width = len(_COLUMNS)
        try:
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR IGNORE INTO words VALUES (?, ?)", self._new)
            self._new.clear()
            left = count
            for step in _STEPS:
                while left >= step:
                    self._database.execute(_INSERTS[step], tuple(itertools.islice(cells, step * width)))
                    left -= step
        except sqlite3.Error as error:
            raise trouble(error, self.path) from error
        low, high = self._span or (first_ns, last_ns)
        self._span = min(low, first_ns), max(high, last_ns)

    def commit(self, now_ns: int) -> None:
        """Keep what was added. StoreError, OSError."""
        if not self._database.in_transaction:
            return
        low, high = self._span or (None, None)
        try:
            self._database.execute(
                "UPDATE head SET alive_ns = ?, first_ns = min(coalesce(first_ns, ?), ?), "
                "last_ns = max(coalesce(last_ns, ?), ?)",
                (now_ns, low, low, high, high),
            )
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise trouble(error, self.path) from error
        self._span = None

    @property
    def bytes(self) -> int:
        with contextlib.suppress(OSError):
            return size_of(self.path)
        return 0

    def check(self) -> None:
        """DamagedError where SQLite finds the file damaged."""
        check(self._database, self.path)

    def finish(self, now_ns: int) -> None:
        """Keep what was added; nothing more is ever."""
        self.commit(now_ns)
        with transaction(self._database, self.path) as database:
            database.execute("UPDATE head SET closed = 1")
        plain_file(self._database)
        self.close()

    def close(self) -> None:
        """What is not committed is not kept."""
        self._database.close()


class JournalFile:
    """A file as it is read: each call sees what was committed until then. For any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        """StoreError, FileNotFoundError where it is gone, OSError."""
        self.path = path
        self._database = FORM.connect(path, read_only=True)

    def __enter__(self) -> JournalFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise trouble(error, self.path) from error

    @property
    def closed(self) -> bool:
        return bool(self._rows("SELECT closed FROM head")[0][0])

    @property
    def span(self) -> tuple[int, int] | None:
        """The earliest and the latest time of its rows; None where it has none."""
        first, last = self._rows("SELECT first_ns, last_ns FROM head")[0]
        return None if first is None else (first, last)

    @property
    def newest(self) -> int:
        """The number of its last row; they count from 1."""
        return self._rows("SELECT coalesce(max(id), 0) FROM events")[0][0]

    def tags_with(self, needles: Sequence[str]) -> list[int] | None:
        """Words that have all of these, in lower case, in them; None: so many that it is not worth while."""
        if not needles:
            return None
        words = self._rows("SELECT id, text FROM words")
        found = [number for number, text in words if all(needle in text.lower() for needle in needles)]
        return found if len(found) <= _MOST_TAGS else None

    def before(self, number: int, until_ns: int, tags: Sequence[int] | None, count: int) -> list[JournalRow]:
        """The last ``count`` rows before this one, not after a time and of these tags, the newest first."""
        among = "" if tags is None else f" AND e.tag IN ({', '.join(map(str, tags))})"
        query = f"{_SELECT} WHERE e.id < ? AND e.time_ns <= ?{among} ORDER BY e.id DESC LIMIT ?"
        return [*map(_row, self._rows(query, number, until_ns, count))]

    def between(
        self, since_ns: int, until_ns: int, count: int, kinds: Sequence[str] = (), without: Sequence[str] = ()
    ) -> Iterator[list[JournalRow]]:
        """The rows of a time, ``until_ns`` left out, of these kinds (none: all) and ``without`` those, in the order of
        the log; up to ``count`` at a time."""
        among = f" AND {_among(kinds)}" if kinds else ""
        among += f" AND NOT {_among(without)}" if without else ""
        query = f"{_SELECT} WHERE e.id > ? AND e.time_ns >= ? AND e.time_ns < ?{among} ORDER BY e.id LIMIT ?"
        last = 0
        while found := self._rows(query, last, since_ns, until_ns, *kinds, *without, count):
            last = found[-1][0]
            yield [*map(_row, found)]

    def every(self, count: int, kinds: Sequence[str] = ()) -> Iterator[list[JournalRow]]:
        """:meth:`between`, of all times."""
        return self.between(-(2**63), 2**63 - 1, count, kinds)

    def check(self) -> None:
        """DamagedError where SQLite finds the file damaged."""
        check(self._database, self.path)


def _among(kinds: Sequence[str]) -> str:
    return f"e.kind IN (SELECT id FROM words WHERE text IN ({', '.join('?' * len(kinds))}))"


def _row(cells: tuple[Any, ...]) -> JournalRow:
    number, time_ns, session, kind, severity, tag, value, other, quality, source_ns, sequence, detail, more = cells
    if other is not None:
        with contextlib.suppress(ValueError):
            value = json.loads(other)
    severity = SEVERITIES[min(int(severity), 2)]
    return JournalRow(number, time_ns, session, kind, severity, tag, value, quality, source_ns, sequence, detail, more)


_INT64 = range(-(2**63), 2**63)


def cell_of(value: object) -> tuple[float | str | None, str | None]:
    """(value, other) of what JSON can tell."""
    if type(value) is float or (type(value) is int and value in _INT64):
        return value, None
    if type(value) is str:
        return sound(value), None
    return None, sound(json.dumps(value, ensure_ascii=False))


def sound(text: str) -> str:
    """Text that UTF-8 can hold: a lone half of a pair becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def start_ns(name: str) -> int:
    """When the file of this name was begun; 0 where it is none."""
    found = NAME.match(name)
    if found is None:
        return 0
    begun = datetime.datetime.strptime(found["start"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    return int(begun.timestamp()) * NS_PER_S
