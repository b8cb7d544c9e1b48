"""What an API key may do, by scopes. No IO."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable


class Scope(enum.StrEnum):
    """The value is the name that people type and read. A request that nobody has mapped needs ADMIN."""

    SESSION_OPEN = "session:open"
    SESSION_CLOSE = "session:close"
    INVOKE_READ = "invoke:read"
    INVOKE_WRITE = "invoke:write"
    INVOKE_SECURE = "invoke:secure"
    EVENTS_READ = "events:read"
    METADATA_READ = "metadata:read"
    RECORDS_READ = "records:read"
    ALARMS_READ = "alarms:read"
    ALARMS_WRITE = "alarms:write"
    ADMIN = "admin"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Scope.SESSION_OPEN: "open sessions and extend their lease",
    Scope.SESSION_CLOSE: "close sessions and end their workers",
    Scope.INVOKE_READ: "add and advise items, read values",
    Scope.INVOKE_WRITE: "write values",
    Scope.INVOKE_SECURE: "log users in, secured and verified writes",
    Scope.EVENTS_READ: "stream events",
    Scope.METADATA_READ: "list sources and sessions, browse name spaces, properties of tags",
    Scope.RECORDS_READ: "history, event journal and record of writes",
    Scope.ALARMS_READ: "stream alarms",
    Scope.ALARMS_WRITE: "acknowledge and shelve alarms",
    Scope.ADMIN: "everything, and whatever no other scope is for",
}

#: Scopes of a key that looks and never touches.
READING = frozenset(
    (
        Scope.SESSION_OPEN,
        Scope.SESSION_CLOSE,
        Scope.INVOKE_READ,
        Scope.EVENTS_READ,
        Scope.METADATA_READ,
        Scope.RECORDS_READ,
        Scope.ALARMS_READ,
    )
)


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Scopes by their exact names; ValueError names the first that is none, and one that may have been meant. At least
    one is needed."""
    known = {str(scope): scope for scope in Scope}
    found: set[Scope] = set()
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f": did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
            raise ValueError(f"{name!r} is not a scope{meant}")
        found.add(known[name])
    if not found:
        raise ValueError(f"a key needs at least one scope; known are {', '.join(known)}")
    return frozenset(found)


def permits(held: frozenset[Scope], needed: Scope) -> bool:
    return needed in held or Scope.ADMIN in held
