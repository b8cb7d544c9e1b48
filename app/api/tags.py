"""What a caller may do with the tags of a session: row by row for bulk commands, as a whole for single ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from app import commands as c
from app.access.names import UnclearNameError, readings
from app.api.guard import Caller
from app.commands import BrowsePage, Command, ItemRow, ItemRows, ReadRow, ReadRows, Reply
from app.errors import ErrorCode, GatewayError
from app.sessions import calls
from app.sessions.items import Item
from app.sessions.session import Session
from app.values import SecurityClass

#: As sources write a security class: "SecuredWrite".
_CLASSES = {"".join(part.capitalize() for part in entry.name.split("_")): entry for entry in SecurityClass}

_ADDS = (c.AddItem, c.AddItem2, c.AddBufferedItem)
_BULKS = (c.AddItemBulk, c.SubscribeBulk, c.ReadBulk)
_ONE_ITEM = (c.Advise, c.AdviseSupervisory, c.UnAdvise, c.Suspend, c.Activate, c.RemoveItem)
_MANY_ITEMS = (c.AdviseItemBulk, c.UnAdviseItemBulk, c.RemoveItemBulk, c.UnsubscribeBulk)

Invoke = Callable[[Command], Any]


async def invoke(session: Session, caller: Caller, command: Command) -> Reply:
    """Send a command that writes nothing, but for what the caller may not touch: GatewayError PermissionDenied, or in a
    bulk a row that says so."""
    if not caller.constraints.limited:
        return await session.invoke(command, caller.owner)
    if isinstance(command, _BULKS):
        return await _tags(session, caller, command)
    if isinstance(command, _MANY_ITEMS):
        return await _items(session, caller, command)
    if isinstance(command, _ADDS):
        context = "" if isinstance(command, c.AddItem) else command.context
        _refuse(caller.constraints.read(session.name, command.tag, context))
    elif isinstance(command, c.Properties | c.HistoryRead):
        _refuse(caller.constraints.read(session.name, command.tag))
    elif isinstance(command, _ONE_ITEM):
        item = session.items.find(command.server_handle, command.item_handle)
        if item is not None:
            _refuse(caller.constraints.read(session.name, item.tag, item.context))
    elif isinstance(command, c.Browse) and command.node:
        _refuse(caller.constraints.browse(session.name, command.node))
    reply = await session.invoke(command, caller.owner)
    if isinstance(reply.payload, BrowsePage):
        return replace(reply, payload=_page(session, caller, reply.payload))
    return reply


def may_read(session: Session, caller: Caller, item: Item) -> bool:
    """Whether the item and its events are the caller's to see."""
    return not caller.constraints.read(session.name, item.tag, item.context)


async def security(session: Session, item: Item) -> SecurityClass:
    """The class of the item's tag; UNDEFINED where the source does not tell one, and where its context leaves open
    which tag it is: the class of another one would prove nothing."""
    tag = item.tag
    if item.context:
        try:
            meant = readings(item.tag, item.context)
        except UnclearNameError:
            return SecurityClass.UNDEFINED
        if len(meant) != 1:
            return SecurityClass.UNDEFINED
        (tag,) = meant
    try:
        found = (await calls.properties(session, tag)).get("security_class")
    except GatewayError as error:
        if error.code in (ErrorCode.COMMAND_FAILED, ErrorCode.INVALID_ARGUMENT):
            return SecurityClass.UNDEFINED
        raise
    return _CLASSES.get(str(found), SecurityClass.UNDEFINED)


def _refuse(reason: str) -> None:
    if reason:
        raise GatewayError(ErrorCode.PERMISSION_DENIED, reason)


def _page(session: Session, caller: Caller, page: BrowsePage) -> BrowsePage:
    shown = tuple(node for node in page.nodes if not caller.constraints.browse(session.name, node.address))
    return replace(page, nodes=shown)


async def _tags(session: Session, caller: Caller, command: c.AddItemBulk | c.SubscribeBulk | c.ReadBulk) -> Reply:
    reasons = [caller.constraints.read(session.name, tag) for tag in command.tags]
    allowed = tuple(tag for tag, reason in zip(command.tags, reasons, strict=True) if not reason)
    reply = await session.invoke(replace(command, tags=allowed), caller.owner)
    if isinstance(reply.payload, ReadRows):
        refused = [ReadRow(False, tag, error=why) for tag, why in zip(command.tags, reasons, strict=True) if why]
        return replace(reply, payload=ReadRows(_merged(reasons, reply.payload.rows, refused)))
    rows = [
        ItemRow(False, 0, tag, why, command.server_handle)
        for tag, why in zip(command.tags, reasons, strict=True)
        if why
    ]
    return _with_items(reply, reasons, rows)


async def _items(
    session: Session,
    caller: Caller,
    command: c.AdviseItemBulk | c.UnAdviseItemBulk | c.RemoveItemBulk | c.UnsubscribeBulk,
) -> Reply:
    found = [session.items.find(command.server_handle, handle) for handle in command.item_handles]
    reasons = ["" if item is None else caller.constraints.read(session.name, item.tag, item.context) for item in found]
    pairs = list(zip(command.item_handles, reasons, strict=True))
    allowed = tuple(handle for handle, reason in pairs if not reason)
    reply = await session.invoke(replace(command, item_handles=allowed), caller.owner)
    rows = [ItemRow(False, handle, "", reason, command.server_handle) for handle, reason in pairs if reason]
    return _with_items(reply, reasons, rows)


def _with_items(reply: Reply, reasons: Sequence[str], refused: Sequence[ItemRow]) -> Reply:
    if not isinstance(reply.payload, ItemRows):
        return reply
    return replace(reply, payload=ItemRows(_merged(reasons, reply.payload.rows, refused)))


def _merged(reasons: Sequence[str], answered: Sequence[Any], refused: Sequence[Any]) -> tuple[Any, ...]:
    """Rows in the order of the request."""
    rows, others = iter(answered), iter(refused)
    return tuple(next(others) if reason else next(rows) for reason in reasons)
