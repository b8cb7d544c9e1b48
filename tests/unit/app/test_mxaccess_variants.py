"""VARIANTs, dates and HRESULTs of MXAccess: memory as COM lays it out, read on any computer."""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import pytest

from app.backends.mxaccess import variants as v
from app.backends.mxaccess.dates import Zone, filetime_ns
from app.backends.mxaccess.hresult import add_words, create_words, hresult_words
from app.values import NO_TIME, Status, Timestamp

UTC = Zone("utc")
POINTER = struct.calcsize("P")


class Memory:
    """Blocks that stay where they are."""

    def __init__(self) -> None:
        self._kept: list[Any] = []

    def at(self, data: bytes) -> int:
        block = ctypes.create_string_buffer(data, max(1, len(data)))
        self._kept.append(block)
        return ctypes.addressof(block)

    def variant(self, vt: int, data: bytes) -> int:
        return self.at(struct.pack("=HHHH", vt, 0, 0, 0) + data.ljust(2 * POINTER, b"\0"))

    def bstr(self, text: str) -> int:
        units = text.encode("utf-16-le")
        return self.at(struct.pack("=I", len(units)) + units + b"\0\0") + 4

    def array(self, width: int, data: bytes, *sizes: int) -> int:
        bounds = b"".join(struct.pack("=Ii", size, 0) for size in reversed(sizes))
        head = struct.pack("=HHII", len(sizes), 0, width, 0).ljust(12 if POINTER == 4 else 16, b"\0")
        return self.at(head + struct.pack("P", self.at(data)) + bounds)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.mark.clause("M1")
@pytest.mark.parametrize(
    ("vt", "data", "value"),
    [
        (v.EMPTY, b"", None),
        (v.NULL, b"", None),
        (v.I1, struct.pack("b", -5), -5),
        (v.UI1, struct.pack("B", 250), 250),
        (v.I2, struct.pack("h", -300), -300),
        (v.UI2, struct.pack("H", 65_000), 65_000),
        (v.I4, struct.pack("i", -70_000), -70_000),
        (v.INT, struct.pack("i", 3), 3),
        (v.UI4, struct.pack("I", 4_000_000_000), 4_000_000_000),
        (v.UINT, struct.pack("I", 4), 4),
        (v.I8, struct.pack("q", -(2**60)), -(2**60)),
        (v.UI8, struct.pack("Q", 2**64 - 1), 2**64 - 1),
        (v.R4, struct.pack("f", 1.5), 1.5),
        (v.R8, struct.pack("d", -0.1), -0.1),
        (v.BOOL, struct.pack("h", -1), True),
        (v.BOOL, struct.pack("h", 0), False),
        (v.CY, struct.pack("q", 123_456), 12.3456),
        (v.DATE, struct.pack("d", 25569.5), Timestamp(43_200_000_000_000)),
        (v.FILETIME, struct.pack("Q", 116_444_736_000_000_010), Timestamp(1000)),
        (v.BSTR, struct.pack("P", 0), ""),
    ],
)
def test_each_type_has_its_value(memory: Memory, vt: int, data: bytes, value: object) -> None:
    assert v.read(memory.variant(vt, data), UTC) == v.Raw(vt, value)
    place = struct.pack("P", memory.at(data or b"\0"))  # the same by reference
    assert v.read(memory.variant(vt | v.BYREF, place), UTC) == v.Raw(vt | v.BYREF, value)


@pytest.mark.clause("M1")
def test_texts_decimals_variants_within_variants_and_arrays(memory: Memory) -> None:
    text = memory.variant(v.BSTR, struct.pack("P", memory.bstr("Kühlung 𝛥")))
    assert v.read(text, UTC).value == "Kühlung 𝛥"
    decimal = memory.at(struct.pack("=HBBIQ", v.DECIMAL, 2, 0x80, 0, 12_345).ljust(v.SIZE, b"\0"))
    assert v.read(decimal, UTC).value == -123.45
    inner = v.read(memory.variant(v.BYREF | v.VARIANT, struct.pack("P", text)), UTC)
    assert inner == v.Raw(v.BSTR, "Kühlung 𝛥")  # the type is the inner one's
    reals = memory.array(8, struct.pack("3d", 1, 2, 3), 3)
    assert v.read(memory.variant(v.ARRAY | v.R8, struct.pack("P", reals)), UTC).value == (1.0, 2.0, 3.0)
    texts = memory.array(POINTER, struct.pack("2P", memory.bstr("a"), memory.bstr("b")), 2)
    assert v.read(memory.variant(v.ARRAY | v.BSTR, struct.pack("P", texts)), UTC).value == ("a", "b")
    grid = memory.array(4, struct.pack("6i", *range(6)), 2, 3)  # the first index runs fastest
    assert v.read(memory.variant(v.ARRAY | v.I4, struct.pack("P", grid)), UTC).value == ((0, 2, 4), (1, 3, 5))
    assert v.read(memory.variant(v.ARRAY | v.I4, struct.pack("P", 0)), UTC).value == ()


