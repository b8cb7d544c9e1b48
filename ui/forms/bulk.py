"""The form of a bulk write: paste, look, confirm, follow, try failed ones again, report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.records.audited import AuditedWriter
from app.tasks import Clock, SystemClock, spawn
from ui.bridge import act
from ui.columns import Column, Columns
from ui.forms.bulk_editors import NewValues
from ui.forms.bulk_load import BulkLoader
from ui.forms.bulk_paste import BulkLine, lines_of
from ui.forms.bulk_rows import BulkRow, ends_words, needed, question_words, questions
from ui.forms.bulk_run import BulkRun, BulkWish, Listen
from ui.forms.editors import Deaf
from ui.forms.people import PeopleFields
from ui.forms.write_flow import WriteFlow
from ui.forms.write_job import Target
from ui.i18n import count_text, noop, tr
from ui.models.bulk import NEW, TAG, BulkModel
from ui.theme import Theme, icon, number_font
from ui.widgets import Tags, paint_hint

_REFRESH_MS = 1000
_SHOWN_MS = 100
#: The confirming press is not taken sooner: a double click on Write is no answer to a question.
_THINK_MS = 700
_FILTER_MS = 200
_COMMENT = 1_000
_COLUMNS = (
    Column("00,000 ☐☐"),
    Column("Simulated plant", rank=1, share=1),
    Column("Valve101.Command", share=2),
    Column("−1234567.89 ✕", share=1),
    Column("−1234567.89", share=1),
    Column("−1234567.89", rank=2),
    Column("m³/h", rank=4),
    Column("verified", rank=3),
    Column("✕ Rejected: operational error", share=6),
)
HINT = noop(
    "Copy a column of tags and a column of values in a spreadsheet, and paste them here (Ctrl+V).\n"
    "A header is welcome; a column “session” too. F2 changes a value. Nothing is written before you have confirmed it."
)

Told = Callable[[str], object]


class _Table(QTableView):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 and Enter type a new value, wherever in the row the cursor is."""
        keys = (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        typing = self.state() is QTableView.State.EditingState  # the Enter that takes a value comes here, too
        if event.key() in keys and not event.isAutoRepeat() and not typing:
            value = self.currentIndex().siblingAtColumn(NEW)
            if value.flags() & Qt.ItemFlag.ItemIsEditable:
                self.setCurrentIndex(value)
                self.edit(value)
                return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, tr(HINT))


