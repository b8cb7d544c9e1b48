"""All that a source knows of a tag, to read and to copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.commands import Property, TagProperties
from ui.bridge import act
from ui.columns import Column, Columns
from ui.format import full_text, value_text
from ui.theme import Theme, number_font

#: Asks the source; raises GatewayError.
Ask = Callable[[], Coroutine[Any, Any, TagProperties]]


class PropertiesDialog(QDialog):
    """Not modal. It asks when it is made, and again on request; closing it ends the question."""

    def __init__(self, tag: str, session_name: str, ask: Ask, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._theme = theme
        self._failed = False
        self._task: asyncio.Task[object] | None = None
        self._properties: Sequence[Property] = ()
        self.setWindowTitle(f"Properties of {tag}")
        self.setAccessibleName("Properties")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 460)
        self._build(tag, session_name)
        self.finished.connect(self._stop)
        self.refresh()

    def _build(self, tag: str, session_name: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        self._session = _label("Session", session_name)
        layout.addWidget(_label("Tag", tag))
        layout.addWidget(self._session)
        self._table = table = QTreeWidget()
        table.setAccessibleName("Properties")
        table.setHeaderLabels(["Property", "Value"])
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAlternatingRowColors(True)
        table.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        table.setFont(number_font())
        self._columns = Columns(table, table.header(), (Column("security classification"), Column("value", share=1)))
        self._state = QLabel()
        self._state.setAccessibleName("State")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._state.setWordWrap(True)
        self._state.setMargin(6)
        layout.addWidget(self._state)
        layout.addWidget(table, 1)
        layout.addLayout(self._buttons())
        QShortcut(QKeySequence.StandardKey.Copy, table, self.copy, context=Qt.ShortcutContext.WidgetShortcut)
        self.set_theme(self._theme)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._copy = QPushButton("Copy")
        self._again = QPushButton("Ask again")
        close = QPushButton("Close")
        for button, press in ((self._copy, self.copy), (self._again, self.refresh), (close, self.reject)):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            button.clicked.connect(press)
        row.addWidget(self._copy)
        row.addWidget(self._again)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._session.setStyleSheet(f"color: {theme.muted}")
        back, front = (theme.error_back, theme.text) if self._failed else ("transparent", theme.muted)
        self._state.setStyleSheet(f"background: {back}; color: {front}; border-radius: 3px")

    def refresh(self) -> None:
        self._say("Asking the source …")
        self._task = act(self._load(), name="properties", busy=self._again, failed=self._fail)

    async def _load(self) -> None:
        self._fill((await self._ask()).properties)

    def _fill(self, properties: Sequence[Property]) -> None:
        self._properties = properties
        self._table.clear()
        for told in properties:
            row = QTreeWidgetItem([told.name.replace("_", " "), value_text(told.value, limit=200)])
            row.setToolTip(1, full_text(told.value)[:2000])
            self._table.addTopLevelItem(row)
        self._say("" if properties else "The source tells nothing about this tag.")

    def _fail(self, words: str) -> None:
        """What was told before stays to be read."""
        self._say(f"The source did not tell: {words}", failed=True)

    def _say(self, words: str, *, failed: bool = False) -> None:
        self._failed = failed
        self._state.setText(words)
        self._state.setVisible(bool(words))
        self._copy.setEnabled(bool(self._properties))
        self.set_theme(self._theme)

    def copy(self) -> None:
        """The chosen rows, or all, with tabs between name and value."""
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        chosen = [self._properties[row] for row in rows] or self._properties
        text = "\n".join(f"{told.name}\t{full_text(told.value)}" for told in chosen)
        QGuiApplication.clipboard().setText(text)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


def _label(name: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setAccessibleName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
