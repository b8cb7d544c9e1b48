"""Diagnostics: every figure in a tree that stands still while it changes, and a bundle without secrets or values."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.sessions.manager import OpenRequest
from app.values import Fault
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from ui import theme as themes
from ui.lag import LagMeter
from ui.views.diagnostics import DiagnosticsView

PASSWORD, VALUE, USER = "CANARY-password", "CANARY-value", "CANARY-user"


@pytest.fixture
def view(qtbot: QtBot) -> DiagnosticsView:
    made = DiagnosticsView(themes.LIGHT)
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    return made


def test_rows_stay_where_they_are_while_their_values_change(view: DiagnosticsView) -> None:
    view.show_tree({"feed": {"events": 1, "full": False}, "sessions": {"Plant": {"state": "ready"}, "Gone": {"x": 1}}})
    plant = view._rows["sessions", "Plant"]
    view._rows["sessions",].setExpanded(True)
    view.show_tree({"feed": {"events": 12345, "full": True}, "sessions": {"Plant": {"state": "faulted"}}})
    assert view._rows["feed", "events"].text(1) == "12,345"
    assert view._rows["feed", "full"].text(1) == "yes"
    assert view._rows["sessions", "Plant"] is plant
    assert view._rows["sessions",].isExpanded()
    assert view._rows["sessions",].childCount() == 1


def test_lists_settings_and_missing_values(view: DiagnosticsView) -> None:
    view.show_tree({"tasks": ["a", "b"], "settings": {"lease_s": ("1800.0", "how long (default)")}, "none": None})
    assert view._rows["tasks",].text(1) == "2"
    assert view._rows["tasks", "2"].text(1) == "b"
    assert [view._rows["settings", "lease_s"].text(column) for column in (0, 1, 2)] == [
        "lease s", "1800.0", "how long (default)",
    ]  # fmt: skip
    assert view._rows["none",].text(1) == "—"


def test_filter_and_copy(view: DiagnosticsView) -> None:
    view.show_tree({"feed": {"events": 1, "dropped": 0}, "log": {"events": 2}})
    view._find.setText("events")
    hidden = {path for path, row in view._rows.items() if row.isHidden()}
    assert hidden == {("feed", "dropped")}
    view._find.setText("nonsense")
    assert view._empty.isVisible()
    view._find.clear()
    assert not any(row.isHidden() for row in view._rows.values())
    view.copy()
    assert QApplication.clipboard().text() == "feed\n  events\t1\n  dropped\t0\nlog\n  events\t2"
    view._rows["log", "events"].setSelected(True)
    view.copy()
    assert QApplication.clipboard().text() == "  events\t2"


def test_stalls_are_drawn_and_told(view: DiagnosticsView) -> None:
    view.line.show_stalls([])
    assert not view.line.grab().isNull()
    view.line.show_stalls([0.02, 0.5])
    assert not view.line.grab().isNull()
    assert "at most 500 ms" in view.line.accessibleName()


def test_the_longest_stall_since_the_last_look(qapp: QApplication) -> None:
    lag = LagMeter()
    lag._timer.stop()
    for stall in (0.1, 0.5, 0.2):
        lag.add(stall, 1.0)
    assert lag.take_s() == 0.5
    assert lag.take_s() == 0.0
    assert lag.worst_s() == 0.5


@pytest.fixture
async def made(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWindow]:
    async with scripted_window(qapp, tmp_path, monkeypatch) as window:
        await window.ready()
        yield window


@pytest.mark.clause("S13", "S14")
async def test_every_statistics_settings_tasks_and_versions_are_there(made: ScriptedWindow) -> None:
    desk = made.application.diagnostics
    desk.show()
    paths = set(desk.view._rows)
    session = f"Plant ({made.session.id[:6]})"
    for path in (
        ("engine", "worst_lag_s"),
        ("sessions", session, "distributor", "received"),
        ("sessions", session, "mirror", "queue", "queued"),
        ("feed", "peak"),
        ("event log", "held"),
        ("tag book", "wanted"),
        ("alarms", "waiting"),
        ("program log", "kept"),
        ("window", "worst_stall_s"),
        ("settings", "lease_s"),
        ("tasks",),
        ("versions", "qt"),
        ("metrics", "tagwatch_sessions_opened_total"),
    ):
        assert path in paths, path
    assert "(default)" in desk.view._rows["settings", "lease_s"].text(2)


async def test_it_looks_only_while_somebody_can_see_it(made: ScriptedWindow) -> None:
    desk = made.application.diagnostics
    made.application.desk.second.emit()
    assert not desk.view._rows
    desk.show()
    rows = len(desk.view._rows)
    assert rows > 100
    made.application.desk.figures["more"] = lambda: {"one": 1}
    made.window.show_pane("log")
    made.application.desk.second.emit()
    assert len(desk.view._rows) == rows


async def test_a_bundle_has_no_secret_and_no_value(made: ScriptedWindow, tmp_path: Path) -> None:
    await made.send("Tank.Level", VALUE)
    options = {"endpoint": f"opc.tcp://{USER}:{PASSWORD}@host:1", "password": PASSWORD, "user": USER}
    request = OpenRequest("opcua", options, name="Secret", owner_key="CANARY-owner")
    secret = await made.application.sessions.open(request)
    assert secret is not None
    galaxy = {"galaxy": "grnode", "galaxy_database": "ZB", "password": PASSWORD, "user": USER}
    browsed = await made.application.sessions.open(OpenRequest("mxaccess", galaxy, name="Galaxy"))
    assert browsed is not None
    logger = logging.getLogger("app.somewhere")
    logger.warning("option is %s, value is %s", PASSWORD, VALUE)
    try:
        float("CANARY-error")
    except ValueError:
        logger.exception("failed")
    stderr = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    CANARY-code\nValueError: CANARY-text'
    details = {"exit_code": "1", "stderr": stderr, "value": "CANARY-detail"}
    secret._lost(Fault("SourceRefused", f"login as {USER} with {PASSWORD} failed", details))
    path = tmp_path / "bundle.zip"
    await made.application.diagnostics.save_bundle(path)
    everything = ""
    with zipfile.ZipFile(path) as bundle:
        names = bundle.namelist()
        for name in names:
            everything += bundle.read(name).decode()
    assert "CANARY" not in everything, everything[everything.index("CANARY") - 200 :][:300]
    for spec in (secret.spec, made.session.spec):
        assert spec.nonce not in everything
        assert spec.pipe_name not in everything
    assert {
        "statistics.json",
        "settings.json",
        "versions.json",
        "tasks.json",
        "sessions.json",
        "program log.txt",
    } <= set(names)
    for wanted in ("SourceRefused", '"exit_code": "1"', "x.py, line 1", "ValueError", "lease_s", "app.somewhere"):
        assert wanted in everything, wanted


async def test_a_bundle_that_cannot_be_saved_says_so(made: ScriptedWindow, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        await made.application.diagnostics.save_bundle(tmp_path / "nowhere" / "bundle.zip")
