"""Messages of the gateway API to and from values. Commands, replies and batches have the fields of the worker protocol
by name, and are mapped by the same code; the rest is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from app import commands
from app.batch import Event, EventBatch
from app.commands import Command, Reply, WriteEntry
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.pb import gateway_pb2 as pb
from app.pb import values_pb2
from app.sessions.info import SessionInfo
from app.sessions.items import Item
from app.sessions.state import SessionState
from app.values import DataType, Fault, Value
from app.wire.bodies import SourceState
from app.wire.messages import fill, fill_batch, fill_reply, read_value, reader, sound, write_value

STATES = {state: pb.SessionState.Value(f"SESSION_STATE_{state.name}") for state in SessionState}


# ---- what comes ------------------------------------------------------------------


def _command_readers() -> dict[str, Callable[[Any], Any]]:
    fields = pb.InvokeRequest.DESCRIPTOR.oneofs_by_name["command"].fields
    return {field.name: reader(getattr(commands, cast("Any", field).message_type.name)) for field in fields}


_COMMANDS = _command_readers()
_ENTRY = reader(WriteEntry)


def read_command(request: pb.InvokeRequest) -> Command:
    """GatewayError InvalidArgument where there is none, or one that cannot be."""
    field = request.WhichOneof("command")
    if field is None:
        raise GatewayError(ErrorCode.INVALID_ARGUMENT, "the request has no command: set one of the fields of `command`")
    return checked_read(_COMMANDS[field], getattr(request, field), f"command {field}")


def read_entries(entries: Sequence[pb.WriteEntry]) -> tuple[WriteEntry, ...]:
    return tuple([checked_read(_ENTRY, entry, f"entries[{index}]") for index, entry in enumerate(entries)])


def read_values(values: Mapping[str, values_pb2.Value]) -> dict[str, Value]:
    return {name: checked_read(read_value, value, f"options[{name}]") for name, value in values.items()}


def checked_read(read: Callable[[Any], Any], message: Any, where: str) -> Any:
    """What a client has sent: what cannot be read is its own mistake."""
    try:
        return read(message)
    except ProtocolViolation as error:
        raise GatewayError(ErrorCode.INVALID_ARGUMENT, f"{where}: {error.fault.message}") from error


# ---- what goes -------------------------------------------------------------------


def filled(message: Any, value: Any) -> Any:
    fill(message, value)
    return message


def reply_message(reply: Reply, audit_record: int = 0) -> pb.Reply:
    message = pb.Reply(audit_record=audit_record)
    fill_reply(message, reply)
    return message


def session_message(info: SessionInfo, *, newest: int, correlation_id: str, owned: bool) -> pb.Session:
    message = pb.Session(
        id=info.id,
        name=sound(info.name),
        backend=sound(info.backend),
        source=sound(info.source),
        state=STATES[info.state],
        worker_state="" if info.worker_state is None else str(info.worker_state),
        worker_pid=info.worker_pid or 0,
        opened_ns=info.opened_at_ns,
        last_activity_ns=info.last_activity_ns,
        lease_expires_ns=info.lease_expires_ns,
        subscribers=info.subscribers,
        items=info.items,
        advised=info.advised,
        events=info.events,
        dropped=info.dropped,
        coalesced=info.coalesced,
        gaps=info.gaps,
        restarts=info.restarts,
        newest_sequence=newest,
        correlation_id=sound(correlation_id),
        owned=owned,
    )
    put_fault(message.fault, info.fault)
    put_source_state(message.source_state, info.source_state)
    return message


def put_fault(message: values_pb2.Fault, fault: Fault | None) -> None:
    if fault is None:
        return
    message.code = sound(fault.code)
    message.message = sound(fault.message)
    for name, text in fault.details.items():
        message.details[sound(name)] = sound(text)


def put_source_state(message: pb.SourceState, state: SourceState | None) -> None:
    if state is not None:
        fill(message, state)


def put_options(message: Mapping[str, values_pb2.Value], options: Mapping[str, Any]) -> None:
    """Options of a source as values; what has no place there goes as its text."""
    for name, value in options.items():
        try:
            write_value(message[name], value)
        except ValueError:
            write_value(message[name], str(value))


def item_message(item: Item) -> pb.Item:
    return pb.Item(
        key=item.key,
        tag=sound(item.tag),
        context=sound(item.context),
        buffered=item.buffered,
        advised=item.advised,
        supervisory=item.supervisory,
        suspended=item.suspended,
    )


def packed(batch: EventBatch) -> bytes:
    """The batch as a part of a StreamMessage, made once whoever asks. Parts put one behind the other are a message."""
    if batch.packed is None:
        message = pb.StreamMessage()
        fill_batch(message.batches.add(), batch)
        batch.packed = message.SerializeToString()
    return batch.packed


def event_message(event: Event, tag: str) -> pb.Event:
    detail = event.detail
    message = pb.Event(
        sequence=event.sequence,
        kind=cast("Any", int(event.kind)),
        key=event.key,
        tag=sound(tag),
        quality=event.quality,
        source_time_ns=event.source_time,
        worker_time_ns=event.worker_time,
        hresult=detail.hresult,
        data_type=None if detail.data_type == DataType.UNKNOWN else detail.data_type,
        coalesced=detail.coalesced,
    )
    write_value(message.value, event.value)
    for status in detail.statuses:
        fill(message.statuses.add(), status)
    return message
