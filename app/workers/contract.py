"""What a session knows of its worker: the face of the client and of the launcher, and what they report.

The session depends on this face, so that its races are tested with a worker that a test steers by hand.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.batch import EventBatch
from app.commands import Command, Reply
from app.values import Fault
from app.wire.bodies import Heartbeat, SourceState


class WorkerState(enum.StrEnum):
    STARTING = "Starting"
    READY = "Ready"
    CLOSING = "Closing"
    FAULTED = "Faulted"
    CLOSED = "Closed"


class StartStep(enum.StrEnum):
    """The steps of a start, in order; each is a state of the session."""

    STARTING_WORKER = "StartingWorker"
    WAITING_FOR_PIPE = "WaitingForPipe"
    HANDSHAKING = "Handshaking"
    INITIALIZING_WORKER = "InitializingWorker"


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """Which worker to start. Nonce and options (they may hold secrets) are in no repr and on no command line."""

    session_id: str
    backend: str
    pipe_name: str
    nonce: str = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    startup_timeout_s: float


@dataclass(frozen=True, slots=True)
class ClientStatistics:
    """A worker client at one moment. ``dropped``: events that nobody read in time."""

    state: WorkerState
    pending_commands: int
    inbox_batches: int
    inbox_events: int
    inbox_peak: int
    received: int
    dropped: int
    gaps: int
    late_replies: int
    heartbeat: Heartbeat | None


class WorkerListener(Protocol):
    """Told by the client, on the loop, in order. Must not raise and must not wait."""

    def worker_faulted(self, fault: Fault) -> None:
        """The worker is lost (exit, silence, violation): told once, after the client's state is FAULTED."""
        ...

    def source_state(self, state: SourceState) -> None: ...

    def sequence_gap(self, expected: int, got: int) -> None:
        """Events ``expected`` to ``got - 1`` never came."""
        ...

    def events_dropped(self, count: int) -> None:
        """So many events were dropped because nobody read them."""
        ...


class WorkerClient(Protocol):
    """A running worker, seen from the gateway."""

    @property
    def state(self) -> WorkerState: ...

    @property
    def process_id(self) -> int: ...

    @property
    def source(self) -> str:
        """The source's own name and version, in words."""
        ...

    def listen(self, listener: WorkerListener) -> None:
        """Report to ``listener`` from now on. A fault that came before is reported at once."""
        ...

    async def invoke(self, command: Command, timeout_s: float) -> Reply:
        """Send a command and wait for its reply, whatever its status.

        Raises GatewayError: Timeout (the worker is told to cancel, a late reply is counted), TooManyPending,
        WorkerUnavailable (the worker went away meanwhile; the command may have been done).
        """
        ...

    async def batches(self) -> list[EventBatch]:
        """Every batch received and not yet taken, in order; waits while there is none. One reader alone.

        An empty list is the normal end (after a shutdown). Raises GatewayError when the stream ended with a fault.
        """
        ...

    async def shutdown(self, timeout_s: float, reason: str) -> None:
        """Ask the worker to end and wait until its process has. Raises GatewayError Timeout when it did not in time."""
        ...

    async def kill(self) -> None:
        """End the process (and its children) now and wait until it has; harmless when it already has."""
        ...

    async def aclose(self) -> None:
        """Let go of process, pipe and tasks, killing what still runs. After it nothing is left; twice is harmless."""
        ...

    def statistics(self) -> ClientStatistics: ...


class StartProgress(Protocol):
    def __call__(self, step: StartStep) -> None: ...


class Launcher(Protocol):
    async def start(self, spec: WorkerSpec, progress: StartProgress) -> WorkerClient:
        """Start a worker and bring it to ready, telling each step before it begins.

        Raises GatewayError WorkerStartFailed (details: step, and where known exit_code, signal, stderr; or the
        backend's own fault with its code and details) and leaves nothing behind, cancelled or failed.
        """
        ...
