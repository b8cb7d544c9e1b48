"""The recorder's form: whether it records and how long that is kept, what there is, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.records.recorder import RecorderState, RecorderStatistics
from ui.format import time_text
from ui.i18n import count_text, noop, tr
from ui.theme import number_font

MIB = 1024 * 1024
STATES = {
    RecorderState.OFF: noop("off"),
    RecorderState.STARTING: noop("starting"),
    RecorderState.RECORDING: noop("recording"),
    RecorderState.NO_ROOM: noop("not recording: no room on the disk"),
    RecorderState.ELSEWHERE: noop("not recording: another Tagwatch does"),
    RecorderState.FAILED: noop("not recording: the folder cannot be written"),
}
_COLUMNS = (noop("Source"), noop("Tags"), noop("Recorded"), noop("Not held"))


class _Number(QSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling past it must not change what is kept."""
        event.ignore()


class RecorderForm(QDialog):
    """Not modal, and live while it is open. Nothing is asked: what is set holds at once."""

    switched = Signal(bool)
    bounds_set = Signal(int, int)  # days, MiB
    delete_wanted = Signal(int)  # what is older than so many days
    folder_wanted = Signal()

    def __init__(self, *, on: bool, days: int, mib: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Recorder"))
        self.setAccessibleName(tr("Recorder"))
        self.setMinimumWidth(560)
        self.setObjectName("recorder")  # what F1 looks for
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        self._on = QCheckBox(tr("Record everything that is watched"))
        self._on.setChecked(on)
        self._on.toggled.connect(self.switched)
        layout.addWidget(self._on)
        rows = QFormLayout()
        rows.setHorizontalSpacing(16)
        self._days = self._number(tr("Days that values are kept"), days, 0, 36_500, tr(" days"))
        self._days.setSpecialValueText(tr("without limit"))
        self._mib = self._number(tr("Space of all recorded values"), mib, 8, 10_000_000, tr(" MiB"))
        self._days.editingFinished.connect(self._tell_bounds)
        self._mib.editingFinished.connect(self._tell_bounds)
        rows.addRow(tr("Keep for"), self._days)
        rows.addRow(tr("Keep at most"), self._mib)
        note = QLabel(
            tr(
                "Tags of a watch list can be kept longer, shorter, in a space of their own or not at all: “Record "
                "values” in the list's menu. "
                "What is recorded already keeps the days that it was recorded with."
            )
        )
        note.setWordWrap(True)
        rows.addRow("", note)
        self._values: dict[str, QLabel] = {}
        for name, words in (
            ("state", tr("State")),
            ("space", tr("Space used")),
            ("extent", tr("Held")),
            ("rate", tr("Recorded")),
            ("missed", tr("Not held")),
        ):
            label = self._values[name] = QLabel()
            label.setFont(number_font())
            label.setAccessibleName(words)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
            rows.addRow(words, label)
        layout.addLayout(rows)
        layout.addWidget(self._build_table(), 1)
        layout.addLayout(self._build_delete(days))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(tr("Close"))
        folder = QPushButton(tr("Show the folder"))
        folder.setAccessibleName(tr("Show the recorder's folder"))
        folder.setAutoDefault(False)
        folder.clicked.connect(self.folder_wanted)
        buttons.addButton(folder, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _number(self, name: str, value: int, least: int, most: int, unit: str) -> _Number:
        spin = _Number()
        spin.setRange(least, most)
        spin.setValue(value)
        spin.setSuffix(unit)
        spin.setAccessibleName(name)
        return spin

    def _tell_bounds(self) -> None:
        self.bounds_set.emit(self._days.value(), self._mib.value())

    def _build_delete(self, days: int) -> QHBoxLayout:
        line = QHBoxLayout()
        self._old = self._number(tr("Age of what is deleted"), days or 365, 1, 36_500, tr(" days"))
        delete = QPushButton(tr("Delete"))
        delete.setAccessibleName(tr("Delete what is older"))
        delete.setAutoDefault(False)
        delete.clicked.connect(lambda: self.delete_wanted.emit(self._old.value()))
        line.addWidget(QLabel(tr("Delete now what is older than")))
        line.addWidget(self._old)
        line.addWidget(delete)
        line.addStretch(1)
        return line

    def _build_table(self) -> QTableWidget:
        self._table = table = QTableWidget(0, len(_COLUMNS))
        table.setAccessibleName(tr("Recorded by source"))
        table.setHorizontalHeaderLabels([tr(words) for words in _COLUMNS])
        table.verticalHeader().setVisible(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        return table

    def show_figures(self, told: RecorderStatistics, rate: float, utc: bool) -> None:
        """``rate`` in samples a second."""
        state = tr(STATES[told.state])
        held = tr("nothing yet")
        if told.oldest_ns is not None and told.newest_ns is not None:
            ends = (time_text(ns, utc)[: -len(".000")] for ns in (told.oldest_ns, told.newest_ns))
            held = tr("{first} to {last}").format(first=next(ends), last=next(ends))
        files = tr("{size} in {count} files", None, told.files).format(
            size=size_text(told.bytes), count=count_text(told.files)
        )
        if told.set_aside:
            files += tr(", damaged and set aside: {names}").format(names=", ".join(told.set_aside))
        texts = {
            "state": f"{state} ({told.words})" if told.words else state,
            "space": files,
            "extent": held,
            "rate": tr("{count} values since the start, {rate} a second").format(
                count=count_text(told.samples), rate=count_text(round(rate))
            ),
            "missed": tr("{count} values since the start").format(count=count_text(told.missed)),
        }
        for name, text in texts.items():
            if self._values[name].text() != text:
                self._values[name].setText(text)
        self._fill([
            (source.source, *map(count_text, (source.tags, source.samples, source.missed))) for source in told.sources
        ])  # fmt: skip

    def _fill(self, rows: Sequence[Sequence[str]]) -> None:
        self._table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                item = self._table.item(number, column)
                if item is None:
                    item = QTableWidgetItem()
                    if column:
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    self._table.setItem(number, column, item)
                if item.text() != text:
                    item.setText(text)

    def show_on(self, on: bool) -> None:
        if self._on.isChecked() != on:
            self._on.setChecked(on)


def size_text(size: int) -> str:
    """Of bytes, as it is bounded: in MiB."""
    tenths = round(size / MIB * 10)
    return f"{count_text(tenths // 10)}.{tenths % 10} MiB" if tenths < 1_000 else f"{count_text(size // MIB)} MiB"
