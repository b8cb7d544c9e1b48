"""The worker process: one backend, one pipe, one session. Started by the gateway, never by hand.

The command line holds nothing secret; the first line of standard input is the nonce, and its end is the parent's end.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

from app.errors import GatewayError
from app.tasks import SystemClock, spawn
from app.wire import pipes
from app.worker.link import ExitCode, WorkerLink

_log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
#: How long the loop may take to end itself after the parent has gone, before the process is ended without it.
_LAST_WORDS_S = 1.0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> object:  # type: ignore[override]
        sys.stderr.write(f"tagwatch-worker: {message}\n")
        raise SystemExit(ExitCode.BAD_ARGUMENTS)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve one session; returns the exit code (see :class:`ExitCode`)."""
    parser = _Parser(prog="tagwatch-worker", description=__doc__)
    parser.add_argument("--pipe", required=True, help="the pipe to connect to")
    parser.add_argument("--backend", required=True, help="which source")
    parser.add_argument("--session", required=True, help="the session's id")
    parser.add_argument("--attempt", type=float, default=2.0, metavar="S", help="how long one try to connect may take")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    for name in ("pipe", "backend", "session"):
        if not getattr(arguments, name).strip():
            _log.error("--%s is blank", name)
            return ExitCode.BAD_ARGUMENTS
    _die_with_parent()
    nonce = _read_nonce()
    if not nonce:
        _log.error("no nonce came on standard input")
        return ExitCode.MISSING_NONCE
    return asyncio.run(_serve(arguments, nonce))


async def _serve(arguments: argparse.Namespace, nonce: str) -> int:
    loop = asyncio.get_running_loop()
    link = WorkerLink(SystemClock(), arguments.session, arguments.backend, nonce)
    connecting = spawn(_connect(arguments.pipe, link, arguments.attempt), name="connect")

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


def _read_nonce() -> str:
    # Byte by byte from the descriptor: a buffered reader would hold bytes back, and lock at exit.
    line = bytearray()
    while len(line) < 256:
        byte = os.read(0, 1)
        if byte in (b"", b"\n"):
            break
        line += byte
    return line.decode("ascii", "replace").strip()


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
    """End this process when the parent's end of standard input closes, even if the loop or a driver hangs."""

    def watch() -> None:
        try:
            while os.read(0, 4096):
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


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the parent ends; elsewhere the pipe's and stdin's end do."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the request took effect
        os._exit(ExitCode.UNEXPECTED)


if __name__ == "__main__":
    sys.exit(main())
