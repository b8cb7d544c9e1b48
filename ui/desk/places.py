"""Shows tags where they stand in the name space of their source."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.index import IndexDesk
from ui.desk.items import ItemsDesk
from ui.i18n import tr
from ui.models.items import Node

#: How long a place may take to be found; after that the search shows how far it is.
_FIND_S = 5.0
_LOOK_S = 0.05


class PlacesDesk(QObject):
    """A place is known from the index of the source's tags, which is read for it where it is not there yet."""

    def __init__(self, desk: Desk, items: ItemsDesk, index: IndexDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        self._index = index
        desk.place_wanted.connect(self.show)
        view = desk.window.items
        view.place_wanted.connect(lambda tag: self.show(view.session_id, tag))

    def show(self, session_id: str, tag: str) -> None:
        """Put the cursor of the items on it, with the folders above opened."""
        act(self._show(session_id, tag), name="show place", failed=self._desk.say)

    async def _show(self, session_id: str, tag: str) -> None:
        desk = self._desk
        if desk.session(session_id) is None:
            desk.say(tr("{tag}: its session is closed.").format(tag=tag))
            return
        desk.window.sessions.choose(session_id)
        desk.window.show_pane("items")
        path = await self._path(tag)
        if self._items.model.session_id != session_id:
            return  # somebody has gone on to another one
        node = None if path is None else await self._items.opened(path, tag)
        if node is None:
            desk.window.items_pane.look_for(tag)
            desk.say(tr("{tag} was not found in the name space so far.").format(tag=tag))
            return
        self._choose(node)

    def _choose(self, node: Node) -> None:
        pane, view = self._desk.window.items_pane, self._desk.window.items
        pane.clear()
        index = self._items.model.index_of(node)
        parent = index.parent()
        while parent.isValid():
            view.expand(parent)
            parent = parent.parent()
        view.setCurrentIndex(index)
        view.scrollTo(index, view.ScrollHint.PositionAtCenter)
        view.setFocus()

    async def _path(self, tag: str) -> str | None:
        index = self._index.index()
        if index is None:
            return None
        self._index.read_if_empty()
        clock = self._desk.clock
        end = clock.monotonic() + _FIND_S
        while (path := index.path_of(tag)) is None and index.reading and clock.monotonic() < end:
            await clock.sleep(_LOOK_S)
        return path
