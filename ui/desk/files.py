"""Asks for files: in the folder that was last used for the purpose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from ui.bridge import answered
from ui.desk.desk import Desk
from ui.i18n import tr

TABLES = "Excel (*.xlsx);;CSV (*.csv);;Parquet (*.parquet)"


async def file_to_write(desk: Desk, title: str, name: str, filters: str = TABLES) -> Path | None:
    """None = nobody wants to."""
    dialog = _dialog(desk, title, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(_suffix(filters.split(";;", maxsplit=1)[0]))
    dialog.selectFile(name)
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix(chosen)))
    return await _chosen(desk, dialog)


async def file_to_read(desk: Desk, title: str, filters: str) -> Path | None:
    dialog = _dialog(desk, title, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return await _chosen(desk, dialog)


def _dialog(desk: Desk, title: str, filters: str) -> QFileDialog:
    dialog = QFileDialog(desk.window, title)
    dialog.setNameFilters([tr(one) for one in filters.split(";;")])
    dialog.setDirectory(str(desk.kept.value("export/folder", str(Path.home()))))
    return dialog


async def _chosen(desk: Desk, dialog: QFileDialog) -> Path | None:
    try:
        if not await answered(dialog):
            return None
        path = Path(dialog.selectedFiles()[0])
    finally:
        dialog.deleteLater()
    desk.kept.setValue("export/folder", str(path.parent))
    return path


def _suffix(chosen: str) -> str:
    return chosen.rsplit("*.", maxsplit=1)[-1].rstrip(")")
