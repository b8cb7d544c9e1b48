"""Notifications as data changes: in order, and with structures in words.

A value whose structure is met for the first time waits, and what comes after it for the same item too, until the
server has told the definition or has not done so in time.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import logging
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from asyncua import ua
from asyncua.ua import uaerrors

from app.backends.base import Sink
from app.backends.opcua.definitions import Definitions
from app.backends.opcua.item import Item
from app.backends.opcua.status import quality_of, status_of
from app.backends.opcua.values import time_ns, to_value
from app.tasks import join, spawn
from app.values import QUALITY_CONFIGURATION_ERROR, Status, Value, failed

_log = logging.getLogger(__name__)

_HELD_LIMIT = 10_000
_NO_SUCH_ELEMENT = failed(1003, category=4)
_NOT_TOLD = failed(18, category=7)


class Changes:
    """Of one connection. :meth:`stop` before the connection's end is told, so that nothing follows it."""

    def __init__(self, sink: Sink, items: Mapping[int, Item], definitions: Definitions, learn_s: float) -> None:
        self._sink = sink
        self._items = items  # by client handle
        self._definitions = definitions
        self._learn_s = learn_s
        self._held: list[tuple[Item, ua.DataValue]] = []
        self._learning: asyncio.Task[None] | None = None

    def take(self, notifications: Sequence[Any]) -> None:
        keys: array[int] = array("Q")
        values: list[Value] = []
        qualities: array[int] = array("i")
        times: array[int] = array("q")
        unknown = self._definitions.structures.unknown
        for notification in notifications:
            item = self._items.get(notification.ClientHandle)
            if item is None or not item.advised:
                continue
            data = notification.Value
            if item.held or (data.Value is not None and unknown(data.Value.Value)):
                self._hold(item, data)
                continue
            code = _code(data)
            status = self._kept(item, data, code)
            if status is not None:
                self._tell(item, data, code, status)
                continue
            keys.append(item.key)
            values.append(item.value)
            qualities.append(quality_of(code))
            times.append(time_ns(data.SourceTimestamp))
        if keys:
            self._sink.columns(keys, values, qualities, times)

    def _kept(self, item: Item, data: ua.DataValue, code: int) -> Status | None:
        """As :meth:`_keep`; a value that nobody thought of costs itself, and none of those that came with it."""
        try:
            return self._keep(item, data, code)
        except Exception as error:
            kind = type(data.Value.Value if data.Value is not None else None).__name__
            _log.warning("a value of type %s cannot be told: %s", kind, type(error).__name__)
            item.value = None
            return _NOT_TOLD

    def _keep(self, item: Item, data: ua.DataValue, code: int) -> Status | None:
        """The value into the item; a status where it is not plainly good."""
        variant = data.Value
        if variant is not None and variant.Value is not None:
            value = to_value(variant.Value, self._definitions.structures.text)
            item.variant_type = variant.VariantType
            if item.part is not None:
                try:
                    value = item.part.shown(item.part.cut(value) if item.cuts else value)
                except IndexError:
                    item.value = None
                    return _NO_SUCH_ELEMENT
            item.value = value
        elif code & 0x8000_0000 == 0:
            item.value = None
        return status_of(code) if code & 0xC000_0000 else None

    def _tell(self, item: Item, data: ua.DataValue, code: int, status: Status) -> None:
        # The last value stays visible; why it is bad goes with it.
        quality = QUALITY_CONFIGURATION_ERROR if status in (_NO_SUCH_ELEMENT, _NOT_TOLD) else quality_of(code)
        self._sink.data(item.key, item.value, quality, time_ns(data.SourceTimestamp), statuses=(status,))

    # ---- structures that are not known yet

    def _hold(self, item: Item, data: ua.DataValue) -> None:
        item.held += 1
        self._held.append((item, data))
        if len(self._held) >= _HELD_LIMIT:
            self._let_go()
        elif self._learning is None:
            self._learning = spawn(self._learn(), name="opcua definitions")

    async def _learn(self) -> None:
        structures = self._definitions.structures
        try:
            async with asyncio.timeout(self._learn_s):
                # What is held meanwhile may hold further ones.
                while encodings := {
                    encoding
                    for _, data in self._held
                    if data.Value is not None
                    for encoding in structures.unknown(data.Value.Value)
                }:
                    await self._definitions.learn(encodings)
        except (OSError, uaerrors.UaError) as error:  # a TimeoutError is an OSError
            _log.info("the definition of a structure cannot be read: %s", type(error).__name__)
        finally:
            self._learning = None
            self._let_go()

    def _let_go(self) -> None:
        """Tell what was held, in words as far as they are known."""
        held, self._held = self._held, []
        for item, _ in held:
            item.held = 0
        for item, data in held:
            if not item.advised or self._items.get(item.client_handle) is not item:
                continue
            code = _code(data)
            status = self._kept(item, data, code)
            if status is not None:
                self._tell(item, data, code, status)
            else:
                self._sink.data(item.key, item.value, quality_of(code), time_ns(data.SourceTimestamp))

    async def stop(self) -> None:
        await join(self._learning)
        self._let_go()


def _code(data: ua.DataValue) -> int:
    return data.StatusCode.value if data.StatusCode is not None else 0
