"""A worker that misbehaves: a real process that speaks the real protocol until the moment that PROBLEM names.

``python -m tests.helpers.problem_worker --pipe … --backend … --session …``, as a worker is started. Steered by the
environment: PROBLEM is one of :data:`PROBLEMS`; PROBLEM_EXIT the exit code where it exits (7); PROBLEM_STDERR what it
says on standard error before. Problems of a running worker begin with the first Ping.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import NoReturn, cast

from app.batch import Event, EventBatch
from app.commands import Ping, Reply
from app.errors import ErrorCode
from app.pb import worker_pb2
from app.values import EventKind, Fault
from app.wire import pipes
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck, Start
from app.wire.framing import FrameReader
from app.wire.messages import PROTOCOL_VERSION, Body, Codec

_LIMIT = 16 * 1024 * 1024
_BURST = 200_000
PROBLEM = os.environ.get("PROBLEM", "")


def leave(code: int | None = None) -> NoReturn:
    """End at once, without the interpreter's own good manners."""
    sys.stderr.write(os.environ.get("PROBLEM_STDERR", ""))
    sys.stderr.flush()
    os._exit(int(os.environ.get("PROBLEM_EXIT", "7")) if code is None else code)


def at(step: str) -> None:
    """Leave if this is the step to leave at."""
    if f"exit at {step}" == PROBLEM:
        leave()


def hang() -> NoReturn:
    while True:
        threading.Event().wait()


def batch(first: int, count: int = 1) -> EventBatch:
    return EventBatch.of(
        [Event(i, EventKind.DATA_CHANGE, 1 << 32 | 1, float(i), 192, 0, 0) for i in range(first, first + count)]
    )


