"""What of this worker stands at the other Tagwatch: server handles and items, made there as soon as it can be reached.

The worker's items are kept whatever happens to the connection; :meth:`Remote.sync` brings the other side to what they
say. Handles of the other side are good as long as its session is; :meth:`Remote.forget` is for a new one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app import commands as c
from app.backends.base import DriverItem, Outcome
from app.client import ClientError, RemoteSession
from app.commands import Command, ItemRow, ItemRows, ProtocolStatus, Reply
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.values import item_key, split_key

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

#: Entries of one call.
_CHUNK = 1000


@dataclass(slots=True)
class RemoteItem:
    """``remote`` is its key at the other side, 0 = it has none (yet)."""

    item: DriverItem
    remote: int = 0
    advised: bool = False  # as the worker wants it
    supervisory: bool = False
    suspended: bool = False
    running: bool = False  # advised at the other side
    error: str = ""  # why the other side does not take it

    @property
    def key(self) -> int:
        return self.item.key


class Remote:
    def __init__(self, filter_changed: Callable[[], None]) -> None:
        """``filter_changed`` is told of a further server handle at the other side."""
        self.items: dict[int, RemoteItem] = {}
        self.by_remote: dict[int, RemoteItem] = {}
        self.servers: dict[int, int] = {}  # the worker's server handle -> that of the other side
        self.names: dict[int, str] = {}
        self.intervals: dict[int, int] = {}
        self._filter_changed = filter_changed
        self._orphans: list[int] = []  # keys of the other side whose items are gone here
        self._stale: set[int] = set()

    def forget(self) -> None:
        """The other side has a new session: nothing is there."""
        self.servers.clear()
        self.by_remote.clear()
        self._orphans.clear()
        self._stale.clear()
        for item in self.items.values():
            item.remote, item.running = 0, False

    # ---- what the worker wants

    def add(self, items: Sequence[DriverItem]) -> list[RemoteItem]:
        added = [RemoteItem(item) for item in items]
        self.items.update((item.key, item) for item in added)
        return added

    def remove(self, keys: Iterable[int]) -> None:
        for key in keys:
            item = self.items.pop(key, None)
            if item is not None and item.remote:
                self.by_remote.pop(item.remote, None)
                self._orphans.append(item.remote)

    def stale(self) -> None:
        """Events are missing: what is advised is advised anew, so that its current value comes."""
        self._stale.update(key for key, item in self.items.items() if item.running)

    # ---- how it gets there

    async def server(self, session: RemoteSession, handle: int) -> int:
        """The server handle of the other side for one of the worker's."""
        found = self.servers.get(handle)
        if found is None:
            found = await session.register(self.names.get(handle) or "tagwatch")
            self.servers[handle] = found
            self._filter_changed()
            if interval_ms := self.intervals.get(handle):
                await invoke(session, c.SetBufferedUpdateInterval(found, interval_ms))
        return found

    async def sync(self, session: RemoteSession) -> None:
        """ClientError where the connection goes meanwhile: what is left is left for the next time."""
        await self._drop_orphans(session)
        await self._add_missing(session)
        await self._readvise(session)
        await self._advise_missing(session)

    async def _drop_orphans(self, session: RemoteSession) -> None:
        for handle, keys in _by_server(self._orphans):
            for chunk in _chunks(keys):
                rows = await bulk(session, c.UnsubscribeBulk(handle, tuple(key & 0xFFFF_FFFF for key in chunk)))
                for row in rows:
                    if not row.success:  # it may have been advised no more
                        _log.debug("an item of the other side was not removed: %s", row.error)
                gone = set(chunk)
                self._orphans = [key for key in self._orphans if key not in gone]

    async def _add_missing(self, session: RemoteSession) -> None:
        plain: dict[int, list[RemoteItem]] = {}
        for item in [item for item in self.items.values() if not item.remote]:
            handle = await self.server(session, split_key(item.key)[0])
            if item.item.buffered or item.item.context:
                await self._add_one(session, handle, item)
            else:
                plain.setdefault(handle, []).append(item)
        for handle, items in plain.items():
            for chunk in _chunks(items):
                rows = await bulk(session, c.AddItemBulk(handle, tuple(item.item.tag for item in chunk)))
                for item, row in zip(chunk, rows, strict=True):
                    self._added(item, handle, row.item_handle if row.success else 0, row.error)

    async def _add_one(self, session: RemoteSession, handle: int, item: RemoteItem) -> None:
        wanted = item.item
        command = c.AddBufferedItem if wanted.buffered else c.AddItem2
        reply = await session.invoke(command(handle, wanted.tag, wanted.context))
        made = reply.payload.handle if isinstance(reply.payload, c.Handle) else 0
        self._added(item, handle, made if reply.ok else 0, "" if reply.ok else reply.words)

    def _added(self, item: RemoteItem, server: int, handle: int, error: str) -> None:
        item.error = "" if handle else error or "the other Tagwatch did not take it"
        if not handle:
            return
        remote = item_key(server, handle)
        if self.items.get(item.key) is not item:  # removed meanwhile
            self._orphans.append(remote)
            return
        item.remote = remote
        self.by_remote[remote] = item

    async def _readvise(self, session: RemoteSession) -> None:
        keys = [item.remote for key in self._stale if (item := self.items.get(key)) is not None and item.running]
        for handle, remotes in _by_server(keys):
            for chunk in _chunks(remotes):
                await bulk(session, c.UnAdviseItemBulk(handle, tuple(key & 0xFFFF_FFFF for key in chunk)))
                for remote in chunk:
                    if (item := self.by_remote.get(remote)) is not None:
                        item.running = False
        self._stale.clear()

    async def _advise_missing(self, session: RemoteSession) -> None:
        wanted = [item for item in self.items.values() if item.advised and not item.running and item.remote]
        await self.advise(session, wanted)
        for item in wanted:
            if item.suspended and item.running:
                await invoke(session, c.Suspend(*split_key(item.remote)))

    async def advise(self, session: RemoteSession, items: Sequence[RemoteItem]) -> None:
        """Those that are not taken have their error."""
        for item in items:
            if item.supervisory:
                reply = await session.invoke(c.AdviseSupervisory(*split_key(item.remote)))
                item.running, item.error = reply.ok, "" if reply.ok else reply.words
        plain = {item.remote: item for item in items if not item.supervisory}
        for handle, remotes in _by_server(plain):
            for chunk in _chunks(remotes):
                rows = await bulk(session, c.AdviseItemBulk(handle, tuple(key & 0xFFFF_FFFF for key in chunk)))
                for remote, row in zip(chunk, rows, strict=True):
                    plain[remote].running = row.success
                    plain[remote].error = "" if row.success else row.error or "the other Tagwatch did not advise it"

    async def unadvise(self, session: RemoteSession, items: Sequence[RemoteItem]) -> None:
        running = {item.remote: item for item in items if item.running}
        for handle, remotes in _by_server(running):
            for chunk in _chunks(remotes):
                await bulk(session, c.UnAdviseItemBulk(handle, tuple(key & 0xFFFF_FFFF for key in chunk)))
                for remote in chunk:
                    running[remote].running = False


