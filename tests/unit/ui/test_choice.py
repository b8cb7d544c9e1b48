"""The button that narrows a view down."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ui.choice import Choice

KINDS = {"a": "alpha", "b": "beta", "c": "gamma & co"}


@pytest.fixture
def choice(qtbot: QtBot) -> Choice:
    made = Choice("Kind", lambda: KINDS, {"not alpha": frozenset("bc")})
    qtbot.addWidget(made)
    return made


def _opened(choice: Choice) -> dict[str, QAction]:
    choice.menu().aboutToShow.emit()
    return {action.text(): action for action in choice.menu().actions() if action.text()}


def test_nothing_chosen_means_all(choice: Choice) -> None:
    assert choice.chosen() == frozenset()
    assert choice.text() == "Kind ▾"
    assert not choice.font().bold()
    assert list(_opened(choice)) == ["All", "not alpha", "alpha", "beta", "gamma && co"]


@pytest.mark.clause("L1", "L3")
def test_what_is_chosen_is_said_in_words(choice: Choice) -> None:
    told: list[frozenset[str]] = []
    choice.changed.connect(lambda: told.append(choice.chosen()))
    _opened(choice)["beta"].trigger()
    assert (choice.text(), choice.accessibleName(), choice.font().bold()) == ("Kind: beta ▾", "Kind: beta", True)
    _opened(choice)["alpha"].trigger()
    assert choice.text() == "Kind: 2 chosen ▾"
    assert choice.toolTip() == "Kind: alpha, beta"
    _opened(choice)["not alpha"].trigger()
    assert choice.text() == "Kind: not alpha ▾"
    assert [action.isChecked() for action in _opened(choice).values() if action.isCheckable()] == [False, True, True]
    _opened(choice)["All"].trigger()
    assert choice.chosen() == frozenset()
    assert told == [frozenset("b"), frozenset("ab"), frozenset("bc"), frozenset()]


def test_what_was_chosen_can_be_taken_back_when_it_is_gone(choice: Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    choice.choose("a")
    monkeypatch.setattr(choice, "_options", lambda: {"b": "beta"})
    assert list(_opened(choice)) == ["All", "not alpha", "beta", "alpha"]
    _opened(choice)["alpha"].trigger()
    assert choice.chosen() == frozenset()


def test_the_menu_stays_open_while_things_are_checked(choice: Choice, qtbot: QtBot) -> None:
    menu = choice.menu()
    menu.popup(choice.mapToGlobal(choice.rect().bottomLeft()))
    actions = {action.text(): action for action in menu.actions()}
    for name in ("alpha", "beta"):
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(actions[name]).center())
    assert menu.isVisible()
    assert choice.chosen() == frozenset("ab")
    menu.setActiveAction(actions["beta"])
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert choice.chosen() == frozenset("a")
    menu.hide()
