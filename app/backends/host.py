"""This computer as a source: processors, memory, disks, network, processes, by psutil."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.backends.tree import Tree
from app.commands import BrowseNode, BrowsePage, Property, TagProperties
from app.tasks import Clock, SystemClock, join, spawn
from app.values import (
    NO_TIME,
    QUALITY_BAD,
    QUALITY_CONFIGURATION_ERROR,
    QUALITY_GOOD,
    Duration,
    Timestamp,
    Value,
    failed,
)

_INVALID_REFERENCE = failed(6, category=4)
_READ_ONLY = Outcome("this computer's figures are read only")
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class HostTag:
    """One figure. ``read`` runs in a thread and may raise where the thing has gone."""

    name: str
    group: str
    description: str
    data_type: str
    read: Callable[[], Value]
    unit: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int | None = None


class Rates:
    """Counters to rates: the change since the last look, by the second."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}

    def rate(self, name: str, counter: float) -> float:
        """0 at the first look, and where a counter started anew."""
        now = time.monotonic()
        then, before = self._last.get(name, (now, counter))
        self._last[name] = now, counter
        return max(0.0, (counter - before) / (now - then)) if now > then else 0.0


def find_tags() -> list[HostTag]:
    """What this computer has now: interfaces and disks that come later are not found before the next start."""
    rates = Rates()
    return [
        *_processor(),
        *_memory(),
        *_disks(rates),
        *_network(rates),
        *_system(),
    ]


def _processor() -> Iterator[HostTag]:
    def real(
        name: str, text: str, read: Callable[[], Value], unit: str, high: float | None, decimals: int = 1
    ) -> HostTag:
        return HostTag(f"CPU.{name}", "CPU", text, "Double", read, unit, 0, high, decimals)

    yield real("Total", "All processors", psutil.cpu_percent, "%", 100)
    for core in range(psutil.cpu_count() or 1):
        yield real(f"Core{core}", f"Processor {core}", _core_reader(core), "%", 100)
    if hasattr(os, "getloadavg"):
        yield real("Load1", "Load over one minute", lambda: os.getloadavg()[0], "", None, 2)
        yield real("Load5", "Load over five minutes", lambda: os.getloadavg()[1], "", None, 2)
    with contextlib.suppress(Exception):
        psutil.cpu_freq().current  # raises where a machine does not tell  # noqa: B018
        yield real("Frequency", "Clock of the processors", lambda: psutil.cpu_freq().current, "MHz", None, 0)
    yield HostTag("CPU.Count", "CPU", "Logical processors", "Integer", psutil.cpu_count)


def _core_reader(core: int) -> Callable[[], Value]:
    return lambda: psutil.cpu_percent(percpu=True)[core]


