"""A command through session, pipe and worker and back, against a bare echo over the same kind of pipe."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

import psutil

from app.sessions import calls
from app.wire import pipes
from bench.engine import Counter, loaded
from bench.report import Figure, at_most, percentile, told

_ROUNDS = 20
_COUNT = 150  # calls in a round
_NAMES = {
    "echo": "bare echo",
    "ping": "command",
    "driver": "command that the driver serves (properties of a tag)",
}
_MESSAGE = b"x" * 60  # as long as a command
_ECHO = """
import asyncio, sys
from app.wire import pipes
class Echo(pipes.PipeProtocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(bytes(data))
    def connection_lost(self, exc): done.set_result(None)
async def main():
    global done
    done = asyncio.get_running_loop().create_future()
    await pipes.connect(sys.argv[1], Echo)
    await done
asyncio.run(main())
"""


class _Caller(pipes.PipeProtocol):
    def __init__(self) -> None:
        super().__init__()
        self.connected = asyncio.get_running_loop().create_future()
        self.answer: asyncio.Future[bytes] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.connected.set_result(None)

    def data_received(self, data: bytes | memoryview) -> None:
        if self.answer is not None:
            self.answer.set_result(bytes(data))


class _Bare:
    """The echo in a process of its own. Both ends read as the product's do, out of a buffer that stays: with asyncio's
    plain protocol it takes twice as long."""

    async def __aenter__(self) -> _Bare:
        self._caller = _Caller()
        self._listener = await pipes.listen(pipes.pipe_name(), lambda: self._caller)
        self._process = subprocess.Popen([sys.executable, "-c", _ECHO, self._listener.address])  # noqa: ASYNC220 - before measuring
        await self._caller.connected
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._caller.transport is not None
        self._caller.transport.abort()
        self._process.kill()
        self._process.wait()
        self._listener.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def call(self) -> None:
        caller = self._caller
        assert caller.transport is not None
        caller.answer = asyncio.get_running_loop().create_future()
        caller.transport.write(_MESSAGE)
        await caller.answer


async def _timed(call: Callable[[], Awaitable[object]], count: int) -> list[float]:
    spent: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        await call()
        spent.append(time.perf_counter() - began)
    return spent


@contextlib.contextmanager
def _on(core: int | None) -> Iterator[None]:
    """This process, and those it starts meanwhile, on that core; None leaves it to the system."""
    if core is None:
        yield
        return
    process = psutil.Process()
    before = process.cpu_affinity()
    process.cpu_affinity([core])
    try:
        yield
    finally:
        process.cpu_affinity(before)


def _cores() -> list[int]:
    """Those we may choose from; none where the system does not let us."""
    process = psutil.Process()
    return list(process.cpu_affinity() or ()) if hasattr(process, "cpu_affinity") else []


async def _quiet(far_core: int | None) -> dict[str, list[float]]:
    """The medians of each kind of call, round by round: all in the same state of the machine, which a whole run of the
    one and then a whole run of the other are not. Worker and echo run on ``far_core``."""
    medians: dict[str, list[float]] = {}
    async with loaded(1000, 1, Counter(), advised=0) as (_, session), _Bare() as bare:
        if far_core is not None:
            for pid in (session.worker_pid, bare.pid):
                psutil.Process(pid).cpu_affinity([far_core])
        kinds: dict[str, Callable[[], Awaitable[object]]] = {
            "echo": bare.call,
            "ping": lambda: calls.ping(session, "x"),
            "driver": lambda: calls.properties(session, "load.1"),
        }
        for _ in range(_ROUNDS):
            for name, call in kinds.items():
                medians.setdefault(name, []).append(percentile(await _timed(call, _COUNT), 0.5))
    return medians


async def _busy(events_s: float) -> list[float]:
    async with loaded(1000, events_s, Counter()) as (_, session):
        await asyncio.sleep(1.0)
        return await _timed(lambda: calls.ping(session, "x"), _ROUNDS * _COUNT)


def _ratio(medians: dict[str, list[float]]) -> float:
    return statistics.median([ping / echo for ping, echo in zip(medians["ping"], medians["echo"], strict=True)])


def run() -> list[Figure]:
    """Gateway and worker have a core each, as on any machine that has two. Left alone the system puts a pair of
    processes that wake each other on one core or on two as it likes, and pairs in different places are not to be
    compared. On one core the echo, which is next to nothing, gains far more than a command: told, not judged."""
    cores = _cores()
    near = cores[0] if cores else None
    with _on(near):
        apart = asyncio.run(_quiet(cores[1] if len(cores) > 1 else None))
        together = asyncio.run(_quiet(None))
    busy = asyncio.run(_busy(100_000))

    def p50(name: str, medians: dict[str, list[float]], where: str) -> Figure:
        return told(f"{_NAMES[name]}, {where}, p50", f"{statistics.median(medians[name]) * 1e6:,.0f} µs")

    return [
        *[p50(name, apart, "a core each") for name in _NAMES],
        at_most("command / bare, a core each, p50", _ratio(apart), 3.0),
        *[p50(name, together, "one core") for name in _NAMES],
        told("command / bare, one core, p50", f"{_ratio(together):.2f}"),
        told("command while 100,000 events/s flow, p50", f"{percentile(busy, 0.5) * 1e6:,.0f} µs"),
        at_most("command while 100,000 events/s flow, p99", percentile(busy, 0.99) * 1000, 20, " ms", 1),
    ]
