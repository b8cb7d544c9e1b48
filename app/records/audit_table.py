"""The audit store as a table, for export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.records.audit_query import result_of
from app.records.audit_record import AuditRow
from app.records.table import Column, ColumnKind
from app.values import NO_TIME, Value

TEXT, TIME, VALUE, INTEGER = ColumnKind.TEXT, ColumnKind.TIME, ColumnKind.VALUE, ColumnKind.INTEGER
COLUMNS = (
    Column("Record", INTEGER),
    Column("Time", TIME),
    Column("Account", TEXT),
    Column("User", TEXT),
    Column("Verifier", TEXT),
    Column("Workstation", TEXT),
    Column("Session", TEXT),
    Column("Source", TEXT),
    Column("Tag", TEXT),
    Column("Old value", VALUE),
    Column("New value", VALUE),
    Column("Read back", VALUE),
    Column("Quality", INTEGER),
    Column("Time sent with it", TIME),
    Column("Result", TEXT),
    Column("Words", TEXT),
    Column("Answered", TIME),
    Column("Comment", TEXT),
    Column("Origin", TEXT),
    Column("Run", TEXT),
)


def cells(rows: Iterable[AuditRow]) -> Iterator[tuple[Value, ...]]:
    """A row for each write, with its last completion."""
    for row in rows:
        intent, end = row.intent, row.completion
        yield (
            row.number,
            intent.time_ns,
            intent.who.os_user,
            intent.user,
            intent.verifier,
            intent.who.workstation,
            intent.session,
            intent.source,
            intent.tag,
            intent.old,
            intent.new,
            None if end is None else end.read_back,
            None if end is None else end.quality,
            NO_TIME if intent.sent_ns is None else intent.sent_ns,
            result_of(row),
            "" if end is None else end.words,
            NO_TIME if end is None else end.time_ns,
            intent.comment,
            intent.origin.value,
            intent.run,
        )
