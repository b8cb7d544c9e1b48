"""Notifications: each matter once with a count, dismissed, and never a dialog."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.events.notices import Notice, NoticeKind, Severity
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from ui import theme as themes
from ui.forms.details import DetailsDialog
from ui.models.notifications import SEVERITY, TIMES, WHAT, Notification, NotificationsModel
from ui.views.notifications import NotificationsView

ONE = Notification("a", Severity.WARNING, "Plant", "worker restarted", 10)


@pytest.fixture
def model(qapp: QApplication) -> NotificationsModel:
    made = NotificationsModel(themes.LIGHT)
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)  # type: ignore[attr-defined]
    return made


def texts(model: NotificationsModel, column: int) -> list[str]:
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


@pytest.mark.clause("D5")
def test_what_is_the_same_is_told_once_with_a_count(model: NotificationsModel) -> None:
    model.add([ONE, replace(ONE, matter="b", words="lost", severity=Severity.ERROR, time_ns=11)])
    model.add(replace(ONE, time_ns=20 + n, words=f"worker restarted again {n}") for n in range(11))
    assert texts(model, WHAT) == ["worker restarted again 10", "lost"]
    assert texts(model, TIMES) == ["×12", ""]
    assert texts(model, SEVERITY) == ["▲ warning", "✕ error"]
    fields = dict(model.fields(model.rows()[0]))
    assert fields["Times"] == "12"
    assert model.rows()[0].first_ns == 10
    assert model.worst is Severity.ERROR


@pytest.mark.clause("D5")
def test_dismissed_is_gone_until_it_happens_again(model: NotificationsModel) -> None:
    model.add([ONE, ONE])
    model.dismiss(["a", "unknown"])
    assert model.rowCount() == 0
    model.add([ONE])
    assert texts(model, TIMES) == [""]


def test_the_list_is_bounded(model: NotificationsModel) -> None:
    model.add(replace(ONE, matter=str(n), time_ns=n) for n in range(600))
    assert model.rowCount() == 500
    assert model.rows()[0].matter == "599"
    assert model.forgotten == 100


@pytest.mark.clause("W4", "L3")
def test_the_list_by_keyboard_and_its_selection(qtbot: QtBot, model: NotificationsModel) -> None:
    view = NotificationsView(model)
    qtbot.addWidget(view)
    view.show()
    asked: list[Notification] = []
    view.details_wanted.connect(asked.append)
    assert not view._dismiss.isEnabled()
    model.add([ONE, replace(ONE, matter="b", time_ns=5)])
    view._table.selectRow(1)
    model.add([replace(ONE, matter="c", time_ns=30), replace(ONE, matter="b", time_ns=40)])
    assert [row.matter for row in view.chosen()] == ["b"]
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Return)
    assert [row.matter for row in asked] == ["b"]
    QTest.keyClick(view._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "worker restarted" in QApplication.clipboard().text()
    QTest.keyClick(view._table, Qt.Key.Key_Delete)
    assert [row.matter for row in model.rows()] == ["c", "a"]
    view._all.click()
    assert model.rowCount() == 0
    assert not view._all.isEnabled()


@pytest.fixture
async def made(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWindow]:
    async with scripted_window(qapp, tmp_path, monkeypatch) as window:
        await window.ready()
        yield window


@pytest.mark.clause("D5")
async def test_what_sessions_say_in_the_background_comes_to_one_place_and_opens_nothing(made: ScriptedWindow) -> None:
    desk, feed = made.application.notifications, made.application.feed
    for number in range(12):
        words = f"Plant: a new worker is started in {number}.5 s (attempt {number})"
        feed.notice(made.session.id, Notice(NoticeKind.WORKER_RESTART, Severity.WARNING, number, words))
    feed.notice(made.session.id, Notice(NoticeKind.ALARM, Severity.ERROR, 1, "alarm"))
    feed.notice(made.session.id, Notice(NoticeKind.SUBSCRIBER, Severity.INFO, 1, "came"))
    feed.flush()
    assert texts(desk.model, WHAT) == ["a new worker is started in 11.5 s (attempt 11)"]
    assert texts(desk.model, TIMES) == ["×12"]
    assert desk._count.text() == "▲ 1"
    assert not [dialog for dialog in made.window.findChildren(QDialog) if dialog.isVisible()]
    desk._count.click()
    assert not made.window.pane("notifications").visibleRegion().isEmpty()
    desk.view._table.selectRow(0)
    desk.view.show_details()
    (details,) = made.window.findChildren(DetailsDialog)
    assert dict(details._fields)["Times"] == "12"
    desk.view.dismiss_all()
    assert desk._count.text() == ""


@pytest.mark.clause("D5")
async def test_warnings_of_the_program_itself_come_too(made: ScriptedWindow) -> None:
    desk = made.application.notifications
    logger = logging.getLogger("ui.somewhere")
    for number in range(3):
        logger.warning("file %d could not be read", number)
    logger.info("nothing to worry about")
    logging.getLogger("app.sessions.session").warning("told by the session itself")
    desk.look()
    desk.look()
    assert [(row.origin, row.words, row.count) for row in desk.model.rows()] == [
        ("program", "file 2 could not be read", 3)
    ]
