"""The pens of a trend as a table: what each line is, its value now and its value at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.values import QualityClass, quality_class
from ui.format import full_text, iso_text, quality_mark, quality_text, time_text, value_text
from ui.plots.pen import At, Samples
from ui.theme import Theme, number_font, swatch

COLUMNS = ("Pen", "Session", "Value", "Unit", "Quality", "At cursor", "Step")
PEN, SESSION, VALUE, UNIT, QUALITY, CURSOR, STEP = range(len(COLUMNS))
_WIDTHS = (0, 130, 120, 60, 180, 190, 48)
_MARKS = ("", " ?", " ✕")  # by quality class


@dataclass(slots=True, eq=False)
class Pen:
    """One line. ``step``: a value holds until the next one, as subscribed data does."""

    session_id: str
    key: int
    tag: str
    session_name: str
    unit: str
    colour: str
    enumeration: tuple[str, ...] = ()
    decimals: int | None = None
    step: bool = True
    samples: Samples = field(default_factory=Samples)
    live: bool = True  # its source is there: the last value still holds
    lines: dict[str, Any] = field(default_factory=dict)

    @property
    def always_steps(self) -> bool:
        """What has states has none between them."""
        latest = self.samples.latest
        return bool(self.enumeration) or (latest is not None and isinstance(latest.value, bool))

    @property
    def stepping(self) -> bool:
        return self.step or self.always_steps

    def words(self, value: float) -> str:
        """A drawn value as its tag shows it."""
        if value.is_integer() and self.always_steps:
            return value_text(int(value) if self.enumeration else bool(value), enumeration=self.enumeration)
        return value_text(value, decimals=self.decimals)


class PenTable(QTableWidget):
    """Rows are in the order of the pens that were last given to :meth:`fill`."""

    removed = Signal(list)  # row numbers
    step_changed = Signal(int, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self.setTabKeyNavigation(False)  # arrows walk its cells, Tab leaves it
        self._theme = theme
        self.setAccessibleName("Pens")
        self.setHorizontalHeaderLabels(list(COLUMNS))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(PEN, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS):
            if width:
                self.setColumnWidth(column, width)
        self.itemChanged.connect(self._changed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.removed.emit(sorted({index.row() for index in self.selectedIndexes()}))
        else:
            super().keyPressEvent(event)

    # ---- rows

    def fill(self, pens: Sequence[Pen]) -> None:
        """Begin anew with these pens."""
        self.blockSignals(True)
        self.setRowCount(len(pens))
        for row, pen in enumerate(pens):
            name = QTableWidgetItem(swatch(pen.colour), pen.tag)
            name.setToolTip(f"{pen.tag}\n{pen.session_name}")
            cells = [name, QTableWidgetItem(pen.session_name), _number(), QTableWidgetItem(pen.unit)]
            for column, cell in enumerate([*cells, QTableWidgetItem(), _number(), QTableWidgetItem()]):
                self.setItem(row, column, cell)
        self.blockSignals(False)
        self.show_values(pens)

    def show_values(self, pens: Sequence[Pen]) -> None:
        """The newest value of each pen, whatever its type; one that is bad or whose source is away is dimmed."""
        self.blockSignals(True)
        for row, pen in enumerate(pens):
            self._show_step(row, pen)
            latest = pen.samples.latest
            if latest is None:
                continue
            worth = quality_class(latest.quality)
            mark = quality_mark(latest.quality) if pen.live else "✕"
            text = value_text(latest.value, decimals=pen.decimals, enumeration=pen.enumeration, limit=40)
            quality = quality_text(latest.quality)
            dimmed = worth is QualityClass.BAD or not pen.live
            colour = self._theme.muted if dimmed else self._theme.text
            self._put(row, VALUE, f"{text} {mark}".rstrip(), colour)
            self._put(
                row,
                QUALITY,
                quality if pen.live else f"no source, was {quality}",
                self._theme.of_quality(worth if pen.live else QualityClass.BAD),
            )
            cell = self.item(row, VALUE)
            if cell is not None:
                whole = full_text(latest.value, pen.enumeration)
                when = iso_text(latest.source_time, utc=False) or "no source time"
                cell.setToolTip(f"{whole[:2000]} {pen.unit}\n{quality}\n{when}")
        self.blockSignals(False)

    def _show_step(self, row: int, pen: Pen) -> None:
        cell = self.item(row, STEP)
        if cell is None:
            return
        flags = Qt.ItemFlag.ItemIsUserCheckable
        words = "States always step"
        if not pen.always_steps:
            flags |= Qt.ItemFlag.ItemIsEnabled
            words = "A value holds until the next one comes"
        if cell.flags() != flags:
            cell.setFlags(flags)
            cell.setToolTip(words)
        state = Qt.CheckState.Checked if pen.stepping else Qt.CheckState.Unchecked
        if cell.data(Qt.ItemDataRole.CheckStateRole) is None or cell.checkState() is not state:
            cell.setCheckState(state)

    def show_cursor(self, pens: Sequence[Pen], found: Sequence[At | None], utc: bool) -> None:
        """The sample of each pen at the cursor, with its time and its worth; nothing for None."""
        self.blockSignals(True)
        for row, (pen, at) in enumerate(zip(pens, found, strict=True)):
            words = ""
            if at is not None:
                words = f"{pen.words(at.value)}{_MARKS[at.quality]} at {time_text(at.time_ns, utc, date=False)}"
            self._put(row, CURSOR, words, self._theme.text)
        self.blockSignals(False)

    def _put(self, row: int, column: int, text: str, colour: str) -> None:
        cell = self.item(row, column)
        if cell is None:
            return
        if cell.text() != text:
            cell.setText(text)
        if cell.foreground().color().name() != colour:
            cell.setForeground(QColor(colour))

    def _changed(self, item: QTableWidgetItem) -> None:
        if item.column() == STEP:
            self.step_changed.emit(item.row(), item.checkState() is Qt.CheckState.Checked)


def _number() -> QTableWidgetItem:
    cell = QTableWidgetItem()
    cell.setFont(number_font())
    cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return cell
