"""The real window, offscreen, on real workers: first start, browse, trend, write, disconnect, close."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from app.config import Settings
from app.sessions.session import Session
from tests.helpers.engine import QUICK, until
from tests.helpers.launching import children
from ui.application import FIRST, Application
from ui.forms.write import WriteForm

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Application]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt, Settings(**QUICK))
    await made.start()
    yield made
    await made.stop()
    made.window.deleteLater()


async def plant(application: Application) -> Session:
    """The first session of the plant, with live values in the items tree."""
    tags = len(FIRST[0][2])

    def live() -> Session | None:
        for session in application.runtime.manager.list():
            if session.backend == "sim" and len(session.items) == tags:
                return session if all(session.items.sample(item.key) for item in session.items.all()) else None
        return None

    return await until(live, "the live plant")


@pytest.mark.clause("L4")
async def test_the_first_start_is_live(application: Application) -> None:
    session = await plant(application)
    pens = sum(len(entry[3]) for entry in FIRST)
    await until(lambda: len(application.window.trend.pens()) == pens, "the pens")
    assert application.window.isVisible()
    await until(lambda: application.items_model.session_id == session.id, "the chosen session")
    registered = application.items_model.registered.children[0].children
    assert [node.tag for node in registered] == list(FIRST[0][2])
    await until(lambda: application.log_model.rowCount() > 20, "the log")
    await until(lambda: all(len(pen.samples) for pen in application.window.trend.pens()), "samples of every pen")
    await until(lambda: application.items_model.space.children, "the browsed name space")


@pytest.mark.clause("L3")
async def test_every_control_has_a_name(application: Application) -> None:
    await plant(application)
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in application.window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not widget.accessibleName()
        and not widget.objectName().startswith("qt_")
        and type(widget).__module__.startswith("ui")
    ]
    assert nameless == []


@pytest.mark.clause("R1", "R2", "R4", "R5")
async def test_a_write_by_hand_is_confirmed(application: Application) -> None:
    session = await plant(application)
    application.window.sessions.choose(session.id)
    application.writing.write("Sample.Double")
    form: Any = await until(
        lambda: next((w for w in application.window.findChildren(WriteForm) if w.isVisible()), None), "the form"
    )
    labels = {label.accessibleName(): label for label in form.findChildren(type(form._words))}
    await until(lambda: labels["Quality"].text().startswith("good"), "the live value")
    assert labels["Tag"].text().replace("\u200b", "") == "Sample.Double"
    assert labels["Session"].text() == "Simulated plant"
    edit = next(e for e in form.findChildren(QLineEdit) if e.accessibleName() == "New value")
    edit.clear()
    QTest.keyClicks(edit, "12.25")
    item = next(item for item in session.items.all() if item.tag == "Sample.Double")
    assert session.items.sample(item.key).value == 1.5, "typing sends nothing"
    button = next(b for b in form.findChildren(QPushButton) if b.accessibleName() == "Write")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    state = labels["State of the write"]
    await until(lambda: "confirmed" in state.text(), f"the confirmation after {state.text()!r}")
    assert session.items.sample(item.key).value == 12.25
    QTest.keyClick(form, Qt.Key.Key_Escape)
    actions = [application.log_model.entry(row)[1] for row in range(application.log_model.rowCount())]
    assert sum(getattr(what, "words", "").startswith("write") for what in actions) >= 2


@pytest.mark.clause("D1", "D4")
async def test_a_lost_source_shows_a_banner(application: Application) -> None:
    session = await plant(application)
    from app import commands as c

    (item,) = await application.desk.watch(session, ["Sim.Fault.Disconnect"])
    await until(lambda: session.items.sample(item.key), "the fault's tag")
    await session.invoke(c.Write(item.server_handle, item.item_handle, 1.5))
    banners = application.window.banners
    await until(lambda: banners.shown().get(session.id), "the banner")
    words = banners.shown()[session.id]
    assert "told to disconnect" in words
    assert "since" in words
    assert "next attempt" in words
    await until(lambda: session.id not in banners.shown(), "the banner gone again")


@pytest.mark.clause("S11.8")
async def test_a_killed_worker_comes_back_in_the_window(application: Application) -> None:
    session = await plant(application)
    pid = session.worker_pid
    assert pid is not None
    psutil.Process(pid).kill()
    await until(lambda: session.worker_pid != pid and session.state == "Ready", "the new worker")
    pen = next(pen for pen in application.window.trend.pens() if pen.session_id == session.id)
    count = len(pen.samples)
    await until(lambda: len(pen.samples) > count + 3, "the trend going on")


async def test_one_failed_start_dims_no_other_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    first = (FIRST[0], ("nonsense", "Broken", (), ()))
    made = Application(qt, Settings(**QUICK), first=first)
    await made.start()
    session = await plant(made)
    await until(lambda: {row.name: row for row in made.sessions_model.rows()}["Broken"].gone, "the failed row")
    rows = {row.name: row for row in made.sessions_model.rows()}
    assert "nonsense" in rows["Broken"].fault
    assert not rows["Simulated plant"].gone
    assert session.backend == "sim"
    await made.stop()
    made.window.deleteLater()


@pytest.mark.clause("S10.4")
async def test_an_open_dialog_does_not_hold_the_end(application: Application) -> None:
    session = await plant(application)
    application.sessions.kill(session.id)
    application.sources.connect_opcua()
    await asyncio.sleep(0.1)
    await asyncio.wait_for(application.stop(), 10)
    from app import tasks

    await until(lambda: not tasks.running(), "the end of every task")


@pytest.mark.clause("W2")
async def test_values_of_a_dead_worker_are_marked(application: Application) -> None:
    session = await plant(application)
    application.window.sessions.choose(session.id)
    node = application.items_model.registered.children[0].children[0]
    assert session.worker_pid is not None
    psutil.Process(session.worker_pid).kill()
    await until(lambda: "not live" in application.items_model.index_of(node, 3).data(), "the mark")
    await until(lambda: "not live" not in application.items_model.index_of(node, 3).data(), "live again")


async def test_keys_and_menus(application: Application) -> None:
    await plant(application)
    window = application.window
    window.toggle_pause()
    assert window.trend.paused
    assert application.log_model.paused
    window.go_live()
    assert not window.trend.paused
    assert not application.log_model.paused
    application.set_utc(True)
    assert application.log_model.headerData(0, Qt.Orientation.Horizontal) == "Time (UTC)"
    from ui.theme import Mode

    for mode in (Mode.DARK, Mode.LIGHT):
        application.set_mode(mode)
        await asyncio.sleep(0.05)
        assert not window.grab().isNull()


def run_program(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
        env={**os.environ, "TAGWATCH_CONFIG_DIR": str(tmp_path), **environment},
    )


@pytest.mark.clause("S10.4")
def test_the_program_closes_clean(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    done = run_program(tmp_path, "--seconds", "4", "--screenshot", str(picture), QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert picture.stat().st_size > 20_000
    assert children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_without_a_display_it_watches_in_the_terminal(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY", "WAYLAND"))
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ui"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    lines = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert any("good" in line for line in lines)
    assert "no display" in process.stderr.read()
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["watch", "sim", "Reactor", "--count", "1"], 0, "Reactor"),
        (["--worker"], 2, "--pipe"),
        (["--nonsense"], 2, "nonsense"),
        (["--help"], 0, "watch"),
    ],
)
def test_what_the_program_does_without_a_window(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    done = run_program(tmp_path, *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr


def test_a_bad_setting_stops_the_start(tmp_path: Path) -> None:
    done = run_program(tmp_path, QT_QPA_PLATFORM="offscreen", TAGWATCH_SESSIONS="many")
    assert done.returncode == 2
    assert "TAGWATCH_SESSIONS" in done.stderr


#: Whatever runs the tests: nohup's answer to a terminal that is closed would be handed on.
START = """
import signal, sys, ui.__main__
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.exit(ui.__main__.main([]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_closes_the_window_in_good_order(tmp_path: Path, number: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TAGWATCH_CONFIG_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert process.stderr is not None
    end = time.monotonic() + 30
    while not psutil.Process(process.pid).children() and time.monotonic() < end:
        time.sleep(0.05)
    workers = psutil.Process(process.pid).children()
    process.send_signal(getattr(signal, number))
    assert process.wait(20) == 0
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=2)
    assert alive == []
    assert list(tmp_path.glob("autosave*")), "what was open is kept"
