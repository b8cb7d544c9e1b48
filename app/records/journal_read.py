"""The journal read back: page by page, from the newest row to the oldest, with a filter."""

from __future__ import annotations

import datetime
import gzip
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from app.records.journal import files_in_order
from app.values import NO_TIME, NS_PER_S, QualityClass, quality_class

#: Rows of one page at the most.
PAGE = 2_000
#: Lines that one page looks through at the most; it then says how far it came.
LOOK = 200_000
#: After so many lines others have their turn: the interpreter has one.
_TURN = 500
_REST_S = 0.002
_QUALITIES = {QualityClass.GOOD: "info", QualityClass.UNCERTAIN: "warning", QualityClass.BAD: "error"}


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A line of the journal. ``kind`` is an event's words, a notice's kind, ``operator`` or ``gap``; ``quality`` None
    where there is none; ``more`` is all that the line has."""

    time_ns: int
    session: str
    kind: str
    severity: str
    tag: str
    value: Any
    quality: int | None
    detail: str
    more: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Before this line of this file; the file's name without what a compression puts behind it."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the journal. ``place`` is where older ones are; None: there are none. ``until_ns`` is the
    time of the oldest line that was looked at, of which maybe nothing passed."""

    rows: Sequence[JournalRow]
    place: Place | None
    until_ns: int


def page(
    folder: Path,
    place: Place | None,
    wanted: Callable[[JournalRow], bool],
    *,
    until_ns: int = 2**63 - 1,
    needles: Sequence[str] = (),
    limit: int = PAGE,
    look: int = LOOK,
    cancelled: Callable[[], bool] = lambda: False,
) -> Page:
    """The newest ``limit`` rows before ``place`` (None: before the end) and not after ``until_ns`` that are ``wanted``.
    ``needles`` stand, in lower case, somewhere in the line of each row that can be wanted: other lines are not read
    closely. Blocks: for a thread. An empty page comes when it is cancelled, or after ``look`` lines without a row."""
    found: list[JournalRow] = []
    looked, oldest = 0, until_ns
    for path in reversed(files_in_order(folder)):
        name = _plain(path)
        if place is not None and _after(name, place.file, folder):
            continue
        stop = place.line if place is not None and place.file == name else None
        rows: deque[tuple[int, JournalRow]] = deque(maxlen=limit - len(found))
        first_ns = None
        for number, text in _lines(path, stop, cancelled):
            looked += 1
            if needles and not all(needle in text.lower() for needle in needles) and first_ns is not None:
                continue
            row = _row(text)
            if row is None:
                continue
            first_ns = row.time_ns if first_ns is None else first_ns
            if row.time_ns <= until_ns and wanted(row):
                rows.append((number, row))
        if cancelled():
            return Page((), place, oldest)
        oldest = oldest if first_ns is None else min(oldest, first_ns)
        found = [row for _, row in rows] + found
        if len(found) >= limit:
            return Page(found, Place(name, rows[0][0]), found[0].time_ns)
        place = Place(name, 0)
        if looked >= look:
            return Page(found, place, oldest)
    return Page(found, None, oldest)


def _plain(path: Path) -> str:
    return path.name.removesuffix(".gz")


def _after(name: str, other: str, folder: Path) -> bool:
    """Whether one file was begun after another; one that is gone meanwhile was among the oldest."""
    names = [_plain(path) for path in files_in_order(folder)]
    return other not in names or names.index(name) > names.index(other)


def _lines(path: Path, stop: int | None, cancelled: Callable[[], bool]) -> Iterator[tuple[int, str]]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(_until(file, stop)):
                if number % _TURN == 0:
                    if cancelled():
                        return
                    time.sleep(_REST_S)
                yield number, line.decode("utf-8", "replace")
    except (FileNotFoundError, EOFError, gzip.BadGzipFile):  # it is compressed, or it went, at this moment
        return


def _until(file: Iterable[bytes], stop: int | None) -> Iterator[bytes]:
    for number, line in enumerate(file):
        if number == stop:
            return
        yield line


def _row(text: str) -> JournalRow | None:
    """None for a line that a crash has torn."""
    try:
        line: dict[str, Any] = json.loads(text)
        kind, quality, more = str(line["kind"]), line.get("quality"), line.get("detail", "")
        told = cast("dict[str, Any]", more) if isinstance(more, dict) else {}
        statuses = cast("list[str]", told.get("statuses", []))
        severity = line.get("severity") or _severity(quality, statuses)
        detail = "; ".join(statuses) if told else str(cast("object", more))
        return JournalRow(
            _ns(line["time"]), line.get("session", ""), kind, severity, line.get("tag", ""), line.get("value"),
            quality, detail, line,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _severity(quality: int | None, statuses: Sequence[str]) -> str:
    if quality is not None:
        return _QUALITIES[quality_class(quality)]
    return "error" if statuses else "info"


def _ns(iso: str) -> int:
    moment = datetime.datetime.fromisoformat(iso[:19] + "+00:00")
    fraction = iso[20:].rstrip("Z").ljust(9, "0")
    return int(moment.timestamp()) * NS_PER_S + int(fraction) if iso else NO_TIME
