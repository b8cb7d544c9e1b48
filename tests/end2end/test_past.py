"""The past in the trends of a real window: of the recorder from the start before, and of an OPC UA server."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtWidgets import QApplication

from app.config import Settings
from tests.helpers import opcua_server
from tests.helpers.engine import QUICK, until
from tests.helpers.opcua_server import KEPT, KEPT_FROM_NS
from ui.application import Application, First
from ui.plots.past import Origin
from ui.sources import Source
from ui.tagref import TagRef

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TAG = "Reactor.PV"
FIRST: tuple[First, ...] = (("sim", "Plant", (TAG,), (TAG,)),)


@asynccontextmanager
async def window(
    folder: Path, monkeypatch: pytest.MonkeyPatch, first: tuple[First, ...] = FIRST, **settings: Any
) -> AsyncIterator[Application]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(folder))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt, Settings(**{**QUICK, **settings}), first)
    await made.start()
    yield made
    await made.stop()
    made.window.deleteLater()


def pen_of(application: Application, tag: str = TAG) -> Any:
    return next((pen for pen in application.window.trend.pens() if pen.tag == tag), None)


@pytest.mark.clause("H2", "T5")
async def test_a_trend_shows_what_was_recorded_before_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with window(tmp_path, monkeypatch) as application:
        pen = await until(lambda: pen_of(application), "the pen")
        await until(lambda: len(pen.samples) > 10, "samples")
        before = dict(zip(pen.samples.times.tolist(), pen.samples.values.tolist(), strict=True))
    async with window(tmp_path, monkeypatch) as application:
        trend = application.window.trend
        pen = await until(lambda: pen_of(application), "the pen")
        await until(lambda: len(pen.samples) > 5, "samples")
        past = await until(lambda: pen.past, "the past of the pen")
        kept = dict(zip(past.samples.times.tolist(), past.samples.values.tolist(), strict=True))
        missing = [at for at, value in before.items() if kept.get(at) != value]
        assert len(missing) <= 1, "every sample that memory had, but for what came as the program ended"
        border = int(pen.samples.times[0])
        (*_, gap) = pen.lacking(past.start_ns, border)
        assert max(before) <= gap[0] < gap[1] <= border, "between the two runs nothing is held"
        await until(lambda: "from the recorder before" in trend.bar.drawn.toolTip(), "where it is from")
        drawn = pen.curve.drawing
        assert drawn.x.min() <= min(before) / 1e9 + 0.001
        path = tmp_path / "out.csv"
        times = past.start_ns / 1e9, border / 1e9 + 1
        await application.trends._files.export(trend, path, times, aligned=False)
        with path.open(encoding="utf-8-sig", newline="") as file:
            origins = [row["From"] for row in csv.DictReader(file)]
        assert {Origin.RECORDER, Origin.MEMORY} == set(origins)
        assert origins == sorted(origins, key=[Origin.RECORDER, Origin.MEMORY].index)


@pytest.mark.clause("H2", "H1")
async def test_the_history_of_a_server_is_drawn_where_nothing_was_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opcua_server.running(tmp_path / "server") as server:
        async with window(tmp_path / "config", monkeypatch) as application:
            options = {"endpoint": server.endpoint, "certificate_dir": str(tmp_path)}
            assert await application.sources.open(Source("Server", "opcua", options)) is not None
            trend = application.window.trend
            application.trends.add(trend, [TagRef("Server", "ns=2;s=Kept")])
            pen = await until(lambda: pen_of(application, "ns=2;s=Kept"), "the pen")
            await until(lambda: pen.key, "its item")
            start = KEPT_FROM_NS / 1e9
            trend.show_times(start - 100, start + KEPT + 100)

            def loaded() -> Any:
                return pen.past if pen.past and pen.past.start_ns < KEPT_FROM_NS else None

            past = await until(loaded, "the past")
            values = past.samples.values[past.samples.classes == 0].tolist()
            assert values == [float(number) for number in range(KEPT) if number != 700]
            assert pen.joined.origin(KEPT_FROM_NS + 5 * 10**9) is Origin.SOURCE
            assert pen.lacking(past.start_ns, KEPT_FROM_NS + 10**9) == [(past.start_ns, KEPT_FROM_NS)]
            await until(lambda: trend._loading is None, "the end of the loading")
            # Another tag of the same source, of which the server keeps nothing: all of it is lacking, and said once.
            application.trends.add(trend, [TagRef("Server", "ns=2;s=ReadOnly")])
            other = await until(lambda: pen_of(application, "ns=2;s=ReadOnly"), "the pen")
            await until(lambda: other.past and other.key, "its past")
            assert not len(other.past.samples)
            # Panned on before it is there, the load is given up, and what is looked at in the end is loaded.
            for hours in range(1, 6):
                trend.show_times(start - hours * 3600, start - hours * 3600 + 600)
            trend.show_times(start + 100, start + 200)
            await until(lambda: pen.joined.covers(*(round(at * 1e9) for at in trend.visible_range()), 1, 2**62), "it")
            await until(lambda: not application.trends.past._works, "the end of all loads")


@pytest.mark.clause("H5", "T5")
async def test_what_a_server_kept_while_nobody_listened_fills_the_hole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opcua_server.running(tmp_path / "server") as server:
        async with window(tmp_path / "config", monkeypatch, (), record=False, heartbeat_grace_s=1.0) as application:
            options = {"endpoint": server.endpoint, "certificate_dir": str(tmp_path)}
            session = await application.sources.open(Source("Server", "opcua", options))
            assert session is not None
            trend = application.window.trend
            application.trends.add(trend, [TagRef("Server", "ns=2;s=Level")])
            pen = await until(lambda: pen_of(application, "ns=2;s=Level"), "the pen")
            await until(lambda: len(pen.samples) > 5, "samples")
            worker = psutil.Process(session.worker_pid)
            worker.suspend()  # it is found silent, and another one takes over: that takes longer than a second
            await until(lambda: session.worker_pid not in (None, worker.pid) and session.state == "Ready", "a new one")
            (hole,) = await until(lambda: pen.line.holes or [], "the hole")
            assert hole[1] - hole[0] >= 10**9
            await until(lambda: hole not in pen.line.holes, "what the server had", 30)
            inside = [at for at in pen.samples.times.tolist() if hole[0] < at < hole[1]]
            assert len(inside) >= (hole[1] - hole[0]) // 10**9 * 5, "it changed ten times a second"
            assert pen.joined.origin(inside[len(inside) // 2]) is Origin.SOURCE
            assert sum(stop - start for start, stop in pen.lacking(*hole)) < 5 * 10**8, "until the server's first"
