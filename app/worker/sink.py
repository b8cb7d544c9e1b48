"""Where a driver's reports go: to the outbox, to the latest values, to whoever waits for a snapshot or a completion."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from itertools import repeat

from app.batch import NO_DETAIL, Detail, Sample
from app.tasks import Clock
from app.values import NO_TIME, DataType, EventKind, Fault, Status, Value, item_key
from app.wire.bodies import SourceState
from app.worker.handles import SNAPSHOT_SERVER
from app.worker.outbox import Outbox

_FIRST_SNAPSHOT_KEY = item_key(SNAPSHOT_SERVER, 0)


class DriverSink:
    """The :class:`app.backends.base.Sink` of a worker."""

    def __init__(
        self,
        clock: Clock,
        outbox: Outbox,
        *,
        write_done: Callable[[int], bool],
        state_changed: Callable[[SourceState], None],
        failed: Callable[[Fault], None],
    ) -> None:
        """``write_done(key)`` says whether a write of the item was in flight, and ends it."""
        self._clock = clock
        self._outbox = outbox
        self._write_done = write_done
        self._state_changed = state_changed
        self._failed = failed
        # One entry for each advised item, None until its first value: a key that makes it grow is unknown.
        self._latest: dict[int, tuple[Value, int, int, int] | None] = {}
        self._snapshots: dict[int, asyncio.Future[Sample]] = {}
        self._last_activity_ns = 0

    @property
    def last_activity_ns(self) -> int:
        """When the driver last reported anything; 0 = never."""
        return self._last_activity_ns

    def advised(self, keys: Sequence[int]) -> None:
        """From now on take data of these items."""
        for key in keys:
            self._latest.setdefault(key, None)

    def forget(self, keys: Sequence[int]) -> None:
        for key in keys:
            self._latest.pop(key, None)

    def latest(self, key: int) -> Sample | None:
        found = self._latest.get(key)
        return None if found is None else Sample(*found)

    def expect(self, key: int) -> asyncio.Future[Sample]:
        """The first data change of a snapshot's item."""
        future: asyncio.Future[Sample] = asyncio.get_running_loop().create_future()
        self._snapshots[key] = future
        return future

    def give_up(self, key: int) -> None:
        self._snapshots.pop(key, None)

    # ---- the driver's side

    def data(
        self,
        key: int,
        value: Value,
        quality: int,
        source_time: int = NO_TIME,
        *,
        kind: EventKind = EventKind.DATA_CHANGE,
        statuses: tuple[Status, ...] = (),
        data_type: int = DataType.UNKNOWN,
    ) -> None:
        now = self._last_activity_ns = self._clock.utc_ns()
        if key >= _FIRST_SNAPSHOT_KEY:
            self._snapshot(key, Sample(value, quality, source_time, now))
            return
        if key not in self._latest:
            return
        self._latest[key] = (value, quality, source_time, now)
        detail = Detail(statuses, None, data_type) if statuses or data_type != DataType.UNKNOWN else NO_DETAIL
        self._outbox.add(kind, key, value, quality, source_time, now, detail)

    def columns(
        self, keys: Sequence[int], values: Sequence[Value], qualities: Sequence[int], source_times: Sequence[int]
    ) -> None:
        count = len(keys)
        if not count == len(values) == len(qualities) == len(source_times):
            raise ValueError(
                f"columns differ in length: {count} keys, {len(values)} values, {len(qualities)} qualities, "
                f"{len(source_times)} source times"
            )
        now = self._last_activity_ns = self._clock.utc_ns()
        known = len(self._latest)
        self._latest.update(
            zip(keys, zip(values, qualities, source_times, repeat(now, count), strict=True), strict=True)
        )
        if len(self._latest) != known:
            self._unknown_among(keys, values, qualities, source_times, known)
            return
        packed: array[int] = array("Q", keys)
        self._outbox.add_columns(packed, values, qualities, source_times, array("q", [now]) * count)

    def _unknown_among(
        self,
        keys: Sequence[int],
        values: Sequence[Value],
        qualities: Sequence[int],
        source_times: Sequence[int],
        known: int,
    ) -> None:
        # New entries stand at the end of the dictionary, in order.
        strangers = set(list(self._latest)[known:])
        for key in strangers:
            del self._latest[key]
        for key, value, quality, source_time in zip(keys, values, qualities, source_times, strict=True):
            if key >= _FIRST_SNAPSHOT_KEY or key not in strangers:
                self.data(key, value, quality, source_time)

    def _snapshot(self, key: int, sample: Sample) -> None:
        future = self._snapshots.pop(key, None)
        if future is not None and not future.done():
            future.set_result(sample)

    def write_complete(self, key: int, statuses: tuple[Status, ...], hresult: int | None = None) -> None:
        if self._write_done(key):
            self._complete(EventKind.WRITE_COMPLETE, key, Detail(statuses, hresult))

    def operation_complete(self, key: int, statuses: tuple[Status, ...]) -> None:
        if key in self._latest:
            self._complete(EventKind.OPERATION_COMPLETE, key, Detail(statuses))

    def _complete(self, kind: EventKind, key: int, detail: Detail) -> None:
        now = self._last_activity_ns = self._clock.utc_ns()
        self._outbox.add(kind, key, None, 0, NO_TIME, now, detail)

    def source_state(
        self, connected: bool, reason: str, *, next_attempt_ns: int = 0, restored: int = 0, items: int = 0
    ) -> None:
        now = self._last_activity_ns = self._clock.utc_ns()
        self._state_changed(SourceState(connected, reason, now, next_attempt_ns, restored, items))

    def fail(self, fault: Fault) -> None:
        self._failed(fault)

    async def room(self) -> None:
        await self._outbox.room()
