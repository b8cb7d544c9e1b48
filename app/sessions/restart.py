"""When to start a new worker after a fault, and when to give up."""

from __future__ import annotations

import random
from collections.abc import Callable

from app.tasks import Clock

_BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 30.0)
_ATTEMPTS = 10
_STABLE_S = 60.0
#: So much of a wait may be left out, so that workers that died together do not start together.
_JITTER = 0.2

#: A number between the two.
Spread = Callable[[float, float], float]


class Backoff:
    """Waits up to 1, 2, 5, 15, then 30 s, ten times at the most. A worker that ran for a minute starts the count
    anew."""

    def __init__(self, clock: Clock, spread: Spread = random.uniform) -> None:
        self._clock = clock
        self._spread = spread
        self._attempt = 0
        self._ready_since: float | None = None

    def ready(self) -> None:
        """A worker runs."""
        self._ready_since = self._clock.monotonic()

    def next(self) -> tuple[int, float] | None:
        """(number of the attempt, seconds to wait before it), or None to give up."""
        if self._ready_since is not None and self._clock.monotonic() - self._ready_since >= _STABLE_S:
            self._attempt = 0
        self._ready_since = None
        if self._attempt >= _ATTEMPTS:
            return None
        self._attempt += 1
        longest_s = _BACKOFF_S[min(self._attempt, len(_BACKOFF_S)) - 1]
        return self._attempt, self._spread(longest_s * (1 - _JITTER), longest_s)
