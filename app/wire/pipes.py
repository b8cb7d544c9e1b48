"""Local pipes behind one small interface: a Unix socket, or a named pipe on Windows.

A pipe is made for one session alone: it takes one connection, from the current user, and is gone with its listener.
Names are unguessable, yet a name is no proof: compare :func:`peer_pid` with the process that was started.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable
from typing import Protocol

from app.tasks import Clock, SystemClock


class PipeListener(Protocol):
    """Waits for the one connection. The factory's protocol gets it as any asyncio protocol does."""

    @property
    def address(self) -> str:
        """What :func:`connect` takes, in this process or another of the same user."""
        ...

    def close(self) -> None:
        """Stop listening and remove the pipe's name; a connection already made stays. Twice is harmless."""
        ...


ProtocolFactory = Callable[[], asyncio.Protocol]

_RETRY_S = 0.02
_SYSTEM_CLOCK = SystemClock()


def pipe_name() -> str:
    """A name that cannot be guessed."""
    return secrets.token_hex(16)


if sys.platform == "win32":
    from app.wire import pipes_windows as _pipes
else:
    from app.wire import pipes_unix as _pipes


async def listen(name: str, factory: ProtocolFactory) -> PipeListener:
    """Make the pipe ``name`` and wait for its one connection. OSError when it cannot be made or exists already."""
    return await _pipes.listen(name, factory)


async def connect(
    address: str, factory: ProtocolFactory, timeout_s: float = 0.0, clock: Clock = _SYSTEM_CLOCK
) -> tuple[asyncio.Transport, asyncio.Protocol]:
    """Connect to a listener, trying for ``timeout_s`` while it is not there yet (0 = once). OSError when there is
    none by then, or it has its connection."""
    end = clock.monotonic() + timeout_s
    while True:
        try:
            return await _pipes.connect(address, factory)
        except (FileNotFoundError, ConnectionRefusedError):
            if clock.monotonic() >= end:
                raise
        await clock.sleep(_RETRY_S)


def peer_pid(transport: asyncio.BaseTransport) -> int | None:
    """The process at the other end as the operating system knows it; None where it cannot tell."""
    return _pipes.peer_pid(transport)
