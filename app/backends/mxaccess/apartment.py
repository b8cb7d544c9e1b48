"""The single-threaded apartment: one thread creates MXAccess, calls it, takes its messages and releases it."""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.backends.mxaccess.dates import Zone
from app.backends.mxaccess.model import Happened, Lmx, LmxEvent
from app.errors import ErrorCode, GatewayError

assert sys.platform == "win32"

from ctypes import wintypes  # noqa: E402

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_WAKE = 0x8000  # WM_APP: a message of a thread's own
_QUIT, _REMOVE = 0x0012, 1
_MESSAGES = 1_000  # between two calls
_STOP_S = 1.5
_user32 = ctypes.WinDLL("user32", use_last_error=True)
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)


class ComApartment:
    """Implements :class:`app.backends.mxaccess.model.Apartment`. Events and ends of calls reach the loop in the order
    in which they happened, several at a time."""

    def __init__(self, zone: Zone, take: Callable[[Sequence[LmxEvent]], None]) -> None:
        """``take`` gets the events, on the loop's thread."""
        self._zone = zone
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._work: deque[Callable[[Lmx], None] | None] = deque()
        self._told: deque[LmxEvent | Callable[[], None]] = deque()
        self._scheduled = False
        self._started: asyncio.Future[int] = self._loop.create_future()
        self._ended = asyncio.Event()
        self._thread_id = 0
        self._thread = threading.Thread(target=self._run, name="MXAccess", daemon=True)

    async def start(self) -> int:
        self._thread.start()
        return await self._started

    async def call(self, work: Callable[[Lmx], _T]) -> _T:
        done: asyncio.Future[_T] = self._loop.create_future()

        def run(lmx: Lmx) -> None:
            try:
                result = work(lmx)
            except Exception as error:
                failure = error  # the name of an except clause ends with it
                self._tell(lambda: None if done.done() else done.set_exception(failure))
            else:
                self._tell(lambda: None if done.done() else done.set_result(result))

        self._work.append(run)
        self._wake()
        return await done

    async def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._work.append(None)
        self._wake()
        try:
            await asyncio.wait_for(self._ended.wait(), _STOP_S)
        except TimeoutError:
            _log.warning("MXAccess does not return from a call: its thread ends with the process")

    def _wake(self) -> None:
        if self._thread_id:
            _user32.PostThreadMessageW(self._thread_id, _WAKE, 0, 0)

    def _tell(self, what: LmxEvent | Callable[[], None]) -> None:
        self._told.append(what)
        if not self._scheduled:
            self._scheduled = True
            self._loop_call(self._deliver)

    def _loop_call(self, function: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            _log.info("the worker ended before MXAccess did")

    def _deliver(self) -> None:
        self._scheduled = False  # before it looks: what comes from here on is either seen below or schedules anew
        events: list[LmxEvent] = []
        while self._told:
            what = self._told.popleft()
            if isinstance(what, LmxEvent):
                events.append(what)
                continue
            if events:
                self._take(events)
                events = []
            what()
        if events:
            self._take(events)

    # ---- on the thread

    def _run(self) -> None:
        message = wintypes.MSG()
        # Its queue has to be there before anybody posts to it.
        _user32.PeekMessageW(ctypes.byref(message), None, 0, 0, 0)
        setattr(sys, "coinit_flags", 2)  # noqa: B010 - comtypes reads it: single-threaded
        try:
            lmx = importlib.import_module("app.backends.mxaccess.lmx")
            proxy = lmx.Proxy(self._zone, self._tell)
        except BaseException as error:
            failure = _without_library(error) if isinstance(error, ImportError) else error
            self._loop_call(lambda: None if self._started.done() else self._started.set_exception(failure))
            self._loop_call(self._ended.set)
            return
        self._thread_id = _kernel32.GetCurrentThreadId()
        version = proxy.version
        self._loop_call(lambda: None if self._started.done() else self._started.set_result(version))
        asked = False
        try:
            asked = self._pump(proxy, message)
        finally:
            if not asked:  # told before anything is released: that may hang
                self._tell(LmxEvent(Happened.ENDED, 0, 0))
            proxy.close()
            del proxy
            self._loop_call(self._ended.set)

    def _pump(self, proxy: Lmx, message: Any) -> bool:
        """Until it is asked to end, and then True, or told to by a WM_QUIT, which nobody here sends."""
        while True:
            while self._work:
                work = self._work.popleft()
                if work is None:
                    return True
                work(proxy)
                if not self._take_messages(message):
                    return False
            if _user32.GetMessageW(ctypes.byref(message), None, 0, 0) <= 0:
                return False
            _user32.TranslateMessage(ctypes.byref(message))
            _user32.DispatchMessageW(ctypes.byref(message))

    def _take_messages(self, message: Any) -> bool:
        """What came during a call, for a system keeps ten thousand messages and drops the rest; False for the last."""
        for _ in range(_MESSAGES):
            if not _user32.PeekMessageW(ctypes.byref(message), None, 0, 0, _REMOVE):
                break
            if message.message == _QUIT:
                return False
            _user32.TranslateMessage(ctypes.byref(message))
            _user32.DispatchMessageW(ctypes.byref(message))
        return True


def _without_library(error: ImportError) -> GatewayError:
    return GatewayError(
        ErrorCode.WORKER_START_FAILED,
        f"{error.name or error} is missing in {sys.executable}: install it there by -m pip install comtypes protobuf",
    )
