"""Every event and every operator action on disk: JSON lines, a line each, appended by a thread of its own.

Files are ``events-<UTC start>-<process>-<number>.jsonl``; at a size the next one begins and the old one is compressed.
Together they stay under a bound: the oldest go. What cannot be written in time, or at all, is counted, and a line of
kind ``gap`` stands in its place. Values of tags are in it: it is the user's own record, readable to this user alone.
"""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import logging
import os
import re
import shutil
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

import psutil

from app.batch import EventBatch
from app.config import JournalPolicy, Settings
from app.events.notices import Notice
from app.tasks import Clock
from app.text import jsonable
from app.values import NO_TIME, NS_PER_S, EventKind, Value, iso_utc

_log = logging.getLogger(__name__)

#: Rows that may wait for the disk; beyond it the oldest are given up.
QUEUE = 200_000
_FILE_BYTES = 32 * 1024 * 1024
_FLUSH_S = 1.0
#: After a failure the disk is tried again so much later.
_RETRY_S = 10.0
#: The thread works this share of its time at the most: the window comes first, and events that are too many are missed.
_SHARE = 0.25
_TURN_S = 0.005
_STAMP = re.compile(r"[-:]")
_NAME = re.compile(r"events-\d{8}T\d{6}Z-(?P<pid>\d+)-\d+\.jsonl(\.gz)?$")


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
    """What an operator did."""

    time_ns: int
    words: str
    tag: str = ""
    value: str = ""


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
        bound_bytes: int = 256 * 1024 * 1024,
        file_bytes: int = _FILE_BYTES,
        queue: int = QUEUE,
        on_failure: Callable[[str], object] | None = None,
    ) -> None:
        """``on_failure`` is told, from the thread, once when writing fails, and "" when it goes on."""
        self._folder = folder
        self._clock = clock
        self._policy = policy
        self._bound = bound_bytes
        self._file_bytes = min(file_bytes, max(bound_bytes // 4, 1))
        self._limit = queue
        self._on_failure = on_failure
        self._pieces: deque[_Piece] = deque()
        self._wake = threading.Condition()
        self._queued = self._peak = self._rows = self._missed = self._to_tell = 0
        self._stopping = threading.Event()
        self._end_by = float("inf")
        self._file: TextIO | None = None
        self._path = folder
        self._written = 0  # bytes of the present file
        self._numbers = itertools.count(1)
        self._failure = ""
        self._sizes: list[int] = []  # of the files at the last look
        self._try_again = 0.0
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, settings: Settings, folder: Path, clock: Clock, on_failure: Callable[[str], object]) -> Journal:
        return cls(folder, clock, policy=settings.journal, bound_bytes=settings.journal_bytes, on_failure=on_failure)

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
        flushed, worked = self._clock.monotonic(), time.thread_time()
        while True:
            with self._wake:
                if not self._pieces and not self._stopping.is_set():
                    self._wake.wait(_FLUSH_S)
                piece = self._pieces.popleft() if self._pieces else None
            if piece is not None:
                self._write(piece)
                with self._wake:
                    self._queued -= piece.count
            if (now := self._clock.monotonic()) - flushed >= _FLUSH_S or piece is None:
                flushed = now
                self._attempt(self._flush)
            if self._stopping.is_set() and (piece is None or now >= self._end_by):
                self._finish()
                return
            if (took := time.thread_time() - worked) >= _TURN_S:
                self._stopping.wait(took * (1 / _SHARE - 1))
                worked = time.thread_time()

    def _write(self, piece: _Piece) -> None:
        if not self._attempt(lambda: self._append(piece)):
            self._missed += piece.count
            self._to_tell += piece.count
        elif self._written >= self._file_bytes:
            self._attempt(self._turn)

    def _append(self, piece: _Piece) -> None:
        file = self._file or self._open()
        if self._to_tell:
            missed, self._to_tell = self._to_tell, 0
            self._written += file.write(_gap(missed, self._clock.utc_ns()))
        count, text = _lines(piece, self._policy)
        self._written += file.write(text)
        self._rows += count

    def _attempt(self, work: Callable[[], object]) -> bool:
        """Whether it could be done. After a failure nothing is tried for a while."""
        if self._failure and self._clock.monotonic() < self._try_again:
            return False
        try:
            work()
        except OSError as error:
            told, self._failure = self._failure, error.strerror or str(error)
            self._try_again = self._clock.monotonic() + _RETRY_S
            with contextlib.suppress(OSError):
                if self._file is not None:
                    self._file.close()
            self._file = None
            if not told:
                _log.error("the journal in %s cannot be written: %s", self._folder, self._failure)
                self._say(self._failure)
            return False
        if self._failure:
            self._failure = ""
            self._say("")
        return True

    def _say(self, words: str) -> None:
        if self._on_failure is not None:
            self._on_failure(words)

    def _open(self) -> TextIO:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        start = _STAMP.sub("", iso_utc(self._clock.utc_ns())[:19])
        self._path = self._folder / f"events-{start}Z-{os.getpid()}-{next(self._numbers):04d}.jsonl"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "a", encoding="utf-8", errors="replace", newline="\n")
        self._written = 0
        return self._file

    def _flush(self) -> None:
        if self._file is not None:
            self._file.flush()
        self._sizes = [size for _, size in self._files()]

    def _turn(self) -> None:
        """The present file is full."""
        self._close()
        self._written = 0
        self._tidy()

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with file:
                file.flush()
                os.fsync(file.fileno())

    def _finish(self) -> None:
        with self._wake:
            while self._pieces:
                self._give_up(self._pieces.popleft())
        if self._to_tell and self._file is not None:
            missed, self._to_tell = self._to_tell, 0
            self._attempt(lambda: self._file is None or self._file.write(_gap(missed, self._clock.utc_ns())))
        self._attempt(self._close)

    def _tidy(self) -> None:
        """Files that nobody writes any more are compressed, those of an earlier run too; then the oldest go."""
        self._prune()  # first, for a full disk has no room for anything
        for path, _ in self._files():
            found = _NAME.match(path.name)
            pid = int(found["pid"]) if found else 0
            if path.suffix == ".jsonl" and (pid == os.getpid() or not psutil.pid_exists(pid)):
                _compress(path)
        self._prune()

    def _prune(self) -> None:
        files = self._files()
        total = sum(size for _, size in files)
        for path, size in files:
            if total > self._bound and path.suffix == ".gz":  # others may be another window's, which writes them
                path.unlink(missing_ok=True)
                total -= size

    def _files(self) -> list[tuple[Path, int]]:
        """The oldest first, with their sizes."""
        found: list[tuple[Path, int]] = []
        with contextlib.suppress(OSError):
            names = sorted((path for path in self._folder.iterdir() if _NAME.match(path.name)), key=_order)
            found.extend((path, path.stat().st_size) for path in names)
        return found


