"""What a release has promised stays: the proto is compared with the description of the last release."""

from __future__ import annotations

import tempfile
from pathlib import Path

import grpc_tools
import pytest
from google.protobuf import descriptor_pb2
from grpc_tools import protoc

from app.pb import gateway_pb2, values_pb2

PROTO = Path(__file__).resolve().parents[3] / "proto"
FILE = PROTO / "gateway.released"


def released() -> descriptor_pb2.FileDescriptorSet:
    return descriptor_pb2.FileDescriptorSet.FromString(FILE.read_bytes())


def present() -> descriptor_pb2.FileDescriptorSet:
    made = descriptor_pb2.FileDescriptorSet()
    for module in (values_pb2, gateway_pb2):
        module.DESCRIPTOR.CopyToProto(made.file.add())
    return made


def breaks(old: descriptor_pb2.FileDescriptorSet, new: descriptor_pb2.FileDescriptorSet) -> list[str]:
    """What a client of the old one would trip over."""
    found: list[str] = []
    files = {file.name: file for file in new.file}
    for file in old.file:
        now = files.get(file.name)
        if now is None or now.package != file.package:
            found.append(f"{file.name} is gone")
            continue
        messages = {message.name: message for message in now.message_type}
        for message in file.message_type:
            found += _message(message, messages.get(message.name))
        enums = {enum.name: {value.number: value.name for value in enum.value} for enum in now.enum_type}
        for enum in file.enum_type:
            kept = enums.get(enum.name, {})
            found += [f"{enum.name}.{v.name}" for v in enum.value if kept.get(v.number) != v.name]
        services = {service.name: {method.name: method for method in service.method} for service in now.service}
        for service in file.service:
            methods = services.get(service.name, {})
            found += [
                f"{service.name}/{method.name}" for method in service.method if methods.get(method.name) != method
            ]
    return found


def _message(old: descriptor_pb2.DescriptorProto, new: descriptor_pb2.DescriptorProto | None) -> list[str]:
    if new is None:
        return [f"message {old.name} is gone"]
    fields = {field.number: field for field in new.field}
    found: list[str] = []
    for field in old.field:
        now = fields.get(field.number)
        if now is None:
            if not any(span.start <= field.number < span.end for span in new.reserved_range):
                found.append(f"{old.name}.{field.name} is gone and {field.number} is not reserved")
        elif _shape(now, new) != _shape(field, old):
            found.append(f"{old.name}.{field.name} is another")
    kept = {span.start: span.end for span in new.reserved_range}
    found += [f"{old.name} reserves {s.start} no more" for s in old.reserved_range if kept.get(s.start, 0) < s.end]
    return found


def _shape(field: descriptor_pb2.FieldDescriptorProto, of: descriptor_pb2.DescriptorProto) -> tuple[object, ...]:
    """With whether it may be unset, and what it excludes."""
    group = of.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
    return field.name, field.type, field.type_name, field.label, field.proto3_optional, group


@pytest.mark.clause("J1")
def test_nothing_that_was_released_is_broken() -> None:
    assert breaks(released(), present()) == []


@pytest.mark.parametrize("change", ["number", "type", "gone", "method", "value", "optional", "oneof", "reserved"])
@pytest.mark.clause("J1")
def test_a_break_is_found(change: str) -> None:
    new = present()
    file = new.file[1]
    message = next(message for message in file.message_type if message.name == "StreamEventsRequest")
    match change:
        case "number":
            message.field[0].number = 90
        case "type":
            message.field[1].type = descriptor_pb2.FieldDescriptorProto.TYPE_UINT32
        case "gone":
            del message.field[2]
        case "optional":
            message = next(message for message in file.message_type if message.name == "Event")
            field = next(field for field in message.field if field.name == "hresult")
            field.proto3_optional = False
        case "oneof":
            message = next(message for message in file.message_type if message.name == "OpenSessionRequest")
            message.field[0].ClearField("oneof_index")
        case "reserved":
            message = next(message for message in file.message_type if message.name == "InvokeRequest")
            del message.reserved_range[0]
        case "method":
            del file.service[0].method[0]
        case _:
            file.enum_type[0].value[1].name = "OTHER"
    assert len(breaks(present(), new)) == 1


def _undocumented(path: Path) -> list[str]:
    """What has no comment: a message, enumeration, service, call, field or value. Those of a message on one line are
    told by its own."""
    proto = descriptor_pb2.FileDescriptorSet()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set"
        roots = ["-I", str(PROTO), "-I", str(Path(grpc_tools.__file__).parent / "_proto")]
        assert not protoc.main(["protoc", *roots, "--include_source_info", f"--descriptor_set_out={out}", str(path)])
        proto.ParseFromString(out.read_bytes())
    (file,) = proto.file
    told = {tuple(one.path): one for one in file.source_code_info.location}

    def silent(place: tuple[int, ...], within: tuple[int, ...] = ()) -> bool:
        one = told[place]
        if one.leading_comments.strip() or one.trailing_comments.strip():
            return False
        return not within or one.span[0] != told[within].span[0]

    missing: list[str] = []
    for number, message in enumerate(file.message_type):
        missing += [message.name] if silent((4, number)) else []
        for place, field in enumerate(message.field):
            command = message.name == "InvokeRequest" and field.HasField("oneof_index")  # each has its own message
            if not command and silent((4, number, 2, place), (4, number)):
                missing.append(f"{message.name}.{field.name}")
    for number, enum in enumerate(file.enum_type):
        missing += [enum.name] if silent((5, number)) else []
        missing += [value.name for place, value in enumerate(enum.value) if silent((5, number, 2, place), (5, number))]
    for number, service in enumerate(file.service):
        missing += [service.name] if silent((6, number)) else []
        missing += [one.name for place, one in enumerate(service.method) if silent((6, number, 2, place))]
    return missing


@pytest.mark.clause("J1")
def test_everything_of_the_api_says_what_it_is() -> None:
    assert _undocumented(PROTO / "app" / "pb" / "gateway.proto") == []
