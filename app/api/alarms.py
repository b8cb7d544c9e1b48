"""The service Alarms: the active set, every transition, and what operators do, for other programs."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from app.alarms.limits import Condition
from app.alarms.model import Alarm, AlarmId, Change
from app.alarms.states import AlarmEvent, AlarmState
from app.api.dispatch import Send
from app.api.guard import Caller
from app.errors import ErrorCode, GatewayError
from app.pb import gateway_pb2 as pb
from app.tasks import Clock
from app.values import NS_PER_S
from app.wire.messages import sound, write_value

#: Transitions that may wait for a client; one that is slower is told so.
QUEUE = 10_000
_MOST_IDS = 10_000
_LONGEST_S = 366 * 86_400.0
_LONGEST_COMMENT = 1000
_CONDITIONS = {condition.value: condition for condition in Condition}


class AlarmFeed(Protocol):
    """Who looks at the alarms: the window, or the server without one."""

    def alarms(self) -> Iterable[Alarm]:
        """All of them, the normal ones too."""
        ...

    def get(self, alarm_id: AlarmId) -> Alarm | None: ...

    def listen(self, told: Callable[[Sequence[Change]], None]) -> Callable[[], None]:
        """Every later change goes to ``told``; returns what ends that."""
        ...

    def operate(
        self, ids: Sequence[AlarmId], event: AlarmEvent, *, comment: str, until_ns: int, who: str
    ) -> list[AlarmId]:
        """As an operator would; those for which it makes no sense. ``who`` stands in the event log."""
        ...


class AlarmsService:
    """``feed`` None: this server looks at no alarms."""

    def __init__(self, feed: AlarmFeed | None, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock

    def problem(self) -> str:
        return "" if self._feed is not None else "this server looks at no alarms"

    async def stream_alarms(self, request: pb.StreamAlarmsRequest, caller: Caller, send: Send) -> None:
        feed = self._there()
        sources = frozenset(request.sources)

        def wanted(alarm: Alarm) -> bool:
            if sources and alarm.id.source not in sources:
                return False
            limited = caller.constraints.limited
            return not limited or not caller.constraints.read(alarm.id.source, alarm.id.tag)

        waiting: deque[Change] = deque()
        came = asyncio.Event()
        overflowed = False

        def told(changes: Sequence[Change]) -> None:
            nonlocal overflowed
            for change in changes:
                if wanted(change.now):
                    overflowed = overflowed or len(waiting) >= QUEUE
                    if not overflowed:
                        waiting.append(change)
            came.set()

        stop = feed.listen(told)  # before the set is read: nothing comes between them
        try:
            active = [alarm for alarm in feed.alarms() if alarm.state is not AlarmState.NORMAL and wanted(alarm)]
            complete = pb.SnapshotComplete(alarms=len(active), time_ns=self._clock.utc_ns())
            for alarm in active:
                await send(pb.AlarmMessage(alarm=_alarm(alarm)).SerializeToString())
            await send(pb.AlarmMessage(snapshot_complete=complete).SerializeToString())
            while True:
                await came.wait()
                came.clear()
                while waiting:
                    await send(pb.AlarmMessage(change=_change(waiting.popleft())).SerializeToString())
                if overflowed:
                    words = f"the client was too slow: more than {QUEUE} transitions of alarms waited for it"
                    raise GatewayError(ErrorCode.EVENT_QUEUE_OVERFLOW, words, capacity=str(QUEUE))
        finally:
            stop()

    async def acknowledge(self, request: pb.AcknowledgeRequest, caller: Caller) -> pb.AlarmRows:
        return self._operate(request.ids, caller, AlarmEvent.ACKNOWLEDGE, request.comment)

    async def shelve(self, request: pb.ShelveRequest, caller: Caller) -> pb.AlarmRows:
        duration_s = request.duration_s
        if not (math.isfinite(duration_s) and 0 < duration_s <= _LONGEST_S):
            raise _invalid(f"duration_s is {duration_s:g}, but must be above 0 and at most a year")
        until_ns = self._clock.utc_ns() + max(1, round(duration_s * NS_PER_S))
        return self._operate(request.ids, caller, AlarmEvent.SHELVE, request.comment, until_ns)

    async def unshelve(self, request: pb.UnshelveRequest, caller: Caller) -> pb.AlarmRows:
        return self._operate(request.ids, caller, AlarmEvent.UNSHELVE, request.comment)

    def _there(self) -> AlarmFeed:
        if self._feed is None:
            raise GatewayError(ErrorCode.RECORDS_UNAVAILABLE, f"{self.problem()}: give it limits of tags")
        return self._feed

    def _operate(
        self, ids: Sequence[pb.AlarmId], caller: Caller, event: AlarmEvent, comment: str, until_ns: int = 0
    ) -> pb.AlarmRows:
        feed = self._there()
        if len(ids) > _MOST_IDS or len(comment) > _LONGEST_COMMENT:
            raise _invalid(f"at most {_MOST_IDS} alarms and {_LONGEST_COMMENT} characters of comment in one request")
        rows = pb.AlarmRows()
        good: list[tuple[AlarmId, pb.AlarmRow]] = []
        for asked in ids:
            row = rows.rows.add(id=asked)
            condition = _CONDITIONS.get(asked.condition)
            if condition is None:
                row.error = f"{asked.condition[:40]!r} is no condition: {', '.join(_CONDITIONS)}"
                continue
            alarm_id = AlarmId(asked.source, asked.tag, condition)
            if reason := caller.constraints.read(asked.source, asked.tag) if caller.constraints.limited else "":
                row.error = reason
            elif feed.get(alarm_id) is None:
                row.error = "there is no such alarm"
            else:
                good.append((alarm_id, row))
        who = f"key {caller.key_id} at {caller.peer}" if caller.key_id else caller.peer
        asked_for = list(dict.fromkeys(alarm_id for alarm_id, _ in good))
        refused = set(feed.operate(asked_for, event, comment=comment, until_ns=until_ns, who=who))
        for alarm_id, row in good:
            now = feed.get(alarm_id)
            row.success = alarm_id not in refused
            if now is not None:
                row.alarm.CopyFrom(_alarm(now))
            if not row.success:
                state = "gone" if now is None else now.state.value
                row.error = f"{event.value} makes no sense for an alarm that is {state}"
        return rows


def _alarm(alarm: Alarm) -> pb.Alarm:
    message = pb.Alarm(
        id=pb.AlarmId(source=sound(alarm.id.source), tag=sound(alarm.id.tag), condition=alarm.id.condition.value),
        state=alarm.state.value,
        active=alarm.active,
        priority=int(alarm.limit.priority),
        limit=_limit(alarm),
        raised_ns=alarm.raised_ns,
        changed_ns=alarm.changed_ns,
        quality=alarm.quality,
        raises=alarm.raises,
        chattering=alarm.chattering,
        held=alarm.held,
        shelved_until_ns=alarm.shelved_until_ns,
        comment=sound(alarm.comment),
    )
    write_value(message.value, alarm.value)
    return message


def _limit(alarm: Alarm) -> str:
    limit = alarm.limit
    match limit.condition:
        case Condition.STATE:
            return f"is {', '.join(map(str, limit.states))}"
        case Condition.QUALITY:
            return "bad quality"
        case Condition.STALE:
            return f"silent for {limit.value:g} s"
        case _:
            return f"{limit.condition.value} {limit.value:g}"


def _change(change: Change) -> pb.AlarmChange:
    return pb.AlarmChange(
        alarm=_alarm(change.now),
        previous_state=change.before.state.value,
        event="" if change.event is None else change.event.value,
        removed=change.after is None,
        time_ns=change.time_ns,
    )


def _invalid(words: str) -> GatewayError:
    return GatewayError(ErrorCode.INVALID_ARGUMENT, words)
