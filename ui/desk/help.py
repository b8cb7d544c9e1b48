"""F1: the page about the pane that has the focus. About the program, and whether there is a newer one."""

from __future__ import annotations

from importlib.metadata import version

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from app import newer
from app.tasks import spawn
from ui.aside import aside
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
        self._address = desk.runtime.settings.update_feed
        if self._address:  # nobody is asked unless the settings say whom, and then only by hand
            window.add_action(tr("Look for a newer version"), self._look, None, "help")
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
        self._tell(tr("About Tagwatch"), words.format(version=version("tagwatch")))

    def _look(self) -> None:
        self._desk.say(tr("Looking for a newer version…"))
        spawn(self._looked(), name="look for a newer version")

    async def _looked(self) -> None:
        have = version("tagwatch")
        try:
            found = await aside(newer.newest, self._address)
        except newer.FeedError as error:
            words = tr("Whether there is a newer version could not be found out.") + f"\n{error}"
        else:
            if newer.is_newer(found.version, have):
                words = tr("Version {version} is there; this is {have}.").format(version=found.version, have=have)
                words += f"\n{found.page}" if found.page else ""
            else:
                words = tr("This is the newest version: {have}.").format(have=have)
        self._tell(tr("Newer version"), words)

    def _tell(self, title: str, words: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, words, QMessageBox.StandardButton.Close, self._desk.window)
        box.setTextFormat(Qt.TextFormat.PlainText)  # the words of a feed are shown, not obeyed
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
