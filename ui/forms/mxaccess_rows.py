"""The fields of AVEVA MXAccess: where its tags are browsed, its probe and the zone of its times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from ui.forms.editors import Deaf
from ui.i18n import noop, tr

#: Texts: option, words, what an empty field says.
_TEXTS = (
    ("tags", noop("File with the tags"), noop("to browse: a tag a line, or CSV")),
    ("probe", noop("Probe tag"), noop("one that always changes; its silence is a loss")),
    ("zone", noop("Time zone"), noop("local, utc or an offset like +02:00")),
    ("galaxy", noop("Galaxy's server"), noop("to browse its database instead of a file: server, or server\\instance")),
    ("galaxy_database", noop("Galaxy"), noop("its name")),
    ("user", noop("Login"), noop("of the SQL Server, or domain\\name; empty: this Windows account")),
)
_ENCRYPTIONS = {
    "verify": noop("encrypted, and the server's certificate is checked"),
    "trust": noop("encrypted, with any certificate"),
    "none": noop("not encrypted"),
}
#: Options that have a field here; others are kept as they are.
_FIELDS = frozenset({name for name, _, _ in _TEXTS} | {"password", "galaxy_encryption"})
_OF_GALAXY = ("galaxy_database", "user", "galaxy_encryption", "galaxy_ca", "galaxy_timeout_s", "galaxy_builtin")

_W = TypeVar("_W", bound=QWidget)


class MxAccessRows:
    """Rows of a form. The password is the keyring's where :attr:`keep` is ticked."""

    def __init__(self, form: QFormLayout, deaf: Deaf, keyring: str = "") -> None:
        """``keyring``: its name, empty where there is none."""
        self._form = form
        self._keyring = keyring
        self._others: dict[str, Any] = {}
        self.texts: dict[str, QLineEdit] = {}
        for name, words, without in _TEXTS:
            edit = self.texts[name] = self._added(tr(words), QLineEdit())
            edit.setPlaceholderText(tr(without))
        self.password = self._added(tr("Password"), QLineEdit())
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        if not keyring:
            self.password.setToolTip(tr("This computer has no keyring: the password is asked for each time"))
        self.keep = QCheckBox(tr("keep the password in the keyring of this computer"))
        self.keep.setAccessibleName(self.keep.text())
        form.addRow("", self.keep)
        self.encryption = self._added(tr("Connection"), QComboBox())
        self.encryption.addItems([tr(words) for words in _ENCRYPTIONS.values()])
        deaf.keep(self.encryption)
        for name in ("galaxy", "user"):
            self.texts[name].textChanged.connect(self._show_login)
        self._show_login()

    def _added(self, name: str, widget: _W) -> _W:
        widget.setAccessibleName(name)
        self._form.addRow(name, widget)
        return widget

    def _show_login(self, *_: object) -> None:
        """What a Galaxy needs, where there is one; and a login, where one is named."""
        of_galaxy = bool(self._text("galaxy"))
        for widget in (self.texts["galaxy_database"], self.texts["user"], self.encryption):
            widget.setEnabled(of_galaxy)
        named = of_galaxy and bool(self._text("user"))
        self.password.setEnabled(named)
        self._form.setRowVisible(self.keep, named and bool(self._keyring))

    def _text(self, name: str) -> str:
        return self.texts[name].text().strip()

    # ---- what they say

    def options(self) -> dict[str, Any]:
        """The backend's, without the password; ValueError begins with the name of the field that is wrong."""
        options = dict(self._others)
        options |= {name: text for name in self.texts if (text := self._text(name))}
        if "galaxy" not in options:
            return {name: value for name, value in options.items() if name not in _OF_GALAXY}
        if "galaxy_database" not in options:
            raise ValueError(tr("Galaxy: type its name, which its database has, too"))
        if "tags" in options:
            raise ValueError(tr("Galaxy's server: tags are browsed from a file or from a Galaxy, not from both"))
        encryption = list(_ENCRYPTIONS)[self.encryption.currentIndex()]
        if encryption != "verify":
            options.pop("galaxy_ca", None)  # no certificate is looked at
            options["galaxy_encryption"] = encryption
        return options

    def show(self, options: Mapping[str, Any]) -> None:
        """The options of a saved source, which have no password."""
        self._others = {name: value for name, value in options.items() if name not in _FIELDS}
        for name, edit in self.texts.items():
            edit.setText(str(options.get(name) or ""))
        known = list(_ENCRYPTIONS)
        encryption = options.get("galaxy_encryption")
        self.encryption.setCurrentIndex(known.index(encryption) if encryption in known else 0)
