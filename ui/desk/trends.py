"""Trends: which tags they draw."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.sessions.session import Session
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.items import ItemsDesk


class TrendsDesk(QObject):
    """Puts tags into the trend."""

    def __init__(self, desk: Desk, items: ItemsDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        desk.frame.connect(desk.window.trend.apply)
        desk.utc_changed.connect(desk.window.trend.set_utc)
        desk.window.items.trend_wanted.connect(self._trend)

    async def add_pen(self, session: Session, tag: str) -> None:
        desk = self._desk
        for item in await desk.watch(session, [tag]):
            about = desk.book.about(session.id, tag)
            if not about.data_type:
                about = await desk.book.ask_now(session.id, tag)
            sample = session.items.sample(item.key)
            desk.window.trend.add_pen(
                session.id, item.key, tag, session.name, about.unit, about.enumeration, about.decimals, sample
            )
        self._items.model.refresh()

    def _trend(self, tag: str) -> None:
        if (session := self._items.chosen()) is not None:
            act(self.add_pen(session, tag), name="trend", failed=self._desk.say)
