"""One source: its name, what it is, how it is reached, and a trial of all that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.forms.editors import Deaf
from ui.forms.gateway_rows import GatewayRows
from ui.forms.mxaccess_rows import MxAccessRows
from ui.forms.opcua_rows import OpcUaRows
from ui.i18n import noop, tr
from ui.sources import BACKENDS, SECRETS, Source
from ui.theme import Theme

#: Options with a field, by backend: name, words, least, most, whole numbers only, what it is without one.
_NUMBERS: Mapping[str, tuple[tuple[str, str, float, float, bool, str], ...]] = {
    "sim": (
        ("load_tags", noop("Tags for load tests"), 0, 1_000_000, True, "1000"),
        ("load_rate", noop("Events a second of them"), 0, 10_000_000, False, "1000"),
    ),
    "host": (("interval_s", noop("Read every … seconds"), 0.1, 3600, False, "1"),),
    "replay": (("speed", noop("Speed"), 0.1, 128, False, "1"),),
}
_KINDS = ("opcua", "sim", "host", "replay", "gateway", "mxaccess")


class SourceForm(QDialog):
    """Stays open until what it asks for is taken: :attr:`asked` tells Save, :attr:`trial_asked` tells Test; the caller
    answers by :meth:`show_busy`, :meth:`show_error`, :meth:`show_good` or ``accept``."""

    asked = Signal()
    trial_asked = Signal()

    def __init__(
        self, theme: Theme, source: Source | None = None, parent: QWidget | None = None, *, keyring: str = ""
    ) -> None:
        """``source``: the one to edit; None = a new one. ``keyring``: its name, empty where there is none."""
        super().__init__(parent)
        self._theme = theme
        self._deaf = Deaf(self)
        self._source = source
        self._fields: dict[str, dict[str, QLineEdit]] = {}
        self._forms: list[QFormLayout] = []  # of one width of labels
        title = tr("New source") if source is None else tr("Edit {name}").format(name=source.name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(580)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self._head())
        self._pages = QStackedWidget()
        self._rows = self._opcua_page(keyring)
        for backend in _NUMBERS:
            self._pages.addWidget(self._numbers_page(backend))
        self._gateway = self._gateway_page(keyring)
        self._mxaccess = self._mxaccess_page(keyring)
        layout.addWidget(self._pages)
        layout.addLayout(self._tail())
        self._words = QLabel()
        self._words.setAccessibleName(tr("State"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setMinimumHeight(64)
        self._words.setMargin(6)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words)
        layout.addLayout(self._buttons())
        self._kind.currentIndexChanged.connect(self._pages.setCurrentIndex)
        labels = [form.labelForField(field) for form in self._forms for field in _fields_of(form)]
        width = max((label.sizeHint().width() for label in labels if label is not None), default=0)
        for label in labels:
            if label is not None:
                label.setMinimumWidth(width)
        if source is not None:
            self._show(source)

    # ---- parts

    def _head(self) -> QFormLayout:
        form = self._form()
        self._kind = QComboBox()
        self._kind.setAccessibleName(tr("Kind"))
        self._kind.addItems([tr(BACKENDS[backend]) for backend in _KINDS])
        self._deaf.keep(self._kind)
        self._name = QLineEdit()
        self._name.setAccessibleName(tr("Name"))
        self._name.setPlaceholderText(tr("lists and trends find it by this"))
        form.addRow(tr("Name"), self._name)
        form.addRow(tr("Kind"), self._kind)
        return form

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        self._forms.append(form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        return form

    def _opcua_page(self, keyring: str) -> OpcUaRows:
        page = QWidget()
        form = self._form()
        page.setLayout(form)
        rows = OpcUaRows(form, self._deaf, keyring=keyring)
        self._pages.addWidget(page)
        return rows

    def _gateway_page(self, keyring: str) -> GatewayRows:
        page = QWidget()
        form = self._form()
        page.setLayout(form)
        rows = GatewayRows(form, self._deaf, keyring=keyring)
        self._pages.addWidget(page)
        return rows

    def _numbers_page(self, backend: str) -> QWidget:
        page = QWidget()
        form = self._form()
        page.setLayout(form)
        self._fields[backend] = {}
        if backend == "replay":
            self._file = QLineEdit()
            self._file.setAccessibleName(tr("File"))
            self._file.setPlaceholderText(tr("the recording: .csv or .parquet"))
            form.addRow(tr("File"), self._file)
        for name, words, _, _, _, without in _NUMBERS[backend]:
            edit = QLineEdit()
            edit.setAccessibleName(tr(words))
            edit.setPlaceholderText(without)
            form.addRow(tr(words), edit)
            self._fields[backend][name] = edit
        return page

    def _mxaccess_page(self, keyring: str) -> MxAccessRows:
        page = QWidget()
        form = self._form()
        page.setLayout(form)
        rows = MxAccessRows(form, self._deaf, keyring=keyring)
        self._pages.addWidget(page)
        return rows

    def _tail(self) -> QFormLayout:
        form = self._form()
        self._restart = QCheckBox(tr("start a new worker after a fault"))
        self._at_start = QCheckBox(tr("open it with the workspace"))
        for box in (self._restart, self._at_start):
            box.setAccessibleName(box.text())
            box.setChecked(True)
            form.addRow("", box)
        return form

    def _buttons(self) -> QHBoxLayout:
        self._test, self._save = QPushButton(tr("Test")), QPushButton(tr("Save"))
        cancel = QPushButton(tr("Cancel"))
        self._save.setDefault(True)
        self._test.setToolTip(tr("Connect, ask the source how it is, and close again"))
        self._test.clicked.connect(lambda: self._ask(self.trial_asked))
        self._save.clicked.connect(lambda: self._ask(self.asked))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self._test)
        buttons.addStretch(1)
        buttons.addWidget(self._save)
        buttons.addWidget(cancel)
        for button in (self._test, self._save, cancel):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
        return buttons

    # ---- what it asks for

    def _show(self, source: Source) -> None:
        if source.backend in _KINDS:
            self._kind.setCurrentIndex(_KINDS.index(source.backend))
        self._kind.setEnabled(False)
        self._name.setText(source.name)
        self._restart.setChecked(source.restart)
        self._at_start.setChecked(source.open_at_start)
        if source.backend == "opcua":
            self._rows.show(source.options)
        elif source.backend == "gateway":
            self._gateway.show(source.options)
        elif source.backend == "mxaccess":
            self._mxaccess.show(source.options)
        if source.backend == "replay":
            self._file.setText(str(source.options.get("file", "")))
        for name, edit in self._fields.get(source.backend, {}).items():
            if name in source.options:
                edit.setText(f"{source.options[name]}")

    def source(self) -> Source:
        """What the fields say, without the password; ValueError names the field that is wrong."""
        backend = self._source.backend if self._source is not None else _KINDS[self._kind.currentIndex()]
        options = self._options(backend)
        name = self._name.text().strip()
        if not name and backend in ("opcua", "gateway"):
            name = self._gateway.name() if backend == "gateway" else self._rows.name()
        return Source.of({
            "name": name or tr(BACKENDS[backend]),
            "backend": backend,
            "options": {key: value for key, value in options.items() if key not in SECRETS},
            "restart": self._restart.isChecked(),
            "open_at_start": self._at_start.isChecked(),
        })  # fmt: skip

    def _options(self, backend: str) -> dict[str, Any]:
        if backend == "opcua":
            return self._rows.options()
        if backend == "gateway":
            return self._gateway.options()
        if backend == "mxaccess":
            return self._mxaccess.options()
        options: dict[str, Any] = dict(self._source.options) if self._source is not None else {}
        if backend == "replay":
            file = self._file.text().strip()
            if not file:
                raise ValueError(tr("File: choose the recording to play"))
            if file != options.get("file"):  # another file has other columns
                options = {"file": file}
        for name, words, least, most, whole, _ in _NUMBERS.get(backend, ()):
            text = self._fields[backend][name].text().strip().replace(",", ".")
            options.pop(name, None)
            if text:
                options[name] = _number(tr(words), text, least, most, whole)
        return options

    @property
    def password(self) -> str:
        """As it was typed; empty = the one that is kept, or none."""
        kind = _KINDS[self._kind.currentIndex()]
        if kind == "gateway":
            return self._gateway.password.text().strip()
        if kind == "mxaccess":
            return self._mxaccess.password.text() if self._mxaccess.password.isEnabled() else ""
        return self._rows.password.text() if self._rows.login.currentIndex() == 1 else ""

    @property
    def keep(self) -> bool:
        kind = _KINDS[self._kind.currentIndex()]
        rows = {"gateway": self._gateway, "mxaccess": self._mxaccess}.get(kind, self._rows)
        return rows.keep.isChecked()

    def _ask(self, signal: Any) -> None:
        try:
            self.source()
        except ValueError as error:
            self.show_error(str(error))
            return
        signal.emit()

    # ---- what comes of it

    def show_busy(self, words: str) -> None:
        """Nothing can be pressed but Cancel until it is answered."""
        self._set_busy(True)
        self._say(words, f"color: {self._theme.muted}")

    def show_error(self, words: str) -> None:
        self._set_busy(False)
        self._say(f"✕ {words}", f"background: {self._theme.error_back}; color: {self._theme.text}; border-radius: 3px")

    def show_good(self, words: str) -> None:
        self._set_busy(False)
        self._say(f"✓ {words}", f"background: {self._theme.panel}; color: {self._theme.text}; border-radius: 3px")

    def _say(self, words: str, style: str) -> None:
        self._words.setStyleSheet(style)
        self._words.setText(words)

    def _set_busy(self, busy: bool) -> None:
        for widget in (self._pages, self._name, self._test, self._save):
            widget.setEnabled(not busy)

    def forget(self) -> None:
        """The password or key that was typed."""
        self._rows.password.clear()
        self._gateway.password.clear()
        self._mxaccess.password.clear()


def _fields_of(form: QFormLayout) -> list[QWidget]:
    items = [form.itemAt(row, QFormLayout.ItemRole.FieldRole) for row in range(form.rowCount())]
    return [widget for item in items if item is not None and (widget := item.widget()) is not None]


def _number(words: str, text: str, least: float, most: float, whole: bool) -> float | int:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        kind = tr("a whole number") if whole else tr("a number")
        raise ValueError(
            tr("{field}: type {kind} of {least:g} to {most:g}").format(field=words, kind=kind, least=least, most=most)
        )
    return number
