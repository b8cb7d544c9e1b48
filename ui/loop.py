"""qasync's event loop, made fast and exact.

qasync makes one Qt timer per callback: slow, coarse, and in an order that can break. Here callbacks wait in one queue
that a posted Qt event drains, and timers in one heap behind one precise Qt timer. Sockets, pipes, subprocesses and
the proactor of Windows stay qasync's.
"""

from __future__ import annotations

import asyncio
import collections
import heapq
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer

_WAKE = QEvent.Type(QEvent.registerEventType())
#: Longest run of callbacks before Qt has its turn: input and painting wait no longer than this for a busy engine.
_SLICE_S = 0.008
#: Cancelled timers are swept out of the heap when they are many, and more than half of it.
_SWEEP = 100
_THREADS = 10


class _Waker(QObject):
    """Posted events reach it, from any thread, also while a dialog runs a loop of its own."""

    def __init__(self, drain: Callable[[], None]) -> None:
        super().__init__()
        self._drain = drain

    def event(self, event: QEvent) -> bool:
        if event.type() == _WAKE:
            self._drain()
            return True
        return super().event(event)


class FastQEventLoop(qasync.QEventLoop):  # type: ignore[misc, valid-type]
    """An asyncio loop on Qt's. ``call_soon`` keeps its order, a timer never fires early, and a cancelled one is gone.

    A dialog's own loop (``exec``), opened from a coroutine or from a slot that one has called, hangs nothing: the other
    tasks go on under it.
    """

    def __init__(self, app: QCoreApplication | None = None, **kwargs: Any) -> None:
        self._queue: collections.deque[asyncio.Handle] = collections.deque()
        self._heap: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._pushed = 0
        self._cancelled = 0
        self._posted = False
        self._armed_at: float | None = None
        self._waker = _Waker(self._run_ready)
        self._due_timer = QTimer()
        self._due_timer.setSingleShot(True)
        self._due_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._due_timer.timeout.connect(self._run_due)
        super().__init__(app, **kwargs)
        # qasync's own threads are Qt's: a program that ends without closing its loop destroys them while they run.
        # Python waits for these by itself.
        self.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="loop"))

    # ---- callbacks

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        handle = asyncio.Handle(callback, args, self, context)
        self._queue.append(handle)
        self._wake()
        return handle

    def call_soon_threadsafe(  # pyright: ignore[reportIncompatibleMethodOverride] - qasync's returns nothing
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        # A deque's append and a posted event are safe from any thread: two wakes for one are harmless.
        return FastQEventLoop.call_soon(self, callback, *args, context=context)

    def _wake(self) -> None:
        if not self._posted:
            self._posted = True
            QCoreApplication.postEvent(self._waker, QEvent(_WAKE))

    def _run_ready(self) -> None:
        self._posted = False
        queue = self._queue
        # Qt may deliver the event while the loop stands still (between two runs): callbacks wait for the next run.
        if not queue or asyncio._get_running_loop() is not self:
            return
        self._wake()  # first: a dialog that a callback opens is served by the next event
        # Under a nested loop the task that opened it is still the current one: it steps aside for the others.
        opener = asyncio.current_task(self)
        if opener is not None:
            asyncio.tasks._leave_task(self, opener)
        try:
            end = time.perf_counter() + _SLICE_S
            for _ in range(len(queue)):
                if not queue:
                    break
                handle = queue.popleft()
                if not handle.cancelled():
                    handle._run()
                if time.perf_counter() > end:
                    break
        finally:
            if opener is not None:
                asyncio.tasks._enter_task(self, opener)

    def run_forever(self) -> Any:
        if self._queue:
            self._wake()
        return super().run_forever()

    # ---- timers

    def time(self) -> float:
        """Exact everywhere: qasync's clock, time.monotonic, goes in steps of 16 ms on Windows, up to Python 3.12."""
        return time.perf_counter()

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + max(0.0, delay), callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        handle._scheduled = True
        self._pushed += 1
        heapq.heappush(self._heap, (when, self._pushed, handle))
        self._arm()
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._cancelled += 1
        if self._cancelled > _SWEEP and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[2].cancelled()]
            heapq.heapify(self._heap)
            self._cancelled = 0

    def _arm(self) -> None:
        heap = self._heap
        while heap and heap[0][2].cancelled():
            heapq.heappop(heap)
            self._cancelled -= 1
        if heap and (self._armed_at is None or heap[0][0] < self._armed_at):
            self._armed_at = heap[0][0]
            rest_ms = (self._armed_at - self.time()) * 1000
            # Rounded up: Qt counts whole milliseconds. A day at most, for it counts in 32 bits.
            self._due_timer.start(min(86_400_000, max(0, int(rest_ms) + (rest_ms > int(rest_ms)))))

    def _run_due(self) -> None:
        self._armed_at = None
        now = self.time()
        while self._heap and self._heap[0][0] <= now:
            handle = heapq.heappop(self._heap)[2]
            if handle.cancelled():
                self._cancelled -= 1
            else:
                handle._scheduled = False
                self._queue.append(handle)
                self._wake()
        self._arm()

    @property
    def timers(self) -> int:
        """Timers in the heap, cancelled ones that were not swept out yet included."""
        return len(self._heap)

    def close(self) -> None:
        if not self.is_closed() and not self.is_running():
            self._due_timer.stop()
            self._queue.clear()
            self._heap.clear()
        super().close()
