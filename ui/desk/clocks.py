"""Clocks of sources: where one is off it is told, once; times are never rewritten."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QObject

from app.events.notices import Notice, NoticeKind, Severity
from app.events.skew import SkewWatch
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.format import offset_text
from ui.i18n import tr

#: Sources whose times are of another day by their nature.
_RECORDED = frozenset({"replay"})
#: Events of a session that are looked at in a frame: a clock is told by some as well as by all.
_ENOUGH = 1000


class ClocksDesk(QObject):
    """Compares the source times of each session with the times of receipt."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._watches: dict[str, SkewWatch | None] = {}
        desk.frame.connect(self._take)
        desk.session_ended.connect(lambda session_id: self._watches.pop(session_id, None))

    def _take(self, frame: FeedFrame) -> None:
        for session_id, notice in frame.notices:
            watch = self._watches.get(session_id)
            if watch is not None and notice.kind in (NoticeKind.SOURCE_BACK, NoticeKind.WORKER_RESTART):
                watch.again()
        looked: Counter[str] = Counter()
        for session_id, batch in frame.batches:
            if looked[session_id] > _ENOUGH:
                continue
            looked[session_id] += len(batch)
            watch = self._watch(session_id)
            if watch is not None and (skew := watch.take(batch)) is not None:
                self._tell(session_id, skew.offset_ns)

    def _watch(self, session_id: str) -> SkewWatch | None:
        if session_id not in self._watches:
            session = self._desk.session(session_id)
            recorded = session is None or session.backend in _RECORDED
            self._watches[session_id] = None if recorded else SkewWatch()
        return self._watches[session_id]

    def _tell(self, session_id: str, offset_ns: int) -> None:
        """In the log, and with the session."""
        off = tr("the source's clock is {difference}: its times are shown as they are")
        words = off.format(difference=offset_text(offset_ns)) if offset_ns else tr("the source's clock is right again")
        severity = Severity.WARNING if offset_ns else Severity.INFO
        details = {"offset_ns": str(offset_ns)}
        now_ns = self._desk.clock.utc_ns()
        self._desk.feed.notice(session_id, Notice(NoticeKind.CLOCK, severity, now_ns, words, details))
