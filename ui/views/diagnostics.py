"""The diagnostics pane: how the program is, for whoever has to find out why it is not well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.columns import Column, Columns
from ui.i18n import count_text, tr
from ui.theme import Theme, icon, number_font

#: A point a second.
HISTORY_S = 300
#: The line reaches the top at least at this stall: below it nobody notices any.
_LEAST_S = 0.1
_COLUMNS = (Column("statistics of the session", share=2), Column("1,234,567,890", share=1), Column("x", share=4))

#: Names to texts or to further ones; a list is numbered.
Tree = Mapping[str, Any]


class StallLine(QWidget):
    """The longest stall of each second, over the last minutes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._stalls: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(300, self.fontMetrics().height() * 3)

    def show_stalls(self, stalls: list[float]) -> None:
        self._stalls = stalls
        worst = tr("longest stall of each second in the last {minutes} minutes, at most {worst} ms")
        words = worst.format(minutes=HISTORY_S // 60, worst=count_text(round(max(stalls, default=0.0) * 1000)))
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(8, 4, -8, -4)
        painter.fillRect(room, QColor(self._theme.base))
        painter.setPen(QColor(self._theme.grid))
        painter.drawRect(room)
        top = max(_LEAST_S, *self._stalls) if self._stalls else _LEAST_S
        step = room.width() / HISTORY_S
        inside = room.adjusted(0, 2, 0, -2)
        first = HISTORY_S - len(self._stalls)
        points = [
            QPointF(room.left() + (first + number) * step, inside.bottom() - stall / top * inside.height())
            for number, stall in enumerate(self._stalls)
        ]
        painter.setPen(QPen(QColor(self._theme.accent), 1.25))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(QColor(self._theme.muted))
        worst = max(self._stalls, default=0.0)
        text = tr("stall of the window, 5 min, worst {worst} ms").format(worst=count_text(round(worst * 1000)))
        painter.drawText(room.adjusted(6, 2, -6, -2), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)


class DiagnosticsView(QWidget):
    bundle_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Diagnostics"))
        self._rows: dict[tuple[str, ...], QTreeWidgetItem] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        self._find = QLineEdit()
        self._find.setAccessibleName(tr("Find in the diagnostics"))
        self._find.setPlaceholderText(tr("Filter: part of a name"))
        self._find.setClearButtonEnabled(True)
        self._find.setMaximumWidth(240)
        words = self._find.fontMetrics().horizontalAdvance(self._find.placeholderText())
        self._find.setMinimumWidth(min(words + 24, 240))
        self._find.textChanged.connect(lambda *_: self._filter())
        copy = QPushButton(tr("Copy"))
        copy.setAccessibleName(tr("Copy"))
        copy.setToolTip(tr("Everything as text, or the chosen rows"))
        copy.clicked.connect(self.copy)
        self._bundle = QPushButton(tr("Save support bundle …"))
        self._bundle.setAccessibleName(tr("Save support bundle"))
        self._bundle.setToolTip(tr("A zip for whoever helps: without passwords, and without values of tags"))
        self._bundle.clicked.connect(self.bundle_wanted)
        self.line = StallLine(theme)
        for widget in (self._find, copy, self._bundle):
            bar.addWidget(widget)
        bar.addWidget(self.line, 1)
        layout.addLayout(bar)
        self._empty = QLabel(tr("Nothing has this name."))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.hide()
        layout.addWidget(self._empty)
        layout.addWidget(self._build_tree(), 1)
        self.set_theme(theme)

    @property
    def bundle_button(self) -> QPushButton:
        return self._bundle

    def _build_tree(self) -> QTreeWidget:
        self._tree = tree = QTreeWidget()
        tree.setAccessibleName(tr("Diagnostics"))
        tree.setHeaderLabels([tr("Name"), tr("Value"), tr("About")])
        tree.setUniformRowHeights(True)
        tree.setAlternatingRowColors(True)
        tree.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        tree.setFont(number_font())
        tree.setIndentation(14)
        self.columns = Columns(tree, tree.header(), _COLUMNS)
        return tree

    def set_theme(self, theme: Theme) -> None:
        self.line.set_theme(theme)
        self._bundle.setIcon(icon("package", theme))
        self._empty.setStyleSheet(f"color: {theme.muted}; padding: 8px")

    # ---- what is shown

    def show_tree(self, tree: Tree) -> None:
        """What is there already keeps its row, its place and whether it is open. A leaf may be (text, what it is)."""
        seen: set[tuple[str, ...]] = set()
        self._tree.setUpdatesEnabled(False)
        try:
            self._fill((), tree, seen)
            # Children before their parents, which would take them along.
            for path in sorted(self._rows.keys() - seen, key=len, reverse=True):
                self._drop(path)
            if self._find.text():
                self._filter()
        finally:
            self._tree.setUpdatesEnabled(True)

    def _fill(self, path: tuple[str, ...], what: Any, seen: set[tuple[str, ...]]) -> None:
        entries = what.items() if isinstance(what, Mapping) else ((str(n), entry) for n, entry in enumerate(what, 1))
        for name, entry in entries:
            place = (*path, str(name))
            seen.add(place)
            row = self._row(place)
            if isinstance(entry, Mapping | list):
                text, about = _size(entry), ""
                self._fill(place, entry, seen)
            else:
                text, about = (entry[0], entry[1]) if isinstance(entry, tuple) else (entry, "")
            for column, wanted in enumerate((_shown(text), str(about)), 1):
                if row.text(column) != wanted:
                    row.setText(column, wanted)
                    row.setToolTip(column, wanted)

    def _row(self, path: tuple[str, ...]) -> QTreeWidgetItem:
        row = self._rows.get(path)
        if row is None:
            row = self._rows[path] = QTreeWidgetItem([path[-1].replace("_", " ")])
            row.setToolTip(0, path[-1])
            if len(path) == 1:
                self._tree.addTopLevelItem(row)
            else:
                self._rows[path[:-1]].addChild(row)
        return row

    def _drop(self, path: tuple[str, ...]) -> None:
        row = self._rows.pop(path)
        parent = row.parent()
        if parent is not None:
            parent.removeChild(row)
        elif (place := self._tree.indexOfTopLevelItem(row)) >= 0:
            self._tree.takeTopLevelItem(place)

    def _filter(self) -> None:
        """Rows whose names have the text, with what is over and under them."""
        wanted = self._find.text().strip().lower().replace("_", " ")
        hits = {path for path in self._rows if wanted in " ".join(path).lower().replace("_", " ")}
        above = {path[:length] for path in hits for length in range(1, len(path))}
        for path, row in self._rows.items():
            row.setHidden(path not in hits and path not in above)
            if wanted and path in above:
                row.setExpanded(True)
        self._empty.setVisible(not hits and bool(wanted))

    # ---- acts

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        chosen = {id(row) for row in self._tree.selectedItems()}
        lines = [
            f"{'  ' * (len(path) - 1)}{path[-1]}\t{row.text(1)}".rstrip()
            for path, row in self._in_order()
            if not chosen or id(row) in chosen
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _in_order(self) -> list[tuple[tuple[str, ...], QTreeWidgetItem]]:
        paths = {id(row): path for path, row in self._rows.items()}
        found: list[tuple[tuple[str, ...], QTreeWidgetItem]] = []

        def walk(row: QTreeWidgetItem | None) -> None:
            assert row is not None
            if row is not root:
                found.append((paths[id(row)], row))
            for number in range(row.childCount()):
                walk(row.child(number))

        root = self._tree.invisibleRootItem()
        walk(root)
        return found


def _size(entry: Any) -> str:
    """A list says how long it is."""
    return count_text(len(entry)) if isinstance(entry, list) else ""


def _shown(what: object) -> str:
    match what:
        case bool():
            return tr("yes") if what else tr("no")
        case int():
            return count_text(what)
        case float():
            return f"{what:,.6g}"
        case None:
            return "—"
        case _:
            return str(what)
