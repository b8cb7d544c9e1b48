"""Batches that wait: in order, bounded, with every hole told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ProtocolViolation
from app.workers.inbox import Inbox, InboxStatistics
from tests.helpers.far_side import batch, sequences


def inbox(limit: int = 100) -> tuple[Inbox, list[tuple[int, int]]]:
    gaps: list[tuple[int, int]] = []
    return Inbox(limit, lambda expected, got: gaps.append((expected, got))), gaps


def test_everything_is_taken_once_and_in_order() -> None:
    box, gaps = inbox()
    box.put(batch(1, 2))
    box.put(batch(3))
    assert len(box) == 2
    assert sequences(box.take()) == [1, 2, 3]
    assert box.take() == []
    assert gaps == []


@pytest.mark.clause("S11.4")
def test_a_stream_that_does_not_start_with_1_has_a_gap() -> None:
    box, gaps = inbox()
    box.put(batch(4))
    assert gaps == [(1, 4)]


@pytest.mark.clause("S11.4")
@pytest.mark.parametrize("first", [1, 5])
def test_what_came_before_cannot_come_again(first: int) -> None:
    box, _ = inbox()
    box.put(batch(1, 5))
    with pytest.raises(ProtocolViolation, match=f"event {first} came after event 5"):
        box.put(batch(first))


def test_the_newest_batch_stays_even_if_it_is_larger_than_the_limit() -> None:
    box, _ = inbox(limit=3)
    box.put(batch(1))
    box.put(batch(2, 10))
    assert box.statistics() == InboxStatistics(1, 10, 10, 11, 1, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.booleans()), max_size=40), st.integers(1, 30))
def test_every_event_is_taken_dropped_or_told_missing(steps: list[tuple[int, int, bool]], limit: int) -> None:
    box, gaps = inbox(limit)
    taken, following = 0, 1
    for hole, count, take in steps:
        box.put(batch(following + hole, count))
        following += hole + count
        assert box.statistics().queued <= max(limit, count)
        if take:
            taken += len(sequences(box.take()))
    found = box.statistics()
    assert taken + found.queued + found.dropped == found.received
    assert found.received + found.missing == following - 1
    assert found.missing == sum(got - expected for expected, got in gaps)
    assert found.gaps == len(gaps)
