"""Banners over the panes, and hints in empty ones."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QApplication, QPushButton, QStyleOptionViewItem, QTableWidget
from pytestqt.qtbot import QtBot

from ui import theme as themes
from ui.widgets import Banner, Banners, Elided, Steady, Tags, paint_hint


def _buttons(banner: Banner) -> dict[str, QPushButton]:
    return {button.text(): button for button in banner.findChildren(QPushButton)}


@pytest.mark.clause("D1")
def test_each_session_has_one_banner_that_says_the_newest(qtbot: QtBot) -> None:
    banners = Banners(themes.LIGHT)
    qtbot.addWidget(banners)
    assert not banners.isVisibleTo(None)
    banners.say("a", "source lost")
    banners.say("b", "worker died")
    banners.say("a", "source lost, next attempt 12:00")
    assert banners.shown() == {"a": "source lost, next attempt 12:00", "b": "worker died"}
    banners.clear("a")
    banners.clear("a")
    assert banners.shown() == {"b": "worker died"}
    assert banners.isVisibleTo(None)
    banners.clear("b")
    assert not banners.isVisibleTo(None)


@pytest.mark.clause("D1")
def test_a_banner_that_was_put_away_stays_away_until_its_trouble_is_over(qtbot: QtBot) -> None:
    banners = Banners(themes.LIGHT)
    qtbot.addWidget(banners)
    banners.show()
    banners.say("a", "source lost")
    (banner,) = banners.findChildren(Banner)
    _buttons(banner)["Put away"].click()
    banners.say("a", "still lost")
    assert not banner.isVisible()
    banners.clear("a")
    banners.say("a", "lost again")
    assert any(made.isVisible() and made.words() == "lost again" for made in banners.findChildren(Banner))


@pytest.mark.clause("D1")
def test_details_name_the_session(qtbot: QtBot) -> None:
    banners = Banners(themes.LIGHT)
    qtbot.addWidget(banners)
    wanted: list[str] = []
    banners.details_wanted.connect(wanted.append)
    banners.say("a", "x")
    banners.say("b", "y")
    _buttons(banners.findChildren(Banner)[1])["Details"].click()
    assert wanted == ["b"]


@pytest.mark.clause("L2", "L3")
def test_banners_follow_the_theme_and_have_names(qtbot: QtBot) -> None:
    banners = Banners(themes.LIGHT)
    qtbot.addWidget(banners)
    banners.say("a", "x")
    banners.set_theme(themes.DARK)
    (banner,) = banners.findChildren(Banner)
    assert themes.DARK.error_back in banner.styleSheet()
    assert banner.accessibleName()
    assert all(button.accessibleName() for button in _buttons(banner).values())


def _inked(view: QTableWidget, colour: str) -> bool:
    image = view.viewport().grab().toImage()
    wanted = QColor(colour)
    return any(image.pixelColor(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


@pytest.mark.clause("L2")
def test_a_hint_in_an_empty_pane_is_quiet_and_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    class Pane(QTableWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            paint_hint(self, "Nothing ██ yet")

    for mode in (themes.Mode.DARK, themes.Mode.LIGHT):
        theme = themes.apply(qapp, mode)
        pane = Pane()
        qtbot.addWidget(pane)
        pane.resize(240, 80)
        assert _inked(pane, theme.muted)
        assert not _inked(pane, theme.bad)


def test_long_tags_keep_their_ends(qtbot: QtBot) -> None:
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    delegate = Tags(table)
    option = QStyleOptionViewItem()
    delegate.initStyleOption(option, table.model().index(0, 0))
    assert option.textElideMode is Qt.TextElideMode.ElideMiddle  # type: ignore[attr-defined]


def test_a_line_that_gives_way_ends_with_dots_and_keeps_its_words(qtbot: QtBot) -> None:
    line = Elided("Double-click an item to trend it")
    qtbot.addWidget(line)
    assert line.minimumSizeHint().width() < line.sizeHint().width() / 3
    line.setText("F2 writes it, Ctrl+O opens a server")
    assert line.toolTip() == line.text() == "F2 writes it, Ctrl+O opens a server"
    line.resize(60, 20)
    assert not line.grab().isNull()


def test_a_figure_never_gets_narrower(qtbot: QtBot) -> None:
    figure = Steady()
    qtbot.addWidget(figure)
    figure.setText("123,456 events/s")
    wide = figure.minimumWidth()
    figure.setText("1 event/s")
    assert figure.minimumWidth() == wide > 0
