"""The outbox: batches, bounds, coalescing, and an account that always balances."""

from __future__ import annotations

import asyncio
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batch import EventBatch
from app.values import EventKind
from app.worker.outbox import Outbox
from tests.helpers.clock import ManualClock

DATA, DONE = EventKind.DATA_CHANGE, EventKind.WRITE_COMPLETE


class Out:
    """An outbox and what it sent."""

    def __init__(self, *, batch_limit: int = 4, backlog_limit: int = 8) -> None:
        self.clock = ManualClock()
        self.sent: list[EventBatch] = []
        self.box = Outbox(
            self.clock, self.sent.append, batch_limit=batch_limit, batch_delay_s=0.005, backlog_limit=backlog_limit
        )

    def data(self, key: int, value: float) -> None:
        self.box.add(DATA, key, value, 192, 1, 2)

    def columns(self, *keys: int) -> None:
        count = len(keys)
        times = array("q", [1]) * count
        self.box.add_columns(array("Q", keys), array("d", range(count)), array("i", [192]) * count, times, times)

    def values(self) -> list[tuple[int, object]]:
        return [(event.key, event.value) for batch in self.sent for event in batch]

    def check(self) -> None:
        figures = self.box.statistics()
        assert figures.received == figures.sent + figures.coalesced + figures.queued


@pytest.mark.clause("S11.4")
async def test_events_wait_a_little_for_company() -> None:
    out = Out()
    out.data(1, 1.0)
    out.data(2, 2.0)
    assert out.sent == []
    await out.clock.advance(0.004)
    assert out.sent == []
    await out.clock.advance(0.002)
    (batch,) = out.sent
    assert (batch.first_sequence, len(batch)) == (1, 2)
    assert out.clock.timers == 0


@pytest.mark.clause("S11.4")
async def test_a_full_batch_does_not_wait() -> None:
    out = Out()
    for number in range(9):
        out.data(number, 0.0)
    assert [len(batch) for batch in out.sent] == [4, 4]
    await out.clock.advance(0.01)
    assert [(batch.first_sequence, len(batch)) for batch in out.sent] == [(1, 4), (5, 4), (9, 1)]


@pytest.mark.clause("S11.4")
async def test_long_columns_are_cut_and_numbered() -> None:
    out = Out()
    out.data(9, 1.0)
    out.columns(*range(10))
    await out.clock.advance(0.01)
    assert [(batch.first_sequence, len(batch)) for batch in out.sent] == [(1, 1), (2, 4), (6, 4), (10, 2)]
    assert [key for key, _ in out.values()] == [9, *range(10)]


@pytest.mark.clause("S11.7")
async def test_nobody_reads_newest_wins_and_is_counted() -> None:
    out = Out(backlog_limit=8)
    out.box.pause()
    for round_ in range(10):
        for key in (1, 2, 3):
            out.data(key, float(round_))
        out.check()
    assert out.box.statistics().queued == 3
    out.box.resume()
    assert sorted(out.values()) == [(1, 9.0), (2, 9.0), (3, 9.0)]
    assert [batch.details[i].coalesced for batch in out.sent for i in range(len(batch))] == [9, 9, 9]
    assert sum(batch.coalesced for batch in out.sent) == out.box.statistics().coalesced == 27
    out.check()


@pytest.mark.clause("S11.7")
async def test_columns_coalesce_too() -> None:
    out = Out(backlog_limit=8)
    out.box.pause()
    for _ in range(5):
        out.columns(1, 2, 3, 4)
    assert out.box.statistics().queued == 4
    out.check()
    out.box.resume()
    assert [key for key, _ in out.values()] == [1, 2, 3, 4]


@pytest.mark.clause("S11.7")
async def test_completions_are_never_dropped_and_keep_their_place() -> None:
    out = Out(backlog_limit=4)
    out.box.pause()
    for number in range(6):
        out.data(1, float(number))
        out.box.add(DONE, 1, None, 0, 0, 0)
        out.data(1, number + 0.5)
    out.box.resume()
    kinds = [event.kind for batch in out.sent for event in batch]
    assert kinds.count(DONE) == 6
    last = [event for batch in out.sent for event in batch][-1]
    assert (last.kind, last.value) == (DATA, 5.5), "what came after a completion stays after it"
    out.check()


@pytest.mark.clause("S11.7")
async def test_it_counts_as_usual_again_once_it_is_empty() -> None:
    out = Out(backlog_limit=4)
    out.box.pause()
    for number in range(9):
        out.data(1, float(number))
    out.box.resume()
    out.data(1, 1.0)
    out.data(1, 2.0)
    await out.clock.advance(0.01)
    assert [value for _, value in out.values()] == [8.0, 1.0, 2.0]
    sequences = [event.sequence for batch in out.sent for event in batch]
    assert sequences == [1, 2, 3]


async def test_room_waits_for_the_pipe() -> None:
    out = Out()
    await out.box.room()
    out.box.pause()
    waiting = asyncio.ensure_future(out.box.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    out.box.resume()
    await waiting
    out.box.close()
    assert out.clock.timers == 0


@pytest.mark.clause("S11.7", "S11.4")
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("data"), st.integers(1, 4)),
            st.tuples(st.just("columns"), st.integers(1, 12)),
            st.tuples(st.just("done"), st.integers(1, 4)),
            st.tuples(st.sampled_from(["pause", "resume"]), st.just(0)),
        ),
        max_size=60,
    )
)
def test_the_account_always_balances(steps: list[tuple[str, int]]) -> None:
    async def run() -> None:
        out = Out(batch_limit=3, backlog_limit=7)
        completions = 0
        newest: dict[int, float] = {}
        for value, (what, number) in enumerate(steps):
            match what:
                case "data":
                    out.data(number, float(value))
                    newest[number] = float(value)
                case "columns":
                    out.columns(*(1 + i % 4 for i in range(number)))
                    newest.update((1 + i % 4, float(i)) for i in range(number))
                case "done":
                    out.box.add(DONE, number, None, 0, 0, 0)
                    completions += 1
                case "pause":
                    out.box.pause()
                case _:
                    out.box.resume()
            out.check()
            assert out.box.statistics().queued <= 7 + 4 + completions + 12
        out.box.resume()
        await out.clock.advance(1)
        events = [event for batch in out.sent for event in batch]
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert sum(event.kind is DONE for event in events) == completions
        shown = {event.key: event.value for event in events if event.kind is DATA}
        assert shown == newest, "the newest value of every item arrives"
        assert out.box.statistics().queued == 0

    asyncio.run(run())
