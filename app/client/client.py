"""The connection to one Tagwatch, and what is asked of it as a whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeVar

from app.client import convert
from app.client.errors import answered
from app.client.model import SavedSource, SessionInfo
from app.client.options import ClientOptions
from app.client.session import RemoteSession
from app.errors import ErrorCode, GatewayError
from app.pb import gateway_pb2 as pb
from app.pb.gateway_pb2_grpc import GatewayStub
from app.tasks import Clock, SystemClock
from app.values import Value

_P = TypeVar("_P")
#: A session's worker and its source may take their time.
_OPEN_S = 90.0


class Client:
    """``async with Client(ClientOptions(address="localhost:50051", key=…)) as client``, on one loop.

    Entering connects nothing yet: the first call does. Leaving closes the channel: calls on their way end as
    cancelled, streams too. Sessions that were opened stay open at the server, until their lease ends or
    :meth:`RemoteSession.close` closes them.
    """

    def __init__(self, options: ClientOptions, clock: Clock | None = None) -> None:
        """ValueError for a file of the options that cannot be read, once it is entered."""
        self._options = options
        self._clock: Clock = clock or SystemClock()
        self._metadata = options.metadata()
        self._channel: Any = None
        self._made: Any = None

    @property
    def _stub(self) -> Any:
        if self._channel is None:
            raise RuntimeError("the client is closed, or was not entered: use async with")
        return self._made

    @property
    def options(self) -> ClientOptions:
        return self._options

    async def __aenter__(self) -> Self:
        self._channel = self._options.channel()
        self._made = GatewayStub(self._channel)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def sources(self) -> list[SavedSource]:
        """Saved sources, by whose names sessions can be opened."""
        reply: pb.ListSourcesReply = await self._answer(self._stub.ListSources, pb.ListSourcesRequest())
        return [convert.saved_source(source) for source in reply.sources]

    async def sessions(self) -> list[SessionInfo]:
        """The sessions that this key may use, in the order in which they were opened."""
        reply: pb.ListSessionsReply = await self._answer(self._stub.ListSessions, pb.ListSessionsRequest())
        return [convert.session_info(session) for session in reply.sessions]

    async def open(
        self,
        source: str = "",
        *,
        backend: str = "",
        options: Mapping[str, Value] | None = None,
        name: str = "",
        correlation_id: str = "",
        lease_s: float = 0.0,
        restart: bool | None = None,
    ) -> RemoteSession:
        """A ready session on a saved source, or on a backend with options. ``lease_s``: how long it lives without
        activity, 0 = the server's setting; ``restart``: a new worker after a fault, None = the server's setting."""
        if bool(source) is bool(backend):
            raise ValueError("a session is opened on a saved source or on a backend: name one of them")
        request = pb.OpenSessionRequest(name=name, correlation_id=correlation_id, lease_s=lease_s, restart=restart)
        if source:
            request.source = source
        else:
            request.backend = backend
        convert.put_options(request.options, options or {})
        return self._session(await self._answer(self._stub.OpenSession, request, _OPEN_S))

    async def session(self, session_id: str) -> RemoteSession:
        """One that is open, by its id."""
        return self._session(await self._answer(self._stub.GetSession, pb.GetSessionRequest(session_id=session_id)))

    async def find(self, name: str) -> RemoteSession:
        """One that is open, by its id or its name; SessionNotFound, and InvalidArgument where several have the name."""
        found = [info for info in await self.sessions() if name in (info.id, info.name) and not info.state.ended]
        if len(found) > 1:
            raise GatewayError(
                ErrorCode.INVALID_ARGUMENT, f"{len(found)} sessions are named {name}: use an id", name=name
            )
        if not found:
            raise GatewayError(ErrorCode.SESSION_NOT_FOUND, f"no open session is named {name}", name=name)
        return RemoteSession(self._stub, self._options, self._clock, found[0])

    def _session(self, message: pb.Session) -> RemoteSession:
        return RemoteSession(self._stub, self._options, self._clock, convert.session_info(message))

    async def _answer(self, call: Callable[..., Awaitable[_P]], request: Any, timeout_s: float | None = None) -> _P:
        timeout_s = self._options.timeout_s if timeout_s is None else timeout_s
        return await answered(call(request, timeout=timeout_s, metadata=self._metadata), self._options.address)
