"""A sink that keeps what a driver reports."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.values import NO_TIME, EventKind, Fault, Status, Value


@dataclass
class Sample:
    value: Value
    quality: int
    source_time: int = NO_TIME
    kind: EventKind = EventKind.DATA_CHANGE
    statuses: tuple[Status, ...] = ()


@dataclass
class RecordingSink:
    samples: dict[int, list[Sample]] = field(default_factory=dict)
    writes: list[tuple[int, tuple[Status, ...]]] = field(default_factory=list)
    operations: list[tuple[int, tuple[Status, ...]]] = field(default_factory=list)
    states: list[tuple[bool, str, dict[str, int]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    bulk: int = 0
    rooms: int = 0

    def data(
        self,
        key: int,
        value: Value,
        quality: int,
        source_time: int = NO_TIME,
        *,
        kind: EventKind = EventKind.DATA_CHANGE,
        statuses: tuple[Status, ...] = (),
        data_type: int = -1,
    ) -> None:
        self.samples.setdefault(key, []).append(Sample(value, quality, source_time, kind, statuses))

    def columns(
        self, keys: Sequence[int], values: Sequence[Value], qualities: Sequence[int], source_times: Sequence[int]
    ) -> None:
        self.bulk += len(keys)
        for key, value, quality, moment in zip(keys, values, qualities, source_times, strict=True):
            self.samples.setdefault(key, []).append(Sample(value, quality, moment))

    def write_complete(self, key: int, statuses: tuple[Status, ...], hresult: int | None = None) -> None:
        self.writes.append((key, statuses))

    def operation_complete(self, key: int, statuses: tuple[Status, ...]) -> None:
        self.operations.append((key, statuses))

    def source_state(self, connected: bool, reason: str, **figures: int) -> None:
        self.states.append((connected, reason, figures))

    def fail(self, fault: Fault) -> None:
        self.faults.append(fault)

    async def room(self) -> None:
        self.rooms += 1
        await asyncio.sleep(0)

    def last(self, key: int) -> Any:
        return self.samples[key][-1] if self.samples.get(key) else None
