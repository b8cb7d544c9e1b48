"""Searching the tags of the chosen session: an index each, read when somebody first looks for something."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.commands import BrowsePage
from app.errors import ErrorCode, GatewayError
from app.sessions import calls
from app.sessions.index import IndexProgress, IndexState, TagIndex
from ui.desk.desk import Desk
from ui.i18n import tr
from ui.models.items import ItemsModel
from ui.views.finder import ItemsPane

_LOOK_MS = 300


class IndexDesk(QObject):
    """Owns the indexes; they go with their sessions."""

    def __init__(self, desk: Desk, items: ItemsModel, pane: ItemsPane) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        self._pane = pane
        self._indexes: dict[str, TagIndex] = {}
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show)
        desk.figures["tag indexes"] = self._figures
        items.modelReset.connect(self._choose)
        pane.search_begun.connect(self._begin)
        pane.read_wanted.connect(self._read)
        pane.cancel_wanted.connect(self._cancel)
        desk.session_ended.connect(self._ended)
        desk.stopping.connect(self._stop)
        desk.window.add_action(tr("Find tags"), self._find, "Ctrl+Shift+F", "tag", "find")
        self._choose()

    def index(self) -> TagIndex | None:
        """Of the session whose items are shown."""
        return self._indexes.get(self._items.session_id)

    def _figures(self) -> dict[str, IndexProgress]:
        return {self._desk.name_of(session_id): index.progress for session_id, index in self._indexes.items()}

    def _find(self) -> None:
        self._desk.window.show_pane("items")
        self._pane.focus_search()

    def _choose(self) -> None:
        session_id = self._items.session_id
        if session_id and session_id not in self._indexes:
            self._indexes[session_id] = TagIndex(_Browse(self._desk, session_id), self._desk.clock)
        self._pane.model.look_in(self.index(), self._desk.name_of(session_id) if session_id else "")
        if self._pane.searching:
            self._begin()
        self._show()

    def _begin(self) -> None:
        self.read_if_empty()
        self._show()

    def read_if_empty(self) -> None:
        """Somebody looks for a tag of the session whose items are shown."""
        if (index := self.index()) is not None and index.progress.state is IndexState.EMPTY:
            self._read()

    def _read(self) -> None:
        if (index := self.index()) is not None:
            index.start()
            self._look.start()
            self._show()

    def _cancel(self) -> None:
        if (index := self.index()) is not None:
            index.cancel()
            self._show()

    def _show(self) -> None:
        index = self.index()
        self._pane.show_progress(None if index is None else index.progress)
        if not any(index.reading for index in self._indexes.values()):
            self._look.stop()
        elif not self._look.isActive():
            self._look.start()

    def _ended(self, session_id: str) -> None:
        if (index := self._indexes.pop(session_id, None)) is not None:
            index.cancel()  # frames may come after the loop: nothing is awaited here
        self._choose()

    def _stop(self) -> None:
        self._look.stop()
        for index in self._indexes.values():
            index.cancel()


class _Browse:
    """Asks a session for as long as it is open."""

    def __init__(self, desk: Desk, session_id: str) -> None:
        self._desk = desk
        self._session_id = session_id

    async def __call__(self, node: str, token: str, limit: int) -> BrowsePage:
        session = self._desk.session(self._session_id)
        if session is None:
            raise GatewayError(ErrorCode.SESSION_NOT_FOUND, tr("the session is closed"))
        return await calls.browse(session, node, token, limit)
