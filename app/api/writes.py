"""Writes of other programs: through the audited writer like those of the window, with the key and the peer's address.

A write is recorded, sent, and answered as soon as the source has accepted or refused it; its completion and what the
tag reads then are followed in the background, to the end of its record. Nothing is tried twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app import commands as c
from app.api import tags
from app.api.guard import Caller
from app.api.handles import Logins
from app.batch import Detail, Event, Sample
from app.commands import Reply, WriteEntry, WriteRow, WriteRows
from app.errors import ErrorCode, GatewayError
from app.records.audit_record import Origin, Result, Who
from app.records.audited import AuditedWriter, Request, Ticket
from app.sessions import calls
from app.sessions.items import Item
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.tasks import Clock, join, spawn
from app.values import EventKind, Timestamp, Value, same_value

#: How long a completion may take, and the tag until it shows the new value by itself.
COMPLETION_S = 35.0
SHOWN_S = 1.5
_LOOK_S = 0.05
#: How long the end of the server waits for the ends of writes.
_ENDS_S = 2.0

#: What says that the source has not got it; after any other error it may have.
_NOT_SENT = frozenset(
    {
        ErrorCode.SESSION_NOT_FOUND,
        ErrorCode.SESSION_NOT_READY,
        ErrorCode.INVALID_ARGUMENT,
        ErrorCode.PERMISSION_DENIED,
        ErrorCode.TOO_MANY_PENDING,
    }
)

Single = c.Write | c.Write2 | c.WriteSecured | c.WriteSecured2
Bulk = c.WriteBulk | c.Write2Bulk | c.WriteSecuredBulk | c.WriteSecured2Bulk
SINGLES = (c.Write, c.Write2, c.WriteSecured, c.WriteSecured2)
BULKS = (c.WriteBulk, c.Write2Bulk, c.WriteSecuredBulk, c.WriteSecured2Bulk)
_SECURED = (c.WriteSecured, c.WriteSecured2, c.WriteSecuredBulk, c.WriteSecured2Bulk)
_TIMED = (c.Write2, c.WriteSecured2, c.Write2Bulk, c.WriteSecured2Bulk)


@dataclass(frozen=True, slots=True)
class _Wish:
    item: Item
    value: Value
    time: Timestamp | None
    ids: tuple[int, ...] = ()  # user and verifier of a secured write
    plain_user: int = 0


class Writes:
    """``writer`` None: nothing can be recorded, so nothing is written."""

    def __init__(self, writer: AuditedWriter | None, logins: Logins, clock: Clock) -> None:
        self._writer = writer
        self._logins = logins
        self._clock = clock
        self._following: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Before the audit store stops: the ends of all writes are recorded, those without an answer as such."""
        if self._following:
            await asyncio.wait(self._following, timeout=_ENDS_S)
        await join(*self._following)

    async def single(self, session: Session, caller: Caller, command: Single, comment: str) -> tuple[Reply, int]:
        """The source's reply, and the number of the record."""
        secured = isinstance(command, _SECURED)
        ids = (command.user_id, command.verifier_id) if isinstance(command, c.WriteSecured | c.WriteSecured2) else ()
        plain = command.user_id if isinstance(command, c.Write | c.Write2) else 0
        time = command.time if isinstance(command, c.Write2 | c.WriteSecured2) else None
        entry = WriteEntry(command.item_handle, command.value, time, *ids)
        wish = self._wish(session, command.server_handle, entry, secured, isinstance(command, _TIMED), plain)
        ticket = await self._intend(session, caller, wish, comment, "")
        self._logins.use_up(session, caller, wish.ids)
        write = _OnItsWay(session, ticket, wish, self._clock)
        try:
            _, reply = await ticket.send(wish.ids, plain_user=wish.plain_user)
        except GatewayError as error:
            await write.failed(error)
            raise
        except asyncio.CancelledError:
            self._follow(write)  # the client has gone; what it sent goes on
            raise
        if reply.ok:
            self._follow(write)
        else:
            await write.refused(reply.words)
        return reply, ticket.number

    async def bulk(self, session: Session, caller: Caller, command: Bulk, comment: str) -> Reply:
        """One round trip; one row per entry. What cannot be written fails its row alone, and so does a tag that an
        earlier row writes already: completions name the tag alone, so nobody could tell which of the two has ended."""
        secured, timed = isinstance(command, _SECURED), isinstance(command, _TIMED)
        run = uuid.uuid4().hex[:12]
        rows: list[WriteRow | None] = [None] * len(command.entries)
        writes: list[tuple[int, _OnItsWay, _Wish]] = []
        first: dict[str, int] = {}  # by tag

        async def intend(index: int, entry: WriteEntry) -> None:
            try:
                plain = 0 if secured else entry.user_id
                wish = self._wish(session, command.server_handle, entry, secured, timed, plain)
                if (earlier := first.setdefault(wish.item.tag, index)) != index:
                    words = f"{wish.item.tag} stands in entry {earlier} already: one bulk writes a tag once"
                    rows[index] = WriteRow(False, entry.item_handle, words)
                    return
                ticket = await self._intend(session, caller, wish, comment, run)
                writes.append((index, _OnItsWay(session, ticket, wish, self._clock), wish))
            except GatewayError as error:
                rows[index] = WriteRow(False, entry.item_handle, error.fault.message)

        try:
            await asyncio.gather(*(intend(index, entry) for index, entry in enumerate(command.entries)))
        except asyncio.CancelledError:
            for _, write, _ in writes:
                self._follow(write)
            raise
        self._logins.use_up(session, caller, [user for _, _, wish in writes for user in wish.ids])
        writes.sort(key=lambda entry: entry[0])
        reply = await self._send(writes, secured) if writes else Reply(payload=WriteRows(()))
        if not isinstance(reply.payload, WriteRows):
            return reply
        for (index, _, _), row in zip(writes, reply.payload.rows, strict=True):
            rows[index] = row
        return Reply(
            reply.code,
            reply.message,
            reply.diagnostic,
            reply.hresult,
            reply.statuses,
            WriteRows(tuple(row for row in rows if row is not None)),
        )

    async def _send(self, writes: Sequence[tuple[int, _OnItsWay, _Wish]], secured: bool) -> Reply:
        assert self._writer is not None
        tickets = [write.ticket for _, write, _ in writes]
        ids = [wish.ids or ((wish.plain_user,) if wish.plain_user else ()) for _, _, wish in writes]
        try:
            _, reply = await self._writer.send_together(tickets, ids, secured=secured)
        except GatewayError as error:
            for _, write, _ in writes:
                await write.failed(error)
            raise
        except asyncio.CancelledError:
            for _, write, _ in writes:
                self._follow(write)
            raise
        answered = reply.payload.rows if isinstance(reply.payload, WriteRows) else ()
        if not reply.ok or len(answered) != len(writes):
            for _, write, _ in writes:
                await write.refused(reply.words)
            return reply
        for (_, write, _), row in zip(writes, answered, strict=True):
            if row.success:
                self._follow(write)
            else:
                await write.refused(row.error)
        return reply

    # ---- what is wanted

    def _wish(
        self, session: Session, server_handle: int, entry: WriteEntry, secured: bool, timed: bool, plain: int
    ) -> _Wish:
        item = session.items.find(server_handle, entry.item_handle)
        if item is None:
            raise GatewayError(
                ErrorCode.INVALID_ARGUMENT,
                f"there is no item {entry.item_handle} of server handle {server_handle}: add it first",
            )
        if timed and not isinstance(entry.time, Timestamp):
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, f"{item.tag}: time must be a Time")
        time = entry.time if isinstance(entry.time, Timestamp) and timed else None
        return _Wish(item, entry.value, time, (entry.user_id, entry.verifier_id) if secured else (), plain)

    async def _check(self, session: Session, caller: Caller, item: Item) -> None:
        if not caller.constraints.limited:
            return
        security = await tags.security(session, item)
        if reason := caller.constraints.write(session.name, item.tag, security, item.context):
            raise GatewayError(ErrorCode.PERMISSION_DENIED, reason)

    async def _intend(self, session: Session, caller: Caller, wish: _Wish, comment: str, run: str) -> Ticket:
        """Recorded, and to be sent. What the caller may not write is recorded, too, as not sent."""
        if self._writer is None:
            raise GatewayError(ErrorCode.AUDIT_UNAVAILABLE, "writes cannot be recorded here: nothing is written")
        request = Request(
            wish.value,
            wish.time,
            session.items.sample(wish.item.key),
            self._logins.name(session, caller, wish.plain_user) if wish.plain_user else "",
            "",
            comment,
            Origin.API,
            run,
            " ".join(filter(None, dict.fromkeys((session.backend, session.info().source)))),
            who(caller),
        )
        try:
            await self._check(session, caller, wish.item)
            people = [self._logins.user(session, caller, user) for user in wish.ids]
            if people:
                verifier = people[1] if wish.ids[0] != wish.ids[1] else ""
                request = replace(request, user=people[0], verifier=verifier)
            return await self._writer.intend(session, wish.item, request)
        except GatewayError as error:
            if error.code == ErrorCode.PERMISSION_DENIED:
                with contextlib.suppress(GatewayError):  # that it was refused is what the client is told in any case
                    await self._writer.refuse(session, wish.item, request, error.fault.message)
            raise

    def _follow(self, write: _OnItsWay) -> None:
        task = spawn(write.follow(), name="follow write")
        self._following.add(task)
        task.add_done_callback(self._following.discard)


