"""Starts workers: pipe, process, handshake, backend; and cleans up every start that fails on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from app.config import Settings
from app.errors import ErrorCode, GatewayError
from app.metrics import Metrics
from app.tasks import Clock, deadline, spawn
from app.values import Fault
from app.wire import pipes
from app.workers.client import PipeClient
from app.workers.contract import StartProgress, StartStep, WorkerSpec
from app.workers.leftovers import Leftovers
from app.workers.process import WorkerProcess
from app.workers.worker32 import command_for

#: Faults of the transport during a start: the step says more than they do.
_OURS = (ErrorCode.WORKER_UNAVAILABLE, ErrorCode.PROTOCOL_VIOLATION, ErrorCode.WORKER_START_FAILED)


class ProcessLauncher:
    """Implements :class:`app.workers.contract.Launcher` with real processes.

    ``worker_command`` replaces how a worker is started (the pipe, backend and session arguments are added);
    ``environment`` is added to the worker's environment.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        worker_command: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        leftovers: Leftovers | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._worker_command = worker_command
        self._environment = environment
        self._leftovers = leftovers or Leftovers()
        self._running: set[WorkerProcess] = set()
        self._closed = False

    async def end_leftovers(self) -> int:
        """End the workers of gateways that are gone; how many. Before the first start, so that they hold nothing."""
        return await asyncio.to_thread(self._leftovers.end)

    async def start(self, spec: WorkerSpec, progress: StartProgress) -> PipeClient:
        if self._closed:
            raise GatewayError(ErrorCode.WORKER_START_FAILED, "the gateway is ending: it starts no worker any more")
        began = self._clock.monotonic()
        attempt = _Start(self, spec, progress)
        try:
            async with deadline(self._clock, spec.startup_timeout_s, "the start of the worker"):
                client = await attempt.run()
        except BaseException as error:
            await attempt.abandon()
            if isinstance(error, GatewayError | OSError):  # a TimeoutError is an OSError
                raise attempt.explained(error) from error
            raise
        self._metrics.worker_start.observe(self._clock.monotonic() - began)
        return client

    def close(self) -> None:
        """Start no more, and kill what still runs: for the end of the program, when there is no time left to wait."""
        self._closed = True
        for process in self._running:
            process.kill()

    def spawn(self, spec: WorkerSpec, address: str) -> WorkerProcess:
        """The process of one worker, recorded for as long as it runs."""
        command = list(self._worker_command or command_for(spec.backend))
        command += ["--pipe", address, "--backend", spec.backend, "--session", spec.session_id]
        command += ["--attempt", f"{self._settings.connect_attempt_s:g}"]
        process = WorkerProcess(command, self._environment)
        self._metrics.workers_started.inc()
        record = self._leftovers.record(process.pid, address)
        self._running.add(process)

        def ended(_: object) -> None:
            self._running.discard(process)
            self._leftovers.forget(record)

        process.ended.add_done_callback(ended)
        return process

    def client(self, spec: WorkerSpec) -> PipeClient:
        return PipeClient(spec, self._settings, self._clock, self._metrics)


class _Start:
    """One start, and what it has made so far."""

    def __init__(self, launcher: ProcessLauncher, spec: WorkerSpec, progress: StartProgress) -> None:
        self._launcher = launcher
        self._spec = spec
        self._progress = progress
        self._step = StartStep.STARTING_WORKER
        self._client: PipeClient | None = None
        self._listener: pipes.PipeListener | None = None
        self._process: WorkerProcess | None = None

    async def run(self) -> PipeClient:
        self._enter(StartStep.STARTING_WORKER)
        client = self._client = self._launcher.client(self._spec)
        listener = self._listener = await pipes.listen(self._spec.pipe_name, lambda: client)
        process = self._process = self._launcher.spawn(self._spec, listener.address)
        client.follow(process)
        process.tell(self._spec.nonce)
        self._enter(StartStep.WAITING_FOR_PIPE)
        await client.wait_connected()
        listener.close()
        self._enter(StartStep.HANDSHAKING)
        await client.wait_hello()
        self._enter(StartStep.INITIALIZING_WORKER)
        await client.initialize()
        return client

    def _enter(self, step: StartStep) -> None:
        self._step = step
        self._progress(step)

    async def abandon(self) -> None:
        """Undo what was made; finishes even if the start is cancelled meanwhile, however often."""
        if self._listener is not None:
            self._listener.close()
        if self._client is None:
            return
        cleaning = spawn(self._client.aclose(), name="abandon start")
        cancelled: asyncio.CancelledError | None = None
        while not cleaning.done():
            try:
                await asyncio.wait([cleaning])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled

    def explained(self, error: GatewayError | OSError) -> GatewayError:
        """The error with its step, and with the process' last words where there are some."""
        fault = error.fault if isinstance(error, GatewayError) else Fault(ErrorCode.WORKER_START_FAILED, str(error))
        details = {"step": str(self._step), **fault.details}
        if self._process is not None and (stderr := self._process.stderr_tail()):
            details.setdefault("stderr", stderr)
        if fault.code not in _OURS:
            return GatewayError.of(Fault(fault.code, fault.message, details))
        words = f"the session did not start ({_STEP_WORDS[self._step]}): {fault.message}"
        return GatewayError(ErrorCode.WORKER_START_FAILED, words, **details)


_STEP_WORDS = {
    StartStep.STARTING_WORKER: "starting the worker",
    StartStep.WAITING_FOR_PIPE: "waiting for the worker to connect",
    StartStep.HANDSHAKING: "shaking hands",
    StartStep.INITIALIZING_WORKER: "connecting to the source",
}
