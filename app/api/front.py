"""All that stands between the network and the services, as the settings say: who is let in, over which transport, and
what supervisors see."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import grpc

from app.access import key_file, pepper
from app.access.certificates import CertificateError
from app.access.errors import KeyStoreError
from app.access.key_ring import KeyRing
from app.api.guard import Guard
from app.api.key_guard import KeyGuard, LocalGuard
from app.api.monitor import Monitor
from app.api.transport import Transport, check_exposure
from app.config import SettingError, Settings
from app.metrics import Metrics
from app.tasks import Clock


class Front:
    """From :meth:`start` to :meth:`stop`; what :meth:`start` has not made is not there."""

    def __init__(self, settings: Settings, clock: Clock, metrics: Metrics, host: str) -> None:
        """SettingError where ``host`` would let a network in without TLS and keys: before anything listens."""
        check_exposure(host, settings)
        self._settings = settings
        self._metrics = metrics
        self.transport = Transport(settings, clock)
        self._keys: KeyGuard | None = None
        if settings.api_authentication:
            ring = KeyRing(key_file.of(settings), pepper.of(settings), clock)
            self._keys = KeyGuard(ring, settings, clock, metrics)
        self.guard: Guard = self._keys or LocalGuard(settings, clock, metrics)
        self._monitor: Monitor | None = None

    async def start(self) -> None:
        """SettingError where keys or certificates cannot be used; nothing is left of the attempt then."""
        try:
            await self.transport.start()
            if self._keys is not None:
                await self._keys.start()
        except (KeyStoreError, CertificateError) as error:
            await self.stop()
            raise SettingError(str(error)) from error

    def watch(self, problems: Callable[[], Mapping[str, str]]) -> str:
        """Show metrics and readiness where the settings want it: the address, "" = they do not. ``problems``: what is
        not ready -> why. GatewayError where the port is taken."""
        if not self._settings.metrics_port:
            return ""
        monitor = Monitor(self._metrics, lambda: {**problems(), **self.problems()})
        address = monitor.start(self._settings.metrics_port)
        self._monitor = monitor
        return address

    def problems(self) -> dict[str, str]:
        """Why nobody can be let in at present."""
        return {"keys": self._keys.problem} if self._keys is not None and self._keys.problem else {}

    @property
    def credentials(self) -> grpc.ServerCredentials | None:
        """None = plain text."""
        return self.transport.credentials

    @property
    def keys(self) -> KeyRing | None:
        """None = no keys are asked for."""
        return None if self._keys is None else self._keys.ring

    async def stop(self) -> None:
        """Twice is harmless."""
        if self._monitor is not None:
            await self._monitor.stop()
        if self._keys is not None:
            await self._keys.stop()
        await self.transport.stop()
