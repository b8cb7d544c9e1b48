"""A worker's life from its way to the pipe to its end."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import sys
import threading
import time
from collections.abc import Callable

from app.errors import GatewayError
from app.tasks import SystemClock, spawn
from app.wire import pipes
from app.worker.exit import ExitCode
from app.worker.link import WorkerLink

_log = logging.getLogger(__name__)

#: How long the loop may take to end itself after the parent has gone, before the process is ended without it.
_LAST_WORDS_S = 1.0
#: How often Windows is asked whether the parent has gone.
_LOOK_S = 0.2

if sys.platform == "win32":
    import msvcrt

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _BROKEN_PIPE = 109


def run(pipe: str, backend: str, session_id: str, nonce: str, attempt_s: float) -> int:
    """Connect and serve until the end; the exit code. ``attempt_s`` is the time of one try to connect."""
    return asyncio.run(_serve(pipe, backend, session_id, nonce, attempt_s))


async def _serve(pipe: str, backend: str, session_id: str, nonce: str, attempt_s: float) -> int:
    loop = asyncio.get_running_loop()
    link = WorkerLink(SystemClock(), session_id, backend, nonce)
    connecting = spawn(_connect(pipe, link, attempt_s), name="connect")

    def parent_gone() -> None:
        connecting.cancel()
        link.abort()

    _watch_stdin(loop, parent_gone)
    try:
        await connecting
        return await link.run()
    except asyncio.CancelledError:
        return ExitCode.UNEXPECTED
    except (OSError, GatewayError) as error:
        _log.error("%s", error)
        return ExitCode.UNEXPECTED


async def _connect(pipe: str, link: WorkerLink, attempt_s: float) -> None:
    """Try for as long as it takes: the gateway's deadline for the start is the only one, and it ends this process; and
    so does the gateway's own end."""
    told = False
    while True:
        try:
            async with asyncio.timeout(attempt_s):
                await pipes.connect(pipe, lambda: link, attempt_s)
                return
        except (FileNotFoundError, ConnectionRefusedError, TimeoutError) as error:
            if not told:
                told = True
                _log.warning("the gateway's pipe does not answer yet: %s", error)


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
    """End this process when the parent's end of standard input closes, even if the loop or a driver hangs."""

    def watch() -> None:
        try:
            while _more_comes() and os.read(0, 4096):
                pass
        except OSError:
            pass
        try:
            loop.call_soon_threadsafe(ended)
        except RuntimeError:
            return  # the loop has ended: so does the process
        threading.Event().wait(_LAST_WORDS_S)
        os._exit(ExitCode.UNEXPECTED)

    threading.Thread(target=watch, name="stdin", daemon=True).start()


def _more_comes() -> bool:
    """True once a read of standard input would not wait, as far as that matters; False when it has ended.

    On Windows a read that waits there holds up whoever asks what standard input is, and libraries do so while they are
    loaded (numpy's, for one): a driver that needs them would never start. So the pipe is only looked at.
    """
    if sys.platform != "win32":
        return True
    handle = msvcrt.get_osfhandle(0)
    waiting = ctypes.c_ulong()
    while _kernel32.PeekNamedPipe(ctypes.c_void_p(handle), None, 0, None, ctypes.byref(waiting), None):
        if waiting.value:
            return True
        time.sleep(_LOOK_S)
    return ctypes.get_last_error() != _BROKEN_PIPE  # no pipe at all: it is read
