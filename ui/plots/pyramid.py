"""Smallest and largest value of each stretch of a long line, kept while the line grows, so that a million samples are
drawn as quickly as a few thousand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.records.statistics import BAD, GOOD, UNCERTAIN, Classes, Floats, Times

__all__ = ["BAD", "BLOCK", "GOOD", "UNCERTAIN", "Classes", "Floats", "Pyramid", "Times", "without_bad"]

#: Samples in one block.
BLOCK = 32


class Pyramid:
    """The extremes of every full block of a line; of what is bad nothing counts: (inf, −inf) where all of it is."""

    def __init__(self) -> None:
        self._low: Floats = np.empty(64)
        self._high: Floats = np.empty(64)
        self._full = 0

    def __len__(self) -> int:
        return self._full

    def grow(self, values: Floats, classes: Classes, start: int) -> None:
        """``values`` and ``classes`` are the whole line; what stands before ``start`` has not changed."""
        full = len(values) // BLOCK
        old = min(self._full, start // BLOCK)
        if full > len(self._low):
            size = max(full, 2 * len(self._low))
            self._low, self._high = _longer(self._low, size), _longer(self._high, size)
        if full > old:
            part = slice(old * BLOCK, full * BLOCK)
            low, high = without_bad(values[part], classes[part])
            self._low[old:full] = low.reshape(-1, BLOCK).min(axis=1)
            self._high[old:full] = high.reshape(-1, BLOCK).max(axis=1)
        self._full = full

    def drop(self, samples: int) -> None:
        """The oldest samples were let go of: a whole number of blocks."""
        blocks = samples // BLOCK
        for column in (self._low, self._high):
            column[: self._full - blocks] = column[blocks : self._full].copy()
        self._full -= blocks

    def block_extremes(self, starts: NDArray[np.int64], stop: int) -> tuple[Floats, Floats]:
        """Per stretch of blocks the extremes: stretch i goes from block ``starts[i]`` to the next one's start, the last
        one to ``stop``. The starts rise."""
        first = int(starts[0])
        return (
            np.minimum.reduceat(self._low[first:stop], starts - first),
            np.maximum.reduceat(self._high[first:stop], starts - first),
        )

    def extremes(self, values: Floats, classes: Classes, first: int, last: int) -> tuple[float, float]:
        """Of the samples from ``first`` up to ``last``, which is left out; (inf, −inf) where none is good."""
        low_block, high_block = -(-first // BLOCK), min(last // BLOCK, self._full)
        if high_block <= low_block:
            return _extremes(values[first:last], classes[first:last])
        ends = [
            _extremes(values[part], classes[part])
            for part in (slice(first, low_block * BLOCK), slice(high_block * BLOCK, last))
        ]
        inner = slice(low_block, high_block)
        ends.append((float(self._low[inner].min()), float(self._high[inner].max())))
        return min(low for low, _ in ends), max(high for _, high in ends)


def without_bad(values: Floats, classes: Classes) -> tuple[Floats, Floats]:
    """Values to look for the smallest in, and values to look for the largest in: no comparison prefers what is bad."""
    bad = classes == BAD
    if not bad.any():
        return values, values
    return np.where(bad, np.inf, values), np.where(bad, -np.inf, values)


def _extremes(values: Floats, classes: Classes) -> tuple[float, float]:
    if not len(values):
        return np.inf, -np.inf
    low, high = without_bad(values, classes)
    return float(low.min()), float(high.max())


def _longer(column: Floats, size: int) -> Floats:
    longer = np.empty(size)
    longer[: len(column)] = column
    return longer
