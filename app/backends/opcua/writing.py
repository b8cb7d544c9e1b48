"""Writes: converted and checked before anything is sent, one request each, and every one of them ends."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from asyncua import ua
from asyncua.ua import uaerrors

from app.backends.base import ACCEPTED, DriverWrite, Outcome, Sink
from app.backends.opcua.connection import Connection
from app.backends.opcua.item import Item
from app.backends.opcua.namespace import NameSpace
from app.backends.opcua.status import signed, status_of
from app.backends.opcua.values import moment_of, to_variant
from app.errors import GatewayError
from app.tasks import join, spawn
from app.values import STATUS_OK, Status, Value, failed

_NO_ANSWER = failed(5, category=3)  # the connection went while the write was on its way: it may have been done


class Writer:
    """``source`` gives the connection and what is known of its name space, or raises; ``settle`` makes sure of an
    item's node."""

    def __init__(
        self,
        sink: Sink,
        source: Callable[[], tuple[Connection, NameSpace]],
        settle: Callable[[list[Item]], Awaitable[None]],
    ) -> None:
        self._sink = sink
        self._source = source
        self._settle = settle
        self._running: dict[int, asyncio.Task[None]] = {}

    async def begin(self, item: Item, write: DriverWrite) -> Outcome:
        try:
            data = await self._data_value(item, write)
        except ValueError as error:
            return Outcome(str(error), statuses=(failed(1005),))
        except GatewayError as error:
            return Outcome(error.fault.message, statuses=(failed(2, category=3),))
        except (OSError, uaerrors.UaError) as error:
            return Outcome(f"the type of the node cannot be read: {error}")
        task = spawn(self._send(item, data), name="opcua write")
        self._running[write.key] = task
        task.add_done_callback(lambda _: self._running.pop(write.key, None))
        return ACCEPTED

    async def stop(self) -> None:
        """End what is on its way; each is told as ended without an answer."""
        await join(*self._running.values())

    async def _data_value(self, item: Item, write: DriverWrite) -> ua.DataValue:
        await self._settle([item])
        kind = await self._type_of(item)
        value = write.value
        if item.part is not None:
            if item.cuts:
                raise ValueError("the server cannot write a part of an array: write the whole array")
            value = item.part.sent(value)
        variant = to_variant(value, kind, await self._words_of(item, value))
        if write.time_ns is None:
            return ua.DataValue(variant)
        return ua.DataValue(variant, SourceTimestamp=moment_of(write.time_ns))

    async def _type_of(self, item: Item) -> ua.VariantType:
        """The built-in type: the one of the current value, else the one behind the node's data type."""
        if item.variant_type is None:
            connection, space = self._source()
            (value, data_type) = await connection.read(
                [(item.node, ua.AttributeIds.Value), (item.node, ua.AttributeIds.DataType)]
            )
            if value.Value is not None and value.Value.Value is not None:
                item.variant_type = value.Value.VariantType
            elif data_type.Value is not None:
                item.variant_type = await space.definitions.built_in(data_type.Value.Value)
        if item.variant_type is None:
            raise ValueError("the node does not exist, or has no value to write")
        return item.variant_type

    async def _words_of(self, item: Item, value: Value) -> dict[int, str]:
        """An enumeration's texts by number, read when somebody writes a text."""
        if not _has_text(value):
            return {}
        if item.words is None:
            item.words = await self._source()[1].words(item.node)
        return dict(item.words)

    async def _send(self, item: Item, data: ua.DataValue) -> None:
        status, hresult = _NO_ANSWER, None
        try:
            status, hresult = await self._written(item, data)
        except (OSError, uaerrors.UaError, GatewayError) as error:
            if isinstance(error, uaerrors.UaStatusCodeError):
                status, hresult = status_of(error.code), signed(error.code)
        finally:
            # Also when the connection goes and this task with it: a write in flight always ends.
            self._sink.write_complete(item.key, (status,), hresult)

    async def _written(self, item: Item, data: ua.DataValue) -> tuple[Status, int | None]:
        entry = ua.WriteValue()
        entry.NodeId, entry.AttributeId, entry.Value = item.node, ua.AttributeIds.Value, data
        entry.IndexRange = item.index_range
        parameters = ua.WriteParameters()
        parameters.NodesToWrite = [entry]
        (result,) = await self._source()[0].session.write(parameters)
        if result.is_good():
            return STATUS_OK, None
        return status_of(result.value), signed(result.value)


def _has_text(value: Value) -> bool:
    return isinstance(value, str) or (isinstance(value, tuple) and any(_has_text(item) for item in value))
