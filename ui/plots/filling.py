"""A hole in what memory holds of a line, filled with what others have kept of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ui.plots.past import Columns, Filled, Origin, Span
from ui.plots.pen import Samples
from ui.plots.pyramid import BAD


class Kept(NamedTuple):
    """Of a stretch of time: samples, the stretches that nobody has, those that the source told, and the length of those
    whose extremes the samples are (0 = every sample)."""

    columns: Columns
    lacking: tuple[Span, ...]
    sourced: tuple[Span, ...] = ()
    bin_ns: int = 0


class Memory(NamedTuple):
    """What a line held when it was looked at; copies, for a thread."""

    columns: Columns
    ends: tuple[int, ...]

    @classmethod
    def of(cls, samples: Samples) -> Memory:
        held = Columns(samples.times.copy(), samples.values.copy(), samples.classes.copy())
        return cls(held, tuple(samples.ends))


def filled(memory: Memory, hole: Span, kept: Kept) -> Samples:
    """The line with what was kept in its hole. It ends where nobody has anything, and goes on where somebody has.
    Blocks, for as long as a million samples take: for a thread."""
    start, stop = hole
    times, values, classes = memory.columns.times, memory.columns.values, memory.columns.classes
    behind = int(np.searchsorted(times, stop, side="left"))
    before = behind
    last = int(times[before - 1]) if before else 0
    if before and classes[before - 1] == BAD and last >= start and last in memory.ends:
        before -= 1  # whether the line ends there is told anew
    made = Samples()
    made.add_with(times[:before], values[:before], classes[:before], [end for end in memory.ends if end < start])
    part = kept.columns.within(max(start, int(times[before - 1]) + 1 if before else start), stop)
    at = start
    for end, _ in kept.lacking:
        _add(made, part.within(at, end))
        made.end(end)
        at = end
    _add(made, part.within(at, stop))
    more = [end for end in memory.ends if end >= stop]
    made.add_with(times[behind:], values[behind:], classes[behind:], more)
    return made


def _add(made: Samples, part: Columns) -> None:
    made.add(part.times, part.values, part.classes)


def origins(hole: Span, kept: Kept) -> list[Filled]:
    """Where the samples in the hole are from; the first that has a time says so."""
    told = [Filled(start, stop, Origin.SOURCE, kept.bin_ns) for start, stop in kept.sourced]
    return [*told, Filled(*hole, Origin.RECORDER, kept.bin_ns)]
