"""Looks at batches of events for alarms, and keeps the state of each. No IO; the clock is given."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import compress, count

from app.alarms.limits import Condition, TagLimits, is_one_of
from app.alarms.model import Alarm, AlarmId, AlarmStatistics, Change
from app.alarms.states import QUIET, TABLE, AlarmEvent, AlarmState
from app.alarms.watch import CHATTER_S, TagWatch, Watch, says
from app.batch import EventBatch
from app.tasks import Clock
from app.values import NS_PER_S, Value

#: What time brings, in the order in which it counts where several are due at once.
_SILENT, _TURN, _CALM, _UNSHELVE = range(4)


@dataclass(slots=True, eq=False)
class _Source:
    """One source by its name. ``live``: samples come, and count."""

    name: str
    live: bool = False
    session_id: str = ""
    tags: dict[str, TagWatch] = field(default_factory=dict[str, TagWatch])
    bound: dict[int, str] = field(default_factory=dict[int, str])
    bound_as: dict[str, int] = field(default_factory=dict[str, int])
    by_key: dict[int, TagWatch] = field(default_factory=dict[int, TagWatch])
    suppressors: dict[int, list[TagWatch]] = field(default_factory=dict[int, list[TagWatch]])
    keys: frozenset[int] = frozenset()  # that matter: most events are told from those by this alone

    def rebind(self) -> None:
        self.by_key = {key: self.tags[tag] for key, tag in self.bound.items() if tag in self.tags}
        self.bound_as = {tag: key for key, tag in self.bound.items()}
        self.suppressors = {}
        for tag in self.tags.values():
            suppression = tag.limits.suppression
            if suppression is not None and suppression.tag in self.bound_as:
                self.suppressors.setdefault(self.bound_as[suppression.tag], []).append(tag)
        self.keys = frozenset((*self.by_key, *self.suppressors))


class AlarmEngine:
    """Limits by tag; samples in, changes out, in order.

    Delays run on the clock from when a sample is taken. A bad sample says nothing of levels and states: they stay.
    While a source is away its alarms are held: no sample, delay or silence moves them; what was waiting begins anew.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sources: dict[str, _Source] = {}
        self._by_session: dict[str, _Source] = {}
        # What time alone can move.
        self._waiting: dict[AlarmId, tuple[TagWatch, Watch]] = {}
        self._chattering: dict[AlarmId, Watch] = {}
        self._shelved: dict[AlarmId, tuple[TagWatch, Watch]] = {}
        self._silent: dict[AlarmId, tuple[TagWatch, Watch]] = {}
        self._silent_s = -math.inf  # nobody is silent too long before
        self._looked_at = self._raised = 0

    # ---- limits

    def set_limits(self, source: str, tag: str, limits: TagLimits) -> list[Change]:
        """In place of those that the tag had; without any it has no alarms. An alarm whose limit stays the same keeps
        its state; an alarm whose limit changes begins anew."""
        place = self._sources.setdefault(source, _Source(source))
        old = place.tags.pop(tag, None)
        kept = {} if old is None else {watch.alarm.limit: watch for watch in old.watches}
        now_ns = self._clock.utc_ns()
        made = TagWatch(tag, limits, [])
        if old is not None:
            made.heard_s, made.suppressed = old.heard_s, old.suppressed
        for limit in limits.limits:
            alarm = Alarm(AlarmId(source, tag, limit.condition), limit, held=not place.live)
            made.watches.append(kept.pop(limit, None) or Watch(alarm))
        changes = [Change(watch.alarm, None, None, now_ns) for watch in kept.values()]
        for watch in kept.values():
            self._forget(watch)
        if made.watches:
            place.tags[tag] = made
        for watch in made.watches:
            self._index(made, watch)
        if made.suppressed:
            same = old is not None and old.limits.suppression == limits.suppression
            changes += self._suppress(made, same, now_ns)
        made.settle()
        place.rebind()
        return changes

    def limits(self, source: str, tag: str) -> TagLimits:
        """Those of the tag; empty where it has none."""
        place = self._sources.get(source)
        known = None if place is None else place.tags.get(tag)
        return TagLimits(()) if known is None else known.limits

    def all_limits(self) -> Iterator[tuple[str, str, TagLimits]]:
        """(source, tag, limits) of every tag that has some."""
        for source in self._sources.values():
            for tag in source.tags.values():
                yield source.name, tag.tag, tag.limits

    def tags(self, source: str) -> list[str]:
        """The tags of a source that have to be subscribed for its alarms."""
        place = self._sources.get(source)
        if place is None:
            return []
        suppressing = [tag.limits.suppression.tag for tag in place.tags.values() if tag.limits.suppression is not None]
        return list(dict.fromkeys([*place.tags, *suppressing]))

    def key(self, source: str, tag: str) -> int | None:
        """The key under which the tag's samples come; None while it is not bound."""
        place = self._sources.get(source)
        return None if place is None else place.bound_as.get(tag)

    def _index(self, tag: TagWatch, watch: Watch) -> None:
        """What waits on time knows the tag's present record."""
        alarm = watch.alarm
        if alarm.limit.condition is Condition.STALE:
            self._silent[alarm.id] = tag, watch
            self._silent_s = -math.inf
        if watch.due_s < math.inf:
            self._waiting[alarm.id] = tag, watch
        if alarm.state is AlarmState.SHELVED:
            self._shelved[alarm.id] = tag, watch

    def _forget(self, watch: Watch) -> None:
        for index in (self._waiting, self._chattering, self._shelved, self._silent):
            index.pop(watch.alarm.id, None)

    # ---- sources

    def bind(self, source: str, session_id: str, keys: Mapping[int, str]) -> list[Change]:
        """The source is there, and its tags come under these keys."""
        place = self._sources.setdefault(source, _Source(source))
        if place.session_id:
            self._by_session.pop(place.session_id, None)
        place.session_id, place.bound = session_id, dict(keys)
        self._by_session[session_id] = place
        place.rebind()
        changes = self._set_live(place, True)
        now_s = self._clock.monotonic()
        for tag in place.tags.values():
            tag.heard_s = min(tag.heard_s, now_s)  # who is listened to from now on is not silent since ever
        self._silent_s = -math.inf
        return changes

    def hold(self, session_id: str) -> list[Change]:
        """The session has lost its source, or is not there."""
        place = self._by_session.get(session_id)
        return [] if place is None else self._set_live(place, False)

    def resume(self, session_id: str) -> list[Change]:
        place = self._by_session.get(session_id)
        return [] if place is None else self._set_live(place, True)

    def _set_live(self, place: _Source, live: bool) -> list[Change]:
        changes = self.tick()
        if place.live == live:
            return changes
        place.live = live
        self._silent_s = -math.inf
        now_s, now_ns = self._clock.monotonic(), self._clock.utc_ns()
        for tag in place.tags.values():
            tag.heard_s = now_s if live else math.inf
            for watch in tag.watches:
                watch.due_s, watch.said = math.inf, watch.alarm.active
                self._waiting.pop(watch.alarm.id, None)
                before = watch.alarm
                watch.alarm = replace(before, held=not live, changed_ns=before.changed_ns or now_ns)
                changes.append(Change(before, watch.alarm, None, now_ns))
            tag.settle()
        return changes

    # ---- samples

    def take(self, session_id: str, batch: EventBatch) -> list[Change]:
        """Look through the data changes of a batch. For tags without alarms it costs a look into a set."""
        place = self._by_session.get(session_id)
        if place is None or not place.live or not place.keys:
            return []
        hits = list(compress(count(), map(place.keys.__contains__, batch.keys)))
        if not hits:
            return []
        changes = self.tick()
        kinds = batch.kinds
        for index in hits:
            if not kinds or kinds[index] <= 1:
                value, quality = batch.values[index], batch.qualities[index]
                self._sample(place, batch.keys[index], value, quality, batch.worker_times[index], changes)
        return changes

    def sample(self, session_id: str, key: int, value: Value, quality: int, time_ns: int) -> list[Change]:
        """One value alone: the one that was there before its source was bound."""
        changes: list[Change] = self.tick()
        place = self._by_session.get(session_id)
        if place is not None and place.live and key in place.keys:
            self._sample(place, key, value, quality, time_ns, changes)
        return changes

    def _sample(
        self, place: _Source, key: int, value: Value, quality: int, time_ns: int, changes: list[Change]
    ) -> None:
        now_s = self._clock.monotonic()
        if quality & 0xC0:
            for tag in place.suppressors.get(key, ()):
                assert tag.limits.suppression is not None
                on = is_one_of(value, tag.limits.suppression.states)
                if on != tag.suppressed:
                    changes += self._suppress(tag, on, time_ns)
        tag = place.by_key.get(key)
        if tag is None:
            return
        self._looked_at += 1
        tag.heard_s = now_s
        if tag.calm(value, quality):
            return
        for watch in tag.watches:
            said = says(watch.alarm.limit, watch.alarm.active, value, quality)
            if said is not None:
                changes += self._step(tag, watch, said, now_s, time_ns, (value, quality))
        tag.settle()

    def _step(
        self, tag: TagWatch, watch: Watch, said: bool, at_s: float, time_ns: int, sample: tuple[Value, int] | None
    ) -> list[Change]:
        """A sample, or the silence after one, says whether it is an alarm."""
        if said != watch.said:
            watch.said, watch.turned_s = said, at_s
            self._silent_s = -math.inf
        if said == watch.alarm.active:
            watch.due_s = math.inf
            self._waiting.pop(watch.alarm.id, None)
            return []
        if said and sample is not None:
            watch.alarm = replace(watch.alarm, value=sample[0], quality=sample[1])
        if watch.due_s == math.inf:
            watch.due_s = at_s + watch.delay_s(said)
        if watch.due_s <= at_s:
            return self._turn(tag, watch, time_ns)
        self._waiting[watch.alarm.id] = tag, watch
        return []

    def _turn(self, tag: TagWatch, watch: Watch, time_ns: int) -> list[Change]:
        """The condition has come, or has gone, for long enough."""
        at_s = watch.due_s
        watch.due_s = math.inf
        self._waiting.pop(watch.alarm.id, None)
        if watch.alarm.active:
            self._chattering.pop(watch.alarm.id, None)
            return self._move(watch, AlarmEvent.CLEAR, time_ns, active=False, chattering=False)
        self._raised += 1
        changes = self._move(
            watch, AlarmEvent.RAISE, time_ns, active=True, raised_ns=time_ns, raises=watch.alarm.raises + 1
        )
        if watch.chatters(at_s):
            self._chattering[watch.alarm.id] = watch
            changes.append(self._set_chattering(watch, True, time_ns))
        return changes

    def _set_chattering(self, watch: Watch, chattering: bool, time_ns: int) -> Change:
        before = watch.alarm
        watch.alarm = replace(before, chattering=chattering)
        return Change(before, watch.alarm, None, time_ns)

    # ---- time

    def tick(self) -> list[Change]:
        """What time alone has brought: ends of delays, of silence, of shelving and of chatter. However late it is
        called, the changes come in the order and have the times in which they were due."""
        now_s, now_ns = self._clock.monotonic(), self._clock.utc_ns()
        ids = {*self._waiting, *self._chattering, *self._shelved, *(self._silent if self._silent_s <= now_s else ())}
        if self._silent_s <= now_s:
            self._silent_s = min((self._silence_s(*entry) for entry in self._silent.values()), default=math.inf)
        due = [entry for alarm_id in ids for entry in self._due(alarm_id, now_s, now_ns)]
        heapq.heapify(due)
        changes: list[Change] = []
        while due:
            at_s, what, alarm_id = heapq.heappop(due)
            if (at_s, what, alarm_id) in self._due(alarm_id, now_s, now_ns):  # what came before may have ended it
                changes += self._happen(alarm_id, what, at_s, now_ns - round((now_s - at_s) * NS_PER_S))
                for entry in self._due(alarm_id, now_s, now_ns):
                    heapq.heappush(due, entry)
        return changes

    def _due(self, alarm_id: AlarmId, now_s: float, now_ns: int) -> list[tuple[float, int, AlarmId]]:
        """What of an alarm has to happen until now: when, and what."""
        found: list[tuple[float, int, AlarmId]] = []
        if (entry := self._silent.get(alarm_id)) is not None:
            found.append((self._silence_s(*entry), _SILENT, alarm_id))
        if (entry := self._waiting.get(alarm_id)) is not None:
            found.append((entry[1].due_s, _TURN, alarm_id))
        if (watch := self._chattering.get(alarm_id)) is not None and watch.said:
            found.append((watch.turned_s + CHATTER_S, _CALM, alarm_id))
        if (entry := self._shelved.get(alarm_id)) is not None:
            left_ns = entry[1].alarm.shelved_until_ns - now_ns
            found.append((now_s + left_ns / NS_PER_S, _UNSHELVE, alarm_id))
        return [entry for entry in found if entry[0] <= now_s]

    def _silence_s(self, tag: TagWatch, watch: Watch) -> float:
        """When the silence of a tag will be an alarm."""
        return math.inf if watch.said else tag.heard_s + watch.alarm.limit.value

    def _happen(self, alarm_id: AlarmId, what: int, at_s: float, time_ns: int) -> list[Change]:
        match what:
            case 0:
                tag, watch = self._silent[alarm_id]
                changes = self._step(tag, watch, True, at_s, time_ns, None)
            case 1:
                tag, watch = self._waiting[alarm_id]
                changes = self._turn(tag, watch, time_ns)
            case 2:
                return [self._set_chattering(self._chattering.pop(alarm_id), False, time_ns)]
            case _:
                tag, watch = self._shelved[alarm_id]
                time_ns = watch.alarm.shelved_until_ns
                return self._leave(tag, watch, AlarmEvent.UNSHELVE, time_ns, shelved_until_ns=0)
        tag.settle()
        return changes

    # ---- operators

    def operate(
        self, ids: Iterable[AlarmId], event: AlarmEvent, *, comment: str = "", until_ns: int = 0
    ) -> tuple[list[Change], list[AlarmId]]:
        """Acknowledge, shelve (until a time), unshelve, disable or enable; (what changed, where it makes no sense)."""
        if event is AlarmEvent.SHELVE and until_ns <= self._clock.utc_ns():
            raise ValueError("shelving must end later than now")
        changes = self.tick()
        refused: list[AlarmId] = []
        now_ns = self._clock.utc_ns()
        for alarm_id in ids:
            found = self._find(alarm_id)
            if found is None or TABLE[found[1].alarm.state, event] is None:
                refused.append(alarm_id)
                continue
            tag, watch = found
            if event is AlarmEvent.SHELVE:
                changes += self._move(watch, event, now_ns, comment=comment, shelved_until_ns=until_ns)
                self._shelved[alarm_id] = found
            elif event is AlarmEvent.ACKNOWLEDGE:
                changes += self._move(watch, event, now_ns, comment=comment)
            else:
                changes += self._leave(tag, watch, event, now_ns, comment=comment, shelved_until_ns=0)
        return changes, refused

    def _find(self, alarm_id: AlarmId) -> tuple[TagWatch, Watch] | None:
        place = self._sources.get(alarm_id.source)
        tag = None if place is None else place.tags.get(alarm_id.tag)
        if tag is None:
            return None
        return next(((tag, watch) for watch in tag.watches if watch.alarm.id == alarm_id), None)

    def _suppress(self, tag: TagWatch, on: bool, time_ns: int) -> list[Change]:
        tag.suppressed = on
        changes: list[Change] = []
        for watch in tag.watches:
            if on:
                changes += self._move(watch, AlarmEvent.SUPPRESS, time_ns)
            else:
                changes += self._leave(tag, watch, AlarmEvent.RELEASE, time_ns)
        return changes

    def _leave(self, tag: TagWatch, watch: Watch, event: AlarmEvent, time_ns: int, **fields: object) -> list[Change]:
        """An event that may end a quiet state: what holds behind it shows itself."""
        was_quiet = watch.alarm.state in QUIET
        changes = self._move(watch, event, time_ns, **fields)
        if watch.alarm.state is not AlarmState.SHELVED:
            self._shelved.pop(watch.alarm.id, None)
        if was_quiet and watch.alarm.state is AlarmState.NORMAL:
            if tag.suppressed:
                changes += self._move(watch, AlarmEvent.SUPPRESS, time_ns)
            elif watch.alarm.active:
                changes += self._move(watch, AlarmEvent.RAISE, time_ns)
        return changes

    def _move(self, watch: Watch, event: AlarmEvent, time_ns: int, **fields: object) -> list[Change]:
        before = watch.alarm
        target = TABLE[before.state, event]
        assert target is not None
        changed_ns = time_ns if target is not before.state else before.changed_ns
        watch.alarm = replace(before, state=target, changed_ns=changed_ns, **fields)  # type: ignore[arg-type]
        return [] if watch.alarm == before else [Change(before, watch.alarm, event, time_ns)]

    # ---- reading

    def get(self, alarm_id: AlarmId) -> Alarm | None:
        found = self._find(alarm_id)
        return None if found is None else found[1].alarm

    def alarms(self) -> Iterator[Alarm]:
        """All of them, the normal ones too."""
        for source in self._sources.values():
            for tag in source.tags.values():
                for watch in tag.watches:
                    yield watch.alarm

    def statistics(self) -> AlarmStatistics:
        alarms = list(self.alarms())
        return AlarmStatistics(
            sum(len(source.tags) for source in self._sources.values()),
            len(alarms),
            sum(alarm.active for alarm in alarms),
            sum(alarm.unacknowledged for alarm in alarms),
            len(self._waiting),
            len(self._chattering),
            sum(alarm.held for alarm in alarms),
            self._looked_at,
            self._raised,
        )
