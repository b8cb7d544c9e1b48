"""OPC UA servers as sources, on asyncua.

The library's own reconnect is not used: it restores subscriptions as a whole and says nothing of single items. Here a
lost connection is told at once, tried again with backoff, and items are restored one by one; failed ones are retried.
Notifications are taken straight from the publish responses, so that a batch stays a batch.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Mapping, Sequence
from typing import Any

from asyncua import ua
from asyncua.ua import uaerrors

from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.backends.opcua.address import Address
from app.backends.opcua.changes import Changes
from app.backends.opcua.connection import Connection, is_good
from app.backends.opcua.history import History
from app.backends.opcua.item import Item
from app.backends.opcua.namespace import NameSpace
from app.backends.opcua.options import OpcUaOptions
from app.backends.opcua.status import status_of
from app.backends.opcua.writing import Writer
from app.commands import BrowsePage, HistoryPage, HistoryRead, Property, TagProperties
from app.errors import GatewayError
from app.tasks import Clock, SystemClock, join, spawn
from app.values import (
    NO_TIME,
    QUALITY_COMMUNICATION_FAILURE,
    QUALITY_CONFIGURATION_ERROR,
    failed,
)

_log = logging.getLogger(__name__)

_CHUNK = 1000
_BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_JITTER = 0.2
_RETRY_S = 30.0
_INVALID_REFERENCE = failed(6, category=4)
#: No array of a server reaches so far: one that answers with a value does not know index ranges.
_BEYOND = "2147483646"
_RANGE_ANSWERS = (
    ua.StatusCodes.BadIndexRangeNoData,
    ua.StatusCodes.BadIndexRangeInvalid,
    ua.StatusCodes.BadNodeIdUnknown,  # nor is there anything to cut
)


class OpcUaDriver(Driver):
    """One session on one server, kept up for as long as the worker lives."""

    unsupported = frozenset({
        "Suspend", "Activate", "AuthenticateUser", "ArchestrAUserToId", "SetBufferedUpdateInterval",
        "WriteSecured", "WriteSecured2", "WriteSecuredBulk", "WriteSecured2Bulk",
    })  # fmt: skip

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._options: OpcUaOptions | None = None
        self._sink: Sink | None = None
        self._connection: Connection | None = None  # None while it is lost
        self._space: NameSpace | None = None
        self._history: History | None = None
        self._changes: Changes | None = None
        self._writer: Writer | None = None
        self._items: dict[int, Item] = {}
        self._by_handle: dict[int, Item] = {}
        self._last_handle = 0
        self._subscription: int | None = None
        self._lost = asyncio.Event()
        self._loss = ""
        self._wait_s = _BACKOFF_S[0]
        self._hurry = asyncio.Event()  # somebody does not want to wait
        self._turn = asyncio.Lock()  # subscribing, restoring, trying again: an item is monitored once
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        logging.getLogger("asyncua").setLevel(logging.ERROR)
        self._options = OpcUaOptions.of(options)
        self._sink = sink
        self._writer = Writer(sink, self._source, self._settle)
        source = await self._connect()
        self._tasks = [
            spawn(self._supervise(), name="opcua supervise"),
            spawn(self._retry(), name="opcua retry"),
        ]
        return source

    async def stop(self) -> None:
        await join(*self._tasks)
        await self._quiet()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    # ---- connection

    async def _connect(self) -> str:
        assert self._options is not None
        connection = Connection(self._options, self._connection_lost)
        try:
            source = await connection.open()
            self._space = NameSpace(connection)
            self._history = History(connection, self._space.definitions)
            self._changes = Changes(self._out, self._by_handle, self._space.definitions, self._options.timeout_s)
            self._subscription = await self._subscribe(connection)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        return source

    async def _subscribe(self, connection: Connection) -> int:
        assert self._options is not None
        parameters = ua.CreateSubscriptionParameters()
        parameters.RequestedPublishingInterval = self._options.publishing_interval_ms
        parameters.RequestedLifetimeCount = 3000
        parameters.RequestedMaxKeepAliveCount = max(1, int(5000 / self._options.publishing_interval_ms))
        parameters.MaxNotificationsPerPublish = 10_000
        parameters.PublishingEnabled = True
        try:
            result = await connection.session.create_subscription(parameters, self._published)
        except (OSError, TimeoutError, uaerrors.UaError) as error:
            raise GatewayError("SourceRefused", f"the server makes no subscription: {error}") from error
        return result.SubscriptionId

    def _connection_lost(self, reason: str) -> None:
        self._loss = reason
        self._lost.set()

    async def _supervise(self) -> None:
        while True:
            await self._lost.wait()
            self._lost.clear()
            await self._drop_connection()
            await self._reconnect()

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        self._subscription = None
        await self._quiet()
        now = self._clock.utc_ns()
        self._wait_s = _jittered(0)
        self._out.source_state(False, self._loss, next_attempt_ns=now + round(self._wait_s * 1e9))
        for item in self._items.values():
            item.monitored = 0
            item.settled = item.address.certain  # it may come back as another server
            if item.advised:
                self._out.data(item.key, item.value, QUALITY_COMMUNICATION_FAILURE, now)
        if connection is not None:
            await connection.close()

    async def _quiet(self) -> None:
        """Tell what is on its way: afterwards the connection says nothing more."""
        if self._writer is not None:
            await self._writer.stop()
        changes, self._changes = self._changes, None
        if changes is not None:
            await changes.stop()

    async def _reconnect(self) -> None:
        attempt = 0
        while True:
            self._hurry.clear()
            timer = self._clock.call_later(self._wait_s, self._hurry.set)
            try:
                await self._hurry.wait()
            finally:
                timer.cancel()
            attempt += 1
            self._lost.clear()  # of the attempt before; what comes from here on counts, also during the restore
            try:
                await self._connect()
                restored, total = await self._restore()
            except Exception as error:  # the library may raise anything, and nobody else would try again
                if not isinstance(error, GatewayError | OSError | uaerrors.UaError):
                    _log.exception("an attempt to reach the server failed")
                reason = error.fault.message if isinstance(error, GatewayError) else str(error) or type(error).__name__
                self._wait_s = _jittered(attempt)
                next_ns = self._clock.utc_ns() + round(self._wait_s * 1e9)
                self._out.source_state(False, reason, next_attempt_ns=next_ns)
                await self._quiet()
                if self._connection is not None:
                    connection, self._connection = self._connection, None
                    await connection.close()
                continue
            self._out.source_state(True, "", restored=restored, items=total)
            return

    async def reconnect(self) -> None:
        self._hurry.set()

    async def _restore(self) -> tuple[int, int]:
        advised = [item for item in self._items.values() if item.advised]
        for start in range(0, len(advised), _CHUNK):
            await self._monitor(advised[start : start + _CHUNK])
        return sum(item.monitored != 0 for item in advised), len(advised)

    async def _retry(self) -> None:
        """Items that the server refused are tried again: it may have got them meanwhile."""
        while True:
            await self._clock.sleep(_RETRY_S)
            failing = [item for item in self._items.values() if item.advised and not item.monitored]
            if self._connection is not None and failing:
                try:
                    await self._monitor(failing[:_CHUNK], quiet=True)
                except Exception as error:
                    _log.info("items that failed could not be tried again: %s", type(error).__name__)

    def _require(self) -> Connection:
        if self._connection is None:
            raise GatewayError("SourceLost", f"the server is not connected: {self._loss}")
        return self._connection

    @property
    def _out(self) -> Sink:
        assert self._sink is not None
        return self._sink

    # ---- items

    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for entry in items:
            self._last_handle += 1
            try:
                item = self._items[entry.key] = Item.of(entry.key, entry.tag, self._last_handle)
            except ValueError as error:
                outcomes.append(Outcome(str(error), statuses=(_INVALID_REFERENCE,)))
                continue
            self._by_handle[item.client_handle] = item
            outcomes.append(ACCEPTED)
        return outcomes

    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        await self.unadvise(keys)
        for key in keys:
            if (item := self._items.pop(key, None)) is not None:
                self._by_handle.pop(item.client_handle, None)
        return [ACCEPTED] * len(keys)

    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        fresh: list[Item] = []
        for key in keys:
            item = self._items[key]
            if not item.advised:
                item.advised = True
                fresh.append(item)
        if self._connection is not None:
            for start in range(0, len(fresh), _CHUNK):
                await self._monitor(fresh[start : start + _CHUNK])
        else:
            for item in fresh:  # they come with the restore
                self._out.data(item.key, None, QUALITY_COMMUNICATION_FAILURE)
        return [ACCEPTED] * len(keys)

    async def _monitor(self, items: Sequence[Item], quiet: bool = False) -> None:
        """One request for many items; what the server refuses is told as a bad value with the reason."""
        async with self._turn:
            items = [item for item in items if item.advised and not item.monitored]
            if not items:
                return
            connection = self._require()
            await self._settle(items)
            parameters = ua.CreateMonitoredItemsParameters()
            parameters.SubscriptionId = self._subscription
            parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
            parameters.ItemsToCreate = [self._monitoring(item) for item in items]
            results = await connection.session.create_monitored_items(parameters)
            if connection is not self._connection:
                raise GatewayError("SourceLost", f"the server is not connected: {self._loss}")
            for item, result in zip(items, results, strict=True):
                if result.StatusCode.is_good():
                    item.monitored = result.MonitoredItemId
                elif not quiet:
                    code = result.StatusCode.value
                    self._out.data(item.key, None, QUALITY_CONFIGURATION_ERROR, NO_TIME, statuses=(status_of(code),))
        await self._unmonitor([item for item in items if not item.advised])  # given up meanwhile

    def _monitoring(self, item: Item) -> ua.MonitoredItemCreateRequest:
        assert self._options is not None
        request = ua.MonitoredItemCreateRequest()
        request.ItemToMonitor.NodeId = item.node
        request.ItemToMonitor.AttributeId = ua.AttributeIds.Value
        request.ItemToMonitor.IndexRange = item.index_range
        request.MonitoringMode = ua.MonitoringMode.Reporting
        request.RequestedParameters.ClientHandle = item.client_handle
        request.RequestedParameters.SamplingInterval = self._options.sampling_interval_ms
        request.RequestedParameters.QueueSize = self._options.queue_size
        request.RequestedParameters.DiscardOldest = True
        return request

    async def _settle(self, items: Sequence[Item]) -> None:
        """Find out which node the addresses with brackets mean, and whether the server can read a part of an array."""
        unsettled = [item for item in items if not item.settled]
        if not unsettled:
            return
        connection = self._require()
        literals = [item for item in unsettled if item.address.literal is not None]
        read = await connection.read([(item.address.literal, ua.AttributeIds.NodeClass) for item in literals])
        own = {item.key for item, data in zip(literals, read, strict=True) if is_good(data)}
        parts = [item for item in unsettled if item.key not in own]
        probes = await connection.read(
            [(item.address.node, ua.AttributeIds.Value) for item in parts], [_probe(item) for item in parts]
        )
        for item in unsettled:
            if item.key in own:
                item.node, item.part = item.address.literal, None
        for item, data in zip(parts, probes, strict=True):
            item.node, item.part = item.address.node, item.address.part
            # Unless it says that there is no such index, a part of an array is not to be trusted to it.
            item.cuts = data.StatusCode is None or data.StatusCode.value not in _RANGE_ANSWERS
        for item in unsettled:
            item.settled = True

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        items = [item for key in keys if (item := self._items.get(key)) is not None]
        for item in items:
            item.advised = False
        await self._unmonitor(items)
        return [ACCEPTED] * len(keys)

    async def _unmonitor(self, items: Sequence[Item]) -> None:
        ids = [item.monitored for item in items if item.monitored]
        for item in items:
            item.monitored = 0
        if ids and self._connection is not None:
            parameters = ua.DeleteMonitoredItemsParameters()
            parameters.SubscriptionId = self._subscription
            parameters.MonitoredItemIds = ids
            # A server that has forgotten them has done what was asked.
            with contextlib.suppress(OSError, TimeoutError, uaerrors.UaError):
                await self._connection.session.delete_monitored_items(parameters)

    # ---- notifications

    async def _published(self, result: Any) -> None:
        for notification in result.NotificationMessage.NotificationData or []:
            if isinstance(notification, ua.DataChangeNotification) and self._changes is not None:
                self._changes.take(notification.MonitoredItems or [])
            elif isinstance(notification, ua.StatusChangeNotification) and self._connection is not None:
                self._connection.tell_lost(f"the server ended the subscription: {notification.Status.name}")

    # ---- writing

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        return [await self._begin_write(write) for write in writes]

    async def _begin_write(self, write: DriverWrite) -> Outcome:
        item = self._items.get(write.key)
        if item is None or self._writer is None:
            return Outcome("the item is not known", statuses=(_INVALID_REFERENCE,))
        return await self._writer.begin(item, write)

    def _source(self) -> tuple[Connection, NameSpace]:
        connection = self._require()
        assert self._space is not None
        return connection, self._space

    # ---- name space

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        return await self._source()[1].page(node, page_token, limit)

    async def properties(self, tag: str) -> TagProperties:
        _, space = self._source()
        address = Address.of(tag)
        nodes = [node for node in (address.literal, address.node) if node is not None]
        found = await space.properties(tag, nodes)
        offered = await self._past().offered(tag)
        return TagProperties((*found.properties, Property("history", offered))) if offered else found

    # ---- history

    def _past(self) -> History:
        self._require()
        assert self._history is not None
        return self._history

    async def history(self, read: HistoryRead) -> HistoryPage:
        return await self._past().page(read)


def _probe(item: Item) -> str:
    assert item.address.part is not None
    return ",".join([_BEYOND] * len(item.address.part.bounds))


def _jittered(attempt: int) -> float:
    """How long to wait before an attempt: a hundred clients must not all come back in the same instant."""
    return _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)] * random.uniform(1 - _JITTER, 1 + _JITTER)
