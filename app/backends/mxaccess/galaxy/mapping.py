"""Rows of a Galaxy as nodes and properties: words for numbers, texts out of stored values, patterns for LIKE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.commands import BrowseNode, Property, TagProperties
from app.values import SecurityClass

OBJECT = "object:"

#: By MxDataType; others are told by their number.
_TYPES = {
    -1: "",
    0: "NoData",
    1: "Boolean",
    2: "Integer",
    3: "Float",
    4: "Double",
    5: "String",
    6: "Time",
    7: "ElapsedTime",
    8: "ReferenceType",
    9: "StatusType",
    10: "DataTypeEnum",
    11: "SecurityClassificationEnum",
    12: "DataQualityType",
    13: "QualifiedEnum",
    14: "QualifiedStruct",
    15: "InternationalizedString",
    16: "BigString",
}
_TEXTS = {5, 15, 16}  # types that a description may have
#: MxAttributeCategory: whether users write them. What stands in neither is not said.
_READ_ONLY, _WRITABLE = {2, 3, 5, 11}, {4, 6, 7, 8, 9, 10}
_SECURITY: dict[int, str] = {
    SecurityClass.FREE_ACCESS: "FreeAccess",
    SecurityClass.OPERATE: "Operate",
    SecurityClass.SECURED_WRITE: "SecuredWrite",
    SecurityClass.VERIFIED_WRITE: "VerifiedWrite",
    SecurityClass.TUNE: "Tune",
    SecurityClass.CONFIGURE: "Configure",
    SecurityClass.VIEW_ONLY: "ViewOnly",
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """A row of the statements' attributes."""

    tag_name: str
    name: str
    data_type: int
    is_array: bool
    security: int
    category: int
    description: str
    unit: str

    @classmethod
    def of(cls, tag_name: str, row: Sequence[Any]) -> Attribute:
        name, data_type, is_array, security, category, described, unit = row
        return cls(
            tag_name,
            str(name),
            number(data_type),
            bool(is_array),
            number(security),
            number(category),
            text_of(described),
            text_of(unit),
        )

    @property
    def address(self) -> str:
        """What MXAccess takes: a whole array is meant by its brackets."""
        return f"{self.tag_name}.{self.name}{'[]' if self.is_array else ''}"

    @property
    def type_words(self) -> str:
        words = _TYPES.get(self.data_type, f"type {self.data_type}")
        return f"{words}[]" if self.is_array and words else words

    @property
    def access(self) -> str:
        if self.security == SecurityClass.VIEW_ONLY or self.category in _READ_ONLY:
            return "read only"
        return "read and write" if self.category in _WRITABLE else ""

    def node(self, name: str = "") -> BrowseNode:
        """``name``: where that of the attribute alone would not do."""
        return BrowseNode(self.address, name or self.name, False, True, self.description, self.type_words, self.unit)

    def properties(self) -> TagProperties:
        pairs = (
            ("description", self.description),
            ("data_type", self.type_words),
            ("unit", self.unit),
            ("access", self.access),
            ("security_class", _SECURITY.get(self.security, "")),
        )
        return TagProperties(tuple(Property(name, value) for name, value in pairs if value))


def object_node(tag_name: str, contained_name: str | None, template: str | None) -> BrowseNode:
    """An area or object; a contained one goes by the name that it has in its container, and is told with its own."""
    name = contained_name or tag_name
    return BrowseNode(f"{OBJECT}{tag_name}", name, True, False, "" if name == tag_name else tag_name, template or "")


def parts_of(tag: str) -> tuple[str, str]:
    """(object, attribute) of a reference: without the Galaxy before it and the index behind it. The attribute is PV
    where none is named."""
    reference = tag.rpartition(":")[2].strip()
    if reference.endswith("]"):
        reference = reference.partition("[")[0]
    name, _, attribute = reference.partition(".")
    return name, attribute or "PV"


def text_of(stored: object) -> str:
    """The text in a stored value: hexadecimal digits of a type, two lengths and UTF-16 with its end. "" where there is
    none, or another type; one that was cut off is told as far as it goes."""
    digits = str(stored or "")
    try:
        data = bytes.fromhex(digits[2:] if digits[:2].lower() == "0x" else digits)
    except ValueError:
        return ""
    if len(data) < 9 or data[0] not in _TEXTS:
        return ""
    length = int.from_bytes(data[5:9], "little")
    text = data[9 : 9 + length].decode("utf-16-le", "ignore")
    return text.partition("\0")[0].strip()


def number(value: object) -> int:
    """-1 for what is none."""
    return int(value) if isinstance(value, int) else -1


def pattern(word: str) -> str:
    r"""For LIKE with ESCAPE '\': anywhere in the text; ``*`` stands for any characters, ``?`` for one, all others for
    themselves."""
    escaped = "".join(rf"\{one}" if one in "\\%_[" else one for one in word)
    return f"%{escaped.replace('*', '%').replace('?', '_')}%"
