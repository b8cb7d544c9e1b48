"""Every event and every operator action on disk, in SQLite, by a thread of its own.

Files follow each other by size; together they stay under a bound of size, and of age if one is set: the oldest go. What
cannot be written in time, or at all, is counted, and a row of kind ``gap`` stands in its place. Values of tags are in
it: it is the user's own record, readable to this user alone.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import sqlite3
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

import psutil

from app.batch import NO_DETAIL, Detail, EventBatch
from app.config import JournalPolicy, Settings
from app.events.notices import Notice, Severity, severity_of
from app.records.database import DamagedError, StoreError, delete, rename_aside, size_of
from app.records.journal_file import (
    NAME,
    NOTE,
    Cells,
    JournalFile,
    JournalWriter,
    cell_of,
    create,
    files_in_order,
    name_of,
    sound,
    start_ns,
)
from app.tasks import Clock
from app.text import jsonable
from app.values import NO_TIME, NS_PER_S, EventKind, Value

_log = logging.getLogger(__name__)

#: Rows that may wait for the disk; beyond it the oldest are given up.
QUEUE = 200_000
_FILE_BYTES = 64 * 1024 * 1024
_COMMIT_S = 0.5
#: After a failure the disk is tried again so much later.
_RETRY_S = 10.0
_LOOK_S = 60.0
#: The thread works this share of its time at the most: the window comes first, and events that are too many are missed.
_SHARE = 0.25
_TURN_S = 0.005
#: About so much is a row in the file.
_ROW_BYTES = 60
#: Rows that are made at once: a large batch must not keep the interpreter from the window.
_ROWS = 2_000
_DAY_NS = 86_400 * NS_PER_S


@dataclass(frozen=True, slots=True)
class JournalStatistics:
    rows: int  # written
    missed: int  # not written: the disk was too slow, or there was none
    queued: int
    peak: int
    bytes: int  # of all files
    files: int
    failure: str  # why it cannot write at present; "" = it can


@dataclass(frozen=True, slots=True)
class Act:
    """What an operator did, or noted. ``details`` are for programs."""

    time_ns: int
    words: str
    tag: str = ""
    value: str = ""
    kind: str = "operator"
    details: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class _Piece:
    session: str
    what: EventBatch | Notice | Act
    tags: Mapping[int, str]
    count: int


class Journal:
    """:meth:`take` and :meth:`act` are called on the loop and never wait; the rest is the thread's."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        policy: JournalPolicy = JournalPolicy.ALL,
        bound_bytes: int = 1024 * 1024 * 1024,
        days: int = 0,
        file_bytes: int = _FILE_BYTES,
        queue: int = QUEUE,
        on_failure: Callable[[str], object] | None = None,
    ) -> None:
        """``days`` that rows are kept at the most, 0 = as long as there is room. ``on_failure`` is told, from the
        thread, once when writing fails, and "" when it goes on."""
        self._folder = folder
        self._clock = clock
        self._policy = policy
        self._bound = bound_bytes
        self._days = days
        self._file_bytes = min(file_bytes, max(bound_bytes // 4, 1))
        self._most_uncommitted = self._file_bytes // 4 // _ROW_BYTES
        self._limit = queue
        self._on_failure = on_failure
        self._pieces: deque[_Piece] = deque()
        self._wake = threading.Condition()
        self._queued = self._peak = self._rows = self._missed = self._to_tell = 0
        self._stopping = threading.Event()
        self._end_by = float("inf")
        self._writer: JournalWriter | None = None
        self._path: Path | None = None  # of the present file, also where it cannot be written at the moment
        self._numbers = itertools.count(1)
        self._failure = ""
        self._sizes: list[int] = []  # of the files at the last look
        self._try_again = self._committed = self._looked = 0.0
        self._uncommitted = self._telling = 0  # rows, and of those that are missing, that the next commit keeps
        self._aside: list[str] = []  # what is to be said of files that were damaged
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, settings: Settings, folder: Path, clock: Clock, on_failure: Callable[[str], object]) -> Journal:
        return cls(
            folder,
            clock,
            policy=settings.journal,
            bound_bytes=settings.journal_bytes,
            days=settings.journal_days,
            on_failure=on_failure,
        )

    # ---- the loop's side

    def start(self) -> None:
        if self._policy is not JournalPolicy.OFF and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()

    def take(self, session: str, what: EventBatch | Notice, tags: Mapping[int, str]) -> None:
        """An event batch or a notice of the session named ``session``; ``tags`` has its items' names by key, and must
        not lose one later."""
        if isinstance(what, EventBatch):
            if self._policy is JournalPolicy.NO_VALUES and not any(what.kinds):
                return
            self._put(_Piece(session, what, tags, len(what)))
        else:
            self._put(_Piece(session, what, tags, 1))

    def act(self, session: str, act: Act) -> None:
        self._put(_Piece(session, act, {}, 1))

    def _put(self, piece: _Piece) -> None:
        if self._thread is None or self._stopping.is_set():
            return
        with self._wake:
            self._pieces.append(piece)
            self._queued += piece.count
            self._peak = max(self._peak, self._queued)
            while self._queued > self._limit and len(self._pieces) > 1:
                self._give_up(self._pieces.popleft())
            self._wake.notify()

    def _give_up(self, piece: _Piece) -> None:
        self._queued -= piece.count
        self._missed += piece.count
        self._to_tell += piece.count

    def stop(self, budget_s: float = 1.0) -> None:
        """Write what waits, within the budget, and close the file. Blocks: call it in a thread, or at the very end."""
        thread = self._thread
        if thread is None:
            return
        with self._wake:
            self._stopping.set()
            self._end_by = self._clock.monotonic() + budget_s
            self._wake.notify()
        thread.join(budget_s + 2.0)
        self._thread = None

    def statistics(self) -> JournalStatistics:
        """``bytes`` and ``files`` as the thread saw them last: nobody waits for the disk here."""
        return JournalStatistics(
            self._rows, self._missed, self._queued, self._peak, sum(self._sizes), len(self._sizes), self._failure
        )

    # ---- the thread's side

    def _run(self) -> None:
        self._attempt(self._tidy)
        self._committed = self._looked = self._clock.monotonic()
        worked = time.thread_time()
        while True:
            with self._wake:
                if not self._pieces and not self._stopping.is_set():
                    self._wake.wait(_COMMIT_S)
                piece = self._pieces.popleft() if self._pieces else None
            if piece is not None:
                self._write(piece)
                with self._wake:
                    self._queued -= piece.count
            now = self._clock.monotonic()
            if now - self._committed >= _COMMIT_S or piece is None or self._uncommitted >= self._most_uncommitted:
                self._committed = now
                self._attempt(self._commit)
            if self._stopping.is_set() and (piece is None or now >= self._end_by):
                self._finish()
                return
            if (took := time.thread_time() - worked) >= _TURN_S:
                self._stopping.wait(took * (1 / _SHARE - 1))
                worked = time.thread_time()

    def _write(self, piece: _Piece) -> None:
        if not self._attempt(lambda: self._append(piece)):
            self._lose(piece.count)

    def _lose(self, count: int) -> None:
        self._missed += count
        self._to_tell += count

    def _append(self, piece: _Piece) -> None:
        writer = self._writer or self._open()
        for words in self._aside:
            self._add_one(writer, "", "gap", Severity.ERROR, words, {})
        self._aside.clear()
        if self._to_tell:
            self._tell_gap(writer)
        added = 1
        if isinstance(piece.what, EventBatch):
            added = 0
            for part in _parts(piece.what):
                rows, count, *span = _event_rows(piece.session, part, piece.tags, self._policy, writer.word)
                writer.add(rows, count, *span)
                added += count
        elif isinstance(piece.what, Notice):
            what = piece.what
            self._add_one(
                writer, piece.session, str(what.kind), what.severity, what.message, what.details, what.time_ns
            )
        else:
            what = piece.what
            tag = writer.word(what.tag) if what.tag else None
            cells = Cells(
                what.time_ns, writer.word(piece.session), writer.word(what.kind), 0, tag, sound(what.value) or None,
                detail=sound(what.words), more=_json(what.details),
            )  # fmt: skip
            writer.add([cells], 1, what.time_ns, what.time_ns)
        self._uncommitted += added

    def _tell_gap(self, writer: JournalWriter) -> None:
        missed = self._to_tell
        self._add_one(writer, "", "gap", Severity.WARNING, f"{missed:,} rows could not be written", {"missed": missed})
        self._to_tell, self._telling = 0, self._telling + missed

    def _add_one(
        self,
        writer: JournalWriter,
        session: str,
        kind: str,
        severity: Severity,
        words: str,
        details: Mapping[str, object],
        time_ns: int | None = None,
    ) -> None:
        at = self._clock.utc_ns() if time_ns is None else time_ns
        cells = Cells(at, writer.word(session), writer.word(kind), severity, detail=sound(words), more=_json(details))
        writer.add([cells], 1, at, at)

    def _attempt(self, work: Callable[[], object]) -> bool:
        """Whether it could be done. After a failure nothing is tried for a while."""
        if self._failure and self._clock.monotonic() < self._try_again:
            return False
        try:
            work()
        except (StoreError, OSError, sqlite3.Error) as error:
            self._fail(error)
            return False
        if self._failure:
            self._failure = ""
            self._say("")
        return True

    def _fail(self, error: Exception) -> None:
        """What was not committed is lost, and counted; a damaged file is put aside, and the next one begun."""
        told, self._failure = self._failure, (isinstance(error, OSError) and error.strerror) or str(error)
        self._try_again = self._clock.monotonic() + _RETRY_S
        if (writer := self._writer) is not None:
            self._writer = None
            with contextlib.suppress(sqlite3.Error):
                writer.close()
        self._lose(self._uncommitted)
        self._to_tell += self._telling
        self._uncommitted = self._telling = 0
        if isinstance(error, DamagedError) and self._path is not None:
            with contextlib.suppress(OSError):
                self._put_aside(self._path, error)
                self._path, self._try_again = None, 0.0
        if not told:
            _log.error("the journal in %s cannot be written: %s", self._folder, self._failure)
            self._say(self._failure)

    def _say(self, words: str) -> None:
        if self._on_failure is not None:
            self._on_failure(words)

    def _put_aside(self, path: Path, error: Exception) -> None:
        aside = rename_aside(path)
        _log.error("the journal's file %s is set aside as %s: %s", path.name, aside.name, error)
        self._aside.append(f"{path.name} is damaged and was set aside as {aside.name}: its rows are missing here")

    def _open(self) -> JournalWriter:
        """The present file again where it could not be written for a while, else a new one."""
        if self._path is None or not self._path.exists():
            path = self._folder / name_of(self._clock.utc_ns(), os.getpid(), next(self._numbers))
            create(path, self._clock.utc_ns())
            self._path = path
        self._writer = JournalWriter(self._path)
        return self._writer

    def _commit(self) -> None:
        """Keep what was added; then see whether the file is full, and now and then to what is too old."""
        if (writer := self._writer) is not None:
            writer.commit(self._clock.utc_ns())
            self._kept()
            if writer.bytes >= self._file_bytes:
                self._end()
                self._prune()
        if (now := self._clock.monotonic()) - self._looked >= _LOOK_S:
            self._looked = now
            self._prune()
        self._sizes = [size for _, size in self._files()]

    def _end(self) -> None:
        """The present file is full, or the last one."""
        if (writer := self._writer) is not None:
            writer.finish(self._clock.utc_ns())
            self._kept()
            self._writer = self._path = None

    def _kept(self) -> None:
        self._rows += self._uncommitted
        self._uncommitted = self._telling = 0

    def _finish(self) -> None:
        with self._wake:
            while self._pieces:
                self._give_up(self._pieces.popleft())
        if self._to_tell and self._writer is not None:
            self._attempt(partial(self._tell_gap, self._writer))
        self._attempt(self._end)
        if (writer := self._writer) is not None:
            self._writer = None
            with contextlib.suppress(sqlite3.Error):
                writer.close()

    def _tidy(self) -> None:
        """What a dead program left is looked after; then the oldest files go."""
        self._prune()  # first, for a full disk has no room for anything
        if not self._folder.is_dir():
            return
        for part in self._folder.glob("log-*.part*"):
            if not _is_alive(part.name.removesuffix(".part")):
                part.unlink(missing_ok=True)
        for path, _ in self._files():
            if not _is_alive(path.name):
                self._look_after(path)

    def _look_after(self, path: Path) -> None:
        try:
            with JournalFile(path) as file:
                if file.closed:
                    return
            writer = JournalWriter(path)
            try:
                writer.check()
                writer.finish(self._clock.utc_ns())
            finally:
                writer.close()
        except (DamagedError, IndexError) as error:  # no head is damage, too
            self._put_aside(path, error)
        except (StoreError, OSError) as error:  # it may not be read, or is of a newer version: that costs it alone
            _log.warning("%s is left alone: %s", path.name, error)

    def _prune(self) -> None:
        files = self._files()
        total = sum(size for _, size in files)
        oldest_ns = self._clock.utc_ns() - self._days * _DAY_NS if self._days else None
        for path, size in files:
            if (total > self._bound or _is_older(path, oldest_ns)) and path != self._path and _is_done(path):
                with contextlib.suppress(OSError, StoreError):  # somebody reads it: it goes the next time
                    self._carry_notes(path)
                    delete(path)
                    total -= size

    def _carry_notes(self, path: Path) -> None:
        """What people wrote outlives the events around it: notes go on in the present file, with their times. Kept
        before this returns. OSError or StoreError: they stay where they are."""
        try:
            with JournalFile(path) as file:
                kept = [row for rows in file.every(_ROWS, (NOTE,)) for row in rows]
        except DamagedError:  # nobody can read them any more
            return
        if not kept:
            return
        writer = self._writer or self._open()
        for row in kept:
            cells = Cells(
                row.time_ns, writer.word(row.session), writer.word(NOTE), 0, detail=row.detail, more=row.more or None
            )
            writer.add([cells], 1, row.time_ns, row.time_ns)
        writer.commit(self._clock.utc_ns())
        self._kept()

    def _files(self) -> list[tuple[Path, int]]:
        """The oldest first, with their sizes."""
        found: list[tuple[Path, int]] = []
        for path in files_in_order(self._folder):
            with contextlib.suppress(OSError):
                found.append((path, size_of(path)))
        return found


def _is_alive(name: str) -> bool:
    """Whether the program that writes the file of this name, another one, is running. One of its number that was
    started a day after the file is another program; clocks are set, so a day's difference is allowed."""
    found = NAME.match(name)
    if found is None or int(found["pid"]) == os.getpid():
        return False
    try:
        started_ns = psutil.Process(int(found["pid"])).create_time() * NS_PER_S
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:  # it is somebody else's
        return True
    return started_ns < start_ns(name) + _DAY_NS


def _is_done(path: Path) -> bool:
    """Nobody writes it any more."""
    if not _is_alive(path.name):
        return True
    with contextlib.suppress(StoreError, OSError), JournalFile(path) as file:
        return file.closed
    return False


def _is_older(path: Path, oldest_ns: int | None) -> bool:
    """Whether all of it is."""
    if oldest_ns is None:
        return False
    with contextlib.suppress(StoreError, OSError), JournalFile(path) as file:
        return file.span is not None and file.span[1] < oldest_ns
    return False


# ---- rows


def _json(details: Mapping[str, object]) -> str | None:
    return sound(json.dumps(dict(details), ensure_ascii=False)) if details else None


def _parts(batch: EventBatch) -> Iterable[EventBatch]:
    if len(batch) <= _ROWS:
        return (batch,)
    starts = range(batch.first_sequence - 1, batch.last_sequence, _ROWS)
    return (batch.after(start).first(_ROWS) for start in starts)


def _event_rows(
    session: str, batch: EventBatch, tags: Mapping[int, str], policy: JournalPolicy, word: Callable[[str], int]
) -> tuple[Iterable[Sequence[object]], int, int, int]:
    """(rows, how many, first and last time), column by column: there are very many."""
    keys: dict[int, int] = {key: word(tags.get(key, f"#{key}")) for key in set(batch.keys)}
    values, others = _cells(batch.values)
    count = len(batch)
    rows = zip(
        batch.worker_times,
        itertools.repeat(word(session), count),
        [word(EventKind(kind).words) for kind in batch.kinds or bytes(count)],
        _severities(batch),
        [keys[key] for key in batch.keys],
        values,
        others,
        batch.qualities,
        [None if time_ns == NO_TIME else time_ns for time_ns in batch.source_times],
        range(batch.first_sequence, batch.first_sequence + count),
        *_details(batch.details, count),
        strict=False,
    )
    first_ns, last_ns = min(batch.worker_times), max(batch.worker_times)
    if policy is JournalPolicy.NO_VALUES:
        kept = [row for row, kind in zip(rows, batch.kinds, strict=True) if kind > EventKind.BUFFERED_DATA_CHANGE]
        return kept, len(kept), first_ns, last_ns
    return rows, count, first_ns, last_ns


def _severities(batch: EventBatch) -> list[int]:
    """:func:`severity_of` each; of values, of which there are very many, once for each quality."""
    change = EventKind.DATA_CHANGE
    known = {quality: int(severity_of(change, quality, NO_DETAIL)) for quality in set(batch.qualities)}
    found = [known[quality] for quality in batch.qualities]
    for number, kind in enumerate(batch.kinds):
        if kind > EventKind.BUFFERED_DATA_CHANGE:
            detail = batch.details.get(number, NO_DETAIL)
            found[number] = int(severity_of(EventKind(kind), batch.qualities[number], detail))
    return found


def _cells(values: Sequence[Value]) -> tuple[Iterable[object], Iterable[object]]:
    if _are_numbers(values):
        return values, itertools.repeat(None)
    pairs = [cell_of(jsonable(value)) for value in values]
    return [value for value, _ in pairs], [other for _, other in pairs]


def _are_numbers(values: Sequence[Any]) -> bool:
    """All of them floats, and finite: most there is."""
    return isinstance(values, array) and values.typecode == "d" and isfinite(sum(values))


def _details(details: Mapping[int, Detail], count: int) -> tuple[Iterable[object], Iterable[object]]:
    """(in words, as JSON)."""
    if not details:
        return itertools.repeat(None), itertools.repeat(None)
    words: list[str | None] = [None] * count
    more: list[str | None] = [None] * count
    for number, detail in details.items():
        told: dict[str, object] = {}
        if detail.statuses:
            told["statuses"] = [status.words for status in detail.statuses]
            words[number] = sound("; ".join(status.words for status in detail.statuses))
        if detail.hresult is not None:
            told["hresult"] = f"0x{detail.hresult & 0xFFFF_FFFF:08X}"
        if detail.coalesced:
            told["coalesced"] = detail.coalesced
        more[number] = _json(told)
    return words, more
