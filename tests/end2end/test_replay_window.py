"""A recording played in the real window, offscreen, by a real worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.config import Settings
from app.sessions.session import Session
from app.values import quality_class
from tests.helpers.engine import QUICK, until
from ui.application import Application
from ui.forms.recording import RecordingForm
from ui.models.sessions import state_words
from ui.replay_bar import SPEEDS, ReplayBar
from ui.tagref import TagRef

S = 1_000_000_000
T0 = 1_700_000_000 * S


@pytest.fixture
async def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Application]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path / "kept"))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt, Settings(**QUICK), ())
    await made.start()
    yield made
    await made.stop()
    made.window.deleteLater()


async def _form(application: Application) -> RecordingForm:
    application.replay.choose()
    return await until(
        lambda: next((w for w in application.window.findChildren(RecordingForm) if w.isVisible()), None), "the form"
    )


async def _bar(application: Application) -> ReplayBar:
    return await until(lambda: next(iter(application.replay.bars()), None), "the bar")


def _open(application: Application) -> Session | None:
    return next(iter(application.runtime.manager.list()), None)


def _words(form: Any) -> str:
    return form._words.text()


@pytest.mark.clause("P1", "P2", "P4")
async def test_a_file_is_looked_at_then_played_and_driven_by_its_bar(application: Application, tmp_path: Path) -> None:
    path = tmp_path / "last tuesday.csv"
    rows = "\n".join(f"{1_700_000_000 + at};{at},5;good" for at in range(3600))
    path.write_text(f"time;Level [m];Level: quality\n{rows}\n", encoding="utf-8")
    form: Any = await _form(application)
    form.set_file(str(path))
    await until(form._play.isEnabled, "the preview")
    assert form._table.item(0, 1).text() == "0,5"
    layout = form.layout_wanted()
    assert (layout.tags, layout.qualities, layout.decimal) == (
        {"Level [m]": "Level"},
        {"Level [m]": "Level: quality"},
        ",",
    )
    form._tags.item(0, 1).setText("Tank.Level")
    QTest.mouseClick(form._play, Qt.MouseButton.LeftButton)
    bar = await _bar(application)
    session = await until(lambda: _open(application), "the session")
    assert not form.isVisible()
    assert "not live: Recording last tuesday" in bar.words.text()
    row = next(row for row in application.sessions_model.rows() if row.id == session.id)
    await until(lambda: state_words(row) == "replay", "the words of the tree")

    trend = application.window.trend
    application.trends.add(trend, [TagRef(session.name, "Tank.Level")])
    pen = await until(lambda: next((pen for pen in trend.pens() if pen.key), None), "the pen")
    bar.seek_wanted.emit(T0 + 600 * S)
    await until(lambda: len(pen.samples) and pen.samples.values[-1] >= 600.5, "the values there")
    await until(lambda: "Replay of 2023-11-14" in trend.bar.state.text(), "the words of the trend")
    trend.redraw()
    start, stop = trend.visible_range()
    assert start < pen.samples.times[-1] / S < stop, "the axis is where the replay is"
    bar.speed.setCurrentIndex(SPEEDS.index(128))
    bar.speed.activated.emit(SPEEDS.index(128))
    await until(lambda: pen.samples.values[-1] > 800, "the quicker play")
    QTest.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    await until(lambda: bar.play.text() == "Play", "the pause")
    bar.seek_wanted.emit(T0 + 100 * S)
    await until(lambda: len(pen.samples) and pen.samples.values[-1] == 100.5, "the line going back")
    assert (pen.samples.times[1:] >= pen.samples.times[:-1]).all()
    assert quality_class(pen.samples.latest.quality).value == "good"

    QTest.mouseClick(bar.away, Qt.MouseButton.LeftButton)
    await until(lambda: not application.replay.bars(), "the end of the bar")
    assert [source.backend for source in application.desk.saved] == ["replay"]


@pytest.mark.clause("P4")
async def test_the_sample_plays_at_once_and_a_second_time_is_the_same_source(application: Application) -> None:
    form: Any = await _form(application)
    form.sample_wanted.emit()
    bar = await _bar(application)
    await until(bar.loop.isChecked, "its state")
    again: Any = await _form(application)
    again.sample_wanted.emit()
    await until(lambda: not again.isVisible(), "the end of the form")
    assert len(application.runtime.manager.list()) == 1
    assert len(application.desk.saved) == 1


@pytest.mark.clause("P3", "P4")
async def test_a_file_that_is_no_recording_is_told_in_the_form(application: Application, tmp_path: Path) -> None:
    path = tmp_path / "letter.csv"
    path.write_text("dear sirs\nyours\n", encoding="utf-8")
    form: Any = await _form(application)
    form.set_file(str(path))
    await until(lambda: "no separator" in _words(form), "the words")
    assert not form._play.isEnabled()
    form.set_file(str(tmp_path / "gone.csv"))
    await until(lambda: "No such file" in _words(form), "the words")
    path.write_text("time,a\n01/02/2023 10:00,1\n", encoding="utf-8")
    form.set_file(str(path))
    await until(lambda: "Days and months cannot be told apart" in _words(form), "the doubts")
    form._zone.setText("Mars")
    QTest.mouseClick(form._play, Qt.MouseButton.LeftButton)
    assert "'Mars' is no time zone" in _words(form)
    form.reject()


@pytest.mark.clause("V3")
async def test_a_file_is_taken_into_the_records_and_drawn_from_there(application: Application, tmp_path: Path) -> None:
    path = tmp_path / "lab.csv"
    rows = "\n".join(f"{1_700_000_000 + at};{at % 50},5;good" for at in range(300))
    path.write_text(f"time;Level [m];Level: quality\n{rows}\n17;late;good\n", encoding="utf-8")
    form: Any = await _form(application)
    form.set_file(str(path))
    await until(form._keep.isEnabled, "the preview")
    form._name.setText("Lab bench")
    QTest.mouseClick(form._keep, Qt.MouseButton.LeftButton)
    await until(lambda: not form.isVisible(), "the end of it")
    assert "“Lab bench”; 1 rows were left out" in application.window.statusBar().currentMessage()
    trend = application.window.trend
    (pen,) = trend.pens()
    assert (pen.line.source, pen.line.tag) == ("Lab bench", "Level")
    await until(lambda: len(pen.joined.columns(T0, T0 + 300 * S, False).times) >= 300, "the past")
    assert (pen.unit, pen.axis) == ("m", "m")
    start, stop = trend.visible_range()
    assert start < 1_700_000_000 < 1_700_000_299 < stop
    assert application.runtime.manager.list() == []
    form = await _form(application)
    form.set_file(str(path))
    await until(form._keep.isEnabled, "the preview")
    form._name.setText("Lab bench")
    QTest.mouseClick(form._keep, Qt.MouseButton.LeftButton)
    await until(lambda: "already" in _words(form), "the refusal")
    form.reject()
    statistics = application.trends._records.show_statistics(trend)
    await until(lambda: statistics.rows, "the statistics")
    assert statistics.rows[0].ref == TagRef("Lab bench", "Level")
    assert statistics.rows[0].unit == "m"
    assert statistics.rows[0].found.samples == 300, "the mark where the line ends is none"
    assert statistics.rows[0].found.good_s == pytest.approx(299)
    assert (statistics.rows[0].found.low, statistics.rows[0].found.high) == (0.5, 49.5)
    statistics.close()
