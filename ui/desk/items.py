"""The items pane: browsing, watching, properties."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from PySide6.QtCore import QObject

from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.sessions import calls
from app.sessions.session import Session
from app.sessions.state import SessionState
from ui.bridge import act, serving, words
from ui.desk.desk import Desk
from ui.desk.properties import show_properties
from ui.feed import FeedFrame
from ui.i18n import tr
from ui.models.items import ItemsModel, Node

_PAGE = 500


class ItemsDesk(QObject):
    """Shows one session's items, and does what is asked of them."""

    def __init__(self, desk: Desk, model: ItemsModel) -> None:
        super().__init__(desk)
        self._desk = desk
        self.model = model
        self._browsing: dict[Node, asyncio.Task[object]] = {}
        desk.frame.connect(self._take)
        desk.session_ended.connect(self._ended)
        desk.utc_changed.connect(self._set_utc)
        desk.window.sessions.chosen.connect(self.choose)
        view = desk.window.items
        view.watch_wanted.connect(self._watch)
        view.properties_wanted.connect(self._show_properties)
        view.remove_wanted.connect(self._remove)
        model.browse_wanted.connect(self._browse)

    def choose(self, session_id: str) -> None:
        session = self._desk.session(session_id)
        if session is not None:
            self.model.show(session.id, session.items, session.name)

    def chosen(self) -> Session | None:
        """The session whose items are shown; None, and told, where there is none."""
        session = self._desk.session(self.model.session_id)
        if session is None:
            self._desk.say(tr("Choose a session first."))
        return session

    async def watch(self, session: Session, tags: Sequence[str]) -> None:
        await self._desk.watch(session, tags)
        self.model.refresh()

    # ---- what comes

    def _take(self, frame: FeedFrame) -> None:
        self.model.take(frame)
        for session_id, notice in frame.notices:
            if notice.kind is NoticeKind.STATE:
                self.model.set_stale(session_id, notice.details["new"] != SessionState.READY)

    def _ended(self, session_id: str) -> None:
        if self.model.session_id == session_id:
            self.model.show("", None)

    def _set_utc(self, utc: bool) -> None:
        self.model.utc = utc
        self._desk.window.items.viewport().update()

    # ---- browsing

    def _browse(self, node: Node) -> None:
        if serving():  # a view is laid out before the loop runs and after it, too
            self._browsing[node] = task = act(self._browsed(node, self.model.session_id), name="browse")
            task.add_done_callback(lambda _: self._browsing.pop(node, None))
        else:
            self.model.browse_failed(node, tr("the window is closing"))

    async def _browsed(self, node: Node, session_id: str) -> None:
        session = self._desk.session(session_id)
        if session is None:
            self.model.browse_failed(node, tr("the session is closed"))
            return
        try:
            page = await calls.browse(session, node.address, node.next_page or "", _PAGE)
        except GatewayError as error:
            self.model.browse_failed(node, words(error))
        else:
            self.model.browsed(node, page)

    async def opened(self, path: str, tag: str) -> Node | None:
        """The tag's node in the name space, with the folders above read, a page after the other; ``path`` names them
        with " / " between. None where it is not there, or another session is shown meanwhile."""
        return await self._below(self.model.space, path, tag)

    async def _below(self, folder: Node, path: str, tag: str) -> Node | None:
        async for child in self._children(folder):
            if not path:
                if child.tag == tag:
                    return child
            elif f"{path} / ".startswith(f"{child.name} / "):  # perhaps: names may have the separator in them
                found = await self._below(child, path[len(child.name) + len(" / ") :], tag)
                if found is not None:
                    return found
        return None

    async def _children(self, folder: Node) -> AsyncIterator[Node]:
        looked = 0
        while True:
            for child in folder.children[looked:]:
                looked += 1
                yield child
            if looked < len(folder.children):
                continue
            if not folder.loading:
                self.model.fetchMore(self.model.index_of(folder))
            if (reading := self._browsing.get(folder)) is None:
                return
            await asyncio.wait([reading])

    # ---- actions

    def _watch(self, tags: list[str]) -> None:
        if (session := self.chosen()) is not None:
            act(self.watch(session, tags), name="watch", failed=self._desk.say)

    def _remove(self, keys: list[int]) -> None:
        if (session := self.chosen()) is not None:
            for key in keys:
                self._desk.window.trends.collector.lose(session.id, key, self._desk.clock.utc_ns())
            act(
                self._desk.unwatch(session, keys),
                name="remove",
                failed=self._desk.say,
                done=self.model.refresh,
            )

    def _show_properties(self, tag: str) -> None:
        if (session := self.chosen()) is not None:
            show_properties(self._desk, session, tag)
