"""Tabs that can be moved, renamed and closed, with buttons that are no colour's business."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTabBar, QTabWidget, QToolButton, QWidget

from ui.i18n import tr
from ui.theme import Theme, icon


class Tabs(QTabWidget):
    """Closing, renaming (a double click) and a new tab (the button at the end) are wishes; nothing is done here."""

    close_wanted = Signal(object)  # the page
    rename_wanted = Signal(object)
    new_wanted = Signal()

    def __init__(self, name: str, new: str, theme: Theme, parent: QWidget | None = None) -> None:
        """``name`` is the accessible name of the bar, ``new`` the words of the button for a new tab."""
        super().__init__(parent)
        self._theme = theme
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setAccessibleName(name)
        bar = self.tabBar()
        bar.setAccessibleName(name)
        bar.setElideMode(Qt.TextElideMode.ElideRight)
        bar.setUsesScrollButtons(True)
        bar.setExpanding(False)
        bar.setDrawBase(False)
        bar.tabBarDoubleClicked.connect(lambda at: at >= 0 and self.rename_wanted.emit(self.widget(at)))
        self._new = QToolButton()
        self._new.setAutoRaise(True)
        self._new.setAccessibleName(new)
        self._new.setToolTip(new)
        self._new.clicked.connect(self.new_wanted)
        self.setCornerWidget(self._new, Qt.Corner.TopRightCorner)
        self.set_theme(theme)

    def insert(self, at: int, widget: QWidget, name: str) -> None:
        """A tab of this name, in front."""
        close = QToolButton()
        close.setAutoRaise(True)
        close.setIconSize(close.iconSize() * 0.75)
        close.setIcon(icon("close", self._theme))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the menu of the tab does the same
        close.setToolTip(tr("Close (Ctrl+Z brings it back)"))
        close.clicked.connect(lambda: self.close_wanted.emit(widget))
        at = self.insertTab(at, widget, "")
        self.tabBar().setTabButton(at, QTabBar.ButtonPosition.RightSide, close)
        self.name(widget, name)
        self.setCurrentWidget(widget)

    def name(self, widget: QWidget, name: str) -> None:
        at = self.indexOf(widget)
        self.setTabText(at, name.replace("&", "&&"))
        self.setTabToolTip(at, name)
        button = self.tabBar().tabButton(at, QTabBar.ButtonPosition.RightSide)
        if button is not None:
            button.setAccessibleName(tr("Close {name}").format(name=name))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._new.setIcon(icon("add", theme))
        for at in range(self.count()):
            button = self.tabBar().tabButton(at, QTabBar.ButtonPosition.RightSide)
            if isinstance(button, QToolButton):
                button.setIcon(icon("close", theme))
