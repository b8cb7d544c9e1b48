"""The journal read back: page by page from the newest row to the oldest, with a filter; or a stretch of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.records.database import StoreError
from app.records.journal_file import NOTE, JournalFile, JournalRow, files_in_order, order_of, start_ns

#: Rows of one page at the most.
PAGE = 2_000
#: Rows that one page looks through at the most; it then says how far it came.
LOOK = 200_000
#: After so many rows others have their turn: the interpreter has one.
_TURN = 500
_REST_S = 0.002
#: SQLite passes over rows of other tags about so many times faster than they are looked at here.
_FASTER = 20
_BEGINNING, _END = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Before this row of this file."""

    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the journal. ``place`` is where older ones are; None: there are none. ``until_ns`` is the
    time of the oldest row that was looked at, of which maybe nothing passed."""

    rows: Sequence[JournalRow]
    place: Place | None
    until_ns: int


def page(
    folder: Path,
    place: Place | None,
    wanted: Callable[[JournalRow], bool],
    *,
    until_ns: int = _END,
    needles: Sequence[str] = (),
    limit: int = PAGE,
    look: int = LOOK,
    cancelled: Callable[[], bool] = lambda: False,
) -> Page:
    """The newest ``limit`` rows before ``place`` (None: before the end) and not after ``until_ns`` that are ``wanted``.
    ``needles`` stand, in lower case, in the tag of each row that can be wanted. A row of kind ``gap`` stands for a file
    that cannot be read. Blocks: for a thread. An empty page comes when it is cancelled, or after ``look`` rows of which
    none passed. OSError where the disk fails."""
    search = _Search(place, wanted, until_ns, needles, limit, look, cancelled)
    for path in reversed(files_in_order(folder)):
        if place is not None and order_of(path.name) > order_of(place.file):
            continue
        try:
            with JournalFile(path) as file:
                done = search.look_in(file)
        except FileNotFoundError:  # it went at this moment
            continue
        except StoreError as error:
            search.found.append(unreadable(path, error))
            continue
        if cancelled():
            return Page((), place, search.oldest_ns)
        if done is not None:
            return search.page(done)
    return search.page(None)


def unreadable(path: Path, error: Exception) -> JournalRow:
    """The row that says so, in the place of the file's."""
    return JournalRow(0, start_ns(path.name), "", "gap", "error", detail=f"{path.name} cannot be read: {error}")


class _Search:
    """``found``: the newest first."""

    def __init__(
        self,
        place: Place | None,
        wanted: Callable[[JournalRow], bool],
        until_ns: int,
        needles: Sequence[str],
        limit: int,
        look: int,
        cancelled: Callable[[], bool],
    ) -> None:
        self.found: list[JournalRow] = []
        self.oldest_ns = until_ns
        self._place = place
        self._wanted = wanted
        self._until_ns = until_ns
        self._needles = needles
        self._limit = limit
        self._left = look
        self._cancelled = cancelled

    def page(self, place: Place | None) -> Page:
        rows = self.found[::-1]
        if len(rows) >= self._limit:
            return Page(rows, place, rows[0].time_ns)
        return Page(rows, place, self.oldest_ns)

    def look_in(self, file: JournalFile) -> Place | None:
        """Where it goes on, when enough is found, or looked at; None = with the file before."""
        span, name = file.span, file.path.name
        held = self._place is not None and self._place.file == name
        below = self._place.row if held and self._place is not None else file.newest + 1
        if span is None or span[0] > self._until_ns:
            return None
        tags = file.tags_with(self._needles)
        while below > 1 and not self._cancelled():
            rows = file.before(below, self._until_ns, tags, _TURN)
            for row in rows:
                self.oldest_ns = min(self.oldest_ns, row.time_ns)
                if self._wanted(row):
                    self.found.append(row)
                    if len(self.found) >= self._limit:
                        return Place(name, row.number)
            ended = len(rows) < _TURN
            passed = below - (1 if ended else rows[-1].number)
            self._left -= len(rows) + (passed - len(rows)) // _FASTER
            below -= passed
            if ended:
                self.oldest_ns = min(self.oldest_ns, span[0])
            if self._left <= 0:
                return Place(name, below)
            time.sleep(_REST_S)
        return None


def notes(folder: Path, start_ns: int, stop_ns: int) -> list[tuple[int, str]]:
    """(time, text) of the notes that operators made of a time and have not taken back, in the order of time; they may
    have been made long after it. OSError where the disk fails."""
    found: dict[tuple[int, str], None] = {}
    # By when they were made: those of files that went stand further on.
    for row in sorted(read(folder, kinds=(NOTE,)), key=lambda row: row.time_ns):
        told = row.details
        found.pop((_integer(told.get("was_ns")), str(told.get("was", ""))), None)
        at, text = _integer(told.get("at_ns")), str(told.get("text", ""))
        if text and start_ns <= at <= stop_ns:
            found[at, text] = None
    return sorted(found)


def _integer(told: object) -> int:
    return told if isinstance(told, int) else 0


def read(
    folder: Path,
    since_ns: int | None = None,
    until_ns: int | None = None,
    *,
    kinds: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Iterator[JournalRow]:
    """The rows of a time, ``until_ns`` left out, of these kinds (none: all) and ``without`` those, the oldest file
    first, each in the order of the log. A row of kind ``gap`` stands for a file that cannot be read. OSError where the
    disk fails."""
    first = _BEGINNING if since_ns is None else since_ns
    stop = _END if until_ns is None else until_ns
    for path in files_in_order(folder):
        try:
            with JournalFile(path) as file:
                span = file.span
                if span is None or span[1] < first or span[0] >= stop:
                    continue
                for rows in file.between(first, stop, PAGE, kinds, without):
                    yield from rows
        except FileNotFoundError:
            continue
        except StoreError as error:
            if start_ns(path.name) < stop:
                yield unreadable(path, error)
