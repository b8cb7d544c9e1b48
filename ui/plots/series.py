"""Samples of pens as rows of a table: one after the other, or a column for each pen."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from app.records.table import Column, ColumnKind
from app.values import Value
from ui.plots.past import Joined, Origin
from ui.plots.pens import Pen
from ui.plots.pyramid import BAD, Classes, Floats, Times

#: As all that is in files: in English, whatever the window speaks.
_WORDS = ("good", "uncertain", "bad")


@dataclass(frozen=True, slots=True)
class Series:
    """What a pen held of a time, by itself: the pen may go on meanwhile."""

    source: str
    tag: str
    unit: str
    times: Times
    values: Floats
    classes: Classes
    enumeration: tuple[str, ...] = ()
    ends: Sequence[int] = ()  # times of bad samples that never came: they say that the line ends there
    origin: Callable[[int], str] = lambda time_ns: Origin.MEMORY  # where the sample of a time is from

    @property
    def title(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.source}: {self.tag}{unit}"

    def cell(self, at: int) -> Value:
        value = float(self.values[at])
        return value if np.isfinite(value) else None

    def text(self, at: int) -> str:
        """The word of a state; empty for what has none."""
        value = self.values[at]
        number = int(value) if np.isfinite(value) else -1
        return self.enumeration[number] if 0 <= number < len(self.enumeration) else ""


def series_of(pen: Pen, joined: Joined, start_ns: int, stop_ns: int, before: bool) -> Series:
    """What there is from ``start_ns`` to ``stop_ns``, with the sample ``before`` that still holds at the start."""
    found = joined.columns(start_ns, stop_ns, before)
    line = pen.line
    columns = found.times, found.values, found.classes
    return Series(line.source, line.tag, line.unit, *columns, line.enumeration, joined.ends, joined.origin)


def long_columns() -> list[Column]:
    names = ("Source", "Tag", "Value", "State", "Unit", "Quality", "From")
    kinds = (ColumnKind.TEXT, ColumnKind.TEXT, ColumnKind.NUMBER, *[ColumnKind.TEXT] * 4)
    return [
        Column("Time", ColumnKind.TIME),
        *(Column(name, kind) for name, kind in zip(names, kinds, strict=True)),
    ]


def long_rows(series: Sequence[Series]) -> Iterator[tuple[Value, ...]]:
    """A row for each sample, in order of time."""

    def rows(one: Series) -> Iterator[tuple[Value, ...]]:
        for at, time_ns in enumerate(one.times.tolist()):
            worth = _WORDS[int(one.classes[at])]
            yield time_ns, one.source, one.tag, one.cell(at), one.text(at), one.unit, worth, str(one.origin(time_ns))

    return heapq.merge(*(rows(one) for one in series), key=itemgetter(0))


def aligned_columns(series: Sequence[Series]) -> list[Column]:
    columns = [Column("Time", ColumnKind.TIME)]
    for one in series:
        columns.append(Column(one.title, ColumnKind.NUMBER))
        columns.append(Column(f"{one.title}: quality", ColumnKind.TEXT))
    return columns


def aligned_rows(series: Sequence[Series], start_ns: int) -> Iterator[tuple[Value, ...]]:
    """A row for each time at which any of them has a sample; each with the last one at or before it, never a later
    one. What is bad has its quality and no value."""
    times = np.unique(np.concatenate([one.times for one in series])) if series else np.empty(0, dtype=np.int64)
    times = times[times >= start_ns]
    for begin in range(0, len(times), _AT_ONCE):
        some = times[begin : begin + _AT_ONCE]
        places = [np.searchsorted(one.times, some, side="right") - 1 for one in series]
        for row, time_ns in enumerate(some.tolist()):
            cells: list[Value] = [time_ns]
            for one, place in zip(series, places, strict=True):
                at = int(place[row])
                bad = at >= 0 and one.classes[at] == BAD
                cells += [None, ""] if at < 0 else [None if bad else one.cell(at), _WORDS[int(one.classes[at])]]
            yield tuple(cells)


_AT_ONCE = 10_000
