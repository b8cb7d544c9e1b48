"""The recorder's store, read: samples, extremes by stretches of time, and what is held at all.

Reading never waits for the recorder, nor the recorder for it, in this process or another. All calls block: use them in
a thread (``asyncio.to_thread``); several at a time are welcome. Times are integers, nanoseconds since 1970 UTC, and
ranges are half open: from ``start_ns`` up to ``end_ns``, which is left out. Sources and tags go by their names.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.records.bins import Bins, Integers, Pieces, combined, pieces_of
from app.records.database import StoreError, size_of
from app.records.reading import SegmentReader, Tail
from app.records.samples import Samples
from app.records.segment import Hole, files

_log = logging.getLogger(__name__)

#: Samples that one call of :meth:`History.samples` gives at the most, unless told otherwise.
LIMIT = 1_000_000
_LAST_NS = 2**63 - 1
#: Blocks that are read between two looks at whether somebody still wants the answer.
_TURN = 64


class ReadCancelledError(Exception):
    """Nobody wants the answer any more."""


@dataclass(frozen=True, slots=True)
class RecordedTag:
    """A tag with anything recorded: from when to when, and how many samples."""

    source: str
    tag: str
    first_ns: int
    last_ns: int
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """Samples in the order of time. ``next_ns`` is where to go on when there were more than the limit; all before it
    are in ``samples``."""

    samples: Samples
    next_ns: int | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a range: the tag was being recorded, or it was not, and ``why``.

    ``not recorded``: nobody watched it, or nothing recorded. ``unwatched``: nobody watched it any more. ``lost``: the
    source was not there. ``closed``: its session ended. ``ended``: the program did. ``off``: recording was switched
    off. ``missed``: so many samples of the source could not be kept. ``not yet``: the recorder's last second.
    """

    start_ns: int
    end_ns: int
    held: bool
    why: str = ""
    missed: int = 0


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """What there is on the disk. ``troubles`` says for each file that cannot be read, or was found damaged, why."""

    files: int
    bytes: int
    oldest_ns: int | None
    newest_ns: int | None
    missed: int
    troubles: tuple[str, ...]


def _never() -> bool:
    return False


