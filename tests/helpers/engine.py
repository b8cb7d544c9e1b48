"""The whole engine for tests: a runtime with real workers, and what its mirror published."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psutil

from app.batch import Event, EventBatch, Sample
from app.config import Settings
from app.events.notices import Notice, NoticeKind
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.session import Session
from app.values import EventKind

WAIT_S = 60.0


async def until(condition: Callable[[], Any], what: str, timeout_s: float = WAIT_S) -> Any:
    """Wait until the condition gives something true, and return it; AssertionError says what did not come."""
    end = asyncio.get_running_loop().time() + timeout_s
    while not (found := condition()):
        assert asyncio.get_running_loop().time() < end, f"{what} did not come within {timeout_s:g} s"
        await asyncio.sleep(0.01)
    return found


def open_handles() -> int:
    """Files, sockets and what else this process holds of the system."""
    process = psutil.Process()
    return process.num_handles() if sys.platform == "win32" else process.num_fds()


async def changes(session: Session, key: int, count: int, timeout_s: float = WAIT_S) -> None:
    """Wait until the item has had so many further values, at different times."""
    for _ in range(count):
        before = session.items.sequence(key)
        await until(lambda before=before: session.items.sequence(key) != before, "another value", timeout_s)


class Recorder:
    """A broadcaster that keeps everything."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, EventBatch]] = []
        self.notices: list[tuple[str, Notice]] = []

    def publish(self, session_id: str, batch: EventBatch) -> None:
        self.batches.append((session_id, batch))

    def notice(self, session_id: str, notice: Notice) -> None:
        self.notices.append((session_id, notice))

    def events(self, kind: EventKind | None = None) -> list[Event]:
        return [event for _, batch in self.batches for event in batch if kind is None or event.kind is kind]

    def kinds(self) -> list[NoticeKind]:
        return [notice.kind for _, notice in self.notices]

    def told(self, kind: NoticeKind) -> list[Notice]:
        return [notice for _, notice in self.notices if notice.kind is kind]

    def completion(self, key: int, after: int = 0) -> Event | None:
        """The first write completion of the item with a sequence above ``after``."""
        found = (e for e in self.events(EventKind.WRITE_COMPLETE) if e.key == key and e.sequence > after)
        return next(found, None)


QUICK = {"heartbeat_s": 0.2, "heartbeat_grace_s": 10.0, "worker_shutdown_s": 5.0, "detach_grace_s": 0.0}


@asynccontextmanager
async def engine(**settings: Any) -> AsyncIterator[tuple[Runtime, Recorder]]:
    """A running engine with short heartbeats; everything is closed at the end."""
    recorder = Recorder()
    runtime = Runtime(Settings(**{**QUICK, **settings}), broadcaster=recorder)
    await runtime.start()
    try:
        yield runtime, recorder
    finally:
        await runtime.stop()


async def subscribed(session: Session, *tags: str, client: str = "test") -> dict[str, int]:
    """Register and subscribe; tag -> item key."""
    handle = await calls.register(session, client)
    rows = await calls.subscribe(session, handle, tags)
    assert all(row.success for row in rows), rows
    return {row.tag: handle << 32 | row.item_handle for row in rows}


async def sample(session: Session, key: int) -> Sample:
    """The item's value, waiting for the first."""
    return await until(lambda: session.items.sample(key), f"a value of {session.items.tag(key)}")
