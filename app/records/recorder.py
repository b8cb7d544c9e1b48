"""Records everything that is watched: batches are taken on the loop, and kept by a thread of its own, a commit twice a
second. What cannot be kept in time, or at all, is counted, and the store says that it is not held.

A crash loses what came since the last commit. A full disk, a store that another program writes, or a damaged file stop
nothing but the recording, which goes on when it can.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.batch import EventBatch
from app.config import Settings
from app.events.notices import Notice, NoticeKind
from app.records.history import History
from app.records.samples import Samples
from app.records.segment import Arrivals, DamagedError, Hole, SegmentWriter, StoreError, Turn
from app.records.store import Bounds, ElsewhereError, Store
from app.tasks import Clock
from app.values import EventKind

_log = logging.getLogger(__name__)

#: Samples that may wait for the disk; beyond it the oldest are given up.
QUEUE = 500_000
_COMMIT_S = 0.5
#: After a failure the store is tried again so much later.
_RETRY_S = 5.0
#: Arrivals are sorted into blocks when there are so many, or so long after the last time.
SEAL = 400_000
_SEAL_S = 600.0
_LOOK_S = 10.0
#: The thread works this share of its time at the most while it sorts: the window comes first.
_SHARE = 0.5
_TURN_S = 0.004
#: How long a sample whose item is not known waits for the reply that names it.
_EARLY_S = 5.0
#: How long a wish waits for the thread, which may be sorting.
_WISH_S = 60.0
_HOLES = 1_000
_MISSING = (NoticeKind.SEQUENCE_GAP, NoticeKind.DROPPED, NoticeKind.MIRROR_RESTARTED)
_ENDED = ("Closing", "Closed", "Faulted")


class RecorderState(enum.StrEnum):
    OFF = "off"
    STARTING = "starting"
    RECORDING = "recording"
    NO_ROOM = "no room"  # the disk is (nearly) full
    ELSEWHERE = "elsewhere"  # another program records into the folder
    FAILED = "failed"  # the folder cannot be written


class Item(Protocol):
    @property
    def tag(self) -> str: ...

    @property
    def advised(self) -> bool: ...

    @property
    def key(self) -> int: ...


class Items(Protocol):
    """Read by the recorder's thread: calls are short, and give what was there at one moment."""

    @property
    def version(self) -> int: ...

    def all(self) -> Sequence[Item]: ...


class Session(Protocol):
    """What the recorder has to know of one: the name is the source's name in the store."""

    @property
    def name(self) -> str: ...

    @property
    def backend(self) -> str: ...

    @property
    def items(self) -> Items: ...


@dataclass(frozen=True, slots=True)
class SourceFigures:
    source: str
    tags: int  # that are being recorded
    samples: int  # since the start
    missed: int


@dataclass(frozen=True, slots=True)
class RecorderStatistics:
    state: RecorderState
    words: str  # why it does not record
    samples: int  # kept since the start
    missed: int  # given up since the start
    queued: int
    peak: int
    bytes: int  # of everything in the folder
    files: int
    oldest_ns: int | None
    newest_ns: int | None
    set_aside: tuple[str, ...]  # damaged files that were found
    sources: tuple[SourceFigures, ...]


@dataclass(slots=True)
class _Slot:
    """A tag that is recorded."""

    source: str
    tag: str
    days: int
    open: bool = False  # it has a span


@dataclass(slots=True)
class _Count:
    samples: int = 0
    missed: int = 0


@dataclass(slots=True, eq=False)
class _Source:
    """A session."""

    session: Session
    name: str
    count: _Count
    version: int = -1  # of the items that the next ones were made of
    slots: dict[int, int] = field(default_factory=dict[int, int])  # by item key; one that is not recorded: -2
    present: dict[int, int] = field(default_factory=dict[int, int])  # the same, of items that are there now
    watched: set[int] = field(default_factory=set[int])  # slots
    idle: set[int] = field(default_factory=set[int])  # keys of items that nobody has advised
    last_ns: int = 0  # when its newest sample was received
    gap: int = 0  # samples that are missing behind that one


@dataclass(frozen=True, slots=True)
class _Piece:
    source: _Source
    what: EventBatch | Notice
    count: int


@dataclass(slots=True)
class _Load:
    """What one commit keeps, until it has."""

    slots: list[NDArray[np.int64]] = field(default_factory=list[NDArray[np.int64]])
    samples: list[Samples] = field(default_factory=list[Samples])
    turns: list[tuple[int, int, str | None]] = field(default_factory=list[tuple[int, int, str | None]])
    holes: list[Hole] = field(default_factory=list[Hole])


