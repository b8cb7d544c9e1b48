"""Typed calls on a session: a command out, its payload back, a GatewayError for everything else."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from app import commands as c
from app.commands import (
    BrowsePage,
    Command,
    Handle,
    ItemRow,
    ItemRows,
    ProtocolStatus,
    ReadRow,
    ReadRows,
    Reply,
    TagProperties,
    WriteEntry,
    WriteRow,
    WriteRows,
)
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.sessions.session import Session
from app.values import Timestamp, Value

_P = TypeVar("_P")
_MAX_MS = 2**32 - 1
_MAX_PAGES = 1_000

_CODES = {
    ProtocolStatus.INVALID_REQUEST: ErrorCode.INVALID_ARGUMENT,
    ProtocolStatus.PROTOCOL_VIOLATION: ErrorCode.PROTOCOL_VIOLATION,
    ProtocolStatus.WORKER_UNAVAILABLE: ErrorCode.WORKER_UNAVAILABLE,
    ProtocolStatus.TIMEOUT: ErrorCode.TIMEOUT,
}


def checked(command: Command, reply: Reply) -> Reply:
    """The reply if it is Ok; else GatewayError with the status message, else the diagnostic, else a default."""
    if reply.ok:
        return reply
    details = {"status": reply.code.words, "diagnostic": reply.diagnostic}
    if reply.hresult is not None:
        details["hresult"] = f"0x{reply.hresult & 0xFFFF_FFFF:08X}"
    if reply.statuses:
        details["statuses"] = "; ".join(status.words for status in reply.statuses)
    words = reply.message or reply.diagnostic or f"{type(command).__name__} failed: {reply.code.words}"
    details = {name: text for name, text in details.items() if text}
    raise GatewayError(_CODES.get(reply.code, ErrorCode.COMMAND_FAILED), words, **details)


async def call(session: Session, command: Command, payload: type[_P]) -> _P:
    """Invoke, and the payload of the kind that belongs to the command; ProtocolViolation where it is missing."""
    reply = checked(command, await session.invoke(command))
    if not isinstance(reply.payload, payload):
        raise ProtocolViolation(f"the reply to {type(command).__name__} has no {payload.__name__}")
    return reply.payload


async def register(session: Session, client_name: str) -> int:
    """The server handle."""
    return (await call(session, c.Register(client_name), Handle)).handle


async def unregister(session: Session, server_handle: int) -> None:
    await invoke(session, c.Unregister(server_handle))


async def invoke(session: Session, command: Command) -> Reply:
    """For commands whose reply has no payload."""
    return checked(command, await session.invoke(command))


async def add_item(session: Session, server_handle: int, tag: str, context: str = "") -> int:
    """The item handle."""
    command = c.AddItem2(server_handle, tag, context) if context else c.AddItem(server_handle, tag)
    return (await call(session, command, Handle)).handle


async def add_items(session: Session, server_handle: int, tags: Sequence[str]) -> tuple[ItemRow, ...]:
    return await _items(session, c.AddItemBulk(server_handle, tuple(tags)), tags)


async def remove_items(session: Session, server_handle: int, handles: Sequence[int]) -> tuple[ItemRow, ...]:
    return await _items(session, c.RemoveItemBulk(server_handle, tuple(handles)), handles)


async def advise_items(session: Session, server_handle: int, handles: Sequence[int]) -> tuple[ItemRow, ...]:
    return await _items(session, c.AdviseItemBulk(server_handle, tuple(handles)), handles)


async def unadvise_items(session: Session, server_handle: int, handles: Sequence[int]) -> tuple[ItemRow, ...]:
    return await _items(session, c.UnAdviseItemBulk(server_handle, tuple(handles)), handles)


async def subscribe(session: Session, server_handle: int, tags: Sequence[str]) -> tuple[ItemRow, ...]:
    """Add and advise: one row per tag."""
    return await _items(session, c.SubscribeBulk(server_handle, tuple(tags)), tags)


async def unsubscribe(session: Session, server_handle: int, handles: Sequence[int]) -> tuple[ItemRow, ...]:
    """Unadvise and remove: one row per handle."""
    return await _items(session, c.UnsubscribeBulk(server_handle, tuple(handles)), handles)


_ItemBulk = (
    c.AddItemBulk | c.RemoveItemBulk | c.AdviseItemBulk | c.UnAdviseItemBulk | c.SubscribeBulk | c.UnsubscribeBulk
)


async def _items(session: Session, command: _ItemBulk, entries: Sequence[object]) -> tuple[ItemRow, ...]:
    return (await call(session, command, ItemRows)).rows if entries else ()


async def read(
    session: Session, server_handle: int, tags: Sequence[str], timeout_s: float = 0.0
) -> tuple[ReadRow, ...]:
    """The current value of each tag: one row per tag. ``timeout_s`` <= 0 = the worker's own; a longer one than 32 bits
    of milliseconds can tell is clamped."""
    if not tags:
        return ()
    return (await call(session, c.ReadBulk(server_handle, tuple(tags), timeout_ms(timeout_s)), ReadRows)).rows


def timeout_ms(timeout_s: float) -> int:
    if math.isnan(timeout_s) or timeout_s <= 0:
        return 0
    return _MAX_MS if timeout_s >= _MAX_MS / 1000 else max(1, round(timeout_s * 1000))


async def write(
    session: Session,
    server_handle: int,
    item_handle: int,
    value: Value,
    time: Timestamp | None = None,
    user_id: int = 0,
) -> Reply:
    """Accepted; whether it was written is told by the item's write-complete event."""
    if time is None:
        return await invoke(session, c.Write(server_handle, item_handle, value, user_id))
    return await invoke(session, c.Write2(server_handle, item_handle, value, time, user_id))


