"""One watch list: a line with filter, comparison and what can be added, and the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from ui.choice import CheckMenu, Choice
from ui.format import age_text, time_text
from ui.i18n import count_text, noop, tr
from ui.models.watch import SPANS_S, WatchModel
from ui.models.watch_cells import COMPARE, HEADERS, SPARK, TAG, USUAL
from ui.models.watch_order import QUALITIES, WatchFilter
from ui.models.watch_rows import Kind, Row
from ui.models.watch_snapshot import Snapshot, Tolerance
from ui.number_format import NOTATION_WORDS, Notation, NumberFormat
from ui.theme import Theme, icon
from ui.views.watch_table import WatchTable
from ui.widgets import on_key

_FILTER_MS = 250
#: A list keeps so many snapshots; the oldest goes.
SNAPSHOTS = 10
#: What a list says of the days that its tags are recorded for, beside a number (0 = for ever).
AS_OTHERS, NOT_RECORDED = -2, -1
_DECIMALS = range(7)
_QUALITY_WORDS = {
    "good": noop("good"),
    "uncertain": noop("uncertain"),
    "bad": noop("bad or not live"),
    "none": noop("no value"),
}
_EMPTY = noop("Drag tags here, or paste names (Ctrl+V). “Add” has more.")
_FILTERED = noop("Nothing passes the filter. Esc shows all.")


class WatchList(QWidget):
    """The table's signals are those of the list; the rest is asked for by these."""

    paste_wanted = Signal(str)
    tags_wanted = Signal()
    comment_wanted = Signal()
    computed_wanted = Signal(object)  # the Row to change, or None for a new one
    tolerance_wanted = Signal()
    snapshot_wanted = Signal()
    format_wanted = Signal(list, object)  # Rows, a NumberFormat
    open_wanted = Signal(str)  # the name of a source
    looks_changed = Signal()  # columns, filter or comparison: a workspace keeps them

    def __init__(self, model: WatchModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.refusal: Callable[[str], str] = lambda source: ""  # why a source's tags must not be written
        self.model = model
        self.snapshots: list[Snapshot] = []
        self.tolerance = Tolerance()
        self.record_days = AS_OTHERS
        self.record_mib = 0  # space that the records of its tags may have; 0 = no limit of its own
        self.record_id = ""  # what the recorder knows them by; a list with a limit has one
        self._theme = theme
        self._changed_only = False
        self.table = WatchTable(model, theme)
        self.table.hint = tr(_EMPTY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        layout.addWidget(self.table)
        self.table.menu_wanted.connect(self._row_menu)
        self.table.edit_wanted.connect(self.computed_wanted)
        self.table.paste_wanted.connect(self.paste)
        header = self.table.horizontalHeader()
        header.customContextMenuRequested.connect(lambda at: self._column_menu(header.mapToGlobal(at)))
        header.sectionMoved.connect(lambda *_: self.looks_changed.emit())
        model.counts_changed.connect(self._show_counts)
        on_key(Qt.Key.Key_Escape, self, self.clear_filter)
        self.set_theme(theme)
        self._show_compare()
        self._show_counts()

    # ---- the line above the table

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._find = QLineEdit()
        self._find.setAccessibleName(tr("Filter of the list"))
        self._find.setPlaceholderText(tr("Filter: text, * and ?"))
        self._find.setToolTip(
            tr("Words in tag, unit, session or description; * stands for any text, ? for one character")
        )
        self._find.setClearButtonEnabled(True)
        self._find.setMinimumWidth(150)
        self._find.setMaximumWidth(280)
        self._glass = QAction(self)
        self._find.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FILTER_MS)
        self._soon.timeout.connect(self._filter)
        self._find.textChanged.connect(lambda *_: self._soon.start())
        self._find.returnPressed.connect(self._filter)
        trouble = {tr("all but good"): frozenset(QUALITIES) - {"good"}}
        self._quality = Choice(tr("Quality"), lambda: {key: tr(_QUALITY_WORDS[key]) for key in QUALITIES}, trouble)
        self._quality.changed.connect(self._filter)
        self._compare = self._button(tr("Compare"), self._fill_compare)
        self._add = self._button(tr("Add"), self._fill_add)
        self._counts = QLabel()
        self._counts.setAccessibleName(tr("Rows shown"))
        bar.addWidget(self._find, 1)
        bar.addWidget(self._quality)
        bar.addWidget(self._compare)
        bar.addWidget(self._counts)
        bar.addStretch(1)
        bar.addWidget(self._add)
        return bar

    def _button(self, words: str, fill: Callable[[QMenu], None]) -> QToolButton:
        button = QToolButton()
        button.setObjectName("choice")
        button.setText(f"{words} ▾")
        button.setAccessibleName(words)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: (menu.clear(), fill(menu)))
        button.setMenu(menu)
        return button

    def _fill_add(self, menu: QMenu) -> None:
        _entry(menu, tr("Tags …"), self.tags_wanted.emit)
        _entry(menu, tr("Paste names"), self.paste, "Ctrl+V")
        _entry(menu, tr("Comment"), self.comment_wanted.emit)
        _entry(menu, tr("Computed row …"), lambda: self.computed_wanted.emit(None))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._glass.setIcon(icon("find", theme))
        self._add.setIcon(icon("add", theme))
        self._counts.setStyleSheet(f"color: {theme.muted}")
        self.table.set_theme(theme)

    # ---- filter

    def focus_filter(self) -> None:
        self._find.setFocus()
        self._find.selectAll()

    def clear_filter(self) -> None:
        self._changed_only = False
        self._find.clear()
        self._quality.choose(())
        self._filter()

    def set_filter(self, wanted: WatchFilter) -> None:
        self._changed_only = wanted.changed
        self._find.setText(wanted.text)
        self._quality.choose(wanted.qualities)
        self._filter()

    def _filter(self) -> None:
        self._soon.stop()
        wanted = WatchFilter(" ".join(self._find.text().split()), self._quality.chosen(), self._changed_only)
        self.table.hint = tr(_EMPTY if wanted.empty else _FILTERED)
        self.model.set_filter(wanted)
        self._show_compare()
        self.looks_changed.emit()

    def _show_counts(self) -> None:
        model = self.model
        self.table.hint = tr(_FILTERED if model.count and not model.filter.empty else _EMPTY)
        shown, count = count_text(model.rowCount()), count_text(model.count)
        rows = tr("1 row") if model.count == 1 else tr("{count} rows", None, model.count).format(count=count)
        text = rows if model.filter.empty else tr("{shown} of {count} shown").format(shown=shown, count=count)
        if self._counts.text() != text:
            self._counts.setText(text)
        self._counts.setVisible(bool(model.count))

    # ---- comparison

    def _fill_compare(self, menu: QMenu) -> None:
        _entry(menu, tr("Take a snapshot"), self.snapshot_wanted.emit)
        if self.snapshots:
            menu.addSeparator()
            self._fill_snapshots(menu)
        menu.addSeparator()
        _entry(menu, tr("Tolerance …"), self.tolerance_wanted.emit)
        only = _entry(menu, tr("Show only what has changed"), self._toggle_changed)
        only.setCheckable(True)
        only.setChecked(self._changed_only)
        only.setEnabled(self.model.cells.snapshot is not None)

    def _fill_snapshots(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        for snapshot in (None, *self.snapshots):
            action = _entry(menu, self._snapshot_words(snapshot), lambda snapshot=snapshot: self.compare_with(snapshot))
            action.setCheckable(True)
            action.setChecked(snapshot is self.model.cells.snapshot)
            group.addAction(action)

    def _snapshot_words(self, snapshot: Snapshot | None) -> str:
        if snapshot is None:
            return tr("No comparison")
        time = time_text(snapshot.time_ns, self.model.cells.utc)[: -len(".000")]
        return tr("With {time}, {count} values").format(time=time, count=count_text(len(snapshot.values)))

    def add_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots = [snapshot, *self.snapshots][:SNAPSHOTS]
        self.compare_with(snapshot)

    def compare_with(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            self._changed_only = False
        columns = self.table.columns.chosen
        self.model.compare(snapshot, self.tolerance)
        self.choose_columns(columns | {COMPARE} if snapshot is not None else columns - {COMPARE})
        self._filter()

    def set_tolerance(self, tolerance: Tolerance) -> None:
        self.tolerance = tolerance
        self.model.compare(self.model.cells.snapshot, tolerance)
        self.looks_changed.emit()

    def _toggle_changed(self) -> None:
        self._changed_only = not self._changed_only
        self._filter()

    def _show_compare(self) -> None:
        snapshot = self.model.cells.snapshot
        words = tr("Compare")
        if snapshot is not None:
            words = tr("Compared with {time}").format(
                time=time_text(snapshot.time_ns, self.model.cells.utc, date=False)[: -len(".000")]
            )
        if self._changed_only:
            words = tr("{words}, changed only").format(words=words)
        self._compare.setText(f"{words} ▾")
        self._compare.setAccessibleName(words)
        font = self._compare.font()
        font.setBold(snapshot is not None)
        self._compare.setFont(font)

    # ---- menus

    def choose_columns(self, columns: frozenset[int]) -> None:
        self.table.choose_columns(columns)
        self.looks_changed.emit()

    def _column_menu(self, at: QPoint) -> None:
        self.column_menu().popup(at)

    def column_menu(self) -> QMenu:
        """Which columns are shown; it stays open while they are chosen."""
        menu = CheckMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self.table.columns.chosen
        for column, words in enumerate(HEADERS):
            action = menu.addAction(tr(words))
            action.setCheckable(True)
            action.setChecked(column in chosen)
            action.setEnabled(column != TAG)
            action.toggled.connect(lambda on, column=column: self._toggle(column, on))
        menu.addSeparator()
        spans = menu.addMenu(tr("Time of the small trends"))
        for span_s in SPANS_S:
            action = _entry(spans, age_text(span_s), lambda span_s=span_s: self.model.set_span(span_s))
            action.setCheckable(True)
            action.setChecked(span_s == self.model.span_s)
        spans.setEnabled(SPARK in chosen)
        _entry(menu, tr("Usual columns"), lambda: (self.choose_columns(USUAL), self.table.columns.reset()))
        return menu

    def _toggle(self, column: int, on: bool) -> None:
        chosen = self.table.columns.chosen
        self.choose_columns(chosen | {column} if on else chosen - {column})

    def _row_menu(self, at: QPoint) -> None:
        self.row_menu().popup(at)

    def row_menu(self) -> QMenu:
        """What can be done with the rows that are selected."""
        table, rows = self.table, self.table.selected()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        tags = [row for row in rows if row.line.kind is Kind.TAG]
        if tags:
            first = tags[0].line.ref
            _entry(menu, tr("Add to trend"), lambda: table.trend_wanted.emit([row.line.ref for row in tags]))
            refused = self.refusal(first.source)
            write = _entry(menu, tr("Write …"), lambda: table.write_wanted.emit(first), "F2")
            write.setEnabled(not refused)
            write.setToolTip(refused or write.text())
            _entry(menu, tr("Read again"), lambda: table.read_wanted.emit(rows), "F5")
            limits = partial(table.limits_wanted.emit, [row.line.ref for row in tags])
            _entry(menu, tr("Alarm limits …"), limits, "Ctrl+L")
            if any(link.source.is_open for link in tags[0].links):
                _entry(menu, tr("Show in the name space"), lambda: table.place_wanted.emit(first))
            _entry(menu, tr("Properties"), lambda: table.properties_wanted.emit(first), "Alt+Return")
        elif rows:
            _entry(menu, tr("Change …"), lambda: table.change(rows[0]), "F2")
        for name in dict.fromkeys(link.source.name for row in rows for link in row.links if not link.source.is_open):
            _entry(menu, tr("Open {source}").format(source=name), lambda name=name: self.open_wanted.emit(name))
        numbers = [row for row in rows if row.line.kind is not Kind.COMMENT]
        if numbers:
            self._format_menu(menu, numbers)
        menu.addSeparator()
        if rows:
            _entry(menu, tr("Copy"), table.copy, "Ctrl+C")
        _entry(menu, tr("Paste names"), self.paste, "Ctrl+V")
        _entry(menu, tr("Comment above"), self.comment_wanted.emit)
        _entry(menu, tr("Computed row …"), lambda: self.computed_wanted.emit(None))
        if rows:
            menu.addSeparator()
            _entry(menu, tr("Remove"), lambda: table.remove_wanted.emit(rows), "Del")
        return menu

    def _format_menu(self, menu: QMenu, rows: list[Row]) -> None:
        formats = menu.addMenu(tr("Number format"))
        now = rows[0].line.format

        def add(to: QMenu, words: str, style: NumberFormat) -> None:
            action = _entry(to, words, lambda: self.format_wanted.emit(rows, style))
            action.setCheckable(True)
            action.setChecked(style == now)

        for notation, words in NOTATION_WORDS.items():
            if notation in (Notation.DECIMALS, Notation.SCIENTIFIC, Notation.ENGINEERING):
                several = formats.addMenu(tr(words))
                for decimals in _DECIMALS:
                    style = NumberFormat(notation, decimals)
                    add(several, f"{decimals}    {style.text(1234.56789)}", style)
            else:
                add(formats, tr(words), NumberFormat(notation))

    # ---- the clipboard

    def paste(self) -> None:
        self.paste_wanted.emit(QGuiApplication.clipboard().text())


def _entry(menu: QMenu, words: str, act: Callable[[], object], key: str = "") -> QAction:
    """A key is to be read here: the table itself listens to it."""
    action = QAction(words.replace("&", "&&"), menu)
    if key:
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda *_: act())
    menu.addAction(action)
    return action
