"""What systemd is told: ready, stopping, and that the loop still turns. Elsewhere nothing is told to anybody."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping

from app.tasks import Clock, join, spawn


class Supervisor:
    """The notification protocol of systemd (sd_notify), where the environment names its socket; never an error."""

    def __init__(self, clock: Clock, environ: Mapping[str, str] = os.environ) -> None:
        self._clock = clock
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._watchdog_s = _seconds(environ)
        self._task: asyncio.Task[None] | None = None

    def ready(self, words: str) -> None:
        """Serving from now on; and alive, as often as systemd wants to hear it."""
        self._send(f"READY=1\nSTATUS={words}")
        if self._address and self._watchdog_s:
            self._task = spawn(self._tell(self._watchdog_s / 2), name="tell the supervisor")

    def stopping(self) -> None:
        self._send("STOPPING=1\nSTATUS=stopping")

    async def stop(self) -> None:
        await join(self._task)

    async def _tell(self, every_s: float) -> None:
        while True:
            self._send("WATCHDOG=1")
            await self._clock.sleep(every_s)

    def _send(self, words: str) -> None:
        if not self._address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(words.encode(), address)


def _seconds(environ: Mapping[str, str]) -> float:
    """The watchdog's time, if it is meant for this process."""
    for_us = environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    span = environ.get("WATCHDOG_USEC", "")
    return int(span) / 1e6 if for_us and span.isdecimal() else 0.0
