"""Messages to and from values: the only place that knows the generated code.

Commands, replies and bodies are mapped by the names of their fields, from the descriptors, once at import; event
batches have their own code, for they are the hot path.
"""

from __future__ import annotations

import dataclasses
import inspect
import logging
import operator
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, cast

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.internal import api_implementation
from google.protobuf.message import DecodeError, Message

from app import commands
from app.batch import NO_DETAILS, Detail, EventBatch
from app.commands import Command, ProtocolStatus, Reply
from app.errors import ProtocolViolation
from app.pb import values_pb2, worker_pb2
from app.values import NS_PER_S, Duration, EventKind, Fault, Status, Timestamp, Value
from app.wire import bodies
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck, SourceState, Start
from app.wire.framing import frame

PROTOCOL_VERSION = 1

if api_implementation.Type() == "python":  # an odd platform without the compiled one: right, but a crawl
    logging.getLogger(__name__).warning("protobuf runs in pure Python here: events are 15 to 50 times slower")

#: Arrays inside arrays: more is refused on both sides, so that a frame cannot exhaust the stack.
MAX_DEPTH = 16

Body = (
    Hello
    | Start
    | Ready
    | Command
    | Reply
    | Cancel
    | Shutdown
    | ShutdownAck
    | EventBatch
    | Heartbeat
    | Fault
    | SourceState
)


class Envelope(NamedTuple):
    """One received message. ``correlation_id`` is 0 for what belongs to no command."""

    correlation_id: int
    sequence: int
    body: Body


class Codec:
    """One side's end of one connection: numbers what it sends, checks what it gets."""

    def __init__(self, session_id: str, frame_limit: int) -> None:
        self._session_id = session_id
        self.frame_limit = frame_limit
        self._sent = 0
        self._received = 0

    def encode(self, body: Body, correlation_id: int = 0) -> bytes:
        """A complete frame. ValueError names the field that cannot be encoded, or says that the frame is too long; a
        message that failed leaves no hole in the numbering."""
        try:
            envelope = worker_pb2.Envelope(
                protocol_version=PROTOCOL_VERSION,
                session_id=self._session_id,
                sequence=self._sent + 1,
                correlation_id=correlation_id,
            )
        except (ValueError, TypeError) as error:
            raise ValueError(f"Envelope.correlation_id: {error}") from error
        _fill_envelope(envelope, body)
        framed = frame(envelope.SerializeToString(), self.frame_limit)
        self._sent += 1
        return framed

    def decode(self, payload: bytes) -> Envelope:
        """The message in a frame's payload; ProtocolViolation says which rule it breaks."""
        try:
            envelope = worker_pb2.Envelope.FromString(payload)
        except DecodeError as error:
            raise ProtocolViolation(f"a frame of {len(payload)} bytes is not an envelope: {error}") from error
        sequence = envelope.sequence
        due = self._received + 1
        if sequence != due or envelope.protocol_version != PROTOCOL_VERSION or envelope.session_id != self._session_id:
            self._refuse(envelope)
        self._received = due
        return Envelope(envelope.correlation_id, sequence, _read_envelope(envelope))

    def _refuse(self, envelope: worker_pb2.Envelope) -> NoReturn:
        if envelope.protocol_version != PROTOCOL_VERSION:
            raise ProtocolViolation(
                f"protocol version {envelope.protocol_version} came, this side speaks {PROTOCOL_VERSION}",
                reason="version",
            )
        if envelope.session_id != self._session_id:
            raise ProtocolViolation("a message for another session came", reason="session")
        raise ProtocolViolation(
            f"message {envelope.sequence} came, {self._received + 1} was due", reason="envelope sequence"
        )


# ---- values ----------------------------------------------------------------


