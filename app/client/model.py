"""What a client of the gateway API gets: frozen, no IO, no generated code."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from app.batch import NO_DETAIL, Detail
from app.values import EventKind, Fault, Status, Value
from app.wire.bodies import SourceState


class SessionState(enum.StrEnum):
    """How far a session is; the words are those of the server's own window and log."""

    UNSPECIFIED = "Unspecified"
    CREATING = "Creating"
    STARTING_WORKER = "StartingWorker"
    WAITING_FOR_PIPE = "WaitingForPipe"
    HANDSHAKING = "Handshaking"
    INITIALIZING_WORKER = "InitializingWorker"
    READY = "Ready"
    CLOSING = "Closing"
    FAULTED = "Faulted"
    CLOSED = "Closed"

    @property
    def ended(self) -> bool:
        return self in (SessionState.CLOSING, SessionState.FAULTED, SessionState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """One session of the server at one moment. Times in ns since 1970 UTC; ``lease_expires_ns`` None = never."""

    id: str
    name: str
    backend: str
    source: str
    state: SessionState
    worker_state: str
    worker_pid: int
    opened_ns: int
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
    newest_sequence: int
    correlation_id: str
    owned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSource:
    """A source by whose name the server opens sessions. ``missing`` are secrets that it does not have: they must come
    as options. ``session_id`` is that of a session which is open on it already; "" = none."""

    name: str
    backend: str
    address: str
    options: Mapping[str, Value]
    missing: tuple[str, ...]
    session_id: str


@dataclass(frozen=True, slots=True)
class RemoteItem:
    """An item of the session, whoever made it. ``key`` is server handle << 32 | item handle."""

    key: int
    tag: str
    context: str = ""
    buffered: bool = False
    advised: bool = False
    supervisory: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class TagEvent:
    """One event with the tag that it belongs to. Times in ns since 1970 UTC, ``app.values.NO_TIME`` = none."""

    sequence: int
    kind: EventKind
    key: int
    tag: str
    value: Value
    quality: int
    source_time: int
    worker_time: int
    detail: Detail = NO_DETAIL

    @property
    def statuses(self) -> tuple[Status, ...]:
        return self.detail.statuses


@dataclass(frozen=True, slots=True)
class Gap:
    """Events are missing: those after ``after`` and before ``oldest`` (0 = it is not known where the next one is). The
    server keeps so many events alone, or lost them itself."""

    after: int
    oldest: int


@dataclass(frozen=True, slots=True)
class SessionChange:
    """The session's state, or its source's, is another one now."""

    state: SessionState
    source_state: SourceState | None
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is there, for the first time or again. What follows is complete after ``position``."""

    position: int
    session: SessionInfo


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The way to the server is lost; it is tried again after ``retry_in_s``, as often as it takes."""

    fault: Fault
    retry_in_s: float


@dataclass(frozen=True, slots=True)
class Written:
    """How a write ended. ``audit_record`` is its number in the server's audit store, 0 = not told."""

    statuses: tuple[Status, ...]
    hresult: int | None = None
    audit_record: int = 0

    @property
    def ok(self) -> bool:
        return all(status.ok for status in self.statuses)
