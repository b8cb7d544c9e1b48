"""The dialog that opens a session with an OPC UA server, or with another Tagwatch: address, security, login."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.forms.editors import Deaf
from ui.forms.gateway_rows import GatewayRows
from ui.forms.opcua_rows import OpcUaRows
from ui.i18n import tr
from ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Connection:
    """What the dialog asks for. ``options`` are the backend's, and hold the password."""

    name: str
    restart: bool
    options: dict[str, Any] = field(repr=False)
    keep: bool = False  # the password, in the keyring

    @property
    def endpoint(self) -> str:
        return str(self.options["endpoint"])

    @property
    def secret(self) -> str:
        """The password or the key that was typed."""
        return str(self.options.get("password") or self.options.get("key") or "")


class ConnectForm(QDialog):
    """Stays open until the session is: :attr:`asked` tells each press of Connect; the caller answers by
    :meth:`show_busy`, :meth:`show_error` or ``accept``. Once it is closed, all of them do nothing."""

    asked = Signal(object)  # a Connection

    def __init__(
        self,
        theme: Theme,
        recent: Sequence[str] = (),
        parent: QWidget | None = None,
        *,
        keyring: str = "",
        backend: str = "opcua",
    ) -> None:
        """``recent``: addresses of earlier sessions, the newest first. ``keyring``: its name, empty without one.
        ``backend``: opcua or gateway."""
        super().__init__(parent)
        self._theme = theme
        self._open = True
        self._deaf = Deaf(self)
        self._backend = backend
        title = tr("Open another Tagwatch") if backend == "gateway" else tr("Open OPC UA server")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self._build_fields(recent, keyring))
        self._words = QLabel()
        self._words.setAccessibleName(tr("State of the connection"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setMinimumHeight(44)
        self._words.setMargin(6)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words)
        self._connect = QPushButton(tr("Connect"))
        self._connect.setDefault(True)
        self._connect.clicked.connect(self._pressed)
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self._connect, self._cancel):
            button.setAccessibleName(button.text())
            buttons.addWidget(button)
        layout.addLayout(buttons)

    # ---- parts

    def _build_fields(self, recent: Sequence[str], keyring: str) -> QWidget:
        self._box = QWidget()
        form = QFormLayout(self._box)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        self._rows: OpcUaRows | GatewayRows
        if self._backend == "gateway":
            self._rows = GatewayRows(form, self._deaf, recent, keyring)
        else:
            self._rows = rows = OpcUaRows(form, self._deaf, recent, keyring)
            self._security, self._login, self._user, self._plain = rows.security, rows.login, rows.user, rows.plain
        self._address, self._password = self._rows.address, self._rows.password
        self._name = QLineEdit()
        self._name.setAccessibleName(tr("Name"))
        self._name.setPlaceholderText(tr("as what is watched") if self._backend == "gateway" else tr("as the address"))
        form.addRow(tr("Name"), self._name)
        self._restart = QCheckBox(tr("start a new worker after a fault"))
        self._restart.setAccessibleName(self._restart.text())
        self._restart.setChecked(True)
        form.addRow("", self._restart)
        return self._box

    # ---- what is asked for

    def connection(self) -> Connection:
        """What the fields say; ValueError names the field that is wrong."""
        options = self._rows.options()
        name = self._name.text().strip() or self._rows.name()
        return Connection(name, self._restart.isChecked(), options, self._rows.keep.isChecked())

    def _pressed(self) -> None:
        try:
            wanted = self.connection()
        except ValueError as error:
            self.show_error(str(error))
            self._rows.culprit(error).setFocus()
            return
        self.show_busy(tr("connecting …"))
        self.asked.emit(wanted)

    # ---- what comes of it

    def show_busy(self, words: str) -> None:
        """A step of the start."""
        if self._open:
            self._set_busy(True)
            self._words.setStyleSheet(f"color: {self._theme.muted}")
            self._words.setText(words)

    def show_error(self, words: str) -> None:
        """Why it did not open; everything can be changed and tried again."""
        if self._open:
            self._set_busy(False)
            self._words.setStyleSheet(
                f"background: {self._theme.error_back}; color: {self._theme.text}; border-radius: 3px"
            )
            self._words.setText(f"✕ {words}")

    def _set_busy(self, busy: bool) -> None:
        self._box.setEnabled(not busy)
        self._connect.setEnabled(not busy)
        if busy:
            self._cancel.setFocus()

    def accept(self) -> None:
        if self._open:
            super().accept()

    def done(self, result: int) -> None:
        self._open = False
        self._password.clear()
        super().done(result)
