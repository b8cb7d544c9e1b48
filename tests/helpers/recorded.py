"""Files of the recorder's store, made for tests, and a plain reference of what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.batch import Sample
from app.records.samples import Samples
from app.records.segment import Arrivals, SegmentWriter, create

#: 2026-01-01 00:00:00 UTC.
T0 = 1_767_225_600_000_000_000
S = 1_000_000_000

#: A tag of a source, and a sample of it.
Row = tuple[str, Sample]


def columns(samples: Sequence[Sample]) -> Samples:
    return Samples.of(
        [sample.value for sample in samples],
        [sample.quality for sample in samples],
        [sample.source_time for sample in samples],
        [sample.worker_time for sample in samples],
    )


def segment(folder: Path, number: int = 1, start: str = "20260101T000000Z", made_ns: int = T0) -> Path:
    """An empty file of the store."""
    path = folder / f"s-{start}-{number:06d}.samples"
    create(path, made_ns)
    return path


def append(writer: SegmentWriter, rows: Sequence[Row], now_ns: int, source: str = "Plant") -> None:
    tags = np.array([writer.tag(source, tag) for tag, _ in rows], np.uint32)
    writer.commit(Arrivals(tags, columns([sample for _, sample in rows])), now_ns)


def every(samples: Samples) -> list[Sample]:
    return [samples.sample(at) for at in range(len(samples))]


def at(sample: Sample) -> int:
    """Where it stands on a time axis, in plain words."""
    source, received = sample.source_time, sample.worker_time
    return received if source == -(2**63) or source > received + 2 * S else source


def exact(sample: Sample) -> tuple[str, ...]:
    """To compare: NaN is NaN, True is not 1, and 0.0 not -0.0."""
    return (repr(sample.value), type(sample.value).__name__, *map(str, sample[1:]))
