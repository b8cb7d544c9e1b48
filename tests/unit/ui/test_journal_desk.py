"""The event log's past in the window, and the way from an event to the trend at that time, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.records.journal_file import JournalRow
from app.values import NS_PER_S
from tests.helpers.engine import until
from tests.helpers.journal import keep
from tests.helpers.journal import row as kept_row
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from tests.unit.app.test_journal_read import T0, write
from ui import theme as themes
from ui.models.journal import JournalModel, matcher, needles
from ui.models.log_filter import DETAIL, KIND, TAG, UNIT, VALUE, LogFilter
from ui.tagref import TagRef


@pytest.fixture
async def window(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWindow]:
    folder = tmp_path / "journal"
    folder.mkdir()
    write(folder, 5_000, 1_500)
    async with scripted_window(qapp, tmp_path, monkeypatch) as made:
        await made.ready()
        yield made


def cells(model: Any, column: int) -> list[str]:
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


@pytest.mark.clause("H3")
async def test_the_log_scrolls_back_through_the_journal(window: ScriptedWindow) -> None:
    view: Any = window.window.log
    view._journal.click()
    journal = view.journal
    await until(lambda: journal.rowCount() and not journal.loading, "the first page")
    newest = journal.row(journal.rowCount() - 1)
    assert newest.session != "Plant" or newest.time_ns > T0, "what is written now is the newest"
    before = journal.rowCount()
    view._past.verticalScrollBar().setValue(0)
    await until(lambda: journal.rowCount() > before, "an older page")
    while not journal.complete:
        before = journal.rowCount()
        view._past.older_wanted.emit()
        await until(lambda before=before: journal.rowCount() > before or journal.complete, "a page")
    assert "all there is" in view._state.text()
    values = [journal.row(row).value for row in range(journal.rowCount()) if journal.row(row).tag.startswith("Tank1")]
    assert values == [row for row in range(5_000) if row % 3 == 1 and row % 7]
    QTest.keyClick(view._past, Qt.Key.Key_End)
    assert not view.in_journal
    assert not view.paused
    assert journal.rowCount() == 0, "nothing is held that nobody looks at"


@pytest.mark.clause("H3")
async def test_the_same_filter_finds_rows_of_days_ago(window: ScriptedWindow) -> None:
    view: Any = window.window.log
    view.show_journal(True)
    view._find.setText("tag:=Tank1.Level value:=4")
    view._filter()
    journal = view.journal
    await until(lambda: journal.complete, "all of it")
    assert cells(journal, VALUE) == ["4"]
    view.clear_filter()
    view._find.setText('detail:"lost 49"')
    view._kinds.choose(["disconnect"])
    view._filter()
    await until(lambda: journal.complete and not journal.loading, "all of it")
    found = cells(journal, DETAIL)
    assert found == [f"lost {row}" for row in range(0, 5_000, 7) if str(row).startswith("49")]
    assert set(cells(journal, KIND)) == {"disconnect"}
    view._find.setText("nowhere")
    view._filter()
    await until(lambda: journal.complete and not journal.loading, "all of it")
    assert cells(journal, TAG) == []


@pytest.mark.clause("H4")
async def test_from_an_event_to_the_trend_at_that_time_and_back(window: ScriptedWindow) -> None:
    view: Any = window.window.log
    await window.send("Tank.Level", 5.0)
    await window.send("Tank.Level", 6.0)
    model = window.application.log_model
    row = next(row for row in range(model.rowCount()) if model.tag(row)[2] == "Tank.Level")
    view.pause()
    view._table.selectRow(row)
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    trend = window.window.trends.current()
    time_ns = model.time_of(row)
    assert trend.paused
    assert trend.cursors()[0] == pytest.approx(time_ns, abs=1000)
    start, stop = trend.visible_range()
    assert start < time_ns / 1e9 < stop
    words = [action.text() for action in view.menu_at(model.index(row, TAG)).actions()]
    assert "Show in the trend at this time" in words
    view.follow()
    view._table.clearSelection()
    trend.mark_opened.emit(time_ns)
    assert view.paused
    (chosen,) = view.selected()
    assert abs(model.time_of(chosen) - time_ns) <= abs(model.time_of(row) - time_ns)


@pytest.mark.clause("H4")
async def test_a_mark_of_long_ago_is_shown_in_the_journal(window: ScriptedWindow) -> None:
    view: Any = window.window.log
    wanted = T0 + 2_000 * NS_PER_S + 2_000
    window.window.trends.current().mark_opened.emit(wanted)
    await until(view.journal.rowCount, "the page")
    assert view.in_journal
    (row,) = view.selected()
    assert view.journal.row(row).time_ns == wanted
    QTest.keyClick(view._past, Qt.Key.Key_Return)
    trend = window.window.trends.current()
    assert trend.cursors()[0] == pytest.approx(wanted, abs=1000)
    assert trend.has_line(TagRef("Plant", view.journal.row(row).tag))


@pytest.mark.clause("W5")
async def test_values_of_the_journal_read_as_in_the_live_log(window: ScriptedWindow) -> None:
    keep(window.application.log.folder, [kept_row(T0 - NS_PER_S, tag="Tank.Level", value=56.2137894)])
    book, session = window.application.desk.book, window.session.id
    await until(lambda: book.about(session, "Tank.Level").unit == "bar", "what the source says of the tag")
    view: Any = window.window.log
    view.show_journal(True)
    view._find.setText("tag:=Tank.Level value:=56.21 unit:=bar")
    view._filter()
    journal = view.journal
    await until(lambda: journal.complete and not journal.loading, "all of it")
    assert cells(journal, VALUE) == ["56.21"]
    assert cells(journal, UNIT) == ["bar"]
    assert ("Value", "56.2137894") in journal.told(0), "nothing is lost"
    assert ("Unit", "bar") in journal.told(0)


def test_rows_in_words(qapp: QApplication) -> None:
    more = '{"next_attempt_ns": "5"}'
    row = JournalRow(1, T0, "Plant", "source-lost", "warning", "", [1, None], None, None, 3, "gone", more)
    model = JournalModel(themes.LIGHT)
    model.add_older([row], T0, True)
    assert cells(model, KIND) == ["disconnect"]
    assert cells(model, VALUE)[0].startswith("[1")
    assert ("next attempt ns", "5") in model.told(0)
    assert "gone" in model.copied([0])
    assert matcher(LogFilter("detail:gone", frozenset({"disconnect"})), {}, True)(row)
    assert not matcher(LogFilter(sessions=frozenset({"id"})), {"id": "Other"}, True)(row)
    assert needles(LogFilter("tag:=Tank1 tag:a* level")) == ["tank1"]
