"""The search over the items: a line above the tree; while it has words, what was found stands in the tree's place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.sessions.index import IndexProgress, IndexState
from ui.columns import Column, Columns
from ui.i18n import count_text, noop, tr
from ui.models.found import TAG, FoundModel
from ui.tag_menu import TagActs, copy_tags, tag_menu
from ui.theme import Theme, icon, number_font
from ui.widgets import Elided, Tags, on_key, paint_hint

_SOON_MS = 150
_COLUMNS = (
    Column("ReactorPressure.Setpoint", share=3),
    Column("Level of the tank", rank=1, share=2),
    Column("Utilities / Boiler", rank=2, share=1),
    Column("Boolean", rank=3),
    Column("m³/h", rank=4),
)

_STATES = {
    IndexState.EMPTY: noop("{found} found"),
    IndexState.READING: noop("{found} of {tags} tags so far"),
    IndexState.WAITING: noop("{found} of {tags} tags so far, waiting: {failure}"),
    IndexState.COMPLETE: noop("{found} of {tags} tags"),
    IndexState.CANCELLED: noop("{found} of {tags} tags; reading was cancelled"),
    IndexState.FULL: noop("{found} of the first {tags} tags; the rest is not read"),
}


class _Results(QTableView):
    def __init__(self, model: FoundModel) -> None:
        super().__init__()
        self.setTabKeyNavigation(False)  # arrows walk its cells, Tab leaves it
        self.hint = ""
        self.setModel(model)
        self.setAccessibleName(tr("Tags found"))
        self.setFont(number_font())
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QTableView.DragDropMode.DragOnly)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setItemDelegateForColumn(TAG, Tags(self))
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(rows.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.columns = Columns(self, header, _COLUMNS)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, self.hint)


class ItemsPane(QWidget):
    """The tree of the items, and the search in front of it. Keys in the list are those of the tree; Esc goes back."""

    #: Somebody looks for something: an index is wanted.
    search_begun = Signal()
    read_wanted = Signal()  # (once more)
    cancel_wanted = Signal()

    def __init__(
        self, tree: QWidget, acts: TagActs, open_tag: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        """``open_tag`` is what Enter and a double click do with a tag."""
        super().__init__()
        self._tree = tree
        self._acts = acts
        self._open_tag = open_tag
        self._progress: IndexProgress | None = None
        self.model = FoundModel(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self._results = _Results(self.model)
        self._results.installEventFilter(self)
        self._results.doubleClicked.connect(lambda *_: self._open())
        self._results.customContextMenuRequested.connect(self._menu)
        self._stack = QStackedWidget()
        self._stack.addWidget(tree)
        found = QWidget()
        below = QVBoxLayout(found)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addLayout(self._status())
        below.addWidget(self._results, 1)
        self._stack.addWidget(found)
        layout.addWidget(self._stack, 1)
        self.columns = self._results.columns
        self.model.modelReset.connect(self._show)
        self.model.rowsInserted.connect(self._show)
        on_key(Qt.Key.Key_F3, self, lambda: self._step(1))
        on_key("Shift+F3", self, lambda: self._step(-1))
        self._escape = on_key(Qt.Key.Key_Escape, self, self.clear)
        self._escape.setEnabled(False)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        self._line = line = QLineEdit()
        line.setAccessibleName(tr("Find tags"))
        line.setPlaceholderText(tr("Find tags: name, path, description, * and ?"))
        line.setToolTip(
            tr(
                "Words that are in a tag's name, path or description (Ctrl+Shift+F); * stands for any text, ? for one "
                "character; F3 goes to the next"
            )
        )
        line.setClearButtonEnabled(True)
        self._glass = QAction(self)
        line.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        line.installEventFilter(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._search)
        line.textChanged.connect(self._typed)
        line.returnPressed.connect(self._enter)
        bar.addWidget(line)
        return bar

    def _status(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 4)
        row.setSpacing(8)
        self._told = Elided("")
        self._told.setAccessibleName(tr("State of the search"))
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.setToolTip(tr("Read no further; what is read can be searched"))
        self._cancel.clicked.connect(self.cancel_wanted)
        self._again = QPushButton(tr("Read again"))
        self._again.setToolTip(tr("Read the source's tags once more, from the beginning (F5)"))
        self._again.clicked.connect(self.read_wanted)
        row.addWidget(self._told, 1)
        for button in (self._cancel, self._again):
            button.setAccessibleName(button.text())
            row.addWidget(button)
        return row

    def set_theme(self, theme: Theme) -> None:
        self._glass.setIcon(icon("find", theme))
        self._told.setStyleSheet(f"color: {theme.muted}")

    # ---- searching

    @property
    def searching(self) -> bool:
        return self._stack.currentIndex() == 1

    def focus_search(self) -> None:
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    def look_for(self, words: str) -> None:
        self._line.setText(words)
        self._search()
        self.focus_search()

    def clear(self) -> None:
        """Back to the tree."""
        inside = self.isAncestorOf(focus) if (focus := self.focusWidget()) is not None else False
        self._line.clear()
        self._search()
        if inside:
            self._tree.setFocus()

    def _typed(self) -> None:
        if self._line.text().strip():
            self._soon.start()
        else:
            self._search()

    def _search(self) -> None:
        self._soon.stop()
        words = " ".join(self._line.text().split())
        self._stack.setCurrentIndex(1 if words else 0)
        self._escape.setEnabled(bool(words))  # else it belongs to others
        if words != self.model.words:
            if words:
                self.search_begun.emit()
            self.model.search(words)

    def show_progress(self, progress: IndexProgress | None) -> None:
        """How far the index is; None where no session is chosen."""
        self._progress = progress
        self.model.grow()
        self._show()

    def _show(self) -> None:
        progress, found = self._progress, self.model.rowCount()
        reading = progress is not None and progress.state in (IndexState.READING, IndexState.WAITING)
        if progress is None:
            told, hint = "", tr("Choose a session that is ready to find its tags.")
        else:
            words = tr(_STATES[progress.state])
            told = words.format(found=count_text(found), tags=count_text(progress.tags), failure=progress.failure)
            if progress.failed and not reading:
                more = tr("; {count} folders were not told: {failure}")
                told += more.format(count=count_text(progress.failed), failure=progress.failure)
            hint = tr("Nothing found so far …") if reading else tr("No tag has these words.")
        self._told.setText(told)
        self._cancel.setVisible(reading)
        self._again.setVisible(progress is not None and not reading)
        self._results.hint = hint
        if not found:
            self._results.viewport().update()

    # ---- the list

    def _enter(self) -> None:
        """To what was found; a second Enter opens it."""
        self._search()
        if self.searching and self.model.rowCount():
            if not self._results.selectionModel().hasSelection():
                self._results.selectRow(0)
            self._results.setFocus()

    def _step(self, by: int) -> None:
        """The next one found, round and round."""
        rows = self.model.rowCount()
        if not self.searching or not rows:
            self.focus_search()
            return
        current = self._results.currentIndex()
        row = (current.row() + by) % rows if current.isValid() else (0 if by > 0 else rows - 1)
        self._results.selectRow(row)
        self._results.scrollTo(self.model.index(row, 0))

    def chosen(self) -> list[str]:
        """The addresses that are selected, the current one first."""
        tags = self.model.addresses(self._results.selectionModel().selectedRows())
        current = self.current()
        return [current, *(tag for tag in tags if tag != current)] if current in tags else tags

    def current(self) -> str:
        index = self._results.currentIndex()
        return self.model.tag(index.row()).address if index.isValid() else ""

    def _open(self) -> None:
        for tag in self.chosen():
            self._open_tag(tag)

    def menu(self) -> QMenu | None:
        tags = self.chosen()
        return tag_menu(self._results, tags, self._acts) if tags else None

    def _menu(self, position: QPoint) -> None:
        if (menu := self.menu()) is not None:
            menu.popup(self._results.viewport().mapToGlobal(position))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if watched is self._line:
            if event.key() == Qt.Key.Key_Down and self.searching:
                self._enter()
                return True
        elif self._list_key(event):
            return True
        return super().eventFilter(watched, event)

    def _list_key(self, event: QKeyEvent) -> bool:
        tags, key = self.chosen(), event.key()
        if key == Qt.Key.Key_F5:
            self.read_wanted.emit()
        elif not tags:
            return False
        elif event.matches(QKeySequence.StandardKey.Copy):
            copy_tags(self.model.addresses(self._results.selectionModel().selectedRows()))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._acts.properties(tags[0])
            else:
                self._open()
        elif key == Qt.Key.Key_F2:
            self._acts.write(tags[0])
        else:
            return False
        return True
