"""The replay buffer, against a plain list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import GatewayError
from app.events.replay import ReplayBuffer
from tests.helpers.batches import batch, sequences
from tests.helpers.clock import ManualClock


@pytest.mark.clause("S4.5")
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20), capacity=st.integers(0, 30), data=st.data())
def test_it_keeps_the_newest_and_tells_what_it_lost(sizes: list[int], capacity: int, data: st.DataObject) -> None:
    buffer = ReplayBuffer(ManualClock(), capacity, 0)
    newest = 0
    for size in sizes:
        buffer.append(batch(newest + 1, size))
        newest += size
    kept = list(range(max(1, newest - capacity + 1), newest + 1)) if capacity else []
    after = data.draw(st.integers(1, newest))
    gap, replayed = buffer.after(after)
    assert sequences(replayed) == [sequence for sequence in kept if sequence > after]
    complete = all(sequence in kept for sequence in range(after + 1, newest + 1))
    assert (gap is None) == complete
    if gap is not None:
        assert gap.requested == after
        assert gap.oldest_available == (kept[0] if kept else 0)
    assert buffer.statistics().events == len(kept)


def test_a_sequence_that_is_not_yet_is_refused() -> None:
    buffer = ReplayBuffer(ManualClock(), 10, 0)
    buffer.append(batch(1, 3))
    with pytest.raises(GatewayError, match="newest event of this session is 3"):
        buffer.after(4)


@pytest.mark.clause("S4.5")
async def test_age_counts_from_the_arrival() -> None:
    clock = ManualClock()
    buffer = ReplayBuffer(clock, 10, 5)
    buffer.append(batch(1, 2))
    await clock.advance(4)
    buffer.append(batch(3, 1))
    await clock.advance(2)
    gap, kept = buffer.after(1)
    assert sequences(kept) == [3]
    assert gap is not None
    assert gap.oldest_available == 3
