"""The newest value of each item, in columns: a batch is kept by a few copies, whatever it holds."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.batch import EventBatch, Sample
from app.values import Value, split_key

if TYPE_CHECKING:
    from app.sessions.scatter import Scatter

#: Batches of fewer events are kept one by one.
_FEW = 32
_FIRST_ROOM = 64
#: A worker counts its handles from 1. One above this gets no place in a table, and its events are kept one by one.
TABLE_LIMIT = 1 << 22
NOWHERE = -1


class LatestValues:
    """An item has a place in every column while it is registered. The columns have room for more than is used, so that
    they seldom grow: what looks at their memory (:class:`app.sessions.scatter.Scatter`) is then made anew."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._free: list[int] = []
        self.tables: dict[int, array[int]] = {}  # by server handle: the place of each item handle
        self.sequences = array("q")  # 0 = no event yet
        self.reals = array("d")
        self.is_real = bytearray()  # 1: the value stands in `reals`, 0: in `others`
        self.others: list[Value] = []
        self.qualities = array("i")
        self.source_times = array("q")
        self.worker_times = array("q")
        self._scatter: Scatter | None = None

    # ---- items

    def __len__(self) -> int:
        return len(self._places)

    def add(self, key: int) -> None:
        """A place for the item; it keeps the one it has."""
        if key in self._places:
            return
        if not self._free:
            self._grow(max(_FIRST_ROOM, len(self.sequences)))
        place = self._places[key] = self._free.pop()
        self.sequences[place] = 0
        server_handle, item_handle = split_key(key)
        if item_handle < TABLE_LIMIT:
            self._table(server_handle, item_handle)[item_handle] = place

    def remove(self, key: int) -> None:
        place = self._places.pop(key, None)
        if place is None:
            return
        self.others[place] = None
        self._free.append(place)
        server_handle, item_handle = split_key(key)
        if item_handle < TABLE_LIMIT:
            self.tables[server_handle][item_handle] = NOWHERE

    def forget_server(self, server_handle: int) -> None:
        """Its items are removed already."""
        if self.tables.pop(server_handle, None) is not None:
            self._scatter = None

    def _grow(self, count: int) -> None:
        self._scatter = None
        start = len(self.sequences)
        for column in (self.sequences, self.reals, self.qualities, self.source_times, self.worker_times):
            column.frombytes(bytes(count * column.itemsize))
        self.is_real += bytes(count)
        self.others += [None] * count
        self._free.extend(range(start + count - 1, start - 1, -1))

    def _table(self, server_handle: int, item_handle: int) -> array[int]:
        table = self.tables.get(server_handle)
        if table is None or item_handle >= len(table):
            self._scatter = None
            table = self.tables.setdefault(server_handle, array("q"))
            missing = max(_FIRST_ROOM, len(table), item_handle + 1 - len(table))
            table.extend(array("q", [NOWHERE]) * missing)
        return table

    # ---- events

    def apply(self, batches: Sequence[EventBatch]) -> list[tuple[EventBatch, list[int]]]:
        """Keep the newest value of each item; completions carry none. Returns which events belong to no item.

        The last batch comes first: of a burst, most values are older than one that is there by then, and cost no more
        than to see that.
        """
        strangers = [(batch, self._apply(batch, newer_stay=batch is not batches[-1])) for batch in reversed(batches)]
        return [(batch, found) for batch, found in reversed(strangers) if found]

    def _apply(self, batch: EventBatch, *, newer_stay: bool) -> list[int]:
        if len(batch) >= _FEW:
            if self._scatter is None:
                # Not before it is needed: a command line that watches a few tags starts a tenth of a second sooner.
                from app.sessions.scatter import Scatter  # noqa: PLC0415

                self._scatter = Scatter(self)
            if (strangers := self._scatter.apply(batch, newer_stay=newer_stay)) is not None:
                return strangers
        return self._apply_each(batch, newer_stay=newer_stay)

    def _apply_each(self, batch: EventBatch, *, newer_stay: bool) -> list[int]:
        strangers: list[int] = []
        kinds = batch.kinds
        for i, (key, sample) in enumerate(zip(batch.keys, batch.samples(), strict=True)):
            if kinds and kinds[i] > 1:  # enumerations would cost more than the rest
                continue
            if newer_stay and self.sequence(key) > batch.last_sequence:
                continue
            if not self.put(key, sample, batch.first_sequence + i):
                strangers.append(i)
        return strangers

    def put(self, key: int, sample: tuple[Value, int, int, int], sequence: int) -> bool:
        """Keep one event (in a :class:`Sample`'s order); False where no such item is."""
        place = self._places.get(key)
        if place is None:
            return False
        value, self.qualities[place], self.source_times[place], self.worker_times[place] = sample
        if type(value) is float:
            self.reals[place] = value
            self.is_real[place] = 1
        else:
            self.others[place] = value
            self.is_real[place] = 0
        self.sequences[place] = sequence
        return True

    # ---- reading

    def sequence(self, key: int) -> int:
        """That of the item's newest event: another one tells that an event has come. 0 = none yet."""
        place = self._places.get(key)
        return 0 if place is None else self.sequences[place]

    def sample(self, key: int) -> Sample | None:
        place = self._places.get(key)
        if place is None or not self.sequences[place]:
            return None
        value = self.reals[place] if self.is_real[place] else self.others[place]
        return Sample(value, self.qualities[place], self.source_times[place], self.worker_times[place])
