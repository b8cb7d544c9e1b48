"""Editors of a new value: none of them reacts to the wheel, and none sends anything by itself."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from app.values import Timestamp, Value
from ui.format import full_text, parse_value, value_text, zone_text
from ui.forms.write_flow import type_name
from ui.i18n import noop, tr
from ui.tagbook import TagAbout

_EXAMPLES = {
    "time": "2026-01-31 13:45:00",
    "datetime": "2026-01-31 13:45:00",
    "utctime": "2026-01-31 13:45:00",
    "elapsedtime": noop("hours:minutes:seconds"),
    "duration": noop("hours:minutes:seconds"),
    "bytestring": "00 ff 1a",
}


#: A text longer than this, or with line breaks, gets several lines.
_LONG = 60
_LINES = 5


def _is_large(value: Value) -> bool:
    if isinstance(value, str):
        return "\n" in value or len(value) > 2 * _LONG
    return isinstance(value, tuple) and len(full_text(value)) > _LONG


def choices(about: TagAbout, data_type: str, *, array: bool) -> tuple[str, ...]:
    """The states to choose from, in the order of their numbers; () where a value is typed."""
    if array:
        return ()
    return about.enumeration or (("false", "true") if data_type.lower() == "boolean" else ())


def example(about: TagAbout, data_type: str, *, array: bool) -> str:
    """What may be typed, for an empty field: the range, or how such a value is written."""
    if array:
        return '["a", "b"]' if data_type.lower() == "string" else "[1, 2, 3]"
    if about.low is not None and about.high is not None:
        return tr("{low} to {high}").format(low=f"{about.low:g}", high=f"{about.high:g}")
    words = _EXAMPLES.get(data_type.lower(), "")
    return tr(words) if words else ""


class Deaf(QObject):
    """Keeps the wheel from widgets: a value is never changed by scrolling past it."""

    def keep(self, widget: QWidget) -> None:
        widget.installEventFilter(self)
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class ValueEditor(QWidget):
    """A choice where the tag has states, else text that is read as the tag's type: a line, or several where the value
    needs them (text with line breaks, long arrays)."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about = TagAbout()
        self._live: Value = None
        self._deaf = Deaf(self)
        self._text = QLineEdit()
        self._text.setAccessibleName(tr("New value"))
        self._text.textEdited.connect(lambda *_: self.edited.emit())
        self._choice = QComboBox()
        self._choice.setAccessibleName(tr("New value"))
        self._choice.setPlaceholderText(tr("choose"))
        self._choice.currentIndexChanged.connect(lambda *_: self.edited.emit())
        self._deaf.keep(self._choice)
        self._area = QPlainTextEdit()
        self._area.setAccessibleName(tr("New value"))
        self._area.setTabChangesFocus(True)
        self._area.setFixedHeight(self._area.fontMetrics().lineSpacing() * _LINES + 12)
        self._area.textChanged.connect(self.edited)
        self._large = False
        self._unit = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._area, 1)
        layout.addWidget(self._choice, 1)
        layout.addWidget(self._unit)
        self.setFocusProxy(self._text)
        self._fit()

    def set_tag(self, about: TagAbout, live: Value) -> None:
        """What is edited; what has been typed stays."""
        changed = about != self._about or type(live) is not type(self._live)
        self._about, self._live = about, live
        large = self._large or _is_large(live)
        if large and not self._large:
            self._area.blockSignals(True)
            self._area.setPlainText(self._text.text())
            self._area.blockSignals(False)
        if changed or large != self._large:
            self._large = large
            self._fit()

    @property
    def is_array(self) -> bool:
        return isinstance(self._live, tuple)

    @property
    def data_type(self) -> str:
        """As the source tells it, else that of the value that was read."""
        return type_name(self._about, self._live)

    def _words(self) -> tuple[str, ...]:
        return choices(self._about, self.data_type, array=self.is_array)

    def _fit(self) -> None:
        words = self._words()
        texts = [value_text(number, enumeration=words) for number in range(len(words))]
        if texts != [self._choice.itemText(i) for i in range(self._choice.count())]:
            self._choice.blockSignals(True)
            self._choice.clear()
            self._choice.addItems(texts)
            self._choice.setCurrentIndex(-1)
            self._choice.blockSignals(False)
        editor = self._choice if words else self._area if self._large else self._text
        for one in (self._choice, self._area, self._text):
            one.setVisible(one is editor)
        self.setFocusProxy(editor)
        self._unit.setText(self._about.unit)
        self._unit.setVisible(bool(self._about.unit))
        self._text.setPlaceholderText(self._example())
        self._area.setPlaceholderText(self._example())

    def _example(self) -> str:
        return example(self._about, self.data_type, array=self.is_array)

    def take(self, value: Value) -> None:
        """Begin with this value."""
        if self._choice.isVisibleTo(self):
            if isinstance(value, int):
                self._choice.setCurrentIndex(int(value))
            return
        if _is_large(value) and not self._large:
            self._large = True
            self._fit()
        if self._large:
            self._area.setPlainText(full_text(value))
            self._area.setFocus()
            return
        self._text.setText(full_text(value))
        self._text.setFocus()
        self.edited.emit()

    def can_take(self, value: Value) -> bool:
        """Whether the editor can hold the value as it is: other control characters than line breaks it cannot."""
        return value is not None and (not isinstance(value, str) or value.replace("\n", "").isprintable())

    def value(self) -> Value:
        """ValueError says what is wrong with what was typed or chosen."""
        if self._choice.isVisibleTo(self):
            number = self._choice.currentIndex()
            if number < 0:
                raise ValueError(tr("choose a new value first"))
            return bool(number) if self.data_type.lower() == "boolean" else number
        data_type = self.data_type
        text = self._area.toPlainText() if self._large else self._text.text()
        if not text.strip() and (self.is_array or data_type.lower() != "string"):
            raise ValueError(tr("type a new value first"))
        return parse_value(text, data_type, self._about.enumeration, array=self.is_array or None)


class TimeEditor(QWidget):
    """A source time to write, or none; in local time, whose zone it shows."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._deaf = Deaf(self)
        self._box = QCheckBox(tr("with a source time"))
        self._box.setAccessibleName(tr("Write with a source time"))
        self._time = QDateTimeEdit(QDateTime.currentDateTime())
        self._time.setAccessibleName(tr("Source time"))
        self._time.setDisplayFormat("yyyy-MM-dd HH:mm:ss.zzz")
        self._time.setEnabled(False)
        self._deaf.keep(self._time)
        self._zone = QLabel(zone_text(utc=False))
        self._box.toggled.connect(self._toggled)
        self._time.dateTimeChanged.connect(lambda *_: self.edited.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        layout.addWidget(self._time, 1)
        layout.addWidget(self._zone)

    def _toggled(self, on: bool) -> None:
        self._time.setEnabled(on)
        if on:
            self._time.setDateTime(QDateTime.currentDateTime())
        self.edited.emit()

    def set_time(self, moment: Timestamp | None) -> None:
        self._box.setChecked(moment is not None)
        if moment is not None:
            self._time.setDateTime(QDateTime.fromMSecsSinceEpoch(moment.ns // 1_000_000))

    def time(self) -> Timestamp | None:
        """To the millisecond; None = the source's own time."""
        if not self._box.isChecked():
            return None
        return Timestamp(self._time.dateTime().toMSecsSinceEpoch() * 1_000_000)
