"""What is kept of a pen, and what is drawn of it."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch import EventBatch, Sample
from app.values import NO_TIME, Duration, Value
from ui.plots import pen as p
from ui.plots.pen import Drawing, Samples, number_of
from ui.plots.picker import Picker
from ui.plots.pyramid import BAD, GOOD, UNCERTAIN

S = 1_000_000_000
T0 = 1_700_000_000 * S


def _samples(*rows: tuple[float, float, int]) -> Samples:
    """Seconds after T0, value, quality class."""
    samples = Samples()
    for second, value, worth in rows:
        moment = T0 + round(second * S)
        samples.add_one(moment, value, worth, moment)
    return samples


def _many(count: int, step_ns: int = S // 10) -> Samples:
    samples = Samples()
    values = np.sin(np.arange(count) / 50) * 10
    times = T0 + np.arange(count, dtype=np.int64) * step_ns
    samples.add(times, values, np.zeros(count, dtype=np.uint8))
    return samples


def _segments(drawing: Drawing, edges: str = "connect") -> list[tuple[float, float, float, float]]:
    """The lines that are drawn, seconds after T0."""
    x = np.round(drawing.x - T0 / S, 3)
    return [
        (float(x[i]), float(drawing.y[i]), float(x[i + 1]), float(drawing.y[i + 1]))
        for i in np.flatnonzero(getattr(drawing, edges))
    ]


def _batch(
    keys: Sequence[int], values: Sequence[Value], quality: int = 192, source: int = T0, kinds: bytes = b""
) -> EventBatch:
    count = len(keys)
    times = array("q", [source]) * count
    return EventBatch(
        1, array("Q", keys), values, array("i", [quality]) * count, times, array("q", [T0]) * count, kinds
    )


# ---- drawing


@pytest.mark.clause("T4")
def test_a_value_holds_until_the_next_one_comes() -> None:
    drawing = _samples((0, 1, GOOD), (1, 2, GOOD)).drawing(T0, T0 + 2 * S, step=True)
    assert [line for line in _segments(drawing) if line[:2] != line[2:]] == [(0, 1, 1, 1), (1, 1, 1, 2)]


@pytest.mark.clause("T4")
def test_without_steps_values_are_joined() -> None:
    drawing = _samples((0, 1, GOOD), (1, 2, GOOD), (2, 5, GOOD)).drawing(T0, T0 + 2 * S, step=False)
    assert _segments(drawing) == [(0, 1, 1, 2), (1, 2, 2, 5)]


@pytest.mark.clause("T5")
@pytest.mark.parametrize("step", [True, False])
def test_a_bad_value_ends_the_line_with_a_mark_and_leaves_a_gap(step: bool) -> None:
    samples = _samples((0, 1, GOOD), (1, 2, GOOD), (2, 2, BAD), (3, 7, BAD), (4, 5, GOOD), (5, 6, GOOD))
    drawing = samples.drawing(T0, T0 + 6 * S, step)
    assert all(not 2 < (a + b) / 2 < 4 for a, _, b, _ in _segments(drawing))
    assert drawing.ends_x.tolist() == [(T0 + (2 if step else 1) * S) / S]
    assert drawing.ends_y.tolist() == [2.0]


@pytest.mark.clause("T5")
def test_what_is_uncertain_is_dashed() -> None:
    drawing = _samples((0, 1, GOOD), (1, 2, UNCERTAIN), (2, 3, GOOD)).drawing(T0, T0 + 3 * S, step=False)
    assert _segments(drawing) == [(0, 1, 1, 2)]
    assert _segments(drawing, "uncertain") == [(1, 2, 2, 3)]


@pytest.mark.clause("T5")
def test_only_the_newest_value_holds_and_only_while_it_is_not_bad() -> None:
    now = T0 + 9 * S
    samples = _samples((0, 1, GOOD), (1, 2, GOOD))
    drawing = samples.drawing(T0, now, step=True, hold_until_ns=now)
    assert (drawing.hold_x.tolist(), drawing.hold_y.tolist()) == ([T0 / S + 1, now / S], [2, 2])
    assert max(drawing.x) == T0 / S + 1  # the line itself ends where the last sample is
    assert not len(samples.drawing(T0, now, step=False, hold_until_ns=now).hold_x)
    samples.end(T0 + 5 * S)
    assert not len(samples.drawing(T0, now, step=True, hold_until_ns=now).hold_x)


@pytest.mark.clause("T5")
def test_a_line_that_ended_begins_again_when_its_value_comes_again_with_its_old_time() -> None:
    samples = _samples((0, 1, GOOD))
    samples.end(T0 + 10 * S)
    samples.add_one(T0, 1, GOOD, T0 + 30 * S)
    drawing = samples.drawing(T0, T0 + 60 * S, step=True, hold_until_ns=T0 + 60 * S)
    assert all(b <= 10 for _, _, b, _ in _segments(drawing))
    assert drawing.hold_x.tolist() == [T0 / S + 30, T0 / S + 60]


def test_an_end_of_what_has_ended_changes_nothing() -> None:
    samples = _samples((0, 1, BAD))
    samples.end(T0 + S)
    assert len(samples) == 1
    Samples().end(T0)


@pytest.mark.clause("T5")
def test_where_samples_are_missing_the_line_ends_with_the_last_one_known() -> None:
    samples = _samples((0, 1, GOOD), (1, 2, GOOD))
    samples.end()
    samples.add_one(T0 + 5 * S, 3, GOOD, T0 + 5 * S)
    drawing = samples.drawing(T0, T0 + 6 * S, step=True)
    assert all(b <= 1 or a >= 5 for a, _, b, _ in _segments(drawing))
    assert samples.total == 3


def test_lines_reach_to_both_edges_of_a_window_between_samples() -> None:
    samples = _samples((0, 0, GOOD), (100, 100, GOOD))
    line = samples.drawing(T0 + 40 * S, T0 + 60 * S, step=False)
    ((left, low, right, high),) = _segments(line)
    assert (left, right) == (39.6, 60.4)
    assert (low, high) == (pytest.approx(39.6), pytest.approx(60.4))
    step = [s for s in _segments(samples.drawing(T0 + 40 * S, T0 + 60 * S, step=True)) if s[0] != s[2]]
    assert step == [(39.6, 0, 60.4, 0)]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(-5, 5), st.sampled_from([GOOD, UNCERTAIN, BAD])), max_size=40)
)
def test_no_line_is_drawn_over_a_bad_sample(rows: list[tuple[int, int, int]]) -> None:
    rows.sort(key=lambda row: row[0])
    for step in (True, False):
        drawing = _samples(*rows).drawing(T0, T0 + 60 * S, step)
        lines = _segments(drawing) + _segments(drawing, "uncertain")
        for i, (second, _, worth) in enumerate(rows[:-1]):
            if worth == BAD and rows[i + 1][0] > second:
                assert not any(a <= second and b >= rows[i + 1][0] and a != b for a, _, b, _ in lines)


# ---- reduction


@pytest.mark.clause("T6")
@settings(max_examples=30, deadline=None)
@given(
    st.integers(p.MAX_POINTS // 2 + 1, 60_000),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.floats(-1000, 1000)), max_size=5),
    st.lists(st.floats(0, 1, exclude_max=True), max_size=5),
    st.booleans(),
)
def test_reduction_keeps_every_peak_where_it_is(
    count: int, peaks: list[tuple[float, float]], bad: list[float], step: bool
) -> None:
    _check_peaks(count, peaks, bad, step)


@pytest.mark.clause("T6")
@pytest.mark.parametrize("step", [True, False])
def test_reduction_by_blocks_keeps_every_peak_too(step: bool) -> None:
    _check_peaks(300_017, [(0.00001, 500), (0.37, -500), (0.99999, 700)], [0.5, 0.500003], step)


def _check_peaks(count: int, peaks: list[tuple[float, float]], bad: list[float], step: bool) -> None:
    values = np.sin(np.arange(count) / 50) * 10
    classes = np.zeros(count, dtype=np.uint8)
    for where, value in peaks:
        values[int(where * count)] = value
    for where in bad:
        classes[int(where * count)] = BAD
    times = T0 + np.arange(count, dtype=np.int64) * (S // 10)
    samples = Samples()
    samples.add(times, values, classes)
    drawing = samples.drawing(T0, int(times[-1]), step)
    assert drawing.samples == count
    assert len(drawing.x) <= p.MAX_POINTS
    assert drawing.reduced == (len(drawing.x) < count)
    shown = np.flatnonzero(drawing.connect)
    low = np.minimum(drawing.y[shown], drawing.y[shown + 1])
    high = np.maximum(drawing.y[shown], drawing.y[shown + 1])
    width = 2.2 * (times[-1] - times[0]) / S / 800
    for where, _ in peaks:
        at = int(where * count)
        if classes[at] == BAD:
            continue
        near = np.abs(drawing.x[shown] - times[at] / S) <= width
        assert (near & (low <= values[at] + 1e-9) & (high >= values[at] - 1e-9)).any(), at


@pytest.mark.clause("T6")
def test_a_stretch_without_samples_holds_its_value_and_does_not_slope() -> None:
    """A burst of samples, an hour of silence, a burst."""
    samples = Samples()
    burst = np.arange(5_000, dtype=np.int64) * (S // 1000)
    ones = np.ones(5_000)
    good = np.zeros(5_000, dtype=np.uint8)
    samples.add(T0 + burst, ones, good)
    samples.add(T0 + 3600 * S + burst, ones * 9, good)
    drawing = samples.drawing(T0, T0 + 3700 * S, step=True)
    long = [line for line in _segments(drawing) if line[2] - line[0] > 100]
    assert [(y, z) for _, y, _, z in long] == [(1, 1)]


@pytest.mark.clause("T6")
def test_a_line_that_moves_along_does_not_shimmer() -> None:
    """Stretches stay where they are while the window moves: their points are the same."""
    samples = _many(50_000)
    span = 4_000 * S
    one = samples.drawing(T0 + 500 * S, T0 + 500 * S + span, step=False)
    other = samples.drawing(T0 + 503 * S + 7, T0 + 503 * S + 7 + span, step=False)
    inner = slice(60, -60)
    ours = set(zip(one.x[inner].tolist(), one.y[inner].tolist(), strict=True))
    theirs = set(zip(other.x[inner].tolist(), other.y[inner].tolist(), strict=True))
    assert len(ours & theirs) > 0.95 * len(ours)


@pytest.mark.clause("T5", "T6")
@pytest.mark.parametrize("step", [True, False])
def test_reduction_leaves_gaps_where_the_source_was_away(step: bool) -> None:
    samples = _many(20_000)
    samples.end()
    later = T0 + 4_000 * S + np.arange(20_000, dtype=np.int64) * (S // 10)
    samples.add(later, np.ones(20_000), np.zeros(20_000, dtype=np.uint8))
    drawing = samples.drawing(T0, int(later[-1]), step)
    assert not [line for line in _segments(drawing) if line[0] < 2_100 and line[2] > 3_900]
    assert len(drawing.ends_x) == 1


def test_marks_of_many_ends_are_thinned_out() -> None:
    samples = Samples()
    count = 20_000
    times = T0 + np.arange(count, dtype=np.int64) * S
    samples.add(times, np.ones(count), np.tile(np.array([GOOD, BAD], dtype=np.uint8), count // 2))
    drawing = samples.drawing(T0, int(times[-1]), step=True)
    assert 100 < len(drawing.ends_x) <= 502
    assert len(drawing.x) <= p.MAX_POINTS


@pytest.mark.clause("T6")
def test_a_million_samples_are_drawn_in_a_moment() -> None:
    samples = _many(1_000_000)
    stop = int(samples.times[-1])
    samples.drawing(T0, stop, step=True)
    start = time.perf_counter()
    for _ in range(5):
        samples.drawing(T0, stop, step=True)
        samples.range_between(T0, stop)
    assert (time.perf_counter() - start) / 5 < 0.02  # 0.4 ms measured; without blocks 10 ms and more


# ---- keeping


def test_memory_is_bounded_and_the_newest_samples_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(p, "CAPACITY", 3_000)
    monkeypatch.setattr(p, "_DROP", 320)
    samples = Samples()
    for start in range(0, 20_000, 700):
        values = np.arange(start, start + 700, dtype=np.float64)
        samples.add(T0 + values.astype(np.int64) * S, values, np.zeros(700, dtype=np.uint8))
        low, high = 0.0, 0.0
        found = samples.range_between(T0, T0 + 10**6 * S)
        assert found is not None
        low, high = found
        assert (low, high) == (samples.values[0], start + 699)
    assert len(samples) <= 3_000
    assert samples.values.tolist() == list(range(int(samples.values[0]), 20_300))
    assert len(samples) > 2_000
    assert samples.total == 20_300
    for second in range(20_300, 25_000):
        samples.add_one(T0 + second * S, second, GOOD, T0)
    assert samples.values[-1] == 24_999
    assert 2_000 < len(samples) <= 3_000
    big = np.arange(9_000, dtype=np.float64)
    samples.add(T0 + 30_000 * S + big.astype(np.int64), big, np.zeros(9_000, dtype=np.uint8))
    assert samples.values.tolist() == list(range(6_000, 9_000))
    assert samples.range_between(T0, T0 + 10**6 * S) == (6_000, 8_999)


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 3)), min_size=1, max_size=30),
    st.integers(1, 5),
)
def test_times_never_fall_and_one_by_one_is_as_many_at_once(rows: list[tuple[int, int]], chunk: int) -> None:
    source = np.array([T0 + second * S for second, _ in rows])
    received = T0 + 100 * S + np.cumsum([late * S for _, late in rows])
    many, single = Samples(), Samples()
    for at in range(0, len(rows), chunk):
        part = slice(at, at + chunk)
        count = len(source[part])
        many.add(source[part], np.ones(count), np.zeros(count, dtype=np.uint8), received[part])
    for when, came in zip(source.tolist(), received.tolist(), strict=True):
        single.add_one(when, 1.0, GOOD, came)
    assert (np.diff(many.times) >= 0).all()
    assert many.times.tolist() == single.times.tolist()


@pytest.mark.clause("T3")
def test_the_value_at_a_time_is_the_last_one_before_it_never_a_later_one() -> None:
    samples = _samples((0, 1, GOOD), (10, 2, UNCERTAIN))
    assert samples.at(T0 - 1) is None
    assert samples.at(T0 + 10 * S - 1) == p.At(T0, 1.0, GOOD)
    assert samples.at(T0 + 10 * S) == p.At(T0 + 10 * S, 2.0, UNCERTAIN)


def test_the_range_of_a_window_has_what_holds_at_its_start_and_nothing_bad() -> None:
    samples = _samples((0, 50, GOOD), (10, 2, GOOD), (11, 999, BAD), (20, 3, UNCERTAIN), (30, 77, GOOD))
    assert samples.range_between(T0 + 5 * S, T0 + 25 * S) == (2, 50)
    assert samples.range_between(T0 - 2, T0 - 1) is None
    assert Samples().range_between(T0, T0 + S) is None


# ---- batches


@pytest.mark.clause("T9")
def test_only_the_samples_of_pens_are_taken() -> None:
    picker = Picker()
    pens = {("a", 7): Samples(), ("a", 2**63 + 5): Samples(), ("b", 7): Samples()}
    picker.set_pens(pens)
    assert picker.take("a", _batch([1, 7, 9, 2**63 + 5, 7], [0, 1.5, 0, True, 2])) == 3
    assert picker.take("c", _batch([7], [1])) == 0
    assert picker.take("b", _batch([1, 8, 2**64 - 1], [1, 1, 1])) == 0
    assert picker.take("b", _batch([7 + 2**16, 7 + 2**32], [1, 1])) == 0  # alike in their last bits
    assert pens["a", 7].values.tolist() == [1.5, 2.0]
    assert pens["a", 2**63 + 5].values.tolist() == [1.0]
    assert not len(pens["b", 7])
    assert pens["a", 7].latest == Sample(2, 192, T0, T0)


@pytest.mark.parametrize("count", [10, 1000])
def test_completions_carry_no_samples(count: int) -> None:
    picker = Picker()
    samples = Samples()
    picker.set_pens({("a", 7): samples})
    kinds = bytes([0, 1, 2, 3, 0] * (count // 5))
    assert picker.take("a", _batch([7] * count, list(range(count)), kinds=kinds)) == count * 3 // 5
    assert len(samples) == count * 3 // 5
    assert samples.latest is not None
    assert samples.latest.value == count - 1


@pytest.mark.parametrize("length", [1, 30])
def test_the_batches_of_a_frame_give_what_they_give_one_by_one(length: int) -> None:
    frame = [
        ("abc"[i % 3], _batch([7, i % 5, 9] * length, [i, float(i), "text"] * length, kinds=bytes([0, 1, 2]) * length))
        for i in range(1, 12)
    ]
    frame.append(("a", _batch([7, 1], [2.5, 0.0])))
    both: list[dict[tuple[str, int], Samples]] = []
    for at_once in (True, False):
        picker, pens = Picker(), {("a", 7): Samples(), ("a", 3): Samples(), ("b", 9): Samples(), ("d", 1): Samples()}
        picker.set_pens(pens)
        count = picker.take_all(frame) if at_once else sum(picker.take(session, batch) for session, batch in frame)
        assert count == sum(samples.total for samples in pens.values()) > 0
        both.append(pens)
    for name, samples in both[0].items():
        other = both[1][name]
        assert samples.values.tolist() == other.values.tolist(), name
        assert samples.times.tolist() == other.times.tolist()
        assert samples.classes.tolist() == other.classes.tolist()
        assert samples.latest == other.latest
    assert both[0]["a", 7].values[-1] == 2.5


@pytest.mark.clause("W1", "T5")
@pytest.mark.parametrize(
    ("quality", "worth"), [(192, GOOD), (195, GOOD), (0x1C0, GOOD), (64, UNCERTAIN), (128, UNCERTAIN), (24, BAD)]
)
@pytest.mark.parametrize("count", [1, 100])
def test_the_worth_of_a_sample_is_its_two_class_bits(quality: int, worth: int, count: int) -> None:
    picker, samples = Picker(), Samples()
    picker.set_pens({("a", 7): samples})
    picker.take("a", _batch([7] * count, [1.0] * count, quality))
    assert samples.classes.tolist() == [worth] * count


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize(
    ("source", "drawn"), [(T0 - 5 * S, T0 - 5 * S), (NO_TIME, T0), (T0 + S, T0 + S), (T0 + 3600 * S, T0)]
)
def test_samples_stand_at_their_source_time_unless_there_is_none_or_it_is_yet_to_come(
    source: int, drawn: int, count: int
) -> None:
    picker, samples = Picker(), Samples()
    picker.set_pens({("a", 7): samples})
    picker.take("a", _batch([7] * count, [1.0] * count, source=source))
    assert set(samples.times.tolist()) == {drawn}


def test_what_is_no_number_is_a_gap_but_is_kept_as_the_latest() -> None:
    picker, samples = Picker(), Samples()
    picker.set_pens({("a", 7): samples})
    picker.take("a", _batch([7, 7, 7, 7], [1, "stopped", math.inf, None]))
    assert samples.classes.tolist() == [GOOD, BAD, BAD, BAD]
    picker.take("a", _batch([7], ["running"]))
    assert samples.latest is not None
    assert samples.latest.value == "running"
    assert math.isnan(number_of(10**400))
    assert math.isnan(number_of(Duration(5)))


def test_ten_pens_cost_little_of_a_batch() -> None:
    picker = Picker()
    picker.set_pens({("a", key): Samples() for key in range(10)})
    batch = _batch(range(1024), array("d", bytes(8 * 1024)))
    picker.take("a", batch)
    best = min(_took(picker, batch) for _ in range(20))
    assert best < 0.001  # 25 µs measured: 24 ns an event


def _took(picker: Picker, batch: EventBatch) -> float:
    start = time.perf_counter()
    picker.take("a", batch)
    return time.perf_counter() - start


@pytest.mark.clause("P2")
@given(st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=80), min_size=1, max_size=8), st.booleans())
def test_of_a_replay_what_goes_back_takes_the_place_of_what_followed(jumps: list[list[int]], one_by_one: bool) -> None:
    samples, plain = Samples(), Samples()
    samples.rewinds = True
    kept: list[tuple[int, float]] = []
    for number, seconds in enumerate(jumps):
        rows = [(T0 + second * S, float(number)) for second in sorted(seconds)]
        for moment, value in rows:
            kept = [row for row in kept if row[0] < moment]
            kept.append((moment, value))
        times = np.array([moment for moment, _ in rows])
        if one_by_one:
            for moment, value in rows:
                samples.add_one(moment, value, GOOD, moment)
        else:
            samples.add(times, np.full(len(rows), float(number)), np.zeros(len(rows), dtype=np.uint8))
    for moment, value in kept:
        plain.add_one(moment, value, GOOD, moment)
    assert list(dict.fromkeys(samples.times.tolist())) == plain.times.tolist()
    whole = T0, T0 + 300 * S
    assert samples.range_between(*whole) == plain.range_between(*whole)
    assert samples.mean_between(*whole, True) == pytest.approx(plain.mean_between(*whole, True))
