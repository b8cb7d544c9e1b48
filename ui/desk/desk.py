"""What all controllers of the window share: the engine, the names of sessions and tags, and a few signals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from app.commands import TagProperties
from app.events.notices import NoticeKind
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.items import Item
from app.sessions.names import TagNames
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.tasks import Clock
from ui.feed import Feed, FeedFrame
from ui.main_window import MainWindow
from ui.sources import SourceBook
from ui.tagbook import TagBook
from ui.theme import Theme

_CLIENT = "Tagwatch window"


class Part(Protocol):
    """A controller with something that a workspace keeps."""

    def state(self) -> dict[str, Any]:
        """JSON; never a password, and nothing that would write when it is restored."""
        ...

    async def restore(self, state: dict[str, Any]) -> None:
        """Take over what was kept. What cannot be read is told and left out; nothing here fails for it."""
        ...


class Desk(QObject):
    """Made before the window; :attr:`window` is there once the application is built."""

    window: MainWindow

    frame = Signal(object)  # a FeedFrame: what came since the last one
    second = Signal()
    stopping = Signal()  # the window is closing: end what runs in the background
    session_opened = Signal(object)  # a ready Session
    session_ended = Signal(str)  # its id
    theme_changed = Signal(object)
    utc_changed = Signal(bool)
    limits_wanted = Signal(list)  # of TagRef: their alarm limits are to be edited
    noted = Signal(str, object, object)  # a trend's name, the Note that was there and the one that is, or None
    acted = Signal(object, str, str, str, str)  # time in ns; words, session id, tag, value: an operator action
    source_wanted = Signal(str)  # its name: open it, if it is one of :attr:`saved`
    place_wanted = Signal(str, str)  # session id, tag: show it in the name space of its source
    tags_wanted = Signal(list)  # of TagRef: somebody outside the window wants to see them
    read_only_changed = Signal(bool)

    def __init__(self, runtime: Runtime, feed: Feed, clock: Clock, kept: QSettings, theme: Theme) -> None:
        super().__init__()
        self.runtime = runtime
        self.feed = feed
        self.clock = clock
        self.kept = kept
        self.theme = theme
        self.utc = False
        self.book = TagBook(self._properties, self)
        self.saved = SourceBook()
        self.read_only = False
        self.refusal: Callable[[str], str] = lambda session: ""  # why a session must not be written to, by its name
        self.parts: dict[str, Part] = {}
        self.figures: dict[str, Callable[[], object]] = {}  # by name what queues or counts: frozen records
        self._names: dict[str, str] = {}
        self.names = TagNames()
        self._handles: dict[str, int] = {}
        self._registering: dict[str, asyncio.Lock] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        feed.frame.connect(self._take)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.second)

    def start(self) -> None:
        self._second.start()

    def stop(self) -> None:
        self._second.stop()
        self.book.stop()
        self.stopping.emit()

    # ---- names

    def session(self, session_id: str) -> Session | None:
        """The session with this id, while it is open."""
        return next((session for session in self.runtime.manager.list() if session.id == session_id), None)

    def session_named(self, name: str) -> Session | None:
        return next((session for session in self.runtime.manager.list() if session.name == name), None)

    def know(self, session: Session) -> None:
        """Its name and tags are told from here on, also when it is closed."""
        self._names[session.id] = session.name
        self.names.know(session.id, session.items)

    def name_of(self, session_id: str) -> str:
        return self._names.get(session_id, session_id)

    def tag_of(self, session_id: str, key: int) -> str:
        return self.names.tag(session_id, key)

    async def _properties(self, session_id: str, tag: str) -> TagProperties:
        session = self.session(session_id)
        if session is None:
            return TagProperties(())
        return await calls.properties(session, tag)

    # ---- words

    def say(self, words: str) -> None:
        """A sentence in the status bar, for a while."""
        self.window.say(words)

    def told(self, words: str, *, session_id: str = "", tag: str = "", value: str = "") -> None:
        """An operator action: it stands in the event log."""
        self.acted.emit(self.clock.utc_ns(), words, session_id, tag, value)

    # ---- items

    async def handle(self, session: Session) -> int:
        """The window's server handle in this session."""
        async with self._registering.setdefault(session.id, asyncio.Lock()):  # one, whoever asks at the same time
            if session.id not in self._handles:
                self._handles[session.id] = await calls.register(session, _CLIENT)
        return self._handles[session.id]

    async def watch(
        self, session: Session, tags: Sequence[str], failed: Callable[[str, str], object] | None = None
    ) -> list[Item]:
        """Items of these tags, subscribed where they are not yet. What cannot be is left out, and told: to
        ``failed(tag, why)`` where somebody counts them, else in the status bar."""
        tell = failed or (lambda tag, why: self.say(f"{tag}: {why}"))
        async with self._turns.setdefault(session.id, asyncio.Lock()):  # who asks at the same time gets the same items
            handle = await self.handle(session)
            wanted = set(tags)
            have = {i.tag: i for i in session.items.all() if i.tag in wanted and i.server_handle == handle}
            rows = await calls.subscribe(session, handle, [tag for tag in dict.fromkeys(tags) if tag not in have])
            for row in rows:
                item = session.items.find(handle, row.item_handle) if row.success else None
                if item is not None:
                    have[row.tag] = item
                elif not row.success:
                    tell(row.tag, row.error)
        return [have[tag] for tag in tags if tag in have]

    async def unwatch(self, session: Session, keys: Iterable[int]) -> None:
        """Give up items of the session, whoever's server handle they are of."""
        by_server: dict[int, list[int]] = {}
        for key in keys:
            by_server.setdefault(key >> 32, []).append(key & 0xFFFF_FFFF)
        for handle, handles in by_server.items():
            await calls.unsubscribe(session, handle, handles)

    # ---- what comes

    def _take(self, frame: FeedFrame) -> None:
        for session_id, batch in frame.batches:
            self.names.learn(session_id, batch)
        self.frame.emit(frame)
        for session_id, notice in frame.notices:
            if notice.kind is NoticeKind.STATE and notice.details["new"] == SessionState.CLOSED:
                self._handles.pop(session_id, None)
                self._turns.pop(session_id, None)
                self.session_ended.emit(session_id)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.theme_changed.emit(theme)

    def set_read_only(self, read_only: bool) -> None:
        """Nothing is written from this window, whatever is clicked."""
        if read_only != self.read_only:
            self.read_only = read_only
            self.read_only_changed.emit(read_only)

    def set_utc(self, utc: bool) -> None:
        self.utc = utc
        self.utc_changed.emit(utc)
