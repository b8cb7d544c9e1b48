"""From the engine to the views: batches are collected and handed over ten times a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.batch import Event, EventBatch
from app.events.notices import Notice, NoticeKind, Severity
from app.tasks import Clock
from app.values import EventKind
from ui.i18n import count_text, tr

FRAME_MS = 100
#: Under load frames are rarer: nobody reads faster, and each costs the same painting.
_BUSY_FRAME_MS = 200
_BUSY_EVENTS = 10_000
#: Events kept while the window does not come to show them; beyond it the oldest go, and a line in the log says so.
_LIMIT = 1_000_000
#: The same for notices: each is a line that somebody would have to read.
_NOTICE_LIMIT = 10_000
_COMPLETIONS = (EventKind.WRITE_COMPLETE, EventKind.OPERATION_COMPLETE)


@dataclass(frozen=True, slots=True)
class FeedFrame:
    """What came since the last frame, in order."""

    batches: list[tuple[str, EventBatch]]
    notices: list[tuple[str, Notice]]


@dataclass(frozen=True, slots=True)
class FeedStatistics:
    events: int
    dropped: int
    queued: int
    peak: int
    frames: int
    dropped_notices: int


class Feed(QObject):
    """The window's :class:`app.events.notices.Broadcaster`. One signal a frame, none while nothing comes."""

    frame = Signal(object)  # a FeedFrame

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._batches: list[tuple[str, EventBatch]] = []
        self._notices: list[tuple[str, Notice]] = []
        self._waiting: dict[tuple[str, int], list[Callable[[Event], None]]] = {}
        self._missed: dict[str, tuple[int, int]] = {}  # by session: events and notices that the next frame lacks
        self._events = self._dropped = self._queued = self._peak = self._frames = self._dropped_notices = 0
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.flush)
        self._timer.start()

    # ---- the engine's side

    def publish(self, session_id: str, batch: EventBatch) -> None:
        self._batches.append((session_id, batch))
        self._queued += len(batch)
        self._events += len(batch)
        if batch.kinds and self._waiting:
            self._complete(session_id, batch)
        if self._queued > _LIMIT:
            self._drop()

    def notice(self, session_id: str, notice: Notice) -> None:
        self._notices.append((session_id, notice))
        if len(self._notices) > _NOTICE_LIMIT:
            self._drop_notices()

    def _complete(self, session_id: str, batch: EventBatch) -> None:
        for index, kind in enumerate(batch.kinds):
            if kind in _COMPLETIONS:
                for callback in list(self._waiting.get((session_id, batch.keys[index]), ())):
                    callback(batch.event(index))

    def _drop(self) -> None:
        half = len(self._batches) // 2 or 1
        for session_id, batch in self._batches[:half]:
            self._miss(session_id, events=len(batch))
            self._queued -= len(batch)
        del self._batches[:half]

    def _drop_notices(self) -> None:
        """The oldest half goes, but the last state of each session, which the views live by."""
        half = len(self._notices) // 2 or 1
        old, young = self._notices[:half], self._notices[half:]
        states = {session_id: notice for session_id, notice in old if notice.kind is NoticeKind.STATE}
        kept = list(states.items())[-half // 2 :]
        stay = set(map(id, dict(kept).values()))
        for session_id, notice in old:
            if id(notice) not in stay:
                self._miss(session_id, notices=1)
        self._notices = kept + young

    def _miss(self, session_id: str, events: int = 0, notices: int = 0) -> None:
        before = self._missed.get(session_id, (0, 0))
        self._missed[session_id] = before[0] + events, before[1] + notices
        self._dropped += events
        self._dropped_notices += notices

    def _gaps(self) -> list[tuple[str, Notice]]:
        """A line for each session that lacks something; told once."""
        gaps = [(session_id, self._gap(*missed)) for session_id, missed in self._missed.items()]
        self._missed.clear()
        return gaps

    def _gap(self, events: int, notices: int) -> Notice:
        counts = ((events, tr("{count} events")), (notices, tr("{count} notices")))
        lost = tr(" and ").join(words.format(count=count_text(count)) for count, words in counts if count)
        words = tr("the window could not keep up: {lost} are not shown").format(lost=lost)
        details = {"missed": str(events), "missed_notices": str(notices)}
        return Notice(NoticeKind.MIRROR_RESTARTED, Severity.WARNING, self._clock.utc_ns(), words, details)

    # ---- the views' side

    def on_completion(self, session_id: str, key: int, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Tell ``callback`` each completion of the item at once, not with the frame; returns what ends that."""
        entry = self._waiting.setdefault((session_id, key), [])
        entry.append(callback)

        def stop() -> None:
            if callback in entry:
                entry.remove(callback)
            if not entry:
                self._waiting.pop((session_id, key), None)

        return stop

    def flush(self) -> None:
        """Hand over what has come."""
        if not self._batches and not self._notices:
            return
        self._peak = max(self._peak, self._queued)
        busy = self._queued > _BUSY_EVENTS
        if (wanted := _BUSY_FRAME_MS if busy else FRAME_MS) != self._timer.interval():
            self._timer.setInterval(wanted)
        made = FeedFrame(self._batches, self._gaps() + self._notices)
        self._batches, self._notices, self._queued = [], [], 0
        self._frames += 1
        self.frame.emit(made)

    def stop(self) -> None:
        self._timer.stop()
        self._batches.clear()
        self._notices.clear()
        self._missed.clear()

    def statistics(self) -> FeedStatistics:
        return FeedStatistics(
            self._events, self._dropped, self._queued, self._peak, self._frames, self._dropped_notices
        )
