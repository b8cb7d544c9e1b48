"""Time spans as an operator types them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.plots.span import PRESETS, parse_span, span_text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 s", 90), ("20 min", 1200), ("20", 1200), ("2 h 30 min", 9000), ("2h30", 9000), ("1:30", 5400),
        ("0:00:45", 45), ("1,5 h", 5400), ("3 days", 259_200), ("15 minutes", 900), ("8 HOURS", 28_800), ("1 sec", 1),
    ],
)  # fmt: skip
def test_spans_are_understood(text: str, seconds: int) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "-3 min", "0 s", "400 d", "1 h soon", "1:99"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"90 s, 20 min|between 1 s and 366 d"):
        parse_span(text)


@given(st.integers(1, 366 * 86_400))
def test_what_is_shown_is_understood_again(seconds: int) -> None:
    assert parse_span(span_text(seconds)) == seconds


def test_presets_go_from_a_minute_to_a_day() -> None:
    assert PRESETS[0][0] == 60
    assert PRESETS[-1][0] == 86_400
