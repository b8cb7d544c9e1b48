"""A pen's past, as it was loaded: what the recorder and the source have kept from before the samples in memory."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.records.bins import Bins
from app.records.segment import classes_of
from ui.plots.pen import COLUMNS, At, Drawing, Samples, clip, plain
from ui.plots.pyramid import BAD, GOOD, UNCERTAIN, Classes, Floats, Times

Span = tuple[int, int]

#: Every sample of a stretch is loaded up to so many; of more, the extremes of stretches of time.
EXACT = 100_000


class Origin(enum.StrEnum):
    """Where a sample is from; the first has precedence."""

    MEMORY = "memory"
    RECORDER = "recorder"
    SOURCE = "source"


class Filled(NamedTuple):
    """A stretch that memory lacked and was given; ``bin_ns`` as of :class:`Past`."""

    start_ns: int
    stop_ns: int
    origin: Origin
    bin_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Samples in order of time, as drawn."""

    times: Times
    values: Floats
    classes: Classes

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def of(cls, times: Times, values: Floats, qualities: Sequence[int] | NDArray[np.int32]) -> Columns:
        """``qualities`` are OPC DA quality words; what is no number is bad."""
        words = np.asarray(qualities, np.int32)
        return cls(times, values, classes_of(values, words).astype(np.uint8))

    @classmethod
    def none(cls) -> Columns:
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8))

    def within(self, start_ns: int, stop_ns: int) -> Columns:
        """From ``start_ns`` up to ``stop_ns``, which is left out."""
        part = slice(*np.searchsorted(self.times, (start_ns, stop_ns)))
        return Columns(self.times[part], self.values[part], self.classes[part])


def joined(parts: Sequence[Columns]) -> Columns:
    """Parts that do not overlap, or do by a time or two, in order of time."""
    some = [part for part in parts if len(part)]
    if not some:
        return Columns.none()
    times = np.concatenate([part.times for part in some])
    order = np.argsort(times, kind="stable")
    values, classes = (np.concatenate([getattr(part, name) for part in some]) for name in ("values", "classes"))
    return Columns(times[order], values[order], classes[order])


def extremes(bins: Bins) -> Columns:
    """Of each stretch with samples its first, smallest, largest and last one; no peak is lost, and no step moves. What
    is between the first and the last stands in between."""
    some = np.flatnonzero(bins.count)
    count, first_ns, last_ns = bins.count[some], bins.first_ns[some], bins.last_ns[some]
    third = (last_ns - first_ns) // 3
    rest = np.where(bins.uncertain[some] + bins.bad[some] >= count, UNCERTAIN, GOOD).astype(np.uint8)
    ends = [
        classes_of(values, qualities).astype(np.uint8)
        for values, qualities in (
            (bins.first[some], bins.first_quality[some]),
            (bins.last[some], bins.last_quality[some]),
        )
    ]
    times = np.column_stack((first_ns, first_ns + third, last_ns - third, last_ns))
    values = np.column_stack((bins.first[some], bins.low[some], bins.high[some], bins.last[some]))
    classes = np.column_stack((ends[0], rest, rest, ends[1]))
    inner = (count > 2) & np.isfinite(bins.low[some])
    wanted = np.column_stack((np.ones(len(some), np.bool_), inner, inner, count > 1))
    return Columns(times[wanted], values[wanted], classes[wanted])


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """From ``start_ns`` up to ``stop_ns`` all there is; ``lacking`` are the stretches that nobody has. ``bin_ns`` 0:
    every sample; else the extremes of stretches so long. ``open``: it reaches up to when it was loaded. ``sourced`` are
    the stretches that the source told."""

    start_ns: int
    stop_ns: int
    samples: Samples
    lacking: tuple[Span, ...] = ()
    bin_ns: int = 0
    open: bool = False
    sourced: tuple[Span, ...] = ()

    @classmethod
    def of(cls, columns: Columns, start_ns: int, stop_ns: int, lacking: Sequence[Span], **more: object) -> Past:
        """The line ends where nothing is held any more."""
        made = Samples()
        ended = _ended(columns, lacking)
        made.add(ended.times, ended.values, ended.classes)
        return replace(cls(start_ns, stop_ns, made, tuple(lacking)), **more)  # type: ignore[arg-type]

    @property
    def ends(self) -> list[int]:
        """As :attr:`Samples.ends`."""
        first = int(self.samples.times[0]) if len(self.samples) else 2**63 - 1
        return [start for start, _ in self.lacking if start >= first]

    def origin(self, time_ns: int) -> Origin:
        told = any(start <= time_ns < stop for start, stop in self.sourced)
        return Origin.SOURCE if told else Origin.RECORDER


