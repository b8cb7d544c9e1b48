"""A worker's client without a worker: a test says what the process and the pipe do, and when."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from app.batch import Event, EventBatch
from app.config import Settings
from app.metrics import Metrics
from app.tasks import spawn
from app.values import EventKind, Fault
from app.wire.bodies import Hello, Ready, SourceState
from app.wire.framing import FrameReader
from app.wire.messages import PROTOCOL_VERSION, Body, Codec, Envelope
from app.workers.client import PipeClient
from app.workers.contract import WorkerSpec
from app.workers.outcome import Outcome
from tests.helpers.clock import ManualClock, settle

PID = 4321
NONCE = "the-nonce-of-this-session"


def spec(**changes: Any) -> WorkerSpec:
    given: dict[str, Any] = {
        "session_id": "session-1",
        "backend": "sim",
        "pipe_name": "pipe-1",
        "nonce": NONCE,
        "options": {"password": "the-password"},
        "startup_timeout_s": 30.0,
    }
    return WorkerSpec(**(given | changes))


class Line(asyncio.Transport):
    """What the client wrote, and the end of the pipe as a socket's transport does it: told one turn later, once."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._protocol = protocol
        self.written = bytearray()
        self.stuck = 0
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return self.stuck

    def abort(self) -> None:
        self.end(None)

    def end(self, error: Exception | None) -> None:
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, error)


class Child:
    """A process that ends when it is killed, or when the test says so; never by being asked whether it has."""

    def __init__(self) -> None:
        self.pid = PID
        self.ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.stderr = ""
        self.immortal = False
        self.kills = 0
        self.let_go = False

    def exits(self, code: int) -> None:
        if not self.ended.done():
            self.ended.set_result(Outcome(code, self.stderr))

    def kill(self) -> None:
        self.kills += 1
        if not self.immortal:
            self.exits(-9)

    def is_ours(self, pid: int) -> bool:
        return pid == self.pid

    def stderr_tail(self) -> str:
        return self.stderr

    async def wait(self) -> Outcome:
        return await asyncio.shield(self.ended)

    async def aclose(self) -> None:
        self.kill()
        await self.wait()
        self.let_go = True


@dataclass
class Ear:
    """A listener: what it was told, in order, and the client's state at that moment."""

    client: PipeClient | None = None
    heard: list[tuple[Any, ...]] = field(default_factory=list)

    def _note(self, *what: Any) -> None:
        self.heard.append(what)

    def worker_faulted(self, fault: Fault) -> None:
        self._note("fault", fault.code, fault.message, str(self.client.state) if self.client else "")

    def source_state(self, state: SourceState) -> None:
        self._note("source", state.connected, state.reason)

    def sequence_gap(self, expected: int, got: int) -> None:
        self._note("gap", expected, got)

    def events_dropped(self, count: int) -> None:
        self._note("dropped", count)

    @property
    def faults(self) -> list[tuple[Any, ...]]:
        return [what for what in self.heard if what[0] == "fault"]


class FarSide:
    """A client, and everything that it talks to."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.clock = ManualClock()
        self.metrics = Metrics()
        self.child = Child()
        self.client = PipeClient(spec(), self.settings, self.clock, self.metrics)
        self.line = Line(self.client)
        self.ear = Ear(self.client)
        self._codec = Codec("session-1", self.settings.frame_limit)
        self._heard = Codec("session-1", self.settings.frame_limit)
        self._reader = FrameReader(self.settings.frame_limit)
        self.client.follow(self.child)  # type: ignore[arg-type]

    def frame(self, body: Body, correlation_id: int = 0) -> bytes:
        return self._codec.encode(body, correlation_id)

    def says(self, *bodies: Body, correlation_id: int = 0) -> None:
        """All in one piece."""
        self.client.data_received(b"".join([self.frame(body, correlation_id) for body in bodies]))

    def heard(self) -> list[Envelope]:
        """What the client wrote since the last call."""
        payloads = self._reader.feed(bytes(self.line.written))
        self.line.written.clear()
        return [self._heard.decode(payload) for payload in payloads]

    def bodies(self) -> list[Body]:
        return [envelope.body for envelope in self.heard()]

    def connects(self, hello: Hello | None = None) -> None:
        self.client.connection_made(self.line)
        self.says(hello or Hello(PROTOCOL_VERSION, NONCE, PID, "sim", "x86_64"))

    async def starts(self) -> None:
        """All the way to ready, with the listener."""
        self.connects()
        await self.client.wait_hello()
        starting = spawn(self.client.initialize(), name="initialize")
        await settle(2)
        self.says(Ready("a plant 1.0"))
        await starting
        self.client.listen(self.ear)
        self.heard()

    async def ends(self) -> None:
        self.child.immortal = False
        await self.client.aclose()
        await settle()
        assert self.clock.timers == 0


def batch(first: int, count: int = 1) -> EventBatch:
    """Data changes with the sequences from ``first``; the value is the sequence."""
    events = [
        Event(sequence, EventKind.DATA_CHANGE, 1 << 32 | 1, float(sequence), 192, 0, 0)
        for sequence in range(first, first + count)
    ]
    return EventBatch.of(events)


def sequences(batches: list[EventBatch]) -> list[int]:
    return [event.sequence for entry in batches for event in entry]
