"""Many events into the columns of the latest values at once, by numpy."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batch import EventBatch
from app.sessions.latest import NOWHERE, TABLE_LIMIT, LatestValues

Places = NDArray[np.intp]
#: Everything of a batch, or some of it.
_Chosen = slice | Places
_ALL = slice(None)
_NO_TABLE = np.empty(0, dtype=np.int64)
#: What the methods `min` and `max` call, without their way round through Python.
_least, _most = np.minimum.reduce, np.maximum.reduce


class Scatter:
    """Looks at the memory of the columns, which cannot grow meanwhile. Where an item comes several times in a batch,
    its last event stays: numpy assigns in order."""

    def __init__(self, latest: LatestValues) -> None:
        self._others = latest.others
        self._sequences = np.frombuffer(latest.sequences, dtype=np.int64)
        self._reals = np.frombuffer(latest.reals, dtype=np.float64)
        self._is_real = np.frombuffer(latest.is_real, dtype=np.uint8)
        self._qualities = np.frombuffer(latest.qualities, dtype=np.int32)
        self._source_times = np.frombuffer(latest.source_times, dtype=np.int64)
        self._worker_times = np.frombuffer(latest.worker_times, dtype=np.int64)
        self._tables = {server: np.frombuffer(table, dtype=np.int64) for server, table in latest.tables.items()}

    def apply(self, batch: EventBatch, *, newer_stay: bool) -> list[int] | None:
        """Which events belong to no item; None, with nothing done, for a batch that is not to be kept at once.
        ``newer_stay``: values of later batches than this one are there already, and are left."""
        places = self._find(batch.keys)
        if places is None:
            return None
        chosen: _Chosen = _ALL
        strangers: list[int] = []
        if batch.kinds or _least(places) < 0:
            known = places >= 0
            data = np.frombuffer(batch.kinds, dtype=np.uint8) <= 1 if batch.kinds else True
            strangers = np.flatnonzero(~known & data).tolist()
            chosen = np.flatnonzero(known & data)
            places = places[chosen]
        if not len(places):
            return strangers
        if newer_stay:
            there = self._sequences[places]
            if _least(there) > batch.last_sequence:
                return strangers
            older = np.flatnonzero(there <= batch.last_sequence)
            chosen = older if isinstance(chosen, slice) else chosen[older]
            places = places[older]
        where = _where(places)
        self._put_values(batch, places, where, chosen)
        self._qualities[where] = _column(batch.qualities, np.int32)[chosen]
        self._source_times[where] = _column(batch.source_times, np.int64)[chosen]
        self._worker_times[where] = _column(batch.worker_times, np.int64)[chosen]
        first = batch.first_sequence
        self._sequences[where] = np.arange(first, first + len(batch))[chosen]
        return strangers

    def _find(self, keys: Any) -> Places | None:
        """The place of each key, below 0 for unknown ones; None if one has a handle that no table holds."""
        keys = _column(keys, np.uint64)
        server_handle = int(keys[0]) >> 32
        table = self._tables.get(server_handle, _NO_TABLE)
        handles = keys - (server_handle << 32)  # those of another server become larger than any table
        if _most(handles) < len(table):
            return table[handles.view(np.int64)]
        return self._find_by_server(keys >> 32, (keys & 0xFFFF_FFFF).view(np.int64))

    def _find_by_server(self, servers: NDArray[np.uint64], handles: Places) -> Places | None:
        if handles.max() >= TABLE_LIMIT:
            return None
        places = np.full(len(handles), NOWHERE, dtype=np.intp)
        for server in np.unique(servers).tolist():
            table = self._tables.get(server, _NO_TABLE)
            mine = np.flatnonzero((servers == server) & (handles < len(table)))
            places[mine] = table[handles[mine]]
        return places

    def _put_values(self, batch: EventBatch, places: Places, where: _Chosen, chosen: _Chosen) -> None:
        if _is_doubles(batch.values):
            self._reals[where] = _column(batch.values, np.float64)[chosen]
            self._is_real[where] = 1
            return
        numbers: list[int] = np.arange(len(batch))[chosen].tolist()
        for place, number in zip(places.tolist(), numbers, strict=True):
            self._others[place] = batch.values[number]
        self._is_real[where] = 0


def _where(places: Places) -> _Chosen:
    """A range where they are one after the other, as in a sweep of items that were added together: it is written in a
    fifth of the time."""
    first, count = int(places[0]), len(places)
    if int(places[-1]) - first == count - 1 and np.array_equal(places, np.arange(first, first + count)):
        return slice(first, first + count)
    return places


def _is_doubles(column: Any) -> bool:
    return type(column) is array and column.typecode == "d"


def _column(column: Any, kind: type[np.generic]) -> NDArray[Any]:
    """No copy where it is an array of that type."""
    return np.asarray(column, dtype=kind)
