"""Tells a worker regularly that this side lives, and notices when the worker says nothing any more."""

from __future__ import annotations

from collections.abc import Callable

from app.tasks import Clock, Timer

#: While a command is in flight, silence is borne so many times longer.
BUSY_GRACE = 5


class Watchdog:
    """Every ``heartbeat_s`` it calls ``beat`` and looks how long the worker has been silent; anything that came counts
    as life. Beyond ``grace_s`` (five times that while ``busy``) it calls ``silent`` with the seconds of silence and the
    seconds allowed, at each look until it is stopped.

    A look that comes late itself (the machine slept, the loop was held up) condemns nobody: what the worker sent
    meanwhile may be unread, so the grace begins anew.
    """

    def __init__(
        self,
        clock: Clock,
        heartbeat_s: float,
        grace_s: float,
        *,
        beat: Callable[[], None],
        busy: Callable[[], bool],
        silent: Callable[[float, float], None],
    ) -> None:
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._grace_s = grace_s
        self._late_s = min(heartbeat_s, grace_s - heartbeat_s) / 2
        self._beat = beat
        self._busy = busy
        self._silent = silent
        self._heard = self._due = 0.0
        self._timer: Timer | None = None

    def start(self) -> None:
        self.heard()
        self._arm()

    def heard(self) -> None:
        """The worker said something."""
        self._heard = self._clock.monotonic()

    def stop(self) -> None:
        """Twice is harmless."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self._due = self._clock.monotonic() + self._heartbeat_s
        self._timer = self._clock.call_later(self._heartbeat_s, self._look)

    def _look(self) -> None:
        now = self._clock.monotonic()
        late = now - self._due > self._late_s
        self._arm()
        self._beat()
        if late:
            self._heard = now
        silent_s = now - self._heard
        allowed_s = self._grace_s * (BUSY_GRACE if self._busy() else 1)
        if silent_s > allowed_s:
            self._silent(silent_s, allowed_s)
