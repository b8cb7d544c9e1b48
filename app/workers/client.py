"""A worker seen from the gateway: one pipe, one process, one reader of its events."""

from __future__ import annotations

import asyncio
import hmac
import itertools
import json
import logging
from collections import deque
from typing import Any, cast

from app.batch import EventBatch
from app.commands import Command, Reply
from app.config import Settings
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.metrics import Metrics
from app.tasks import Clock, Timer, deadline, join, spawn
from app.values import Fault
from app.wire import pipes
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck, SourceState, Start
from app.wire.framing import FrameReader
from app.wire.messages import PROTOCOL_VERSION, Body, Codec
from app.workers.contract import ClientStatistics, WorkerListener, WorkerSpec, WorkerState
from app.workers.outcome import Outcome
from app.workers.process import WorkerProcess

_log = logging.getLogger(__name__)

#: While a command is in flight, silence is borne so many times longer.
_BUSY_GRACE = 5
#: After the end of the pipe, how long to wait for the process' own end, which says more.
_EXIT_WAIT_S = 1.0


class PipeClient(asyncio.Protocol):
    """Implements :class:`app.workers.contract.WorkerClient`; the launcher takes it through its start.

    Everything happens on the loop, so what is changed between two awaits is changed at once. The first fault wins:
    the state is FAULTED before anybody is told, and no later one is told.
    """

    def __init__(self, spec: WorkerSpec, settings: Settings, clock: Clock, metrics: Metrics) -> None:
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
        self._pending: dict[int, asyncio.Future[Reply]] = {}
        self._correlation = itertools.count(1)
        self._inbox: deque[EventBatch] = deque()
        self._inbox_events = self._inbox_peak = 0
        self._arrived: asyncio.Future[None] | None = None
        self._next_sequence = 1
        self._received = self._dropped = self._gaps = self._late = 0
        self._heartbeat: Heartbeat | None = None
        self._heard = self._due = 0.0
        self._watch: Timer | None = None
        self._tasks: list[asyncio.Task[Any]] = []

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

    async def invoke(self, command: Command, timeout_s: float) -> Reply:
        self._require_ready()
        if len(self._pending) >= self._settings.pending_commands:
            raise GatewayError(
                ErrorCode.TOO_MANY_PENDING,
                f"{len(self._pending)} commands of this session wait for their reply already: try again later",
            )
        correlation_id = next(self._correlation)
        framed = self._encoded(command, correlation_id)
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._pending[correlation_id] = reply
        timer = self._clock.call_later(timeout_s, self._timed_out, correlation_id, command, timeout_s)
        self._write(framed)
        try:
            return await reply
        except asyncio.CancelledError:
            if self._pending.pop(correlation_id, None) is not None:
                self._tell(Cancel(), correlation_id)
            raise
        finally:
            timer.cancel()

    def _encoded(self, command: Command, correlation_id: int) -> bytes:
        try:
            return self._codec.encode(command, correlation_id)
        except ValueError as error:
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, str(error)) from error

    def _require_ready(self) -> None:
        if self._state is not WorkerState.READY:
            message = f"the worker is {self._state}" + (f": {self._fault.message}" if self._fault else "")
            raise GatewayError(ErrorCode.WORKER_UNAVAILABLE, message)

    def _timed_out(self, correlation_id: int, command: Command, timeout_s: float) -> None:
        reply = self._pending.pop(correlation_id, None)
        if reply is None or reply.done():
            return
        self._tell(Cancel(), correlation_id)
        kind = type(command).__name__
        reply.set_exception(GatewayError(ErrorCode.TIMEOUT, f"no reply to {kind} within {timeout_s:g} s"))

    async def batches(self) -> list[EventBatch]:
        if self._arrived is not None:
            raise RuntimeError("a worker's events have one reader")
        if not self._inbox and self._state in (WorkerState.STARTING, WorkerState.READY, WorkerState.CLOSING):
            self._arrived = asyncio.get_running_loop().create_future()
            try:
                await self._arrived
            finally:
                self._arrived = None
        taken = list(self._inbox)
        self._inbox.clear()
        self._inbox_events = 0
        if not taken and self._state is WorkerState.FAULTED and self._fault is not None:
            raise GatewayError.of(self._fault)
        return taken

    async def shutdown(self, timeout_s: float, reason: str) -> None:
        if self._process is None or self._state is WorkerState.CLOSED:
            return
        if self._state is WorkerState.READY:
            self._state = WorkerState.CLOSING
            self._fail_pending("the session is closing")
        if self._state is WorkerState.CLOSING:
            self._tell(Shutdown(timeout_s, reason))
        try:
            async with deadline(self._clock, timeout_s, "the worker's shutdown"):
                await self._process.wait()
        except TimeoutError as error:
            raise GatewayError(ErrorCode.TIMEOUT, str(error)) from error
        self._closed()

    async def kill(self) -> None:
        process = self._process
        if process is None:
            return
        if not process.ended.done():
            self._metrics.workers_killed.inc()
        if self._state is not WorkerState.FAULTED:
            self._state = WorkerState.CLOSING
        self._fail_pending("the worker was killed")
        process.kill()
        await process.wait()
        self._closed()

    async def aclose(self) -> None:
        if self._state in (WorkerState.STARTING, WorkerState.READY):
            self._state = WorkerState.CLOSING
        self._stop_watching()
        self._fail_pending("the session is closed")
        if self._process is not None:
            await self._process.aclose()
        if self._transport is not None:
            self._transport.abort()
        await join(*self._tasks)
        self._tasks.clear()
        self._closed()
        for future in (self._connected, self._hello, self._ready):
            future.cancel()

    def statistics(self) -> ClientStatistics:
        return ClientStatistics(
            self._state,
            len(self._pending),
            len(self._inbox),
            self._inbox_events,
            self._inbox_peak,
            self._received,
            self._dropped,
            self._gaps,
            self._late,
            self._heartbeat,
        )

    # ---- the start, step by step (launcher)

    def follow(self, process: WorkerProcess) -> None:
        """This is the process; its end is the worker's end."""
        self._process = process
        self._tasks.append(spawn(self._follow(process), name="follow worker"))

    async def wait_connected(self) -> None:
        await self._connected

    async def wait_hello(self) -> None:
        """The child's hello; GatewayError when it is not the process that was started, with its nonce and version."""
        hello = await self._hello
        assert self._transport is not None
        assert self._process is not None
        peer = pipes.peer_pid(self._transport)
        if hello.protocol_version != PROTOCOL_VERSION:
            wrong = f"it speaks protocol version {hello.protocol_version}, this side {PROTOCOL_VERSION}"
        elif not hmac.compare_digest(hello.nonce.encode(), self._spec.nonce.encode()):
            wrong = "its nonce is not the one it was given"
        elif not self._process.is_ours(hello.pid) or (peer is not None and peer != hello.pid):
            wrong = f"process {peer or hello.pid} connected, but process {self._process.pid} was started"
        elif hello.backend != self._spec.backend:
            wrong = f"it serves backend {hello.backend}, not {self._spec.backend}"
        else:
            return
        raise GatewayError(ErrorCode.WORKER_START_FAILED, f"the worker was refused: {wrong}")

    async def initialize(self) -> None:
        """Send Start and wait until the backend is connected; GatewayError with the backend's own fault."""
        settings = self._settings
        self._send(
            Start(
                json.dumps(dict(self._spec.options)),
                settings.heartbeat_s,
                settings.heartbeat_grace_s,
                settings.frame_limit,
                settings.batch_limit,
                settings.batch_delay_s,
                settings.worker_backlog,
            )
        )
        self._start_watching()
        ready = await self._ready
        self._source = ready.source

    # ---- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._state not in (WorkerState.STARTING, WorkerState.READY):
            self._transport.abort()
        elif not self._connected.done():
            self._connected.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._state not in (WorkerState.STARTING, WorkerState.READY, WorkerState.CLOSING):
            return
        self._heard = self._clock.monotonic()
        try:
            for payload in self._reader.feed(data):
                envelope = self._codec.decode(payload)
                self._take(envelope.correlation_id, envelope.body)
        except ProtocolViolation as error:
            self._fail(error.fault)
        if self._inbox and self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._state not in (WorkerState.STARTING, WorkerState.READY):
            return
        try:
            self._reader.end()
        except ProtocolViolation as error:
            truncated: Fault | None = error.fault
        else:
            truncated = None
        self._tasks.append(spawn(self._explain_loss(truncated), name="explain loss of pipe"))

    async def _explain_loss(self, truncated: Fault | None) -> None:
        """The process' end says more than the pipe's: wait for it for a moment."""
        assert self._process is not None
        try:
            async with deadline(self._clock, _EXIT_WAIT_S, "the worker's exit"):
                outcome = await self._process.wait()
        except TimeoutError:
            lost = Fault(ErrorCode.WORKER_UNAVAILABLE, "the worker closed its pipe and went on running; it was killed")
            self._fail(truncated or lost)
        else:
            self._ended(outcome)

    async def _follow(self, process: WorkerProcess) -> None:
        outcome = await process.wait()
        # What the worker wrote before its end may still be in the pipe: let the loop read it first.
        if self._transport is not None and self._state in (WorkerState.STARTING, WorkerState.READY):
            for _ in range(3):
                await asyncio.sleep(0)
        self._ended(outcome)

    # ---- in

    def _take(self, correlation_id: int, body: Body) -> None:
        match body:
            case EventBatch():
                self._take_batch(body)
            case Reply():
                self._take_reply(correlation_id, body)
            case Heartbeat():
                self._take_heartbeat(body)
            case SourceState():
                if self._listener is not None:
                    self._listener.source_state(body)
            case Fault():
                self._fail(body)
            case Hello() if not self._hello.done():
                self._hello.set_result(body)
            case Ready() if self._hello.done() and not self._ready.done():
                self._state = WorkerState.READY
                self._ready.set_result(body)
            case ShutdownAck():
                pass  # the process' end is what counts
            case _:
                raise ProtocolViolation(f"the worker sent {type(body).__name__}, which is not its turn")

    def _take_batch(self, batch: EventBatch) -> None:
        if batch.first_sequence != self._next_sequence:
            self._gap(batch.first_sequence)
        self._next_sequence = batch.last_sequence + 1
        self._received += len(batch)
        self._inbox.append(batch)
        self._inbox_events += len(batch)
        if batch.coalesced:
            self._metrics.coalesced.inc(batch.coalesced)
        if self._inbox_events > self._settings.inbox_limit:
            self._drop()
        if self._inbox_events > self._inbox_peak:
            self._inbox_peak = self._inbox_events

    def _gap(self, got: int) -> None:
        if got < self._next_sequence:
            raise ProtocolViolation(f"event {got} came after event {self._next_sequence - 1}")
        self._gaps += 1
        self._metrics.event_gaps.inc(got - self._next_sequence)
        if self._listener is not None:
            self._listener.sequence_gap(self._next_sequence, got)

    def _drop(self) -> None:
        """Nobody reads: the oldest batches go, so that replies and heartbeats never wait behind them."""
        dropped = 0
        while self._inbox_events > self._settings.inbox_limit and len(self._inbox) > 1:
            count = len(self._inbox.popleft())
            self._inbox_events -= count
            dropped += count
        if dropped:
            self._dropped += dropped
            self._metrics.dropped.labels("inbox").inc(dropped)
            if self._listener is not None:
                self._listener.events_dropped(dropped)

    def _take_reply(self, correlation_id: int, reply: Reply) -> None:
        waiting = self._pending.pop(correlation_id, None)
        if waiting is None or waiting.done():
            self._late += 1
            self._metrics.late_replies.inc()
            _log.info("a reply to command %d came too late", correlation_id)
            return
        waiting.set_result(reply)

    def _take_heartbeat(self, heartbeat: Heartbeat) -> None:
        self._heartbeat = heartbeat

    # ---- out

    def _write(self, framed: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(framed)

    def _send(self, body: Body) -> None:
        self._write(self._codec.encode(body))

    def _tell(self, body: Body, correlation_id: int = 0) -> None:
        if self._state in (WorkerState.READY, WorkerState.CLOSING):
            self._write(self._codec.encode(body, correlation_id))

    # ---- heartbeats

    def _start_watching(self) -> None:
        self._heard = self._clock.monotonic()
        self._arm()

    def _arm(self) -> None:
        self._due = self._clock.monotonic() + self._settings.heartbeat_s
        self._watch = self._clock.call_later(self._settings.heartbeat_s, self._tick)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _tick(self) -> None:
        now = self._clock.monotonic()
        grace_s = self._settings.heartbeat_grace_s
        if now - self._due > grace_s / 2:
            # This side was held up (a suspended machine, a blocked loop): what the worker sent meanwhile is unread.
            self._heard = now
        allowed_s = grace_s * (_BUSY_GRACE if self._pending else 1)
        if now - self._heard > allowed_s:
            self._fail(
                Fault(
                    ErrorCode.WORKER_UNRESPONSIVE,
                    f"the worker has been silent for {now - self._heard:.0f} s, {allowed_s:g} s are allowed",
                )
            )
            return
        self._send(Heartbeat(0, self._state))
        self._arm()

    # ---- the end

    def _ended(self, outcome: Outcome) -> None:
        if self._state in (WorkerState.STARTING, WorkerState.READY):
            self._fail(Fault(ErrorCode.WORKER_UNAVAILABLE, f"the worker {outcome.words}", outcome.details()))
        else:
            self._closed()

    def _fail(self, fault: Fault) -> None:
        if self._state not in (WorkerState.STARTING, WorkerState.READY):
            return
        self._state = WorkerState.FAULTED
        self._fault = fault
        self._stop_watching()
        if self._process is not None:
            if not self._process.ended.done():
                self._metrics.workers_killed.inc()
            self._process.kill()
        for future in (self._connected, self._hello, self._ready):
            if not future.done():
                future.set_exception(GatewayError.of(fault))
                future.exception()  # whoever waits gets it; where nobody does, it is no news
        self._fail_pending(fault.message)
        self._wake()
        if self._listener is not None:
            self._listener.worker_faulted(fault)

    def _fail_pending(self, why: str) -> None:
        pending, self._pending = self._pending, {}
        for reply in pending.values():
            if not reply.done():
                reply.set_exception(
                    GatewayError(ErrorCode.WORKER_UNAVAILABLE, f"{why}; the command may have been done")
                )

    def _closed(self) -> None:
        if self._state is not WorkerState.FAULTED:
            self._state = WorkerState.CLOSED
        self._stop_watching()
        self._wake()

    def _wake(self) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)
