"""What an error is called on the wire: one table for the code, its tests and docs/api.md."""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from google.protobuf import any_pb2
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2, error_details_pb2, status_pb2  # pyright: ignore[reportMissingTypeStubs]

from app.commands import ProtocolStatus
from app.errors import ErrorCode
from app.values import Fault
from app.wire.messages import sound

#: The domain of google.rpc.ErrorInfo.
DOMAIN = "tagwatch"
#: Reasons that no part of the engine has: a call that the client gave up, a mistake of ours, a command that the source
#: does not know, and a method that this server does not.
CANCELLED, INTERNAL, UNSUPPORTED, UNKNOWN_METHOD = "Cancelled", "Internal", "Unsupported", "UnknownMethod"
#: In the details of a fault: when to try again, in seconds.
RETRY_AFTER_S = "retry_after_s"
#: Bytes of a message, of one detail and of all details: a client takes 8 KiB of trailers, where all stand twice.
_MESSAGE, _DETAIL, _DETAILS = 600, 300, 1500


@dataclass(frozen=True, slots=True)
class Row:
    status: grpc.StatusCode
    words: str


_S = grpc.StatusCode

#: Reason (ErrorInfo.reason) -> status, and what it means to a client.
TABLE: dict[str, Row] = {
    ErrorCode.INVALID_ARGUMENT: Row(_S.INVALID_ARGUMENT, "the request cannot be; the message names what is wrong"),
    ErrorCode.UNAUTHENTICATED: Row(_S.UNAUTHENTICATED, "no key, or one that is unknown, revoked or expired"),
    ErrorCode.KEYS_UNAVAILABLE: Row(_S.UNAVAILABLE, "the server cannot read its keys, so it admits nobody"),
    ErrorCode.PERMISSION_DENIED: Row(
        _S.PERMISSION_DENIED, "the key lacks a scope or may not touch the tag, or Tagwatch is read-only"
    ),
    ErrorCode.SESSION_NOT_FOUND: Row(_S.NOT_FOUND, "there is no such session, or it belongs to another key"),
    ErrorCode.SOURCE_NOT_FOUND: Row(_S.NOT_FOUND, "there is no saved source of that name"),
    ErrorCode.SESSION_NOT_READY: Row(
        _S.FAILED_PRECONDITION, "session or worker is not ready; the message has both states"
    ),
    ErrorCode.SESSION_LIMIT_REACHED: Row(_S.RESOURCE_EXHAUSTED, "as many sessions are open as may be"),
    ErrorCode.EVENT_SUBSCRIBER_ALREADY_ACTIVE: Row(_S.ALREADY_EXISTS, "the session has its one subscriber already"),
    ErrorCode.EVENT_SUBSCRIBER_LIMIT_REACHED: Row(
        _S.RESOURCE_EXHAUSTED, "the session has as many subscribers as it may"
    ),
    ErrorCode.EVENT_QUEUE_OVERFLOW: Row(
        _S.RESOURCE_EXHAUSTED, "the client read too slowly; `missed` counts the events that it lost"
    ),
    ErrorCode.STREAM_LIMIT_REACHED: Row(_S.RESOURCE_EXHAUSTED, "the key has as many open streams as it may"),
    ErrorCode.RATE_LIMITED: Row(_S.RESOURCE_EXHAUSTED, "too many calls of the key; RetryInfo says when to try again"),
    ErrorCode.TOO_MANY_PENDING: Row(_S.RESOURCE_EXHAUSTED, "too many commands of the session wait for their reply"),
    ErrorCode.TIMEOUT: Row(_S.DEADLINE_EXCEEDED, "the source has not answered within the session's time"),
    ErrorCode.WORKER_START_FAILED: Row(_S.UNAVAILABLE, "the session could not be started; `step` says where it failed"),
    ErrorCode.WORKER_UNAVAILABLE: Row(_S.UNAVAILABLE, "the worker ended while the call was on its way"),
    ErrorCode.WORKER_UNRESPONSIVE: Row(_S.UNAVAILABLE, "the worker fell silent and was ended"),
    ErrorCode.PROTOCOL_VIOLATION: Row(_S.UNAVAILABLE, "the worker sent what it must not; the session has faulted"),
    ErrorCode.CLOSE_FAILED: Row(_S.UNAVAILABLE, "the worker could be neither closed nor killed"),
    ErrorCode.COMMAND_FAILED: Row(_S.FAILED_PRECONDITION, "the source has refused; `status` and `diagnostic` say why"),
    UNSUPPORTED: Row(_S.UNIMPLEMENTED, "this source has no such command"),
    UNKNOWN_METHOD: Row(_S.UNIMPLEMENTED, "this server has no such method: a newer one may"),
    ErrorCode.WRITE_IN_FLIGHT: Row(_S.ABORTED, "another write of the tag is on its way: try again after its end"),
    ErrorCode.AUDIT_UNAVAILABLE: Row(_S.FAILED_PRECONDITION, "writes cannot be recorded, so nothing is written"),
    ErrorCode.RECORDS_UNAVAILABLE: Row(_S.UNAVAILABLE, "the server keeps no such records, or cannot read them now"),
    CANCELLED: Row(_S.CANCELLED, "the client has cancelled the call: never counted as a fault"),
    INTERNAL: Row(_S.INTERNAL, "a mistake of Tagwatch's; its log has the rest"),
}
#: Faults of a source have codes of their own.
_OTHER = Row(_S.UNAVAILABLE, "a fault of the source or its worker, by its own code")


