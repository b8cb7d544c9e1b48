"""Every table of the window and its forms becomes a file, from wherever its cells come."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView, QTreeView
from pytestqt.qtbot import QtBot

from app.records.table import Column
from tests.helpers.engine import until
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from ui.desk import tables
from ui.desk.tables import read_table

pytestmark = pytest.mark.clause("E5")


@pytest.fixture
async def made(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWindow]:
    async with scripted_window(qapp, tmp_path, monkeypatch) as window:
        await window.ready()
        yield window


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The names that were proposed; the file is out.csv."""
    names: list[str] = []

    async def file_to_write(desk: object, title: str, name: str) -> Path:
        names.append(name)
        return tmp_path / "out.csv"

    monkeypatch.setattr(tables, "file_to_write", file_to_write)
    return names


def out(folder: Path) -> list[dict[str, str]]:
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def export(made: ScriptedWindow, view: QTableView | QTreeView, folder: Path) -> list[dict[str, str]]:
    (folder / "out.csv").unlink(missing_ok=True)
    made.application.tables._look(None, view)
    made.application.tables._action.trigger()
    await until((folder / "out.csv").exists, "the file")
    return out(folder)


async def test_the_tables_of_the_panes(made: ScriptedWindow, chosen: list[str], tmp_path: Path) -> None:
    await made.send("Tank.Level", 5.5)
    sessions = await export(made, made.window.sessions, tmp_path)
    assert [row["Within"] for row in sessions if made.session.name in row.values()] == ["Simulated plants"]
    items = await export(made, made.window.items, tmp_path)
    assert any(row["Within"] and "Tank.Level" in row.values() for row in items)
    watched = made.application.watch.pane.current()
    assert watched is not None
    rows = await export(made, watched.table, tmp_path)
    assert [row for row in rows if "Tank.Level" in row.values()]
    assert len(chosen) == 3
    assert all(chosen)


async def test_every_table_of_the_window_has_it(made: ScriptedWindow, chosen: list[str]) -> None:
    found = [*made.window.findChildren(QTableView), *made.window.findChildren(QTreeView)]
    assert len(found) >= 9
    for view in found:
        columns, rows = await read_table(view)
        assert columns
        assert all(len(row) == len(columns) for row in rows), view.accessibleName()
        assert len({column.name for column in columns}) == len(columns), "each column has a name of its own"
        assert view.accessibleName(), view


async def test_exact_exports_of_panes_come_first(made: ScriptedWindow, chosen: list[str]) -> None:
    begun: list[str] = []
    log = made.window.log
    log.export_wanted.disconnect()
    log.export_wanted.connect(lambda: begun.append("log"))
    desk = made.application.tables
    made.window.show_pane("log")
    await until(log._table.isVisible, "the log")
    desk._look(None, log._table)
    desk.export()
    assert (begun, chosen) == (["log"], [])
    log.show_journal(True)
    desk._look(None, log._past)
    desk.export()
    await until(lambda: chosen, "the journal's")
    assert begun == ["log"]


async def test_without_a_table_it_says_what_to_do(made: ScriptedWindow, chosen: list[str]) -> None:
    desk = made.application.tables
    view = QTableView()
    view.show()
    desk._look(None, view)
    assert desk._action.isEnabled()
    view.close()
    view.deleteLater()
    desk._look(None, made.window)
    assert not desk._action.isEnabled()
    desk.export()
    assert "Click into a table first" in made.window.statusBar().currentMessage()
    QTest.keyClick(made.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert chosen == []


async def test_columns_as_they_stand_and_branches_by_their_names(qtbot: QtBot) -> None:
    model = QStandardItemModel(0, 3)
    model.setHorizontalHeaderLabels(["Name", "Same", "Same"])
    for name in ("a", "b"):
        item = QStandardItem(name)
        ticked = QStandardItem()
        ticked.setCheckState(Qt.CheckState.Checked)
        model.appendRow([item, QStandardItem(f"{name}2"), ticked])
        item.appendRow([QStandardItem(f"{name}/child"), QStandardItem("x"), QStandardItem("=1")])
    table, tree = QTableView(), QTreeView()
    for view in (table, tree):
        qtbot.addWidget(view)
        view.setModel(model)
    table.horizontalHeader().moveSection(0, 2)
    assert await read_table(table) == (
        [Column("Same (1)"), Column("Same (2)"), Column("Name")], [("a2", True, "a"), ("b2", True, "b")]
    )  # fmt: skip
    tree.setColumnHidden(1, True)
    columns, rows = await read_table(tree)
    assert [column.name for column in columns] == ["Within", "Name", "Same"]
    assert rows == [("", "a", True), ("a", "a/child", "=1"), ("", "b", True), ("b", "b/child", "=1")]
