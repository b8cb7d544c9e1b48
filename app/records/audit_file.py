"""The audit store's file: SQLite in WAL mode, appended under an exclusive lock, synced before it answers. Blocks.

Rows can be neither changed nor deleted through SQLite (triggers refuse), and the head, which knows the last record,
only moves forward. Who replaces the file as a whole and computes every hash anew leaves no trace in it: note the head's
fingerprint somewhere else, and :meth:`AuditFile.verify` finds that too.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import ErrorCode, GatewayError
from app.records.audit_record import COLUMNS, GENESIS, Cell, Entry, cells, chained

_APPLICATION = 0x54574155  # "TWAU"
_VERSION = 1
_BUSY_S = 5.0
#: Records that are looked at when the file is opened, from its end.
_TAIL = 1_000
_CHUNK = 500

_NAMES = ", ".join(COLUMNS)
_SCHEMA = {
    "records": """CREATE TABLE records (
        number INTEGER PRIMARY KEY, intent INTEGER, time_ns INTEGER NOT NULL,
        os_user TEXT NOT NULL, workstation TEXT NOT NULL,
        session TEXT NOT NULL, source TEXT NOT NULL, tag TEXT NOT NULL,
        old TEXT, old_quality INTEGER, new TEXT, sent_ns INTEGER,
        user TEXT NOT NULL, verifier TEXT NOT NULL, comment TEXT NOT NULL, origin TEXT NOT NULL, run TEXT NOT NULL,
        result TEXT NOT NULL, words TEXT NOT NULL, read_back TEXT, quality INTEGER, hash BLOB NOT NULL) STRICT""",
    "head": """CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, hash BLOB NOT NULL) STRICT""",
    "intents": "CREATE INDEX intents ON records (intent) WHERE intent IS NOT NULL",
    "no_change": """CREATE TRIGGER no_change BEFORE UPDATE ON records
        BEGIN SELECT RAISE(ABORT, 'audit records cannot be changed'); END""",
    "no_delete": """CREATE TRIGGER no_delete BEFORE DELETE ON records
        BEGIN SELECT RAISE(ABORT, 'audit records cannot be deleted'); END""",
    "no_way_back": """CREATE TRIGGER no_way_back BEFORE UPDATE ON head WHEN NEW.number <> OLD.number + 1
        BEGIN SELECT RAISE(ABORT, 'the head of the audit store only moves forward'); END""",
    "no_beheading": """CREATE TRIGGER no_beheading BEFORE DELETE ON head
        BEGIN SELECT RAISE(ABORT, 'the head of the audit store cannot be deleted'); END""",
}


class AuditError(GatewayError):
    """The store cannot record, so nothing may be written; the text says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.AUDIT_UNAVAILABLE, message)


class AuditDamagedError(AuditError):
    """The store is not as it was written: the text names the first wrong record."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last record: its fingerprint vouches for all of them."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """ValueError where it is no fingerprint."""
        found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip().lower(), re.ASCII)
        if found is None:
            raise ValueError(f"{text!r} is no fingerprint: NUMBER:HASH, as verify prints it")
        return cls(int(found[1]), bytes.fromhex(found[2]))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What reading the whole chain has shown; ``problem`` names the first wrong record, empty = there is none."""

    records: int
    head: Head | None
    problem: str = ""