class Worker(asyncio.Protocol):
    def __init__(self, arguments: argparse.Namespace, nonce: str) -> None:
        self._arguments = arguments
        self._nonce = nonce
        self._codec = Codec(arguments.session, _LIMIT)
        self._reader = FrameReader(_LIMIT)
        self._transport: asyncio.Transport | None = None
        self._heartbeat_s = 0.0
        self._beating = True
        self._troubled = False
        self.ended = asyncio.Event()

    # ---- in

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        at("connect")
        if PROBLEM == "no hello":
            return
        self.send(self._hello())
        if PROBLEM == "events before start":
            self.send(batch(1))
        at("hello")

    def _hello(self) -> Hello:
        version = PROTOCOL_VERSION + (PROBLEM == "wrong version")
        nonce = "a guess" if PROBLEM == "wrong nonce" else self._nonce
        pid = os.getpid() + 4 if PROBLEM == "wrong pid" else os.getpid()
        backend = "another" if PROBLEM == "wrong backend" else self._arguments.backend
        return Hello(version, nonce, pid, backend, "any")

    def data_received(self, data: bytes) -> None:
        for payload in self._reader.feed(data):
            envelope = self._codec.decode(payload)
            self._take(envelope.correlation_id, envelope.body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()

    def _take(self, correlation_id: int, body: Body) -> None:
        match body:
            case Start():
                self._start(body)
            case Ping():
                self._ping(correlation_id, body)
            case Cancel():
                if PROBLEM == "late replies":
                    self.send(Reply(message="better late"), correlation_id)
            case Shutdown():
                self._shut_down()
            case Heartbeat():
                pass
            case _:
                self.send(Reply(), correlation_id)

    def _start(self, start: Start) -> None:
        at("start")
        self._heartbeat_s = start.heartbeat_s
        if PROBLEM == "start fault":
            self.send(Fault("CertificateNotTrusted", "trust it first", {"thumbprint": "ab12"}))
            self.ended.set()
        elif PROBLEM == "start fault of ours":
            self.send(Fault(ErrorCode.WORKER_START_FAILED, "a library is missing"))
            self.ended.set()
        elif PROBLEM != "no ready":
            self.send(Ready(self._source()))
            at("ready")
        self._beat()

    def _source(self) -> str:
        """With a child of its own, its pid."""
        if PROBLEM != "grandchild":
            return "trouble"
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        return str(child.pid)

    def _beat(self) -> None:
        if self._beating and not self.ended.is_set():
            self.send(Heartbeat(os.getpid(), "Ready"))
            asyncio.get_running_loop().call_later(self._heartbeat_s, self._beat)

    def _ping(self, correlation_id: int, ping: Ping) -> None:
        if PROBLEM in ("late replies", "no replies"):
            return
        self.send(Reply(message=ping.text), correlation_id)
        if not self._troubled and PROBLEM in RUNNING:
            self._troubled = True
            RUNNING[PROBLEM](self)

    def _shut_down(self) -> None:
        if PROBLEM == "ignores shutdown":
            return
        at("shutdown")
        self.send(batch(1, 3) if PROBLEM == "last events" else ShutdownAck())
        self.ended.set()

    # ---- out

    def send(self, body: Body, correlation_id: int = 0) -> None:
        assert self._transport is not None
        self._transport.write(self._codec.encode(body, correlation_id))

    def raw(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

    def close_pipe(self) -> None:
        assert self._transport is not None
        self._transport.close()

    # ---- trouble of a running worker

    def changed(self, **changes: object) -> None:
        """A heartbeat whose envelope is not as it should be."""
        envelope = worker_pb2.Envelope.FromString(self._codec.encode(Heartbeat(os.getpid(), "Ready"))[4:])
        for name, value in changes.items():
            setattr(envelope, name, value)
        payload = envelope.SerializeToString()
        self.raw(struct.pack("<I", len(payload)) + payload)

    def unknown_body(self) -> None:
        envelope = worker_pb2.Envelope.FromString(self._codec.encode(Heartbeat(os.getpid(), "Ready"))[4:])
        envelope.ClearField("body")
        payload = envelope.SerializeToString() + b"\xfa\x07\x02hi"  # field 127, which nobody knows
        self.raw(struct.pack("<I", len(payload)) + payload)

    def truncate(self) -> None:
        """Half a frame, and gone."""
        frame = self._codec.encode(batch(1, 100))
        self.raw(frame[: len(frame) // 2])
        self.close_pipe()
        self._beating = False

    def silent(self) -> None:
        self._beating = False

    def close_and_stay(self) -> None:
        self._beating = False
        self.close_pipe()
        self.ended = asyncio.Event()

    def burst(self) -> None:
        for first in range(1, _BURST + 1, 1000):
            self.send(batch(first, 1000))

    def shout(self) -> None:
        for i in range(20_000):
            sys.stderr.write(f"line {i} {'x' * 80}\n")
        sys.stderr.write("y" * 1_000_000)
        leave()


RUNNING: dict[str, Callable[[Worker], object]] = {
    "exit": lambda worker: leave(),
    "crash": lambda worker: os.kill(os.getpid(), signal.SIGSEGV),
    "zero length": lambda worker: worker.raw(b"\0\0\0\0"),
    "oversized": lambda worker: worker.raw(struct.pack("<I", _LIMIT + 1)),
    "garbage": lambda worker: worker.raw(b"\x05\0\0\0\xff\xff\xff\xff\xff"),
    "truncated": Worker.truncate,
    "unknown body": Worker.unknown_body,
    "body out of turn": lambda worker: worker.send(Ready("again")),
    "envelope version": lambda worker: worker.changed(protocol_version=9),
    "another session": lambda worker: worker.changed(session_id="another"),
    "envelope gap": lambda worker: worker.changed(sequence=1000),
    "event gap": lambda worker: (worker.send(batch(1, 2)), worker.send(batch(6))),
    "events again": lambda worker: (worker.send(batch(1, 5)), worker.send(batch(2))),
    "silent": Worker.silent,
    "frozen": lambda worker: os.kill(os.getpid(), signal.SIGSTOP),
    "closes its pipe": Worker.close_and_stay,
    "burst": Worker.burst,
    "huge stderr": Worker.shout,
    "fault": lambda worker: worker.send(Fault("DriverFailed", "the driver cannot go on")),
}
_STEPS = ("begin", "nonce", "connect", "hello", "start", "ready", "shutdown")
PROBLEMS = (
    "",
    *(f"exit at {step}" for step in _STEPS),
    *("never connects", "a stranger connects", "no hello", "no ready", "events before start"),
    *("wrong version", "wrong nonce", "wrong pid", "wrong backend", "start fault", "start fault of ours"),
    *("late replies", "no replies", "ignores shutdown", "last events", "grandchild"),
    *RUNNING,
)


async def serve(arguments: argparse.Namespace, nonce: str) -> None:
    worker = Worker(arguments, nonce)
    await pipes.connect(arguments.pipe, lambda: worker)
    await worker.ended.wait()
    worker.close_pipe()


def watch_stdin() -> None:
    """A worker ends with its parent; this one, too, whatever else it does wrong."""
    while os.read(0, 4096):
        pass
    os._exit(1)


def main() -> None:
    assert PROBLEM in PROBLEMS, PROBLEM
    at("begin")
    parser = argparse.ArgumentParser()
    for name in ("pipe", "backend", "session"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--attempt", type=float)
    arguments = parser.parse_args()
    nonce = b""
    while not nonce.endswith(b"\n"):
        nonce += os.read(0, 1)
    at("nonce")
    if PROBLEM == "a stranger connects" and not os.environ.get("PROBLEM_STRANGER"):
        # What it starts knows the nonce and says hello in its place.
        stranger = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.problem_worker", *sys.argv[1:]],
            stdin=subprocess.PIPE,
            env=os.environ | {"PROBLEM_STRANGER": "1"},
        )
        assert stranger.stdin is not None
        stranger.stdin.write(nonce)
        stranger.stdin.flush()
        hang()
    threading.Thread(target=watch_stdin, daemon=True).start()
    if PROBLEM == "never connects":
        hang()
    asyncio.run(serve(arguments, nonce.decode().strip()))


if __name__ == "__main__":
    main()
