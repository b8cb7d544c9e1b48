"""What a line encloses with zero, kept by blocks while it grows: the time-weighted mean of a million samples is then
as quick as that of a few."""

from __future__ import annotations

import numpy as np

from app.records.statistics import stretches
from ui.plots.pyramid import BLOCK, Classes, Floats, Times

_COLUMNS = 4  # area and seconds where values hold, area and seconds where they are joined


class Areas:
    """By blocks of samples, of the stretch that ends with each: its area and its length in seconds, where a value holds
    until the next comes (``step``) and where values are joined. What is bad encloses nothing and takes no time."""

    def __init__(self) -> None:
        self._blocks: Floats = np.zeros((64, _COLUMNS))
        self._starts: Times = np.zeros(64, dtype=np.int64)
        self._full = 0

    def grow(self, times: Times, values: Floats, classes: Classes, start: int) -> None:
        """The columns are the whole line; what stands before ``start`` has not changed."""
        full = len(values) // BLOCK
        old = min(self._full, start // BLOCK)
        if full > len(self._blocks):
            longer = np.zeros((max(full, 2 * len(self._blocks)), _COLUMNS))
            longer[: self._full] = self._blocks[: self._full]
            self._blocks = longer
            starts = np.zeros(len(longer), dtype=np.int64)
            starts[: self._full] = self._starts[: self._full]
            self._starts = starts
        if full > old:
            first = old * BLOCK
            self._starts[old:full] = times[first : full * BLOCK : BLOCK]
            parts = stretches(times, values, classes, first, full * BLOCK)
            self._blocks[old:full] = parts.reshape(full - old, BLOCK, _COLUMNS).sum(axis=1)
        self._full = full

    def drop(self, samples: int) -> None:
        """The oldest samples were let go of: a whole number of blocks."""
        blocks = samples // BLOCK
        for column in (self._blocks, self._starts):
            column[: self._full - blocks] = column[blocks : self._full].copy()
        self._full -= blocks

    @property
    def starts(self) -> Times:
        """The time of the first sample of each full block: they are many times as quick to search as all times."""
        return self._starts[: self._full]

    def between(
        self, times: Times, values: Floats, classes: Classes, first: int, last: int, step: bool
    ) -> tuple[float, float]:
        """(area, seconds) from sample ``first`` to sample ``last``."""
        low, high = -(-(first + 1) // BLOCK), min((last + 1) // BLOCK, self._full)
        if high <= low:
            total = stretches(times, values, classes, first + 1, last + 1).sum(axis=0)
        else:
            total = self._blocks[low:high].sum(axis=0)
            for start, stop in ((first + 1, low * BLOCK), (high * BLOCK, last + 1)):
                total = total + stretches(times, values, classes, start, stop).sum(axis=0)
        area, seconds = total[:2] if step else total[2:]
        return float(area), float(seconds)