@dataclass(frozen=True, slots=True)
class _Early:
    source: _Source
    key: int
    samples: Samples
    until: float


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be deleted; the thread does it."""

    before_ns: int
    done: Future[int] = field(default_factory=Future[int])


class Recorder:
    """An :class:`app.events.notices.Broadcaster`. :meth:`publish` and :meth:`notice` are called on the loop and never
    wait; the rest is the thread's."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        find: Callable[[str], Session | None],
        *,
        days: int = 30,
        bound_bytes: int = 4 * 1024**3,
        free_bytes: int = 0,
        queue: int = QUEUE,
        enabled: bool = True,
        on_state: Callable[[RecorderState, str], object] | None = None,
        leave_out: frozenset[str] = frozenset({"replay"}),
    ) -> None:
        """``find`` tells a session by its id. ``on_state`` is told, from the thread, when the state changes, with the
        reason. Sessions of the backends in ``leave_out`` are not recorded."""
        self.folder = folder
        self.history = History(folder)
        self.on_state = on_state
        self._clock = clock
        self._find = find
        self._days = days
        self._queue = queue
        self._enabled = enabled
        self._leave_out = leave_out
        self._store = Store(folder, Bounds(bound_bytes, free_bytes), clock.utc_ns)
        self._kept: Mapping[tuple[str, str], int | None] = {}
        self._kept_changed = False
        self._wishes: list[_Wish] = []
        self._sources: dict[str, _Source | None] = {}
        self._counts: dict[str, _Count] = {}
        self._pieces: deque[_Piece] = deque()
        self._wake = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._started = False
        self._state, self._words = RecorderState.OFF, ""
        self._queued = self._peak = self._samples = self._missed = 0
        self._lost: list[Hole] = []  # what was given up before it was looked at
        # the thread's own
        self._all: list[_Slot] = []
        self._slots: dict[tuple[str, str, int], int] = {}
        self._broken = ""
        self._numbers: dict[int, NDArray[np.int64]] = {}  # by series: the tag's number in the present file, by slot
        self._early: list[_Early] = []
        self._load: _Load | None = None
        self._is_open = False
        self._try_again = 0.0
        self._committed = self._looked = self._worked = 0.0
        self._sealed: dict[int, float] = {}
        self._size = (0, 0)
        self._extent: tuple[int | None, int | None] = (None, None)

    @classmethod
    def of(cls, settings: Settings, folder: Path, clock: Clock, find: Callable[[str], Session | None]) -> Recorder:
        return cls(
            folder,
            clock,
            find,
            days=settings.record_days,
            bound_bytes=settings.record_bytes,
            free_bytes=settings.record_free_bytes,
            enabled=settings.record,
        )

    # ---- the loop's side

    def start(self) -> None:
        self._started = True
        if self._enabled and self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()

    def stop(self, budget_s: float = 1.0) -> None:
        """Keep what waits and end all spans, within the budget or not at all. Blocks: call it in a thread."""
        thread = self._thread
        if thread is None:
            return
        with self._wake:
            self._stopping.set()
            self._wake.notify()
        thread.join(budget_s + 1.0)
        self._thread = None

    def try_now(self) -> None:
        """Do not wait until the next attempt."""
        with self._wake:
            self._try_again = 0.0
            self._wake.notify()

    @property
    def enabled(self) -> bool:
        return self._enabled

    def switch(self, on: bool) -> None:
        """Record from here on (once it was started), or no more. Off may take as long as a commit: call it in a thread,
        one at a time."""
        if on == self._enabled:
            return
        self._enabled = on
        if not on:
            self.stop()
        elif self._started:
            self.start()

    def keep(self, days: Mapping[tuple[str, str], int | None]) -> None:
        """How many days tags are kept that are not kept as all others are, by source and tag: 0 = for ever, None = they
        are not recorded."""
        with self._wake:
            self._kept, self._kept_changed = dict(days), True

    def bound(self, days: int, bytes_: int) -> None:
        """From here on keep what has no days of its own for so many (0 = for ever), and so many bytes of everything.
        What is kept already keeps its days; what is beyond the bytes goes at once."""
        with self._wake:
            self._kept_changed = self._kept_changed or days != self._days
            self._days = days
            self._store.bounds = replace(self._store.bounds, bytes=bytes_)
            self._looked = float("-inf")

    @property
    def days(self) -> int:
        return self._days

    @property
    def bytes(self) -> int:
        return self._store.bounds.bytes

    def measure(self) -> None:
        """Look at the disk for :meth:`statistics`. Blocks. While it records, it does so itself."""
        self._size = self._store.size()
        told = self.history.statistics()
        self._extent = told.oldest_ns, told.newest_ns

    def delete_before(self, time_ns: int) -> int:
        """Delete the files that were ended before the time, whatever their days; how many bytes that gave back. Blocks.
        ElsewhereError where another program records into the folder, OSError, or TimeoutError."""
        wish = _Wish(time_ns)
        with self._wake:
            alone = self._thread is None or self._stopping.is_set()
            if not alone:
                self._wishes.append(wish)
        return self._deleted_alone(time_ns) if alone else wish.done.result(_WISH_S)

    def _deleted_alone(self, time_ns: int) -> int:
        self._store.open()
        try:
            freed = self._store.delete_before(time_ns)
        finally:
            self._store.close()
        self.measure()
        return freed

    def publish(self, session_id: str, batch: EventBatch) -> None:
        self._put(session_id, batch, len(batch))

    def notice(self, session_id: str, notice: Notice) -> None:
        if notice.kind in _MISSING or _end_of(notice):
            self._put(session_id, notice, 0)

    def _put(self, session_id: str, what: EventBatch | Notice, count: int) -> None:
        if self._thread is None or self._stopping.is_set():
            return
        source = self._sources.get(session_id)
        if source is None and (session_id in self._sources or (source := self._source(session_id)) is None):
            return
        with self._wake:
            self._pieces.append(_Piece(source, what, count))
            self._queued += count
            self._peak = max(self._peak, self._queued)
            while self._queued > self._queue and len(self._pieces) > 1:
                self._give_up(self._pieces.popleft())

    def _source(self, session_id: str) -> _Source | None:
        session = self._find(session_id)
        if session is None:  # it may be known with the next batch
            return None
        source = (
            None
            if session.backend in self._leave_out
            else _Source(session, session.name, self._counts.setdefault(session.name, _Count()))
        )
        self._sources[session_id] = source
        return source

    def _give_up(self, piece: _Piece) -> None:
        self._queued -= piece.count
        if not isinstance(piece.what, EventBatch):
            return
        if self._state is RecorderState.ELSEWHERE:
            return  # the other one keeps what it watches
        times = piece.what.worker_times
        self._miss(piece.source, piece.count, int(times[0]), int(times[-1]) + 1)

    def _miss(self, source: _Source, count: int, start_ns: int, end_ns: int) -> None:
        self._missed += count
        source.count.missed += count
        last = next((at for at in range(len(self._lost) - 1, -1, -1) if self._lost[at].source == source.name), None)
        if last is not None:
            # Stretches that follow each other are one, and there are never so many that they fill the memory.
            old = self._lost[last]
            if start_ns - old.end_ns < 1_000_000_000 or len(self._lost) >= _HOLES:
                end = max(old.end_ns, end_ns)
                self._lost[last] = Hole(old.source, old.start_ns, end, old.missed + count, old.why)
                return
        self._lost.append(Hole(source.name, start_ns, end_ns, count, "missed"))

    def statistics(self) -> RecorderStatistics:
        """Sizes as the thread saw them last: nobody waits for the disk here."""
        open_tags = Counter(slot.source for slot in list(self._all) if slot.open)
        figures = [
            SourceFigures(name, open_tags[name], count.samples, count.missed)
            for name, count in list(self._counts.items())
        ]
        return RecorderStatistics(
            self._state,
            self._words,
            self._samples,
            self._missed,
            self._queued,
            self._peak,
            self._size[0],
            self._size[1],
            *self._extent,
            tuple(self._store.set_aside),
            tuple(figures),
        )

    # ---- the thread's side

    def _run(self) -> None:
        self._say(RecorderState.STARTING)
        self._committed = self._looked = self._clock.monotonic() - _LOOK_S
        try:
            while not self._stopping.is_set():
                with self._wake:
                    left = self._committed + _COMMIT_S - self._clock.monotonic()
                    if left > 0 and not self._stopping.is_set():
                        self._wake.wait(left)
                        continue
                self._turn()
                self._grant()
                self._look()
            self._turn(last=True)
        except Exception as error:
            _log.exception("the recorder failed")
            self._broken = f"{type(error).__name__}: {error}"
        finally:
            self._finish()

    def _turn(self, last: bool = False) -> None:
        """Open the store where it is not, and keep what has come."""
        self._committed = self._clock.monotonic()
        if not self._is_open and not self._opened():
            return
        if self._state is not RecorderState.RECORDING and self._committed < self._try_again and not last:
            return
        try:
            self._check_room()
            if self._load is None:
                self._load = self._gathered()
            self._commit(self._load)
            self._load = None
            self._say(RecorderState.RECORDING)
        except (StoreError, OSError) as error:
            self._failed(error)

    def _opened(self) -> bool:
        if self._committed < self._try_again:
            return False
        try:
            self._store.open()
        except ElsewhereError as error:
            self._say(RecorderState.ELSEWHERE, str(error))
        except (StoreError, OSError) as error:
            self._say(RecorderState.FAILED, _words(error))
        else:
            self._is_open = True
            return True
        self._try_again = self._clock.monotonic() + _RETRY_S
        return False

    def _check_room(self) -> None:
        if self._store.bounds.free_bytes and (free := self._store.free_bytes()) < self._store.bounds.free_bytes:
            raise OSError(28, f"{free // 1024**2:,} MiB are free on the disk")

    def _failed(self, error: Exception) -> None:
        """A damaged file is put aside and another one begun at once; else it is tried again in a while."""
        if isinstance(error, DamagedError):
            for days, writer in self._store.writers():
                if writer.path.name in str(error):
                    self._store.put_aside(writer.path, error)
                    self._forget(days)
                    return
        no_room = isinstance(error, OSError) and (error.errno == 28 or "full" in str(error))
        if no_room:
            with contextlib.suppress(OSError):
                self._store.prune()
        self._say(RecorderState.NO_ROOM if no_room else RecorderState.FAILED, _words(error))
        self._try_again = self._clock.monotonic() + _RETRY_S

    def _say(self, state: RecorderState, words: str = "") -> None:
        if (state, bool(words)) == (self._state, bool(self._words)):
            self._words = words
            return
        before, self._state, self._words = self._state, state, words
        if words:
            _log.error("the recorder does not record: %s", words)
        elif before not in (RecorderState.OFF, RecorderState.STARTING) and state is RecorderState.RECORDING:
            _log.info("the recorder records again")
        if self.on_state is not None:
            self.on_state(state, words)

    # ---- what has come

    def _gathered(self) -> _Load:
        with self._wake:
            pieces, self._pieces = self._pieces, deque()
            lost, self._lost = self._lost, []
            self._queued = 0
            kept_changed, self._kept_changed = self._kept_changed, False
        load = _Load(holes=lost)
        self._update(load, kept_changed)
        for early in self._take_early():
            self._place(load, early.source, [early.key] * len(early.samples), early.samples, early.until)
        for piece in pieces:
            if isinstance(piece.what, EventBatch):
                self._take(load, piece.source, piece.what)
            else:
                self._note(load, piece.source, piece.what)
        return load

    def _take_early(self) -> list[_Early]:
        early, self._early = self._early, []
        return early

    def _take(self, load: _Load, source: _Source, batch: EventBatch) -> None:
        samples = Samples.of(batch.values, batch.qualities, batch.source_times, batch.worker_times)
        keys: Sequence[int] = batch.keys
        if batch.kinds:
            wanted = np.flatnonzero(np.frombuffer(batch.kinds, np.uint8) <= EventKind.BUFFERED_DATA_CHANGE)
            if len(wanted) < len(batch):
                samples, keys = samples.take(wanted), [batch.keys[at] for at in wanted.tolist()]
        if len(samples):
            self._place(load, source, keys, samples, self._clock.monotonic() + _EARLY_S)

    def _place(self, load: _Load, source: _Source, keys: Sequence[int], samples: Samples, until: float) -> None:
        slots = np.array([source.slots.get(key, -1) for key in keys], np.int64)
        if (slots == -1).any() and source.session.items.version != source.version:
            self._learn(load, source)
            slots = np.array([source.slots.get(key, -1) for key in keys], np.int64)
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
            self._missed += source.gap
            source.gap = 0
        numbers: list[int] = np.unique(slots).tolist()
        for number in numbers:
            slot = self._all[number]
            if not slot.open and number in source.watched:
                slot.open = True
                at = int(samples.receive_times[np.argmax(slots == number)])
                load.turns.append((number, at, None))
        source.last_ns = max(source.last_ns, last_ns)
        source.count.samples += len(samples)
        load.slots.append(slots)
        load.samples.append(samples)

    def _wait(
        self, source: _Source, keys: Sequence[int], samples: Samples, unknown: NDArray[np.intp], until: float
    ) -> None:
        """An item's first values may overtake the reply that names it."""
        places: list[int] = unknown.tolist()
        if self._clock.monotonic() >= until:
            strangers = [at for at in places if keys[at] not in source.idle]  # the others are of snapshots
            if strangers:
                times = samples.receive_times[strangers]
                with self._wake:
                    self._miss(source, len(strangers), int(times.min()), int(times.max()) + 1)
            return
        by_key: dict[int, list[int]] = {}
        for at in places:
            by_key.setdefault(keys[at], []).append(at)
        for key, mine in by_key.items():
            self._early.append(_Early(source, key, samples.take(np.array(mine, np.intp)), until))

    # ---- tags

    def _update(self, load: _Load, kept_changed: bool) -> None:
        """Look whether items have come and gone."""
        if kept_changed:
            for number, slot in enumerate(self._all):
                days = self._days_of(slot.source, slot.tag)
                if days != slot.days:
                    self._end(load, number, self._clock.utc_ns(), "off" if days is None else "")
            for source in list(self._sources.values()):
                if source is not None:
                    source.version = -1
        for source in list(self._sources.values()):
            if source is not None and source.session.items.version != source.version:
                self._learn(load, source)

    def _learn(self, load: _Load, source: _Source) -> None:
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
        source.slots = {**source.present, **slots}
        source.present, source.watched, source.idle = slots, watched, idle

    def _slot(self, source: str, tag: str) -> int:
        days = self._days_of(source, tag)
        if days is None:
            return -2
        number = self._slots.get((source, tag, days))
        if number is None:
            number = self._slots[source, tag, days] = len(self._all)
            self._all.append(_Slot(source, tag, days))
        return number

    def _days_of(self, source: str, tag: str) -> int | None:
        return self._kept.get((source, tag), self._days)

    def _end(self, load: _Load, number: int, time_ns: int, why: str) -> None:
        slot = self._all[number]
        if slot.open:
            slot.open = False
            load.turns.append((number, time_ns, why))

    def _note(self, load: _Load, source: _Source, notice: Notice) -> None:
        if notice.kind in _MISSING:
            missed = notice.details.get("missed", "0")
            source.gap += int(missed) if missed.isdecimal() else 0
            return
        for number in source.watched:
            self._end(load, number, notice.time_ns, _end_of(notice))
        if notice.details.get("new") == "Closed":
            for session_id in [known for known, one in list(self._sources.items()) if one is source]:
                self._sources.pop(session_id, None)

    # ---- keeping

    def _commit(self, load: _Load) -> None:
        """Each series apart: what one has kept is not kept again should the next one fail."""
        now_ns = self._clock.utc_ns()
        slots = np.concatenate(load.slots) if load.slots else np.empty(0, np.int64)
        samples = Samples.joined(load.samples)
        series = np.array([slot.days for slot in self._all], np.int64)
        wanted = {self._all[number].days for number, _, _ in load.turns} | set(series[np.unique(slots)].tolist())
        wanted |= {days for days, _ in self._store.writers()}
        holes = load.holes
        for days in sorted(wanted or ({self._days} if holes else set())):
            mine = np.flatnonzero(series[slots] == days)
            turns = [turn for turn in load.turns if self._all[turn[0]].days == days]
            writer = self._writer(days, slots[mine], turns)
            numbers = self._numbers[days]
            writer.commit(
                Arrivals(numbers[slots[mine]].astype(np.uint32), samples.take(mine)),
                now_ns,
                turns=[Turn(int(numbers[number]), at, why) for number, at, why in turns],
                holes=holes,
            )
            holes = []
            self._samples += len(mine)
            rest = np.flatnonzero(series[slots] != days)
            slots, samples = slots[rest], samples.take(rest)
            load.slots, load.samples, load.holes = [slots], [samples], []
            load.turns = [turn for turn in load.turns if self._all[turn[0]].days != days]

    def _writer(
        self,
        days: int,
        slots: NDArray[np.int64],
        turns: Sequence[tuple[int, int, str | None]],
        since_ns: int | None = None,
    ) -> SegmentWriter:
        """Of the series, with numbers for the tags. Spans that are open go on in a file that is begun for it, at
        ``since_ns``: where those of the file before have ended."""
        writer = self._store.current(days)
        numbers = self._numbers.get(days, np.empty(0, np.int64))
        if len(numbers) < len(self._all):
            numbers = np.concatenate((numbers, np.full(len(self._all) - len(numbers), -1, np.int64)))
        if writer is None:
            writer = self._store.begin(days)
            self._sealed[days] = self._clock.monotonic()
            numbers[:] = -1
            self._go_on(days, writer, numbers, {number for number, _, _ in turns}, since_ns)
        seen: list[int] = np.unique(slots).tolist()
        for number in {*seen, *(number for number, _, _ in turns)}:
            if numbers[number] < 0:
                slot = self._all[number]
                numbers[number] = writer.tag(slot.source, slot.tag)
        self._numbers[days] = numbers
        return writer

    def _go_on(
        self, days: int, writer: SegmentWriter, numbers: NDArray[np.int64], but: set[int], since_ns: int | None
    ) -> None:
        now_ns = self._clock.utc_ns()
        start_ns = now_ns if since_ns is None else since_ns
        turns: list[Turn] = []
        for number, slot in enumerate(self._all):
            if slot.days == days and slot.open and number not in but:
                numbers[number] = writer.tag(slot.source, slot.tag)
                turns.append(Turn(int(numbers[number]), start_ns, None))
        writer.commit(Arrivals.joined([]), now_ns, turns=turns)

    def _forget(self, days: int) -> None:
        """The series' present file is not written any more."""
        self._numbers.pop(days, None)
        self._sealed.pop(days, None)

    # ---- looking after

    def _grant(self) -> None:
        """Delete what somebody wants deleted."""
        with self._wake:
            wishes, self._wishes = self._wishes, []
        for wish in wishes:
            if not self._is_open:
                wish.done.set_exception(ElsewhereError(self._words or "the recorder's folder is not open"))
                continue
            try:
                wish.done.set_result(self._store.delete_before(wish.before_ns))
                self._looked = float("-inf")
            except OSError as error:
                wish.done.set_exception(error)

    def _look(self) -> None:
        """Sort, begin new files, delete old ones."""
        if not self._is_open or self._state is not RecorderState.RECORDING:
            return
        now = self._clock.monotonic()
        try:
            for days, writer in self._store.writers():
                if self._store.is_full(days):
                    self._worked = time.thread_time()
                    ended_ns = self._store.end(days, "", seal=True, pace=self._pace)
                    self._forget(days)
                    self._writer(days, np.empty(0, np.int64), (), ended_ns)
                elif writer.waiting >= SEAL or (writer.waiting and now - self._sealed.get(days, now) >= _SEAL_S):
                    self._worked = time.thread_time()
                    writer.seal(self._pace)
                    self._sealed[days] = self._clock.monotonic()
            if now - self._looked >= _LOOK_S:
                self._looked = now
                for path in self._store.unsealed():
                    self._worked = time.thread_time()
                    self._store.seal(path, self._pace)
                self._store.prune()
                self.measure()
        except (StoreError, OSError) as error:
            self._failed(error)

    def _pace(self) -> None:
        """Rest after each turn of work, and commit meanwhile what has come."""
        if (took := time.thread_time() - self._worked) < _TURN_S:
            return
        if not self._stopping.is_set():
            time.sleep(took * (1 / _SHARE - 1))
            if self._clock.monotonic() - self._committed >= _COMMIT_S:
                self._turn()
        self._worked = time.thread_time()

    def _finish(self) -> None:
        with self._wake:
            while self._pieces:
                self._give_up(self._pieces.popleft())
        for days, _ in self._store.writers():
            if self._load is not None:
                break  # not all is kept: spans end with the last commit, which the next start finds
            try:
                self._store.end(days, "ended" if self._enabled else "off", seal=False)
            except (StoreError, OSError) as error:
                _log.warning("a file of the recorder was not ended: %s", error)
        self._numbers.clear()
        self._sealed.clear()
        self._store.close()
        self._load = None
        self._is_open = False
        for slot in self._all:
            slot.open = False
        self._say(RecorderState.FAILED if self._broken else RecorderState.OFF, self._broken)
        self._grant()


def _end_of(notice: Notice) -> str:
    """Why the spans of a session end with this notice; "" = they do not."""
    if notice.kind is NoticeKind.SOURCE_LOST:
        return "lost"
    if notice.kind is NoticeKind.FAULT or (notice.kind is NoticeKind.STATE and notice.details.get("new") in _ENDED):
        return "closed"
    return ""


def _words(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
