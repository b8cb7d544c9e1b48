"""The fields of an OPC UA connection, for the forms that ask for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from ui.forms.editors import Deaf
from ui.i18n import noop, tr

SECURITIES = (
    "None",
    "Basic256Sha256/Sign",
    "Basic256Sha256/SignAndEncrypt",
    "Aes128Sha256RsaOaep/SignAndEncrypt",
    "Aes256Sha256RsaPss/SignAndEncrypt",
)
SCHEME = "opc.tcp://"
_PORT = 4840
_LOGINS = (noop("Anonymous"), noop("User and password"))
#: Options that have a field here; others are kept as they are.
_FIELDS = frozenset({"endpoint", "security", "user", "password", "allow_plain_password"})

_W = TypeVar("_W", bound=QWidget)


class OpcUaRows:
    """Rows of a form. The password is the keyring's where :attr:`keep` is ticked."""

    def __init__(self, form: QFormLayout, deaf: Deaf, recent: Sequence[str] = (), keyring: str = "") -> None:
        """``recent``: addresses of earlier sessions, the newest first. ``keyring``: its name, empty where there is
        none."""
        self._form = form
        self._deaf = deaf
        self._keyring = keyring
        self._others: dict[str, Any] = {}
        self.address = self._choice(tr("Address"), recent)
        self.address.setEditable(True)
        self.address.setCurrentText(recent[0] if recent else SCHEME)
        self.security = self._choice(tr("Security"), SECURITIES)
        self.security.setToolTip(tr("None: nothing is signed or encrypted, and the server is not known for sure"))
        self.security.currentIndexChanged.connect(self.show_login)
        self.login = self._choice(tr("Login"), [tr(words) for words in _LOGINS])
        self.login.currentIndexChanged.connect(self.show_login)
        self.user = self._line(tr("User"))
        self.password = self._line(tr("Password"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = self._box(tr("keep the password in the keyring of this computer"))
        self.plain = self._box(tr("allow the password to be sent unencrypted"))
        if not keyring:
            self.password.setToolTip(tr("This computer has no keyring: the password is asked for each time"))
        self.show_login()

    def _choice(self, name: str, choices: Sequence[str]) -> QComboBox:
        made = QComboBox()
        made.addItems(list(choices))
        self._deaf.keep(made)
        return self._added(name, made)

    def _line(self, name: str) -> QLineEdit:
        return self._added(name, QLineEdit())

    def _box(self, words: str) -> QCheckBox:
        box = QCheckBox(words)
        box.setAccessibleName(words)
        self._form.addRow("", box)
        return box

    def _added(self, name: str, widget: _W) -> _W:
        widget.setAccessibleName(name)
        self._form.addRow(name, widget)
        return widget

    def show_login(self, *_: object) -> None:
        """What a login needs, where there is one."""
        named = self.login.currentIndex() == 1
        for field_ in (self.user, self.password):
            field_.setEnabled(named)
        self._form.setRowVisible(self.keep, named and bool(self._keyring))
        self._form.setRowVisible(self.plain, named and not self.encrypts)

    @property
    def encrypts(self) -> bool:
        return self.security.currentText().endswith("/SignAndEncrypt")

    # ---- what they say

    def options(self) -> dict[str, Any]:
        """The backend's, with the password; ValueError begins with the name of the field that is wrong."""
        endpoint = checked_address(self.address.currentText())
        options: dict[str, Any] = {**self._others, "endpoint": endpoint, "security": self.security.currentText()}
        if self.login.currentIndex() == 1:
            if not self.user.text().strip():
                raise ValueError(tr("User: type a name, or choose Anonymous"))
            options |= {"user": self.user.text().strip(), "password": self.password.text()}
            if self.plain.isChecked() and not self.encrypts:
                options["allow_plain_password"] = True
        return options

    def show(self, options: Mapping[str, Any]) -> None:
        """The options of a saved source, which have no password."""
        self._others = {name: value for name, value in options.items() if name not in _FIELDS}
        self.address.setCurrentText(str(options.get("endpoint") or SCHEME))
        self.security.setCurrentText(str(options.get("security") or "None"))
        self.user.setText(str(options.get("user") or ""))
        self.login.setCurrentIndex(1 if options.get("user") else 0)
        self.plain.setChecked(options.get("allow_plain_password") is True)
        self.show_login()

    def name(self) -> str:
        """What the source is called where nobody says: its address."""
        return checked_address(self.address.currentText()).removeprefix(SCHEME).rstrip("/")

    def culprit(self, error: ValueError) -> QWidget:
        """The field that an error of :meth:`options` is about."""
        return self.user if str(error) == tr("User: type a name, or choose Anonymous") else self.address


def checked_address(text: str) -> str:
    """The address with its scheme and port; ValueError says what is wrong."""
    address = text.strip()
    if "://" not in address:
        address = f"{SCHEME}{address}"
    scheme, _, rest = address.partition("://")
    if scheme.lower() != "opc.tcp":
        raise ValueError(
            tr("Address: {scheme}:// is not OPC UA over TCP; it starts with {known}").format(
                scheme=scheme, known=SCHEME
            )
        )
    if not rest.strip("/"):
        raise ValueError(tr("Address: type the server's address, like {example}").format(example=_EXAMPLE))
    if any(character.isspace() for character in rest):
        raise ValueError(tr("Address: there must be no space in it"))
    try:
        parts = urlsplit(f"{SCHEME}{rest}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(tr("Address: {why}").format(why=_why(error))) from None
    if "@" in parts.netloc:
        raise ValueError(tr("Address: a user name does not belong here; use the login below"))
    if not host:
        raise ValueError(tr("Address: the host's name is missing, like {example}").format(example=_EXAMPLE))
    if port == 0:
        raise ValueError(tr("Address: {why}").format(why=tr(_PORT_RANGE)))
    where = parts.netloc if port else f"{parts.netloc.rstrip(':')}:{_PORT}"
    return f"{SCHEME}{where}{rest[len(parts.netloc) :]}"


_EXAMPLE = f"{SCHEME}host:{_PORT}"
_PORT_RANGE = noop("the port must be a number of 1 to 65535")


def _why(error: ValueError) -> str:
    if "port" in str(error).lower():
        return tr(_PORT_RANGE)
    return tr("it cannot be read ({reason})").format(reason=error)
