"""The sessions pane."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QHeaderView, QMenu, QTreeView, QWidget

from ui.models.sessions import SessionRow, SessionsModel

_WIDTHS = (170, 130, 70, 60, 70, 60, 80, 80, 300)


class SessionsView(QTreeView):
    """Choosing a row chooses the session of the other panes. What can be done is in the context menu, and told by
    signals with the session's id."""

    chosen = Signal(str)
    close_wanted = Signal(str)
    kill_wanted = Signal(str)
    reopen_wanted = Signal(str)
    extend_wanted = Signal(str)

    def __init__(self, model: SessionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName("Sessions")
        self.setModel(model)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        model.rowsInserted.connect(lambda *_: self.expandAll())
        self.selectionModel().currentChanged.connect(self._current_changed)

    def current(self) -> SessionRow | None:
        return self._model.row(self.currentIndex())

    def choose(self, session_id: str) -> None:
        index = self._model.index_of(session_id)
        if index.isValid():
            self.setCurrentIndex(index)

    def _current_changed(self, *_: object) -> None:
        row = self.current()
        self.chosen.emit("" if row is None or row.gone else row.id)

    def _menu(self, position: QPoint) -> None:
        row = self._model.row(self.indexAt(position))
        if row is None:
            return
        menu = QMenu(self)
        for words, act in self._actions(row):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(position))

    def _actions(self, row: SessionRow) -> list[tuple[str, Callable[[], object]]]:
        copy = ("Copy details", lambda: QGuiApplication.clipboard().setText(details(row)))
        if row.gone:
            return [
                ("Open again", lambda: self.reopen_wanted.emit(row.id)),
                ("Dismiss", lambda: self._model.dismiss(row.id)),
                copy,
            ]
        return [
            ("Close", lambda: self.close_wanted.emit(row.id)),
            ("Kill worker …", lambda: self.kill_wanted.emit(row.id)),
            ("Extend lease", lambda: self.extend_wanted.emit(row.id)),
            copy,
        ]


def details(row: SessionRow) -> str:
    """A session as text, for a message to somebody who helps."""
    lines = [f"session {row.id}", f"name {row.name}", f"backend {row.backend}", f"state {row.state.words}"]
    if row.info is not None:
        lines += [
            f"source {row.info.source}",
            f"worker {row.info.worker_pid}",
            f"items {row.info.items}",
            f"events {row.info.events}, dropped {row.info.dropped}, coalesced {row.info.coalesced}",
        ]
    if row.fault:
        lines.append(f"fault {row.fault}")
    if row.info is not None and row.info.fault is not None:
        lines += [f"{name}: {text}" for name, text in row.info.fault.details.items()]
    return "\n".join(lines)
