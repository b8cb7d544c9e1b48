"""The sessions pane."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QMenu, QTreeView, QWidget

from app.sessions.state import SessionState
from ui.columns import Column, Columns
from ui.i18n import tr
from ui.models.sessions import SessionRow, SessionsModel, detail_fields
from ui.theme import number_font
from ui.widgets import paint_hint

_INDENT = 14
_COLUMNS = (
    Column("Simulated plant", share=2, indent=2 * _INDENT),
    Column("● source lost", share=1),
    Column("12,345"),
    Column("1,234", rank=2),
    Column("123456", rank=5),
    Column("59 min", rank=3),
    Column("kept open", rank=4),
    Column("12", rank=6),
    Column("worker ended", rank=1, share=3),
)


class SessionsView(QTreeView):
    """Choosing a row chooses the session of the other panes. What can be done is in the context menu, and told by
    signals with the session's id."""

    chosen = Signal(str)
    close_wanted = Signal(str)
    kill_wanted = Signal(str)
    reopen_wanted = Signal(str)
    extend_wanted = Signal(str)
    read_only_wanted = Signal(str, bool)  # a session's name
    retry_wanted = Signal(str)
    details_wanted = Signal(str)
    log_wanted = Signal(str)
    edit_wanted = Signal(str)  # a source's name

    def __init__(self, model: SessionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.read_only: Callable[[str], bool] = lambda name: False
        self.setAccessibleName(tr("Sessions"))
        self.setModel(model)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.setIndentation(_INDENT)
        self.setFont(number_font())
        self.columns = Columns(self, self.header(), _COLUMNS)
        model.rowsInserted.connect(self._open)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.activated.connect(self._activated)

    def _open(self, parent: QModelIndex, first: int, last: int) -> None:
        self.expandAll()
        if not parent.isValid():
            for row in range(first, last + 1):
                self.setFirstColumnSpanned(row, parent, True)
        else:
            self.scrollTo(self._model.index(last, 0, parent))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.rows():
            paint_hint(self, tr("No session is open. The File menu opens one."))

    def current(self) -> SessionRow | None:
        return self._model.row(self.currentIndex())

    def choose(self, session_id: str) -> None:
        index = self._model.index_of(session_id)
        if index.isValid():
            self.setCurrentIndex(index)

    def _current_changed(self, *_: object) -> None:
        row = self.current()
        self.chosen.emit("" if row is None or row.gone else row.id)

    def _activated(self, index: QModelIndex) -> None:
        row = self._model.row(index)
        if row is not None:
            (self.reopen_wanted if row.gone else self.details_wanted).emit(row.id)

    def _menu(self, position: QPoint) -> None:
        row = self._model.row(self.indexAt(position))
        if row is None:
            return
        menu = QMenu(self)
        for words, act in self.actions_of(row):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(position))

    def actions_of(self, row: SessionRow) -> list[tuple[str, Callable[[], object]]]:
        """What can be done with it, the most likely first."""
        about = [
            (tr("Details …"), lambda: self.details_wanted.emit(row.id)),
            (tr("Copy details"), lambda: QGuiApplication.clipboard().setText(details(row))),
        ]
        log = (tr("Show in the log"), lambda: self.log_wanted.emit(row.id))
        again = (tr("Open again"), lambda: self.reopen_wanted.emit(row.id))
        edit = (tr("Edit source …"), lambda: self.edit_wanted.emit(row.name))
        if row.saved:
            return [(tr("Open"), lambda: self.reopen_wanted.emit(row.id)), edit]
        if row.gone:
            return [again, edit, (tr("Dismiss"), lambda: self._model.dismiss(row.id)), *about, log]
        close = (tr("Close"), lambda: self.close_wanted.emit(row.id))
        kill = (tr("Kill worker …"), lambda: self.kill_wanted.emit(row.id))
        if row.state is SessionState.FAULTED:
            return [again, close, edit, *about, log]
        live = [close, kill, (tr("Extend lease"), lambda: self.extend_wanted.emit(row.id))]
        read_only = self.read_only(row.name)
        allow = (
            tr("Allow writing") if read_only else tr("Make read-only"),
            lambda: self.read_only_wanted.emit(row.name, not read_only),
        )
        retry = [(tr("Retry now"), lambda: self.retry_wanted.emit(row.id))] if row.waits else []
        return [*retry, *live, allow, edit, *about, log]


def details(row: SessionRow) -> str:
    """A session as text, for a message to somebody who helps."""
    return "\n".join(f"{name}: {text}" for name, text in detail_fields(row, utc=True))
