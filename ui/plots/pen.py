"""The samples of one pen, and what is drawn of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batch import EventBatch, Sample
from app.values import NO_TIME
from ui.plots.pyramid import BAD, BLOCK, GOOD, UNCERTAIN, Classes, Floats, Pyramid, without_bad

#: Samples kept of one pen; a tenth is let go of when it is full.
CAPACITY = 1_000_000
_DROP = CAPACITY // 10 // BLOCK * BLOCK
#: A curve has no more points than this; with more samples, as many stretches of time are drawn as make it.
MAX_POINTS = 4_000
_STRETCHES = MAX_POINTS * 9 // 40  # four points each, and room for widths that are rounded
#: From so many samples in a stretch on, whole blocks are good enough.
_BY_BLOCKS = 4 * BLOCK
#: A source whose clock is further ahead than this is drawn when its values came: nothing is drawn in the future.
_AHEAD_NS = 2_000_000_000
#: Marks where a line ends: more than this cannot be told apart.
_MARKS = 500

_CLASSES = (BAD, UNCERTAIN, UNCERTAIN, GOOD)  # by the two class bits of a quality
_CLASS_OF_BITS = np.array(_CLASSES, dtype=np.uint8)
#: Up to so many samples of a batch are taken one by one.
_FEW = 64

Times = NDArray[np.int64]
_NOTHING: Floats = np.empty(0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Points in seconds since 1970 UTC, and for each whether a line goes on to the next one (uncertain lines apart);
    where a line ended badly; the last value as it still holds; and of how many samples all that is made."""

    x: Floats
    y: Floats
    connect: NDArray[np.int32]
    uncertain: NDArray[np.int32]
    ends_x: Floats
    ends_y: Floats
    hold_x: Floats
    hold_y: Floats
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
        self._times: Times = np.empty(1024, dtype=np.int64)
        self._values: Floats = np.empty(1024, dtype=np.float64)
        self._classes: Classes = np.empty(1024, dtype=np.uint8)
        self._count = 0
        self._bad = 0  # bad ones among them, at the most
        self._pyramid = Pyramid()
        self.total = 0  # samples that ever came
        #: The one that came last, as it came.
        self.latest: Sample | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def times(self) -> Times:
        return self._times[: self._count]

    @property
    def values(self) -> Floats:
        return self._values[: self._count]

    @property
    def classes(self) -> Classes:
        return self._classes[: self._count]

    def add(self, times: Times, values: Floats, classes: Classes, received: Times | None = None) -> None:
        """Append samples. One whose time is before its predecessor's stands where it was received: a line never goes
        back, and a value that a source repeats after a disconnect does not close the gap."""
        count = len(times)
        if not count:
            return
        self.total += count
        if count > CAPACITY:
            times, values, classes = times[-CAPACITY:], values[-CAPACITY:], classes[-CAPACITY:]
            received, count = None if received is None else received[-CAPACITY:], CAPACITY
        self._room(count)
        start, end = self._count, self._count + count
        last = int(self._times[start - 1]) if start else int(times[0])
        self._times[start:end] = _rising(times, times if received is None else received, last)
        self._values[start:end] = values
        self._classes[start:end] = np.where(np.isfinite(values), classes, BAD)
        self._count = end
        self._bad += int((self._classes[start:end] == BAD).sum())
        self._pyramid.grow(self.values, self.classes, start)

    def add_one(self, time_ns: int, value: float, quality: int, received_ns: int) -> None:
        """:meth:`add` for one sample, many times as quick."""
        count = self._count
        if count >= len(self._times):
            self._room(1)
            count = self._count
        last = int(self._times[count - 1]) if count else time_ns
        self._times[count] = time_ns if time_ns >= last else max(received_ns, last)
        self._values[count] = value
        self._classes[count] = quality = quality if math.isfinite(value) else BAD
        self._count = count + 1
        self._bad += quality == BAD
        self.total += 1
        if (count + 1) % BLOCK == 0:
            self._pyramid.grow(self.values, self.classes, count)

    def take(self, sample: Sample) -> None:
        """Append one as it came."""
        source, received = sample.source_time, sample.worker_time
        drawn = received if source == NO_TIME or source > received + _AHEAD_NS else source
        self.add_one(drawn, number_of(sample.value), _CLASSES[(sample.quality & 0xC0) >> 6], received)
        self.latest = sample

    def end(self, time_ns: int | None = None) -> None:
        """The line ends here (None: with the last sample): what follows is not known."""
        if self._count and self._classes[self._count - 1] != BAD:
            last = self._count - 1
            moment = int(self._times[last]) if time_ns is None else time_ns
            self.add(np.array([moment]), self._values[last : last + 1].copy(), np.array([BAD], dtype=np.uint8))
            self.total -= 1

    def _room(self, count: int) -> None:
        if self._count + count > CAPACITY:
            self._drop(count)
        need = self._count + count
        if need > len(self._times):
            size = min(max(need, 2 * len(self._times)), CAPACITY)
            for name in ("_times", "_values", "_classes"):
                column = getattr(self, name)
                longer = np.empty(size, dtype=column.dtype)
                longer[: self._count] = column[: self._count]
                setattr(self, name, longer)

    def _drop(self, count: int) -> None:
        need = max(self._count + count - CAPACITY, _DROP)
        drop = min(-(-need // BLOCK) * BLOCK, self._count // BLOCK * BLOCK)
        if self._count - drop + count > CAPACITY:  # so many come that not even a last, begun block has room
            drop = self._count
            self._pyramid = Pyramid()
        else:
            self._pyramid.drop(drop)
        for column in (self._times, self._values, self._classes):
            column[: self._count - drop] = column[drop : self._count].copy()
        self._count -= drop
        self._bad = int((self.classes == BAD).sum())

    # ---- looking

    def at(self, time_ns: int) -> At | None:
        """The last sample at or before this time, never a later one."""
        position = int(np.searchsorted(self.times, time_ns, side="right")) - 1
        if position < 0:
            return None
        return At(int(self._times[position]), float(self._values[position]), int(self._classes[position]))

    def range_between(self, start_ns: int, stop_ns: int) -> tuple[float, float] | None:
        """Smallest and largest good or uncertain value in the window, what holds at its start included."""
        first = max(0, int(np.searchsorted(self.times, start_ns, side="right")) - 1)
        last = int(np.searchsorted(self.times, stop_ns, side="right"))
        low, high = self._pyramid.extremes(self.values, self.classes, first, last)
        return (low, high) if low <= high else None

    def drawing(self, start_ns: int, stop_ns: int, step: bool, hold_until_ns: int | None = None) -> Drawing:
        """The line within a window, with the samples before and after it. ``hold_until_ns``: until then the newest
        value still holds, where it steps and is not bad."""
        first = max(0, int(np.searchsorted(self.times, start_ns, side="right")) - 1)
        last = min(int(np.searchsorted(self.times, stop_ns, side="right")) + 1, self._count)
        count = last - first
        if count * (2 if step else 1) > MAX_POINTS:
            points = self._reduced(first, last, start_ns, stop_ns, step)
        else:
            part = slice(first, last)
            points = _plain(self._times[part], self._values[part], self._classes[part], step)
        x, y, connect, uncertain = points
        _clip(x, y, start_ns / 1e9, stop_ns / 1e9, step)
        hold = _NOTHING, _NOTHING
        if step and hold_until_ns is not None and last == self._count:
            hold = self._hold(hold_until_ns, start_ns)
        ends = self._ends(first, last, start_ns, stop_ns, step)
        return Drawing(x, y, connect, uncertain, *ends, *hold, count, len(x) > 0 and count > len(x))

    def _hold(self, until_ns: int, start_ns: int) -> tuple[Floats, Floats]:
        last = self._count - 1
        if last < 0 or self._classes[last] == BAD or self._times[last] >= until_ns:
            return _NOTHING, _NOTHING
        value = float(self._values[last])
        return np.array([max(int(self._times[last]), start_ns), until_ns]) / 1e9, np.array([value, value])

    def _ends(self, first: int, last: int, start_ns: int, stop_ns: int, step: bool) -> tuple[Floats, Floats]:
        """Where a line ended badly: at the last value that was not bad; where it steps, when that was no more."""
        if not self._bad or last - first < 2:
            return _NOTHING, _NOTHING
        bad = self._classes[first:last] == BAD
        ends = np.flatnonzero(bad[1:] & ~bad[:-1]) + first
        times = self._times[ends + 1] if step else self._times[ends]
        inside = (times >= start_ns) & (times <= stop_ns)
        ends, times = ends[inside], times[inside]
        if len(ends) > _MARKS:
            width = max(1, (stop_ns - start_ns) // _MARKS)
            _, kept = np.unique(times // width, return_index=True)
            ends, times = ends[kept], times[kept]
        return times / 1e9, self._values[ends]

    def _reduced(self, first: int, last: int, start_ns: int, stop_ns: int, step: bool) -> tuple[Any, Any, Any, Any]:
        """Smallest, largest and last value of each stretch of time, so that no peak is lost and no step moves."""
        width = _rounded((stop_ns - start_ns) / _STRETCHES)
        # Stretches start at multiples of their width, so that a line that moves along does not shimmer.
        grid = np.arange(start_ns // width * width, stop_ns, width)
        starts = np.unique(np.concatenate(([first], first + np.searchsorted(self._times[first:last], grid))))
        starts = starts[starts < last]
        stop = last
        if (last - first) // _STRETCHES >= _BY_BLOCKS and last // BLOCK > first // BLOCK + 1:
            blocks = np.unique(starts // BLOCK)
            stop = min(last // BLOCK, len(self._pyramid))
            blocks = blocks[blocks < stop]
            low, high = self._pyramid.block_extremes(blocks, stop)
            starts = blocks * BLOCK
            low, high, starts = self._with_rest(low, high, starts, stop * BLOCK, last)
        else:
            for_low, for_high = without_bad(self._values[first:last], self._classes[first:last])
            low = np.minimum.reduceat(for_low, starts - first)
            high = np.maximum.reduceat(for_high, starts - first)
        return self._columns(starts, np.append(starts[1:], last) - 1, low, high, step)

    def _with_rest(
        self, low: Floats, high: Floats, starts: Times, start: int, last: int
    ) -> tuple[Floats, Floats, Times]:
        """The begun block at the end as a stretch of its own."""
        if start >= last:
            return low, high, starts
        part = slice(start, last)
        for_low, for_high = without_bad(self._values[part], self._classes[part])
        return np.append(low, for_low.min()), np.append(high, for_high.max()), np.append(starts, start)

    def _columns(self, firsts: Times, lasts: Times, low: Floats, high: Floats, step: bool) -> tuple[Any, Any, Any, Any]:
        """Three points a stretch: low and high where it starts, the last value where it ends; a fourth where that holds
        to, if it steps."""
        size = 4 if step else 3
        x = np.empty((len(firsts), size))
        y = np.empty((len(firsts), size))
        x[:, 0] = x[:, 1] = self._times[firsts] / 1e9
        x[:, 2] = self._times[lasts] / 1e9
        none = ~np.isfinite(low)
        y[:, 0], y[:, 1] = np.where(none, 0.0, low), np.where(none, 0.0, high)
        y[:, 2] = np.nan_to_num(self._values[lasts], posinf=0.0, neginf=0.0)
        if step:
            x[:-1, 3], x[-1, 3] = x[1:, 0], x[-1, 2]
            y[:, 3] = y[:, 2]
        goes_on = np.zeros(x.shape, dtype=np.int32)
        ended = self._classes[lasts] == BAD
        goes_on[:, 0] = ~none
        goes_on[:, 1] = ~ended
        goes_on[:, 2:] = ~ended[:, None]
        goes_on[:-1, size - 1] &= self._classes[firsts[1:]] != BAD
        goes_on[-1, size - 1] = 0
        unsure = np.repeat(self._classes[lasts] == UNCERTAIN, size).reshape(x.shape)
        dashed = np.where(unsure, goes_on, 0).astype(np.int32)
        return x.ravel(), y.ravel(), (goes_on - dashed).ravel(), dashed.ravel()


def _rising(times: Times, received: Times, last: int) -> Times:
    if times[0] >= last and (times[1:] >= times[:-1]).all():
        return times
    risen = np.empty_like(times)
    for i, (drawn, came) in enumerate(zip(times.tolist(), received.tolist(), strict=True)):
        risen[i] = last = drawn if drawn >= last else max(came, last)
    return risen


def _rounded(width: float) -> int:
    """Two digits of it: a width that trembles with every redraw would move all stretches."""
    digits = max(0, int(math.log10(max(width, 1))) - 1)
    return max(1, round(width / 10**digits)) * 10**digits


def _plain(times: Times, values: Floats, classes: Classes, step: bool) -> tuple[Any, Any, Any, Any]:
    """Every sample. Lines go on from what is not bad to what is not bad; where they step, a value holds until the next
    sample comes, be that bad."""
    bad = classes == BAD
    x, y = times / 1e9, np.where(np.isfinite(values), values, 0.0)
    holds, joins = np.zeros((2, len(x)), dtype=np.int32)
    if len(x) > 1:
        holds[:-1] = ~bad[:-1]
        joins[:-1] = ~bad[:-1] & ~bad[1:]
    unsure = classes == UNCERTAIN
    if step:
        x = np.column_stack((x, np.append(x[1:], x[-1:]))).ravel()
        y = np.repeat(y, 2)
        unsure = np.repeat(unsure, 2)
        joins = np.column_stack((holds, joins)).ravel()
    dashed = np.where(unsure, joins, 0).astype(np.int32)
    return x, y, joins - dashed, dashed


def _clip(x: Floats, y: Floats, start: float, stop: float, step: bool) -> None:
    """Bring what stands far outside the window near to it: a dashed line from last week takes seconds to paint."""
    edge = (stop - start) * 0.02
    if not step:
        _cross(x, y, start - edge)
        _cross(x[::-1], y[::-1], stop + edge)
    np.clip(x, start - edge, stop + edge, out=x)


def _cross(x: Floats, y: Floats, limit: float) -> None:
    """Give the points outside, at the front, the height at which the line crosses the limit."""
    outside = (x - limit) * (x[-1] - limit) < 0 if len(x) else np.zeros(0, dtype=np.bool_)
    inner = int(np.argmin(outside)) if len(x) and outside[0] else 0
    if inner:
        share = (limit - x[inner - 1]) / (x[inner] - x[inner - 1])
        y[:inner] = y[inner - 1] + share * (y[inner] - y[inner - 1])
        x[:inner] = limit


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
        self._wanted = {session: np.array(sorted(keys), dtype=np.uint64) for session, keys in by_session.items()}

    def take_all(self, batches: Sequence[tuple[str, EventBatch]]) -> int:
        """:meth:`take` for the batches of a frame: under load there are hundreds, and few samples in each."""
        by_session: dict[str, list[EventBatch]] = {}
        for session_id, batch in batches:
            if session_id in self._wanted:
                by_session.setdefault(session_id, []).append(batch)
        return sum(self.take(session_id, self._picked(session_id, some)) for session_id, some in by_session.items())

    def _picked(self, session_id: str, batches: list[EventBatch]) -> EventBatch:
        """What is for the pens, as one batch; its sequences mean nothing."""
        if len(batches) == 1:
            return batches[0]
        columns = [np.asarray(batch.keys, dtype=np.uint64) for batch in batches]
        keys = np.concatenate(columns)
        hits = _hits(self._wanted[session_id], keys)
        ends = np.cumsum([len(column) for column in columns])
        numbers = np.searchsorted(ends, hits, side="right")
        starts = (ends - [len(column) for column in columns])[numbers]
        found = [(batches[n], at) for n, at in zip(numbers.tolist(), (hits - starts).tolist(), strict=True)]
        return EventBatch(
            1,
            keys[hits].tolist(),
            [batch.values[at] for batch, at in found],
            [batch.qualities[at] for batch, at in found],
            [batch.source_times[at] for batch, at in found],
            [batch.worker_times[at] for batch, at in found],
            bytes([batch.kinds[at] if batch.kinds else 0 for batch, at in found]),
        )

    def take(self, session_id: str, batch: EventBatch) -> int:
        """Add the batch's samples to their pens; how many there were."""
        wanted = self._wanted.get(session_id)
        if wanted is None:
            return 0
        keys = np.asarray(batch.keys, dtype=np.uint64)
        hits = _hits(wanted, keys)
        if batch.kinds:
            hits = hits[np.frombuffer(batch.kinds, dtype=np.uint8)[hits] <= 1]
        if not len(hits):
            return 0
        if len(hits) <= _FEW:
            for i in hits.tolist():
                sample = Sample(batch.values[i], batch.qualities[i], batch.source_times[i], batch.worker_times[i])
                self._pens[session_id, batch.keys[i]].take(sample)
            return len(hits)
        self._take_many(session_id, batch, keys[hits], hits)
        return len(hits)

    def _take_many(
        self, session_id: str, batch: EventBatch, hit_keys: NDArray[np.uint64], hits: NDArray[np.int64]
    ) -> None:
        times, values, classes, received = _columns(batch, hits)
        for key in np.unique(hit_keys):
            mine = np.flatnonzero(hit_keys == key)
            samples = self._pens[session_id, int(key)]
            samples.add(times[mine], values[mine], classes[mine], received[mine])
            newest = int(hits[mine[-1]])
            samples.latest = Sample(
                batch.values[newest],
                batch.qualities[newest],
                batch.source_times[newest],
                batch.worker_times[newest],
            )


def _hits(wanted: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Which keys are wanted ones; those are sorted."""
    nearest = wanted[np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)] if len(wanted) > 1 else wanted
    return np.flatnonzero(nearest == keys)


def _columns(batch: EventBatch, hits: NDArray[np.int64]) -> tuple[Times, Floats, Classes, Times]:
    source = np.asarray(batch.source_times, dtype=np.int64)[hits]
    worker = np.asarray(batch.worker_times, dtype=np.int64)[hits]
    qualities = np.asarray(batch.qualities, dtype=np.int32)[hits]
    values = np.array([number_of(batch.values[i]) for i in hits], dtype=np.float64)
    return _drawn_times(source, worker), values, _CLASS_OF_BITS[(qualities & 0xC0) >> 6], worker


def _drawn_times(source: Times, received: Times) -> Times:
    return np.where((source == NO_TIME) | (source > received + _AHEAD_NS), received, source)


def number_of(value: object) -> float:
    """What is drawn of a value; NaN for what is no number."""
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return float("nan")
    return float("nan")
