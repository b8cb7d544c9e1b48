"""What a trend shows, summed up in a table and handed on as an incident."""

from __future__ import annotations

import asyncio
import csv
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.batch import Sample
from app.records.statistics import statistics
from app.records.table import ExportCancelledError
from tests.helpers.engine import until
from tests.helpers.journal import keep, row
from tests.helpers.scripted import Scripted
from ui.forms.statistics import StatisticsForm, Summed, table_columns, table_row, texts
from ui.plots.marks import Note
from ui.progress import Progress
from ui.tagref import TagRef

S = 10**9


async def _trend(scripted: Scripted) -> tuple[Any, int]:
    """The trend with a line of ten seconds that ended now, and when it began."""
    await scripted.ready()
    trend = scripted.window.trend
    pen = next(pen for pen in trend.pens() if pen.tag == "Tank.Level")
    await until(lambda: pen.key, "the item")
    start = scripted.application.desk.clock.utc_ns() - 20 * S
    for second in range(10):
        quality = 0 if second == 4 else 192
        pen.samples.take(Sample(float(second % 2), quality, start + second * S, start + second * S))
    trend.show_times(start / S, (start + 9 * S) / S)
    trend.set_cursor(0, True, start)
    trend.set_cursor(1, True, start + 8 * S)
    return trend, start


@pytest.mark.clause("Q2")
async def test_statistics_of_the_time_between_the_cursors_are_a_table_to_copy(scripted: Scripted) -> None:
    trend, _ = await _trend(scripted)
    form = scripted.application.trends._records.show_statistics(trend)
    await until(lambda: form.rows, "the table")
    assert [one.ref.tag for one in form.rows] == ["Tank.Level", "CPU.Total"]
    found = form.rows[0].found
    assert found.mean == pytest.approx(4 / 7, abs=0.001)
    assert (found.low, found.high, round(found.bad_s, 2), round(found.known, 3)) == (0, 1, 1.0, 0.875)
    cell = form._table.item(0, 3)
    assert cell is not None
    assert cell.text().startswith("≈ 0.571")
    copy = next(button for button in form.findChildren(QPushButton) if button.accessibleName() == "Copy")
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:4] == ["Pen", "Session", "Unit", "Mean"]
    assert lines[1].split("\t")[:3] == ["Tank.Level", "Simulated plant", "bar"]
    assert "00:00:08" in form.times.text()
    form.close()


@pytest.mark.clause("Q2")
async def test_where_a_line_ends_no_sample_is_counted(scripted: Scripted, tmp_path: Path) -> None:
    trend, start = await _trend(scripted)
    pen = trend.pens()[0]
    pen.samples.end(start + 10 * S)
    pen.samples.end(start + 11 * S)
    assert pen.joined.ends == [start + 10 * S], "one end, however often it is told"
    records = scripted.application.trends._records
    times = start, start + 15 * S
    ((_, one), *_) = await records._files.series(trend, *times, before=True)
    assert len(one.times) == 11
    found = statistics(one.times, one.values, one.classes, *times, ends=one.ends)
    assert (found.samples, round(found.bad_s, 2), round(found.good_s, 2)) == (10, 1.0, 9.0)
    out = tmp_path / "incident.zip"
    await records.export_incident(trend, out, times)
    with zipfile.ZipFile(out) as bundle:
        rows = list(csv.DictReader(bundle.read("statistics.csv").decode("utf-8-sig").splitlines()))
    assert [row["Samples"] for row in rows if row["Tag"] == "Tank.Level"] == ["10"]


