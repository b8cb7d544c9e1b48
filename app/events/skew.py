"""How far a source's clock is from ours, by the times of its events: told when it is much, taken back with hysteresis.

An event cannot be received before it happens, and delivery takes time: of many events the one with the least delay
tells best. So the difference is the largest (source time - receive time) of a span. What says nothing: the first value
of an item, which may be old; values that are not good, for they keep an old time.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass

from app.batch import EventBatch
from app.values import NO_TIME, NS_PER_S, EventKind

#: Told above, taken back below.
OFF_NS = 2 * NS_PER_S
_ON_NS = NS_PER_S
_SPAN_NS = 10 * NS_PER_S
_LEAST = 3  # events in a span that can tell
_TIMES = 2  # spans one after another that have to agree
_GOOD = 192
#: A clock is told by some events as well as by all: after so many within the same moment the rest is left out.
_ENOUGH = 1000
_MOMENT_NS = NS_PER_S // 10


@dataclass(frozen=True, slots=True)
class Skew:
    """``offset_ns`` > 0: the source is ahead of us; 0: it is right again."""

    offset_ns: int


class SkewWatch:
    """Of one session. Costs a few comparisons in C a batch, and looks at some ten thousand events a second at most."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._most = 0
        self._count = 0
        self._until_ns: int | None = None  # the end of the present span
        self._agreed = 0
        self._told = False
        self._moment_ns = 0  # the end of the present moment
        self._looked = 0  # events in it
        self.offset_ns = 0  # as told; 0 = right

    def take(self, batch: EventBatch) -> Skew | None:
        """What is new to be told; None mostly."""
        if not len(batch) or (batch.kinds and all(kind > EventKind.BUFFERED_DATA_CHANGE for kind in batch.kinds)):
            return None
        now_ns = batch.worker_times[-1]
        if self._until_ns is None:
            self._until_ns = now_ns + _SPAN_NS
        if now_ns >= self._moment_ns:
            self._moment_ns, self._looked = now_ns + _MOMENT_NS, 0
        if self._looked <= _ENOUGH:
            self._looked += len(batch)
            self._look(batch)
        if now_ns < self._until_ns:
            return None
        self._until_ns = now_ns + _SPAN_NS
        most, count = self._most, self._count
        self._count = 0
        return self._judge(most) if count >= _LEAST else None

    def _look(self, batch: EventBatch) -> None:
        keys = set(batch.keys)
        plain = not batch.kinds and keys <= self._seen and min(batch.qualities) >= _GOOD
        if plain and min(batch.source_times) != NO_TIME:
            self._add(max(map(operator.sub, batch.source_times, batch.worker_times)), len(batch))
            return
        for number, key in enumerate(batch.keys):
            kind = batch.kinds[number] if batch.kinds else 0
            if kind > EventKind.BUFFERED_DATA_CHANGE:
                continue
            if key not in self._seen:
                self._seen.add(key)
            elif batch.qualities[number] & 0xC0 == 0xC0 and batch.source_times[number] != NO_TIME:
                self._add(batch.source_times[number] - batch.worker_times[number], 1)

    def _add(self, offset_ns: int, count: int) -> None:
        self._most = max(self._most, offset_ns) if self._count else offset_ns
        self._count += count

    def _judge(self, offset_ns: int) -> Skew | None:
        wanted = abs(offset_ns) > OFF_NS if not self._told else abs(offset_ns) < _ON_NS
        self._agreed = self._agreed + 1 if wanted else 0
        if self._told and abs(offset_ns) >= _ON_NS:
            self.offset_ns = offset_ns
        if self._agreed < _TIMES:
            return None
        self._agreed = 0
        self._told = not self._told
        self.offset_ns = offset_ns if self._told else 0
        return Skew(self.offset_ns)

    def again(self) -> None:
        """The source came back: its first values may be old."""
        self._seen.clear()
        self._count = 0
        self._until_ns = None
