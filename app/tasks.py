"""Tasks that are never lost, a clock that tests can turn, and budgets of time. Standard library only."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar, TypeVarTuple

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
_running: set[asyncio.Task[Any]] = set()


def spawn(
    coro: Coroutine[Any, Any, _T], *, name: str, on_failure: Callable[[BaseException], None] | None = None
) -> asyncio.Task[_T]:
    """Run ``coro`` as a task that cannot be collected while it runs and cannot fail unheard.

    A failure goes to ``on_failure``, else to the log; the task's result still raises it for whoever awaits.
    """
    task = asyncio.get_running_loop().create_task(coro, name=name)
    _running.add(task)

    def done(task: asyncio.Task[_T]) -> None:
        _running.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if on_failure is not None:
            on_failure(error)
        else:
            _log.error("task %s failed", name, exc_info=error)

    task.add_done_callback(done)
    return task


def running() -> list[str]:
    """The names of the tasks that :func:`spawn` started and that have not ended, for diagnostics and leak checks."""
    return sorted(task.get_name() for task in _running)


async def join(*tasks: asyncio.Task[Any] | None, cancel: bool = True) -> None:
    """Cancel the tasks (unless told not to) and wait until each has ended; what they raise is not raised here.

    Safe while the caller itself is being cancelled: its cancellation is raised once the tasks have ended.
    """
    waiting = [task for task in tasks if task is not None and task is not asyncio.current_task()]
    if cancel:
        for task in waiting:
            task.cancel()
    cancelled: asyncio.CancelledError | None = None
    while pending := [task for task in waiting if not task.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError as error:
            cancelled = error
            for task in pending:
                task.cancel()
    if cancelled is not None:
        raise cancelled


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    """Time as the engine sees it. One instance is passed to everything, so that a test can turn it by hand."""

    def monotonic(self) -> float:
        """Seconds; for durations and deadlines."""
        ...

    def utc_ns(self) -> int:
        """Nanoseconds since 1970 UTC; for what is shown and stored."""
        ...

    def call_later(self, delay_s: float, callback: Callable[[*_Ts], object], *args: *_Ts) -> Timer: ...

    async def sleep(self, delay_s: float) -> None: ...


class SystemClock:
    """The real clock, on the running loop."""

    def monotonic(self) -> float:
        return time.perf_counter()  # time.monotonic goes in steps of 16 ms on Windows, up to Python 3.12

    def utc_ns(self) -> int:
        return time.time_ns()

    def call_later(self, delay_s: float, callback: Callable[[*_Ts], object], *args: *_Ts) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s, callback, *args)

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)


@asynccontextmanager
async def deadline(clock: Clock, delay_s: float, what: str) -> AsyncGenerator[None]:
    """Cancel the block after ``delay_s`` of ``clock`` and raise a TimeoutError that says what was waited for."""
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(None)
    try:
        async with limit:
            timer = clock.call_later(delay_s, lambda: limit.reschedule(loop.time()))
            try:
                yield
            finally:
                timer.cancel()
    except TimeoutError as error:
        if limit.expired():
            raise TimeoutError(f"{what} took longer than {delay_s:g} s") from error
        raise


class Budget:
    """One deadline for several steps."""

    def __init__(self, clock: Clock, total_s: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + total_s

    @property
    def remaining_s(self) -> float:
        return max(0.0, self._end - self._clock.monotonic())
