"""What a trend shows, summed up and handed on: statistics of the visible time, and the time as an incident."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QMenu

from app import config
from app.errors import GatewayError
from app.records import journal_read
from app.records.export import export_table
from app.records.incident import Incident, Samples, events_of, write_incident, writes_of
from app.records.statistics import Statistics, statistics
from app.values import QUALITY_BAD, QUALITY_GOOD, QUALITY_UNCERTAIN, Value
from ui.aside import aside
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.files import TABLES, file_to_write
from ui.desk.trend_files import TrendFiles
from ui.forms.statistics import StatisticsForm, Summed, table_columns, table_row
from ui.i18n import count_text, noop, tr
from ui.plots.pens import Pen
from ui.plots.series import Series
from ui.plots.trend import TrendView
from ui.progress import Progress

Row = tuple[Value, ...]
_INCIDENTS = noop("Excel (*.xlsx);;Zip (*.zip)")
_QUALITIES = (QUALITY_GOOD, QUALITY_UNCERTAIN, QUALITY_BAD)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the journal and the audit store have of a time."""

    events: Sequence[Row]
    alarms: Sequence[Row]
    writes: Sequence[Row]
    notes: Sequence[tuple[int, str]]
    lacking: tuple[str, ...]


class TrendRecords(QObject):
    """Everything is read and written beside the loop; what fails is told in the status bar."""

    def __init__(self, desk: Desk, files: TrendFiles) -> None:
        super().__init__(desk)
        self._desk = desk
        self._files = files

    def fill_menu(self, menu: QMenu, trend: TrendView) -> None:
        for words, work in (
            (tr("Statistics …"), partial(self.show_statistics, trend)),
            (tr("Export as an incident …"), lambda: self._do(self._ask_incident(trend))),
        ):
            action = QAction(words, menu)
            action.triggered.connect(lambda *_, work=work: work())
            menu.addAction(action)

    def _do(self, work: object) -> None:
        act(work, name="trend records", failed=self._desk.say)  # type: ignore[arg-type]

    def span(self, trend: TrendView) -> tuple[int, int]:
        """From one cursor to the other where both are shown, else all that is seen (ns since 1970 UTC)."""
        a, b = trend.cursors()
        if a is not None and b is not None and a != b:
            return min(a, b), max(a, b)
        start, stop = trend.visible_range()
        return round(start * 1e9), round(stop * 1e9)

    # ---- statistics

    def show_statistics(self, trend: TrendView) -> StatisticsForm:
        form = StatisticsForm(self._desk.theme, self._desk.utc, self._desk.window)
        form.refresh_wanted.connect(lambda: self._do(self.sum_up(trend, form)))
        form.export_wanted.connect(lambda: self._do(self._export(form, trend.name)))
        form.show()
        form.refresh_wanted.emit()
        return form

    async def sum_up(self, trend: TrendView, form: StatisticsForm) -> None:
        """Fill the form with what the trend shows now."""
        start, stop = self.span(trend)
        found = await self._files.series(trend, start, stop, before=True)
        now = trend.moment_ns()
        rows = [Summed(pen.line.ref, pen.unit, await aside(_summed, pen, one, start, stop, now), one.enumeration)
                for pen, one in found]  # fmt: skip
        form.fill(start, stop, rows)

    async def _export(self, form: StatisticsForm, name: str) -> None:
        path = await file_to_write(self._desk, tr("Export"), f"{name}.xlsx", TABLES)
        if path is not None:
            count = await export_table(path, table_columns(), [table_row(one) for one in form.rows], sheet="Statistics")
            self._desk.say(tr("{count} rows saved in {path}", None, count).format(count=count_text(count), path=path))

    # ---- incidents

    async def _ask_incident(self, trend: TrendView) -> None:
        times = self.span(trend)
        path = await self._files.path(tr("Export as an incident"), tr(_INCIDENTS), f"{trend.name}.xlsx", ".xlsx")
        if path is not None:
            await self.export_incident(trend, path, times)

    async def export_incident(self, trend: TrendView, path: Path, times: tuple[int, int]) -> int:
        """The number of rows of all tables. Cancelled, also by the button beside its progress, it leaves nothing."""
        progress = Progress(tr("Export as an incident"), tr("reading the samples …"), self._desk.window)
        try:
            count = await self._write_incident(trend, path, times, progress)
        except asyncio.CancelledError:
            progress.given_up.set()
            self._desk.say(tr("The export was given up."))
            raise
        finally:
            progress.end()
        self._desk.told(tr("incident exported"), value=path.name)
        self._desk.say(tr("{count} rows saved in {path}", None, count).format(count=count_text(count), path=path))
        return count

    async def _write_incident(
        self, trend: TrendView, path: Path, times: tuple[int, int], progress: Progress
    ) -> int:  # fmt: skip
        start, stop = times
        image = self._files.picture(trend)
        found = await self._files.series(trend, start, stop, before=True)
        progress.say(tr("reading events and writes …"))
        kept = await aside(_kept, start, stop)
        notes = {(note.time_ns, note.text) for note in trend.notes() if start <= note.time_ns <= stop}
        notes.update(kept.notes)
        samples = [_samples(pen, one, start, stop) for pen, one in found]
        whole = Incident(
            trend.name,
            start,
            stop,
            samples,
            kept.events,
            kept.alarms,
            kept.writes,
            sorted(notes),
            _png(image),
            kept.lacking,
        )
        rows = sum(len(one.times) for one in samples) + len(samples) + len(notes)
        progress.say(tr("the incident is written …"), rows + len(kept.events) + len(kept.alarms) + len(kept.writes))
        return await aside(write_incident, path, whole, progress.tell, progress.given_up)


def _summed(pen: Pen, one: Series, start_ns: int, stop_ns: int, now_ns: int) -> Statistics:
    gaps = pen.joined.lacking(start_ns, min(stop_ns, now_ns), pen.line.not_held(start_ns, min(stop_ns, now_ns)))
    return statistics(
        one.times,
        one.values,
        one.classes,
        start_ns,
        stop_ns,
        step=pen.stepping,
        holds_until_ns=now_ns if pen.live else None,
        gaps=gaps,
        ends=one.ends,
    )


def _samples(pen: Pen, one: Series, start_ns: int, stop_ns: int) -> Samples:
    gaps = pen.joined.lacking(start_ns, stop_ns, pen.line.not_held(start_ns, stop_ns))
    qualities = [_QUALITIES[worth] for worth in one.classes.tolist()]
    cells = [one.cell(at) for at in range(len(one.times))]
    return Samples(one.source, one.tag, one.unit, one.times.tolist(), cells, qualities, gaps, one.ends)


def _kept(start_ns: int, stop_ns: int) -> _Kept:
    """What cannot be read is told in the file, and keeps nobody from having the rest."""
    lacking: list[str] = []
    events: Sequence[Row] = ()
    alarms: Sequence[Row] = ()
    writes: Sequence[Row] = ()
    noted: Sequence[tuple[int, str]] = ()
    try:
        events, alarms = events_of(config.directory() / "journal", start_ns, stop_ns)
        noted = journal_read.notes(config.directory() / "journal", start_ns, stop_ns)
    except OSError as error:
        lacking.append(f"the journal cannot be read: {error}")
    try:
        writes = writes_of(config.directory() / "audit.sqlite", start_ns, stop_ns)
    except OSError as error:
        lacking.append(f"the audit store cannot be read: {error}")
    except GatewayError as error:
        lacking.append(error.fault.message)
    return _Kept(events, alarms, writes, noted, tuple(lacking))


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
