"""How long the window did not answer: the longest stall of its loop in the last minute."""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer

_INTERVAL_MS = 20
_WINDOW_S = 60.0


class LagMeter(QObject):
    """A precise timer that measures how late it runs: what an operator's click would have had to wait."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._due = time.perf_counter() + _INTERVAL_MS / 1000
        self._worst: deque[tuple[float, float]] = deque()  # (when, stall), stalls falling
        self._since = 0.0  # the longest since the last take
        self._samples: deque[float] = deque(maxlen=100_000)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.add(max(0.0, now - self._due), now)
        self._due = now + _INTERVAL_MS / 1000

    def add(self, stall_s: float, now: float) -> None:
        self._since = max(self._since, stall_s)
        self._samples.append(stall_s)
        while self._worst and self._worst[-1][1] <= stall_s:
            self._worst.pop()
        self._worst.append((now, stall_s))
        while self._worst[0][0] < now - _WINDOW_S:
            self._worst.popleft()

    def worst_s(self) -> float:
        """The longest stall of the last minute."""
        return self._worst[0][1] if self._worst else 0.0

    def take_s(self) -> float:
        """The longest stall since this was asked last."""
        taken, self._since = self._since, 0.0
        return taken

    def samples(self) -> list[float]:
        """Every stall measured since :meth:`reset`, 100,000 at most."""
        return list(self._samples)

    def reset(self) -> None:
        self._samples.clear()
        self._worst.clear()
