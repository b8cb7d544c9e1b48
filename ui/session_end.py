"""The end of the user's session: signing out, and shutting down. Windows asks every program, then tells it, and ends it
as soon as it has taken that in; so the window closes before it answers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.tasks import Clock, spawn
from ui.bridge import serving
from ui.i18n import tr
from ui.native import native

#: A program that takes five seconds counts as one that hangs.
_MOST_MS = 4500
#: Of them for writes that are on their way: afterwards they end without an answer, as when a window is closed.
_WRITES_S = 2.0
_LOOK_S = 0.05


class SessionEnd(QObject):
    """From its making until :meth:`over`, on a loop that runs. Asks nobody anything."""

    def __init__(
        self,
        qt: QApplication,
        window: QWidget,
        clock: Clock,
        *,
        keep: Callable[[], object],
        close: Callable[[], object],
        writing: Callable[[], bool],
    ) -> None:
        """``keep`` saves what is unsaved, ``close`` begins the end, after which :meth:`over` is called; ``writing``
        tells whether writes are on their way."""
        super().__init__(window)
        self._window = window
        self._clock = clock
        self._keep = keep
        self._close = close
        self._writing = writing
        self._held = False
        self._over = False
        self._waiting: QEventLoop | None = None
        qt.commitDataRequest.connect(self.asked)
        qt.aboutToQuit.connect(self.ended)

    def asked(self, *_: object) -> None:
        """It may end, unless another program objects: work goes on until it does."""
        if self._over or not serving():
            return
        self._keep()
        if self._writing() and not self._held:
            self._held = True
            native.hold_session_end(int(self._window.winId()), tr("A write is on its way."))
            spawn(self._let(), name="hold the session's end")

    async def _let(self) -> None:
        while self._writing() and not self._over:
            await self._clock.sleep(_LOOK_S)
        self._held = False
        native.let_session_end(int(self._window.winId()))

    def ended(self) -> None:
        """It ends as soon as this returns: when the window is closed, and its workers with it, or after 4.5 s."""
        if self._over or self._waiting is not None or not serving():
            return
        self._waiting = waiting = QEventLoop()
        QTimer.singleShot(_MOST_MS, waiting, waiting.quit)
        spawn(self._end(), name="session's end")
        waiting.exec()

    async def _end(self) -> None:
        until = self._clock.monotonic() + _WRITES_S
        while self._writing() and self._clock.monotonic() < until:
            await self._clock.sleep(_LOOK_S)
        self._close()

    def over(self) -> None:
        """Nothing is left to be ended in order."""
        self._over = True
        if self._waiting is not None:
            self._waiting.quit()
