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
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.batch import EventBatch
from app.config import Settings
from app.events.notices import Notice
from app.records.database import DamagedError, StoreError
from app.records.history import History
from app.records.intake import QUEUE, Intake, Session
from app.records.keeping import Keeper
from app.records.store import Bounds, ElsewhereError, Store
from app.records.tracking import Keep, Load, Tracker, is_told
from app.tasks import Clock

_log = logging.getLogger(__name__)

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
#: How long a wish waits for the thread, which may be sorting.
_WISH_S = 60.0


class RecorderState(enum.StrEnum):
    OFF = "off"
    STARTING = "starting"
    RECORDING = "recording"
    NO_ROOM = "no room"  # the disk is (nearly) full
    ELSEWHERE = "elsewhere"  # another program records into the folder
    FAILED = "failed"  # the folder cannot be written


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
    lists: Mapping[str, int]  # bytes of the files of lists with a limit of size, by their ids


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
    ) -> None:
        """``find`` tells a session by its id. ``on_state`` is told, from the thread, when the state changes, with the
        reason. Replays are not recorded."""
        self.folder = folder
        self.history = History(folder)
        self.on_state = on_state
        self._clock = clock
        self._enabled = enabled
        self._store = Store(folder, Bounds(bound_bytes, free_bytes), clock.utc_ns)
        self._intake = Intake(find, queue)
        self._tracker = Tracker(clock, self._intake, days)
        self._keeper = Keeper(self._store, self._tracker, clock)
        self._wishes: list[_Wish] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._started = False
        self._state, self._words = RecorderState.OFF, ""
        # the thread's own
        self._broken = ""
        self._load: Load | None = None
        self._is_open = False
        self._try_again = 0.0
        self._committed = self._looked = self._worked = 0.0
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
        with self._intake.lock:
            self._stopping.set()
            self._intake.lock.notify()
        thread.join(budget_s + 1.0)
        self._thread = None

    def try_now(self) -> None:
        """Do not wait until the next attempt."""
        with self._intake.lock:
            self._try_again = 0.0
            self._intake.lock.notify()

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

    def keep(self, kept: Mapping[tuple[str, str], Keep | None], limits: Mapping[str, int] | None = None) -> None:
        """How tags are kept that are not kept as all others are, by source and tag; None = they are not recorded.
        ``limits``: bytes that the files of a list may have, by its id; with more the oldest go."""
        self._tracker.set_days(kept=kept)
        with self._intake.lock:
            self._store.limits = dict(limits or {})
            self._looked = float("-inf")

    def bound(self, days: int, bytes_: int) -> None:
        """From here on keep what has no days of its own for so many (0 = for ever), and so many bytes of everything.
        What is kept already keeps its days; what is beyond the bytes goes at once."""
        with self._intake.lock:
            self._tracker.set_days(days)
            self._store.bounds = replace(self._store.bounds, bytes=bytes_)
            self._looked = float("-inf")

    @property
    def days(self) -> int:
        return self._tracker.days

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
        with self._intake.lock:
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
        if is_told(notice):
            self._put(session_id, notice, 0)

    def _put(self, session_id: str, what: EventBatch | Notice, count: int) -> None:
        if self._thread is not None and not self._stopping.is_set():
            self._intake.put(session_id, what, count)

    def statistics(self) -> RecorderStatistics:
        """Sizes as the thread saw them last: nobody waits for the disk here."""
        open_tags = Counter(slot.source for slot in list(self._tracker.all) if slot.open)
        figures = [
            SourceFigures(name, open_tags[name], count.samples, count.missed)
            for name, count in list(self._intake.counts.items())
        ]
        return RecorderStatistics(
            self._state,
            self._words,
            self._keeper.samples,
            self._intake.missed,
            self._intake.queued,
            self._intake.peak,
            self._size[0],
            self._size[1],
            *self._extent,
            tuple(self._store.set_aside),
            tuple(figures),
            self._store.used,
        )

    # ---- the thread's side

    def _run(self) -> None:
        self._say(RecorderState.STARTING)
        self._committed = self._looked = self._clock.monotonic() - _LOOK_S
        try:
            while not self._stopping.is_set():
                with self._intake.lock:
                    left = self._committed + _COMMIT_S - self._clock.monotonic()
                    if left > 0 and not self._stopping.is_set() and not self._hurries():
                        self._intake.lock.wait(left)
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
                self._load = self._tracker.gathered()
            self._keeper.commit(self._load)
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
            for series, writer in self._store.writers():
                if writer.path.name in str(error):
                    self._store.put_aside(writer.path, error)
                    self._keeper.forget(series)
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
        self._intake.elsewhere = state is RecorderState.ELSEWHERE
        if words:
            _log.error("the recorder does not record: %s", words)
        elif before not in (RecorderState.OFF, RecorderState.STARTING) and state is RecorderState.RECORDING:
            _log.info("the recorder records again")
        if self.on_state is not None:
            self.on_state(state, words)

    # ---- what has come

    # ---- looking after

    def _grant(self) -> None:
        """Delete what somebody wants deleted."""
        with self._intake.lock:
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
            for series, writer in self._store.writers():
                if self._store.is_full(series):
                    self._worked = time.thread_time()
                    ended_ns = self._store.end(series, "", seal=True, pace=self._pace)
                    self._keeper.forget(series)
                    self._keeper.next(series, ended_ns)
                elif writer.waiting >= SEAL or (
                    writer.waiting and now - self._keeper.sealed.get(series, now) >= _SEAL_S
                ):
                    self._worked = time.thread_time()
                    writer.seal(self._pace)
                    self._keeper.sealed[series] = self._clock.monotonic()
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
        """Rest after each turn of work, unless too much waits, and commit meanwhile what has come."""
        if (took := time.thread_time() - self._worked) < _TURN_S:
            return
        if not self._stopping.is_set():
            if not self._hurries():
                time.sleep(took * (1 / _SHARE - 1))
            if self._hurries() or self._clock.monotonic() - self._committed >= _COMMIT_S:
                self._turn()
        self._worked = time.thread_time()

    def _hurries(self) -> bool:
        """So much waits that it would soon be lost."""
        return self._state is RecorderState.RECORDING and self._intake.is_crowded

    def _finish(self) -> None:
        with self._intake.lock:
            self._intake.clear()
        for series, _ in self._store.writers():
            if self._load is not None:
                break  # not all is kept: spans end with the last commit, which the next start finds
            try:
                self._store.end(series, "ended" if self._enabled else "off", seal=False)
            except (StoreError, OSError) as error:
                _log.warning("a file of the recorder was not ended: %s", error)
        self._keeper.clear()
        self._store.close()
        self._load = None
        self._is_open = False
        self._tracker.forget()
        self._say(RecorderState.FAILED if self._broken else RecorderState.OFF, self._broken)
        self._grant()


def _words(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
