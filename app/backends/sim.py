"""The simulated plant as a source, with the rules of MXAccess and with faults on demand."""

from __future__ import annotations

import asyncio
import math
import os
import time
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.backends.sim_plant import Plant, PlantTag
from app.backends.sim_reference import INDEX_OUT_OF_RANGE, Reference, resolve
from app.backends.tree import Tree, page_of
from app.commands import BrowseNode, BrowsePage, Property, TagProperties
from app.errors import GatewayError
from app.tasks import Clock, SystemClock, Timer, join, spawn
from app.values import (
    NO_TIME,
    QUALITY_COMMUNICATION_FAILURE,
    QUALITY_CONFIGURATION_ERROR,
    SECURED_WRITE_NEEDED,
    STATUS_OK,
    STATUS_PENDING,
    VERIFIED_WRITE_NEEDED,
    DataType,
    Duration,
    EventKind,
    Fault,
    SecurityClass,
    Status,
    Timestamp,
    Value,
    failed,
)

_INVALID_ARGUMENT = -2147024809  # E_INVALIDARG
_NOT_RESOLVED = Outcome("value does not fall within the expected range", _INVALID_ARGUMENT)
_SUSPEND_S = 0.23
_LOAD = "load."
_LOAD_CHUNK = 1024
_LOAD_TICK_S = 0.02
_CATCH_UP_S = 1.0  # after a stall, load that is owed for longer is skipped
_BUFFER_LIMIT = 10_000  # samples of one buffered item between two reports
_BUFFER_OVERFLOW = Status(category=2, detected_by=1, detail=20)

#: Name -> (password, user id). A training plant: these are documented, not secret.
_USERS = {"operator": ("operator", 11), "supervisor": ("supervisor", 12)}

_FAULTS: dict[str, tuple[Value, str]] = {
    "Sim.Fault.Disconnect": (0.0, "Write a number of seconds: the source is lost for so long"),
    "Sim.Fault.SlowWrites": (0.0, "Write a number of seconds: completions take so much longer"),
    "Sim.Fault.NoAnswer": (False, "Write true: writes are accepted and never completed"),
    "Sim.Fault.Silence": (0.0, "Write a number of seconds: the worker hangs for so long"),
    "Sim.Fault.Crash": (False, "Write true: the worker process ends at once"),
    "Sim.Fault.Fail": (False, "Write true: the backend reports that it cannot go on"),
    "Sim.Fault.Garbage": (False, "Write true: odd values on every tag for one step"),
}


@dataclass(frozen=True, slots=True)
class SimOptions:
    """Options of the source; times in ms, rates in events a second in all."""

    seed: int = 1
    step_ms: float = 200.0
    first_data_ms: float = 80.0
    cold_first_data_ms: float = 0.0  # until so long after the first advise, no data come
    write_delay_ms: float = 50.0
    load_tags: int = 1000
    load_rate: float = 1000.0  # 0 = as fast as the worker's pipe takes them
    start_delay_ms: float = 0.0
    fail_start: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> SimOptions:
        """ValueError names an option that is not known, or has a wrong value."""
        known: dict[str, Any] = {name: getattr(cls(), name) for name in cls.__slots__}
        for name, value in options.items():
            if name not in known:
                raise ValueError(f"option {name} is not known to sim; known are {', '.join(known)}")
            wanted = cast("type[Any]", type(known[name]))
            if wanted is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)  # noqa: PLW2901
            if type(value) is not wanted:
                raise ValueError(f"option {name} is {value!r}, but must be of type {wanted.__name__}")
            if wanted in (int, float) and not (0 <= value < 1e9):
                raise ValueError(f"option {name} is {value!r}, but must be 0 or more")
        chosen = cls(**dict(options))
        if chosen.step_ms < 10:
            raise ValueError(f"option step_ms is {chosen.step_ms:g}, but must be 10 or more")
        return chosen


@dataclass(frozen=True, slots=True)
class SimStatistics:
    """Totals since the start: load events skipped after a stall, buffered samples that gave way to newer ones."""

    load_skipped: int
    buffered_dropped: int


