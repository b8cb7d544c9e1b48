"""The event log at 10,000 rows a second: is the memory flat, is nothing lost, and how long does another filter take?

``TAGWATCH_LOG_S`` sets how long (600 s unless told). The bare limit of a filter is one look at as many prepared texts.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from bench.report import Figure, at_least, at_most, percentile, told
from bench.window import in_window

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_TAGS = 1_000
_RATE = 10_000.0
_WARM_S = 45.0
_MIB = 1024 * 1024
#: Words in a tag, in a value, in a time, nowhere; a column; a wildcard; a severity.
_FILTERS = ("load.77", "99.", "12:3", "nothing like it", "tag:=load.5", "value:1*5", "load.9 good", "quality:bad")


@dataclass(frozen=True, slots=True)
class _Filters:
    longest_ms: float
    which: str
    stall_ms: float


def run() -> list[Figure]:
    seconds = float(os.environ.get("TAGWATCH_LOG_S", "600"))
    return in_window(lambda qt: _measured(qt, seconds))


async def _measured(qt: QApplication, seconds: float) -> list[Figure]:
    from app.config import Settings
    from app.sessions.manager import OpenRequest
    from bench.engine import subscribe
    from ui.application import Application

    application = Application(qt, Settings(), first=())
    await application.start()
    request = OpenRequest("sim", {"load_tags": _TAGS, "load_rate": _RATE}, name="load", keep_alive=True)
    session = await application.sessions.open(request)
    assert session is not None
    await subscribe(session, _TAGS)
    application.window.show_pane("log")
    await asyncio.sleep(_WARM_S)  # full: 100,000 rows, and the journal has turned its file
    process = psutil.Process()
    memory, stalls = [process.memory_info().rss / _MIB], list[float]()
    application.lag.reset()
    began, before = time.perf_counter(), application.feed.statistics()
    while time.perf_counter() - began < seconds:
        await asyncio.sleep(min(10.0, seconds / 4))
        memory.append(process.memory_info().rss / _MIB)
        stalls += application.lag.samples()
        application.lag.reset()
    after, passed_s = application.feed.statistics(), time.perf_counter() - began
    loaded = await _filtered(application)
    await application.runtime.manager.close(session.id)
    while application.log_model.looking:  # noqa: ASYNC110 - it is what is measured beside
        await asyncio.sleep(0.01)
    rows = application.log_model.rowCount()
    quiet = await _filtered(application)
    bare_ms = _bare(rows)
    journal = application.log.journal.statistics()
    await application.stop()
    half = len(memory) // 2
    # The recorder takes some 45 MiB while it sorts, and gives them back.
    growth = min(memory[half:]) - min(memory[:half])
    return [
        told("rows kept in the window", rows),
        at_least("rows/s that reach the log", (after.events - before.events) / passed_s, 0.95 * _RATE, 0),
        at_most("rows lost by the window", after.dropped, 0, digits=0),
        at_most("memory, least of the second half against the first's", growth, 8, " MiB", 1),
        told("memory, least and most", f"{min(memory):.0f} to {max(memory):.0f} MiB"),
        at_most("stall, p99", percentile(stalls, 0.99) * 1000, 30, " ms", 1),
        told("stall, longest", max(stalls) * 1000, " ms"),
        at_most("another filter on a full log, slowest", quiet.longest_ms, 200, " ms", 0),
        told("the filters one by one", quiet.which),
        told("one look at as many texts, bare", bare_ms, " ms"),
        told("another filter while rows come, slowest", loaded.longest_ms, " ms"),
        told("one by one while rows come", loaded.which),
        at_most("stall while filters change, longest", max(quiet.stall_ms, loaded.stall_ms), 100, " ms", 0),
        told("rows journaled", journal.rows),
        at_most("rows missing in the journal", journal.missed, 0, digits=0),
        told("journal on disk", journal.bytes / _MIB, " MiB"),
    ]


async def _filtered(application: object) -> _Filters:
    """The slowest change of the filter, until what is shown has changed, and the longest stall meanwhile."""
    from ui.application import Application
    from ui.models.log_filter import LogFilter

    assert isinstance(application, Application)
    model = application.log_model
    took: dict[str, float] = {}
    application.lag.reset()
    for text in (*_FILTERS, ""):
        began = time.perf_counter()
        model.set_filter(LogFilter(text))
        while model.looking:  # noqa: ASYNC110 - a model tells its views, not its measurer
            await asyncio.sleep(0)
        took[text or "(none)"] = (time.perf_counter() - began) * 1000
        await asyncio.sleep(0.3)
    which = ", ".join(f"{text} {ms:.0f}" for text, ms in took.items())
    return _Filters(max(took.values()), which, max(application.lag.samples(), default=0.0) * 1000)


def _bare(rows: int) -> float:
    texts = [
        f"2026-11-30 00:00:00.000 load data change load.{row % _TAGS} {row * 0.731:.3f} good" for row in range(rows)
    ]
    began = time.perf_counter()
    found = [row for row, text in enumerate(texts) if "load.77" in text]
    assert found or not rows
    return (time.perf_counter() - began) * 1000
