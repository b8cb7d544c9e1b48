"""Health after grpc.health.v1, for each service: whether it is of any use to ask it now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from grpc_health.v1 import health, health_pb2

from app.tasks import Clock, join, spawn

_LOOK_S = 1.0
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Health:
    """Looks once a second. ``checks``: service -> why it is not ready, "" = it is. "" is the server as a whole."""

    def __init__(self, checks: Mapping[str, Callable[[], str]], clock: Clock) -> None:
        self.servicer = health.aio.HealthServicer()
        self._checks = checks
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def problems(self) -> dict[str, str]:
        """Service -> why it is not ready, for those that are not."""
        return {name: words for name, check in self._checks.items() if (words := check())}

    async def start(self) -> None:
        await self._look()
        self._task = spawn(self._run(), name="API health")

    async def stop(self) -> None:
        """From now on nothing is served."""
        await join(self._task)
        await self.servicer.enter_graceful_shutdown()

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(_LOOK_S)
            await self._look()

    async def _look(self) -> None:
        problems = self.problems()
        for name in self._checks:
            await self.servicer.set(name, _NOT_SERVING if name in problems else _SERVING)
