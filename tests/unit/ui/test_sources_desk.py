"""Sources are opened with what they need, once, and managed in a list."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLabel, QPushButton

from app.commands import Browse, ProtocolStatus, Reply
from app.errors import GatewayError
from app.values import Fault
from app.workers.contract import StartStep
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted, answer
from tests.helpers.worker import SteeredClient
from tests.unit.ui.test_vault import Memory
from ui.desk.sources import SourcesDesk
from ui.forms.certificate import CertificateForm
from ui.forms.connect import ConnectForm
from ui.forms.details import DetailsDialog
from ui.forms.password import PasswordForm
from ui.forms.source import SourceForm
from ui.forms.sources import SourcesForm
from ui.sources import Source, SourceError
from ui.vault import Vault

PLANT = Source("Plant", "opcua", {"endpoint": "opc.tcp://plant:4840", "user": "op"})


def saved(scripted: Scripted, source: Source = PLANT, vault: Vault | None = None) -> SourcesDesk:
    desk = scripted.application.sources
    desk.opener._vault = desk.vault = vault or Vault(Memory())
    scripted.application.desk.saved.put(source)
    desk.show_saved()
    return desk


async def found(scripted: Scripted, kind: type, parent: Any = None) -> Any:
    return await until(
        lambda: next((w for w in (parent or scripted.window).findChildren(kind) if w.isVisible()), None), kind.__name__
    )


def options(scripted: Scripted) -> dict[str, Any]:
    (spec,) = [spec for spec in scripted.launcher.specs if spec.backend == "opcua"][-1:]
    return dict(spec.options)


def state(scripted: Scripted, name: str) -> str:
    model = scripted.application.sessions_model
    rows = [row for row in model.rows() if row.name == name]
    return " ".join(str(model.index_of(row.id).siblingAtColumn(1).data()) for row in rows)


@pytest.mark.clause("F4")
async def test_a_password_is_asked_for_kept_and_not_asked_for_again(scripted: Scripted) -> None:
    await scripted.ready()
    memory = Memory()
    desk = saved(scripted, vault=Vault(memory))
    assert state(scripted, "Plant") == "○ not open"
    desk.open_named("Plant")
    form: PasswordForm = await found(scripted, PasswordForm)
    QTest.keyClicks(form._edit, "canary")
    form._keep.setChecked(True)
    form.findChild(QDialogButtonBox).accepted.emit()
    await until(lambda: state(scripted, "Plant") == "● ready", "the session")
    assert options(scripted)["password"] == "canary"
    assert list(memory.held.values()) == ["canary"]
    assert "canary" not in repr(scripted.application.desk.saved.state())
    session = scripted.application.desk.session_named("Plant")
    assert session is not None
    scripted.application.sessions.close(session.id)
    await until(lambda: state(scripted, "Plant") == "○ not open", "the end")
    desk.opener._passwords.clear()  # as in the next run
    desk.open_named("Plant")
    await until(lambda: state(scripted, "Plant") == "● ready", "the session, unasked")


@pytest.mark.clause("D5", "F4")
async def test_at_the_start_nobody_is_asked(scripted: Scripted) -> None:
    await scripted.ready()
    desk = saved(scripted)
    await desk.restore({"sources": [PLANT.state()]})
    await until(lambda: "failed" in state(scripted, "Plant"), "the row")
    (row,) = [row for row in scripted.application.sessions_model.rows() if row.name == "Plant"]
    assert "password" in row.fault
    assert not scripted.window.findChildren(PasswordForm)
    scripted.window.sessions.reopen_wanted.emit(row.id)
    form = await found(scripted, PasswordForm)
    form.reject()
    await until(lambda: state(scripted, "Plant") == "○ not open", "the row again")


@pytest.mark.clause("F4")
async def test_a_wrong_password_is_asked_for_again_and_forgotten(scripted: Scripted) -> None:
    await scripted.ready()
    desk = saved(scripted)
    gate = scripted.launcher.gates[StartStep.INITIALIZING_WORKER]
    gate.fail(GatewayError("AuthenticationFailed", "the server refused the login of user op"))
    desk.open_named("Plant")
    form = await found(scripted, PasswordForm)
    QTest.keyClicks(form._edit, "wrong")
    form.accept()
    again = await until(
        lambda: next((w for w in scripted.window.findChildren(PasswordForm) if w is not form), None), "the form again"
    )
    assert any("refused the login" in label.text() for label in again.findChildren(QLabel))
    gate.error = None
    QTest.keyClicks(again._edit, "right")
    again.accept()
    await until(lambda: state(scripted, "Plant") == "● ready", "the session")
    assert options(scripted)["password"] == "right"


async def test_a_certificate_is_shown_and_trusted_for_the_address(scripted: Scripted) -> None:
    await scripted.ready()
    source = Source("Plant", "opcua", {"endpoint": "opc.tcp://plant:4840"})
    desk = saved(scripted, source)
    gate = scripted.launcher.gates[StartStep.INITIALIZING_WORKER]
    fault = Fault("CertificateNotTrusted", "not trusted yet", {"fingerprint": "ab" * 32, "endpoint": source.address})
    gate.fail(GatewayError.of(fault))
    desk.open_named("Plant")
    form = await found(scripted, CertificateForm)
    form.reject()
    await until(lambda: "failed" in state(scripted, "Plant"), "the refusal")
    desk.open_named("Plant")
    form = await until(
        lambda: next((w for w in scripted.window.findChildren(CertificateForm) if w.isVisible()), None), "the form"
    )
    gate.error = None
    form.accept()
    await until(lambda: state(scripted, "Plant") == "● ready", "the session")
    assert options(scripted)["trusted"] == ["ab" * 32]


@pytest.mark.clause("D2")
async def test_repeated_connects_make_one_session(scripted: Scripted) -> None:
    await scripted.ready()
    desk = saved(scripted, Source("Plant", "opcua", {"endpoint": "opc.tcp://plant:4840"}))
    gate = scripted.launcher.gates[StartStep.INITIALIZING_WORKER]
    gate.close()
    for _ in range(5):
        desk.open_named("Plant")
    await until(lambda: gate.waiting, "the attempt")
    desk.open_named("Plant")
    gate.open()
    await until(lambda: state(scripted, "Plant") == "● ready", "the session")
    desk.open_named("Plant")
    await until(lambda: not desk.opener._on_way, "the end of what was asked")
    assert sum(spec.backend == "opcua" for spec in scripted.launcher.specs) == 1


@pytest.mark.clause("D2", "F4")
async def test_a_server_that_is_connected_is_a_source_of_the_workspace(scripted: Scripted) -> None:
    await scripted.ready()
    desk = saved(scripted, Source("Other", "sim", open_at_start=False))
    desk.connect_opcua()
    form: ConnectForm = await found(scripted, ConnectForm)
    form._address.setEditText("plant")
    form._login.setCurrentIndex(1)
    form._user.setText("op")
    form._password.setText("canary")
    form._rows.keep.setChecked(True)
    QTest.mouseClick(form._connect, Qt.MouseButton.LeftButton)
    assert not form._connect.isEnabled(), "a second click does nothing"
    await until(lambda: scripted.application.desk.saved.find("plant:4840"), "the source")
    assert "canary" not in repr(desk.state())
    assert isinstance(desk.vault._backend, Memory)
    assert list(desk.vault._backend.held.values()) == ["canary"]
    assert [source.address for source in desk.recent()] == ["opc.tcp://plant:4840"]
    assert "canary" not in str(scripted.application.desk.kept.value("recent_sources"))


@pytest.mark.clause("D2", "W7")
async def test_a_source_has_the_name_of_its_session_whatever_happens_meanwhile(scripted: Scripted) -> None:
    await scripted.ready()
    desk = saved(scripted, Source("Other", "sim", open_at_start=False))
    book = scripted.application.desk.saved
    gate = scripted.launcher.gates[StartStep.INITIALIZING_WORKER]
    gate.close()
    desk.connect_opcua()
    form: ConnectForm = await found(scripted, ConnectForm)
    form._address.setEditText("plant")
    form._name.setText("Line")
    QTest.mouseClick(form._connect, Qt.MouseButton.LeftButton)
    await until(lambda: gate.waiting, "the attempt")
    with pytest.raises(SourceError, match="there is a source named line already"):
        book.put(Source("line", "sim"))
    assert book.take([Source("Line", "sim").state()]) == []
    assert [source.name for source in book][-1] == "Line 2"
    gate.open()
    await until(lambda: book.find("Line"), "the source")
    session = scripted.application.desk.session_named("Line")
    assert session is not None
    assert session.spec.options["endpoint"] == "opc.tcp://plant:4840"
    assert book.free_name("Line") == "Line 3"


# ---- the manager


async def manager(scripted: Scripted) -> SourcesForm:
    await scripted.ready()
    scripted.application.manager.show()
    return await found(scripted, SourcesForm)


def press(form: Any, words: str) -> None:
    next(button for button in form.findChildren(QPushButton) if button.text() == words).click()


def listed(form: SourcesForm) -> list[str]:
    return [form._table.item(row, 0).text() for row in range(form._table.rowCount())]


async def test_sources_are_copied_deleted_and_brought_back(scripted: Scripted) -> None:
    form = await manager(scripted)
    assert listed(form) == ["Simulated plant", "This computer"]
    form.choose("Simulated plant")
    press(form, "Duplicate")
    assert listed(form) == ["Simulated plant", "Simulated plant 2", "This computer"]
    assert form.current() == "Simulated plant 2"
    press(form, "Delete")
    assert listed(form) == ["Simulated plant", "This computer"]
    assert not form._undo.isHidden()
    press(form, "Undo")
    assert listed(form) == ["Simulated plant", "Simulated plant 2", "This computer"]
    assert form._undo.isHidden()


@pytest.mark.clause("D1")
async def test_the_list_tells_what_failed_and_why(scripted: Scripted) -> None:
    form = await manager(scripted)
    desk = saved(scripted)

    def told() -> str:
        scripted.application.manager.refresh()
        return form._table.item(listed(form).index("Plant"), 5).text()

    assert told() == "not open"
    assert await desk.open(PLANT) is None
    assert told().startswith("failed: the password of op is asked for")
    assert await desk.open(Source("Plant", "opcua", {"endpoint": "opc.tcp://plant:4840"})) is not None
    assert told() == "ready"


async def test_a_source_is_made_edited_and_checked(scripted: Scripted) -> None:
    form = await manager(scripted)
    press(form, "New …")
    one: SourceForm = await found(scripted, SourceForm, form)
    one._kind.setCurrentIndex(1)
    one._name.setText("this COMPUTER")
    one._fields["sim"]["load_tags"].setText("many")
    press(one, "Save")
    assert "Tags for load tests: type a whole number of 0 to 1e+06" in one._words.text()
    one._fields["sim"]["load_tags"].setText("50")
    press(one, "Save")
    await until(lambda: "already" in one._words.text(), "the name that is taken")
    one._name.setText("Load")
    press(one, "Save")
    source = await until(lambda: scripted.application.desk.saved.find("Load"), "the source")
    assert source.options == {"load_tags": 50}
    form.choose("Load")
    press(form, "Edit …")
    again: SourceForm = await until(
        lambda: next((w for w in form.findChildren(SourceForm) if w is not one and w.isVisible()), None), "the form"
    )
    again._at_start.setChecked(False)
    again._name.setText("Load 1")
    press(again, "Save")
    source = await until(lambda: scripted.application.desk.saved.find("Load 1"), "the source")
    assert not source.open_at_start
    assert scripted.application.desk.saved.find("Load") is None


@pytest.mark.clause("P4")
async def test_a_recording_keeps_its_columns_until_it_is_another_file(scripted: Scripted) -> None:
    options = {"file": "/r/a.csv", "layout": {"shape": "wide", "time": "t"}, "loop": True}
    scripted.application.desk.saved.put(Source("Tuesday", "replay", options))
    form = await manager(scripted)
    form.choose("Tuesday")
    press(form, "Edit …")
    one: SourceForm = await found(scripted, SourceForm, form)
    assert (one._kind.currentText(), one._file.text()) == ("Recording", "/r/a.csv")
    one._fields["replay"]["speed"].setText("200")
    press(one, "Save")
    assert "Speed: type a number of 0.1 to 128" in one._words.text()
    one._fields["replay"]["speed"].setText("8")
    assert one.source().options == {**options, "speed": 8.0}
    one._file.setText("")
    press(one, "Save")
    assert one._words.text() == "✕ File: choose the recording to play"
    one._file.setText("/r/b.csv")
    press(one, "Save")
    await until(lambda: scripted.application.desk.saved.find("Tuesday").options.get("speed"), "the saved source")  # type: ignore[union-attr]
    assert scripted.application.desk.saved.find("Tuesday").options == {"file": "/r/b.csv", "speed": 8.0}  # type: ignore[union-attr]


@pytest.mark.clause("P4", "M13")
async def test_mxaccess_is_set_up_by_texts_and_keeps_what_has_no_field(scripted: Scripted) -> None:
    options = {"tags": "/t.csv", "zone": "utc", "supervisory": True}
    scripted.application.desk.saved.put(Source("Galaxy", "mxaccess", options))
    form = await manager(scripted)
    form.choose("Galaxy")
    press(form, "Edit …")
    one: SourceForm = await found(scripted, SourceForm, form)
    fields = one._mxaccess.texts
    assert (one._kind.currentText(), fields["tags"].text(), fields["zone"].text()) == (
        "AVEVA MXAccess",
        "/t.csv",
        "utc",
    )
    assert fields["probe"].isVisible()
    fields["tags"].setText("")
    fields["probe"].setText("Platform.Time")
    press(one, "Save")
    wanted = {"probe": "Platform.Time", "zone": "utc", "supervisory": True}
    saved = scripted.application.desk.saved
    await until(lambda: saved.find("Galaxy").options == wanted, "the saved source")  # type: ignore[union-attr]


@pytest.mark.clause("P4", "M13", "M22")
async def test_a_galaxy_is_set_up_with_its_login_whose_password_is_in_no_file(scripted: Scripted) -> None:
    options = {"tags": "/t.csv", "galaxy": r"grnode\GR", "galaxy_database": "Plant", "galaxy_timeout_s": 5}
    scripted.application.desk.saved.put(Source("AVEVA", "mxaccess", options))
    form = await manager(scripted)
    form.choose("AVEVA")
    press(form, "Edit …")
    one: SourceForm = await found(scripted, SourceForm, form)
    rows = one._mxaccess
    assert not rows.password.isEnabled()
    rows.texts["user"].setText("reader")
    assert rows.password.isEnabled()
    rows.password.setText("canary")
    rows.encryption.setCurrentIndex(1)
    press(one, "Save")
    assert "Galaxy's server: tags are browsed from a file or from a Galaxy" in one._words.text()
    rows.texts["tags"].clear()
    rows.texts["galaxy_database"].clear()
    press(one, "Save")
    assert "Galaxy: type its name" in one._words.text()
    rows.texts["galaxy_database"].setText("Plant")
    press(one, "Save")
    wanted = {
        "galaxy": r"grnode\GR", "galaxy_database": "Plant", "galaxy_timeout_s": 5, "user": "reader",
        "galaxy_encryption": "trust",
    }  # fmt: skip
    saved = scripted.application.desk.saved
    await until(lambda: saved.find("AVEVA").options == wanted, "the saved source")  # type: ignore[union-attr]
    source = saved.find("AVEVA")
    assert source is not None
    assert (source.account, "canary" in str(source.state())) == (r"reader @ grnode\GR", False)
    asked = await scripted.application.sources.opener.options(source, None)
    assert asked == {**wanted, "password": "canary"}
    press(form, "Edit …")
    again: SourceForm = await found(scripted, SourceForm, form)
    assert again._mxaccess.encryption.currentIndex() == 1
    again._mxaccess.texts["galaxy"].clear()
    press(again, "Save")
    await until(lambda: saved.find("AVEVA").options == {}, "a source without its Galaxy")  # type: ignore[union-attr]


async def test_a_trial_tells_the_step_that_failed_and_leaves_nothing(scripted: Scripted) -> None:
    form = await manager(scripted)
    before = len(scripted.application.runtime.manager.list())
    rows = len(scripted.application.sessions_model.rows())
    form.choose("Simulated plant")
    press(form, "Test")
    await until(lambda: form._words.text().startswith("✓ steered"), "what the source said")
    scripted.launcher.fail_at = StartStep.HANDSHAKING
    press(form, "Test")
    await until(lambda: "✕ shaking hands" in form._words.text(), "the step")
    assert "✓ starting worker" in form._words.text()
    await until(lambda: len(scripted.application.runtime.manager.list()) == before, "its session's end")
    scripted.application.sessions.refresh()
    assert len(scripted.application.sessions_model.rows()) == rows, "it was never in the tree"


async def test_a_trial_of_a_source_that_cannot_be_browsed_tells_its_name(scripted: Scripted) -> None:
    refused = Reply(ProtocolStatus.UNSUPPORTED, "this source has no Browse")

    def script(client: SteeredClient) -> None:
        client.answer = lambda command: refused if isinstance(command, Browse) else answer(command)

    scripted.application.desk.saved.put(Source("AVEVA", "mxaccess", {}))
    form = await manager(scripted)
    scripted.launcher.made = script
    form.choose("AVEVA")
    press(form, "Test")
    await until(lambda: form._words.text() == "✓ steered", "what the source said")
    refused = Reply(ProtocolStatus.MX_ACCESS_FAILURE, "grnode cannot be reached")
    press(form, "Test")
    await until(lambda: "✕" in form._words.text(), "what the Galaxy's server said")
    assert "grnode cannot be reached" in form._words.text()


async def test_sources_travel_in_files_without_secrets(
    scripted: Scripted, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await manager(scripted)
    desk = saved(scripted)
    await desk.opener.know(PLANT.account, "canary", keep=True)
    path = tmp_path / "sources.tagwatch"
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _: [str(path)])
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.finished.emit(1))
    press(form, "Export …")
    await until(path.is_file, "the file")
    assert "canary" not in path.read_text()
    scripted.application.manager.delete("Plant")
    await until(lambda: "Saved" in form._words.text() or "deleted" in form._words.text(), "the words")
    press(form, "Import …")
    await until(lambda: scripted.application.desk.saved.find("Plant"), "the source again")
    assert "Simulated plant 2" in listed(form)


# ---- the tree


async def test_the_tree_offers_what_can_be_done(scripted: Scripted) -> None:
    await scripted.ready()
    saved(scripted)
    view = scripted.window.sessions
    rows = {row.name: row for row in scripted.application.sessions_model.rows()}
    offered = {name: [words for words, _ in view.actions_of(row)] for name, row in rows.items()}
    assert offered["Plant"] == ["Open", "Edit source …"]
    assert offered["Simulated plant"][:3] == ["Close", "Kill worker …", "Extend lease"]
    assert {"Details …", "Copy details", "Show in the log"} <= set(offered["Simulated plant"])
    dict(view.actions_of(rows["Simulated plant"]))["Show in the log"]()
    assert scripted.window.log._sessions.chosen() == {rows["Simulated plant"].id}


async def test_details_tell_steps_exit_code_and_last_words(scripted: Scripted) -> None:
    await scripted.ready()
    (row, *_) = scripted.application.sessions_model.rows()
    await until(lambda: row.steps, "the steps")
    row.fault, row.details = "the worker crashed", {"exit_code": "-11", "stderr": "first\nlast words"}
    scripted.window.sessions.details_wanted.emit(row.id)
    dialog: DetailsDialog = await found(scripted, DetailsDialog)
    fields = dialog._fields
    assert ("exit code", "-11") in fields
    assert ("stderr", "first") in fields
    assert ("", "last words") in fields
    assert "ready" in [text for _, text in fields]
    dialog.reject()
