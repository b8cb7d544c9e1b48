"""Tabs: their buttons are wishes, named and in the theme's colours."""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ui.tabs import Tabs
from ui.theme import DARK, LIGHT


def button(tabs: Tabs, at: int) -> QToolButton:
    found = tabs.tabBar().tabButton(at, QTabBar.ButtonPosition.RightSide)
    assert isinstance(found, QToolButton)
    return found


def test_tabs_are_named_and_closing_is_a_wish(qtbot: QtBot) -> None:
    tabs = Tabs("Lists", "New list", LIGHT)
    qtbot.addWidget(tabs)
    first, second = QWidget(), QWidget()
    tabs.insert(0, first, "A & B")
    tabs.insert(1, second, "Second")
    assert tabs.currentWidget() is second
    assert tabs.tabText(0) == "A && B"
    assert button(tabs, 0).accessibleName() == "Close A & B"
    told: list[object] = []
    tabs.close_wanted.connect(told.append)
    tabs.rename_wanted.connect(told.append)
    tabs.new_wanted.connect(lambda: told.append("new"))
    button(tabs, 1).click()
    tabs.tabBar().tabBarDoubleClicked.emit(0)
    tabs.tabBar().tabBarDoubleClicked.emit(-1)
    tabs._new.click()
    assert told == [second, first, "new"]
    assert tabs.count() == 2
    tabs.name(second, "Renamed")
    assert (tabs.tabText(1), tabs.tabToolTip(1)) == ("Renamed", "Renamed")
    assert button(tabs, 1).accessibleName() == "Close Renamed"
    before = button(tabs, 0).icon().cacheKey()
    tabs.set_theme(DARK)
    assert button(tabs, 0).icon().cacheKey() != before
