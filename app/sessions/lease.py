"""How long a session lives without anybody: its lease, and the grace after its last subscriber left."""

from __future__ import annotations

from app.tasks import Clock

LEASE_EXPIRED = "lease-expired"
DETACH_GRACE_EXPIRED = "detach-grace-expired"


class Lease:
    """Times are of the monotonic clock inside, of UTC (ns) outside: setting the system clock expires nobody."""

    def __init__(self, clock: Clock, duration_s: float, detach_grace_s: float) -> None:
        self._clock = clock
        self._duration_s = duration_s
        self._detach_grace_s = detach_grace_s
        self._opened = self._activity = clock.monotonic()
        self.opened_at_ns = clock.utc_ns()
        self._expiry: float | None = self._opened + duration_s
        self._kept = False
        self._detached: float | None = None

    def _ns(self, moment: float) -> int:
        return self.opened_at_ns + round((moment - self._opened) * 1e9)

    @property
    def last_activity_ns(self) -> int:
        return self._ns(self._activity)

    @property
    def expires_ns(self) -> int | None:
        """When the lease ends; None while the session is kept."""
        return None if self._kept or self._expiry is None else self._ns(self._expiry)

    def touch(self) -> None:
        """Somebody used the session."""
        self._activity = self._clock.monotonic()
        self._expiry = self._activity + self._duration_s

    def extend(self, duration_s: float) -> None:
        """The lease ends in ``duration_s`` from now, be that sooner or later than before."""
        self._expiry = self._clock.monotonic() + duration_s

    def keep(self, kept: bool) -> None:
        """Kept: it does not expire. Let go again: a full lease, and a full grace, from now."""
        self._kept = kept
        if not kept:
            self.touch()
            if self._detached is not None:
                self.detached()

    def detached(self) -> None:
        """The last external subscriber left."""
        self._detached = self._clock.monotonic()

    def attached(self) -> None:
        self._detached = None

    def due_in_s(self) -> float | None:
        """Seconds until it may be expired; None while it cannot expire by itself."""
        if self._kept:
            return None
        moments = [moment for moment in (self._expiry, self._grace_end()) if moment is not None]
        return max(0.0, min(moments) - self._clock.monotonic()) if moments else None

    def expired(self, subscribers: int) -> str | None:
        """Why the session has to go now: the lease comes before the grace. None while it may live."""
        if subscribers or self._kept:
            return None
        now = self._clock.monotonic()
        if self._expiry is not None and self._expiry <= now:
            return LEASE_EXPIRED
        grace_end = self._grace_end()
        return DETACH_GRACE_EXPIRED if grace_end is not None and grace_end <= now else None

    def _grace_end(self) -> float | None:
        if self._detached is None or self._detach_grace_s <= 0:
            return None
        return self._detached + self._detach_grace_s
