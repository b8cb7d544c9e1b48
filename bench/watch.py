"""A long watch list, live, filtered and sorted by value, and how long the window does not answer meanwhile; against the
same rows in a plain QStandardItemModel, and scrolled through."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bench.report import Figure, at_most, percentile, told
from bench.window import in_window

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ui.application import Application
    from ui.views.watch_list import WatchList

_ROWS = 20_000
_RATE = 20_000.0
_MANY = 100_000
_WARM_S = 3.0
_MEASURE_S = 12.0
_PLAIN_S = 6.0
_STEPS = 200
#: Of the pane: some thirty rows are in sight.
_HEIGHT = 620
_SOURCE = "load"


def run() -> list[Figure]:
    return in_window(_measured)


async def _measured(qt: QApplication) -> list[Figure]:
    from app.config import Settings
    from ui.application import Application

    live = await _with(Application(qt, Settings(), first=()), _ROWS, _live)
    scrolled = await _with(Application(qt, Settings(), first=()), _MANY, _scrolled)
    return [*live, *scrolled]


async def _with(
    application: Application, rows: int, measure: Callable[[Application, WatchList], Awaitable[list[Figure]]]
) -> list[Figure]:
    from PySide6.QtCore import Qt

    from app.sessions.manager import OpenRequest
    from app.sessions.state import SessionState
    from ui.tagref import TagRef

    await application.start()
    gc.freeze()  # as the program does
    request = OpenRequest("sim", {"load_tags": rows, "load_rate": _RATE}, name=_SOURCE, keep_alive=True)
    session = await application.sessions.open(request)
    assert session is not None
    made = application.watch.current
    application.watch.first(TagRef(_SOURCE, f"load.{i}") for i in range(rows))
    while not all(link.key for link in made.model.links()):  # noqa: ASYNC110 - a state of many
        await asyncio.sleep(0.1)
    window = application.window
    window.resize(1500, 1100)
    window.show_pane("watch")
    window.resizeDocks([window.pane("watch")], [_HEIGHT], Qt.Orientation.Vertical)
    await asyncio.sleep(_WARM_S)
    found = await measure(application, made)
    fault, state = session.info().fault, session.state
    await application.stop()
    if state is not SessionState.READY:
        raise RuntimeError(f"the source was lost while it was measured: {state}, {fault}")
    return found


async def _live(application: Application, made: WatchList) -> list[Figure]:
    from ui.models.watch_cells import VALUE
    from ui.models.watch_order import Order, WatchFilter

    made.set_filter(WatchFilter("load", frozenset({"good", "uncertain"})))
    made.table.set_order(Order(VALUE, descending=True))
    await asyncio.sleep(_WARM_S)
    rate, stalls = await _stalls(application, _MEASURE_S)
    figures = [
        told("rows, all and in sight", f"{made.model.rowCount():,}, {len(made.table.visible_rows())}"),
        told("changes/s that reach the window", rate),
        at_most("sorted and filtered: UI stall, p99", percentile(stalls, 0.99), 30, " ms", 1),
        at_most("sorted and filtered: UI stall, longest", max(stalls), 100, " ms", 1),
    ]
    made.model.set_filter(WatchFilter())
    made.table.set_order(Order())
    application.window.pane("watch").hide()
    plain = _Plain(application, made)
    try:
        await asyncio.sleep(1.0)
        _, against = await _stalls(application, _PLAIN_S)
    finally:
        plain.close()
    return [
        *figures,
        told("plain QStandardItemModel, unsorted: UI stall, p99", f"{percentile(against, 0.99):.1f} ms"),
        told("plain QStandardItemModel: UI stall, longest", f"{max(against):.1f} ms"),
        at_most("p99, watch list / plain model", percentile(stalls, 0.99) / percentile(against, 0.99), 1.0),
    ]


class _Plain:
    """The same rows as a Qt programmer writes them down: an item a cell, each change set as it comes."""

    def __init__(self, application: Application, made: WatchList) -> None:
        from PySide6.QtGui import QStandardItem, QStandardItemModel
        from PySide6.QtWidgets import QTableView

        self._feed = application.feed
        self._model = QStandardItemModel(0, 5)
        self._rows: dict[int, list[Any]] = {}
        for link in made.model.links():
            cells = [QStandardItem(text) for text in (link.ref.tag, "", "", "", _SOURCE)]
            self._model.appendRow(cells)
            self._rows[link.key] = cells
        self._view = QTableView()
        self._view.setModel(self._model)
        self._view.resize(made.size())
        self._view.show()
        self._feed.frame.connect(self._take)

    def _take(self, frame: Any) -> None:
        from ui.format import quality_text, time_text, value_text

        for _, batch in frame.batches:
            for key, value, quality, at in zip(
                batch.keys, batch.values, batch.qualities, batch.source_times, strict=True
            ):
                if (cells := self._rows.get(key)) is not None:
                    cells[1].setText(value_text(value))
                    cells[2].setText(quality_text(quality))
                    cells[3].setText(time_text(at, utc=False, date=False))

    def close(self) -> None:
        self._feed.frame.disconnect(self._take)
        self._view.hide()
        self._view.deleteLater()


async def _stalls(application: Application, seconds: float) -> tuple[float, list[float]]:
    """Events a second, and every stall in milliseconds."""
    application.lag.reset()
    began, before = time.perf_counter(), application.feed.statistics().events
    await asyncio.sleep(seconds)
    rate = (application.feed.statistics().events - before) / (time.perf_counter() - began)
    return rate, [stall * 1000 for stall in application.lag.samples()]


async def _scrolled(application: Application, made: WatchList) -> list[Figure]:
    bar = made.table.verticalScrollBar()
    application.lag.reset()
    spent: list[float] = []
    for step in range(_STEPS):
        began = time.perf_counter()
        bar.setValue(step * bar.maximum() // _STEPS)
        made.table.viewport().repaint()
        spent.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.016)
    stalls = [stall * 1000 for stall in application.lag.samples()]
    return [
        told("rows scrolled through", made.model.rowCount()),
        told("a step of scrolling, p50", f"{statistics.median(spent):.1f} ms"),
        at_most("a step of scrolling, longest", max(spent), 50, " ms", 1),
        at_most("scrolling: UI stall, longest", max(stalls), 50, " ms", 1),
    ]
