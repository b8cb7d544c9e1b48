"""The pens of a trend as a table: what each line is, its value now, at the cursors and between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QItemSelection, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from ui.columns import Column, Columns
from ui.i18n import tr
from ui.plots import pen_model as m
from ui.plots.pens import STYLE_WORDS, Pen, Style
from ui.theme import Theme, stroke
from ui.widgets import Tags, WholeRows, paint_hint

_RANKS = {m.VALUE: 4, m.QUALITY: 7, m.UNIT: 2, m.STEP: 10, m.SLOPE: 1}
_COLUMNS = (
    Column("Area1.Reactor.Temperature", share=4, indent=56),
    Column("Simulated plant", rank=6, share=2),
    Column("−123456.78 ✕", share=1),
    Column("m³/h"),
    Column("uncertain (64)", rank=4, share=1),
    Column("−123.45 ? at 00:00:00.000"),
    Column("−123.45 ? at 00:00:00.000"),
    Column("−123.45"),
    Column("−0.12345"),
    Column("−123.45"),
    Column("−123.45"),
    Column("−123.456"),
    Column("by unit", rank=8),
    Column("Dash-dotted", rank=9),
    Column("Step", rank=5),
)
#: While both cursors are shown their columns need the room, and what is live is not looked at.
_BETWEEN = tuple(
    replace(column, sample={m.PEN: "Reactor.PV"}.get(number, column.sample), rank=_RANKS.get(number, column.rank))
    for number, column in enumerate(_COLUMNS)
)


class _PenColumns(Columns):
    """Columns of cursors are there while cursors are."""

    wanted: frozenset[int] = frozenset(range(len(_COLUMNS))) - {*m.AT_ONE, *m.AT_BOTH}

    def want(self, columns: Sequence[Column], wanted: frozenset[int]) -> None:
        if wanted != self.wanted:
            self._columns, self.wanted = columns, wanted
            self.fit()

    def _least(self) -> dict[int, int]:
        return {number: width for number, width in super()._least().items() if number in self.wanted}


class PenTable(WholeRows):
    """Rows are in the order of the pens that were last given to :meth:`fill`. Changes are asked for, not made."""

    removed = Signal(list)  # row numbers
    undo_wanted = Signal()
    step_changed = Signal(int, bool)
    visible_changed = Signal(int, bool)
    styled = Signal(list, object)  # rows, a Style
    coloured = Signal(list, int)  # rows, a place among the theme's pens
    limits_wanted = Signal(list)  # rows whose alarm limits are to be edited
    axis_changed = Signal(list, bool)  # rows, whether each has its own

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pens: Sequence[Pen] = ()
        self.pens_model = model = m.PenModel(theme, self)
        self.setModel(model)
        model.step_changed.connect(self.step_changed)
        model.visible_changed.connect(self.visible_changed)
        self.setAccessibleName(tr("Pens"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setIconSize(QSize(28, 16))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setItemDelegateForColumn(m.PEN, Tags(self))
        self.columns = _PenColumns(self, self.horizontalHeader(), _COLUMNS)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.pens_model.set_theme(theme)

    def fill(self, pens: Sequence[Pen]) -> None:
        """Begin anew with these pens; rows that are still there stay selected."""
        before = [self._pens[row] for row in self.rows()]
        self._pens = list(pens)
        self.pens_model.set_pens(self._pens)
        chosen = QItemSelection()
        for row, pen in enumerate(self._pens):
            if pen in before:
                chosen.select(self.pens_model.index(row, 0), self.pens_model.index(row, len(m.COLUMNS) - 1))
        self.selectionModel().select(chosen, self.selectionModel().SelectionFlag.Select)

    def show_cursor_columns(self, a: bool, b: bool) -> None:
        """Columns of the cursors that are shown."""
        away = {*m.AT_BOTH} if not (a and b) else set[int]()
        away |= {column for column, shown in ((m.AT_A, a), (m.AT_B, b)) if not shown}
        self.columns.want(_BETWEEN if a and b else _COLUMNS, frozenset(range(len(m.COLUMNS))) - away)

    def rows(self) -> list[int]:
        """Those that are selected."""
        return sorted({index.row() for index in self.selectionModel().selectedRows()})

    def copy(self) -> None:
        """Selected rows, or all, with the columns that are shown."""
        header = self.horizontalHeader()
        columns = [column for column in range(len(m.COLUMNS)) if not header.isSectionHidden(column)]
        columns = [column for column in columns if column not in (m.STYLE, m.STEP, m.AXIS)]
        rows = self.rows() or list(range(len(self._pens)))
        QGuiApplication.clipboard().setText(self.pens_model.copied(rows, columns))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._pens:
            paint_hint(self, tr("No pens yet."))

    # ---- keys and menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.rows():
            self.removed.emit(self.rows())
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            at = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        if self.rows():
            self.menu_of(self.rows()).popup(QPoint(at))

    def menu_of(self, rows: list[int]) -> QMenu:
        """What can be done with these pens."""
        first = self._pens[rows[0]]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        colours = menu.addMenu(tr("Colour"))
        for hue, colour in enumerate(self._theme.pens):
            action = _add(colours, tr("Colour {number}").format(number=hue + 1), partial(self.coloured.emit, rows, hue))
            action.setIcon(stroke(colour, Qt.PenStyle.SolidLine, "thick"))
            _check(action, first.hue == hue)
        styles = menu.addMenu(tr("Style"))
        for style in Style:
            action = _add(styles, tr(STYLE_WORDS[style]), partial(self.styled.emit, rows, style))
            _check(action, first.style is style)
        axes = menu.addMenu(tr("Axis"))
        for own, words in ((False, tr("One for all of its unit")), (True, tr("One of its own"))):
            _check(_add(axes, words, partial(self.axis_changed.emit, rows, own)), first.own_axis is own)
        visible = _add(menu, tr("Visible"), lambda: [self.visible_changed.emit(row, not first.visible) for row in rows])
        _check(visible, first.visible)
        menu.addSeparator()
        _add(menu, tr("Alarm limits …"), partial(self.limits_wanted.emit, rows))
        _add(menu, tr("Copy"), self.copy, "Ctrl+C")
        _add(menu, tr("Remove"), partial(self.removed.emit, rows), "Del")
        return menu


def _add(menu: QMenu, words: str, act: Callable[[], object], key: str = "") -> QAction:
    action = QAction(words, menu)
    if key:  # to be read; the view itself listens to it
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda *_: act())
    menu.addAction(action)
    return action


def _check(action: QAction, on: bool) -> None:
    action.setCheckable(True)
    action.setChecked(on)
