"""What a recording is: samples of tags, each with its time, value and quality, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.values import QUALITY_NOT_CONNECTED, Value

Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Qualities = NDArray[np.int32]

#: More samples than this are no longer held in memory at once: about 600 MB.
LIMIT = 20_000_000


class RecordingError(ValueError):
    """A recording that cannot be read; the text names the file, what is wrong with it and what to do."""


@dataclass(frozen=True, slots=True)
class Track:
    """One tag. Columns of equal length; ``times`` (ns since 1970 UTC) do not fall. ``values`` are an array of doubles
    where each of them is one, else a list. ``source`` is the session that it was recorded from, "" where none is known.
    """

    tag: str
    times: Times
    values: Floats | list[Value]
    qualities: Qualities
    source: str = ""
    unit: str = ""
    description: str = ""
    enumeration: tuple[str, ...] = ()
    decimals: int | None = None

    def __len__(self) -> int:
        return len(self.times)

    def value(self, at: int) -> Value:
        return float(self.values[at]) if isinstance(self.values, np.ndarray) else self.values[at]

    def column(self, first: int, stop: int) -> list[Value]:
        """The values from one number up to another."""
        part = self.values[first:stop]
        return [*part.tolist()] if isinstance(part, np.ndarray) else part

    def at(self, time_ns: int) -> int:
        """The number of the last sample at or before this time; -1 where there is none."""
        return int(np.searchsorted(self.times, time_ns, side="right")) - 1

    @property
    def data_type(self) -> str:
        """In the words of the other sources."""
        if isinstance(self.values, np.ndarray):
            return "Double"
        names: dict[type, str] = {bool: "Boolean", int: "Integer", float: "Double", str: "String"}
        kinds = {names.get(type(value), "") for value in self.values if value is not None}
        if kinds <= {"Integer", "Double"} and "Double" in kinds:
            return "Double"
        return kinds.pop() if len(kinds) == 1 else ""


def track(
    tag: str,
    times: Sequence[int] | Times,
    values: Sequence[Value] | Floats,
    qualities: Sequence[int] | Qualities,
    *,
    source: str = "",
    unit: str = "",
    gaps: Iterable[tuple[int, int]] = (),
) -> Track:
    """A track of columns in any order. Of each of the ``gaps`` (ns) nothing was recorded: the value ends there, as one
    of a source that is not connected. Samples of one time keep their order."""
    when = np.asarray(times, dtype=np.int64)
    worth = np.asarray(qualities, dtype=np.int32)
    column: Floats | list[Value] = packed(values)
    begins = [start for start, _ in gaps]
    if begins:
        when = np.append(when, np.array(begins, dtype=np.int64))
        worth = np.append(worth, np.full(len(begins), QUALITY_NOT_CONNECTED, dtype=np.int32))
        column = [*_listed(column), *[None] * len(begins)]
    if len(when) > 1 and (when[1:] < when[:-1]).any():
        order = np.argsort(when, kind="stable")
        when, worth = when[order], worth[order]
        column = _ordered(column, order)
    return Track(tag, when, column, worth, source, unit)


def packed(values: Sequence[Value] | Floats) -> Floats | list[Value]:
    """As doubles where each of them is one."""
    if isinstance(values, np.ndarray):
        return values
    if all(type(value) is float for value in values):
        return np.array(values, dtype=np.float64)
    return list(values)


def _ordered(column: Floats | list[Value], order: NDArray[np.intp]) -> Floats | list[Value]:
    if isinstance(column, np.ndarray):
        return column[order]
    return [column[at] for at in order.tolist()]


def _listed(column: Floats | list[Value]) -> list[Value]:
    return [*column.tolist()] if isinstance(column, np.ndarray) else column


@dataclass(frozen=True, slots=True)
class Recording:
    """Tracks by the address that a tag is asked for by: its name, with its source before it where several sources were
    recorded. ``problems`` are the rows that could not be read, the first of them in words."""

    name: str
    tracks: dict[str, Track]
    rows: int = 0
    wrong_rows: int = 0
    problems: tuple[str, ...] = ()

    @property
    def start_ns(self) -> int:
        return min((int(one.times[0]) for one in self.tracks.values() if len(one)), default=0)

    @property
    def end_ns(self) -> int:
        return max((int(one.times[-1]) for one in self.tracks.values() if len(one)), default=0)

    @property
    def samples(self) -> int:
        return sum(len(one) for one in self.tracks.values())


def addressed(tracks: Iterable[Track]) -> dict[str, Track]:
    """By name, or by source and name where several sources were recorded."""
    found = list(tracks)
    several = len({one.source for one in found}) > 1
    return {f"{one.source}: {one.tag}" if several and one.source else one.tag: one for one in found}