class AuditFile:
    """One connection; to be used by one thread at a time."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Makes the file where there is none, unless ``read_only``."""
        self.path = path
        self._read_only = read_only
        try:
            self._database = self._open()
        except (sqlite3.Error, OSError) as error:
            raise self._trouble(error) from error
        self._file = _identity(path)

    def _open(self) -> sqlite3.Connection:
        if self._read_only and not self.path.is_file():
            raise AuditError(f"there is no audit store {self.path}")
        if not self._read_only:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        mode = "ro" if self._read_only else "rwc"
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        database = sqlite3.connect(uri, _BUSY_S, isolation_level=None, check_same_thread=False, uri=True)
        try:
            if not self._read_only:
                self._prepare(database)
            self._check_kind(database)
        except BaseException:
            database.close()
            raise
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")
        try:
            if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _SCHEMA.values():
                    database.execute(statement)
                database.execute("INSERT INTO head VALUES (1, 0, ?)", (GENESIS,))
                database.execute(f"PRAGMA application_id = {_APPLICATION}")
                database.execute(f"PRAGMA user_version = {_VERSION}")
                if os.name == "posix":
                    self.path.chmod(0o600)
            database.execute("COMMIT")
        except BaseException:
            _roll_back(database)
            raise

    def _check_kind(self, database: sqlite3.Connection) -> None:
        if database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise AuditDamagedError(f"{self.path} is no audit store of Tagwatch. {ADVICE}")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise AuditError(
                f"the audit store {self.path} was made by a newer Tagwatch: use that one "
                f"(version {version}, this one knows {_VERSION})"
            )

    def close(self) -> None:
        self._database.close()

    @property
    def moved(self) -> bool:
        """Whether another file, or none, has its name now."""
        return _identity(self.path) != self._file

    # ---- appending

    def append(self, entries: Sequence[Entry]) -> list[int]:
        """The numbers of the new records, once they are on the disk; all of them or none. Other instances may append
        to the same file."""
        database = self._database
        try:
            database.execute("BEGIN IMMEDIATE")
            try:
                numbers = self._append(database, entries)
                database.execute("COMMIT")
            except BaseException:
                _roll_back(database)
                raise
        except sqlite3.Error as error:
            raise self._trouble(error) from error
        return numbers

    def _append(self, database: sqlite3.Connection, entries: Sequence[Entry]) -> list[int]:
        number, previous = self._checked_head(database)
        numbers: list[int] = []
        marks = ", ".join("?" * (len(COLUMNS) + 1))
        for entry in entries:
            number += 1
            row = cells(number, entry)
            previous = chained(previous, row)
            database.execute(f"INSERT INTO records ({_NAMES}, hash) VALUES ({marks})", (*row, previous))
            database.execute("UPDATE head SET number = ?, hash = ?", (number, previous))
            numbers.append(number)
        return numbers

    def _checked_head(self, database: sqlite3.Connection) -> tuple[int, bytes]:
        """The head, if it is the last record's."""
        head = database.execute("SELECT number, hash FROM head").fetchone()
        last = database.execute("SELECT number, hash FROM records ORDER BY number DESC LIMIT 1").fetchone()
        if head is None or head != (last or (0, GENESIS)):
            raise self.damaged(_ends_elsewhere(head, last))
        return head

    # ---- reading

    def head(self) -> Head:
        try:
            found = self._database.execute("SELECT number, hash FROM head").fetchone()
        except sqlite3.Error as error:
            raise self._trouble(error) from error
        if found is None:
            raise self.damaged("the head is missing")
        return Head(*found)

    def select(self, statement: str, values: Sequence[Cell] = ()) -> list[tuple[Cell, ...]]:
        """Rows of a query, for the readers of the store."""
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def interrupt(self) -> None:
        """End a query that is running; from any thread."""
        self._database.interrupt()

    def check_tail(self) -> None:
        """AuditDamagedError where the last records are not as they were written."""
        with self._snapshot() as database:
            number, _ = self._checked_head(database)
            first = max(0, number - _TAIL)
            start = database.execute("SELECT hash FROM records WHERE number = ?", (first,)).fetchone()
            if first and start is None:
                raise self.damaged(f"record {first:,} is missing")
            problem = _first_problem(self._stored(database, first), first, start[0] if start else GENESIS)
        if problem:
            raise self.damaged(problem)

    def verify(
        self,
        known: Head | None = None,
        *,
        told: Callable[[int], object] | None = None,
        stop: threading.Event | None = None,
        pause_s: float = 0.0,
    ) -> Verdict:
        """Read the whole chain. ``known``: a fingerprint noted earlier. ``told`` hears how many records are read;
        ``pause_s`` leaves the processor to others between a few hundred. InterruptedError once ``stop`` is set."""
        with self._snapshot() as database:
            head = database.execute("SELECT number, hash FROM head").fetchone()
            last: tuple[int, bytes] = (0, GENESIS)
            problem = self._schema_problem(database)
            for row in self._stored(database, 0):
                problem = problem or _problem(row, *last)
                if problem:
                    break
                last = (int(str(row[0])), bytes(row[-1]))  # type: ignore[arg-type]
                if known is not None and last[0] == known.number and last[1] != known.hash:
                    problem = f"record {known.number:,} is not the one that was noted: the store was written anew"
                    break
                if last[0] % _CHUNK == 0:
                    if stop is not None and stop.is_set():
                        raise InterruptedError
                    if told is not None:
                        told(last[0])
                    if pause_s:
                        time.sleep(pause_s)
            if not problem and head != last:
                problem = _ends_elsewhere(head, last)
            if not problem and known is not None and known.number > last[0]:
                problem = f"the store ends with record {last[0]:,}, but record {known.number:,} was noted"
        return Verdict(last[0], Head(*last) if last[0] else None, problem)

    def _stored(self, database: sqlite3.Connection, after: int) -> Iterator[tuple[Cell | bytes, ...]]:
        where = f"WHERE number > {after}" if after else ""  # from the very start, also what has a number below 1
        return database.execute(f"SELECT {_NAMES}, hash FROM records {where} ORDER BY number")

    @contextlib.contextmanager
    def _snapshot(self) -> Generator[sqlite3.Connection]:
        """Others may append meanwhile: one state of the file for several queries."""
        try:
            self._database.execute("BEGIN")
            try:
                yield self._database
            finally:
                _roll_back(self._database)
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def _schema_problem(self, database: sqlite3.Connection) -> str:
        found = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
        for name, statement in _SCHEMA.items():
            if _plain(found.get(name, "")) != _plain(statement):
                return f"the file's own protection ({name}) was removed or changed"
        return ""

    # ---- trouble

    def damaged(self, what: str) -> AuditDamagedError:
        return AuditDamagedError(f"the audit store {self.path} is damaged: {what}. {ADVICE}")

    def _trouble(self, error: Exception) -> AuditError:
        words = str(error)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        match code:
            case sqlite3.SQLITE_FULL:
                return AuditError(f"the disk of the audit store {self.path} is full: make room")
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
                return AuditError(
                    f"the audit store {self.path} cannot be written ({words}): give this account the right to"
                )
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return AuditError(f"another program holds the audit store {self.path}: close it, or try again")
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CONSTRAINT:
                return self.damaged(words)
            case sqlite3.SQLITE_IOERR:
                return AuditError(
                    f"the disk of the audit store {self.path} does not take it ({words}): look at the disk"
                )
            case _ if isinstance(error, OSError):
                return AuditError(f"the audit store {self.path} cannot be opened: {error.strerror or words}")
            case _:
                return self.damaged(words) if isinstance(error, sqlite3.DatabaseError) else AuditError(words)


