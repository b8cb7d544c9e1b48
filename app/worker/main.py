"""The worker process: one backend, one pipe, one session. Started by the gateway, never by hand.

The command line holds nothing secret; the first line of standard input is the nonce, and its end is the parent's end.
"""

from __future__ import annotations

import argparse
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Sequence

from app.worker.exit import ExitCode

_log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> object:  # type: ignore[override]
        sys.stderr.write(f"tagwatch-worker: {message}\n")
        raise SystemExit(ExitCode.BAD_ARGUMENTS)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve one session; returns the exit code (see :class:`ExitCode`)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["doctor"]:  # by `tagwatch doctor`: what it looks at is loaded by this process alone
        from app.worker import doctor  # noqa: PLC0415

        return doctor.run(words[1:])
    parser = _Parser(prog="tagwatch-worker", description=__doc__)
    parser.add_argument("--pipe", required=True, help="the pipe to connect to")
    parser.add_argument("--backend", required=True, help="which source")
    parser.add_argument("--session", required=True, help="the session's id")
    parser.add_argument("--attempt", type=float, default=2.0, metavar="S", help="how long one try to connect may take")
    arguments = parser.parse_args(words)
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
    # Only now: loading it takes a while, in which the gateway may end, and this process then has to end, too.
    from app.worker import serve  # noqa: PLC0415

    return serve.run(arguments.pipe, arguments.backend, arguments.session, nonce, arguments.attempt)


def _read_nonce() -> str:
    # Byte by byte from the descriptor: a buffered reader would hold bytes back, and lock at exit.
    line = bytearray()
    while len(line) < 256:
        byte = os.read(0, 1)
        if byte in (b"", b"\n"):
            break
        line += byte
    return line.decode("ascii", "replace").strip()


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
