"""The dialog that opens an OPC UA session: address, security, login; and the certificate that it may have to trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

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

from app.values import Fault
from ui.theme import Theme

SECURITIES = (
    "None",
    "Basic256Sha256/Sign",
    "Basic256Sha256/SignAndEncrypt",
    "Aes128Sha256RsaOaep/SignAndEncrypt",
    "Aes256Sha256RsaPss/SignAndEncrypt",
)
_PORT = 4840


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
    :meth:`show_busy`, :meth:`show_error` or ``accept``."""

    asked = Signal(object)  # a Connection

    def __init__(self, theme: Theme, recent: Sequence[str] = (), parent: QWidget | None = None) -> None:
        """``recent``: addresses of earlier sessions, the newest first."""
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Open OPC UA server")
        self.setAccessibleName("Open OPC UA server")
        self.setMinimumWidth(520)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self._fields(recent))
        self._words = QLabel()
        self._words.setAccessibleName("State of the connection")
        self._words.setWordWrap(True)
        self._words.setMinimumHeight(44)
        self._words.setMargin(6)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words)
        buttons = QHBoxLayout()
        self._connect = QPushButton("Connect")
        self._connect.setAccessibleName("Connect")
        self._connect.setDefault(True)
        self._connect.clicked.connect(self._pressed)
        cancel = QPushButton("Cancel")
        cancel.setAccessibleName("Cancel")
        cancel.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(self._connect)
        buttons.addWidget(cancel)
        layout.addLayout(buttons)
        self._login_changed()

    def _fields(self, recent: Sequence[str]) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        self._address = QComboBox()
        self._address.setAccessibleName("Address")
        self._address.setEditable(True)
        self._address.addItems(list(recent))
        self._address.setCurrentText(recent[0] if recent else "opc.tcp://")
        self._security = QComboBox()
        self._security.setAccessibleName("Security")
        self._security.addItems([*SECURITIES])
        self._login = QComboBox()
        self._login.setAccessibleName("Login")
        self._login.addItems(["Anonymous", "User and password"])
        self._login.currentIndexChanged.connect(self._login_changed)
        self._user, self._password, self._name = QLineEdit(), QLineEdit(), QLineEdit()
        self._user.setAccessibleName("User")
        self._password.setAccessibleName("Password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._name.setAccessibleName("Name")
        self._name.setPlaceholderText("as the address")
        self._restart = QCheckBox("start a new worker after a fault")
        self._restart.setAccessibleName("Start a new worker after a fault")
        self._restart.setChecked(True)
        rows: list[tuple[str, QWidget]] = [
            ("Address", self._address),
            ("Security", self._security),
            ("Login", self._login),
            ("User", self._user),
            ("Password", self._password),
            ("Name", self._name),
            ("", self._restart),
        ]
        for label, widget in rows:
            form.addRow(label, widget)
        return form

    def _login_changed(self, *_: object) -> None:
        named = self._login.currentIndex() == 1
        self._user.setEnabled(named)
        self._password.setEnabled(named)

    def connection(self) -> Connection:
        """What the fields say; ValueError names the field that is wrong."""
        endpoint = checked_address(self._address.currentText())
        options: dict[str, Any] = {"endpoint": endpoint, "security": self._security.currentText()}
        if self._login.currentIndex() == 1:
            if not self._user.text().strip():
                raise ValueError("User: type a name, or choose Anonymous")
            options |= {"user": self._user.text().strip(), "password": self._password.text()}
        name = self._name.text().strip() or endpoint.removeprefix("opc.tcp://").rstrip("/")
        return Connection(name, self._restart.isChecked(), options)

    def _pressed(self) -> None:
        try:
            wanted = self.connection()
        except ValueError as error:
            self.show_error(str(error))
            return
        self.show_busy("connecting …")
        self.asked.emit(wanted)

    def show_busy(self, words: str) -> None:
        """A step of the start."""
        self._connect.setEnabled(False)
        self._words.setStyleSheet(f"color: {self._theme.muted}")
        self._words.setText(words)

    def show_error(self, words: str) -> None:
        self._connect.setEnabled(True)
        self._words.setStyleSheet(
            f"background: {self._theme.error_back}; color: {self._theme.text}; border-radius: 3px"
        )
        self._words.setText(words)

    def done(self, result: int) -> None:
        self._password.clear()
        super().done(result)


def checked_address(text: str) -> str:
    """The address with its scheme and port; ValueError says what is wrong."""
    address = text.strip()
    if "://" not in address:
        address = f"opc.tcp://{address}"
    if address == "opc.tcp://":
        raise ValueError("Address: type the server's address, like opc.tcp://host:4840")
    parts = urlparse(address)
    if parts.scheme != "opc.tcp":
        raise ValueError(f"Address: {parts.scheme}:// is not OPC UA; it starts with opc.tcp://")
    if "@" in parts.netloc:
        raise ValueError("Address: a user name does not belong here; use the login below")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("Address: the port must be a number of 1 to 65535") from None
    if not parts.hostname:
        raise ValueError("Address: the host's name is missing, like opc.tcp://host:4840")
    return address if port else address.replace(parts.netloc, f"{parts.netloc.rstrip(':')}:{_PORT}", 1)


class CertificateForm(QDialog):
    """Shows a server's certificate that is not trusted (yet, or any more). Accepted = the user trusts it."""

    def __init__(self, fault: Fault, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        changed = fault.code == "CertificateChanged"
        self.setWindowTitle("Server certificate")
        self.setAccessibleName("Server certificate")
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        words = QLabel(
            "The server shows ANOTHER certificate than the one that was trusted. Somebody may stand between you and "
            "the server. Trust it only if the server's owner says that it was renewed."
            if changed
            else "This server's certificate is not trusted yet. Compare the fingerprint with the one that the server's "
            "owner tells you; trust it only if they are the same."
        )
        words.setWordWrap(True)
        words.setMargin(8)
        words.setAccessibleName("What to do")
        back = theme.error_back if changed else theme.warning_back
        words.setStyleSheet(f"background: {back}; color: {theme.text}; border-radius: 3px")
        layout.addWidget(words)
        layout.addLayout(self._facts(fault))
        buttons = QHBoxLayout()
        trust = QPushButton("Trust this certificate")
        trust.setAccessibleName("Trust this certificate")
        trust.setAutoDefault(False)
        trust.clicked.connect(self.accept)
        refuse = QPushButton("Do not connect")
        refuse.setAccessibleName("Do not connect")
        refuse.setDefault(True)
        refuse.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(trust)
        buttons.addWidget(refuse)
        layout.addLayout(buttons)
        refuse.setFocus()

    def _facts(self, fault: Fault) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        details = fault.details
        rows = [
            ("Server", details.get("endpoint", "")),
            ("Issued to", details.get("subject", "")),
            ("Issued by", details.get("issuer", "")),
            ("Valid", f"{details.get('not_before', '')[:10]} to {details.get('not_after', '')[:10]}"),
            ("SHA-256", grouped(details.get("fingerprint", ""))),
        ]
        if trusted := details.get("trusted"):
            rows.append(("Trusted so far", grouped(trusted)))
        for name, text in rows:
            label = QLabel(text)
            label.setAccessibleName(name)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(name, label)
        return form


def grouped(fingerprint: str) -> str:
    """In groups of four, two lines: as people read it out to each other."""
    groups = [fingerprint[i : i + 4].upper() for i in range(0, len(fingerprint), 4)]
    half = (len(groups) + 1) // 2
    return "\n".join(" ".join(part) for part in (groups[:half], groups[half:]) if part)
