"""Takes the samples of pens out of the batches of a frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.batch import EventBatch, Sample
from app.values import NO_TIME
from ui.plots.pen import AHEAD_NS, CLASSES, Samples, Times, number_of
from ui.plots.pyramid import Classes, Floats

_CLASS_OF_BITS = np.array(CLASSES, dtype=np.uint8)
#: Up to so many samples of a batch are taken one by one.
_FEW = 64


class Picker:
    """Takes the samples of a few items out of batches of many, by one comparison over the whole column."""

    def __init__(self) -> None:
        self._pens: dict[tuple[str, int], Samples] = {}
        self._wanted: dict[str, _Wanted] = {}

    def set_pens(self, pens: dict[tuple[str, int], Samples]) -> None:
        self._pens = dict(pens)
        by_session: dict[str, list[int]] = {}
        for session_id, key in pens:
            by_session.setdefault(session_id, []).append(key)
        self._wanted = {session: _Wanted(keys) for session, keys in by_session.items()}

    def take_all(self, batches: Sequence[tuple[str, EventBatch]]) -> int:
        """:meth:`take` for the batches of a frame: under load there are hundreds, and few samples in each."""
        by_session: dict[str, list[EventBatch]] = {}
        for session_id, batch in batches:
            if session_id in self._wanted:
                by_session.setdefault(session_id, []).append(batch)
        return sum(self.take(session_id, self._picked(session_id, some)) for session_id, some in by_session.items())

    def _picked(self, session_id: str, batches: list[EventBatch]) -> EventBatch:
        """What is for the pens, as one batch; its sequences mean nothing."""
        if len(batches) == 1:
            return batches[0]
        columns = [np.asarray(batch.keys, dtype=np.uint64) for batch in batches]
        keys = np.concatenate(columns)
        hits = self._wanted[session_id].hits(keys)
        ends = np.cumsum([len(column) for column in columns])
        numbers = np.searchsorted(ends, hits, side="right")
        starts = (ends - [len(column) for column in columns])[numbers]
        found = [(batches[n], at) for n, at in zip(numbers.tolist(), (hits - starts).tolist(), strict=True)]
        return EventBatch(
            1,
            keys[hits].tolist(),
            [batch.values[at] for batch, at in found],
            [batch.qualities[at] for batch, at in found],
            [batch.source_times[at] for batch, at in found],
            [batch.worker_times[at] for batch, at in found],
            bytes([batch.kinds[at] if batch.kinds else 0 for batch, at in found]),
        )

    def take(self, session_id: str, batch: EventBatch) -> int:
        """Add the batch's samples to their pens; how many there were."""
        wanted = self._wanted.get(session_id)
        if wanted is None:
            return 0
        keys = np.asarray(batch.keys, dtype=np.uint64)
        hits = wanted.hits(keys)
        if batch.kinds:
            hits = hits[np.frombuffer(batch.kinds, dtype=np.uint8)[hits] <= 1]
        if not len(hits):
            return 0
        if len(hits) <= _FEW:
            for i in hits.tolist():
                sample = Sample(batch.values[i], batch.qualities[i], batch.source_times[i], batch.worker_times[i])
                self._pens[session_id, batch.keys[i]].take(sample)
            return len(hits)
        self._take_many(session_id, batch, keys[hits], hits)
        return len(hits)

    def _take_many(
        self, session_id: str, batch: EventBatch, hit_keys: NDArray[np.uint64], hits: NDArray[np.int64]
    ) -> None:
        times, values, classes, received = _columns(batch, hits)
        for key in np.unique(hit_keys):
            mine = np.flatnonzero(hit_keys == key)
            samples = self._pens[session_id, int(key)]
            samples.add(times[mine], values[mine], classes[mine], received[mine])
            newest = int(hits[mine[-1]])
            samples.latest = Sample(
                batch.values[newest],
                batch.qualities[newest],
                batch.source_times[newest],
                batch.worker_times[newest],
            )


class _Wanted:
    """The keys of a session's pens, to be found among very many."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._keys = np.array(sorted(keys), dtype=np.uint64)
        # By the last bits of a key: one look in a table leaves few to compare, in a quarter of a search's time.
        self._table = np.zeros(1 << 16, dtype=np.bool_)
        self._table[self._keys.astype(np.uint16)] = True

    def hits(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Where wanted ones stand."""
        likely = np.flatnonzero(self._table[keys.astype(np.uint16)])
        found = keys[likely]
        nearest = self._keys[np.minimum(np.searchsorted(self._keys, found), len(self._keys) - 1)]
        return likely[nearest == found]


def _columns(batch: EventBatch, hits: NDArray[np.int64]) -> tuple[Times, Floats, Classes, Times]:
    source = np.asarray(batch.source_times, dtype=np.int64)[hits]
    worker = np.asarray(batch.worker_times, dtype=np.int64)[hits]
    qualities = np.asarray(batch.qualities, dtype=np.int32)[hits]
    values = np.array([number_of(batch.values[i]) for i in hits], dtype=np.float64)
    return _drawn_times(source, worker), values, _CLASS_OF_BITS[(qualities & 0xC0) >> 6], worker


def _drawn_times(source: Times, received: Times) -> Times:
    return np.where((source == NO_TIME) | (source > received + AHEAD_NS), received, source)
