"""An incident as one file to hand on: samples, events, alarms, writes and notes of a stretch of time.

As .xlsx it is a book with a sheet each; as .zip it has a table each (Parquet where pyarrow is there, else CSV), the
picture of the trend, and a README that says in which zone the times are and what the qualities mean. Times are UTC.
"""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app import files
from app.events.notices import NoticeKind
from app.records import audit_query, audit_table, journal_read
from app.records.audit_file import AuditFile
from app.records.audit_query import AuditQuery
from app.records.export import trouble, write_table
from app.records.journal_file import NOTE, JournalRow
from app.records.statistics import BAD, GOOD, UNCERTAIN, statistics, total_of
from app.records.table import Column, ColumnKind, ExportCancelledError, ExportError
from app.records.xlsx_table import XlsxTable
from app.values import Duration, EventKind, Timestamp, Value, iso_utc, quality_words

TEXT, TIME, VALUE, INTEGER, NUMBER = (
    ColumnKind.TEXT,
    ColumnKind.TIME,
    ColumnKind.VALUE,
    ColumnKind.INTEGER,
    ColumnKind.NUMBER,
)
#: What a recording has, as :mod:`app.recordings` reads it again.
SAMPLES = (
    Column("Time", TIME),
    Column("Source", TEXT),
    Column("Tag", TEXT),
    Column("Value", VALUE),
    Column("Unit", TEXT),
    Column("Quality", TEXT),
    Column("Type", TEXT),
)
EVENTS = (
    Column("Time", TIME),
    Column("Session", TEXT),
    Column("Kind", TEXT),
    Column("Severity", TEXT),
    Column("Tag", TEXT),
    Column("Value", VALUE),
    Column("Detail", TEXT),
)
NOTES = (Column("Time", TIME), Column("Note", TEXT))
STATISTICS = (
    Column("Source", TEXT),
    Column("Tag", TEXT),
    Column("Unit", TEXT),
    Column("Samples", INTEGER),
    Column("Mean", NUMBER),
    Column("Minimum", NUMBER),
    Column("Minimum at", TIME),
    Column("Maximum", NUMBER),
    Column("Maximum at", TIME),
    Column("Standard deviation", NUMBER),
    Column("Total", NUMBER),
    Column("Unit of total", TEXT),
    Column("Changes", INTEGER),
    Column("Seconds good", NUMBER),
    Column("Seconds uncertain", NUMBER),
    Column("Seconds bad", NUMBER),
    Column("Seconds unknown", NUMBER),
)
SUFFIXES = (".xlsx", ".zip")
_STEP = 5_000
_TYPES: Mapping[type, str] = {
    bool: "Boolean", int: "Integer", float: "Double", str: "String", Timestamp: "Time", Duration: "ElapsedTime",
}  # fmt: skip
_ELSEWHERE = (EventKind.DATA_CHANGE.words, EventKind.BUFFERED_DATA_CHANGE.words, NOTE)


@dataclass(frozen=True, slots=True)
class Samples:
    """Of one tag, in order of time, with the sample that holds at the start: columns of equal length."""

    source: str
    tag: str
    unit: str
    times: Sequence[int]
    values: Sequence[Value]
    qualities: Sequence[int]
    gaps: Sequence[tuple[int, int]] = ()  # of these nothing was recorded
    ends: Sequence[int] = ()  # times of bad samples that never came: they say that the line ends there


