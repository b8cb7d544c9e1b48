"""Values of tags as JSON text that loses nothing: 64-bit integers, NaN, bytes, times and arrays come back as they were.

What JSON has, it has as it is; the rest is an object with one member that names the type.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any, cast

from app.values import Duration, Timestamp, Value


def to_text(value: Value) -> str:
    """One line of ASCII."""
    return json.dumps(to_json(value), separators=(",", ":"), allow_nan=False)


def from_text(text: str) -> Value:
    """ValueError where the text is none of :func:`to_text`."""
    return from_json(json.loads(text))


def to_json(value: Value) -> Any:
    match value:
        case float() if math.isnan(value):  # there are many of them
            return {"bits": struct.pack(">d", value).hex()}
        case float() if math.isinf(value):
            return {"float": repr(value)}
        case bytes():
            return {"bytes": value.hex()}
        case Timestamp():
            return {"time_ns": value.ns}
        case Duration():
            return {"duration_ns": value.ns}
        case tuple():
            return [to_json(element) for element in value]
        case _:
            return value


def from_json(found: Any) -> Value:
    match found:
        case None | bool() | int() | float() | str():
            return found
        case list():
            return tuple(from_json(element) for element in cast("list[Any]", found))
        case {"float": str(text)}:
            return float(text)
        case {"bits": str(text)} if len(text) == 16:
            return float(struct.unpack(">d", bytes.fromhex(text))[0])
        case {"bytes": str(text)}:
            return bytes.fromhex(text)
        case {"time_ns": int(ns)}:
            return Timestamp(ns)
        case {"duration_ns": int(ns)}:
            return Duration(ns)
        case _:
            raise ValueError(f"{str(found)[:60]!r} is no value of a tag")
