"""The recorder's store as it is read: every sample exactly, extremes against a plain reference, and what is held."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch import Sample
from app.records.history import History, ReadCancelledError, Stretch
from app.records.samples import Line
from app.records.segment import BLOCK, Arrivals, Hole, SegmentWriter, Turn
from app.values import NO_TIME, Duration, Timestamp, Value, quality_class
from tests.helpers.recorded import T0, S, append, at, columns, every, exact, segment

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.floats(),
    st.integers(-(10**6), 10**6).map(lambda number: number / 100),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.just((1, "x", None)),
    st.just(Timestamp(5)),
    st.just(Duration(-3)),
    st.just(b"\x00\xff"),
)
SAMPLES = st.builds(
    Sample,
    VALUES,
    st.sampled_from([192, 216, 64, 0, 8, 128, 193]),
    st.one_of(st.just(NO_TIME), st.integers(T0, T0 + 100), st.integers(T0, T0 + 10 * S)),
    st.integers(T0, T0 + 5 * S),
)
ROWS = st.lists(st.tuples(st.sampled_from(["a", "b"]), SAMPLES), max_size=12)


def write(folder: Path, steps: Sequence[tuple[list[tuple[str, Sample]], str]]) -> None:
    """Commits, each followed by nothing, by sealing, or by the next file."""
    number = 1
    writer = SegmentWriter(segment(folder, number))
    for rows, then in steps:
        append(writer, rows, T0 + 20 * S)
        if then == "seal":
            writer.seal()
        elif then == "roll":
            writer.finish(T0 + 20 * S, "")
            writer.close()
            number += 1
            writer = SegmentWriter(segment(folder, number))
    writer.close()


@given(
    steps=st.lists(st.tuples(ROWS, st.sampled_from(["", "seal", "roll"])), max_size=6),
    start=st.integers(T0 - 5, T0 + 6 * S),
    length=st.integers(1, 10 * S),
    bins=st.integers(1, 20),
    limit=st.integers(1, 30),
    part=st.sampled_from([1, 3, 65_536]),
)
@settings(max_examples=60)
@pytest.mark.clause("K1", "K2")
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[list[tuple[str, Sample]], str]],
    start: int,
    length: int,
    bins: int,
    limit: int,
    part: int,
) -> None:
    folder = tmp_path_factory.mktemp("store")
    with mock.patch("app.records.segment._ARRIVALS", part):
        write(folder, steps)
    history, end = History(folder), start + length
    for tag in ("a", "b", "never"):
        held = sorted((sample for rows, _ in steps for name, sample in rows if name == tag), key=at)
        inside = [sample for sample in held if start <= at(sample) < end]
        found = history.samples("Plant", tag, start, end)
        assert found.next_ns is None
        assert sorted(map(exact, every(found.samples))) == sorted(map(exact, inside))
        times = found.samples.times.tolist()
        assert times == sorted(times)
        _paged(history, tag, start, end, limit, inside)
        _before(history, tag, end, held)
        _binned(history, tag, start, end, bins, inside)
    extents = {(tag.source, tag.tag): tag for tag in history.tags()}
    for tag in ("a", "b"):
        moments = [at(sample) for rows, _ in steps for name, sample in rows if name == tag]
        assert (("Plant", tag) in extents) == bool(moments)
        if moments:
            told = extents["Plant", tag]
            assert (told.first_ns, told.last_ns, told.count) == (min(moments), max(moments), len(moments))


def _paged(history: History, tag: str, start: int, end: int, limit: int, inside: list[Sample]) -> None:
    """Page by page it is the same, and a page is no longer than it must be."""
    gathered: list[Sample] = []
    moment: int | None = start
    while moment is not None:
        found = history.samples("Plant", tag, moment, end, limit)
        page = every(found.samples)
        assert len(page) <= limit or len(set(map(at, page))) == 1
        assert found.next_ns is None or moment < found.next_ns
        gathered += page
        moment = found.next_ns
    assert sorted(map(exact, gathered)) == sorted(map(exact, inside))


def _before(history: History, tag: str, moment: int, held: list[Sample]) -> None:
    found = every(history.before("Plant", tag, moment))
    earlier = [sample for sample in held if at(sample) <= moment]
    assert [at(sample) for sample in found] == [at(sample) for sample in earlier[-1:]]
    if found:
        assert exact(found[0]) in set(map(exact, earlier))


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _binned(history: History, tag: str, start: int, end: int, bins: int, inside: list[Sample]) -> None:
    made = history.bins("Plant", tag, start, end, bins)
    assert len(made) == bins
    assert made.total == len(inside)
    assert (made.edges[0], made.edges[-1]) == (start, end)
    for number in range(bins):
        mine = [sample for sample in inside if made.edges[number] <= at(sample) < made.edges[number + 1]]
        assert made.count[number] == len(mine)
        good = [
            _number(sample.value)
            for sample in mine
            if quality_class(sample.quality).value != "bad" and math.isfinite(_number(sample.value))
        ]
        assert made.bad[number] == len(mine) - len(good)
        if good:
            assert (made.low[number], made.high[number]) == (min(good), max(good))
        else:
            assert math.isnan(made.low[number])
            assert math.isnan(made.high[number])
        if mine:
            moments = [at(sample) for sample in mine]
            assert (made.first_ns[number], made.last_ns[number]) == (min(moments), max(moments))
            lasts = [repr(_number(sample.value)) for sample in mine if at(sample) == max(moments)]
            assert repr(float(made.last[number])) in lasts


def test_blocks_that_lie_in_one_stretch_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SegmentWriter(segment(tmp_path))
    rows = [("a", Sample(float(n), 192, T0 + n, T0 + n)) for n in range(50 * BLOCK)]
    append(writer, rows, T0)
    writer.seal()
    writer.close()
    read: list[int] = []
    real = Line.unpack

    def counted(data: bytes, count: int) -> Line:
        read.append(count)
        return real(data, count)

    monkeypatch.setattr(Line, "unpack", staticmethod(counted))
    made = History(tmp_path).bins("Plant", "a", T0, T0 + 50 * BLOCK, 3)
    assert made.total == 50 * BLOCK
    assert made.high.tolist() == [n - 1 for n in made.edges[1:] - T0]
    assert len(read) == 2, "those alone that two stretches share"


@pytest.mark.clause("K3")
def test_what_is_held_and_what_is_not_is_told_with_the_reason(tmp_path: Path) -> None:
    writer = SegmentWriter(segment(tmp_path))
    a = writer.tag("Plant", "a")
    nothing = Arrivals.joined([])
    writer.commit(nothing, T0 + 10 * S, turns=[Turn(a, T0 + 2 * S, None)])
    hole = Hole("Plant", T0 + 12 * S, T0 + 13 * S, 500, "missed")
    writer.commit(nothing, T0 + 20 * S, turns=[Turn(a, T0 + 15 * S, "lost"), Turn(a, T0 + 18 * S, None)], holes=[hole])
    writer.commit(nothing, T0 + 25 * S, holes=[Hole("Other", T0 + 21 * S, T0 + 22 * S, 5, "missed")])
    writer.finish(T0 + 25 * S, "")
    writer.close()
    writer = SegmentWriter(segment(tmp_path, 2))
    a = writer.tag("Plant", "a")
    writer.commit(nothing, T0 + 30 * S, turns=[Turn(a, T0 + 25 * S, None)])
    history = History(tmp_path)
    assert history.held("Plant", "a", T0, T0 + 40 * S) == [
        Stretch(T0, T0 + 2 * S, False, "not recorded"),
        Stretch(T0 + 2 * S, T0 + 12 * S, True),
        Stretch(T0 + 12 * S, T0 + 13 * S, False, "missed", 500),
        Stretch(T0 + 13 * S, T0 + 15 * S, True),
        Stretch(T0 + 15 * S, T0 + 18 * S, False, "lost"),
        Stretch(T0 + 18 * S, T0 + 30 * S, True),
        Stretch(T0 + 30 * S, T0 + 40 * S, False, "not yet"),
    ]
    assert history.held("Plant", "a", T0 + 3 * S, T0 + 4 * S) == [Stretch(T0 + 3 * S, T0 + 4 * S, True)]
    assert history.held("Plant", "b", T0, T0 + S) == [Stretch(T0, T0 + S, False, "not recorded")]
    assert history.statistics().missed == 505
    writer.finish(T0 + 31 * S, "ended")
    writer.close()
    assert history.held("Plant", "a", T0 + 30 * S, T0 + 40 * S) == [
        Stretch(T0 + 30 * S, T0 + 31 * S, True),
        Stretch(T0 + 31 * S, T0 + 40 * S, False, "ended"),
    ]


def test_a_store_that_is_not_there_is_empty(tmp_path: Path) -> None:
    history = History(tmp_path / "none")
    assert history.tags() == []
    assert history.samples("a", "b", 0, 1).samples.times.tolist() == []
    assert len(history.before("a", "b", 1)) == 0
    assert history.bins("a", "b", 0, 10, 5).total == 0
    assert history.held("a", "b", 0, 10) == [Stretch(0, 10, False, "not recorded")]
    assert history.statistics().files == 0
    with pytest.raises(ValueError, match="0 bins from 0 to 10"):
        history.bins("a", "b", 0, 10, 0)
    with pytest.raises(ValueError, match="5 bins from 10 to 10"):
        history.bins("a", "b", 10, 10, 5)


def two_files(folder: Path) -> tuple[Path, Path]:
    paths = segment(folder, 1), segment(folder, 2)
    for number, path in enumerate(paths):
        writer = SegmentWriter(path)
        append(writer, [("a", Sample(float(number), 192, T0 + number, T0 + number))], T0)
        writer.finish(T0, "")
        writer.close()
    return paths


@pytest.mark.clause("K9")
def test_a_damaged_file_costs_itself_alone_and_is_told(tmp_path: Path) -> None:
    first, _ = two_files(tmp_path)
    first.write_bytes(b"this is no database" * 100)
    history = History(tmp_path)
    assert every(history.samples("Plant", "a", T0, T0 + S).samples) == [Sample(1.0, 192, T0 + 1, T0 + 1)]
    (told,) = history.statistics().troubles
    assert first.name in told
    assert "damaged" in told


@pytest.mark.clause("K9")
def test_a_block_that_is_not_as_it_was_written_is_found(tmp_path: Path) -> None:
    first, _ = two_files(tmp_path)
    database = sqlite3.connect(first)
    (data,) = database.execute("SELECT data FROM blocks").fetchone()
    database.execute("UPDATE blocks SET data = ?", (data[:-5] + b"\x01" + data[-4:],))
    database.commit()
    database.close()
    history = History(tmp_path)
    assert [sample.value for sample in every(history.samples("Plant", "a", T0, T0 + S).samples)] == [1.0]
    assert "block 1 is not as it was written" in history.statistics().troubles[0]


def test_a_reader_follows_a_writer(tmp_path: Path) -> None:
    writer = SegmentWriter(segment(tmp_path))
    history = History(tmp_path)
    written: list[Sample] = []
    for number in range(12):
        sample = Sample(float(number), 192, T0 + number, T0 + number)
        written.append(sample)
        append(writer, [("a", sample)], T0)
        assert every(history.samples("Plant", "a", T0, T0 + S).samples) == written
        if number % 5 == 4:
            writer.seal()
            assert every(history.samples("Plant", "a", T0, T0 + S).samples) == written
    writer.close()


def test_nobody_waits_for_an_answer_that_is_not_wanted(tmp_path: Path) -> None:
    two_files(tmp_path)
    history = History(tmp_path)
    for read in (
        lambda: history.samples("Plant", "a", T0, T0 + S, cancelled=lambda: True),
        lambda: history.bins("Plant", "a", T0, T0 + S, 10, cancelled=lambda: True),
    ):
        with pytest.raises(ReadCancelledError):
            read()


def test_columns_keep_what_they_are_given() -> None:
    samples = columns([Sample(2**70, 192, NO_TIME, T0), Sample("x", 0, T0 + 5 * S, T0), Sample(True, 192, T0, T0)])
    assert samples.times.tolist() == [T0, T0, T0]
    assert every(samples.in_order()) == every(samples)
    assert samples.reals[0] == float(2**70)
