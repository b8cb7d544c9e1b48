"""F1: the page about the pane that has the focus."""

from __future__ import annotations

from importlib.metadata import version

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMessageBox

from ui.desk.desk import Desk
from ui.i18n import tr
from ui.views.help import HelpWindow

#: By the object name of a pane, or of a form.
TOPICS = {
    "sessions": "sessions",
    "items": "items",
    "watch": "watch",
    "trends": "trends",
    "log": "log",
    "alarms": "alarms",
    "audit": "writing",
    "diagnostics": "trouble",
    "recorder": "recorder",
    "api keys": "api",
}


class HelpDesk(QObject):
    """The Help menu."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._window: HelpWindow | None = None
        window = desk.window
        window.add_action(tr("Help"), self.show_here, "F1", "help", "help")
        window.add_action(tr("Keys"), lambda: self.show("keys"), "Ctrl+F1", "help", "keyboard")
        window.menu("help").addSeparator()
        window.add_action(tr("About Tagwatch"), self._about, None, "help")

    def show(self, topic: str) -> None:
        if self._window is None:
            self._window = HelpWindow(self._desk.theme, self._desk.window)
            self._desk.theme_changed.connect(self._window.set_theme)
        self._window.show_topic(topic)

    def show_here(self) -> None:
        """The page about where the focus is."""
        widget = QApplication.focusWidget()
        while widget is not None and widget.objectName() not in TOPICS:
            widget = widget.parentWidget()
        self.show(TOPICS[widget.objectName()] if widget is not None else "start")

    def _about(self) -> None:
        words = tr("Tagwatch {version}: a desktop monitor for process tags.\nMIT licence. Icons: Lucide, ISC licence.")
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            tr("About Tagwatch"),
            words.format(version=version("tagwatch")),
            QMessageBox.StandardButton.Close,
            self._desk.window,
        )
        box.open()
