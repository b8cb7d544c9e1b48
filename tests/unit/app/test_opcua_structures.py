"""Structures of a server's own, read along their definitions."""

from __future__ import annotations

import struct

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from app.backends.opcua.structures import Field, Structure, Structures

pytestmark = pytest.mark.clause("U1")

DOUBLE, INT32, STRING, EXTENSION = (
    ua.VariantType.Double,
    ua.VariantType.Int32,
    ua.VariantType.String,
    ua.VariantType.ExtensionObject,
)
PLAIN, MASKED, UNION = ua.StructureType.Structure, ua.StructureType.StructureWithOptionalFields, ua.StructureType.Union
ENCODING, INNER, LIST = ua.NodeId(1, 2), ua.NodeId(2, 2), ua.NodeId(3, 2)


def text(structure: Structure, body: bytes, inner: Structure | None = None) -> str:
    known = Structures()
    known.by_encoding[ENCODING] = structure
    known.by_type[INNER] = inner
    return known.text(ua.ExtensionObject(ENCODING, body))


def string(content: str) -> bytes:
    return struct.pack("<i", len(content.encode())) + content.encode()


POINT = Structure("Point", PLAIN, (Field("X", DOUBLE),))


@pytest.mark.parametrize(
    ("structure", "body", "words"),
    [
        (
            Structure("A", PLAIN, (Field("N", INT32, words={2: "Two"}), Field("M", INT32, words={2: "Two"}))),
            struct.pack("<ii", 2, 3),
            "A(N=Two (2), M=3)",
        ),
        (Structure("A", PLAIN, (Field("S", STRING),)), string('δ "x"\n'), 'A(S="δ \\"x\\"\\n")'),
        (Structure("A", PLAIN, (Field("S", STRING),)), struct.pack("<i", -1), "A(S=None)"),
        (Structure("A", PLAIN, (Field("R", DOUBLE, 1),)), struct.pack("<idd", 2, 1, 2), "A(R=(1.0, 2.0))"),
        (Structure("A", PLAIN, (Field("R", DOUBLE, 1),)), struct.pack("<i", -1), "A(R=())"),
        (
            Structure("A", PLAIN, (Field("M", INT32, 2),)),
            struct.pack("<iii", 2, 2, 2) + struct.pack("<iiii", 1, 2, 3, 4),
            "A(M=((1, 2), (3, 4)))",
        ),
        (
            Structure("A", MASKED, (Field("O", INT32, optional=True), Field("X", INT32), Field("P", INT32, 0, True))),
            struct.pack("<Iii", 2, 5, 6),
            "A(X=5, P=6)",
        ),
        (
            Structure("A", UNION, (Field("N", INT32), Field("S", STRING))),
            struct.pack("<I", 2) + string("x"),
            'A(S="x")',
        ),
        (Structure("A", UNION, (Field("N", INT32),)), struct.pack("<I", 0), "A()"),
        (Structure("A", PLAIN, (Field("P", INNER),)), struct.pack("<d", 1.5), "A(P=Point(X=1.5))"),
        (
            Structure("A", PLAIN, (Field("P", INNER, 1),)),
            struct.pack("<idd", 2, 1, 2),
            "A(P=(Point(X=1.0), Point(X=2.0)))",
        ),
        (
            Structure("A", PLAIN, (Field("R", ua.NodeId(ua.ObjectIds.Range)),)),
            struct.pack("<dd", 0, 1),
            "A(R=Range(Low=0.0, High=1.0))",
        ),
        (Structure("A", PLAIN, (Field("D", ua.VariantType.DateTime),)), struct.pack("<q", 116444736000000000), None),
        (Structure("A", PLAIN, ()), b"", "A()"),
    ],
)
def test_fields_in_words(structure: Structure, body: bytes, words: str | None) -> None:
    assert text(structure, body, POINT) == (words or "A(D=1970-01-01T00:00:00.000Z)")


def test_a_structure_with_a_head_of_its_own_within_another() -> None:
    known = Structures()
    known.by_encoding[ENCODING] = Structure("Outer", PLAIN, (Field("Any", EXTENSION),))
    known.by_encoding[LIST] = POINT
    body = b"\x01\x02" + struct.pack("<H", 3) + b"\x01" + struct.pack("<i", 8) + struct.pack("<d", 2.5)
    assert known.text(ua.ExtensionObject(ENCODING, body)) == "Outer(Any=Point(X=2.5))"


def test_what_is_not_known_shows_its_bytes() -> None:
    known = Structures()
    given = ua.ExtensionObject(ENCODING, b"\x01")
    assert known.unknown([given, given]) == [ENCODING, ENCODING]
    known.by_encoding[ENCODING] = None
    assert known.unknown(given) == []
    assert known.text(given) == "structure ns=2;i=1, 1 bytes: 01"
    assert text(Structure("A", PLAIN, (Field("P", INNER),)), b"\x01") == "structure ns=2;i=1, 1 bytes: 01"


NESTED = Structure("Nested", PLAIN, (Field("Again", INNER, 1), Field("S", STRING, 1), Field("M", INT32, 3)))


@given(st.binary(max_size=200))
def test_any_bytes_give_some_text_in_no_time(body: bytes) -> None:
    """Also a structure within itself, and arrays that claim more elements than there are bytes."""
    assert text(NESTED, body, NESTED).startswith(("Nested(", "structure "))
    empty = Structure("Empty", PLAIN, ())
    assert text(Structure("A", PLAIN, (Field("E", INNER, 1),)), body, empty).startswith(("A(", "structure "))
