"""Statistics of the pens of a trend over a stretch of time, as a table to read, to copy and to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.records.statistics import Statistics, total_of
from app.records.table import Column, ColumnKind
from app.values import NS_PER_S, Value
from ui.columns import Column as Wide
from ui.columns import Columns
from ui.format import duration_text, time_text, tip_text, zone_text
from ui.i18n import count_text, noop, tr
from ui.tagref import TagRef
from ui.theme import Theme, number_font
from ui.widgets import on_key

_HEADERS = (
    noop("Pen"), noop("Session"), noop("Unit"), noop("Mean"), noop("Min"), noop("Max"), noop("Std. deviation"),
    noop("Total"), noop("Changes"), noop("Samples"), noop("Known"), noop("Bad"), noop("Time in states"),
)  # fmt: skip
_TEXTS = (0, 1, 2, 12)
_WIDTHS = (
    Wide("Area1.Reactor.Temp", share=3), Wide("Simulated plant", rank=6, share=2), Wide("m³/h"), Wide("−12345.67"),
    Wide("−12345.67"), Wide("−12345.67"), Wide("12345.67", rank=1), Wide("0.123456 °C·h", rank=2), Wide("12,345"),
    Wide("123,456", rank=3), Wide("100.0 %"), Wide("1 h 12 min", rank=4),
    Wide("open 12 min · closed 3 min", rank=5, share=3),
)  # fmt: skip
#: States that are told, the longest first.
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Summed:
    """A pen of the table. ``states`` are the words of its values, where it has some."""

    ref: TagRef
    unit: str
    found: Statistics
    states: tuple[str, ...] = ()


class StatisticsForm(QDialog):
    """Not modal; it shows the time that the trend showed when :attr:`refresh_wanted` was answered by :meth:`fill`."""

    refresh_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, theme: Theme, utc: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._utc = utc
        self.rows: Sequence[Summed] = ()
        self.setWindowTitle(tr("Statistics"))
        self.setAccessibleName(tr("Statistics"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1080, 340)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        self.times = QLabel(tr("summing up …"))
        self.times.setAccessibleName(tr("Time range"))
        self.times.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.times)
        self._table = table = QTableWidget(0, len(_HEADERS))
        table.setAccessibleName(tr("Statistics"))
        for column, words in enumerate(_HEADERS):
            head = QTableWidgetItem(tr(words))
            side = Qt.AlignmentFlag.AlignLeft if column in _TEXTS else Qt.AlignmentFlag.AlignRight
            head.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            table.setHorizontalHeaderItem(column, head)
        table.setAlternatingRowColors(True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self._columns = Columns(table, table.horizontalHeader(), _WIDTHS)
        layout.addWidget(table, 1)
        on_key(QKeySequence.StandardKey.Copy, table, self.copy)
        on_key(Qt.Key.Key_F5, self, self.refresh_wanted.emit)
        note = QLabel(
            tr("Weighted by time; what is bad or unknown counts for nothing. Between the cursors where both are shown.")
        )
        note.setStyleSheet(f"color: {theme.muted}")
        note.setWordWrap(True)
        layout.addWidget(note)
        buttons = QHBoxLayout()
        for words, act in (
            (tr("Refresh"), self.refresh_wanted.emit),
            (tr("Copy"), self.copy),
            (tr("Export …"), self.export_wanted.emit),
            (tr("Close"), self.close),
        ):
            button = QPushButton(words)
            button.setAccessibleName(words)
            button.setAutoDefault(False)
            button.clicked.connect(lambda *_, act=act: act())
            if act == self.close:
                buttons.addStretch(1)
            buttons.addWidget(button)
        layout.addLayout(buttons)

    def fill(self, start_ns: int, stop_ns: int, rows: Sequence[Summed]) -> None:
        self.rows = rows
        start, stop = (time_text(at, self._utc) for at in (start_ns, stop_ns))
        length = duration_text(round((stop_ns - start_ns) / 1e6) * 1_000_000)
        self.times.setText(f"{start} – {stop} ({zone_text(self._utc)}), {length}")
        self._table.setRowCount(len(rows))
        for number, one in enumerate(rows):
            for column, text in enumerate(texts(one)):
                item = QTableWidgetItem(text)
                item.setToolTip(tip_text(text))
                if column not in _TEXTS:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    item.setFont(number_font())
                self._table.setItem(number, column, item)

    def copy(self) -> None:
        """The chosen rows, or all, with a header and tabs between cells."""
        chosen = sorted({index.row() for index in self._table.selectionModel().selectedRows()})
        lines = [[tr(words) for words in _HEADERS]]
        lines += [texts(self.rows[row]) for row in (chosen or range(len(self.rows)))]
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))


def texts(one: Summed) -> list[str]:
    """The cells of a row, as they are shown."""
    found = one.found
    total = ""
    if found.integral is not None:
        amount, unit = total_of(found.integral, one.unit)
        total = f"{_short(amount)} {unit}".rstrip()
    about = "≈ " if found.mean is not None and found.known < 0.999 else ""
    return [
        one.ref.tag,
        one.ref.source,
        one.unit,
        f"{about}{_short(found.mean)}" if found.mean is not None else "",
        _short(found.low),
        _short(found.high),
        _short(found.deviation),
        total,
        count_text(found.changes),
        count_text(found.samples),
        f"{found.known * 100:.1f} %",
        _length(found.bad_s) if found.bad_s else "",
        _states(one),
    ]


def _states(one: Summed) -> str:
    """Of what has words for its values, or is one of few whole numbers that came more than once."""
    states = one.found.states
    if not states or (not one.states and not set(states) <= {0.0, 1.0}):
        return ""
    longest = sorted(states.items(), key=lambda pair: -pair[1])[:_SHOWN]
    return " · ".join(f"{_word(value, one.states)} {_length(seconds)}" for value, seconds in longest)


def _word(value: float, states: Sequence[str]) -> str:
    number = int(value) if value.is_integer() else -1
    return states[number] if 0 <= number < len(states) else f"{value:g}"


def _length(seconds: float) -> str:
    return duration_text(round(seconds * 1000) * (NS_PER_S // 1000))


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def table_columns() -> list[Column]:
    """Of the table as a file; in English, as all files are."""
    numbers = ("Mean", "Minimum", "Maximum", "Standard deviation", "Total", "Changes", "Samples")
    shares = ("Seconds good", "Seconds uncertain", "Seconds bad", "Seconds unknown")
    return [
        Column("Source", ColumnKind.TEXT),
        Column("Tag", ColumnKind.TEXT),
        Column("Unit", ColumnKind.TEXT),
        *(Column(name, ColumnKind.NUMBER) for name in numbers),
        Column("Unit of total", ColumnKind.TEXT),
        *(Column(name, ColumnKind.NUMBER) for name in shares),
        Column("From", ColumnKind.TIME),
        Column("To", ColumnKind.TIME),
        Column("Time in states", ColumnKind.TEXT),
    ]


def table_row(one: Summed) -> tuple[Value, ...]:
    found = one.found
    total, unit = (None, "") if found.integral is None else total_of(found.integral, one.unit)
    return (
        one.ref.source, one.ref.tag, one.unit, found.mean, found.low, found.high, found.deviation, total,
        found.changes, found.samples, unit, found.good_s, found.uncertain_s, found.bad_s, found.unknown_s,
        found.start_ns, found.stop_ns, _states(one),
    )  # fmt: skip
