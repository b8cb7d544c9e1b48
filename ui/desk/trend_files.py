"""A trend as an image and as a table."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMenu

from app.records.export import SUFFIXES, export_table
from ui.aside import aside
from ui.bridge import act, answered
from ui.desk.desk import Desk
from ui.desk.past import PastDesk
from ui.format import time_text, zone_text
from ui.i18n import count_text, noop, tr
from ui.plots.past import Joined
from ui.plots.pens import Pen
from ui.plots.picture import picture
from ui.plots.series import Series, aligned_columns, aligned_rows, long_columns, long_rows, series_of
from ui.plots.trend import TrendView
from ui.taskbar import TaskbarProgress

_IMAGES = noop("Images (*.png)")
_TABLES = noop("Excel (*.xlsx);;CSV (*.csv);;Parquet (*.parquet)")


#: Samples of a pen's past in one table at the most; beyond it a table has the extremes of the whole.
EXPORTED = 1_000_000


class TrendFiles(QObject):
    """Everything is written beside the loop; what fails is told in the status bar."""

    def __init__(self, desk: Desk, past: PastDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._past = past

    def fill_menu(self, menu: QMenu, trend: TrendView) -> None:
        for words, work in (
            (tr("Copy image"), partial(self.copy_image, trend)),
            (tr("Save image …"), lambda: self._do(self._save_image(trend))),
            (tr("Export samples …"), lambda: self._do(self._export(trend, aligned=False))),
            (tr("Export as a column each pen …"), lambda: self._do(self._export(trend, aligned=True))),
        ):
            action = QAction(words, menu)
            action.triggered.connect(lambda *_, work=work: work())
            menu.addAction(action)

    def _do(self, work: object) -> None:
        act(work, name="trend file", failed=self._desk.say)  # type: ignore[arg-type]

    def picture(self, trend: TrendView) -> QImage:
        start, stop = trend.visible_range()
        times = " – ".join(time_text(round(at * 1e9), self._desk.utc)[:-4] for at in (start, stop))
        return picture(trend, f"{trend.name}   {times} ({zone_text(self._desk.utc)})", self._desk.theme)

    def copy_image(self, trend: TrendView) -> None:
        QGuiApplication.clipboard().setImage(self.picture(trend))
        self._desk.say(tr("The image of {name} is in the clipboard.").format(name=trend.name))

    async def _save_image(self, trend: TrendView) -> None:
        image = self.picture(trend)
        path = await self.path(tr("Save image"), tr(_IMAGES), f"{trend.name}.png", ".png")
        if path is not None:
            await self.save_image(image, path)

    async def save_image(self, image: QImage, path: Path) -> None:
        if not await aside(_save, image, path):
            raise OSError(tr("{path} cannot be written: choose another place").format(path=path))
        self._desk.say(tr("Saved in {path}").format(path=path))

    async def _export(self, trend: TrendView, aligned: bool) -> None:
        times = trend.visible_range()
        path = await self.path(tr("Export"), tr(_TABLES), f"{trend.name}.xlsx", ".xlsx")
        if path is not None:
            await self.export(trend, path, times, aligned=aligned)

    async def export(self, trend: TrendView, path: Path, times: tuple[float, float], *, aligned: bool) -> int:
        """What memory, the recorder and sources hold of the visible pens in this time (seconds since 1970 UTC), every
        sample up to a million a pen; the number of rows."""
        start, stop = (round(at * 1e9) for at in times)
        series = [found for _, found in await self.series(trend, start, stop, before=aligned)]
        columns = aligned_columns(series) if aligned else long_columns()
        rows = aligned_rows(series, start) if aligned else long_rows(series)

        def tell(done: int) -> None:
            self._desk.say(tr("{count} rows written …", None, done).format(count=count_text(done)))

        with TaskbarProgress(self._desk.window):
            count = await export_table(path, columns, rows, sheet=_sheet(trend.name), on_progress=tell)
        self._desk.say(tr("{count} rows saved in {path}", None, count).format(count=count_text(count), path=path))
        return count

    async def series(self, trend: TrendView, start_ns: int, stop_ns: int, *, before: bool) -> list[tuple[Pen, Series]]:
        """Every sample of the visible pens in a time, up to a million each, wherever it is kept; with the one
        ``before`` it that still holds at its start."""
        found: list[tuple[Pen, Series]] = []
        for pen in trend.pens():
            if pen.visible:
                line = pen.joined
                border = line.border_ns
                until = stop_ns if border is None else min(border, stop_ns)
                if start_ns < until:  # what a trend draws may be the extremes of many
                    past = await self._past.load(pen.line, start_ns, until, 1, EXPORTED)
                    line = Joined(pen.samples, past, pen.line.filled)
                found.append((pen, series_of(pen, line, start_ns, stop_ns, before=before)))
                await asyncio.sleep(0)  # a million samples of each: a breath between them
        return found

    async def path(self, title: str, kinds: str, name: str, suffix: str) -> Path | None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self._desk.window, title, folder, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix[1:])
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.selectFile("".join("_" if letter in '/\\:*?"<>|' else letter for letter in name))
        try:
            if await answered(dialog) != QFileDialog.DialogCode.Accepted:
                return None
            path = Path(dialog.selectedFiles()[0])
            chosen = dialog.selectedNameFilter()
        finally:
            dialog.deleteLater()
        if path.suffix.lower() not in (*SUFFIXES, ".png", ".zip"):
            return path.with_name(path.name + suffix)
        wanted = next((one for one in (*SUFFIXES, ".zip") if f"*{one}" in chosen), suffix)
        return path if suffix == ".png" or path.suffix.lower() != ".xlsx" else path.with_suffix(wanted)


def _save(image: QImage, path: Path) -> bool:
    return image.save(str(path), "PNG")  # type: ignore[arg-type]


def _sheet(name: str) -> str:
    """A name that Excel takes for a sheet."""
    plain = "".join(" " if letter in r"[]:*?/\'" else letter for letter in name).strip()
    return plain[:31] or "Data"
