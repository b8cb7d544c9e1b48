"""What an envelope may carry beside commands, replies and event batches. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hello:
    """worker → gateway, first of all."""

    protocol_version: int
    nonce: str = field(repr=False)
    pid: int
    backend: str
    architecture: str


@dataclass(frozen=True, slots=True)
class Start:
    """gateway → worker, once the hello is accepted. The options may hold secrets: they travel here alone."""

    options_json: str = field(repr=False)
    heartbeat_s: float
    heartbeat_grace_s: float
    frame_limit: int
    batch_limit: int
    batch_delay_s: float
    backlog_limit: int


@dataclass(frozen=True, slots=True)
class Ready:
    """worker → gateway: the backend is connected."""

    source: str  # the source's own name and version, in words
    unsupported: tuple[str, ...] = ()  # kinds of command that this backend refuses


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits any more for the command with this envelope's correlation id."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    grace_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class ShutdownAck:
    """The worker has ended its backend; its process ends next."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """The worker's connection to its source, which comes and goes while the worker stays."""

    connected: bool
    reason: str
    since_ns: int
    next_attempt_ns: int = 0  # 0 = none planned
    restored: int = 0
    items: int = 0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the worker says of itself. ``coalesced`` and ``received`` are totals since its start."""

    pid: int
    state: str
    pending_commands: int = 0
    queue_depth: int = 0
    last_sequence: int = 0
    last_backend_activity_ns: int = 0
    coalesced: int = 0
    received: int = 0
