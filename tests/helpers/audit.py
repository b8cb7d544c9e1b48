"""Audit stores for tests: one in memory that answers at once, entries to put into real ones, and a way to tamper."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

from hypothesis import strategies as st

from app.records.audit_file import AuditError
from app.records.audit_record import Completion, Entry, Intent, Origin, Result, Who
from tests.helpers.strategies import values

WHO = Who("anna", "panel-7")
INTENT = Intent(1_767_225_600_000_000_000, WHO, "Plant", "sim", "Tank.Level", 60.0, 50.0, 192)


class MemoryAudit:
    """Keeps entries in a list; ``trouble`` makes it refuse."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.trouble = ""

    async def append(self, entry: Entry) -> int:
        if self.trouble:
            raise AuditError(self.trouble)
        self.entries.append(entry)
        return len(self.entries)

    @property
    def intents(self) -> list[Intent]:
        return [entry for entry in self.entries if isinstance(entry, Intent)]

    @property
    def results(self) -> list[Result]:
        return [entry.result for entry in self.entries if isinstance(entry, Completion)]


def intent(**changes: object) -> Intent:
    return dataclasses.replace(INTENT, **changes)


def tamper(path: Path, *statements: str) -> None:
    """What somebody does who does not ask the triggers."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)
        for _, sql in triggers:  # and leaves no trace
            database.execute(sql)
    finally:
        database.close()


_texts = st.text(max_size=12)
_times = st.integers(-(2**62), 2**62)
intents = st.builds(
    Intent,
    time_ns=_times,
    who=st.builds(Who, _texts, _texts),
    session=_texts,
    source=_texts,
    tag=_texts,
    new=values,
    old=values,
    old_quality=st.integers(0, 255),
    sent_ns=st.none() | _times,
    user=_texts,
    verifier=_texts,
    comment=_texts,
    origin=st.sampled_from(Origin),
    run=_texts,
)
completions = st.builds(
    Completion,
    intent=st.integers(1, 2**40),
    time_ns=_times,
    result=st.sampled_from(Result),
    words=_texts,
    read_back=values,
    quality=st.integers(0, 255),
)
