"""What a session is made with, and what it shows of itself."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.config import RestartPolicy
from app.events.distributor import DistributorStatistics
from app.events.mirror import MirrorStatistics
from app.sessions.state import SessionState
from app.values import Fault
from app.wire.bodies import Heartbeat, SourceState
from app.workers.contract import ClientStatistics, WorkerState


class House(enum.Enum):
    """Who asks, where it is this program itself: the window, alarms, records. It may use every session."""

    HOUSE = "house"


HOUSE = House.HOUSE
#: The key of who asks; None = another program that has none.
Owner = str | None | House


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpec:
    """What a session is made with. ValueError names a required text that is blank, or a backend that no program
    could be told."""

    id: str
    backend: str
    pipe_name: str
    nonce: str = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    name: str = ""
    client_identity: str = ""
    owner_key: str | None = field(default=None, repr=False)
    correlation_id: str = ""
    command_timeout_s: float = 30.0
    startup_timeout_s: float = 30.0
    shutdown_timeout_s: float = 10.0
    lease_s: float = 1800.0
    restart: RestartPolicy = RestartPolicy.NEVER
    keep_alive: bool = False

    def __post_init__(self) -> None:
        for name in ("id", "backend", "pipe_name", "nonce"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"{name} of a session must not be blank")
        if not self.backend.isprintable():
            raise ValueError(f"backend {self.backend!r} of a session must have printable characters only")


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session at one moment. Times in ns since 1970 UTC; ``lease_expires_ns`` None = it does not expire;
    ``clock_offset_ns`` > 0 = the source's clock is ahead by more than two seconds, 0 = it is right."""

    id: str
    name: str
    backend: str
    source: str
    state: SessionState
    worker_state: WorkerState | None
    worker_pid: int | None
    opened_at_ns: int
    last_activity_ns: int
    lease_expires_ns: int | None
    subscribers: int
    items: int
    advised: int
    fault: Fault | None
    source_state: SourceState | None
    events: int
    dropped: int
    coalesced: int
    gaps: int
    restarts: int
    heartbeat: Heartbeat | None
    clock_offset_ns: int = 0


@dataclass(frozen=True, slots=True)
class SessionStatistics:
    """Everything of a session that queues, and how far its source's clock is off."""

    id: str
    state: SessionState
    client: ClientStatistics | None
    distributor: DistributorStatistics
    mirror: MirrorStatistics | None
    clock_offset_ns: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of the workers that a session had before the one it has."""

    received: int = 0
    dropped: int = 0
    coalesced: int = 0
    gaps: int = 0

    def with_current(self, client: ClientStatistics | None) -> Totals:
        if client is None:
            return self
        coalesced = 0 if client.heartbeat is None else client.heartbeat.coalesced
        return Totals(
            self.received + client.received,
            self.dropped + client.dropped,
            self.coalesced + coalesced,
            self.gaps + client.gaps,
        )

    def left_behind(self, client: ClientStatistics) -> Totals:
        """With a client that is replaced: what it still holds is read by nobody any more."""
        totals = self.with_current(client)
        return replace(totals, dropped=totals.dropped + client.inbox_events)
