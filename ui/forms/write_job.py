"""One write from the login to the read-back: the part that talks to the session. Without Qt."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

from app.batch import Detail, Event, Sample
from app.commands import Command, ProtocolStatus, Reply
from app.errors import ErrorCode, GatewayError
from app.records.audit_record import Origin, Result
from app.records.audited import AuditedWriter, ReadOnly, Request, Ticket
from app.sessions import calls
from app.sessions.items import Item, ItemRegistry
from app.sessions.session import StateWatcher
from app.sessions.state import SessionState
from app.tasks import Clock, spawn
from app.values import EventKind
from ui.forms.write_flow import Person, Stage, State, Wish, WriteFlow
from ui.i18n import tr

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
    ErrorCode.WRITE_IN_FLIGHT,
    ErrorCode.COMMAND_FAILED,
    ErrorCode.TOO_MANY_PENDING,
)
#: Replies of the worker after which it may have it too.
_ON_THE_WAY = (ProtocolStatus.CANCELLED.words, ProtocolStatus.INTERNAL.words)


_RESULTS = {
    Stage.CONFIRMED: Result.CONFIRMED,
    Stage.CLAMPED: Result.CLAMPED,
    Stage.UNCONFIRMED: Result.UNCONFIRMED,
    Stage.REJECTED: Result.REJECTED,
    Stage.NO_ANSWER: Result.NO_ANSWER,
}


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
    async def invoke(self, command: Command) -> Reply: ...
    def watch(self, watcher: StateWatcher) -> Callable[[], None]: ...


class WriteJob:
    """Sends one wish after the other; every step's :class:`State` goes to ``show``. Each is recorded before it is
    sent, and so is its end."""

    def __init__(
        self,
        session: Target,
        item: Item,
        flow: WriteFlow,
        clock: Clock,
        show: Callable[[State], None],
        writer: AuditedWriter,
        *,
        origin: Origin = Origin.FORM,
        run: str = "",
        source: str = "",
    ) -> None:
        """``run`` is what the writes of a bulk have in common, ``source`` what the session talks to."""
        self._session = session
        self._item = item
        self._flow = flow
        self._clock = clock
        self._show = show
        self._writer = writer
        self._origin = origin
        self._run = run
        self._source = source
        self._completion: asyncio.Future[Detail] | None = None
        self._ticket: Ticket | None = None
        self._found: Sample | None = None  # the read-back

    @property
    def sent(self) -> bool:
        """Whether the last wish has gone out: then it cannot be taken back."""
        return self._ticket is not None and self._ticket.sent

    def heard(self, event: Event) -> None:
        """Every completion of the item goes here."""
        if event.kind is not EventKind.WRITE_COMPLETE:
            return
        if self._completion is None:
            before = self._flow.state
            self._show(self._flow.late(event.detail))
            if self._flow.state is not before and self._ticket is not None:
                state = self._flow.state
                spawn(self._ticket.late(_RESULTS[state.stage], state.words), name="audit")
        elif not self._completion.done():
            self._completion.set_result(event.detail)

    async def send(self, wish: Wish, user_ids: Sequence[int] | GatewayError | None = None) -> State:
        """How it ended. Nothing is tried twice. ``user_ids``: of those who have logged in for it already, or why they
        were not let in; without them the wish's people log in now. Cancelled before it went out, it is not sent; after
        that, it has no answer."""
        self._found = self._ticket = None
        try:
            ticket = self._ticket = await self._writer.intend(self._session, self._item, self._request(wish))
        except GatewayError as error:
            return self._told(self._flow.refused(reason(error)))
        try:
            state = await self._send(wish, ticket, user_ids)
        except BaseException:
            left = tr("nobody waited for the answer") if ticket.sent else tr("cancelled before it was sent")
            with contextlib.suppress(GatewayError):  # the record is there; an end that is missing is told as such
                await ticket.end(Result.NO_ANSWER if ticket.sent else Result.NOT_SENT, left)
            raise
        try:
            await ticket.end(_RESULTS[state.stage] if ticket.sent else Result.NOT_SENT, state.words, self._found)
        except GatewayError as error:
            state = self._flow.unrecorded(reason(error))
        return self._told(state)

    def _request(self, wish: Wish) -> Request:
        names = [person.user.strip() for person in wish.people]
        return Request(
            wish.value,
            wish.time,
            self._session.items.sample(self._item.key),
            names[0] if names else "",
            names[1] if len(names) > 1 else "",
            wish.comment,
            self._origin,
            self._run,
            self._source,
        )

    async def _send(self, wish: Wish, ticket: Ticket, user_ids: Sequence[int] | GatewayError | None) -> State:
        try:
            if isinstance(user_ids, GatewayError):
                raise user_ids
            ids = await log_in(self._session, self._item.server_handle, wish.people) if user_ids is None else user_ids
        except GatewayError as error:
            return self._flow.refused(reason(error))
        self._completion = asyncio.get_running_loop().create_future()
        unwatch = self._session.watch(self._state_changed)
        try:
            return await self._write(ticket, ids, self._completion)
        finally:
            unwatch()
            self._completion = None

    async def _write(self, ticket: Ticket, ids: Sequence[int], completion: asyncio.Future[Detail]) -> State:
        try:
            calls.checked(*await ticket.send(ids))
        except GatewayError as error:
            if error.code not in _NOT_SENT or error.fault.details.get("status") in _ON_THE_WAY:
                return self._flow.no_answer(reason(error))
            return self._flow.refused(reason(error))
        self._show(self._flow.accepted())
        try:
            detail = await self._within(completion, COMPLETION_S)
        except TimeoutError:
            return self._flow.no_answer(tr("none within {seconds} s").format(seconds=f"{COMPLETION_S:g}"))
        except GatewayError as error:
            return self._flow.no_answer(reason(error), completion_due=False)
        state = self._flow.completed(detail)
        self._show(state)
        return await self._read_back() if state.stage.running else state

    async def _within(self, completion: asyncio.Future[Detail], limit_s: float) -> Detail:
        timer = self._clock.call_later(limit_s, _fail, completion, TimeoutError())
        try:
            return await completion
        finally:
            timer.cancel()

    def _state_changed(self, old: SessionState, new: SessionState) -> None:
        if new is not SessionState.READY and self._completion is not None:
            _fail(
                self._completion,
                GatewayError(ErrorCode.WORKER_UNAVAILABLE, tr("the session is {state}").format(state=tr(new.words))),
            )

    async def _read_back(self) -> State:
        """The tag as its subscription shows it once it is as requested; else as the source reads it when asked."""
        end = self._clock.monotonic() + SHOWN_S
        while self._clock.monotonic() < end:
            sample = self._session.items.sample(self._item.key)
            if sample is not None and self._flow.reads_as_requested(sample.value):
                self._found = sample
                return self._flow.read_back(sample)
            await self._clock.sleep(_LOOK_S)
        try:
            (row,) = await calls.read(self._session, self._item.server_handle, [self._item.tag])  # type: ignore[arg-type]
        except GatewayError as error:
            return self._flow.not_read_back(reason(error))
        if not row.success:
            return self._flow.not_read_back(row.error or tr("no reason was given"))
        self._found = Sample(row.value, row.quality, row.source_time_ns, row.worker_time_ns)
        return self._flow.read_back(self._found)

    def _told(self, state: State) -> State:
        self._show(state)
        return state


def refusal(read_only: ReadOnly, session: str) -> str:
    """Why nothing may be written to a session, for a person; "" = it may."""
    if not read_only.reason(session):
        return ""
    if read_only.whole:
        return tr("Read-only: nothing is written from this window.")
    return tr("{session} is read-only: nothing is written to it.").format(session=session)


async def log_in(session: Target, server_handle: int, people: Sequence[Person]) -> list[int]:
    """Their ids for writes on this server handle; GatewayError where one of them is not let in."""
    return [
        await calls.authenticate(session, server_handle, person.user.strip(), person.password)  # type: ignore[arg-type]
        for person in people
    ]


def _fail(completion: asyncio.Future[Detail], error: Exception) -> None:
    if not completion.done():
        completion.set_exception(error)


def reason(error: GatewayError) -> str:
    """Why, with the source's own codes in words."""
    fault = error.fault
    statuses = fault.details.get("statuses", "")
    return f"{fault.message} ({statuses})" if statuses and statuses not in fault.message else fault.message
