"""The commands that wait, and the timer that they share."""

from __future__ import annotations

import asyncio

import pytest

from app.commands import Reply
from app.errors import ErrorCode, GatewayError
from app.workers.pending import PendingCommands
from tests.helpers.clock import ManualClock


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.given_up: list[int] = []
        self.pending = PendingCommands(self.clock, self.given_up.append)

    def told(self, reply: asyncio.Future[Reply]) -> str:
        error = reply.exception()
        assert isinstance(error, GatewayError)
        return f"{error.code}: {error.fault.message}"


@pytest.mark.clause("S7.2")
async def test_each_is_given_up_at_its_own_time_whatever_the_order_they_came_in() -> None:
    desk = Desk()
    late, soon, answered = (
        desk.pending.add(1, "Write", 10),
        desk.pending.add(2, "Ping", 3),
        desk.pending.add(3, "Ping", 1),
    )
    assert desk.clock.timers == 1, "one timer for all"
    assert desk.pending.answer(3, Reply())
    await desk.clock.advance(2.9)
    assert (desk.given_up, answered.result(), soon.done()) == ([], Reply(), False)
    await desk.clock.advance(0.1)
    assert (desk.given_up, desk.told(soon)) == ([2], f"{ErrorCode.TIMEOUT}: no reply to Ping within 3 s")
    assert not desk.pending.answer(2, Reply()), "too late"
    await desk.clock.advance(7)
    assert (desk.given_up, desk.told(late)) == ([2, 1], f"{ErrorCode.TIMEOUT}: no reply to Write within 10 s")
    assert (len(desk.pending), desk.clock.timers) == (0, 0)


async def test_a_shorter_one_is_not_kept_waiting_by_the_longer_one_before_it() -> None:
    desk = Desk()
    desk.pending.add(1, "Write", 60)
    soon = desk.pending.add(2, "Ping", 1)
    await desk.clock.advance(1)
    assert desk.told(soon).startswith(ErrorCode.TIMEOUT)
    desk.pending.fail("over")


async def test_an_answer_that_meets_a_cancellation_goes_nowhere() -> None:
    desk = Desk()
    reply = desk.pending.add(1, "Ping", 3)
    reply.cancel()
    assert not desk.pending.answer(1, Reply())
    assert not desk.pending.forget(1)
    desk.pending.fail("over")


async def test_a_cancelled_one_is_left_to_its_caller_when_its_time_is_over() -> None:
    desk = Desk()
    reply = desk.pending.add(1, "Ping", 3)
    desk.clock.stall(3)
    reply.cancel()
    await desk.clock.advance(0)
    assert desk.given_up == []
    assert desk.pending.forget(1)
    desk.pending.fail("over")


async def test_the_end_of_the_worker_ends_them_all_and_leaves_no_timer() -> None:
    desk = Desk()
    replies = [desk.pending.add(number, "Write", 30) for number in (1, 2)]
    desk.pending.fail("the worker was killed")
    words = f"{ErrorCode.WORKER_UNAVAILABLE}: the worker was killed; the command may have been done"
    assert [desk.told(reply) for reply in replies] == [words, words]
    assert (len(desk.pending), desk.clock.timers) == (0, 0)
