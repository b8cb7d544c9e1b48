"""What the recorder has to keep, between the loop that brings it and the thread that keeps it: bounded, the oldest is
given up first, and what was given up is counted by source and stretch of time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.batch import EventBatch
from app.events.notices import Notice
from app.records.segment import Hole

#: Samples that may wait for the disk; beyond it the oldest are given up.
QUEUE = 500_000
_HOLES = 1_000


class Item(Protocol):
    @property
    def tag(self) -> str: ...

    @property
    def advised(self) -> bool: ...

    @property
    def key(self) -> int: ...


class Items(Protocol):
    """Read by the recorder's thread: calls are short, and give what was there at one moment."""

    @property
    def version(self) -> int: ...

    def all(self) -> Sequence[Item]: ...


class Session(Protocol):
    """What the recorder has to know of one: the name is the source's name in the store."""

    @property
    def name(self) -> str: ...

    @property
    def replayed(self) -> bool: ...

    @property
    def items(self) -> Items: ...


@dataclass(slots=True)
class Count:
    samples: int = 0
    missed: int = 0


@dataclass(slots=True, eq=False)
class Source:
    """A session."""

    session: Session
    name: str
    count: Count
    version: int = -1  # of the items that the next ones were made of
    slots: dict[int, int] = field(default_factory=dict[int, int])  # by item key; one that is not recorded: -2
    keys: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))  # the same, in the order of keys
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    present: dict[int, int] = field(default_factory=dict[int, int])  # the same, of items that are there now
    watched: set[int] = field(default_factory=set[int])  # slots
    idle: set[int] = field(default_factory=set[int])  # keys of items that nobody has advised
    last_ns: int = 0  # when its newest sample was received
    gap: int = 0  # samples that are missing behind that one

    def know(self, slots: dict[int, int]) -> None:
        self.slots = slots
        keys = np.fromiter(slots, np.uint64, len(slots))
        order = np.argsort(keys)
        self.keys, self.numbers = keys[order], np.fromiter(slots.values(), np.int64, len(slots))[order]

    def slots_of(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The slot of each, -1 where the item is not known."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.numbers[at], -1)


@dataclass(frozen=True, slots=True)
class Piece:
    source: Source
    what: EventBatch | Notice
    count: int


class Intake:
    """:meth:`put` is called on the loop, and waits for nothing but :attr:`lock`, which is held for moments; the rest is
    called by the recorder's thread."""

    def __init__(self, find: Callable[[str], Session | None], queue: int) -> None:
        """``find`` tells a session by its id; replays are left out."""
        self.lock = threading.Condition()
        self.counts: dict[str, Count] = {}  # by source
        self.queued = self.peak = 0  # samples
        self.missed = 0  # given up since the start
        #: Another program keeps what this one cannot: what is given up is not missing.
        self.elsewhere = False
        self._find = find
        self._bound = queue
        self._sources: dict[str, Source | None] = {}
        self._pieces: deque[Piece] = deque()
        self._lost: list[Hole] = []  # what was given up before it was looked at

    def put(self, session_id: str, what: EventBatch | Notice, count: int) -> None:
        source = self._sources.get(session_id)
        if source is None and (session_id in self._sources or (source := self._source(session_id)) is None):
            return
        with self.lock:
            self._pieces.append(Piece(source, what, count))
            self.queued += count
            self.peak = max(self.peak, self.queued)
            if self.is_crowded:
                self.lock.notify()
            while self.queued > self._bound and len(self._pieces) > 1:
                self._give_up(self._pieces.popleft())

    def _source(self, session_id: str) -> Source | None:
        session = self._find(session_id)
        if session is None:  # it may be known with the next batch
            return None
        source = (
            None if session.replayed else Source(session, session.name, self.counts.setdefault(session.name, Count()))
        )
        self._sources[session_id] = source
        return source

    @property
    def is_crowded(self) -> bool:
        """A fifth of what may wait does."""
        return self.queued > self._bound // 5

    def sources(self) -> list[Source]:
        return [source for source in list(self._sources.values()) if source is not None]

    def end(self, source: Source) -> None:
        """Its session is closed, and nothing more comes from it."""
        for session_id in [known for known, one in list(self._sources.items()) if one is source]:
            self._sources.pop(session_id, None)

    def take(self) -> tuple[deque[Piece], list[Hole]]:
        """All that waits, and what was given up. Called with the lock."""
        pieces, self._pieces = self._pieces, deque()
        lost, self._lost = self._lost, []
        self.queued = 0
        return pieces, lost

    def clear(self) -> None:
        """Give all of it up. Called with the lock."""
        while self._pieces:
            self._give_up(self._pieces.popleft())

    def _give_up(self, piece: Piece) -> None:
        self.queued -= piece.count
        if not isinstance(piece.what, EventBatch):
            return
        if self.elsewhere:
            return  # the other one keeps what it watches
        times = piece.what.worker_times
        self.miss(piece.source, piece.count, int(times[0]), int(times[-1]) + 1)

    def miss(self, source: Source, count: int, start_ns: int, end_ns: int) -> None:
        self.missed += count
        source.count.missed += count
        last = next((at for at in range(len(self._lost) - 1, -1, -1) if self._lost[at].source == source.name), None)
        if last is not None:
            # Stretches that follow each other are one, and there are never so many that they fill the memory.
            old = self._lost[last]
            if start_ns - old.end_ns < 1_000_000_000 or len(self._lost) >= _HOLES:
                end = max(old.end_ns, end_ns)
                self._lost[last] = Hole(old.source, old.start_ns, end, old.missed + count, old.why)
                return
        self._lost.append(Hole(source.name, start_ns, end_ns, count, "missed"))