class BulkForm(QDialog):
    """Not modal. Nothing is sent but by its Write button, pressed twice. Closing it stops what has not been sent; what
    was sent is followed to its end without it."""

    open_wanted = Signal()
    report_wanted = Signal()

    def __init__(
        self,
        loader: BulkLoader,
        writer: AuditedWriter,
        listen: Listen,
        theme: Theme,
        told: Told = lambda words: None,
        parent: QWidget | None = None,
        *,
        sources: Callable[[], Sequence[str]] = tuple,
        usual: str = "",
        clock: Clock | None = None,
        running: set[asyncio.Task[None]] | None = None,
        refusal: Callable[[str], str] = lambda session: "",
        source_of: Callable[[Target], str] = lambda session: "",
        over: Callable[[], object] = lambda: None,
    ) -> None:
        """``usual`` is the session of tags that name none; ``running`` gets the task of each run: it may outlive the
        form. ``over``: it is closed, and no run is on its way any more."""
        super().__init__(parent)
        self._loader = loader
        self._writer = writer
        self._listen = listen
        self._theme = theme
        self._told = told
        self._sources = sources
        self._usual = usual
        self._clock = SystemClock() if clock is None else clock
        self._running = set() if running is None else running
        self._refusal = refusal
        self._source_of = source_of
        self._over = over
        self.model = BulkModel(theme, self)
        self._run: BulkRun | None = None
        self._task: asyncio.Task[None] | None = None
        self._asked: dict[BulkRow, frozenset[str]] | None = None  # what was asked about; None = nothing was
        self._loading: asyncio.Task[object] | None = None
        self._open = True
        self.setWindowTitle(tr("Bulk write"))
        self.setAccessibleName(tr("Bulk write"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1080, 620)
        self._deaf = Deaf(self)
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self._news: set[BulkRow] = set()
        self._soon_shown = QTimer(self)
        self._soon_shown.setSingleShot(True)
        self._soon_shown.setInterval(_SHOWN_MS)
        self._soon_shown.timeout.connect(self._show_changed)
        self._thinking = QTimer(self)
        self._thinking.setSingleShot(True)
        self._thinking.setInterval(_THINK_MS)
        self._thinking.timeout.connect(self._enable)
        self.model.choice_changed.connect(self._edited)
        self.set_theme(theme)
        self._edited()
        self._table.setFocus()  # Ctrl+V is the table's, not a field's

    # ---- parts

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addLayout(self._top())
        layout.addWidget(self._build_table(), 1)
        layout.addLayout(self._options())
        self._people = PeopleFields()
        for fields in self._people.fields:
            for field in fields:
                field.textEdited.connect(self._edited)
        layout.addWidget(self._people)
        self._words = QLabel()
        self._words.setAccessibleName(tr("State of the bulk write"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setMinimumHeight(48)
        self._words.setMargin(6)
        layout.addWidget(self._words)
        layout.addLayout(self._bottom())

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._paste = self._button(tr("Paste"), self.paste)
        self._paste.setToolTip(tr("Tags and values from the clipboard (Ctrl+V)"))
        self._from_file = self._button(tr("Open …"), self.open_wanted.emit)
        self._from_file.setToolTip(tr("A CSV file, or values that were saved here"))
        self._find = QLineEdit()
        self._find.setAccessibleName(tr("Filter"))
        self._find.setPlaceholderText(tr("Filter: hides rows, chooses none"))
        self._find.setClearButtonEnabled(True)
        self._find.setMaximumWidth(320)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FILTER_MS)
        self._soon.timeout.connect(self._filter)
        self._find.textChanged.connect(lambda *_: self._soon.start())
        self._find.returnPressed.connect(self._filter)
        self._counts = QLabel()
        self._counts.setAccessibleName(tr("What will be written"))
        for widget in (self._paste, self._from_file):
            row.addWidget(widget)
        row.addWidget(self._find, 1)
        row.addStretch(1)
        row.addWidget(self._counts)
        return row

    def _build_table(self) -> QTableView:
        self._table = table = _Table()
        table.setModel(self.model)
        table.setAccessibleName(tr("Values to write"))
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setItemDelegateForColumn(TAG, Tags(self))
        table.setItemDelegateForColumn(NEW, NewValues(self))
        table.setEditTriggers(QTableView.EditTrigger.DoubleClicked)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(table.verticalHeader().ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.columns = Columns(table, header, _COLUMNS)
        return table

    def _options(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self._order = QComboBox()
        self._order.setAccessibleName(tr("Order"))
        self._order.addItems([tr("one after the other, in this order"), tr("several together")])
        self._deaf.keep(self._order)
        self._order.currentIndexChanged.connect(self._edited)
        self._stop = QCheckBox(tr("stop at the first failure"))
        self._stop.setAccessibleName(self._stop.text())
        self._stop.setChecked(True)
        self._stop.toggled.connect(self._edited)
        self._unchanged = QCheckBox(tr("write what would change nothing, too"))
        self._unchanged.setAccessibleName(self._unchanged.text())
        self._unchanged.toggled.connect(self._set_unchanged)
        self._comment = QLineEdit()
        self._comment.setAccessibleName(tr("Comment"))
        self._comment.setPlaceholderText(tr("Comment: why; it is kept with the record of each write"))
        self._comment.setMaxLength(_COMMENT)
        self._comment.textEdited.connect(self._edited)
        for widget in (self._order, self._stop, self._unchanged):
            row.addWidget(widget)
        row.addWidget(self._comment, 1)
        return row

    def _bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._report = self._button(tr("Report …"), self.report_wanted.emit)
        self._report.setToolTip(tr("Every line with its result, as a table"))
        self._retry = self._button(tr("Choose failed ones"), self._choose_failed)
        self._retry.setToolTip(tr("Put check marks at what failed, and nowhere else, to try it again"))
        self._write = self._button(tr("Write"), self._pressed)
        self._cancel = self._button(tr("Stop"), self._stop_run)
        self._cancel.setToolTip(tr("Send nothing more; what was sent is followed to its end"))
        self._close = self._button(tr("Close"), self.reject)
        row.addWidget(self._report)
        row.addWidget(self._retry)
        row.addStretch(1)
        for button in (self._write, self._cancel, self._close):
            row.addWidget(button)
        return row

    def _button(self, words: str, pressed: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(words.replace(" …", ""))
        button.setAutoDefault(False)
        button.clicked.connect(lambda *_: pressed())
        return button

    def set_theme(self, theme: Theme) -> None:
        """Other colours while it is open."""
        self._theme = self.model.theme = theme
        for button, name in (
            (self._paste, "paste"),
            (self._from_file, "open"),
            (self._report, "export"),
            (self._retry, "reopen"),
            (self._cancel, "stop"),
        ):
            button.setIcon(icon(name, theme))
        self._counts.setStyleSheet(f"color: {theme.muted}")
        self._table.viewport().update()
        self._say(self._words.text(), self._tone)

    def open(self) -> None:
        """Beside the window, not over it."""
        self.show()
        self.raise_()
        self.activateWindow()

    # ---- rows

    def paste(self) -> None:
        self.take_text(QGuiApplication.clipboard().text())

    def take_text(self, text: str) -> None:
        """A table as text; what is wrong with it is said, and the rows that were there stay."""
        try:
            lines = lines_of(text, self._sources(), self._usual)
        except ValueError as error:
            self._say(str(error), "warning")
            return
        self.take(lines)

    def take(self, lines: Sequence[BulkLine]) -> None:
        """Look these up, instead of what was there."""
        if self.busy:
            return
        self._loading = act(self._load(lines), name="load bulk write", failed=self._failed, done=self._loaded)
        self._enable()

    async def _load(self, lines: Sequence[BulkLine]) -> None:
        self._say(tr("{count} tags are looked up …", None, len(lines)).format(count=count_text(len(lines))))
        self.model.load([])
        rows = await self._loader.load(lines, self._show_loading)
        if self._open:
            self.model.load(rows)

    def _loaded(self) -> None:
        self._loading = None
        self._edited()

    def _show_loading(self, done: int, of: int) -> None:
        self._say(tr("{done} of {count} tags are looked up …").format(done=count_text(done), count=count_text(of)))

    def _failed(self, words: str) -> None:
        self._say(words, "warning")

    def _filter(self) -> None:
        self._soon.stop()
        self.model.set_filter(self._find.text())
        self._show_counts()

    def _set_unchanged(self, on: bool) -> None:
        self.model.unchanged = on
        self.model.refresh()
        self._edited()

    def _choose_failed(self) -> None:
        """Only what failed, to be looked at and confirmed again."""
        self.model.unchanged = True
        self._unchanged.setChecked(True)
        self.model.choose([row for row in self.model.rows if row.failed])

    def _refresh(self) -> None:
        """The live values of what is on the screen."""
        if self.isVisible() and self.model.rowCount():
            first = self._table.rowAt(0)
            last = self._table.rowAt(self._table.viewport().height() - 1)
            self.model.refresh(max(0, first), None if last < 0 else last)
        if self._run is None:
            self._show_counts()

    # ---- what is shown

    @property
    def busy(self) -> bool:
        """Whether a run is on its way, or tags are looked up."""
        return self._run is not None or self._loading is not None

    def _show_counts(self) -> None:
        rows, shown = len(self.model.rows), self.model.rowCount()
        included = len(self.model.included())
        words = tr("will write {count}, {excluded} excluded", None, included).format(
            count=count_text(included), excluded=count_text(rows - included)
        )
        if shown != rows:
            words += tr(" · {shown} of {rows} shown").format(shown=count_text(shown), rows=count_text(rows))
        self._counts.setText(words if rows else "")
        if self._asked is None:
            self._write.setText(
                tr("Write {count} …", None, included).format(count=count_text(included)) if included else tr("Write")
            )
            self._write.setAccessibleName(self._write.text())

    def _edited(self, *_: object) -> None:
        """Something was changed: what was asked about is moot."""
        if not self._open or self.busy:
            return
        asked, self._asked = self._asked, None
        self._thinking.stop()
        self._people.need(needed(self.model.included()))
        self._show_counts()
        if asked is not None or self._tone != "warning" or self._refused():
            self._say(self._refused())
        self._enable()

    def show_read_only(self) -> None:
        """Read-only mode was switched on or off."""
        self._edited()

    def _refused(self) -> str:
        """Why one of the sessions must not be written to."""
        sessions = {row.line.ref.source for row in self.model.included()}
        refused = [words for session in sorted(sessions) if (words := self._refusal(session))]
        return refused[0] if refused else ""

    _tone = ""

    def _say(self, words: str, tone: str = "") -> None:
        if not self._open:
            return
        self._tone = tone
        back = {"warning": self._theme.warning_back, "run": self._theme.panel}.get(tone, "transparent")
        ink = self._theme.text if tone else self._theme.muted
        self._words.setText(words)
        self._words.setStyleSheet(f"background: {back}; color: {ink}; border-radius: 3px")

    def _enable(self) -> None:
        if not self._open:
            return
        running = self._run is not None
        self.model.locked = running
        idle = not self.busy
        for widget in (self._paste, self._from_file, self._order, self._stop, self._unchanged, self._people):
            widget.setEnabled(idle)
        refused = self._refused()
        able = idle and not refused and bool(self.model.included()) and not self._thinking.isActive()
        self._write.setEnabled(able)
        self._write.setToolTip(refused)
        self._cancel.setVisible(running)
        ended = any(row.state is not None for row in self.model.rows)
        self._retry.setVisible(ended)
        self._retry.setEnabled(idle and any(row.failed for row in self.model.rows))
        self._report.setEnabled(idle and bool(self.model.rows))

    # ---- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, and nothing else; Ctrl+V pastes a table."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = self.focusWidget()
            if isinstance(focus, QPushButton) and not event.isAutoRepeat():
                focus.click()
        else:
            super().keyPressEvent(event)

    # ---- writing

    def _pressed(self) -> None:
        """The first press asks, the second sends, unless meanwhile there is something else to ask."""
        rows = self.model.included()
        if not self._write.isEnabled() or not rows:
            return
        try:
            WriteFlow(rows[0].about).check_people(self._people.people())
        except ValueError as error:
            self._say(str(error), "warning")
            return
        found = questions(rows, self._clock.utc_ns())
        asked = self._asked
        if asked is None or any(not reasons <= asked.get(row, frozenset()) for row, reasons in found.items()):
            self._ask(rows, found, again=asked is not None)
            return
        self._start(rows)

    def _ask(self, rows: Sequence[BulkRow], found: dict[BulkRow, frozenset[str]], *, again: bool) -> None:
        self._asked = found
        for row in rows:
            row.flow.look(row.live())
        sessions = ", ".join(dict.fromkeys(row.line.ref.source for row in rows))
        how = self._order.currentText()
        words = tr("Will write {count} to {sessions}, {how}; {excluded} excluded.", None, len(rows)).format(
            count=count_text(len(rows)),
            sessions=sessions,
            how=how,
            excluded=count_text(len(self.model.rows) - len(rows)),
        )
        meanwhile = tr("Something has changed meanwhile.") if again else ""
        self._say(" ".join(filter(None, [meanwhile, words, question_words(found)])), "warning")
        self._write.setText(tr("Write {count} now", None, len(rows)).format(count=count_text(len(rows))))
        self._write.setAccessibleName(self._write.text())
        self._thinking.start()
        self._enable()

    def _start(self, rows: Sequence[BulkRow]) -> None:
        people = self._people.people(with_passwords=True)
        self._people.forget()
        together = self._order.currentIndex() == 1
        wish = BulkWish(people, self._comment.text().strip(), together, self._stop.isChecked())
        self._asked = None
        self._run = run = BulkRun(rows, wish, self._writer, self._listen, self._clock, self._changed, self._source_of)
        self._cancel.setEnabled(True)
        for row in rows:
            row.state = None
        self._task = task = spawn(self._follow(run, rows), name="bulk write")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        self._enable()

    async def _follow(self, run: BulkRun, rows: Sequence[BulkRow]) -> None:
        self._told(tr("bulk write {run} of {count} values").format(run=run.id, count=count_text(len(rows))))
        self._say(tr("{done} of {count} sent …").format(done="0", count=count_text(len(rows))), "run")
        try:
            await run.run()
        finally:
            words = ends_words(rows, run.left)
            self._told(tr("bulk write {run}: {words}").format(run=run.id, words=words))
            self._run = None
            if self._open:
                bad = run.left or any(row.failed for row in rows)
                self._say(f"{words[:1].upper()}{words[1:]}.", "warning" if bad else "run")
                self.model.refresh()
                self._show_counts()
                self._enable()
            else:
                self._over()

    def _changed(self, row: BulkRow) -> None:
        if self._open and self._run is not None:
            self._news.add(row)
            if not self._soon_shown.isActive():
                self._soon_shown.start()

    def _show_changed(self) -> None:
        """Rows change more often than anybody reads."""
        news, self._news = self._news, set()
        for row in news:
            self.model.changed(row)
        if (run := self._run) is not None:
            total = run.begun + run.left
            self._say(tr("{done} of {count} sent …").format(done=count_text(run.begun), count=count_text(total)), "run")

    def _stop_run(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self._cancel.setEnabled(False)

    # ---- the end

    def done(self, result: int) -> None:
        if self._open:
            self._open = False
            self._timer.stop()
            self._thinking.stop()
            self._soon.stop()
            self._soon_shown.stop()
            self._people.forget()
            if self._loading is not None:
                self._loading.cancel()
            if self._run is not None:
                self._run.cancel()
            else:
                self._over()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.done(int(QDialog.DialogCode.Rejected))
        event.accept()
