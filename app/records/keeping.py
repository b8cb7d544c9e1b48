"""Keeps what has come in the files of the store, each series in a file of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.records.samples import Samples
from app.records.segment import Arrivals, SegmentWriter, Turn
from app.records.store import Series, Store
from app.records.tracking import Load, Tracker
from app.tasks import Clock


class Keeper:
    """Used by the recorder's thread. StoreError, OSError."""

    def __init__(self, store: Store, tracker: Tracker, clock: Clock) -> None:
        self.samples = 0  # kept since the start
        self.sealed: dict[Series, float] = {}  # by series: when its present file was sorted last
        self._store = store
        self._tracker = tracker
        self._clock = clock
        self._numbers: dict[Series, NDArray[np.int64]] = {}  # by series: the tag's number in the present file, by slot

    def commit(self, load: Load) -> None:
        """Each series apart: what one has kept is not kept again should the next one fail."""
        now_ns = self._clock.utc_ns()
        slots = np.concatenate(load.slots) if load.slots else np.empty(0, np.int64)
        samples = Samples.joined(load.samples)
        kinds = list(dict.fromkeys(slot.series for slot in self._tracker.all))
        places = {series: place for place, series in enumerate(kinds)}
        kind_of = np.array([places[slot.series] for slot in self._tracker.all], np.int64)
        wanted = {self._tracker.all[number].series for number, _, _ in load.turns}
        wanted |= {kinds[place] for place in np.unique(kind_of[slots]).tolist()}
        wanted |= {series for series, _ in self._store.writers()}
        holes = load.holes
        for series in sorted(wanted or ({Series(self._tracker.days)} if holes else set())):
            of_it = kind_of[slots] == places.get(series, -1)
            mine = np.flatnonzero(of_it)
            turns = [turn for turn in load.turns if self._tracker.all[turn[0]].series == series]
            writer = self._writer(series, slots[mine], turns)
            numbers = self._numbers[series]
            writer.commit(
                Arrivals(numbers[slots[mine]].astype(np.uint32), samples.take(mine)),
                now_ns,
                turns=[Turn(int(numbers[number]), at, why) for number, at, why in turns],
                holes=holes,
            )
            holes = []
            self.samples += len(mine)
            rest = np.flatnonzero(~of_it)
            slots, samples = slots[rest], samples.take(rest)
            load.slots, load.samples, load.holes = [slots], [samples], []
            load.turns = [turn for turn in load.turns if self._tracker.all[turn[0]].series != series]

    def _writer(
        self,
        series: Series,
        slots: NDArray[np.int64],
        turns: Sequence[tuple[int, int, str | None]],
        since_ns: int | None = None,
    ) -> SegmentWriter:
        """Of the series, with numbers for the tags. Spans that are open go on in a file that is begun for it, at
        ``since_ns``: where those of the file before have ended."""
        writer = self._store.current(series)
        numbers = self._numbers.get(series, np.empty(0, np.int64))
        if len(numbers) < len(self._tracker.all):
            numbers = np.concatenate((numbers, np.full(len(self._tracker.all) - len(numbers), -1, np.int64)))
        if writer is None:
            writer = self._store.begin(series)
            self.sealed[series] = self._clock.monotonic()
            numbers[:] = -1
            self._go_on(series, writer, numbers, {number for number, _, _ in turns}, since_ns)
        seen: list[int] = np.unique(slots).tolist()
        for number in {*seen, *(number for number, _, _ in turns)}:
            if numbers[number] < 0:
                slot = self._tracker.all[number]
                numbers[number] = writer.tag(slot.source, slot.tag)
        self._numbers[series] = numbers
        return writer

    def _go_on(
        self, series: Series, writer: SegmentWriter, numbers: NDArray[np.int64], but: set[int], since_ns: int | None
    ) -> None:
        now_ns = self._clock.utc_ns()
        start_ns = now_ns if since_ns is None else since_ns
        turns: list[Turn] = []
        for number, slot in enumerate(self._tracker.all):
            if slot.series == series and slot.open and number not in but:
                numbers[number] = writer.tag(slot.source, slot.tag)
                turns.append(Turn(int(numbers[number]), start_ns, None))
        writer.commit(Arrivals.joined([]), now_ns, turns=turns)

    def forget(self, series: Series) -> None:
        """The series' present file is not written any more."""
        self._numbers.pop(series, None)
        self.sealed.pop(series, None)

    def next(self, series: Series, since_ns: int) -> None:
        """Begin the next file of the series; spans go on in it at that time."""
        self._writer(series, np.empty(0, np.int64), (), since_ns)

    def clear(self) -> None:
        self._numbers.clear()
        self.sealed.clear()
