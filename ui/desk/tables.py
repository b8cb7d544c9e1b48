"""Any table of the window and its forms as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence

import shiboken6
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt
from PySide6.QtWidgets import QApplication, QHeaderView, QTableView, QTreeView, QWidget

from app.records.export import export_table
from app.records.table import Column
from app.values import Value
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.files import file_to_write
from ui.i18n import count_text, tr

#: Rows that are read at once: reading all of a long table would stop the window.
_SLICE = 200

Own = Mapping[QWidget, Callable[[], bool]]


class TablesDesk(QObject):
    """*Export the table*: what the cells of the table show that was used last, in the order in which its columns stand.
    A table with an export of its own, which has exact values, uses that."""

    def __init__(self, desk: Desk, own: Own) -> None:
        """``own``: by the widget that a table is in, what begins its own export; False = not at present."""
        super().__init__(desk)
        self._desk = desk
        self._own = own
        self._view: QTableView | QTreeView | None = None
        self._action = desk.window.add_action(tr("Export the table …"), self.export, "Ctrl+Shift+E", "file", "export")
        self._action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)  # forms have tables, too
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        self._focus = qt.focusChanged.connect(self._look)
        desk.stopping.connect(self._stop)
        self._look(None, qt.focusWidget())

    def _stop(self) -> None:
        """The windows' going moves the focus, too. It may be told twice."""
        self.disconnect(self._focus)

    def _look(self, _: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, QTableView | QTreeView):
            self._view = now
        self._action.setEnabled(self._table() is not None)

    def _table(self) -> QTableView | QTreeView | None:
        view = self._view
        return view if view is not None and shiboken6.isValid(view) and view.isVisible() else None

    def export(self) -> None:
        view = self._table()
        if view is None:
            self._desk.say(tr("Click into a table first."))
            return
        for widget, begin in self._own.items():
            if widget.isAncestorOf(view) and begin():
                return
        act(self._ask(view), name="export a table", failed=self._desk.say)

    async def _ask(self, view: QTableView | QTreeView) -> None:
        name = view.accessibleName() or view.window().windowTitle()
        columns, rows = await read_table(view)  # before the dialog: what is shown now is meant
        path = await file_to_write(self._desk, tr("Export the table"), name)
        if path is not None:
            count = await export_table(path, columns, rows, sheet=name)
            self._desk.say(tr("{count} rows saved in {path}", None, count).format(count=count_text(count), path=path))


async def read_table(view: QTableView | QTreeView) -> tuple[list[Column], list[tuple[Value, ...]]]:
    """Columns that are shown, and all rows of the table, those of closed branches too; a tree has the names of the
    branches before its first column. Other tasks go on meanwhile."""
    model = view.model()
    header = view.horizontalHeader() if isinstance(view, QTableView) else view.header()
    shown = _columns(header)
    heads = [str(model.headerData(at, Qt.Orientation.Horizontal) or f"{at + 1}") for at in shown]
    names = [head if heads.count(head) == 1 else f"{head} ({at + 1})" for at, head in enumerate(heads)]
    tree = isinstance(view, QTreeView)
    rows: list[tuple[Value, ...]] = []
    for number, (path, index) in enumerate(_walk(model, QModelIndex(), (), tree), 1):
        cells = [_cell(index.siblingAtColumn(at)) for at in shown]
        rows.append((" / ".join(path), *cells) if tree else tuple(cells))
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    return [Column(name) for name in ([tr("Within"), *names] if tree else names)], rows


def _columns(header: QHeaderView) -> list[int]:
    order = [header.logicalIndex(at) for at in range(header.count())]
    return [at for at in order if not header.isSectionHidden(at)]


def _walk(
    model: QAbstractItemModel, parent: QModelIndex, path: Sequence[str], tree: bool
) -> Iterator[tuple[Sequence[str], QModelIndex]]:
    row = 0
    while row < model.rowCount(parent):
        index = model.index(row, 0, parent)
        yield path, index
        if tree and model.rowCount(index):
            yield from _walk(model, index, (*path, str(index.data() or "")), tree)
        row += 1


def _cell(index: QModelIndex) -> Value:
    shown = index.data(Qt.ItemDataRole.DisplayRole)
    if shown is None and (ticked := index.data(Qt.ItemDataRole.CheckStateRole)) is not None:
        return Qt.CheckState(ticked) is Qt.CheckState.Checked
    return shown if isinstance(shown, bool | int | float | str) else None if shown is None else str(shown)
