"""A worker seen from the gateway: one pipe, one process, one reader of its events."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hmac
import itertools
import json
import logging
import os
from typing import cast

from app.batch import EventBatch
from app.commands import Command, Reply
from app.config import Settings
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.metrics import Metrics
from app.tasks import Clock, deadline, join, spawn
from app.values import Fault
from app.wire import pipes
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck, SourceState, Start
from app.wire.framing import FrameReader
from app.wire.messages import PROTOCOL_VERSION, Body, Codec
from app.workers.contract import ClientStatistics, WorkerListener, WorkerSpec, WorkerState
from app.workers.inbox import Inbox
from app.workers.outcome import Outcome
from app.workers.pending import PendingCommands
from app.workers.process import WorkerProcess
from app.workers.watchdog import Watchdog

_log = logging.getLogger(__name__)

#: Pipe and process end together: after the one, how long to wait for the other, which may have more to say.
_OTHER_END_S = 1.0
#: The worker gets this part of a shutdown's time for each of its two steps: commands that run, then the source.
_SHUTDOWN_SHARE = 0.5
_ALIVE = (WorkerState.STARTING, WorkerState.READY)
_READING = (*_ALIVE, WorkerState.CLOSING)


class PipeClient(pipes.PipeProtocol):
    """Implements :class:`app.workers.contract.WorkerClient`; the launcher takes it through its start.

    Everything happens on the loop, so what is changed between two awaits is changed at once. The first fault wins:
    the state is FAULTED before anybody is told, and no later one is told. Once faulted it reads nothing more; what came
    before is still there to be taken.
    """

    def __init__(self, spec: WorkerSpec, settings: Settings, clock: Clock, metrics: Metrics) -> None:
        super().__init__()
        self._spec = spec
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._codec = Codec(spec.session_id, settings.frame_limit)
        self._reader = FrameReader(settings.frame_limit)
        self._transport: asyncio.Transport | None = None
        self._process: WorkerProcess | None = None
        self._state = WorkerState.STARTING
        self._fault: Fault | None = None
        self._listener: WorkerListener | None = None
        self._source = ""
        loop = asyncio.get_running_loop()
        self._connected: asyncio.Future[None] = loop.create_future()
        self._hello: asyncio.Future[Hello] = loop.create_future()
        self._ready: asyncio.Future[Ready] = loop.create_future()
        self._awaited: tuple[type, ...] = (Hello,)
        self._pending = PendingCommands(clock, self._cancel)
        self._correlation = itertools.count(1)
        self._inbox = Inbox(settings.inbox_limit, self._gap)
        self._told_dropped = 0
        self._arrived: asyncio.Future[None] | None = None
        self._late = 0
        self._heartbeat: Heartbeat | None = None
        self._source_state: SourceState | None = None
        self._watchdog = Watchdog(
            clock,
            settings.heartbeat_s,
            settings.heartbeat_grace_s,
            beat=self._beat,
            busy=lambda: bool(self._pending),
            silent=self._silent,
        )
        self._pipe_ended = asyncio.Event()
        self._torn: str = ""
        self._killed = False
        self._followed: asyncio.Task[None] | None = None
        self._explained: asyncio.Task[None] | None = None

    # ---- the face

    @property
    def state(self) -> WorkerState:
        return self._state

    @property
    def process_id(self) -> int:
        return 0 if self._process is None else self._process.pid

    @property
    def source(self) -> str:
        return self._source

    def listen(self, listener: WorkerListener) -> None:
        self._listener = listener
        if self._fault is not None:
            listener.worker_faulted(self._fault)
        elif self._source_state is not None and not self._source_state.connected:
            listener.source_state(self._source_state)  # lost while nobody listened

    async def invoke(self, command: Command, timeout_s: float) -> Reply:
        self._require_ready()
        if len(self._pending) >= self._settings.pending_commands:
            raise GatewayError(
                ErrorCode.TOO_MANY_PENDING,
                f"{len(self._pending)} commands of this session wait for their reply already: try again later",
            )
        if self._unsent > self._settings.frame_limit:
            raise GatewayError(
                ErrorCode.TOO_MANY_PENDING,
                f"the worker does not read its commands, {self._unsent:,} bytes wait for it: try again later",
            )
        correlation_id = next(self._correlation)
        framed = self._encoded(command, correlation_id)
        reply = self._pending.add(correlation_id, type(command).__name__, timeout_s)
        self._write(framed)
        try:
            return await reply
        except asyncio.CancelledError:
            if self._pending.forget(correlation_id):
                self._cancel(correlation_id)
            raise

    def _cancel(self, correlation_id: int) -> None:
        self._tell(Cancel(), correlation_id)

    def _encoded(self, body: Body, correlation_id: int = 0) -> bytes:
        try:
            return self._codec.encode(body, correlation_id)
        except ValueError as error:
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, str(error)) from error

    @property
    def _unsent(self) -> int:
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def _require_ready(self) -> None:
        if self._state is not WorkerState.READY:
            message = f"the worker is {self._state}" + (f": {self._fault.message}" if self._fault else "")
            raise GatewayError(ErrorCode.WORKER_UNAVAILABLE, message)

    async def batches(self) -> list[EventBatch]:
        if self._arrived is not None:
            raise RuntimeError("a worker's events have one reader")
        if not self._inbox and self._state in _READING:
            self._arrived = asyncio.get_running_loop().create_future()
            try:
                await self._arrived
            finally:
                self._arrived = None
        self._tell_dropped()
        taken = self._inbox.take()
        if not taken and self._state is WorkerState.FAULTED and self._fault is not None:
            raise GatewayError.of(self._fault)
        return taken

    async def shutdown(self, timeout_s: float, reason: str) -> None:
        if self._followed is None or self._state is WorkerState.CLOSED:
            return
        if self._state is WorkerState.READY:
            self._state = WorkerState.CLOSING
            # Commands that run may still be answered; those that are not fail with the end.
            self._tell(Shutdown(timeout_s * _SHUTDOWN_SHARE, reason))
        try:
            async with deadline(self._clock, timeout_s, "the worker's shutdown"):
                await asyncio.shield(self._followed)
        except TimeoutError as error:
            raise GatewayError(ErrorCode.TIMEOUT, str(error)) from error

    async def kill(self) -> None:
        if self._process is None:
            return
        if self._state in _ALIVE:
            self._state = WorkerState.CLOSING
        self._end_process(self._process)
        self._pending.fail("the worker was killed")
        await self._process.wait()
        self._closed()

    async def aclose(self) -> None:
        if self._state in _ALIVE:
            self._state = WorkerState.CLOSING
        self._watchdog.stop()
        self._pending.fail("the session is closed")
        if self._process is not None:
            self._end_process(self._process)
            await self._process.aclose()
        if self._transport is not None:
            self._transport.abort()
        await join(self._followed, self._explained, cancel=False)  # they end with process and pipe
        self._closed()
        for future in (self._connected, self._hello, self._ready):
            future.cancel()

    def statistics(self) -> ClientStatistics:
        inbox = self._inbox.statistics()
        return ClientStatistics(
            self._state,
            len(self._pending),
            inbox.batches,
            inbox.queued,
            inbox.peak,
            inbox.received,
            inbox.dropped,
            inbox.gaps,
            self._late,
            self._heartbeat,
        )

    # ---- the start, step by step (launcher)

    def follow(self, process: WorkerProcess) -> None:
        """This is the process; its end is the worker's end."""
        self._process = process
        self._followed = spawn(self._follow(process), name="follow worker")

    async def wait_connected(self) -> None:
        await self._connected

    async def wait_hello(self) -> None:
        """The child's hello; GatewayError when it is not the process that was started, with its nonce and version."""
        hello = await self._hello
        assert self._transport is not None
        assert self._process is not None
        connected = pipes.peer_pid(self._transport) or hello.pid
        if hello.protocol_version != PROTOCOL_VERSION:
            wrong = f"it speaks protocol version {hello.protocol_version}, this side {PROTOCOL_VERSION}"
        elif not hmac.compare_digest(hello.nonce.encode(), self._spec.nonce.encode()):
            wrong = "its nonce is not the one it was given"
        elif not self._process.is_ours(connected):
            wrong = f"process {connected} connected, but process {self._process.pid} was started"
        elif hello.pid != connected:
            wrong = f"it says that it is process {hello.pid}, but process {connected} connected"
        elif hello.backend != self._spec.backend:
            wrong = f"it serves backend {hello.backend}, not {self._spec.backend}"
        else:
            return
        raise GatewayError(ErrorCode.WORKER_START_FAILED, f"the worker was refused: {wrong}")

    async def initialize(self) -> None:
        """Send Start and wait until the backend is connected; GatewayError with the backend's own fault."""
        start = self._start_frame()
        self._awaited = (Ready, Heartbeat, SourceState, Fault)
        self._write(start)
        self._watchdog.start()
        ready = await self._ready
        self._source = ready.source

    def _start_frame(self) -> bytes:
        settings = self._settings
        try:
            options = json.dumps(dict(self._spec.options))
        except (TypeError, ValueError) as error:
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, f"the options cannot be sent: {error}") from error
        return self._encoded(
            Start(
                options,
                settings.heartbeat_s,
                settings.heartbeat_grace_s,
                settings.frame_limit,
                settings.batch_limit,
                settings.batch_delay_s,
                settings.worker_backlog,
            )
        )

    # ---- asyncio.BufferedProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._state not in _ALIVE:
            self._transport.abort()
        elif not self._connected.done():
            self._connected.set_result(None)

    def data_received(self, data: bytes | memoryview) -> None:
        self._watchdog.heard()
        try:
            for payload in self._reader.feed(data):
                if self._state not in _READING:
                    return
                envelope = self._codec.decode(payload)
                self._take(envelope.correlation_id, envelope.body)
        except ProtocolViolation as error:
            self._fail(error.fault)
        if self._inbox:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        try:
            self._reader.end()
        except ProtocolViolation as error:
            self._torn = error.fault.message
        self._pipe_ended.set()
        if self._state in _ALIVE:
            self._explained = spawn(self._explain_loss(exc), name="explain loss of pipe")

    async def _explain_loss(self, exc: Exception | None) -> None:
        """The process' end says more than the pipe's: wait for it for a moment."""
        assert self._followed is not None
        with contextlib.suppress(TimeoutError):
            async with deadline(self._clock, _OTHER_END_S, "the worker's exit"):
                await asyncio.shield(self._followed)
                return
        if self._torn:
            self._fail(ProtocolViolation(self._torn, reason="truncated").fault)
        else:
            why = f" ({exc})" if exc is not None else ""
            words = f"the worker's pipe ended{why}, but the worker went on running"
            self._fail(Fault(ErrorCode.WORKER_UNAVAILABLE, words))

    async def _follow(self, process: WorkerProcess) -> None:
        outcome = await process.wait()
        # What the worker wrote before its end may still be in the pipe.
        if self._transport is not None:
            with contextlib.suppress(TimeoutError):
                async with deadline(self._clock, _OTHER_END_S, "the end of the pipe"):
                    await self._pipe_ended.wait()
        self._ended(outcome)

    # ---- in

    def _take(self, correlation_id: int, body: Body) -> None:
        if self._state is WorkerState.STARTING and not isinstance(body, self._awaited):
            raise ProtocolViolation(f"the worker sent {type(body).__name__} before its turn", reason="body")
        match body:
            case EventBatch():
                self._inbox.put(body)
                if body.coalesced:
                    self._metrics.coalesced.inc(body.coalesced)
            case Reply():
                self._take_reply(correlation_id, body)
            case Heartbeat():
                self._heartbeat = body
            case SourceState():
                self._take_source_state(body)
            case Fault():
                self._fail(body)
            case Hello() if self._state is WorkerState.STARTING and not self._hello.done():
                self._hello.set_result(body)
            case Ready() if self._state is WorkerState.STARTING:
                if not self._ready.done():  # else the start was given up this very moment
                    self._state = WorkerState.READY
                    self._ready.set_result(body)
            case ShutdownAck():
                pass  # the process' end is what counts
            case _:
                raise ProtocolViolation(f"the worker sent {type(body).__name__}, which is not its turn", reason="body")

    def _gap(self, expected: int, got: int) -> None:
        self._metrics.event_gaps.inc(got - expected)
        if self._listener is not None:
            self._listener.sequence_gap(expected, got)

    def _tell_dropped(self) -> None:
        """Told with the next heartbeat or read, not with every batch: a reader that stands still drops many."""
        dropped, self._told_dropped = self._inbox.dropped - self._told_dropped, self._inbox.dropped
        if dropped:
            self._metrics.dropped.labels("inbox").inc(dropped)
            if self._listener is not None:
                self._listener.events_dropped(dropped)

    def _take_source_state(self, state: SourceState) -> None:
        self._source_state = state
        if self._listener is not None:
            self._listener.source_state(state)

    def _take_reply(self, correlation_id: int, reply: Reply) -> None:
        if not self._pending.answer(correlation_id, reply):
            self._late += 1
            self._metrics.late_replies.inc()
            _log.info("a reply to command %d came too late", correlation_id)

    # ---- out

    def _write(self, framed: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(framed)

    def _tell(self, body: Body, correlation_id: int = 0) -> None:
        if self._state in (WorkerState.READY, WorkerState.CLOSING):
            self._write(self._codec.encode(body, correlation_id))

    # ---- heartbeats

    def _beat(self) -> None:
        self._write(self._codec.encode(Heartbeat(os.getpid(), self._state, len(self._pending))))
        self._tell_dropped()

    def _silent(self, silent_s: float, allowed_s: float) -> None:
        words = f"the worker has been silent for {silent_s:.3g} s, {allowed_s:g} s are allowed"
        self._fail(Fault(ErrorCode.WORKER_UNRESPONSIVE, words))

    # ---- the end

    def _ended(self, outcome: Outcome) -> None:
        if self._state in _ALIVE:
            self._fail(self._exit_fault(outcome))
            return
        if outcome.code:
            _log.info("worker %d of session %s %s", self.process_id, self._spec.session_id, outcome.words)
        self._closed()

    def _exit_fault(self, outcome: Outcome) -> Fault:
        words = f"the worker {outcome.words}"
        if self._torn and not outcome.signal_name:  # killed within a frame is killed; ended within one is a mistake
            return Fault(ErrorCode.PROTOCOL_VIOLATION, f"{self._torn}; {words}", outcome.details())
        return Fault(ErrorCode.WORKER_UNAVAILABLE, words, outcome.details())

    def _fail(self, fault: Fault) -> None:
        if self._state not in _ALIVE:
            return
        self._state = WorkerState.FAULTED
        self._fault = fault = self._with_last_words(fault)
        self._watchdog.stop()
        if self._process is not None:
            self._end_process(self._process)
        if self._transport is not None:
            self._transport.abort()
        for future in (self._connected, self._hello, self._ready):
            if not future.done():
                future.set_exception(GatewayError.of(fault))
                future.exception()  # whoever waits gets it; where nobody does, it is no news
        self._pending.fail(fault.message)
        self._wake()
        if self._listener is not None:
            self._listener.worker_faulted(fault)

    def _with_last_words(self, fault: Fault) -> Fault:
        stderr = "" if self._process is None else self._process.stderr_tail()
        if not stderr or "stderr" in fault.details:
            return fault
        return dataclasses.replace(fault, details={**fault.details, "stderr": stderr})

    def _end_process(self, process: WorkerProcess) -> None:
        if not process.ended.done() and not self._killed:
            self._killed = True
            self._metrics.workers_killed.inc()
        process.kill()

    def _closed(self) -> None:
        if self._state is not WorkerState.FAULTED:
            self._state = WorkerState.CLOSED
        self._pending.fail("the session is closed")
        self._watchdog.stop()
        self._wake()

    def _wake(self) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)
