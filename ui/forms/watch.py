"""The small forms of watch lists: names to add, a computed row, a tolerance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.expression import ExpressionError
from ui.forms.editors import Deaf
from ui.i18n import count_text, noop, tr
from ui.models.watch_paste import computed, lines_of
from ui.models.watch_rows import Line
from ui.models.watch_snapshot import Tolerance
from ui.theme import Theme

_EXAMPLE = noop("Tank101.Level\nSimulated plant:Reactor.PV\n# a comment\n= [Reactor.SP] - [Reactor.PV]")


class _Form(QDialog):
    """Fields, a line of words, OK and Cancel."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wrong = False
        self._deaf = Deaf(self)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(480)
        self._fields = QFormLayout()
        self._fields.setHorizontalSpacing(16)
        self._words = QLabel()
        self._words.setAccessibleName(tr("State"))
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setMinimumHeight(self.fontMetrics().height() * 2 + 12)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setMargin(6)
        self._ok = QPushButton(tr("OK"))
        self._ok.setDefault(True)
        self._ok.clicked.connect(self.accept)
        cancel = QPushButton(tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self._ok, cancel):
            button.setAccessibleName(button.text())
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self._fields)
        layout.addWidget(self._words)
        layout.addLayout(buttons)

    def _add(self, words: str, field: QWidget) -> None:
        field.setAccessibleName(words)
        self._fields.addRow(words, field)

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self._words.setText(words)
        self._wrong = wrong
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        back, front = (theme.error_back, theme.text) if self._wrong else ("transparent", theme.muted)
        self._words.setStyleSheet(f"background: {back}; color: {front}; border-radius: 3px")


def _sources(names: Sequence[str], usual: str) -> QComboBox:
    box = QComboBox()
    box.addItems(list(names))
    box.setCurrentText(usual)
    return box


class AddTagsForm(_Form):
    """Names to type or to paste: :meth:`lines` when it is accepted."""

    def __init__(self, theme: Theme, sources: Sequence[str], usual: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Add tags"), theme, parent)
        self._names = sources
        self._source = _sources(sources, usual)
        self._text = QPlainTextEdit()
        self._text.setTabChangesFocus(True)
        self._text.setPlaceholderText(tr(_EXAMPLE))
        self._text.setMinimumHeight(180)
        self._add(tr("Source"), self._source)
        self._add(tr("Names"), self._text)
        self._text.textChanged.connect(self._check)
        self._source.currentTextChanged.connect(self._check)
        self._text.setFocus()
        self._check()

    def lines(self) -> list[Line]:
        return lines_of(self._text.toPlainText(), self._names, self._source.currentText())

    def _check(self, *_: object) -> None:
        try:
            count = len(self.lines())
        except ExpressionError as error:
            self._ok.setEnabled(False)
            self._say(str(error), wrong=True)
            return
        self._ok.setEnabled(count > 0)
        hint = tr("One a line, or separated by tabs or commas; “source:” before a name where it is of another source.")
        self._say(tr("{count} rows", None, count).format(count=count_text(count)) if count else hint)


class ComputedForm(_Form):
    """Name, expression and unit of a computed row: :meth:`line` when it is accepted."""

    def __init__(
        self,
        theme: Theme,
        sources: Sequence[str],
        usual: str,
        line: Line | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``line``: the one to change."""
        super().__init__(tr("Computed row"), theme, parent)
        self._names: Collection[str] = sources
        self._kept = line
        self._name = QLineEdit("" if line is None else line.text)
        self._name.setPlaceholderText(tr("as the expression"))
        self._expression = QLineEdit("" if line is None else line.expression)
        self._expression.setPlaceholderText("[Reactor.SP] - [Reactor.PV]")
        self._unit = QLineEdit("" if line is None else line.unit)
        self._source = _sources(sources, line.inputs[0].source if line is not None and line.inputs else usual)
        self._add(tr("Expression"), self._expression)
        self._add(tr("Name"), self._name)
        self._add(tr("Unit"), self._unit)
        self._add(tr("Source"), self._source)
        self._source.setToolTip(tr("Of tags that have no “source:” before their names"))
        self._expression.textChanged.connect(self._check)
        self._source.currentTextChanged.connect(self._check)
        self._expression.setFocus()
        self._check()

    def line(self) -> Line:
        made = computed(
            self._name.text().strip(),
            self._expression.text().strip(),
            self._names,
            self._source.currentText(),
            self._unit.text().strip(),
        )
        kept = self._kept
        if kept is None:
            return made
        inputs = kept.inputs if made.expression == kept.expression and not self._moved else made.inputs
        return replace(made, inputs=inputs, format=kept.format)

    @property
    def _moved(self) -> bool:
        """To another source: names without one mean another tag."""
        kept = self._kept
        return kept is None or not kept.inputs or kept.inputs[0].source != self._source.currentText()

    def _check(self, *_: object) -> None:
        try:
            inputs = self.line().inputs
        except ExpressionError as error:
            self._ok.setEnabled(False)
            self._say(str(error), wrong=bool(self._expression.text().strip()))
            return
        self._ok.setEnabled(True)
        told = ", ".join(str(ref) for ref in inputs[:6]) + (" …" if len(inputs) > 6 else "")
        self._say(tr("Made of {tags}").format(tags=told) if inputs else tr("A constant: no tag is in it."))


class ToleranceForm(_Form):
    """What counts as unchanged: :meth:`tolerance` when it is accepted."""

    def __init__(self, theme: Theme, tolerance: Tolerance, parent: QWidget | None = None) -> None:
        super().__init__(tr("Tolerance"), theme, parent)
        self._absolute = _number(tolerance.absolute, 1e12, 6)
        self._percent = _number(tolerance.percent, 1000.0, 3)
        self._percent.setSuffix(" %")
        self._add(tr("Absolute"), self._absolute)
        self._add(tr("Of the old value"), self._percent)
        for field in (self._absolute, self._percent):
            self._deaf.keep(field)
        self._say(tr("A number is unchanged while it is off by no more than either. 0 and 0 tell every change."))

    def tolerance(self) -> Tolerance:
        return Tolerance(self._absolute.value(), self._percent.value())


def _number(value: float, most: float, decimals: int) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setLocale(QLocale.c())  # a decimal point, as values of tags have
    box.setRange(0.0, most)
    box.setDecimals(decimals)
    box.setValue(value)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    return box


class NameForm(_Form):
    """A name for a list: :meth:`name` when it is accepted. ``taken`` says what is wrong with one; "" = nothing."""

    def __init__(self, theme: Theme, name: str, wrong: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(tr("Rename the list"), theme, parent)
        self._wrong_with = wrong
        self._line = QLineEdit(name)
        self._line.setMaxLength(80)
        self._line.selectAll()
        self._add(tr("Name"), self._line)
        self._line.textChanged.connect(self._check)

    def name(self) -> str:
        return " ".join(self._line.text().split())

    def _check(self, *_: object) -> None:
        words = self._wrong_with(self.name())
        self._ok.setEnabled(not words)
        self._say(words, wrong=bool(words))