Rows = Iterable[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Incident:
    """Of the time from ``start_ns`` to ``stop_ns`` (ns since 1970 UTC). Rows are iterated once, in a thread.
    ``picture`` is a PNG; ``lacking`` says in words what could not be read."""

    name: str
    start_ns: int
    stop_ns: int
    samples: Sequence[Samples] = ()
    events: Rows = ()
    alarms: Rows = ()
    writes: Rows = ()
    notes: Rows = ()
    picture: bytes = b""
    lacking: Sequence[str] = field(default=())


Progress = Callable[[int], object]


def write_incident(
    path: Path, incident: Incident, on_progress: Progress | None = None, cancelled: threading.Event | None = None
) -> int:
    """The number of rows, in all tables. Blocks. ExportError where the file cannot be written, ExportCancelledError
    soon after ``cancelled`` is set; either leaves what stood there."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ExportError(f"{path}: an incident is written as {' or '.join(SUFFIXES)}, not as {suffix or 'that'}")
    counter = _Counter(path, on_progress, cancelled)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        if suffix == ".xlsx":
            _write_book(part, incident, counter)
        else:
            _write_zip(part, incident, counter)
        files.replace(part, path)
    except ExportError:
        raise
    except OSError as error:
        raise ExportError(trouble(path, error)) from error
    finally:
        part.unlink(missing_ok=True)
    counter.tell()
    return counter.rows


class _Counter:
    """Counts the rows of all tables, and stops where nobody wants them any more."""

    def __init__(self, path: Path, on_progress: Progress | None, cancelled: threading.Event | None) -> None:
        self._path = path
        self._on_progress = on_progress
        self._cancelled = cancelled
        self.rows = 0

    def through(self, rows: Rows) -> Iterator[tuple[Value, ...]]:
        for row in rows:
            self.rows += 1
            if self.rows % _STEP == 0:
                self.tell()
                if self._cancelled is not None and self._cancelled.is_set():
                    raise ExportCancelledError(f"{self._path}: cancelled after {self.rows:,} rows")
            yield row

    def tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self.rows)


def _tables(incident: Incident) -> list[tuple[str, Sequence[Column], Rows]]:
    return [
        ("Statistics", STATISTICS, statistics_rows(incident)),
        ("Samples", SAMPLES, sample_rows(incident)),
        ("Events", EVENTS, incident.events),
        ("Alarms", EVENTS, incident.alarms),
        ("Writes", audit_table.COLUMNS, incident.writes),
        ("Notes", NOTES, incident.notes),
    ]


def _write_book(part: Path, incident: Incident, counter: _Counter) -> None:
    book = XlsxTable(part, (Column("About this incident", TEXT),), "Incident")
    try:
        for line in readme(incident).splitlines():
            book.row((line,))
        for name, columns, rows in _tables(incident):
            book.begin(columns, name)
            for row in counter.through(rows):
                book.row(row)
        book.finish()
    except BaseException:
        book.abandon()
        raise


def _write_zip(part: Path, incident: Incident, counter: _Counter) -> None:
    suffix = ".parquet" if importlib.util.find_spec("pyarrow") is not None else ".csv"
    folder = Path(tempfile.mkdtemp(dir=part.parent, prefix=f"{part.name}."))
    try:
        for name, columns, rows in _tables(incident):
            # What people read is CSV in any case; what is long and has types is Parquet where that can be.
            kind = suffix if name == "Samples" else ".csv"
            write_table(folder / f"{name.lower()}{kind}", columns, counter.through(rows))
        (folder / "README.txt").write_text(readme(incident), encoding="utf-8")
        if incident.picture:
            (folder / "trend.png").write_bytes(incident.picture)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for file in sorted(folder.iterdir()):
                bundle.write(file, file.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def readme(incident: Incident) -> str:
    """What the file is, in plain words."""
    tags = "\n".join(f"  {one.source}: {one.tag}{f' [{one.unit}]' if one.unit else ''}" for one in incident.samples)
    lacking = "".join(f"\nNot in it: {words}" for words in incident.lacking)
    qualities = "\n".join(f"  {quality_words(code)}" for code in (192, 216, 64, 68, 80, 88, 0, 8, 16, 20, 24, 28))
    return (
        f"{incident.name}\n"
        f"From {iso_utc(incident.start_ns)} to {iso_utc(incident.stop_ns)}\n"
        f"All times are UTC, written after ISO 8601; source times where the source gave one.{lacking}\n\n"
        f"Statistics: weighted by time; what is bad or unknown counts for nothing.\n"
        f"Samples: a row for each; the first of a tag may be older than the start, for it holds there.\n"
        f"Events, alarms: the journal without data changes. Writes: the audit store. "
        f"Notes: of the trend, and of the journal.\n\n"
        f"Tags\n{tags or '  none'}\n\n"
        f"Qualities, in the words of OPC: good can be relied on, uncertain with care, bad not at all\n{qualities}\n"
    )


def sample_rows(incident: Incident) -> Iterator[tuple[Value, ...]]:
    """A row for each sample, tag after tag."""
    for one in incident.samples:
        words: dict[int, str] = {}
        for time_ns, value, quality in zip(one.times, one.values, one.qualities, strict=True):
            worth = words.get(quality) or words.setdefault(quality, quality_words(quality))
            yield time_ns, one.source, one.tag, value, one.unit, worth, _TYPES.get(type(value), "")


def statistics_rows(incident: Incident) -> Iterator[tuple[Value, ...]]:
    for one in incident.samples:
        values = np.array([_number(value) for value in one.values], dtype=np.float64)
        bits = (np.asarray(one.qualities, dtype=np.int64) & 0xC0) >> 6
        classes = np.array((BAD, UNCERTAIN, UNCERTAIN, GOOD), dtype=np.uint8)[bits]
        times = np.asarray(one.times, dtype=np.int64)
        # Nothing is said of what follows the newest sample but that it holds to the end of the stretch.
        found = statistics(
            times, values, classes, incident.start_ns, incident.stop_ns,
            holds_until_ns=incident.stop_ns, gaps=one.gaps, ends=one.ends,
        )  # fmt: skip
        total, unit = (None, "") if found.integral is None else total_of(found.integral, one.unit)
        yield (
            one.source, one.tag, one.unit, found.samples, found.mean,
            found.low, found.low_ns, found.high, found.high_ns, found.deviation, total, unit, found.changes,
            found.good_s, found.uncertain_s, found.bad_s, found.unknown_s,
        )  # fmt: skip


def _number(value: Value) -> float:
    if isinstance(value, int | float):
        with suppress(OverflowError):
            return float(value)
    return float("nan")


# ---- what is kept elsewhere


def events_of(folder: Path, start_ns: int, stop_ns: int) -> tuple[list[tuple[Value, ...]], list[tuple[Value, ...]]]:
    """(events, alarms) of the journal, without data changes and notes, which stand elsewhere. OSError where it cannot
    be read."""
    events: list[tuple[Value, ...]] = []
    alarms: list[tuple[Value, ...]] = []
    if not folder.is_dir():
        return events, alarms
    for row in journal_read.read(folder, start_ns, stop_ns + 1, without=_ELSEWHERE):
        (alarms if row.kind == NoticeKind.ALARM else events).append(_event(row))
    return events, alarms


def _event(row: JournalRow) -> tuple[Value, ...]:
    value = row.value
    shown: Value = value if isinstance(value, str | int | float) else None if value is None else str(value)
    tag = row.tag or str(row.details.get("tag", ""))
    return row.time_ns, row.session, row.kind, row.severity, tag, shown, row.detail


def writes_of(file: Path, start_ns: int, stop_ns: int) -> list[tuple[Value, ...]]:
    """The writes that were begun in the time. GatewayError or OSError where the audit store cannot be read."""
    if not file.is_file():
        return []
    store = AuditFile(file, read_only=True)
    try:
        query = AuditQuery(since_ns=start_ns, until_ns=stop_ns + 1)
        return list(audit_table.cells(audit_query.every(store, query)))[::-1]
    finally:
        store.close()
