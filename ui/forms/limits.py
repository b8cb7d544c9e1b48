"""The alarms of one tag, or of several at once: limits, delays, priorities, and what suppresses them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.alarms.limits import LEVELS, Condition, Limit, Priority, Suppression, TagLimits
from app.values import Value
from ui.alarm_words import CONDITIONS, PRIORITIES
from ui.format import full_text, number_text, parse_value, quality_text, tip_text, value_text
from ui.forms.editors import Deaf
from ui.i18n import noop, tr
from ui.tagbook import UNKNOWN, TagAbout
from ui.tagref import TagRef
from ui.theme import PRIORITY_MARKS, Theme, number_font

_HEADS = (noop("Alarm"), noop("Limit"), noop("Priority"), noop("Deadband"), noop("On delay, s"), noop("Off delay, s"))
_PRIORITIES = {
    Condition.HIGH_HIGH: Priority.URGENT,
    Condition.LOW_LOW: Priority.URGENT,
    Condition.HIGH: Priority.HIGH,
    Condition.LOW: Priority.HIGH,
}
#: A bad value that is good again at once, as after a reconnect, is no alarm.
_QUALITY_DELAY = "5"
_NO_LIMIT = (Condition.QUALITY,)


class _Row:
    """One condition: its check box, and fields that are there while it is checked."""

    def __init__(self, condition: Condition, deaf: Deaf) -> None:
        self.condition = condition
        name = tr(CONDITIONS[condition])
        level = condition in LEVELS
        self.check = QCheckBox(f"{condition.value}, {name}" if level else name)
        self.value = self._line(tr("Limit of {alarm}").format(alarm=name))
        self.deadband = self._line(tr("Deadband of {alarm}").format(alarm=name))
        self.on = self._line(tr("On delay of {alarm}").format(alarm=name))
        self.off = self._line(tr("Off delay of {alarm}").format(alarm=name))
        self.priority = QComboBox()
        self.priority.setAccessibleName(tr("Priority of {alarm}").format(alarm=name))
        deaf.keep(self.priority)
        for priority in reversed(Priority):
            self.priority.addItem(f"{PRIORITY_MARKS[priority]} {tr(PRIORITIES[priority])}", priority)
        self.check.setAccessibleName(name)
        self.check.toggled.connect(self._show)
        self.fill(None)

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setFont(number_font())
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
        return line

    def widgets(self) -> tuple[QWidget | None, ...]:
        value = None if self.condition in _NO_LIMIT else self.value
        deadband = self.deadband if self.condition in LEVELS else None
        return self.check, value, self.priority, deadband, self.on, self.off

    def _show(self, *_: object) -> None:
        for widget in self.widgets()[1:]:
            if widget is not None:
                widget.setEnabled(self.check.isChecked())

    def fill(self, limit: Limit | None, about: TagAbout = UNKNOWN) -> None:
        priority = _PRIORITIES.get(self.condition, Priority.MEDIUM) if limit is None else limit.priority
        self.priority.setCurrentIndex(self.priority.findData(priority))
        self.check.setChecked(limit is not None)
        if limit is None:
            quality = self.condition is Condition.QUALITY
            texts = ("", "", _QUALITY_DELAY if quality else "", "")
        elif self.condition is Condition.STATE:
            states = ", ".join(full_text(state, about.enumeration) for state in limit.states)
            texts = (states, "", f"{limit.on_delay_s:g}", f"{limit.off_delay_s:g}")
        else:
            texts = (_plain(limit.value), _plain(limit.deadband), f"{limit.on_delay_s:g}", f"{limit.off_delay_s:g}")
        for line, text in zip((self.value, self.deadband, self.on, self.off), texts, strict=True):
            line.setText("" if text == "0" and line is not self.value else text)
        self._show()

    def read(self, about: TagAbout) -> Limit | None:
        """ValueError says which field cannot be used, and why."""
        if not self.check.isChecked():
            return None
        name = self.condition.value
        states: tuple[Value, ...] = ()
        value = 0.0
        if self.condition is Condition.STATE:
            states = parse_states(self.value.text(), about)
        elif self.condition not in _NO_LIMIT:
            value = _number(self.value.text(), tr("{alarm}: the limit").format(alarm=name), needed=True)
        deadband = 0.0
        if self.condition in LEVELS:
            deadband = _number(self.deadband.text(), tr("{alarm}: the deadband").format(alarm=name))
        return Limit(
            self.condition,
            value,
            states,
            Priority(int(self.priority.currentData())),
            deadband,
            _number(self.on.text(), tr("{alarm}: the on delay").format(alarm=name)),
            _number(self.off.text(), tr("{alarm}: the off delay").format(alarm=name)),
        )


class LimitsForm(QDialog):
    """Not modal. :attr:`saved` tells the limits for all of its tags; closing it any other way changes nothing."""

    saved = Signal(object)  # TagLimits

    def __init__(
        self,
        refs: Sequence[TagRef],
        limits: Sequence[TagLimits],
        about: TagAbout,
        theme: Theme,
        parent: QWidget | None = None,
        look: Callable[[], str] = str,
    ) -> None:
        """``limits`` of each tag; ``about`` the first of them, and ``look`` what it is now, in words ("" = unknown),
        shown anew at every :meth:`refresh`."""
        super().__init__(parent)
        self._look = look
        self._about = about
        self._several = len(refs) > 1
        self.setWindowTitle(tr("Alarm limits"))
        self.setAccessibleName(tr("Alarm limits"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build(refs)
        alike = all(entry == limits[0] for entry in limits)
        shown = limits[0] if alike else TagLimits(())
        for row in self._rows:
            row.fill(shown.get(row.condition), about)
        if shown.suppression is not None:
            self._by.setText(shown.suppression.tag)
            self._states.setText(", ".join(full_text(state) for state in shown.suppression.states))
        if not alike:
            self._say(tr("These tags have different alarms: what is saved here takes the place of all of them."))
        self.set_theme(theme)
        self.refresh()

    def refresh(self) -> None:
        """Show what the tag is now; several tags have no one value."""
        text = "" if self._several else self._look()
        if text != self._now.text():
            self._now.setText(text)
            self._now.setVisible(bool(text))

    def _build(self, refs: Sequence[TagRef]) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(self._title(refs))
        self._hint = _words(self._range())
        layout.addWidget(self._hint)
        self._now = _words("")
        self._now.setAccessibleName(tr("Value now"))
        self._now.setFont(number_font())
        self._now.hide()
        layout.addWidget(self._now)
        layout.addLayout(self._grid())
        layout.addLayout(self._suppression())
        self._state = _words("")
        self._state.setAccessibleName(tr("What is wrong"))
        self._state.setMargin(6)
        self._state.hide()
        layout.addWidget(self._state)
        layout.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _title(self, refs: Sequence[TagRef]) -> QLabel:
        first = refs[0]
        text = first.tag if not self._several else tr("{count} tags").format(count=len(refs))
        title = _words(f"{text}\n{first.source}" if not self._several else text)
        title.setAccessibleName(tr("Tag"))
        title.setToolTip(tip_text("\n".join(f"{ref.source}: {ref.tag}" for ref in refs[:40])))
        return title

    def _range(self) -> str:
        about = self._about
        if self._several:
            return tr("What is saved here holds for all of them.")
        parts = [about.description]
        if about.low is not None and about.high is not None:
            ends = tr("range {low} to {high} {unit}")
            low, high = (number_text(float(end), about.decimals) for end in (about.low, about.high))
            parts.append(ends.format(low=low, high=high, unit=about.unit).strip())
        elif about.unit:
            parts.append(tr("unit {unit}").format(unit=about.unit))
        return ", ".join(part for part in parts if part)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        self._heads = [QLabel(tr(head)) for head in _HEADS]
        for column, head in enumerate(self._heads):
            grid.addWidget(head, 0, column)
        deaf = Deaf(self)
        self._rows = [_Row(condition, deaf) for condition in Condition]
        for number, row in enumerate(self._rows, 1):
            for column, widget in enumerate(row.widgets()):
                if widget is not None:
                    grid.addWidget(widget, number, column)
        by_condition = {row.condition: row for row in self._rows}
        by_condition[Condition.STATE].value.setPlaceholderText(self._example())
        by_condition[Condition.STALE].value.setPlaceholderText(tr("seconds"))
        grid.setColumnStretch(1, 2)
        for column in (3, 4, 5):
            grid.setColumnStretch(column, 1)
        return grid

    def _example(self) -> str:
        named = [name for name in self._about.enumeration if name]
        return ", ".join(named[:2]) if named else tr("values, with commas")

    def _suppression(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        self._by = QLineEdit()
        self._by.setAccessibleName(tr("Suppressing tag"))
        self._by.setPlaceholderText(tr("a tag of the same source, if any"))
        self._states = QLineEdit()
        self._states.setAccessibleName(tr("Values that suppress"))
        self._states.setPlaceholderText(tr("values, with commas"))
        told = QLabel(tr("Suppressed while"))
        told.setToolTip(tr("Low flow is no alarm while the pump stands: no alarm of this tag is told then"))
        grid.addWidget(told, 0, 0)
        grid.addWidget(self._by, 0, 1)
        grid.addWidget(QLabel(tr("is")), 0, 2)
        grid.addWidget(self._states, 0, 3)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(3, 1)
        return grid

    def set_theme(self, theme: Theme) -> None:
        for label in (self._hint, *self._heads):
            label.setStyleSheet(f"color: {theme.muted}")
        self._state.setStyleSheet(f"background: {theme.warning_back}; color: {theme.text}; border-radius: 3px")

    def _say(self, words: str) -> None:
        self._state.setText(words)
        self._state.setVisible(bool(words))

    def read(self) -> TagLimits:
        """What the fields say; ValueError where they cannot."""
        limits = tuple(limit for row in self._rows if (limit := row.read(self._about)) is not None)
        by, states = self._by.text().strip(), self._states.text().strip()
        if states and not by:
            raise ValueError(tr("Suppressed while: give the tag that has these values, or clear them"))
        return TagLimits(limits, Suppression(by, parse_states(states, UNKNOWN)) if by else None)

    def save(self) -> None:
        try:
            limits = self.read()
        except ValueError as error:
            self._say(str(error))
            return
        self.saved.emit(limits)
        self.accept()


def sample_text(value: Value, quality: int, about: TagAbout) -> str:
    """A value with its unit, and its quality in words."""
    shown = value_text(value, decimals=about.decimals, enumeration=about.enumeration)
    return tr("now {value}, {quality}").format(value=f"{shown} {about.unit}".strip(), quality=quality_text(quality))


def parse_states(text: str, about: TagAbout) -> tuple[Value, ...]:
    """Values between commas, as the tag's type; where that is unknown numbers and truth values are read as such."""
    parts = [part.strip() for part in text.split(",")]
    return tuple(_state(part, about) for part in parts if part)


def _state(text: str, about: TagAbout) -> Value:
    if about.data_type or about.enumeration:
        return parse_value(text, about.data_type, about.enumeration)
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text


def _number(text: str, what: str, *, needed: bool = False) -> float:
    if not text.strip():
        if needed:
            raise ValueError(tr("{what} is missing").format(what=what))
        return 0.0
    try:
        number = parse_value(text, "double")
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error
    assert isinstance(number, float)
    return number


def _plain(number: float) -> str:
    """As short as it can be read back."""
    return repr(number).removesuffix(".0")


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
