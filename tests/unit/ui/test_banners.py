"""Banners over the panes: one a session, its age and next attempt counting, and several that stack calmly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ui import theme as themes
from ui.banners import Banner, Banners, Trouble

S = 1_000_000_000
LOST = Trouble("a", "Plant", "source lost", since_ns=0, next_ns=8 * S)


@pytest.fixture
def banners(qtbot: QtBot) -> Banners:
    made = Banners(themes.LIGHT)
    made.set_utc(True)
    qtbot.addWidget(made)
    return made


def visible(banners: Banners) -> list[str]:
    return [banner.words().split(":")[0] for banner in banners.findChildren(Banner) if banner.isVisibleTo(banners)]


def press(banners: Banners, number: int, name: str) -> None:
    banner = banners.findChildren(Banner)[number]
    next(button for button in banner.findChildren(QPushButton) if button.text() == name).click()


@pytest.mark.clause("D1")
def test_it_says_cause_since_when_and_the_next_attempt_counting_down(banners: Banners) -> None:
    banners.tell(LOST, 2 * S)
    assert banners.shown() == {"a": "✕ Plant: source lost, since 00:00:00 (2 s), next attempt in 6 s"}
    banners.tick(5 * S)
    assert banners.shown()["a"].endswith("since 00:00:00 (5 s), next attempt in 3 s")
    banners.tick(9 * S)
    assert banners.shown()["a"].endswith("(9 s), trying now")
    banners.tell(replace(LOST, next_ns=40 * S, attempt=3), 30 * S)
    assert banners.shown()["a"].endswith("(30 s), attempt 3 in 10 s")
    banners.tell(replace(LOST, next_ns=0), 120 * S)
    assert banners.shown()["a"].endswith("(2 min)")


@pytest.mark.clause("D1")
def test_each_session_has_one_and_it_goes_with_the_trouble(banners: Banners) -> None:
    assert not banners.isVisibleTo(None)
    banners.tell(LOST, 0)
    banners.tell(replace(LOST, session_id="b"), 0)
    banners.tell(replace(LOST, cause="still lost"), 0)
    assert len(banners.shown()) == 2
    assert "still lost" in banners.shown()["a"]
    banners.clear("a")
    banners.clear("a")
    assert list(banners.shown()) == ["b"]
    assert banners.isVisibleTo(None)
    banners.clear("b")
    assert not banners.isVisibleTo(None)


@pytest.mark.clause("D1")
def test_one_that_was_put_away_stays_away_until_its_trouble_is_over(banners: Banners) -> None:
    banners.tell(LOST, 0)
    press(banners, 0, "Put away")
    banners.tell(replace(LOST, cause="still lost"), 0)
    assert visible(banners) == []
    assert not banners.isVisibleTo(None)
    banners.clear("a")
    banners.tell(LOST, 0)
    assert banners.isVisibleTo(None)


@pytest.mark.clause("D1")
def test_retry_and_details_name_the_session(banners: Banners) -> None:
    told: list[tuple[str, str]] = []
    banners.details_wanted.connect(lambda session_id: told.append(("details", session_id)))
    banners.retry_wanted.connect(lambda session_id: told.append(("retry", session_id)))
    banners.tell(LOST, 0)
    banners.tell(replace(LOST, session_id="b", ended=True), 0)
    press(banners, 0, "Retry now")
    press(banners, 1, "Open again")
    press(banners, 1, "Details")
    assert told == [("retry", "a"), ("retry", "b"), ("details", "b")]


@pytest.mark.clause("D1")
def test_many_stack_calmly(banners: Banners) -> None:
    for number in range(20):
        banners.tell(replace(LOST, session_id=str(number), name=f"P{number}"), 0)
    assert visible(banners) == ["✕ P0", "✕ P1", "✕ P2"]
    assert banners._more.text() == "17 more sessions in trouble"
    few = banners.sizeHint().height()
    banners._more.click()
    assert len(visible(banners)) == 20
    assert banners._more.text() == "Show fewer"
    assert banners.sizeHint().height() < 4 * few, "the others are scrolled to"
    banners._more.click()
    assert banners.sizeHint().height() == few
    for number in range(17):
        banners.clear(str(number))
    assert visible(banners) == ["✕ P17", "✕ P18", "✕ P19"]
    assert not banners._more.isVisibleTo(banners)


@pytest.mark.clause("L2", "L3")
def test_they_follow_the_theme_and_have_names(banners: Banners) -> None:
    banners.tell(LOST, 0)
    banners.set_theme(themes.DARK)
    (banner,) = banners.findChildren(Banner)
    assert themes.DARK.error_back in banner.styleSheet()
    assert banner.accessibleName()
    assert all(button.accessibleName() for button in banner.findChildren(QPushButton))