ADVICE = (
    "Nothing is written while it stands there: move it to a safe place, on Windows while Tagwatch is closed, keep it, "
    "and a new one begins; “tagwatch audit verify” tells more"
)


def _first_problem(rows: Iterator[tuple[Cell | bytes, ...]], number: int, previous: bytes) -> str:
    for row in rows:
        if problem := _problem(row, number, previous):
            return problem
        number, previous = number + 1, bytes(row[-1])  # type: ignore[arg-type]
    return ""


def _problem(row: tuple[Cell | bytes, ...], number: int, previous: bytes) -> str:
    """What is wrong with the record behind one with that number and hash; "" = nothing."""
    found = row[0]
    if found != number + 1 or not isinstance(found, int):
        return f"record {number + 1:,} is missing"
    stored: tuple[Cell, ...] = row[:-1]  # type: ignore[assignment]
    try:
        right = chained(previous, stored) == row[-1]
    except (TypeError, ValueError):  # bytes where text belongs
        right = False
    return "" if right else f"record {found:,} was changed, or is not the one that was written there"


def _ends_elsewhere(head: tuple[int, bytes] | None, last: tuple[int, bytes] | None) -> str:
    if head is None:
        return "the head is missing"
    end = last[0] if last else 0
    if head[0] > end:
        return f"record {end + 1:,} is missing: the store ends with {end:,}, its head knows {head[0]:,}"
    if head[0] < end:
        return f"record {head[0] + 1:,} stands behind the head"
    return f"record {end:,} is not the one that the head knows"


def _plain(statement: str | None) -> str:
    return " ".join((statement or "").split())


def _roll_back(database: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        if database.in_transaction:
            database.execute("ROLLBACK")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
