"""Help, Look for a newer version: there only where the settings say whom to ask, and asked by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from app import newer
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from ui.desk.help import HelpDesk

pytestmark = pytest.mark.clause("B6")
FEED = "https://tagwatch.example/latest.json"


async def said(made: Scripted, monkeypatch: pytest.MonkeyPatch, newest: Callable[[str], newer.Newest]) -> str:
    settings = made.application.desk.runtime.settings
    object.__setattr__(settings, "update_feed", FEED)
    help_desk = HelpDesk(made.application.desk)
    asked: list[str] = []
    monkeypatch.setattr(newer, "newest", lambda address: (asked.append(address), newest(address))[1])
    assert not asked
    made.action("Look for a newer version").trigger()
    found: list[QMessageBox] = []
    await until(lambda: found.extend(made.window.findChildren(QMessageBox)) or bool(found), "the answer")
    words = found[0].text()
    found[0].close()
    QApplication.sendPostedEvents()
    assert asked == [FEED]
    help_desk.deleteLater()
    return words


async def test_without_an_address_there_is_no_such_entry(scripted: Scripted) -> None:
    await scripted.ready()
    texts = [action.text().replace("&", "") for action in scripted.window.menu("help").actions()]
    assert "About Tagwatch" in texts
    assert "Look for a newer version" not in texts


async def test_a_newer_one_is_told_with_its_page(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    await scripted.ready()
    words = await said(scripted, monkeypatch, lambda _: newer.Newest("99.0", "https://tagwatch.example/99"))
    assert words.startswith("Version 99.0 is there; this is ")
    assert words.endswith("\nhttps://tagwatch.example/99")


async def test_what_could_not_be_found_out_is_told(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> newer.Newest:
        raise newer.FeedError("tagwatch.example cannot be asked: no route")

    await scripted.ready()
    assert "no route" in await said(scripted, monkeypatch, fails)
