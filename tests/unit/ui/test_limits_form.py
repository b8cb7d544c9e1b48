"""The form for alarm limits: what it shows is what it saves, and what it cannot use it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.alarms.limits import Condition, Limit, Priority, Suppression, TagLimits
from app.values import Value
from ui.forms.limits import LimitsForm, parse_states, sample_text
from ui.tagbook import UNKNOWN, TagAbout
from ui.tagref import TagRef
from ui.theme import DARK, LIGHT

C = Condition
REF = TagRef("Plant", "Tank.Level")
LEVEL = TagAbout("Double", "%", "Level of the tank", decimals=2, low=0.0, high=100.0)
PUMP = TagAbout("QualifiedEnum", "", "", enumeration=("Stopped", "Running", "Tripped"))
FULL = TagLimits(
    (
        Limit(C.HIGH_HIGH, 95.125, priority=Priority.URGENT, deadband=0.5, on_delay_s=1.0, off_delay_s=2.5),
        Limit(C.HIGH, 0.1 + 0.2, priority=Priority.LOW),
        Limit(C.LOW, 0.0),
        Limit(C.LOW_LOW, -1e-9),
        Limit(C.STATE, states=(1.0, 2.5)),
        Limit(C.QUALITY, on_delay_s=5.0),
        Limit(C.STALE, 30.0),
    ),
    Suppression("Pump.State", (0, "off", True)),
)


Shown = Callable[..., LimitsForm]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    """Makes forms; a window owns them, for they delete themselves."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()

    def make(
        limits: Sequence[TagLimits] = (TagLimits(()),), about: TagAbout = LEVEL, refs: Sequence[TagRef] = (REF,)
    ) -> LimitsForm:
        made = LimitsForm(refs, limits, about, LIGHT, window)
        made.show()
        return made

    return make


@pytest.fixture
def form(shown: Shown) -> LimitsForm:
    return shown()


@pytest.mark.clause("A1", "A2", "A3")
def test_what_is_shown_is_what_is_read(shown: Shown) -> None:
    assert shown([FULL]).read() == FULL
    assert shown().read() == TagLimits(())


@pytest.mark.clause("A1")
def test_saving_tells_the_limits_and_closing_changes_nothing(shown: Shown, form: LimitsForm) -> None:
    saved: list[TagLimits] = []
    form.saved.connect(saved.append)
    high = next(row for row in form._rows if row.condition is C.HIGH)
    assert not high.value.isEnabled()
    high.check.setChecked(True)
    QTest.keyClicks(high.value, "80,5")
    form.save()
    assert saved == [TagLimits((Limit(C.HIGH, 80.5, priority=Priority.HIGH),))]
    other = shown([FULL])
    other.saved.connect(saved.append)
    QTest.keyClick(other, Qt.Key.Key_Escape)
    assert len(saved) == 1


@pytest.mark.clause("A1")
@pytest.mark.parametrize(
    ("condition", "field", "text", "words"),
    [
        (C.HIGH, "value", "", "H: the limit is missing"),
        (C.HIGH, "value", "80 %", "H: the limit: “80 %” is not a number"),
        (C.LOW, "deadband", "-1", "L: the deadband is -1"),
        (C.STALE, "on", "soon", "stale: the on delay: “soon” is not a number"),
        (C.STALE, "value", "0", "stale: the silence is 0 s"),
        (C.STATE, "value", " , ", "state: no value is given"),
        (C.STATE, "value", "open", "“open” is not a number"),
    ],
)
def test_what_cannot_be_used_is_named_and_the_form_stays(
    form: LimitsForm, condition: Condition, field: str, text: str, words: str
) -> None:
    saved: list[TagLimits] = []
    form.saved.connect(saved.append)
    chosen = next(row for row in form._rows if row.condition is condition)
    chosen.check.setChecked(True)
    if condition is not C.STATE:
        chosen.value.setText("1")
    getattr(chosen, field).setText(text)
    form.save()
    assert words in form._state.text()
    assert form.isVisible()
    assert saved == []


@pytest.mark.clause("A1")
def test_levels_that_cross_are_refused(form: LimitsForm) -> None:
    for condition, text in ((C.HIGH, "10"), (C.LOW, "20")):
        chosen = next(row for row in form._rows if row.condition is condition)
        chosen.check.setChecked(True)
        chosen.value.setText(text)
    form.save()
    assert form._state.text() == "H (10) must be above L (20)"


@pytest.mark.clause("A6")
def test_values_that_suppress_need_their_tag(form: LimitsForm) -> None:
    form._states.setText("0")
    form.save()
    assert "give the tag" in form._state.text()
    form._by.setText("Pump.State")
    assert form.read().suppression == Suppression("Pump.State", (0,))


@pytest.mark.clause("A2")
@pytest.mark.parametrize(
    ("text", "about", "states"),
    [
        ("Tripped, stopped", PUMP, (2, 0)),
        ("1", PUMP, (1,)),
        ("true", TagAbout("Boolean"), (True,)),
        ("7, true, 2.5, on", UNKNOWN, (7, True, 2.5, "on")),
    ],
)
def test_states_are_read_as_the_tag_has_them(text: str, about: TagAbout, states: tuple[Value, ...]) -> None:
    assert parse_states(text, about) == states


@pytest.mark.clause("A2")
def test_states_are_shown_in_the_words_of_the_tag(shown: Shown) -> None:
    limits = TagLimits((Limit(C.STATE, states=(2,)),))
    form = shown([limits], PUMP)
    state = next(row for row in form._rows if row.condition is C.STATE)
    assert state.value.text() == "Tripped (2)"
    assert form.read() == limits


def test_several_tags_say_how_many_and_whether_they_differ(shown: Shown) -> None:
    refs = (REF, TagRef("Plant", "Other"))
    alike = shown([FULL, FULL], refs=refs)
    assert alike.read() == FULL
    assert not alike._state.isVisible()
    different = shown([FULL, TagLimits(())], refs=refs)
    assert different.read() == TagLimits(())
    assert "different alarms" in different._state.text()
    titles = [label.text() for label in different.findChildren(QLabel) if label.accessibleName() == "Tag"]
    assert titles == ["2 tags"]


@pytest.mark.clause("L2", "L3", "R2")
def test_every_field_has_a_name_and_none_listens_to_the_wheel(form: LimitsForm) -> None:
    form.set_theme(DARK)
    fields = [*form.findChildren(QLineEdit), *form.findChildren(QComboBox), *form.findChildren(QPushButton)]
    assert all(field.accessibleName() for field in fields)
    names = [field.accessibleName() for field in form.findChildren(QLineEdit)]
    assert len(names) == len(set(names))
    assert all(box.focusPolicy() is Qt.FocusPolicy.StrongFocus for box in form.findChildren(QComboBox))


@pytest.mark.clause("A1")
def test_it_shows_what_the_tag_is_now(shown: Shown, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    now = [sample_text(55.126, 192, LEVEL)]
    form = LimitsForm([REF], [TagLimits(())], LEVEL, LIGHT, window, lambda: now[0])
    form.show()
    assert form._now.text() == "now 55.13 %, good (192)"
    now[0] = sample_text(2, 24, PUMP)
    form.refresh()
    assert form._now.text() == "now Tripped (2), bad: communication failure (24)"
    now[0] = ""
    form.refresh()
    assert not form._now.isVisible()
    several = LimitsForm([REF, TagRef("Plant", "x")], [TagLimits(())] * 2, LEVEL, LIGHT, window, lambda: "never")
    several.show()
    assert not several._now.isVisible()
