"""Who calls, and what they may do: the seam between the services and the keys.

The services ask a :class:`Guard` three times: :meth:`Guard.admit` before the request is even parsed,
:meth:`Guard.permit` with the parsed request, :meth:`Guard.streaming` around a stream. What a guard raises ends the
call; a method or a request that it does not know must be refused. Constraints on tags are the caller's own
(:class:`Constraints`): the services ask them row by row.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from google.protobuf.message import Message

from app.errors import ErrorCode, GatewayError
from app.values import SecurityClass


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came. ``method`` is the full name (/tagwatch.gateway.v1.Gateway/Invoke), ``peer`` the address as
    gRPC tells it (ipv4:127.0.0.1:50312); ``metadata`` may hold a key, ``identity`` is what TLS says of the client."""

    method: str
    peer: str
    metadata: Sequence[tuple[str, str | bytes]] = field(default=(), repr=False)
    identity: Mapping[str, Sequence[bytes]] = field(default_factory=dict[str, Sequence[bytes]], repr=False)

    def header(self, name: str) -> str:
        """The text of the first metadatum with this name (lower case); "" = there is none."""
        return next((value for key, value in self.metadata if key == name and isinstance(value, str)), "")


class Constraints(Protocol):
    """What of a source's tags a caller may touch. ``source`` is the session's name. An address is as the caller wrote
    it: the implementation judges what it stands for."""

    @property
    def limited(self) -> bool:
        """False: everything is allowed, and nobody needs to ask about each tag."""
        ...

    def use(self, source: str) -> str:
        """Why a session, or a saved source, of this name must not be used at all; "" = it may."""
        ...

    def browse(self, source: str, address: str) -> str:
        """Why this node must not be shown; "" = it may."""
        ...

    def read(self, source: str, tag: str, context: str = "") -> str:
        """Why this tag must not be read, advised or described; "" = it may. ``context`` is what the source resolves a
        relative address against: both together say what is meant."""
        ...

    def write(self, source: str, tag: str, security: SecurityClass, context: str = "") -> str:
        """Why this tag must not be written; "" = it may. ``security`` is the tag's class, UNDEFINED where the source
        does not tell it."""
        ...


class Unlimited:
    """Constraints of a caller without any."""

    limited = False

    def use(self, source: str) -> str:
        return ""

    def browse(self, source: str, address: str) -> str:
        return ""

    def read(self, source: str, tag: str, context: str = "") -> str:
        return ""

    def write(self, source: str, tag: str, security: SecurityClass, context: str = "") -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is admitted. ``key_id`` "" = nobody in particular, where the server asks for no key."""

    key_id: str
    peer: str
    scopes: frozenset[str] = frozenset()
    constraints: Constraints = field(default_factory=Unlimited)
    name: str = ""  # what its owner calls the key

    @property
    def owner(self) -> str | None:
        """The owner key of what this caller opens."""
        return self.key_id or None


class Place(Protocol):
    """A stream's place among those of its caller, from inside its own task."""

    def cause(self, error: BaseException) -> BaseException:
        """What ended the stream: the guard's own reason where the guard cancelled it, else the error itself."""
        ...


class AnyPlace:
    """Of a guard that ends no streams."""

    def cause(self, error: BaseException) -> BaseException:
        return error


class Guard(Protocol):
    async def admit(self, call: Call) -> Caller:
        """Who calls. GatewayError Unauthenticated, or RateLimited."""
        ...

    def permit(self, caller: Caller, call: Call, request: Message) -> None:
        """GatewayError PermissionDenied names the missing scope. A request of an unknown kind needs the scope admin."""
        ...

    def streaming(self, caller: Caller, call: Call) -> AbstractContextManager[Place]:
        """Around a stream. GatewayError StreamLimitReached on entering. The guard may cancel the task meanwhile:
        :meth:`Place.cause` tells."""
        ...


class NoGuard:
    """Everybody on this computer may do everything: for a server on loopback that asks for no key."""

    async def admit(self, call: Call) -> Caller:
        return Caller("", call.peer, frozenset({"admin"}))

    def permit(self, caller: Caller, call: Call, request: Message) -> None:
        return None

    def streaming(self, caller: Caller, call: Call) -> AbstractContextManager[Place]:
        return contextlib.nullcontext(AnyPlace())


class ClosedGuard:
    """Nobody may do anything: what a server has until it is given another."""

    async def admit(self, call: Call) -> Caller:
        raise GatewayError(ErrorCode.UNAUTHENTICATED, "this server admits nobody: it was given no keys")

    def permit(self, caller: Caller, call: Call, request: Message) -> None:
        raise GatewayError(ErrorCode.PERMISSION_DENIED, "this server permits nothing")

    def streaming(self, caller: Caller, call: Call) -> AbstractContextManager[Place]:
        raise GatewayError(ErrorCode.PERMISSION_DENIED, "this server permits nothing")