def write_value(message: values_pb2.Value, value: Value | list[Any], depth: int = 0) -> None:
    """Put ``value`` into ``message``; ValueError for what has no place there."""
    if value is None:
        return
    put = _PUT.get(type(value))
    if put is not None:
        put(message, value)
    elif isinstance(value, (tuple, list)):
        if depth >= MAX_DEPTH:
            raise ValueError(f"arrays are nested more than {MAX_DEPTH} deep")
        items = message.array.items
        message.array.SetInParent()
        for item in value:
            write_value(items.add(), item, depth + 1)
    else:
        _put_subclass(message, value)


def _put_subclass(message: values_pb2.Value, value: object) -> None:
    for kind, put in _PUT.items():
        if isinstance(value, kind):
            put(message, value)
            return
    raise ValueError(f"a value of type {type(value).__name__} cannot be sent")


def _put_integer(message: values_pb2.Value, value: int) -> None:
    if -(2**63) <= value < 2**63:
        message.integer = value
    elif 0 <= value < 2**64:
        message.unsigned = value
    else:
        raise ValueError(f"an integer of {value.bit_length()} bits is outside -2**63 to 2**64 - 1")


def _put_text(message: values_pb2.Value, value: str) -> None:
    try:
        message.text = value
    except UnicodeEncodeError as error:
        raise ValueError(f"a text is not valid Unicode: {error.reason} at {error.start}") from error


def _put_time(message: values_pb2.Value, value: Timestamp) -> None:
    seconds, nanos = divmod(value.ns, NS_PER_S)
    if not -(2**63) <= seconds < 2**63:
        raise ValueError("a time does not fit 64 bits of seconds")
    message.time.seconds, message.time.nanos = seconds, nanos


def _put_duration(message: values_pb2.Value, value: Duration) -> None:
    if not -(2**63) <= value.ns < 2**63:
        raise ValueError("a duration does not fit 64 bits of nanoseconds")
    message.elapsed_ns = value.ns


def _put_boolean(message: values_pb2.Value, value: bool) -> None:
    message.boolean = value


def _put_real(message: values_pb2.Value, value: float) -> None:
    message.real = value


def _put_raw(message: values_pb2.Value, value: bytes) -> None:
    message.raw = value


# bool before int: it is a subclass of it.
_PUT: dict[type, Callable[[values_pb2.Value, Any], None]] = {
    bool: _put_boolean,
    int: _put_integer,
    float: _put_real,
    str: _put_text,
    bytes: _put_raw,
    Timestamp: _put_time,
    Duration: _put_duration,
}


def read_value(message: values_pb2.Value, depth: int = 0) -> Value:
    """The value in ``message``; ProtocolViolation for one that this side would not send."""
    kind = message.WhichOneof("kind")
    if kind in _PLAIN:
        return getattr(message, kind)
    match kind:
        case "array":
            if depth >= MAX_DEPTH:
                raise ProtocolViolation(f"arrays are nested more than {MAX_DEPTH} deep")
            return tuple([read_value(item, depth + 1) for item in message.array.items])
        case "time":
            if message.time.nanos >= NS_PER_S:
                raise ProtocolViolation(f"a time has {message.time.nanos} nanoseconds")
            return Timestamp(message.time.seconds * NS_PER_S + message.time.nanos)
        case "elapsed_ns":
            return Duration(message.elapsed_ns)
        case _:
            if message.ByteSize():
                raise ProtocolViolation("a value of an unknown kind came")
            return None


_PLAIN = frozenset(("boolean", "integer", "unsigned", "real", "text", "raw"))


# ---- commands, replies, bodies: mapped by name ------------------------------


def _status_from(message: Any) -> Status:
    return Status(message.success, message.category, message.detected_by, message.detail)


