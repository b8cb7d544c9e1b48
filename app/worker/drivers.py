"""Which driver a backend's name stands for. Imported only when it is asked for: a worker carries one driver alone."""

from __future__ import annotations

import asyncio
import importlib

from app.backends.base import Driver
from app.errors import ErrorCode, GatewayError

_DRIVERS = {
    "sim": ("app.backends.sim", "SimDriver"),
    "host": ("app.backends.host", "HostDriver"),
    "opcua": ("app.backends.opcua", "OpcUaDriver"),
    "replay": ("app.backends.replay", "ReplayDriver"),
    "mxaccess": ("app.backends.mxaccess", "MxAccessDriver"),
    "gateway": ("app.backends.gateway", "GatewayDriver"),
}


def backend_names() -> list[str]:
    return list(_DRIVERS)


async def make(backend: str) -> Driver:
    """A new driver; its library, which may take its time, is imported while the loop goes on beating. GatewayError:
    InvalidArgument for an unknown name, WorkerStartFailed for a missing library."""
    try:
        module, name = _DRIVERS[backend]
    except KeyError:
        known = ", ".join(_DRIVERS)
        raise GatewayError(ErrorCode.INVALID_ARGUMENT, f"backend {backend!r} is not known; known are {known}") from None
    try:
        driver: type[Driver] = getattr(await asyncio.to_thread(importlib.import_module, module), name)
    except ImportError as error:
        raise GatewayError(ErrorCode.WORKER_START_FAILED, f"backend {backend} cannot be loaded: {error}") from error
    return driver()
