"""The key store's file: SQLite in WAL mode. Blocks; to be used by one thread at a time.

What is done to keys stands in an audit table that SQLite itself appends to alone. A key that is revoked stays so,
whatever asks: the file refuses it as well.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import config
from app.access import pepper
from app.access.errors import KeyStateError, KeyStoreError, UnknownKeyError
from app.access.keys import Constraints, KeyInfo, KeySpec, KeyText
from app.access.pepper import Pepper
from app.access.scopes import parse_scopes
from app.config import Settings

_APPLICATION = 0x54574B59  # "TWKY"
_VERSION = 1
_BUSY_S = 5.0
_SCHEMA = (
    """CREATE TABLE keys (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, constraints TEXT NOT NULL,
        created_ns INTEGER NOT NULL, expires_ns INTEGER, calls_per_s REAL,
        digest BLOB NOT NULL, rotated_ns INTEGER, revoked_ns INTEGER, last_used_ns INTEGER) STRICT, WITHOUT ROWID""",
    """CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT, time_ns INTEGER NOT NULL, action TEXT NOT NULL, key_id TEXT NOT NULL,
        name TEXT NOT NULL, actor TEXT NOT NULL, scopes TEXT NOT NULL, constraints TEXT NOT NULL) STRICT""",
    "CREATE TABLE pepper (one INTEGER PRIMARY KEY CHECK (one = 1), mark BLOB NOT NULL) STRICT",
    """CREATE TRIGGER stays_revoked BEFORE UPDATE ON keys WHEN OLD.revoked_ns IS NOT NULL AND (
        NEW.revoked_ns IS NOT OLD.revoked_ns OR NEW.digest IS NOT OLD.digest)
        BEGIN SELECT RAISE(ABORT, 'a revoked key stays revoked'); END""",
    """CREATE TRIGGER no_second_life BEFORE INSERT ON keys WHEN EXISTS (SELECT 1 FROM audit WHERE key_id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the id of a key is not used again'); END""",
    """CREATE TRIGGER no_change BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the record of keys cannot be changed'); END""",
    """CREATE TRIGGER no_delete BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the record of keys cannot be deleted'); END""",
)
_COLUMNS = (
    "id, name, scopes, constraints, created_ns, expires_ns, calls_per_s, digest, rotated_ns, revoked_ns, last_used_ns"
)

#: Errors that are about one key, not about the store.
REFUSALS = (UnknownKeyError, KeyStateError)


def usual_file() -> Path:
    return config.directory() / "keys.sqlite"


def of(settings: Settings) -> Path:
    """Where these settings say that the keys are."""
    return Path(settings.api_key_store).expanduser() if settings.api_key_store else usual_file()


