"""All samples of a recording in one order of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.recordings.model import Track

Numbers = NDArray[np.int64]


class Tape:
    """Samples that have one time are in the order of their tracks."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._tracks = tracks
        times = [one.times for one in tracks]
        owners = [np.full(len(one), number, dtype=np.int32) for number, one in enumerate(tracks)]
        places = [np.arange(len(one), dtype=np.int64) for one in tracks]
        whole = np.concatenate(times) if times else np.empty(0, dtype=np.int64)
        order = np.argsort(whole, kind="stable")
        self._times = whole[order]
        self._owners: NDArray[np.int32] = np.concatenate(owners)[order] if owners else np.empty(0, dtype=np.int32)
        self._places: Numbers = np.concatenate(places)[order] if places else np.empty(0, dtype=np.int64)

    def between(
        self, after_ns: int, until_ns: int, wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], Numbers, Numbers]:
        """(tracks, their sample numbers, times) of the samples behind one time up to another, which is among them; of
        the wanted tracks alone."""
        first = int(np.searchsorted(self._times, after_ns, side="right"))
        stop = int(np.searchsorted(self._times, until_ns, side="right"))
        owners = self._owners[first:stop]
        mine = wanted[owners]
        return owners[mine], self._places[first:stop][mine], self._times[first:stop][mine]
