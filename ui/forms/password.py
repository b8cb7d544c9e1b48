"""Asks for the password of a source."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ui.i18n import tr
from ui.theme import Theme


class PasswordForm(QDialog):
    """Accepted = :attr:`password` is what was typed; it is forgotten with the form."""

    def __init__(
        self,
        name: str,
        user: str,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        keyring: str = "",
        problem: str = "",
        key: bool = False,
    ) -> None:
        """``keyring``: its name, empty where there is none; ``problem``: why it is asked again; ``key``: an API key is
        asked for, and ``user`` is its id."""
        super().__init__(parent)
        asked = tr("Key") if key else tr("Password")
        self.setWindowTitle(asked)
        self.setAccessibleName(asked)
        self.setMinimumWidth(460)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        if problem:
            layout.addWidget(
                _label(f"✕ {problem}", f"background: {theme.error_back}; border-radius: 3px; padding: 6px")
            )
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow(tr("Source"), _label(name))
        form.addRow(tr("Key’s id") if key else tr("User"), _label(user))
        self._edit = QLineEdit()
        self._edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._edit.setAccessibleName(asked)
        form.addRow(asked, self._edit)
        self._keep = QCheckBox(tr("keep it in the keyring of this computer"))
        self._keep.setAccessibleName(self._keep.text())
        if keyring:
            form.addRow("", self._keep)
        layout.addLayout(form)
        if not keyring:
            note = tr("This computer has no keyring: the password is asked for each time that Tagwatch starts.")
            layout.addWidget(_label(note, f"color: {theme.muted}"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Open"))
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self._edit.setFocus()

    @property
    def password(self) -> str:
        return self._edit.text()

    @property
    def keep(self) -> bool:
        return self._keep.isChecked()

    def forget(self) -> None:
        self._edit.clear()


def _label(words: str, style: str = "") -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setStyleSheet(style)
    return label
