"""What a further subscriber costs."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections import deque

from app import commands as c
from app.batch import EventBatch
from app.commands import ItemRow, ItemRows, Reply
from app.config import Settings
from app.events.distributor import Distributor
from app.events.subscriber import SubscriberLease
from app.metrics import Metrics
from app.sessions.items import ItemRegistry
from app.tasks import SystemClock, spawn
from app.wire.framing import FrameReader
from app.wire.messages import Codec
from bench.report import Figure, at_most, told

_BATCHES = 2000
_EVENTS = 1024
_READ = 20  # batches parsed between two turns of the loop, as one read of a pipe gives them
_LIMIT = 16 * 1024 * 1024
_ROUNDS = 6


def _frames() -> list[bytes]:
    codec = Codec("fanout", _LIMIT)
    keys, values = array("Q", range(_EVENTS)), array("d", range(_EVENTS))
    times = array("q", [1]) * _EVENTS
    good = array("i", [192]) * _EVENTS
    return [codec.encode(EventBatch(1 + i * _EVENTS, keys, values, good, times, times)) for i in range(_BATCHES)]


async def _seconds(subscribers: int, frames: list[bytes]) -> float:
    """Processor time to parse, keep and hand all frames to so many subscribers that take everything."""
    codec, reader = Codec("fanout", _LIMIT), FrameReader(_LIMIT)
    waiting = deque(frames)

    async def source() -> list[EventBatch]:
        await asyncio.sleep(0)
        chunk = b"".join(waiting.popleft() for _ in range(min(_READ, len(waiting))))
        return [body for p in reader.feed(chunk) if isinstance(body := codec.decode(p).body, EventBatch)]

    items = ItemRegistry()
    items.track(*_registered())
    distributor = Distributor(
        SystemClock(),
        Settings(event_queue=10_000_000),
        Metrics(),
        source=source,
        apply=items.apply,
        overflowed=lambda lease: None,
    )

    async def take(lease: SubscriberLease) -> int:
        taken = 0
        async for pieces in lease:
            taken += sum(len(piece) for piece in pieces if isinstance(piece, EventBatch))
        return taken

    began = time.process_time()
    leases = [distributor.attach() for _ in range(subscribers)]
    readers = [spawn(take(lease), name="fanout") for lease in leases]
    for reader_task in readers:
        assert await reader_task == _BATCHES * _EVENTS
    spent = time.process_time() - began
    await distributor.close()
    return spent


def _registered() -> tuple[c.Command, Reply]:
    rows = tuple([ItemRow(True, i, f"t{i}") for i in range(1, _EVENTS)])
    return c.SubscribeBulk(0, tuple(row.tag for row in rows)), Reply(payload=ItemRows(rows))


def run() -> list[Figure]:
    frames = _frames()
    spent: dict[int, list[float]] = {}
    for _ in range(_ROUNDS):  # in turns: the machine is not the same all the time
        for n in (1, 2, 4, 8):
            spent.setdefault(n, []).append(asyncio.run(_seconds(n, frames)))
    best = {n: min(seconds) for n, seconds in spent.items()}
    events = _BATCHES * _EVENTS
    figures = [told(f"{n} subscribers, events a second of processor time", events / best[n]) for n in best]
    for n in (2, 4, 8):
        further = (best[n] - best[1]) / (n - 1) / best[1]
        figures.append(at_most(f"each further one of {n} / the first", max(0.0, further), 0.10, digits=3))
    return figures
