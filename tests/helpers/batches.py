"""Batches for tests."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from app.batch import Event, EventBatch
from app.events.notices import ReplayGap
from app.values import EventKind, Value


def batch(first: int, count: int = 1, key: int = 1 << 32 | 1, value: float = 0.0) -> EventBatch:
    """Good data changes of one item, with values counting up from ``value``."""
    return EventBatch(
        first,
        array("Q", [key] * count),
        array("d", [value + i for i in range(count)]),
        array("i", [192] * count),
        array("q", [1_000 + i for i in range(count)]),
        array("q", [2_000 + i for i in range(count)]),
    )


def mixed(first: int, *events: tuple[EventKind, int, Value]) -> EventBatch:
    """Events of any kind: (kind, key, value)."""
    made = [Event(first + i, kind, key, value, 192, 1, 2) for i, (kind, key, value) in enumerate(events)]
    return EventBatch.of(made)


def sequences(pieces: Iterable[EventBatch | ReplayGap]) -> list[int]:
    """The sequences of what a lease gave."""
    return [event.sequence for piece in pieces if isinstance(piece, EventBatch) for event in piece]
