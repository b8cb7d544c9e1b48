"""Values, qualities and times as text, and back."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.values import NO_TIME, Duration, Timestamp, Value
from ui import format as f

AUTOMATIC = ("Off", "Automatic (remote)", "", "Reserved", "Reserved")


@pytest.fixture(autouse=True)
def vienna(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process can only be set on Unix")
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# ---- values


@pytest.mark.clause("W5")
@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (12.345678, 2, "12.35"),
        (0.004, 2, "0.004"),
        (-0.4, 0, "-0.4"),
        (-3e-12, 3, "-3e-12"),
        (0.0, 2, "0.00"),
        (-0.0, 1, "0.0"),
        (1e300, 2, "1.00e+300"),
        (1.5, -1, "2"),
        (1.5, 400, "1.500000000000000"),
        (0.1 + 0.2, None, "0.3"),
        (5e-324, None, "5e-324"),
        (math.nan, 2, "not a number"),
        (-math.inf, 2, "−∞"),
    ],
)
def test_a_number_has_the_decimals_of_its_source_and_never_shows_a_0_that_it_is_not(
    value: float, decimals: int | None, text: str
) -> None:
    assert f.value_text(value, decimals=decimals) == text


@pytest.mark.clause("W5")
@given(st.floats(allow_nan=False, allow_infinity=False).filter(bool), st.none() | st.integers(-3, 40))
def test_no_number_but_0_shows_as_0(value: float, decimals: int | None) -> None:
    assert float(f.value_text(value, decimals=decimals)) != 0


@pytest.mark.clause("W5")
@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_are_exact(value: int) -> None:
    assert int(f.value_text(value, decimals=2)) == value


@pytest.mark.clause("W5")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "Off (0)"),
        (1, "Automatic (remote) (1)"),
        (2, "2"),
        (7, "7"),
        (-1, "-1"),
        (True, "Automatic (remote) (1)"),
    ],
)
def test_enumerations_show_text_and_number(value: Value, text: str) -> None:
    assert f.value_text(value, enumeration=AUTOMATIC) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (True, "true"),
        ("two\r\nlines\tand\x00more\r", "two⏎lines⇥and␀more⏎"),
        ("abc\u202edef", "abc�def"),
        (b"\x00\xff", "00 ff"),
        (b"", "(no bytes)"),
        (Timestamp(1_767_225_600_123_456_789), "2026-01-01 01:00:00.123"),
        (Duration(-90_061_500_000_000), "−1 d 01:01:01.5"),
        ((), "[]"),
        ((1, 2.5, 'a"b', None, True, (1, 2)), '[1, 2.5, "a\\"b", null, true, [1, 2]]'),
    ],
)
def test_each_kind_of_value_is_one_line(value: Value, text: str) -> None:
    assert f.value_text(value) == text


@pytest.mark.clause("W5")
@given(
    st.one_of(
        st.text(max_size=40),
        st.binary(max_size=40),
        st.lists(st.integers() | st.text(max_size=5) | st.floats(), max_size=40).map(tuple),
    ),
    st.integers(20, 40),
)
def test_what_is_cut_is_marked_and_fits(value: Value, limit: int) -> None:
    text = f.value_text(value, limit=limit)
    assert len(text) <= limit
    whole = f.value_text(value, limit=10_000)
    assert text == whole or "…" in text


@pytest.mark.clause("W5")
def test_a_long_array_says_how_many_values_it_has() -> None:
    assert f.value_text(tuple(range(120)), limit=30) == "[0, 1, 2, 3, 4 … 120 values]"
    assert f.value_text(("x" * 1000, "y"), limit=30) == "[… 2 values]"


@pytest.mark.clause("W5")
def test_full_text_loses_nothing() -> None:
    assert f.full_text("a\n\tb") == "a\n\tb"
    assert f.full_text(0.1 + 0.2) == "0.30000000000000004"
    assert f.full_text(Timestamp(1_767_225_600_123_456_789)) == "2026-01-01T01:00:00.123456789+01:00"
    assert len(f.full_text(tuple(range(1000))).split(", ")) == 1000
    assert f.full_text(3, AUTOMATIC) == "Reserved (3)"


# ---- quality


@pytest.mark.clause("W1")
@pytest.mark.parametrize(
    ("quality", "text", "mark"),
    [
        (192, "good (192)", ""),
        (216, "good: local override (216)", ""),
        (195, "good, constant (195)", ""),
        (88, "uncertain: sub-normal (88)", "?"),
        (24, "bad: communication failure (24)", "✕"),
        (40, "bad (40)", "✕"),
        (0x1C0, "good (448)", ""),
    ],
)
def test_quality_is_words_first_and_its_code_once(quality: int, text: str, mark: str) -> None:
    assert f.quality_text(quality) == text
    assert f.quality_mark(quality) == mark


# ---- time


@pytest.mark.clause("Z1")
def test_times_are_local_or_utc_to_the_millisecond() -> None:
    noon = 1_782_907_200_999_999_999
    assert f.time_text(noon, utc=True) == "2026-07-01 12:00:00.999"
    assert f.time_text(noon, utc=False) == "2026-07-01 14:00:00.999"
    assert f.time_text(noon, utc=True, date=False) == "12:00:00.999"
    assert f.time_text(NO_TIME, utc=True) == "—"
    assert f.zone_text(utc=True) == "UTC"
    assert f.zone_text(utc=False) in ("UTC+01:00", "UTC+02:00")


@pytest.mark.parametrize("ns", [-62_135_596_800 * 10**9, NO_TIME + 1, 2**62 * 10**9])
def test_times_beyond_the_calendar_are_still_told(ns: int) -> None:
    assert f.time_text(ns, utc=False)
    assert f.iso_text(ns, utc=False)
    assert f.time_text(-62_135_596_800 * 10**9, utc=True) == "0001-01-01 00:00:00.000"


@pytest.mark.clause("Z2")
def test_iso_has_the_offset_of_its_own_date_and_every_digit() -> None:
    assert f.iso_text(1_782_907_200_123_456_789, utc=False) == "2026-07-01T14:00:00.123456789+02:00"
    assert f.iso_text(1_767_225_600_500_000_000, utc=False) == "2026-01-01T01:00:00.500+01:00"
    assert f.iso_text(1_767_225_600_500_000_000, utc=True) == "2026-01-01T00:00:00.500Z"
    assert f.iso_text(NO_TIME, utc=True) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (47 * 3600, "1 d"), (9e6, "104 d")],
)
def test_an_age_never_reads_older_than_it_is(seconds: float, text: str) -> None:
    assert f.age_text(seconds) == text


# ---- back


_integers = [
    st.tuples(st.integers(low, high), st.just(name))
    for name, low, high in [("SByte", -128, 127), ("UInt16", 0, 65_535), ("Int64", -(2**63), 2**63 - 1)]
]
_calendar = st.integers(-62_135_000_000 * 10**9, 253_402_000_000 * 10**9)
_scalars = st.one_of(
    *_integers,
    st.tuples(st.integers(-(2**63), 2**64 - 1), st.just("Integer")),
    st.tuples(st.booleans(), st.just("Boolean")),
    st.tuples(st.floats(allow_nan=False), st.just("Double")),
    st.tuples(st.floats(width=32, allow_nan=False), st.just("Float")),
    st.tuples(st.text(), st.just("String")),
    st.tuples(_calendar.map(Timestamp), st.just("Time")),
    st.tuples(st.integers(-(2**63), 2**63 - 1).map(Duration), st.just("ElapsedTime")),
    st.tuples(st.binary(), st.just("ByteString")),
)


@pytest.mark.clause("W5")
@given(_scalars)
@example((Timestamp(NO_TIME), "Time"))
def test_the_full_text_of_a_value_gives_the_value_back(case: tuple[Value, str]) -> None:
    value, data_type = case
    back = f.parse_value(f.full_text(value), data_type)
    assert back == value
    assert type(back) is type(value)


@given(st.lists(_scalars, max_size=5), st.data())
def test_arrays_come_back_too(cases: list[tuple[Value, str]], data: st.DataObject) -> None:
    data_type = data.draw(st.sampled_from([name for _, name in cases] or ["Double"]))
    value = tuple(value for value, name in cases if name == data_type)
    value = (value, value) if data.draw(st.booleans()) else value
    assert f.parse_value(f.full_text(value), data_type, array=True) == value


@given(st.integers(0, 4).filter(lambda number: number != 2))
def test_the_shown_text_of_an_enumeration_gives_its_number_back(number: int) -> None:
    assert f.parse_value(f.value_text(number, enumeration=AUTOMATIC), "Int32", AUTOMATIC) == number
    assert f.parse_value(str(number), "QualifiedEnum", AUTOMATIC) == number


@pytest.mark.parametrize(
    ("text", "data_type", "value"),
    [
        ("0x1F", "UInt16", 31),
        (" -5 ", "Int16", -5),
        ("1,5", "Double", 1.5),
        ("inf", "Double", math.inf),
        ("ON", "Boolean", True),
        ("[1, 2]", "Int16", (1, 2)),
        ("[1, 2.5, 9007199254740993]", "Double", (1.0, 2.5, 9007199254740992.0)),
        ("[9007199254740993]", "Int64", (9_007_199_254_740_993,)),
        ("[1, 2]", "String", "[1, 2]"),
        (" a ", "String", " a "),
        ("2026-07-01 14:00", "Time", Timestamp(1_782_907_200 * 10**9)),
        ("2026-07-01T12:00:00.000000001z", "DateTime", Timestamp(1_782_907_200 * 10**9 + 1)),
        ("1:30", "ElapsedTime", Duration(90 * 10**9)),
        ("1 d", "ElapsedTime", Duration(86_400 * 10**9)),
        ("2.5 s", "ElapsedTime", Duration(2_500_000_000)),
        ("00FF 10", "ByteString", b"\x00\xff\x10"),
        ("automatic (remote)", "Int32", 1),
        ("off", "Boolean", False),
    ],
)
def test_what_people_type(text: str, data_type: str, value: Value) -> None:
    words = AUTOMATIC if data_type == "Int32" else ("Off", "On") if data_type == "Boolean" else ()
    back = f.parse_value(text, data_type, words)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    ("text", "data_type", "words"),
    [
        ("70000", "UInt16", "outside 0 to 65535"),
        ("1.5", "Int32", "not a whole number"),
        ("1_000", "Int32", "not a whole number"),
        ("9" * 5000, "Int64", "not a whole number"),
        ("1,500", "Double", "thousands or decimals"),
        ("1e999", "Double", "too large"),
        ("1e39", "Float", "too large for Float"),
        ("abc", "Double", "not a number"),
        ("maybe", "Boolean", "neither true nor false"),
        ("tomorrow", "Time", "not a time"),
        ("2026-01-01 10:20.5", "Time", "not a time"),
        ("0001-01-01", "Time", "not a time"),
        ("inf", "ElapsedTime", "not an elapsed time"),
        ("", "ElapsedTime", "not an elapsed time"),
        ("xyz", "ByteString", "not hexadecimal"),
        ("[1, 2", "Int32", "an array is written like"),
        ("[1, 300]", "Byte", "value 2 of the array: 300 is outside"),
        ("[true]", "Double", "not a number"),
        ("[" * 5000, "Double", "an array is written like"),
    ],
)
def test_what_cannot_be_read_is_named_and_answered_with_what_can(text: str, data_type: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        f.parse_value(text, data_type)
    assert len(str(caught.value)) < 300


def test_an_unknown_word_of_an_enumeration_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"“Manual” is none of Off \(0\), Automatic"):
        f.parse_value("Manual", "Int32", AUTOMATIC)
    with pytest.raises(ValueError, match="write the number, one of 3, 4"):
        f.parse_value("reserved", "Int32", AUTOMATIC)
    with pytest.raises(ValueError, match="… 1000 in all"):
        f.parse_value("x", "Int32", tuple(f"state {i}" for i in range(1000)))