def _order(path: Path) -> tuple[str, int, str]:
    """By the time in the name; the files of one second by their numbers."""
    parts = path.name.split(".")[0].split("-")
    return (parts[1], int(parts[3]), path.name) if _NAME.match(path.name) else ("", 0, path.name)


def _compress(path: Path) -> None:
    """Whole or not at all; an empty file just goes."""
    if path.stat().st_size == 0:
        path.unlink()
        return
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with path.open("rb") as source, os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wb", 5) as target:
            shutil.copyfileobj(source, cast("Any", target), 256 * 1024)
        written = path.stat()
        os.utime(part, ns=(written.st_atime_ns, written.st_mtime_ns))  # readers look for times in it by this
        part.replace(path.with_name(path.name + ".gz"))
        path.unlink()
    finally:
        part.unlink(missing_ok=True)


# ---- lines


def _lines(piece: _Piece, policy: JournalPolicy) -> tuple[int, str]:
    """(how many, the lines)."""
    what = piece.what
    if isinstance(what, EventBatch):
        lines = list(_event_lines(piece.session, what, piece.tags, policy))
        return len(lines), "".join(lines)
    line: dict[str, object] = {"time": iso_utc(what.time_ns), "session": piece.session}
    if isinstance(what, Notice):
        line |= {"kind": str(what.kind), "severity": what.severity.name.lower(), "detail": what.message}
        line |= {"details": dict(what.details)} if what.details else {}
    else:
        line |= {"kind": "operator", "tag": what.tag, "value": what.value, "detail": what.words}
    return 1, json.dumps(line, ensure_ascii=False) + "\n"


