"""A session that takes writes as a test wants it to, behind the form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from app import commands as c
from app.batch import Detail, Event, EventBatch
from app.commands import Command, Handle, ItemRow, ItemRows, ProtocolStatus, ReadRow, ReadRows, Reply
from app.errors import GatewayError
from app.sessions.items import Item, ItemRegistry
from app.sessions.session import StateWatcher
from app.sessions.state import SessionState
from app.values import STATUS_OK, DataType, EventKind, Status, Value, item_key

SERVER, HANDLE = 1, 7
KEY = item_key(SERVER, HANDLE)
NOW = 1_767_225_600_000_000_000


class FakeSession:
    """Answers each kind of command by ``answers``: a Reply, an error, or a future to wait for."""

    id = "s1"
    name = "Plant"

    def __init__(self, tag: str = "Pump.Speed", value: Value = 50.0, quality: int = 192) -> None:
        self.state = SessionState.READY
        self.items = ItemRegistry()
        self.items.track(c.SubscribeBulk(SERVER, (tag,)), Reply(payload=ItemRows((ItemRow(True, HANDLE, tag),))))
        self.commands: list[Command] = []
        self.answers: dict[type[Command], Any] = {}
        self.passwords = {"anna": "a", "bert": "b"}
        self._watchers: list[StateWatcher] = []
        if value is not None:
            self.shows(value, quality)

    @property
    def item(self) -> Item:
        return self.items.all()[0]

    def shows(self, value: Value, quality: int = 192) -> None:
        """The subscription brings a value."""
        self.items.apply([EventBatch(1, [KEY], [value], [quality], [NOW], [NOW])])

    def becomes(self, state: SessionState) -> None:
        old, self.state = self.state, state
        for watcher in list(self._watchers):
            watcher(old, state)

    def watch(self, watcher: StateWatcher) -> Callable[[], None]:
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    @property
    def watchers(self) -> int:
        return len(self._watchers)

    async def invoke(self, command: Command, owner_key: str | None = None) -> Reply:
        self.commands.append(command)
        answer = self.answers.get(type(command))
        if isinstance(answer, asyncio.Future):
            answer = await answer
        if isinstance(answer, GatewayError):
            raise answer
        if answer is not None:
            return answer
        if isinstance(command, c.AuthenticateUser):
            if self.passwords.get(command.user) != command.password:
                return Reply(ProtocolStatus.MX_ACCESS_FAILURE, "user name or password is wrong")
            return Reply(payload=Handle(100 + list(self.passwords).index(command.user)))
        if isinstance(command, c.ReadBulk):
            sample = self.items.sample(KEY)
            assert sample is not None
            return Reply(payload=ReadRows((ReadRow(True, command.tags[0], sample.value, sample.quality),)))
        return Reply()

    def written(self) -> list[Command]:
        return [command for command in self.commands if not isinstance(command, c.ReadBulk | c.AuthenticateUser)]


def completion(*statuses: Status) -> Event:
    detail = Detail(statuses or (STATUS_OK,), data_type=DataType.UNKNOWN)
    return Event(5, EventKind.WRITE_COMPLETE, KEY, None, 0, NOW, NOW, detail)


class FakePlant(FakeSession):
    """Several tags, subscribed as they are asked for; a write completes as soon as it is sent, unless ``held``."""

    def __init__(self, values: dict[str, Value], name: str = "Plant", session_id: str = "s1") -> None:
        super().__init__(value=None)
        self.id = session_id
        self.name = name
        self.items = ItemRegistry()
        self.values = dict(values)
        self.held = False
        self.rejects: dict[str, Status] = {}
        self.listeners: dict[int, list[Callable[[Event], None]]] = {}
        self.sent: list[tuple[str, Value]] = []
        self._tags: dict[int, str] = {}

    def listen(self, session_id: str, key: int, heard: Callable[[Event], None]) -> Callable[[], None]:
        """As the feed's."""
        self.listeners.setdefault(key, []).append(heard)
        return lambda: self.listeners[key].remove(heard)

    async def invoke(self, command: Command, owner_key: str | None = None) -> Reply:
        match command:
            case c.Register():
                return Reply(payload=Handle(SERVER))
            case c.SubscribeBulk():
                rows = tuple(self._subscribed(tag) for tag in command.tags)
                reply = Reply(payload=ItemRows(rows))
                self.items.track(command, reply)
                for row in rows:
                    if row.success:
                        self._show(row.item_handle)
                return reply
            case c.ReadBulk():
                return Reply(payload=ReadRows((ReadRow(True, command.tags[0], self.values[command.tags[0]], 192),)))
            case c.Write() | c.WriteSecured():
                reply = await super().invoke(command)
                tag = self._tags[command.item_handle]
                self.sent.append((tag, command.value))
                if reply.ok and not self.held:
                    self.complete(tag, command.value)
                return reply
            case _:
                return await super().invoke(command)

    def _subscribed(self, tag: str) -> ItemRow:
        if tag not in self.values:
            return ItemRow(False, 0, tag, "no such tag")
        handle = list(self.values).index(tag) + 1
        self._tags[handle] = tag
        return ItemRow(True, handle, tag)

    def _show(self, handle: int, quality: int = 192) -> None:
        value = self.values[self._tags[handle]]
        self.items.apply([EventBatch(1, [item_key(SERVER, handle)], [value], [quality], [NOW], [NOW])])

    def change(self, tag: str, value: Value, quality: int = 192) -> None:
        """The process does it."""
        self.values[tag] = value
        self._show(list(self.values).index(tag) + 1, quality)

    def complete(self, tag: str, value: Value) -> None:
        """Its write has ended."""
        handle = list(self.values).index(tag) + 1
        key = item_key(SERVER, handle)
        status = self.rejects.get(tag, STATUS_OK)
        if status.ok:
            self.change(tag, value)
        event = Event(5, EventKind.WRITE_COMPLETE, key, None, 0, NOW, NOW, Detail((status,)))
        loop = asyncio.get_running_loop()
        for heard in list(self.listeners.get(key, ())):
            loop.call_soon(heard, event)
