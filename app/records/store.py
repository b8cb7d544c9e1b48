"""The recorder's folder as its one writer sees it: a lock, files that follow each other, and what goes when.

Blocks; used by one thread. Files are in **series** by how long they are kept (``d30-…`` for 30 days, ``d0-…`` without a
limit) and, of a list with a limit of size, by the list (``d30l1a2b-…``), so that each can be deleted as a whole.
Imported recordings (``import-…``) are written elsewhere, complete when they appear, and never deleted here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import filelock

from app.records.database import DamagedError, NewerError, StoreError, delete, rename_aside, size_of
from app.records.segment import FORM, NAME, SegmentWriter, create, files
from app.values import NS_PER_S, iso_utc

_log = logging.getLogger(__name__)

_DAY_NS = 86_400 * NS_PER_S
_STAMP = re.compile(r"[-:]")
#: A file is begun anew when it has so much, or an eighth of what all may have.
_FILE_BYTES = 256 * 1024 * 1024
_LOCK = "recorder.lock"


class ElsewhereError(Exception):
    """Another program records into this folder."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be kept: bytes of all files together, and what must stay free on the disk."""

    bytes: int
    free_bytes: int = 0


class Series(NamedTuple):
    """What is kept alike: for so many days (0 = for ever), and of the list that has a limit of size, else ""."""

    days: int
    list: str = ""

    def __str__(self) -> str:
        return f"d{self.days}" + (f"l{self.list}" if self.list else "")