def row(code: str) -> Row:
    """Codes that are not in the table are those of sources."""
    return TABLE.get(code, _OTHER)


def reason(fault: Fault) -> str:
    """What stands in ErrorInfo.reason."""
    unsupported = fault.details.get("status") == ProtocolStatus.UNSUPPORTED.words
    return UNSUPPORTED if fault.code == ErrorCode.COMMAND_FAILED and unsupported else fault.code


def status_of(fault: Fault) -> status_pb2.Status:
    """The fault as google.rpc.Status, with ErrorInfo, and RetryInfo where the fault says when."""
    why = reason(fault)
    info = error_details_pb2.ErrorInfo(reason=_cut(why, _DETAIL), domain=DOMAIN, metadata=_details(fault))
    packed = [_any(info)]
    if (after := fault.details.get(RETRY_AFTER_S)) is not None:
        wait = Duration()
        wait.FromNanoseconds(max(0, round(float(after) * 1e9)))
        packed.append(_any(error_details_pb2.RetryInfo(retry_delay=wait)))
    code = code_pb2.Code.Value(row(why).status.name)
    return status_pb2.Status(code=code, message=_cut(fault.message, _MESSAGE), details=packed)


def _details(fault: Fault) -> dict[str, str]:
    kept: dict[str, str] = {}
    left = _DETAILS
    for name, text in fault.details.items():
        entry = _cut(name, 64), _cut(text, _DETAIL)
        left -= sum(len(part.encode()) for part in entry)
        if left < 0:
            break
        kept[entry[0]] = entry[1]
    return kept


def _cut(text: str, most: int) -> str:
    """At most so many bytes of it."""
    data = sound(text).encode()
    return data.decode() if len(data) <= most else data[: most - 3].decode(errors="ignore") + "…"


def _any(message: error_details_pb2.ErrorInfo | error_details_pb2.RetryInfo) -> any_pb2.Any:
    holder = any_pb2.Any()
    holder.Pack(message)
    return holder


def table() -> str:
    """The table in Markdown, for docs/api.md."""
    lines = ["| reason | status | meaning |", "|---|---|---|"]
    lines += [f"| {code} | {entry.status.name} | {entry.words} |" for code, entry in TABLE.items()]
    lines.append(f"| any other | {_OTHER.status.name} | {_OTHER.words} |")
    return "\n".join(lines) + "\n"
