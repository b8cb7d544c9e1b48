"""A new API key: what it is for, what it may do, and what it is limited to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.access.keys import WRITE_CLASSES, Constraints, KeySpec, class_name, parse_expiry
from app.access.scopes import READING, Scope
from app.tasks import Clock
from ui.i18n import noop, tr
from ui.key_words import SCOPES
from ui.theme import Theme

_PATTERNS = (
    ("sources", noop("Sources"), noop("Sources and sessions that it may use, by their names")),
    ("browse", noop("Browse"), noop("Parts of a name space that it is shown")),
    ("read", noop("Read"), noop("Tags that it may read and get events of")),
    ("write", noop("Write"), noop("Of these, tags that it may write")),
)


class NewKeyForm(QDialog):
    """Accepted = :attr:`spec` is what is wanted. It does not close while that cannot be."""

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("New API key"))
        self.setAccessibleName(tr("New API key"))
        self.setMinimumWidth(980)
        self.setObjectName("api keys")  # what F1 looks for
        self.spec: KeySpec | None = None
        self._clock = clock
        self._name = QLineEdit()
        self._name.setAccessibleName(tr("Name of the key"))
        self._name.setPlaceholderText(tr("what it is for, such as the program that uses it"))
        self._name.setMaxLength(100)
        head = QFormLayout()
        head.setHorizontalSpacing(16)
        head.addRow(tr("Name"), self._name)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(self._build_scopes(), 1)
        columns.addWidget(self._build_limits(), 1)
        self._problem = QLabel()
        self._problem.setAccessibleName(tr("Problem"))
        self._problem.setWordWrap(True)
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._create = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._create.setText(tr("Create"))
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addLayout(columns, 1)
        layout.addWidget(self._problem)
        layout.addWidget(buttons)
        self._name.textChanged.connect(self._show_possible)
        self.set_theme(theme)
        self._show_possible()
        self._name.setFocus()

    def set_theme(self, theme: Theme) -> None:
        self._problem.setStyleSheet(f"color: {theme.bad}")

    # ---- parts

    def _build_scopes(self) -> QGroupBox:
        box = QGroupBox(tr("It may"))
        rows = QVBoxLayout(box)
        self._scopes: dict[Scope, QCheckBox] = {}
        for scope in Scope:
            words = tr(SCOPES[scope])
            check = self._scopes[scope] = QCheckBox(f"{scope}  –  {words}")
            check.setAccessibleName(f"{scope}: {words}")
            check.setChecked(scope in READING)
            check.toggled.connect(self._show_possible)
            rows.addWidget(check)
        rows.addStretch(1)
        return box

    def _build_limits(self) -> QGroupBox:
        box = QGroupBox(tr("Limited to"))
        rows = QFormLayout(box)
        rows.setHorizontalSpacing(16)
        self._patterns: dict[str, QPlainTextEdit] = {}
        for name, words, about in _PATTERNS:
            edit = self._patterns[name] = QPlainTextEdit()
            edit.setAccessibleName(tr(about))
            edit.setToolTip(tr(about))
            edit.setPlaceholderText(tr("no limit"))
            edit.setTabChangesFocus(True)
            edit.setFixedHeight(2 * edit.fontMetrics().lineSpacing() + 14)
            rows.addRow(tr(words), edit)
        note = QLabel(
            tr(
                "One pattern a line: a tag stands for itself and everything below it; with * (any characters) or ? "
                "(one) it is a glob over the whole address."
            )
        )
        note.setWordWrap(True)
        rows.addRow("", note)
        self._read_only = QCheckBox(tr("Read-only: no writes, whatever its scopes"))
        self._read_only.setAccessibleName(self._read_only.text())
        rows.addRow("", self._read_only)
        self._class = QComboBox()
        self._class.setAccessibleName(tr("Highest class of tags that it may write"))
        for entry in reversed(WRITE_CLASSES):
            name = class_name(entry)
            self._class.addItem(tr("{name} (no limit)").format(name=name) if not self._class.count() else name, entry)
        rows.addRow(tr("Writes up to"), self._class)
        self._expires = QLineEdit()
        self._expires.setAccessibleName(tr("When the key ends"))
        self._expires.setPlaceholderText(tr("never; or 90d, 2027-01-31T12:00Z"))
        rows.addRow(tr("Ends"), self._expires)
        self._calls = QLineEdit()
        self._calls.setAccessibleName(tr("Calls a second"))
        self._calls.setPlaceholderText(tr("as the settings say"))
        rows.addRow(tr("Calls a second"), self._calls)
        owner = QLabel(tr("Sessions that it opens are its own: other keys do not see them."))
        owner.setWordWrap(True)
        rows.addRow("", owner)
        return box

    # ---- what is wanted

    def _show_possible(self) -> None:
        some = any(check.isChecked() for check in self._scopes.values())
        self._create.setEnabled(bool(self._name.text().strip()) and some)
        self._problem.setText("" if some else tr("A key needs at least one scope."))

    def accept(self) -> None:
        try:
            self.spec = self._wanted()
        except ValueError as error:
            self._problem.setText(f"✕ {error}")
            return
        super().accept()

    def _wanted(self) -> KeySpec:
        """ValueError says what cannot be."""
        limits = {name: self._lines(name) for name in self._patterns}
        constraints = Constraints(
            **limits, read_only=self._read_only.isChecked(), write_class=self._class.currentData()
        )
        ends, calls = self._expires.text().strip(), self._calls.text().strip()
        return KeySpec(
            self._name.text().strip(),
            frozenset(scope for scope, check in self._scopes.items() if check.isChecked()),
            constraints,
            parse_expiry(ends, self._clock.utc_ns()) if ends else None,
            _number(calls) if calls else None,
        )

    def _lines(self, name: str) -> tuple[str, ...] | None:
        lines = [line.strip() for line in self._patterns[name].toPlainText().splitlines()]
        return tuple(filter(None, lines)) or None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(tr("“{text}” is no number of calls a second.").format(text=text)) from None
