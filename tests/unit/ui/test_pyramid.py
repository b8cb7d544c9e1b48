"""Extremes by blocks are the extremes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.plots.pyramid import BAD, BLOCK, GOOD, Pyramid

_rows = st.lists(st.tuples(st.floats(-1e6, 1e6), st.sampled_from([GOOD, 1, BAD])), min_size=1, max_size=6 * BLOCK)


def _columns(rows: list[tuple[float, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([value for value, _ in rows]), np.array([worth for _, worth in rows], dtype=np.uint8)


@pytest.mark.clause("T6")
@given(_rows, st.data())
def test_extremes_of_any_part_leave_out_only_what_is_bad(rows: list[tuple[float, int]], data: st.DataObject) -> None:
    values, classes = _columns(rows)
    pyramid = Pyramid()
    at = 0
    while at < len(values):  # it grows in pieces of any size
        start, at = at, min(at + data.draw(st.integers(1, 2 * BLOCK)), len(values))
        pyramid.grow(values[:at], classes[:at], start)
    assert len(pyramid) == len(values) // BLOCK
    first = data.draw(st.integers(0, len(values)))
    last = data.draw(st.integers(first, len(values)))
    good = [value for value, worth in rows[first:last] if worth != BAD]
    low, high = pyramid.extremes(values, classes, first, last)
    assert (low, high) == ((min(good), max(good)) if good else (np.inf, -np.inf))


@given(st.integers(1, 5), st.integers(0, 5))
def test_what_was_dropped_is_forgotten(kept: int, dropped: int) -> None:
    values = np.arange((kept + dropped) * BLOCK, dtype=np.float64)
    classes = np.zeros(len(values), dtype=np.uint8)
    pyramid = Pyramid()
    pyramid.grow(values, classes, 0)
    pyramid.drop(dropped * BLOCK)
    low, high = pyramid.block_extremes(np.arange(kept), len(pyramid))
    assert low.tolist() == values[dropped * BLOCK :: BLOCK].tolist()
    assert high.tolist() == values[(dropped + 1) * BLOCK - 1 :: BLOCK].tolist()
