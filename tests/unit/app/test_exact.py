"""Values of tags as text that loses nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from app.records import exact
from app.values import Duration, Timestamp, Value
from tests.helpers.strategies import exactly, values


@given(values)
def test_every_value_comes_back(value: Value) -> None:
    text = exact.to_text(value)
    assert text.isascii()
    assert "\n" not in text
    assert exactly(exact.from_text(text)) == exactly(value)


@pytest.mark.clause("R10")
def test_what_json_loses_is_kept() -> None:
    for value in (
        2**63 - 1,
        -(2**63),
        2**64 - 1,
        -0.0,
        5e-324,
        b"\x00\xff",
        Timestamp(1),
        Duration(-1),
        (1, 1.0, True),
    ):
        back = exact.from_text(exact.to_text(value))
        assert repr(back) == repr(value)
    assert math.isnan(exact.from_text(exact.to_text(math.nan)))  # type: ignore[arg-type]
    assert exact.from_text(exact.to_text(-math.inf)) == -math.inf


@pytest.mark.parametrize("text", ['{"wrong": 1}', "[{}]", "nothing", '{"float": 1}', '{"bits": "7f"}'])
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        exact.from_text(text)
