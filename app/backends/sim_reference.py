"""References in MXAccess style: what an address means in the simulated plant, or the status that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.backends.sim_plant import PlantTag
from app.values import DataType, Status, Value, failed

INVALID_REFERENCE = failed(6, category=4)
INDEX_OUT_OF_RANGE = failed(1003)

_GALAXY = re.compile(r"^[^:.\[\]]+:")
_INDEX = re.compile(r"^(.*)\[(\d*)\]$")
_BIT = re.compile(r"^(.*)\.(\d\d)$")

_PROPERTIES: dict[str, Callable[[PlantTag], Value]] = {
    "Value": lambda tag: tag.value,
    "Type": lambda tag: int(tag.data_type),
    "Quality": lambda tag: tag.quality,
    "Dimension1": lambda tag: len(tag.value) if isinstance(tag.value, tuple) else 0,
    "SecurityClassification": lambda tag: int(tag.security),
    "Locked": lambda tag: False,
    "Category": lambda tag: 0,
    "Description": lambda tag: tag.description,
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A tag, or a part of one. ``index`` counts from 1; ``bit`` from 0; ``fixed`` is the value of a property."""

    tag: PlantTag
    index: int | None = None
    bit: int | None = None
    fixed: Callable[[PlantTag], Value] | None = None

    @property
    def whole(self) -> bool:
        return self.index is None and self.bit is None and self.fixed is None

    @property
    def missing(self) -> bool:
        """The array was written shorter after the reference was resolved."""
        value = self.tag.value
        return self.index is not None and isinstance(value, tuple) and self.index > len(value)

    def read(self) -> Value:
        value = self.tag.value
        if self.fixed is not None:
            return self.fixed(self.tag)
        if self.index is not None and isinstance(value, tuple):
            return None if self.missing else value[self.index - 1]
        if self.bit is not None and isinstance(value, int):
            return bool(value >> self.bit & 1)
        return value

    def merged(self, part: Value) -> Value:
        """The whole tag's value with this part of it changed."""
        value = self.tag.value
        if self.index is not None and isinstance(value, tuple):
            return (*value[: self.index - 1], part, *value[self.index :])
        if self.bit is not None and isinstance(value, int):
            return value | 1 << self.bit if part else value & ~(1 << self.bit)
        return part

    @property
    def data_type(self) -> DataType:
        return DataType.BOOLEAN if self.bit is not None else self.tag.data_type


def resolve(tags: Mapping[str, PlantTag], address: str, context: str) -> Reference | Status:
    """Objects and attributes are told apart by the first dot; an omitted attribute is ``.PV``, as in the plant's own
    system. ``Me`` and its kind need a context, which is the object's name."""
    name = _GALAXY.sub("", address.strip())
    first, dot, rest = name.partition(".")
    if first in ("Me", "MyContainer", "MyArea"):
        if not context:
            return INVALID_REFERENCE
        name = context + dot + rest
    return _whole(tags, name) or _part(tags, name) or INVALID_REFERENCE


def _whole(tags: Mapping[str, PlantTag], name: str) -> Reference | Status | None:
    tag = tags.get(name) or tags.get(f"{name}.PV")
    if tag is None:
        return None
    # MXAccess wants the brackets: an array without them is an index that is missing.
    return INDEX_OUT_OF_RANGE if isinstance(tag.value, tuple) else Reference(tag)


def _part(tags: Mapping[str, PlantTag], name: str) -> Reference | Status | None:
    if (found := _INDEX.match(name)) and (tag := tags.get(found[1])) is not None:
        if not isinstance(tag.value, tuple):
            return failed(17)
        if not found[2]:
            return Reference(tag)
        index = int(found[2])
        return Reference(tag, index=index) if 1 <= index <= len(tag.value) else INDEX_OUT_OF_RANGE
    if (found := _BIT.match(name)) and (tag := tags.get(found[1])) is not None:
        is_integer = isinstance(tag.value, int) and not isinstance(tag.value, bool)
        return Reference(tag, bit=int(found[2])) if is_integer and int(found[2]) < 32 else INDEX_OUT_OF_RANGE
    base, _, last = name.rpartition(".")
    tag = tags.get(base) or tags.get(f"{base}.PV")
    if tag is not None and last in _PROPERTIES:
        return Reference(tag, fixed=_PROPERTIES[last])
    return None
