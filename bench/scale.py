"""1,000, 10,000 and 100,000 items in one session; and memory over many events."""

from __future__ import annotations

import asyncio
import time

import psutil

import app.sessions.scatter  # noqa: F401 - comes with the first batch, whatever the number of items
from app.config import Settings
from app.runtime import Runtime
from app.sessions.manager import OpenRequest
from bench.engine import Counter, loaded, subscribe
from bench.report import Figure, at_most, told

_RUNS = {1_000: 3, 10_000: 2, 100_000: 1}
_FLAT_EVENTS = 50_000_000
_FLAT_LIMIT_S = 180.0


async def _size(tags: int) -> tuple[float, float, float]:
    """Seconds to subscribe, bytes an item (gateway and worker), microseconds of this process an event."""
    counter = Counter()
    me = psutil.Process()
    async with Runtime(Settings(), broadcaster=counter) as runtime:
        request = OpenRequest("sim", {"load_tags": tags, "load_rate": 100_000.0}, keep_alive=True)
        session = await runtime.manager.open(request)
        worker = psutil.Process(session.worker_pid)
        memory = me.memory_info().rss + worker.memory_info().rss
        began = time.perf_counter()
        await subscribe(session, tags)
        subscribed_s = time.perf_counter() - began
        await asyncio.sleep(2.0 + tags / 100_000)
        grown = me.memory_info().rss + worker.memory_info().rss - memory
        busy, before = _cpu(me), counter.events
        await asyncio.sleep(3.0)
        cost_us = (_cpu(me) - busy) / max(1, counter.events - before) * 1e6
        return subscribed_s, grown / tags, cost_us


def _best(runs: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Times of a short run are as long as the machine is busy with others; memory that a first run took is not taken
    again."""
    return min(run[0] for run in runs), runs[0][1], min(run[2] for run in runs)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def _flat() -> tuple[int, float]:
    """(events, MiB that the memory of both processes grew while they flowed)."""
    counter = Counter()
    me = psutil.Process()
    async with loaded(10_000, 0, counter) as (_, session):
        worker = psutil.Process(session.worker_pid)
        await asyncio.sleep(5.0)
        start = me.memory_info().rss + worker.memory_info().rss
        before = counter.events
        end = time.perf_counter() + _FLAT_LIMIT_S
        while counter.events - before < _FLAT_EVENTS and time.perf_counter() < end:  # noqa: ASYNC110 - a count
            await asyncio.sleep(0.5)
        grown = me.memory_info().rss + worker.memory_info().rss - start
        return counter.events - before, grown / 1024 / 1024


def run() -> list[Figure]:
    figures: list[Figure] = []
    found = {tags: _best([asyncio.run(_size(tags)) for _ in range(runs)]) for tags, runs in _RUNS.items()}
    for tags, (seconds, memory, cost_us) in found.items():
        figures.append(
            told(f"{tags:,} items: subscribed in", f"{seconds:.2f} s ({seconds / tags * 1e6:.0f} µs an item)")
        )
        figures.append(told(f"{tags:,} items: memory an item, both processes", f"{memory:,.0f} bytes"))
        figures.append(told(f"{tags:,} items: cost of an event in the gateway", f"{cost_us:.2f} µs"))
    for small, large in ((1_000, 10_000), (10_000, 100_000)):
        growth = found[large][0] / found[small][0] / (large / small)
        figures.append(at_most(f"subscribe time, {small:,} to {large:,}, against linear", growth, 1.5))
    figures.append(at_most("memory an item, 10,000 to 100,000 items", found[100_000][1] / found[10_000][1], 1.5))
    figures.append(at_most("cost of an event, 10,000 to 100,000 items", found[100_000][2] / found[10_000][2], 2.0))
    events, grown = asyncio.run(_flat())
    figures.append(told("events of the long run", events))
    figures.append(at_most("memory grown over the long run, both processes", grown, 30, " MiB", 1))
    return figures