def _event_lines(session: str, batch: EventBatch, tags: Mapping[int, str], policy: JournalPolicy) -> Iterator[str]:
    """By hand, for there are very many: only what differs between the events of one item is made for each."""
    heads: dict[tuple[int, int], str] = {}
    name = json.dumps(session, ensure_ascii=False)
    iso, kinds, rows = _Times(), batch.kinds, zip(batch.keys, batch.samples(), strict=True)
    for number, (key, (value, quality, source_ns, time_ns)) in enumerate(rows):
        kind = kinds[number] if kinds else 0
        if policy is JournalPolicy.NO_VALUES and kind <= EventKind.BUFFERED_DATA_CHANGE:
            continue
        head = heads.get((key, kind))
        if head is None:
            tag = json.dumps(tags.get(key, f"#{key}"), ensure_ascii=False)
            head = heads[key, kind] = f'"session": {name}, "kind": "{EventKind(kind).words}", "tag": {tag}'
        source = "null" if source_ns == NO_TIME else f'"{iso(source_ns)}"'
        yield (
            f'{{"time": "{iso(time_ns)}", {head}, "value": {_json(value)}, "quality": {quality}, '
            f'"source_time": {source}, "sequence": {batch.first_sequence + number}{_detail(batch, number)}}}\n'
        )


class _Times:
    """ISO 8601 for very many times: those of one second differ in their digits alone."""

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def __call__(self, ns: int) -> str:
        second, rest = divmod(ns, NS_PER_S)
        if second != self._second:
            self._second, self._text = second, iso_utc(second * NS_PER_S)[: -len("000Z")]
        return f"{self._text}{rest:09d}Z"


def _json(value: Value) -> str:
    if type(value) is float and value - value == 0:  # finite: most there is
        return repr(value)
    return json.dumps(jsonable(value), ensure_ascii=False)


def _detail(batch: EventBatch, number: int) -> str:
    detail = batch.details.get(number)
    if detail is None:
        return ""
    told: dict[str, object] = {}
    if detail.statuses:
        told["statuses"] = [status.words for status in detail.statuses]
    if detail.hresult is not None:
        told["hresult"] = f"0x{detail.hresult & 0xFFFF_FFFF:08X}"
    if detail.coalesced:
        told["coalesced"] = detail.coalesced
    return f', "detail": {json.dumps(told)}' if told else ""


def _gap(missed: int, now_ns: int) -> str:
    words = f"{missed:,} rows could not be written"
    return (
        json.dumps({"time": iso_utc(now_ns), "kind": "gap", "severity": "warning", "detail": words, "missed": missed})
        + "\n"
    )


def files_in_order(folder: Path) -> list[Path]:
    """The journal's files, the oldest first."""
    with contextlib.suppress(OSError):
        return sorted((path for path in folder.iterdir() if _NAME.match(path.name)), key=_order)
    return []


#: A file is left out only where it is so much older, or later, than what is wanted: clocks are set now and then.
_SLACK_NS = 60 * NS_PER_S
#: Lines at the start of a file that tell how far back it goes: what waited for the disk is older than its file.
_HEAD = 500
_TIME_AT, _SECOND = len(b'{"time": "'), len("2026-01-01T00:00:00")


def read(folder: Path, since_ns: int | None = None, until_ns: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines that are kept, the oldest file first; a line that a crash has torn is left out.

    ``since_ns`` and ``until_ns`` (exclusive) keep what is outside from being read: whole files by their times, and
    lines by their second, so that a few others come with them. OSError where the disk fails."""
    lowest = b"" if since_ns is None else iso_utc(since_ns)[:_SECOND].encode()
    highest = b"\x7f" if until_ns is None else iso_utc(until_ns)[:_SECOND].encode()
    for path in files_in_order(folder):
        if (since_ns is not None and _last_ns(path) + _SLACK_NS < since_ns) or (
            until_ns is not None and _begins_late(path, until_ns)
        ):
            continue
        for line in _lines_of(path):
            if lowest <= line[_TIME_AT : _TIME_AT + _SECOND] <= highest or not line.startswith(b'{"time": "'):
                with contextlib.suppress(ValueError):
                    yield json.loads(line)


def _lines_of(path: Path) -> Iterator[bytes]:
    """A file that is compressed at this moment is found under its other name; one that breaks off ends."""
    if not path.exists() and path.suffix != ".gz":
        path = path.with_name(path.name + ".gz")
    with (
        contextlib.suppress(FileNotFoundError, EOFError, zlib.error, gzip.BadGzipFile),
        gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file,
    ):
        yield from file


def _last_ns(path: Path) -> int:
    """When something was written to it last; the end of time where that is not known."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 2**63


def _begins_late(path: Path, until_ns: int) -> bool:
    """Whether the file, by its name and by its first lines, has nothing that early."""
    limit = iso_utc(until_ns + _SLACK_NS)[:_SECOND]
    if _order(path)[0] <= _STAMP.sub("", limit) + "Z":
        return False
    head = itertools.islice(_lines_of(path), _HEAD)
    return all(line[_TIME_AT : _TIME_AT + _SECOND] > limit.encode() for line in head)
