"""MXAccess as a source: handles, data changes, writes. COM itself is behind :mod:`app.backends.mxaccess.model`."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.backends.mxaccess import variants
from app.backends.mxaccess.dates import Zone
from app.backends.mxaccess.galaxy import Galaxy
from app.backends.mxaccess.health import Health
from app.backends.mxaccess.hresult import E_INVALIDARG, LmxError, add_words, hresult_words, is_gone
from app.backends.mxaccess.items import Item, Items, forget, tried
from app.backends.mxaccess.model import Apartment, Happened, Lmx, LmxEvent
from app.backends.mxaccess.options import MxAccessOptions
from app.backends.mxaccess.tag_list import TagList, read_tags
from app.backends.mxaccess.writing import Writing
from app.commands import BrowsePage, TagProperties
from app.errors import ErrorCode, GatewayError
from app.tasks import Clock, SystemClock, deadline
from app.values import (
    NO_TIME,
    QUALITY_BAD,
    QUALITY_COMMUNICATION_FAILURE,
    QUALITY_CONFIGURATION_ERROR,
    EventKind,
    Fault,
    QualityClass,
    Status,
    quality_class,
)

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
ApartmentOf = Callable[[Zone, Callable[[Sequence[LmxEvent]], None]], Apartment]

WINDOWS_ONLY = (
    "AVEVA MXAccess runs on Windows only: open this source on a Windows computer that has it, or attach to a Tagwatch "
    "that runs on one (File → Open another Tagwatch…)"
)
#: Commands that came with each interface after the first.
_SINCE = {
    2: {"ArchestrAUserToId"},
    3: {"AddItem2"},
    4: {"Write2", "Write2Bulk", "WriteSecured2", "WriteSecured2Bulk", "Suspend", "Activate", "AdviseSupervisory"},
    5: {"AddBufferedItem", "SetBufferedUpdateInterval"},
}
#: Items to a call of MXAccess's thread.
_TOGETHER = 100
_LEAVE_S = 1.0
_COMMUNICATION = 3
#: Details of a status after which a value may come: time-outs, ways that are being found, what is starting or busy.
_STILL_TO_COME = frozenset({1, 2, 5, 11, 12, 25, 26, 1010, 1011})
_NO_LONGER_HERE = Outcome("the item is not there any more")


def _windows(zone: Zone, take: Callable[[Sequence[LmxEvent]], None]) -> Apartment:
    if sys.platform != "win32":
        raise GatewayError(ErrorCode.WORKER_START_FAILED, WINDOWS_ONLY)
    return importlib.import_module("app.backends.mxaccess.apartment").ComApartment(zone, take)


def missing_commands(version: int) -> frozenset[str]:
    """What an installation whose newest interface is ``version`` cannot do."""
    return frozenset(name for since, names in _SINCE.items() if since > version for name in names)


class MxAccessDriver(Driver):
    """Its calls go one by one to MXAccess's own thread. There is no state of a connection in MXAccess: health is told
    by a tag that always changes (option ``probe``); without one, a loss shows in the qualities of items alone."""

    unsupported = frozenset({"HistoryRead", "Browse"})

    def __init__(self, clock: Clock | None = None, apartment: ApartmentOf = _windows) -> None:
        self._clock: Clock = clock or SystemClock()
        self._apartment_of = apartment
        self._apartment: Apartment | None = None
        self._options = MxAccessOptions(Zone())
        self._names: TagList | Galaxy | None = None
        self._servers: dict[int, int] = {}  # the loop's handle -> MXAccess's
        self._clients: dict[int, str] = {}  # the loop's handle -> the name that it is registered by
        self._intervals: dict[int, int] = {}  # the loop's handle -> ms of its buffered items
        self._items = Items()
        self._sink: Sink | None = None
        self._gone = False
        self._writing = Writing(self)
        self._health = Health(self)

    # ---- for its parts

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def options(self) -> MxAccessOptions:
        return self._options

    @property
    def items(self) -> Items:
        return self._items

    @property
    def sink(self) -> Sink:
        assert self._sink is not None
        return self._sink

    async def call(self, work: Callable[[Lmx], _T]) -> _T:
        """On MXAccess's thread. What tells that MXAccess has gone, or a call that does not return, ends the worker: its
        thread cannot be revived, and a new process can."""
        assert self._apartment is not None
        timeout_s = self._options.call_timeout_s
        try:
            async with deadline(self._clock, timeout_s, "a call of MXAccess"):
                return await self._apartment.call(work)
        except TimeoutError as error:
            self._fail(f"MXAccess did not return from a call within {timeout_s:g} s: the worker has to start anew")
            raise GatewayError(ErrorCode.WORKER_UNRESPONSIVE, "MXAccess did not return from a call") from error

    async def each(self, items: Sequence[Item], work: Callable[[Item, Lmx], object]) -> list[LmxError | None]:
        """``work`` for every item, a hundred to a call: between calls MXAccess's messages are taken, and what others
        want is done."""
        errors: list[LmxError | None] = []
        for start in range(0, len(items), _TOGETHER):
            part = items[start : start + _TOGETHER]
            errors += await self.call(lambda lmx, part=part: [tried(partial(work, item), lmx) for item in part])
        for error in errors:
            if error is not None:
                self.told(error)
        return errors

    async def renew(self, items: Sequence[Item]) -> int:
        return await self._writing.renew(items)

    def told(self, error: LmxError) -> None:
        """An HRESULT after which nothing works any more ends the worker."""
        if is_gone(error.hresult):
            self._fail(f"MXAccess has gone ({error}): the worker has to start anew")

    def _fail(self, words: str) -> None:
        if not self._gone:
            self._gone = True
            self.sink.fail(Fault(ErrorCode.WORKER_UNAVAILABLE, words))

    # ---- life

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        self._options = chosen = MxAccessOptions.of(options)
        self._sink = sink
        if chosen.tags:
            self._names = await asyncio.to_thread(read_tags, chosen.tags)
        elif (access := chosen.access) is not None:
            self._names = Galaxy(access)  # asked when somebody browses: the start does not wait for it
        apartment = self._apartment_of(chosen.zone, self._take)
        async with deadline(self._clock, chosen.call_timeout_s, "the start of MXAccess"):
            version = await apartment.start()
        self._apartment = apartment
        missing = missing_commands(version)
        kept = type(self).unsupported - ({"Browse"} if self._names is not None else set())
        self.unsupported = kept | missing
        await self._health.start()
        words = f"AVEVA MXAccess (LMXProxy, interface {version} of 5)"
        if missing:
            words += f"; this version has no {', '.join(sorted(missing))}"
        return words

    async def stop(self) -> None:
        await self._health.stop()
        await self._writing.stop()
        if isinstance(self._names, Galaxy):
            await self._names.stop()
        if self._apartment is not None:
            await self._take_leave(self._apartment)
            await self._apartment.stop()

    async def _take_leave(self, apartment: Apartment) -> None:
        """MXAccess frees what is registered, if it still answers."""
        servers = list(self._servers.values())
        self._servers.clear()
        if not servers or self._gone:
            return
        try:
            async with deadline(self._clock, _LEAVE_S, "the end of MXAccess"):
                await apartment.call(
                    lambda lmx: [tried(lambda one, server=server: one.unregister(server), lmx) for server in servers]
                )
        except TimeoutError:
            _log.warning("MXAccess does not answer: what is registered there ends with the process")

    async def register(self, server_handle: int, client_name: str) -> Outcome:
        try:
            self._servers[server_handle] = await self.call(lambda lmx: lmx.register(client_name))
        except LmxError as error:
            return self.refused(f"{client_name} cannot be registered: {hresult_words(error.hresult)}", error)
        self._clients[server_handle] = client_name
        return ACCEPTED

    async def unregister(self, server_handle: int) -> None:
        server = self._servers.pop(server_handle, None)
        self._intervals.pop(server_handle, None)
        if server is not None:
            self._writing.left(server)
            await self._best_effort(lambda lmx: lmx.unregister(server))

    async def register_anew(self) -> None:
        """Every client, in place of handles that may be stale. The items are then of the new ones, and have to be made
        there (:func:`app.backends.mxaccess.items.renew`)."""
        for server_handle, old in list(self._servers.items()):
            interval_ms = self._intervals.get(server_handle)
            await self.unregister(server_handle)
            if not (await self.register(server_handle, self._clients[server_handle])).ok:
                self._servers[server_handle] = old  # the next attempt tries again
            elif interval_ms is not None:
                await self.set_buffered_interval(server_handle, interval_ms)
        for item in self._items:
            self._items.unbind(item)
            item.server = self._servers.get(item.key >> 32, item.server)
            item.handle = 0  # of the new server it might be another's
            item.listening = False

    async def server(self, server_handle: int) -> int:
        """MXAccess's handle; one that nobody registered, of snapshots and of the probe, is registered now."""
        if server_handle not in self._servers:
            await self.register(server_handle, "Tagwatch")
        try:
            return self._servers[server_handle]
        except KeyError:
            raise GatewayError(ErrorCode.COMMAND_FAILED, "MXAccess did not register this client") from None

    def refused(self, words: str, error: LmxError) -> Outcome:
        self.told(error)
        return Outcome(words, error.hresult)

    async def _best_effort(self, work: Callable[[Lmx], object]) -> None:
        try:
            await self.call(work)
        except LmxError as error:
            self.told(error)
            _log.info("%s", error)

    # ---- items

    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        made = [Item(item, await self.server(item.key >> 32)) for item in items]
        outcomes: list[Outcome] = []
        for item, error in zip(made, await self.each(made, Item.make), strict=True):
            if error is None:
                self._items.put(item)
                outcomes.append(ACCEPTED)
            else:
                outcomes.append(self.refused(add_words(item.given.tag, error.hresult), error))
        return outcomes

    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        items = [item for key in keys if (item := self._items.get(key)) is not None]
        await self._writing.finish(items)
        for item in items:
            self._items.drop(item)
        await self.each([item for item in items if not self._writing.is_left(item)], forget)
        return [ACCEPTED] * len(keys)

    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        if supervisory and not self._options.supervisory:
            words = "a supervisory client writes secured tags without a login: allow it by the option supervisory"
            return [Outcome(words)] * len(keys)
        found = [item for key in keys if (item := self._items.get(key)) is not None]
        before = [item.advised for item in found]
        for item in found:
            item.advised = True  # now: the first value may come during the call
        errors = await self.each(found, partial(_listen, supervisory=supervisory))
        refused: dict[int, Outcome] = {}
        for item, was, error in zip(found, before, errors, strict=True):
            if error is not None:
                item.advised = was
                words = f"{item.given.tag} cannot be advised: {hresult_words(error.hresult)}"
                refused[item.key] = self.refused(words, error)
        here = {item.key for item in found}
        return [refused.get(key, ACCEPTED) if key in here else _NO_LONGER_HERE for key in keys]

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        items = [item for key in keys if (item := self._items.get(key)) is not None]
        for item in items:
            item.advised = item.suspended = False

        # One with a write in flight has to listen until that has ended.
        await self.each([item for item in items if item.written is None], Item.deafen)
        return [ACCEPTED] * len(keys)

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        return await self._writing.write(writes)

    async def suspend(self, key: int) -> Outcome:
        return await self._pause(key, "suspended", True)

    async def activate(self, key: int) -> Outcome:
        return await self._pause(key, "activated", False)

    async def _pause(self, key: int, words: str, suspended: bool) -> Outcome:
        item = self._items.get(key)
        if item is None:
            return _NO_LONGER_HERE
        try:
            status = await self.call(lambda lmx: (lmx.suspend if suspended else lmx.activate)(item.server, item.handle))
        except LmxError as error:
            return self.refused(f"{item.given.tag} cannot be {words}: {hresult_words(error.hresult)}", error)
        item.suspended = suspended if status.ok else item.suspended
        return Outcome("" if status.ok else f"{item.given.tag} was not {words}: {status.words}", None, (status,))

    async def set_buffered_interval(self, server_handle: int, interval_ms: int) -> Outcome:
        server = await self.server(server_handle)
        rounded = max(100, -(-interval_ms // 100) * 100)
        try:
            await self.call(lambda lmx: lmx.set_buffered_interval(server, rounded))
        except LmxError as error:
            return self.refused(f"the interval {rounded} ms was refused: {hresult_words(error.hresult)}", error)
        self._intervals[server_handle] = rounded
        return ACCEPTED

    # ---- users

    async def authenticate(self, server_handle: int, user: str, password: str) -> Outcome:
        server = await self.server(server_handle)
        try:
            return Outcome(handle=await self.call(lambda lmx: lmx.authenticate(server, user, password)))
        except LmxError as error:
            if error.hresult == E_INVALIDARG:
                return self.refused(f"{user} was not logged in: the user or the password is wrong", error)
            return self.refused(f"{user} was not logged in: {hresult_words(error.hresult)}", error)

    async def user_to_id(self, server_handle: int, user_guid: str) -> Outcome:
        server = await self.server(server_handle)
        try:
            return Outcome(handle=await self.call(lambda lmx: lmx.user_to_id(server, user_guid)))
        except LmxError as error:
            return self.refused(f"{user_guid} is not known: {hresult_words(error.hresult)}", error)

    # ---- the name space

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        if self._names is None:
            raise NotImplementedError(
                "MXAccess cannot be browsed: name a file with its tags by the option tags, or a Galaxy by galaxy"
            )
        return await self._names.page(node, page_token, limit)

    async def properties(self, tag: str) -> TagProperties:
        return await self._names.properties(tag) if self._names is not None else TagProperties(())

    async def reconnect(self) -> None:
        self._health.hurry()

    # ---- events

    def _take(self, events: Sequence[LmxEvent]) -> None:
        for event in events:
            if event.what is Happened.ENDED:
                self._fail("the thread of MXAccess has ended: the worker has to start anew")
                continue
            if event.problem or event.value.problem:
                _log.warning("%s of item %d: %s", event.what.value, event.item, event.problem or event.value.problem)
            if self._health.took(event):
                continue
            if event.what is Happened.WRITTEN and self._writing.came_late(event.server, event.item, event.statuses):
                continue
            item = self._items.of(event.server, event.item)
            if item is None:
                continue  # removed meanwhile
            if event.what is Happened.DATA:
                self._data(item, event)
            elif event.what is Happened.BUFFERED:
                self._buffered(item, event)
            elif event.what is Happened.WRITTEN:
                self._writing.completed(item, event.statuses)
            else:
                self.sink.operation_complete(item.key, event.statuses)

    def _data(self, item: Item, event: LmxEvent) -> None:
        bad = [status for status in event.statuses if not status.ok]
        raw = event.value
        quality = _grade(event.quality.value)
        if bad:
            self._learnt_trouble(item, event.statuses, bad[0])
        elif raw.vt & 0xFFF not in variants.NO_TYPE:
            item.vt = raw.vt & ~variants.BYREF
            item.first.set()
        elif quality_class(quality) is not QualityClass.BAD:
            item.first.set()  # it is empty, and nothing better is to come
        if not item.advised:
            return
        if bad:  # then value, quality and time mean nothing
            self.sink.data(item.key, None, quality_of(bad[0]), NO_TIME, statuses=event.statuses)
            return
        time_ns = variants.time_ns(event.time, self._options.zone)
        # A status that says nothing is most of them: without it an event is a cell of a column.
        statuses = tuple(status for status in event.statuses if status.category or status.detail)
        self.sink.data(item.key, raw.value, quality, time_ns, statuses=statuses, data_type=raw.data_type)

    def _learnt_trouble(self, item: Item, statuses: tuple[Status, ...], status: Status) -> None:
        """In place of a first value. A write goes on waiting for its tag's type while that may still come."""
        item.trouble = statuses
        if not status.pending and status.category != _COMMUNICATION and status.detail not in _STILL_TO_COME:
            item.first.set()

    def _buffered(self, item: Item, event: LmxEvent) -> None:
        bad = [status for status in event.statuses if not status.ok]
        if bad:
            self._learnt_trouble(item, event.statuses, bad[0])
        else:
            vt = event.value.vt & ~variants.BYREF
            if vt & 0xFFF not in variants.NO_TYPE:
                item.vt = vt & ~variants.ARRAY if isinstance(event.time.value, tuple) else vt
            item.first.set()
        if not item.advised:
            return
        kind = EventKind.BUFFERED_DATA_CHANGE
        if bad:
            self.sink.data(item.key, None, quality_of(bad[0]), NO_TIME, kind=kind, statuses=event.statuses)
            return
        statuses = tuple(status for status in event.statuses if status.category or status.detail)
        for value, quality, time in samples(event):
            time_ns = variants.time_ns(time, self._options.zone)
            self.sink.data(item.key, value, quality, time_ns, kind=kind, statuses=statuses, data_type=event.data_type)
            statuses = ()


def samples(event: LmxEvent) -> list[tuple[Any, int, variants.Raw]]:
    """Of a buffered event: one, or several where value, quality and time are arrays of one length. An array of values
    with one time is one sample."""
    value, quality, time = event.value, event.quality, event.time
    if isinstance(time.value, tuple) and isinstance(value.value, tuple) and len(time.value) == len(value.value):
        qualities = quality.value if isinstance(quality.value, tuple) else (quality.value,) * len(value.value)
        base = time.vt & ~(variants.ARRAY | variants.BYREF)
        return [
            (one, _grade(grade), variants.Raw(base, when))
            for one, grade, when in zip(value.value, qualities, time.value, strict=False)
        ]
    return [(value.value, _grade(quality.value), time)]


def _grade(quality: object) -> int:
    """A quality of 32 bits; bad where something else came."""
    return quality if isinstance(quality, int) and -(2**31) <= quality < 2**31 else QUALITY_BAD


def quality_of(status: Status) -> int:
    """Of an event whose status says that its own quality means nothing."""
    return {3: QUALITY_COMMUNICATION_FAILURE, 4: QUALITY_CONFIGURATION_ERROR}.get(status.category, QUALITY_BAD)


def _listen(item: Item, lmx: Lmx, *, supervisory: bool) -> None:
    item.deafen(lmx)  # one that listens for a write alone, or with other rights, begins anew: its value comes first
    item.listen(lmx, supervisory)
