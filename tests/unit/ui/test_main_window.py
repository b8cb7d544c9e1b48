"""The window on a scripted engine: what opens first, what can be done when, what the status bar says, how it closes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolBar, QToolButton

from app.commands import Register, TagProperties
from app.config import Settings
from app.sessions.manager import OpenRequest
from app.workers.contract import StartStep
from tests.helpers.batches import batch
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from ui import theme as themes
from ui.application import Application
from ui.forms.properties import PropertiesDialog
from ui.forms.write import WriteForm
from ui.main_window import MainWindow
from ui.models.items import ItemsModel
from ui.models.log import LogModel
from ui.models.sessions import SessionsModel
from ui.tagbook import TagBook
from ui.theme import DARK, LIGHT, Mode
from ui.views.help import topics


@pytest.mark.clause("L4")
async def test_the_first_start_opens_both_sessions_and_fills_every_pane(scripted: Scripted) -> None:
    await scripted.ready()
    application = scripted.application
    rows = {row.name: row.state.words for row in application.sessions_model.rows()}
    assert rows == {"Simulated plant": "ready", "This computer": "ready"}
    current = scripted.window.sessions.current()
    assert current is not None
    assert current.name == "Simulated plant"
    registered = application.items_model.registered.children[0].children
    assert [node.tag for node in registered] == ["Tank.Level", "Pump.Flow"]
    assert [node.name for node in application.items_model.space.children] == ["Area", "t"]
    pens = {(pen.session_name, pen.tag) for pen in scripted.window.trend.pens()}
    assert pens == {("Simulated plant", "Tank.Level"), ("This computer", "CPU.Total")}
    (plant,) = [client for client in scripted.launcher.clients if client.spec.backend == "sim"]
    plant.send(batch(1, 3, registered[0].key, 1.234))
    application.feed.flush()
    await until(lambda: application.log_model.rowCount() >= 3, "the log")
    assert all(dock.isVisible() for dock in scripted.window._panes.values())
    assert "Double-click" in scripted.window._hint.text()


async def test_a_source_that_does_not_start_dims_no_other(scripted: Scripted) -> None:
    scripted.launcher.gates[StartStep.STARTING_WORKER].close()
    await scripted.application.start()
    await until(lambda: scripted.status("Sessions") == "0 ready, 2 starting", "the status")
    assert scripted.window.isVisible()
    scripted.launcher.gates[StartStep.STARTING_WORKER].open()
    await until(lambda: len(scripted.window.trend.pens()) == 2, "the pens")
    scripted.application.look()
    assert scripted.status("Sessions") == "2 ready"


async def test_what_needs_a_tag_is_enabled_with_one(scripted: Scripted) -> None:
    names = ("Write …", "Add to trend", "Properties")
    assert not any(scripted.action(name).isEnabled() for name in names)
    await scripted.ready()
    scripted.choose("Pump.Flow")
    assert all(scripted.action(name).isEnabled() for name in names)
    scripted.choose("")
    assert not any(scripted.action(name).isEnabled() for name in names)
    scripted.choose("Pump.Flow")
    scripted.action("Add to trend").trigger()
    await until(lambda: len(scripted.window.trend.pens()) == 3, "the pen")
    scripted.application.items_model.show("", None)
    assert not any(scripted.action(name).isEnabled() for name in names)


async def test_properties_are_asked_for_by_menu_and_keys(scripted: Scripted) -> None:
    await scripted.ready()
    scripted.choose("Pump.Flow")
    items = scripted.window.items
    menu = items.menu_of(scripted.application.items_model.node(items.currentIndex()))
    assert isinstance(menu, QMenu)
    words = {action.text(): action for action in menu.actions() if not action.isSeparator()}
    expected = {"Add to trend", "Watch", "Write …", "Alarm limits …", "Copy address", "Properties", "Remove"} | {
        "Show in the name space"
    }
    assert set(words) == expected
    words["Properties"].trigger()
    (dialog,) = scripted.window.findChildren(PropertiesDialog)
    await until(lambda: dialog._table.topLevelItemCount() == 6 + 3, "the live value and the properties")
    assert "Pump.Flow" in dialog.windowTitle()
    QTest.keyClick(items, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert len(scripted.window.findChildren(PropertiesDialog)) == 2
    menu.deleteLater()


@pytest.mark.clause("L2")
async def test_a_theme_switch_reaches_drawings_and_open_forms(scripted: Scripted) -> None:
    application, window = scripted.application, scripted.window
    await scripted.ready()
    application.set_mode(Mode.LIGHT)
    scripted.choose("Tank.Level")
    scripted.action("Write …").trigger()
    form = await until(lambda: next(iter(window.findChildren(WriteForm)), None), "the form")
    assert LIGHT.muted in form._words.styleSheet()

    def ink(action: QAction) -> str:
        image = action.icon().pixmap(QSize(24, 24), 1.0).toImage()
        solid = [(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() == 255]
        return image.pixelColor(*solid[0]).name()

    assert ink(scripted.action("Write …")) == LIGHT.text
    application.set_mode(Mode.DARK)
    assert DARK.muted in form._words.styleSheet()
    assert LIGHT.muted not in form._words.styleSheet()
    assert all(ink(action) == DARK.text for action in window._icons if action.isEnabled())
    assert DARK.muted in window.log._counts.styleSheet()
    application.set_mode(Mode.LIGHT)


@pytest.mark.clause("L3")
async def test_f1_shows_the_page_of_the_pane_and_every_key_has_its_line(scripted: Scripted) -> None:
    await scripted.ready()
    window = scripted.window
    QTest.keyClick(window, Qt.Key.Key_F1)
    pages = scripted.application.help._window
    assert pages is not None
    assert pages.topic() == "start"
    window.activateWindow()
    window.items.setFocus()
    scripted.application.help.show_here()
    assert pages.topic() == "items"
    keys = next(topic.text for topic in topics() if topic.name == "keys")
    mute = {
        action.shortcut().toString()
        for action in window.findChildren(QAction)
        if not action.shortcut().isEmpty() and action.shortcut().toString() not in keys
    }
    assert not mute, f"the page of keys (resources/help) lacks {sorted(mute)}"


async def test_tools_have_words_beside_their_drawings(scripted: Scripted) -> None:
    (tools,) = scripted.window.findChildren(QToolBar)
    shown = [action for action in tools.actions() if not action.isSeparator()]
    assert [action.iconText() for action in shown] == [
        "Open OPC UA", "Write", "Add to trend", "Pause", "Live", "Find", "UTC"
    ]  # fmt: skip
    assert not any(action.icon().isNull() for action in shown)
    for action in shown:
        button = tools.widgetForAction(action)
        assert isinstance(button, QToolButton)
        assert button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextBesideIcon


@pytest.mark.clause("L3")
async def test_one_key_pauses_trend_and_log_together(scripted: Scripted) -> None:
    await scripted.ready()
    window = scripted.window
    window.toggle_pause()
    assert (window.trend.paused, window.log.paused) == (True, True)
    window.toggle_pause()
    assert (window.trend.paused, window.log.paused) == (False, False)
    window.log.pause()
    window.toggle_pause()
    assert (window.trend.paused, window.log.paused) == (False, False), "it never swaps what is paused"


async def test_the_status_bar_says_what_is_lost_and_counts_what_closes(scripted: Scripted) -> None:
    await scripted.ready()
    application = scripted.application
    application.look()
    assert scripted.status("Sessions") == "2 ready"
    assert scripted.status("Lost") == "nothing lost"
    assert scripted.status("Events/s").endswith("events/s")
    assert scripted.status("Longest stall").startswith("stall ")
    application.feed._miss("s", events=5, notices=2)
    scripted.launcher.clients[0].shutdown_gate.close()
    application.sessions.close(application.sessions_model.rows()[0].id)
    await until(lambda: scripted.launcher.clients[0].calls, "the close")
    application.look()
    assert scripted.status("Sessions") == "1 ready, 1 closing"
    assert scripted.status("Lost") == "7 dropped, 0 coalesced"
    application.set_utc(True)
    assert scripted.status("Clock").endswith(" UTC")
    scripted.launcher.clients[0].shutdown_gate.open()
    await until(lambda: len(application.runtime.manager.list()) == 1, "the end of the session")
    application.look()
    assert scripted.status("Sessions") == "1 ready"


async def test_closing_stops_the_engine_and_keeps_the_layout(scripted: Scripted) -> None:
    await scripted.ready()
    application, window = scripted.application, scripted.window
    window.close()
    window.close()
    await application.wait_closed()
    assert window.isVisible(), "closing is a request"
    await application.stop()
    assert not window.isVisible()
    assert all(client.gone or "aclose" in client.calls for client in scripted.launcher.clients)
    assert application.desk.kept.value("layout") is not None


# ---- the window alone


@pytest.fixture
def alone(qapp: QApplication, tmp_path: Path) -> Any:
    made: list[MainWindow] = []

    async def nobody(session_id: str, tag: str) -> TagProperties:
        return TagProperties(())

    themes.apply(qapp, themes.Mode.LIGHT)  # its style sheet decides what has room

    def make(screen: QSize | None = None) -> MainWindow:
        kept = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        book = TagBook(nobody)
        log = LogModel(LIGHT, lambda session, key: "", lambda session: session)
        window = MainWindow(LIGHT, SessionsModel(LIGHT), ItemsModel(LIGHT, book), log, kept)
        window.settle()
        made.append(window)
        if screen is not None:
            window.resize(screen)
        window.show()
        QApplication.processEvents()
        return window

    yield make
    for window in made:
        window.hide()
        window.trends.stop()
        window.deleteLater()


@pytest.mark.clause("L2")
@pytest.mark.parametrize("size", [(1500, 900), (1280, 760), (1066, 626), (853, 493)])
def test_nothing_that_matters_is_cut(alone: Callable[..., MainWindow], size: tuple[int, int]) -> None:
    window = alone(QSize(*size))
    assert (window.width(), window.height()) == size, "the parts leave it its size"
    for view in (window.sessions, window.items, window.log._table):
        columns = view.columns if view is not window.log._table else window.log.columns  # type: ignore[union-attr]
        header = columns._header
        least = columns._least()
        shown = [number for number in least if not header.isSectionHidden(number)]
        assert all(header.sectionSize(number) >= least[number] for number in shown)
        room = view.viewport().width()
        assert sum(header.sectionSize(number) for number in shown) <= room, (type(view).__name__, size)
    log = window.log
    parts = [log._find, log._kinds, log._sessions, log._severities, log._state, log._follow]
    lefts = [part.geometry().left() for part in parts]
    assert lefts == sorted(lefts)
    assert all(one.geometry().right() < other.geometry().left() for one, other in pairwise(parts))
    labels = [label for label in window.statusBar().findChildren(QLabel) if label is not window._hint]
    assert all(label.width() >= label.sizeHint().width() for label in labels)


@pytest.mark.clause("L2")
async def test_the_window_with_all_panes_fits_a_small_screen_at_150_percent(scripted: Scripted) -> None:
    await scripted.ready()
    least = scripted.window.minimumSizeHint()
    assert (least.width() <= 1066, least.height() <= 660) == (True, True), least


def test_a_figure_that_changes_does_not_move_its_neighbours(alone: Callable[..., MainWindow]) -> None:
    window = alone()
    window.show_status("2 ready", 123_456, "nothing lost", 0.1234, "2026-01-01 00:00:00", True)
    QApplication.processEvents()
    before = window._status["Sessions"].x()
    window.show_status("2 ready", 1, "nothing lost", 0.001, "2026-01-01 00:00:01", True)
    QApplication.processEvents()
    assert window._status["Sessions"].x() == before
    assert window._status["Events/s"].text() == "1 events/s"


@pytest.mark.clause("F2")
def test_a_layout_that_is_not_whole_never_reaches_qt(
    alone: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of them make the process crash: here nothing may be restored at all."""
    window = alone()
    whole = window.layout_state()
    assert window.restore_layout(whole)
    given: list[bytes] = []
    monkeypatch.setattr(window, "restoreState", lambda state, version: given.append(bytes(state)))
    for place in range(0, len(whole), 7):
        assert not window.restore_layout(whole[:place] + bytes([whole[place] ^ 0x80]) + whole[place + 1 :])
        assert not window.restore_layout(whole[:place])
    assert not given


