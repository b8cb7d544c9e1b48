"""The one way in which a write by hand leaves this program: recorded first, then sent, then its end recorded.

No audit store, no write. Read-only mode and one write in flight for each tag are kept here as well, whatever the caller
shows: forms, bulk writes and programs all go through :meth:`AuditedWriter.intend`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app import commands as c
from app.batch import Sample
from app.commands import Command, Reply, WriteEntry
from app.errors import ErrorCode, GatewayError
from app.records.audit import Audit
from app.records.audit_record import Completion, Entry, Intent, Origin, Result, Who
from app.tasks import Clock, spawn
from app.values import Timestamp, Value

_BULKS = {
    (False, False): c.WriteBulk,
    (True, False): c.Write2Bulk,
    (False, True): c.WriteSecuredBulk,
    (True, True): c.WriteSecured2Bulk,
}


class Source(Protocol):
    """The session that is written to."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    async def invoke(self, command: Command) -> Reply: ...


class Place(Protocol):
    """The item that is written."""

    @property
    def tag(self) -> str: ...
    @property
    def server_handle(self) -> int: ...
    @property
    def item_handle(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One write as somebody decided on it. ``old`` is what the tag showed then; passwords are not of it."""

    value: Value
    time: Timestamp | None = None
    old: Sample | None = None
    user: str = ""
    verifier: str = ""
    comment: str = ""
    origin: Origin = Origin.FORM
    run: str = ""
    source: str = ""  # the driver, and its address where it has one
    who: Who | None = None  # another than this account on this computer: a key, and where it called from


class ReadOnly:
    """Where nothing may be written: everywhere, or in sessions by their names."""

    def __init__(self) -> None:
        self.whole = False
        self.sessions: frozenset[str] = frozenset()

    def reason(self, session: str) -> str:
        """Why a session must not be written to; "" = it may be."""
        if self.whole:
            return "Tagwatch is read-only"
        return f"{session} is read-only" if session in self.sessions else ""


class AuditedWriter:
    """Shared by everything that writes."""

    def __init__(
        self, audit: Audit, clock: Clock, *, who: Who | None = None, read_only: ReadOnly | None = None
    ) -> None:
        self.read_only = ReadOnly() if read_only is None else read_only
        self._audit = audit
        self._clock = clock
        self._who = Who.here() if who is None else who
        self._in_flight: set[tuple[str, str]] = set()
        self._open: set[int] = set()

    def busy(self, session_id: str, tag: str) -> bool:
        """Whether a write of the tag is on its way."""
        return (session_id, tag) in self._in_flight

    @property
    def open_numbers(self) -> frozenset[int]:
        """The records of writes that are on their way."""
        return frozenset(self._open)

    async def intend(self, session: Source, item: Place, request: Request) -> Ticket:
        """Record the write. AuditError where that is not possible, and GatewayError where it must not be written: then
        nothing was sent, and nothing will be."""
        if reason := self.read_only.reason(session.name):
            raise GatewayError(ErrorCode.PERMISSION_DENIED, f"{reason}: nothing is written")
        entry = session.id, item.tag
        if entry in self._in_flight:
            raise GatewayError(
                ErrorCode.WRITE_IN_FLIGHT, f"another write of {item.tag} is on its way: wait for its end"
            )
        self._in_flight.add(entry)
        try:
            number = await self._recorded(self._intent(session, item, request))
        except BaseException:
            self._in_flight.discard(entry)
            raise
        self._open.add(number)
        return Ticket(self, number, session, item, request)

    async def refuse(self, session: Source, item: Place, request: Request, words: str) -> None:
        """Record a write that its caller may not make: not sent, and why. AuditError where that is not possible."""
        number = await self._recorded(self._intent(session, item, request))
        await self._audit.append(Completion(number, self._clock.utc_ns(), Result.NOT_SENT, words))

    def _intent(self, session: Source, item: Place, request: Request) -> Intent:
        old = request.old
        return Intent(
            self._clock.utc_ns(),
            request.who or self._who,
            session.name,
            request.source,
            item.tag,
            request.value,
            None if old is None else old.value,
            None if old is None else old.quality,
            None if request.time is None else request.time.ns,
            request.user,
            request.verifier,
            request.comment,
            request.origin,
            request.run,
        )

    async def send_together(
        self, tickets: Sequence[Ticket], user_ids: Sequence[Sequence[int]] = (), *, secured: bool = False
    ) -> tuple[Command, Reply]:
        """One bulk command for tickets of one session and server handle, all with a time or all without; the command,
        and the source's reply as it came. ``user_ids`` as for :meth:`Ticket.send`, for each ticket."""
        first = tickets[0]
        if reason := self.read_only.reason(first.session.name):
            raise GatewayError(ErrorCode.PERMISSION_DENIED, f"{reason}: nothing is written")
        ids = user_ids or [()] * len(tickets)
        entries = tuple(ticket.entry(who) for ticket, who in zip(tickets, ids, strict=True))
        kind = _BULKS[entries[0].time is not None, secured]
        command = kind(first.item.server_handle, entries)
        return command, await first.session.invoke(command)

    async def _recorded(self, intent: Intent) -> int:
        """The number of the intent. Cancelled meanwhile: should it be recorded yet, so is that it was not sent."""
        appending = spawn(self._audit.append(intent), name="audit", on_failure=_heard)
        try:
            return await asyncio.shield(appending)
        except asyncio.CancelledError:
            spawn(self._withdraw(appending), name="audit", on_failure=_heard)
            raise

    async def _withdraw(self, appending: asyncio.Task[int]) -> None:
        number = await appending
        await self._audit.append(
            Completion(number, self._clock.utc_ns(), Result.NOT_SENT, "cancelled before it was sent")
        )

    async def end(
        self, number: int, result: Result, words: str, found: Sample | None = None, ticket: Ticket | None = None
    ) -> None:
        """Record how a write ended, also a late answer to it. It is recorded even if the caller is cancelled."""
        read_back, quality = (None, None) if found is None else (found.value, found.quality)
        entry: Entry = Completion(number, self._clock.utc_ns(), result, words, read_back, quality)
        appending = spawn(self._audit.append(entry), name="audit", on_failure=_heard)
        if ticket is not None:
            appending.add_done_callback(lambda _: self._over(ticket))
        await asyncio.shield(appending)

    def _over(self, ticket: Ticket) -> None:
        self._open.discard(ticket.number)
        self._in_flight.discard((ticket.session.id, ticket.item.tag))


class Ticket:
    """A recorded write: it may be sent, once, and has to be ended, once."""

    def __init__(self, writer: AuditedWriter, number: int, session: Source, item: Place, request: Request) -> None:
        self.number = number
        self.session = session
        self.item = item
        self.sent = False
        self._writer = writer
        self._request = request
        self._ended = False

    def entry(self, user_ids: Sequence[int] = ()) -> WriteEntry:
        """As a row of a bulk command, which sends it now."""
        self._taken()
        first, last = (user_ids[0], user_ids[-1]) if user_ids else (0, 0)
        return WriteEntry(self.item.item_handle, self._request.value, self._request.time, first, last)

    def _taken(self) -> None:
        if self.sent or self._ended:
            raise RuntimeError(f"record {self.number} was sent or ended already")
        self.sent = True

    async def send(self, user_ids: Sequence[int] = (), *, plain_user: int = 0) -> tuple[Command, Reply]:
        """The command, and the source's reply to it as it came. ``user_ids`` of those who logged in for it: none, one,
        or user and verifier. ``plain_user`` is whom an ordinary write names."""
        if reason := self._writer.read_only.reason(self.session.name):  # set while people logged in
            raise GatewayError(ErrorCode.PERMISSION_DENIED, f"{reason}: nothing is written")
        self._taken()
        command = self._command(user_ids, plain_user)
        return command, await self.session.invoke(command)

    def _command(self, user_ids: Sequence[int], plain_user: int) -> Command:
        server, item = self.item.server_handle, self.item.item_handle
        value, time = self._request.value, self._request.time
        if user_ids:
            first, last = user_ids[0], user_ids[-1]
            if time is None:
                return c.WriteSecured(server, item, value, first, last)
            return c.WriteSecured2(server, item, value, time, first, last)
        if time is None:
            return c.Write(server, item, value, plain_user)
        return c.Write2(server, item, value, time, plain_user)

    async def end(self, result: Result, words: str, found: Sample | None = None) -> None:
        """AuditError where the end could not be recorded: the record then stays without an answer."""
        if self._ended:
            return
        self._ended = True
        await self._writer.end(self.number, result, words, found, self)

    async def late(self, result: Result, words: str) -> None:
        """An answer that came after the end."""
        with contextlib.suppress(GatewayError):
            await self._writer.end(self.number, result, words)


def _heard(_: BaseException) -> None:
    """Whoever waits for it gets the error."""
