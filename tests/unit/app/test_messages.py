"""Messages: every value arrives as it was sent, and nothing that comes in raises anything but a ProtocolViolation."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import math
import struct
import typing
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import commands
from app.batch import Detail, EventBatch
from app.commands import (
    AddItem,
    AddItemBulk,
    AuthenticateUser,
    Command,
    Payload,
    Ping,
    ProtocolStatus,
    ReadRow,
    ReadRows,
    Reply,
    Write,
    WriteBulk,
    WriteEntry,
)
from app.errors import ProtocolViolation
from app.pb import values_pb2, worker_pb2
from app.values import NO_TIME, Duration, Fault, Status, Timestamp, Value
from app.wire import bodies, messages
from app.wire.bodies import Cancel, Heartbeat, Hello
from app.wire.framing import HEADER_SIZE
from app.wire.messages import MAX_DEPTH, PROTOCOL_VERSION, Body, Codec, Envelope
from tests.helpers import strategies

LIMIT = 1 << 20
quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def sent(body: Body, correlation_id: int = 0) -> bytes:
    """The payload of the first message of a session."""
    return Codec("session", LIMIT).encode(body, correlation_id)[HEADER_SIZE:]


def received(payload: bytes) -> Envelope:
    return Codec("session", LIMIT).decode(payload)


def there_and_back(body: Body) -> Any:
    return received(sent(body)).body


def carried(value: Any) -> Value:
    return there_and_back(Write(1, 2, value)).value


def envelope(**body: Any) -> worker_pb2.Envelope:
    return worker_pb2.Envelope(protocol_version=PROTOCOL_VERSION, session_id="session", sequence=1, **body)


def nested(depth: int) -> Value:
    value: Value = 1
    for _ in range(depth):
        value = (value,)
    return value


# ---- the two descriptions of the protocol agree ------------------------------


def classes() -> dict[str, type]:
    found = {name: kind for module in (commands, bodies) for name, kind in inspect.getmembers(module, inspect.isclass)}
    own = {name: kind for name, kind in found.items() if kind.__module__ in ("app.commands", "app.wire.bodies")}
    for words in ("ProtocolStatus", "Aggregate"):
        own.pop(words)
    return {**own, "Status": Status, "Fault": Fault}


def field_names(kind: type) -> set[str]:
    return {*getattr(kind, "_fields", ())} or {entry.name for entry in dataclasses.fields(kind)}


def descriptors() -> dict[str, Descriptor]:
    return {**worker_pb2.DESCRIPTOR.message_types_by_name, **values_pb2.DESCRIPTOR.message_types_by_name}


def oneof(message: str, name: str) -> set[str]:
    return {entry.message_type.name for entry in descriptors()[message].oneofs_by_name[name].fields}


@pytest.mark.parametrize("name", sorted(classes()))
def test_every_class_has_a_message_with_its_fields(name: str) -> None:
    descriptor = descriptors()[name]
    payload = oneof(name, "payload") if name == "Reply" else set()
    fields = {entry.name for entry in descriptor.fields if entry.message_type is None or not entry.containing_oneof}
    assert field_names(classes()[name]) == fields | ({"payload"} if payload else set())


def test_every_message_has_a_class() -> None:
    hand_made = {"Envelope", "Command", "EventBatch", "Detail", "Value", "Array", "Time"}
    assert set(descriptors()) == set(classes()) | hand_made


def test_the_unions_hold_what_the_oneofs_hold() -> None:
    assert {kind.__name__ for kind in typing.get_args(Command)} == oneof("Command", "kind")
    assert {kind.__name__ for kind in typing.get_args(Payload)} == oneof("Reply", "payload")
    kinds = {kind.__name__ for kind in typing.get_args(Body)}
    carried_as_command = oneof("Command", "kind")
    assert kinds - carried_as_command | {"Command"} == {
        "EventBatch" if name == "EventBatch" else name for name in oneof("Envelope", "body")
    }


# ---- there and back ----------------------------------------------------------


@quick
@given(strategies.bodies, st.integers(0, 2**64 - 1))
def test_every_body_survives(body: Any, correlation_id: int) -> None:
    got = received(sent(body, correlation_id))
    assert (got.correlation_id, got.sequence) == (correlation_id, 1)
    assert strategies.exactly(got.body) == strategies.exactly(body)


@pytest.mark.parametrize("kind", [*strategies.COMMANDS, *strategies.BODIES, *typing.get_args(Payload)])
def test_every_kind_survives(kind: type) -> None:
    @settings(quick, max_examples=3, database=None)
    @given(strategies.made(kind))
    def check(body: Any) -> None:
        body = Reply(payload=body) if kind in typing.get_args(Payload) else body
        assert strategies.exactly(there_and_back(body)) == strategies.exactly(body)

    check()


@quick
@given(strategies.values)
def test_every_value_survives(value: Value) -> None:
    assert strategies.exactly(carried(value)) == strategies.exactly(value)


EXTREMES: list[Value] = [
    None,
    False,
    True,
    0,
    1,
    -1,
    2**63 - 1,
    2**63,
    2**64 - 1,
    -(2**63),
    0.0,
    -0.0,
    1.0,
    5e-324,
    1.7976931348623157e308,
    math.inf,
    -math.inf,
    math.nan,
    struct.unpack("<d", struct.pack("<Q", 0xFFF8_0000_DEAD_BEEF))[0],  # a NaN with a payload
    "",
    "\0",
    "Größe °C – 𝄞",
    b"",
    bytes(range(256)),
    Timestamp(0),
    Timestamp(-1),
    Timestamp(NO_TIME),
    Timestamp(-62_135_596_800 * 10**9 - 1),  # just before the year 1
    Timestamp(253_402_300_800 * 10**9 + 999_999_999),  # the year 10000
    Duration(0),
    Duration(-1),
    Duration(-(2**63)),
    Duration(2**63 - 1),
    (),
    (None,),
    ((),),
    (True, 1, 1.0, "1", b"1", None, (), (1, (2,))),
    nested(MAX_DEPTH),
]


@pytest.mark.parametrize("value", EXTREMES, ids=repr)
def test_extreme_values_survive_alone_and_in_batches(value: Value) -> None:
    wanted = strategies.exactly(value)
    assert strategies.exactly(carried(value)) == wanted
    assert strategies.exactly(there_and_back(batch(values=[1.5, value])).values[1]) == wanted


def test_a_list_is_sent_as_an_array() -> None:
    assert carried([1, [2, ()], []]) == (1, (2, ()), ())


def test_subclasses_of_plain_types_are_sent_as_what_they_are() -> None:
    assert carried(ProtocolStatus.TIMEOUT) == 4
    assert type(carried(ProtocolStatus.TIMEOUT)) is int


# ---- what cannot be sent is named --------------------------------------------

Made = Callable[[], Body]


def row(value: Any) -> Reply:
    return Reply(payload=ReadRows((ReadRow(True, "T"), ReadRow(True, "T", value))))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Write(1, 2, 2**64), r"Write\.value: an integer of 65 bits is outside -2\*\*63 to 2\*\*64 - 1"),
        (lambda: Write(1, 2, -(2**63) - 1), r"Write\.value: an integer of 64 bits is outside"),
        (lambda: Write(1, 2, 10**5000), r"Write\.value: an integer of 16610 bits"),
        (lambda: Write(1, 2, (1, (2**70,))), r"Write\.value: an integer of 71 bits"),
        (lambda: Write(1, 2, "a\ud800"), r"Write\.value: a text is not valid Unicode: surrogates not allowed at 1"),
        (lambda: Write(1, 2, Timestamp(2**63 * 10**9)), r"Write\.value: a time does not fit"),
        (lambda: Write(1, 2, Duration(2**63)), r"Write\.value: a duration does not fit"),
        (lambda: Write(1, 2, nested(MAX_DEPTH + 1)), r"Write\.value: arrays are nested more than 16 deep"),
        (lambda: Write(1, 2, typing.cast("Any", {1})), r"Write\.value: a value of type set cannot be sent"),
        (lambda: Write(2**32, 2, 1), r"Write\.server_handle: "),
        (lambda: Write(1, -1, 1), r"Write\.item_handle: "),
        (lambda: WriteBulk(1, (WriteEntry(1, 1), WriteEntry(2, 2**99))), r"WriteBulk\.entries: WriteEntry\.value: "),
        (lambda: AddItem(1, "\ud800"), r"AddItem\.tag: "),
        (lambda: AddItem(1, typing.cast("Any", 5)), r"AddItem\.tag: "),
        (lambda: AddItemBulk(1, ("good", "b\udfff")), r"AddItemBulk\.tags: "),
        (lambda: row(2**64), r"ReadRows\.rows: ReadRow\.value: an integer of 65 bits"),
        (lambda: Reply(hresult=0x8000_4005), r"Reply\.hresult: "),
        (lambda: Reply(statuses=(Status(2**31),)), r"Status\.success: "),
        (lambda: Heartbeat(-1, "Ready"), r"Heartbeat\.pid: "),
        (lambda: batch(first=-1), r"EventBatch\.first_sequence: "),
        (lambda: batch(coalesced=-1), r"EventBatch\.coalesced: "),
        (lambda: batch(values=[1, 2**64]), r"EventBatch\.values\[1\]: an integer of 65 bits"),
        (lambda: batch(keys=[1, -1]), r"EventBatch\.keys: "),
        (lambda: batch(keys=[1, 1.5]), r"EventBatch\.keys: "),
        (lambda: batch(qualities=[192, 2**31]), r"EventBatch\.qualities: "),
        (lambda: batch(source_times=[0, 2**63]), r"EventBatch\.source_times: "),
        (lambda: batch(worker_times=[0, -(2**63) - 1]), r"EventBatch\.worker_times: "),
        (lambda: batch(keys=[], values=[]), r"an EventBatch has at least one event"),
        (lambda: batch(values=[1.0]), r"EventBatch\.values has 1 entries for 2 keys"),
        (lambda: batch(qualities=[192] * 3), r"EventBatch\.qualities has 3 entries for 2 keys"),
        (lambda: batch(source_times=[]), r"EventBatch\.source_times has 0 entries for 2 keys"),
        (lambda: batch(worker_times=[1]), r"EventBatch\.worker_times has 1 entries for 2 keys"),
        (lambda: batch(kinds=b"\0"), r"EventBatch\.kinds has 1 entries for 2 keys"),
        (lambda: batch(details={2: Detail()}), r"EventBatch\.details has an entry for event 2 of 2"),
        (lambda: batch(details={-1: Detail()}), r"Detail\.index: "),
        (lambda: batch(details={0: Detail(hresult=2**31)}), r"Detail\.hresult: "),
        (lambda: batch(details={0: Detail(data_type=2**31)}), r"Detail\.data_type: "),
        (lambda: batch(details={0: Detail(coalesced=2**32)}), r"Detail\.coalesced: "),
        (lambda: Ping("x" * LIMIT), rf"a payload of \d+ bytes does not fit a frame of 1 to {LIMIT} bytes"),
        (lambda: typing.cast("Any", "words"), "a str is no body of a message"),
    ],
)
def test_what_cannot_be_sent_is_named_and_leaves_no_hole(make: Made, words: str) -> None:
    codec = Codec("session", LIMIT)
    with pytest.raises(ValueError, match=words):
        codec.encode(make())
    assert received(codec.encode(Cancel())[HEADER_SIZE:]).sequence == 1


@pytest.mark.parametrize("correlation_id", [-1, 2**64])
def test_a_wrong_correlation_id_is_named(correlation_id: int) -> None:
    with pytest.raises(ValueError, match=r"Envelope\.correlation_id"):
        sent(Cancel(), correlation_id)


def test_secrets_are_in_no_error_and_no_repr() -> None:
    hello = Hello(1, "very secret nonce", 1, "sim", "x86-64")
    assert "secret" not in repr(received(sent(hello)))
    with pytest.raises(ValueError, match=r"AuthenticateUser\.password") as caught:
        sent(AuthenticateUser(1, "user", "secret\ud800"))
    assert "secret" not in str(caught.value)


def test_a_fault_arrives_whatever_words_it_holds() -> None:
    fault = there_and_back(Fault("Bad\ud800", "driver said \udcff", {"\ud801": "\udfff", "plain": "words"}))
    assert fault == Fault("Bad\\ud800", "driver said \\udcff", {"\\ud801": "\\udfff", "plain": "words"})


def test_a_reply_arrives_whatever_words_it_holds() -> None:
    assert there_and_back(Reply(message="a\ud800", diagnostic="b\udfff")) == Reply(
        message="a\\ud800", diagnostic="b\\udfff"
    )


# ---- what must not come in ---------------------------------------------------


def refused(payload: bytes, words: str) -> ProtocolViolation:
    with pytest.raises(ProtocolViolation, match=words) as caught:
        received(payload)
    return caught.value


@pytest.mark.clause("S11.2", "S11.3")
def test_another_protocol_version_is_refused_first() -> None:
    message = envelope(cancel={})
    message.protocol_version, message.session_id = 7, "other"
    violation = refused(message.SerializeToString(), "protocol version 7 came, this side speaks 1")
    assert violation.fault.details["reason"] == "version"


@pytest.mark.clause("S11.3")
def test_a_message_for_another_session_is_refused() -> None:
    payload = Codec("another", LIMIT).encode(Ping())[HEADER_SIZE:]
    violation = refused(payload, "a message for another session came")
    assert violation.fault.details["reason"] == "session"


@pytest.mark.clause("S11.3", "S11.4")
@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ([], 2, "message 2 came, 1 was due"),
        ([1], 1, "message 1 came, 2 was due"),
        ([1], 3, "message 3 came, 2 was due"),
        ([1, 2], 1, "message 1 came, 3 was due"),
    ],
)
def test_messages_lost_doubled_or_out_of_order_are_refused(good: list[int], bad: int, words: str) -> None:
    sender, receiver = Codec("session", LIMIT), Codec("session", LIMIT)
    payloads = [sender.encode(Cancel(), number)[HEADER_SIZE:] for number in (1, 2, 3)]
    for number in good:
        receiver.decode(payloads[number - 1])
    with pytest.raises(ProtocolViolation, match=words) as caught:
        receiver.decode(payloads[bad - 1])
    assert caught.value.fault.details["reason"] == "envelope sequence"


def test_messages_are_numbered_from_one() -> None:
    sender, receiver = Codec("session", LIMIT), Codec("session", LIMIT)
    got = [receiver.decode(sender.encode(Cancel(), 9)[HEADER_SIZE:]) for _ in range(3)]
    assert [(entry.sequence, entry.correlation_id) for entry in got] == [(1, 9), (2, 9), (3, 9)]


NO_BODY = envelope().SerializeToString()
UNKNOWN_BODY = NO_BODY + bytes([0x92, 0x06, 0x01, 0x00])  # field 98, one byte
UNKNOWN_VALUE = values_pb2.Value.FromString(bytes([0x92, 0x06, 0x01, 0x00]))


def deep(levels: int) -> values_pb2.Value:
    value = values_pb2.Value(integer=1)
    for _ in range(levels):
        value = values_pb2.Value(array=values_pb2.Array(items=[value]))
    return value


def write_of(value: values_pb2.Value) -> bytes:
    return envelope(command=worker_pb2.Command(write=worker_pb2.Write(value=value))).SerializeToString()


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\xff" * 9, "a frame of 9 bytes is not an envelope"),
        (sent(Ping("x" * 50))[:-1], "is not an envelope"),
        (NO_BODY + b"\x6a\x05\x9a\x01\x02\x0a\xff", "is not an envelope"),  # a body that is cut off
        (NO_BODY, "a message without a known body came"),
        (UNKNOWN_BODY, "a message without a known body came"),
        (envelope(command={}).SerializeToString(), "a command of an unknown kind came"),
        (envelope(reply={"code": 99}).SerializeToString(), "a reply with the unknown status 99 came"),
        (write_of(UNKNOWN_VALUE), "a value of an unknown kind came"),
        (write_of(deep(17)), "arrays are nested more than 16 deep"),
        (write_of(deep(49)), "nested more than 16 deep|not an envelope"),
        (write_of(values_pb2.Value(time={"nanos": 10**9})), "a time has 1000000000 nanoseconds"),
    ],
    ids=lambda entry: entry if isinstance(entry, str) else "",
)
def test_garbage_is_refused_and_named(payload: bytes, words: str) -> None:
    refused(payload, words)


def test_texts_that_are_no_utf_8_are_refused() -> None:
    payload = sent(AddItem(1, "MARKER")).replace(b"MARKER", b"\xff\xfe\xfd\xff\xfe\xfd")
    refused(payload, "is not an envelope")


# ---- batches -----------------------------------------------------------------


def batch(
    first: int = 1,
    keys: Any = (1, 2),
    values: Any = (1.5, 2.5),
    qualities: Any = (192, 0),
    source_times: Any = (NO_TIME, 5),
    worker_times: Any = (-1, 2**63 - 1),
    **more: Any,
) -> EventBatch:
    return EventBatch(first, keys, values, qualities, source_times, worker_times, **more)


def test_reals_come_as_an_array_and_others_as_a_list() -> None:
    assert isinstance(there_and_back(batch(values=[1.5, math.nan])).values, array)
    assert isinstance(there_and_back(batch(values=array("d", [1.5, 2]))).values, array)
    for mixed in ([1.5, 2], [1.5, None], [1.5, True]):
        got = there_and_back(batch(values=mixed)).values
        assert (type(got), got) == (list, mixed)
        assert [type(value) for value in got] == [type(value) for value in mixed]


@pytest.mark.parametrize("code", ["f", "i", "q"])
def test_an_array_of_another_type_keeps_its_values(code: str) -> None:
    got = there_and_back(batch(values=array(code, [1, 2]))).values
    assert list(got) == [1, 2]
    assert type(got[0]) is (float if code == "f" else int)


def test_columns_are_little_endian_whatever_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    message = worker_pb2.Envelope.FromString(sent(batch())).events
    assert message.keys == struct.pack("<QQ", 1, 2)
    assert message.reals == struct.pack("<dd", 1.5, 2.5)
    assert message.qualities == struct.pack("<ii", 192, 0)
    assert message.worker_times == struct.pack("<qq", -1, 2**63 - 1)

    monkeypatch.setattr(messages, "_SWAP", True)
    keys = array("Q", [1, 2])
    swapped = worker_pb2.Envelope.FromString(sent(batch(keys=keys))).events
    assert swapped.keys == struct.pack(">QQ", 1, 2)
    assert list(keys) == [1, 2]  # the caller's own column is left alone
    assert strategies.exactly(there_and_back(batch())) == strategies.exactly(batch())


def test_what_is_the_same_for_all_travels_once() -> None:
    alike = batch(qualities=[192, 192], source_times=array("q", [7, 7]), worker_times=[9, 9])
    message = worker_pb2.Envelope.FromString(sent(alike)).events
    assert (message.qualities, message.source_times) == (struct.pack("<i", 192), struct.pack("<q", 7))
    assert (len(message.worker_times), len(message.keys), len(message.reals)) == (8, 16, 16)
    got = there_and_back(alike)
    assert (got.qualities, got.source_times) == (array("i", [192, 192]), array("q", [7, 7]))
    assert [event.worker_time for event in got] == [9, 9]
    assert strategies.exactly(there_and_back(got)) == strategies.exactly(alike)


Change = Callable[[worker_pb2.EventBatch], object]


@pytest.mark.clause("S11.3", "S11.4")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: setattr(m, "count", 0), "an event batch without events"),
        (lambda m: setattr(m, "first_sequence", 0), "starts at sequence 0"),
        (lambda m: setattr(m, "count", 3), "column keys of an event batch has 16 bytes, 24 belong to 3 events"),
        (lambda m: setattr(m, "count", 2**32 - 1), "column keys .* 34359738360 belong to 4294967295 events"),
        (lambda m: setattr(m, "keys", m.keys + b"x"), "column keys of an event batch has 17 bytes, 16 belong"),
        (lambda m: setattr(m, "reals", m.reals[:8]), "column reals of an event batch has 8 bytes, 16 belong"),
        (lambda m: setattr(m, "qualities", bytes(12)), "column qualities of an event batch has 12 bytes, 8 belong"),
        (lambda m: setattr(m, "source_times", b""), "column source_times of an event batch has 0 bytes, 16 belong"),
        (lambda m: setattr(m, "worker_times", b"x"), "column worker_times of an event batch has 1 bytes, 16 belong"),
        (lambda m: setattr(m, "kinds", bytes(3)), "column kinds of an event batch has 3 entries for 2 events"),
        (lambda m: setattr(m, "kinds", b"\0\4"), "an event of the unknown kind 4 came"),
        (lambda m: m.values.add(), "has its values twice"),
        (lambda m: m.ClearField("reals"), "column values of an event batch has 0 entries for 2 events"),
        (lambda m: m.details.add(index=2), "detail 2 of an event batch of 2 is out of range or came twice"),
        (lambda m: (m.details.add(index=1), m.details.add(index=1)), "detail 1 .* came twice"),
    ],
)
def test_columns_that_do_not_fit_are_named(change: Change, words: str) -> None:
    message = worker_pb2.Envelope.FromString(sent(batch()))
    change(message.events)
    violation = refused(message.SerializeToString(), words)
    assert violation.fault.details["reason"] == "columns"


# ---- fuzz --------------------------------------------------------------------


def survives(payload: bytes) -> None:
    with contextlib.suppress(ProtocolViolation):
        received(payload)


@pytest.mark.clause("S11.3")
@quick
@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda tail: NO_BODY + tail))
def test_random_bytes_raise_nothing_but_a_violation(payload: bytes) -> None:
    survives(payload)


@pytest.mark.clause("S11.3")
@settings(quick, max_examples=150)
@given(strategies.bodies, st.data())
def test_a_damaged_message_raises_nothing_but_a_violation(body: Any, data: st.DataObject) -> None:
    payload = bytearray(sent(body))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(len(NO_BODY) // 2, len(payload)))
        payload[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    survives(bytes(payload))
