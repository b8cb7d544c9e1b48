"""The fields of a connection to another Tagwatch, for the forms that ask for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from ui.forms.editors import Deaf
from ui.i18n import noop, tr

_PORT = 50571
_WHAT = (noop("a source that is saved there"), noop("a session that is open there"))
_OPTIONS = ("source", "session")
#: Options that have a field here; others are kept as they are.
_FIELDS = frozenset({"address", "source", "session", "key", "key_id", "ca"})

_W = TypeVar("_W", bound=QWidget)


class GatewayRows:
    """Rows of a form. The key is the keyring's where :attr:`keep` is ticked."""

    def __init__(self, form: QFormLayout, deaf: Deaf, recent: Sequence[str] = (), keyring: str = "") -> None:
        """``recent``: addresses of earlier sessions, the newest first. ``keyring``: its name, empty where there is
        none."""
        self._form = form
        self._key_id = ""  # of a key that is kept
        self._others: dict[str, Any] = {}
        self.address = self._added(tr("Address"), QComboBox())
        self.address.addItems(list(recent))
        self.address.setEditable(True)
        self.address.setCurrentText(recent[0] if recent else "")
        edit = self.address.lineEdit()
        if edit is not None:
            edit.setPlaceholderText(f"host:{_PORT}")
        self.what = self._added(tr("Watch"), QComboBox())
        self.what.addItems([tr(words) for words in _WHAT])
        for box in (self.address, self.what):
            deaf.keep(box)
        self.wanted = self._added(tr("Its name"), QLineEdit())
        self.password = self._added(tr("Key"), QLineEdit())
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText("tw_…")
        self.password.setToolTip(tr("As “tagwatch keys create” shows it there; empty where none is asked for"))
        self.keep = QCheckBox(tr("keep the key in the keyring of this computer"))
        self.keep.setAccessibleName(self.keep.text())
        form.addRow("", self.keep)
        form.setRowVisible(self.keep, bool(keyring))
        self.ca = self._added(tr("Authority"), QLineEdit())
        self.ca.setPlaceholderText(tr("file with certificates (PEM), for another computer"))

    def _added(self, name: str, widget: _W) -> _W:
        widget.setAccessibleName(name)
        self._form.addRow(name, widget)
        return widget

    # ---- what they say

    def options(self) -> dict[str, Any]:
        """The backend's, with the key; ValueError begins with the name of the field that is wrong."""
        wanted = self.wanted.text().strip()
        options: dict[str, Any] = {**self._others, "address": checked_address(self.address.currentText())}
        if not wanted:
            raise ValueError(tr("Its name: type the name of the source or session there"))
        options[_OPTIONS[self.what.currentIndex()]] = wanted
        key = self.password.text().strip()
        if key:
            parts = key.split("_", 2)
            if len(parts) != 3 or parts[0] != "tw" or not all(parts):
                raise ValueError(tr("Key: it looks like tw_…_…; paste the whole of it"))
            options |= {"key": key, "key_id": parts[1]}
        elif self._key_id:
            options["key_id"] = self._key_id
        if authority := self.ca.text().strip():
            options["ca"] = authority
        return options

    def show(self, options: Mapping[str, Any]) -> None:
        """The options of a saved source, which have no key."""
        self._others = {name: value for name, value in options.items() if name not in _FIELDS}
        self.address.setCurrentText(str(options.get("address") or ""))
        self.what.setCurrentIndex(1 if options.get("session") else 0)
        self.wanted.setText(str(options.get("session") or options.get("source") or ""))
        self.ca.setText(str(options.get("ca") or ""))
        self._key_id = str(options.get("key_id") or "")
        if self._key_id:
            self.password.setPlaceholderText(tr("the key {id}, as before").format(id=self._key_id))

    def culprit(self, error: ValueError) -> QWidget:
        """The field that an error of :meth:`options` is about."""
        for widget in (self.wanted, self.password):
            if str(error).startswith(f"{widget.accessibleName()}:"):
                return widget
        return self.address

    def name(self) -> str:
        """What the source is called where nobody says: what is watched there."""
        return self.wanted.text().strip() or self.address.currentText().strip()


def checked_address(text: str) -> str:
    """host:port, the port of Tagwatch where none was typed; ValueError says what is wrong."""
    address = text.strip()
    if not address:
        raise ValueError(
            tr("Address: type where the other Tagwatch listens, like {example}").format(example=_example())
        )
    if "/" in address or "@" in address or any(character.isspace() for character in address):
        raise ValueError(tr("Address: only a host and a port, like {example}").format(example=_example()))
    host, colon, port = address.rpartition(":")
    if not colon or (address.endswith("]")):
        return f"{address}:{_PORT}"
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise ValueError(tr("Address: an IPv6 address wants brackets, like {example}").format(example="[::1]"))
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(tr("Address: {why}").format(why=tr("the port must be a number of 1 to 65535")))
    return address


def _example() -> str:
    return f"host:{_PORT}"
