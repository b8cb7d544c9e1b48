"""The keys of the API in a table, what can be done with them, and the one moment at which a key is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.access.keys import KeyInfo, KeyText
from ui.format import time_text, tip_text
from ui.i18n import noop, tr
from ui.key_words import STATES, limits_text, scopes_text
from ui.theme import Theme, fixed_font
from ui.widgets import ReadTable, on_key

_COLUMNS = (noop("Name"), noop("Scopes"), noop("Limits"), noop("Created"), noop("Last used"), noop("State"))
_WIDE = (1, 2)
_NAME_WIDTH = 150
#: Between the words of one row and those of the next.
_ROOM = 8
_ID = Qt.ItemDataRole.UserRole


class _Roomy(QStyledItemDelegate):
    """Rows of several lines that do not run into each other."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        found = super().sizeHint(option, index)
        return QSize(found.width(), found.height() + _ROOM)


class KeysForm(QDialog):
    """Not modal. Signals carry the key's id."""

    new_wanted = Signal()
    offer_wanted = Signal()
    rotate_wanted = Signal(str)
    revoke_wanted = Signal(str)
    delete_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("API keys"))
        self.setAccessibleName(tr("API keys"))
        self.setObjectName("api keys")  # what F1 looks for
        self.resize(1120, 420)
        self._theme = theme
        self._warned = False
        self._keys: dict[str, tuple[KeyInfo, str]] = {}
        self._notice = QLabel()
        self._notice.setAccessibleName(tr("State of the API"))
        self._notice.setWordWrap(True)
        self._notice.setMargin(8)
        self._notice.setTextFormat(Qt.TextFormat.PlainText)
        self._offer = self._button(tr("Offer the API"), self.offer_wanted.emit)
        top = QHBoxLayout()
        top.addWidget(self._notice, 1)
        top.addWidget(self._offer)
        self._table = self._build_table()
        side = QVBoxLayout()
        side.setSpacing(6)
        self._new = self._button(tr("New …"), self.new_wanted.emit)
        self._rotate = self._button(tr("New secret …"), self._of_current(self.rotate_wanted))
        self._rotate.setToolTip(tr("Give the key a new secret; the old one opens nothing from then on"))
        self._revoke = self._button(tr("Revoke …"), self._of_current(self.revoke_wanted))
        self._revoke.setToolTip(tr("End the key for good"))
        self._delete = self._button(tr("Delete …"), self._of_current(self.delete_wanted))
        self._delete.setToolTip(tr("Remove the key; what was done to it stays in the record"))
        for button in (self._new, self._rotate, self._revoke, self._delete):
            side.addWidget(button)
        side.addStretch(1)
        side.addWidget(self._button(tr("Close"), self.reject))
        columns = QHBoxLayout()
        columns.addWidget(self._table, 1)
        columns.addLayout(side)
        self._words = QLabel()
        self._words.setAccessibleName(tr("State"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(columns, 1)
        layout.addWidget(self._words)
        on_key(Qt.Key.Key_Delete, self._table, self._of_current(self.delete_wanted))
        self.show_notice("", warned=False, offer=False)
        self._show_possible()
        self._table.setFocus()

    # ---- parts

    def _build_table(self) -> QTableWidget:
        headers = [tr(words) for words in _COLUMNS]
        hint = tr("There are no keys yet: no other program gets in. New … makes one.")
        table = ReadTable(tr("API keys"), headers, _WIDE, hint)
        table.setWordWrap(True)  # what limits a key is read whole
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setItemDelegate(_Roomy(table))
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        table.horizontalHeader().resizeSection(0, _NAME_WIDTH)
        table.itemSelectionChanged.connect(self._show_possible)
        return table

    def _button(self, words: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(words)
        button.setAutoDefault(False)
        button.clicked.connect(lambda *_: act())
        return button

    # ---- showing

    def show_keys(self, keys: Sequence[KeyInfo], now_ns: int, utc: bool) -> None:
        """The chosen one stays chosen."""
        chosen = self.current()
        self._keys = {info.id: (info, info.state(now_ns)) for info in keys}
        self._table.setRowCount(len(keys))
        for row, info in enumerate(keys):
            state = tr(STATES[info.state(now_ns)])
            if info.spec.expires_ns is not None and info.state(now_ns) == "active":
                state = tr("active until {time}").format(time=_minute(info.spec.expires_ns, utc))
            used = tr("never") if info.last_used_ns is None else _minute(info.last_used_ns, utc)
            scopes = scopes_text(info.spec.scopes)
            texts = (info.spec.name, scopes, limits_text(info.spec), _minute(info.created_ns, utc), used, state)
            for column, text in enumerate(texts):
                self._set(row, column, text, info.id)
        if chosen in self._keys:
            self.choose(chosen)
        elif keys and not self._table.selectedItems():
            self._table.selectRow(0)
        self._show_possible()

    def _set(self, row: int, column: int, text: str, key_id: str) -> None:
        item = self._table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self._table.setItem(row, column, item)
        item.setData(_ID, key_id)
        about = tip_text(text if column else f"{text}\ntw_{key_id}_…")
        if item.text() != text or item.toolTip() != about:
            item.setText(text)
            item.setToolTip(about)

    def show_notice(self, words: str, *, warned: bool, offer: bool) -> None:
        """What becomes of keys now; ``offer``: the API is off and can be switched on."""
        self._notice.setText(words)
        self._warned = warned
        self._offer.setVisible(offer)
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        back = theme.warning_back if self._warned else theme.panel
        self._notice.setStyleSheet(f"background: {back}; color: {theme.text}; border-radius: 3px")

    def say(self, words: str) -> None:
        """A sentence below the table."""
        self._words.setText(words)

    def current(self) -> str:
        """The chosen key's id, "" where none is."""
        rows = self._table.selectionModel().selectedRows() if self._table.rowCount() else []
        item = self._table.item(rows[0].row(), 0) if rows else None
        return "" if item is None else str(item.data(_ID))

    def name_of(self, key_id: str) -> str:
        return self._keys[key_id][0].spec.name if key_id in self._keys else key_id

    def choose(self, key_id: str) -> None:
        for row in range(self._table.rowCount()):
            item = self._table.item(row, 0)
            if item is not None and item.data(_ID) == key_id and not item.isSelected():
                self._table.selectRow(row)

    def _of_current(self, signal: SignalInstance) -> Callable[[], None]:
        def emit() -> None:
            if key_id := self.current():
                signal.emit(key_id)

        return emit

    def _show_possible(self) -> None:
        """An ended key stays so: nothing but its deletion is left."""
        state = self._keys.get(self.current(), (None, ""))[1]
        self._rotate.setEnabled(state == "active")
        self._revoke.setEnabled(bool(state) and state != "revoked")
        self._delete.setEnabled(bool(state))


class ShownKeyForm(QDialog):
    """A key's text, this once. Nothing keeps it when the form is closed."""

    def __init__(self, name: str, text: KeyText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Your new API key"))
        self.setAccessibleName(tr("Your new API key"))
        self.setMinimumWidth(720)
        words = QLabel(
            tr(
                "This is the key “{name}”. Keep it now where its program finds it: it cannot be shown again. Whoever "
                "has it can use it."
            ).format(name=name)
        )
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        self._text = QLineEdit(text.reveal())
        self._text.setAccessibleName(tr("API key"))
        self._text.setReadOnly(True)
        self._text.setFont(fixed_font())
        self._text.setCursorPosition(0)
        self._told = QLabel()
        self._told.setAccessibleName(tr("State"))
        self._copy, close = QPushButton(tr("Copy")), QPushButton(tr("Close"))
        buttons = QHBoxLayout()
        buttons.addWidget(self._told, 1)
        for button, act in ((self._copy, self.copy), (close, self.reject)):
            button.setAccessibleName(button.text())
            button.clicked.connect(act)
            buttons.addWidget(button)
        close.setAutoDefault(False)
        self._copy.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addWidget(self._text)
        layout.addLayout(buttons)
        self._copy.setFocus()

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.text())
        self._told.setText(tr("Copied to the clipboard."))

    def done(self, code: int) -> None:
        self._text.clear()
        super().done(code)


def _minute(ns: int, utc: bool) -> str:
    return time_text(ns, utc)[: -len(":00.000")]
