"""One session of a remote Tagwatch: commands, reads and writes, events."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from app import commands as c
from app.batch import Event, EventBatch
from app.client import convert
from app.client.errors import answered
from app.client.events import EventStream, StreamCall, TagEvents
from app.client.model import Disconnected, Gap, SessionInfo, Written
from app.client.options import ClientOptions
from app.commands import (
    BrowsePage,
    Command,
    HistoryPage,
    HistoryRead,
    ItemRow,
    ReadRow,
    Reply,
    TagProperties,
    WriteEntry,
    WriteRow,
)
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.pb import gateway_pb2 as pb
from app.tasks import Clock
from app.values import EventKind, Timestamp, Value, item_key
from app.wire.messages import fill, read_reply, reader

if TYPE_CHECKING:
    from app.pb.gateway_pb2_grpc import GatewayAsyncStub  # the stubs' alone

_P = TypeVar("_P")
_BROWSE_PAGE, _ITEM_ROWS, _READ_ROWS, _WRITE_ROWS, _PROPERTIES = (
    reader(kind) for kind in (c.BrowsePage, c.ItemRows, c.ReadRows, c.WriteRows, c.TagProperties)
)
_MAX_MS = 2**32 - 1
_MAX_PAGES = 1_000


class RemoteSession:
    """Made by :meth:`Client.open`, :meth:`Client.session` and :meth:`Client.find`; valid as long as the client.

    Methods that take tags use one server handle, registered with the first of them under the client's name. Every call
    raises :class:`app.client.ClientError`, and ValueError before anything is sent. Nothing is tried again by itself:
    whether a command that got no answer was carried out is not known.
    """

    def __init__(self, stub: GatewayAsyncStub, options: ClientOptions, clock: Clock, info: SessionInfo) -> None:
        self._stub = stub
        self._options = options
        self._clock = clock
        self._metadata = options.metadata()
        self._registered: int | None = None
        self._registering = asyncio.Lock()
        self._items: dict[str, int] = {}  # tag -> item handle, of those that were written
        #: As it was when the session was opened, found or last asked for.
        self.info = info

    @property
    def id(self) -> str:
        return self.info.id

    # ---- the session itself

    async def refresh(self) -> SessionInfo:
        """The session as it is now."""
        self.info = convert.session_info(
            await self._answer(self._stub.GetSession, pb.GetSessionRequest(session_id=self.id))
        )
        return self.info

    async def close(self, reason: str = "") -> bool:
        """Close the session, for everybody who uses it. False = it was closed already."""
        request = pb.CloseSessionRequest(session_id=self.id, reason=reason)
        return not (await self._answer(self._stub.CloseSession, request)).already_closed

    async def kill(self, reason: str = "") -> bool:
        """End its worker at once. False = it was closed already."""
        request = pb.KillWorkerRequest(session_id=self.id, reason=reason)
        return not (await self._answer(self._stub.KillWorker, request)).already_closed

    async def extend(self, duration_s: float = 0.0) -> SessionInfo:
        """It lives so much longer without activity; 0 = its own lease anew."""
        request = pb.ExtendLeaseRequest(session_id=self.id, duration_s=duration_s)
        self.info = convert.session_info(await self._answer(self._stub.ExtendLease, request))
        return self.info

    async def playback(
        self,
        *,
        playing: bool | None = None,
        speed: float | None = None,
        position_ns: int | None = None,
        loop: bool | None = None,
    ) -> None:
        """Drive a source that plays a recording, for everybody who uses the session: what is None stays as it is.
        ``speed`` 0.1 to 128, ``position_ns`` within the recording. Its tags ``Replay.…`` tell what it does."""
        wanted = c.Playback(playing, speed, position_ns, loop)
        checked(wanted, await self.invoke(wanted))

    # ---- commands

    async def invoke(self, command: Command, *, comment: str = "") -> Reply:
        """Any command. What the source refuses is a reply that is not ``ok``, no error."""
        reply, _ = await self._invoke(command, comment)
        return reply

    async def _invoke(self, command: Command, comment: str = "") -> tuple[Reply, int]:
        request = convert.invoke_request(self.id, command, comment)
        message = await self._answer(self._stub.Invoke, request)
        return read_reply(message), message.audit_record

    async def _payload(self, command: Command, payload: type[_P]) -> _P:
        reply = checked(command, await self.invoke(command))
        if not isinstance(reply.payload, payload):
            raise ProtocolViolation(f"the reply to {type(command).__name__} has no {payload.__name__}")
        return reply.payload

    async def register(self, client_name: str) -> int:
        """A server handle of its own."""
        return (await self._payload(c.Register(client_name), c.Handle)).handle

    async def handle(self) -> int:
        """The server handle of this object, registered when it is first asked for."""
        async with self._registering:
            if self._registered is None:
                self._registered = await self.register(self._options.name)
        return self._registered

    async def browse(self, node: str = "", page_token: str = "", limit: int = 500) -> BrowsePage:
        """One level below ``node`` ("" = the root), a page of it."""
        request = pb.BrowseRequest(session_id=self.id, node=node, page_token=page_token, limit=limit)
        return _BROWSE_PAGE(await self._answer(self._stub.Browse, request))

    async def properties(self, tag: str) -> TagProperties:
        request = pb.GetPropertiesRequest(session_id=self.id, tag=tag)
        return _PROPERTIES(await self._answer(self._stub.GetProperties, request))

    async def history_page(self, read: HistoryRead) -> HistoryPage:
        """One page of what the source itself has kept of a tag, at most 10,000 samples; ``read.page_token`` is the
        ``next_page`` of the page before. GatewayError CommandFailed, its detail ``status`` "Unsupported", where it
        keeps nothing of it."""
        return await self._payload(read, HistoryPage)

    async def history(self, read: HistoryRead, limit: int | None = None) -> AsyncIterator[HistoryPage]:
        """Page after page of :meth:`history_page`, until they end or have ``limit`` samples; the last one's
        ``next_page`` tells that there is more. GatewayError where the source gives pages without end."""
        if limit is not None and limit < 1:
            raise ValueError(f"limit is {limit}, but must be above 0")
        left = limit
        for _ in range(_MAX_PAGES):
            size = read.limit if left is None else min(read.limit, left)
            page = await self.history_page(replace(read, limit=size))
            yield page
            left = None if left is None else left - len(page.times)
            if not page.next_page or left == 0:
                return
            read = replace(read, page_token=page.next_page)
        words = f"the history of {read.tag} has no end: {_MAX_PAGES:,} pages were read"
        raise GatewayError(ErrorCode.COMMAND_FAILED, words)

    async def read(self, tags: Sequence[str], timeout_s: float = 0.0) -> tuple[ReadRow, ...]:
        """The current value of each tag, one row per tag. ``timeout_s``: how long values that nobody has yet may take;
        0 = the source's worker decides."""
        if not tags:
            return ()
        request = pb.ReadBulkRequest(
            session_id=self.id, server_handle=await self.handle(), tags=tags, timeout_ms=_milliseconds(timeout_s)
        )
        wait_s = self._options.timeout_s + (timeout_s if math.isfinite(timeout_s) else 0.0)
        return _READ_ROWS(await self._answer(self._stub.ReadBulk, request, wait_s)).rows

    async def subscribe(self, tags: Sequence[str]) -> tuple[ItemRow, ...]:
        """Add and advise: one row per tag, whose events come on a :meth:`stream`."""
        return await self._item_rows(c.SubscribeBulk(await self.handle(), tuple(tags))) if tags else ()

    async def unsubscribe(self, item_handles: Sequence[int]) -> tuple[ItemRow, ...]:
        """Unadvise and remove: one row per handle."""
        return (
            await self._item_rows(c.UnsubscribeBulk(await self.handle(), tuple(item_handles))) if item_handles else ()
        )

    async def _item_rows(self, command: Command) -> tuple[ItemRow, ...]:
        return (await self._payload(command, c.ItemRows)).rows

    # ---- writing

    async def write_many(
        self,
        entries: Sequence[WriteEntry],
        *,
        server_handle: int | None = None,
        timed: bool = False,
        secured: bool = False,
        comment: str = "",
    ) -> tuple[WriteRow, ...]:
        """One row per entry; success = accepted by the source and recorded. How each ended is told by an event."""
        if not entries:
            return ()
        make, call = {
            (False, False): (pb.WriteBulkRequest, self._stub.WriteBulk),
            (True, False): (pb.Write2BulkRequest, self._stub.Write2Bulk),
            (False, True): (pb.WriteSecuredBulkRequest, self._stub.WriteSecuredBulk),
            (True, True): (pb.WriteSecured2BulkRequest, self._stub.WriteSecured2Bulk),
        }[timed, secured]
        handle = await self.handle() if server_handle is None else server_handle
        request: Any = make(session_id=self.id, server_handle=handle, comment=comment)
        for entry in entries:
            fill(request.entries.add(), entry)
        return _WRITE_ROWS(await self._answer(call, request)).rows

    async def authenticate(self, user: str, password: str) -> int:
        """The user id, good for one secured write within a minute."""
        return (await self._payload(c.AuthenticateUser(await self.handle(), user, password), c.Handle)).handle

    async def write(
        self,
        tag: str,
        value: Value,
        *,
        time: Timestamp | None = None,
        user_id: int = 0,
        verifier_id: int = 0,
        comment: str = "",
        timeout_s: float = 35.0,
    ) -> Written:
        """Write one tag and wait until the source has told how it ended. ``verifier_id`` makes it a secured write.

        ClientError where it was refused. A TimeoutError, and a lost connection, mean that nobody knows: the server's
        audit store has what became of it.
        """
        server = await self.handle()
        async with asyncio.timeout(timeout_s), self.stream(server_handles=(server,)) as stream:
            await anext(stream)  # the place is taken: neither a first value nor the end of the write can be missed
            item = await self._item(server, tag, stream)
            command = _write_command(server, item, value, time, user_id, verifier_id)
            reply, record = await self._invoke(command, comment)
            checked(command, reply)
            key = item_key(server, item)
            end = await _next_of(stream, lambda event: event.key == key and event.kind is EventKind.WRITE_COMPLETE)
            if isinstance(end, str):
                raise GatewayError("OutcomeUnknown", f"{end} while {tag} was written: whether it was is not known")
            return Written(end.detail.statuses, end.detail.hresult, record)

    async def _item(self, server: int, tag: str, stream: EventStream) -> int:
        """An advised item that has had a value: before that, sources that learn the type from it take no write."""
        if (known := self._items.get(tag)) is None:
            (row,) = await self._item_rows(c.SubscribeBulk(server, (tag,)))
            if not row.success:
                raise GatewayError(ErrorCode.COMMAND_FAILED, f"{tag}: {row.error}")
            key = item_key(server, row.item_handle)
            first = await _next_of(stream, lambda event: event.key == key)
            if isinstance(first, str):
                raise GatewayError(ErrorCode.COMMAND_FAILED, f"{first} before {tag} had a value: nothing was written")
            known = self._items[tag] = row.item_handle
        return known

    # ---- events

    def stream(
        self,
        *,
        after: int | None = None,
        server_handles: Iterable[int] = (),
        max_events: int = 0,
        max_delay_ms: int = 0,
    ) -> EventStream:
        """The session's events in batches, from now on, or all after a sequence (0 = from its beginning).
        ``max_events`` of a batch, 0 = the server's limit; ``max_delay_ms``: how long an event may wait for company."""
        request = pb.StreamEventsRequest(
            session_id=self.id,
            after_sequence=after or 0,
            resume=after is not None,
            max_events=max_events,
            max_delay_ms=max_delay_ms,
            server_handles=server_handles,
        )
        return EventStream(self._begin_stream, self.refresh, request, self._clock, self._options.address)

    def events(self, *, after: int | None = None, server_handles: Iterable[int] = ()) -> TagEvents:
        """The same, one by one and each with its tag."""
        return TagEvents(self.stream(after=after, server_handles=server_handles))

    def _begin_stream(self, request: pb.StreamEventsRequest) -> StreamCall:
        return self._stub.StreamEvents(request, metadata=self._metadata)

    async def _answer(self, call: Callable[..., Awaitable[_P]], request: Any, timeout_s: float | None = None) -> _P:
        timeout_s = self._options.timeout_s if timeout_s is None else timeout_s
        return await answered(call(request, timeout=timeout_s, metadata=self._metadata), self._options.address)


