"""What a source knows of a tag: asked, shown, copied, and what is said where it does not tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.commands import Property, TagProperties
from app.errors import GatewayError
from app.tasks import running
from tests.helpers.clock import settle
from ui import theme as themes
from ui.forms.properties import PropertiesDialog

TOLD = TagProperties((Property("data_type", "Double"), Property("high", 150.0), Property("words", ("Off", "On"))))


class Source:
    """Answers when the test lets it."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.answer: TagProperties | GatewayError = TOLD
        self.asked = 0

    async def ask(self) -> TagProperties:
        self.asked += 1
        await self.gate.wait()
        if isinstance(self.answer, GatewayError):
            raise self.answer
        return self.answer


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def dialog(qapp: QApplication, source: Source) -> AsyncIterator[PropertiesDialog]:
    made = PropertiesDialog("Reactor.PV", "Plant", source.ask, themes.LIGHT)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    yield made
    made.done(0)
    await settle()
    assert not running()
    made.deleteLater()


def _rows(dialog: PropertiesDialog) -> list[tuple[str, str]]:
    items = [dialog._table.topLevelItem(row) for row in range(dialog._table.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items if item is not None]


async def test_it_asks_says_so_and_shows_all(dialog: PropertiesDialog, source: Source) -> None:
    await settle()
    assert dialog._state.text() == "Asking the source …"
    assert not dialog._copy.isEnabled()
    source.gate.set()
    await settle()
    assert _rows(dialog) == [("data type", "Double"), ("high", "150.0"), ("words", '["Off", "On"]')]
    assert not dialog._state.isVisible()
    dialog.copy()
    assert QGuiApplication.clipboard().text() == 'data_type\tDouble\nhigh\t150.0\nwords\t["Off", "On"]'
    dialog._table.setCurrentItem(dialog._table.topLevelItem(1))
    dialog.copy()
    assert QGuiApplication.clipboard().text() == "high\t150.0"


async def test_an_error_is_said_and_can_be_asked_again(dialog: PropertiesDialog, source: Source) -> None:
    source.answer = GatewayError("Timeout", "no reply within 3 s")
    source.gate.set()
    await settle()
    assert dialog._state.text() == "The source did not tell: no reply within 3 s"
    assert themes.LIGHT.error_back in dialog._state.styleSheet()
    dialog.set_theme(themes.DARK)
    assert themes.DARK.error_back in dialog._state.styleSheet()
    source.answer = TOLD
    dialog._again.click()
    await settle()
    assert len(_rows(dialog)) == 3
    assert themes.DARK.error_back not in dialog._state.styleSheet()
    assert source.asked == 2


async def test_nothing_told_is_said(dialog: PropertiesDialog, source: Source) -> None:
    source.answer = TagProperties(())
    source.gate.set()
    await settle()
    assert dialog._state.text() == "The source tells nothing about this tag."


async def test_closing_ends_the_question(dialog: PropertiesDialog, source: Source) -> None:
    await settle()
    dialog.reject()
    await settle()
    assert not running()


@pytest.mark.clause("N3", "Z3")
async def test_the_item_s_own_value_stands_above_and_stays_live(qapp: QApplication, source: Source) -> None:
    told = {"Live value": "1.5 bar", "Time difference": "—"}
    dialog = PropertiesDialog("Reactor.PV", "Plant", source.ask, themes.LIGHT, live=lambda: list(told.items()))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    assert _rows(dialog) == [("Live value", "1.5 bar"), ("Time difference", "—")]
    source.gate.set()
    await settle()
    assert [name for name, _ in _rows(dialog)] == ["Live value", "Time difference", "data type", "high", "words"]
    first = dialog._table.topLevelItem(0)
    assert first is not None
    first.setSelected(True)
    told["Live value"] = "2.5 bar"
    dialog.refresh_live()
    assert dialog._table.topLevelItem(0) is first, "what is selected stays"
    dialog.copy()
    assert QGuiApplication.clipboard().text() == "Live value\t2.5 bar"
    dialog.refresh()
    await settle()
    assert len(_rows(dialog)) == 5
    dialog.done(0)
    await settle()
    dialog.deleteLater()
