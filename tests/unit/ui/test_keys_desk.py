"""API keys in the window: what the table says, and what is done to the store."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDialog, QLabel, QLineEdit, QMessageBox, QWidget
from PySide6.QtWidgets import QPlainTextEdit as Lines
from PySide6.QtWidgets import QPushButton as Button
from PySide6.QtWidgets import QTableWidget as Table
from pytestqt.qtbot import QtBot

from app.access import key_file
from app.access.keys import KEY_PATTERN, Constraints, KeyInfo, KeySpec, KeyText
from app.access.pepper import load
from app.access.scopes import READING, Scope
from app.config import ApiTls, Settings
from app.tasks import SystemClock
from app.values import NS_PER_S, SecurityClass
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from tests.unit.ui.test_keyboard import name_of, reachable, told_name
from ui.desk.help import TOPICS
from ui.forms.keys import KeysForm, ShownKeyForm
from ui.forms.new_key import NewKeyForm
from ui.key_words import SCOPES, STATES, limits_text, scopes_text
from ui.theme import LIGHT

_W = TypeVar("_W", bound=QWidget)
NOW = 1_750_000_000 * NS_PER_S


def part(form: QWidget, kind: type[_W], name: str) -> _W:
    (found,) = [widget for widget in form.findChildren(kind) if widget.accessibleName() == name]
    return found


def rows(form: KeysForm) -> list[list[str]]:
    table = part(form, Table, "API keys")
    cells = [[table.item(row, column) for column in range(table.columnCount())] for row in range(table.rowCount())]
    return [[cell.text() if cell is not None else "" for cell in line] for line in cells]


def kept(directory: Path) -> list[KeyInfo]:
    if not (directory / "keys.sqlite").exists():
        return []
    with key_file.opened(directory / "keys.sqlite", directory / "private" / "pepper") as file:
        return file.all()


def holding(directory: Path, secret: bytes) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file() and secret in path.read_bytes()]


async def opened(scripted: Scripted) -> KeysForm:
    await scripted.ready()
    scripted.action("API keys …").trigger()
    form = scripted.application.keys.form
    assert form is not None
    await until(lambda: not scripted.application.keys._looking, "the keys")
    return form


async def dialog(form: QWidget, kind: type[QDialog]) -> QDialog:
    found = await until(lambda: [one for one in form.findChildren(kind) if one.isVisible()], "the dialog")
    return found[0]


async def created(form: KeysForm, name: str) -> str:
    part(form, Button, "New …").click()
    asked = await dialog(form, NewKeyForm)
    part(asked, QLineEdit, "Name of the key").setText(name)
    asked.accept()
    shown = await dialog(form, ShownKeyForm)
    return part(shown, QLineEdit, "API key").text()


@pytest.mark.clause("X11")
async def test_a_key_is_made_shown_once_and_told_nowhere(
    scripted: Scripted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    form = await opened(scripted)
    assert rows(form) == []
    assert not part(form, Button, "Revoke …").isEnabled()
    text = await created(form, "desk")
    (info,) = kept(tmp_path)
    with key_file.opened(tmp_path / "keys.sqlite", tmp_path / "private" / "pepper") as file:
        assert info.digest == KeyText.parse(text).digest(load(tmp_path / "private" / "pepper").content)
        assert [(line.action, line.key_id) for line in file.record()] == [("created", info.id)]
    shown = await dialog(form, ShownKeyForm)
    part(shown, Button, "Copy").click()
    assert QApplication.clipboard().text() == text
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    await until(lambda: not form.findChildren(ShownKeyForm), "the end of the key's form")
    (row,) = rows(form)
    assert row[:3] == ["desk", "all reading", "—"]
    assert row[4:] == ["never", "active"]
    secret = text.rpartition(info.id)[2]
    said = [*(label.text() for label in scripted.window.findChildren(QLabel)), caplog.text, *row]
    said += [widget.toolTip() for widget in scripted.window.findChildren(QWidget)]
    assert not [words for words in said if secret in words or KEY_PATTERN.search(words)]
    assert not holding(tmp_path, secret.encode())


@pytest.mark.clause("X11")
async def test_a_key_is_rotated_revoked_and_deleted_after_a_question(scripted: Scripted, tmp_path: Path) -> None:
    form = await opened(scripted)
    await created(form, "desk")
    (await dialog(form, ShownKeyForm)).reject()
    (before,) = kept(tmp_path)

    async def answer(button: str, choice: QMessageBox.StandardButton) -> str:
        part(form, Button, button).click()
        box = await dialog(form, QMessageBox)
        assert isinstance(box, QMessageBox)
        words = box.text()
        assert box.textFormat() is Qt.TextFormat.PlainText
        assert box.defaultButton() is box.button(QMessageBox.StandardButton.No)
        box.button(choice).click()
        return words

    yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
    await answer("Revoke …", no)
    await until(lambda: not form.findChildren(QMessageBox), "the end of the question")
    assert kept(tmp_path) == [before]
    await answer("New secret …", yes)
    shown = await dialog(form, ShownKeyForm)
    assert part(shown, QLineEdit, "API key").text().startswith(f"tw_{before.id}_")
    assert kept(tmp_path)[0].digest != before.digest
    shown.reject()
    assert "cannot be undone" in await answer("Revoke …", yes)
    await until(lambda: rows(form)[0][-1] == "revoked", "the revoked key")
    assert not part(form, Button, "New secret …").isEnabled()
    assert not part(form, Button, "Revoke …").isEnabled()
    assert "cannot be undone" in await answer("Delete …", yes)
    await until(lambda: not rows(form), "the deletion")
    assert kept(tmp_path) == []


@pytest.mark.clause("X11")
async def test_what_another_program_does_is_seen_and_a_broken_store_is_told(scripted: Scripted, tmp_path: Path) -> None:
    form = await opened(scripted)
    with key_file.opened(tmp_path / "keys.sqlite", tmp_path / "private" / "pepper", make=True) as file:
        file.create(KeySpec("other", READING), SystemClock().utc_ns(), "somebody@here")
    scripted.application.keys._looked = float("-inf")
    scripted.application.keys._look()
    await until(lambda: [row[0] for row in rows(form)] == ["other"], "the key of another program")
    (tmp_path / "private" / "pepper").unlink()
    part(form, Button, "New …").click()
    asked = await dialog(form, NewKeyForm)
    part(asked, QLineEdit, "Name of the key").setText("more")
    asked.accept()
    state = part(form, QLabel, "State")
    await until(lambda: "is not there: without it no key can be checked" in state.text(), "the reason")
    assert [row[0] for row in rows(form)] == ["other"]


@pytest.mark.clause("X11")
async def test_the_notice_tells_whether_and_where_the_api_is(scripted: Scripted) -> None:
    form = await opened(scripted)
    notice, offer = part(form, QLabel, "State of the API"), part(form, Button, "Offer the API")
    api = scripted.application.api
    assert "The API is off" in notice.text()
    assert offer.isVisibleTo(form)
    api.host._served.settings = Settings(api_port=0)
    offer.click()
    await until(lambda: api.host.address and not offer.isVisibleTo(form), "the API")
    assert f"listens on {api.host.address} without TLS" in notice.text()
    api.host._served.settings = Settings(api_port=0, api_tls=ApiTls.OWN)
    api.changed.emit()
    assert notice.text() == f"The API listens on {api.host.address} with TLS."
    api.host._served.settings = Settings(api_port=0, api_authentication=False)
    api.changed.emit()
    assert "asks for no key" in notice.text()
    api.switch.setChecked(False)
    await until(lambda: "The API is off" in notice.text(), "the end of the API")


@pytest.mark.clause("X11")
def test_the_form_gives_what_was_chosen_and_keeps_open_what_cannot_be(qtbot: QtBot) -> None:
    form = NewKeyForm(LIGHT, SystemClock())
    qtbot.addWidget(form)
    form.show()
    boxes = {scope: part(form, QCheckBox, f"{scope}: {scope.words}") for scope in Scope}
    assert {scope for scope, box in boxes.items() if box.isChecked()} == READING
    create = next(button for button in form.findChildren(Button) if button.text() == "Create")
    assert not create.isEnabled()
    part(form, QLineEdit, "Name of the key").setText(" desk ")
    for box in boxes.values():
        box.setChecked(False)
    assert not create.isEnabled()
    assert part(form, QLabel, "Problem").text() == "A key needs at least one scope."
    boxes[Scope.INVOKE_WRITE].setChecked(True)
    part(form, Lines, "Tags that it may read and get events of").setPlainText("Tank101\n\n *.Level \n")
    part(form, Lines, "Sources and sessions that it may use, by their names").setPlainText("Plant")
    part(form, QCheckBox, "Read-only: no writes, whatever its scopes").setChecked(True)
    part(form, QComboBox, "Highest class of tags that it may write").setCurrentText("Operate")
    for field, wrong, words in (
        ("When the key ends", "soon", "neither a span like 90d"),
        ("Calls a second", "many", "no number of calls"),
        ("Calls a second", "-1", "must be above 0"),
    ):
        edit = part(form, QLineEdit, field)
        edit.setText(wrong)
        create.click()
        assert form.isVisible()
        assert words in part(form, QLabel, "Problem").text()
        edit.setText("")
    part(form, QLineEdit, "When the key ends").setText("90d")
    part(form, QLineEdit, "Calls a second").setText("5")
    create.click()
    spec = form.spec
    assert spec is not None
    assert not form.isVisible()
    assert spec.name == "desk"
    assert spec.scopes == {Scope.INVOKE_WRITE}
    limits = Constraints(("Plant",), None, ("Tank101", "*.Level"), None, True, SecurityClass.OPERATE)
    assert spec.constraints == limits
    assert spec.calls_per_s == 5
    assert spec.expires_ns is not None
    assert limits_text(spec) == (
        "only sources Plant; reads only Tank101, *.Level; read-only; writes tags up to Operate; 5 calls a second"
    )


@pytest.mark.clause("X11")
def test_a_name_is_no_markup(qtbot: QtBot) -> None:
    form = KeysForm(LIGHT)
    qtbot.addWidget(form)
    form.show_keys([KeyInfo("a" * 16, KeySpec("<b>desk</b>", READING), NOW, b"")], NOW, utc=True)
    item = part(form, Table, "API keys").item(0, 0)
    assert item is not None
    assert item.text() == "<b>desk</b>"
    assert "&lt;b&gt;desk" in item.toolTip()
    assert form.name_of("a" * 16) == "<b>desk</b>"


@pytest.mark.clause("X11")
@pytest.mark.clause("L3")
def test_the_forms_are_walked_by_keys_and_closed_by_escape(qtbot: QtBot) -> None:
    table = KeysForm(LIGHT)
    table.show_keys([KeyInfo("a" * 16, KeySpec("desk", READING), NOW, b"")], NOW, utc=True)
    table.show_notice("off", warned=True, offer=True)
    for form in (table, NewKeyForm(LIGHT, SystemClock()), ShownKeyForm("desk", KeyText.new())):
        qtbot.addWidget(form)
        form.show()
        wanted = reachable(form)
        assert len(wanted) > 2
        assert not [name_of(widget) for widget in wanted if not told_name(widget)]
        seen: set[QWidget | None] = set()
        for _ in range(60):
            seen.add(form.focusWidget())
            QTest.keyClick(form.focusWidget() or form, Qt.Key.Key_Tab)
        assert not [name_of(widget) for widget in wanted if widget not in seen]
        QTest.keyClick(form, Qt.Key.Key_Escape)
        assert not form.isVisible()
        if form.objectName():
            assert TOPICS[form.objectName()] == "api"


@pytest.mark.clause("X11")
def test_the_words_are_those_of_the_engine() -> None:
    assert {scope: scope.words for scope in Scope} == SCOPES
    info = KeyInfo("a" * 16, KeySpec("desk", READING, expires_ns=NOW), NOW, b"")
    assert {info.state(NOW), info.state(NOW - 1)} | {"revoked"} == set(STATES)
    assert scopes_text(frozenset((*READING, Scope.INVOKE_WRITE))) == "all reading, invoke:write"
    assert scopes_text(frozenset((Scope.ADMIN, Scope.INVOKE_READ))) == "admin: everything"
    assert scopes_text(frozenset((Scope.EVENTS_READ, Scope.INVOKE_READ))) == "invoke:read, events:read"
    nothing = KeySpec("desk", READING, Constraints((), (), (), ()))
    assert limits_text(nothing) == "no source; browses nothing; reads nothing; writes nothing"
