"""The forms of watch lists: what they say, and what they give."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QListView, QWidget
from pytestqt.qtbot import QtBot

from ui.forms.watch import AddTagsForm, ComputedForm, NameForm, ToleranceForm
from ui.models.watch_paste import computed
from ui.models.watch_rows import Kind
from ui.models.watch_snapshot import Tolerance
from ui.tagref import TagRef
from ui.theme import DARK, LIGHT

SOURCES = ["Plant", "Other"]


@pytest.mark.clause("L3")
def test_names_are_counted_and_what_is_wrong_is_said(qtbot: QtBot) -> None:
    form = AddTagsForm(LIGHT, SOURCES, "Other")
    qtbot.addWidget(form)
    assert not form._ok.isEnabled()
    assert "One a line" in form._words.text()
    form._text.setPlainText("A\nPlant:B\n# note\n= [A] * 2")
    assert form._ok.isEnabled()
    assert form._words.text() == "4 rows"
    lines = form.lines()
    assert [line.kind for line in lines] == [Kind.TAG, Kind.TAG, Kind.COMMENT, Kind.COMPUTED]
    assert [line.ref for line in lines[:2]] == [TagRef("Other", "A"), TagRef("Plant", "B")]
    form._text.setPlainText("A\n= [A] *")
    assert not form._ok.isEnabled()
    assert LIGHT.error_back in form._words.styleSheet()
    form.set_theme(DARK)
    assert DARK.error_back in form._words.styleSheet()


def test_a_computed_row_is_checked_while_it_is_written(qtbot: QtBot) -> None:
    form = ComputedForm(LIGHT, SOURCES, "Plant")
    qtbot.addWidget(form)
    assert not form._ok.isEnabled()
    form._expression.setText("[A] - [Other:B]")
    assert form._words.text() == "Made of Plant:A, Other:B"
    form._expression.setText("sin([A], 2)")
    assert not form._ok.isEnabled()
    assert form._words.text() == "sin takes 1 to 1 values, not 2."
    form._expression.setText("1 + 1")
    assert "constant" in form._words.text()
    form._name.setText(" Two ")
    form._unit.setText("m")
    line = form.line()
    assert (line.text, line.expression, line.unit, line.inputs) == ("Two", "1 + 1", "m", ())


def test_a_computed_row_is_changed(qtbot: QtBot) -> None:
    line = computed("Sum", "[A] + [B]", SOURCES, "Other", "m")
    form = ComputedForm(LIGHT, SOURCES, "Plant", line)
    qtbot.addWidget(form)
    assert form.line() == line
    form._expression.setText("[A] + [C]")
    assert form.line().inputs == (TagRef("Other", "A"), TagRef("Other", "C"))
    form._source.setCurrentText("Plant")
    assert form.line().inputs == (TagRef("Plant", "A"), TagRef("Plant", "C"))


@pytest.mark.clause("R2")
def test_a_tolerance_is_not_changed_by_the_wheel(qtbot: QtBot) -> None:
    form = ToleranceForm(LIGHT, Tolerance(0.5, 2.0))
    qtbot.addWidget(form)
    form.show()
    no = Qt.KeyboardModifier.NoModifier
    at, button, phase = QPointF(5, 5), Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    turn = QWheelEvent(at, at, QPoint(), QPoint(0, 120), button, no, phase, False)
    form._absolute.setFocus()
    QApplication.sendEvent(form._absolute, turn)
    assert form.tolerance() == Tolerance(0.5, 2.0)
    form._percent.setValue(10.0)
    assert form.tolerance() == Tolerance(0.5, 10.0)


def test_a_name_is_refused_in_words(qtbot: QtBot) -> None:
    form = NameForm(LIGHT, "List 1", lambda name: "" if name else "A list needs a name.")
    qtbot.addWidget(form)
    form._line.setText("  My   list ")
    assert form.name() == "My list"
    assert form._ok.isEnabled()
    form._line.setText("  ")
    assert not form._ok.isEnabled()
    assert form._words.text() == "A list needs a name."


@pytest.mark.clause("L3")
def test_every_control_has_a_name(qtbot: QtBot) -> None:
    forms: list[QDialog] = [
        AddTagsForm(LIGHT, SOURCES, "Plant"),
        ComputedForm(LIGHT, SOURCES, "Plant"),
        ToleranceForm(LIGHT, Tolerance()),
        NameForm(LIGHT, "x", lambda name: ""),
    ]
    for form in forms:
        qtbot.addWidget(form)
        form.show()
        assert form.accessibleName()
        reached = [child for child in form.findChildren(QWidget) if child.focusPolicy() & Qt.FocusPolicy.TabFocus]
        # What stands inside a field is the field's own.
        own = [child for child in reached if not isinstance(child, QListView) and child.parent() is form]
        assert own
        assert all(child.accessibleName() for child in own), [type(child).__name__ for child in own]
        form.reject()
