"""MXAccess as a script, for the driver's own rules: no COM and no thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.backends.mxaccess.dates import Zone
from app.backends.mxaccess.hresult import LmxError
from app.backends.mxaccess.model import Happened, LmxEvent
from app.backends.mxaccess.variants import Raw, Typed
from app.values import STATUS_OK, STATUS_PENDING, Status


@dataclass
class ScriptedLmx:
    """Keeps every call; ``refusals`` by the name of a method and, where it has one, a tag or handle."""

    version: int = 5
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    refusals: dict[Any, int] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    handles: int = 0

    def _did(self, name: str, *arguments: Any) -> None:
        for cause in (name, *((name, one) for one in arguments if isinstance(one, str | int))):
            if cause in self.refusals:
                raise LmxError(name, self.refusals[cause])
        self.calls.append((name, *arguments))

    def register(self, name: str) -> int:
        self._did("register", name)
        return 1 + sum(call[0] == "register" for call in self.calls)

    def unregister(self, server: int) -> None:
        self._did("unregister", server)

    def _added(self, tag: str) -> int:
        self.handles += 1
        self.tags[self.handles] = tag
        return self.handles

    def add_item(self, server: int, tag: str) -> int:
        self._did("add_item", server, tag)
        return self._added(tag)

    def add_item2(self, server: int, tag: str, context: str) -> int:
        self._did("add_item2", server, tag, context)
        return self._added(tag)

    def add_buffered_item(self, server: int, tag: str, context: str) -> int:
        self._did("add_buffered_item", server, tag, context)
        return self._added(tag)

    def set_buffered_interval(self, server: int, interval_ms: int) -> None:
        self._did("set_buffered_interval", server, interval_ms)

    def remove_item(self, server: int, item: int) -> None:
        self._did("remove_item", server, item)

    def advise(self, server: int, item: int) -> None:
        self._did("advise", server, item)

    def advise_supervisory(self, server: int, item: int) -> None:
        self._did("advise_supervisory", server, item)

    def unadvise(self, server: int, item: int) -> None:
        self._did("unadvise", server, item)

    def write(self, server: int, item: int, value: Typed, user: int, time: Typed | None) -> None:
        self._did("write", server, item, value, user, time)

    def write_secured(self, server: int, item: int, value: Typed, user: int, verifier: int, time: Typed | None) -> None:
        self._did("write_secured", server, item, value, user, verifier, time)

    def suspend(self, server: int, item: int) -> Status:
        self._did("suspend", server, item)
        return STATUS_PENDING

    def activate(self, server: int, item: int) -> Status:
        self._did("activate", server, item)
        return STATUS_OK

    def authenticate(self, server: int, user: str, password: str) -> int:
        self._did("authenticate", server, user)
        return 7

    def user_to_id(self, server: int, guid: str) -> int:
        self._did("user_to_id", server, guid)
        return 8

    def named(self, *names: str) -> list[tuple[Any, ...]]:
        return [call for call in self.calls if call[0] in names]


class ScriptedApartment:
    """Runs what it is asked at once, on the loop."""

    def __init__(self, lmx: ScriptedLmx) -> None:
        self.lmx = lmx
        self.zone = Zone()
        self.take: Callable[[Sequence[LmxEvent]], None] = lambda events: None
        self.stopped = False

    def __call__(self, zone: Zone, take: Callable[[Sequence[LmxEvent]], None]) -> ScriptedApartment:
        self.zone, self.take = zone, take
        return self

    async def start(self) -> int:
        return self.lmx.version

    async def call(self, work: Callable[[Any], Any]) -> Any:
        return work(self.lmx)

    async def stop(self) -> None:
        self.stopped = True

    def data(self, server: int, item: int, value: Raw, *statuses: Status, quality: int = 192) -> None:
        told = statuses or (STATUS_OK,)
        self.take([LmxEvent(Happened.DATA, server, item, value, Raw(3, quality), Raw(0), told)])

    def written(self, server: int, item: int, *statuses: Status) -> None:
        self.take([LmxEvent(Happened.WRITTEN, server, item, statuses=statuses or (STATUS_OK,))])
