"""The API in one piece, as the window and ``tagwatch serve`` have it: guard, server, and the order of their ends."""

from __future__ import annotations

from pathlib import Path

from app.access import key_file, pepper
from app.access.errors import KeyStoreError
from app.access.key_ring import KeyRing
from app.api.key_guard import KeyGuard, LocalGuard
from app.api.server import ApiServer, Served
from app.config import SettingError, Settings
from app.errors import ErrorCode, GatewayError
from app.metrics import Metrics

_LOCAL = ("127.0.0.1", "localhost", "::1", "[::1]")


class ApiHost:
    """From :meth:`start` to :meth:`stop`, on the loop that starts it."""

    def __init__(self, served: Served, metrics: Metrics) -> None:
        self._served = served
        self._metrics = metrics
        self._guard: KeyGuard | None = None
        self.server: ApiServer | None = None

    @property
    def address(self) -> str:
        """Where it listens; "" while it does not."""
        return "" if self.server is None else self.server.address

    def problem(self) -> str:
        """Why it is not ready to serve; "" = it is."""
        if self.server is None:
            return "the API has not started"
        return self.server.ready() or ("" if self._guard is None else self._guard.problem)

    async def start(self) -> str:
        """The address. SettingError and GatewayError say what is wrong and what to do; nothing is left then."""
        settings, clock = self._served.settings, self._served.clock
        check_exposure(settings)
        local = LocalGuard(settings, clock, self._metrics)
        if settings.api_authentication:
            self._guard = KeyGuard(_ring(self._served), settings, clock, self._metrics)
            try:
                await self._guard.start()
            except KeyStoreError as error:
                self._guard = None
                raise GatewayError(ErrorCode.KEYS_UNAVAILABLE, str(error)) from error
        try:
            self.server = ApiServer(self._served, self._guard or local, self._observe)
            return await self.server.start(f"{settings.api_host}:{settings.api_port}")
        except BaseException:
            await self.stop()
            raise

    async def stop(self, grace_s: float = 1.0) -> None:
        """Twice is harmless."""
        server, self.server = self.server, None
        if server is not None:
            await server.stop(grace_s)
        guard, self._guard = self._guard, None
        if guard is not None:
            await guard.stop()

    def _observe(self, method: str, code: str, seconds: float, streamed: bool) -> None:
        self._metrics.api_calls.labels(method, code).inc()
        if not streamed:
            self._metrics.api_latency.labels(method).observe(seconds)


def check_exposure(settings: Settings) -> None:
    """SettingError where a network would be let in without TLS."""
    if settings.api_host not in _LOCAL:
        raise SettingError(
            f"api_host is {settings.api_host}, which other computers reach, but there is no TLS: use 127.0.0.1"
        )


def _ring(served: Served) -> KeyRing:
    settings = served.settings
    store = Path(settings.api_key_store).expanduser() if settings.api_key_store else key_file.usual_file()
    secret = Path(settings.api_pepper).expanduser() if settings.api_pepper else pepper.usual_file()
    return KeyRing(store, secret, served.clock)