def _memory() -> Iterator[HostTag]:
    def whole(name: str, text: str, read: Callable[[], Value]) -> HostTag:
        return HostTag(f"Memory.{name}", "Memory", text, "Integer", read, "MiB", 0)

    yield HostTag(
        "Memory.Used", "Memory", "Memory in use", "Double", lambda: psutil.virtual_memory().percent, "%", 0, 100, 1
    )
    yield whole("UsedMiB", "Memory in use", lambda: psutil.virtual_memory().used // _MIB)
    yield whole("Available", "Memory that programs can have", lambda: psutil.virtual_memory().available // _MIB)
    yield whole("Total", "Memory built in", lambda: psutil.virtual_memory().total // _MIB)
    yield HostTag("Swap.Used", "Memory", "Swap in use", "Double", lambda: psutil.swap_memory().percent, "%", 0, 100, 1)


def _disks(rates: Rates) -> Iterator[HostTag]:
    for number, partition in enumerate(psutil.disk_partitions()):
        yield HostTag(
            f"Disk{number}.Used",
            "Disks",
            f"Space in use on {partition.mountpoint}",
            "Double",
            _disk_reader(partition.mountpoint),
            "%",
            0,
            100,
            1,
        )
    for name, text in (("read_bytes", "Read"), ("write_bytes", "Written")):
        yield HostTag(
            f"Disks.{text}", "Disks", f"{text}, all disks", "Double", _disk_rate(rates, name), "MiB/s", 0, None, 2
        )


def _disk_reader(mountpoint: str) -> Callable[[], Value]:
    return lambda: psutil.disk_usage(mountpoint).percent


def _disk_rate(rates: Rates, counter: str) -> Callable[[], Value]:
    def read() -> Value:
        counters = psutil.disk_io_counters()
        return None if counters is None else rates.rate(counter, getattr(counters, counter)) / _MIB

    return read


def _network(rates: Rates) -> Iterator[HostTag]:
    for interface in psutil.net_io_counters(pernic=True):
        for counter, name, text in (
            ("bytes_recv", "Received", "Received by"),
            ("bytes_sent", "Sent", "Sent by"),
        ):
            yield HostTag(
                f"Network.{interface}.{name}",
                "Network",
                f"{text} {interface}",
                "Double",
                _network_rate(rates, interface, counter),
                "kB/s",
                0,
                None,
                1,
            )


def _network_rate(rates: Rates, interface: str, counter: str) -> Callable[[], Value]:
    def read() -> Value:
        now = psutil.net_io_counters(pernic=True)[interface]  # KeyError: it was unplugged
        return rates.rate(f"{interface} {counter}", getattr(now, counter)) / 1000

    return read


def _system() -> Iterator[HostTag]:
    def tag(name: str, text: str, data_type: str, read: Callable[[], Value], unit: str = "") -> HostTag:
        return HostTag(f"System.{name}", "System", text, data_type, read, unit)

    yield tag("Processes", "Running processes", "Integer", lambda: len(psutil.pids()))
    yield tag("BootTime", "When it was started", "Time", lambda: Timestamp(int(psutil.boot_time() * 1e9)))
    yield tag("UpTime", "Since it was started", "ElapsedTime", _up_time)
    yield tag("Time", "This computer's clock", "Time", lambda: Timestamp(time.time_ns()))
    yield tag("HostName", "Its name", "String", socket.gethostname)
    yield tag("Platform", "Its operating system", "String", platform.platform)


def _up_time() -> Value:
    return Duration(int(time.time() - psutil.boot_time()) * 1_000_000_000)


class HostDriver(Driver):
    """Polls while anything is advised, and reports what has changed. Reading is done in a thread."""

    unsupported = frozenset({"HistoryRead"})  # the recorder keeps its past

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._interval_s = 1.0
        self._tags: dict[str, HostTag] = {}
        self._tree = Tree()
        self._items: dict[int, str] = {}
        self._advised: dict[int, tuple[Value, int] | None] = {}  # what was reported last
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._sink: Sink | None = None

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        for name in options:
            if name != "interval_s":
                raise ValueError(f"option {name} is not known to host; known is interval_s")
        interval_s = options.get("interval_s", 1.0)
        if isinstance(interval_s, bool) or not isinstance(interval_s, int | float) or not 0.1 <= interval_s <= 3600:
            raise ValueError(f"option interval_s is {interval_s!r}, but must be 0.1 to 3600")
        self._interval_s = float(interval_s)
        self._sink = sink
        self._tags = {tag.name: tag for tag in await asyncio.to_thread(find_tags)}
        self._grow_tree()
        self._task = spawn(self._poll(), name="host poll")
        return f"{socket.gethostname()}, {platform.system()} {platform.release()}"

    async def stop(self) -> None:
        await join(self._task)

    def _grow_tree(self) -> None:
        for group in dict.fromkeys(tag.group for tag in self._tags.values()):
            self._tree.add("", BrowseNode(f"group:{group}", group, has_children=True))
        for tag in self._tags.values():
            name = tag.name.partition(".")[2] if tag.name.startswith(f"{tag.group}.") else tag.name
            node = BrowseNode(tag.name, name, False, True, tag.description, tag.data_type, tag.unit)
            self._tree.add(f"group:{tag.group}", node)

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        return self._tree.page(node, page_token, limit)

    async def properties(self, tag: str) -> TagProperties:
        found = self._tags.get(tag)
        if found is None:
            raise ValueError(f"{tag} is not a tag of this computer")
        pairs: list[tuple[str, Value]] = [
            ("data_type", found.data_type),
            ("description", found.description),
            ("unit", found.unit or None),
            ("low", found.low),
            ("high", found.high),
            ("decimals", found.decimals),
            ("access", "read only"),
            ("security_class", "ViewOnly"),
        ]
        return TagProperties(tuple(Property(name, value) for name, value in pairs if value is not None))

    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        self._items.update((item.key, item.tag) for item in items)
        return [ACCEPTED] * len(items)

    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        for key in keys:
            self._items.pop(key, None)
            self._advised.pop(key, None)
        return [ACCEPTED] * len(keys)

    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        for key in keys:
            self._advised.setdefault(key, None)
        self._wanted.set()
        return [ACCEPTED] * len(keys)

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        for key in keys:
            self._advised.pop(key, None)
        return [ACCEPTED] * len(keys)

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        return [_READ_ONLY] * len(writes)

    async def _poll(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            due = self._clock.monotonic() + self._interval_s
            await self._report()
            # A new item is read at once; the rest of the interval is waited out, else.
            while self._advised and (rest_s := due - self._clock.monotonic()) > 0 and not self._wanted.is_set():
                await self._clock.sleep(min(rest_s, 0.1))
            if self._advised:
                self._wanted.set()

    async def _report(self) -> None:
        wanted = {name for key in self._advised if (name := self._items.get(key)) in self._tags}
        values = await asyncio.to_thread(_read_all, [self._tags[name] for name in wanted])
        now = self._clock.utc_ns()
        assert self._sink is not None
        for key, last in list(self._advised.items()):
            name = self._items.get(key, "")
            if name not in self._tags:
                if last is None:
                    self._sink.data(key, None, QUALITY_CONFIGURATION_ERROR, NO_TIME, statuses=(_INVALID_REFERENCE,))
                    self._advised[key] = (None, QUALITY_CONFIGURATION_ERROR)
            elif name in values and values[name] != last:
                self._advised[key] = values[name]
                self._sink.data(key, *values[name], now)


def _read_all(tags: Sequence[HostTag]) -> dict[str, tuple[Value, int]]:
    values: dict[str, tuple[Value, int]] = {}
    cores = psutil.cpu_percent(percpu=True) if any(tag.name.startswith("CPU.Core") for tag in tags) else []
    for tag in tags:
        try:
            # The processors are read together: each reading restarts psutil's own measurement of all.
            core = tag.name.removeprefix("CPU.Core")
            value = cores[int(core)] if core.isdecimal() and int(core) < len(cores) else tag.read()
        except Exception:  # it has gone: an interface was unplugged, a disk unmounted
            values[tag.name] = None, QUALITY_BAD
        else:
            values[tag.name] = value, QUALITY_GOOD
    return values
