"""What belongs to every line that is logged on behalf of one call: set where the call is known, read by whoever formats
lines. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

_NOTHING: Mapping[str, str | int] = MappingProxyType({})
_LONGEST = 100
_fields: ContextVar[Mapping[str, str | int]] = ContextVar("log fields", default=_NOTHING)

#: The fields that there are, in the order in which lines have them.
NAMES = ("session_id", "worker_pid", "correlation_id", "method", "command", "client", "peer")


class Client:
    """A client as logs may name it: by the id of its key, never by what the key is called or by its secret."""

    __slots__ = ("_key_id",)

    def __init__(self, key_id: str) -> None:
        self._key_id = key_id

    def __str__(self) -> str:
        return f"key {self._key_id}" if self._key_id else "no key"

    __repr__ = __str__


def bind(**fields: str | int | Client | None) -> None:
    """Add fields to what is logged from here on in this task, and in tasks that it starts. Empty ones are left out;
    ValueError for one that is not of :data:`NAMES`."""
    if strange := sorted(set(fields) - set(NAMES)):
        raise ValueError(f"{strange[0]!r} is no field of logs: {', '.join(NAMES)}")
    new = {name: value if isinstance(value, int) else str(value)[:_LONGEST] for name, value in fields.items() if value}
    _fields.set(MappingProxyType({**_fields.get(), **new}))


def current() -> Mapping[str, str | int]:
    """In the order of :data:`NAMES`."""
    found = _fields.get()
    return {name: found[name] for name in NAMES if name in found}
