"""The newest value of each item: the same whether events come one by one, in batches, or in any order of both."""

from __future__ import annotations

import subprocess
import sys
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batch import Event, EventBatch, Sample
from app.sessions.latest import LatestValues
from app.values import EventKind, Value, item_key
from tests.helpers.batches import batch, mixed

_KEYS = [item_key(server, handle) for server in (1, 2) for handle in (1, 2, 3, 200)] + [item_key(1, 2**32 - 1)]
_STRANGERS = [item_key(1, 4), item_key(1, 100_000), item_key(9, 1)]

values: st.SearchStrategy[Value] = st.one_of(st.floats(allow_nan=False), st.integers(), st.text(), st.none())
events = st.tuples(st.sampled_from(EventKind), st.sampled_from(_KEYS + _STRANGERS), values)


def latest_of(*keys: int) -> LatestValues:
    latest = LatestValues()
    for key in keys:
        latest.add(key)
    return latest


def strangers_of(latest: LatestValues, *batches: EventBatch) -> list[int]:
    return [i for _, strangers in latest.apply(batches) for i in strangers]


@pytest.mark.clause("S8.3")
@given(st.lists(st.lists(events, min_size=1, max_size=80), max_size=6), st.sets(st.integers(0, 5)), st.integers(1, 4))
def test_what_counts_is_the_newest_data_change(
    drawn: list[list[tuple[EventKind, int, Value]]], reals: set[int], together: int
) -> None:
    """However many batches come together."""
    latest, expected, number = latest_of(*_KEYS), dict[int, Event](), 1
    batches: list[EventBatch] = []
    strangers: list[list[int]] = []
    for place, entries in enumerate(drawn):
        columns = [(kind, key, float(i) if place in reals else value) for i, (kind, key, value) in enumerate(entries)]
        made = mixed(number, *columns)
        if place in reals:
            made.values = array("d", made.values)  # type: ignore[arg-type]
        number += len(made)
        batches.append(made)
        strangers.append([i for i, (kind, key, _) in enumerate(entries) if kind <= 1 and key in _STRANGERS])
        expected |= {event.key: event for event in made if event.kind <= 1}
    for start in range(0, len(batches), together):
        told = latest.apply(batches[start : start + together])
        wanted_of = zip(batches, strangers, strict=True)
        assert told == [each for each in list(wanted_of)[start : start + together] if each[1]]
    for key in _KEYS:
        event = expected.get(key)
        assert latest.sequence(key) == (0 if event is None else event.sequence)
        wanted = event and Sample(event.value, event.quality, event.source_time, event.worker_time)
        assert latest.sample(key) == wanted
        assert event is None or type(latest.sample(key).value) is type(event.value)  # type: ignore[union-attr]


@pytest.mark.clause("S8.3")
def test_each_column_of_a_batch_of_many_is_kept() -> None:
    keys = [item_key(1, handle) for handle in range(1, 1001)]
    latest = latest_of(*keys)
    numbers = range(1000)
    assert strangers_of(
        latest,
        EventBatch(
            7,
            array("Q", keys),
            array("d", [i / 4 for i in numbers]),
            array("i", [i % 256 for i in numbers]),
            array("q", [1_000 + i for i in numbers]),
            array("q", [2_000 + i for i in numbers]),
        ),
    ) == []  # fmt: skip
    for i in (0, 1, 500, 999):
        assert latest.sample(keys[i]) == Sample(i / 4, i % 256, 1_000 + i, 2_000 + i)
        assert latest.sequence(keys[i]) == 7 + i


def test_a_place_that_is_taken_again_knows_nothing_of_who_had_it() -> None:
    latest = latest_of(item_key(1, 1))
    latest.apply([batch(1, 50)])
    latest.remove(item_key(1, 1))
    latest.add(item_key(1, 2))
    assert (latest.sample(item_key(1, 2)), latest.sequence(item_key(1, 2)), len(latest)) == (None, 0, 1)
    assert strangers_of(latest, batch(51, 50)) == list(range(50)), "the item that was removed is a stranger"
    latest.remove(item_key(1, 1))
    assert latest.sample(item_key(1, 2)) is None


def test_items_may_come_and_go_between_batches_of_many() -> None:
    latest, keys, number = LatestValues(), list[int](), 1
    for step in range(1, 400, 7):
        keys += [item_key(1 + step % 3, handle) for handle in range(step, step + 7)]
        for key in keys[-7:]:
            latest.add(key)
        if step % 5 == 0:
            latest.remove(keys.pop(0))
        for server in (1, 2, 3):
            mine = [key for key in keys if key >> 32 == server] * 3
            if mine:
                count = len(mine)
                times = array("q", [number]) * count
                good = array("i", [192]) * count
                made = EventBatch(number, array("Q", mine), array("d", range(count)), good, times, times)
                assert strangers_of(latest, made) == []
                number += count
    assert all(latest.sequence(key) for key in keys)
    assert len(latest) == len(keys)


def test_a_server_that_is_forgotten_and_comes_again() -> None:
    latest = latest_of(item_key(1, 1))
    latest.apply([batch(1, 50)])
    latest.remove(item_key(1, 1))
    latest.forget_server(1)
    assert strangers_of(latest, batch(51, 50)) == list(range(50))
    latest.add(item_key(1, 1))
    assert strangers_of(latest, batch(101, 50)) == []
    assert latest.sequence(item_key(1, 1)) == 150


def test_numpy_is_not_loaded_for_a_few_tags() -> None:
    program = (
        "import sys; import app.watch; from app.sessions.latest import LatestValues; "
        "from tests.helpers.batches import batch; latest = LatestValues(); latest.add(1 << 32 | 1); "
        "latest.apply([batch(1, 5)]); assert 'numpy' not in sys.modules; "
        "latest.apply([batch(6, 500)]); assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
