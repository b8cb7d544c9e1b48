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
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua
from asyncua.ua import uaerrors

from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.backends.opcua.connection import Connection
from app.backends.opcua.namespace import NameSpace, node_id
from app.backends.opcua.options import OpcUaOptions
from app.backends.opcua.status import quality_of, signed, status_of
from app.backends.opcua.values import moment_of, time_ns, to_value, to_variant
from app.commands import BrowsePage, TagProperties
from app.errors import GatewayError
from app.tasks import Clock, SystemClock, join, spawn
from app.values import (
    NO_TIME,
    QUALITY_COMMUNICATION_FAILURE,
    QUALITY_CONFIGURATION_ERROR,
    STATUS_OK,
    Status,
    Value,
    failed,
)

_log = logging.getLogger(__name__)

_CHUNK = 1000
_BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_JITTER = 0.2
_RETRY_S = 30.0
_INVALID_REFERENCE = failed(6, category=4)
_NO_ANSWER = failed(5, category=3)  # the connection went while the write was on its way: it may have been done


@dataclass(slots=True)
class _Item:
    """``client_handle`` names it in notifications, ``monitored`` is the server's id of it (0 = not monitored)."""

    key: int
    node: ua.NodeId | None
    client_handle: int
    advised: bool = False
    monitored: int = 0
    variant_type: ua.VariantType | None = None
    value: Value = None


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
        self._items: dict[int, _Item] = {}
        self._by_handle: dict[int, _Item] = {}
        self._last_handle = 0
        self._subscription: int | None = None
        self._lost = asyncio.Event()
        self._loss = ""
        self._failed_items = False
        self._tasks: list[asyncio.Task[None]] = []
        self._writes: dict[int, asyncio.Task[None]] = {}

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        logging.getLogger("asyncua").setLevel(logging.ERROR)
        self._options = OpcUaOptions.of(options)
        self._sink = sink
        source = await self._connect()
        self._tasks = [
            spawn(self._supervise(), name="opcua supervise"),
            spawn(self._retry(), name="opcua retry"),
        ]
        return source

    async def stop(self) -> None:
        await join(*self._tasks, *self._writes.values())
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    # ---- connection

    async def _connect(self) -> str:
        assert self._options is not None
        connection = Connection(self._options, self._connection_lost)
        try:
            source = await connection.open()
            self._subscription = await self._subscribe(connection)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        self._space = NameSpace(connection)
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
        now = self._clock.utc_ns()
        wait_s = _BACKOFF_S[0]
        self._out.source_state(False, self._loss, next_attempt_ns=now + round(wait_s * 1e9))
        for item in self._items.values():
            item.monitored = 0
            if item.advised:
                self._out.data(item.key, item.value, QUALITY_COMMUNICATION_FAILURE, now)
        await join(*self._writes.values())
        if connection is not None:
            await connection.close()

    async def _reconnect(self) -> None:
        attempt = 0
        while True:
            wait_s = _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)]
            # So that a hundred clients do not all come back in the same instant.
            await self._clock.sleep(wait_s * random.uniform(1 - _JITTER, 1 + _JITTER))
            attempt += 1
            try:
                await self._connect()
                restored, total = await self._restore()
            except (GatewayError, OSError, TimeoutError, uaerrors.UaError) as error:
                reason = error.fault.message if isinstance(error, GatewayError) else str(error)
                next_s = _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)]
                next_ns = self._clock.utc_ns() + round(next_s * 1e9)
                self._out.source_state(False, reason, next_attempt_ns=next_ns)
                if self._connection is not None:
                    connection, self._connection = self._connection, None
                    await connection.close()
                continue
            self._lost.clear()
            self._out.source_state(True, "", restored=restored, items=total)
            return

    async def _restore(self) -> tuple[int, int]:
        advised = [item for item in self._items.values() if item.advised]
        for start in range(0, len(advised), _CHUNK):
            await self._monitor(advised[start : start + _CHUNK])
        return sum(item.monitored != 0 for item in advised), len(advised)

    async def _retry(self) -> None:
        """Items that the server refused are tried again: it may have got them meanwhile."""
        while True:
            await self._clock.sleep(_RETRY_S)
            failing = [item for item in self._items.values() if item.advised and not item.monitored and item.node]
            if self._connection is not None and failing:
                with contextlib.suppress(OSError, TimeoutError, uaerrors.UaError):
                    await self._monitor(failing[:_CHUNK], quiet=True)

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
            try:
                node = node_id(entry.tag)
            except ValueError as error:
                outcomes.append(Outcome(str(error), statuses=(_INVALID_REFERENCE,)))
                continue
            self._last_handle += 1
            item = self._items[entry.key] = _Item(entry.key, node, self._last_handle)
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
        fresh: list[_Item] = []
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

    async def _monitor(self, items: Sequence[_Item], quiet: bool = False) -> None:
        """One request for many items; what the server refuses is told as a bad value with the reason."""
        if not items:
            return
        connection = self._require()
        parameters = ua.CreateMonitoredItemsParameters()
        parameters.SubscriptionId = self._subscription
        parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        parameters.ItemsToCreate = [self._monitoring(item) for item in items]
        results = await connection.session.create_monitored_items(parameters)
        for item, result in zip(items, results, strict=True):
            if result.StatusCode.is_good():
                item.monitored = result.MonitoredItemId
            elif not quiet:
                code = result.StatusCode.value
                self._out.data(item.key, None, QUALITY_CONFIGURATION_ERROR, NO_TIME, statuses=(status_of(code),))

    def _monitoring(self, item: _Item) -> ua.MonitoredItemCreateRequest:
        assert self._options is not None
        request = ua.MonitoredItemCreateRequest()
        request.ItemToMonitor.NodeId = item.node
        request.ItemToMonitor.AttributeId = ua.AttributeIds.Value
        request.MonitoringMode = ua.MonitoringMode.Reporting
        request.RequestedParameters.ClientHandle = item.client_handle
        request.RequestedParameters.SamplingInterval = self._options.sampling_interval_ms
        request.RequestedParameters.QueueSize = self._options.queue_size
        request.RequestedParameters.DiscardOldest = True
        return request

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        ids: list[int] = []
        for key in keys:
            item = self._items.get(key)
            if item is None:
                continue
            item.advised = False
            if item.monitored:
                ids.append(item.monitored)
                item.monitored = 0
        if ids and self._connection is not None:
            parameters = ua.DeleteMonitoredItemsParameters()
            parameters.SubscriptionId = self._subscription
            parameters.MonitoredItemIds = ids
            # A server that has forgotten them has done what was asked.
            with contextlib.suppress(OSError, TimeoutError, uaerrors.UaError):
                await self._connection.session.delete_monitored_items(parameters)
        return [ACCEPTED] * len(keys)

    # ---- notifications

    async def _published(self, result: Any) -> None:
        for notification in result.NotificationMessage.NotificationData or []:
            if isinstance(notification, ua.DataChangeNotification):
                self._changed(notification.MonitoredItems)
            elif isinstance(notification, ua.StatusChangeNotification) and self._connection is not None:
                self._connection.tell_lost(f"the server ended the subscription: {notification.Status.name}")

    def _changed(self, notifications: Sequence[Any]) -> None:
        keys: array[int] = array("Q")
        values: list[Value] = []
        qualities: array[int] = array("i")
        times: array[int] = array("q")
        for notification in notifications:
            item = self._by_handle.get(notification.ClientHandle)
            if item is None or not item.advised:
                continue
            data = notification.Value
            code = data.StatusCode.value if data.StatusCode is not None else 0
            if data.Value is not None and data.Value.Value is not None:
                item.value = to_value(data.Value.Value)
                item.variant_type = data.Value.VariantType
            elif code & 0x8000_0000 == 0:
                item.value = None
            source_time = time_ns(data.SourceTimestamp)
            if code & 0xC000_0000:
                # The last value stays visible; why it is bad goes with it.
                self._out.data(item.key, item.value, quality_of(code), source_time, statuses=(status_of(code),))
                continue
            keys.append(item.key)
            values.append(item.value)
            qualities.append(quality_of(code))
            times.append(source_time)
        if keys:
            self._out.columns(keys, values, qualities, times)

    # ---- writing

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        """Values are converted before anything is sent; what converts is sent in one request per write."""
        return [await self._begin_write(write) for write in writes]

    async def _begin_write(self, write: DriverWrite) -> Outcome:
        item = self._items.get(write.key)
        if item is None or item.node is None:
            return Outcome("the item is not known", statuses=(_INVALID_REFERENCE,))
        try:
            data = await self._data_value(item, write)
        except ValueError as error:
            return Outcome(str(error), statuses=(failed(1005),))
        except GatewayError as error:
            return Outcome(error.fault.message, statuses=(failed(2, category=3),))
        except (OSError, TimeoutError, uaerrors.UaError) as error:
            return Outcome(f"the type of the node cannot be read: {error}")
        task = spawn(self._send(item, data), name="opcua write")
        self._writes[write.key] = task
        task.add_done_callback(lambda _: self._writes.pop(write.key, None))
        return ACCEPTED

    async def _data_value(self, item: _Item, write: DriverWrite) -> ua.DataValue:
        variant = to_variant(write.value, await self._type_of(item))
        if write.time_ns is None:
            return ua.DataValue(variant)
        return ua.DataValue(variant, SourceTimestamp=moment_of(write.time_ns))

    async def _type_of(self, item: _Item) -> ua.VariantType:
        """The built-in type: the one of the current value, else the one behind the node's data type."""
        if item.variant_type is None:
            connection = self._require()
            (value, data_type) = await connection.read(
                [(item.node, ua.AttributeIds.Value), (item.node, ua.AttributeIds.DataType)]
            )
            if value.Value is not None and value.Value.Value is not None:
                item.variant_type = value.Value.VariantType
            elif data_type.Value is not None and self._space is not None:
                item.variant_type = await self._space.built_in(data_type.Value.Value)
        if item.variant_type is None:
            raise ValueError("the node does not exist, or has no value to write")
        return item.variant_type

    async def _send(self, item: _Item, data: ua.DataValue) -> None:
        status, hresult = _NO_ANSWER, None
        try:
            status, hresult = await self._written(item, data)
        except (OSError, TimeoutError, uaerrors.UaError, GatewayError) as error:
            if isinstance(error, uaerrors.UaStatusCodeError):
                status, hresult = status_of(error.code), signed(error.code)
        finally:
            # Also when the connection goes and this task with it: a write in flight always ends.
            self._out.write_complete(item.key, (status,), hresult)

    async def _written(self, item: _Item, data: ua.DataValue) -> tuple[Status, int | None]:
        entry = ua.WriteValue()
        entry.NodeId, entry.AttributeId, entry.Value = item.node, ua.AttributeIds.Value, data
        parameters = ua.WriteParameters()
        parameters.NodesToWrite = [entry]
        (result,) = await self._require().session.write(parameters)
        if result.is_good():
            return STATUS_OK, None
        return status_of(result.value), signed(result.value)

    # ---- name space

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        self._require()
        assert self._space is not None
        return await self._space.page(node, page_token, limit)

    async def properties(self, tag: str) -> TagProperties:
        self._require()
        assert self._space is not None
        return await self._space.properties(tag)
