"""One end of a pipe, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.wire import pipes


class End(asyncio.Protocol):
    """One end of a pipe, with what happened to it."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.changed = asyncio.Event()
        self.transport: asyncio.Transport | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.changed.set()

    def data_received(self, data: bytes) -> None:
        self.received += data
        self.changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.changed.set()

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def close(self) -> None:
        if self.transport is not None:
            self.transport.close()
            await self.wait_until(lambda: self.lost)


async def listening(end: End, name: str = "") -> pipes.PipeListener:
    """A listener that gives its connection to ``end``."""
    return await pipes.listen(name or pipes.pipe_name(), lambda: end)
