"""The commands of ``tagwatch ctl`` that end by themselves, as one function each: from JSON to JSON."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from app.client import Client, RemoteSession
from app.commands import HistoryRead
from app.ctl import told
from app.values import NS_PER_S

_PAGE = 2_000
_MOST_SAMPLES = 1_000_000


@dataclass(frozen=True, slots=True)
class Done:
    """``entries`` of the answer; ``whole`` False where some of them failed."""

    entries: list[dict[str, Any]]
    whole: bool = True


@dataclass(slots=True)
class Commands:
    """Sessions are looked for once and kept: their server handles, and so the server's items, are used again."""

    client: Client
    found: dict[str, RemoteSession] = field(default_factory=dict[str, RemoteSession])

    async def session(self, name: str) -> RemoteSession:
        if name not in self.found:
            self.found[name] = await self.client.find(name)
        return self.found[name]

    async def sources(self) -> Done:
        return Done([told.source(source) for source in await self.client.sources()])

    async def sessions(self) -> Done:
        return Done([told.session(info) for info in await self.client.sessions()])

    async def open(
        self,
        *,
        source: str = "",
        backend: str = "",
        options: Mapping[str, Any] | None = None,
        name: str = "",
        lease_s: float = 0.0,
        restart: bool | None = None,
    ) -> Done:
        given = {option: told.value_of(value) for option, value in (options or {}).items()}
        session = await self.client.open(
            source, backend=backend, options=given, name=name, lease_s=lease_s, restart=restart
        )
        return Done([told.session(session.info)])

    async def close(self, *, session: str, reason: str = "") -> Done:
        return await self._ended(session, lambda found: found.close(reason))

    async def kill(self, *, session: str, reason: str = "") -> Done:
        return await self._ended(session, lambda found: found.kill(reason))

    async def _ended(self, name: str, end: Callable[[RemoteSession], Awaitable[bool]]) -> Done:
        found = await self.session(name)
        del self.found[name]
        return Done([{"id": found.id, "closed": True, "already_closed": not await end(found)}])

    async def browse(self, *, session: str, node: str = "") -> Done:
        found = await self.session(session)
        entries: list[dict[str, Any]] = []
        token = ""
        while True:
            page = await found.browse(node, token)
            entries += [told.node(one) for one in page.nodes]
            token = page.next_page
            if not token:
                return Done(entries)

    async def history(
        self,
        *,
        session: str,
        tag: str,
        since: str,
        until: str,
        aggregate: str = "",
        interval_s: float = 0.0,
        limit: int = 10_000,
    ) -> Done:
        """An entry for each sample, the oldest first; after ``limit`` of them one that says so, if there are more."""
        start, end = told.time_ns(since), told.time_ns(until)
        found = await self.session(session)
        wanted = HistoryRead(
            tag, start, end, min(limit, _PAGE), aggregate=aggregate, interval_ns=round(interval_s * NS_PER_S)
        )
        entries: list[dict[str, Any]] = []
        async for page in found.history(wanted, limit):
            entries += told.samples(tag, page)
            if page.next_page and len(entries) >= limit:
                return Done([*entries, {"tag": tag, "more_after": limit}])
        return Done(entries)

    async def read(self, *, session: str, tags: list[str], timeout_s: float = 0.0) -> Done:
        rows = await (await self.session(session)).read(tags, timeout_s)
        return Done([told.read(row) for row in rows], all(row.success for row in rows))

    async def write(
        self,
        *,
        session: str,
        tag: str,
        value: Any,
        comment: str = "",
        user: str = "",
        password: str = "",
        verifier: str = "",
        verifier_password: str = "",
    ) -> Done:
        """With ``user``, and for a verified write ``verifier``: they log in for this one write."""
        wanted = told.value_of(value)
        if (verifier or password) and not user:
            raise ValueError("write: a verifier or a password needs a user")
        if verifier and verifier == user:
            raise ValueError(f"write: the verifier must be another person than {user}")
        found = await self.session(session)
        people = [(user, password), (verifier, verifier_password)]
        ids = [await found.authenticate(name, secret) for name, secret in people if name]
        first, last = (ids[0], ids[-1]) if ids else (0, 0)
        end = await found.write(tag, wanted, comment=comment, user_id=first, verifier_id=last)
        return Done([told.written(tag, end)], end.ok)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in cast("list[Any]", value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


NAMES = ("sources", "sessions", "open", "close", "kill", "browse", "read", "history", "write")
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "tags": ("a list of texts", _is_texts),
    "options": ("an object", lambda v: isinstance(v, dict)),
    "lease_s": ("a number of 0 or more", lambda v: _is_number(v) and v >= 0),
    "interval_s": ("a number above 0, of seconds", lambda v: _is_number(v) and 0 < v < 1e9),
    "limit": (f"a whole number from 1 to {_MOST_SAMPLES:,}", lambda v: type(v) is int and 1 <= v <= _MOST_SAMPLES),
    "timeout_s": ("a number of 0 or more", lambda v: _is_number(v) and v >= 0),
    "restart": ("true, false or null", lambda v: v is None or isinstance(v, bool)),
    "value": ("a value", lambda v: True),
}


async def command(commands: Commands, name: str, given: Mapping[str, Any]) -> Done:
    """Run one by its name. ValueError names a field that is missing, not known or wrong, before anything is sent."""
    if name not in NAMES:
        raise ValueError(f"{name!r} is no command; known are {', '.join(NAMES)}")
    method = getattr(commands, name)
    known = inspect.signature(method).parameters
    for field_name, value in given.items():
        if field_name not in known:
            fields = ", ".join(known) or "no fields"
            raise ValueError(f"{name} has no field {field_name}; it has {fields}")
        allowed, test = _KINDS.get(field_name, ("a text", lambda v: isinstance(v, str)))
        if not test(value):
            raise ValueError(f"{name}: {field_name} must be {allowed}")
    missing = [n for n, p in known.items() if p.default is inspect.Parameter.empty and n not in given]
    if missing:
        raise ValueError(f"{name}: {', '.join(missing)} is missing")
    return await method(**given)
