"""Where the engine publishes when there is no window: the journal and the alarms."""

from __future__ import annotations

from collections.abc import Callable

from app.batch import EventBatch
from app.events.notices import Notice
from app.records.journal import Act, Journal
from app.sessions.names import TagNames

#: Session id, and what came.
Listener = Callable[[str, EventBatch | Notice], object]


class Hub:
    """A :class:`app.events.notices.Broadcaster`. Sessions are known by :meth:`know` as soon as they are open."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._session_names: dict[str, str] = {}
        self.names = TagNames()
        self.listeners: list[Listener] = []

    def know(self, session_id: str, name: str) -> None:
        self._session_names[session_id] = name

    def name_of(self, session_id: str) -> str:
        return self._session_names.get(session_id, session_id)

    def publish(self, session_id: str, batch: EventBatch) -> None:
        self.names.learn(session_id, batch)
        self._journal.take(self.name_of(session_id), batch, self.names.of(session_id))
        for listener in self.listeners:
            listener(session_id, batch)

    def notice(self, session_id: str, notice: Notice) -> None:
        self._journal.take(self.name_of(session_id), notice, self.names.of(session_id))
        for listener in self.listeners:
            listener(session_id, notice)

    def act(self, session: str, act: Act) -> None:
        """What an operator did through the API."""
        self._journal.act(session, act)
