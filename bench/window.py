"""The window under load, offscreen: log, items tree and ten pens live."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Seen:
    rate: float
    stalls_ms: tuple[float, ...]
    frames: int


def in_window(measure: Callable[[QApplication], Coroutine[Any, Any, _T]]) -> _T:
    """Run ``measure`` on the window's own loop, offscreen, with settings and files of its own. Every benchmark of the
    window starts here; what it imports from Qt and ``ui`` it imports inside, so that the others need no Qt."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as directory:
        os.environ["TAGWATCH_CONFIG_DIR"] = directory
        from PySide6.QtWidgets import QApplication

        from ui.loop import FastQEventLoop

        qt = QApplication.instance() or QApplication([])
        assert isinstance(qt, QApplication)
        qt.setQuitOnLastWindowClosed(False)
        with FastQEventLoop(qt) as loop:
            return loop.run_until_complete(measure(qt))


def run(tags: int, rate: float, warm_s: float, measure_s: float) -> Seen:
    """Events a second that reach the views, and how long the window did not answer meanwhile."""
    return in_window(lambda qt: _measured(qt, tags, rate, warm_s, measure_s))


async def _measured(qt: QApplication, tags: int, rate: float, warm_s: float, measure_s: float) -> Seen:
    from app.config import Settings
    from app.sessions.manager import OpenRequest
    from bench.engine import subscribe
    from ui.application import Application

    application = Application(qt, Settings(), first=())
    await application.start()
    gc.freeze()  # as the program does it
    request = OpenRequest("sim", {"load_tags": tags, "load_rate": float(rate)}, name="load", keep_alive=True)
    session = await application.runtime.manager.open(request)
    application.look()
    application.window.sessions.choose(session.id)
    await subscribe(session, tags)
    for item in session.items.all()[:10]:
        application.window.trend.add_pen(session.id, item.key, item.tag, "load", "%")
    application.items_model.refresh()
    await asyncio.sleep(warm_s)
    application.lag.reset()
    began, before = time.perf_counter(), application.feed.statistics()
    await asyncio.sleep(measure_s)
    after = application.feed.statistics()
    seconds = time.perf_counter() - began
    stalls = tuple([stall * 1000 for stall in application.lag.samples()])
    await application.stop()
    return Seen((after.events - before.events) / seconds, stalls, after.frames - before.frames)
