"""Values: times exact in any year, qualities by their class bits, statuses in words."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.values import (
    CATEGORIES,
    DETAILS,
    NO_TIME,
    STATUS_OK,
    STATUS_PENDING,
    DataType,
    Duration,
    EventKind,
    Fault,
    QualityClass,
    SecurityClass,
    Status,
    Timestamp,
    failed,
    iso_utc,
    item_key,
    quality_class,
    quality_words,
    split_key,
)

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
handles = st.integers(0, 2**32 - 1)
moments = st.datetimes(timezones=st.just(datetime.UTC))


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_500_000, "1970-01-01T00:00:00.001500Z"),
        (951_782_400 * 10**9, "2000-02-29T00:00:00.000Z"),
        (-62_135_596_800 * 10**9, "0001-01-01T00:00:00.000Z"),
        (-62_167_219_200 * 10**9, "0000-01-01T00:00:00.000Z"),
        (-62_167_219_200 * 10**9 - 1, "-000001-12-31T23:59:59.999999999Z"),
        (253_402_300_800 * 10**9, "+010000-01-01T00:00:00.000Z"),
        (NO_TIME, "1677-09-21T00:12:43.145224192Z"),
        (2**63 - 1, "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_times_in_words(ns: int, text: str) -> None:
    assert iso_utc(ns) == str(Timestamp(ns)) == text


@settings(deadline=None)
@given(moments)
def test_times_agree_with_datetime_where_it_reaches(moment: datetime.datetime) -> None:
    ns = (moment - EPOCH) // datetime.timedelta(microseconds=1) * 1000
    shown = iso_utc(ns)
    # Python 3.11 reads three or six digits, as they are given here.
    assert datetime.datetime.fromisoformat(shown) == moment


@settings(deadline=None)
@given(st.integers(-(10**30), 10**30))
def test_any_time_has_words(ns: int) -> None:
    assert re.fullmatch(r"([+-]\d{6,}|\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{3}|\d{6}|\d{9})Z", iso_utc(ns))


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0 s"),
        (10 * 10**9, "10 s"),
        (1_500_000_000, "1.5 s"),
        (-1, "-0.000000001 s"),
        (-1_500_000_000, "-1.5 s"),
        (2**63 - 1, "9223372036.854775807 s"),
        (-(2**63), "-9223372036.854775808 s"),
    ],
)
def test_durations_are_exact(ns: int, text: str) -> None:
    assert str(Duration(ns)) == text


def test_times_and_durations_have_an_order() -> None:
    assert Timestamp(-5) < Timestamp(3)
    assert max(Duration(1), Duration(-9)) == Duration(1)
    assert Timestamp(1) != Duration(1)


@settings(deadline=None)
@given(handles, handles)
def test_keys_keep_both_handles(server_handle: int, item_handle: int) -> None:
    key = item_key(server_handle, item_handle)
    assert 0 <= key < 2**64
    assert split_key(key) == (server_handle, item_handle)


# ---- quality -------------------------------------------------------------------


@pytest.mark.clause("W1")
def test_the_class_follows_the_two_class_bits_alone() -> None:
    for quality in range(256):
        wanted = {0: QualityClass.BAD, 3: QualityClass.GOOD}.get(quality >> 6, QualityClass.UNCERTAIN)
        assert quality_class(quality) is wanted
        assert quality_class(quality | 0x4500) is wanted  # vendor bits
        assert quality_words(quality).startswith(wanted.value)


@pytest.mark.clause("W1")
@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (0, "bad"),
        (24, "bad: communication failure"),
        (64, "uncertain"),
        (85, "uncertain: engineering units exceeded, low limited"),
        (192, "good"),
        (194, "good, high limited"),
        (219, "good: local override, constant"),
        (200, "good (200)"),
        (128, "uncertain (128)"),
        (0x1C0, "good"),
    ],
)
def test_qualities_in_words(quality: int, words: str) -> None:
    assert quality_words(quality) == words


# ---- status --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (STATUS_OK, "ok"),
        (STATUS_PENDING, "pending"),
        (failed(1008), "operational error: write access denied (1008)"),
        (failed(6, category=4), "configuration error: invalid reference (6)"),
        (Status(0, 99, 0, 0), "category 99"),
        (Status(0, 5, 0, 777), "operational error: unknown detail (777)"),
        (Status(0, 5, 0, 8001), "operational error: object specific (8001)"),
        (Status(0, -1, 0, 0), "unknown"),
    ],
)
def test_statuses_in_words(status: Status, words: str) -> None:
    assert status.words == words


def test_success_is_anything_but_zero() -> None:
    assert STATUS_OK.ok
    assert Status(1).ok
    assert not failed(1).ok
    assert STATUS_PENDING.pending
    assert not STATUS_OK.pending


def test_the_codes_are_the_documented_ones() -> None:
    assert (min(DataType), max(DataType)) == (-1, 16)
    assert (min(SecurityClass), max(SecurityClass)) == (-1, 6)
    assert [kind.words for kind in EventKind] == [
        "data change",
        "buffered data change",
        "write complete",
        "operation complete",
    ]
    assert set(CATEGORIES) == set(range(-1, 9))
    assert set(DETAILS) == {*range(27), *range(1000, 1018)}


def test_a_fault_says_code_and_message() -> None:
    fault = Fault("Timeout", "no answer")
    assert str(fault) == "Timeout: no answer"
    assert dict(fault.details) == {}
    assert fault == Fault("Timeout", "no answer", {})