async def invoke(session: RemoteSession, command: Command, comment: str = "") -> Outcome:
    """The other side's answer as a driver gives it. ValueError for what cannot be, NotImplementedError for what its
    source does not know."""
    return outcome(await session.invoke(command, comment=comment))


def outcome(reply: Reply) -> Outcome:
    if reply.ok:
        handle = reply.payload.handle if isinstance(reply.payload, c.Handle) else 0
        return Outcome("", reply.hresult, reply.statuses, handle)
    if reply.code is ProtocolStatus.UNSUPPORTED:
        raise NotImplementedError(reply.words)
    if reply.code is ProtocolStatus.INVALID_REQUEST:
        raise ValueError(reply.words)
    return Outcome(reply.diagnostic or reply.words, reply.hresult, reply.statuses)


async def bulk(session: RemoteSession, command: Command) -> tuple[ItemRow, ...]:
    reply = await session.invoke(command)
    if not reply.ok:
        raise GatewayError(ErrorCode.COMMAND_FAILED, reply.words)
    if not isinstance(reply.payload, ItemRows):
        raise ProtocolViolation(f"the reply to {type(command).__name__} has no rows")
    return reply.payload.rows


def lost(error: GatewayError) -> bool:
    """Whether the connection, and not the command, is what failed."""
    return isinstance(error, ClientError) and error.connection_lost


def _by_server(keys: Iterable[int]) -> list[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {}
    for key in keys:
        found.setdefault(key >> 32, []).append(key)
    return list(found.items())


def _chunks(entries: Sequence[_T]) -> list[Sequence[_T]]:
    return [entries[start : start + _CHUNK] for start in range(0, len(entries), _CHUNK)]