def who(caller: Caller) -> Who:
    """The key and where it called from, in the places of the account and the computer."""
    return Who(f"key {caller.key_id}" if caller.key_id else "no key", caller.peer)


class _OnItsWay:
    """One recorded write. It listens for its completion before it is sent."""

    def __init__(self, session: Session, ticket: Ticket, wish: _Wish, clock: Clock) -> None:
        self.ticket = ticket
        self._session = session
        self._wish = wish
        self._clock = clock
        self._completed: asyncio.Future[Detail] = asyncio.get_running_loop().create_future()
        self._stop = [session.on_completion(wish.item.key, self._heard), session.watch(self._state_changed)]

    def _heard(self, event: Event) -> None:
        if event.kind is EventKind.WRITE_COMPLETE and not self._completed.done():
            self._completed.set_result(event.detail)

    def _state_changed(self, old: SessionState, new: SessionState) -> None:
        if new is not SessionState.READY and not self._completed.done():
            self._completed.set_exception(GatewayError(ErrorCode.WORKER_UNAVAILABLE, f"the session is {new.words}"))

    async def failed(self, error: GatewayError) -> None:
        sent = self.ticket.sent and error.code not in _NOT_SENT
        await self._end(Result.NO_ANSWER if sent else Result.NOT_SENT, error.fault.message)

    async def refused(self, words: str) -> None:
        await self._end(Result.REJECTED, words)

    async def follow(self) -> None:
        """To its end; cancelled, it is recorded as one without an answer."""
        if not self.ticket.sent:
            await self._end(Result.NOT_SENT, "the client cancelled it before it was sent")
            return
        try:
            await self._end(*await self._found_out())
        except asyncio.CancelledError:
            await self._end(Result.NO_ANSWER, "the server was stopped before the answer came")
            raise

    async def _found_out(self) -> tuple[Result, str, Sample | None]:
        timer = self._clock.call_later(COMPLETION_S, _late, self._completed)
        try:
            detail = await self._completed
        except GatewayError as error:
            return Result.NO_ANSWER, error.fault.message, None
        finally:
            timer.cancel()
        bad = [status.words for status in detail.statuses if not status.ok]
        if bad:
            return Result.REJECTED, "; ".join(bad), None
        return await self._read_back()

    async def _read_back(self) -> tuple[Result, str, Sample | None]:
        item, items = self._wish.item, self._session.items
        end = self._clock.monotonic() + SHOWN_S
        registered = items.get(item.key)
        while registered is not None and registered.advised and self._clock.monotonic() < end:
            sample = items.sample(item.key)
            if sample is not None and same_value(sample.value, self._wish.value):
                return Result.CONFIRMED, "", sample
            await self._clock.sleep(_LOOK_S)
        try:
            (row,) = await calls.read(self._session, item.server_handle, [item.tag])
        except GatewayError as error:
            return Result.UNCONFIRMED, error.fault.message, None
        if not row.success:
            return Result.UNCONFIRMED, row.error, None
        found = Sample(row.value, row.quality, row.source_time_ns, row.worker_time_ns)
        return (Result.CONFIRMED if same_value(row.value, self._wish.value) else Result.CLAMPED), "", found

    async def _end(self, result: Result, words: str, found: Sample | None = None) -> None:
        for stop in self._stop:
            stop()
        self._completed.cancel()
        with contextlib.suppress(GatewayError):  # the record stays, without an end, and is told as such
            await self.ticket.end(result, words, found)


def _late(completed: asyncio.Future[Detail]) -> None:
    if not completed.done():
        completed.set_exception(GatewayError(ErrorCode.TIMEOUT, f"none within {COMPLETION_S:g} s"))
