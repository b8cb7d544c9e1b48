"""Between two cursors: what is known, and nothing of what is not."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.statistics import statistics
from ui.plots.pen import Samples
from ui.plots.pyramid import BAD, BLOCK, GOOD, UNCERTAIN
from ui.plots.stats import between

S = 1_000_000_000
T0 = 1_700_000_000 * S


def _samples(*rows: tuple[float, float, int]) -> Samples:
    samples = Samples()
    for second, value, worth in rows:
        moment = T0 + round(second * S)
        samples.add_one(moment, value, worth, moment)
    return samples


def _at(second: float) -> int:
    return T0 + round(second * S)


@pytest.mark.clause("T3")
def test_values_difference_slope_extremes_and_mean_between_two_cursors() -> None:
    samples = _samples((0, 10, GOOD), (10, 20, GOOD), (20, 5, GOOD), (30, 40, GOOD))
    found = between(samples, _at(5), _at(25), step=True)
    assert (found.a.value, found.b.value) == (10, 5)  # type: ignore[union-attr]
    assert (found.delta, found.slope) == (-5, -0.25)
    assert (found.low, found.high) == (5, 20)
    assert found.mean == pytest.approx((5 * 10 + 10 * 20 + 5 * 5) / 20)
    assert found.known == 1.0
    joined = between(samples, _at(5), _at(25), step=False)
    assert joined.mean == pytest.approx((5 * 17.5 + 10 * 12.5 + 5 * 13.75) / 20)


@pytest.mark.clause("T3")
def test_cursors_in_the_other_order_have_the_same_mean_and_the_opposite_difference() -> None:
    samples = _samples((0, 10, GOOD), (10, 20, GOOD))
    one, other = between(samples, _at(2), _at(12), True, _at(60)), between(samples, _at(12), _at(2), True, _at(60))
    assert (one.mean, one.low, one.high) == (other.mean, other.low, other.high)
    assert (one.delta, other.delta) == (10, -10)
    assert one.slope == other.slope == 1.0


@pytest.mark.clause("T3", "T5")
def test_what_is_bad_or_not_known_counts_for_nothing() -> None:
    samples = _samples((0, 10, GOOD), (10, 999, BAD), (20, 30, UNCERTAIN))
    found = between(samples, _at(-10), _at(30), step=True)
    assert found.a is None
    assert found.delta is None
    assert (found.low, found.high) == (10, 30)
    assert found.mean == 10, "what follows the newest sample is not known"
    assert found.known == 0.25
    assert between(samples, _at(-10), _at(30), True, _at(25)).mean == pytest.approx((10 * 10 + 5 * 30) / 15)
    assert between(samples, _at(-10), _at(30), step=False).mean is None
    assert between(samples, _at(5), _at(15), step=True).delta is None
    assert between(samples, _at(5), _at(5), step=True).slope is None
    assert between(Samples(), _at(0), _at(1), step=True).mean is None


_rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-9, 9), st.sampled_from([GOOD, GOOD, UNCERTAIN, BAD])),
    min_size=1,
    max_size=5 * BLOCK,
)


@pytest.mark.clause("T3")
@given(_rows, st.integers(-3, 400), st.integers(1, 200), st.booleans())
def test_the_mean_is_what_summing_up_by_tenths_of_a_second_gives(
    rows: list[tuple[int, int, int]], start: int, length: int, step: bool
) -> None:
    second, placed = 0, []
    for wait, value, worth in rows:
        second += wait
        placed.append((second, float(value), worth))
    samples = _samples(*placed)
    times = np.array([when for when, _, _ in placed])
    area = known = 0.0
    for tick in range(start * 2, (start + length) * 2):
        middle = tick / 2 + 0.25
        at = int(np.searchsorted(times, middle, side="right")) - 1
        if at < 0 or at == len(placed) - 1 or placed[at][2] == BAD:
            continue
        (here, value, _), (there, following, worth) = placed[at], placed[at + 1]
        if not step:
            if worth == BAD:
                continue
            value += (following - value) * (middle - here) / (there - here)
        area, known = area + value * 0.5, known + 0.5
    mean, seconds = samples.mean_between(_at(start), _at(start + length), step)
    assert seconds == pytest.approx(known)
    assert mean == (pytest.approx(area / known, abs=1e-6) if known else None)


@pytest.mark.clause("T3")
def test_a_full_line_is_summed_up_in_a_moment_and_forgets_what_it_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.plots.pen.CAPACITY", 200_000)
    monkeypatch.setattr("ui.plots.pen._DROP", 20_000 // BLOCK * BLOCK)
    samples = Samples()
    count = 30_000
    for piece in range(10):
        times = T0 + (piece * count + np.arange(count, dtype=np.int64)) * S
        samples.add(times, np.full(count, float(piece)), np.zeros(count, dtype=np.uint8))
    first, last = int(samples.times[0]), int(samples.times[-1])
    mean, seconds = samples.mean_between(first, last, True)
    assert seconds == (last - first) / S
    assert mean == pytest.approx(samples.values[:-1].mean())
    began = time.perf_counter()
    for _ in range(10):
        samples.mean_between(first + S, last - S, True)
    assert (time.perf_counter() - began) / 10 < 0.01


@pytest.mark.clause("T3", "Q1")
@given(_rows, st.integers(-3, 400), st.integers(1, 200), st.booleans())
def test_what_is_kept_by_blocks_says_what_the_statistics_of_the_same_samples_say(
    rows: list[tuple[int, int, int]], start: int, length: int, step: bool
) -> None:
    second, samples = 0, Samples()
    for wait, value, worth in rows:
        second += wait
        moment = T0 + second * S
        samples.add(np.array([moment]), np.array([float(value)]), np.array([worth], dtype=np.uint8))
    window = _at(start), _at(start + length)
    until = _at(second + 10)
    quick = between(samples, *window, step, until)
    whole = statistics(samples.times, samples.values, samples.classes, *window, step=step, holds_until_ns=until)
    assert quick.known == pytest.approx(whole.known)
    assert (quick.low, quick.high) == (whole.low, whole.high)
    assert (quick.mean is None) == (whole.mean is None)
    if quick.mean is not None:
        assert quick.mean == pytest.approx(whole.mean, abs=1e-6)
