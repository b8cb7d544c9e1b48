"""The driver on a connection that a test steers: losses at bad moments, items asked for and given up meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from asyncua import ua

from app.backends.base import DriverItem
from app.backends.opcua import driver as drivers
from app.backends.opcua.driver import OpcUaDriver
from tests.helpers.clock import ManualClock, settle
from tests.helpers.sink import RecordingSink

LONGEST_S = 40.0


class Connection:
    """Takes everything, at once or when :attr:`gate` is opened."""

    def __init__(self, server: Server, lost: Callable[[str], None]) -> None:
        self._server = server
        self._lost = lost
        self.session = self

    async def open(self) -> str:
        if self._server.trouble:
            raise self._server.trouble.pop()
        self._server.connections.append(self)
        return "a server"

    def tell_lost(self, reason: str) -> None:
        self._lost(reason)

    async def close(self) -> None:
        pass

    async def create_subscription(self, parameters: Any, published: Any) -> Any:
        return SimpleNamespace(SubscriptionId=1)

    async def create_monitored_items(self, parameters: Any) -> list[Any]:
        server = self._server
        handles = [entry.RequestedParameters.ClientHandle for entry in parameters.ItemsToCreate]
        server.asked.append(handles)
        await server.gate.wait()
        if server.last_words:
            self.tell_lost(server.last_words.pop())
        server.monitored += handles
        return [SimpleNamespace(StatusCode=ua.StatusCode(server.code), MonitoredItemId=1000 + one) for one in handles]

    async def delete_monitored_items(self, parameters: Any) -> None:
        for one in parameters.MonitoredItemIds:
            self._server.monitored.remove(one - 1000)


class Server:
    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.trouble: list[Exception] = []
        self.last_words: list[str] = []
        self.asked: list[list[int]] = []
        self.monitored: list[int] = []
        self.code = 0
        self.gate = asyncio.Event()
        self.gate.set()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(drivers, "Connection", lambda options, lost: Connection(made, lost))
    return made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def driver(server: Server, clock: ManualClock) -> AsyncIterator[OpcUaDriver]:
    made = OpcUaDriver(clock)
    await made.start({"endpoint": "opc.tcp://localhost:4840"}, RecordingSink())
    await made.add([DriverItem(key, f"ns=2;s=Tag{key}") for key in (1, 2)])
    yield made
    server.gate.set()
    await made.stop()


async def test_a_loss_during_the_restore_is_seen(driver: OpcUaDriver, server: Server, clock: ManualClock) -> None:
    await driver.advise([1, 2], False)
    server.last_words.append("the server ended the subscription")
    server.connections[0].tell_lost("gone")
    await clock.advance(LONGEST_S)
    assert len(server.connections) == 3, "the connection that was lost as it restored is given up"


async def test_no_error_of_the_library_ends_the_attempts(
    driver: OpcUaDriver, server: Server, clock: ManualClock
) -> None:
    server.trouble = [ValueError("not what was expected"), KeyError(7)]
    server.connections[0].tell_lost("gone")
    await clock.advance(LONGEST_S)
    assert len(server.connections) == 2
    assert not server.trouble


async def test_an_item_that_is_being_subscribed_is_not_tried_again_beside(
    driver: OpcUaDriver, server: Server, clock: ManualClock
) -> None:
    server.gate.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(driver.advise([1, 2], False))
        await clock.advance(LONGEST_S)
        server.gate.set()
    await settle()
    assert sorted(server.monitored) == [1, 2]


async def test_an_item_that_is_given_up_while_it_is_subscribed_is_not_left_at_the_server(
    driver: OpcUaDriver, server: Server
) -> None:
    server.gate.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(driver.advise([1, 2], False))
        await settle()
        await driver.remove([1])
        server.gate.set()
    assert server.monitored == [2]


async def test_what_the_server_refused_is_tried_again(driver: OpcUaDriver, server: Server, clock: ManualClock) -> None:
    server.code = ua.StatusCodes.BadNodeIdUnknown
    await driver.advise([1], False)
    server.code = 0
    await clock.advance(LONGEST_S)
    assert server.asked == [[1], [1]]
    await clock.advance(LONGEST_S)
    assert server.asked == [[1], [1]]
