"""What the recorder keeps in a second, sorted and all, against a bulk insert of the same rows into the same engine, and
what a sample takes on the disk."""

from __future__ import annotations

import tempfile
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from app.batch import EventBatch
from app.records.history import History
from app.records.recorder import Recorder, RecorderState
from app.records.segment import SegmentWriter, files
from app.tasks import SystemClock
from bench import recordings
from bench.report import Figure, at_least, at_most, told

TAGS = 52
SAMPLES = 2_000_000
_BATCH = 2_000
_ROUNDS = 3
#: What a source that is faster than the disk may have waiting; a fraction of the recorder's own bound.
_AHEAD = 300_000


@dataclass(frozen=True, slots=True)
class _Item:
    key: int
    tag: str
    advised: bool = True


@dataclass(slots=True)
class _Items:
    items: Sequence[_Item]
    version: int = 1

    def all(self) -> Sequence[_Item]:
        return self.items


@dataclass(slots=True)
class _Session:
    items: _Items
    name: str = "Bench"
    backend: str = "sim"
    replayed: bool = False


def run() -> list[Figure]:
    batches = _batches()
    rows: list[recordings.Row] = [
        row
        for batch in batches
        for row in zip(batch.keys, batch.source_times, batch.worker_times, batch.values, batch.qualities, strict=True)
    ]
    kept: list[float] = []
    bulk: list[float] = []
    indexed: list[float] = []
    missed = size = row_size = index_size = read = 0
    with tempfile.TemporaryDirectory() as directory:
        for number in range(_ROUNDS):
            folder = Path(directory) / str(number)
            folder.mkdir()
            seconds, missed_now = _recorded(folder / "records", batches)
            kept.append(SAMPLES / seconds)
            missed += missed_now
            size = sum(path.stat().st_size for path in files(folder / "records"))
            read += sum(tag.count for tag in History(folder / "records").tags())
            began = time.perf_counter()
            recordings.rows(folder / "rows.db", rows, index=False, commit=0)
            bulk.append(SAMPLES / (time.perf_counter() - began))
            row_size = (folder / "rows.db").stat().st_size
            began = time.perf_counter()
            recordings.rows(folder / "index.db", rows, index=True, commit=50_000)
            indexed.append(SAMPLES / (time.perf_counter() - began))
            index_size = (folder / "index.db").stat().st_size
    return [
        told("bulk insert of the same rows, one transaction, no index, rows/s", median(bulk)),
        told("plain rows with the index that reading needs, rows/s", median(indexed)),
        at_least("recorder, sustained, sorted into blocks, samples/s", median(kept), 100_000, 0),
        at_least("recorder / bulk insert", median(a / b for a, b in zip(kept, bulk, strict=True)), 0.5),
        told("recorder / plain rows with an index", f"{median(a / b for a, b in zip(kept, indexed, strict=True)):.2f}"),
        at_most("samples missed", missed, 0, digits=0),
        at_most("samples that are not read back", _ROUNDS * SAMPLES - read, 0, digits=0),
        told("bytes a sample", f"{size / SAMPLES:.1f}"),
        told("bytes a plain row", f"{row_size / SAMPLES:.1f}"),
        told("bytes a plain row with its index", f"{index_size / SAMPLES:.1f}"),
    ]


def _batches() -> list[EventBatch]:
    """All tags in turn, ten times a second, received some milliseconds later."""
    each = SAMPLES // TAGS + 1
    table = np.stack([recordings.values(tag, each) for tag in range(TAGS)], axis=1).ravel()[:SAMPLES]
    keys = np.tile(np.arange(1, TAGS + 1, dtype=np.uint64), each)[:SAMPLES]
    now = time.time_ns() - each * recordings.SECOND // 10
    sources = now + np.repeat(np.arange(each, dtype=np.int64), TAGS)[:SAMPLES] * (recordings.SECOND // 10)
    receives = sources + np.random.default_rng(0).integers(2_000_000, 9_000_000, SAMPLES) // 1000 * 1000
    receives = np.maximum.accumulate(receives)
    qualities = np.where(np.random.default_rng(1).random(SAMPLES) < 0.001, 0, 192).astype(np.int32)
    return [
        EventBatch(
            at + 1,
            array("Q", keys[at : at + _BATCH].tobytes()),
            array("d", table[at : at + _BATCH].tobytes()),
            array("i", qualities[at : at + _BATCH].tobytes()),
            array("q", sources[at : at + _BATCH].tobytes()),
            array("q", receives[at : at + _BATCH].tobytes()),
        )
        for at in range(0, SAMPLES, _BATCH)
    ]


def _recorded(folder: Path, batches: Sequence[EventBatch]) -> tuple[float, int]:
    """Seconds until all is kept and sorted, and what was given up."""
    session = _Session(_Items([_Item(key, f"Tag{key}") for key in range(1, TAGS + 1)]))
    recorder = Recorder(folder, SystemClock(), lambda _: session)
    recorder.start()
    while recorder.statistics().state is not RecorderState.RECORDING:
        time.sleep(0.01)
    began = time.perf_counter()
    for batch in batches:
        while recorder.statistics().queued > _AHEAD:
            time.sleep(0.002)
        recorder.publish("s", batch)
    while recorder.statistics().queued:
        time.sleep(0.002)
    recorder.stop(60)
    for path in files(folder):  # the rest, which the next start would sort
        writer = SegmentWriter(path)
        writer.finish(time.time_ns(), "ended")
        writer.close()
    return time.perf_counter() - began, recorder.statistics().missed
