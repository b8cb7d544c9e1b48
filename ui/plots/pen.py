"""The samples of one pen, and what is drawn of them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batch import Sample
from app.values import NO_TIME
from ui.plots.areas import Areas
from ui.plots.pyramid import BAD, BLOCK, GOOD, UNCERTAIN, Classes, Floats, Pyramid, Times, without_bad

#: Samples kept of one pen; a tenth is let go of when it is full.
CAPACITY = 1_000_000
_DROP = CAPACITY // 10 // BLOCK * BLOCK
#: A curve with no more points than this is drawn as it is. One with more is reduced: for as many stretches of time as
#: there are pixel columns it has two to four points each.
MAX_POINTS = 4_000
COLUMNS = 900
#: Stretches with more samples than this are as good as a vertical line from their smallest to their largest value.
_DENSE = 8
#: From so many samples in a stretch on, whole blocks are good enough.
_BY_BLOCKS = 2 * BLOCK
#: A source whose clock is further ahead than this is drawn when its values came: nothing is drawn in the future.
AHEAD_NS = 2_000_000_000
#: Marks where a line ends: more than this cannot be told apart.
_MARKS = 500

CLASSES = (BAD, UNCERTAIN, UNCERTAIN, GOOD)  # by the two class bits of a quality

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

    Values are doubles: booleans as 0 and 1, enumerations and integers as numbers. What is no number is a gap. A sample
    takes 19 bytes with what is kept of it by blocks, a full line 19 MB.
    """

    def __init__(self) -> None:
        self._times: Times = np.empty(1024, dtype=np.int64)
        self._values: Floats = np.empty(1024, dtype=np.float64)
        self._classes: Classes = np.empty(1024, dtype=np.uint8)
        self._count = 0
        self._bad = 0  # bad ones among them, at the most
        self._doubtful = 0  # those that are not good, at the most
        self._pyramid = Pyramid()
        self._areas = Areas()
        self.total = 0  # samples that ever came
        self._ended: list[int] = []  # times of the bad samples that only say that the line ends there
        #: Of a replay: a sample before the newest one takes the place of all that followed its time.
        self.rewinds = False
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
        if self.rewinds:
            falls = np.flatnonzero(times[1:] < times[:-1]) + 1
            if len(falls):
                for part in np.split(np.arange(count), falls):
                    self.add(times[part], values[part], classes[part])
                return
            self._cut(int(times[0]))
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
        self._doubtful += int((self._classes[start:end] != GOOD).sum())
        self._pyramid.grow(self.values, self.classes, start)
        self._areas.grow(self.times, self.values, self.classes, start)

    def add_one(self, time_ns: int, value: float, quality: int, received_ns: int) -> None:
        """:meth:`add` for one sample, many times as quick."""
        if self.rewinds:
            self._cut(time_ns)
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
        self._doubtful += quality != GOOD
        self.total += 1
        if (count + 1) % BLOCK == 0:
            self._pyramid.grow(self.values, self.classes, count)
            self._areas.grow(self.times, self.values, self.classes, count)

    def take(self, sample: Sample) -> None:
        """Append one as it came."""
        source, received = sample.source_time, sample.worker_time
        drawn = received if source == NO_TIME or source > received + AHEAD_NS else source
        self.add_one(drawn, number_of(sample.value), CLASSES[(sample.quality & 0xC0) >> 6], received)
        self.latest = sample

    def end(self, time_ns: int | None = None) -> None:
        """The line ends here (None: with the last sample): what follows is not known."""
        if self._count and self._classes[self._count - 1] != BAD:
            last = self._count - 1
            moment = int(self._times[last]) if time_ns is None else time_ns
            self.add(np.array([moment]), self._values[last : last + 1].copy(), np.array([BAD], dtype=np.uint8))
            self.total -= 1
            self._ended.append(int(self._times[self._count - 1]))

    @property
    def ends(self) -> list[int]:
        """Where the line ended (ns, rising): a bad sample stands there that never came."""
        return self._ended[bisect_left(self._ended, int(self._times[0])) :] if self._count else []

    def add_with(self, times: Times, values: Floats, classes: Classes, ends: Sequence[int]) -> None:
        """:meth:`add`, of a line whose :attr:`ends` are known."""
        self.add(times, values, classes)
        self._ended += ends

    def take_over(self, made: Samples, length: int, first_ns: int) -> bool:
        """Become what was made of the first ``length`` samples, with what came since. False, and nothing changes, where
        those are not there any more as they were: the first of them was at ``first_ns``."""
        if self._count < length or not length or int(self._times[0]) != first_ns:
            return False
        more = len(made) - length
        times = self._times[length : self._count]
        ends = [end for end in self._ended if len(times) and end >= times[0]]
        made.add_with(times, self._values[length : self._count], self._classes[length : self._count], ends)
        made.total, made.latest = self.total + more, self.latest
        self.__dict__.update(made.__dict__)
        return True

    def _cut(self, time_ns: int) -> None:
        """Forget what stands at this time and behind it."""
        count = self._count
        if not count or self._times[count - 1] < time_ns:
            return
        self._count = int(np.searchsorted(self.times, time_ns, side="left"))
        del self._ended[bisect_left(self._ended, time_ns) :]
        self._pyramid.grow(self.values, self.classes, self._count)
        self._areas.grow(self.times, self.values, self.classes, self._count)

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
            self._pyramid, self._areas = Pyramid(), Areas()
        else:
            self._pyramid.drop(drop)
            self._areas.drop(drop)
        for column in (self._times, self._values, self._classes):
            column[: self._count - drop] = column[drop : self._count].copy()
        self._count -= drop
        self._ended = self.ends
        self._bad = int((self.classes == BAD).sum())
        self._doubtful = int((self.classes != GOOD).sum())

    # ---- looking

    def at(self, time_ns: int) -> At | None:
        """The last sample at or before this time, never a later one."""
        position = int(np.searchsorted(self.times, time_ns, side="right")) - 1
        if position < 0:
            return None
        return At(int(self._times[position]), float(self._values[position]), int(self._classes[position]))

    def range_between(self, start_ns: int, stop_ns: int) -> tuple[float, float] | None:
        """Smallest and largest good or uncertain value in the window, what holds at its start included."""
        first = int(np.searchsorted(self.times, start_ns, side="left"))
        if first == len(self) or self.times[first] > start_ns:
            first = max(first - 1, 0)  # what holds at the start
        last = int(np.searchsorted(self.times, stop_ns, side="right"))
        low, high = self._pyramid.extremes(self.values, self.classes, first, last)
        return (low, high) if low <= high else None

    def mean_between(
        self, start_ns: int, stop_ns: int, step: bool, holds_until_ns: int | None = None
    ) -> tuple[float | None, float]:
        """The mean weighted by time of what is known and not bad in the window, and for how many seconds that is.
        ``holds_until_ns``: until then the newest value still holds, where it steps."""
        before = int(np.searchsorted(self.times, start_ns, side="right")) - 1
        last = int(np.searchsorted(self.times, stop_ns, side="right")) - 1
        if last < 0:
            return None, 0.0
        parts = [self._part(last, start_ns, stop_ns, step, holds_until_ns)]
        if before < last:
            first = max(before + 1, 0)
            parts.append(self._areas.between(self.times, self.values, self.classes, first, last, step))
            if before >= 0:
                parts.append(self._part(before, start_ns, int(self._times[first]), step, None))
        area, seconds = (sum(column) for column in zip(*parts, strict=True))
        return (area / seconds if seconds > 0 else None), seconds

    def _part(self, at: int, start_ns: int, stop_ns: int, step: bool, until_ns: int | None) -> tuple[float, float]:
        """(area, seconds) of the stretch that follows the sample, as far as it is in the window."""
        if self._classes[at] == BAD:
            return 0.0, 0.0
        here, newest = int(self._times[at]), at == self._count - 1
        there = (here if until_ns is None else max(until_ns, here)) if newest else int(self._times[at + 1])
        start, stop = max(start_ns, here), min(stop_ns, there)
        if stop <= start or (not step and (newest or self._classes[at + 1] == BAD)):
            return 0.0, 0.0
        value, seconds = float(self._values[at]), (stop - start) / 1e9
        if not step:
            rise = (float(self._values[at + 1]) - value) / (there - here)
            value += rise * ((start + stop) / 2 - here)
        return value * seconds, seconds

    def drawing(
        self, start_ns: int, stop_ns: int, step: bool, hold_until_ns: int | None = None, columns: int = COLUMNS
    ) -> Drawing:
        """The line within a window of so many pixel columns, with the samples before and after it. ``hold_until_ns``:
        until then the newest value still holds, where it steps and is not bad."""
        first = max(0, int(np.searchsorted(self.times, start_ns, side="right")) - 1)
        last = min(int(np.searchsorted(self.times, stop_ns, side="right")) + 1, self._count)
        count = last - first
        if count * (2 if step else 1) > MAX_POINTS:
            points = self._reduced(first, last, start_ns, stop_ns, step, columns)
        else:
            part = slice(first, last)
            points = plain(self._times[part], self._values[part], self._classes[part], step)
        x, y, connect, uncertain = points
        clip(x, y, start_ns / 1e9, stop_ns / 1e9, step)
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

    def _reduced(
        self, first: int, last: int, start_ns: int, stop_ns: int, step: bool, columns: int
    ) -> tuple[Any, Any, Any, Any]:
        """Smallest, largest and last value of each stretch of time, so that no peak is lost and no step moves."""
        width = _rounded((stop_ns - start_ns) / columns)
        # Stretches start at multiples of their width, so that a line that moves along does not shimmer.
        grid = np.arange(start_ns // width * width, stop_ns, width)
        if (last - first) // columns >= _BY_BLOCKS and last // BLOCK > first // BLOCK + 1:
            stop = min(last // BLOCK, len(self._pyramid))
            low_block = first // BLOCK
            blocks = low_block + np.searchsorted(self._areas.starts[low_block:stop], grid) - 1
            blocks = _risen(np.maximum(blocks, low_block))
            low, high = self._pyramid.block_extremes(blocks, stop)
            low, high, starts = self._with_rest(low, high, blocks * BLOCK, stop * BLOCK, last)
        else:
            starts = _risen(np.append(first, first + np.searchsorted(self._times[first:last], grid)))
            starts = starts[starts < last]
            for_low, for_high = without_bad(self._values[first:last], self._classes[first:last])
            low = np.minimum.reduceat(for_low, starts - first)
            high = np.maximum.reduceat(for_high, starts - first)
        if not self._doubtful:
            lasts = np.append(starts[1:], last) - 1
            times = self._times[starts]
            if (lasts - starts >= _DENSE)[:-1].all() and (np.diff(times) < 2 * width).all():
                return self._zigzag(times, lasts, low, high)
        return self._columns(starts, np.append(starts[1:], last) - 1, low, high, step, width)

    def _zigzag(self, times: Times, lasts: Times, low: Floats, high: Floats) -> tuple[Any, Any, Any, Any]:
        """:meth:`_columns` where every stretch is dense and all of it good: the usual case, and the quickest."""
        count = len(times)
        x, y = np.empty(2 * count + 1), np.empty(2 * count + 1)
        seconds = times / 1e9
        x[:-1:2] = x[1::2] = seconds
        y[:-1:2], y[1::2] = low, high
        y[2:-1:4], y[3::4] = high[1::2], low[1::2]
        newest = lasts[-1:]
        x[-1:], y[-1:] = self._times[newest] / 1e9, self._values[newest]
        connect = np.ones(len(x), dtype=np.int32)
        connect[-1] = 0
        return x, y, connect, np.zeros(len(x), dtype=np.int32)

    def _with_rest(
        self, low: Floats, high: Floats, starts: Times, start: int, last: int
    ) -> tuple[Floats, Floats, Times]:
        """The begun block at the end as a stretch of its own."""
        if start >= last:
            return low, high, starts
        part = slice(start, last)
        for_low, for_high = without_bad(self._values[part], self._classes[part])
        return np.append(low, for_low.min()), np.append(high, for_high.max()), np.append(starts, start)

    def _columns(
        self, firsts: Times, lasts: Times, low: Floats, high: Floats, step: bool, width: int
    ) -> tuple[Any, Any, Any, Any]:
        """Up to four points a stretch: low and high where it starts, the last value where it ends, and, if it steps,
        where that holds to. A dense stretch that the next one follows needs but the first two."""
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
        goes_on -= dashed
        kept = np.ones(x.shape, dtype=np.bool_)
        if len(firsts) > 1:
            dense = lasts - firsts >= _DENSE
            dense[:-1] &= self._times[firsts[1:]] - self._times[firsts[:-1]] < 2 * width
            dense[-1] = False
            kept[dense, 2:] = False
            for edges in (goes_on, dashed):
                edges[dense, 1] = edges[dense, size - 1]
            # Up, then down: less ink than down and up again in every column.
            turned = dense & (np.arange(len(firsts)) % 2 == 1)
            y[turned, 0], y[turned, 1] = y[turned, 1], y[turned, 0]
        return x[kept], y[kept], goes_on[kept], dashed[kept]


def _rising(times: Times, received: Times, last: int) -> Times:
    if times[0] >= last and (times[1:] >= times[:-1]).all():
        return times
    risen = np.empty_like(times)
    for i, (drawn, came) in enumerate(zip(times.tolist(), received.tolist(), strict=True)):
        risen[i] = last = drawn if drawn >= last else max(came, last)
    return risen


def _risen(places: Times) -> Times:
    """Those that are beyond the one before."""
    return places[np.append(True, places[1:] != places[:-1])]


def _rounded(width: float) -> int:
    """Two digits of it: a width that trembles with every redraw would move all stretches."""
    digits = max(0, int(math.log10(max(width, 1))) - 1)
    return max(1, round(width / 10**digits)) * 10**digits


def plain(times: Times, values: Floats, classes: Classes, step: bool) -> tuple[Any, Any, Any, Any]:
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


def clip(x: Floats, y: Floats, start: float, stop: float, step: bool) -> None:
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


def number_of(value: object) -> float:
    """What is drawn of a value; NaN for what is no number."""
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return float("nan")
    return float("nan")
