"""Structures that a server defines itself, as text.

The library would make Python classes from the server's definitions, of all of them at the start and under the server's
own names. Here a definition is read when the first value of its type comes, and the bytes are read along it: a huge
server costs nothing, and an odd definition costs the text of its own values alone.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua import ua_binary

from app.backends.opcua.values import part_text, text_of

_DEPTH = 16
_ELEMENTS = 10_000  # of an array of structures: one may take no bytes at all
_MASKED = ua.StructureType.StructureWithOptionalFields
SUBTYPED = (ua.StructureType.StructureWithSubtypedValues, ua.StructureType.UnionWithSubtypedValues)
_UNIONS = (ua.StructureType.Union, ua.StructureType.UnionWithSubtypedValues)

#: Reads one field's element.
_Read = Callable[[Buffer, int], str]


@dataclass(frozen=True, slots=True)
class Field:
    """``kind`` is a built-in type, or the data type of a structure that stands in the bytes without a head of its own;
    ``words`` are an enumeration's texts by number."""

    name: str
    kind: ua.VariantType | ua.NodeId
    rank: int = 0  # dimensions; 0 = one value
    optional: bool = False
    words: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Structure:
    name: str
    shape: ua.StructureType
    fields: tuple[Field, ...]


class Structures:
    """Definitions by encoding and by data type, as far as they are known; None = the server does not tell it."""

    def __init__(self) -> None:
        self.by_encoding: dict[ua.NodeId, Structure | None] = {}
        self.by_type: dict[ua.NodeId, Structure | None] = {}

    def unknown(self, given: Any) -> list[ua.NodeId]:
        """The encodings in a value that nobody has asked the server for yet."""
        if isinstance(given, ua.ExtensionObject):
            known = given.TypeId in self.by_encoding or given.Body is None
            return [] if known else [given.TypeId]
        if isinstance(given, list):
            return [encoding for item in given for encoding in self.unknown(item)]
        if isinstance(given, ua.Variant):
            return self.unknown(given.Value)
        return []

    def text(self, given: ua.ExtensionObject) -> str:
        """In words along the definition; the bare bytes where there is none, or where they do not follow it."""
        structure = self.by_encoding.get(given.TypeId)
        if structure is not None and given.Body is not None:
            try:
                return self._structure(Buffer(given.Body), structure, 0)
            except Exception:  # whatever bytes the server sends
                return text_of(given)
        return text_of(given)

    def _structure(self, data: Buffer, structure: Structure, depth: int) -> str:
        if depth > _DEPTH:
            raise ValueError("too deep")
        fields = structure.fields
        if structure.shape in _UNIONS:
            chosen = ua_binary.Primitives.UInt32.unpack(data)
            fields = (fields[chosen - 1],) if chosen else ()
        elif structure.shape is _MASKED:
            mask = ua_binary.Primitives.UInt32.unpack(data)
            optional = [entry for entry in fields if entry.optional]
            absent = {entry.name for bit, entry in enumerate(optional) if not mask >> bit & 1}
            fields = tuple([entry for entry in fields if entry.name not in absent])
        parts = [f"{entry.name}={self._field(data, entry, depth)}" for entry in fields]
        return f"{structure.name}({', '.join(parts)})"

    def _field(self, data: Buffer, entry: Field, depth: int) -> str:
        read = self._reader(entry)
        if entry.rank == 0:
            return read(data, depth)
        if entry.rank == 1:
            counts = [ua_binary.Primitives.Int32.unpack(data)]
        else:
            counts = ua_binary.unpack_uatype_array(ua.VariantType.Int32, data) or [0]
        count = math.prod(max(0, number) for number in counts)
        if count > max(len(data), _ELEMENTS):
            raise ValueError("more elements than bytes")
        return _nested([read(data, depth) for _ in range(count)], counts)

    def _reader(self, entry: Field) -> _Read:
        kind = entry.kind
        if isinstance(kind, ua.VariantType):
            return lambda data, _: self._shown(ua_binary.unpack_uatype(kind, data), entry.words)
        if (structure := self.by_type.get(kind)) is not None:
            return lambda data, depth: self._structure(data, structure, depth + 1)
        if (known := standard(kind)) is not None:
            return lambda data, _: text_of(ua_binary.from_binary(known, data))
        raise ValueError(f"the structure {kind} is not known")

    def _shown(self, value: Any, words: dict[int, str]) -> str:
        match value:
            case ua.ExtensionObject():
                return self.text(value)
            case ua.Variant():
                return self._shown(value.Value, words)
            case list():
                return _listed([self._shown(item, words) for item in value])
            case int() if value in words:
                return f"{words[value]} ({int(value)})"
            case _:
                return part_text(value)


def standard(data_type: ua.NodeId) -> type | None:
    """The library's own class for a structure of the specification."""
    if data_type.NamespaceIndex or not isinstance(data_type.Identifier, int):
        return None
    found = getattr(ua, ua.ObjectIdNames.get(data_type.Identifier, ""), None)
    return found if isinstance(found, type) and dataclasses.is_dataclass(found) else None


def _nested(items: list[str], counts: list[int]) -> str:
    if len(counts) < 2:
        return _listed(items)
    size = math.prod(counts[1:])
    rows = [items[at : at + size] for at in range(0, len(items), size)] if size else []
    return _listed([_nested(row, counts[1:]) for row in rows])


def _listed(items: list[str]) -> str:
    return f"({', '.join(items)})"