@pytest.mark.clause("M1")
def test_what_cannot_be_read_keeps_its_type_and_says_why(memory: Memory) -> None:
    assert v.read(memory.variant(v.DISPATCH, b""), UTC).problem == "a value of the type VT_DISPATCH cannot be shown"
    assert "access denied (0x80070005)" in v.read(memory.variant(v.ERROR, struct.pack("I", 0x80070005)), UTC).problem
    loop = memory.variant(v.BYREF | v.VARIANT, b"")
    ctypes.memmove(loop + 8, struct.pack("P", loop), POINTER)
    assert "without an end" in v.read(loop, UTC).problem
    huge = memory.array(4, b"", 2_000_000)
    assert "2,000,000 elements" in v.read(memory.variant(v.ARRAY | v.I4, struct.pack("P", huge)), UTC).problem


@pytest.mark.clause("M1")
def test_statuses_by_reference_are_records_of_16_bytes(memory: Memory) -> None:
    records = struct.pack("=hxxiihxx", -1, 0, 1, 0) + struct.pack("=hxxiihxx", 0, 6, 5, 1012)
    array = memory.array(16, records, 2)
    told = (Status(-1, 0, 1, 0), Status(0, 6, 5, 1012))
    place = struct.pack("P", memory.at(struct.pack("P", array)))
    assert v.statuses(memory.variant(0x6024, place)) == told
    assert v.statuses(memory.variant(0x2024, struct.pack("P", array))) == told
    assert v.statuses(memory.variant(v.EMPTY, b"")) == ()
    with pytest.raises(ValueError, match="statuses came as VT_I4"):
        v.statuses(memory.variant(v.I4, b""))


@pytest.mark.clause("M2")
def test_dates_mean_the_zone_that_is_set() -> None:
    noon = 46_350.5  # 2026-11-24 12:00
    assert str(Timestamp(UTC.date_ns(noon))) == "2026-11-24T12:00:00.000Z"
    assert str(Timestamp(Zone("+02:00").date_ns(noon))) == "2026-11-24T10:00:00.000Z"
    for zone in (UTC, Zone("local"), Zone("-05:30")):
        assert zone.date_ns(zone.date(zone.date_ns(noon))) == zone.date_ns(noon)
    assert UTC.date_ns(-1.25) == UTC.text_ns("1899-12-29 06:00:00")  # before its zero the fraction still counts forward
    assert UTC.date(UTC.date_ns(-1.25)) == -1.25
    assert UTC.date_ns(float("nan")) == UTC.date_ns(3e6) == NO_TIME
    for wrong in ("Mars/Olympus", "+25:00", ""):
        with pytest.raises(ValueError, match=r"zone|offset"):
            Zone(wrong)


@pytest.mark.clause("M2")
def test_times_of_events_come_in_every_kind() -> None:
    ns = UTC.text_ns("2026-11-24 12:00:00")
    assert ns == UTC.text_ns("11/24/2026 12:00:00 PM") == UTC.text_ns("24.11.2026 12:00:00.000")
    assert UTC.text_ns("2026-11-24T13:00:00+01:00") == ns
    assert v.time_ns(v.Raw(v.BSTR, "2026-11-24 12:00:00"), UTC) == ns
    assert v.time_ns(v.Raw(v.DATE, Timestamp(ns)), UTC) == ns
    for none in (v.Raw(v.EMPTY), v.Raw(v.NULL), v.Raw(v.BSTR, "soon"), v.Raw(v.I4, 5)):
        assert v.time_ns(none, UTC) == NO_TIME
    assert filetime_ns(0) == NO_TIME


@pytest.mark.clause("M3")
@pytest.mark.parametrize(
    ("value", "vt", "made"),
    [
        (5, v.R8, v.Typed(v.R8, 5.0)),
        (5.0, v.I4, v.Typed(v.I4, 5)),
        (True, v.BOOL, v.Typed(v.BOOL, True)),
        (1, v.BOOL, v.Typed(v.BOOL, True)),
        (7, v.BSTR, v.Typed(v.BSTR, "7")),
        (7, v.EMPTY, v.Typed(v.I4, 7)),
        (2**40, v.EMPTY, v.Typed(v.I8, 2**40)),
        ("x", v.EMPTY, v.Typed(v.BSTR, "x")),
        (None, v.R8, v.Typed(v.NULL, None)),
        (Timestamp(0), v.FILETIME, v.Typed(v.DATE, 25569.0)),
        ((1, 2), v.ARRAY | v.R4, v.Typed(v.ARRAY | v.R4, (1.0, 2.0))),
        ((True, False), v.EMPTY, v.Typed(v.ARRAY | v.BOOL, (True, False))),
        ((), v.ARRAY | v.BSTR, v.Typed(v.ARRAY | v.BSTR, ())),
    ],
)
def test_a_value_is_written_as_its_tags_own_type(value: Any, vt: int, made: v.Typed) -> None:
    assert v.typed(value, vt, UTC) == made


