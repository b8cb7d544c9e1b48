"""The list of alarms: order, words, marks, selection that survives, and what can be done when."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.alarms.limits import Condition, Limit, Priority
from app.alarms.model import Alarm, AlarmId, Change
from app.alarms.states import QUIET, AlarmEvent, AlarmState
from app.batch import Sample
from ui import theme as themes
from ui.alarm_words import STATE_MARKS, change_words, limit_words, state_words
from ui.models.alarms import PRIORITY, STATE, TAG, VALUE, AlarmsModel
from ui.tagbook import TagAbout
from ui.theme import PRIORITY_MARKS
from ui.views.alarms import AlarmsView

S = AlarmState
ABOUT = TagAbout("Double", "bar", decimals=1, enumeration=("Stopped", "Running"))


def alarm(
    tag: str, state: AlarmState = S.UNACKNOWLEDGED, priority: Priority = Priority.MEDIUM, raised: int = 1
) -> Alarm:
    limit = Limit(Condition.HIGH, 80.0, priority=priority)
    active = state in (S.UNACKNOWLEDGED, S.ACKNOWLEDGED)
    return Alarm(AlarmId("Plant", tag, Condition.HIGH), limit, state, active, raised, raised, 81.5, 192, 1, held=False)


def model_of(*alarms: Alarm) -> AlarmsModel:
    model = AlarmsModel(themes.LIGHT, lambda source, tag: ABOUT, lambda source, tag: Sample(82.25, 192, 1, 1))
    model.update(alarms)
    return model


def tags(model: AlarmsModel) -> list[str]:
    return [str(model.index(row, TAG).data()) for row in range(model.rowCount())]


@pytest.mark.clause("A9")
def test_what_wants_acknowledging_is_first_then_by_priority_then_the_newest(qapp: QApplication) -> None:
    model = model_of(
        alarm("known urgent", S.ACKNOWLEDGED, Priority.URGENT),
        alarm("old high", priority=Priority.HIGH, raised=1),
        alarm("new high", priority=Priority.HIGH, raised=2),
        alarm("low", priority=Priority.LOW, raised=9),
        alarm("urgent", S.RETURNED, Priority.URGENT),
        alarm("shelved", S.SHELVED),
        alarm("normal", S.NORMAL),
    )
    assert tags(model) == ["urgent", "new high", "old high", "low", "known urgent"]
    assert (model.unacknowledged, model.active, model.quiet) == (4, 4, 1)
    assert model.worst is not None
    assert model.worst.id.tag == "urgent"
    model.show_quiet(True)
    assert tags(model)[-1] == "shelved"


@pytest.mark.clause("A9", "L1")
def test_every_state_and_priority_has_a_shape_and_a_word(qapp: QApplication) -> None:
    assert len(set(PRIORITY_MARKS.values())) == len(Priority)
    assert len(set(STATE_MARKS.values())) == len(S)
    assert not set(PRIORITY_MARKS.values()) & set(STATE_MARKS.values())
    model = model_of(*(alarm(state.value, state) for state in S))
    model.show_quiet(True)
    for row in range(model.rowCount()):
        for column in (PRIORITY, STATE):
            mark, _, word = str(model.index(row, column).data()).partition(" ")
            assert len(mark) == 1
            assert word


@pytest.mark.clause("L2")
@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK, themes.CONTRAST])
@pytest.mark.parametrize("priority", Priority)
def test_alarms_are_legible_in_every_theme(theme: themes.Theme, priority: Priority) -> None:
    assert themes.contrast(theme.text, theme.behind_priority(priority)) >= 4.5
    assert themes.contrast(theme.of_priority(priority), theme.base) >= 4.5


@pytest.mark.clause("A8")
def test_what_is_held_or_chatters_says_so_and_its_value_is_dimmed(qapp: QApplication) -> None:
    model = model_of(replace(alarm("a"), held=True, chattering=True))
    assert model.index(0, STATE).data() == "● active, unacknowledged, chattering, not live"
    assert model.index(0, VALUE).data() == "82.2 bar ✕"
    assert model.index(0, VALUE).data(Qt.ItemDataRole.ForegroundRole).color().name() == themes.LIGHT.muted
    assert model.index(0, STATE).data(Qt.ItemDataRole.BackgroundRole) is not None


def test_rows_come_go_and_move_as_such(qapp: QApplication) -> None:
    model = model_of()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    chance = random.Random(5)
    known: dict[AlarmId, Alarm] = {}
    for turn in range(200):
        if turn % 20 == 0:
            model.show_quiet(bool(turn % 40))
        changed = [
            alarm(f"t{chance.randrange(12)}", chance.choice(list(S)), chance.choice(list(Priority)), turn)
            for _ in range(3)
        ]
        known |= {one.id: one for one in changed}
        model.update(list({one.id: one for one in changed}.values()))
        shown = {one.id for one in known.values() if one.state is not S.NORMAL}
        if not model._with_quiet:
            shown = {one for one in shown if known[one].state not in QUIET}
        assert {one.id for one in model.shown()} == shown
        assert model.shown() == sorted(
            model.shown(), key=lambda a: (a.state in QUIET, not a.unacknowledged, -a.limit.priority, -a.raised_ns)
        )
    assert resets == []
    model.update([alarm(f"many{i}") for i in range(500)])
    assert resets == [1]
    model.update((), [one.id for one in model.shown()])
    assert model.unacknowledged == 0


@pytest.fixture
def view(qtbot: QtBot) -> AlarmsView:
    made = AlarmsView(model_of(alarm("a", raised=1), alarm("b", raised=2), alarm("c", S.ACKNOWLEDGED)))
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.show()
    return made


def model(view: AlarmsView) -> AlarmsModel:
    return view._model


@pytest.mark.clause("W4")
def test_the_selection_stays_on_its_alarm(view: AlarmsView) -> None:
    view._table.selectRow(1)
    assert [one.id.tag for one in view.chosen()] == ["a"]
    model(view).update([alarm("z", priority=Priority.URGENT), alarm("b", S.ACKNOWLEDGED, raised=2)])
    assert tags(model(view)) == ["z", "a", "b", "c"]
    assert [one.id.tag for one in view.chosen()] == ["a"]


@pytest.mark.clause("A5")
def test_acknowledging_one_the_chosen_or_all_with_a_comment(view: AlarmsView) -> None:
    told: list[tuple[list[str], str]] = []
    view.acknowledge_wanted.connect(lambda these, comment: told.append(([one.id.tag for one in these], comment)))
    assert not view._acknowledge.isEnabled(), "nothing is chosen"
    view._table.selectRow(2)
    assert not view._acknowledge.isEnabled(), "it is acknowledged already"
    assert view._shelve.isEnabled()
    view._table.selectRow(0)
    view._comment.setText("  seen   it ")
    QTest.keyClick(view._comment, Qt.Key.Key_Return)
    view._table.selectAll()
    view.acknowledge()
    view._all.click()
    assert told == [(["b"], "seen it"), (["b", "a"], ""), (["b", "a"], "")]


@pytest.mark.clause("A6")
def test_the_menu_offers_what_makes_sense(view: AlarmsView) -> None:
    def enabled(*alarms: Alarm) -> set[str]:
        menu = view.menu_of(list(alarms))
        return {action.text() for action in menu.actions() if action.isEnabled() and action.text()}

    always = {"Add to trend", "Alarm limits …", "Details"}
    assert enabled(alarm("x")) == {"Acknowledge", "Shelve", "Take out of service"} | always
    assert enabled(alarm("x", S.SHELVED)) == {"Shelve", "Unshelve", "Take out of service"} | always
    assert enabled(alarm("x", S.OUT_OF_SERVICE)) == {"Take back into service"} | always
    told: list[object] = []
    view.event_wanted.connect(lambda these, event, comment: told.append(event))
    menu = view.menu_of([alarm("x", S.OUT_OF_SERVICE)])
    next(a for a in menu.actions() if a.text() == "Take back into service").trigger()
    assert told == [AlarmEvent.ENABLE]


@pytest.mark.clause("L3")
def test_the_list_by_keyboard(view: AlarmsView) -> None:
    told: list[tuple[str, str]] = []
    view.trend_wanted.connect(lambda one: told.append(("trend", one.id.tag)))
    view.details_wanted.connect(lambda one: told.append(("details", one.id.tag)))
    view._table.setFocus()
    view._table.selectRow(1)
    QTest.keyClick(view._table, Qt.Key.Key_Return)
    QTest.keyClick(view._table, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert told == [("trend", "a"), ("details", "a")]
    QTest.keyClick(view._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "Alarm: H ≥ 80.0 bar" in QApplication.clipboard().text()


def test_only_values_on_the_screen_are_painted_anew(view: AlarmsView) -> None:
    model(view).update([alarm(f"t{i:03}") for i in range(150)])
    told: list[tuple[int, int]] = []
    model(view).dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    view.refresh_values()
    ((first, last),) = told
    assert first == 0
    assert 0 < last < 20


@pytest.mark.clause("Z1")
def test_times_in_utc(view: AlarmsView) -> None:
    model(view).set_utc(True)
    source: QAbstractItemModel = model(view)
    assert source.headerData(5, Qt.Orientation.Horizontal) == "Since (UTC)"
    assert str(source.index(0, 5).data()).startswith("1970-01-01 00:00:00")


def test_words_of_limits_and_changes() -> None:
    assert limit_words(Limit(Condition.LOW_LOW, 2.25), ABOUT) == "LL ≤ 2.2 bar"
    assert limit_words(Limit(Condition.STATE, states=(0, 1)), ABOUT) == "state Stopped (0) or Running (1)"
    assert limit_words(Limit(Condition.STALE, 2.5)) == "no news for 2.5 s"
    assert limit_words(Limit(Condition.QUALITY)) == "bad quality"
    calm = alarm("x", S.NORMAL)
    chatter = replace(calm, chattering=True)
    assert change_words(Change(calm, None, None, 0)) == ""
    assert change_words(Change(calm, replace(calm, held=True), None, 0)) == ""
    assert change_words(Change(calm, chatter, None, 0)).startswith("chatters, told again")
    assert change_words(Change(chatter, calm, None, 0)).startswith("chatters no more")
    assert change_words(Change(calm, alarm("x"), AlarmEvent.RAISE, 0)) == "alarm: H ≥ 80.0"
    assert change_words(Change(calm, alarm("x", S.SHELVED), AlarmEvent.SHELVE, 0)) == "", "told as what an operator did"
    assert state_words(alarm("x", S.RETURNED)) == "over, unacknowledged"
