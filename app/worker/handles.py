"""The handles of a worker: server handles from 1, item handles from 1 under each, none used twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.backends.base import DriverItem
from app.values import item_key, split_key

#: Items under this server handle are made for snapshots alone: no client sees them.
SNAPSHOT_SERVER = 0xFFFF_FFFF
#: Characters: node ids of OPC UA, the longest addresses there are, have 4,096 at the most.
LONGEST_ADDRESS, LONGEST_NAME = 5_000, 1_000


class UnknownHandleError(ValueError):
    """A handle that this worker did not give out, or that was given back."""


@dataclass(slots=True)
class WorkerItem:
    driver_item: DriverItem
    advised: bool = False
    supervisory: bool = False

    @property
    def key(self) -> int:
        return self.driver_item.key

    @property
    def tag(self) -> str:
        return self.driver_item.tag


@dataclass(slots=True)
class Server:
    handle: int
    client_name: str
    items: dict[int, WorkerItem] = field(default_factory=dict[int, WorkerItem])
    by_tag: dict[str, set[int]] = field(default_factory=dict[str, set[int]])  # item handles
    last_item: int = 0


class Handles:
    def __init__(self) -> None:
        self._servers: dict[int, Server] = {}
        self._last_server = 0
        self._snapshots = 0

    def __iter__(self) -> Iterator[Server]:
        return iter(list(self._servers.values()))

    def register(self, client_name: str, handle: int | None = None) -> Server:
        """A new server; ``handle`` given = that one again, after a restart. ValueError where that cannot be."""
        if len(client_name) > LONGEST_NAME:
            raise ValueError(f"a client name of {len(client_name)} characters is none: {LONGEST_NAME} at the most")
        if handle is None:
            handle = self._last_server + 1
        elif handle in self._servers or not 0 < handle < SNAPSHOT_SERVER:
            raise ValueError(f"server handle {handle} cannot be restored: it is in use or out of range")
        self._last_server = max(self._last_server, handle)
        server = self._servers[handle] = Server(handle, client_name)
        return server

    def unregister(self, handle: int) -> None:
        """Twice is harmless."""
        self._servers.pop(handle, None)

    def server(self, handle: int) -> Server:
        try:
            return self._servers[handle]
        except KeyError:
            raise UnknownHandleError(f"server handle {handle} is not registered") from None

    def item(self, server_handle: int, item_handle: int) -> WorkerItem:
        try:
            return self.server(server_handle).items[item_handle]
        except KeyError:
            raise UnknownHandleError(
                f"item handle {item_handle} does not exist under server handle {server_handle}"
            ) from None

    def find(self, key: int) -> WorkerItem | None:
        server_handle, item_handle = split_key(key)
        server = self._servers.get(server_handle)
        return None if server is None else server.items.get(item_handle)

    def make(
        self, server: Server, tag: str, context: str = "", *, buffered: bool = False, item_handle: int | None = None
    ) -> WorkerItem:
        """A new item, in the table at once. ``item_handle`` given = that one again, after a restart."""
        _check_address(tag, context)
        if item_handle is None:
            item_handle = server.last_item + 1
        elif item_handle in server.items or not 0 < item_handle < 2**32:
            raise ValueError(f"item handle {item_handle} cannot be restored: it is in use or out of range")
        server.last_item = max(server.last_item, item_handle)
        item = WorkerItem(DriverItem(item_key(server.handle, item_handle), tag, context, buffered))
        server.items[item_handle] = item
        server.by_tag.setdefault(tag, set()).add(item_handle)
        return item

    def forget(self, item: WorkerItem) -> None:
        server_handle, item_handle = split_key(item.key)
        server = self._servers.get(server_handle)
        if server is None or server.items.pop(item_handle, None) is None:
            return
        same_tag = server.by_tag[item.tag]
        same_tag.discard(item_handle)
        if not same_tag:
            del server.by_tag[item.tag]

    def snapshot(self, tag: str) -> DriverItem:
        """An item for one snapshot; it is in no table."""
        _check_address(tag, "")
        self._snapshots = self._snapshots % 0xFFFF_FFFE + 1
        return DriverItem(item_key(SNAPSHOT_SERVER, self._snapshots), tag)

    def advised_with_tag(self, server: Server, tag: str) -> WorkerItem | None:
        items = (server.items[handle] for handle in server.by_tag.get(tag, ()))
        # In a context the address is another one, whatever it looks like.
        return next((item for item in items if item.advised and not item.driver_item.context), None)


def _check_address(tag: str, context: str) -> None:
    if not tag.strip():
        raise ValueError("the tag address is blank")
    if (longest := max(len(tag), len(context))) > LONGEST_ADDRESS:
        raise ValueError(f"a tag address of {longest} characters is none: {LONGEST_ADDRESS} at the most")
