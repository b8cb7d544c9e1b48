"""``tagwatch serve --service``: the server as a service of Windows, which its service control starts and stops."""

# pyright: reportUnknownMemberType=false, reportMissingModuleSource=false

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import servicemanager
import win32service
import win32serviceutil

_log = logging.getLogger(__name__)

NAME = "Tagwatch"
_STOP_MS = 25_000
_START_MS = 60_000

#: Serves until the event; tells once it does.
Serve = Callable[[asyncio.Event, Callable[[str], object]], Awaitable[int]]


def run(serve: Serve) -> int:
    """Only for a process that the service control has started; it ends with the service."""
    TagwatchService.serve = staticmethod(serve)
    servicemanager.Initialize(NAME, None)
    servicemanager.PrepareToHostSingle(TagwatchService)
    servicemanager.StartServiceCtrlDispatcher()
    return TagwatchService.code


class TagwatchService(win32serviceutil.ServiceFramework):
    """Lives in a thread that the service control calls; the loop runs in another of its threads."""

    _svc_name_ = NAME
    _svc_display_name_ = "Tagwatch gateway"
    serve: ClassVar[Serve]
    code: ClassVar[int] = 1

    def __init__(self, arguments: Any) -> None:
        super().__init__(arguments)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._stop_wanted = False

    def SvcRun(self) -> None:  # noqa: N802 - the name that pywin32 calls
        # Not the base class's: it would report Running before anything is served.
        self.ReportServiceStatus(win32service.SERVICE_START_PENDING, waitHint=_START_MS)
        TagwatchService.code = code = self._run()
        if code:  # pywin32 tells the service control that the service failed
            raise RuntimeError(f"the server ended with {code}")
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=_STOP_MS)

    def _run(self) -> int:
        try:
            return asyncio.run(self._serving())
        except ValueError as error:
            _event(f"Tagwatch did not start: {error}")
            return 2
        except Exception:
            _log.exception("the server failed")
            _event("Tagwatch failed; its log file says where")
            return 1

    async def _serving(self) -> int:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if self._stop_wanted:
            self._stop.set()
        return await TagwatchService.serve(self._stop, self._started)

    def _started(self, address: str) -> None:
        self.ReportServiceStatus(win32service.SERVICE_RUNNING)
        _log.info("the service serves on %s", address)

    def SvcStop(self) -> None:  # noqa: N802
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=_STOP_MS)
        self._stop_wanted = True
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)

    SvcShutdown = SvcStop


def _event(words: str) -> None:
    servicemanager.LogErrorMsg(words)
