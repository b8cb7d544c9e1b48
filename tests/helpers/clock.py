"""A clock that a test turns by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import TypeVarTuple

_Ts = TypeVarTuple("_Ts")


class _Entry:
    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualClock:
    """Stands still until :meth:`advance`. Starts at monotonic 1000 s and 2026-01-01T00:00:00Z."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._utc_offset_ns = 1_767_225_600_000_000_000 - 1_000_000_000_000
        self._heap: list[tuple[float, int, _Entry]] = []
        self._order = itertools.count()

    def monotonic(self) -> float:
        return self._now

    def utc_ns(self) -> int:
        return self._utc_offset_ns + round(self._now * 1e9)

    def call_later(self, delay_s: float, callback: Callable[[*_Ts], object], *args: *_Ts) -> _Entry:
        entry = _Entry(lambda: callback(*args))
        heapq.heappush(self._heap, (self._now + max(0.0, delay_s), next(self._order), entry))
        return entry

    async def sleep(self, delay_s: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        entry = self.call_later(delay_s, lambda: woken.done() or woken.set_result(None))
        try:
            await woken
        finally:
            entry.cancel()

    @property
    def timers(self) -> int:
        """Timers that are neither fired nor cancelled."""
        return sum(entry.callback is not None for _, _, entry in self._heap)

    def stall(self, seconds: float) -> None:
        """Time passes while nothing runs: the timers that fall due are late, and fire with the next advance."""
        self._now += seconds

    async def advance(self, seconds: float) -> None:
        """Turn forward, firing timers in order at their own times and letting the loop settle after each."""
        end = self._now + seconds
        await settle()
        while self._heap and self._heap[0][0] <= end:
            when, _, entry = heapq.heappop(self._heap)
            callback, entry.callback = entry.callback, None
            if callback is not None:
                self._now = max(self._now, when)
                callback()
                await settle()
        self._now = end
        await settle()


async def settle(turns: int = 20) -> None:
    """Let everything that is ready run."""
    for _ in range(turns):
        await asyncio.sleep(0)
