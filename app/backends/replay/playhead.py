"""Where a replay is: a position that moves with the clock, at a speed."""

from __future__ import annotations

SLOWEST, FASTEST = 0.1, 128.0


class Playhead:
    """Times of the recording are ns since 1970 UTC, ``now_s`` those of a monotonic clock. The position never leaves the
    recording."""

    def __init__(self, start_ns: int, end_ns: int, now_s: float, *, speed: float = 1.0, playing: bool = True) -> None:
        self.start_ns = start_ns
        self.end_ns = max(end_ns, start_ns)
        self._at_ns = start_ns
        self._since_s = now_s
        self._speed = checked_speed(speed)
        self._playing = playing

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def speed(self) -> float:
        return self._speed

    def position(self, now_s: float) -> int:
        if not self._playing:
            return self._at_ns
        return min(self._at_ns + round((now_s - self._since_s) * self._speed * 1e9), self.end_ns)

    def seek(self, position_ns: int, now_s: float) -> None:
        self._at_ns, self._since_s = min(max(position_ns, self.start_ns), self.end_ns), now_s

    def set_playing(self, playing: bool, now_s: float) -> None:
        self.seek(self.position(now_s), now_s)
        self._playing = playing

    def set_speed(self, speed: float, now_s: float) -> None:
        """ValueError where nobody plays at it."""
        self.seek(self.position(now_s), now_s)
        self._speed = checked_speed(speed)


def checked_speed(speed: float) -> float:
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"the speed of a replay is {SLOWEST:g} to {FASTEST:g}, not {speed:g}")
    return float(speed)
