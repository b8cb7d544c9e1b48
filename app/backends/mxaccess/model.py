"""What the driver asks of MXAccess, and what MXAccess tells it: the seam between the driver and COM."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.backends.mxaccess.variants import Raw, Typed
from app.values import DataType, Status

_T = TypeVar("_T")


class Happened(enum.Enum):
    DATA = "OnDataChange"
    WRITTEN = "OnWriteComplete"
    OPERATED = "OperationComplete"
    BUFFERED = "OnBufferedDataChange"
    #: No event of MXAccess: its thread has ended, though nobody asked for that.
    ENDED = "thread ended"


@dataclass(frozen=True, slots=True)
class LmxEvent:
    """One event of MXAccess, copied. ``quality`` and ``time`` as they came; ``problem`` says what could not be read."""

    what: Happened
    server: int
    item: int
    value: Raw = Raw(0)
    quality: Raw = Raw(0)
    time: Raw = Raw(0)
    statuses: tuple[Status, ...] = ()
    data_type: int = DataType.UNKNOWN
    problem: str = ""


class Lmx(Protocol):
    """LMXProxy's methods, on the apartment's thread alone. Each raises LmxError where MXAccess refuses."""

    @property
    def version(self) -> int:
        """The newest of its five interfaces that this installation has."""
        ...

    def register(self, name: str) -> int: ...
    def unregister(self, server: int) -> None: ...
    def add_item(self, server: int, tag: str) -> int: ...
    def add_item2(self, server: int, tag: str, context: str) -> int: ...
    def add_buffered_item(self, server: int, tag: str, context: str) -> int: ...
    def set_buffered_interval(self, server: int, interval_ms: int) -> None: ...
    def remove_item(self, server: int, item: int) -> None: ...
    def advise(self, server: int, item: int) -> None: ...
    def advise_supervisory(self, server: int, item: int) -> None: ...
    def unadvise(self, server: int, item: int) -> None: ...

    def write(self, server: int, item: int, value: Typed, user: int, time: Typed | None) -> None:
        """Write, or Write2 where there is a time."""
        ...

    def write_secured(
        self, server: int, item: int, value: Typed, user: int, verifier: int, time: Typed | None
    ) -> None: ...
    def suspend(self, server: int, item: int) -> Status: ...
    def activate(self, server: int, item: int) -> Status: ...
    def authenticate(self, server: int, user: str, password: str) -> int: ...
    def user_to_id(self, server: int, guid: str) -> int: ...


class Apartment(Protocol):
    """Where MXAccess lives: one thread that creates it, calls it, takes its messages and releases it."""

    async def start(self) -> int:
        """Create it; the version of its interface. GatewayError says why it could not be, and what to do."""
        ...

    async def call(self, work: Callable[[Lmx], _T]) -> _T:
        """Run ``work`` on the thread, after everything that was asked before it. Cancelled: it runs nevertheless."""
        ...

    async def stop(self) -> None:
        """Release it and end the thread; a thread that hangs in a call is left to the end of the process."""
        ...
