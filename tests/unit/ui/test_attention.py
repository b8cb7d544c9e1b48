"""New alarms while another program is in front: the taskbar flashes, and notifications tell them where wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from app.events.notices import Notice, NoticeKind, Severity
from tests.helpers.clock import ManualClock
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from ui.desk import attention
from ui.desk.attention import AttentionDesk

WORDS = "Alarms as system notifications"


class Tray(QObject):
    """A place for notifications."""

    MessageIcon = QSystemTrayIcon.MessageIcon
    activated = Signal(object)
    messageClicked = Signal()  # noqa: N815
    there = True
    made: list[Tray] = []  # noqa: RUF012

    def __init__(self, icon: Any, parent: QObject) -> None:
        super().__init__(parent)
        self.shown = False
        self.told: list[tuple[str, str, Any]] = []
        Tray.made.append(self)

    @staticmethod
    def isSystemTrayAvailable() -> bool:
        return Tray.there

    def setToolTip(self, words: str) -> None:
        pass

    def show(self) -> None:
        self.shown = True

    def hide(self) -> None:
        self.shown = False

    def showMessage(self, title: str, words: str, kind: Any) -> None:
        self.told.append((title, words, kind))


class House:
    def __init__(self, made: ScriptedWindow) -> None:
        self.made = made
        self.desk: AttentionDesk = made.application.attention
        self.alerts: list[QWidget] = []
        self.front: QWidget | None = None

    def raise_alarm(self, words: str, severity: Severity = Severity.ERROR) -> None:
        details = {"source": "Plant", "tag": "Tank.Level"}
        self.made.application.feed.notice("", Notice(NoticeKind.ALARM, severity, 1, words, details))
        self.made.application.feed.flush()

    def toggle(self) -> None:
        self.desk._wanted.trigger()

    @property
    def tray(self) -> Tray:
        return Tray.made[-1]


@pytest.fixture
async def house(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    Tray.made, Tray.there = [], True
    monkeypatch.setattr(attention, "QSystemTrayIcon", Tray)
    async with scripted_window(qapp, tmp_path, monkeypatch) as window:
        await window.ready()
        house = House(window)
        monkeypatch.setattr(QApplication, "alert", lambda window, *_: house.alerts.append(window))
        monkeypatch.setattr(QApplication, "activeWindow", lambda: house.front)
        yield house
    assert not any(tray.shown for tray in Tray.made), "no icon outlives the window"


@pytest.mark.clause("O5")
async def test_the_taskbar_calls_for_new_alarms_alone_and_for_nobody_who_looks(house: House) -> None:
    house.raise_alarm("high", Severity.WARNING)
    assert house.alerts == [house.made.window]
    house.raise_alarm("is over", Severity.INFO)
    house.front = house.made.window
    house.raise_alarm("high")
    assert len(house.alerts) == 1
    assert Tray.made == [], "notifications are not wanted until somebody says so"


@pytest.mark.clause("O5")
async def test_notifications_are_switched_on_kept_and_off(house: House) -> None:
    house.toggle()
    assert house.tray.shown
    house.raise_alarm("Tank.Level high: 91.0 bar")
    assert house.tray.told == [("1 alarm", "Tank.Level high: 91.0 bar", Tray.MessageIcon.Critical)]
    kept = AttentionDesk(house.made.application.desk)  # the next start
    assert kept._wanted.isChecked()
    kept._hide_tray()
    house.tray.messageClicked.emit()
    assert not house.made.window.pane("alarms").visibleRegion().isEmpty()
    house.toggle()
    assert not any(tray.shown for tray in Tray.made)
    assert house.made.application.desk.kept.value("attention/notifications") == "off"


@pytest.mark.clause("O5")
async def test_a_flood_is_one_notification_with_a_count(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.toggle()
    clock = ManualClock()
    monkeypatch.setattr(house.made.application.desk, "clock", clock)
    house.desk._told_at = clock.monotonic()
    for number in range(5):
        house.raise_alarm(f"high {number}", Severity.WARNING)
    assert house.tray.told == []
    await clock.advance(20.0)
    house.desk._look()
    ((title, words, kind),) = house.tray.told
    assert title == "5 alarms"
    assert words.splitlines() == [*(f"Plant: Tank.Level: high {number}" for number in (2, 3, 4)), "and 2 more"]
    assert kind is Tray.MessageIcon.Warning
    house.raise_alarm("high 5")
    house.front = house.made.window
    await clock.advance(20.0)
    house.desk._look()
    assert len(house.tray.told) == 1, "who looks at the window is told nothing"


@pytest.mark.clause("O5")
async def test_a_desktop_without_a_place_for_them_is_told(house: House) -> None:
    Tray.there = False
    house.toggle()
    assert not house.desk._wanted.isChecked()
    assert "no place for notifications" in house.made.window.statusBar().currentMessage()
