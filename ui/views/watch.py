"""The pane of watch lists: a tab each."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from ui.i18n import tr
from ui.tabs import Tabs
from ui.theme import Theme
from ui.views.watch_list import WatchList
from ui.widgets import on_key


class WatchPane(QWidget):
    """Lists come and go by :meth:`insert` and :meth:`take`; closing a tab is a wish."""

    new_wanted = Signal()
    rename_wanted = Signal(object)  # a WatchList
    duplicate_wanted = Signal(object)
    close_wanted = Signal(object)
    undo_wanted = Signal()
    redo_wanted = Signal()
    current_changed = Signal()
    order_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Watch lists"))
        self.undo_words = self.redo_words = ""
        self._tabs = tabs = Tabs(tr("Names of the watch lists"), tr("New list"), theme)
        tabs.currentChanged.connect(lambda *_: self.current_changed.emit())
        tabs.close_wanted.connect(self.close_wanted)
        tabs.rename_wanted.connect(self.rename_wanted)
        tabs.new_wanted.connect(self.new_wanted)
        bar = tabs.tabBar()
        bar.tabMoved.connect(lambda *_: self.order_changed.emit())
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(self._menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tabs)
        on_key(QKeySequence.StandardKey.Undo, self, self.undo_wanted.emit)
        on_key(QKeySequence.StandardKey.Redo, self, self.redo_wanted.emit)

    def sizeHint(self) -> QSize:
        """A dozen rows."""
        return QSize(600, self.fontMetrics().height() * 22)

    # ---- lists

    def lists(self) -> list[WatchList]:
        return [self._list(number) for number in range(self._tabs.count())]

    def current(self) -> WatchList | None:
        widget = self._tabs.currentWidget()
        return widget if isinstance(widget, WatchList) else None

    def _list(self, number: int) -> WatchList:
        widget = self._tabs.widget(number)
        assert isinstance(widget, WatchList)
        return widget

    def insert(self, made: WatchList, number: int) -> None:
        """As a tab there, in front."""
        self._tabs.insert(number, made, made.model.name)

    def take(self, gone: WatchList) -> int:
        """Away with its tab; the list lives on, out of sight. Where it was."""
        number = self._tabs.indexOf(gone)
        self._tabs.removeTab(number)
        gone.setParent(self)
        gone.hide()
        return number

    def show_list(self, wanted: WatchList) -> None:
        self._tabs.setCurrentWidget(wanted)

    def name_changed(self, changed: WatchList) -> None:
        self._tabs.name(changed, changed.model.name)

    # ---- menus

    def _menu(self, at: QPoint) -> None:
        bar = self._tabs.tabBar()
        number = bar.tabAt(at)
        menu = self.menu_of(self._list(number) if number >= 0 else self.current())
        menu.popup(bar.mapToGlobal(at))

    def menu_of(self, of: WatchList | None) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, of)
        return menu

    def fill_menu(self, menu: QMenu, of: WatchList | None) -> None:
        """What can be done with a list."""

        def add(words: str, signal: object, able: bool = True) -> None:
            action = QAction(words, menu)
            action.setEnabled(able)
            action.triggered.connect(signal)
            menu.addAction(action)

        add(tr("New list"), self.new_wanted.emit)
        add(tr("Rename …"), lambda: self.rename_wanted.emit(of), of is not None)
        add(tr("Duplicate"), lambda: self.duplicate_wanted.emit(of), of is not None)
        add(tr("Close"), lambda: self.close_wanted.emit(of), of is not None)
        menu.addSeparator()
        for words, what, signal in (
            (tr("Undo"), self.undo_words, self.undo_wanted),
            (tr("Redo"), self.redo_words, self.redo_wanted),
        ):
            add(f"{words}: {what}" if what else words, signal.emit, bool(what))

    def set_theme(self, theme: Theme) -> None:
        self._tabs.set_theme(theme)
        for made in self.findChildren(WatchList):
            made.set_theme(theme)
