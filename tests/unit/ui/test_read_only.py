"""Read-only mode in the window: what shows it, what it disables, and that it is kept."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app import commands as c
from app.errors import GatewayError
from app.records.audited import Request
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from ui.desk.read_only import ReadOnlyDesk
from ui.forms.write import WriteForm


def _write_entry(menu: QMenu) -> QAction:
    (entry,) = [action for action in menu.actions() if action.text() == "Write …"]
    return entry


def _label(scripted: Scripted) -> str:
    label = scripted.application.read_only._label
    return label.text() if label.isVisibleTo(scripted.window) else ""


@pytest.mark.clause("R11")
async def test_the_whole_window_is_read_only_and_says_so(scripted: Scripted) -> None:
    await scripted.ready()
    window = scripted.window
    scripted.choose("Tank.Level")
    write = scripted.action("Write …")
    assert write.isEnabled()
    write.trigger()
    form = await until(lambda: next(iter(window.findChildren(WriteForm)), None), "the form")
    scripted.action("Read-only").trigger()
    words = "Read-only: nothing is written from this window."
    assert window.windowTitle().startswith("Read-only – ")
    assert _label(scripted) == "Read-only"
    assert not write.isEnabled()
    assert write.toolTip() == words
    assert (form._words.text(), form._write.isEnabled()) == (words, False)
    node = window.items._model.node(window.items.currentIndex())
    menu = window.items.menu_of(node)
    assert not _write_entry(menu).isEnabled()
    assert _write_entry(menu).toolTip() == words
    menu.deleteLater()
    before = len(window.findChildren(WriteForm))
    window.items.write_wanted.emit("Tank.Level")
    await until(lambda: window.statusBar().currentMessage() == words, "the reason")
    assert len(window.findChildren(WriteForm)) == before
    session = scripted.application.runtime.manager.list()[0]
    with pytest.raises(GatewayError, match="read-only"):
        await scripted.application.writing.writer.intend(session, session.items.all()[0], Request(1.0))
    scripted.action("Read-only").trigger()
    assert write.isEnabled()
    assert not window.windowTitle().startswith("Read-only")
    assert not _label(scripted)
    assert not any(isinstance(command, c.Write) for client in scripted.launcher.clients for command in client.commands)


@pytest.mark.clause("R11")
async def test_a_session_is_read_only_alone(scripted: Scripted) -> None:
    await scripted.ready()
    window = scripted.window
    sessions = {session.name: session for session in scripted.application.runtime.manager.list()}
    window.sessions.choose(sessions["Simulated plant"].id)
    scripted.choose("Tank.Level")
    (row,) = [row for row in window.sessions._model.rows() if row.name == "Simulated plant"]
    dict(window.sessions.actions_of(row))["Make read-only"]()
    assert "Allow writing" in dict(window.sessions.actions_of(row))
    assert _label(scripted) == "Read-only: Simulated plant"
    assert window.windowTitle().startswith("Read-only: Simulated plant – ")
    assert not scripted.action("Write …").isEnabled()
    assert scripted.action("Session read-only").isChecked()
    window.sessions.choose(sessions["This computer"].id)
    assert not scripted.action("Session read-only").isChecked()
    mode = scripted.application.writing.read_only
    assert mode.reason("Simulated plant")
    assert not mode.reason("This computer")
    scripted.action("Read-only").trigger()
    assert _label(scripted) == "Read-only"
    again = ReadOnlyDesk(scripted.application.desk, scripted.application.writing, scripted.application.items_model)
    assert mode.sessions == {"Simulated plant"}
    assert scripted.application.desk.kept.value("read only/whole") == "true"
    again.deleteLater()


@pytest.mark.clause("R11")
async def test_read_only_from_the_command_line_is_for_one_run(scripted: Scripted) -> None:
    await scripted.ready()
    scripted.application.desk.set_read_only(True)
    assert _label(scripted) == "Read-only"
    assert scripted.action("Read-only").isChecked()
    assert scripted.application.desk.kept.value("read only/whole", "false") == "false"
