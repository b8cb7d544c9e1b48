"""Opens, finds, lists and ends sessions."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.config import RestartPolicy, Settings
from app.errors import ErrorCode, GatewayError
from app.events.notices import Broadcaster
from app.metrics import EXTERNAL, MIRROR, Metrics
from app.sessions.info import HOUSE, Owner, SessionSpec, SessionStatistics
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.tasks import Budget, Clock, join, spawn
from app.workers.contract import Launcher

_log = logging.getLogger(__name__)

#: How long :meth:`SessionManager.close_all` waits for processes that were killed.
_KILL_S = 5.0


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What a client asks for. ``options`` belong to the backend and may hold secrets; ``lease_s`` and ``restart``
    None = as the settings say; ``keep_alive`` is the window's: such a session does not expire."""

    backend: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    name: str = ""
    client_identity: str = ""
    owner_key: str | None = field(default=None, repr=False)
    correlation_id: str = ""
    lease_s: float | None = None
    restart: RestartPolicy | None = None
    keep_alive: bool = False


@dataclass(frozen=True, slots=True)
class ManagerStatistics:
    sessions: tuple[SessionStatistics, ...]
    limit: int


class SessionManager:
    """All sessions of a runtime, those that start and those that are faulted included; closed ones are forgotten."""

    def __init__(
        self,
        settings: Settings,
        launcher: Launcher,
        clock: Clock,
        metrics: Metrics,
        broadcaster: Broadcaster | None = None,
    ) -> None:
        self._settings = settings
        self._launcher = launcher
        self._clock = clock
        self._metrics = metrics
        self._broadcaster = broadcaster
        self._sessions: dict[str, Session] = {}
        self._closing = False
        self._watchers: list[Callable[[Session], None]] = []
        # Counted when somebody looks, for nothing on the events' way.
        metrics.queue_depth.labels(MIRROR).set_function(lambda: sum(s.queued(internal=True) for s in self.list()))
        metrics.queue_depth.labels(EXTERNAL).set_function(lambda: sum(s.queued(internal=False) for s in self.list()))
        metrics.queue_depth.labels("inbox").set_function(lambda: sum(s.unread for s in self.list()))

    # ---- opening

    async def open(self, request: OpenRequest) -> Session:
        """A session that is Ready.

        GatewayError: SessionLimitReached, InvalidArgument, WorkerStartFailed with the step and the reason, or the
        backend's own fault; nothing of the attempt is left then. While it starts, the session is in :meth:`list`.
        """
        session = self.begin(request)
        await self.start(session)
        return session

    async def start(self, session: Session) -> None:
        """The second half of :meth:`open`, for who wants to know the session while it starts."""
        try:
            await session.start()
        except BaseException:
            await session.dispose()
            self._sessions.pop(session.id, None)
            raise

    def begin(self, request: OpenRequest) -> Session:
        """The first half of :meth:`open`: a session that is listed and not started yet; :meth:`start` must follow."""
        if self._closing:
            raise GatewayError(ErrorCode.SESSION_LIMIT_REACHED, "the program is closing: no session is opened any more")
        if len(self._sessions) >= self._settings.sessions:
            raise GatewayError(
                ErrorCode.SESSION_LIMIT_REACHED,
                f"{len(self._sessions)} sessions are open, the limit: close one, or raise the setting `sessions`",
            )
        try:
            spec = self._spec(request)
        except ValueError as error:
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, str(error)) from error
        session = Session(
            spec,
            self._settings,
            self._launcher,
            self._clock,
            self._metrics,
            self._broadcaster,
            expired=self._expired,
        )
        self._sessions[session.id] = session
        session.watch(lambda old, new: self._forget_closed(session, new))
        for watcher in self._watchers:
            watcher(session)
        return session

    def watch(self, watcher: Callable[[Session], None]) -> None:
        """Tell ``watcher`` every session that begins, before it starts."""
        self._watchers.append(watcher)

    def _spec(self, request: OpenRequest) -> SessionSpec:
        lease_s = self._settings.lease_s if request.lease_s is None else request.lease_s
        if not 0 < lease_s < math.inf:
            raise ValueError(f"lease_s is {lease_s:g}, but must be above 0 and finite (keep_alive is for ever)")
        return SessionSpec(
            id=secrets.token_hex(8),
            backend=request.backend,
            pipe_name=secrets.token_hex(16),
            nonce=secrets.token_hex(32),
            options=request.options,
            name=request.name,
            client_identity=request.client_identity,
            owner_key=request.owner_key,
            correlation_id=request.correlation_id,
            command_timeout_s=self._settings.command_timeout_s,
            startup_timeout_s=self._settings.worker_startup_s,
            shutdown_timeout_s=self._settings.worker_shutdown_s,
            lease_s=lease_s,
            restart=self._settings.restart if request.restart is None else request.restart,
            keep_alive=request.keep_alive,
        )

    def _forget_closed(self, session: Session, state: SessionState) -> None:
        if state is SessionState.CLOSED:
            self._sessions.pop(session.id, None)

    # ---- finding

    def get(self, session_id: str, owner_key: Owner = HOUSE) -> Session:
        """GatewayError SessionNotFound, also for a session that belongs to somebody else."""
        session = self._sessions.get(session_id)
        if session is None or not session.owned_by(owner_key):
            raise GatewayError(ErrorCode.SESSION_NOT_FOUND, f"session {session_id} does not exist")
        return session

    def list(self) -> list[Session]:
        """In the order in which they were opened."""
        return list(self._sessions.values())

    def __len__(self) -> int:
        return len(self._sessions)

    # ---- ending

    async def close(self, session_id: str, reason: str = "closed", owner_key: Owner = HOUSE) -> None:
        await self.get(session_id, owner_key).close(reason)

    async def kill(self, session_id: str, reason: str = "killed", owner_key: Owner = HOUSE) -> bool:
        """End its worker at once. True = the session was closed already."""
        return await self.get(session_id, owner_key).kill(reason)

    def extend(self, session_id: str, duration_s: float | None = None, owner_key: Owner = HOUSE) -> None:
        self.get(session_id, owner_key).extend_lease(duration_s)

    def _expired(self, session: Session) -> None:
        spawn(session.close_if_expired(), name=f"expire {session.id}")

    async def sweep(self) -> int:
        """Close every session that is expired; how many there were. The sessions' own timers do it too: this is for
        what a suspended machine has missed."""
        expired = [session for session in self.list() if session.expired() is not None]
        results = await asyncio.gather(*(session.close_if_expired() for session in expired), return_exceptions=True)
        return sum(result is True for result in results)

    async def close_all(self, budget_s: float) -> None:
        """Refuse new sessions and close all, together; what is not closed in the budget is killed. Always finishes, if
        need be with a line in the log about what is left."""
        self._closing = True
        budget = Budget(self._clock, budget_s)
        await self._all_within([session.close("exit") for session in self.list()], budget.remaining_s)
        await self._all_within([session.kill("exit") for session in self.list()], _KILL_S)
        for session in self.list():
            _log.error("session %s could not be ended: process %s may still run", session.id, session.worker_pid)

    async def _all_within(self, ends: list[Coroutine[Any, Any, bool]], limit_s: float) -> None:
        if not ends:
            return
        pending = {spawn(end, name="close all", on_failure=self._not_closed) for end in ends}
        timer = spawn(self._clock.sleep(limit_s), name="close all budget")
        try:
            while pending and not timer.done():
                done, _ = await asyncio.wait({*pending, timer}, return_when=asyncio.FIRST_COMPLETED)
                pending -= done
        finally:
            await join(timer)

    def _not_closed(self, error: BaseException) -> None:
        _log.warning("closing a session failed: %s", error)

    def statistics(self) -> ManagerStatistics:
        return ManagerStatistics(tuple(session.statistics() for session in self.list()), self._settings.sessions)
