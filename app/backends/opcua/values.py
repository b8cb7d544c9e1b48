"""OPC UA variants to and from values of tags."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportArgumentType=false

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from asyncua import ua

from app.text import iso_or_none
from app.values import NO_TIME, NS_PER_S, Timestamp, Value

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
#: Times of OPC UA: the library knows them to the microsecond.
_FIRST = -11_644_473_600 * NS_PER_S  # 1601-01-01
_LAST = 253_402_300_799 * NS_PER_S  # 9999-12-31

_INTEGERS = {
    ua.VariantType.SByte: (-(2**7), 2**7 - 1),
    ua.VariantType.Byte: (0, 2**8 - 1),
    ua.VariantType.Int16: (-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: (0, 2**16 - 1),
    ua.VariantType.Int32: (-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: (0, 2**32 - 1),
    ua.VariantType.Int64: (-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: (0, 2**64 - 1),
}
_MAX_FLOAT = 3.402823466e38


def time_ns(moment: datetime.datetime | None) -> int:
    """When something was so, in nanoseconds since 1970 UTC, as 64 bits hold it: NO_TIME for none, and for what can
    be no time of an event, such as the year 1601 or 9999, by which servers say that they know none."""
    if moment is None:
        return NO_TIME
    since = _since_1970(moment)
    return since if abs(since) < 2**63 else NO_TIME


def _since_1970(moment: datetime.datetime) -> int:
    """Nanoseconds; the library's naive times are UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    since = aware - _EPOCH
    return (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1_000


def moment_of(ns: int) -> datetime.datetime:
    """UTC, cut to microseconds; ValueError outside the years 1601 to 9999."""
    if not _FIRST <= ns <= _LAST:
        raise ValueError("the time is outside the years 1601 to 9999")
    return _EPOCH + datetime.timedelta(microseconds=ns // 1_000)


def to_value(given: Any, structure: Callable[[ua.ExtensionObject], str] | None = None) -> Value:
    """A variant's content as a value; what has no kind of its own (structures, node ids, localized texts) as text.
    ``structure`` tells a structure of the server's own in words."""
    match given:
        case None | bool() | float() | str() | bytes():
            return given
        case enum.IntEnum():
            return int(given)
        case int():
            return int(given)
        case list() | tuple():
            return tuple([to_value(item, structure) for item in given])
        case datetime.datetime():
            return Timestamp(_since_1970(given))
        case uuid.UUID():
            return str(given)
        case ua.Variant() | ua.DataValue():
            return to_value(given.Value, structure)
        case ua.ExtensionObject() if structure is not None:
            return structure(given)
        case _:
            return text_of(given)


def text_of(given: Any) -> str:
    """A structure or another rare kind in one line."""
    match given:
        case ua.LocalizedText():
            return given.Text or ""
        case ua.QualifiedName() | ua.NodeId():
            return given.to_string()
        case ua.StatusCode():
            return f"{given.name} (0x{given.value:08X})"
        case ua.XmlElement():
            return str(given.Value)
        case ua.ExtensionObject():
            body = given.Body or b""
            return f"structure {given.TypeId.to_string()}, {len(body)} bytes: {body.hex()}"
        case _ if dataclasses.is_dataclass(given) and not isinstance(given, type):
            parts = (f"{entry.name}={part_text(getattr(given, entry.name))}" for entry in dataclasses.fields(given))
            return f"{type(given).__name__}({', '.join(parts)})"
        case _:
            return str(given)


def part_text(given: Any) -> str:
    """A field of a structure: texts in quotes, structures within as they are."""
    value = to_value(given)
    match value:
        case str():
            within = isinstance(given, ua.ExtensionObject) or (
                dataclasses.is_dataclass(given) and not isinstance(given, ua.LocalizedText | ua.QualifiedName)
            )
            return value if within else json.dumps(value, ensure_ascii=False)
        case Timestamp():
            return iso_or_none(value.ns) or "none"
        case bytes():
            return value.hex(" ") or "no bytes"
        case tuple():
            return f"({', '.join(part_text(item) for item in given)})"
        case _:
            return str(value)


def to_variant(value: Value, kind: ua.VariantType, words: Mapping[int, str] | None = None) -> ua.Variant:
    """The value as this built-in type; ValueError says what the type allows. ``words`` are an enumeration's texts by
    number: one of them is taken for its number."""
    if words and kind in _INTEGERS:
        value = _numbered(value, words)
    if isinstance(value, tuple):
        return ua.Variant([_nested(item, kind) for item in value], kind, is_array=True)
    return ua.Variant(_scalar(value, kind), kind)


def _numbered(value: Value, words: Mapping[int, str]) -> Value:
    if isinstance(value, tuple):
        return tuple([_numbered(item, words) for item in value])
    if not isinstance(value, str):
        return value
    wanted = value.strip().casefold()
    numbers = [number for number, text in words.items() if text.casefold() == wanted]
    if len(numbers) == 1:
        return numbers[0]
    if wanted.removeprefix("-").isdecimal():
        return int(wanted)
    known = ", ".join(f"{text} ({number})" for number, text in list(words.items())[:20])
    raise ValueError(f"{value!r} is not a word of this enumeration: it has {known}")


def _nested(value: Value, kind: ua.VariantType) -> Any:
    return [_nested(item, kind) for item in value] if isinstance(value, tuple) else _scalar(value, kind)


def _scalar(value: Value, kind: ua.VariantType) -> Any:
    if kind in _INTEGERS:
        return _integer(value, kind)
    convert = _CONVERSIONS.get(kind)
    if convert is None:
        raise ValueError(unwritable(kind) or f"values of type {kind.name} cannot be written")
    return convert(value)


def unwritable(kind: ua.VariantType) -> str:
    """Why no value of this built-in type can be written; "" = one can, or the node's value has to tell the type."""
    if kind is ua.VariantType.ExtensionObject:
        return "structures are read field by field, but cannot be written: write the tags of its fields, if it has any"
    if kind in _CONVERSIONS or kind in _INTEGERS or kind is ua.VariantType.Variant:
        return ""
    return f"values of type {kind.name} cannot be written"


def _integer(value: Value, kind: ua.VariantType) -> int:
    low, high = _INTEGERS[kind]
    number = value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, str):
        try:
            number = int(number)
        except ValueError:
            raise ValueError(f"{value!r} is not a whole number") from None
    if isinstance(number, bool) or not isinstance(number, int):
        raise ValueError(f"{value!r} is not a whole number, {kind.name} takes {low} to {high}")  # noqa: TRY004
    if not low <= number <= high:
        raise ValueError(f"{number} is out of range: {kind.name} takes {low} to {high}")
    return number


def _boolean(value: Value) -> bool:
    if isinstance(value, bool) or (isinstance(value, int | float) and value in (0, 1)):
        return bool(value)
    raise ValueError(f"{value!r} is neither true nor false")


def _double(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is not a number")  # noqa: TRY004
    return float(value)


def _float(value: Value) -> float:
    number = _double(value)
    if abs(number) > _MAX_FLOAT and number not in (float("inf"), float("-inf")):
        raise ValueError(f"{number:g} is out of range: Float takes -3.4e38 to 3.4e38")
    return number


def _string(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{value!r} is not a text")


def _bytes(value: Value) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    raise ValueError(f"{value!r} is not a string of bytes")


def _moment(value: Value) -> datetime.datetime:
    if isinstance(value, Timestamp):
        return moment_of(value.ns)
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value).astimezone(datetime.UTC)
    raise ValueError(f"{value!r} is not a time")


def _guid(value: Value) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a GUID") from None


def _node_id(value: Value) -> ua.NodeId:
    try:
        return ua.NodeId.from_string(str(value))
    except Exception:
        raise ValueError(f"{value!r} is not a node id, like ns=2;s=Name") from None


_CONVERSIONS: dict[ua.VariantType, Callable[[Value], Any]] = {
    ua.VariantType.Boolean: _boolean,
    ua.VariantType.Float: _float,
    ua.VariantType.Double: _double,
    ua.VariantType.String: _string,
    ua.VariantType.DateTime: _moment,
    ua.VariantType.Guid: _guid,
    ua.VariantType.ByteString: _bytes,
    ua.VariantType.XmlElement: lambda value: ua.XmlElement(_string(value) or ""),
    ua.VariantType.NodeId: _node_id,
    ua.VariantType.ExpandedNodeId: _node_id,
    ua.VariantType.StatusCode: lambda value: ua.StatusCode(_integer(value, ua.VariantType.UInt32)),
    ua.VariantType.QualifiedName: lambda value: ua.QualifiedName.from_string(_string(value) or ""),
    ua.VariantType.LocalizedText: lambda value: ua.LocalizedText(_string(value) or ""),
}
