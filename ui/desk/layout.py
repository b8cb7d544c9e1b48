"""The layout of the window as part of a workspace, presets of it, and its lock."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMenu

from ui.desk.desk import Desk
from ui.i18n import tr
from ui.layout import PRESETS, Preset, clamped, rectangle

_FREE = (
    QDockWidget.DockWidgetFeature.DockWidgetClosable
    | QDockWidget.DockWidgetFeature.DockWidgetMovable
    | QDockWidget.DockWidgetFeature.DockWidgetFloatable
)
_FIXED = QDockWidget.DockWidgetFeature.NoDockWidgetFeatures


class LayoutDesk(QObject):
    """View → Layout. Panes are all there when it is made."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._window = window = desk.window
        desk.parts["layout"] = self
        menu = QMenu(tr("Layout"), window)
        for name, preset in PRESETS.items():
            action = menu.addAction(tr(preset.title))
            action.triggered.connect(lambda *_, name=name: self.arrange(name))
        menu.addSeparator()
        self._lock = QAction(tr("Lock panes"), window)
        self._lock.setCheckable(True)
        self._lock.toggled.connect(self.lock)
        menu.addAction(self._lock)
        view = window.menu("view")
        reset = next((action for action in view.actions() if action.text() == tr("Reset layout")), None)
        if reset is not None:
            view.removeAction(reset)
            menu.addAction(reset)
            view.insertMenu(view.actions()[-2], menu)
        else:
            view.addMenu(menu)
        if desk.kept.value("locked") in (True, "true"):
            self._lock.setChecked(True)

    # ---- what a workspace keeps

    def state(self) -> dict[str, Any]:
        window = self._window
        normal = window.normalGeometry()
        return {
            "window": [normal.x(), normal.y(), normal.width(), normal.height()],
            "maximized": window.isMaximized(),
            "panes": base64.b64encode(window.layout_state()).decode(),
            "locked": self._lock.isChecked(),
        }

    async def restore(self, state: dict[str, Any]) -> None:
        """An empty one leaves the window as it is."""
        window = self._window
        if (wanted := rectangle(state.get("window"))) is not None:
            place = clamped(wanted, _screens())
            if not window.isFullScreen():
                window.showNormal()
                window.setGeometry(place)
                if state.get("maximized") is True:
                    window.showMaximized()
        panes = state.get("panes")
        if isinstance(panes, str) and not window.restore_layout(_bytes(panes)):
            self._desk.say(tr("The layout of the panes is broken or of another version: it stays as it is."))
        if isinstance(state.get("locked"), bool):
            self._lock.setChecked(state["locked"])
        _bring_back(window.panes())

    # ---- what the View menu does

    def arrange(self, name: str) -> None:
        """One of the presets, from the layout that the program begins with."""
        preset = PRESETS[name]
        self._window.reset_layout()
        panes = {pane.objectName(): pane for pane in self._window.panes()}
        for pane_name, pane in panes.items():
            pane.setVisible(pane_name in preset.shown)
        self._size(preset, panes)
        for pane_name in reversed(preset.shown):
            if pane_name in panes:
                panes[pane_name].raise_()

    def _size(self, preset: Preset, panes: dict[str, QDockWidget]) -> None:
        window = self._window
        for shares, whole, orientation in (
            (preset.widths, window.width(), Qt.Orientation.Horizontal),
            (preset.heights, window.height(), Qt.Orientation.Vertical),
        ):
            names = [name for name in shares if name in panes]
            window.resizeDocks(
                [panes[name] for name in names], [whole * shares[name] // 100 for name in names], orientation
            )

    def lock(self, locked: bool) -> None:
        """Locked panes cannot be moved or closed by accident; their borders still can be dragged."""
        self._desk.kept.setValue("locked", locked)
        for pane in self._window.panes():
            pane.setFeatures(_FIXED if locked else _FREE)


def _screens() -> list[QRect]:
    return [screen.availableGeometry() for screen in QGuiApplication.screens()]


def _bring_back(panes: list[QDockWidget]) -> None:
    """Panes that float where no screen is any more."""
    for pane in panes:
        if pane.isFloating():
            pane.setGeometry(clamped(pane.geometry(), _screens()))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
