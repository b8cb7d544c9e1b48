"""All that a source knows of a tag, to read and to copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
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
from ui.format import full_text, tip_text, value_text
from ui.i18n import tr
from ui.theme import Theme, number_font
from ui.widgets import on_key

#: Asks the source; raises GatewayError.
Ask = Callable[[], Coroutine[Any, Any, TagProperties]]
#: What is known of the item at the moment: (name, text).
Live = Callable[[], Sequence[tuple[str, str]]]

_FULL = Qt.ItemDataRole.UserRole  # a row's name as the source has it, and its value without loss


class PropertiesDialog(QDialog):
    """Not modal. It asks when it is made, and again on request; closing it ends the question."""

    def __init__(
        self,
        tag: str,
        session_name: str,
        ask: Ask,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        live: Live | None = None,
    ) -> None:
        """``live`` is shown above the source's properties, and asked at each :meth:`refresh_live`."""
        super().__init__(parent)
        self._ask = ask
        self._live = live
        self._live_rows: dict[str, QTreeWidgetItem] = {}
        self._theme = theme
        self._failed = False
        self._task: asyncio.Task[object] | None = None
        self._properties: Sequence[Property] = ()
        self.setWindowTitle(tr("Properties of {tag}").format(tag=tag))
        self.setAccessibleName(tr("Properties"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 460)
        self._build(tag, session_name)
        self.finished.connect(self._stop)
        self.refresh_live()
        self.refresh()

    def _build(self, tag: str, session_name: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        self._session = _label(tr("Session"), session_name)
        layout.addWidget(_label(tr("Tag"), tag))
        layout.addWidget(self._session)
        self._table = table = QTreeWidget()
        table.setAccessibleName(tr("Properties"))
        table.setHeaderLabels([tr("Property"), tr("Value")])
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAlternatingRowColors(True)
        table.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        table.setFont(number_font())
        self._columns = Columns(table, table.header(), (Column("security classification"), Column("value", share=1)))
        self._state = QLabel()
        self._state.setAccessibleName(tr("State"))
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._state.setWordWrap(True)
        self._state.setMargin(6)
        layout.addWidget(self._state)
        layout.addWidget(table, 1)
        layout.addLayout(self._buttons())
        on_key(QKeySequence.StandardKey.Copy, table, self.copy)
        self.set_theme(self._theme)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._copy = QPushButton(tr("Copy"))
        self._again = QPushButton(tr("Ask again"))
        close = QPushButton(tr("Close"))
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
        self._say(tr("Asking the source …"))
        self._task = act(self._load(), name="properties", busy=self._again, failed=self._fail)

    async def _load(self) -> None:
        self._fill((await self._ask()).properties)

    def _fill(self, properties: Sequence[Property]) -> None:
        self._properties = properties
        for number in reversed(range(len(self._live_rows), self._table.topLevelItemCount())):
            self._table.takeTopLevelItem(number)
        for told in properties:
            self._table.addTopLevelItem(_row(told.name, value_text(told.value, limit=200), full_text(told.value)))
        self._say("" if properties else tr("The source tells nothing about this tag."))

    def _fail(self, words: str) -> None:
        """What was told before stays to be read."""
        self._say(tr("The source did not tell: {reason}").format(reason=words), failed=True)

    def _say(self, words: str, *, failed: bool = False) -> None:
        self._failed = failed
        self._state.setText(words)
        self._state.setVisible(bool(words))
        self._copy.setEnabled(bool(self._properties))
        self.set_theme(self._theme)

    def copy(self) -> None:
        """The chosen rows, or all, with tabs between name and value."""
        chosen = self._table.selectedItems() or [
            self._table.topLevelItem(number) for number in range(self._table.topLevelItemCount())
        ]
        rows = sorted((self._table.indexOfTopLevelItem(row), row) for row in chosen if row is not None)
        text = "\n".join(f"{row.data(0, _FULL)}\t{row.data(1, _FULL)}" for _, row in rows)
        QGuiApplication.clipboard().setText(text)

    def refresh_live(self) -> None:
        """Take over the item's present value; the rows stay where they are."""
        for name, text in self._live() if self._live is not None else ():
            row = self._live_rows.get(name)
            if row is None:
                row = self._live_rows[name] = _row(name, text, text)
                self._table.insertTopLevelItem(len(self._live_rows) - 1, row)
            elif row.data(1, _FULL) != text:
                _set_text(row, text, text)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


def _row(name: str, text: str, full: str) -> QTreeWidgetItem:
    row = QTreeWidgetItem([name.replace("_", " "), ""])
    row.setData(0, _FULL, name)
    _set_text(row, text, full)
    return row


def _set_text(row: QTreeWidgetItem, text: str, full: str) -> None:
    row.setText(1, text)
    row.setToolTip(1, tip_text(full[:2000]))
    row.setData(1, _FULL, full)


def _label(name: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setAccessibleName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
