"""The worker's end of the pipe: handshake, commands in, replies and batches out, heartbeats both ways, shutdown."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import platform
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast, get_args

from app.batch import EventBatch
from app.commands import Command, ProtocolStatus, Reply
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.tasks import Clock, Timer, deadline, join, spawn
from app.values import QUALITY_BAD, Fault, failed
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck, SourceState, Start
from app.wire.framing import FrameReader
from app.wire.messages import PROTOCOL_VERSION, Body, Codec
from app.wire.pipes import PipeProtocol
from app.worker import drivers
from app.worker.exit import ExitCode
from app.worker.loop import CommandLoop
from app.worker.outbox import Outbox

_log = logging.getLogger(__name__)

#: Bytes that may wait in the transport before events stop: small, so that replies and heartbeats pass quickly.
_HIGH_WATER = 256 * 1024
#: Until Start tells the session's own limit.
_FRAME_LIMIT = 16 * 1024 * 1024
#: The parent's silence is borne this many times longer than its own patience: it ends us, not the other way round.
_PARENT_GRACE = 5
_CLOSE_S = 2.0
#: How long the gateway may take to read what was written before the end.
_LAST_WORDS_S = 1.0
_COMMANDS = frozenset(get_args(Command))
_OVERFLOW = 20  # detail code of a status


class WorkerLink(PipeProtocol):
    """One worker's life. :meth:`run` ends with its exit code, on a shutdown, a lost pipe or a failure."""

    def __init__(self, clock: Clock, session_id: str, backend: str, nonce: str) -> None:
        super().__init__()
        self._clock = clock
        self._backend = backend
        self._nonce = nonce
        self._codec = Codec(session_id, _FRAME_LIMIT)
        self._reader = FrameReader(_FRAME_LIMIT)
        self._transport: asyncio.Transport | None = None
        self._state = "Starting"
        self._start: Start | None = None
        self._loop: CommandLoop | None = None
        self._outbox: Outbox | None = None
        self._main: asyncio.Task[Any] | None = None
        self._closing: asyncio.Task[Any] | None = None
        self._commands: dict[int, asyncio.Task[None]] = {}
        self._cancelled: set[int] = set()
        self._beat: Timer | None = None
        self._heard = clock.monotonic()
        self._end: asyncio.Future[ExitCode] = asyncio.get_running_loop().create_future()
        self._pipe_ended = asyncio.Event()

    async def run(self) -> ExitCode:
        """Wait for the end of this worker's life and leave nothing running."""
        code = await self._end
        if self._beat is not None:
            self._beat.cancel()
        await join(self._closing, self._main, *self._commands.values())
        if self._loop is not None:
            await self._loop.stop()
        if self._outbox is not None:
            self._outbox.close()
        await self._hang_up()
        return code

    def abort(self) -> None:
        """The gateway has gone: nothing more can be told."""
        if self._transport is not None:
            self._transport.abort()

    async def _hang_up(self) -> None:
        """Close the pipe once the gateway has everything written: the process ends next, and its buffers with it."""
        if self._transport is None:
            return
        self._transport.close()
        try:
            async with deadline(self._clock, _LAST_WORDS_S, "the gateway's reading of the last words"):
                await self._pipe_ended.wait()
        except TimeoutError as error:
            _log.warning("%s", error)
            self._transport.abort()

    def _finish(self, code: ExitCode) -> None:
        if not self._end.done():
            self._end.set_result(code)

    # ---- asyncio.BufferedProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_HIGH_WATER)
        self._send(Hello(PROTOCOL_VERSION, self._nonce, os.getpid(), self._backend, platform.machine()))

    def data_received(self, data: bytes | memoryview) -> None:
        if self._end.done():  # nobody would see the end of what begins now
            return
        self._heard = self._clock.monotonic()
        try:
            for payload in self._reader.feed(data):
                envelope = self._codec.decode(payload)
                self._received(envelope.correlation_id, envelope.body)
        except ProtocolViolation as error:
            _log.error("the gateway broke the protocol: %s", error.fault.message)
            wrong_version = error.fault.details.get("reason") == "version"
            self._finish(ExitCode.PROTOCOL_VERSION if wrong_version else ExitCode.UNEXPECTED)

    def pause_writing(self) -> None:
        if self._outbox is not None:
            self._outbox.pause()

    def resume_writing(self) -> None:
        if self._outbox is not None:
            self._outbox.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._pipe_ended.set()
        if not self._end.done():
            _log.info("the pipe ended")
        self._finish(ExitCode.OK if self._state == "Closing" else ExitCode.UNEXPECTED)

    # ---- in

    def _received(self, correlation_id: int, body: Body) -> None:
        if type(body) in _COMMANDS:  # most of what comes, and no row of comparisons should stand before it
            self._command(correlation_id, cast("Command", body))
            return
        match body:
            case Heartbeat():
                pass  # that it came is what it says
            case Start():
                self._begin(body)
            case Shutdown():
                self._shut_down(body)
            case Cancel():
                self._cancel(correlation_id)
            case Hello() | Ready() | ShutdownAck() | Reply() | EventBatch() | Fault() | SourceState():
                raise ProtocolViolation(f"the gateway sent {type(body).__name__}, which only a worker sends")
            case _:
                raise AssertionError(f"a {type(body).__name__} is no body")

    def _begin(self, start: Start) -> None:
        if self._start is not None:
            raise ProtocolViolation("the gateway sent Start twice")
        self._start = start
        self._codec.frame_limit = self._reader.limit = start.frame_limit
        self._heartbeat()
        self._main = spawn(self._start_driver(start), name="start driver")

    async def _start_driver(self, start: Start) -> None:
        try:
            source, unsupported = await self._driver_started(start)
        except Exception as error:
            fault = _start_fault(self._backend, error)
            _log.error("backend %s did not start: %s", self._backend, fault.message)
            self._send(fault)
            self._finish(ExitCode.BACKEND_FAILED)
            return
        self._state = "Ready"
        self._send(Ready(source, tuple(sorted(unsupported))))
        self._heartbeat()  # the first at once

    async def _driver_started(self, start: Start) -> tuple[str, frozenset[str]]:
        driver = await drivers.make(self._backend)
        self._outbox = Outbox(
            self._clock,
            self._send_batch,
            batch_limit=start.batch_limit,
            batch_delay_s=start.batch_delay_s,
            backlog_limit=start.backlog_limit,
        )
        self._loop = CommandLoop(
            driver, self._outbox, self._clock, state_changed=self._send, failed=self._driver_failed
        )
        options: Mapping[str, Any] = json.loads(start.options_json or "{}")
        return await driver.start(options, self._loop.sink), driver.unsupported

    def _driver_failed(self, fault: Fault) -> None:
        _log.error("the driver cannot go on: %s", fault.message)
        self._send(fault)
        self._finish(ExitCode.UNEXPECTED)

    # ---- commands

    def _command(self, correlation_id: int, command: Command) -> None:
        if self._loop is None or self._state != "Ready":
            words = f"the worker is not ready, it is {self._state}"
            self._reply(correlation_id, Reply(ProtocolStatus.WORKER_UNAVAILABLE, words))
            return
        if (reply := self._loop.answer(command)) is not None:
            self._reply(correlation_id, reply)
            return
        task = spawn(self._serve(self._loop, correlation_id, command), name=type(command).__name__)
        self._commands[correlation_id] = task

    async def _serve(self, loop: CommandLoop, correlation_id: int, command: Command) -> None:
        """Always answers, also when cancelled."""
        reply = Reply(ProtocolStatus.CANCELLED, "the command was cancelled")
        try:
            if correlation_id not in self._cancelled:
                reply = await loop.execute(command)
        finally:
            self._commands.pop(correlation_id, None)
            self._cancelled.discard(correlation_id)
            if self._state == "Closing" and reply.code is ProtocolStatus.CANCELLED:
                reply = Reply(ProtocolStatus.WORKER_UNAVAILABLE, "the worker is shutting down")
            self._reply(correlation_id, reply)

    def _cancel(self, correlation_id: int) -> None:
        if (task := self._commands.get(correlation_id)) is not None:
            # A task that has not started would be cancelled without ever answering: it looks here first.
            self._cancelled.add(correlation_id)
            asyncio.get_running_loop().call_soon(task.cancel)

    def _reply(self, correlation_id: int, reply: Reply) -> None:
        try:
            self._send(reply, correlation_id)
        except ValueError as error:
            # A value or a size that no frame can carry: the caller still gets an answer.
            self._send(Reply(ProtocolStatus.INTERNAL, f"the reply cannot be sent: {error}"), correlation_id)

    # ---- out

    def _send(self, body: Body, correlation_id: int = 0) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._codec.encode(body, correlation_id))

    def _send_batch(self, batch: EventBatch) -> None:
        """A batch that no frame can carry is split; one event that none can carry arrives without its value."""
        try:
            self._send(batch)
        except ValueError as error:
            half = len(batch) // 2
            if half:
                self._send_batch(batch.first(half))
                self._send_batch(batch.after(batch.first_sequence + half - 1))
            else:
                _log.warning("a value cannot be sent: %s", type(error).__name__)
                self._send(_without_value(batch))

    def _heartbeat(self) -> None:
        if self._start is None or self._end.done():
            return
        if self._beat is not None:
            self._beat.cancel()
        if self._clock.monotonic() - self._heard > self._start.heartbeat_grace_s * _PARENT_GRACE:
            _log.error("the gateway has been silent for too long")
            self._finish(ExitCode.UNEXPECTED)
            return
        self._send(self._vital_signs())
        self._beat = self._clock.call_later(self._start.heartbeat_s, self._heartbeat)

    def _vital_signs(self) -> Heartbeat:
        if self._outbox is None or self._loop is None:
            return Heartbeat(os.getpid(), self._state)
        figures = self._outbox.statistics()
        return Heartbeat(
            os.getpid(),
            self._state,
            len(self._commands),
            figures.queued,
            self._outbox.last_sequence,
            self._loop.sink.last_activity_ns,
            figures.coalesced,
            figures.received,
        )

    # ---- shutdown

    def _shut_down(self, shutdown: Shutdown) -> None:
        if self._state != "Closing":
            self._state = "Closing"
            self._closing = spawn(
                self._closed(shutdown), name="shutdown", on_failure=lambda _: self._finish(ExitCode.UNEXPECTED)
            )

    async def _closed(self, shutdown: Shutdown) -> None:
        await join(self._main)
        await self._finish_commands(shutdown.grace_s)
        if self._loop is not None:
            try:
                async with deadline(self._clock, max(_CLOSE_S, shutdown.grace_s), "closing the source"):
                    await self._loop.close()
            except TimeoutError as error:
                _log.warning("%s", error)
        if self._outbox is not None:
            self._outbox.resume()  # nothing more comes: what is left may wait in the transport
        self._send(ShutdownAck())
        self._finish(ExitCode.OK)

    async def _finish_commands(self, grace_s: float) -> None:
        """Those that run may end within half of the grace; the others are answered as unavailable."""
        running = list(self._commands.values())
        if running:
            try:
                async with deadline(self._clock, grace_s / 2, "the running commands"):
                    await asyncio.wait(running)
            except TimeoutError:
                await join(*running)


def _without_value(batch: EventBatch) -> EventBatch:
    event = next(iter(batch))
    statuses = (*event.detail.statuses, failed(_OVERFLOW, category=7))
    detail = replace(event.detail, statuses=statuses)
    return EventBatch.of([replace(event, value=None, quality=QUALITY_BAD, detail=detail)])


def _start_fault(backend: str, error: Exception) -> Fault:
    if isinstance(error, GatewayError):
        return error.fault
    if isinstance(error, ValueError):
        return Fault(ErrorCode.INVALID_ARGUMENT, str(error))
    return Fault("BackendFailed", f"backend {backend} failed at its start: {type(error).__name__}: {error}")
