"""What stands in the audit store, and the chain that its records form. No IO.

A write has an :class:`Intent`, recorded before it is sent, and a :class:`Completion` after: one, more where a late
answer came, none where the program ended first. The hash of a record covers the hash of the one before it and every
field, so that a changed, missing or reordered record is found by reading the chain.
"""

from __future__ import annotations

import enum
import getpass
import hashlib
import json
import platform
from dataclasses import dataclass, field

from app.records import exact
from app.values import Value

#: What the first record is chained to.
GENESIS = hashlib.sha256(b"Tagwatch audit store 1").digest()

#: The columns of a record that the hash covers, in its order.
COLUMNS = (
    "number",
    "intent",  # of a completion: the number of its intent; of an intent: nothing
    "time_ns",
    "os_user",
    "workstation",
    "session",
    "source",
    "tag",
    "old",
    "old_quality",
    "new",
    "sent_ns",
    "user",
    "verifier",
    "comment",
    "origin",
    "run",
    "result",
    "words",
    "read_back",
    "quality",
)

Cell = str | int | None


class Origin(enum.StrEnum):
    """Where a write came from."""

    FORM = "form"
    BULK = "bulk"
    API = "api"


class Result(enum.StrEnum):
    """How a write ended."""

    CONFIRMED = "confirmed"
    CLAMPED = "clamped"  # written, but another value was read back
    UNCONFIRMED = "unconfirmed"  # written, but nothing could be read back
    REJECTED = "rejected"
    NO_ANSWER = "no answer"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class Who:
    """The account and the computer."""

    os_user: str
    workstation: str

    @classmethod
    def here(cls) -> Who:
        try:
            user = getpass.getuser()
        except (OSError, KeyError):  # an account without a name, as in some containers
            user = "unknown"
        return cls(user, platform.node() or "unknown")

    def __str__(self) -> str:
        return f"{self.os_user}@{self.workstation}"


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to be sent. ``user`` and ``verifier`` are who logged in for it. Never a password."""

    time_ns: int
    who: Who
    session: str
    source: str
    tag: str
    new: Value
    old: Value = None
    old_quality: int | None = None  # None = no value had come
    sent_ns: int | None = None  # the source time that was written with the value
    user: str = ""
    verifier: str = ""
    comment: str = ""
    origin: Origin = Origin.FORM
    run: str = ""  # what the writes of one bulk have in common


@dataclass(frozen=True, slots=True)
class Completion:
    """How the write with this intent ended."""

    intent: int
    time_ns: int
    result: Result
    words: str = ""
    read_back: Value = None
    quality: int | None = None  # of the value that was read back; None = none was


Entry = Intent | Completion


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One write with its completions, in their order; without one, no answer has been recorded."""

    number: int
    intent: Intent
    completions: tuple[Completion, ...] = field(default=())

    @property
    def completion(self) -> Completion | None:
        """The last word."""
        return self.completions[-1] if self.completions else None


def cells(number: int, entry: Entry) -> tuple[Cell, ...]:
    """The record's columns as they are stored."""
    if isinstance(entry, Completion):
        read = None if entry.quality is None else exact.to_text(entry.read_back)
        late = (entry.result.value, _clean(entry.words), read, entry.quality)
        return (number, entry.intent, entry.time_ns, *("",) * 5, None, None, None, None, *("",) * 5, *late)
    old = None if entry.old_quality is None else exact.to_text(entry.old)
    names = map(_clean, (entry.who.os_user, entry.who.workstation, entry.session, entry.source, entry.tag))
    people = map(_clean, (entry.user, entry.verifier, entry.comment))
    new = exact.to_text(entry.new)
    return (
        number, None, entry.time_ns, *names, old, entry.old_quality, new, entry.sent_ns, *people,
        entry.origin.value, _clean(entry.run), "", "", None, None,
    )  # fmt: skip


def entry_of(row: tuple[Cell, ...]) -> Entry:
    """The entry of stored columns; ValueError, TypeError or IndexError where they are none of :func:`cells`."""
    found: dict[str, Cell] = dict(zip(COLUMNS, row, strict=True))

    def text(name: str) -> str:
        return str(found[name] or "")

    def number(name: str) -> int | None:
        cell = found[name]
        return cell if isinstance(cell, int) else None

    def value(name: str) -> Value:
        return None if found[name] is None else exact.from_text(text(name))

    time_ns = number("time_ns") or 0
    if (intent := number("intent")) is not None:
        result = Result(text("result"))
        return Completion(intent, time_ns, result, text("words"), value("read_back"), number("quality"))
    return Intent(
        time_ns,
        Who(text("os_user"), text("workstation")),
        text("session"),
        text("source"),
        text("tag"),
        value("new"),
        value("old"),
        number("old_quality"),
        number("sent_ns"),
        text("user"),
        text("verifier"),
        text("comment"),
        Origin(text("origin")),
        text("run"),
    )


def chained(previous: bytes, row: tuple[Cell, ...]) -> bytes:
    """The hash of a record with these columns behind a record with that hash."""
    return hashlib.sha256(previous + json.dumps(row, separators=(",", ":")).encode()).digest()


def _clean(text: str) -> str:
    """As a database can hold it: half a surrogate pair becomes its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
