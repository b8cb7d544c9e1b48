"""The commands of one worker that wait for their reply, and the one timer that ends those that wait too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from app.commands import Reply
from app.errors import ErrorCode, GatewayError
from app.tasks import Clock, Timer


class _Waiting(NamedTuple):
    reply: asyncio.Future[Reply]
    due: float
    kind: str
    timeout_s: float


class PendingCommands:
    """``given_up`` is called with the id of each command that got no reply in time, before its caller is told.

    One timer for all: a timer for each is a good part of what a command costs, and almost none is ever needed.
    """

    def __init__(self, clock: Clock, given_up: Callable[[int], None]) -> None:
        self._clock = clock
        self._given_up = given_up
        self._waiting: dict[int, _Waiting] = {}
        self._timer: Timer | None = None
        self._look_at = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, correlation_id: int, kind: str, timeout_s: float) -> asyncio.Future[Reply]:
        """Its reply. Raises GatewayError Timeout after ``timeout_s`` without one."""
        due = self._clock.monotonic() + timeout_s
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[correlation_id] = _Waiting(reply, due, kind, timeout_s)
        if self._timer is None or due < self._look_at:
            self._arm(due)
        return reply

    def answer(self, correlation_id: int, reply: Reply) -> bool:
        """False: nobody waits for it any more."""
        waiting = self._waiting.pop(correlation_id, None)
        if waiting is None or waiting.reply.done():
            return False
        waiting.reply.set_result(reply)
        return True

    def forget(self, correlation_id: int) -> bool:
        """Its caller waits no more; False when it had its reply, or its error, already."""
        return self._waiting.pop(correlation_id, None) is not None

    def fail(self, why: str) -> None:
        """No reply will come any more."""
        waiting, self._waiting = self._waiting, {}
        self._disarm()
        for each in waiting.values():
            if not each.reply.done():
                words = f"{why}; the command may have been done"
                each.reply.set_exception(GatewayError(ErrorCode.WORKER_UNAVAILABLE, words))

    def _arm(self, due: float) -> None:
        self._disarm()
        self._look_at = due
        self._timer = self._clock.call_later(max(0.0, due - self._clock.monotonic()), self._look)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._disarm()
        now = self._clock.monotonic()
        for correlation_id, waiting in list(self._waiting.items()):
            if waiting.due <= now and not waiting.reply.done():
                self._end(correlation_id, waiting)
        # One that is done is cancelled, in this very turn of the loop: its caller forgets it.
        dues = [waiting.due for waiting in self._waiting.values() if not waiting.reply.done()]
        if dues:
            self._arm(min(dues))

    def _end(self, correlation_id: int, waiting: _Waiting) -> None:
        del self._waiting[correlation_id]
        self._given_up(correlation_id)
        words = f"no reply to {waiting.kind} within {waiting.timeout_s:g} s"
        waiting.reply.set_exception(GatewayError(ErrorCode.TIMEOUT, words))
