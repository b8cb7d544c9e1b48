"""The built-in help: its pages, its links, its keys, and which page F1 shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from ui.desk.help import TOPICS
from ui.theme import DARK, LIGHT
from ui.views.help import HelpWindow, topics


@pytest.fixture
def pages(qapp: QApplication) -> Iterator[HelpWindow]:
    window = HelpWindow(LIGHT)
    yield window
    window.close()
    window.deleteLater()


def test_every_pane_has_a_page_and_every_link_leads_to_one() -> None:
    names = [topic.name for topic in topics()]
    assert names[0] == "start"
    assert names[-1] == "keys"
    assert set(TOPICS.values()) <= set(names)
    for topic in topics():
        assert topic.title
        for link in re.findall(r"\]\(([^)]+\.md)\)", topic.text):
            assert re.sub(r"^\d+-|\.md$", "", link) in names, f"{topic.name} links to {link}"


def test_a_word_finds_its_pages(pages: HelpWindow) -> None:
    pages.show_topic("start")
    pages._find.setText("certificate")
    shown = [row for row in range(pages._list.count()) if not pages._list.item(row).isHidden()]
    assert [pages._list.item(row).text() for row in shown] == ["Sessions and sources"]
    assert pages.topic() == "sessions"
    pages._find.setText("zweiundvierzig")
    assert all(pages._list.item(row).isHidden() for row in range(pages._list.count()))
    pages.show_topic("trends")
    assert pages.topic() == "trends"
    assert not any(pages._list.item(row).isHidden() for row in range(pages._list.count()))


def test_links_between_pages_stay_inside(pages: HelpWindow) -> None:
    pages.show_topic("start")
    pages._follow(QUrl("06-trends.md"))
    assert pages.topic() == "trends"
    pages._follow(QUrl("javascript:alert(1)"))
    pages._follow(QUrl("99-none.md"))
    assert pages.topic() == "trends"
    pages.set_theme(DARK)
    assert "Trends" in pages._text.toPlainText()
    spy = QSignalSpy(pages.finished)
    pages.close()
    assert spy.count() == 1
