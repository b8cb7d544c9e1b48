"""The language of the window: chosen here, spoken from the next start."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QAction, QActionGroup

from ui.desk.desk import Desk
from ui.i18n import LANGUAGES, tr

_KEY = "language"


def kept(settings: QSettings) -> str:
    """The choice that is kept: a code of :data:`ui.i18n.LANGUAGES`, "" for the system's."""
    language = str(settings.value(_KEY, ""))
    return language if language in LANGUAGES else ""


class LanguageDesk(QObject):
    """View → Language. Texts are made with the widgets that show them, so another language waits for the next start."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        menu = desk.window.menu("view").addMenu(tr("Language"))
        group = QActionGroup(menu)
        for code, name in LANGUAGES.items():
            action = QAction(tr(name) if not code else name, menu)  # a language stands in its own words
            action.setCheckable(True)
            action.setChecked(code == kept(desk.kept))
            action.triggered.connect(partial(self._choose, code))
            group.addAction(action)
            menu.addAction(action)

    def _choose(self, code: str, *_: object) -> None:
        self._desk.kept.setValue(_KEY, code)
        self._desk.say(tr("The language changes with the next start."))
