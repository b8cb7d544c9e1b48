"""The recorder in the window: its state, its troubles, its limits, and the days of a list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QTableWidget,
)
from pytestqt.qtbot import QtBot

from app.records.recorder import Recorder, RecorderState, RecorderStatistics, SourceFigures
from app.records.segment import create
from app.records.tracking import Keep
from app.tasks import SystemClock
from tests.helpers.engine import until
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from tests.helpers.recorded import T0
from ui.banners import Banner
from ui.desk.help import TOPICS
from ui.desk.troubles import RECORDER, SET_ASIDE
from ui.desk.watch import _longer
from ui.forms.recorder import MIB, RecorderForm, size_text
from ui.views.watch_list import AS_OTHERS, NOT_RECORDED


@pytest.fixture
async def made(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWindow]:
    async with scripted_window(qapp, tmp_path, monkeypatch) as window:
        yield window


def recorder(made: ScriptedWindow) -> Recorder:
    found = made.application.runtime.recorder
    assert found is not None
    return found


def status(made: ScriptedWindow) -> str:
    return made.window._status["Recorder"].text()


async def recording(made: ScriptedWindow) -> None:
    await made.ready()
    await until(lambda: status(made) == "● recording", "the recorder", 20.0)


def banner(made: ScriptedWindow, place: str) -> str:
    return made.window.banners.shown().get(place, "")


def named(form: RecorderForm, kind: type, name: str) -> object:
    return next(one for one in form.findChildren(kind) if one.accessibleName() == name)


@pytest.mark.clause("V1")
async def test_the_status_bar_tells_its_state_and_leads_to_the_form(made: ScriptedWindow) -> None:
    await recording(made)
    await made.send("Tank.Level", 12.5)
    await until(lambda: recorder(made).statistics().samples > 0, "a value", 20.0)
    made.application.recorder.look()
    label = made.window._status["Recorder"]
    assert label.toolTip().startswith("recording; ")
    at = QPointF(label.rect().center())
    button = Qt.MouseButton.LeftButton
    QApplication.sendEvent(
        label,
        QMouseEvent(QEvent.Type.MouseButtonRelease, at, label.mapToGlobal(at), button, Qt.MouseButton.NoButton,
                    Qt.KeyboardModifier.NoModifier),
    )  # fmt: skip
    form = made.application.recorder.form
    assert form is not None
    assert form.isVisible()
    table = form.findChild(QTableWidget)
    assert table is not None
    assert table.item(0, 0).text() == "Plant"  # pyright: ignore[reportOptionalMemberAccess]
    assert TOPICS[form.objectName()] == "recorder"
    form.reject()
    assert made.application.recorder.form is None


@pytest.mark.clause("V1", "K6")
async def test_a_store_that_another_one_writes_is_a_banner_until_it_is_free(
    made: ScriptedWindow, tmp_path: Path
) -> None:
    other = Recorder(tmp_path / "records", SystemClock(), lambda session: None)
    other.start()
    try:
        await until(lambda: other.statistics().state is RecorderState.RECORDING, "the other one", 20.0)
        await made.ready()
        await until(lambda: banner(made, RECORDER), "the banner", 20.0)
        assert "another Tagwatch does" in banner(made, RECORDER)
        assert status(made) == "○ recorded elsewhere"
        said = "another Tagwatch records"
        with pytest.raises(OSError, match=said):
            await made.application.recorder.delete(1)
    finally:
        other.stop(10)
    made.window.banners.retry_wanted.emit(RECORDER)
    await until(lambda: status(made) == "● recording", "its turn", 20.0)
    assert not banner(made, RECORDER)


@pytest.mark.clause("V1", "K5")
async def test_a_full_disk_is_a_banner_with_what_is_free_and_goes_with_it(
    made: ScriptedWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.store.Store.free_bytes", lambda store: 7 * MIB)
    await made.ready()
    await until(lambda: banner(made, RECORDER), "the banner", 20.0)
    assert "no room on the disk (7 MiB are free on the disk)" in banner(made, RECORDER)
    assert status(made) == "✕ not recording: no room"
    made.window.banners.details_wanted.emit(RECORDER)
    assert made.application.recorder.form is not None
    monkeypatch.undo()
    made.window.banners.retry_wanted.emit(RECORDER)
    await until(lambda: status(made) == "● recording", "the recorder", 20.0)
    assert not banner(made, RECORDER)
    made.application.recorder.form.reject()


@pytest.mark.clause("V1", "K9")
async def test_a_damaged_file_that_was_set_aside_is_told_by_its_name(made: ScriptedWindow, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "d30-20260101T000000Z-000001.samples").write_bytes(b"no database" * 100)
    await recording(made)
    await until(lambda: banner(made, SET_ASIDE), "the banner", 20.0)
    assert "d30-20260101T000000Z-000001.samples.damaged" in banner(made, SET_ASIDE)
    shown = [one for one in made.window.banners.findChildren(Banner) if "set aside" in one.words()]
    assert not shown[0].retry.isVisibleTo(made.window)
    shown[0].put_away.emit()
    made.application.recorder.look()
    assert not shown[0].isVisibleTo(made.window)
    made.window.banners.retry_wanted.emit(SET_ASIDE)  # of no session: nothing is opened
    assert len(made.application.runtime.manager.list()) == 1


@pytest.mark.clause("V1", "K7")
async def test_limits_are_set_kept_and_old_files_are_deleted_on_demand(
    made: ScriptedWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "records"
    old = folder / "d0-20260101T000000Z-000001.samples"
    create(old, T0)
    await recording(made)
    desk = made.application.recorder
    desk.show()
    form = desk.form
    assert form is not None
    days, mib = (
        named(form, QSpinBox, "Days that values are kept"),
        named(form, QSpinBox, "Space of all recorded values"),
    )
    assert isinstance(days, QSpinBox)
    assert isinstance(mib, QSpinBox)
    days.setValue(7)
    mib.setValue(100)
    mib.editingFinished.emit()
    assert (recorder(made).days, recorder(made).bytes) == (7, 100 * MIB)
    kept = made.application.desk.kept
    assert (str(kept.value("recorder/days")), str(kept.value("recorder/bytes"))) == ("7", str(100 * MIB))
    assert old.exists()  # what is there keeps its days
    delete = named(form, QPushButton, "Delete what is older")
    assert isinstance(delete, QPushButton)
    delete.click()
    await until(lambda: form.findChildren(QMessageBox), "the question")
    form.findChild(QMessageBox).button(QMessageBox.StandardButton.Yes).click()  # pyright: ignore[reportOptionalMemberAccess]
    await until(lambda: not old.exists(), "the deletion", 20.0)
    await until(lambda: "free again" in made.window.statusBar().currentMessage(), "the words", 20.0)
    assert await desk.delete(7) == 0  # the present file stays
    assert "No file" in made.window.statusBar().currentMessage()
    form.reject()


@pytest.mark.clause("V1")
async def test_switched_off_it_stays_off_and_says_what_is_there(made: ScriptedWindow, tmp_path: Path) -> None:
    await recording(made)
    desk = made.application.recorder
    desk.show()
    form = desk.form
    assert form is not None
    on = form.findChild(QCheckBox)
    assert on is not None
    on.click()
    await until(lambda: status(made) == "○ not recording", "the end", 20.0)
    assert str(made.application.desk.kept.value("recorder/on")) == "false"
    create(tmp_path / "records" / "d0-20260101T000000Z-000009.samples", T0)
    desk._measured = float("-inf")
    desk.look()
    space = named(form, QLabel, "Space used")
    assert isinstance(space, QLabel)
    await until(lambda: "in 2 files" in space.text() or "in 1 file" in space.text(), "what is there", 20.0)
    assert await desk.delete(30) > 0  # also without a thread
    on.click()
    on.click()
    on.click()
    await until(lambda: status(made) == "● recording", "the start", 20.0)
    assert "recorder switched off" in made.told("operator")
    form.reject()


@pytest.mark.clause("V1", "K7")
async def test_a_list_has_days_of_its_own_which_are_kept_with_it(made: ScriptedWindow, tmp_path: Path) -> None:
    await recording(made)
    watch = made.application.watch
    current = watch.pane.current()
    assert current is not None
    tag = current.model.links()[0].ref
    assert watch.recorded() == ({}, {})
    watch._record(current, 365)
    assert watch.recorded()[0][tag.source, tag.tag] == Keep(365)
    kept = watch.state()
    watch._record(current, NOT_RECORDED)
    assert watch.recorded()[0][tag.source, tag.tag] is None
    watch.edits.undo()
    assert current.record_days == 365
    await watch.restore(kept)
    restored = watch.pane.current()
    assert restored is not None
    assert restored.record_days == 365
    made.application.recorder.look()
    await made.send(tag.tag, 2.0)
    await until(
        lambda: any(path.name.startswith("d365-") for path in (tmp_path / "records").iterdir()), "its file", 20.0
    )
    await watch.restore({"lists": [{**kept["lists"][0], "record_days": "soon"}]})
    broken = watch.pane.current()
    assert broken is not None
    assert broken.record_days == AS_OTHERS
    assert "left out" in made.window.statusBar().currentMessage()


@pytest.mark.clause("V1", "K7")
async def test_a_list_has_a_space_of_its_own_which_is_shown(made: ScriptedWindow, tmp_path: Path) -> None:
    await recording(made)
    watch = made.application.watch
    current = watch.pane.current()
    assert current is not None
    tag = current.model.links()[0].ref
    menu = QMenu()
    watch._fill_recording(menu, current)
    sizes = next(action.menu() for action in menu.actions() if action.text() == "Keep at most")
    assert isinstance(sizes, QMenu)
    assert [action.text() for action in sizes.actions() if action.isChecked()] == ["No limit of its own"]
    next(action for action in sizes.actions() if action.text() == "1,024 MiB").trigger()
    name = current.record_id
    keeps, limits = watch.recorded()
    assert (keeps[tag.source, tag.tag], limits) == (Keep(None, name), {name: 1024 * MIB})
    made.application.recorder.look()
    await made.send(tag.tag, 2.0)
    folder = tmp_path / "records"
    await until(lambda: any(f"l{name}-" in path.name for path in folder.iterdir()), "its file", 20.0)
    await until(lambda: recorder(made).statistics().lists.get(name), "its space", 20.0)
    menu.clear()
    watch._fill_recording(menu, current)
    told = [action.text() for action in menu.actions() if not action.isEnabled() and action.text()]
    assert told[-1].endswith(" MiB are used")
    kept = watch.state()
    watch.duplicate(current)
    other = watch.pane.current()
    assert other is not None
    assert other is not current
    assert (other.record_mib, other.record_id != name) == (1024, True)
    watch.edits.undo()
    watch.edits.undo()
    assert (current.record_mib, watch.recorded()) == (0, ({}, {}))
    await watch.restore(kept)
    restored = watch.pane.lists()[0]
    assert (restored.record_mib, restored.record_id) == (1024, name)
    for wrong in ({"record_id": "../x"}, {"record_id": name, "record_mib": -1}):
        await watch.restore({"lists": [{**kept["lists"][0], **wrong}]})
        assert watch.pane.lists()[0].record_mib == 0
        assert "left out" in made.window.statusBar().currentMessage()


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (Keep(7), Keep(30, "a"), Keep(30, "a")),
        (Keep(0, "a"), Keep(365), Keep(0, "a")),
        (Keep(30, "a"), Keep(30), Keep(30)),
        (Keep(30, "a"), Keep(30, "b"), Keep(30, "a")),
        (None, Keep(1), Keep(1)),
        (Keep(None, "a"), Keep(1), Keep(1)),
        (None, None, None),
    ],
)
def test_of_two_lists_the_longer_one_keeps_a_tag(one: Keep | None, other: Keep | None, kept: Keep | None) -> None:
    assert _longer(one, other) == kept


@pytest.mark.clause("V1")
def test_figures_of_the_form(qtbot: QtBot) -> None:
    form = RecorderForm(on=True, days=0, mib=4096)
    qtbot.addWidget(form)
    told = RecorderStatistics(
        RecorderState.FAILED, "Permission denied", 12_345, 7, 0, 0, 3 * MIB // 2, 2, T0, T0, ("x.damaged",),
        (SourceFigures("Plant", 2, 12_345, 7),), {},
    )  # fmt: skip
    form.show_figures(told, 12.4, True)
    texts = {label.accessibleName(): label.text() for label in form.findChildren(QLabel)}
    assert texts["State"] == "not recording: the folder cannot be written (Permission denied)"
    assert texts["Space used"] == "1.5 MiB in 2 files, damaged and set aside: x.damaged"
    assert texts["Recorded"] == "12,345 values since the start, 12 a second"
    assert texts["Not held"] == "7 values since the start"
    assert texts["Held"] == "2026-01-01 00:00:00 to 2026-01-01 00:00:00"
    days = named(form, QSpinBox, "Days that values are kept")
    assert isinstance(days, QSpinBox)
    assert days.text() == "without limit"
    assert size_text(2**40) == "1,048,576 MiB"
