"""Which tags are recorded, and since when: what has come, item by item, as what is to be kept of each tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.batch import EventBatch
from app.events.notices import Notice, NoticeKind
from app.records.intake import Intake, Source
from app.records.samples import Samples
from app.records.segment import Hole
from app.records.store import Series
from app.tasks import Clock
from app.values import EventKind

#: How long a sample whose item is not known waits for the reply that names it.
_EARLY_S = 5.0
_MISSING = (NoticeKind.SEQUENCE_GAP, NoticeKind.DROPPED, NoticeKind.MIRROR_RESTARTED)
_ENDED = ("Closing", "Closed", "Faulted")


@dataclass(frozen=True, slots=True)
class Keep:
    """How a tag is kept that is not kept as all others are: ``days`` 0 = for ever, None = as many as the others;
    ``list``: of the list with this id, whose files have a limit of size."""

    days: int | None = None
    list: str = ""


@dataclass(slots=True)
class Slot:
    """A tag that is recorded."""

    source: str
    tag: str
    series: Series
    open: bool = False  # it has a span


@dataclass(slots=True)
class Load:
    """What one commit keeps, until it has."""

    slots: list[NDArray[np.int64]] = field(default_factory=list[NDArray[np.int64]])
    samples: list[Samples] = field(default_factory=list[Samples])
    turns: list[tuple[int, int, str | None]] = field(default_factory=list[tuple[int, int, str | None]])
    holes: list[Hole] = field(default_factory=list[Hole])


@dataclass(frozen=True, slots=True)
class _Early:
    source: Source
    key: int
    samples: Samples
    until: float


_AS_OTHERS = Keep()


class Tracker:
    """Used by the recorder's thread, but for :meth:`set_days`. A tag's number is its place in :attr:`all`."""

    def __init__(self, clock: Clock, intake: Intake, days: int) -> None:
        self.all: list[Slot] = []
        self._clock = clock
        self._intake = intake
        self._days = days
        self._kept: Mapping[tuple[str, str], Keep | None] = {}
        self._kept_changed = False
        self._slots: dict[tuple[str, str, Series], int] = {}
        self._early: list[_Early] = []

    @property
    def days(self) -> int:
        return self._days

    def set_days(self, days: int | None = None, kept: Mapping[tuple[str, str], Keep | None] | None = None) -> None:
        """How long tags are kept: all, and by source and tag those that differ (None = not at all). It
        holds from the next commit on."""
        with self._intake.lock:
            if days is not None and days != self._days:
                self._days, self._kept_changed = days, True
            if kept is not None:
                self._kept, self._kept_changed = dict(kept), True

    def gathered(self) -> Load:
        """All that waits, as what is to be kept."""
        with self._intake.lock:
            pieces, lost = self._intake.take()
            kept_changed, self._kept_changed = self._kept_changed, False
        load = Load(holes=lost)
        self._update(load, kept_changed)
        for early in self._take_early():
            keys = np.full(len(early.samples), early.key, np.uint64)
            self._place(load, early.source, keys, early.samples, early.until)
        for piece in pieces:
            if isinstance(piece.what, EventBatch):
                self._take(load, piece.source, piece.what)
            else:
                self._note(load, piece.source, piece.what)
        return load

    def _take_early(self) -> list[_Early]:
        early, self._early = self._early, []
        return early

    def _take(self, load: Load, source: Source, batch: EventBatch) -> None:
        samples = Samples.of(batch.values, batch.qualities, batch.source_times, batch.worker_times)
        keys = np.asarray(batch.keys, np.uint64)
        if batch.kinds:
            wanted = np.flatnonzero(np.frombuffer(batch.kinds, np.uint8) <= EventKind.BUFFERED_DATA_CHANGE)
            if len(wanted) < len(batch):
                samples, keys = samples.take(wanted), keys[wanted]
        if len(samples):
            self._place(load, source, keys, samples, self._clock.monotonic() + _EARLY_S)

    def _place(self, load: Load, source: Source, keys: NDArray[np.uint64], samples: Samples, until: float) -> None:
        slots = source.slots_of(keys)
        if (slots == -1).any() and source.session.items.version != source.version:
            self._learn(load, source)
            slots = source.slots_of(keys)
        if (slots < 0).any():
            unknown = np.flatnonzero(slots == -1)
            if len(unknown):
                self._wait(source, keys, samples, unknown, until)
            known = np.flatnonzero(slots >= 0)
            slots, samples = slots[known], samples.take(known)
            if not len(slots):
                return
        first_ns, last_ns = int(samples.receive_times[0]), int(samples.receive_times[-1])
        if source.gap:
            start = source.last_ns or first_ns - 1
            load.holes.append(Hole(source.name, start, max(first_ns, start + 1), source.gap, "missed"))
            source.count.missed += source.gap
            self._intake.missed += source.gap
            source.gap = 0
        numbers: list[int] = np.flatnonzero(np.bincount(slots)).tolist()
        for number in numbers:
            slot = self.all[number]
            if not slot.open and number in source.watched:
                slot.open = True
                at = int(samples.receive_times[np.argmax(slots == number)])
                load.turns.append((number, at, None))
        source.last_ns = max(source.last_ns, last_ns)
        source.count.samples += len(samples)
        load.slots.append(slots)
        load.samples.append(samples)

    def _wait(
        self, source: Source, keys: NDArray[np.uint64], samples: Samples, unknown: NDArray[np.intp], until: float
    ) -> None:
        """An item's first values may overtake the reply that names it."""
        places: list[int] = unknown.tolist()
        if self._clock.monotonic() >= until:
            strangers = [at for at in places if int(keys[at]) not in source.idle]  # the others are of snapshots
            if strangers:
                times = samples.receive_times[strangers]
                with self._intake.lock:
                    self._intake.miss(source, len(strangers), int(times.min()), int(times.max()) + 1)
            return
        by_key: dict[int, list[int]] = {}
        for at in places:
            by_key.setdefault(int(keys[at]), []).append(at)
        for key, mine in by_key.items():
            self._early.append(_Early(source, key, samples.take(np.array(mine, np.intp)), until))

    # ---- tags

    def _update(self, load: Load, kept_changed: bool) -> None:
        """Look whether items have come and gone."""
        if kept_changed:
            for number, slot in enumerate(self.all):
                series = self._series_of(slot.source, slot.tag)
                if series != slot.series:
                    self._end(load, number, self._clock.utc_ns(), "off" if series is None else "")
            for source in self._intake.sources():
                source.version = -1
        for source in self._intake.sources():
            if source.session.items.version != source.version:
                self._learn(load, source)

    def _learn(self, load: Load, source: Source) -> None:
        """One item records a tag, however many a session has of it; a tag without one is not watched any more."""
        source.version = source.session.items.version
        slots: dict[int, int] = {}
        taken: set[str] = set()
        idle: set[int] = set()
        for item in source.session.items.all():
            if not item.advised:
                idle.add(item.key)
            elif item.tag in taken:
                slots[item.key] = -2
            else:
                taken.add(item.tag)
                slots[item.key] = self._slot(source.name, item.tag)
        watched = set(slots.values()) - {-2}
        now_ns = self._clock.utc_ns()
        for number in source.watched - watched:
            self._end(load, number, now_ns, "unwatched")
        # Values of items that are gone may still be on their way.
        source.know({**source.present, **slots})
        source.present, source.watched, source.idle = slots, watched, idle

    def _slot(self, source: str, tag: str) -> int:
        series = self._series_of(source, tag)
        if series is None:
            return -2
        number = self._slots.get((source, tag, series))
        if number is None:
            number = self._slots[source, tag, series] = len(self.all)
            self.all.append(Slot(source, tag, series))
        return number

    def _series_of(self, source: str, tag: str) -> Series | None:
        keep = self._kept.get((source, tag), _AS_OTHERS)
        if keep is None:
            return None
        return Series(self._days if keep.days is None else keep.days, keep.list)

    def _end(self, load: Load, number: int, time_ns: int, why: str) -> None:
        slot = self.all[number]
        if slot.open:
            slot.open = False
            load.turns.append((number, time_ns, why))

    def _note(self, load: Load, source: Source, notice: Notice) -> None:
        if notice.kind in _MISSING:
            missed = notice.details.get("missed", "0")
            source.gap += int(missed) if missed.isdecimal() else 0
            return
        for number in source.watched:
            self._end(load, number, notice.time_ns, _end_of(notice))
        if notice.details.get("new") == "Closed":
            self._intake.end(source)

    def forget(self) -> None:
        """Nothing is recorded any more."""
        for slot in self.all:
            slot.open = False


def is_told(notice: Notice) -> bool:
    """Whether the notice says something of what is held."""
    return notice.kind in _MISSING or bool(_end_of(notice))


def _end_of(notice: Notice) -> str:
    """Why the spans of a session end with this notice; "" = they do not."""
    if notice.kind is NoticeKind.SOURCE_LOST:
        return "lost"
    if notice.kind is NoticeKind.FAULT or (notice.kind is NoticeKind.STATE and notice.details.get("new") in _ENDED):
        return "closed"
    return ""
