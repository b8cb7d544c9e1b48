"""The audit pane: every write by hand, with filter, details, export, and a look at whether the record is whole."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.records.audit_query import AuditQuery
from app.values import NS_PER_S
from ui.choice import Choice
from ui.columns import Column, Columns
from ui.i18n import count_text, noop, tr
from ui.models.audit import ORIGIN_WORDS, READ_BACK, RESULT_WORDS, TAG, AuditModel
from ui.theme import Theme, icon, number_font
from ui.widgets import Tags, on_key, paint_hint

_COLUMNS = (
    Column("2026-11-30 00:00:00.000"),
    Column("Simulated plant", rank=3, share=1),
    Column("Valve101.Command", share=2),
    Column("−1234567.89", rank=2, share=1),
    Column("−1234567.89", share=1),
    Column("−1234567.89", rank=1, share=1),
    Column("? no answer recorded"),
    Column("anna, verified by bert", share=1),
    Column("program", rank=5),
    Column("trial of the pump", rank=4, share=2),
)
_FILTER_MS = 300
_HOUR = 3_600 * NS_PER_S
#: Words, and how far back from now.
_PERIODS = (
    (noop("All times"), 0),
    (noop("Last hour"), _HOUR),
    (noop("Last 24 hours"), 24 * _HOUR),
    (noop("Last 7 days"), 7 * 24 * _HOUR),
    (noop("Last 30 days"), 30 * 24 * _HOUR),
    (noop("Last year"), 365 * 24 * _HOUR),
)
EMPTY = noop("Nothing has been written yet. Every write by hand is recorded here before it is sent.")
NONE = noop("No write passes the filter. Esc shows all.")


class _Apart(QStyledItemDelegate):
    """A little room between a value at the right and the words that follow it."""

    def displayText(self, value: object, locale: object) -> str:
        return f"{value}\u2003"


class _Table(QTableView):
    opened = Signal(QModelIndex)

    def __init__(self, model: AuditModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegateForColumn(TAG, Tags(self))
        self.setItemDelegateForColumn(READ_BACK, _Apart(self))
        self.doubleClicked.connect(self.opened)
        self.hint = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hint and not self.model().rowCount():
            paint_hint(self, self.hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class AuditView(QWidget):
    """What is looked for is told by :attr:`query_changed`; the model brings what was found."""

    query_changed = Signal()
    details_wanted = Signal(object)  # an AuditRow
    export_wanted = Signal()
    verify_wanted = Signal()

    def __init__(self, model: AuditModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._trouble = ""
        self._verdict: tuple[str, bool] = ("", True)
        self.setAccessibleName(tr("Audit"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setAccessibleName(tr("State of the record"))
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self._words)
        layout.addWidget(self._build_table(), 1)
        on_key(Qt.Key.Key_Escape, self, self.clear_filter)
        model.rowsAboutToBeInserted.connect(self._keep_place)
        model.rowsInserted.connect(self._restore_place)
        self._kept: int | None = None
        self.set_theme(model.theme)
        self.show_counts(0)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FILTER_MS)
        self._soon.timeout.connect(self.query_changed)
        self._find = self._field(tr("Filter"), tr("Filter: text, * and ?"), 300)
        self._glass = QAction(self)
        self._find.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._tag = self._field(tr("Tag"), tr("Tag"), 180)
        self._user = self._field(tr("User"), tr("User"), 140)
        self._results = Choice(tr("Result"), lambda: {key: tr(words) for key, words in RESULT_WORDS.items()})
        self._origins = Choice(tr("Origin"), lambda: {key: tr(words) for key, words in ORIGIN_WORDS.items()})
        self._period = QComboBox()
        self._period.setAccessibleName(tr("Time"))
        self._period.addItems([tr(words) for words, _ in _PERIODS])
        self._clear = self._button(tr("Clear"), self.clear_filter)
        self._clear.setToolTip(tr("Show every write again (Esc)"))
        self._counts = QLabel()
        self._counts.setAccessibleName(tr("Count of writes"))
        self._verify = self._button(tr("Verify"), self.verify_wanted.emit)
        self._verify.setToolTip(tr("Read the whole record and look for changed, missing or exchanged entries"))
        self._export = self._button(tr("Export …"), self.export_wanted.emit)
        for choice in (self._results, self._origins):
            choice.changed.connect(self.query_changed)
        self._period.currentIndexChanged.connect(lambda *_: self.query_changed.emit())
        bar.addWidget(self._find, 2)
        bar.addWidget(self._tag, 1)
        bar.addWidget(self._user, 1)
        for widget in (self._results, self._origins, self._period, self._clear, self._counts):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self._verify)
        bar.addWidget(self._export)
        return bar

    def _field(self, name: str, hint: str, width: int) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.setClearButtonEnabled(True)
        field.setMinimumWidth(90)
        field.setMaximumWidth(width)
        field.textChanged.connect(lambda *_: self._soon.start())
        field.returnPressed.connect(self.query_changed)
        return field

    def _button(self, words: str, act: object) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(words.replace(" …", ""))
        button.clicked.connect(lambda *_: act())  # type: ignore[operator]
        return button

    def _build_table(self) -> QTableView:
        self._table = table = _Table(self._model)
        table.setAccessibleName(tr("Writes"))
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(table.verticalHeader().ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.opened.connect(lambda index: self.details_wanted.emit(self._model.row(index.row())))
        self.columns = Columns(table, header, _COLUMNS)
        return table

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._model.theme = theme
        self._glass.setIcon(icon("find", theme))
        self._verify.setIcon(icon("acknowledge", theme))
        self._export.setIcon(icon("export", theme))
        self._counts.setStyleSheet(f"color: {theme.muted}")
        self._show_words()
        self._table.viewport().update()

    # ---- the filter

    def query(self, now_ns: int) -> AuditQuery:
        back = _PERIODS[self._period.currentIndex()][1]
        return AuditQuery(
            " ".join(self._find.text().split()),
            self._tag.text().strip(),
            self._user.text().strip(),
            self._results.chosen(),
            self._origins.chosen(),
            now_ns - back if back else None,
        )

    def clear_filter(self) -> None:
        for field in (self._find, self._tag, self._user):
            field.clear()
        for choice in (self._results, self._origins):
            choice.choose(())
        self._period.setCurrentIndex(0)
        self._soon.stop()
        self.query_changed.emit()

    def show_counts(self, count: int, *, filtered: bool = False, looking: bool = False) -> None:
        """``count`` of the writes that pass."""
        text = tr("looking …") if looking else tr("{count} writes", None, count).format(count=count_text(count))
        self._counts.setText(text)
        self._clear.setVisible(filtered)
        self._table.hint = "" if looking else tr(NONE) if filtered else tr(EMPTY)
        self._table.viewport().update()

    # ---- the record's state

    def show_trouble(self, words: str) -> None:
        """Why nothing can be recorded, and so nothing written; "" = it can."""
        if words != self._trouble:
            self._trouble = words
            self._show_words()

    def show_verifying(self, count: int | None) -> None:
        """So many records are read; None = it is over."""
        self._verify.setEnabled(count is None)
        if count is not None:
            self._verdict = (tr("{count} records read …", None, count).format(count=count_text(count)), True)
            self._show_words()

    def show_verdict(self, words: str, whole: bool) -> None:
        self._verdict = (words, whole)
        self._show_words()

    def words(self) -> str:
        return self._words.text()

    def _show_words(self) -> None:
        words, whole = self._verdict
        if self._trouble and whole:
            words, whole = tr("✕ Nothing can be written: {reason}").format(reason=self._trouble), False
        back = self._theme.panel if whole else self._theme.error_back
        self._words.setText(words)
        self._words.setStyleSheet(f"background: {back}; color: {self._theme.text}; padding: 4px 8px")
        self._words.setVisible(bool(words))

    # ---- new rows never move what is read

    def _keep_place(self, _: QModelIndex, first: int, last: int) -> None:
        bar = self._table.verticalScrollBar()
        height = self._table.verticalHeader().defaultSectionSize() * (last - first + 1)
        self._kept = bar.value() + height if first == 0 and bar.value() > 0 else None

    def _restore_place(self, *_: object) -> None:
        if self._kept is not None:
            self._table.updateGeometries()
            self._table.verticalScrollBar().setValue(self._kept)
            self._kept = None
