"""Tasks that are not lost, joins that wait, deadlines that say what they waited for."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest

from app import tasks
from app.tasks import Budget, SystemClock, deadline, join, spawn
from tests.helpers.clock import ManualClock, settle


async def fail() -> None:
    raise LookupError("went wrong")


# ---- spawn ---------------------------------------------------------------------


async def test_a_spawned_task_is_kept_alive_and_known_by_name() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    ended: list[str] = []

    async def work() -> None:
        await gate
        ended.append("done")

    spawn(work(), name="pump 7")
    assert tasks.running() == ["pump 7"]
    await settle()
    gc.collect()
    gate.set_result(None)
    await settle()
    assert ended == ["done"]
    assert tasks.running() == []


async def test_a_failure_is_logged_where_nobody_else_hears_it(caplog: pytest.LogCaptureFixture) -> None:
    task = spawn(fail(), name="pump 8")
    await settle()
    assert "task pump 8 failed" in caplog.text
    assert "LookupError: went wrong" in caplog.text
    with pytest.raises(LookupError):
        await task
    assert tasks.running() == []


async def test_a_failure_goes_to_who_asked_for_it(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[BaseException] = []
    spawn(fail(), name="pump", on_failure=heard.append)
    await settle()
    assert [str(error) for error in heard] == ["went wrong"]
    assert caplog.text == ""


async def test_a_cancelled_task_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[BaseException] = []
    task = spawn(asyncio.sleep(60), name="pump", on_failure=heard.append)
    task.cancel()
    await settle()
    assert (heard, caplog.text, tasks.running()) == ([], "", [])


# ---- join ----------------------------------------------------------------------


async def test_join_waits_until_each_has_ended_and_raises_nothing() -> None:
    order: list[str] = []
    gate = asyncio.Event()

    async def slow_to_stop() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await gate.wait()
            order.append("stopped")

    heard: list[BaseException] = []
    stopping, failing = spawn(slow_to_stop(), name="slow"), spawn(fail(), name="bad", on_failure=heard.append)
    await settle()
    joining = spawn(join(stopping, None, failing), name="join")
    await settle()
    assert not joining.done()
    gate.set()
    await joining
    assert order == ["stopped"]
    assert len(heard) == 1


async def test_join_can_wait_without_cancelling() -> None:
    gate = asyncio.Event()
    task = spawn(gate.wait(), name="waits")
    joining = spawn(join(task, cancel=False), name="join")
    await settle()
    assert not joining.done()
    gate.set()
    await joining
    assert not task.cancelled()


async def test_a_cancelled_join_still_waits_and_then_raises() -> None:
    gate = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            while not gate.is_set():
                try:
                    await gate.wait()
                except asyncio.CancelledError:
                    continue

    task = spawn(stubborn(), name="stubborn")
    await settle()
    joining = spawn(join(task), name="join")
    await settle()
    joining.cancel()
    await settle()
    assert not joining.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await joining
    assert task.done()


async def test_join_leaves_out_the_task_that_calls_it() -> None:
    async def scene() -> str:
        await join(asyncio.current_task())
        return "alive"

    assert await spawn(scene(), name="itself") == "alive"


# ---- time ----------------------------------------------------------------------


async def test_a_deadline_says_what_it_waited_for() -> None:
    clock = ManualClock()

    async def work() -> None:
        async with deadline(clock, 2.5, "the answer of worker 7"):
            await asyncio.sleep(60)

    task = spawn(work(), name="work", on_failure=lambda error: None)
    await clock.advance(2.4)
    assert not task.done()
    await clock.advance(0.2)
    with pytest.raises(TimeoutError, match=r"the answer of worker 7 took longer than 2\.5 s"):
        await task
    assert clock.timers == 0


async def test_a_deadline_that_is_kept_leaves_no_timer() -> None:
    clock = ManualClock()
    async with deadline(clock, 1.0, "nothing"):
        assert clock.timers == 1
    assert clock.timers == 0
    with pytest.raises(LookupError):
        async with deadline(clock, 1.0, "nothing"):
            await fail()
    assert clock.timers == 0
    await clock.advance(5)


async def test_a_timeout_from_inside_keeps_its_own_words() -> None:
    with pytest.raises(TimeoutError, match=r"^the disk is slow$"):
        async with deadline(ManualClock(), 1.0, "everything"):
            raise TimeoutError("the disk is slow")


async def test_a_cancellation_from_outside_is_no_timeout() -> None:
    clock = ManualClock()

    async def work() -> None:
        async with deadline(clock, 1.0, "everything"):
            await asyncio.sleep(60)

    task = spawn(work(), name="work")
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.timers == 0


async def test_a_budget_is_shared_by_several_steps() -> None:
    clock = ManualClock()
    budget = Budget(clock, 3.0)
    assert budget.remaining_s == 3.0
    await clock.advance(2.0)
    assert budget.remaining_s == 1.0
    await clock.advance(2.0)
    assert budget.remaining_s == 0.0


async def test_the_system_clock_runs_on_the_loop() -> None:
    clock = SystemClock()
    fired: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    before = clock.monotonic()
    clock.call_later(0.001, fired.set_result, "fired")
    clock.call_later(60, fired.set_result, "too late").cancel()
    assert await fired == "fired"
    await clock.sleep(0.001)
    assert clock.monotonic() > before
    assert abs(clock.utc_ns() - time.time_ns()) < 5 * 10**9
