"""Events in batches of columns: the unit from the worker's outbox to the view. Standard library only.

Entry ``i`` of every column belongs to the event with sequence ``first_sequence + i``: sequences have no gap inside a
batch, so a gap between batches is one comparison. Single events are made on request, where somebody reads them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from app.values import DataType, EventKind, Status, Value, split_key


class Sample(NamedTuple):
    """One value of an item at one time."""

    value: Value
    quality: int
    source_time: int  # ns since 1970 UTC, or NO_TIME
    worker_time: int  # when the worker got it, same clock


@dataclass(frozen=True, slots=True)
class Detail:
    """What few events carry: completion statuses, an HRESULT, a declared type, how many older values were coalesced."""

    statuses: tuple[Status, ...] = ()
    hresult: int | None = None
    data_type: int = DataType.UNKNOWN
    coalesced: int = 0


NO_DETAIL = Detail()
NO_DETAILS: Mapping[int, Detail] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Event:
    """One event in full."""

    sequence: int
    kind: EventKind
    key: int
    value: Value
    quality: int
    source_time: int
    worker_time: int
    detail: Detail = NO_DETAIL

    @property
    def server_handle(self) -> int:
        return split_key(self.key)[0]

    @property
    def item_handle(self) -> int:
        return split_key(self.key)[1]


class EventBatch:
    """Events in order, as columns of equal length. Treat as immutable: it is shared by every subscriber."""

    __slots__ = (
        "coalesced",
        "details",
        "first_sequence",
        "keys",
        "kinds",
        "packed",
        "qualities",
        "source_times",
        "values",
        "worker_times",
    )

    def __init__(
        self,
        first_sequence: int,
        keys: Sequence[int],
        values: Sequence[Value],
        qualities: Sequence[int],
        source_times: Sequence[int],
        worker_times: Sequence[int],
        kinds: bytes = b"",
        details: Mapping[int, Detail] = NO_DETAILS,
        coalesced: int = 0,
    ) -> None:
        """``kinds`` empty means data changes all; ``details`` by index; ``coalesced`` is the sum of the details'.
        ``packed`` is for whoever sends it on: what it is on the wire, made once for all who want it."""
        self.first_sequence = first_sequence
        self.keys = keys
        self.values = values
        self.qualities = qualities
        self.source_times = source_times
        self.worker_times = worker_times
        self.kinds = kinds
        self.details = details
        self.coalesced = coalesced
        self.packed: bytes | None = None

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def last_sequence(self) -> int:
        return self.first_sequence + len(self.keys) - 1

    def samples(self) -> Iterator[tuple[Value, int, int, int]]:
        """Per event (value, quality, source time, worker time): tuples in a :class:`Sample`'s order, made in C."""
        return zip(self.values, self.qualities, self.source_times, self.worker_times, strict=True)

    def kind(self, index: int) -> EventKind:
        return EventKind(self.kinds[index]) if self.kinds else EventKind.DATA_CHANGE

    def event(self, index: int) -> Event:
        return Event(
            self.first_sequence + index,
            self.kind(index),
            self.keys[index],
            self.values[index],
            self.qualities[index],
            self.source_times[index],
            self.worker_times[index],
            self.details.get(index, NO_DETAIL),
        )

    def __iter__(self) -> Iterator[Event]:
        return map(self.event, range(len(self.keys)))

    def after(self, sequence: int) -> EventBatch:
        """The events with a sequence above this one: the batch itself where that is all of it, maybe empty."""
        skip = sequence - self.first_sequence + 1
        return self if skip <= 0 else self._slice(skip, len(self))

    def first(self, count: int) -> EventBatch:
        """The first ``count`` events."""
        return self if count >= len(self) else self._slice(0, count)

    def _slice(self, start: int, stop: int) -> EventBatch:
        details = {i - start: detail for i, detail in self.details.items() if start <= i < stop}
        return EventBatch(
            self.first_sequence + start,
            self.keys[start:stop],
            self.values[start:stop],
            self.qualities[start:stop],
            self.source_times[start:stop],
            self.worker_times[start:stop],
            self.kinds[start:stop],
            details or NO_DETAILS,
            sum(detail.coalesced for detail in details.values()),
        )

    @classmethod
    def of(cls, events: Sequence[Event]) -> EventBatch:
        """A batch from single events with consecutive sequences; ValueError names the first that is not."""
        if not events:
            raise ValueError("a batch has at least one event")
        first = events[0].sequence
        for i, event in enumerate(events):
            if event.sequence != first + i:
                raise ValueError(f"event {i} has sequence {event.sequence}, expected {first + i}")
        kinds = bytes(event.kind for event in events)
        details = {i: event.detail for i, event in enumerate(events) if event.detail != NO_DETAIL}
        return cls(
            first,
            array("Q", [event.key for event in events]),
            [event.value for event in events],
            array("i", [event.quality for event in events]),
            array("q", [event.source_time for event in events]),
            array("q", [event.worker_time for event in events]),
            kinds if any(kinds) else b"",
            details or NO_DETAILS,
            sum(detail.coalesced for detail in details.values()),
        )
