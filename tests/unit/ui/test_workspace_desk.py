"""The window keeps what it shows: saved, kept by itself, offered after a crash; a broken file stops nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMessageBox

from app.config import Settings
from app.runtime import Runtime
from tests.helpers.engine import until
from tests.helpers.scripted import answer
from tests.helpers.worker import SteeredClient, SteeredLauncher
from ui import application as applications
from ui import workspace as ws
from ui.application import Application
from ui.instance import Start, Wanted
from ui.sources import Source

Make = Callable[..., Awaitable[Application]]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
async def make(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """A started application on steered workers, all on one directory: the next one is the next start."""
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    running: list[Application] = []

    def script(client: SteeredClient) -> None:
        client.answer = answer

    async def start(wanted: Wanted | None = None, *, safe: bool = False, waiting: bool = True) -> Application:
        launcher = SteeredLauncher()
        launcher.made = script
        monkeypatch.setattr(applications, "Runtime", partial(Runtime, launcher=launcher))
        begin = Start(tmp_path, wanted or Wanted(), safe, number=1)
        made = Application(qapp, Settings(detach_grace_s=0.0), (), begin)
        running.append(made)
        await made.start()
        if waiting:
            await until(lambda: made.workspace._begun, "the workspace")
        return made

    yield start
    for made in running:
        if not getattr(made, "ended", False):
            await ended(made)


async def ended(application: Application) -> None:
    """In order. The next start finds what it left."""
    await application.stop()
    application.ended = True  # type: ignore[attr-defined]
    application.window.deleteLater()


def crashed(application: Application) -> None:
    """Nothing is done any more that the end in order would do."""
    application.workspace._begun = False


def names(application: Application) -> list[str]:
    return [source.name for source in application.desk.saved]


def opened(application: Application) -> set[str]:
    return {session.name for session in application.runtime.manager.list() if session.state == "Ready"}


def written(path: Path, *names: str, **more: Any) -> Path:
    sources = [Source(name, "sim").state() for name in names]
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 1, "sources": {"sources": sources}, **more}))
    return path


@pytest.mark.clause("L4")
async def test_the_first_start_shows_the_sample_live_and_says_what_to_try(make: Make) -> None:
    application = await make()
    await until(lambda: opened(application) == {"Simulated plant", "This computer"}, "both sources")
    assert application.window.windowTitle().startswith("Sample workspace")
    await until(lambda: len(application.window.trend.pens()) == 7, "the pens")
    (shown,) = application.watch.pane.lists()
    assert len(shown.model.rows) == 18
    await until(application.window.sessions.current, "the chosen session")
    assert "Double-click" in application.workspace.offers.shown()["hint"]
    assert not application.workspace.dirty


@pytest.mark.clause("L5")
async def test_the_first_ctrl_s_saves_to_the_usual_place_and_says_where(make: Make, tmp_path: Path) -> None:
    application = await make()
    application.window.activateWindow()
    QTest.keyClick(application.window, Qt.Key.Key_S, CTRL)
    path = tmp_path / "Workspace.tagwatch"
    await until(path.is_file, "the file")
    await until(lambda: application.workspace.path == path, "its name")
    await until(lambda: str(path) in application.window.statusBar().currentMessage(), "the words")
    assert application.window.windowTitle().startswith("Workspace[*]")
    assert [entry["name"] for entry in json.loads(path.read_text())["sources"]["sources"]] == names(application)


@pytest.mark.clause("L5")
async def test_ctrl_s_saves_again_and_again_and_never_over_a_stranger(make: Make, tmp_path: Path) -> None:
    (tmp_path / "Workspace.tagwatch").write_text("somebody else's")
    application = await make()
    assert await application.workspace.saved()
    path = application.workspace.path
    assert path == tmp_path / "Workspace 2.tagwatch"
    application.desk.saved.put(Source("More", "sim"))
    assert application.workspace.dirty
    assert await application.workspace.saved()
    assert not application.workspace.dirty
    assert "More" in path.read_text()
    assert "More" not in ws.generations(path)[0].read_text()
    assert (tmp_path / "Workspace.tagwatch").read_text() == "somebody else's"


@pytest.mark.clause("L5", "F1")
async def test_a_save_that_fails_says_why_and_offers_another_place(make: Make, tmp_path: Path) -> None:
    application = await make(Wanted(str(written(tmp_path / "plant.tagwatch", "Plant"))))
    application.desk.saved.put(Source("More", "sim"))
    blocked = tmp_path / "file"
    blocked.write_text("")
    application.workspace._kept.path = blocked / "plant.tagwatch"
    assert not await application.workspace.saved()
    assert "could not be written" in application.workspace.offers.shown()["failed"]
    assert application.workspace.dirty, "it is not taken for saved"


@pytest.mark.clause("F3")
async def test_a_mark_in_the_title_tells_what_is_unsaved(make: Make, tmp_path: Path) -> None:
    application = await make(Wanted(str(written(tmp_path / "plant.tagwatch", "Plant"))))
    application.workspace.look()
    assert not application.window.isWindowModified()
    application.desk.saved.put(Source("More", "sim"))
    application.workspace.look()
    assert application.window.isWindowModified()
    await until((tmp_path / "autosave1.tagwatch").is_file, "the draft")
    assert await application.workspace.saved()
    assert not application.window.isWindowModified()
    assert not (tmp_path / "autosave1.tagwatch").exists()


@pytest.mark.clause("F3")
async def test_after_a_crash_what_was_kept_is_offered_and_taken_over(make: Make, tmp_path: Path) -> None:
    path = written(tmp_path / "plant.tagwatch", "Plant")
    first = await make(Wanted(str(path)))
    first.desk.saved.put(Source("More", "sim"))
    first.workspace.look()
    await until((tmp_path / "autosave1.tagwatch").is_file, "the draft")
    crashed(first)
    await ended(first)

    second = await make()
    offered = second.workspace.offers.shown()["draft"]
    assert "did not come to its end" in offered
    assert "plant.tagwatch" in offered
    assert names(second) == ["Plant"], "the file is open, and nobody was held up"
    crashed(second)  # once more, unanswered
    await ended(second)

    third = await make()
    third.workspace.offers.press("draft", "Take it over")
    await until(lambda: names(third) == ["Plant", "More"], "what was kept")
    assert third.workspace.path == path
    await until(third.window.isWindowModified, "the mark: it is not in the file")
    assert third.workspace.dirty
    assert await third.workspace.saved()
    assert "More" in path.read_text()
    await until(lambda: not (tmp_path / "recovered1.tagwatch").exists(), "the end of the draft")


@pytest.mark.clause("L5")
@pytest.mark.parametrize("modal", [True, False])
async def test_ctrl_s_saves_from_an_open_form_too(make: Make, tmp_path: Path, modal: bool) -> None:
    application = await make()
    dialog = QDialog(application.window)
    QLineEdit(dialog)
    dialog.setModal(modal)
    dialog.open() if modal else dialog.show()
    dialog.activateWindow()
    await until(lambda: QApplication.focusWidget() is not None and QApplication.activeWindow() is dialog, "the focus")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_S, CTRL)
    await until((tmp_path / "Workspace.tagwatch").is_file, "the file")
    await until(lambda: application.workspace.path is not None, "its name")
    assert dialog.isVisible(), "the form goes on"
    application.desk.saved.put(Source("More", "sim"))
    dialog.findChild(QLineEdit).setFocus()
    QTest.keyClick(dialog, Qt.Key.Key_S, CTRL)
    await until(lambda: not application.workspace.dirty, "the second save")
    dialog.close()


@pytest.mark.clause("L5")
async def test_ctrl_s_during_the_start_saves_what_is_opened(make: Make, tmp_path: Path) -> None:
    path = written(tmp_path / "plant.tagwatch", "Plant")
    application = await make(Wanted(str(path)), waiting=False)
    application.workspace.save()
    await until(lambda: "Saved" in application.window.statusBar().currentMessage(), "the words")
    assert application.workspace.path == path
    assert names(application) == ["Plant"]
    assert not (tmp_path / "Workspace.tagwatch").exists()


@pytest.mark.clause("F3")
async def test_what_waits_for_an_answer_outlives_newer_and_broken_drafts(make: Make, tmp_path: Path) -> None:
    path = written(tmp_path / "plant.tagwatch", "Plant")
    draft = tmp_path / "autosave1.tagwatch"
    for name in ("First", "Second", "Third"):
        run = await make(Wanted(str(path)))
        run.desk.saved.put(Source(name, "sim"))
        run.workspace.look()
        await until(draft.is_file, "the draft")
        crashed(run)
        await ended(run)
    draft.write_text("{ half")

    last = await make()
    shown = last.workspace.offers.shown()
    assert "autosave1.tagwatch is broken in line 1" in shown["broken draft"]
    assert str(tmp_path / "autosave1.tagwatch.broken") in shown["broken draft"]
    assert (tmp_path / "autosave1.tagwatch.broken").read_text() == "{ half"
    assert not draft.exists()
    last.workspace.offers.press("draft", "Take it over")
    await until(lambda: names(last) == ["Plant", "Second"], "the newest that can be read")
    await until(lambda: "draft" in last.workspace.offers.shown(), "the one behind it")
    last.workspace.offers.press("draft", "Take it over")
    await until(lambda: names(last) == ["Plant", "First"], "the older one")
    await until(lambda: not (tmp_path / "recovered1.tagwatch").exists(), "the end of the drafts")


@pytest.mark.clause("F3")
async def test_what_was_kept_can_be_discarded(make: Make, tmp_path: Path) -> None:
    first = await make(Wanted(str(written(tmp_path / "plant.tagwatch", "Plant"))))
    first.desk.saved.put(Source("More", "sim"))
    await ended(first)
    second = await make()
    assert "were not saved when Tagwatch was closed" in second.workspace.offers.shown()["draft"]
    second.workspace.offers.press("draft", "Discard")
    await until(lambda: not (tmp_path / "recovered1.tagwatch").exists(), "its end")
    await ended(second)
    third = await make()
    assert "draft" not in third.workspace.offers.shown()


@pytest.mark.clause("F3")
async def test_a_workspace_without_a_name_goes_on_as_it_was(make: Make) -> None:
    first = await make()
    first.desk.saved.put(Source("More", "sim"))
    await ended(first)
    second = await make()
    assert "More" in names(second)
    assert "draft" not in second.workspace.offers.shown()


@pytest.mark.clause("F2")
async def test_a_broken_workspace_does_not_stop_the_start(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    path.write_text("{ half")
    application = await make(Wanted(str(path)))
    assert application.window.isVisible()
    assert "broken in line 1" in application.workspace.offers.shown()["failed"]
    assert names(application) == []
    assert application.workspace.path is None, "and it is not saved over"
    assert path.read_text() == "{ half"


@pytest.mark.clause("F2")
async def test_broken_entries_are_told_and_the_rest_is_taken_over(make: Make, tmp_path: Path) -> None:
    path = written(tmp_path / "plant.tagwatch", "Plant", watch=7, layout={"window": "x", "panes": "%%", "locked": 3})
    content = json.loads(path.read_text())
    content["sources"]["sources"].insert(0, {"name": "Odd", "backend": "nonsense"})
    content["watch"] = {"lists": "nonsense"}
    content["later"] = {"of": "a newer program"}
    path.write_text(json.dumps(content))
    application = await make(Wanted(str(path)))
    await until(lambda: opened(application) == {"Plant"}, "the good source")
    rows = [application.log_model.entry(row)[1] for row in range(application.log_model.rowCount())]
    assert any("nonsense" in getattr(row, "words", "") for row in rows), "the event log tells it"
    assert await application.workspace.saved()
    assert json.loads(path.read_text())["later"] == {"of": "a newer program"}, "what is not known is kept"


@pytest.mark.clause("F2")
async def test_a_part_that_fails_stops_no_other(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    application = await make()

    class Broken:
        def state(self) -> dict[str, Any]:
            raise RuntimeError("no")

        async def restore(self, state: dict[str, Any]) -> None:
            raise RuntimeError("no")

    application.desk.parts["broken"] = Broken()
    assert await application.workspace.load(written(tmp_path / "plant.tagwatch", "Plant", broken={"kept": 1}))
    await until(lambda: opened(application) == {"Plant"}, "the source")
    assert "broken could not be restored" in application.workspace.offers.shown()["failed"]
    assert await application.workspace.saved()


@pytest.mark.clause("F2")
async def test_safe_mode_opens_nothing_and_leaves_everything(make: Make, tmp_path: Path) -> None:
    path = written(tmp_path / "plant.tagwatch", "Plant")
    first = await make(Wanted(str(path)))
    await ended(first)
    safe = await make(safe=True)
    assert names(safe) == []
    assert safe.runtime.manager.list() == []
    safe.workspace.offers.press("safe", "Open the last workspace")
    await until(lambda: names(safe) == ["Plant"], "the workspace")
    await until(lambda: opened(safe) == {"Plant"}, "its source")


@pytest.mark.clause("F1")
async def test_another_workspace_takes_the_place_of_the_first(make: Make, tmp_path: Path) -> None:
    application = await make(Wanted(str(written(tmp_path / "one.tagwatch", "Plant", "Old"))))
    await until(lambda: opened(application) == {"Plant", "Old"}, "the sources")
    plant = application.desk.session_named("Plant")
    assert await application.workspace.load(written(tmp_path / "two.tagwatch", "Plant", "New"))
    await until(lambda: opened(application) == {"Plant", "New"}, "the other sources")
    assert application.desk.session_named("Plant") is plant, "what is in both goes on"
    assert [path.stem for path in application.workspace.recent()] == ["two", "one"]
    application.workspace.new()
    await until(lambda: opened(application) == set(), "an empty workspace")
    assert names(application) == []
    application.workspace._fill_recent()
    first = application.workspace._recent.actions()[1]
    assert first.text().startswith("one")
    first.trigger()
    await until(lambda: opened(application) == {"Plant", "Old"}, "the recent one")


@pytest.mark.clause("F3")
@pytest.mark.parametrize(("button", "left"), [("Save", True), ("Discard", True), ("Cancel", False)])
async def test_a_changed_workspace_is_left_only_after_a_question(
    make: Make, tmp_path: Path, button: str, left: bool
) -> None:
    path = written(tmp_path / "plant.tagwatch", "Plant")
    application = await make(Wanted(str(path)))
    application.desk.saved.put(Source("More", "sim"))
    application.workspace.new()
    box: Any = await until(lambda: next(iter(application.window.findChildren(QMessageBox)), None), "the question")
    box.button(getattr(QMessageBox.StandardButton, button)).click()
    await until(lambda: not application.window.findChildren(QMessageBox), "its end")
    await until(lambda: (names(application) == []) is left, "what comes of it")
    assert ("More" in path.read_text()) is (button == "Save")


@pytest.mark.clause("F5")
async def test_what_a_second_start_hands_over_is_done(make: Make, tmp_path: Path) -> None:
    application = await make(Wanted(str(written(tmp_path / "one.tagwatch", "Plant"))))
    other = written(tmp_path / "two.tagwatch", "Plant", "Line: 2")
    application._asked_again(Wanted(str(other)))
    await until(lambda: names(application) == ["Plant", "Line: 2"], "the other workspace")
    application._asked_again(Wanted("", ("plant:Tank.Level", "Line: 2:Pump", "nobody:x"), read_only=True))
    assert application.desk.read_only

    def items(name: str) -> list[str]:
        session = application.desk.session_named(name)
        return [] if session is None else [item.tag for item in session.items.all()]

    await until(lambda: items("Line: 2") == ["Pump"], "its tag")
    await until(lambda: items("Plant") == ["Tank.Level"], "the other tag")
    application.desk.saved.put(Source("More", "sim"))
    application._asked_again(Wanted(str(tmp_path / "one.tagwatch")))
    assert "not saved" in application.workspace.offers.shown()["open"], "asked in a bar, for nobody is at this window"
    application.workspace.offers.press("open", "Save, then open")
    await until(lambda: names(application) == ["Plant"], "the first one again")
    assert "More" in other.read_text()


@pytest.mark.clause("R12")
async def test_nothing_of_writes_and_forms_is_kept(make: Make, tmp_path: Path) -> None:
    application = await make()
    await until(lambda: len(opened(application)) == 2, "the sources")
    (row, *_) = application.sessions_model.rows()
    application.window.sessions.choose(row.id)
    application.writing.write("t")
    from ui.forms.write import WriteForm

    form: Any = await until(lambda: next(iter(application.window.findChildren(WriteForm)), None), "the form")
    assert await application.workspace.saved()
    path = application.workspace.path
    assert path is not None
    assert not {"write", "writing", "forms"} & set(json.loads(path.read_text()))
    form.reject()
    await ended(application)
    again = await make()
    assert again.window.findChildren(WriteForm) == []


@pytest.mark.clause("F6")
async def test_layouts_have_presets_a_lock_and_a_way_back(make: Make) -> None:
    application = await make()
    window = application.window
    application.layout.arrange("trending")
    assert not window.pane("log").isVisible()
    assert window.pane("sessions").isVisible()
    application.layout.arrange("commissioning")
    assert window.pane("items").isVisible()
    assert window.pane("log").isVisible()
    state = application.layout.state()
    application.layout._lock.setChecked(True)
    assert all(pane.features() == pane.DockWidgetFeature.NoDockWidgetFeatures for pane in window.panes())
    window.reset_layout()
    await application.layout.restore({**state, "window": [-9000, -9000, 700, 500]})
    assert window.pane("items").isVisible()
    assert not application.layout._lock.isChecked()
    assert window.geometry().intersects(window.screen().availableGeometry())
    application.layout.arrange("monitoring")
    assert not window.pane("items").isVisible()


@pytest.mark.clause("L4")
async def test_the_first_source_is_chosen_whichever_is_ready_first(make: Make) -> None:
    application = await make(safe=True)
    sources, view = application.sources, application.window.sessions

    def chosen() -> str:
        row = view.current()
        return "" if row is None else row.name

    await sources._open_with_workspace(Source("Second", "sim"), 1)
    assert chosen() == "Second"
    await sources._open_with_workspace(Source("First", "sim"), 0)
    assert chosen() == "First"
    await sources._open_with_workspace(Source("Third", "sim"), 2)
    assert chosen() == "First"
    (third,) = [s for s in application.runtime.manager.list() if s.name == "Third"]
    view.choose(third.id)
    await sources._open_with_workspace(Source("Zeroth", "sim"), -1)
    assert chosen() == "Third", "an operator's choice stays"
