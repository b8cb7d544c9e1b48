"""The dialog that opens an OPC UA session: address, security, login."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
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
from ui.theme import Theme

SECURITIES = (
    "None",
    "Basic256Sha256/Sign",
    "Basic256Sha256/SignAndEncrypt",
    "Aes128Sha256RsaOaep/SignAndEncrypt",
    "Aes256Sha256RsaPss/SignAndEncrypt",
)
_SCHEME = "opc.tcp://"
_PORT = 4840

_W = TypeVar("_W", bound=QWidget)


@dataclass(frozen=True, slots=True)
class Connection:
    """What the dialog asks for. ``options`` are the backend's, and hold the password."""

    name: str
    restart: bool
    options: dict[str, Any] = field(repr=False)

    @property
    def endpoint(self) -> str:
        return str(self.options["endpoint"])

    def trusting(self, fingerprint: str) -> Connection:
        """The same, with this server certificate trusted and no other."""
        return Connection(self.name, self.restart, {**self.options, "trusted": [fingerprint]})


class ConnectForm(QDialog):
    """Stays open until the session is: :attr:`asked` tells each press of Connect; the caller answers by
    :meth:`show_busy`, :meth:`show_error` or ``accept``. Once it is closed, all of them do nothing."""

    asked = Signal(object)  # a Connection

    def __init__(self, theme: Theme, recent: Sequence[str] = (), parent: QWidget | None = None) -> None:
        """``recent``: addresses of earlier sessions, the newest first."""
        super().__init__(parent)
        self._theme = theme
        self._open = True
        self._deaf = Deaf(self)
        self.setWindowTitle("Open OPC UA server")
        self.setAccessibleName("Open OPC UA server")
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self._build_fields(recent))
        self._words = QLabel()
        self._words.setAccessibleName("State of the connection")
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setMinimumHeight(44)
        self._words.setMargin(6)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words)
        self._connect = QPushButton("Connect")
        self._connect.setDefault(True)
        self._connect.clicked.connect(self._pressed)
        self._cancel = QPushButton("Cancel")
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self._connect, self._cancel):
            button.setAccessibleName(button.text())
            buttons.addWidget(button)
        layout.addLayout(buttons)
        self._login_changed()

    # ---- parts

    def _build_fields(self, recent: Sequence[str]) -> QWidget:
        self._box = QWidget()
        self._form = QFormLayout(self._box)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(16)
        self._address = self._choice("Address", recent)
        self._address.setEditable(True)
        self._address.setCurrentText(recent[0] if recent else _SCHEME)
        self._security = self._choice("Security", SECURITIES)
        self._security.setToolTip("None: nothing is signed or encrypted, and the server is not known for sure")
        self._security.currentIndexChanged.connect(self._login_changed)
        self._login = self._choice("Login", ("Anonymous", "User and password"))
        self._login.currentIndexChanged.connect(self._login_changed)
        self._user = self._line("User")
        self._password = self._line("Password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._plain = self._box_for("allow the password to be sent unencrypted")
        self._name = self._line("Name")
        self._name.setPlaceholderText("as the address")
        self._restart = self._box_for("start a new worker after a fault")
        self._restart.setChecked(True)
        return self._box

    def _choice(self, name: str, choices: Sequence[str]) -> QComboBox:
        made = QComboBox()
        made.addItems(list(choices))
        self._deaf.keep(made)
        return self._added(name, made)

    def _line(self, name: str) -> QLineEdit:
        return self._added(name, QLineEdit())

    def _box_for(self, words: str) -> QCheckBox:
        box = QCheckBox(words)
        box.setAccessibleName(words)
        self._form.addRow("", box)
        return box

    def _added(self, name: str, widget: _W) -> _W:
        widget.setAccessibleName(name)
        self._form.addRow(name, widget)
        return widget

    def _login_changed(self, *_: object) -> None:
        named = self._login.currentIndex() == 1
        for field_ in (self._user, self._password):
            field_.setEnabled(named)
        self._form.setRowVisible(self._plain, named and not self._encrypts)

    @property
    def _encrypts(self) -> bool:
        return self._security.currentText().endswith("/SignAndEncrypt")

    # ---- what is asked for

    def connection(self) -> Connection:
        """What the fields say; ValueError names the field that is wrong."""
        endpoint = checked_address(self._address.currentText())
        options: dict[str, Any] = {"endpoint": endpoint, "security": self._security.currentText()}
        if self._login.currentIndex() == 1:
            if not self._user.text().strip():
                raise ValueError("User: type a name, or choose Anonymous")
            options |= {"user": self._user.text().strip(), "password": self._password.text()}
            if self._plain.isChecked() and not self._encrypts:
                options["allow_plain_password"] = True
        name = self._name.text().strip() or endpoint.removeprefix(_SCHEME).rstrip("/")
        return Connection(name, self._restart.isChecked(), options)

    def _pressed(self) -> None:
        try:
            wanted = self.connection()
        except ValueError as error:
            self.show_error(str(error))
            (self._user if str(error).startswith("User") else self._address).setFocus()
            return
        self.show_busy("connecting …")
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


def checked_address(text: str) -> str:
    """The address with its scheme and port; ValueError says what is wrong."""
    address = text.strip()
    if "://" not in address:
        address = f"{_SCHEME}{address}"
    scheme, _, rest = address.partition("://")
    if scheme.lower() != "opc.tcp":
        raise ValueError(f"Address: {scheme}:// is not OPC UA over TCP; it starts with {_SCHEME}")
    if not rest.strip("/"):
        raise ValueError(f"Address: type the server's address, like {_SCHEME}host:{_PORT}")
    if any(character.isspace() for character in rest):
        raise ValueError("Address: there must be no space in it")
    try:
        parts = urlsplit(f"{_SCHEME}{rest}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"Address: {_why(error)}") from None
    if "@" in parts.netloc:
        raise ValueError("Address: a user name does not belong here; use the login below")
    if not host:
        raise ValueError(f"Address: the host's name is missing, like {_SCHEME}host:{_PORT}")
    if port == 0:
        raise ValueError("Address: the port must be a number of 1 to 65535")
    where = parts.netloc if port else f"{parts.netloc.rstrip(':')}:{_PORT}"
    return f"{_SCHEME}{where}{rest[len(parts.netloc) :]}"


def _why(error: ValueError) -> str:
    known = "Port" in str(error) or "port" in str(error)
    return "the port must be a number of 1 to 65535" if known else f"it cannot be read ({error})"
