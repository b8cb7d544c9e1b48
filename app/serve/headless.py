"""Tagwatch without a window: the engine, its records and alarms, and the API in front of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from app import audit, config
from app.api.host import ApiHost
from app.api.records import Kept
from app.api.server import Served
from app.api.sources import SavedSource
from app.config import JournalPolicy, RestartPolicy, Settings
from app.errors import GatewayError
from app.records.audit import AuditStore
from app.records.audited import AuditedWriter, ReadOnly
from app.records.history import History
from app.records.journal import Journal
from app.runtime import Runtime
from app.serve.alarms import HeadlessAlarms
from app.serve.hub import Hub
from app.serve.secrets import SourceSecrets
from app.serve.workspace import ServedWorkspace
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.tasks import SystemClock, join, spawn

_log = logging.getLogger(__name__)
_CLOSE_S = 5.0
_RETRY_S = 30.0


class Headless:
    """From :meth:`start` to :meth:`stop`, on one loop."""

    def __init__(self, settings: Settings, workspace: ServedWorkspace, *, read_only: bool = False) -> None:
        clock = SystemClock()
        self._workspace = workspace
        self._secrets = SourceSecrets(settings, workspace.sources)
        self._journal_on = settings.journal is not JournalPolicy.OFF
        folder = config.directory() / "journal"
        self._journal = Journal.of(settings, folder, clock, _journal_failed)
        self.hub = Hub(self._journal)
        self.runtime = Runtime(settings, broadcaster=self.hub, clock=clock, records=config.directory() / "records")
        self.store = AuditStore(audit.usual_file())
        rules = ReadOnly()
        rules.whole = read_only
        self.alarms = HeadlessAlarms(workspace.limits, self.hub, clock) if workspace.limits else None
        self.api = ApiHost(
            Served(
                self.runtime.manager,
                settings,
                clock,
                writer=AuditedWriter(self.store, clock, read_only=rules),
                kept=Kept(folder if self._journal_on else None, self.store, History(config.directory() / "records")),
                alarms=self.alarms,
                sources=_Sources(workspace.sources, self._secrets),
                store_problem=lambda: self.store.problem,
            ),
            self.runtime.metrics,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> str:
        """The API's address. SettingError, GatewayError: nothing is left of the attempt then."""
        for problem in self._workspace.problems:
            _log.warning("workspace: %s", problem)
        await asyncio.to_thread(self._secrets.check)
        await self.runtime.start()
        self.runtime.manager.watch(self._opened)
        self._journal.start()
        self.store.start()
        if self.alarms is not None:
            self.alarms.start()
        try:
            address = await self.api.start()
        except BaseException:
            await self.stop()
            raise
        self._tasks = [spawn(self._check(), name="check audit store")]
        for source in self._workspace.sources:
            if source.open_at_start:
                self._tasks.append(spawn(self._keep_open(source), name=f"open {source.name}"))
        return address

    def _opened(self, session: Session) -> None:
        self.hub.know(session.id, session.name)
        self.hub.names.know(session.id, session.items)

    async def _check(self) -> None:
        problem = (await self.store.check()).problem
        if problem:
            _log.error("nothing can be written: %s", self.store.problem)

    async def _keep_open(self, source: SavedSource) -> None:
        """Tried until it is open: a source may come up after this server."""
        while True:
            restart = RestartPolicy.ON_FAULT if source.restart else RestartPolicy.NEVER
            try:
                options = {**source.options, **await self._secrets.of(source)}
                request = OpenRequest(source.backend, options, source.name, restart=restart, keep_alive=True)
                session = await self.runtime.manager.open(request)
            except (GatewayError, config.SettingError) as error:
                why = error.fault.message if isinstance(error, GatewayError) else error
                _log.warning("source %s is not open: %s", source.name, why)
                await self.runtime.clock.sleep(_RETRY_S)
                continue
            if self.alarms is not None:
                self.alarms.watch(session)
            return

    async def stop(self) -> None:
        """No more calls, then no more sessions, then what they recorded. Twice is harmless."""
        tasks, self._tasks = self._tasks, []
        await join(*tasks)
        await self.api.stop()
        if self.alarms is not None:
            await self.alarms.stop()
        await self.runtime.stop(_CLOSE_S)
        await asyncio.to_thread(self._journal.stop)
        await self.store.stop()


class _Sources:
    """As :class:`app.api.sources.Sources`."""

    def __init__(self, sources: Sequence[SavedSource], secrets: SourceSecrets) -> None:
        self._sources = sources
        self._secrets = secrets

    def all(self) -> Sequence[SavedSource]:
        return self._sources

    async def secrets(self, source: SavedSource) -> Mapping[str, str]:
        try:
            found = [one for one in self._sources if one.name == source.name]
            return await self._secrets.of(found[0]) if found else {}
        except config.SettingError as error:
            _log.warning("the secret of source %s is not had: %s", source.name, error)
            return {}


def _journal_failed(words: str) -> None:
    if words:
        _log.error("the journal of events cannot be written: %s", words)
