"""Whose the handles of a session are: what one client registered, another cannot use; and logins, each good once."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass

from app.api.guard import Caller
from app.errors import ErrorCode, GatewayError
from app.sessions.session import Session
from app.tasks import Clock

#: How long a login is good for a secured write.
LOGIN_S = 60.0


@dataclass(slots=True)
class _Registered:
    key_id: str
    used: float
    streams: int = 0  # open now, that name it
    named: bool = False  # by any stream yet


class Handles:
    """Server handles by the key that registered them. Those of the window are the window's.

    A handle that a stream has named is its client's for as long as one does, or commands use it; after that it is
    :meth:`left`: whoever comes back later registers anew."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._owners: dict[tuple[str, int], _Registered] = {}

    def registered(self, session: Session, caller: Caller, handle: int) -> None:
        self._owners[session.id, handle] = _Registered(caller.key_id, self._clock.monotonic())

    def unregistered(self, session_id: str, handle: int) -> None:
        self._owners.pop((session_id, handle), None)

    def check(self, session: Session, caller: Caller, handle: int) -> None:
        """GatewayError InvalidArgument for a handle of somebody else's, as for one that nobody has."""
        found = self._owners.get((session.id, handle))
        if found is not None and found.key_id == caller.key_id:
            found.used = self._clock.monotonic()
        elif handle in session.items.servers():
            raise GatewayError(
                ErrorCode.INVALID_ARGUMENT,
                f"server handle {handle} is not one that this client registered: use the reply of Register",
            )

    @contextlib.contextmanager
    def streamed(self, session: Session, caller: Caller, handles: Iterable[int]) -> Generator[None]:
        """Around a stream of these handles; other clients' may be among them. GatewayError InvalidArgument for one that
        there is not, or no longer: its client has missed that it was given up."""
        wanted = frozenset(handles)
        if gone := sorted(wanted - session.items.servers().keys()):
            raise GatewayError(
                ErrorCode.INVALID_ARGUMENT,
                f"there is no server handle {gone[0]} in this session, or no longer: register, and add its items anew",
            )
        entries = [self._owners.get((session.id, handle)) for handle in wanted]
        mine = [entry for entry in entries if entry is not None and entry.key_id == caller.key_id]
        for entry in mine:
            entry.streams += 1
            entry.named = True
        try:
            yield
        finally:
            for entry in mine:
                entry.streams -= 1
                entry.used = self._clock.monotonic()

    def left(self, for_s: float) -> list[tuple[str, int]]:
        """(session id, handle) of those that no stream has named and no command has used for so long."""
        before = self._clock.monotonic() - for_s
        return [
            place for place, entry in self._owners.items() if entry.named and not entry.streams and entry.used <= before
        ]

    def forget(self, session_id: str) -> None:
        for entry in [entry for entry in self._owners if entry[0] == session_id]:
            del self._owners[entry]


@dataclass(slots=True)
class _Login:
    user: str
    until: float


class Logins:
    """People who logged in with AuthenticateUser, by key, session and user id. Secured writes log in anew each time, as
    the window's forms do: a login is used up by one of them, or by a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logins: dict[tuple[str, str, int], list[_Login]] = {}

    def logged_in(self, session: Session, caller: Caller, user_id: int, user: str) -> None:
        entry = caller.key_id, session.id, user_id
        self._logins.setdefault(entry, []).append(_Login(user, self._clock.monotonic() + LOGIN_S))

    def user(self, session: Session, caller: Caller, user_id: int) -> str:
        """Who logged in; GatewayError PermissionDenied where nobody did, or it was used or is too long ago."""
        if (found := self._find(session, caller, user_id)) is None:
            raise GatewayError(
                ErrorCode.PERMISSION_DENIED,
                f"nobody is logged in as user {user_id}: call AuthenticateUser, and use its id for one write within "
                f"{LOGIN_S:g} s",
            )
        return found.user

    def name(self, session: Session, caller: Caller, user_id: int) -> str:
        """For a write that asks for no login: its user as far as known."""
        found = self._find(session, caller, user_id)
        return f"user {user_id}" if found is None else found.user

    def use_up(self, session: Session, caller: Caller, user_ids: Iterable[int]) -> None:
        for user_id in set(user_ids):
            if (found := self._find(session, caller, user_id)) is not None:
                self._logins[caller.key_id, session.id, user_id].remove(found)

    def _find(self, session: Session, caller: Caller, user_id: int) -> _Login | None:
        entry = caller.key_id, session.id, user_id
        now = self._clock.monotonic()
        good = [login for login in self._logins.get(entry, ()) if login.until > now]
        if good:
            self._logins[entry] = good
            return good[0]
        self._logins.pop(entry, None)
        return None

    def forget(self, session_id: str) -> None:
        for entry in [entry for entry in self._logins if entry[1] == session_id]:
            del self._logins[entry]
