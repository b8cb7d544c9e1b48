"""A command through session, pipe and worker and back, against a bare echo over the same kind of pipe."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

from app.sessions import calls
from app.wire import pipes
from bench.engine import Counter, loaded
from bench.report import Figure, at_most, percentile, told

_COUNT = 3000
_ECHO = """
import asyncio, sys
from app.wire import pipes
class Echo(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(data)
    def connection_lost(self, exc): done.set_result(None)
async def main():
    global done
    done = asyncio.get_running_loop().create_future()
    await pipes.connect(sys.argv[1], Echo)
    await done
asyncio.run(main())
"""


class _Caller(asyncio.Protocol):
    def __init__(self) -> None:
        self.connected = asyncio.get_running_loop().create_future()
        self.answer: asyncio.Future[bytes] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.connected.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self.answer is not None:
            self.answer.set_result(data)


async def _bare() -> list[float]:
    caller = _Caller()
    listener = await pipes.listen(pipes.pipe_name(), lambda: caller)
    process = subprocess.Popen([sys.executable, "-c", _ECHO, listener.address])  # noqa: ASYNC220 - before measuring
    await caller.connected
    assert caller.transport is not None
    message = b"x" * 60
    spent: list[float] = []
    for _ in range(_COUNT):
        began = time.perf_counter()
        caller.answer = asyncio.get_running_loop().create_future()
        caller.transport.write(message)
        await caller.answer
        spent.append(time.perf_counter() - began)
    caller.transport.abort()
    process.kill()
    process.wait()
    listener.close()
    return spent


async def _pings(rate: float) -> list[float]:
    async with loaded(1000, rate or 1, Counter(), advised=1000 if rate else 0) as (_, session):
        await asyncio.sleep(1.0)
        spent: list[float] = []
        for _ in range(_COUNT):
            began = time.perf_counter()
            await calls.ping(session, "x")
            spent.append(time.perf_counter() - began)
        return spent


def run() -> list[Figure]:
    bare = asyncio.run(_bare())
    quiet = asyncio.run(_pings(0))
    busy = asyncio.run(_pings(100_000))
    return [
        told("bare echo, p50", f"{percentile(bare, 0.5) * 1e6:,.0f} µs"),
        told("command, p50", f"{percentile(quiet, 0.5) * 1e6:,.0f} µs"),
        at_most("command / bare, p50", percentile(quiet, 0.5) / percentile(bare, 0.5), 3.0),
        told("command while 100,000 events/s flow, p50", f"{percentile(busy, 0.5) * 1e6:,.0f} µs"),
        at_most("command while 100,000 events/s flow, p99", percentile(busy, 0.99) * 1000, 20, " ms", 1),
    ]
