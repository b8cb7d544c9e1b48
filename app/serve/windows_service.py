"""``tagwatch serve --service``: the server as a service of Windows, which its service control starts and stops."""

# pyright: reportUnknownMemberType=false, reportMissingModuleSource=false

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from typing import Any, ClassVar

import pywintypes
import servicemanager
import win32service
import win32serviceutil

from app.serve.service_command import NAME

_log = logging.getLogger(__name__)

_STOP_MS = 25_000
_START_MS = 60_000

#: What Windows says to a program that it has not started as a service.
_NOT_A_SERVICE = 1063


def run(arguments: Sequence[str]) -> int:
    """Until the service control stops it: the exit code. It answers the service control before it loads the rest of
    the program, which may take longer than Windows waits."""
    TagwatchService.arguments = list(arguments[1:])
    servicemanager.Initialize(NAME, None)
    servicemanager.PrepareToHostSingle(TagwatchService)
    try:
        servicemanager.StartServiceCtrlDispatcher()
    except pywintypes.error as error:
        if error.winerror != _NOT_A_SERVICE:
            raise
        sys.stderr.write("tagwatch: --service is for the service control alone: sc start Tagwatch\n")
        return 2
    return TagwatchService.code


class TagwatchService(win32serviceutil.ServiceFramework):
    """Lives in a thread that the service control calls; the loop runs in another of its threads."""

    _svc_name_ = NAME
    _svc_display_name_ = "Tagwatch gateway"
    arguments: ClassVar[list[str]]
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
        from app.serve import command  # noqa: PLC0415 - see run()

        return await command.serve_service(TagwatchService.arguments, self._stop, self._started)

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
