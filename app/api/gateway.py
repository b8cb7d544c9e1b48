"""The service Gateway: sessions, commands and events of the engine, for other programs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from app import commands as c
from app import log_fields
from app.access.scopes import Scope
from app.api import tags, writes
from app.api.dispatch import Send
from app.api.guard import Caller
from app.api.handles import Handles, Logins
from app.api.messages import (
    filled,
    put_options,
    read_command,
    read_entries,
    read_values,
    reply_message,
    session_message,
)
from app.api.sources import SavedSource, Sources, missing, shown
from app.api.streams import stream_events
from app.api.writes import Writes
from app.commands import BrowsePage, Command, Handle, ReadRows, Reply, TagProperties, WriteRows
from app.config import RestartPolicy, Settings
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.pb import gateway_pb2 as pb
from app.records.audited import AuditedWriter
from app.sessions import calls
from app.sessions.calls import checked
from app.sessions.manager import OpenRequest, SessionManager
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.tasks import Clock

_log = logging.getLogger(__name__)
_BROWSE_LIMIT = 500
_LONGEST_TEXT = 1000
#: A year: more than that is a mistake.
_LONGEST_LEASE_S = 366 * 86_400.0


class GatewayService:
    """One method for each of the proto. Sessions that a key opened are its own; those of the window are everybody's."""

    def __init__(
        self,
        manager: SessionManager,
        settings: Settings,
        clock: Clock,
        writer: AuditedWriter | None,
        sources: Sources,
    ) -> None:
        self._manager = manager
        self._settings = settings
        self._clock = clock
        self._sources = sources
        self._handles = Handles(clock)
        self._logins = Logins(clock)
        self.writes = Writes(writer, self._logins, clock)
        self.started = True  # whether the last worker that was to start did

    # ---- sessions

    async def open_session(self, request: pb.OpenSessionRequest, caller: Caller) -> pb.Session:
        name = _line("name", request.name)
        lease_s = request.lease_s or None
        if lease_s is not None and not 0 < lease_s <= _LONGEST_LEASE_S:
            raise _invalid(f"lease_s is {lease_s:g}, but must be above 0 and at most a year")
        options: dict[str, Any] = read_values(request.options)
        restart = RestartPolicy.ON_FAULT if request.restart else RestartPolicy.NEVER
        wanted = restart if request.HasField("restart") else None
        match request.WhichOneof("target"):
            case "source":
                saved = self._saved(request.source)
                # Lists find it however it is cased, limits of keys do not.
                if reason := caller.constraints.use(saved.name):
                    raise GatewayError(ErrorCode.PERMISSION_DENIED, reason)
                backend, name = saved.backend, name or saved.name
                # With another address, or another way there, what is kept would be told to whoever the client likes.
                kept = dict[str, str]() if options else await self._sources.secrets(saved)
                options = {**saved.options, **kept, **options}
                wanted = wanted or (RestartPolicy.ON_FAULT if saved.restart else RestartPolicy.NEVER)
            case "backend":
                backend = request.backend
            case _:
                raise _invalid("the request names neither a source nor a backend")
        self._check_name(name, request.source)
        session = await self._open(
            OpenRequest(
                backend=_line("backend", backend),
                options=options,
                name=name,
                client_identity=caller.name or caller.key_id,
                owner_key=caller.owner,
                correlation_id=_line("correlation_id", request.correlation_id),
                lease_s=lease_s,
                restart=wanted,
            )
        )
        session.watch(lambda old, new: self._state_changed(session.id, new))
        return self._told(session, caller)

    def _check_name(self, name: str, source: str) -> None:
        """Records, alarms and limits of keys go by the name of a source: nothing else may have it."""
        taken = next((saved.name for saved in self._sources.all() if saved.name.casefold() == name.casefold()), None)
        if taken is not None and taken.casefold() != source.casefold():
            raise _invalid(f"{taken!r} is the name of a saved source: open that, or choose another name")

    async def _open(self, request: OpenRequest) -> Session:
        try:
            session = await self._manager.open(request)
        except GatewayError as error:
            # What a source refuses says nothing of the workers; a process that does not come up does.
            if error.code == ErrorCode.WORKER_START_FAILED:
                self.started = error.fault.details.get("step") == SessionState.INITIALIZING_WORKER
            raise
        self.started = True
        return session

    def _state_changed(self, session_id: str, state: SessionState) -> None:
        if state is SessionState.CLOSED:
            self._handles.forget(session_id)
            self._logins.forget(session_id)

    async def close_session(self, request: pb.CloseSessionRequest, caller: Caller) -> pb.CloseSessionReply:
        session = self._to_end(request.session_id, caller)
        already = await session.close(_text("reason", request.reason) or "closed")
        return pb.CloseSessionReply(already_closed=already)

    async def kill_worker(self, request: pb.KillWorkerRequest, caller: Caller) -> pb.KillWorkerReply:
        session = self._to_end(request.session_id, caller)
        already = await session.kill(_text("reason", request.reason) or "killed")
        return pb.KillWorkerReply(already_closed=already)

    async def extend_lease(self, request: pb.ExtendLeaseRequest, caller: Caller) -> pb.Session:
        session = self._find(request.session_id, caller)
        duration_s = request.duration_s
        if not 0 <= duration_s <= _LONGEST_LEASE_S:
            raise _invalid(f"duration_s is {duration_s:g}, but must be 0 (the session's own) to a year")
        session.extend_lease(duration_s or None)
        return self._told(session, caller)

    async def list_sessions(self, request: pb.ListSessionsRequest, caller: Caller) -> pb.ListSessionsReply:
        found = [session for session in self._manager.list() if _usable(session, caller)]
        return pb.ListSessionsReply(
            sessions=[self._told(session, caller) for session in found], limit=self._settings.sessions
        )

    async def get_session(self, request: pb.GetSessionRequest, caller: Caller) -> pb.Session:
        return self._told(self._find(request.session_id, caller), caller)

    async def list_sources(self, request: pb.ListSourcesRequest, caller: Caller) -> pb.ListSourcesReply:
        reply = pb.ListSourcesReply()
        sessions = {s.name: s.id for s in self._manager.list() if _usable(s, caller)}
        for saved in self._sources.all():
            if caller.constraints.use(saved.name):
                continue
            entry = reply.sources.add(
                name=saved.name, backend=saved.backend, address=saved.address, session_id=sessions.get(saved.name, "")
            )
            put_options(entry.options, shown(saved.options))
            entry.missing.extend(missing(saved, await self._sources.secrets(saved)))
        return reply

    def _saved(self, name: str) -> SavedSource:
        for saved in self._sources.all():
            if saved.name.casefold() == name.casefold():
                return saved
        raise GatewayError(
            ErrorCode.SOURCE_NOT_FOUND, f"there is no saved source named {name[:100]!r}: see ListSources"
        )

    def _find(self, session_id: str, caller: Caller) -> Session:
        if not session_id:
            raise _invalid("session_id is empty")
        session = self._manager.get(_text("session_id", session_id), caller.owner)
        if caller.constraints.use(session.name):
            raise GatewayError(ErrorCode.SESSION_NOT_FOUND, f"session {session_id} does not exist")
        log_fields.bind(
            session_id=session.id, worker_pid=session.worker_pid, correlation_id=session.spec.correlation_id
        )
        return session

    def _to_end(self, session_id: str, caller: Caller) -> Session:
        """One that the caller may end: its own. What the window or the server opened serves everybody."""
        session = self._find(session_id, caller)
        if session.spec.owner_key is None and Scope.ADMIN not in caller.scopes:
            words = f"session {session_id} is the server's own: to end it the key needs the scope {Scope.ADMIN}"
            raise GatewayError(ErrorCode.PERMISSION_DENIED, words, scope=str(Scope.ADMIN))
        return session

    def _told(self, session: Session, caller: Caller) -> pb.Session:
        owned = session.spec.owner_key is not None and session.spec.owner_key == caller.owner
        return session_message(
            session.info(),
            newest=session.newest_sequence,
            correlation_id=session.spec.correlation_id,
            owned=owned,
        )

    # ---- commands

    async def invoke(self, request: pb.InvokeRequest, caller: Caller) -> pb.Reply:
        session = self._find(request.session_id, caller)
        command = read_command(request)
        reply, record = await self._run(session, caller, command, _text("comment", request.comment))
        return reply_message(reply, record)

    async def browse(self, request: pb.BrowseRequest, caller: Caller) -> pb.BrowsePage:
        command = c.Browse(request.node, request.page_token, request.limit or _BROWSE_LIMIT)
        return await self._payload(request, caller, command, BrowsePage, pb.BrowsePage())

    async def get_properties(self, request: pb.GetPropertiesRequest, caller: Caller) -> pb.TagProperties:
        return await self._payload(request, caller, c.Properties(request.tag), TagProperties, pb.TagProperties())

    async def read_bulk(self, request: pb.ReadBulkRequest, caller: Caller) -> pb.ReadRows:
        if not request.tags:
            self._find(request.session_id, caller)
            return pb.ReadRows()
        session, tags = self._find(request.session_id, caller), tuple(request.tags)
        self._handles.check(session, caller, request.server_handle)
        if not caller.constraints.limited:
            # What the gateway has already needs no way to the worker and back.
            rows = session.read_cached(request.server_handle, tags, caller.owner)
            if rows is not None:
                return filled(pb.ReadRows(), ReadRows(rows))
        command = c.ReadBulk(request.server_handle, tags, request.timeout_ms)
        return await self._payload(request, caller, command, ReadRows, pb.ReadRows())

    async def write_bulk(self, request: pb.WriteBulkRequest, caller: Caller) -> pb.WriteRows:
        return await self._write(c.WriteBulk, request, caller)

    async def write2_bulk(self, request: pb.Write2BulkRequest, caller: Caller) -> pb.WriteRows:
        return await self._write(c.Write2Bulk, request, caller)

    async def write_secured_bulk(self, request: pb.WriteSecuredBulkRequest, caller: Caller) -> pb.WriteRows:
        return await self._write(c.WriteSecuredBulk, request, caller)

    async def write_secured2_bulk(self, request: pb.WriteSecured2BulkRequest, caller: Caller) -> pb.WriteRows:
        return await self._write(c.WriteSecured2Bulk, request, caller)

    async def _write(self, kind: Callable[..., writes.Bulk], request: Any, caller: Caller) -> pb.WriteRows:
        if not request.entries:
            self._find(request.session_id, caller)
            return pb.WriteRows()
        command = kind(request.server_handle, read_entries(request.entries))
        comment = _text("comment", request.comment)
        return await self._payload(request, caller, command, WriteRows, pb.WriteRows(), comment)

    async def _payload(
        self, request: Any, caller: Caller, command: Command, kind: type, message: Any, comment: str = ""
    ) -> Any:
        """The reply's payload as a message; GatewayError where the reply is not Ok."""
        reply, _ = await self._run(self._find(request.session_id, caller), caller, command, comment)
        checked(command, reply)
        if not isinstance(reply.payload, kind):
            raise ProtocolViolation(f"the reply to {type(command).__name__} has no {kind.__name__}")
        return filled(message, reply.payload)

    async def _run(self, session: Session, caller: Caller, command: Command, comment: str) -> tuple[Reply, int]:
        """Every command goes here: the reply, and for a single write the number of its record."""
        log_fields.bind(command=type(command).__name__)
        handle: int = getattr(command, "server_handle", 0)
        self._handles.check(session, caller, handle)
        if isinstance(command, writes.SINGLES):
            return await self.writes.single(session, caller, command, comment)
        if isinstance(command, writes.BULKS):
            return await self.writes.bulk(session, caller, command, comment), 0
        reply = await tags.invoke(session, caller, command)
        if reply.ok:
            self._note(session, caller, command, reply)
        return reply, 0

    def _note(self, session: Session, caller: Caller, command: Command, reply: Reply) -> None:
        made = reply.payload.handle if isinstance(reply.payload, Handle) else 0
        match command:
            case c.Register():
                self._handles.registered(session, caller, made)
            case c.Unregister():
                self._handles.unregistered(session.id, command.server_handle)
            case c.AuthenticateUser():
                self._logins.logged_in(session, caller, made, command.user)
            case _:
                pass

    # ---- events

    async def stream_events(self, request: pb.StreamEventsRequest, caller: Caller, send: Send) -> None:
        session = self._find(request.session_id, caller)
        told, gather_s = self._told(session, caller), self._settings.api_gather_s
        with self._handles.streamed(session, caller, request.server_handles):
            await stream_events(session, request, caller, send, self._clock, told, gather_s)

    async def give_up_handles(self) -> None:
        """Of clients that streamed their events and never came back: in a session that lives on, their items would
        burden the source for ever."""
        for session_id, handle in self._handles.left(self._settings.lease_s):
            session = next((session for session in self._manager.list() if session.id == session_id), None)
            if session is not None and handle in session.items.servers():
                try:
                    await calls.unregister(session, handle)
                except GatewayError:
                    continue  # a write is on its way, or a new worker: the next look
            self._handles.unregistered(session_id, handle)
            _log.info("session %s: server handle %d of a client that has gone is given up", session_id, handle)


def _usable(session: Session, caller: Caller) -> bool:
    return session.owned_by(caller.owner) and not caller.constraints.use(session.name)


def _text(name: str, text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise _invalid(f"{name} has {len(text)} characters, {_LONGEST_TEXT} at the most")
    return text


def _line(name: str, text: str) -> str:
    """What stands in lists, logs and file names of records."""
    if not text.isprintable():
        raise _invalid(f"{name} has characters that cannot be shown in a line, such as a line feed")
    return _text(name, text)


def _invalid(words: str) -> GatewayError:
    return GatewayError(ErrorCode.INVALID_ARGUMENT, words)
