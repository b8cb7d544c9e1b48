"""The engine under load, as the benchmarks use it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.batch import EventBatch
from app.config import Settings
from app.events.notices import Notice
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.sessions.session import Session

_CHUNK = 5000


class Counter:
    """A broadcaster that only counts."""

    def __init__(self) -> None:
        self.events = 0
        self.notices: list[str] = []

    def publish(self, session_id: str, batch: EventBatch) -> None:
        self.events += len(batch)

    def notice(self, session_id: str, notice: Notice) -> None:
        self.notices.append(notice.message)


@asynccontextmanager
async def loaded(
    tags: int, rate: float, counter: Counter | None = None, advised: int | None = None
) -> AsyncIterator[tuple[Runtime, Session]]:
    """A session with so many load tags subscribed, at so many events a second in all (0 = as fast as it can)."""
    async with Runtime(Settings(), broadcaster=counter) as runtime:
        request = OpenRequest("sim", {"load_tags": tags, "load_rate": float(rate)}, keep_alive=True)
        session = await runtime.manager.open(request)
        await subscribe(session, tags if advised is None else advised)
        yield runtime, session


async def subscribe(session: Session, tags: int) -> int:
    handle = await calls.register(session, "bench")
    for start in range(0, tags, _CHUNK):
        names = [f"load.{i}" for i in range(start, min(start + _CHUNK, tags))]
        rows = await calls.subscribe(session, handle, names)
        assert all(row.success for row in rows)
    return handle


async def rate(tags: int, warm_s: float, measure_s: float) -> float:
    """Events a second that reach the mirror."""
    counter = Counter()
    async with loaded(tags, 0, counter):
        await asyncio.sleep(warm_s)
        began, before = time.perf_counter(), counter.events
        await asyncio.sleep(measure_s)
        return (counter.events - before) / (time.perf_counter() - began)
