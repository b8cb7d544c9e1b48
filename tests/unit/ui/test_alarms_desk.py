"""Alarms in the window: from samples to the list, the log and the status bar, and back through what operators do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMenu

from app.alarms.limits import Condition, Limit, Priority, Suppression, TagLimits
from app.alarms.model import AlarmId
from app.alarms.states import AlarmEvent, AlarmState
from app.sessions.manager import OpenRequest
from app.values import iso_utc
from app.wire.bodies import SourceState
from tests.helpers.engine import until
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from ui.desk.alarms import AlarmsDesk
from ui.forms.details import DetailsDialog
from ui.forms.limits import LimitsForm
from ui.forms.shelve import ShelveForm
from ui.plots.marks import MarkKind
from ui.plots.pen_table import PenTable
from ui.plots.trend import TrendView
from ui.tagbook import UNKNOWN
from ui.tagref import TagRef
from ui.views.watch_list import WatchList

LEVEL = TagRef("Plant", "Tank.Level")
HIGH = TagLimits((Limit(Condition.HIGH, 80.0, priority=Priority.HIGH),))
HIGH_ID = AlarmId("Plant", "Tank.Level", Condition.HIGH)


@pytest.fixture
async def made(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWindow]:
    async with scripted_window(qapp, tmp_path, monkeypatch) as window:
        await window.ready()
        yield window


def alarms(made: ScriptedWindow) -> AlarmsDesk:
    return made.application.alarms


async def limit(made: ScriptedWindow, wanted: dict[TagRef, TagLimits]) -> None:
    desk = alarms(made)
    desk.set_limits(wanted)
    await until(lambda: all(desk.engine.key(ref.source, ref.tag) is not None for ref in wanted), "the bound tags")


def rows(made: ScriptedWindow) -> list[tuple[str, str]]:
    return [(alarm.id.tag, alarm.state.value) for alarm in alarms(made).model.shown()]


@pytest.mark.clause("A5", "A9", "A10")
async def test_an_alarm_comes_is_acknowledged_and_goes(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    await made.send("Tank.Level", 50.0)
    assert rows(made) == []
    assert alarms(made)._count.text() == "no alarms"
    await made.send("Tank.Level", 81.0)
    assert rows(made) == [("Tank.Level", "unacknowledged")]
    assert alarms(made)._count.text() == "▲ 1 alarm"
    made.application.feed.flush()
    assert made.told("alarm") == ["alarm: H ≥ 80.00 bar"]
    view = alarms(made).view
    view._table.selectRow(0)
    view._comment.setText("on my way")
    view._acknowledge.click()
    assert rows(made) == [("Tank.Level", "acknowledged")]
    assert view._comment.text() == ""
    assert alarms(made)._count.text() == "1 active"
    await made.send("Tank.Level", 60.0)
    made.application.feed.flush()
    assert rows(made) == []
    assert alarms(made)._count.text() == "no alarms"
    assert made.told("alarm")[-1] == "over: H ≥ 80.00 bar"
    assert "alarm acknowledged, H ≥ 80.00 bar: on my way" in made.told("operator")


@pytest.mark.clause("A9", "E1")
async def test_what_is_shown_is_exported(made: ScriptedWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await limit(made, {LEVEL: HIGH})
    await made.send("Tank.Level", 81.0)
    path = tmp_path / "alarms.csv"
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _: [str(path)])
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.finished.emit(1))
    alarms(made).view._export.click()
    await until(path.is_file, "the file")
    head, row = path.read_text(encoding="utf-8-sig").splitlines()
    assert head.startswith("Priority,State,Session,Tag,Alarm,Raised")
    assert "Plant,Tank.Level,H ≥ 80.00 bar," in row
    assert "81" in row


@pytest.mark.clause("A10")
async def test_the_log_row_of_an_alarm_has_its_tag_and_value(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    await made.send("Tank.Level", 81.0)
    made.application.feed.flush()
    model = made.application.log_model
    row = next(r for r in range(model.rowCount()) if model.index(r, 2).data() == "alarm")
    assert [model.index(row, column).data() for column in (1, 3, 4, 5)] == ["Plant", "✕ error", "Tank.Level", "81.00"]


@pytest.mark.clause("A2", "A8")
async def test_a_lost_source_holds_its_alarms_and_raises_none(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: TagLimits((*HIGH.limits, Limit(Condition.QUALITY)))})
    await made.send("Tank.Level", 81.0)
    lost = SourceState(False, "cable", 1)
    made.client.tell_source(lost)
    await made.send("Tank.Level", 81.0, 24)  # in the frame of the loss
    assert [(alarm.id.condition, alarm.held) for alarm in alarms(made).model.shown()] == [(Condition.HIGH, True)]
    assert "not live" in str(alarms(made).model.index(0, 1).data())
    await made.send("Tank.Level", 20.0)
    assert rows(made) == [("Tank.Level", "unacknowledged")]
    made.client.tell_source(SourceState(True, "", 1, restored=2, items=2))
    made.application.feed.flush()
    await made.send("Tank.Level", 20.0)
    assert rows(made) == [("Tank.Level", "returned")]


@pytest.mark.clause("A8")
async def test_a_closed_session_holds_and_a_new_one_of_its_name_goes_on(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    await made.send("Tank.Level", 81.0)
    old = made.session
    await made.application.runtime.manager.close(old.id)
    made.application.feed.flush()
    assert alarms(made).model.shown()[0].held
    await made.application.sessions.open(OpenRequest("sim", name="Plant"))
    await until(
        lambda: made.application.runtime.manager.list() and not alarms(made).model.shown()[0].held, "the new one"
    )
    await made.send("Tank.Level", 20.0)
    assert rows(made) == [("Tank.Level", "returned")]


@pytest.mark.clause("A1")
async def test_an_item_that_alarms_stand_on_is_watched_again_when_somebody_removes_it(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    key = alarms(made).engine.key(*_names(LEVEL))
    assert key is not None
    await made.application.desk.unwatch(made.session, [key])
    assert made.session.items.get(key) is None
    made.application.desk.second.emit()
    await until(lambda: made.session.items.get(key) is not None, "the item again")


@pytest.mark.clause("A6")
async def test_shelving_from_the_menu_and_by_the_form(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    await made.send("Tank.Level", 81.0)
    view, model = alarms(made).view, alarms(made).model
    view._table.selectRow(0)
    menu = view.menu_of(view.chosen())
    shelve = next(m for m in menu.findChildren(QMenu) if m.title() == "Shelve")
    next(a for a in shelve.actions() if a.text() == "1 hour").trigger()
    assert rows(made) == []
    assert model.quiet == 1
    view._quiet.click()
    assert rows(made) == [("Tank.Level", "shelved")]
    alarm = model.shown()[0]
    assert abs(alarm.shelved_until_ns - made.application.desk.clock.utc_ns() - 3600 * 10**9) < 60 * 10**9
    view._table.selectRow(0)
    view._comment.setText("calibration")
    view._shelve.click()
    (form,) = made.window.findChildren(ShelveForm)
    form._end.setDateTime(form._end.dateTime().addDays(-2))
    form.shelve()
    assert form._state.text() == "The end must be later than now."
    form._end.setDateTime(form._end.dateTime().addDays(4))
    form.shelve()
    shelved = model.shown()[0]
    assert shelved.shelved_until_ns > alarm.shelved_until_ns
    assert shelved.comment == "calibration"
    view.event_wanted.emit([shelved], AlarmEvent.UNSHELVE, "")
    assert rows(made) == [("Tank.Level", "unacknowledged")]


@pytest.mark.clause("A1")
async def test_the_key_of_limits_takes_the_rows_that_are_chosen_in_a_watch_list(made: ScriptedWindow) -> None:
    made.application.watch.first([LEVEL, TagRef("Plant", "Pump.Flow")])
    table = made.application.watch.current.table
    table.selectAll()
    made.window.activateWindow()
    table.setFocus()
    await until(lambda: QApplication.focusWidget() is table, "the focus")
    QTest.keyClick(table, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    form = await until(lambda: next(iter(made.window.findChildren(LimitsForm)), None), "the form")
    next(row for row in form._rows if row.condition is Condition.LOW).check.setChecked(True)
    next(row for row in form._rows if row.condition is Condition.LOW).value.setText("5")
    form.save()
    known = alarms(made).engine.all_limits()
    assert {(source, tag) for source, tag, _ in known} == {_names(LEVEL), ("Plant", "Pump.Flow")}


@pytest.mark.clause("A1")
async def test_limits_are_edited_from_the_items_and_told(made: ScriptedWindow) -> None:
    made.window.items.limits_wanted.emit(["Tank.Level", "Pump.Flow"])
    form = await until(lambda: next(iter(made.window.findChildren(LimitsForm)), None), "the form")
    row = next(row for row in form._rows if row.condition is Condition.LOW)
    row.check.setChecked(True)
    row.value.setText("5")
    form.save()
    desk = alarms(made)
    assert [(source, tag) for source, tag, _ in desk.engine.all_limits()] == [_names(LEVEL), ("Plant", "Pump.Flow")]
    assert made.told("operator")[-2:] == ["alarm limits set: L ≤ 5.00 bar", "alarm limits set: L ≤ 5.00 bar"]
    await until(lambda: desk.engine.key(*_names(LEVEL)) is not None, "the bound tags")
    await made.send("Pump.Flow", 4.0)
    assert rows(made) == [("Pump.Flow", "unacknowledged")]
    made.window.items.limits_wanted.emit(["Tank.Level", "Pump.Flow"])
    form = await until(
        lambda: next((f for f in made.window.findChildren(LimitsForm) if f.isVisible()), None), "the form"
    )
    next(row for row in form._rows if row.condition is Condition.LOW).check.setChecked(False)
    form.save()
    assert list(desk.engine.all_limits()) == []
    assert rows(made) == []
    assert made.told("operator")[-1] == "alarm limits set: none"


@pytest.mark.clause("A1")
async def test_limits_are_asked_for_from_watch_lists_and_trends_too(made: ScriptedWindow) -> None:
    def press(menu: QMenu) -> None:
        next(action for action in menu.actions() if action.text() == "Alarm limits …").trigger()

    async def edited() -> str:
        form = await until(
            lambda: next((f for f in made.window.findChildren(LimitsForm) if f.isVisible()), None), "the form"
        )
        form.reject()
        return next(label.text() for label in form.findChildren(QLabel) if label.accessibleName() == "Tag")

    (trend,) = made.window.findChildren(TrendView)
    press(trend.findChildren(PenTable)[0].menu_of([0]))
    assert await edited() == "Tank.Level\nPlant"
    watched = made.window.findChildren(WatchList)[0]
    watched.table.selectAll()
    press(watched.row_menu())
    assert await edited() == "2 tags"


@pytest.mark.clause("A10")
async def test_an_alarm_is_a_mark_on_the_trend_of_its_tag(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    await made.send("Tank.Level", 81.0)
    made.application.feed.flush()
    marks = made.application.trends.pane.collector.marks.within(0, 2**62, lambda mark: True)
    assert [(mark.kind, mark.text, mark.tag) for mark in marks if mark.kind is MarkKind.ALARM] == [
        (MarkKind.ALARM, "alarm: H ≥ 80.00 bar", "Tank.Level")
    ]


@pytest.mark.clause("A11")
async def test_limits_and_shelving_are_kept_and_states_are_found_anew(made: ScriptedWindow) -> None:
    desk = alarms(made)
    low = Limit(Condition.LOW, 10.0)
    both = TagLimits((*HIGH.limits, low), Suppression("Pump.Flow", (0,)))
    await limit(made, {LEVEL: both})
    await made.send("Tank.Level", 81.0)
    desk.engine.operate([HIGH_ID], AlarmEvent.SHELVE, comment="known", until_ns=desk._desk.clock.utc_ns() + 10**12)
    desk.engine.operate([AlarmId("Plant", "Tank.Level", Condition.LOW)], AlarmEvent.DISABLE)
    kept = json.loads(json.dumps(desk.state()))
    assert "value" not in json.dumps(kept["quiet"])
    await desk.restore({"limits": [], "quiet": []})
    assert list(desk.engine.alarms()) == []
    await desk.restore(kept)
    assert desk.state() == kept
    high = desk.engine.get(HIGH_ID)
    assert high is not None
    assert (high.state, high.comment) == (AlarmState.SHELVED, "known")
    await until(lambda: (alarm := desk.engine.get(HIGH_ID)) is not None and alarm.active, "the state, found anew")


@pytest.mark.clause("A11")
async def test_what_cannot_be_read_is_told_and_the_rest_is_taken(made: ScriptedWindow) -> None:
    desk = alarms(made)
    past = iso_utc(desk._desk.clock.utc_ns() - 10**9)
    good = {"source": "Plant", "tag": "Tank.Level", "limits": [{"condition": "H", "value": 80}]}
    entry = {"source": "Plant", "tag": "Tank.Level", "condition": "H"}
    await desk.restore(
        {
            "limits": [good, 7, {"tag": "x"}, {**good, "tag": "Odd", "limits": [{"condition": "?"}]}],
            "quiet": [{**entry, "until": past}, {**entry, "until": "soon"}, {"condition": "H"}],
        }
    )
    assert [tag for _, tag, _ in desk.engine.all_limits()] == ["Tank.Level"]
    alarm = desk.engine.get(HIGH_ID)
    assert alarm is not None
    assert alarm.state is AlarmState.NORMAL, "its time was over"
    told = made.told("operator")[-1]
    assert "an entry is no object" in told
    assert "Odd" in told
    await desk.restore({"limits": "?", "quiet": None})
    assert "a list was expected" in made.told("operator")[-1]


@pytest.mark.clause("D5")
async def test_nothing_opens_by_itself(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    for value in (81.0, 20.0) * 20:
        await made.send("Tank.Level", value)
    assert not [dialog for dialog in made.window.findChildren(QDialog) if dialog.isVisible()]
    made.application.feed.flush()
    assert len([told for told in made.told("alarm") if told.startswith("alarm:")]) == 5, "it chatters"


async def test_details_and_the_trend_are_opened_from_the_list(made: ScriptedWindow) -> None:
    await limit(made, {TagRef("Plant", "Pump.Flow"): HIGH})
    await made.send("Pump.Flow", 81.0)
    view = alarms(made).view
    view._table.setCurrentIndex(view._model.index(0, 0))
    view._table.selectionModel().select(view._model.index(0, 0), QItemSelectionModel.SelectionFlag.Rows)
    view.details_wanted.emit(view._model.alarm(0))
    (details,) = made.window.findChildren(DetailsDialog)
    details.copy()
    copied = QApplication.clipboard().text()
    assert "Value when raised\t81.0" in copied
    assert any("T" in line.split("\t")[0] and "81.0" in line.split("\t")[1] for line in copied.splitlines()[-1:])
    view.trend_wanted.emit(view._model.alarm(0))
    await until(lambda: {pen.tag for pen in made.window.trend.pens()} == {"Tank.Level", "Pump.Flow"}, "the pen")


@pytest.mark.clause("A9")
async def test_details_tell_what_became_of_an_alarm(made: ScriptedWindow) -> None:
    await limit(made, {LEVEL: HIGH})
    for value in (81.0, 20.0):
        await made.send("Tank.Level", value)
    desk = alarms(made)
    (alarm,) = desk.model.shown()
    desk.view.acknowledge_wanted.emit([alarm], "seen by the pump")
    words = [text for _, text in desk._history.rows(alarm.id, UNKNOWN, utc=True)]
    assert len(words) == 3
    assert "seen by the pump" in words[0]
    assert words[2].endswith("81.0")
    desk.set_limits({LEVEL: TagLimits(())})
    assert desk._history.rows(alarm.id, UNKNOWN, utc=True) == []


@pytest.mark.clause("A1")
async def test_the_form_of_limits_follows_the_value(made: ScriptedWindow) -> None:
    await made.send("Tank.Level", 50.0)
    alarms(made).edit([LEVEL])
    await until(lambda: made.window.findChildren(LimitsForm), "the form")
    (form,) = made.window.findChildren(LimitsForm)
    assert form._now.text().startswith("now 50.0")
    await made.send("Tank.Level", 51.0)
    made.application.desk.second.emit()
    assert form._now.text().startswith("now 51.0")
    form.reject()


def _names(ref: TagRef) -> tuple[str, str]:
    return ref.source, ref.tag
