"""The event log pane: a filter line, the table, and a line that says when it is paused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.records.journal_file import JournalRow
from ui.choice import Choice
from ui.columns import Column, Columns
from ui.format import time_text
from ui.i18n import count_text, noop, tr
from ui.models.journal import JournalModel
from ui.models.log import KINDS, SEVERITIES, VALUE_KINDS, LogModel
from ui.models.log_filter import COLUMNS, KIND, SESSION, SEVERITY, TAG, TIME, LogFilter, column_word
from ui.tag_menu import TagActs, tag_menu
from ui.theme import Theme, icon, number_font
from ui.views.event_detail import EventDetail
from ui.views.journal import JournalTable
from ui.widgets import Tags, WholeRows, on_key, paint_hint

_COLUMNS = (
    Column("2026-11-30 00:00:00.000"),
    Column("Simulated plant", share=1),
    Column("write complete", rank=2),
    Column("▲ warning"),
    Column("Valve101.Command", share=2),
    Column("−1234567.89", share=1),
    Column("m³/h", rank=1),
    Column("uncertain (64)", share=3),
    Column("the worker was ended", share=7),
)
_FILTER_MS = 250
_FILTER_HELP = noop(
    "Words that are in any column (Ctrl+F); * stands for any text, ? for one character.\n"
    "In one column: tag:level, value:1*, quality:bad; as all of its cell: tag:=Tank101.Level; with blanks: "
    'detail:"timed out"'
)
#: Narrower than this, the state is told in fewer words.
_SHORT = 1080


class _Table(WholeRows):
    def __init__(self, model: LogModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setItemDelegateForColumn(TAG, Tags(self))
        self.setTabKeyNavigation(False)  # arrows walk its cells, Tab leaves it

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.rowCount() and not self._model.looking:
            unheard, all_out = tr("Nothing has happened yet."), tr("Nothing passes the filter. Esc shows all.")
            paint_hint(self, unheard if self._model.filter.empty else all_out)


class LogView(QWidget):
    """Follows the newest row until somebody looks up; then it stands still, and says how much is new."""

    export_wanted = Signal()
    cancel_wanted = Signal()  # of the export
    jump_wanted = Signal(str, object, str)  # session id, item key (0 = not known), tag: show it where its value lives
    details_toggled = Signal(bool)
    filter_changed = Signal()
    journal_toggled = Signal(bool)  # the journal is shown, or what comes
    older_wanted = Signal()  # of the journal: somebody has scrolled up to its top
    trend_wanted = Signal(str, str, object)  # source, tag ("" = none), time in ns

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        #: What can be done with tags of a session; None where it is closed.
        self.acts_of: Callable[[str], TagActs | None] = lambda session_id: None
        self._exporting = False
        self._at = 0  # where the scroll bar was
        self._resetting = False
        self.journal = JournalModel(model.theme)
        self.setAccessibleName(tr("Event log"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        layout.addWidget(self._build_splitter(), 1)
        model.modelAboutToBeReset.connect(lambda: self._set_resetting(True))
        model.modelReset.connect(lambda: self._set_resetting(False))
        model.modelReset.connect(self._show_detail)
        model.paused_changed.connect(self._show_state)
        model.counts_changed.connect(self._show_counts)
        for choice in (self._kinds, self._sessions, self._severities):
            choice.changed.connect(self._filter)
        on_key(Qt.Key.Key_Escape, self, self.clear_filter)
        self.set_theme(model.theme)
        self._show_state()
        self._show_counts()

    def _build_splitter(self) -> QSplitter:
        self._detail = EventDetail(self._model.theme)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_table())
        self._stack.addWidget(self._build_journal())
        splitter.addWidget(self._stack)
        splitter.addWidget(self._detail)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        self._detail.hide()
        return splitter

    def _build_table(self) -> QTableView:
        self._table = table = _Table(self._model)
        table.setAccessibleName(tr("Events"))
        table.setTabKeyNavigation(False)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._menu)
        table.doubleClicked.connect(self._jump)
        table.selectionModel().currentRowChanged.connect(self._show_detail)
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setWordWrap(False)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(table.verticalHeader().ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._header_menu)
        self.columns = Columns(table, header, _COLUMNS)
        table.installEventFilter(self)
        table.viewport().installEventFilter(self)
        bar = table.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._stay_at_end)
        return table

    def _build_journal(self) -> JournalTable:
        self._past = table = JournalTable(self.journal, self._table, _COLUMNS)
        table.customContextMenuRequested.connect(self._journal_menu)
        table.doubleClicked.connect(lambda index: self._to_trend(index.row()))
        table.selectionModel().currentRowChanged.connect(self._show_detail)
        table.older_wanted.connect(self.older_wanted)
        table.end_wanted.connect(lambda: self.show_journal(False))
        table.trend_wanted.connect(self._to_trend)
        table.copy_wanted.connect(self.copy)
        self.journal.state_changed.connect(self._show_state)
        return table

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._find = QLineEdit()
        self._find.setAccessibleName(tr("Filter"))
        self._find.setPlaceholderText(tr("Filter: text, * and ?"))
        self._find.setToolTip(tr(_FILTER_HELP))
        self._find.setClearButtonEnabled(True)
        self._find.setMinimumWidth(170)
        self._find.setMaximumWidth(280)
        self._glass = QAction(self)
        self._find.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FILTER_MS)
        self._soon.timeout.connect(self._filter)
        self._find.textChanged.connect(lambda *_: self._soon.start())
        self._find.returnPressed.connect(self._filter)
        without = {tr("without values"): frozenset(KINDS) - VALUE_KINDS}
        self._kinds = Choice(tr("Kind"), lambda: _same(KINDS), without)
        self._sessions = Choice(tr("Session"), self._session_names)
        trouble = {tr("warnings and errors"): frozenset(SEVERITIES[1:])}
        self._severities = Choice(tr("Severity"), lambda: _same(SEVERITIES), trouble)
        self._clear = QPushButton(tr("Clear"))
        self._clear.setAccessibleName(tr("Clear the filter"))
        self._clear.setToolTip(tr("Show every event again (Esc)"))
        self._clear.clicked.connect(self.clear_filter)
        self._counts = QLabel()
        self._counts.setAccessibleName(tr("Events shown"))
        self._state = QLabel()
        self._state.setAccessibleName(tr("State of the log"))
        self._follow = QPushButton(tr("Resume"))
        self._follow.setAccessibleName(tr("Resume"))
        self._follow.setToolTip(tr("Follow the newest events again (End)"))
        self._follow.clicked.connect(self.follow)
        self._journal = QPushButton()
        self._journal.setCheckable(True)
        self._journal.setAccessibleName(tr("Journal"))
        self._journal.setToolTip(tr("Read what is on disk, the newest first, with the same filter (Ctrl+J)"))
        self._journal.toggled.connect(self.show_journal)
        on_key("Ctrl+J", self, self._journal.toggle, Qt.ShortcutContext.WindowShortcut)
        bar.addWidget(self._find, 1)
        for widget in (self._kinds, self._sessions, self._severities, self._clear, self._counts):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self._state)
        bar.addWidget(self._follow)
        self._details = QPushButton()
        self._details.setCheckable(True)
        self._details.setToolTip(tr("Show all of the chosen row beside the log (Ctrl+I)"))
        self._details.toggled.connect(self.show_details)
        self._export = QPushButton()
        self._export.clicked.connect(lambda *_: (self.cancel_wanted if self._exporting else self.export_wanted).emit())
        bar.addWidget(self._journal)
        bar.addWidget(self._details)
        bar.addWidget(self._export)
        self._details.setAccessibleName(tr("Details"))
        on_key("Ctrl+I", self, self._details.toggle, Qt.ShortcutContext.WindowShortcut)
        self.show_export(None)
        return bar

    # ---- details and export

    def show_details(self, shown: bool) -> None:
        self._details.setChecked(shown)
        self._detail.setVisible(shown)
        self._show_detail()
        self.details_toggled.emit(shown)

    def _show_detail(self, *_: object) -> None:
        if self._detail.isVisibleTo(self):
            table, model = (self._past, self.journal) if self.in_journal else (self._table, self._model)
            index = table.currentIndex()
            self._detail.show_lines(model.told(index.row()) if index.isValid() else ())

    def show_export(self, rows: int | None) -> None:
        """How far an export is; None = there is none."""
        self._exporting = rows is not None
        words = tr("Export …") if rows is None else tr("Cancel export ({rows})").format(rows=count_text(rows))
        self._export.setAccessibleName(words)
        self._export.setToolTip(
            tr("Write the rows that are shown to a table: .xlsx, .csv or .parquet") if rows is None else words
        )
        self._show_buttons()

    def _show_buttons(self) -> None:
        """Where there is little room, their drawings alone."""
        for button in (
            self._details,
            self._export,
        ):  # the journal is a drawing in any case: there is no room for more words
            button.setText("" if self._short and not self._exporting else button.accessibleName())

    # ---- rows

    def selected(self) -> list[int]:
        table = self._past if self.in_journal else self._table
        return sorted(index.row() for index in table.selectionModel().selectedRows())

    def copy(self) -> None:
        """The chosen rows with tabs and a header."""
        if rows := self.selected():
            QGuiApplication.clipboard().setText((self.journal if self.in_journal else self._model).copied(rows))

    def _jump(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        session_id, key, tag = self._model.tag(index.row())
        if tag:
            self.jump_wanted.emit(session_id, key, tag)

    def menu_at(self, index: QModelIndex) -> QMenu:
        """What can be done with a row, and with the cell that was pointed at."""
        session_id, key, tag = self._model.tag(index.row())
        acts = self.acts_of(session_id)
        if tag and acts is not None:
            menu = tag_menu(self._table, [tag], acts)
            first = menu.actions()[0]
            jump = QAction(tr("Show in items"), menu)
            jump.triggered.connect(lambda *_: self.jump_wanted.emit(session_id, key, tag))
            menu.insertAction(first, jump)
            menu.addSeparator()
        else:
            menu = QMenu(self._table)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = menu.addAction(tr("Show in the trend at this time"))
        shown.setShortcut(QKeySequence("Shift+Return"))
        shown.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        shown.triggered.connect(lambda *_: self._to_trend(index.row()))
        text = str(self._model.data(index) or "")
        if index.column() != TIME and text:
            words = tr("Show only {column}: {text}").format(column=tr(COLUMNS[index.column()]).lower(), text=text[:40])
            menu.addAction(words.replace("&", "&&")).triggered.connect(lambda *_: self._only(index.column(), text))
        copy = menu.addAction(tr("Copy rows"))
        copy.triggered.connect(lambda *_: self.copy())
        return menu

    def _menu(self, position: QPoint) -> None:
        index = self._table.indexAt(position)
        if index.isValid():
            self.menu_at(index).popup(self._table.viewport().mapToGlobal(position))

    def _only(self, column: int, text: str) -> None:
        """The rows whose cell reads the same."""
        match column:
            case _ if column == SESSION:
                self._sessions.choose(key for key, name in self._model.sessions().items() if name == text)
            case _ if column == KIND:
                self._kinds.choose((text,))
            case _ if column == SEVERITY:
                self._severities.choose((text.rsplit(maxsplit=1)[-1],))
            case _:
                self._add_word(column_word(column, text))
                self._filter()

    def _add_word(self, word: str) -> None:
        self._find.setText(f"{self._find.text().strip()} {word}".strip())

    def _header_menu(self, position: QPoint) -> None:
        column = self._table.horizontalHeader().logicalIndexAt(position)
        if column >= 0:
            self.header_menu(column).popup(self._table.horizontalHeader().mapToGlobal(position))

    def header_menu(self, column: int) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = tr("Filter {column} …").format(column=tr(COLUMNS[column]).lower())
        menu.addAction(words).triggered.connect(lambda *_: self._filter_column(column))
        return menu

    def _filter_column(self, column: int) -> None:
        self._add_word(f"{COLUMNS[column].lower()}:")
        self._find.setFocus()

    # ---- the journal, and the way to trends

    @property
    def in_journal(self) -> bool:
        """Whether the journal is shown, and not what comes."""
        return self._stack.currentIndex() == 1

    def show_journal(self, shown: bool) -> None:
        if shown == self.in_journal:
            return
        self._stack.setCurrentIndex(int(shown))
        self._journal.blockSignals(True)
        self._journal.setChecked(shown)
        self._journal.blockSignals(False)
        self.journal_toggled.emit(shown)
        if not shown:
            self._model.resume()
        (self._past if shown else self._table).setFocus()
        self._show_detail()
        self._show_state()
        self._show_counts()

    def add_older(self, rows: Sequence[JournalRow], until_ns: int, complete: bool) -> None:
        """A page of the journal; what is looked at stays where it is."""
        self._past.add_older(rows, until_ns, complete)

    def show_time(self, time_ns: int) -> bool:
        """Choose the row nearest to a time and stand still there; False where the log does not reach back so far."""
        row = self._model.nearest(time_ns)
        if row is None:
            return False
        self._model.pause()
        self._choose(self._table, row)
        return True

    def show_journal_time(self, time_ns: int) -> None:
        if (row := self.journal.nearest(time_ns)) is not None:
            self._choose(self._past, row)

    def _choose(self, table: QTableView, row: int) -> None:
        index = table.model().index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        table.selectionModel().setCurrentIndex(index, flags)  # whatever key is held down meanwhile
        table.scrollTo(index, QTableView.ScrollHint.PositionAtCenter)
        table.setFocus()

    def _to_trend(self, row: int) -> None:
        if self.in_journal:
            kept = self.journal.row(row)
            self.trend_wanted.emit(kept.session, kept.tag, kept.time_ns)
            return
        session_id, _, tag = self._model.tag(row)
        self.trend_wanted.emit(self._model.name(session_id), tag, self._model.time_of(row))

    def _journal_menu(self, position: QPoint) -> None:
        index = self._past.indexAt(position)
        if index.isValid():
            self.journal_menu(index).popup(self._past.viewport().mapToGlobal(position))

    def journal_menu(self, index: QModelIndex) -> QMenu:
        menu = QMenu(self._past)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Show in the trend at this time")).triggered.connect(lambda *_: self._to_trend(index.row()))
        menu.addAction(tr("Copy rows")).triggered.connect(lambda *_: self.copy())
        return menu

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._journal.setIcon(icon("clock", theme))
        self._glass.setIcon(icon("find", theme))
        self._follow.setIcon(icon("live", theme))
        self._details.setIcon(icon("info", theme))
        self._export.setIcon(icon("export", theme))
        self._detail.set_theme(theme)
        self._counts.setStyleSheet(f"color: {theme.muted}")
        self._show_state()

    # ---- the filter

    def focus_filter(self) -> None:
        self._find.setFocus()
        self._find.selectAll()

    def show_session(self, session_id: str) -> None:
        """What happened to one session, and nothing else."""
        self.clear_filter()
        self._sessions.choose({session_id})

    def clear_filter(self) -> None:
        """Everything is shown again; what is paused stays paused."""
        self._find.clear()
        for choice in (self._kinds, self._sessions, self._severities):
            choice.choose(())
        self._filter()

    def _filter(self) -> None:
        self._soon.stop()
        wanted = self.filter()
        changed = wanted != self._model.filter
        self._model.set_filter(wanted)
        self._show_counts()
        if changed:
            self.filter_changed.emit()

    def filter(self) -> LogFilter:
        """What is asked for at present."""
        return LogFilter(
            " ".join(self._find.text().split()),
            self._kinds.chosen(),
            self._sessions.chosen(),
            self._severities.chosen(),
        )

    def _session_names(self) -> dict[str, str]:
        """By id. Sessions of one name are told apart by the beginning of their ids."""
        names = self._model.sessions()
        told = [*names.values()]
        shown = {key: name if told.count(name) == 1 else f"{name} ({key[:6]})" for key, name in names.items() if key}
        shown = dict(sorted(shown.items(), key=lambda entry: entry[1].lower()))
        return {**shown, "": tr("no session")} if "" in names else shown

    def _show_counts(self) -> None:
        model = self._model
        filtered = not model.filter.empty
        counts = tr("{shown} of {kept} shown").format(shown=count_text(model.rowCount()), kept=count_text(model.kept))
        shown = tr("looking …") if model.looking else counts
        text = shown if filtered and not self.in_journal else ""
        if self._counts.text() != text:
            self._counts.setText(text)
        self._counts.setVisible(bool(text))
        self._clear.setVisible(filtered)

    # ---- pause

    def toggle(self) -> None:
        """Pause, or follow again."""
        if self._model.paused:
            self._model.resume()
        else:
            self._model.pause()

    def pause(self) -> None:
        self._model.pause()

    def follow(self) -> None:
        """The newest events again."""
        self.show_journal(False)
        self._model.resume()

    @property
    def paused(self) -> bool:
        return self._model.paused

    def _show_state(self) -> None:
        model = self._model
        text = tr("▶ Following")
        if model.paused:
            lost = (
                tr(", {count} older dropped", None, model.dropped).format(count=count_text(model.dropped))
                if model.dropped
                else ""
            )
            words = tr("❚❚ {count} new{lost}") if self._short else tr("❚❚ Paused — {count} new{lost}, End to resume")
            text = words.format(count=count_text(model.held), lost=lost)
        if self.in_journal:
            text = self._journal_words()
        if self._state.text() != text:
            self._state.setText(text)
        back = self._theme.warning_back if model.paused or self.in_journal else "transparent"
        sheet = f"background: {back}; color: {self._theme.text}; border-radius: 3px; padding: 2px 8px"
        if self._state.styleSheet() != sheet:
            self._state.setStyleSheet(sheet)
        self._follow.setEnabled(model.paused or self.in_journal)
        if not model.paused:
            self._table.scrollToBottom()

    def _journal_words(self) -> str:
        journal = self.journal
        since = "" if journal.until_ns is None else time_text(journal.until_ns, journal.utc)[: -len(".000")]
        if journal.loading:
            return tr("Journal — reading, back to {time}").format(time=since) if since else tr("Journal — reading")
        count = journal.rowCount()
        if journal.complete:
            return tr("Journal — {count} rows, all there is", None, count).format(count=count_text(count))
        told = tr("Journal — {count} rows since {time}; scroll up for older ones", None, count)
        return told.format(count=count_text(count), time=since)

    @property
    def _short(self) -> bool:
        return self.width() < _SHORT

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_buttons()
        self._show_state()

    def _set_resetting(self, resetting: bool) -> None:
        self._resetting = resetting
        if not resetting:
            self._table.scrollToBottom()

    def _scrolled(self, value: int) -> None:
        """Whatever moves it up, from the trough to the wheel, wants to read what is there."""
        up = value < self._at and value < self._table.verticalScrollBar().maximum()
        self._at = value
        if up and not self._resetting:
            self._model.pause()

    def _stay_at_end(self, _low: int, high: int) -> None:
        if not self._model.paused:
            self._table.verticalScrollBar().setValue(high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looking up and pointing at a row pause, even where nothing can be scrolled; End follows again."""
        up = (Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Home)
        if isinstance(event, QWheelEvent) and event.angleDelta().y() > 0:
            self._model.pause()
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            if watched is self._table.viewport() and self._table.indexAt(event.position().toPoint()).isValid():
                self._model.pause()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in up:
                self._model.pause()
            elif event.key() == Qt.Key.Key_End:
                self._model.resume()
                return True
            elif event.matches(QKeySequence.StandardKey.Copy):
                self.copy()
                return True
            elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                index = self._table.currentIndex()
                if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                    self._jump(index)
                elif index.isValid():
                    self._to_trend(index.row())
                return True
        return super().eventFilter(watched, event)


def _same(words: Iterable[str]) -> Mapping[str, str]:
    return {word: tr(word) for word in words}
