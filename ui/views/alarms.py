"""The alarms pane: what is wrong now, and what an operator says to it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QTableView, QVBoxLayout, QWidget

from app.alarms.model import Alarm
from app.alarms.states import TABLE, AlarmEvent
from ui.columns import Column, Columns
from ui.i18n import count_text, noop, tr
from ui.models.alarms import TAG, AlarmsModel
from ui.theme import Theme, icon, number_font
from ui.widgets import Tags, paint_hint

_COLUMNS = (
    Column("■ medium"),
    Column("● active, unacknowledged"),
    Column("Valve101.Command", share=2),
    Column("HH ≥ 1234.56 m³/h", share=1),
    Column("−1234567.89 m³/h", share=1),
    Column("2026-11-30 00:00:00.000", rank=2),
    Column("Simulated plant", rank=1, share=1),
    Column("being calibrated", rank=3, share=3),
)
#: (words, seconds) of the shelving that the menu offers at once.
SHELVES = ((noop("15 minutes"), 900), (noop("1 hour"), 3_600), (noop("4 hours"), 14_400), (noop("8 hours"), 28_800))
EMPTY = noop("No alarm. Limits are set with “Alarm limits …” in the menu of a tag.")


class _Table(QTableView):
    def __init__(self, model: AlarmsModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegateForColumn(TAG, Tags(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, tr(EMPTY))


class AlarmsView(QWidget):
    """What is asked for is told by signals, with the alarms that it is about."""

    acknowledge_wanted = Signal(list, str)  # alarms, comment
    shelve_wanted = Signal(list, int, str)  # alarms, seconds (0 = ask), comment
    event_wanted = Signal(list, object, str)  # alarms, an AlarmEvent, comment
    limits_wanted = Signal(list)
    trend_wanted = Signal(object)
    details_wanted = Signal(object)
    export_wanted = Signal()

    def __init__(self, model: AlarmsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName(tr("Alarms"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        layout.addWidget(self._build_table())
        model.counts_changed.connect(self._show_counts)
        self._table.selectionModel().selectionChanged.connect(lambda *_: self._show_possible())
        self.set_theme(model.theme)
        self._show_counts()

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._acknowledge = self._button(tr("Acknowledge"), self.acknowledge)
        self._acknowledge.setToolTip(tr("Say that you know of the chosen alarms (Ctrl+K)"))
        self._all = self._button(tr("Acknowledge all shown"), self.acknowledge_all)
        self._shelve = self._button(tr("Shelve …"), self._ask_shelving)
        self._shelve.setToolTip(tr("Put the chosen alarms away until a time that you give"))
        self._comment = QLineEdit()
        self._comment.setAccessibleName(tr("Comment"))
        self._comment.setPlaceholderText(tr("Comment, kept with what you do"))
        self._comment.setMaxLength(400)
        self._comment.setMinimumWidth(90)
        self._comment.setMaximumWidth(360)
        self._comment.setClearButtonEnabled(True)
        self._comment.returnPressed.connect(self.acknowledge)
        self._quiet = self._button("", lambda: self._model.show_quiet(self._quiet.isChecked()))
        self._quiet.setCheckable(True)
        self._quiet.setToolTip(tr("Show alarms that are shelved, suppressed or out of service, too"))
        self._counts = QLabel()
        self._counts.setAccessibleName(tr("Count of alarms"))
        for widget in (self._acknowledge, self._all, self._shelve):
            bar.addWidget(widget)
        bar.addWidget(self._comment, 1)
        bar.addWidget(self._quiet)
        self._export = self._button(tr("Export …"), self.export_wanted.emit)
        self._export.setToolTip(tr("The alarms that are shown, as a table"))
        bar.addWidget(self._export)
        bar.addStretch(1)
        bar.addWidget(self._counts)
        return bar

    def _button(self, words: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(words.replace(" …", ""))
        button.clicked.connect(lambda *_: act())
        return button

    def _build_table(self) -> QTableView:
        self._table = table = _Table(self._model)
        table.setAccessibleName(tr("Alarms"))
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(table.verticalHeader().ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        table.doubleClicked.connect(lambda index: self.trend_wanted.emit(self._model.alarm(index.row())))
        self.columns = Columns(table, header, _COLUMNS)
        return table

    def set_theme(self, theme: Theme) -> None:
        self._acknowledge.setIcon(icon("acknowledge", theme))
        self._all.setIcon(icon("acknowledge-all", theme))
        self._shelve.setIcon(icon("shelve", theme))
        self._export.setIcon(icon("export", theme))
        self._quiet.setIcon(icon("alarm-off", theme))
        self._counts.setStyleSheet(f"color: {theme.muted}")
        self._model.theme = theme
        self._table.viewport().update()

    # ---- state

    def _show_counts(self) -> None:
        model = self._model
        text = tr("{unacknowledged} unacknowledged, {active} active").format(
            unacknowledged=count_text(model.unacknowledged), active=count_text(model.active)
        )
        quiet = tr("Put away ({count})", None, model.quiet).format(count=count_text(model.quiet))
        for widget, wanted in ((self._counts, text), (self._quiet, quiet)):
            if widget.text() != wanted:
                widget.setText(wanted)
        self._quiet.setAccessibleName(quiet)
        self._quiet.setEnabled(bool(model.quiet) or self._quiet.isChecked())
        self._show_possible()

    def _show_possible(self) -> None:
        chosen = self.chosen()
        self._acknowledge.setEnabled(_any(chosen, AlarmEvent.ACKNOWLEDGE))
        self._shelve.setEnabled(_any(chosen, AlarmEvent.SHELVE))
        self._all.setEnabled(_any(self._model.shown(), AlarmEvent.ACKNOWLEDGE))

    def chosen(self) -> list[Alarm]:
        rows = sorted({index.row() for index in self._table.selectionModel().selectedRows()})
        return [self._model.alarm(row) for row in rows]

    def refresh_values(self) -> None:
        """Live values of the rows on the screen."""
        if self._table.isVisible() and self._model.rowCount():
            last = self._table.rowAt(self._table.viewport().height() - 1)
            self._model.repaint_values(max(0, self._table.rowAt(0)), last if last >= 0 else self._model.rowCount() - 1)

    # ---- acts

    def acknowledge(self) -> None:
        self._acknowledge_these(self.chosen())

    def acknowledge_all(self) -> None:
        self._acknowledge_these(self._model.shown())

    def _acknowledge_these(self, alarms: list[Alarm]) -> None:
        """Those that need it; the comment is used up."""
        if needing := [alarm for alarm in alarms if alarm.unacknowledged]:
            self.acknowledge_wanted.emit(needing, self._take_comment())

    def _ask_shelving(self) -> None:
        if chosen := self.chosen():
            self.shelve_wanted.emit(chosen, 0, self._take_comment())

    def _take_comment(self) -> str:
        comment = " ".join(self._comment.text().split())
        self._comment.clear()
        return comment

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self._table.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and (chosen := self.chosen()):
            QGuiApplication.clipboard().setText("\n\n".join(map(self._model.details, chosen)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current.isValid():
            alarm = self._model.alarm(current.row())
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.details_wanted.emit(alarm)
            else:
                self.trend_wanted.emit(alarm)
        else:
            super().keyPressEvent(event)

    def _open_menu(self, position: QPoint) -> None:
        if self._table.indexAt(position).isValid() and (chosen := self.chosen()):
            self.menu_of(chosen).popup(self._table.viewport().mapToGlobal(position))

    def menu_of(self, chosen: list[Alarm]) -> QMenu:
        """What can be done with these; what cannot is grey."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first = chosen[0]

        def add(into: QMenu, words: str, act: Callable[[], object], event: AlarmEvent | None = None) -> None:
            action = into.addAction(words)
            action.setEnabled(event is None or _any(chosen, event))
            action.triggered.connect(lambda *_: act())

        def send(event: AlarmEvent) -> Callable[[], None]:
            return lambda: self.event_wanted.emit(chosen, event, self._take_comment())

        add(menu, tr("Acknowledge"), lambda: self._acknowledge_these(chosen), AlarmEvent.ACKNOWLEDGE)
        shelve = menu.addMenu(tr("Shelve"))
        shelve.setEnabled(_any(chosen, AlarmEvent.SHELVE))
        for words, seconds in SHELVES:
            add(shelve, tr(words), lambda s=seconds: self.shelve_wanted.emit(chosen, s, self._take_comment()))
        add(shelve, tr("Until …"), lambda: self.shelve_wanted.emit(chosen, 0, self._take_comment()))
        add(menu, tr("Unshelve"), send(AlarmEvent.UNSHELVE), AlarmEvent.UNSHELVE)
        add(menu, tr("Take out of service"), send(AlarmEvent.DISABLE), AlarmEvent.DISABLE)
        add(menu, tr("Take back into service"), send(AlarmEvent.ENABLE), AlarmEvent.ENABLE)
        menu.addSeparator()
        add(menu, tr("Add to trend"), lambda: self.trend_wanted.emit(first))
        add(menu, tr("Alarm limits …"), lambda: self.limits_wanted.emit(chosen))
        add(menu, tr("Details"), lambda: self.details_wanted.emit(first))
        return menu


def _any(alarms: list[Alarm], event: AlarmEvent) -> bool:
    return any(TABLE[alarm.state, event] is not None for alarm in alarms)