def _ended(columns: Columns, lacking: Sequence[Span]) -> Columns:
    """With a bad sample where a stretch begins of which nothing is held."""
    starts = [start for start, _ in lacking]
    places = np.searchsorted(columns.times, starts, side="right") if starts else np.empty(0, np.int64)
    ends = [(start, int(at) - 1) for start, at in zip(starts, places, strict=True) if at > 0]
    if not ends:
        return columns
    at = np.array([place for _, place in ends])
    stops = Columns(
        np.array([start for start, _ in ends], np.int64), columns.values[at], np.full(len(ends), BAD, np.uint8)
    )
    return joined([columns, stops])


class Joined:
    """Memory, and before its first sample the past, as one line. Each call looks anew: memory goes on meanwhile.
    ``filled`` are the stretches that memory has from elsewhere."""

    def __init__(self, samples: Samples, past: Past | None, filled: Sequence[Filled] = ()) -> None:
        self._samples = samples
        self.past = past
        self._filled = filled

    @property
    def border_ns(self) -> int | None:
        """Where memory begins; None where it has nothing."""
        return int(self._samples.times[0]) if len(self._samples) else None

    def covers(self, start_ns: int, stop_ns: int, bin_ns: int, now_ns: int) -> bool:
        """Whether what is loaded is enough to draw this time, in pixel columns so wide."""
        border, past = self.border_ns, self.past
        stop = min(stop_ns, now_ns if border is None else border)
        if start_ns >= stop:
            return True
        if past is None or past.start_ns > start_ns or (past.bin_ns and past.bin_ns > bin_ns):
            return False
        dropped = self._samples.total > len(self._samples)
        return past.stop_ns >= stop or (past.open and not dropped)

    def _before(self, start_ns: int, stop_ns: int) -> tuple[Samples, int] | None:
        """The past's samples and where they end, if they have anything to say of this time."""
        border, past = self.border_ns, self.past
        if past is None or not len(past.samples) or (border is not None and start_ns >= border):
            return None
        return past.samples, stop_ns if border is None else min(stop_ns, border)

    @property
    def exact(self) -> bool:
        """Whether every sample is there, and not the extremes of many."""
        whole = self.past is None or not self.past.bin_ns
        return whole and not any(one.bin_ns for one in self._filled)

    def at(self, time_ns: int) -> At | None:
        """The last sample at or before this time, never a later one."""
        found = self._samples.at(time_ns)
        if found is None and (before := self._before(time_ns, time_ns + 1)) is not None:
            return before[0].at(time_ns)
        return found

    def origin(self, time_ns: int) -> Origin:
        """Where the sample at this time is from."""
        border = self.border_ns
        memory = self.past is None or (border is not None and time_ns >= border)
        if memory or self.past is None:
            told = (one.origin for one in self._filled if one.start_ns <= time_ns < one.stop_ns)
            return next(told, Origin.MEMORY)
        return self.past.origin(time_ns)

    def range_between(self, start_ns: int, stop_ns: int) -> tuple[float, float] | None:
        """Smallest and largest good or uncertain value in the window, what holds at its start included."""
        found = [self._samples.range_between(start_ns, stop_ns)]
        if (before := self._before(start_ns, stop_ns)) is not None:
            found.append(before[0].range_between(start_ns, before[1] - 1))
        known = [span for span in found if span is not None]
        return (min(low for low, _ in known), max(high for _, high in known)) if known else None

    def mean_between(
        self, start_ns: int, stop_ns: int, step: bool, holds_until_ns: int | None = None
    ) -> tuple[float | None, float]:
        """As :meth:`Samples.mean_between`."""
        mean, seconds = self._samples.mean_between(start_ns, stop_ns, step, holds_until_ns)
        if (before := self._before(start_ns, stop_ns)) is None:
            return mean, seconds
        border = self.border_ns
        until = (None if border is None else border) if self._meets() else None
        earlier, more = before[0].mean_between(start_ns, before[1], step, until)
        area = (mean or 0.0) * seconds + (earlier or 0.0) * more
        return (area / (seconds + more) if seconds + more > 0 else None), seconds + more

    def _meets(self) -> bool:
        """Whether the past goes on in memory."""
        border, past = self.border_ns, self.past
        return border is not None and past is not None and (past.stop_ns >= border or past.open)

    @property
    def ends(self) -> list[int]:
        """As :attr:`Samples.ends`."""
        border, past = self.border_ns, self.past
        earlier = [] if past is None else [end for end in past.ends if border is None or end < border]
        return earlier + self._samples.ends

    def columns(self, start_ns: int, stop_ns: int, before: bool) -> Columns:
        """Copies, both ends included; with the sample ``before`` that still holds at the start."""
        border = 2**63 - 1 if self.border_ns is None else self.border_ns
        parts = [] if self.past is None else [_columns(self.past.samples).within(-(2**63), border)]
        whole = joined([*parts, _columns(self._samples)])
        side = "right" if before else "left"
        first = int(np.searchsorted(whole.times, start_ns, side=side))
        part = slice(max(0, first - 1) if before else first, int(np.searchsorted(whole.times, stop_ns, side="right")))
        return Columns(whole.times[part].copy(), whole.values[part].copy(), whole.classes[part].copy())

    def drawing(
        self, start_ns: int, stop_ns: int, step: bool, hold_until_ns: int | None = None, columns: int = COLUMNS
    ) -> Drawing:
        """As :meth:`Samples.drawing`; where the two meet the line goes on."""
        now = self._samples.drawing(start_ns, stop_ns, step, hold_until_ns, columns)
        if (before := self._before(start_ns, stop_ns)) is None:
            return now
        samples, until = before
        if self.border_ns is not None and len(samples) and int(samples.times[-1]) >= self.border_ns:
            samples = _until(samples, self.border_ns)
        then = samples.drawing(start_ns, until, step, None, columns)
        parts = [then, *self._seam(samples, start_ns, stop_ns, step), now]
        return _together(parts)

    def _seam(self, samples: Samples, start_ns: int, stop_ns: int, step: bool) -> list[Drawing]:
        border = self.border_ns
        if border is None or not self._meets() or not len(samples) or samples.classes[-1] == BAD:
            return []
        memory = self._samples
        times = np.append(samples.times[-1:], memory.times[:1])
        if times[0] > stop_ns or times[1] < start_ns:
            return []
        values = np.append(samples.values[-1:], memory.values[:1])
        classes = np.append(samples.classes[-1:], memory.classes[:1])
        x, y, connect, uncertain = plain(times, values, classes, step)
        clip(x, y, start_ns / 1e9, stop_ns / 1e9, step)
        nothing = np.empty(0)
        return [Drawing(x, y, connect, uncertain, nothing, nothing, nothing, nothing, 0, False)]

    def lacking(self, start_ns: int, stop_ns: int, memory: Sequence[Span]) -> list[Span]:
        """What is known to be held by nobody, in order; ``memory`` is what memory lacks of this time."""
        border, past = self.border_ns, self.past
        if past is None:
            return list(memory)
        edge = stop_ns if border is None else border
        parts = [(start, min(stop, edge)) for start, stop in past.lacking]
        parts += [(max(start, edge), stop) for start, stop in memory]
        clipped = [(max(start, start_ns), min(stop, stop_ns)) for start, stop in parts]
        return sorted((start, stop) for start, stop in clipped if start < stop)


def _parts(samples: Samples) -> tuple[Times, Floats, Classes]:
    return samples.times, samples.values, samples.classes


def _columns(samples: Samples) -> Columns:
    return Columns(*_parts(samples))


def _until(samples: Samples, border_ns: int) -> Samples:
    """Without what memory has as well."""
    made = Samples()
    kept = _columns(samples).within(-(2**63), border_ns)
    made.add(kept.times, kept.values, kept.classes)
    return made


def _together(parts: Sequence[Drawing]) -> Drawing:
    """One after the other; nothing is connected between them."""

    def whole(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    def connected(name: str) -> NDArray[np.int32]:
        made = [getattr(part, name).copy() for part in parts]
        for one in made:
            one[-1:] = 0
        return np.concatenate(made)

    last = parts[-1]
    return Drawing(
        whole("x"), whole("y"), connected("connect"), connected("uncertain"), whole("ends_x"), whole("ends_y"),
        last.hold_x, last.hold_y, sum(part.samples for part in parts), any(part.reduced for part in parts),
    )  # fmt: skip
