"""Long stretches out of the recorder's store: 10 million samples of a tag, and 32 pens with a day, against plain rows
of SQLite in the same run; and the window's stalls while it records and reads."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.records.history import History
from app.records.samples import Samples
from app.records.segment import SegmentWriter, create, files
from app.values import iso_utc
from bench import recordings
from bench.recordings import SECOND, T0
from bench.report import Figure, at_least, at_most, percentile, told
from bench.window import in_window

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

SAMPLES = 10_000_000
BINS = 2_000
PENS = 32
_DAY_S = 86_400
_STEP_NS = SECOND // 10  # of the one tag: eleven days and a half
_ROUNDS = 5
#: Tags and events a second of the window that records meanwhile.
_TAGS, _RATE = 1_000, 100_000.0
_MEASURE_S = 20.0


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        times, values = T0 + np.arange(SAMPLES, dtype=np.int64) * _STEP_NS, recordings.values(0, SAMPLES)
        _store(folder / "long", {"Tag": (times, values)})
        day = T0 + np.arange(_DAY_S, dtype=np.int64) * SECOND
        _store(folder / "day", {f"Pen{pen}": (day, recordings.values(pen, _DAY_S)) for pen in range(PENS)})
        size = sum(path.stat().st_size for path in files(folder / "long"))
        long, pens = History(folder / "long"), History(folder / "day")
        end = int(times[-1]) + 1

        def bins() -> None:
            found = long.bins("Bench", "Tag", T0, end, BINS)
            assert found.total == SAMPLES

        def days() -> None:
            for pen in range(PENS):
                assert pens.bins("Bench", f"Pen{pen}", T0, T0 + _DAY_S * SECOND, BINS).total == _DAY_S

        took, took_day = _median(bins), _median(days)
        bare = _median(lambda: _bare(times, values, end))
        plain, plain_size = _plain(folder, times, values, end)
        alone, both, rate, reads = _window(bins, days)
    return [
        told("bare: extremes of an array in memory", f"{bare * 1000:.0f} ms"),
        at_most("10 million samples of a tag in 2,000 stretches", took * 1000, 300, " ms", 0),
        told("the same from plain rows with an index", f"{plain * 1000:.0f} ms"),
        at_least("times as quick as plain rows", plain / took, 1, 1),
        at_most("32 pens, a day at 1 s, one after the other", took_day * 1000, 1000, " ms", 0),
        told("bytes a sample", f"{size / SAMPLES:.1f}"),
        told("bytes a plain row with its index", f"{plain_size / SAMPLES:.1f}"),
        told("recorded meanwhile, samples/s", rate),
        told("such stretches read meanwhile, of 10 million samples or 32 days, a second", f"{reads:.1f}"),
        told("window's stalls while it records, p99", f"{percentile(alone, 0.99):.1f} ms"),
        at_most("window's stalls while it records and reads, p99", percentile(both, 0.99), 50, " ms", 1),
    ]


def _store(folder: Path, lines: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]) -> None:
    """As the recorder leaves it: a file a day, sorted and closed."""
    bounds = {tag: (times - T0) // (_DAY_S * SECOND) for tag, (times, _) in lines.items()}
    for day in range(max(int(days[-1]) for days in bounds.values()) + 1):
        start_ns = T0 + day * _DAY_S * SECOND
        stamp = iso_utc(start_ns)[:19].replace("-", "").replace(":", "")
        path = folder / f"d0-{stamp}Z-{day + 1:06d}.samples"
        create(path, start_ns)
        writer = SegmentWriter(path)
        for tag, (times, values) in lines.items():
            part = slice(*np.searchsorted(bounds[tag], [day, day + 1]).tolist())
            count = len(times[part])
            if count:
                lag = np.random.default_rng(day).integers(2_000, 9_000, count) * 1000
                samples = Samples(
                    times[part],
                    times[part] + lag,
                    values[part],
                    np.zeros(count, np.uint8),
                    np.full(count, 192, np.int32),
                )
                writer.add_blocks(writer.tag("Bench", tag), samples)
        writer.finish(start_ns + _DAY_S * SECOND, "ended")
        writer.close()


def _median(work: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


def _bare(times: NDArray[np.int64], values: NDArray[np.float64], end: int) -> None:
    edges = np.linspace(T0, end, BINS + 1).astype(np.int64)[:-1]
    starts = np.searchsorted(times, edges)
    np.minimum.reduceat(values, starts)
    np.maximum.reduceat(values, starts)


def _plain(folder: Path, times: NDArray[np.int64], values: NDArray[np.float64], end: int) -> tuple[float, int]:
    """Seconds for the same stretches, by one query; bytes."""
    path = folder / "rows.db"
    part = 1_000_000
    for at in range(0, SAMPLES, part):
        stamps = times[at : at + part].tolist()
        reals = values[at : at + part].tolist()
        rows: list[recordings.Row] = [
            (1, stamp, stamp + 5_000_000, real, 192) for stamp, real in zip(stamps, reals, strict=True)
        ]
        recordings.rows(path, rows, index=True, commit=0)
    width = (end - T0) // BINS + 1
    with closing(sqlite3.connect(path)) as database:
        began = time.perf_counter()
        found = database.execute(
            "SELECT (source - ?) / ?, count(*), min(value), max(value) FROM samples "
            "WHERE tag = 1 AND source >= ? AND source < ? GROUP BY 1",
            (T0, width, T0, end),
        ).fetchall()
        took = time.perf_counter() - began
    assert len(found) == BINS
    return took, path.stat().st_size


def _window(*reads: Callable[[], None]) -> tuple[list[float], list[float], float, float]:
    """The window's stalls in milliseconds while it records, and while it is read as well; samples recorded and reads,
    each a second."""
    return in_window(lambda qt: _measured(qt, reads))


async def _measured(
    qt: QApplication, reads: tuple[Callable[[], None], ...]
) -> tuple[list[float], list[float], float, float]:
    import gc

    from app.config import Settings
    from app.sessions.manager import OpenRequest
    from bench.engine import subscribe
    from ui.application import Application

    application = Application(qt, Settings(), first=())
    recorder = application.runtime.recorder
    assert recorder is not None
    await application.start()
    gc.freeze()  # as the program does it
    request = OpenRequest("sim", {"load_tags": _TAGS, "load_rate": _RATE}, name="load", keep_alive=True)
    session = await application.runtime.manager.open(request)
    await subscribe(session, _TAGS)
    await asyncio.sleep(8)  # it has sorted for the first time
    application.lag.reset()
    await asyncio.sleep(_MEASURE_S)
    alone = [stall * 1000 for stall in application.lag.samples()]
    enough = threading.Event()

    def read() -> int:
        count = 0
        while not enough.is_set():
            reads[count % len(reads)]()
            count += 1
        return count

    reader = asyncio.create_task(asyncio.to_thread(read))
    application.lag.reset()
    began, before = time.perf_counter(), recorder.statistics()
    await asyncio.sleep(_MEASURE_S)
    after, seconds = recorder.statistics(), time.perf_counter() - began
    both = [stall * 1000 for stall in application.lag.samples()]
    enough.set()
    count = await reader
    await application.stop()
    assert after.missed == before.missed
    return alone, both, (after.samples - before.samples) / seconds, count / seconds
