"""Questions to the audit store: writes with how they ended, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.records.audit_file import AuditFile
from app.records.audit_record import COLUMNS, AuditRow, Cell, Completion, Intent, Result, entry_of

PAGE = 500
#: How a write without a completion is called.
UNANSWERED = "no answer recorded"

_NAMES = ", ".join(f"records.{name}" for name in COLUMNS)
_LAST = "(SELECT max(number) FROM records AS later WHERE later.intent = records.number)"
_TEXTS = ("tag", "session", "source", "os_user", "user", "verifier", "workstation", "comment", "old", "new", "run")


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What a row must have; empty = anything. Words are looked for in every text, each of them must be in one."""

    text: str = ""
    tag: str = ""
    user: str = ""  # account, login or verifier
    results: frozenset[str] = frozenset()  # of Result, or UNANSWERED
    origins: frozenset[str] = frozenset()
    since_ns: int | None = None
    until_ns: int | None = None

    @property
    def empty(self) -> bool:
        return self == AuditQuery()

    def where(self) -> tuple[str, list[Cell]]:
        """Conditions on the intents, and their values."""
        parts, values = ["records.intent IS NULL"], list[Cell]()

        def add(part: str, *found: Cell) -> None:
            parts.append(part)
            values.extend(found)

        for word in self.text.split():
            texts = " OR ".join(f"records.{name} LIKE ? ESCAPE '\\'" for name in _TEXTS)
            words = "EXISTS (SELECT 1 FROM records AS r WHERE r.intent = records.number AND r.words LIKE ? ESCAPE '\\')"
            add(f"({texts} OR {words})", *[_like(word)] * (len(_TEXTS) + 1))
        if self.tag:
            add("records.tag LIKE ? ESCAPE '\\'", _like(self.tag))
        if self.user:
            people = " OR ".join(f"records.{name} LIKE ? ESCAPE '\\'" for name in ("os_user", "user", "verifier"))
            add(f"({people})", *[_like(self.user)] * 3)
        if self.results:
            last = f"(SELECT result FROM records AS r WHERE r.number = {_LAST})"
            marks = ", ".join("?" * len(self.results))
            add(f"coalesce({last}, '{UNANSWERED}') IN ({marks})", *sorted(self.results))
        if self.origins:
            add(f"records.origin IN ({', '.join('?' * len(self.origins))})", *sorted(self.origins))
        if self.since_ns is not None:
            add("records.time_ns >= ?", self.since_ns)
        if self.until_ns is not None:
            add("records.time_ns < ?", self.until_ns)
        return " AND ".join(parts), values


def page(store: AuditFile, query: AuditQuery, before: int | None = None, limit: int = PAGE) -> list[AuditRow]:
    """The newest writes that pass, or those older than the one with number ``before``."""
    where, values = query.where()
    if before is not None:
        where, values = f"{where} AND records.number < ?", [*values, before]
    found = store.select(
        f"SELECT {_NAMES} FROM records WHERE {where} ORDER BY records.number DESC LIMIT {limit}", values
    )
    return _joined(store, found)


def changed(store: AuditFile, query: AuditQuery, after: int) -> list[AuditRow]:
    """Writes that pass with anything recorded behind number ``after``: new ones, and older ones that have got a
    completion; newest first."""
    touched = store.select(
        f"SELECT DISTINCT coalesce(intent, number) FROM records WHERE number > ? ORDER BY 1 DESC LIMIT {PAGE}", (after,)
    )
    if not touched:
        return []
    where, values = query.where()
    marks = ", ".join("?" * len(touched))
    found = store.select(
        f"SELECT {_NAMES} FROM records WHERE {where} AND records.number IN ({marks}) ORDER BY records.number DESC",
        [*values, *(row[0] for row in touched)],
    )
    return _joined(store, found)


def count(store: AuditFile, query: AuditQuery) -> int:
    where, values = query.where()
    (row,) = store.select(f"SELECT count(*) FROM records WHERE {where}", values)
    return row[0] if isinstance(row[0], int) else 0


def every(store: AuditFile, query: AuditQuery) -> Iterator[AuditRow]:
    """All that pass, newest first, a page at a time."""
    before: int | None = None
    while rows := page(store, query, before):
        yield from rows
        before = rows[-1].number


def _joined(store: AuditFile, found: Sequence[tuple[Cell, ...]]) -> list[AuditRow]:
    if not found:
        return []
    numbers = [row[0] for row in found]
    marks = ", ".join("?" * len(numbers))
    later = store.select(f"SELECT {_NAMES} FROM records WHERE intent IN ({marks}) ORDER BY number", numbers)
    ends: dict[Cell, list[Completion]] = {}
    for row in later:
        entry = _entry(store, row)
        if isinstance(entry, Completion):
            ends.setdefault(row[1], []).append(entry)
    rows: list[AuditRow] = []
    for row in found:
        entry = _entry(store, row)
        if isinstance(entry, Intent) and isinstance(row[0], int):
            rows.append(AuditRow(row[0], entry, tuple(ends.get(row[0], ()))))
    return rows


def _entry(store: AuditFile, row: tuple[Cell, ...]) -> Intent | Completion:
    try:
        return entry_of(row)
    except (ValueError, TypeError) as error:
        raise store.damaged(f"record {row[0]} cannot be read ({error})") from error


def result_of(row: AuditRow) -> str:
    """How the write ended, in a word or two."""
    return UNANSWERED if row.completion is None else row.completion.result.value


RESULTS = (*(result.value for result in Result), UNANSWERED)


def _like(word: str) -> str:
    """A pattern that finds the word anywhere; * and ? stand for any text and any character."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped.replace('*', '%').replace('?', '_')}%"
