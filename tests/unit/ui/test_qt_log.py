"""What Qt says stands in the program's log, and in the notifications."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLoggingCategory, QMessageLogger, QPoint, qCritical, qWarning
from PySide6.QtWidgets import QApplication, QWidget

from app.records.program_log import LogLine, ProgramLog
from ui import qt_log


@pytest.fixture
def log(qapp: QApplication) -> Iterator[ProgramLog]:
    kept = ProgramLog()
    logger = logging.getLogger("qt")
    before = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(kept)
    undo = qt_log.install()
    yield kept
    undo()
    logger.removeHandler(kept)
    logger.setLevel(before)


def told(log: ProgramLog) -> list[LogLine]:
    return log.lines()


@pytest.mark.clause("N5")
def test_messages_have_their_level_category_and_file(log: ProgramLog) -> None:
    qWarning("100 %s full")
    qCritical("no more")
    QMessageLogger("/home/somebody/pane.cpp", 42, "paint").warning(QLoggingCategory("qt.widgets"), "odd")
    first, second, third = told(log)
    assert (first.logger, first.level, first.words) == ("qt", logging.WARNING, "100 %s full")
    assert second.level == logging.ERROR
    assert (third.logger, third.words) == ("qt.widgets", "odd (pane.cpp:42)")


@pytest.mark.clause("N5")
def test_what_qt_itself_says_is_there(log: ProgramLog) -> None:
    widget = QWidget()
    widget.setMaximumSize(-5, -5)
    widget.move(QPoint(0, 0))
    (line,) = told(log)
    assert "setMaximumSize" in line.words
    assert line.logger.startswith("qt")


@pytest.mark.clause("N5")
def test_messages_of_other_threads_come_too_and_after_the_end_none(log: ProgramLog) -> None:
    thread = threading.Thread(target=lambda: qWarning("from a thread"))
    thread.start()
    thread.join()
    assert [line.words for line in told(log)] == ["from a thread"]