class _Mapping:
    """One dataclass and its message: fields of the same names, in both directions."""

    def __init__(self, kind: type, descriptor: Any) -> None:
        self.kind = kind
        names = set(_field_names(kind))
        if names != {entry.name for entry in descriptor.fields if not entry.containing_oneof or _optional(entry)}:
            raise TypeError(f"{kind.__name__} and the message {descriptor.full_name} differ in their fields")
        entries = {entry.name: entry for entry in descriptor.fields}
        self._fields = [(name, _writer(entries[name]), _reader(entries[name])) for name in _field_names(kind)]
        self.read = self._read_plain() or self._read

    def _read_plain(self) -> Callable[[Any], Any] | None:
        """All fields by one call, where each is read by its name alone: most messages are of this kind."""
        if any(read is not getattr for _, _, read in self._fields):
            return None
        kind, names = self.kind, [name for name, _, _ in self._fields]
        if not names:
            return lambda message: kind()
        get = operator.attrgetter(*names)
        return (lambda message: kind(get(message))) if len(names) == 1 else (lambda message: kind(*get(message)))

    def write(self, message: Any, value: Any) -> None:
        for name, write, _ in self._fields:
            try:
                write(message, name, getattr(value, name))
            except (ValueError, TypeError) as error:
                raise ValueError(f"{self.kind.__name__}.{name}: {error}") from error

    def _read(self, message: Any) -> Any:
        return self.kind(*[read(message, name) for name, _, read in self._fields])