def test_a_layout_is_kept_and_can_be_reset(alone: Callable[..., MainWindow]) -> None:
    first = alone()
    first.pane("log").hide()
    first.keep_layout()
    first._settings.sync()
    assert not alone().pane("log").isVisible()
    again = alone()
    again.reset_layout()
    QApplication.processEvents()
    assert again.pane("log").isVisible()


async def test_a_window_ini_that_holds_nonsense_stops_no_start(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    wrong = (
        "[General]\ntheme=purple\nlanguage=xx\nlocked=7\ngeometry=banana\nlayout=3\nworkspace=@Invalid()\n"
        'recent_sources="[3, {\\"name\\": 5}]"\nrecent_workspaces=\n[log]\ndetails=7\n'
    )
    (tmp_path / "window.ini").write_text(wrong, encoding="utf-8")
    application = Application(qapp, Settings(), ())
    try:
        await application.start()
        assert application.window.isVisible()
        theme, language = [one for one in application.window.findChildren(QAction) if one.text() == "System"]
        assert theme.isChecked()
        assert language.isChecked()
    finally:
        await application.stop()
        application.window.deleteLater()


async def test_everybody_in_the_window_shares_one_server_handle(scripted: Scripted) -> None:
    await scripted.ready()
    desk = scripted.application.desk
    session = await desk.runtime.manager.open(OpenRequest("sim", name="Another plant", keep_alive=True))
    handles = await asyncio.gather(*(desk.handle(session) for _ in range(3)))
    (client,) = [one for one in scripted.launcher.clients if one.spec.session_id == session.id]
    assert len(set(handles)) == 1
    assert sum(isinstance(command, Register) for command in client.commands) == 1