async def write_secured(
    session: Session,
    server_handle: int,
    item_handle: int,
    value: Value,
    user_id: int,
    verifier_id: int,
    time: Timestamp | None = None,
) -> Reply:
    if time is None:
        return await invoke(session, c.WriteSecured(server_handle, item_handle, value, user_id, verifier_id))
    return await invoke(session, c.WriteSecured2(server_handle, item_handle, value, time, user_id, verifier_id))


async def write_many(
    session: Session,
    server_handle: int,
    entries: Sequence[WriteEntry],
    *,
    timed: bool = False,
    secured: bool = False,
) -> tuple[WriteRow, ...]:
    """One row per entry; success = accepted."""
    if not entries:
        return ()
    kinds = {
        (False, False): c.WriteBulk,
        (True, False): c.Write2Bulk,
        (False, True): c.WriteSecuredBulk,
        (True, True): c.WriteSecured2Bulk,
    }
    return (await call(session, kinds[timed, secured](server_handle, tuple(entries)), WriteRows)).rows


async def authenticate(session: Session, server_handle: int, user: str, password: str) -> int:
    """The user id."""
    return (await call(session, c.AuthenticateUser(server_handle, user, password), Handle)).handle


async def browse(session: Session, node: str = "", page_token: str = "", limit: int = 500) -> BrowsePage:
    return await call(session, c.Browse(node, page_token, limit), BrowsePage)


async def properties(session: Session, tag: str) -> TagProperties:
    return await call(session, c.Properties(tag), TagProperties)


async def history(session: Session, read: c.HistoryRead) -> c.HistoryPage:
    """One page of what the source itself has kept."""
    return await call(session, read, c.HistoryPage)


async def history_pages(session: Session, read: c.HistoryRead, limit: int) -> AsyncIterator[c.HistoryPage]:
    """Page after page, until they end or have ``limit`` samples; the last one's ``next_page`` tells that there is more.
    Each page is a command of its own, so that others have their turn between them. GatewayError where the source gives
    pages without end."""
    left = limit
    for _ in range(_MAX_PAGES):
        page = await history(session, dataclasses.replace(read, limit=min(read.limit, left)))
        left -= len(page.times)
        yield page
        if not page.next_page or left <= 0:
            return
        read = dataclasses.replace(read, page_token=page.next_page)
    raise GatewayError(
        ErrorCode.COMMAND_FAILED, f"the history of {read.tag} has no end: {_MAX_PAGES:,} pages were read"
    )


async def playback(session: Session, wanted: c.Playback) -> None:
    """Play, pause, seek, or at another speed: of a source that plays a recording."""
    await invoke(session, wanted)


async def reconnect(session: Session) -> None:
    """A source that is lost is tried at once."""
    await invoke(session, c.Reconnect())


async def ping(session: Session, text: str = "") -> c.Pong:
    return await call(session, c.Ping(text), c.Pong)
