"""The samples of one pen, and what is drawn of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batch import EventBatch, Sample
from app.values import NO_TIME

#: Samples kept of one pen; a tenth is let go of when it is full.
CAPACITY = 1_000_000
#: More points than this are reduced before they are drawn: two for each column of pixels, and some.
MAX_POINTS = 4_000

GOOD, UNCERTAIN, BAD = 0, 1, 2
_CLASS_OF_BITS = np.array([BAD, UNCERTAIN, UNCERTAIN, GOOD], dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn: points, and for each whether a line goes on to the next one (uncertain lines apart); where a line
    ended badly; and of how many samples all that is made."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    connect: NDArray[np.int32]
    uncertain: NDArray[np.int32]
    ends_x: NDArray[np.float64]
    ends_y: NDArray[np.float64]
    samples: int
    reduced: bool


@dataclass(frozen=True, slots=True)
class At:
    """A sample at a time: the last one at or before it."""

    time_ns: int
    value: float
    quality: int  # GOOD, UNCERTAIN or BAD


class Samples:
    """Times (ns since 1970 UTC, not falling), values and quality classes, newest last.

    Values are doubles: booleans as 0 and 1, enumerations and integers as numbers. What is no number is a gap.
    """

    def __init__(self) -> None:
        self._times: NDArray[np.int64] = np.empty(1024, dtype=np.int64)
        self._values: NDArray[np.float64] = np.empty(1024, dtype=np.float64)
        self._classes: NDArray[np.uint8] = np.empty(1024, dtype=np.uint8)
        self._count = 0
        self.total = 0  # samples that ever came

    def __len__(self) -> int:
        return self._count

    @property
    def times(self) -> NDArray[np.int64]:
        return self._times[: self._count]

    @property
    def values(self) -> NDArray[np.float64]:
        return self._values[: self._count]

    @property
    def classes(self) -> NDArray[np.uint8]:
        return self._classes[: self._count]

    def add(self, times: NDArray[np.int64], values: NDArray[np.float64], classes: NDArray[np.uint8]) -> None:
        """Append samples. A time before the last one is drawn at the last one: a line never goes back."""
        count = len(times)
        if not count:
            return
        if count > CAPACITY:
            times, values, classes, count = times[-CAPACITY:], values[-CAPACITY:], classes[-CAPACITY:], CAPACITY
        self._room(count)
        end = self._count + count
        last = self._times[self._count - 1] if self._count else times[0]
        self._times[self._count : end] = np.maximum.accumulate(np.maximum(times, last))
        self._values[self._count : end] = values
        self._classes[self._count : end] = np.where(np.isfinite(values), classes, BAD)
        self._count = end
        self.total += count

    def end(self, time_ns: int) -> None:
        """The line ends here: the source was lost."""
        if self._count and self._classes[self._count - 1] != BAD:
            value = self._values[self._count - 1 : self._count]
            self.add(np.array([time_ns], dtype=np.int64), value.copy(), np.array([BAD], dtype=np.uint8))
            self.total -= 1

    def _room(self, count: int) -> None:
        need = self._count + count
        if need > CAPACITY:
            drop = max(need - CAPACITY, CAPACITY // 10)
            drop = min(drop, self._count)
            for column in (self._times, self._values, self._classes):
                column[: self._count - drop] = column[drop : self._count].copy()
            self._count -= drop
            need = self._count + count
        size = len(self._times)
        if need > size:
            size = min(max(need, 2 * size), max(CAPACITY, need))
            self._times = np.resize(self._times, size)
            self._values = np.resize(self._values, size)
            self._classes = np.resize(self._classes, size)

    def at(self, time_ns: int) -> At | None:
        """The last sample at or before this time, never a later one."""
        position = int(np.searchsorted(self.times, time_ns, side="right")) - 1
        if position < 0:
            return None
        return At(int(self._times[position]), float(self._values[position]), int(self._classes[position]))

    def range_between(self, start_ns: int, stop_ns: int) -> tuple[float, float] | None:
        """Smallest and largest good or uncertain value in the window, what holds at its start included."""
        first, last = self._window(start_ns, stop_ns)
        values = self._values[first:last][self._classes[first:last] != BAD]
        return (float(values.min()), float(values.max())) if len(values) else None

    def _window(self, start_ns: int, stop_ns: int) -> tuple[int, int]:
        first = max(0, int(np.searchsorted(self.times, start_ns, side="right")) - 1)
        return first, int(np.searchsorted(self.times, stop_ns, side="right"))

    def drawing(self, start_ns: int, stop_ns: int, step: bool, hold_until_ns: int | None) -> Drawing:
        """The line within a window. ``hold_until_ns``: a live good value holds until then, where it steps."""
        first, last = self._window(start_ns, stop_ns)
        times, values, classes = self._times[first:last], self._values[first:last], self._classes[first:last]
        count = len(times)
        if count > MAX_POINTS:
            return _reduced(times, values, classes)
        x = times / 1e9
        if step and count:
            return _stepped(x, values, classes, None if hold_until_ns is None else hold_until_ns / 1e9)
        return _drawing(x, np.array(values), classes, count, reduced=False)


def _drawing(
    x: NDArray[np.float64], y: NDArray[np.float64], classes: NDArray[Any], samples: int, *, reduced: bool
) -> Drawing:
    """Lines go on from what is not bad to what is not bad."""
    bad = classes == BAD
    goes_on = np.zeros(len(x), dtype=np.int32)
    dashed = np.zeros(len(x), dtype=np.int32)
    if len(x) > 1:
        joined = ~bad[:-1] & ~bad[1:]
        unsure = classes[:-1] == UNCERTAIN
        goes_on[:-1] = joined & ~unsure
        dashed[:-1] = joined & unsure
    y = np.where(np.isfinite(y), y, 0.0)
    ends = np.flatnonzero(bad[1:] & ~bad[:-1]) if len(x) > 1 else np.array([], dtype=np.int64)
    return Drawing(x, y, goes_on, dashed, x[ends], y[ends], samples, reduced)


def _stepped(
    x: NDArray[np.float64], values: NDArray[np.float64], classes: NDArray[np.uint8], hold_until: float | None
) -> Drawing:
    """Each value holds until the next one comes: two points a sample, the second where the next one is."""
    until = np.append(x[1:], x[-1] if hold_until is None else max(hold_until, x[-1]))
    drawn = _drawing(
        np.column_stack((x, until)).ravel(), np.repeat(values, 2), np.repeat(classes, 2), len(x), reduced=False
    )
    # A bad sample starts no line, and the value before it held until it came: the riser is left out.
    connect, uncertain = drawn.connect, drawn.uncertain
    bad = np.flatnonzero(classes == BAD)
    for edges in (connect, uncertain):
        edges[2 * bad] = 0
    ends = np.flatnonzero((classes[1:] == BAD) & (classes[:-1] != BAD)) if len(x) > 1 else np.array([], dtype=np.int64)
    return Drawing(drawn.x, drawn.y, connect, uncertain, until[ends], drawn.y[2 * ends], len(x), False)


def _reduced(times: NDArray[np.int64], values: NDArray[np.float64], classes: NDArray[np.uint8]) -> Drawing:
    """Smallest and largest value of each bucket, so that no peak is lost; a bucket with a bad sample ends the line."""
    count = len(times)
    buckets = MAX_POINTS // 2
    starts = np.arange(buckets) * count // buckets
    bad = classes == BAD
    # What is bad must not be an extreme: it is given a value that no comparison prefers.
    low = np.minimum.reduceat(np.where(bad, np.inf, values), starts)
    high = np.maximum.reduceat(np.where(bad, -np.inf, values), starts)
    worst = np.maximum.reduceat(classes, starts)
    empty = ~np.isfinite(low)
    low, high = np.where(empty, 0.0, low), np.where(empty, 0.0, high)
    x = np.repeat(times[starts] / 1e9, 2)
    y = np.column_stack((low, high)).ravel()
    return _drawing(x, y, np.repeat(worst, 2), count, reduced=True)


# ---- batches ---------------------------------------------------------------


class Picker:
    """Takes the samples of a few items out of batches of many, by one comparison over the whole column."""

    def __init__(self) -> None:
        self._pens: dict[tuple[str, int], Samples] = {}
        self._wanted: dict[str, NDArray[np.uint64]] = {}

    def set_pens(self, pens: dict[tuple[str, int], Samples]) -> None:
        self._pens = dict(pens)
        by_session: dict[str, list[int]] = {}
        for session_id, key in pens:
            by_session.setdefault(session_id, []).append(key)
        self._wanted = {session: np.array(keys, dtype=np.uint64) for session, keys in by_session.items()}

    def take(self, session_id: str, batch: EventBatch) -> int:
        """Add the batch's samples to their pens; how many there were."""
        wanted = self._wanted.get(session_id)
        if wanted is None:
            return 0
        keys = np.asarray(batch.keys, dtype=np.uint64)
        hits = np.flatnonzero(np.isin(keys, wanted))
        if batch.kinds:
            hits = hits[np.frombuffer(batch.kinds, dtype=np.uint8)[hits] <= 1]
        if not len(hits):
            return 0
        times, values, classes = _columns(batch, hits)
        hit_keys = keys[hits]
        for key in np.unique(hit_keys):
            mine = hit_keys == key
            self._pens[session_id, int(key)].add(times[mine], values[mine], classes[mine])
        return len(hits)


def _columns(
    batch: EventBatch, hits: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.uint8]]:
    source = np.asarray(batch.source_times, dtype=np.int64)[hits]
    worker = np.asarray(batch.worker_times, dtype=np.int64)[hits]
    times = np.where(source == NO_TIME, worker, source)
    qualities = np.asarray(batch.qualities, dtype=np.int32)[hits]
    values = np.array([number_of(batch.values[i]) for i in hits], dtype=np.float64)
    return times, values, _CLASS_OF_BITS[(qualities & 0xC0) >> 6]


def columns_of(sample: Sample) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.uint8]]:
    """One sample as columns of one entry."""
    moment = sample.worker_time if sample.source_time == NO_TIME else sample.source_time
    return (
        np.array([moment], dtype=np.int64),
        np.array([number_of(sample.value)], dtype=np.float64),
        _CLASS_OF_BITS[[(sample.quality & 0xC0) >> 6]],
    )


def number_of(value: object) -> float:
    """What is drawn of a value; NaN for what is no number."""
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return float("nan")
    return float("nan")
