"""Files of records as SQLite databases: how they are made, opened and brought up to date, and what is wrong with one.

All are in WAL mode while they are written, so that everybody can read them at any time, and hold their kind and version
in their heads. Every error of SQLite leaves as a :class:`StoreError`, or as an OSError where it is the disk's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BUSY_S = 5.0
_BESIDE = ("-wal", "-shm")


class StoreError(Exception):
    """A file of the store cannot be used; the text says why and what to do."""


class DamagedError(StoreError):
    """It is not as it was written."""


class NewerError(StoreError):
    """It was made by a newer Tagwatch."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file. ``what`` says what it is in words; ``migrations`` make the next version of the one they are
    listed under."""

    application: int
    version: int
    what: str
    schema: Sequence[str]
    migrations: Mapping[int, Sequence[str]] = field(default_factory=dict[int, Sequence[str]])

    def connect(self, path: Path, *, read_only: bool) -> sqlite3.Connection:
        """A connection to a file of the present version; one that writes keeps a log beside it (WAL), so that readers
        wait for nobody. StoreError where it cannot be used, FileNotFoundError where it is gone, OSError where the disk
        fails."""
        if read_only and not path.is_file():
            raise FileNotFoundError(f"{path} is gone")
        mode = "ro" if read_only else "rwc"
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        database: sqlite3.Connection | None = None
        try:
            database = sqlite3.connect(uri, _BUSY_S, isolation_level=None, check_same_thread=False, uri=True)
            self._check(database, path)
            if not read_only:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                database.execute("PRAGMA journal_size_limit = 4194304")
        except BaseException as error:
            if database is not None:
                database.close()
            if isinstance(error, sqlite3.Error):
                raise trouble(error, path) from error
            raise
        return database

    def _check(self, database: sqlite3.Connection, path: Path) -> None:
        found = self._version(database, path)
        if found > self.version:
            raise NewerError(
                f"{path.name} was made by a newer Tagwatch: use that one (version {found} of {self.version})"
            )
        if found < self.version:
            raise StoreError(
                f"{path.name} is of version {found}: who writes here next makes version {self.version} of it"
            )

    def _version(self, database: sqlite3.Connection, path: Path) -> int:
        if database.execute("PRAGMA application_id").fetchone()[0] != self.application:
            raise DamagedError(f"{path.name} is no {self.what}, or is damaged")
        return database.execute("PRAGMA user_version").fetchone()[0]

    def create(self, path: Path, head: tuple[str, Sequence[object]]) -> None:
        """A new file with its first row (statement, values): whole or not at all, for it gets its name last. Only this
        user may read it. OSError."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        try:
            with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as database:
                database.execute("PRAGMA auto_vacuum = INCREMENTAL")
                database.execute("BEGIN")
                for statement in self.schema:
                    database.execute(statement)
                database.execute(*head)
                database.execute(f"PRAGMA application_id = {self.application}")
                database.execute(f"PRAGMA user_version = {self.version}")
                database.execute("COMMIT")
            _private(part)
            part.replace(path)
        except sqlite3.Error as error:
            raise trouble(error, path) from error
        finally:
            part.unlink(missing_ok=True)

    def migrate(self, path: Path) -> bool:
        """Make the present version of an older file, in place; the file as it was stays beside it, its version at the
        end of its name. False = it is of this version already. NewerError, DamagedError, OSError."""
        try:
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
                found = self._version(database, path)
                if found > self.version:
                    raise NewerError(f"{path.name} was made by a newer Tagwatch: use that one")
                if found == self.version:
                    return False
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                backup = path.with_name(f"{path.name}.v{found}")
                shutil.copyfile(path, backup)
                _private(backup)
                database.execute("BEGIN IMMEDIATE")
                for step in range(found, self.version):
                    for statement in self.migrations[step]:
                        database.execute(statement)
                database.execute(f"PRAGMA user_version = {self.version}")
                database.execute("COMMIT")
        except sqlite3.Error as error:
            raise trouble(error, path) from error
        return True


def _private(path: Path) -> None:
    if os.name == "posix":
        path.chmod(0o600)


@contextlib.contextmanager
def transaction(database: sqlite3.Connection, path: Path) -> Generator[sqlite3.Connection]:
    """All of it is kept, or nothing. StoreError, OSError."""
    try:
        database.execute("BEGIN IMMEDIATE")
        yield database
        database.execute("COMMIT")
    except BaseException as error:
        with contextlib.suppress(sqlite3.Error):
            if database.in_transaction:
                database.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise trouble(error, path) from error
        raise


def check(database: sqlite3.Connection, path: Path) -> None:
    """DamagedError where SQLite finds the file damaged."""
    try:
        (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise trouble(error, path) from error
    if found != "ok":
        raise DamagedError(f"{path.name} is damaged: {found}")


def trouble(error: sqlite3.Error, path: Path) -> StoreError | OSError:
    """What is wrong in words: :class:`DamagedError` where the file is, OSError where the disk is full or fails."""
    code: int = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedError(f"{path.name} is damaged: {error}")
    if code == sqlite3.SQLITE_FULL:
        return OSError("the disk is full")
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return OSError(f"{path.name}: {error}")
    return StoreError(f"{path.name}: {error}")


def rename_aside(path: Path) -> Path:
    """Give a damaged file a name that nobody reads, all its bytes kept; the new one. OSError."""
    aside = path.with_name(f"{path.name}.damaged")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged{number}")
    for beside in (*_BESIDE, ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + beside).rename(aside.with_name(aside.name + beside))
    return aside


def delete(path: Path) -> None:
    """With what SQLite has beside it. OSError where another program holds it; then it is whole."""
    path.unlink(missing_ok=True)
    for beside in _BESIDE:
        with contextlib.suppress(OSError):
            path.with_name(path.name + beside).unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Bytes of a file and what SQLite has beside it. OSError."""
    total = path.stat().st_size
    for beside in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            total += path.with_name(path.name + beside).stat().st_size
    return total


def plain_file(database: sqlite3.Connection) -> None:
    """Of a database that nobody writes any more: what is free goes back to the disk, and without a log beside it, it
    can be read from a disk that is read-only as well. Where a reader prevents it, it stays as it is."""
    with contextlib.suppress(sqlite3.Error):
        # As a script: a statement without columns is stepped once elsewhere, which gives one page back.
        database.executescript("PRAGMA incremental_vacuum")
        database.execute("PRAGMA journal_mode = DELETE")
