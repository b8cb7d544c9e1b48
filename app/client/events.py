"""A session's events, over losses of the connection: in order, none twice, and none missing without a word."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol, cast

from grpc import aio

from app.batch import EventBatch
from app.client.convert import batches, remote_item, session_change, session_info
from app.client.errors import ClientError
from app.client.model import Connected, Disconnected, Gap, RemoteItem, SessionChange, SessionInfo, TagEvent
from app.errors import ErrorCode, ProtocolViolation
from app.pb import gateway_pb2 as pb
from app.tasks import Clock
from app.values import Fault, split_key

Piece = Connected | Disconnected | Gap | SessionChange | EventBatch

_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_JITTER = 0.2
#: Reasons that pass: the server may not have noticed yet that the earlier stream has gone, or has too much to do.
_PASSING = frozenset((
    ErrorCode.EVENT_SUBSCRIBER_ALREADY_ACTIVE,
    ErrorCode.EVENT_SUBSCRIBER_LIMIT_REACHED,
    ErrorCode.STREAM_LIMIT_REACHED,
    ErrorCode.RATE_LIMITED,
))  # fmt: skip


class StreamCall(Protocol):
    """What the generated code makes of one call of StreamEvents."""

    async def read(self) -> Any: ...

    def cancel(self) -> bool: ...


class EventStream:
    """``async with`` and ``async for``: yields :class:`Connected` first, then batches, gaps and changes of the session;
    around each loss of the connection :class:`Disconnected` and :class:`Connected`.

    Ends where the session is closed. Raises ClientError where the server refuses the first call, and later where the
    session has faulted, is gone, or the key no longer suffices; what it had is lost then. One reader alone. The place
    at the server is taken with the first read, and given back by :meth:`close`.
    """

    def __init__(
        self,
        begin: Callable[[pb.StreamEventsRequest], StreamCall],
        info: Callable[[], Awaitable[SessionInfo]],
        request: pb.StreamEventsRequest,
        clock: Clock,
        address: str,
    ) -> None:
        """Made by :meth:`app.client.RemoteSession.stream`."""
        self._begin = begin
        self._info = info
        self._request = request
        self._clock = clock
        self._address = address
        self._call: StreamCall | None = None
        self._ready: deque[Piece] = deque()
        self._position: int | None = request.after_sequence if request.resume or request.after_sequence else None
        self._attempt = 0
        self._connected = False  # it was, once
        self._retry_s = 0.0
        self._hurry = asyncio.Event()
        self._whole = False  # every event of the session comes: a hole is a loss
        self._ended = False
        self.items: dict[int, RemoteItem] = {}

    @property
    def position(self) -> int | None:
        """The newest event that was yielded, or passed over by a gap that was: a later stream resumes after it. None =
        nothing was told yet."""
        return self._position

    def tag(self, key: int) -> str:
        """The address of an item; its handles where the server did not tell it."""
        item = self.items.get(key)
        return item.tag if item is not None else "{}/{}".format(*split_key(key))

    async def __aenter__(self) -> EventStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the place back. Twice is harmless; the stream yields nothing more."""
        self._ended = True
        self._ready.clear()
        self._drop()

    def refilter(self, server_handles: Iterable[int]) -> None:
        """From now on events of other server handles (none = all); nothing is lost or told twice by it. What is being
        read meanwhile goes on with the next piece."""
        del self._request.server_handles[:]
        self._request.server_handles.extend(server_handles)
        self._drop()

    def _drop(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.cancel()

    # ---- reading

    def __aiter__(self) -> EventStream:
        return self

    async def __anext__(self) -> Piece:
        while not self._ready:
            if self._ended:
                raise StopAsyncIteration
            message = await self._message()
            if message is not None:
                self._take(message)
        piece = self._ready.popleft()
        self._position = _behind(piece, self._position)
        return piece

    async def _message(self) -> pb.StreamMessage | None:
        if self._call is None:
            await self._wait()
            self._call = self._begin(self._next_request())
        call = self._call
        try:
            message = await call.read()
        except aio.AioRpcError as error:
            if self._call is not call:  # given up here, for another filter
                return None
            self._call = None
            await self._lost(ClientError.from_call(error, self._address))
            return None
        except BaseException:
            if self._call is not call and not _cancelled_now():
                return None  # given up by another task
            self._drop()
            raise
        if self._call is not call:
            return None
        if message is aio.EOF:
            self._call = None
            self._ended = True
            return None
        return cast("pb.StreamMessage", message)

    def _next_request(self) -> pb.StreamEventsRequest:
        request = pb.StreamEventsRequest()
        request.CopyFrom(self._request)
        if self._position is not None:
            request.after_sequence = self._position
            request.resume = True
        return request

    # ---- losses

    def hurry(self) -> None:
        """Somebody does not want to wait for the next attempt."""
        self._hurry.set()

    async def _wait(self) -> None:
        if self._retry_s <= 0:
            return
        self._hurry.clear()
        timer = self._clock.call_later(self._retry_s, self._hurry.set)
        try:
            await self._hurry.wait()
        finally:
            timer.cancel()
        self._retry_s = 0.0

    async def _lost(self, error: ClientError) -> None:
        """Try again later, or raise what the stream ends with."""
        if error.code == ErrorCode.EVENT_QUEUE_OVERFLOW and self._connected:
            self._retry_s = 0.0  # what it missed may still be kept: the sooner the better
            return
        if not self._connected or not await self._passes(error):
            self._ended = True
            raise error
        self._attempt += 1
        self._retry_s = error.retry_after_s or _jittered(self._attempt)
        self._ready.append(Disconnected(error.fault, self._retry_s))

    async def _passes(self, error: ClientError) -> bool:
        if error.connection_lost or error.code in _PASSING:
            return True
        if error.code != ErrorCode.SESSION_NOT_READY:
            return False
        try:  # a new worker may be on its way
            return not (await self._info()).state.ended
        except ClientError as other:
            return other.connection_lost

    # ---- what came

    def _take(self, message: pb.StreamMessage) -> None:
        if message.HasField("started"):
            self._started(message.started)
        if message.HasField("gap"):
            self._gap(message.gap.after_sequence, message.gap.oldest_available)
        if message.HasField("change"):
            self._ready.append(session_change(message.change))
        if message.HasField("items"):
            for item in message.items.items:
                self.items[item.key] = remote_item(item)
            for key in message.items.removed:
                self.items.pop(key, None)
        for packed in message.batches:
            for batch in batches(packed):
                self._add(batch)

    def _started(self, started: pb.Started) -> None:
        self._attempt = 0
        self._connected = True
        self._whole = not started.filtered
        self.items.clear()  # the table that follows has them all
        if self._position is None:
            self._position = started.position
        self._ready.append(Connected(self._position, session_info(started.session)))

    def _gap(self, after: int, oldest: int) -> None:
        newest = self._newest()
        if not oldest or oldest > newest + 1:
            self._ready.append(Gap(max(after, newest), oldest))

    def _add(self, batch: EventBatch) -> None:
        newest = self._newest()
        batch = batch.after(newest)
        if not len(batch):
            return
        if self._whole and batch.first_sequence > newest + 1:
            self._ready.append(Gap(newest, batch.first_sequence))
        self._ready.append(batch)

    def _newest(self) -> int:
        """The newest event that is here, read or not, or was told as missing."""
        newest = self._position
        for piece in self._ready:
            newest = _behind(piece, newest)
        if newest is None:
            raise ProtocolViolation("the server sent events before it told where they start")
        return newest


def _behind(piece: Piece, position: int | None) -> int | None:
    """Where a stream is after this piece."""
    if isinstance(piece, EventBatch):
        return piece.last_sequence
    if isinstance(piece, Gap) and piece.oldest:
        return piece.oldest - 1
    return position


class TagEvents:
    """The same, an event at a time and each with its tag: yields :class:`TagEvent` and :class:`Gap` alone. Convenient,
    and far slower than batches where there are many."""

    def __init__(self, stream: EventStream) -> None:
        self.stream = stream
        self._ready: deque[TagEvent | Gap] = deque()
        self.fault: Fault | None = None  # why the connection is lost, while it is

    async def __aenter__(self) -> TagEvents:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._ready.clear()
        self.stream.close()

    def __aiter__(self) -> TagEvents:
        return self

    async def __anext__(self) -> TagEvent | Gap:
        while not self._ready:
            piece = await anext(self.stream)
            match piece:
                case EventBatch():
                    self._ready.extend(_tag_event(event, self.stream.tag(event.key)) for event in piece)
                case Gap():
                    self._ready.append(piece)
                case Disconnected():
                    self.fault = piece.fault
                case Connected():
                    self.fault = None
                case SessionChange():
                    pass
        return self._ready.popleft()


def _tag_event(event: Any, tag: str) -> TagEvent:
    return TagEvent(
        event.sequence,
        event.kind,
        event.key,
        tag,
        event.value,
        event.quality,
        event.source_time,
        event.worker_time,
        event.detail,
    )


def _jittered(attempt: int) -> float:
    """Many clients that lost the same server must not all come back in the same instant."""
    return _BACKOFF_S[min(attempt, len(_BACKOFF_S)) - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)


def _cancelled_now() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