def checked(command: Command, reply: Reply) -> Reply:
    """The reply if it is Ok; else GatewayError CommandFailed, which has the source's words and statuses."""
    if reply.ok:
        return reply
    details = {"status": reply.code.words, "diagnostic": reply.diagnostic}
    if reply.hresult is not None:
        details["hresult"] = f"0x{reply.hresult & 0xFFFF_FFFF:08X}"
    if reply.statuses:
        details["statuses"] = "; ".join(status.words for status in reply.statuses)
    words = reply.message or reply.diagnostic or f"{type(command).__name__} failed: {reply.code.words}"
    raise GatewayError(ErrorCode.COMMAND_FAILED, words, **{name: text for name, text in details.items() if text})


def _write_command(
    server: int, item: int, value: Value, time: Timestamp | None, user_id: int, verifier_id: int
) -> Command:
    if verifier_id:
        if time is None:
            return c.WriteSecured(server, item, value, user_id, verifier_id)
        return c.WriteSecured2(server, item, value, time, user_id, verifier_id)
    if time is None:
        return c.Write(server, item, value, user_id)
    return c.Write2(server, item, value, time, user_id)


async def _next_of(stream: EventStream, wanted: Callable[[Event], bool]) -> Event | str:
    """The next event that is wanted; words where it may have been missed, or cannot come any more."""
    async for piece in stream:
        if isinstance(piece, Disconnected):
            return f"the connection was lost ({piece.fault.message})"
        if isinstance(piece, Gap):
            return "events were lost"
        if isinstance(piece, EventBatch) and (found := next(filter(wanted, piece), None)) is not None:
            return found
    return "the session was closed"


def _milliseconds(timeout_s: float) -> int:
    if math.isnan(timeout_s) or timeout_s <= 0:
        return 0
    return _MAX_MS if timeout_s >= _MAX_MS / 1000 else max(1, round(timeout_s * 1000))