def _set(message: Any, owner: str, name: str, value: Any) -> None:
    """Set a plain field; ValueError names it."""
    try:
        setattr(message, name, value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{owner}.{name}: {error}") from error


def _field_names(kind: type) -> Sequence[str]:
    fields = cast("Sequence[str] | None", getattr(kind, "_fields", None))  # a NamedTuple
    return fields if fields is not None else [entry.name for entry in dataclasses.fields(kind)]


def _optional(entry: Any) -> bool:
    return entry.has_presence and entry.message_type is None


_Writer = Callable[[Any, str, Any], None]
_Reader = Callable[[Any, str], Any]


def _is_repeated(entry: Any) -> bool:
    return bool(entry.is_repeated)


def _writer(entry: Any) -> _Writer:
    if entry.message_type is None:
        if _is_repeated(entry):
            return lambda message, name, value: getattr(message, name).extend(value)
        if _optional(entry):
            return lambda message, name, value: None if value is None else setattr(message, name, value)
        return setattr
    kind = entry.message_type.name
    if kind == "Value":
        return _write_values_of if _is_repeated(entry) else _write_value_of

    def write_all(message: Any, name: str, value: Any) -> None:
        mapping, into = _MAPPINGS[kind], getattr(message, name)
        for item in value:
            mapping.write(into.add(), item)

    return write_all


def _write_value_of(message: Any, name: str, value: Value) -> None:
    write_value(getattr(message, name), value)


def _write_values_of(message: Any, name: str, values: Sequence[Value]) -> None:
    into = getattr(message, name)
    for value in values:
        write_value(into.add(), value)


def _reader(entry: Any) -> _Reader:
    if entry.message_type is None:
        if _is_repeated(entry):
            return lambda message, name: tuple(getattr(message, name))
        if _optional(entry):
            return lambda message, name: getattr(message, name) if message.HasField(name) else None
        return getattr
    kind = entry.message_type.name
    if kind == "Value":
        if _is_repeated(entry):
            return lambda message, name: tuple([read_value(item) for item in getattr(message, name)])
        return lambda message, name: read_value(getattr(message, name))

    def read_all(message: Any, name: str) -> tuple[Any, ...]:
        mapping = _MAPPINGS[kind]
        return tuple([mapping.read(item) for item in getattr(message, name)])

    return read_all


def _dataclasses_of(module: object) -> dict[str, type]:
    found = inspect.getmembers(module, lambda member: inspect.isclass(member) and dataclasses.is_dataclass(member))
    return dict(found)


def _mappings() -> dict[str, _Mapping]:
    messages = {
        **worker_pb2.DESCRIPTOR.message_types_by_name,
        **values_pb2.DESCRIPTOR.message_types_by_name,
    }
    kinds = {**_dataclasses_of(commands), **_dataclasses_of(bodies), "Status": Status}
    own = {"Reply", "Timestamp", "Duration"}  # these have code of their own
    return {name: _Mapping(kind, messages[name]) for name, kind in kinds.items() if name not in own}


_MAPPINGS: dict[str, _Mapping] = _mappings()


def _oneof(message: type[Message], name: str) -> dict[str, str]:
    """Message type name -> name of the oneof's field that holds it."""
    fields = cast("Sequence[FieldDescriptor]", message.DESCRIPTOR.oneofs_by_name[name].fields)
    return {cast("Any", entry).message_type.name: entry.name for entry in fields}


_COMMAND_FIELDS = _oneof(worker_pb2.Command, "kind")
_PAYLOAD_FIELDS = _oneof(worker_pb2.Reply, "payload")
_BODY_FIELDS = _oneof(worker_pb2.Envelope, "body")
_Read = Callable[[Any], Any]
_COMMAND_READERS: dict[str, _Read] = {field: _MAPPINGS[kind].read for kind, field in _COMMAND_FIELDS.items()}
_PAYLOAD_READERS: dict[str, _Read] = {field: _MAPPINGS[kind].read for kind, field in _PAYLOAD_FIELDS.items()}
_STATUSES = {int(status): status for status in ProtocolStatus}


def _fill_envelope(envelope: worker_pb2.Envelope, body: Body) -> None:
    kind = type(body).__name__
    if (field := _COMMAND_FIELDS.get(kind)) is not None:
        message = getattr(envelope.command, field)
        message.SetInParent()
        _MAPPINGS[kind].write(message, body)
    elif isinstance(body, Reply):
        _write_reply(envelope.reply, body)
    elif isinstance(body, EventBatch):
        _write_batch(envelope.events, body)
    elif isinstance(body, Fault):
        _write_fault(envelope.fault, body)
    elif kind in _BODY_FIELDS:
        message = getattr(envelope, _BODY_FIELDS[kind])
        message.SetInParent()
        _MAPPINGS[kind].write(message, body)
    else:
        raise ValueError(f"a {kind} is no body of a message")


def _read_envelope(envelope: worker_pb2.Envelope) -> Body:
    field = envelope.WhichOneof("body")
    if field is None:
        raise ProtocolViolation("a message without a known body came", reason="body")
    return _BODY_READERS[field](getattr(envelope, field))


def _read_fault(message: values_pb2.Fault) -> Fault:
    return Fault(message.code, message.message, dict(message.details))


def _write_fault(message: values_pb2.Fault, fault: Fault) -> None:
    message.SetInParent()
    message.code = _sound(fault.code)
    # Words of a driver or of an operating system: whatever they hold, the fault must arrive.
    message.message = _sound(fault.message)
    for name, text in fault.details.items():
        message.details[_sound(name)] = _sound(text)


def _sound(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _read_command(message: worker_pb2.Command) -> Command:
    field = message.WhichOneof("kind")
    if field is None:
        raise ProtocolViolation("a command of an unknown kind came", reason="command")
    return _COMMAND_READERS[field](getattr(message, field))


def _write_reply(message: worker_pb2.Reply, reply: Reply) -> None:
    message.SetInParent()
    message.code = reply.code
    if reply.message:
        message.message = _sound(reply.message)
    if reply.diagnostic:
        message.diagnostic = _sound(reply.diagnostic)
    if reply.hresult is not None:
        _set(message, "Reply", "hresult", reply.hresult)
    for status in reply.statuses:
        _MAPPINGS["Status"].write(message.statuses.add(), status)
    if reply.payload is not None:
        kind = type(reply.payload).__name__
        payload = getattr(message, _PAYLOAD_FIELDS[kind])
        payload.SetInParent()
        _MAPPINGS[kind].write(payload, reply.payload)


def _read_reply(message: worker_pb2.Reply) -> Reply:
    code = _STATUSES.get(message.code)
    if code is None:
        raise ProtocolViolation(f"a reply with the unknown status {message.code} came")
    field = message.WhichOneof("payload")
    statuses = message.statuses
    return Reply(
        code,
        message.message,
        message.diagnostic,
        message.hresult if message.HasField("hresult") else None,
        tuple([_status_from(status) for status in statuses]) if statuses else (),
        None if field is None else _PAYLOAD_READERS[field](getattr(message, field)),
    )


# ---- event batches ---------------------------------------------------------

_SWAP = sys.byteorder == "big"
_LAST_KIND = max(EventKind)
_SIZES = {code: array(code).itemsize for code in "iq"}


def _packed(name: str, code: str, column: Sequence[Any]) -> bytes:
    packed: array[Any]
    try:
        packed = cast("array[Any]", column) if _is_array(column, code) else array(code, column)
    except (OverflowError, TypeError) as error:
        raise ValueError(f"EventBatch.{name}: {error}") from error
    if _SWAP:
        packed = array(code, packed)
        packed.byteswap()
    return packed.tobytes()


def _packed_once(name: str, code: str, column: Sequence[Any]) -> bytes:
    """One entry where all are the same: one quality, and one time for all that came at once, are the usual case."""
    data = _packed(name, code, column)
    first = data[: len(data) // len(column)]
    return first if data == first * len(column) else data


def _is_array(column: Any, code: str) -> bool:
    return type(column) is array and column.typecode == code


def _unpacked(name: str, code: str, data: bytes, count: int) -> array[Any]:
    column: array[Any] = array(code)
    if len(data) != count * column.itemsize:
        raise ProtocolViolation(
            f"the column {name} of an event batch has {len(data)} bytes, {count * column.itemsize} belong to "
            f"{count} events",
            reason="columns",
        )
    column.frombytes(data)
    if _SWAP:
        column.byteswap()
    return column


def _unpacked_once(name: str, code: str, data: bytes, count: int) -> array[Any]:
    """The column of :func:`_packed_once`; by now the count is known to be sound."""
    if len(data) == _SIZES[code]:
        return _unpacked(name, code, data, 1) * count
    return _unpacked(name, code, data, count)


def _write_batch(message: worker_pb2.EventBatch, batch: EventBatch) -> None:
    count = len(batch)
    if count == 0:
        raise ValueError("an EventBatch has at least one event")
    for name in _COLUMNS:
        if len(getattr(batch, name)) != count:
            raise ValueError(f"EventBatch.{name} has {len(getattr(batch, name))} entries for {count} keys")
    if batch.kinds and len(batch.kinds) != count:
        raise ValueError(f"EventBatch.kinds has {len(batch.kinds)} entries for {count} keys")
    _set(message, "EventBatch", "first_sequence", batch.first_sequence)
    message.count = count
    message.keys = _packed("keys", "Q", batch.keys)
    message.kinds = bytes(batch.kinds)
    message.qualities = _packed_once("qualities", "i", batch.qualities)
    message.source_times = _packed_once("source_times", "q", batch.source_times)
    message.worker_times = _packed_once("worker_times", "q", batch.worker_times)
    _write_values(message, batch.values)
    for index, detail in batch.details.items():
        if index >= count:
            raise ValueError(f"EventBatch.details has an entry for event {index} of {count}")
        _write_detail(message.details.add(), index, detail)
    _set(message, "EventBatch", "coalesced", batch.coalesced)


_COLUMNS = ("values", "qualities", "source_times", "worker_times")


def _write_values(message: worker_pb2.EventBatch, column: Sequence[Value]) -> None:
    # A set of types is one pass in C; a mixed batch, or one of other types, goes value by value.
    if _is_array(column, "d") or set(map(type, column)) == {float}:
        message.reals = _packed("values", "d", column)
        return
    items = message.values
    for index, value in enumerate(column):
        try:
            write_value(items.add(), value)
        except ValueError as error:
            raise ValueError(f"EventBatch.values[{index}]: {error}") from error


def _write_detail(message: worker_pb2.Detail, index: int, detail: Detail) -> None:
    _set(message, "Detail", "index", index)
    for status in detail.statuses:
        _MAPPINGS["Status"].write(message.statuses.add(), status)
    if detail.hresult is not None:
        _set(message, "Detail", "hresult", detail.hresult)
    _set(message, "Detail", "data_type", detail.data_type)
    _set(message, "Detail", "coalesced", detail.coalesced)


def _read_batch(message: worker_pb2.EventBatch) -> EventBatch:
    count = message.count
    if count == 0:
        raise ProtocolViolation("an event batch without events came", reason="columns")
    if message.first_sequence == 0:
        raise ProtocolViolation("an event batch starts at sequence 0", reason="columns")
    return EventBatch(
        message.first_sequence,
        _unpacked("keys", "Q", message.keys, count),
        _read_values(message, count),
        _unpacked_once("qualities", "i", message.qualities, count),
        _unpacked_once("source_times", "q", message.source_times, count),
        _unpacked_once("worker_times", "q", message.worker_times, count),
        _read_kinds(message.kinds, count),
        _read_details(message, count) if message.details else NO_DETAILS,
        message.coalesced,
    )


def _read_values(message: worker_pb2.EventBatch, count: int) -> Sequence[Value]:
    if message.reals:
        if len(message.values):
            raise ProtocolViolation("an event batch has its values twice", reason="columns")
        return _unpacked("reals", "d", message.reals, count)
    if len(message.values) != count:
        raise ProtocolViolation(
            f"the column values of an event batch has {len(message.values)} entries for {count} events",
            reason="columns",
        )
    return [read_value(value) for value in message.values]


def _read_kinds(kinds: bytes, count: int) -> bytes:
    if kinds and len(kinds) != count:
        raise ProtocolViolation(
            f"the column kinds of an event batch has {len(kinds)} entries for {count} events", reason="columns"
        )
    if kinds and max(kinds) > _LAST_KIND:
        raise ProtocolViolation(f"an event of the unknown kind {max(kinds)} came", reason="columns")
    return kinds


def _read_details(message: worker_pb2.EventBatch, count: int) -> Mapping[int, Detail]:
    details: dict[int, Detail] = {}
    for entry in message.details:
        if entry.index >= count or entry.index in details:
            raise ProtocolViolation(
                f"detail {entry.index} of an event batch of {count} is out of range or came twice", reason="columns"
            )
        details[entry.index] = Detail(
            tuple([_status_from(status) for status in entry.statuses]),
            entry.hresult if entry.HasField("hresult") else None,
            entry.data_type,
            entry.coalesced,
        )
    return details


def read_reply(message: Any) -> Reply:
    """The reply in a message with the fields of the worker protocol's; ProtocolViolation as :func:`read_value`."""
    return _read_reply(message)


def read_batch(message: Any) -> EventBatch:
    """The batch in a message with the fields of the worker protocol's; ProtocolViolation where its columns differ."""
    return _read_batch(message)


#: What reads the body in each field of an envelope.
_BODY_READERS: dict[str, _Read] = {
    **{field: _MAPPINGS[kind].read for kind, field in _BODY_FIELDS.items() if kind in _MAPPINGS},
    "events": _read_batch,
    "command": _read_command,
    "reply": _read_reply,
    "fault": _read_fault,
}


# ---- for messages of other protocols with the same fields --------------------


def fill(message: Any, value: Any) -> None:
    """Put a command, a row or a page into a message whose fields have the names of its own; ValueError names the field
    that cannot be encoded."""
    message.SetInParent()
    _MAPPINGS[type(value).__name__].write(message, value)


def reader(kind: type) -> Callable[[Any], Any]:
    """What makes a ``kind`` of a message with its fields; it raises ProtocolViolation."""
    return _MAPPINGS[kind.__name__].read


def fill_reply(message: Any, reply: Reply) -> None:
    """Put a reply into a message with the same fields."""
    _write_reply(message, reply)


def fill_batch(message: Any, batch: EventBatch) -> None:
    """Put a batch into a message with the same fields."""
    _write_batch(message, batch)


def sound(text: str) -> str:
    """The text as it can be sent: half a surrogate pair becomes its escape."""
    return _sound(text)
