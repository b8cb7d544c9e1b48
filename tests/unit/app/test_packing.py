"""Columns as bytes: whatever goes in comes out, bit by bit, and damage is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.packing import (
    DamagedColumnError,
    pack_integers,
    pack_reals,
    skip,
    unpack_integers,
    unpack_reals,
)

WHOLE = st.integers(-(2**63), 2**63 - 1)
REALS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**7), 10**7).map(lambda number: number / 1000),
    st.integers(-(2**60), 2**60).map(float),
)


@given(st.lists(st.one_of(WHOLE, st.integers(0, 300)), max_size=200), st.booleans())
def test_whole_numbers_come_back(numbers: list[int], steps: bool) -> None:
    data = pack_integers(np.array(numbers, np.int64), steps=steps)
    found, end = unpack_integers(b"xx" + data + b"yy", 2, len(numbers))
    assert found.tolist() == numbers
    assert end == len(data) + 2 == skip(b"xx" + data, 2)


@given(st.lists(REALS, max_size=200))
def test_reals_come_back_bit_by_bit(numbers: list[float]) -> None:
    column = np.array(numbers, np.float64)
    found, _ = unpack_reals(pack_reals(column), 0, len(numbers))
    assert found.view(np.uint64).tolist() == column.view(np.uint64).tolist()


def test_a_nan_keeps_its_bits() -> None:
    odd = np.array([0x7FF8_0000_DEAD_BEEF, 0xFFF0_0000_0000_0001], np.uint64).view(np.float64)
    assert unpack_reals(pack_reals(odd), 0, 2)[0].view(np.uint64).tolist() == odd.view(np.uint64).tolist()


def test_what_changes_evenly_takes_next_to_nothing() -> None:
    times = np.arange(1_767_225_600_000_000_000, 1_767_225_600_000_000_000 + 1024 * 10**9, 10**9, np.int64)
    assert len(pack_integers(times, steps=True)) < 40
    assert len(pack_integers(np.full(1024, 192, np.int64))) < 40
    assert len(pack_reals(np.round(np.linspace(20, 30, 1024), 2))) < 2_200, "two bytes for a value of two decimals"


@given(st.data())
def test_damage_is_an_error_and_never_a_crash(data: st.DataObject) -> None:
    """The sum of a block finds changed bytes; what is read in spite of it must not fall over."""
    whole = bytearray(pack_integers(np.arange(0, 9_000, 7, np.int64) ** 2))
    cut = data.draw(st.integers(0, len(whole)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        try:
            found, _ = unpack_integers(damaged, 0, 1286)
        except DamagedColumnError:
            continue
        assert len(found) == 1286


def test_one_kind_is_not_read_as_the_other() -> None:
    with pytest.raises(DamagedColumnError):
        unpack_integers(pack_reals(np.array([0.1234567891])), 0, 1)
    with pytest.raises(DamagedColumnError):
        unpack_reals(pack_integers(np.array([7], np.int64)), 0, 1)