class Store:
    """Open from :meth:`open` to :meth:`close`."""

    def __init__(self, folder: Path, bounds: Bounds, now_ns: Callable[[], int]) -> None:
        self.folder = folder
        self.bounds = bounds
        self._now_ns = now_ns
        self._lock: filelock.FileLock | None = None
        self.limits: Mapping[str, int] = {}  # bytes that a list's files may have, by its id
        self._writers: dict[Series, SegmentWriter] = {}
        self._sealed: set[Path] = set()
        self._left: set[Path] = set()  # could not be looked after: another file is begun
        self._last: dict[Path, int] = {}  # last commits of files that nobody writes any more
        self.set_aside: list[str] = []  # damaged files, by their new names
        self.used: Mapping[str, int] = {}  # bytes by list, as :meth:`prune` saw them last

    # ---- one writer

    def open(self) -> None:
        """Lock the folder, and put in order what an earlier program left. ElsewhereError, OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = filelock.FileLock(self.folder / _LOCK)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout as error:
            raise ElsewhereError(f"another Tagwatch records into {self.folder}") from error
        self._lock = lock
        try:
            for part in self.folder.glob("*.samples.part*"):
                part.unlink(missing_ok=True)
            for path in files(self.folder):
                if series_of(path) is not None:
                    try:
                        self._look_after(path)
                    except OSError as error:  # it may not be read, or another program holds it: that costs it alone
                        self._left.add(path)
                        _log.warning("%s is left alone: %s", path.name, error)
        except BaseException:
            self.close()
            raise

    def _look_after(self, path: Path) -> None:
        """Make the present version of it; what a dead program left open is checked, and its spans are ended."""
        try:
            if FORM.migrate(path):
                _log.info("%s was brought to the present version; the old one is beside it", path.name)
            with contextlib.closing(FORM.connect(path, read_only=True)) as database:
                closed, alive = database.execute("SELECT closed, alive_ns FROM head").fetchone()
            if closed:
                self._sealed.add(path)
                self._last[path] = alive
                return
            writer = SegmentWriter(path)
            try:
                writer.check()
                writer.end_spans_of_the_dead()
            finally:
                writer.close()
        except NewerError as error:
            _log.warning("%s", error)
        except (DamagedError, TypeError, sqlite3.DatabaseError) as error:
            self.put_aside(path, error)

    def put_aside(self, path: Path, error: Exception) -> None:
        """A damaged file keeps its bytes under another name, which nobody reads."""
        for series, writer in list(self._writers.items()):
            if writer.path == path:
                writer.close()
                del self._writers[series]
        aside = rename_aside(path)
        self.set_aside.append(aside.name)
        _log.error("the recorder's file %s is set aside as %s: %s", path.name, aside.name, error)

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    # ---- files

    def current(self, series: Series) -> SegmentWriter | None:
        """The file of the series that is being written, where there is one."""
        return self._writers.get(series)

    def writers(self) -> list[tuple[Series, SegmentWriter]]:
        return list(self._writers.items())

    def begin(self, series: Series) -> SegmentWriter:
        """The file of the series to write to: the last one, if it is of today and has room, else a new one.
        StoreError, OSError."""
        writer = self._writers.get(series)
        if writer is not None:
            return writer
        now_ns = self._now_ns()
        mine = [path for path in files(self.folder) if series_of(path) == series]
        path = mine[-1] if mine else None
        if (
            path is None
            or path in self._sealed | self._left
            or _stamp(path)[:8] != _utc(now_ns)[:8]
            or not self._has_room(path)
        ):
            path = self._new(series, now_ns)
        try:
            writer = SegmentWriter(path)
        except NewerError:
            writer = SegmentWriter(self._new(series, now_ns))
        self._writers[series] = writer
        return writer

    def _new(self, series: Series, now_ns: int) -> Path:
        numbers = [int(found["number"]) for path in files(self.folder) if (found := NAME.fullmatch(path.name))]
        path = self.folder / f"{series}-{_utc(now_ns)}-{max(numbers, default=0) + 1:06d}.samples"
        create(path, now_ns)
        return path

    def _has_room(self, path: Path) -> bool:
        with contextlib.suppress(OSError):
            return size_of(path) < self.file_bytes(series_of(path))
        return False

    def file_bytes(self, series: Series | None) -> int:
        """How large a file of the series may become: what goes goes by eighths."""
        limit = self.limits.get(series.list) if series is not None else None
        least = self.bounds.bytes if limit is None else min(limit, self.bounds.bytes)
        return min(_FILE_BYTES, max(least // 8, 1))

    def is_full(self, series: Series) -> bool:
        """Whether the present file of the series is of another day, or as large as one may be."""
        writer = self._writers.get(series)
        if writer is None:
            return False
        return _utc(self._now_ns())[:8] != _stamp(writer.path)[:8] or not self._has_room(writer.path)

    def end(self, series: Series, why: str, *, seal: bool, pace: Callable[[], object] | None = None) -> int:
        """The present file of the series is not written any more; :meth:`begin` opens another one, or goes on with this
        one if it was not sealed. The time at which its spans end: those of the next file begin there."""
        writer = self._writers[series]
        if seal:
            writer.seal(pace)  # takes a while, in which more comes
        now_ns = self._now_ns()
        writer.finish(now_ns, why, seal=seal)
        self._writers.pop(series, None)
        writer.close()
        if seal:
            self._sealed.add(writer.path)
        return now_ns

    def unsealed(self) -> list[Path]:
        """Files of earlier days that a program has left without sorting them."""
        mine = {writer.path for writer in self._writers.values()}
        today = _utc(self._now_ns())[:8]
        return [
            path
            for path in files(self.folder)
            if series_of(path) is not None
            and path not in mine
            and path not in self._sealed
            and _stamp(path)[:8] != today
        ]

    def seal(self, path: Path, pace: Callable[[], object] | None = None) -> None:
        try:
            with contextlib.closing(FORM.connect(path, read_only=True)) as database:
                (alive,) = database.execute("SELECT alive_ns FROM head").fetchone()
            writer = SegmentWriter(path)
            try:
                writer.finish(alive, "ended", pace=pace)
            finally:
                writer.close()
            self._sealed.add(path)
        except DamagedError as error:
            self.put_aside(path, error)

    # ---- what goes

    def prune(self) -> None:
        """Delete files that are too old, and the oldest while all are too large. One that is being written stays; where
        somebody still reads one (Windows), it goes the next time."""
        now_ns = self._now_ns()
        mine = {writer.path for writer in self._writers.values()}
        sizes: dict[Path, int] = {}
        for path in files(self.folder):
            with contextlib.suppress(OSError):
                sizes[path] = size_of(path)
        for path in list(sizes):
            series = series_of(path)
            if series and series.days and path not in mine and self._last_ns(path) < now_ns - series.days * _DAY_NS:
                self._delete(path, sizes)
        for name, limit in self.limits.items():
            self._prune_to(limit, [path for path in sizes if _is_of(path, name)], sizes)
        self._prune_to(self.bounds.bytes, [path for path in sizes if series_of(path) is not None], sizes)
        self.used = _used(sizes)

    def _prune_to(self, limit: int, paths: Sequence[Path], sizes: dict[Path, int]) -> None:
        """Delete the oldest of these while all of them have more bytes; by time, whatever their days."""
        total = sum(sizes[path] for path in paths)
        mine = {writer.path for writer in self._writers.values()}
        for path in paths:
            if total <= limit:
                return
            if path not in mine:
                total -= sizes[path]
                self._delete(path, sizes)

    def delete_before(self, time_ns: int) -> int:
        """Delete the recorder's own files with nothing newer than the time, whatever their days; how many bytes that
        gave back. Those that are being written stay."""
        mine = {writer.path for writer in self._writers.values()}
        freed = 0
        for path in files(self.folder):
            if path in mine or series_of(path) is None or self._last_ns(path) >= time_ns:
                continue
            with contextlib.suppress(FileNotFoundError):
                sizes = {path: size_of(path)}
                size = sizes[path]
                self._delete(path, sizes)
                freed += 0 if sizes else size
        return freed

    def _last_ns(self, path: Path) -> int:
        """The last commit of a file. One that cannot be read counts as new: nobody has looked into it."""
        if path not in self._last:
            try:
                with contextlib.closing(FORM.connect(path, read_only=True)) as database:
                    self._last[path] = database.execute("SELECT alive_ns FROM head").fetchone()[0]
            except (StoreError, OSError, TypeError, sqlite3.Error):
                return self._now_ns()
        return self._last[path]

    def _delete(self, path: Path, sizes: dict[Path, int]) -> None:
        try:
            delete(path)
        except OSError as error:
            _log.info("%s is too old and goes later: %s", path.name, error)
            return
        sizes.pop(path, None)
        self._last.pop(path, None)
        self._sealed.discard(path)
        for backup in path.parent.glob(f"{path.name}.v*"):
            with contextlib.suppress(OSError):
                backup.unlink()

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.folder).free

    def size(self) -> tuple[int, int]:
        """(bytes, files) of everything, imports and what was set aside included."""
        total = count = 0
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if ".samples" in entry.name:
                    with contextlib.suppress(OSError):
                        total += entry.stat().st_size
                        count += entry.name.endswith(".samples")
        return total, count


def series_of(path: Path) -> Series | None:
    """None: it is none of the recorder's own."""
    found = re.match(r"d(\d+)(?:l([a-z0-9]+))?-", path.name)
    return Series(int(found[1]), found[2] or "") if found else None


def _is_of(path: Path, name: str) -> bool:
    series = series_of(path)
    return series is not None and series.list == name


def _used(sizes: Mapping[Path, int]) -> dict[str, int]:
    """Bytes by list."""
    found: dict[str, int] = {}
    for path, size in sizes.items():
        if (series := series_of(path)) is not None and series.list:
            found[series.list] = found.get(series.list, 0) + size
    return found


def _stamp(path: Path) -> str:
    found = NAME.fullmatch(path.name)
    return found["start"] if found else ""


def _utc(ns: int) -> str:
    return _STAMP.sub("", iso_utc(ns)[:19]) + "Z"
