"""A session, or a manager, on a steered worker and a clock that a test turns."""

from __future__ import annotations

from typing import Any

from app.config import Settings
from app.metrics import Metrics
from app.sessions.manager import OpenRequest, SessionManager
from app.sessions.restart import Backoff
from app.sessions.session import Session, SessionSpec
from app.sessions.state import SessionState
from tests.helpers.clock import ManualClock
from tests.helpers.engine import Recorder
from tests.helpers.worker import SteeredClient, SteeredLauncher


class Desk:
    """Everything that a session needs, and the session."""

    def __init__(self, *, broadcast: bool = True, spec: dict[str, Any] | None = None, **settings: Any) -> None:
        self.clock = ManualClock()
        self.metrics = Metrics()
        self.launcher = SteeredLauncher()
        self.recorder = Recorder()
        self.settings = Settings(**settings)
        self.states: list[tuple[SessionState, SessionState]] = []
        self.expired: list[Session] = []
        self.session = Session(
            SessionSpec(**{"id": "s1", "backend": "sim", "pipe_name": "p", "nonce": "n", **(spec or {})}),
            self.settings,
            self.launcher,
            self.clock,
            self.metrics,
            self.recorder if broadcast else None,
            expired=self.expired.append,
        )
        # As long as a wait may be: tests turn the clock to the moment.
        self.session._backoff = Backoff(self.clock, lambda least, most: most)
        self.session.watch(lambda old, new: self.states.append((old, new)))

    @property
    def client(self) -> SteeredClient:
        return self.launcher.client

    async def ready(self) -> Session:
        await self.session.start()
        return self.session

    def open_gauge(self) -> float:
        """Sessions that are not closed, whatever their state."""
        return sum(
            self.metrics.value("tagwatch_sessions_open", {"state": str(state)})
            for state in SessionState
            if state is not SessionState.CLOSED
        )

    def opened(self) -> float:
        return self.metrics.value("tagwatch_sessions_opened_total")

    def closed(self) -> float:
        return sum(
            value
            for name, value in self.metrics.snapshot().items()
            if name.startswith("tagwatch_sessions_closed_total")
        )


class House:
    """A manager on steered workers."""

    def __init__(self, **settings: Any) -> None:
        self.clock = ManualClock()
        self.metrics = Metrics()
        self.launcher = SteeredLauncher()
        self.recorder = Recorder()
        self.manager = SessionManager(Settings(**settings), self.launcher, self.clock, self.metrics, self.recorder)

    async def open(self, **request: Any) -> Session:
        return await self.manager.open(OpenRequest(**{"backend": "sim", **request}))
