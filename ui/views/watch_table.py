"""The table of a watch list: painted row by row, moved by drag and keys, everything asked for by signals."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QAbstractItemDelegate, QTableView, QWidget

from ui.columns import Column, Columns
from ui.i18n import tr
from ui.models.watch import WatchModel, ranges
from ui.models.watch_cells import COMPARE, NAMES, TAG, USUAL
from ui.models.watch_order import Order
from ui.models.watch_rows import Kind, Row
from ui.tagref import MIME, TagRef, from_mime, to_mime
from ui.theme import Theme, number_font
from ui.views.watch_paint import RowPainter, Section
from ui.widgets import WholeRows, paint_hint

_COLUMNS = (
    Column("Reactor.Temperature.PV", share=4),
    Column("−1234567.89 ✕", share=2),
    Column("MiB/s", rank=3),
    Column("source not open", share=2),
    Column("00:00:00.000", rank=4),
    Column("59 min", rank=5),
    Column("Simulated plant", rank=1, share=1),
    Column("Level of the tank", rank=6, share=3),
    Column("00:00:00.000"),
    Column("Boolean"),
    Column("read only"),
    Column("1,000,000"),
    Column("192"),
    Column("MMMMMMMMMM", share=1),
    Column("≠ +1234567.89", share=1),
)
#: Selected rows that Qt follows by itself.
_FEW = 50


class WatchTable(WholeRows):
    """Rows are told as the list's own: they stay the same while the order changes under them."""

    trend_wanted = Signal(list)  # TagRefs
    write_wanted = Signal(object)  # a TagRef
    properties_wanted = Signal(object)  # a TagRef
    place_wanted = Signal(object)  # a TagRef
    limits_wanted = Signal(list)  # TagRefs
    read_wanted = Signal(list)  # Rows
    remove_wanted = Signal(list)  # Rows
    edit_wanted = Signal(object)  # a computed Row
    paste_wanted = Signal()
    refs_dropped = Signal(list, object)  # TagRefs; the Row before which they were dropped, or None
    text_dropped = Signal(str, object)
    rows_moved = Signal(list, object)  # Rows; the Row before which they go, or None
    menu_wanted = Signal(QPoint)  # on the screen
    said = Signal(str)

    def __init__(self, model: WatchModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._drop_y: int | None = None
        self._dragged: list[Row] = []
        self._kept: tuple[list[Row], Row | None, int] | None = None
        self.hint = ""
        self.setAccessibleName(tr("Watch list"))
        self.setFont(number_font())
        self.setModel(model)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QTableView.DragDropMode.DragDrop)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.menu_wanted.emit(self.viewport().mapToGlobal(at)))
        self.doubleClicked.connect(self._activated)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(rows.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)
        self._build_header()
        self._painter = RowPainter(model.cells, theme, self.font())
        model.watch_visible(self.visible_rows)
        model.about_to_rearrange.connect(self._keep_place)
        model.rearranged.connect(self._take_place)

    def _build_header(self) -> None:
        header = self.horizontalHeader()
        header.setAccessibleName(tr("Columns of the watch list"))
        header.setHighlightSections(False)
        # With the table's selection it would ask each row, whether its whole column is selected.
        header.setSelectionModel(QItemSelectionModel(self._model, header))
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setFirstSectionMovable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.sectionClicked.connect(self.sort_by)
        self.columns = Columns(self, header, _COLUMNS)
        self.choose_columns(USUAL)

    # ---- columns and order

    def choose_columns(self, columns: Sequence[int] | frozenset[int]) -> None:
        """The tag is always there. The usual columns give way where there is little room; what somebody chose stays."""
        wanted = frozenset(columns) | {TAG}
        self.columns.choose(wanted, wanted if wanted - {COMPARE} != USUAL else wanted - USUAL)
        self._model.set_columns(wanted)
        self.viewport().update()

    def sort_by(self, column: int) -> None:
        """Ascending, descending, the list's own order."""
        order = self._model.order
        if order.column != column:
            self.set_order(Order(column))
        elif not order.descending:
            self.set_order(Order(column, True))
        else:
            self.set_order(Order())

    def set_order(self, order: Order) -> None:
        self._model.set_order(order)
        header = self.horizontalHeader()
        header.setSortIndicatorShown(order.column is not None)
        if order.column is not None:
            direction = Qt.SortOrder.DescendingOrder if order.descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(order.column, direction)

    def columns_state(self) -> dict[str, Any]:
        """Which, in which order and how wide; widths only where somebody chose them."""
        header = self.horizontalHeader()
        order = sorted(self.columns.chosen, key=header.visualIndex)
        kept: dict[str, Any] = {"columns": [NAMES[column] for column in order]}
        if (widths := self.columns.widths) is not None:
            kept["widths"] = {NAMES[column]: width for column, width in widths.items()}
        return kept

    def restore_columns(self, kept: dict[str, Any]) -> None:
        """Names that are not known are left out."""
        names = [name for name in kept.get("columns", ()) if name in NAMES]
        if not names:
            return
        header = self.horizontalHeader()
        self.choose_columns([NAMES.index(name) for name in names])
        for place, name in enumerate(names):
            header.moveSection(header.visualIndex(NAMES.index(name)), place)
        widths = kept.get("widths")
        if isinstance(widths, dict):
            sizes = {NAMES.index(name): size for name, size in widths.items() if name in NAMES}
            self.columns.set_widths({column: min(max(24, int(size)), 4000) for column, size in sizes.items()})

    # ---- what is on the screen

    def visible_rows(self) -> range:
        count = self._model.rowCount()
        if not count or not self.isVisible():
            return range(0)
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        return range(max(first, 0), count if last < 0 else last + 1)

    def dataChanged(
        self,
        first: QModelIndex | QPersistentModelIndex,
        last: QModelIndex | QPersistentModelIndex,
        roles: Sequence[int] = (),
    ) -> None:
        """Paint the rows anew that changed and are in sight."""
        top, bottom = self.rowViewportPosition(first.row()), self.rowViewportPosition(last.row())
        rect = QRect(0, top, self.viewport().width(), bottom - top + self.rowHeight(last.row()))
        self.viewport().update(rect.intersected(self.viewport().rect()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._model.rowCount():
            super().paintEvent(event)
            if self.hint and not self._model.arranging:
                paint_hint(self, self.hint)
            return
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.fillRect(event.rect(), QColor(self._theme.base))
        self._paint_rows(painter, event.region())
        if self._drop_y is not None:
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawLine(0, self._drop_y, self.viewport().width(), self._drop_y)
        painter.end()

    def _paint_rows(self, painter: QPainter, changed: QRegion) -> None:
        sections = self._sections()
        width = max(self.horizontalHeader().length(), self.viewport().width())
        chosen, model = self.selectionModel(), self._model
        current = self.currentIndex() if self.hasFocus() else QModelIndex()
        now, root = model.now(), QModelIndex()
        left = -self.horizontalHeader().offset()
        for number in self.visible_rows():
            line = QRect(left, self.rowViewportPosition(number), width, self.rowHeight(number))
            if not changed.intersects(line):
                continue
            row = model.row(number)
            model.look_at(row)
            self._painter.paint(
                painter,
                row,
                line,
                sections,
                selected=chosen.isRowSelected(number, root),
                alternate=number % 2 == 1,
                current=current.column() if current.row() == number else None,
                now=now,
            )

    def _sections(self) -> list[Section]:
        header = self.horizontalHeader()
        found: list[Section] = []
        for place in range(header.count()):
            column = header.logicalIndex(place)
            if not header.isSectionHidden(column):
                left = header.sectionViewportPosition(column)
                if left < self.viewport().width() and left + header.sectionSize(column) > 0:
                    found.append(Section(column, left, header.sectionSize(column)))
        return found

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._painter.set_theme(theme)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    # ---- selection

    def selected(self) -> list[Row]:
        """In the order on the screen."""
        parts = self.selectionModel().selection().toList()
        numbers = sorted({number for part in parts for number in range(part.top(), part.bottom() + 1)})
        return [self._model.row(number) for number in numbers]

    def selected_refs(self) -> list[TagRef]:
        return [row.line.ref for row in self.selected() if row.line.kind is Kind.TAG]

    def current_row(self) -> Row | None:
        index = self.currentIndex()
        return self._model.row(index.row()) if index.isValid() else None

    def select(self, rows: Sequence[Row]) -> None:
        """These alone; the first of them is in sight."""
        wanted = set(rows)
        numbers = [number for number, row in enumerate(self._model.shown) if row in wanted]
        if not numbers:
            self.clearSelection()
            return
        chosen, last = self.selectionModel(), self._model.columnCount() - 1
        chosen.setCurrentIndex(self._model.index(numbers[0], TAG), chosen.SelectionFlag.NoUpdate)
        parts = QItemSelection()
        for first, end in ranges(numbers):
            parts.select(self._model.index(first, TAG), self._model.index(end, last))
        chosen.select(parts, chosen.SelectionFlag.ClearAndSelect)
        self.scrollTo(self._model.index(numbers[0], TAG))

    def _keep_place(self, anew: bool) -> None:
        """A large selection is kept as rows while the order changes: Qt would follow each of its cells."""
        rows = self.selected() if anew or self._selected_count() > _FEW else []
        if not anew and not rows:
            return
        self._kept = rows, self.current_row(), self.verticalScrollBar().value()
        if not anew:
            self.clearSelection()

    def _take_place(self) -> None:
        if self._kept is None:
            return
        (rows, current, place), self._kept = self._kept, None
        if rows:
            self.select(rows)
        if current is not None and current in (shown := self._model.shown):
            chosen = self.selectionModel()
            chosen.setCurrentIndex(self._model.index(shown.index(current), TAG), chosen.SelectionFlag.NoUpdate)
        self.verticalScrollBar().setValue(place)

    def _selected_count(self) -> int:
        """Of few parts at the most: more are many rows."""
        parts = self.selectionModel().selection()
        if parts.count() > _FEW:
            return parts.count()
        return sum(part.bottom() - part.top() + 1 for part in parts.toList())

    # ---- keys and the mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current_row()
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste_wanted.emit()
        elif enter and alt and row is not None and row.line.kind is Kind.TAG:
            self.properties_wanted.emit(row.line.ref)
        elif enter and row is not None:
            self._activated(self.currentIndex())
        elif key == Qt.Key.Key_F2 and row is not None:
            self.act_on(row)
        elif key == Qt.Key.Key_F5:
            self.read_wanted.emit(self.selected() or self._model.rows)
        elif key == Qt.Key.Key_Delete and (rows := self.selected()):
            self.remove_wanted.emit(rows)
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._shift(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def act_on(self, row: Row) -> None:
        """F2: a tag is written, everything else edited."""
        if row.line.kind is Kind.TAG:
            self.write_wanted.emit(row.line.ref)
        else:
            self.change(row)

    def change(self, row: Row) -> None:
        """A comment in its place, a computed row in its form."""
        if row.line.kind is Kind.COMPUTED:
            self.edit_wanted.emit(row)
        elif row.line.kind is Kind.COMMENT and row in (shown := self._model.shown):
            index = self._model.index(shown.index(row), TAG)
            self.setCurrentIndex(index)
            self._model.hold(True)
            self.edit(index)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self._model.hold(False)

    def _activated(self, index: QModelIndex) -> None:
        row = self._model.row(index.row())
        if row.line.kind is Kind.TAG:
            self.trend_wanted.emit([row.line.ref])
        else:
            self.change(row)

    def copy(self) -> None:
        """Name, value, unit, quality and time of each row, tab-separated; for other lists the tags themselves."""
        rows = self.selected()
        if not rows:
            return
        text = io.StringIO()
        writer = csv.writer(text, dialect="excel-tab", lineterminator="\n")
        writer.writerows(self._model.cells.copied(row) for row in rows)
        data = to_mime(self.selected_refs())
        data.setText(text.getvalue().rstrip("\n"))
        QGuiApplication.clipboard().setMimeData(data)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._model.hold(True)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.state() != QTableView.State.EditingState:
            self._model.hold(False)

    # ---- moving rows

    def _shift(self, by: int) -> None:
        """The selected rows one place up or down."""
        moved = set(self.selected())
        if not moved or not self._in_own_order():
            return
        shown = self._model.shown
        places = [number for number, row in enumerate(shown) if row in moved]
        if by < 0:
            before = shown[places[0] - 1] if places[0] else None
            if before is None:
                return
        else:
            if places[-1] + 1 >= len(shown):
                return
            before = shown[places[-1] + 2] if places[-1] + 2 < len(shown) else None
        self.rows_moved.emit([shown[number] for number in places], before)

    def _in_own_order(self) -> bool:
        if self._model.order.column is None:
            return True
        self.said.emit(tr("The list is sorted: click the column's head until the mark is gone, then move rows."))
        return False

    def startDrag(self, supported: Qt.DropAction) -> None:
        self._dragged = self.selected()
        if not self._dragged:
            return
        self._model.hold(True)
        drag = QDrag(self)
        drag.setMimeData(to_mime(self.selected_refs()))
        try:
            drag.exec(Qt.DropAction.CopyAction)  # what is dragged out stays
        finally:
            self._dragged = []
            self._set_drop(None)
            self._model.hold(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drag_over(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drag_over(event)

    def _drag_over(self, event: QDragMoveEvent) -> None:
        data = event.mimeData()
        if not self._dragged and not data.hasFormat(MIME) and not data.hasText():
            event.ignore()
            return
        self._set_drop(self._gap(event.position().toPoint())[1])
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_drop(None)
        event.accept()

    def _set_drop(self, y: int | None) -> None:
        if y != self._drop_y:
            self._drop_y = y
            self.viewport().update()

    def _gap(self, at: QPoint) -> tuple[int, int]:
        """Between which rows: the number of the one below, and where the line between them is."""
        count = self._model.rowCount()
        number = self.rowAt(at.y())
        if number < 0:
            return count, self.rowViewportPosition(count - 1) + self.rowHeight(count - 1) if count else 1
        top = self.rowViewportPosition(number)
        below = at.y() > top + self.rowHeight(number) // 2
        return number + below, top + (self.rowHeight(number) if below else 0)

    def dropEvent(self, event: QDropEvent) -> None:
        number, _ = self._gap(event.position().toPoint())
        before = self._model.row(number) if number < self._model.rowCount() else None
        self._set_drop(None)
        data = event.mimeData()
        if event.source() is self and self._dragged:
            if self._in_own_order():
                self.rows_moved.emit(list(self._dragged), before)
        elif refs := from_mime(data):
            self.refs_dropped.emit(refs, before)
        elif data.hasText():
            self.text_dropped.emit(data.text(), before)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
