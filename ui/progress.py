"""Work beside the loop that takes a while: how far it is, and a button that gives it up."""

from __future__ import annotations

import asyncio
import threading

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QProgressDialog, QWidget

from ui.i18n import tr
from ui.taskbar import TaskbarProgress

#: What is done by then shows no dialog.
_AFTER_MS = 500


class Progress(QProgressDialog):
    """Made in the task that does the work, which is cancelled by the button. Not modal: the window goes on."""

    def __init__(self, title: str, words: str, parent: QWidget) -> None:
        super().__init__(words, tr("Cancel"), 0, 0, parent)
        #: Set by the button, for threads.
        self.given_up = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._over = False
        self._taskbar: TaskbarProgress | None = None
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setMinimumDuration(_AFTER_MS)
        self.setMinimumWidth(360)
        self.setAutoClose(False)
        self.setAutoReset(False)
        self.canceled.connect(self._give_up)
        self.setValue(0)

    def _give_up(self) -> None:
        if not self._over:
            self.given_up.set()
            if self._task is not None:
                self._task.cancel()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._taskbar is None and not self._over:
            self._taskbar = TaskbarProgress(self)
            self._taskbar.tell(self.value(), self.maximum())

    def say(self, words: str, most: int = 0) -> None:
        """What is done now, and how many steps that has; 0 = nobody knows."""
        self.setLabelText(words)
        self.setMaximum(most)
        self.setValue(0)
        self._tell_taskbar(0)

    def tell(self, done: int) -> None:
        """How many steps are done; from any thread."""
        self._loop.call_soon_threadsafe(self._show, done)

    def _show(self, done: int) -> None:
        if not self._over:
            self.setValue(min(done, self.maximum()))
            self._tell_taskbar(done)

    def _tell_taskbar(self, done: int) -> None:
        if self._taskbar is not None:
            self._taskbar.tell(done, self.maximum())

    def end(self) -> None:
        self._over = True
        if self._taskbar is not None:
            self._taskbar.end()
        self.reset()
        self.hide()
        self.deleteLater()
