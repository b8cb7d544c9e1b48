"""A line in stretches of time: what is drawn, and counted, of very many samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.records.samples import Line
from app.records.segment import BAD, UNCERTAIN, classes_of

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """A row for each stretch; stretch ``i`` goes from ``edges[i]`` up to ``edges[i + 1]``, which is left out.

    ``count`` is 0 where no sample is, and everything else of that row means nothing then: NaN, 0. ``low`` and ``high``
    are the extremes of what is good or uncertain, NaN where all of it is bad or no number. ``first`` and ``last`` are
    the values at ``first_ns`` and ``last_ns``, NaN where they are no number, whatever their quality is.
    """

    edges: Integers  # ns, one more than rows
    count: Integers
    bad: Integers  # of them; what is no number counts as bad
    uncertain: Integers
    low: Floats
    high: Floats
    first: Floats
    last: Floats
    first_ns: Integers
    last_ns: Integers
    first_quality: NDArray[np.int32]
    last_quality: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.count)

    @property
    def total(self) -> int:
        """Samples in all stretches."""
        return int(self.count.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Parts of stretches, in columns: what one block, or part of one, has of one stretch."""

    bin: Integers
    first_ns: Integers
    last_ns: Integers
    count: Integers
    bad: Integers
    uncertain: Integers
    low: Floats  # inf where all is bad
    high: Floats  # -inf
    first: Floats
    last: Floats
    first_quality: NDArray[np.int32]
    last_quality: NDArray[np.int32]

    @classmethod
    def of_blocks(cls, rows: Sequence[tuple[Any, ...]], edges: Integers) -> tuple[Pieces, list[int]]:
        """Blocks that lie within one stretch are told by what stands beside their samples; of the others the ids come
        back. A row has id, and then the columns in the order of a piece's."""
        columns = list(zip(*rows, strict=True))
        first, last = np.array(columns[1], np.int64), np.array(columns[2], np.int64)
        bins = np.searchsorted(edges, first, side="right") - 1
        one = (bins == np.searchsorted(edges, last, side="right") - 1) & (bins >= 0) & (bins < len(edges) - 1)
        low, high = np.array(columns[6], np.float64), np.array(columns[7], np.float64)
        pieces = cls(
            bins,
            first,
            last,
            np.array(columns[3], np.int64),
            np.array(columns[4], np.int64),
            np.array(columns[5], np.int64),
            np.where(np.isnan(low), np.inf, low),
            np.where(np.isnan(high), -np.inf, high),
            np.array(columns[8], np.float64),
            np.array(columns[9], np.float64),
            np.array(columns[10], np.int32),
            np.array(columns[11], np.int32),
        )
        inside = np.flatnonzero(one)
        whole = cls(*(getattr(pieces, entry.name)[inside] for entry in fields(cls)))
        return whole, [columns[0][at] for at in np.flatnonzero(~one).tolist()]


def pieces_of(line: Line, edges: Integers) -> Pieces:
    """Of a line that lies between the first and the last edge."""
    times, reals, qualities = line
    bins = np.searchsorted(edges, times, side="right") - 1
    starts = np.concatenate(([0], np.flatnonzero(np.diff(bins)) + 1)) if len(bins) else np.empty(0, np.int64)
    ends = np.append(starts[1:], len(bins)) - 1 if len(bins) else starts
    classes = classes_of(reals, qualities)
    bad = classes == BAD
    low, high = (reals, reals) if not bad.any() else (np.where(bad, np.inf, reals), np.where(bad, -np.inf, reals))
    return Pieces(
        bins[starts],
        times[starts],
        times[ends],
        ends - starts + 1,
        _sums(bad, starts),
        _sums(classes == UNCERTAIN, starts),
        np.minimum.reduceat(low, starts) if len(starts) else np.empty(0),
        np.maximum.reduceat(high, starts) if len(starts) else np.empty(0),
        reals[starts],
        reals[ends],
        qualities[starts],
        qualities[ends],
    )


def _sums(flags: NDArray[np.bool_], starts: Integers) -> Integers:
    return np.add.reduceat(flags.astype(np.int64), starts) if len(starts) else np.empty(0, np.int64)


def combined(pieces: Sequence[Pieces], edges: Integers) -> Bins:
    """All pieces of a line, in any order, as its stretches."""
    every = [piece for piece in pieces if len(piece.bin)]
    made = _empty(edges)
    if not every:
        return made
    one = Pieces(*(np.concatenate([getattr(piece, entry.name) for piece in every]) for entry in fields(Pieces)))
    order = np.lexsort((one.first_ns, one.bin))
    bins = one.bin[order]
    starts = np.concatenate(([0], np.flatnonzero(np.diff(bins)) + 1))
    at = bins[starts]
    made.count[at] = np.add.reduceat(one.count[order], starts)
    made.bad[at] = np.add.reduceat(one.bad[order], starts)
    made.uncertain[at] = np.add.reduceat(one.uncertain[order], starts)
    low, high = np.minimum.reduceat(one.low[order], starts), np.maximum.reduceat(one.high[order], starts)
    made.low[at] = np.where(np.isfinite(low), low, np.nan)
    made.high[at] = np.where(np.isfinite(high), high, np.nan)
    begin = order[starts]
    made.first[at], made.first_ns[at] = one.first[begin], one.first_ns[begin]
    made.first_quality[at] = one.first_quality[begin]
    # Blocks may overlap where late samples came: the last one is not that of the piece that begins last.
    order = np.lexsort((one.last_ns, one.bin))
    end = order[np.append(starts[1:], len(order)) - 1]
    made.last[at], made.last_ns[at] = one.last[end], one.last_ns[end]
    made.last_quality[at] = one.last_quality[end]
    return made


def _empty(edges: Integers) -> Bins:
    rows = len(edges) - 1

    def whole() -> Integers:
        return np.zeros(rows, np.int64)

    def nan() -> Floats:
        return np.full(rows, np.nan)

    def quality() -> NDArray[np.int32]:
        return np.zeros(rows, np.int32)

    return Bins(edges, whole(), whole(), whole(), nan(), nan(), nan(), nan(), whole(), whole(), quality(), quality())
