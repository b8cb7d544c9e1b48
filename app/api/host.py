"""The API in one piece, as the window and ``tagwatch serve`` have it: the front, and the server behind it."""

from __future__ import annotations

from app.api.front import Front
from app.api.monitor import observer
from app.api.server import ApiServer, Served
from app.config import Settings
from app.metrics import Metrics


class ApiHost:
    """From :meth:`start` to :meth:`stop`, on the loop that starts it."""

    def __init__(self, served: Served, metrics: Metrics) -> None:
        self._served = served
        self._metrics = metrics
        self.front: Front | None = None
        self.server: ApiServer | None = None
        self.monitor = ""  # where metrics and readiness are shown; "" = nowhere

    @property
    def settings(self) -> Settings:
        return self._served.settings

    @property
    def address(self) -> str:
        """Where it listens; "" while it does not."""
        return "" if self.server is None else self.server.address

    def problems(self) -> dict[str, str]:
        """What is not ready -> why."""
        if self.server is None:
            return {"api": "the API has not started"}
        return self.server.problems()

    async def start(self) -> str:
        """The address. SettingError and GatewayError say what is wrong and what to do; nothing is left then."""
        settings = self._served.settings
        front = Front(settings, self._served.clock, self._metrics, settings.api_host)
        await front.start()
        self.front = front
        try:
            self.server = ApiServer(self._served, front.guard, observer(self._metrics))
            address = await self.server.start(f"{settings.api_host}:{settings.api_port}", front.credentials)
            self.monitor = front.watch(self.problems)
        except BaseException:
            await self.stop()
            raise
        return address

    async def stop(self, grace_s: float = 1.0) -> None:
        """Twice is harmless."""
        server, self.server = self.server, None
        if server is not None:
            await server.stop(grace_s)
        front, self.front = self.front, None
        if front is not None:
            await front.stop()
