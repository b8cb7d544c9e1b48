"""The end of the user's session: nothing asks, writes get a moment, and the answer waits until all is closed."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.tasks import SystemClock, running, spawn
from tests.helpers.engine import until
from ui import session_end
from ui.native import Elsewhere
from ui.session_end import SessionEnd


class Held(Elsewhere):
    def __init__(self) -> None:
        self.said: list[str] = []

    def hold_session_end(self, window: int, why: str) -> None:
        self.said.append(why)

    def let_session_end(self, window: int) -> None:
        self.said.append("")


class House:
    """A program with a window, which takes a while to close."""

    def __init__(self, qt: QApplication, window: QWidget) -> None:
        self.acts: list[str] = []
        self.writing = False
        self.hangs = False
        self.end = SessionEnd(
            qt,
            window,
            SystemClock(),
            keep=lambda: self.acts.append("kept"),
            close=lambda: spawn(self._close(), name="close"),
            writing=lambda: self.writing,
        )

    async def _close(self) -> None:
        self.acts.append("closing")
        await asyncio.sleep(0.05)
        self.acts.append("closed")
        if not self.hangs:
            self.end.over()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()
    monkeypatch.setattr(session_end, "native", made)
    return made


@pytest.fixture
def house(qapp: QApplication, qtbot: QtBot, held: Held) -> House:
    window = QWidget()
    qtbot.addWidget(window)
    return House(qapp, window)


@pytest.mark.clause("O3")
async def test_the_answer_waits_until_the_program_is_closed(house: House) -> None:
    house.end.asked()
    house.end.ended()  # blocks, as Windows' message does
    assert house.acts == ["kept", "closing", "closed"]
    house.end.ended()
    house.end.asked()
    assert house.acts == ["kept", "closing", "closed"], "once is enough"


@pytest.mark.clause("O3")
async def test_a_write_on_its_way_gets_its_end_and_windows_is_told_to_wait(house: House, held: Held) -> None:
    house.writing = True
    house.end.asked()
    house.end.asked()
    assert held.said == ["A write is on its way."]

    def confirmed() -> None:
        house.acts.append("confirmed")
        house.writing = False

    asyncio.get_running_loop().call_later(0.1, confirmed)
    house.end.ended()
    assert house.acts == ["kept", "kept", "confirmed", "closing", "closed"]
    await until(lambda: held.said == ["A write is on its way.", ""] and not running(), "the end of the hold")


@pytest.mark.clause("O3")
async def test_a_write_without_an_end_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_end, "_WRITES_S", 0.1)
    house.writing = True
    house.end.ended()
    assert house.acts == ["closing", "closed"]


@pytest.mark.clause("O3")
async def test_what_does_not_close_is_left_to_windows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_end, "_MOST_MS", 200)
    house.hangs = True
    house.end.ended()
    assert house.acts == ["closing", "closed"]


@pytest.mark.clause("O3")
async def test_another_program_that_objects_changes_nothing(house: House, held: Held) -> None:
    house.writing = True
    house.end.asked()
    house.writing = False
    await until(lambda: held.said == ["A write is on its way.", ""], "the end of the hold")
    assert house.acts == ["kept"]


def test_without_a_loop_there_is_nothing_to_end(house: House) -> None:
    house.end.asked()
    house.end.ended()
    assert house.acts == []
