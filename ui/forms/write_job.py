"""One write from the login to the read-back: the part that talks to the session. Without Qt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from app.batch import Detail, Event, Sample
from app.commands import Command, ProtocolStatus, Reply
from app.errors import ErrorCode, GatewayError
from app.sessions import calls
from app.sessions.items import Item, ItemRegistry
from app.sessions.session import StateWatcher
from app.sessions.state import SessionState
from app.tasks import Clock
from app.values import EventKind
from ui.forms.write_flow import State, Wish, WriteFlow

#: After acceptance: how long the completion may take, and how long the tag may take to show the new value by itself
#: before it is read.
COMPLETION_S = 35.0
SHOWN_S = 1.5
_LOOK_S = 0.05

#: What says that the source has not got it. After any other error it may have.
_NOT_SENT = (
    ErrorCode.SESSION_NOT_FOUND,
    ErrorCode.SESSION_NOT_READY,
    ErrorCode.INVALID_ARGUMENT,
    ErrorCode.PERMISSION_DENIED,
    ErrorCode.COMMAND_FAILED,
    ErrorCode.TOO_MANY_PENDING,
)
#: Replies of the worker after which it may have it too.
_ON_THE_WAY = (ProtocolStatus.CANCELLED.words, ProtocolStatus.INTERNAL.words)


class Target(Protocol):
    """What a write needs of :class:`app.sessions.session.Session`."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def state(self) -> SessionState: ...
    @property
    def items(self) -> ItemRegistry: ...
    async def invoke(self, command: Command, owner_key: str | None = None) -> Reply: ...
    def watch(self, watcher: StateWatcher) -> Callable[[], None]: ...


class WriteJob:
    """Sends one wish after the other; every step's :class:`State` goes to ``show``."""

    def __init__(
        self, session: Target, item: Item, flow: WriteFlow, clock: Clock, show: Callable[[State], None]
    ) -> None:
        self._session = session
        self._item = item
        self._flow = flow
        self._clock = clock
        self._show = show
        self._completion: asyncio.Future[Detail] | None = None

    def heard(self, event: Event) -> None:
        """Every completion of the item goes here."""
        if event.kind is not EventKind.WRITE_COMPLETE:
            return
        if self._completion is None:
            self._show(self._flow.late(event.detail))
        elif not self._completion.done():
            self._completion.set_result(event.detail)

    async def send(self, wish: Wish) -> State:
        """How it ended. Nothing is tried twice."""
        try:
            ids = [
                await calls.authenticate(self._session, self._item.server_handle, one.user.strip(), one.password)  # type: ignore[arg-type]
                for one in wish.people
            ]
        except GatewayError as error:
            return self._told(self._flow.refused(reason(error)))
        self._completion = asyncio.get_running_loop().create_future()
        unwatch = self._session.watch(self._state_changed)
        try:
            return self._told(await self._write(wish, ids, self._completion))
        finally:
            unwatch()
            self._completion = None

    async def _write(self, wish: Wish, ids: list[int], completion: asyncio.Future[Detail]) -> State:
        try:
            await self._invoke(wish, ids)
        except GatewayError as error:
            if error.code not in _NOT_SENT or error.fault.details.get("status") in _ON_THE_WAY:
                return self._flow.no_answer(reason(error))
            return self._flow.refused(reason(error))
        self._show(self._flow.accepted())
        try:
            detail = await self._within(completion, COMPLETION_S)
        except TimeoutError:
            return self._flow.no_answer(f"none within {COMPLETION_S:g} s")
        except GatewayError as error:
            return self._flow.no_answer(reason(error), completion_due=False)
        state = self._flow.completed(detail)
        self._show(state)
        return await self._read_back() if state.stage.running else state

    async def _invoke(self, wish: Wish, ids: list[int]) -> None:
        session, server, item = self._session, self._item.server_handle, self._item.item_handle
        if ids:
            await calls.write_secured(session, server, item, wish.value, ids[0], ids[-1], wish.time)  # type: ignore[arg-type]
        else:
            await calls.write(session, server, item, wish.value, wish.time)  # type: ignore[arg-type]

    async def _within(self, completion: asyncio.Future[Detail], limit_s: float) -> Detail:
        timer = self._clock.call_later(limit_s, _fail, completion, TimeoutError())
        try:
            return await completion
        finally:
            timer.cancel()

    def _state_changed(self, old: SessionState, new: SessionState) -> None:
        if new is not SessionState.READY and self._completion is not None:
            _fail(self._completion, GatewayError(ErrorCode.WORKER_UNAVAILABLE, f"the session is {new.words}"))

    async def _read_back(self) -> State:
        """The tag as its subscription shows it once it is as requested; else as the source reads it when asked."""
        end = self._clock.monotonic() + SHOWN_S
        while self._clock.monotonic() < end:
            sample = self._session.items.sample(self._item.key)
            if sample is not None and self._flow.reads_as_requested(sample.value):
                return self._flow.read_back(sample)
            await self._clock.sleep(_LOOK_S)
        try:
            (row,) = await calls.read(self._session, self._item.server_handle, [self._item.tag])  # type: ignore[arg-type]
        except GatewayError as error:
            return self._flow.not_read_back(reason(error))
        if not row.success:
            return self._flow.not_read_back(row.error or "no reason was given")
        return self._flow.read_back(Sample(row.value, row.quality, row.source_time_ns, row.worker_time_ns))

    def _told(self, state: State) -> State:
        self._show(state)
        return state


def _fail(completion: asyncio.Future[Detail], error: Exception) -> None:
    if not completion.done():
        completion.set_exception(error)


def reason(error: GatewayError) -> str:
    """Why, with the source's own codes in words."""
    fault = error.fault
    statuses = fault.details.get("statuses", "")
    return f"{fault.message} ({statuses})" if statuses and statuses not in fault.message else fault.message
