"""The last minutes of a tag in a few numbers, for a small curve in a cell."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

BUCKETS = 60
_NAN = math.nan
_EMPTY = array("d", [_NAN]) * BUCKETS


class Spark:
    """A ring of time slots with the lowest, highest and last value of each. Times in seconds, of one clock."""

    __slots__ = ("_highs", "_lasts", "_lows", "_newest", "span_s")

    def __init__(self, span_s: float) -> None:
        self.span_s = span_s
        self._lows = _EMPTY[:]
        self._highs = _EMPTY[:]
        self._lasts = _EMPTY[:]
        self._newest = -1  # the number of the slot that the newest value is in, counted since the clock's zero

    def add(self, value: float, now: float) -> None:
        """``value`` NaN = bad: the curve has a gap there."""
        slot = int(now * BUCKETS / self.span_s)
        if slot != self._newest:
            self._turn(slot)
        place = slot % BUCKETS
        # NaN compares to nothing: a slot's first number replaces it.
        if not value >= self._lows[place]:
            self._lows[place] = value
        if not value <= self._highs[place]:
            self._highs[place] = value
        self._lasts[place] = value

    def _turn(self, slot: int) -> None:
        """Slots in which nothing came hold what was last there."""
        held = self._lasts[self._newest % BUCKETS] if self._newest >= 0 else _NAN
        first = self._newest + 1 if self._newest >= 0 else slot
        for number in range(max(first, slot - BUCKETS + 1), slot + 1):
            place = number % BUCKETS
            self._lows[place] = self._highs[place] = self._lasts[place] = held
        self._newest = slot

    def slots(self, now: float) -> Iterator[tuple[int, float, float]]:
        """(how many slots ago, lowest, highest), the oldest first, without gaps."""
        if self._newest < 0:
            return
        current = int(now * BUCKETS / self.span_s)
        held = self._lasts[self._newest % BUCKETS]
        for ago in range(BUCKETS - 1, -1, -1):
            number = current - ago
            if number > self._newest:
                low = high = held
            elif number <= self._newest - BUCKETS:
                continue
            else:
                low, high = self._lows[number % BUCKETS], self._highs[number % BUCKETS]
            if low == low:
                yield ago, low, high
