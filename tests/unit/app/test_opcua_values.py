"""OPC UA variants to and from values."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from app.backends.opcua.values import moment_of, time_ns, to_value, to_variant
from app.values import NO_TIME, Timestamp, Value

KIND = ua.VariantType


@pytest.mark.parametrize(
    ("moment", "ns"),
    [
        (None, NO_TIME),
        (datetime.datetime(1601, 1, 1), NO_TIME),  # noqa: DTZ001 - as the library gives them
        (datetime.datetime(1970, 1, 1), 0),  # noqa: DTZ001
        (datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=datetime.UTC), -1_000),
        (datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC), NO_TIME),
        (datetime.datetime(1650, 1, 1, tzinfo=datetime.UTC), NO_TIME),
    ],
)
def test_a_time_of_no_event_is_none(moment: datetime.datetime | None, ns: int) -> None:
    assert time_ns(moment) == ns


@given(st.integers(-9_223_372_036_854_775, 9_223_372_036_854_775))
def test_times_survive_to_the_microsecond(us: int) -> None:
    assert time_ns(moment_of(us * 1_000)) == us * 1_000


def test_a_date_that_somebody_wrote_stays_a_date() -> None:
    assert to_value(datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)) == Timestamp(-11_644_473_600_000_000_000)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (ua.LocalizedText("so"), "so"),
        (ua.QualifiedName("Name", 2), "2:Name"),
        (ua.NodeId("Name", 2), "ns=2;s=Name"),
        (ua.StatusCode(0x80340000), "BadNodeIdUnknown (0x80340000)"),
        (ua.ServerState.Running, 0),
        ([[1, 2], [3, 4]], ((1, 2), (3, 4))),
        (ua.Range(Low=0.0, High=1.5), "Range(Low=0.0, High=1.5)"),
        (ua.Variant([1.0], KIND.Double), (1.0,)),
    ],
)
def test_what_has_no_kind_of_its_own_is_text(given: Any, value: Value) -> None:
    assert to_value(given) == value


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (256, KIND.Byte, "Byte takes 0 to 255"),
        (-1, KIND.UInt64, "UInt64 takes 0 to"),
        (1.5, KIND.Int32, "not a whole number"),
        (True, KIND.Int32, "not a whole number"),
        ("x", KIND.Int32, "not a whole number"),
        (2, KIND.Boolean, "neither true nor false"),
        ("x", KIND.Double, "could not convert"),
        (1e39, KIND.Float, "out of range"),
        (1, KIND.String, "not a text"),
        ("text", KIND.ByteString, "not a string of bytes"),
        ("yesterday", KIND.DateTime, "Invalid isoformat"),
        ("x", KIND.Guid, "not a GUID"),
        ("x", KIND.NodeId, "not a node id"),
        ((1, 300), KIND.Byte, "Byte takes 0 to 255"),
        ("x", KIND.ExtensionObject, "cannot be written"),
    ],
)
def test_what_does_not_fit_says_what_does(value: Value, kind: ua.VariantType, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        to_variant(value, kind)


@pytest.mark.clause("U2")
@pytest.mark.parametrize(
    ("value", "sent"),
    [("on", 5), (" ON ", 5), ("5", 5), (5, 5), (7, 7), (("Off", "On"), [0, 5]), ("-3", -3)],
)
def test_a_word_of_an_enumeration_is_its_number(value: Value, sent: Any) -> None:
    assert to_variant(value, KIND.Int32, {0: "Off", 5: "On"}).Value == sent


@pytest.mark.clause("U2")
@pytest.mark.parametrize("words", [{0: "Off", 5: "On"}, {0: "Half", 1: "half"}])
def test_a_word_that_is_none_or_two_is_refused(words: dict[int, str]) -> None:
    with pytest.raises(ValueError, match="is not a word of this enumeration: it has"):
        to_variant("half", KIND.Int32, words)
