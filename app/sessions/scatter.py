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

    def apply(self, batch: EventBatch) -> list[int] | None:
        """Which events belong to no item; None, with nothing done, for a batch that is not to be kept at once."""
        places = self._find(batch.keys)
        if places is None:
            return None
        chosen: _Chosen = _ALL
        strangers: list[int] = []
        known = places >= 0
        if batch.kinds:
            data = np.frombuffer(batch.kinds, dtype=np.uint8) <= 1
            strangers = np.flatnonzero(~known & data).tolist()
            known &= data
        elif not known.all():
            strangers = np.flatnonzero(~known).tolist()
        if not known.all():
            chosen = np.flatnonzero(known)
            places = places[chosen]
        self._put_values(batch, places, chosen)
        self._qualities[places] = _column(batch.qualities, np.int32)[chosen]
        self._source_times[places] = _column(batch.source_times, np.int64)[chosen]
        self._worker_times[places] = _column(batch.worker_times, np.int64)[chosen]
        first = batch.first_sequence
        self._sequences[places] = np.arange(first, first + len(batch))[chosen]
        return strangers

    def _find(self, keys: Any) -> Places | None:
        """The place of each key, below 0 for unknown ones; None if one has a handle that no table holds."""
        keys = _column(keys, np.uint64)
        server_handle = int(keys[0]) >> 32
        table = self._tables.get(server_handle, _NO_TABLE)
        handles = (keys - (server_handle << 32)).view(np.int64)
        if handles.min() >= 0 and handles.max() < len(table):
            return table[handles]
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

    def _put_values(self, batch: EventBatch, places: Places, chosen: _Chosen) -> None:
        if _is_doubles(batch.values):
            self._reals[places] = _column(batch.values, np.float64)[chosen]
            self._is_real[places] = 1
            return
        numbers: list[int] = np.arange(len(batch))[chosen].tolist()
        for place, number in zip(places.tolist(), numbers, strict=True):
            self._others[place] = batch.values[number]
        self._is_real[places] = 0


def _is_doubles(column: Any) -> bool:
    return type(column) is array and column.typecode == "d"


def _column(column: Any, kind: type[np.generic]) -> NDArray[Any]:
    """No copy where it is an array of that type."""
    return np.asarray(column, dtype=kind)