@dataclass(slots=True)
class _Item:
    driver_item: DriverItem
    reference: Reference | Status
    advised: bool = False
    supervisory: bool = False
    suspended: bool = False
    has_data: bool = False
    reported: Value = None
    reported_quality: int = -1
    samples: deque[tuple[Value, int, int]] = field(default_factory=lambda: deque(maxlen=_BUFFER_LIMIT))
    lost_samples: int = 0  # since the last report

    @property
    def key(self) -> int:
        return self.driver_item.key


class SimDriver(Driver):
    """One plant, stepped while the session runs. Load tags (``load.0`` …) are apart from it: columns at a set rate."""

    unsupported = frozenset({"HistoryRead"})  # the recorder keeps its past

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._options = SimOptions()
        self._plant = Plant()
        self._tree = Tree()
        self._items: dict[int, _Item] = {}
        self._advised: dict[int, _Item] = {}
        self._load_items: set[int] = set()
        self._load = _Load()
        self._buffered_dropped = 0
        self._warm_at_s: float | None = None
        self._users: dict[int, set[int]] = {}  # server handle -> who logged in on it
        self._intervals: dict[int, float] = {}  # server handle -> seconds between buffered reports
        self._buffer_due: dict[int, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: set[Timer] = set()
        self._connected = True
        self._sink: Sink | None = None

    @property
    def _out(self) -> Sink:
        assert self._sink is not None
        return self._sink

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        self._options = chosen = SimOptions.of(options)
        if chosen.start_delay_ms:
            await self._clock.sleep(chosen.start_delay_ms / 1000)
        if chosen.fail_start:
            raise GatewayError("SourceUnreachable", chosen.fail_start)
        self._sink = sink
        self._plant = Plant(chosen.seed)
        self._add_faults()
        self._plant.step(chosen.step_ms / 1000, self._clock.utc_ns())
        self._grow_tree()
        self._tasks = [spawn(self._run_plant(), name="sim plant"), spawn(self._run_load(), name="sim load")]
        return f"Simulated plant, {len(self._plant.tags)} tags, {chosen.load_tags} load tags"

    async def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        await join(*self._tasks)

    async def unregister(self, server_handle: int) -> None:
        for known in (self._users, self._intervals, self._buffer_due):
            known.pop(server_handle, None)

    def statistics(self) -> SimStatistics:
        return SimStatistics(self._load.skipped, self._buffered_dropped)

    def _later(self, delay_s: float, act: Callable[[], object]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            act()

        timer = self._clock.call_later(delay_s, run)
        self._timers.add(timer)

    # ---- name space

    def _add_faults(self) -> None:
        for name, (value, text) in _FAULTS.items():
            kind = DataType.BOOLEAN if isinstance(value, bool) else DataType.DOUBLE
            unit = "" if isinstance(value, bool) else "s"
            self._plant.tags[name] = PlantTag(
                name, "Sim", kind, value, text, unit, decimals=1, low=0, high=3600, security=SecurityClass.FREE_ACCESS
            )

    def _grow_tree(self) -> None:
        areas = dict.fromkeys(tag.area for tag in self._plant.tags.values())
        for area in areas:
            self._tree.add("", BrowseNode(f"area:{area}", area, has_children=True))
        if self._options.load_tags:
            count = f"{self._options.load_tags:,} tags for load tests"
            self._tree.add("", BrowseNode("area:Load", "Load", has_children=True, description=count))
        seen: set[str] = set()
        for tag in self._plant.tags.values():
            if tag.object_name not in seen:
                seen.add(tag.object_name)
                self._tree.add(
                    f"area:{tag.area}", BrowseNode(f"object:{tag.object_name}", tag.object_name, has_children=True)
                )
            self._tree.add(f"object:{tag.object_name}", _node(tag))

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        if node == "area:Load":
            return page_of(_LoadNodes(self._options.load_tags), page_token, limit)
        return self._tree.page(node, page_token, limit)

    async def properties(self, tag: str) -> TagProperties:
        if self._load_number(tag) is not None:
            return TagProperties((Property("data_type", "Double"), Property("description", "A load tag")))
        reference = resolve(self._plant.tags, tag, "")
        if isinstance(reference, Status):
            raise ValueError(f"{tag} is not a tag of this source: {reference.words}")  # noqa: TRY004 - no type is wrong
        return TagProperties(tuple(Property(name, value) for name, value in _properties(reference)))

    def _load_number(self, tag: str) -> int | None:
        number = tag[len(_LOAD) :]
        if not (tag.startswith(_LOAD) and number.isdecimal()):
            return None
        return int(number) if int(number) < self._options.load_tags else None

    # ---- items

    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        for item in items:
            number = self._load_number(item.tag)
            if number is None:
                # A wrong reference is accepted, and told with the first data: as the real thing does.
                self._items[item.key] = _Item(item, resolve(self._plant.tags, item.tag, item.context))
            else:
                self._load_items.add(item.key)
        return [ACCEPTED] * len(items)

    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        for key in keys:
            self._items.pop(key, None)
            self._advised.pop(key, None)
            self._load_items.discard(key)
            self._load.discard(key)
        return [ACCEPTED] * len(keys)

    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        fresh: list[int] = []
        for key in keys:
            if key in self._load_items:
                self._load.add(key)
                continue
            item = self._items[key]
            item.supervisory = supervisory
            if not item.advised:
                item.advised = True
                item.has_data = False
                fresh.append(key)
        if fresh:
            self._later(self._first_data_s(), lambda: self._first_data(fresh))
        return [ACCEPTED] * len(keys)

    def _first_data_s(self) -> float:
        now = self._clock.monotonic()
        if self._warm_at_s is None:
            self._warm_at_s = now + self._options.cold_first_data_ms / 1000
        return max(self._options.first_data_ms / 1000, self._warm_at_s - now)

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        for key in keys:
            if key in self._load_items:
                self._load.discard(key)
            elif (item := self._items.get(key)) is not None:
                item.advised = item.suspended = item.has_data = False
                item.samples.clear()
                self._advised.pop(key, None)
        return [ACCEPTED] * len(keys)

    def _first_data(self, keys: Sequence[int]) -> None:
        for key in keys:
            item = self._items.get(key)
            if item is None or not item.advised or item.has_data:
                continue
            item.has_data = True
            self._advised[key] = item
            self._report(item)

    def _report(self, item: _Item) -> None:
        reference = item.reference
        if isinstance(reference, Status):
            self._out.data(item.key, None, QUALITY_CONFIGURATION_ERROR, NO_TIME, statuses=(reference,))
            return
        tag = reference.tag
        quality = tag.quality if self._connected else QUALITY_COMMUNICATION_FAILURE
        item.reported, item.reported_quality = reference.read(), quality
        if reference.missing:
            self._out.data(item.key, None, QUALITY_CONFIGURATION_ERROR, NO_TIME, statuses=(INDEX_OUT_OF_RANGE,))
            return
        now = tag.changed_ns or self._clock.utc_ns()
        if item.driver_item.buffered:
            if len(item.samples) == _BUFFER_LIMIT:  # the oldest gives way
                item.lost_samples += 1
                self._buffered_dropped += 1
            item.samples.append((item.reported, quality, now))
        else:
            self._out.data(item.key, item.reported, quality, now, data_type=reference.data_type)

    # ---- the plant

    async def _run_plant(self) -> None:
        step_s = self._options.step_ms / 1000
        while True:
            await self._clock.sleep(step_s)
            if self._connected:
                self._plant.step(step_s, self._clock.utc_ns())
                self._report_changes()
            self._report_buffers()

    def _report_changes(self) -> None:
        now = self._clock.utc_ns()
        garbage = bool(self._plant.tags["Sim.Fault.Garbage"].value)
        for item in list(self._advised.values()):
            if item.suspended or isinstance(item.reference, Status):
                continue
            if garbage:
                for odd in _GARBAGE:
                    self._out.data(item.key, odd, 192, now)
            elif self._changed(item, item.reference):
                item.reference.tag.changed_ns = now
                self._report(item)
        if garbage:
            self._plant.tags["Sim.Fault.Garbage"].value = False

    def _changed(self, item: _Item, reference: Reference) -> bool:
        new, old = reference.read(), item.reported
        if reference.tag.quality != item.reported_quality:
            return True
        if isinstance(new, float) and isinstance(old, float):
            return abs(new - old) > reference.tag.deadband or math.isnan(new) != math.isnan(old)
        return new != old

    def _report_buffers(self) -> None:
        now = self._clock.monotonic()
        for item in self._advised.values():
            server = item.key >> 32
            if not item.samples or now < self._buffer_due.get(server, 0.0):
                continue
            self._report_buffer(item)
        for server, interval_s in self._intervals.items():
            if now >= self._buffer_due.get(server, 0.0):
                self._buffer_due[server] = now + interval_s

    def _report_buffer(self, item: _Item) -> None:
        """The first sample after lost ones carries a warning."""
        statuses = (_BUFFER_OVERFLOW,) if item.lost_samples else ()
        for value, quality, source_time in item.samples:
            self._out.data(
                item.key, value, quality, source_time, kind=EventKind.BUFFERED_DATA_CHANGE, statuses=statuses
            )
            statuses = ()
        item.samples.clear()
        item.lost_samples = 0

    async def set_buffered_interval(self, server_handle: int, interval_ms: int) -> Outcome:
        self._intervals[server_handle] = math.ceil(max(interval_ms, 1) / 100) / 10
        return ACCEPTED

    async def suspend(self, key: int) -> Outcome:
        item = self._items.get(key)
        if item is None or not item.advised:
            return Outcome("the item is not advised", _INVALID_ARGUMENT)
        item.suspended = True
        self._later(_SUSPEND_S, lambda: self._out.operation_complete(key, (STATUS_OK,)))
        return Outcome(statuses=(STATUS_PENDING,))

    async def activate(self, key: int) -> Outcome:
        item = self._items.get(key)
        if item is None or not item.suspended:
            return Outcome(statuses=(STATUS_OK,))
        item.suspended = False
        self._later(_SUSPEND_S, lambda: self._out.operation_complete(key, (STATUS_OK,)))
        return Outcome(statuses=(STATUS_PENDING,))

    # ---- writing

    async def authenticate(self, server_handle: int, user: str, password: str) -> Outcome:
        known = _USERS.get(user)
        if known is None or known[0] != password:
            return Outcome("user name or password is wrong", _INVALID_ARGUMENT)
        self._users.setdefault(server_handle, set()).add(known[1])
        return Outcome(handle=known[1])

    async def user_to_id(self, server_handle: int, user_guid: str) -> Outcome:
        """The id alone: who gave no password is not logged in."""
        for _, number in _USERS.values():
            if user_guid == f"{{00000000-0000-0000-0000-0000000000{number}}}":
                return Outcome(handle=number)
        return Outcome(f"no user has the id {user_guid}", _INVALID_ARGUMENT)

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        return [self._begin_write(write) for write in writes]

    def _begin_write(self, write: DriverWrite) -> Outcome:
        item = self._items.get(write.key)
        if item is None:
            return Outcome("load tags cannot be written", _INVALID_ARGUMENT)
        if not item.advised or not item.has_data:
            return _NOT_RESOLVED  # the type is known with the first data, and not before
        delay_s = self._options.write_delay_ms / 1000 + float(self._plant.tags["Sim.Fault.SlowWrites"].value)  # type: ignore[arg-type]
        if not self._plant.tags["Sim.Fault.NoAnswer"].value or item.driver_item.tag == "Sim.Fault.NoAnswer":
            self._later(delay_s, lambda: self._complete(write))
        return ACCEPTED

    def _complete(self, write: DriverWrite) -> None:
        item = self._items.get(write.key)
        if item is None:
            return
        if isinstance(item.reference, Status):
            self._out.write_complete(write.key, (item.reference,))
            return
        status, value = self._judged(write, item, item.reference)
        self._out.write_complete(write.key, (status,))
        if status.ok:
            self._apply(item.reference, value, write.time_ns)

    def _judged(self, write: DriverWrite, item: _Item, reference: Reference) -> tuple[Status, Value]:
        if not self._connected:
            return failed(2, category=3), None
        if reference.fixed is not None or reference.tag.security is SecurityClass.VIEW_ONLY:
            return failed(1007), None
        if reference.missing:
            return INDEX_OUT_OF_RANGE, None
        if (denied := self._denied(write, item, reference.tag)) is not None:
            return denied, None
        return _converted(reference, write.value)

    def _denied(self, write: DriverWrite, item: _Item, tag: PlantTag) -> Status | None:
        if item.supervisory:
            return None
        users = self._users.get(write.key >> 32, set())
        if tag.security is SecurityClass.SECURED_WRITE:
            if not write.secured:
                return failed(SECURED_WRITE_NEEDED, category=6)
            return None if write.user_id in users else failed(1016, category=6)
        if tag.security is SecurityClass.VERIFIED_WRITE:
            if not write.secured:
                return failed(VERIFIED_WRITE_NEEDED, category=6)
            if write.user_id not in users:
                return failed(1016, category=6)
            second = write.verifier_id in users and write.verifier_id != write.user_id
            return None if second else failed(1017, category=6)
        return None

    def _apply(self, reference: Reference, value: Value, time_ns: int | None) -> None:
        tag = reference.tag
        tag.value = reference.merged(value)
        tag.changed_ns = self._clock.utc_ns() if time_ns is None else time_ns
        for item in list(self._advised.values()):
            if not isinstance(item.reference, Status) and item.reference.tag is tag and not item.suspended:
                self._report(item)
        if tag.name.startswith("Sim.Fault."):
            self._fault(tag)

    # ---- faults on demand

    def _fault(self, tag: PlantTag) -> None:
        match tag.name.rpartition(".")[2]:
            case "Disconnect" if tag.value:
                self._disconnect(float(tag.value))  # type: ignore[arg-type]
            case "Silence" if tag.value:
                time.sleep(float(tag.value))  # type: ignore[arg-type]
            case "Crash" if tag.value:
                os._exit(70)
            case "Fail" if tag.value:
                self._out.fail(Fault("SourceFailed", "the simulated source was told to fail"))
            case _:
                pass

    def _disconnect(self, seconds: float) -> None:
        self._connected = False
        now = self._clock.utc_ns()
        for item in self._advised.values():
            if isinstance(item.reference, Status) or item.suspended:
                continue
            item.reported_quality = QUALITY_COMMUNICATION_FAILURE
            buffered = item.driver_item.buffered
            self._report_buffer(item)  # what came before the loss is told before it
            kind = EventKind.BUFFERED_DATA_CHANGE if buffered else EventKind.DATA_CHANGE
            self._out.data(item.key, item.reported, QUALITY_COMMUNICATION_FAILURE, now, kind=kind)
        self._out.source_state(
            False, "the simulated source was told to disconnect", next_attempt_ns=now + round(seconds * 1e9)
        )
        self._later(seconds, self._reconnect)

    async def reconnect(self) -> None:
        self._reconnect()

    def _reconnect(self) -> None:
        if self._connected:
            return
        self._connected = True
        self._plant.tags["Sim.Fault.Disconnect"].value = 0.0
        for item in self._advised.values():
            if not item.suspended:
                self._report(item)
        count = len(self._advised) + len(self._load.keys)
        self._out.source_state(True, "", restored=count, items=count)

    # ---- load

    async def _run_load(self) -> None:
        load = self._load
        last = self._clock.monotonic()
        while True:
            if load.keys and self._connected and not self._options.load_rate:
                load.send(self._out, _LOAD_CHUNK, self._clock.utc_ns())
                await self._out.room()
                last = self._clock.monotonic()
                continue
            await self._clock.sleep(_LOAD_TICK_S)
            now = self._clock.monotonic()
            elapsed_s, last = now - last, now
            if not self._connected:
                await self._lose_load()
            elif load.keys and self._options.load_rate:
                load.owe(elapsed_s, self._options.load_rate)
                await self._pay_load()

    async def _pay_load(self) -> None:
        load, turn = self._load, 0
        while load.owed >= 1 and (sent := load.send(self._out, min(int(load.owed), _LOAD_CHUNK), self._clock.utc_ns())):
            load.owed -= sent
            turn += sent
            if turn >= _LOAD_CHUNK:
                turn = 0
                await asyncio.sleep(0)

    async def _lose_load(self) -> None:
        """Each load tag bad once, in turns that let everything else run; then wait for the source."""
        keys = self._load.keys[:]
        for at in range(0, len(keys), _LOAD_CHUNK):
            if self._connected:
                return
            self._load.lose(self._out, keys[at : at + _LOAD_CHUNK], self._clock.utc_ns())
            await asyncio.sleep(0)
        while not self._connected:
            await self._clock.sleep(_LOAD_TICK_S)


class _Load:
    """Prepared columns, cut into chunks: making events costs next to nothing, so that what is measured is the way."""

    def __init__(self) -> None:
        self.keys: array[int] = array("Q")
        self._places: dict[int, int] = {}
        self._wave = array("d", [50 + 50 * math.sin(math.tau * i / _LOAD_CHUNK) for i in range(2 * _LOAD_CHUNK)])
        self._good = array("i", [192]) * _LOAD_CHUNK
        self._bad = array("i", [QUALITY_COMMUNICATION_FAILURE]) * _LOAD_CHUNK
        self._at = self._phase = 0
        self.owed = 0.0
        self.skipped = 0

    def add(self, key: int) -> None:
        if key not in self._places:
            self._places[key] = len(self.keys)
            self.keys.append(key)

    def discard(self, key: int) -> None:
        """The last key takes the place of this one: the cost does not grow with the number of keys."""
        place = self._places.pop(key, None)
        if place is None:
            return
        last = self.keys.pop()
        if last != key:
            self.keys[place] = last
            self._places[last] = place

    def owe(self, elapsed_s: float, rate: float) -> None:
        """``rate`` in events a second. What a stall would have to catch up beyond a second is skipped and counted."""
        owed = self.owed + elapsed_s * rate
        self.owed = min(owed, max(1.0, rate * _CATCH_UP_S))
        self.skipped += int(owed - self.owed)

    def send(self, sink: Sink, count: int, now_ns: int) -> int:
        """At most ``count`` events, in the order of the items; how many they were."""
        if self._at >= len(self.keys):
            self._at = 0
            self._phase = (self._phase + 13) % _LOAD_CHUNK
        keys = self.keys[self._at : self._at + count]
        if keys:
            self._tell(sink, keys, (self._at + self._phase) % _LOAD_CHUNK, self._good, now_ns)
        self._at += len(keys)
        return len(keys)

    def lose(self, sink: Sink, keys: array[int], now_ns: int) -> None:
        self._tell(sink, keys, self._phase, self._bad, now_ns)

    def _tell(self, sink: Sink, keys: array[int], start: int, qualities: array[int], now_ns: int) -> None:
        count = len(keys)
        sink.columns(keys, self._wave[start : start + count], qualities[:count], array("q", [now_ns]) * count)


class _LoadNodes(Sequence[BrowseNode]):
    """The load tags as browse nodes, made when a page asks for them."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        return BrowseNode(f"{_LOAD}{index}", f"{index}", is_tag=True, data_type="Double", description="A load tag")


_GARBAGE: tuple[Value, ...] = (
    math.nan,
    math.inf,
    -math.inf,
    2**64 - 1,
    -(2**63),
    "x" * 100_000,
    "line\nbreak\ttab\x00nul",
    "\u202eright to left",
    (),
    ((1, (2, (3,))), None, "mixed", 1.5),
    b"\xff" * 1000,
    Timestamp(-(2**62)),
    Duration(-1),
    None,
)


def _node(tag: PlantTag) -> BrowseNode:
    address = f"{tag.name}[]" if isinstance(tag.value, tuple) else tag.name
    return BrowseNode(address, tag.attribute, False, True, tag.description, _type_words(tag.data_type), tag.unit)


def _type_words(data_type: DataType) -> str:
    return "".join(part.capitalize() for part in data_type.name.split("_"))


def _properties(reference: Reference) -> list[tuple[str, Value]]:
    tag = reference.tag
    writable = tag.security is not SecurityClass.VIEW_ONLY and reference.fixed is None
    found: list[tuple[str, Value]] = [
        ("data_type", _type_words(reference.data_type)),
        ("description", tag.description),
        ("unit", tag.unit),
        ("low", tag.low),
        ("high", tag.high),
        ("decimals", tag.decimals),
        ("enumeration", tag.enumeration or None),
        ("access", "read and write" if writable else "read only"),
        ("security_class", _type_words_of(tag.security)),
        ("area", tag.area),
        ("elements", len(tag.value) if isinstance(tag.value, tuple) else None),
    ]
    return [(name, value) for name, value in found if value not in (None, "")]


def _type_words_of(security: SecurityClass) -> str:
    return "".join(part.capitalize() for part in security.name.split("_"))


def _converted(reference: Reference, value: Value) -> tuple[Status, Value]:
    """The value as the tag's own type holds it, or why not: 1005 type, 1004 range, 19 not a number, 20 too big."""
    old = reference.read()
    if isinstance(old, tuple):
        return _converted_array(reference.tag, value) if isinstance(value, tuple) else (failed(14), None)
    return _converted_one(reference, old, value)


def _converted_array(tag: PlantTag, value: tuple[Value, ...]) -> tuple[Status, Value]:
    """Element by element; the first that cannot be taken decides."""
    element = Reference(tag, index=1)
    pattern = _ELEMENTS.get(tag.data_type)
    new: list[Value] = []
    for part in value:
        status, converted = _converted_one(element, pattern, part)
        if not status.ok:
            return status, None
        new.append(converted)
    return STATUS_OK, tuple(new)


#: A value of the type that the elements of an array have: an empty array has none to compare with.
_ELEMENTS: dict[DataType, Value] = {DataType.INTEGER: 0, DataType.DOUBLE: 0.0, DataType.STRING: ""}


def _converted_one(reference: Reference, old: Value, value: Value) -> tuple[Status, Value]:
    try:
        new = _as_type(old, value)
    except TypeError:
        return failed(1005), None
    except ValueError:
        return failed(19), None
    if isinstance(new, int) and not -(2**63) <= new < 2**63:
        return failed(20), None  # no integer of the source is wider: it could not be reported
    tag = reference.tag
    stored = reference.merged(new) if reference.bit is not None else new
    if isinstance(stored, int | float) and not isinstance(stored, bool):
        too_low = tag.low is not None and not stored >= tag.low
        too_high = tag.high is not None and not stored <= tag.high
        if too_low or too_high:
            return failed(1004), None
    return STATUS_OK, new


def _as_type(old: Value, value: Value) -> Value:
    match old:
        case bool():
            if isinstance(value, bool) or value in (0, 1):
                return bool(value)
            raise TypeError
        case int():
            if isinstance(value, str):
                return int(value)
            if isinstance(value, float) and not value.is_integer():  # neither is NaN, nor an infinity
                raise TypeError
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise TypeError
            return int(value)
        case float():
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise TypeError
            return float(value)
        case str():
            if not isinstance(value, str):
                raise TypeError
            return value
        case _:
            if type(value) is not type(old):
                raise TypeError
            return value