class History:
    """Nothing is kept open between calls. A file that cannot be read counts as not held, and is told in
    :meth:`statistics`; a folder without files, or none, is an empty store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tails: dict[Path, Tail] = {}
        self._troubles: dict[Path, str] = {}
        self._lock = threading.Lock()

    # ---- what there is

    def tags(self) -> list[RecordedTag]:
        """All of which anything is held, by source and name."""
        found: dict[tuple[str, str], RecordedTag] = {}

        def read(file: SegmentReader) -> None:
            for source, tag, first, last, count in file.extents():
                old = found.get((source, tag), RecordedTag(source, tag, first, last, 0))
                found[source, tag] = replace(
                    old, first_ns=min(old.first_ns, first), last_ns=max(old.last_ns, last), count=old.count + count
                )

        self._each(read)
        return [found[name] for name in sorted(found)]

    def unit(self, source: str, tag: str) -> str:
        """The unit that an import told of the tag, the newest one; empty where none did."""
        found: list[str] = []
        self._each_with(source, tag, lambda file, number: found.append(file.unit(number)))
        return next((unit for unit in reversed(found) if unit), "")

    def statistics(self) -> StoreStatistics:
        heads: list[tuple[int, int, int]] = []
        paths = self._each(lambda file: heads.append((file.made_ns, file.alive_ns, file.missed)))
        total = 0
        for path in paths:
            with contextlib.suppress(OSError):
                total += size_of(path)
        with self._lock:
            troubles = tuple(self._troubles[path] for path in sorted(self._troubles))
        return StoreStatistics(
            len(paths),
            total,
            min((made for made, _, _ in heads), default=None),
            max((alive for _, alive, _ in heads), default=None),
            sum(missed for _, _, missed in heads),
            troubles,
        )

    # ---- samples

    def samples(
        self,
        source: str,
        tag: str,
        start_ns: int,
        end_ns: int,
        limit: int = LIMIT,
        cancelled: Callable[[], bool] = _never,
    ) -> Found:
        """What was recorded in the range, exactly as it came. More than ``limit`` samples come only where as many have
        the same time. ReadCancelledError once ``cancelled`` says so."""
        gathered = _Gathered(start_ns, end_ns, limit)

        def read(file: SegmentReader, number: int) -> None:
            gathered.add(file.arrivals.of(number))
            for at, (row, first_ns, _) in enumerate(file.blocks(number, start_ns, gathered.end_ns)):
                if at % _TURN == 0:
                    _still_wanted(cancelled)
                if first_ns >= gathered.end_ns:
                    break
                gathered.add(file.block(row))

        self._each_with(source, tag, read)
        _still_wanted(cancelled)
        return gathered.found()

    def before(self, source: str, tag: str, time_ns: int) -> Samples:
        """The last sample at or before the time, as columns of one row; of none where nothing that old is held."""
        best = Samples.none()

        def offer(samples: Samples) -> None:
            nonlocal best
            last = _last(samples, time_ns)
            if len(last) and (not len(best) or last.times[0] > best.times[0]):
                best = last

        def read(file: SegmentReader, number: int) -> None:
            offer(file.arrivals.of(number))
            rows = file.blocks(number, -(2**63), min(time_ns, _LAST_NS - 1) + 1)
            # The nearest first: as a rule the first one that is read has it.
            for row, _, last_ns in sorted(rows, key=lambda row: (min(row[2], time_ns), row[0]), reverse=True):
                if len(best) and last_ns < best.times[0]:
                    break
                offer(file.block(row))

        self._each_with(source, tag, read)
        return best

    def bins(
        self,
        source: str,
        tag: str,
        start_ns: int,
        end_ns: int,
        bins: int,
        cancelled: Callable[[], bool] = _never,
    ) -> Bins:
        """The range in ``bins`` stretches of (nearly) equal length, each with its first and last sample, its extremes
        and how many samples of which quality it has: exact, not one sample is left out, however many there are.
        ValueError where the range is empty or ``bins`` is below 1; ReadCancelledError once ``cancelled`` says so."""
        if end_ns <= start_ns or bins < 1:
            raise ValueError(f"{bins} bins from {start_ns} to {end_ns}: one at least, of 1 ns at least, can be made")
        edges = _edges(start_ns, end_ns, bins)
        pieces: list[Pieces] = []

        def read(file: SegmentReader, number: int) -> None:
            pieces.append(pieces_of(file.arrivals.of(number).line.between(start_ns, end_ns), edges))
            rows = file.summaries(number, start_ns, end_ns)
            if not rows:
                return
            whole, split = Pieces.of_blocks(rows, edges)
            pieces.append(whole)
            for at in range(0, len(split), _TURN):
                _still_wanted(cancelled)
                pieces.append(pieces_of(file.line(split[at : at + _TURN]).between(start_ns, end_ns), edges))

        self._each_with(source, tag, read)
        _still_wanted(cancelled)
        return combined(pieces, edges)

    # ---- what is held

    def held(self, source: str, tag: str, start_ns: int, end_ns: int) -> list[Stretch]:
        """The range in stretches that follow each other without a gap: where the tag was being recorded (a value holds
        until the next one then, even if that comes hours later), and where not, and why."""
        spans: list[tuple[int, int, str]] = []
        holes: list[Hole] = []

        def read(file: SegmentReader) -> None:
            spans.extend(file.spans(source, tag, end_ns))
            holes.extend(file.holes(source, start_ns, end_ns))

        self._each(read)
        return _stretches(spans, holes, start_ns, end_ns)

    # ---- files

    def _each(self, read: Callable[[SegmentReader], object]) -> list[Path]:
        """Read each file, the oldest first. What goes wrong in one costs that one alone, from there on."""
        paths = files(self.folder)
        with self._lock:
            for gone in self._tails.keys() - set(paths):
                del self._tails[gone]
            for gone in self._troubles.keys() - set(paths):
                del self._troubles[gone]
        for path in paths:
            with self._lock:
                tail = self._tails.setdefault(path, Tail())
            try:
                with SegmentReader(path, tail) as file:
                    read(file)
            except FileNotFoundError:  # too old, and gone meanwhile
                continue
            except (StoreError, OSError) as error:
                self._note(path, error)
        return paths

    def _note(self, path: Path, error: Exception) -> None:
        with self._lock:
            told = self._troubles.get(path)
            self._troubles[path] = str(error)
        if told != str(error):
            _log.warning("a file of the recorder is not read: %s", error)

    def _each_with(self, source: str, tag: str, read: Callable[[SegmentReader, int], object]) -> None:
        def with_number(file: SegmentReader) -> None:
            if (number := file.number(source, tag)) is not None:
                read(file, number)

        self._each(with_number)


class _Gathered:
    """Samples of a range, no more than are wanted: the earliest ones."""

    def __init__(self, start_ns: int, end_ns: int, limit: int) -> None:
        self._start_ns, self._limit = start_ns, max(1, limit)
        self.end_ns = end_ns  # what comes from here on is not wanted
        self._parts: list[Samples] = []
        self._count = 0
        self._next_ns: int | None = None

    def add(self, samples: Samples) -> None:
        self._parts.append(_between(samples, self._start_ns, self.end_ns))
        self._count += len(self._parts[-1])
        if self._count > 2 * self._limit:
            self._cut()

    def _cut(self) -> None:
        samples = Samples.joined(self._parts).in_order()
        if len(samples) > self._limit:
            times = samples.times
            stop = _position(times, int(times[self._limit]))
            if stop == 0:  # one time alone fills it
                stop = _position(times, int(times[self._limit]), after=True)
            if stop < len(times):
                self.end_ns = self._next_ns = int(times[stop])
                samples = samples.take(slice(0, stop))
        self._parts, self._count = [samples], len(samples)

    def found(self) -> Found:
        self._cut()
        return Found(self._parts[0], self._next_ns)


def _still_wanted(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise ReadCancelledError("the read was cancelled")


def _position(times: Integers, time_ns: int, *, after: bool = False) -> int:
    """Of the first time that is not before this one, or that is after it."""
    return int(np.searchsorted(times, np.int64(time_ns), side="right" if after else "left"))


def _between(samples: Samples, start_ns: int, end_ns: int) -> Samples:
    """Of samples in the order of time."""
    times = samples.times
    first, stop = _position(times, start_ns), _position(times, end_ns)
    return samples if first == 0 and stop == len(times) else samples.take(slice(first, max(first, stop)))


def _last(samples: Samples, time_ns: int) -> Samples:
    at = _position(samples.times, time_ns, after=True)
    return samples.take(slice(max(0, at - 1), at))


def _edges(start_ns: int, end_ns: int, bins: int) -> Integers:
    """``bins + 1`` times; in Python's integers, for a product with nanoseconds overflows."""
    length = end_ns - start_ns
    return np.array([start_ns + length * at // bins for at in range(bins + 1)], np.int64)


def _stretches(
    spans: Sequence[tuple[int, int, str]], holes: Sequence[Hole], start_ns: int, end_ns: int
) -> list[Stretch]:
    merged: list[tuple[int, int]] = []
    for first, last, _ in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    told: list[Stretch] = []
    at = start_ns
    for first, last in merged:
        begin, stop = max(first, start_ns), min(last, end_ns)
        if begin < stop:
            told.append(Stretch(at, begin, False, _why(spans, begin)))
            told += _without(begin, stop, holes)
            at = stop
    told.append(Stretch(at, end_ns, False, _why(spans, end_ns)))
    return [stretch for stretch in told if stretch.start_ns < stretch.end_ns]


def _why(spans: Sequence[tuple[int, int, str]], before_ns: int) -> str:
    """Why the last span that ended before this time did."""
    ended = [(end, why) for _, end, why in spans if why and end < before_ns]
    return max(ended)[1] if ended else "not recorded"


def _without(first: int, last: int, holes: Sequence[Hole]) -> list[Stretch]:
    """A span as stretches around the holes in it."""
    told: list[Stretch] = []
    at = first
    for hole in sorted(holes, key=lambda hole: hole.start_ns):
        begin, stop = max(hole.start_ns, at), min(hole.end_ns, last)
        if begin < stop:
            told += [Stretch(at, begin, True), Stretch(begin, stop, False, hole.why, hole.missed)]
            at = stop
    told.append(Stretch(at, last, True))
    return told
