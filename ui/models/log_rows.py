"""Rows of the log as they leave it: told in full, copied, exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.batch import Event, EventBatch
from app.events.notices import Notice
from app.records.journal import Act
from app.records.table import Column, ColumnKind
from app.values import EventKind, Value, quality_words
from ui.engine_words import status_said
from ui.format import full_text, iso_text, quality_text, skew_text
from ui.i18n import count_text, noop, tr
from ui.models.log_filter import COLUMNS

What = Event | Notice | Act

_TEXT, _TIME, _INTEGER = ColumnKind.TEXT, ColumnKind.TIME, ColumnKind.INTEGER
#: Files speak English in every language of the window: what reads them finds its columns.
EXPORTED = (
    Column("Time", _TIME),
    Column("Source time", _TIME),
    Column("Session", _TEXT),
    Column("Kind", _TEXT),
    Column("Severity", _TEXT),
    Column("Tag", _TEXT),
    Column("Value"),
    Column("Unit", _TEXT),
    Column("Quality", _TEXT),
    Column("Quality code", _INTEGER),
    Column("Detail", _TEXT),
    Column("Sequence", _INTEGER),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that came together: a batch, of it the events at ``indices``; or a single row."""

    session_id: str
    what: EventBatch | Notice | Act
    indices: Sequence[int]

    def rows(self) -> Iterator[What]:
        if isinstance(self.what, EventBatch):
            yield from map(self.what.event, self.indices)
        else:
            yield self.what


@dataclass(frozen=True, slots=True)
class Names:
    """What rows are told with; kinds and severities are in English. For an export each is a look-up that another
    thread may do."""

    session: Callable[[str], str]
    tag: Callable[[str, int], str]
    unit: Callable[[str, int], str]
    kind: Callable[[What], str]
    severity: Callable[[What], str]
    detail: Callable[[str, What], str]


def exported(pieces: Sequence[Piece], names: Names) -> Iterator[tuple[Value, ...]]:
    """A row of :data:`EXPORTED` each, made when it is asked for."""
    for piece in pieces:
        session = names.session(piece.session_id) if piece.session_id else ""
        for what in piece.rows():
            kind, severity = names.kind(what), names.severity(what)
            detail = names.detail(piece.session_id, what)
            if isinstance(what, Event):
                tag, unit = names.tag(piece.session_id, what.key), names.unit(piece.session_id, what.key)
                has_value = what.kind <= EventKind.BUFFERED_DATA_CHANGE
                yield (
                    what.worker_time, what.source_time, session, kind, severity, tag,
                    what.value if has_value else None, unit if has_value else None,
                    quality_words(what.quality) if has_value else None, what.quality if has_value else None,
                    detail, what.sequence,
                )  # fmt: skip
            else:
                tag, value = (what.tag, what.value) if isinstance(what, Act) else (None, None)
                yield what.time_ns, None, session, kind, severity, tag, value, None, None, None, detail, None


def told(session_id: str, what: What, names: Names, utc: bool) -> list[tuple[str, str]]:
    """All that is known of a row: (name, text)."""
    lines = [(noop("Session"), names.session(session_id) if session_id else "")]
    if isinstance(what, Event):
        value = what.kind <= EventKind.BUFFERED_DATA_CHANGE
        lines += [
            (noop("Tag"), names.tag(session_id, what.key)),
            (noop("Kind"), tr(names.kind(what))),
            (noop("Severity"), tr(names.severity(what))),
            (noop("Value"), full_text(what.value) if value else ""),
            (noop("Unit"), names.unit(session_id, what.key) if value else ""),
            (noop("Quality"), quality_text(what.quality) if value else ""),
            (noop("Source time"), iso_text(what.source_time, utc)),
            (noop("Received"), iso_text(what.worker_time, utc)),
            (noop("Time difference"), skew_text(what.source_time, what.worker_time)),
            (noop("Sequence"), count_text(what.sequence)),
            *((noop("Status"), status_said(status)) for status in what.detail.statuses),
            (noop("Result code"), "" if what.detail.hresult is None else f"0x{what.detail.hresult & 0xFFFF_FFFF:08X}"),
            (noop("Coalesced"), count_text(what.detail.coalesced) if what.detail.coalesced else ""),
        ]
    else:
        lines += [
            (noop("Kind"), tr(names.kind(what))),
            (noop("Severity"), tr(names.severity(what))),
            (noop("Time"), iso_text(what.time_ns, utc)),
        ]
        if isinstance(what, Act):
            lines += [(noop("Tag"), what.tag), (noop("Value"), what.value), (noop("Action"), what.words)]
        else:
            lines += [
                (noop("Detail"), what.message),
                *((name.replace("_", " "), v) for name, v in what.details.items()),
            ]
    return [(tr(name), text) for name, text in lines if text]


def copied(rows: Sequence[Sequence[str]]) -> str:
    """With tabs and a header, as a spreadsheet takes it; what is in a cell breaks neither column nor row."""
    clean = [[cell.replace("\t", " ").replace("\r", " ").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join("\t".join(row) for row in [[tr(name) for name in COLUMNS], *clean])
