"""How much one caller may ask for. On the clock that everything else runs on."""

from __future__ import annotations

from collections import OrderedDict

from app.tasks import Clock


class TokenBucket:
    """Lets ``burst`` calls through at once and ``rate`` a second after that."""

    __slots__ = ("_clock", "_tokens", "_when", "burst", "rate")

    def __init__(self, clock: Clock, rate: float, burst: float) -> None:
        self._clock = clock
        self.rate = rate
        self.burst = max(1.0, burst)
        self._tokens = self.burst
        self._when = clock.monotonic()

    def take(self) -> bool:
        """Whether one more call may run now. One that may not takes nothing."""
        self._fill()
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(self.burst, self._tokens + max(0.0, now - self._when) * self.rate)
        self._when = now

    @property
    def wait_s(self) -> float:
        """How long until the next call may run."""
        self._fill()
        return max(0.0, (1 - self._tokens) / self.rate)


class Buckets:
    """A bucket for each name; bounded: of names that were not heard of for longest the buckets are made anew, full."""

    def __init__(self, clock: Clock, limit: int = 4096) -> None:
        self._clock = clock
        self._limit = limit
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def of(self, name: str, rate: float, burst: float) -> TokenBucket:
        bucket = self._buckets.get(name)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, max(1.0, burst)):
            bucket = self._buckets[name] = TokenBucket(self._clock, rate, burst)
        self._buckets.move_to_end(name)
        while len(self._buckets) > self._limit:
            self._buckets.popitem(last=False)
        return bucket

    def __len__(self) -> int:
        return len(self._buckets)
