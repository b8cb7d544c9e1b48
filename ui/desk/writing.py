"""Writing by hand: the audit store, the one writer on it, and the forms."""

from __future__ import annotations

import asyncio
import logging

from PySide6.QtCore import QObject, Signal

from app import audit
from app.records.audit import AuditStore
from app.records.audited import AuditedWriter, ReadOnly
from app.sessions.session import Session
from app.tasks import join, spawn
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.items import ItemsDesk
from ui.forms.write import WriteForm
from ui.forms.write_job import refusal

_log = logging.getLogger(__name__)


class WritingDesk(QObject):
    """Owns the audit store, from :meth:`start` to :meth:`stop`. Everything that writes gets :attr:`writer`."""

    checked = Signal(str)  # what is wrong with the store, "" = nothing

    def __init__(self, desk: Desk, items: ItemsDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        self.store = AuditStore(audit.usual_file())
        self.read_only = ReadOnly()
        self.writer = AuditedWriter(self.store, desk.clock, read_only=self.read_only)
        self._checking: asyncio.Task[None] | None = None
        self.sending: set[asyncio.Task[None]] = set()  # writes that may outlive their forms
        desk.refusal = lambda session: refusal(self.read_only, session)
        desk.window.write_wanted.connect(self.write)
        desk.window.items.write_wanted.connect(self.write)

    def start(self) -> None:
        self.store.start()
        self._checking = spawn(self._check(), name="check audit store")

    async def stop(self) -> None:
        """Once the sessions are closed: the ends of all writes are recorded."""
        await join(self._checking, *self.sending)
        await self.store.stop()

    async def _check(self) -> None:
        """The whole store is read once, at leisure; what is wrong with it must not be found years later."""
        try:
            problem = (await self.store.check()).problem
        except InterruptedError:  # the window was closed meanwhile
            return
        if problem:
            _log.error("nothing can be written: %s", self.store.problem)
        self.checked.emit(problem)

    def write(self, tag: str) -> None:
        """A form for a tag of the session whose items are shown."""
        if (session := self._items.chosen()) is not None:
            act(self.open_form(session, tag), name="write", failed=self._desk.say)

    async def open_form(self, session: Session, tag: str) -> None:
        desk = self._desk
        if refused := desk.refusal(session.name):
            desk.say(refused)
            return
        items = await desk.watch(session, [tag])
        self._items.model.refresh()
        if not items:
            return
        if not desk.book.about(session.id, tag).data_type:
            await desk.book.ask_now(session.id, tag)
        form = WriteForm(
            session,
            items[0],
            desk.feed,
            desk.book,
            desk.theme,
            self.writer,
            lambda said, tag, value: desk.told(said, session_id=session.id, tag=tag, value=value),
            desk.window,
            clock=desk.clock,
            sending=self.sending,
            source=source_words(session),
            big_change=desk.runtime.settings.big_change,
        )
        form.open()


def source_words(session: Session) -> str:
    """The driver, and what it says that it talks to."""
    return " ".join(filter(None, dict.fromkeys((session.backend, session.info().source))))