@pytest.mark.clause("Q2")
def test_a_row_tells_totals_states_and_what_it_stands_on() -> None:
    times = np.array([0, 10 * S, 20 * S], dtype=np.int64)
    found = statistics(times, np.array([0.0, 1.0, 0.0]), np.zeros(3, dtype=np.uint8), 0, 40 * S, holds_until_ns=40 * S)
    one = Summed(TagRef("P", "Valve"), "", found, ("closed", "open"))
    assert texts(one)[-1] == "closed 00:00:30 · open 00:00:10"
    assert texts(Summed(TagRef("P", "Flow"), "m³/h", found))[7] == "0.00277778 m³"
    nothing = statistics(times[:0], np.zeros(0), np.zeros(0, dtype=np.uint8), 0, S)
    assert texts(Summed(TagRef("P", "x"), "", nothing))[3:8] == [""] * 5
    assert len(table_row(one)) == len(table_columns())


@pytest.mark.clause("Q2")
async def test_the_table_is_kept_as_a_file(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trend, _ = await _trend(scripted)
    records = scripted.application.trends._records
    form: StatisticsForm = records.show_statistics(trend)
    await until(lambda: form.rows, "the table")
    out = tmp_path / "s.xlsx"

    async def chosen(*_: object) -> Path:
        return out

    monkeypatch.setattr("ui.desk.trend_records.file_to_write", chosen)
    form.export_wanted.emit()
    await until(out.exists, "the file")
    sheet = openpyxl.load_workbook(out)["Statistics"]
    assert [cell.value for cell in next(sheet.iter_rows(min_row=2))][:3] == ["Simulated plant", "Tank.Level", "bar"]
    form.close()


@pytest.mark.clause("I3")
async def test_the_visible_time_is_handed_on_as_an_incident(scripted: Scripted, tmp_path: Path) -> None:
    trend, start = await _trend(scripted)
    trend.set_notes([Note(start + 3 * S, "=the pump"), Note(start + 90 * S, "later")])
    keep(tmp_path / "journal", [row(start + 2 * S, "operator", detail="write asked for")])
    records = scripted.application.trends._records
    out = tmp_path / "incident.zip"
    await records.export_incident(trend, out, records.span(trend))
    with zipfile.ZipFile(out) as bundle:
        assert bundle.read("trend.png").startswith(b"\x89PNG")
        notes = bundle.read("notes.csv").decode("utf-8-sig")
        assert "'=the pump" in notes
        assert "later" not in notes
        assert "write asked for" in bundle.read("events.csv").decode("utf-8-sig")
        assert "Tank.Level" in bundle.read("statistics.csv").decode("utf-8-sig")
    book = tmp_path / "incident.xlsx"
    assert await records.export_incident(trend, book, records.span(trend)) > 8
    assert "Samples" in openpyxl.load_workbook(book).sheetnames
    (tmp_path / "audit.sqlite").write_bytes(b"no store")
    with pytest.raises(OSError, match="an incident is written"):
        await records.export_incident(trend, tmp_path / "x.doc", records.span(trend))


@pytest.mark.clause("I3")
async def test_an_incident_shows_its_progress_and_is_given_up_by_its_button(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trend, start = await _trend(scripted)
    records = scripted.application.trends._records
    begun, stopped = threading.Event(), threading.Event()

    def slow(path: Path, incident: Any, on_progress: Any, cancelled: threading.Event) -> int:
        on_progress(3)
        begun.set()
        cancelled.wait(30)
        stopped.set()
        raise ExportCancelledError("given up")

    monkeypatch.setattr("ui.desk.trend_records.write_incident", slow)
    path = tmp_path / "incident.zip"
    work = asyncio.ensure_future(records.export_incident(trend, path, (start, start + 9 * S)))
    await until(begun.is_set, "the export")
    progress = scripted.window.findChild(Progress)
    assert progress is not None
    await until(lambda: progress.value() == 3, "its progress")
    assert progress.maximum() > 3
    assert "written" in progress.labelText()
    progress.canceled.emit()
    with pytest.raises(asyncio.CancelledError):
        await work
    await until(stopped.is_set, "the end of the thread")
    assert "given up" in scripted.window.statusBar().currentMessage()
    assert not path.exists()
    monkeypatch.undo()
    assert await records.export_incident(trend, path, (start, start + 9 * S)) > 0
    assert path.is_file()
