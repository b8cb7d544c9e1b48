"""Number formats of a tag: exact, and never a 0 that is none."""

from __future__ import annotations

import math

import pytest

from app.values import Value
from ui.number_format import AS_SOURCE, Notation, NumberFormat

DECIMALS, SCIENTIFIC, ENGINEERING = Notation.DECIMALS, Notation.SCIENTIFIC, Notation.ENGINEERING
HEX, BINARY = Notation.HEXADECIMAL, Notation.BINARY


@pytest.mark.clause("W5")
@pytest.mark.parametrize(
    ("notation", "decimals", "value", "text"),
    [
        (DECIMALS, 3, 1.5, "1.500"),
        (DECIMALS, 2, 0.0001, "0.0001"),
        (SCIENTIFIC, 2, 1234.5, "1.23e+03"),
        (SCIENTIFIC, 2, 0.0, "0.00e+00"),
        (ENGINEERING, 2, 1234.5, "1.23e+03"),
        (ENGINEERING, 2, 123_450.0, "123.45e+03"),
        (ENGINEERING, 2, -0.00012345, "-123.45e-06"),
        (ENGINEERING, 1, 999_999.0, "1.0e+06"),
        (ENGINEERING, 2, 1.0, "1.00"),
        (ENGINEERING, 2, 0.0, "0.00"),
        (ENGINEERING, 2, math.nan, "not a number"),
        (ENGINEERING, 2, 2**63 + 1, "9223372036854775809"),
        (HEX, 2, 255, "0xFF"),
        (HEX, 2, 2**64 - 1, "0xFFFFFFFFFFFFFFFF"),
        (HEX, 2, -255, "−0xFF"),
        (HEX, 2, 1.5, "1.5"),
        (HEX, 2, True, "true"),
        (BINARY, 2, 10, "0b1010"),
        (BINARY, 2, "text", "text"),
    ],
)
def test_texts(notation: Notation, decimals: int, value: Value, text: str) -> None:
    assert NumberFormat(notation, decimals).text(value) == text


def test_negative_numbers_of_a_known_width_are_shown_as_they_lie_in_memory() -> None:
    assert NumberFormat(HEX).text(-1, data_type="Int16") == "0xFFFF"
    assert NumberFormat(BINARY).text(-2, data_type="SByte") == "0b1111_1110"


def test_as_the_source_says() -> None:
    assert AS_SOURCE.text(1.23456, decimals=2) == "1.23"
    assert AS_SOURCE.text(1, enumeration=("Off", "On")) == "On (1)"
    assert NumberFormat(HEX).text(1.23456, decimals=2) == "1.23"


def test_kept_and_back() -> None:
    style = NumberFormat(ENGINEERING, 4)
    assert NumberFormat.of(style.state()) == style
    for broken in ([], {"notation": "roman"}, {"decimals": 99}, {"decimals": "two"}):
        with pytest.raises(ValueError):
            NumberFormat.of(broken)
