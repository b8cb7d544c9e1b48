"""Fields for one or two people who log in for a write. Passwords leave them once, and are forgotten then."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui.forms.write_flow import Person, WriteClass
from ui.i18n import tr


class PeopleFields(QWidget):
    """Shown only as far as they are needed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.fields: list[tuple[QLineEdit, QLineEdit]] = []
        self._lines: list[QWidget] = []
        for person, secret in ((tr("User"), tr("User’s password")), (tr("Verifier"), tr("Verifier’s password"))):
            user, password = QLineEdit(), QLineEdit()
            user.setAccessibleName(person)
            password.setAccessibleName(secret)
            password.setEchoMode(QLineEdit.EchoMode.Password)
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(10)
            for name, field in ((person, user), (secret, password)):
                label = QLabel(name)
                label.setMinimumWidth(label.fontMetrics().horizontalAdvance(tr("Verifier’s password") + " "))
                row.addWidget(label)
                row.addWidget(field, 1)
            layout.addWidget(line)
            self.fields.append((user, password))
            self._lines.append(line)
        self.need(WriteClass.ORDINARY)

    def need(self, people: WriteClass) -> None:
        self._needed = people
        for number, line in enumerate(self._lines):
            line.setVisible(number < people)
        self.setVisible(people > 0)

    def people(self, *, with_passwords: bool = False) -> tuple[Person, ...]:
        shown = self.fields[: self._needed]
        return tuple(Person(user.text(), password.text() if with_passwords else "") for user, password in shown)

    def forget(self) -> None:
        """Passwords; names may stay."""
        for _, password in self.fields:
            password.clear()
