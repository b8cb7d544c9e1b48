"""Messages of the gateway API to what a client gets, and its commands to messages."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any, cast

from app.batch import NO_DETAIL, Detail, EventBatch
from app.client.model import RemoteItem, SavedSource, SessionChange, SessionInfo, SessionState, TagEvent
from app.commands import Command
from app.errors import ProtocolViolation
from app.pb import gateway_pb2 as pb
from app.pb import values_pb2
from app.values import DataType, EventKind, Fault, Status, Value
from app.wire.bodies import SourceState
from app.wire.messages import fill, read_batch, read_value, reader, write_value

_STATES = {pb.SessionState.Value(f"SESSION_STATE_{name}"): state for name, state in SessionState.__members__.items()}
_SOURCE_STATE = reader(SourceState)
_STATUS = reader(Status)
_COMMANDS = {
    cast("Any", field).message_type.name: field.name
    for field in pb.InvokeRequest.DESCRIPTOR.oneofs_by_name["command"].fields
}


def invoke_request(session_id: str, command: Command, comment: str = "") -> pb.InvokeRequest:
    """ValueError for a command that only a gateway may send, and for one that cannot be encoded."""
    request = pb.InvokeRequest(session_id=session_id, comment=comment)
    field = _COMMANDS.get(type(command).__name__)
    if field is None:
        raise ValueError(f"{type(command).__name__} is no command of a client")
    fill(getattr(request, field), command)
    return request


def put_options(target: Any, options: Mapping[str, Value]) -> None:
    """ValueError names an option whose value cannot be sent."""
    for name, value in options.items():
        try:
            write_value(target[name], value)
        except ValueError as error:
            raise ValueError(f"option {name}: {error}") from error


def read_options(options: Mapping[str, values_pb2.Value]) -> dict[str, Value]:
    return {name: read_value(value) for name, value in options.items()}


def state_of(number: int) -> SessionState:
    """Unspecified for one that a newer server has."""
    return _STATES.get(cast("Any", number), SessionState.UNSPECIFIED)


def session_info(message: pb.Session) -> SessionInfo:
    return SessionInfo(
        id=message.id,
        name=message.name,
        backend=message.backend,
        source=message.source,
        state=state_of(message.state),
        worker_state=message.worker_state,
        worker_pid=message.worker_pid,
        opened_ns=message.opened_ns,
        last_activity_ns=message.last_activity_ns,
        lease_expires_ns=message.lease_expires_ns if message.HasField("lease_expires_ns") else None,
        subscribers=message.subscribers,
        items=message.items,
        advised=message.advised,
        fault=_fault(message),
        source_state=_source_state(message),
        events=message.events,
        dropped=message.dropped,
        coalesced=message.coalesced,
        gaps=message.gaps,
        restarts=message.restarts,
        newest_sequence=message.newest_sequence,
        correlation_id=message.correlation_id,
        owned=message.owned,
    )


def _fault(message: pb.Session | pb.SessionChange) -> Fault | None:
    if not message.HasField("fault"):
        return None
    return Fault(message.fault.code, message.fault.message, dict(message.fault.details))


def _source_state(message: pb.Session | pb.SessionChange) -> SourceState | None:
    return _SOURCE_STATE(message.source_state) if message.HasField("source_state") else None


def session_change(message: pb.SessionChange) -> SessionChange:
    return SessionChange(state_of(message.state), _source_state(message), _fault(message))


def saved_source(message: pb.Source) -> SavedSource:
    return SavedSource(
        name=message.name,
        backend=message.backend,
        address=message.address,
        options=read_options(message.options),
        missing=tuple(message.missing),
        session_id=message.session_id,
    )


def remote_item(message: pb.Item) -> RemoteItem:
    return RemoteItem(
        message.key,
        message.tag,
        message.context,
        message.buffered,
        message.advised,
        message.supervisory,
        message.suspended,
    )


def batches(message: pb.EventBatch) -> Iterator[EventBatch]:
    """The batch; several where events between were left out, for sequences have no gap inside one."""
    whole = read_batch(message)
    if not message.sequences:
        yield whole
        return
    sequences: array[int] = array("Q")
    if len(message.sequences) != 8 * len(whole):
        raise ProtocolViolation(f"{len(message.sequences)} bytes of sequences came for {len(whole)} events")
    sequences.frombytes(message.sequences)
    start = 0
    for end in range(1, len(sequences) + 1):
        if end < len(sequences) and sequences[end] == sequences[end - 1] + 1:
            continue
        part = whole.after(whole.first_sequence + start - 1).first(end - start)
        yield EventBatch(
            sequences[start],
            part.keys,
            part.values,
            part.qualities,
            part.source_times,
            part.worker_times,
            part.kinds,
            part.details,
            part.coalesced,
        )
        start = end


def tag_event(message: pb.Event) -> TagEvent:
    """Of a stream of single events."""
    detail = Detail(
        tuple([_STATUS(status) for status in message.statuses]),
        message.hresult if message.HasField("hresult") else None,
        message.data_type if message.HasField("data_type") else DataType.UNKNOWN,
        message.coalesced,
    )
    try:
        kind = EventKind(message.kind)
    except ValueError:
        raise ProtocolViolation(f"an event of the unknown kind {message.kind} came") from None
    return TagEvent(
        message.sequence,
        kind,
        message.key,
        message.tag,
        read_value(message.value),
        message.quality,
        message.source_time_ns,
        message.worker_time_ns,
        NO_DETAIL if detail == NO_DETAIL else detail,
    )