@pytest.mark.clause("M3")
@pytest.mark.parametrize(
    ("value", "vt", "words"),
    [
        (5.5, v.I4, "5.5 is no whole number, and the tag's type is VT_I4"),
        (40_000, v.I2, "40000 is beyond what VT_I2 holds"),
        (1e300, v.R4, "beyond what VT_R4 holds"),
        ("on", v.BOOL, "'on' is neither true nor false"),
        ("5", v.R8, "'5' is a text, and the tag's type is VT_R8"),
        (5, v.DATE, "5 is no time"),
        (Timestamp(0), v.I4, "is a time, and the tag's type is VT_I4"),
        ((1, "x"), v.ARRAY | v.I4, "element 2: 'x' is a text"),
        ((1,), v.I4, "the tag has one value"),
        (1, v.ARRAY | v.I4, "the tag is an array"),
        (((1,),), v.ARRAY | v.I4, "array of arrays"),
        (float("nan"), v.I4, "no whole number"),
        (b"x", v.R8, "cannot be written"),
        (1, v.DISPATCH, "VT_DISPATCH cannot be written"),
    ],
)
def test_what_does_not_fit_says_why(value: Any, vt: int, words: str) -> None:
    with pytest.raises(ValueError) as refused:
        v.typed(value, vt, UTC)
    assert words in str(refused.value)


@pytest.mark.clause("M4")
def test_hresults_are_words_with_what_to_do() -> None:
    assert hresult_words(-2147024809) == "value does not fall within the expected range (0x80070057)"
    assert hresult_words(-1) == "HRESULT 0xFFFFFFFF"
    assert "not installed on this computer" in create_words(-2147221164, 32)
    assert "32-bit Python" in create_words(-2147221164, 64)
    assert "no licence" in add_words("A.B", -2147024891)


@pytest.mark.clause("M2")
@pytest.mark.parametrize(
    "raw",
    [
        v.Raw(v.DATE, Timestamp(UTC.date_ns(2_958_465.5))),
        v.Raw(v.FILETIME, Timestamp(filetime_ns(1))),
        v.Raw(v.FILETIME, Timestamp(filetime_ns(2**63 - 1))),
        v.Raw(v.BSTR, "01/01/0001 12:00:00 AM"),
        v.Raw(v.R8, -657_434.0),
    ],
    ids=str,
)
def test_a_time_that_events_have_no_room_for_is_none(raw: v.Raw) -> None:
    assert v.time_ns(raw, UTC) == NO_TIME


@pytest.mark.clause("M2")
@pytest.mark.parametrize("days", [0.25, 18_264.75, 25_569.5])
def test_local_dates_before_1970_are_dates_as_well(days: float) -> None:
    zone = Zone("local")
    ns = zone.date_ns(days)
    assert abs(ns - UTC.date_ns(days)) <= 15 * 3600 * 10**9
    assert zone.date(ns) == pytest.approx(days, abs=1e-9)


@pytest.mark.clause("M2")
@pytest.mark.parametrize(
    ("text", "days"),
    [("11/24/2026", 46_350.0), ("24.11.2026", 46_350.0), ("11/24/2026 6:00:00.0000009 AM", 46_350.25)],
)
def test_texts_of_midnight_and_of_fine_clocks_are_times(text: str, days: float) -> None:
    assert UTC.text_ns(text) == UTC.date_ns(days)


@pytest.mark.clause("M1")
def test_an_element_that_cannot_be_read_costs_the_others_nothing(memory: Memory) -> None:
    kinds = ((v.I4, struct.pack("i", 5)), (v.ERROR, struct.pack("i", -2147352571)), (v.R8, struct.pack("d", 1.5)))
    size = 8 + 2 * POINTER
    elements = b"".join(ctypes.string_at(memory.variant(vt, data), size) for vt, data in kinds)
    array = memory.array(size, elements, 3)
    raw = v.read(memory.variant(v.ARRAY | v.VARIANT, struct.pack("P", array)), UTC)
    assert raw.value == (5, None, 1.5)
    assert raw.problem.startswith("element 2: an error came in place of a value: type mismatch (0x80020005)")
