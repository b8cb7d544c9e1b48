"""The scope that each request needs. What is not written down here needs ``admin``: a new request is closed to every
other key until somebody decides."""

from __future__ import annotations

from typing import cast

from google.protobuf.message import Message

from app.access.scopes import Scope

_GATEWAY, _RECORDS, _ALARMS = (f"/tagwatch.gateway.v1.{service}/" for service in ("Gateway", "Records", "Alarms"))

METHODS = {
    _GATEWAY + "OpenSession": Scope.SESSION_OPEN,
    _GATEWAY + "CloseSession": Scope.SESSION_CLOSE,
    _GATEWAY + "KillWorker": Scope.SESSION_CLOSE,
    _GATEWAY + "ExtendLease": Scope.SESSION_OPEN,
    _GATEWAY + "ListSessions": Scope.METADATA_READ,
    _GATEWAY + "GetSession": Scope.METADATA_READ,
    _GATEWAY + "ListSources": Scope.METADATA_READ,
    _GATEWAY + "Browse": Scope.METADATA_READ,
    _GATEWAY + "GetProperties": Scope.METADATA_READ,
    _GATEWAY + "ReadBulk": Scope.INVOKE_READ,
    _GATEWAY + "WriteBulk": Scope.INVOKE_WRITE,
    _GATEWAY + "Write2Bulk": Scope.INVOKE_WRITE,
    _GATEWAY + "WriteSecuredBulk": Scope.INVOKE_SECURE,
    _GATEWAY + "WriteSecured2Bulk": Scope.INVOKE_SECURE,
    _GATEWAY + "StreamEvents": Scope.EVENTS_READ,
    _RECORDS + "QueryHistory": Scope.RECORDS_READ,
    _RECORDS + "QueryEvents": Scope.RECORDS_READ,
    _RECORDS + "QueryAudit": Scope.RECORDS_READ,
    _ALARMS + "StreamAlarms": Scope.ALARMS_READ,
    _ALARMS + "Acknowledge": Scope.ALARMS_WRITE,
    _ALARMS + "Shelve": Scope.ALARMS_WRITE,
    _ALARMS + "Unshelve": Scope.ALARMS_WRITE,
}
_INVOKE = _GATEWAY + "Invoke"

#: By the field of InvokeRequest.command.
COMMANDS = {
    **dict.fromkeys(
        (
            "register",
            "unregister",
            "add_item",
            "add_item2",
            "add_buffered_item",
            "set_buffered_update_interval",
            "remove_item",
            "advise",
            "un_advise",
            "suspend",
            "activate",
            "ping",
            "reconnect",
            "add_item_bulk",
            "advise_item_bulk",
            "remove_item_bulk",
            "un_advise_item_bulk",
            "subscribe_bulk",
            "unsubscribe_bulk",
            "read_bulk",
        ),
        Scope.INVOKE_READ,
    ),
    **dict.fromkeys(("browse", "properties"), Scope.METADATA_READ),
    "history_read": Scope.RECORDS_READ,  # what the source has kept, as what Tagwatch has
    "playback": Scope.SESSION_OPEN,  # what a key may also choose when it opens the recording
    **dict.fromkeys(("write", "write2", "write_bulk", "write2_bulk"), Scope.INVOKE_WRITE),
    # Supervisory clients may write secured attributes without a login.
    **dict.fromkeys(
        (
            "advise_supervisory",
            "authenticate_user",
            "archestr_a_user_to_id",
            "write_secured",
            "write_secured2",
            "write_secured_bulk",
            "write_secured2_bulk",
        ),
        Scope.INVOKE_SECURE,
    ),
}


def needed(method: str, request: Message) -> Scope:
    """The scope for this request of the method (its full name, ``/package.Service/Method``)."""
    if method != _INVOKE:
        return METHODS.get(method, Scope.ADMIN)
    if "command" not in request.DESCRIPTOR.oneofs_by_name:
        return Scope.ADMIN
    return COMMANDS.get(cast("str | None", request.WhichOneof("command")) or "", Scope.ADMIN)
