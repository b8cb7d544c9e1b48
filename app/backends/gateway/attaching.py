"""The way to a session of another Tagwatch: one that is open there, or a new one on a source that is saved there."""

from __future__ import annotations

import contextlib

from app import commands as c
from app.backends.gateway.options import GatewayOptions
from app.client import Client, ClientError, Connected, EventStream, RemoteSession
from app.errors import ErrorCode, GatewayError

_TAKEN = (ErrorCode.EVENT_SUBSCRIBER_ALREADY_ACTIVE, ErrorCode.EVENT_SUBSCRIBER_LIMIT_REACHED)


class Attached:
    """A session, a server handle in it, and a place at its events, which is taken already."""

    def __init__(self, session: RemoteSession, handle: int, stream: EventStream, opened: bool) -> None:
        self.session = session
        self.handle = handle
        self.stream = stream
        self.opened = opened  # by us, so that it is ours to close

    async def leave(self, handles: set[int]) -> None:
        """Best effort: a session of ours is closed unless somebody else reads it by now, another is left as it was."""
        with contextlib.suppress(GatewayError):
            # The stream is still there: it is one of those that are counted.
            alone = self.opened and (await self.session.refresh()).subscribers <= 1
            if alone:
                await self.session.close("the other Tagwatch has left")
                return
            for handle in handles | {self.handle}:
                await self.session.invoke(c.Unregister(handle))


async def attach(client: Client, options: GatewayOptions) -> Attached:
    """GatewayError says why there is none, in words for an operator."""
    try:
        if options.session:
            return await _join(await client.find(options.session))
        return await _of_source(client, options.source)
    except ClientError as error:
        raise told(error) from error


async def _of_source(client: Client, name: str) -> Attached:
    """A session that is open on the source is shared: one worker at the plant serves many desks."""
    source = next((source for source in await client.sources() if source.name.casefold() == name.casefold()), None)
    if source is None:
        raise GatewayError(ErrorCode.SOURCE_NOT_FOUND, f"the other Tagwatch has no saved source named {name}")
    if source.session_id:
        try:
            return await _join(await client.session(source.session_id))
        except ClientError as error:
            if error.code not in (*_TAKEN, ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_NOT_READY):
                raise
    session = await client.open(source.name)
    try:
        return await _join(session, opened=True)
    except BaseException:
        with contextlib.suppress(GatewayError):
            await session.close("nobody reads it")
        raise


async def _join(session: RemoteSession, opened: bool = False) -> Attached:
    handle = await session.register("tagwatch")
    # A session of our own has no events of others: the server need not look at each.
    stream = session.stream(server_handles=() if opened else (handle,))
    try:
        first = await anext(stream)
    except BaseException:
        stream.close()
        raise
    if isinstance(first, Connected):
        session.info = first.session
    return Attached(session, handle, stream, opened)


def told(error: ClientError) -> GatewayError:
    """In the words, and under the codes, that the window knows from other sources."""
    if error.code == ErrorCode.UNAUTHENTICATED:
        return GatewayError("AuthenticationFailed", f"the other Tagwatch refuses the key: {error.fault.message}")
    if error.connection_lost and "CERTIFICATE_VERIFY_FAILED" in error.fault.message:
        return GatewayError(
            "CertificateUnknown",
            "the certificate of the other Tagwatch is not known here: give that of its authority (option ca)",
        )
    if error.connection_lost:
        return GatewayError("SourceUnreachable", error.fault.message)
    return GatewayError.of(error.fault)
