"""Names and texts to read and to copy: what is known of an alarm, of a session's trouble, of a notification."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from ui.columns import Column, Columns
from ui.format import tip_text
from ui.i18n import tr
from ui.theme import number_font
from ui.widgets import on_key


class DetailsDialog(QDialog):
    """Not modal."""

    def __init__(self, title: str, fields: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = fields
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 420)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        self._table = table = QTreeWidget()
        table.setAccessibleName(title)
        table.setHeaderLabels([tr("Name"), tr("Value")])
        table.setRootIsDecorated(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(True)
        table.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        table.setFont(number_font())
        self._columns = Columns(table, table.header(), (Column("value when raised"), Column("value", share=1)))
        for name, text in fields:
            row = QTreeWidgetItem([name, text])
            row.setToolTip(1, tip_text(text[:2000]))
            table.addTopLevelItem(row)
        layout.addWidget(table, 1)
        on_key(QKeySequence.StandardKey.Copy, table, self.copy)
        buttons = QHBoxLayout()
        copy, close = QPushButton(tr("Copy")), QPushButton(tr("Close"))
        for button, act in ((copy, self.copy), (close, self.reject)):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            button.clicked.connect(act)
        buttons.addWidget(copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout.addLayout(buttons)

    def copy(self) -> None:
        """The chosen rows, or all, with tabs between name and value."""
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        chosen = [self._fields[row] for row in rows] or self._fields
        QGuiApplication.clipboard().setText("\n".join(f"{name}\t{text}" for name, text in chosen))
