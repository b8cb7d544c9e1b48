"""The sources of the workspace in a list, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.format import tip_text
from ui.i18n import noop, tr
from ui.sources import BACKENDS, Source
from ui.widgets import ReadTable, Tags, on_key

_COLUMNS = (noop("Name"), noop("Kind"), noop("Address"), noop("User"), noop("At start"), noop("State"))
_WIDE = (0, 2, len(_COLUMNS) - 1)  # a state may tell why a source failed


class SourcesForm(QDialog):
    """Not modal: what is done is seen in the window at once. Signals carry the source's name."""

    open_wanted = Signal(str)
    edit_wanted = Signal(str)
    duplicate_wanted = Signal(str)
    delete_wanted = Signal(str)
    test_wanted = Signal(str)
    new_wanted = Signal()
    undo_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Sources"))
        self.setAccessibleName(tr("Sources"))
        self.resize(860, 420)
        self._table = self._build_table()
        side = QVBoxLayout()
        side.setSpacing(6)
        self._needing: list[QPushButton] = []
        for words, signal, needs in (
            (noop("Open"), self.open_wanted, True),
            (noop("Test"), self.test_wanted, True),
            (noop("New …"), self.new_wanted, False),
            (noop("Edit …"), self.edit_wanted, True),
            (noop("Duplicate"), self.duplicate_wanted, True),
            (noop("Delete"), self.delete_wanted, True),
        ):
            side.addWidget(self._button(tr(words), self._of_current(signal) if needs else signal.emit, needs))
        side.addWidget(self._recent_button())
        side.addStretch(1)
        for words, signal in ((noop("Import …"), self.import_wanted), (noop("Export …"), self.export_wanted)):
            side.addWidget(self._button(tr(words), signal.emit, False))
        side.addWidget(self._button(tr("Close"), self.reject, False))
        columns = QHBoxLayout()
        columns.addWidget(self._table, 1)
        columns.addLayout(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(columns, 1)
        layout.addLayout(self._foot())
        on_key(Qt.Key.Key_Delete, self._table, self._of_current(self.delete_wanted))
        on_key(QKeySequence.StandardKey.Undo, self, self.undo_wanted.emit)
        self._show_possible()

    # ---- parts

    def _build_table(self) -> QTableWidget:
        headers = [tr(words) for words in _COLUMNS]
        hint = tr("No source is saved in this workspace. New … makes one.")
        table = ReadTable(tr("Sources"), headers, _WIDE, hint)
        tags = Tags(table)
        table.setItemDelegateForColumn(0, tags)
        table.setItemDelegateForColumn(2, tags)
        table.setWordWrap(False)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
        table.itemSelectionChanged.connect(self._show_possible)
        table.cellDoubleClicked.connect(lambda *_: self._of_current(self.open_wanted)())
        return table

    def _button(self, words: str, act: Callable[[], object], needs: bool) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(words)
        button.setAutoDefault(False)
        button.clicked.connect(lambda *_: act())
        if needs:
            self._needing.append(button)
        return button

    def _recent_button(self) -> QToolButton:
        self._recent = QToolButton()
        self._recent.setObjectName("choice")
        self._recent.setText(tr("Recent") + " ▾")
        self._recent.setAccessibleName(tr("Recent sources"))
        self._recent.setToolTip(tr("Add a source that was opened lately, in any workspace"))
        self._recent.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._recent.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._recent.setMenu(QMenu(self._recent))
        self._recent.setSizePolicy(self._needing[0].sizePolicy())
        return self._recent

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        self._words = QLabel()
        self._words.setAccessibleName(tr("State"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._undo = self._button(tr("Undo"), self.undo_wanted.emit, False)
        self._undo.setToolTip(tr("Bring the source back (Ctrl+Z)"))
        self._undo.hide()
        foot.addWidget(self._words, 1)
        foot.addWidget(self._undo)
        return foot

    # ---- showing

    def show_sources(self, sources: Sequence[Source], states: Sequence[str]) -> None:
        """``states``: of each, in words. The chosen one stays chosen."""
        chosen = self.current()
        self._table.setRowCount(len(sources))
        for row, (source, state) in enumerate(zip(sources, states, strict=True)):
            at_start = tr("yes") if source.open_at_start else tr("no")
            kind = tr(BACKENDS[source.backend])
            for column, text in enumerate((source.name, kind, source.address, source.user, at_start, state)):
                item = self._table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    self._table.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
                    item.setToolTip(tip_text(text))
        names = [source.name for source in sources]
        if chosen in names:
            self._table.selectRow(names.index(chosen))
        elif names and not self._table.selectedItems():
            self._table.selectRow(0)
        self._show_possible()

    def show_recent(self, sources: Sequence[Source], add: Callable[[Source], object]) -> None:
        menu = self._recent.menu()
        menu.clear()
        for source in sources:
            words = f"{source.name}   {source.address}   {source.user}".rstrip().replace("&", "&&")
            menu.addAction(words).triggered.connect(lambda *_, source=source: add(source))
        self._recent.setEnabled(bool(sources))

    def say(self, words: str, *, undo: bool = False) -> None:
        """A sentence below the list; ``undo``: it can be taken back."""
        self._words.setText(words)
        self._undo.setVisible(undo)

    def current(self) -> str:
        """The chosen source's name, "" where none is."""
        rows = self._table.selectionModel().selectedRows() if self._table.rowCount() else []
        item = self._table.item(rows[0].row(), 0) if rows else None
        return "" if item is None else item.text()

    def choose(self, name: str) -> None:
        for row in range(self._table.rowCount()):
            item = self._table.item(row, 0)
            if item is not None and item.text() == name:
                self._table.selectRow(row)

    def _of_current(self, signal: object) -> Callable[[], None]:
        def emit() -> None:
            if name := self.current():
                signal.emit(name)  # type: ignore[attr-defined]

        return emit

    def _show_possible(self) -> None:
        for button in self._needing:
            button.setEnabled(bool(self.current()))
