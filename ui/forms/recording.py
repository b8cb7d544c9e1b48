"""The dialog that plays a recording: a file, a look at its first rows, and what its columns mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.recordings.files import Preview
from app.recordings.layout import Layout, Shape
from app.recordings.qualities import QualityForm
from app.recordings.times import TimeForm
from ui.forms.editors import Deaf
from ui.i18n import noop, tr
from ui.sources import Source
from ui.theme import Theme

_T = TypeVar("_T")
_ROWS = 12
_SHAPES = {Shape.WIDE: noop("a column for each tag"), Shape.LONG: noop("a row for each sample")}
_FORMS = {
    TimeForm.YEAR_FIRST: noop("year first (2026-11-25 15:00)"),
    TimeForm.DAY_FIRST: noop("day first (25.11.2026 15:00)"),
    TimeForm.MONTH_FIRST: noop("month first (11/25/2026 3:00 PM)"),
    TimeForm.SECONDS: noop("seconds since 1970"),
    TimeForm.MILLISECONDS: noop("milliseconds since 1970"),
    TimeForm.MICROSECONDS: noop("microseconds since 1970"),
    TimeForm.NANOSECONDS: noop("nanoseconds since 1970"),
    TimeForm.EXCEL: noop("days of a spreadsheet"),
}
_QUALITIES = {
    QualityForm.WORDS: noop("words (good, bad)"),
    QualityForm.OPC_DA: noop("OPC DA (192 is good)"),
    QualityForm.OPC_UA: noop("OPC UA (0 is good)"),
}
_SEPARATORS = {",": noop("comma"), ";": noop("semicolon"), "\t": noop("tab"), "|": noop("bar")}
_DECIMALS = {".": noop("point"), ",": noop("comma")}


class RecordingForm(QDialog):
    """Stays open until the recording plays, or is in the records: :attr:`asked` and :attr:`keep_asked` tell which is
    wanted; the caller answers by :meth:`show_busy`, :meth:`show_error`, :meth:`show_preview` or ``accept``. Once it is
    closed, all of them do nothing."""

    browse_wanted = Signal()
    sample_wanted = Signal()
    file_changed = Signal(dict)  # how to read it: encoding, separator, decimal; empty = guess
    asked = Signal()
    keep_asked = Signal()  # take it into the records instead

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._open = True
        self._deaf = Deaf(self)
        self._seen: Preview | None = None
        self._layout: Layout | None = None
        self._filling = False
        self.setWindowTitle(tr("Play a recording"))
        self.setAccessibleName(tr("Play a recording"))
        self.resize(760, 640)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addLayout(self._head())
        self._table = self._build_table()
        layout.addWidget(self._table, 1)
        self._box = QWidget()
        self._box.setLayout(self._fields())
        layout.addWidget(self._box)
        self._words = QLabel()
        self._words.setAccessibleName(tr("State"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setMinimumHeight(44)
        self._words.setMargin(6)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words)
        layout.addLayout(self._buttons())
        self._box.setEnabled(False)
        self._play.setEnabled(False)
        self._keep.setEnabled(False)
        self._muted(tr("CSV or Parquet: a time and a column for each tag, or a row for each sample."))

    # ---- parts

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._file = QLineEdit()
        self._file.setAccessibleName(tr("File"))
        self._file.setPlaceholderText(tr("the recording: .csv or .parquet"))
        self._file.editingFinished.connect(self._typed)
        self._browse = QPushButton(tr("Browse …"))
        self._browse.clicked.connect(self.browse_wanted)
        self._sample = QPushButton(tr("Play the sample"))
        self._sample.setToolTip(tr("Seven minutes of a computer at work, which come with the program"))
        self._sample.clicked.connect(self.sample_wanted)
        row.addWidget(self._file, 1)
        for button in (self._browse, self._sample):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(0, 0)
        table.setAccessibleName(tr("The first rows"))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.setMinimumHeight(140)
        return table

    def _fields(self) -> QHBoxLayout:
        halves = QHBoxLayout()
        left, right = QFormLayout(), QFormLayout()
        for half in (left, right):
            half.setContentsMargins(0, 0, 0, 0)
            half.setHorizontalSpacing(12)
            halves.addLayout(half, 1)
        self._shape = self._choice(left, tr("Rows"), [tr(_SHAPES[shape]) for shape in Shape])
        self._columns = {
            "time": self._choice(left, tr("Time")),
            "tag": self._choice(left, tr("Tag")),
            "value": self._choice(left, tr("Value")),
            "quality": self._choice(left, tr("Quality")),
        }
        self._tags = QTableWidget(0, 2)
        self._tags.setAccessibleName(tr("Columns that are tags"))
        self._tags.setHorizontalHeaderLabels([tr("Column"), tr("Tag")])
        self._tags.verticalHeader().hide()
        self._tags.horizontalHeader().setStretchLastSection(True)
        self._tags.setTabKeyNavigation(False)
        self._tags.setMaximumHeight(120)
        left.addRow(tr("Tags"), self._tags)
        self._left = left
        self._form = self._choice(
            right, tr("Times", "how a recording writes them"), [tr(_FORMS[form]) for form in TimeForm]
        )
        self._zone = QLineEdit("UTC")
        self._zone.setAccessibleName(tr("Time zone"))
        self._zone.setToolTip(tr("Of times that do not say theirs: UTC, Europe/Berlin …"))
        right.addRow(tr("Time zone"), self._zone)
        self._quality_form = self._choice(right, tr("Qualities"), [tr(_QUALITIES[form]) for form in QualityForm])
        self._separator = self._choice(right, tr("Separator"), [tr(words) for words in _SEPARATORS.values()])
        self._decimal = self._choice(right, tr("Decimal sign"), [tr(words) for words in _DECIMALS.values()])
        self._name = QLineEdit()
        self._name.setAccessibleName(tr("Name"))
        right.addRow(tr("Name"), self._name)
        self._loop = QCheckBox(tr("begin again at the end"))
        self._loop.setAccessibleName(self._loop.text())
        right.addRow("", self._loop)
        self._shape.activated.connect(self._show_shape)
        for box in (self._separator, self._decimal):
            box.activated.connect(self._read_again)
        return halves

    def _choice(self, form: QFormLayout, name: str, words: Sequence[str] = ()) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.addItems(list(words))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._deaf.keep(box)
        form.addRow(name, box)
        return box

    def _buttons(self) -> QHBoxLayout:
        self._play = QPushButton(tr("Play"))
        self._play.setDefault(True)
        self._play.clicked.connect(lambda: self._pressed(self.asked))
        self._keep = QPushButton(tr("Take into the records"))
        self._keep.setToolTip(
            tr("Trends, statistics and exports find its tags then, under the name above as their source")
        )
        self._keep.clicked.connect(lambda: self._pressed(self.keep_asked))
        cancel = QPushButton(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self._keep, self._play, cancel):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    # ---- the file

    def path(self) -> Path:
        return Path(self._file.text().strip()).expanduser()

    def set_file(self, path: str) -> None:
        self._file.setText(path)
        self._typed()

    def _typed(self) -> None:
        if self._file.text().strip() and (self._seen is None or self._seen.path != self.path()):
            self.file_changed.emit({})

    def _read_again(self) -> None:
        if self._seen is not None and not self._filling:
            separator, decimal = list(_SEPARATORS)[self._separator.currentIndex()], list(_DECIMALS)[
                self._decimal.currentIndex()
            ]  # fmt: skip
            self.file_changed.emit({"separator": separator, "decimal": decimal})

    def show_preview(self, seen: Preview) -> None:
        """The first rows, and what was guessed of them."""
        if not self._open:
            return
        self._seen, layout = seen, seen.guess.layout
        self._filling = True
        self._fill_table(seen)
        for box in self._columns.values():
            box.clear()
            box.addItems([tr("none"), *seen.names])
        self._layout = layout = layout or Layout(Shape.WIDE, seen.names[0], tags=dict.fromkeys(seen.names[1:], ""))
        self._fill(layout)
        if not self._name.text():
            self._name.setText(tr("Recording {name}").format(name=seen.path.stem))
        self._filling = False
        self._set_busy(False)
        if seen.guess.doubts:
            self._muted("\n".join(f"▲ {_doubt(words)}" for words in seen.guess.doubts))
        else:
            self._muted(tr("What the columns mean was guessed: look whether it is right."))

    def _fill_table(self, seen: Preview) -> None:
        self._table.setColumnCount(len(seen.names))
        self._table.setHorizontalHeaderLabels(list(seen.names))
        rows = seen.rows[:_ROWS]
        self._table.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells[: len(seen.names)]):
                self._table.setItem(row, column, QTableWidgetItem(text[:200]))
        self._table.resizeColumnsToContents()

    def _fill(self, layout: Layout) -> None:
        assert self._seen is not None
        self._shape.setCurrentIndex(list(Shape).index(layout.shape))
        for name, box in self._columns.items():
            box.setCurrentIndex(max(0, box.findText(getattr(layout, name)) if getattr(layout, name) else 0))
        self._form.setCurrentIndex(list(TimeForm).index(layout.form))
        self._quality_form.setCurrentIndex(list(QualityForm).index(layout.quality_form))
        self._zone.setText(layout.zone)
        for box, known, wanted in (
            (self._separator, _SEPARATORS, layout.separator),
            (self._decimal, _DECIMALS, layout.decimal),
        ):
            box.setCurrentIndex(list(known).index(wanted) if wanted in known else 0)
            box.setEnabled(self._seen.path.suffix.lower() != ".parquet")
        others = [name for name in self._seen.names if name != layout.time and name not in layout.qualities.values()]
        self._tags.setRowCount(len(others))
        for row, name in enumerate(others):
            column = QTableWidgetItem(name)
            column.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            column.setCheckState(Qt.CheckState.Checked if name in layout.tags else Qt.CheckState.Unchecked)
            self._tags.setItem(row, 0, column)
            self._tags.setItem(row, 1, QTableWidgetItem(layout.tags.get(name, "") or name))
        self._tags.resizeColumnToContents(0)
        self._show_shape()

    def _show_shape(self) -> None:
        """Each shape has its own fields."""
        wide = list(Shape)[self._shape.currentIndex()] is Shape.WIDE
        for name in ("tag", "value", "quality"):
            self._columns[name].setEnabled(not wide)
        self._left.setRowVisible(self._tags, wide)

    # ---- what it asks for

    def layout_wanted(self) -> Layout:
        """What the fields say the columns mean; ValueError names what is wrong."""
        if self._seen is None or self._layout is None:
            raise ValueError(tr("Choose a file first."))
        chosen = {name: _column(box) for name, box in self._columns.items()}
        shape = list(Shape)[self._shape.currentIndex()]
        tags: dict[str, str] = {}
        for row in range(self._tags.rowCount()):
            column, tag = self._tags.item(row, 0), self._tags.item(row, 1)
            if column is not None and column.checkState() is Qt.CheckState.Checked and column.text() != chosen["time"]:
                tags[column.text()] = (tag.text().strip() if tag is not None else "") or column.text()
        layout = replace(
            self._layout,
            shape=shape,
            form=list(TimeForm)[self._form.currentIndex()],
            zone=self._zone.text().strip() or "UTC",
            quality_form=list(QualityForm)[self._quality_form.currentIndex()],
            tags=tags if shape is Shape.WIDE else {},
            qualities={name: of for name, of in self._layout.qualities.items() if name in tags},
            **chosen,
        )
        layout.check(self._seen.names)
        return layout

    def name(self) -> str:
        """Of the source that it becomes."""
        return self._name.text().strip() or self.path().stem

    def source(self) -> Source:
        """A source that plays it; ValueError names what is wrong."""
        layout = self.layout_wanted()
        path = self.path().absolute()
        name = self.name()
        options: dict[str, Any] = {"file": str(path), "layout": layout.state(), "loop": self._loop.isChecked()}
        return Source(name, "replay", options, open_at_start=False)

    def _pressed(self, wanted: SignalInstance) -> None:
        if (problem := _tried(self.source)) is None:
            wanted.emit()
        else:
            self.show_error(problem)

    # ---- what comes of it

    def show_busy(self, words: str) -> None:
        if self._open:
            self._set_busy(True)
            self._muted(words)

    def show_error(self, words: str) -> None:
        """Why it does not play; everything can be changed and tried again."""
        if self._open:
            self._set_busy(False)
            self._words.setStyleSheet(
                f"background: {self._theme.error_back}; color: {self._theme.text}; border-radius: 3px"
            )
            self._words.setText(f"✕ {words}")

    def _muted(self, words: str) -> None:
        self._words.setStyleSheet(f"color: {self._theme.muted}")
        self._words.setText(words)

    def _set_busy(self, busy: bool) -> None:
        ready = not busy and self._seen is not None
        self._box.setEnabled(ready)
        self._play.setEnabled(ready)
        self._keep.setEnabled(ready)
        for widget in (self._file, self._browse, self._sample):
            widget.setEnabled(not busy)

    def accept(self) -> None:
        if self._open:
            super().accept()

    def done(self, result: int) -> None:
        self._open = False
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._open = False
        super().closeEvent(event)


def _column(box: QComboBox) -> str:
    return box.currentText() if box.currentIndex() > 0 else ""


def _tried(work: Callable[[], _T]) -> str | None:
    """The words of what is wrong."""
    try:
        work()
    except ValueError as error:
        return str(error)
    return None


def _doubt(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
