"""Alarms without a window: the limits of a workspace, looked at in the sessions that carry its sources' names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from app.alarms.engine import AlarmEngine
from app.alarms.limits import TagLimits
from app.alarms.model import Alarm, AlarmId, Change
from app.alarms.states import AlarmEvent
from app.batch import EventBatch
from app.errors import GatewayError
from app.events.notices import Notice, NoticeKind
from app.records.journal import Act
from app.serve.hub import Hub
from app.sessions import calls
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.tasks import Clock, join, spawn

_log = logging.getLogger(__name__)
_TICK_S = 1.0
_CHUNK = 1_000

Told = Callable[[Sequence[Change]], None]


class HeadlessAlarms:
    """From :meth:`start` to :meth:`stop`. Transitions go to who listens and, as what operators do, to the event log."""

    def __init__(self, limits: Mapping[tuple[str, str], TagLimits], hub: Hub, clock: Clock) -> None:
        self._engine = AlarmEngine(clock)
        self._hub = hub
        self._clock = clock
        self._listeners: list[Told] = []
        self._tasks: set[asyncio.Task[None]] = set()
        for (source, tag), wanted in limits.items():
            self._engine.set_limits(source, tag, wanted)
        hub.listeners.append(self._take)

    def start(self) -> None:
        self._run(self._tick(), "alarms")

    async def stop(self) -> None:
        await join(*self._tasks)

    def watch(self, session: Session) -> None:
        """A session is open: where its name is a source with limits, its tags are subscribed."""
        if self._engine.tags(session.name):
            self._run(self._bind(session), "watch alarms")

    async def _bind(self, session: Session) -> None:
        tags = self._engine.tags(session.name)
        try:
            handle = await calls.register(session, "Tagwatch alarms")
            keys: dict[int, str] = {}
            for start in range(0, len(tags), _CHUNK):
                for row in await calls.subscribe(session, handle, tags[start : start + _CHUNK]):
                    if row.success:
                        keys[handle << 32 | row.item_handle] = row.tag
                    else:
                        _log.warning("alarms of %s: %s cannot be watched", session.name, row.tag)
        except GatewayError as error:
            _log.warning("alarms of %s are not watched: %s", session.name, error.code)
            return
        changes = self._engine.bind(session.name, session.id, keys)
        for key in keys:
            if (sample := session.items.sample(key)) is not None:
                changes += self._engine.sample(session.id, key, sample.value, sample.quality, sample.worker_time)
        self._changed(changes)

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = spawn(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(_TICK_S)
            self._changed(self._engine.tick())

    # ---- what comes

    def _take(self, session_id: str, what: EventBatch | Notice) -> None:
        if isinstance(what, EventBatch):
            self._changed(self._engine.take(session_id, what) + self._engine.tick())
            return
        live = _says_live(what)
        if live is not None:
            self._changed(self._engine.resume(session_id) if live else self._engine.hold(session_id))

    def _changed(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        for told in list(self._listeners):
            told(changes)
        for change in changes:
            event = change.event
            if event is AlarmEvent.RAISE or event is AlarmEvent.CLEAR:
                alarm = change.now
                words = f"alarm {alarm.id.condition.value}: {event.value}"
                self._hub.act(alarm.id.source, Act(change.time_ns, words, alarm.id.tag))

    # ---- for the API

    def alarms(self) -> Iterable[Alarm]:
        return self._engine.alarms()

    def get(self, alarm_id: AlarmId) -> Alarm | None:
        return self._engine.get(alarm_id)

    def listen(self, told: Told) -> Callable[[], None]:
        self._listeners.append(told)

        def stop() -> None:
            if told in self._listeners:
                self._listeners.remove(told)

        return stop

    def operate(
        self, ids: Sequence[AlarmId], event: AlarmEvent, *, comment: str, until_ns: int, who: str
    ) -> list[AlarmId]:
        changes, refused = self._engine.operate(ids, event, comment=comment, until_ns=until_ns)
        self._changed(changes)
        for change in changes:
            if change.event is event:
                words = f"alarm {change.now.id.condition.value} by {who}: {event.value}"
                told = f"{words}: {comment}" if comment else words
                self._hub.act(change.now.id.source, Act(change.time_ns, told, change.now.id.tag))
        return refused


def _says_live(notice: Notice) -> bool | None:
    match notice.kind:
        case NoticeKind.SOURCE_LOST:
            return False
        case NoticeKind.SOURCE_BACK:
            return True
        case NoticeKind.STATE:
            return notice.details.get("new") == SessionState.READY
        case _:
            return None
