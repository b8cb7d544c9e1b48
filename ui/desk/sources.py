"""The sources of the workspace: opened, added, edited, and told apart from sessions, which come and go."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject

from app.sessions.session import Session
from app.tasks import join, spawn
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.opening import Asker, Opener
from ui.desk.sessions import SessionsDesk
from ui.forms.connect import ConnectForm, Connection
from ui.i18n import tr
from ui.models.sessions import SessionRow
from ui.sources import BACKENDS, SECRETS, Source, SourceError
from ui.vault import Vault

_RECENT = 10
_CLOSE_S = 5.0


class SourcesDesk(QObject):
    """Opens sources, and is what a workspace keeps of them."""

    def __init__(self, desk: Desk, sessions: SessionsDesk, vault: Vault | None = None) -> None:
        super().__init__(desk)
        self._desk = desk
        self._sessions = sessions
        self.vault = vault or Vault()
        self.opener = Opener(desk, sessions, self.vault)
        self._by_itself: tuple[int, str] | None = None  # place and session that were chosen without a click
        desk.parts["sources"] = self
        desk.second.connect(self.show_saved)
        desk.source_wanted.connect(self.open_named)
        sessions.begun.connect(self._begun)
        window = desk.window
        window.sessions.reopen_wanted.connect(self._reopen)
        window.open_opcua_wanted.connect(self.connect_opcua)
        window.open_gateway_wanted.connect(self.connect_gateway)
        window.open_sim_wanted.connect(lambda: self.open_more("sim"))
        window.open_host_wanted.connect(lambda: self.open_more("host"))

    def _begun(self, session: Session) -> None:
        """What was told of an earlier attempt is over."""
        model = self._sessions.model
        for row in [row for row in model.rows() if row.gone and row.name == session.name]:
            model.dismiss(row.id)
        self.show_saved()

    def show_saved(self) -> None:
        """Those that are not open have a row too."""
        self._sessions.model.show_saved((source.backend, source.name) for source in self._desk.saved)

    # ---- what a workspace keeps

    def state(self) -> dict[str, Any]:
        return {"sources": self._desk.saved.state()}

    async def restore(self, state: dict[str, Any]) -> None:
        """These sources instead of those that there are; sessions that are open already stay so."""
        saved = self._desk.saved
        before = {source.name: source for source in saved}
        saved.clear()
        for problem in saved.take(state.get("sources", [])):
            self._desk.told(problem)
            self._desk.say(problem)
        closing = [
            session.id
            for session in self._desk.runtime.manager.list()
            if session.name in before and saved.find(session.name) != before[session.name]
        ]
        self.show_saved()
        act(self._replace(closing, [source for source in saved if source.open_at_start]), name="open sources")

    async def _replace(self, closing: list[str], opening: list[Source]) -> None:
        """Each opens by itself: a slow one delays no other."""
        manager = self._desk.runtime.manager
        if closing:
            ends = [spawn(manager.close(one, "workspace"), name="close session") for one in closing]
            try:
                _, late = await asyncio.wait(ends, timeout=_CLOSE_S)
                if late:
                    await asyncio.gather(*(manager.kill(one, "workspace") for one in closing), return_exceptions=True)
            finally:
                await join(*ends)  # a close goes on by itself where the window ends meanwhile
        self._by_itself = None
        for place, source in enumerate(opening):
            act(self._open_with_workspace(source, place), name=f"open {source.backend}", failed=self._desk.say)

    async def _open_with_workspace(self, source: Source, place: int) -> None:
        """The first of those that open is chosen, whichever is ready first, so that the items pane shows something; a
        choice of the operator's stays."""
        session = await self.open(source)
        if session is None:
            return
        view = self._desk.window.sessions
        row = view.current()
        by_itself = self._by_itself
        earlier = by_itself is not None and row is not None and row.id == by_itself[1] and place < by_itself[0]
        if row is None or row.gone or earlier:
            view.choose(session.id)
            self._by_itself = (place, session.id)

    # ---- opening

    def open_named(self, name: str) -> None:
        """As an operator asks for it: what is missing is asked for."""
        source = self._desk.saved.find(name)
        if source is None:
            self._desk.say(tr("There is no source named {name} in this workspace.").format(name=name))
            return
        act(self._open_and_choose(source), name=f"open {source.backend}", failed=self._desk.say)

    async def open(self, source: Source, asker: Asker | None = None) -> Session | None:
        """A ready session; None, told in the tree, where it did not open."""
        session = await self.opener.open(source, asker)
        self.show_saved()
        return session

    async def _open_and_choose(self, source: Source) -> None:
        session = await self.open(source, self._asker)
        if session is not None:
            self._desk.window.sessions.choose(session.id)

    @property
    def _asker(self) -> Asker:
        return Asker(self._desk.window)

    def open_more(self, backend: str) -> None:
        """A source that needs no address: the saved one, or a further one where that is open."""
        saved = self._desk.saved
        closed = next((s for s in saved if s.backend == backend and self._desk.session_named(s.name) is None), None)
        source = closed or Source(self._free_name(tr(BACKENDS[backend])), backend)
        if closed is None:
            saved.put(source)
        act(self._open_and_choose(source), name=f"open {backend}", failed=self._desk.say)

    def _free_name(self, wanted: str) -> str:
        """Neither a saved source nor an open session has it."""
        name, number = wanted, 1
        while self._desk.saved.taken(name) or self._desk.session_named(name) is not None:
            number += 1
            name = f"{wanted} {number}"
        return name

    def _reopen(self, row_id: str) -> None:
        row = next((row for row in self._sessions.model.rows() if row.id == row_id), None)
        if row is not None:
            source = self._desk.saved.find(row.name) or self._source_of(row)
            act(self._open_again(row, source), name="open again", failed=self._desk.say)

    async def _open_again(self, row: SessionRow, source: Source) -> None:
        if row.gone and not row.saved:
            self._sessions.model.dismiss(row.id)
        await self._open_and_choose(source)

    def _source_of(self, row: SessionRow) -> Source:
        """A session that was opened without a saved source: by another program's hand."""
        session = self._desk.session(row.id)
        options = {} if session is None else dict(session.spec.options)
        return Source(row.name, row.backend, {name: value for name, value in options.items() if name not in SECRETS})

    # ---- sources with an address

    def connect_opcua(self) -> None:
        self._begin_connecting("opcua")

    def connect_gateway(self) -> None:
        self._begin_connecting("gateway")

    def _begin_connecting(self, backend: str) -> None:
        act(self._ask_where(backend), name=f"connect {backend}", failed=self._desk.say)

    async def _ask_where(self, backend: str) -> None:
        recent, keyring = self._recent(backend), await self.vault.name()
        form = ConnectForm(self._desk.theme, recent, self._desk.window, keyring=keyring, backend=backend)

        def connect(wanted: Connection) -> None:
            task = act(self._connect(form, wanted, backend), name=f"open {backend}", failed=form.show_error)
            form.rejected.connect(task.cancel)

        form.asked.connect(connect)
        form.open()

    async def _connect(self, form: ConnectForm, wanted: Connection, backend: str) -> None:
        """Opens the session, asking for trust on the way; errors are shown in the form, which stays open."""
        password = wanted.secret
        options = {name: value for name, value in wanted.options.items() if name not in SECRETS}
        source = Source(self._free_name(wanted.name), backend, options, wanted.restart)
        with self._desk.saved.held(source.name):  # its session has the name already: the source must get the same
            session = await self.opener.opened(source, Asker(form), password)
        if session is None:
            form.show_error(tr("Not connected."))
            return
        if password:
            await self.opener.know(source.account, password, keep=wanted.keep)
        self.add(source)
        form.accept()
        self._desk.window.sessions.choose(session.id)

    def add(self, source: Source) -> Source:
        """Into the workspace, under its name or a numbered one."""
        source = replace(source, name=self._desk.saved.free_name(source.name))
        self._desk.saved.put(source)
        if source.address:
            self._remember(source)
        self.show_saved()
        return source

    # ---- recent ones, whatever the workspace

    def recent(self) -> list[Source]:
        """What was opened lately, the newest first."""
        try:
            entries = json.loads(str(self._desk.kept.value("recent_sources", "[]")))
        except ValueError:
            return []
        found: list[Source] = []
        for entry in entries if isinstance(entries, list) else []:
            try:
                found.append(Source.of(entry))
            except SourceError:
                continue
        return found

    def _recent(self, backend: str) -> list[str]:
        return list(dict.fromkeys(source.address for source in self.recent() if source.backend == backend))

    def _remember(self, source: Source) -> None:
        others = [other for other in self.recent() if (other.address, other.user) != (source.address, source.user)]
        entries = [one.state() for one in [source, *others][:_RECENT]]
        self._desk.kept.setValue("recent_sources", json.dumps(entries))
