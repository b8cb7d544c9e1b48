"""Hours in minutes: every pane open, 5,000 changes a second; is the memory flat, does the window stay quick, is every
event there?

``TAGWATCH_SOAK_S`` sets how long (3600 s unless told).
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from bench.report import Figure, at_most, percentile, told
from bench.window import in_window

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_TAGS = 2_000
_RATE = 5_000.0
_WARM_S = 60.0
_LOOK_S = 10.0


@dataclass(frozen=True, slots=True)
class _Look:
    """One look: megabytes of this process and its workers, and the stalls since the last one."""

    memory_mib: float
    stalls_ms: list[float]


class _Blame:
    """Of the longest stall: how much of it this thread worked. The rest it waited for a core, the disk or a lock."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.longest_s = self.worked_s = self.after_s = 0.0
        self._began = time.monotonic()
        self._last, self._thread = self._began, time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(20)

    def _tick(self) -> None:
        now, thread = time.monotonic(), time.thread_time()
        if now - self._last > self.longest_s:
            self.longest_s, self.worked_s = now - self._last, thread - self._thread
            self.after_s = now - self._began
        self._last, self._thread = now, thread

    def stop(self) -> None:
        self._timer.stop()

    @property
    def words(self) -> str:
        return f"{self.longest_s * 1000:.0f} ms, {self.worked_s * 1000:.0f} ms"


def run() -> list[Figure]:
    seconds = float(os.environ.get("TAGWATCH_SOAK_S", "3600"))
    return in_window(lambda qt: _soaked(qt, seconds))


async def _soaked(qt: QApplication, seconds: float) -> list[Figure]:
    from app.config import Settings
    from app.sessions.manager import OpenRequest
    from bench.engine import subscribe
    from ui.application import FIRST, Application

    application = Application(qt, Settings(), first=FIRST)
    await application.start()
    request = OpenRequest("sim", {"load_tags": _TAGS, "load_rate": _RATE}, name="load", keep_alive=True)
    session = await application.sessions.open(request)
    assert session is not None
    await subscribe(session, _TAGS)
    for dock in application.window.panes():
        dock.show()
    for index in range(10):
        await application.trends.add_pen(session, f"load.{index}")
    await asyncio.sleep(_WARM_S)
    application.lag.reset()
    blame = _Blame()
    began, before = time.monotonic(), application.feed.statistics().events
    looks: list[_Look] = []
    while time.monotonic() - began < seconds:
        await asyncio.sleep(_LOOK_S)
        looks.append(_Look(_memory_mib(), [stall * 1000 for stall in application.lag.samples()]))
        application.lag.reset()
    passed, feed = time.monotonic() - began, application.feed.statistics()
    info = session.info()
    blame.stop()
    await application.stop()
    stalls = [stall for look in looks for stall in look.stalls_ms]
    quarter = max(1, len(looks) // 4)
    second, last = (
        sum(look.memory_mib for look in part) / len(part) for part in (looks[quarter : 2 * quarter], looks[-quarter:])
    )
    return [
        told("minutes", passed / 60),
        told("events/s that reached the views", (feed.events - before) / passed),
        told("memory at the end, with the workers", last, " MiB"),
        # The rings of trends and log fill in the first quarter.
        at_most("memory grown from the second to the last quarter", last - second, 20, " MiB", 1),
        told("UI stall, p99", f"{percentile(stalls, 0.99):.0f} ms"),
        at_most("UI stall, longest", max(stalls), 150, " ms", 0),
        told("the longest turn of the loop: at minute", blame.after_s / 60),
        told("its length, and what of it the window's thread worked", blame.words),
        at_most("events lost on the way", info.dropped + feed.dropped, 0, "", 0),
    ]


def _memory_mib() -> float:
    me = psutil.Process()
    return sum(process.memory_info().rss for process in (me, *me.children(recursive=True))) / 2**20
