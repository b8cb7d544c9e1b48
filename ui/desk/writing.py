"""Writing by hand: opens the form, and keeps to one write in flight per item."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.sessions.session import Session
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.items import ItemsDesk
from ui.forms.write import WriteForm


class WritingDesk(QObject):
    """Opens write forms for tags of the chosen session."""

    def __init__(self, desk: Desk, items: ItemsDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        self._in_flight: set[tuple[str, int]] = set()  # items that have a write on its way
        desk.window.write_wanted.connect(self.write)
        desk.window.items.write_wanted.connect(self.write)

    def write(self, tag: str) -> None:
        """A form for a tag of the session whose items are shown."""
        if (session := self._items.chosen()) is not None:
            act(self.open_form(session, tag), name="write", failed=self._desk.say)

    async def open_form(self, session: Session, tag: str) -> None:
        desk = self._desk
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
            lambda said, tag, value: desk.told(said, session_id=session.id, tag=tag, value=value),
            desk.window,
            clock=desk.clock,
            in_flight=self._in_flight,
        )
        form.open()
