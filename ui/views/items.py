"""The items pane: the name space and the registered items of the chosen session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QMenu, QTreeView, QWidget

from ui.columns import Column, Columns
from ui.i18n import tr
from ui.models.items import VALUE, ItemsModel, Node
from ui.tag_menu import TagActs, copy_tags, tag_menu
from ui.theme import number_font
from ui.widgets import Tags, Values, paint_hint

_INDENT = 12
_COLUMNS = (
    Column("Valve101.Command", share=3, indent=3 * _INDENT),
    Column("−123456.78 ✕", share=3),
    Column("m³/h"),
    Column("uncertain (64)", rank=1, share=1),
    Column("00:00:00.000", rank=2),
    Column("Level of the tank", rank=3, share=3),
)


class ItemsView(QTreeView):
    """Enter or a double click puts a tag into the trend, F2 writes it. Signals carry the tag's address."""

    trend_wanted = Signal(str)
    write_wanted = Signal(str)
    watch_wanted = Signal(list)  # addresses
    remove_wanted = Signal(list)  # item keys
    properties_wanted = Signal(str)
    limits_wanted = Signal(list)  # addresses
    place_wanted = Signal(str)
    current_changed = Signal()

    def __init__(self, model: ItemsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName(tr("Items"))
        self.setModel(model)
        self.setFont(number_font())
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.setExpandsOnDoubleClick(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QTreeView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.doubleClicked.connect(self._activated)
        self.setIndentation(_INDENT)
        self.columns = Columns(self, self.header(), _COLUMNS)
        self.setItemDelegateForColumn(0, Tags(self))
        self.setItemDelegateForColumn(VALUE, Values(self))
        self.refusal: Callable[[], str] = lambda: ""  # why none of these tags may be written
        self._touched = False  # somebody has looked around in it
        self.verticalScrollBar().actionTriggered.connect(self._touch)
        model.watch_visible(self.visible_nodes)
        model.modelReset.connect(self._open_roots)
        model.modelReset.connect(self.current_changed)
        model.rowsInserted.connect(self._open_registered)
        self.selectionModel().currentChanged.connect(lambda *_: self.current_changed.emit())

    def current_tag(self) -> str:
        """The address of the tag that the cursor is on; "" where it is on none."""
        index = self.currentIndex()
        return self._model.node(index).tag if index.isValid() else ""

    @property
    def session_id(self) -> str:
        """Of the session whose items are shown."""
        return self._model.session_id

    def visible_nodes(self) -> list[Node]:
        """The rows on the screen."""
        nodes: list[Node] = []
        if not self.isVisible():
            return nodes
        index = self.indexAt(QPoint(2, 2))
        bottom = self.viewport().height()
        while index.isValid() and self.visualRect(index).top() <= bottom:
            nodes.append(self._model.node(index))
            index = self.indexBelow(index)
        return nodes

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.session_id:
            paint_hint(self, tr("Choose a session that is ready to see its items."))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._touch()
        super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._touch()
        super().mousePressEvent(event)

    def _touch(self, *_: object) -> None:
        self._touched = True

    def _show_live(self) -> None:
        """Where not all has room, live values come before folders, until somebody looks around."""
        if not self._touched and self._model.registered.children:
            self.scrollTo(self._model.index_of(self._model.registered), QTreeView.ScrollHint.PositionAtTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_live()

    def _open_roots(self) -> None:
        self._touched = False
        for node in (self._model.space, self._model.registered):
            if self._model.session_id:
                self.expand(self._model.index_of(node))

    def _open_registered(self, parent: QModelIndex, *_: object) -> None:
        node = self._model.node(parent)
        if node is self._model.registered or node.parent is self._model.registered:
            self.expand(parent)
            for child in node.children:
                if not child.key:  # a client's name, which has the row to itself
                    self.setFirstColumnSpanned(child.row, self._model.index_of(self._model.registered), True)
                    self.expand(self._model.index_of(child))
        self._show_live()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._touch()
        node = self._model.node(self.currentIndex()) if self.currentIndex().isValid() else None
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.AltModifier and node is not None and node.tag:
            self.properties_wanted.emit(node.tag)
        elif enter and node is not None:
            self._activated(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Copy) and (tags := self._tags()):
            copy_tags(tags)
        elif event.key() == Qt.Key.Key_F2 and node is not None and node.tag:
            self.write_wanted.emit(node.tag)
        elif event.key() == Qt.Key.Key_Delete and (keys := [n.key for n in self._selected() if n.key]):
            self.remove_wanted.emit(keys)
        else:
            super().keyPressEvent(event)

    def _activated(self, index: QModelIndex) -> None:
        node = self._model.node(index)
        if node.tag:
            self.open_tag(node.tag)
        elif node.failure:
            self._model.browse_again(node)
        else:
            self.setExpanded(index.siblingAtColumn(0), not self.isExpanded(index.siblingAtColumn(0)))

    def open_tag(self, tag: str) -> None:
        """What Enter and a double click do with a tag."""
        self.trend_wanted.emit(tag)

    @property
    def acts(self) -> TagActs:
        """What can be done with tags, here and in what else shows tags of this session."""
        return TagActs(
            self.trend_wanted.emit,
            self.watch_wanted.emit,
            self.write_wanted.emit,
            self.properties_wanted.emit,
            self.limits_wanted.emit,
            self.refusal(),
            self.place_wanted.emit,
        )

    def selected_tags(self) -> list[str]:
        return [node.tag for node in self._selected() if node.tag]

    def _selected(self) -> list[Node]:
        return [self._model.node(index) for index in self.selectionModel().selectedRows()]

    def _menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        node = self._model.node(index) if index.isValid() else None
        if node is not None and (node.tag or node.failure):
            self.menu_of(node).popup(self.viewport().mapToGlobal(position))

    def menu_of(self, node: Node) -> QMenu:
        """What can be done with a tag, or with a folder that could not be read."""
        if node.failure:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(tr("Browse again")).triggered.connect(lambda *_: self._model.browse_again(node))
            return menu
        chosen = self._tags()
        tags = [node.tag, *(tag for tag in chosen if tag != node.tag)] if node.tag in chosen else [node.tag]
        menu = tag_menu(self, tags, self.acts)
        if keys := [n.key for n in self._selected() if n.key]:
            menu.addSeparator()
            remove = menu.addAction(tr("Remove"))
            remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
            remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            remove.triggered.connect(lambda *_: self.remove_wanted.emit(keys))
        return menu

    def _tags(self) -> list[str]:
        return list(dict.fromkeys(node.tag for node in self._selected() if node.tag))
