"""Another Tagwatch as a source: one near the plant, without a window, serves many desks.

Events come over one stream that goes on by itself after a loss, with what was missed where the other side still has it.
Items are kept here and made at the other side whenever it can be reached (:mod:`app.backends.gateway.remote`).
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import logging
import random
import socket
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar

from app import commands as c
from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.backends.gateway.attaching import Attached, attach, told
from app.backends.gateway.events import Events
from app.backends.gateway.options import GatewayOptions
from app.backends.gateway.remote import Remote, RemoteItem, invoke, lost, outcome
from app.batch import EventBatch
from app.client import Client, ClientError, Connected, Disconnected, Gap, RemoteSession, SessionChange, SessionState
from app.commands import BrowsePage, HistoryPage, HistoryRead, ProtocolStatus, TagProperties, WriteEntry
from app.errors import ErrorCode, GatewayError
from app.tasks import Clock, SystemClock, deadline, join, spawn
from app.text import REMOTE_REPLAY
from app.values import Timestamp, failed, split_key

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_JITTER = 0.2
_AGAIN_S = 2.0
_STOP_S = 1.0
_NOT_CONNECTED = failed(2, category=3)


class GatewayDriver(Driver):
    """One place at one session of the other side, kept up for as long as the worker lives."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._options: GatewayOptions | None = None
        self._sink: Sink | None = None
        self._events: Events | None = None
        self._client: Client | None = None
        self._attached: Attached | None = None
        self._remote = Remote(self._refilter)
        self._loss = ""  # why nothing comes; "" = it does
        self._turn = asyncio.Lock()  # changes at the other side: an item is made there once
        self._behind = asyncio.Event()  # something is to be done there
        self._hurry = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._comment = ""
        self._leaving = False

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        self._options = GatewayOptions.of(options)
        self._sink = sink
        self._events = Events(sink, self._remote.by_remote)
        self._comment = f"from {getpass.getuser()} at {socket.gethostname()}"
        self._client = Client(self._options.client(), self._clock)
        try:
            await self._client.__aenter__()
            self._attached = await attach(self._client, self._options)
        except BaseException:
            await self._client.close()
            raise
        info = self._attached.session.info
        self._session_changed(SessionChange(info.state, info.source_state, info.fault))
        self._tasks = [spawn(self._follow(), name="gateway follow"), spawn(self._keep(), name="gateway keep")]
        replay = REMOTE_REPLAY if info.backend == "replay" else ", "
        return f"Tagwatch at {self._options.address}: {info.name}{replay}{info.source or info.backend}"

    async def stop(self) -> None:
        attached = self._attached
        self._leaving = True  # whatever becomes of the stream now is no trouble
        try:
            if attached is not None and not self._loss:
                with contextlib.suppress(TimeoutError):
                    async with deadline(self._clock, _STOP_S, "leaving the other Tagwatch"):
                        await attached.leave(set(self._remote.servers.values()))
        finally:
            await join(*self._tasks)
            if self._attached is not None:
                self._attached.stream.close()
                self._attached = None
            if self._events is not None:
                self._events.end_writes()
            if self._client is not None:
                await self._client.close()

    # ---- the stream

    async def _follow(self) -> None:
        while True:
            try:
                await self._read()
                reason = "the session was closed at the other Tagwatch"
            except GatewayError as error:
                reason = (told(error) if isinstance(error, ClientError) else error).fault.message
            except Exception as error:  # whatever came: nobody else would try again
                _log.exception("the events of the other Tagwatch cannot be read")
                reason = f"{type(error).__name__}: {error}"
            if self._leaving:
                return
            await self._attach_again(reason)

    async def _read(self) -> None:
        assert self._attached is not None
        async for piece in self._attached.stream:
            match piece:
                case EventBatch():
                    self._out.take(piece)
                    await self._sent.room()
                case Gap():
                    self._missed(piece)
                case Disconnected():
                    self._lose(piece.fault.message, piece.retry_in_s)
                case Connected():
                    self._loss = ""
                    self._behind.set()
                case SessionChange():
                    self._session_changed(piece)

    def _lose(self, reason: str, retry_in_s: float) -> None:
        self._loss = reason
        now = self._clock.utc_ns()
        self._out.darken(self._remote.items.values(), now)
        self._sent.source_state(False, reason, next_attempt_ns=now + round(retry_in_s * 1e9))

    def _missed(self, gap: Gap) -> None:
        """What is advised is advised anew, so that what comes next is true again."""
        count = gap.oldest - gap.after - 1
        words = f"{count:,} events are missing" if gap.oldest and count > 0 else "events are missing"
        self._out.end_writes()
        self._remote.stale()
        self._behind.set()
        self._tell_gap(f"{words}: the other Tagwatch no longer has them")

    def _tell_gap(self, words: str) -> None:
        self._sent.source_state(not self._loss, words)

    def _session_changed(self, change: SessionChange) -> None:
        """The other side's own trouble is trouble here, in its words."""
        source = change.source_state
        if change.state in (SessionState.CLOSING, SessionState.CLOSED):
            return  # the end of the stream tells it
        if change.state is not SessionState.READY and change.state is not SessionState.UNSPECIFIED:
            why = f": {change.fault.message}" if change.fault is not None else ""
            self._loss = f"the session at the other Tagwatch is not ready ({change.state}){why}"
            self._out.darken(self._remote.items.values(), self._clock.utc_ns())
            self._sent.source_state(False, self._loss)
        elif source is not None and not source.connected:
            # Its items tell their qualities themselves.
            self._sent.source_state(False, source.reason, next_attempt_ns=source.next_attempt_ns)
        elif self._loss or (source is not None and source.connected):
            self._loss = ""
            restored, items = (0, 0) if source is None else (source.restored, source.items)
            self._behind.set()
            self._sent.source_state(True, "", restored=restored, items=items)

    async def _attach_again(self, reason: str) -> None:
        """The session is gone. Until there is another one, in which all items are made anew."""
        attached, self._attached = self._attached, None
        if attached is not None:
            attached.stream.close()
        self._remote.forget()
        self._out.end_writes()
        attempt = 0
        while True:
            wait_s = _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)] * random.uniform(1 - _JITTER, 1 + _JITTER)
            self._lose(reason, wait_s)
            await self._wait(wait_s)
            attempt += 1
            try:
                assert self._client is not None
                assert self._options is not None
                self._attached = await attach(self._client, self._options)
            except (GatewayError, ValueError) as error:
                reason = error.fault.message if isinstance(error, GatewayError) else str(error)
                continue
            self._loss = ""
            self._tell_gap("a new session at the other Tagwatch: events of the time between are missing")
            self._behind.set()
            return

    async def _wait(self, wait_s: float) -> None:
        self._hurry.clear()
        timer = self._clock.call_later(wait_s, self._hurry.set)
        try:
            await self._hurry.wait()
        finally:
            timer.cancel()

    async def reconnect(self) -> None:
        self._hurry.set()
        attached = self._attached
        if attached is None:
            return
        if self._loss:
            attached.stream.hurry()
        else:
            await self._asked(invoke(attached.session, c.Reconnect()))

    async def playback(self, wanted: c.Playback) -> None:
        done = await self._asked(invoke(self._session(), wanted))
        if not done.ok:
            raise GatewayError(ErrorCode.COMMAND_FAILED, done.error)

    def _refilter(self) -> None:
        attached = self._attached
        if attached is not None and not attached.opened:
            attached.stream.refilter({attached.handle, *self._remote.servers.values()})

    # ---- keeping the other side in step

    async def _keep(self) -> None:
        while True:
            await self._behind.wait()
            self._behind.clear()
            attached = self._attached
            if attached is None or self._loss:
                continue
            try:
                await self._bring_in_step(attached.session)
            except GatewayError as error:
                _log.info("the items could not be restored at the other Tagwatch: %s", error.code)
                await self._clock.sleep(_AGAIN_S)
                self._behind.set()

    async def _bring_in_step(self, session: RemoteSession) -> None:
        async with self._turn:
            await self._remote.sync(session)
        await session.refresh()  # a round trip: what the other side had to tell of a gap is here by now
        if self._loss:
            return
        self._out.lighten()
        advised = [item for item in self._remote.items.values() if item.advised]
        for item in advised:
            if item.error:
                self._out.refused(item)
        running = sum(item.running for item in advised)
        state = session.info.source_state
        if state is None or state.connected:
            self._sent.source_state(True, "", restored=running, items=len(advised))

    @property
    def _out(self) -> Events:
        assert self._events is not None
        return self._events

    @property
    def _sent(self) -> Sink:
        assert self._sink is not None
        return self._sink

    def _session(self) -> RemoteSession:
        if self._attached is None or self._loss:
            raise GatewayError("SourceLost", f"the other Tagwatch is not connected: {self._loss}")
        return self._attached.session

    async def _asked(self, call: Awaitable[_T]) -> _T:
        """The other side's refusals as those of a source."""
        try:
            return await call
        except ClientError as error:
            raise _refusal(error) from error

    # ---- items

    async def register(self, server_handle: int, client_name: str) -> Outcome:
        self._remote.names[server_handle] = client_name
        return ACCEPTED

    async def unregister(self, server_handle: int) -> None:
        self._remote.names.pop(server_handle, None)
        self._remote.intervals.pop(server_handle, None)
        remote = self._remote.servers.pop(server_handle, None)
        if remote is not None and self._attached is not None and not self._loss:
            await self._asked(invoke(self._attached.session, c.Unregister(remote)))
        if remote is not None:
            self._refilter()  # a stream that names a handle which is gone would not begin again

    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        """While the other side is away they are taken as they are; what it says of them then shows in their values."""
        added = self._remote.add(items)
        await self._changed()
        refused = [item.key for item in added if item.error]
        self._remote.remove(refused)
        return [Outcome(item.error) if item.error else ACCEPTED for item in added]

    async def _changed(self) -> None:
        """Now where it can be reached, else as soon as it can be."""
        attached = self._attached
        if attached is not None and not self._loss:
            try:
                async with self._turn:
                    await self._remote.sync(attached.session)
                return
            except ClientError as error:
                if not lost(error):
                    raise _refusal(error) from error
            self._behind.set()

    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        self._remote.remove(keys)
        self._out.forget(keys)
        await self._changed()
        return [ACCEPTED] * len(keys)

    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        items = [self._remote.items[key] for key in keys]
        for item in items:
            item.running = item.running and item.supervisory is supervisory
            item.advised, item.supervisory = True, supervisory
        if self._loss or self._attached is None:
            self._out.darken(items, self._clock.utc_ns())
        await self._changed()
        return [self._advised(item) for item in items]

    def _advised(self, item: RemoteItem) -> Outcome:
        if not item.error:
            return ACCEPTED
        item.advised = False
        return Outcome(item.error)

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        items = [item for key in keys if (item := self._remote.items.get(key)) is not None]
        for item in items:
            item.advised = False
        attached = self._attached
        if attached is not None and not self._loss:
            async with self._turn:
                await self._asked(self._remote.unadvise(attached.session, items))
        self._out.forget(keys)
        return [ACCEPTED] * len(keys)

    async def suspend(self, key: int) -> Outcome:
        return await self._suspended(key, True)

    async def activate(self, key: int) -> Outcome:
        return await self._suspended(key, False)

    async def _suspended(self, key: int, suspended: bool) -> Outcome:
        item = self._remote.items[key]
        command = c.Suspend if suspended else c.Activate
        done = await self._asked(invoke(self._session(), command(*split_key(self._there(item)))))
        if done.ok:
            item.suspended = suspended
        return done

    async def set_buffered_interval(self, server_handle: int, interval_ms: int) -> Outcome:
        self._remote.intervals[server_handle] = interval_ms
        if self._loss or self._attached is None:
            return ACCEPTED
        remote = await self._server(server_handle)
        return await self._asked(invoke(self._session(), c.SetBufferedUpdateInterval(remote, interval_ms)))

    async def _server(self, server_handle: int) -> int:
        async with self._turn:
            return await self._asked(self._remote.server(self._session(), server_handle))

    def _there(self, item: RemoteItem) -> int:
        if not item.remote:
            raise GatewayError("SourceLost", f"{item.item.tag} does not stand at the other Tagwatch yet")
        return item.remote

    # ---- writing

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        found: dict[int, Outcome] = {}
        groups: dict[tuple[int, bool, bool], list[tuple[DriverWrite, int]]] = {}
        for write in writes:
            item = self._remote.items.get(write.key)
            if item is None or not item.remote or self._loss:
                why = f"the other Tagwatch is not connected: {self._loss}" if self._loss else "the item is not there"
                found[write.key] = Outcome(why, statuses=(_NOT_CONNECTED,))
                continue
            self._out.writing(write.key)
            server, handle = split_key(item.remote)
            groups.setdefault((server, write.time_ns is not None, write.secured), []).append((write, handle))
        for (server, timed, secured), group in groups.items():
            found.update(await self._write_group(server, timed, secured, group))
        return [found[write.key] for write in writes]

    async def _write_group(
        self, server: int, timed: bool, secured: bool, group: Sequence[tuple[DriverWrite, int]]
    ) -> dict[int, Outcome]:
        session = self._session()
        try:
            if len(group) == 1:
                ((write, handle),) = group
                reply = await session.invoke(_command(server, handle, write), comment=self._comment)
                outcomes = [outcome(reply)]
            else:
                entries = [
                    WriteEntry(handle, write.value, _time(write), write.user_id, write.verifier_id)
                    for write, handle in group
                ]
                rows = await session.write_many(
                    entries, server_handle=server, timed=timed, secured=secured, comment=self._comment
                )
                outcomes = [ACCEPTED if row.success else Outcome(row.error, statuses=row.statuses) for row in rows]
        except (GatewayError, NotImplementedError, ValueError) as error:
            outcomes = [_failed_write(error)] * len(group)
        for (write, _), one in zip(group, outcomes, strict=True):
            if not one.ok:
                self._out.not_writing(write.key)
        return {write.key: one for (write, _), one in zip(group, outcomes, strict=True)}

    async def authenticate(self, server_handle: int, user: str, password: str) -> Outcome:
        remote = await self._server(server_handle)
        return await self._asked(invoke(self._session(), c.AuthenticateUser(remote, user, password)))

    async def user_to_id(self, server_handle: int, user_guid: str) -> Outcome:
        remote = await self._server(server_handle)
        return await self._asked(invoke(self._session(), c.ArchestrAUserToId(remote, user_guid)))

    # ---- name space

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        return await self._asked(self._session().browse(node, page_token, limit))

    async def properties(self, tag: str) -> TagProperties:
        return await self._asked(self._session().properties(tag))

    async def history(self, read: HistoryRead) -> HistoryPage:
        try:
            return await self._asked(self._session().history_page(read))
        except GatewayError as error:
            # What a source says to Invoke is a reply, not a status.
            match error.fault.details.get("status"):
                case ProtocolStatus.UNSUPPORTED.words:
                    raise NotImplementedError(error.fault.message) from error
                case ProtocolStatus.INVALID_REQUEST.words:
                    raise ValueError(error.fault.message) from error
                case _:
                    raise


