"""Trends in the window on a scripted engine: sources that come and go, marks, notes, files, the workspace."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetrics, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QDialog, QMenu

from app.records import journal_read
from app.records.table import ExportError
from tests.helpers.batches import batch
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from ui.forms.note import NoteForm, RangeForm
from ui.forms.watch import NameForm
from ui.models.log_filter import DETAIL, KIND
from ui.plots.marks import MarkKind, Note
from ui.plots.picture import fitted
from ui.plots.trend import TrendView
from ui.tagref import TagRef

PLANT = "Simulated plant"
S = 10**9


def _pen(scripted: Scripted, tag: str = "Tank.Level") -> Any:
    return next(pen for pen in scripted.window.trend.pens() if pen.tag == tag)


def _plant(scripted: Scripted) -> Any:
    return [client for client in scripted.launcher.clients if client.spec.backend == "sim"][-1]


async def _dialog(scripted: Scripted, kind: type[QDialog]) -> Any:
    return await until(lambda: next((d for d in scripted.window.findChildren(kind) if d.isVisible()), None), "the form")


@pytest.mark.clause("T9", "D4", "T10")
async def test_pens_go_on_when_their_source_is_opened_again(scripted: Scripted) -> None:
    await scripted.ready()
    application = scripted.application
    pen = _pen(scripted)
    first = pen.session_id
    _plant(scripted).send(batch(1, 3, pen.key, 1.0))
    application.feed.flush()
    await until(lambda: len(pen.samples) >= 3, "the samples")
    assert pen.unit == "bar"
    application.sessions.close(first)
    await until(lambda: not pen.live, "the end of the line")
    await until(lambda: application.desk.session_named(PLANT) is None, "the end of the session")
    application.sources.open_named(PLANT)
    await until(lambda: pen.live and pen.session_id != first, "the new session")
    _plant(scripted).send(batch(1, 2, pen.key, 7.0))
    application.feed.flush()
    await until(lambda: pen.samples.values[-1] == 8.0, "the new samples")
    assert pen in scripted.window.trend.pens()
    kinds = [mark.kind for mark in scripted.window.trends.collector.marks.within(0, 2**63 - 1, lambda _: True)]
    assert kinds.count(MarkKind.LOST) == 1
    assert MarkKind.BACK in kinds


async def test_dropped_tags_are_watched_and_those_of_absent_sources_wait(scripted: Scripted) -> None:
    await scripted.ready()
    trend = scripted.window.trends.new()
    trend.dropped.emit([TagRef(PLANT, "Boiler.PV"), TagRef("Nowhere", "Tag")])
    await until(lambda: trend.pens()[0].key, "the item")
    assert [(pen.tag, pen.live) for pen in trend.pens()] == [("Boiler.PV", True), ("Tag", False)]
    model = trend._table.pens_model
    assert model.data(model.index(1, 4)) == "no source"


@pytest.mark.clause("T10")
async def test_what_an_operator_did_stands_on_the_trends_of_the_tag(scripted: Scripted) -> None:
    await scripted.ready()
    pen = _pen(scripted)
    desk = scripted.application.desk
    desk.told("write requested", session_id=pen.session_id, tag="Tank.Level", value="55")
    desk.told("write requested", session_id=pen.session_id, tag="Other", value="1")
    scripted.application.trends.add_mark(MarkKind.ALARM, desk.clock.utc_ns(), "HH", PLANT, "Tank.Level")
    now = desk.clock.utc_ns()
    marks = scripted.window.trend._marks(now - 60 * S, now + S)
    assert [(mark.kind, mark.text) for mark in marks if mark.tag] == [
        (MarkKind.WRITE, "write requested 55"),
        (MarkKind.ALARM, "HH"),
    ]


async def test_giving_up_an_item_ends_its_line_and_keeps_the_pen(scripted: Scripted) -> None:
    await scripted.ready()
    pen = _pen(scripted)
    scripted.application.items._remove([pen.key])
    await until(lambda: not pen.live, "the end")
    assert pen in scripted.window.trend.pens()


@pytest.mark.clause("T12", "I3")
async def test_notes_are_written_changed_and_removed_at_their_place(scripted: Scripted, tmp_path: Path) -> None:
    await scripted.ready()
    trend, desk = scripted.window.trend, scripted.application.trends
    start, stop = trend.visible_range()
    at = round((start + stop) / 2 * 1e9)
    words = {action.text(): action for action in desk.menu_of(trend, at).actions()}
    words["Note here …"].trigger()
    form = await _dialog(scripted, NoteForm)
    form._text.setPlainText("opened the valve")
    form.accept()
    await until(lambda: trend.notes() == [Note(at, "opened the valve")], "the note")
    menu = desk.menu_of(trend, at)
    words = {action.text(): action for action in menu.actions()}
    words["Edit the note …"].trigger()
    form = await _dialog(scripted, NoteForm)
    form._text.setPlainText("closed it")
    form.accept()
    await until(lambda: [note.text for note in trend.notes()] == ["closed it"], "the change")
    await until(lambda: journal_read.notes(tmp_path / "journal", at, at) == [(at, "closed it")], "the note, kept")
    {action.text(): action for action in desk.menu_of(trend, at).actions()}["Remove the note"].trigger()
    assert trend.notes() == []
    log = scripted.application.log_model
    assert log.index(log.rowCount() - 1, KIND).data() == "note"
    assert "note removed: closed it" in log.index(log.rowCount() - 1, DETAIL).data()
    await until(lambda: journal_read.notes(tmp_path / "journal", 0, 2**62) == [], "what was taken back")


@pytest.mark.clause("T3")
async def test_the_menu_of_the_plot_places_cursors(scripted: Scripted) -> None:
    await scripted.ready()
    trend = scripted.window.trend
    start, _ = trend.visible_range()
    at = round(start * 1e9) + 10 * S
    menu = scripted.application.trends.menu_of(trend, at)
    menu.actions()[1].trigger()
    assert trend.cursors()[0] is None
    assert trend.cursors()[1] == pytest.approx(at, abs=1000)
    assert trend.paused
    trend.menu_wanted.emit(QPoint(5, 5), at)
    popup = next(m for m in trend.findChildren(QMenu) if m.isVisible())
    popup.close()


async def test_a_trend_is_renamed_to_a_name_of_its_own(scripted: Scripted) -> None:
    await scripted.ready()
    pane = scripted.window.trends
    pane.new()
    pane.rename_wanted.emit(pane.current())
    form = await _dialog(scripted, NameForm)
    form._line.setText("Trend 1")
    assert not form._ok.isEnabled()
    form._line.setText("Boiler")
    form.accept()
    await until(lambda: pane.current().name == "Boiler", "the name")


@pytest.mark.clause("T2")
async def test_a_time_range_is_shown_by_its_form(scripted: Scripted) -> None:
    await scripted.ready()
    trend = scripted.window.trend
    menu = trend.bar.more.menu()
    menu.aboutToShow.emit()
    {action.text(): action for action in menu.actions()}["Time range …"].trigger()
    form = await _dialog(scripted, RangeForm)
    wanted = form.range_s()[0] - 3600, form.range_s()[1] - 3600
    form._from.setDateTime(form._from.dateTime().addSecs(-3600))
    form._to.setDateTime(form._to.dateTime().addSecs(-3600))
    form.accept()
    await until(lambda: trend.paused, "the range")
    assert trend.visible_range() == pytest.approx(wanted, abs=0.01)


# ---- files


async def _fed(scripted: Scripted) -> TrendView:
    await scripted.ready()
    pen = _pen(scripted)
    _plant(scripted).send(batch(1, 5, pen.key, 1.0))
    scripted.application.feed.flush()
    await until(lambda: len(pen.samples) >= 5, "the samples")
    return scripted.window.trend


@pytest.mark.clause("T11")
@pytest.mark.parametrize("aligned", [False, True])
async def test_the_shown_range_is_exported(scripted: Scripted, tmp_path: Path, aligned: bool) -> None:
    trend = await _fed(scripted)
    files = scripted.application.trends._files
    path = tmp_path / "trend.csv"
    held = _pen(scripted).samples
    times = int(held.times[0]) / 1e9 - 1e-6, int(held.times[-1]) / 1e9 + 1e-6
    count = await files.export(trend, path, times, aligned=aligned)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == count + 1
    if aligned:
        assert rows[0][1] == f"{PLANT}: Tank.Level [bar]"
    else:
        assert rows[0][1:3] == ["Source", "Tag"]
        mine = [float(row[3]) for row in rows[1:] if row[2] == "Tank.Level"]
        assert mine[-5:] == [1.0, 2.0, 3.0, 4.0, 5.0]
    await files.export(trend, tmp_path / "trend.xlsx", times, aligned=aligned)
    assert (tmp_path / "trend.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.clause("T11")
async def test_an_export_that_fails_says_which_file(scripted: Scripted, tmp_path: Path) -> None:
    trend = await _fed(scripted)
    with pytest.raises(ExportError, match="folder does not exist"):
        await scripted.application.trends._files.export(trend, tmp_path / "no" / "x.csv", (0, 1), aligned=False)


@pytest.mark.clause("T11")
async def test_the_image_has_plot_pens_and_name(scripted: Scripted, tmp_path: Path) -> None:
    trend = await _fed(scripted)
    files = scripted.application.trends._files
    image = files.picture(trend)
    assert image.width() == 2 * trend.plot.width()
    plain = image.height()
    trend.pens()[0].visible = False
    assert files.picture(trend).height() < plain
    trend.pens()[0].visible = True
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 5)}
    assert len(colours) > 5
    files.copy_image(trend)
    assert QGuiApplication.clipboard().image().size() == image.size()
    await files.save_image(image, tmp_path / "trend.png")
    assert QImage(str(tmp_path / "trend.png")).size() == image.size()
    with pytest.raises(OSError, match="choose another place"):
        await files.save_image(image, tmp_path / "no" / "trend.png")


# ---- the workspace


@pytest.mark.clause("T11")
async def test_the_workspace_brings_pens_back_to_sources_that_are_open(scripted: Scripted) -> None:
    await scripted.ready()
    desk = scripted.application.desk
    part = desk.parts["trends"]
    state = part.state()
    state["trends"][0]["pens"].append({"source": "Closed", "tag": "Later"})
    state["trends"].append(7)
    said: list[str] = []
    scripted.window.statusBar().messageChanged.connect(said.append)
    await part.restore(state)
    await until(lambda: _pen(scripted).key and _pen(scripted).unit == "bar", "the pen's item")
    assert any("1 entries of the trends were left out" in words for words in said)
    assert not _pen(scripted, "Later").live
    assert len(part.state()["trends"]) == 1


@pytest.mark.clause("T11", "W5")
def test_numbers_of_a_picture_lose_their_end_and_tags_their_middle(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    width = metrics.horizontalAdvance("20.649848")
    number = fitted("20.6498481572031", metrics, width, number=True)
    assert number.startswith("20.6")
    assert number.endswith("…")
    tag = fitted("Area1.Tank101.Level.PV", metrics, width, number=False)
    assert tag.startswith("A")
    assert tag.endswith("V")