@contextlib.contextmanager
def opened(path: Path, pepper_path: Path, *, make: bool = False) -> Generator[KeyFile]:
    """The store for one thing that somebody does to keys. ``make``: store and pepper are made where neither is there.
    KeyStoreError says what is wrong and what to do. Blocks."""
    kept = pepper.load(pepper_path, make=make and not path.exists())
    with contextlib.closing(KeyFile(path, kept)) as file:
        yield file


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One line of the record of keys. ``actor`` is who did it: an account and a computer, or a key."""

    number: int
    time_ns: int
    action: str  # created, rotated, revoked or deleted
    key_id: str
    name: str
    actor: str
    scopes: str
    constraints: str


class KeyFile:
    """One connection. Every change and its line in the record are one transaction: both are there, or neither."""

    def __init__(self, path: Path, pepper: Pepper) -> None:
        """Makes the file where there is none. KeyStoreError where it cannot be used, or where its keys were made under
        another pepper."""
        self.path = path
        self._pepper = pepper
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # SQLite would let others read it. As a text, Windows would take a last byte of 0x1A out of what is there.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600))
            self._database = sqlite3.connect(path, _BUSY_S, isolation_level=None, check_same_thread=False)
        except (sqlite3.Error, OSError) as error:
            raise self._trouble(error) from error
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def _prepare(self) -> None:
        database = self._database
        try:
            database.execute(f"PRAGMA busy_timeout = {round(_BUSY_S * 1000)}")
            if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
                raise KeyStoreError(f"the key store {self.path} must be on a disk of this computer")
            database.execute("PRAGMA synchronous = FULL")
            with self._changing():
                if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    self._create()
                self._check_kind()
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def _create(self) -> None:
        for statement in _SCHEMA:
            self._database.execute(statement)
        self._database.execute("INSERT INTO pepper VALUES (1, ?)", (self._pepper.mark,))
        self._database.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._database.execute(f"PRAGMA user_version = {_VERSION}")

    def _check_kind(self) -> None:
        if self._database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise KeyStoreError(f"{self.path} is no key store of Tagwatch: move it away, and create new keys")
        if (version := self._database.execute("PRAGMA user_version").fetchone()[0]) > _VERSION:
            raise KeyStoreError(f"the key store {self.path} was made by a newer Tagwatch (version {version}): use that")
        row = self._database.execute("SELECT mark FROM pepper").fetchone()
        if row is None or row[0] != self._pepper.mark:
            raise KeyStoreError(
                f"the keys in {self.path} were made under another pepper, so none of them can be checked: put the "
                "pepper back that was there, or move the store away and create new keys"
            )

    def close(self) -> None:
        self._database.close()

    # ---- reading

    def version(self) -> int:
        """Another number than before tells that somebody else has changed the file."""
        return self._read("PRAGMA data_version")[0][0]

    def all(self) -> list[KeyInfo]:
        """Every key, the oldest first. KeyStoreError names one that cannot be understood: it must not be let through
        with fewer limits than it has."""
        return [self._info(row) for row in self._read(f"SELECT {_COLUMNS} FROM keys ORDER BY created_ns, id")]

    def get(self, key_id: str) -> KeyInfo:
        rows = self._read(f"SELECT {_COLUMNS} FROM keys WHERE id = ?", key_id)
        if not rows:
            raise UnknownKeyError(f"there is no key {key_id}; tagwatch keys list shows those that are there")
        return self._info(rows[0])

    def record(self, limit: int = 1000) -> list[KeyAction]:
        """What was done to keys, the newest first."""
        rows = self._read("SELECT * FROM audit ORDER BY number DESC LIMIT ?", limit)
        return [KeyAction(*row) for row in rows]

    def _read(self, question: str, *arguments: object) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(question, arguments).fetchall()
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def _info(self, row: tuple[Any, ...]) -> KeyInfo:
        key_id, name, scopes, constraints, created, expires, calls, digest, rotated, revoked, used = row
        try:
            spec = KeySpec(
                str(name), parse_scopes(str(scopes).split()), Constraints.from_json(str(constraints)), expires, calls
            )
        except ValueError as error:
            raise KeyStoreError(f"key {key_id} in {self.path} cannot be understood: {error}") from error
        return KeyInfo(str(key_id), spec, created, digest, rotated, revoked, used)

    # ---- changing

    def create(self, spec: KeySpec, now_ns: int, actor: str) -> KeyText:
        """A new key; its text is given here, once, and can never be read again."""
        if spec.expires_ns is not None and spec.expires_ns <= now_ns:
            raise KeyStateError("the key would be expired from the start")
        text = KeyText.new()
        row = (
            text.id,
            spec.name,
            _scopes_text(spec),
            spec.constraints.to_json(),
            now_ns,
            spec.expires_ns,
            spec.calls_per_s,
            text.digest(self._pepper.content),
            None,
            None,
            None,
        )

        def insert() -> None:
            self._database.execute(f"INSERT INTO keys ({_COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)
            self._note("created", text.id, spec, now_ns, actor)

        self._change(insert)
        return text

    def rotate(self, key_id: str, now_ns: int, actor: str) -> KeyText:
        """A new secret for a key that is active; the old one opens nothing from now on. KeyStateError for one that is
        revoked or expired: it is not revived."""
        text = KeyText.new(key_id)

        def change() -> None:
            info = self.get(key_id)
            if reason := info.refusal(now_ns):
                raise KeyStateError(f"key {key_id} is {reason} and stays so: create a new one")
            digest = text.digest(self._pepper.content)
            self._database.execute("UPDATE keys SET digest = ?, rotated_ns = ? WHERE id = ?", (digest, now_ns, key_id))
            self._note("rotated", key_id, info.spec, now_ns, actor)

        self._change(change)
        return text

    def revoke(self, key_id: str, now_ns: int, actor: str) -> None:
        """For good. Twice is harmless."""

        def change() -> None:
            info = self.get(key_id)
            if info.revoked_ns is None:
                self._database.execute("UPDATE keys SET revoked_ns = ? WHERE id = ?", (now_ns, key_id))
                self._note("revoked", key_id, info.spec, now_ns, actor)

        self._change(change)

    def delete(self, key_id: str, now_ns: int, actor: str) -> None:
        """The key goes, its lines in the record stay, and its id is not used again."""

        def change() -> None:
            info = self.get(key_id)
            self._database.execute("DELETE FROM keys WHERE id = ?", (key_id,))
            self._note("deleted", key_id, info.spec, now_ns, actor)

        self._change(change)

    def used(self, times: dict[str, int]) -> None:
        """When keys were last used. Unlike the rest it leaves no line in the record."""

        def change() -> None:
            self._database.executemany(
                "UPDATE keys SET last_used_ns = max(coalesce(last_used_ns, 0), ?) WHERE id = ?",
                [(when, key_id) for key_id, when in times.items()],
            )

        self._change(change)

    def _note(self, action: str, key_id: str, spec: KeySpec, now_ns: int, actor: str) -> None:
        self._database.execute(
            "INSERT INTO audit (time_ns, action, key_id, name, actor, scopes, constraints) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (now_ns, action, key_id, spec.name, actor, _scopes_text(spec), spec.constraints.to_json()),
        )

    def _change(self, work: Callable[[], None]) -> None:
        try:
            with self._changing():
                work()
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    @contextlib.contextmanager
    def _changing(self) -> Generator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _trouble(self, error: Exception) -> KeyStoreError:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return KeyStoreError(f"the key store {self.path} is in use by another program for too long: try again")
        return KeyStoreError(f"the key store {self.path} cannot be used: {error}")


def _scopes_text(spec: KeySpec) -> str:
    return " ".join(sorted(spec.scopes))