def _refusal(error: ClientError) -> Exception:
    """As a driver says it."""
    if error.code == ErrorCode.INVALID_ARGUMENT:
        return ValueError(error.fault.message)
    if error.code == "Unsupported":
        return NotImplementedError(error.fault.message)
    return told(error)


def _failed_write(error: Exception) -> Outcome:
    if isinstance(error, GatewayError):
        words = (told(error) if isinstance(error, ClientError) else error).fault.message
        if lost(error) or error.code in (ErrorCode.TIMEOUT, "Cancelled"):
            return Outcome(f"{words}; whether it was written is not known", statuses=(_NOT_CONNECTED,))
        return Outcome(words)
    return Outcome(str(error))


def _time(write: DriverWrite) -> Timestamp | None:
    return None if write.time_ns is None else Timestamp(write.time_ns)


def _command(server: int, handle: int, write: DriverWrite) -> c.Command:
    time = _time(write)
    if write.secured and time is not None:
        return c.WriteSecured2(server, handle, write.value, time, write.user_id, write.verifier_id)
    if write.secured:
        return c.WriteSecured(server, handle, write.value, write.user_id, write.verifier_id)
    if time is not None:
        return c.Write2(server, handle, write.value, time, write.user_id)
    return c.Write(server, handle, write.value, write.user_id)
