"""The composition root of the engine: builds everything, and owns the order in which it stops."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.config import EffectiveSetting, Settings
from app.events.notices import Broadcaster, Broadcasters
from app.metrics import Metrics
from app.sessions.manager import ManagerStatistics, SessionManager
from app.sessions.session import Session
from app.tasks import Clock, SystemClock, join, running, spawn
from app.workers.contract import Launcher
from app.workers.launcher import ProcessLauncher

if TYPE_CHECKING:
    from app.records.recorder import Recorder

_log = logging.getLogger(__name__)

_PROBE_S = 0.1
_LAG_WINDOW_S = 60.0


class LoopLag:
    """How late the loop runs a timer: what every other thing on it had to wait."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._worst: deque[tuple[float, float]] = deque()  # (when, lag), lags falling: the first is the worst

    async def run(self) -> None:
        while True:
            due = self._clock.monotonic() + _PROBE_S
            await self._clock.sleep(_PROBE_S)
            self._add(max(0.0, self._clock.monotonic() - due))

    def _add(self, lag_s: float) -> None:
        now = self._clock.monotonic()
        self._metrics.loop_lag.observe(lag_s)
        while self._worst and self._worst[-1][1] <= lag_s:
            self._worst.pop()
        self._worst.append((now, lag_s))
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._worst and self._worst[0][0] < now - _LAG_WINDOW_S:
            self._worst.popleft()

    def worst_s(self) -> float:
        """The longest lag of the last minute, in seconds."""
        self._forget(self._clock.monotonic())
        return self._worst[0][1] if self._worst else 0.0


@dataclass(frozen=True, slots=True)
class RuntimeStatistics:
    """Everything that queues, the settings in force, and what runs."""

    manager: ManagerStatistics
    metrics: dict[str, float]
    settings: tuple[EffectiveSetting, ...]
    tasks: tuple[str, ...]
    worst_lag_s: float


class Runtime:
    """Sessions and what they need, on the loop that starts it. ``async with`` starts and stops it."""

    def __init__(
        self,
        settings: Settings,
        *,
        broadcaster: Broadcaster | None = None,
        clock: Clock | None = None,
        launcher: Launcher | None = None,
        records: Path | None = None,
    ) -> None:
        """``records`` is the recorder's folder: what is watched is recorded there, as the settings say."""
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.metrics = Metrics()
        self._launcher = launcher or ProcessLauncher(settings, self.clock, self.metrics)
        self.recorder = None if records is None else self._recorder(records)
        mirrors = [one for one in (broadcaster, self.recorder) if one is not None]
        whole = Broadcasters(mirrors) if len(mirrors) > 1 else next(iter(mirrors), None)
        self.manager = SessionManager(settings, self._launcher, self.clock, self.metrics, whole)
        self.lag = LoopLag(self.clock, self.metrics)
        self._tasks: list[asyncio.Task[None]] = []

    def _recorder(self, folder: Path) -> Recorder:
        # Loads numpy, which a command line that records nothing starts without.
        from app.records.recorder import Recorder  # noqa: PLC0415

        def find(session_id: str) -> Session | None:
            return next((session for session in self.manager.list() if session.id == session_id), None)

        return Recorder.of(self.settings, folder, self.clock, find)

    async def start(self) -> None:
        """Ends what a crashed gateway left behind, then serves."""
        if isinstance(self._launcher, ProcessLauncher):
            ended = await self._launcher.end_leftovers()
            if ended:
                _log.warning("%d workers of an earlier gateway were still running and were ended", ended)
        if self.recorder is not None:
            self.recorder.start()
        self._tasks = [
            spawn(self._sweep(), name="sweep sessions"),
            spawn(self.lag.run(), name="probe loop lag"),
        ]

    async def _sweep(self) -> None:
        while True:
            await self.clock.sleep(self.settings.sweep_s)
            await self.manager.sweep()

    async def stop(self, budget_s: float = 5.0) -> None:
        """Close every session, within the budget or by force. Twice is harmless."""
        tasks, self._tasks = self._tasks, []
        await join(*tasks)
        await self.manager.close_all(budget_s)
        if isinstance(self._launcher, ProcessLauncher):
            self._launcher.close()
        if self.recorder is not None:  # last: it takes what the sessions tell at their end
            await asyncio.to_thread(self.recorder.stop, 1.0)

    async def __aenter__(self) -> Runtime:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    def statistics(self) -> RuntimeStatistics:
        return RuntimeStatistics(
            self.manager.statistics(),
            self.metrics.snapshot(),
            tuple(self.settings.effective()),
            tuple(running()),
            self.lag.worst_s(),
        )
