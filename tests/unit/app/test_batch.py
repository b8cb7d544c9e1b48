"""Batches: columns that slice and read like the events they were made of."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch import NO_DETAIL, Detail, Event, EventBatch, Sample
from app.values import NO_TIME, EventKind, Status, item_key
from tests.helpers import strategies


def events(count: int = 5, first: int = 10) -> list[Event]:
    """Data changes, but the third is a completed write with a detail."""
    made = [
        Event(first + i, EventKind.DATA_CHANGE, item_key(1, i + 1), i * 1.5, 192, 100 + i, 200 + i)
        for i in range(count)
    ]
    if count > 2:
        detail = Detail((Status(0),), 5, coalesced=4)
        made[2] = Event(first + 2, EventKind.WRITE_COMPLETE, item_key(1, 3), None, 0, NO_TIME, 202, detail)
    return made


@settings(deadline=None, max_examples=50)
@given(strategies.batches())
def test_a_batch_of_its_own_events_is_the_same(batch: EventBatch) -> None:
    wanted = list(batch)
    assert [event.sequence for event in wanted] == list(range(batch.first_sequence, batch.last_sequence + 1))
    again = EventBatch.of(wanted)
    # A detail that says nothing, and kinds that are data changes all, are not kept.
    assert [strategies.exactly(event) for event in again] == [strategies.exactly(event) for event in wanted]
    assert again.coalesced == sum(event.detail.coalesced for event in wanted)


@settings(deadline=None, max_examples=50)
@given(strategies.batches(), st.integers(-2, 10))
def test_slices_hold_the_right_events(batch: EventBatch, offset: int) -> None:
    wanted = [strategies.exactly(event) for event in batch]
    after = batch.after(batch.first_sequence + offset)
    assert [strategies.exactly(event) for event in after] == wanted[max(0, offset + 1) :]
    first = batch.first(max(0, offset))
    assert [strategies.exactly(event) for event in first] == wanted[: max(0, offset)]
    for part in (after, first):
        assert part.coalesced == sum(detail.coalesced for detail in part.details.values())
        assert len(part) == len(list(part))


@pytest.mark.clause("S4.6")
def test_after_gives_what_is_newer() -> None:
    batch = EventBatch.of(events())
    assert batch.after(0) is batch
    assert batch.after(9) is batch
    assert [event.sequence for event in batch.after(11)] == [12, 13, 14]
    assert batch.after(11).details.keys() == {0}
    assert batch.after(11).coalesced == 4
    assert len(batch.after(14)) == 0
    assert len(batch.after(99)) == 0
    assert batch.after(12).coalesced == 0


def test_first_gives_the_beginning() -> None:
    batch = EventBatch.of(events())
    assert batch.first(5) is batch
    assert batch.first(99) is batch
    assert [event.sequence for event in batch.first(3)] == [10, 11, 12]
    assert batch.first(3).kinds == bytes([0, 0, 2])
    assert batch.first(2).coalesced == 0


@pytest.mark.clause("S11.4")
def test_a_batch_has_no_gap_inside() -> None:
    made = events()
    batch = EventBatch.of(made)
    assert (batch.first_sequence, batch.last_sequence, len(batch)) == (10, 14, 5)
    assert list(batch) == made
    with pytest.raises(ValueError, match="event 1 has sequence 12, expected 11"):
        EventBatch.of([made[0], made[2]])
    with pytest.raises(ValueError, match="at least one event"):
        EventBatch.of([])


def test_data_changes_need_no_kinds() -> None:
    batch = EventBatch.of(events(2))
    assert batch.kinds == b""
    assert batch.kind(1) is EventKind.DATA_CHANGE
    assert batch.details == {}
    assert batch.event(1).detail is NO_DETAIL


def test_samples_are_tuples_in_the_order_of_a_sample() -> None:
    batch = EventBatch.of(events(3))
    assert [Sample(*sample) for sample in batch.samples()] == [
        Sample(0.0, 192, 100, 200),
        Sample(1.5, 192, 101, 201),
        Sample(None, 0, NO_TIME, 202),
    ]
    uneven = EventBatch(1, array("Q", [1, 2]), [1.0], [192, 192], [0, 0], [0, 0])
    with pytest.raises(ValueError, match=r"zip\(\)"):
        list(uneven.samples())


def test_an_event_knows_its_handles() -> None:
    event = Event(1, EventKind.DATA_CHANGE, item_key(7, 4_000_000_000), 1, 192, 0, 0)
    assert (event.server_handle, event.item_handle) == (7, 4_000_000_000)
