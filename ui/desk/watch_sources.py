"""Which items the rows of watch lists are: tags find theirs when their source opens, and lose them when it closes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal

from app.batch import Sample
from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.sessions import calls
from app.sessions.session import Session
from app.sessions.state import SessionState
from ui.bridge import act, words
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.i18n import tr
from ui.models.watch_cells import NOT_FOUND
from ui.models.watch_rows import Link, Source

#: Tags in one command: the worker answers before it takes the next, and nobody waits long behind it.
_CHUNK = 2_000
_READ_CHUNK = 500
_LOOKS = 10
#: So many first values are looked for at once.
_YOUNG = 4_000


class WatchSources(QObject):
    """All sources that lists know, by name."""

    changed = Signal(object)  # a Source that opened, closed, or is live again or no longer
    bound = Signal()  # tags have found their items, or are known not to have one
    unknown = Signal(int)  # so many tags of one run are not known to their source

    def __init__(self, desk: Desk, links: Callable[[], Iterable[Link]]) -> None:
        """``links``: those of all lists."""
        super().__init__(desk)
        self._desk = desk
        self._links = links
        self._sources: dict[str, Source] = {}
        self._young: list[tuple[Link, int]] = []  # bound lately, and how often their first value was looked for
        desk.frame.connect(self._take)
        desk.second.connect(self._look)
        desk.session_opened.connect(self._opened)
        desk.session_ended.connect(self._ended)

    def source(self, name: str) -> Source:
        found = self._sources.get(name)
        if found is None:
            found = self._sources[name] = Source(name)
            session = self._desk.session_named(name)
            if session is not None and session.state is SessionState.READY:
                self._attach(found, session)
        return found

    def names(self) -> list[str]:
        """Open ones first, then those that are saved, or that lists still speak of."""
        opened = [session.name for session in self._desk.runtime.manager.list()]
        saved = [source.name for source in self._desk.saved]
        return list(dict.fromkeys([*opened, *saved, *(link.ref.source for link in self._links())]))

    # ---- sessions come and go

    def _attach(self, source: Source, session: Session) -> None:
        source.session_id, source.items = session.id, session.items
        source.live = session.state is SessionState.READY
        source.replayed = session.replayed
        source.version = session.items.version

    def _opened(self, session: Session) -> None:
        source = self._sources.get(session.name)
        if source is None:
            return
        self._attach(source, session)
        self.changed.emit(source)
        self.bind()

    def _ended(self, session_id: str) -> None:
        for source in self._sources.values():
            if source.session_id == session_id and source.items is not None:
                source.items, source.live = None, False
                self.changed.emit(source)

    def _take(self, frame: FeedFrame) -> None:
        for session_id, notice in frame.notices:
            if notice.kind is NoticeKind.STATE:
                live = notice.details["new"] == SessionState.READY
                for source in self._sources.values():
                    if source.session_id == session_id and source.live != live and source.items is not None:
                        source.live = live
                        self.changed.emit(source)

    def _look(self) -> None:
        self._look_at_young()
        self._look_for_removed()

    def _look_at_young(self) -> None:
        """A source may take any name, and say with the first value that it does not know it."""
        young, self._young = self._young[:_YOUNG], self._young[_YOUNG:]
        missing = 0
        for link, looks in young:
            link.fresh()
            missing += link.unknown
            if link.kept is None and looks < _LOOKS:
                self._young.append((link, looks + 1))
        if missing:
            self.unknown.emit(missing)

    def _look_for_removed(self) -> None:
        """Items may be removed elsewhere."""
        moved = [s for s in self._sources.values() if s.items is not None and s.items.version != s.version]
        for source in moved:
            items = source.items
            assert items is not None
            source.version = items.version
            for link in self._links():
                if link.items is items and link.key and items.get(link.key) is None:
                    link.lose(tr("not watched"), tr("The item was removed. F5 watches it again."))
        if moved:
            self.bound.emit()

    # ---- tags find their items

    def bind(self) -> None:
        """Ask sources that are open for all tags that they have not been asked for."""
        wanted: dict[str, list[Link]] = {}
        for link in self._links():
            if link.wants_item:
                link.asked()
                wanted.setdefault(link.source.name, []).append(link)
        for name, links in wanted.items():
            act(self._bind(name, links), name=f"watch {name}", failed=self._desk.say)

    async def _bind(self, name: str, links: list[Link]) -> None:
        session = self._desk.session_named(name)
        missing = 0
        for start in range(0, len(links), _CHUNK):
            some = links[start : start + _CHUNK]
            if session is not None:
                try:
                    missing += await self._bind_some(session, some)
                except GatewayError as error:
                    for link in some:
                        if link.items is session.items:
                            link.lose(tr("not watched"), words(error))
                    self.bound.emit()
                    raise
            self.bound.emit()
        if missing:
            self.unknown.emit(missing)

    async def _bind_some(self, session: Session, links: list[Link]) -> int:
        reasons: dict[str, str] = {}
        items = await self._desk.watch(session, [link.ref.tag for link in links], reasons.__setitem__)
        keys = {item.tag: item.key for item in items}
        missing = 0
        for link in links:
            if link.items is not session.items:
                continue  # the source closed meanwhile, and maybe opened again
            if (key := keys.get(link.ref.tag)) is not None:
                link.bind(key)
                self._young.append((link, 0))
            else:
                link.lose(tr(NOT_FOUND), reasons.get(link.ref.tag, ""))
                missing += 1
        return missing

    # ---- read again

    async def read(self, links: Iterable[Link]) -> tuple[int, int]:
        """Ask for values now, and for items of those that have none. (How many were read, how many could not be.)"""
        by_name: dict[str, dict[str, Link]] = {}
        for link in links:
            if link.source.is_open:
                by_name.setdefault(link.source.name, {})[link.ref.tag] = link
                if not link.key:
                    link.items = None
        self.bind()
        read = failed = 0
        for name, wanted in by_name.items():
            session = self._desk.session_named(name)
            if session is None:
                continue
            tags = list(wanted)
            handle = await self._desk.handle(session)
            for start in range(0, len(tags), _READ_CHUNK):
                for row in await calls.read(session, handle, tags[start : start + _READ_CHUNK]):
                    if row.success and row.tag in wanted:
                        received = max(row.worker_time_ns, row.source_time_ns)
                        wanted[row.tag].was_read(Sample(row.value, row.quality, row.source_time_ns, received))
                    read, failed = read + row.success, failed + (not row.success)
                self.bound.emit()
        return read, failed
