"""What was looked at before, to go back to and forward again."""

from __future__ import annotations

from dataclasses import dataclass

_KEPT = 100
#: Movements by hand that follow each other more quickly are one step.
_GESTURE_S = 0.6


@dataclass(frozen=True, slots=True)
class Look:
    """The time range (seconds since 1970) and the range of each axis; ``live`` if that was the newest."""

    live: bool
    times: tuple[float, float]
    axes: dict[str, tuple[float, float]]


class Looks:
    def __init__(self) -> None:
        self._back: list[Look] = []
        self._forward: list[Look] = []
        self._moved_at = 0.0

    @property
    def can_go_back(self) -> bool:
        return bool(self._back)

    @property
    def can_go_forward(self) -> bool:
        return bool(self._forward)

    def keep(self, look: Look) -> None:
        """What is about to be left."""
        self._back.append(look)
        del self._back[:-_KEPT]
        self._forward.clear()

    def moved(self, moment_s: float, look: Look) -> None:
        """A hand moves away from ``look``; what belongs to one movement is kept once."""
        if not 0 <= moment_s - self._moved_at < _GESTURE_S:
            self.keep(look)
        self._moved_at = moment_s

    def back(self, now: Look) -> Look | None:
        return self._walk(self._back, self._forward, now)

    def forward(self, now: Look) -> Look | None:
        return self._walk(self._forward, self._back, now)

    def _walk(self, source: list[Look], target: list[Look], now: Look) -> Look | None:
        self._moved_at = 0.0
        if not source:
            return None
        target.append(now)
        return source.pop()
