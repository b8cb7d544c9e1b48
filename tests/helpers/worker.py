"""A worker that a test steers by hand, at the seam between session and worker client: a gate at every await."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from app import commands as c
from app.batch import EventBatch
from app.commands import Command, ItemRow, ItemRows, Reply
from app.errors import ErrorCode, GatewayError
from app.values import Fault
from app.wire.bodies import SourceState
from app.workers.contract import ClientStatistics, StartProgress, StartStep, WorkerListener, WorkerSpec, WorkerState
from tests.helpers.batches import batch


class Gate:
    """Open by default. Closed, whoever comes waits until it is opened; ``fail`` makes it raise."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self.error: BaseException | None = None
        self.waiting = 0

    def close(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def fail(self, error: BaseException) -> None:
        self.error = error

    async def pass_through(self) -> None:
        self.waiting += 1
        try:
            await self._open.wait()
        finally:
            self.waiting -= 1
        if self.error is not None:
            raise self.error


class SteeredClient:
    """Implements :class:`app.workers.contract.WorkerClient`."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec = spec
        self.state = WorkerState.READY
        self.process_id = 4711
        self.source = "steered"
        self.invoke_gate = Gate()
        self.shutdown_gate = Gate()
        self.kill_gate = Gate()
        self.close_gate = Gate()
        self.calls: list[str] = []
        self.commands: list[Command] = []
        self.answer: Callable[[Command], Reply] = default_answer
        self._listener: WorkerListener | None = None
        self._fault: Fault | None = None
        self._inbox: deque[EventBatch] = deque()
        self._arrived = asyncio.Event()
        self._sequence = 0
        self.received = 0
        self.gone = False

    # ---- the face

    def listen(self, listener: WorkerListener) -> None:
        self._listener = listener
        if self._fault is not None:
            listener.worker_faulted(self._fault)

    async def invoke(self, command: Command, timeout_s: float) -> Reply:
        self.commands.append(command)
        await self.invoke_gate.pass_through()
        if self.state is not WorkerState.READY:
            raise GatewayError(ErrorCode.WORKER_UNAVAILABLE, "the worker is gone")
        return self.answer(command)

    async def batches(self) -> list[EventBatch]:
        while not self._inbox and self.state in (WorkerState.READY, WorkerState.CLOSING):
            self._arrived.clear()
            await self._arrived.wait()
        taken = list(self._inbox)
        self._inbox.clear()
        if not taken and self.state is WorkerState.FAULTED and self._fault is not None:
            raise GatewayError.of(self._fault)
        return taken

    async def shutdown(self, timeout_s: float, reason: str) -> None:
        self.calls.append(f"shutdown {reason}")
        self.state = WorkerState.CLOSING
        await self.shutdown_gate.pass_through()
        self._end()

    async def kill(self) -> None:
        self.calls.append("kill")
        await self.kill_gate.pass_through()
        self._end()
        self.shutdown_gate.open()

    async def aclose(self) -> None:
        self.calls.append("aclose")
        await self.close_gate.pass_through()
        self._end()
        self.gone = True

    def _end(self) -> None:
        if self.state is not WorkerState.FAULTED:
            self.state = WorkerState.CLOSED
        self._arrived.set()

    def statistics(self) -> ClientStatistics:
        unread = sum(len(one) for one in self._inbox)
        return ClientStatistics(self.state, 0, len(self._inbox), unread, 0, self.received, 0, 0, 0, None)

    # ---- the test's side

    def emit(self, count: int = 1, key: int = 1 << 32 | 1) -> None:
        """So many events, in one batch."""
        self.send(batch(self._sequence + 1, count, key))

    def send(self, made: EventBatch) -> None:
        self._sequence = made.last_sequence
        self.received += len(made)
        self._inbox.append(made)
        self._arrived.set()

    def fault(self, code: str = ErrorCode.WORKER_UNAVAILABLE, message: str = "the worker was ended by SIGKILL") -> None:
        if self.state is WorkerState.FAULTED:
            return
        self.state = WorkerState.FAULTED
        self._fault = Fault(code, message, {"signal": "SIGKILL"})
        self._arrived.set()
        if self._listener is not None:
            self._listener.worker_faulted(self._fault)

    def end_stream(self) -> None:
        """The stream ends normally without anybody having asked."""
        self.state = WorkerState.CLOSED
        self._arrived.set()

    def tell_source(self, state: SourceState) -> None:
        assert self._listener is not None
        self._listener.source_state(state)

    def tell_gap(self, expected: int, got: int) -> None:
        assert self._listener is not None
        self._listener.sequence_gap(expected, got)


class SteeredLauncher:
    """Implements :class:`app.workers.contract.Launcher`: a gate before each step, and ``fail_at``."""

    def __init__(self) -> None:
        self.gates = {step: Gate() for step in StartStep}
        self.fail_at: StartStep | None = None
        self.failures = 0  # so many starts fail, then they work
        self.made: Callable[[SteeredClient], object] = lambda client: None  # told of each client before it is given out
        self.clients: list[SteeredClient] = []
        self.specs: list[WorkerSpec] = []
        self.abandoned = 0

    @property
    def client(self) -> SteeredClient:
        return self.clients[-1]

    async def start(self, spec: WorkerSpec, progress: StartProgress) -> SteeredClient:
        self.specs.append(spec)
        try:
            for step in StartStep:
                progress(step)
                await self.gates[step].pass_through()
                if self.fail_at is step or (self.failures and step is StartStep.HANDSHAKING):
                    self.failures = max(0, self.failures - 1)
                    raise GatewayError(  # noqa: TRY301 - it is the launcher's own failure
                        ErrorCode.WORKER_START_FAILED, f"it failed while {step}", step=str(step)
                    )
        except BaseException:
            self.abandoned += 1
            raise
        client = SteeredClient(spec)
        self.clients.append(client)
        self.made(client)
        return client


def falls_when_heard(client: SteeredClient) -> None:
    """Make the worker fault as the session begins to listen to it."""
    listen = client.listen

    def listen_and_fall(listener: WorkerListener) -> None:
        listen(listener)
        client.fault()

    client.listen = listen_and_fall  # type: ignore[method-assign]


def default_answer(command: Command) -> Reply:
    """What a worker with one client would say: handles from 1, every row good."""
    match command:
        case c.Register():
            return Reply(payload=c.Handle(1))
        case c.AddItem() | c.AddItem2() | c.AddBufferedItem():
            return Reply(payload=c.Handle(1))
        case c.AddItemBulk() | c.SubscribeBulk():
            rows = [ItemRow(True, number + 1, tag) for number, tag in enumerate(command.tags)]
            return Reply(payload=ItemRows(tuple(rows)))
        case c.RemoveItemBulk() | c.UnsubscribeBulk() | c.AdviseItemBulk() | c.UnAdviseItemBulk():
            return Reply(payload=ItemRows(tuple([ItemRow(True, handle) for handle in command.item_handles])))
        case c.Restore():
            rows = [ItemRow(True, item.item_handle, item.tag, "", item.server_handle) for item in command.items]
            return Reply(payload=ItemRows(tuple(rows)))
        case c.Ping():
            return Reply(payload=c.Pong(command.text, 0))
        case _:
            return Reply()
