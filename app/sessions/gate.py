"""The gate that every end of a session goes through: one at a time, each to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app.tasks import spawn

_log = logging.getLogger(__name__)


class Gate:
    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = asyncio.Lock()

    @property
    def busy(self) -> bool:
        return self._lock.locked()

    async def run(
        self, end: Callable[[], Awaitable[bool]], *, first: Callable[[], Awaitable[None]] | None = None
    ) -> bool:
        """Wait for those before it, then do ``end``; ``first`` is done without waiting.

        What was begun is finished even if the caller is cancelled; an error that he does not hear then is logged.
        """

        async def through() -> bool:
            if first is not None:
                await first()
            async with self._lock:
                return await end()

        heard = True

        def failed(error: BaseException) -> None:
            if not heard:
                _log.error("ending session %s failed: %s", self._name, error)

        ending = spawn(through(), name=f"end {self._name}", on_failure=failed)
        try:
            return await asyncio.shield(ending)
        except asyncio.CancelledError:
            heard = False
            raise
