"""The rows of the pens table, made into text once for each change and not for each painting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from app.batch import Sample
from app.values import QualityClass, quality_class
from ui.format import full_text, iso_text, number_text, quality_mark, quality_text, time_text, tip_text, value_text
from ui.i18n import count_text, noop, tr
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.plots.pen import At
from ui.plots.pens import STYLE_WORDS, Pen
from ui.plots.stats import Between
from ui.tagref import to_mime
from ui.theme import Theme, number_font, stroke

COLUMNS = (
    noop("Pen"), noop("Session"), noop("Value"), noop("Unit"), noop("Quality"), noop("At A"), noop("At B"),
    noop("B − A"), noop("Slope /s"), noop("Min"), noop("Max"), noop("Mean"), noop("Axis"), noop("Style"), noop("Step"),
)  # fmt: skip
(PEN, SESSION, VALUE, UNIT, QUALITY, AT_A, AT_B, DELTA, SLOPE, LOW, HIGH, MEAN, AXIS, STYLE, STEP) = range(15)
AT_ONE, AT_BOTH = (AT_A, AT_B), (DELTA, SLOPE, LOW, HIGH, MEAN)
_NUMBERS = frozenset((VALUE, *AT_ONE, *AT_BOTH))
_MARKS = ("", " ?", " ✕")  # by quality class
#: More changed cells than this are told at once.
_FEW = 100


@dataclass(slots=True)
class _Row:
    pen: Pen
    texts: list[str] = field(default_factory=lambda: [""] * len(COLUMNS))
    colours: list[str] = field(default_factory=lambda: [""] * len(COLUMNS))
    shown: tuple[Sample | None, bool, bool] | None = None  # the latest value that the texts are of; live; stepping


class PenModel(TableModel):
    """Rows are in the order of the pens that were last given to :meth:`set_pens`."""

    columns = COLUMNS

    step_changed = Signal(int, bool)
    visible_changed = Signal(int, bool)
    numbers = _NUMBERS

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[_Row] = []
        self._font = number_font()

    # ---- the model's duties

    def shown_rows(self) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.texts[column]
            case Qt.ItemDataRole.ForegroundRole:
                return QBrush(QColor(row.colours[column])) if row.colours[column] else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT_ALIGNED if column in _NUMBERS else None
            case Qt.ItemDataRole.FontRole:
                return self._font if column in _NUMBERS else None
            case Qt.ItemDataRole.DecorationRole:
                pen = row.pen
                return stroke(pen.colour, pen.pattern, pen.style.value) if column == PEN else None
            case Qt.ItemDataRole.CheckStateRole:
                return self._checked(row.pen, column)
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self._tooltip(row.pen, column))
            case _:
                return None

    def _checked(self, pen: Pen, column: int) -> Qt.CheckState | None:
        if column not in (PEN, STEP):
            return None
        on = pen.visible if column == PEN else pen.stepping
        return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked

    def _tooltip(self, pen: Pen, column: int) -> str:
        if column == STEP:
            if pen.line.always_steps:
                return tr("States always step")
            return tr("A value holds until the next one comes")
        latest = pen.samples.latest
        words = [pen.tag, pen.session_name]
        if latest is not None:
            when = iso_text(latest.source_time, utc=False) or tr("no source time")
            words += [f"{full_text(latest.value, pen.line.enumeration)[:2000]} {pen.unit}".rstrip()]
            words += [quality_text(latest.quality), when]
        if column == MEAN and self._rows_of(pen).texts[MEAN].startswith("≈"):
            words.append(tr("≈: of a part of the time nothing is known, or what is known is bad"))
        if len(pen.samples):
            words.append(tr("{count} samples held", None, len(pen.samples)).format(count=count_text(len(pen.samples))))
        return "\n".join(words)

    def _rows_of(self, pen: Pen) -> _Row:
        return next(row for row in self._rows if row.pen is pen)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if index.column() == PEN:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == STEP:
            if self._rows[index.row()].pen.line.always_steps:
                return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() not in (PEN, STEP):
            return False
        on = Qt.CheckState(value) is Qt.CheckState.Checked
        (self.visible_changed if index.column() == PEN else self.step_changed).emit(index.row(), on)
        return True

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = dict.fromkeys(index.row() for index in indexes)
        return to_mime(self._rows[row].pen.line.ref for row in rows)

    # ---- what is shown

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._font = number_font()

    def set_pens(self, pens: Sequence[Pen]) -> None:
        """Begin anew with these pens."""
        self.beginResetModel()
        self._rows = [_Row(pen) for pen in pens]
        for row in self._rows:
            self._describe(row)
            self._value(row)
        self.endResetModel()

    def _describe(self, row: _Row) -> None:
        pen = row.pen
        row.texts[PEN], row.texts[SESSION], row.texts[UNIT] = pen.tag, pen.session_name, pen.unit
        row.texts[AXIS] = tr("own") if pen.own_axis else tr("by unit")
        row.texts[STYLE] = tr(STYLE_WORDS[pen.style])
        row.colours[PEN] = "" if pen.visible else self._theme.muted
        for column in (SESSION, UNIT, AXIS, STYLE):
            row.colours[column] = self._theme.muted

    def show_values(self) -> None:
        """The newest value of each pen, whatever its type; one that is bad or whose source is away is dimmed."""
        changed: list[tuple[int, int]] = []
        for number, row in enumerate(self._rows):
            changed += [(number, column) for column in self._value(row)]
        self._tell(changed)

    def _value(self, row: _Row) -> list[int]:
        pen = row.pen
        latest = pen.samples.latest
        showing = (latest, pen.live, pen.stepping)
        if row.shown == showing:
            return []
        changed = [STEP] if row.shown is None or row.shown[2] is not pen.stepping else []
        row.shown = showing
        if latest is None:
            words = tr("waiting for the first value") if pen.live else tr("no source")
            return changed + self._put(row, QUALITY, words, self._theme.muted)
        worth = quality_class(latest.quality)
        mark = quality_mark(latest.quality) if pen.live else "✕"
        line = pen.line
        text = value_text(latest.value, decimals=line.decimals, enumeration=line.enumeration, limit=40)
        quality = quality_text(latest.quality)
        if not pen.live:
            quality = tr("no source, was {quality}").format(quality=quality)
            worth = QualityClass.BAD
        dimmed = worth is QualityClass.BAD
        changed += self._put(row, VALUE, f"{text} {mark}".rstrip(), self._theme.muted if dimmed else self._theme.text)
        return changed + self._put(row, QUALITY, quality, self._theme.of_quality(worth))

    def show_cursors(self, found: Sequence[tuple[At | None, At | None, Between | None]]) -> None:
        """For each pen: its samples at A and B, None where there is none; what lies between, if both are shown."""
        changed: list[tuple[int, int]] = []
        for number, (row, (a, b, between)) in enumerate(zip(self._rows, found, strict=True)):
            texts = {AT_A: self._at(row.pen, a), AT_B: self._at(row.pen, b)}
            texts |= self._between(row.pen, between)
            for column, text in texts.items():
                changed += [(number, one) for one in self._put(row, column, text, self._theme.text)]
        self._tell(changed)

    def _at(self, pen: Pen, at: At | None) -> str:
        if at is None:
            return ""
        when = time_text(at.time_ns, self.utc, date=False)
        return tr("{value} at {time}").format(value=f"{pen.words(at.value)}{_MARKS[at.quality]}", time=when)

    def _between(self, pen: Pen, between: Between | None) -> dict[int, str]:
        if between is None:
            return dict.fromkeys(AT_BOTH, "")
        mean = "" if between.mean is None else _short(between.mean)
        if mean and (between.known < 0.999 or not between.exact):  # it does not stand on all of the time
            mean = f"≈ {mean}"
        return {
            DELTA: "" if between.delta is None else number_text(between.delta, pen.line.decimals),
            SLOPE: "" if between.slope is None else _short(between.slope),
            LOW: "" if between.low is None else pen.words(between.low),
            HIGH: "" if between.high is None else pen.words(between.high),
            MEAN: mean,
        }

    def _put(self, row: _Row, column: int, text: str, colour: str) -> list[int]:
        if row.texts[column] == text and row.colours[column] == colour:
            return []
        row.texts[column], row.colours[column] = text, colour
        return [column]

    def _tell(self, changed: list[tuple[int, int]]) -> None:
        if len(changed) > _FEW:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))
            return
        for row, column in changed:
            index = self.index(row, column)
            self.dataChanged.emit(index, index)

    def copied(self, rows: Sequence[int], columns: Sequence[int]) -> str:
        """Tab-separated, with a header."""
        lines = [[tr(COLUMNS[column]) for column in columns]]
        lines += [[self._rows[row].texts[column] for column in columns] for row in rows]
        return "\n".join("\t".join(line) for line in lines)


def _short(value: float) -> str:
    return f"{value + 0.0:.6g}"  # no slope, measured backwards, is no "-0"
