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

_RECEIVE_SIZE = 256 * 1024


class PipeProtocol(asyncio.BufferedProtocol):
    """An end of a pipe that is told :meth:`data_received` as any protocol is, out of one buffer that stays: for each
    read of a plain protocol asyncio takes 256 KiB of memory from the system and gives them back, which costs as much as
    all the rest of a short message's way."""

    def __init__(self) -> None:
        self.__buffer = memoryview(bytearray(_RECEIVE_SIZE))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.__buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(self.__buffer[:nbytes])

    def data_received(self, data: bytes | memoryview) -> None:
        """What came; only valid during the call."""
        raise NotImplementedError


class PipeListener(Protocol):
    """Waits for the one connection. The factory's protocol gets it as any asyncio protocol does."""

    @property
    def address(self) -> str:
        """What :func:`connect` takes, in this process or another of the same user."""
        ...

    def close(self) -> None:
        """Stop listening and remove the pipe's name; a connection already made stays. Twice is harmless."""
        ...


ProtocolFactory = Callable[[], asyncio.BaseProtocol]

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
) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
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
