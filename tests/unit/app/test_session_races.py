"""Races of a session, steered by gates and a clock: each order is the one the test chose."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app import commands as c
from app import tasks
from app.config import OverflowPolicy, RestartPolicy
from app.errors import ErrorCode, GatewayError
from app.events.notices import NoticeKind
from app.sessions.state import SessionState
from app.workers.contract import StartStep
from tests.helpers.batches import sequences
from tests.helpers.clock import settle
from tests.helpers.sessions import Desk, House
from tests.helpers.worker import SteeredClient, falls_when_heard

S = SessionState
RESTARTING: dict[str, Any] = {"restart": RestartPolicy.ON_FAULT}


@pytest.mark.clause("S10.1", "S10.2")
async def test_kill_and_close_together_count_once() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.close()
    closing = asyncio.ensure_future(session.close("slow"))
    await settle()
    assert session.state is S.CLOSING
    killing = asyncio.ensure_future(session.kill())
    already = await asyncio.gather(closing, killing)
    assert sorted(already) == [False, True]
    assert (desk.closed(), desk.open_gauge()) == (1, 0)


@pytest.mark.clause("S10.1")
async def test_many_closes_at_once_ask_the_worker_once() -> None:
    desk = Desk()
    session = await desk.ready()
    results = await asyncio.gather(*(session.close() for _ in range(8)))
    assert results.count(False) == 1
    assert [call for call in desk.client.calls if call.startswith("shutdown")] == ["shutdown closed"]


@pytest.mark.clause("S10.3")
async def test_dispose_waits_for_a_close_in_flight() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.close()
    closing = asyncio.ensure_future(session.close())
    await settle()
    disposing = asyncio.ensure_future(session.dispose())
    await settle()
    assert not disposing.done()
    desk.client.shutdown_gate.open()
    await asyncio.gather(closing, disposing)
    assert desk.closed() == 1


@pytest.mark.clause("S10.1")
async def test_a_close_whose_caller_is_cancelled_finishes() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.close()
    closing = asyncio.ensure_future(session.close())
    await settle()
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    desk.client.shutdown_gate.open()
    await settle()
    assert session.state is S.CLOSED
    assert desk.client.gone


@pytest.mark.clause("S6.3")
async def test_an_attach_that_races_the_sweep_wins() -> None:
    house = House(lease_s=10.0, detach_grace_s=0.0)
    session = await house.open()
    # The gate is held, so the closer has looked and waits: what it saw may no longer be so.
    await session._gate._lock.acquire()
    await house.clock.advance(11)
    closer = asyncio.ensure_future(session.close_if_expired())
    await settle()
    lease = session.attach()
    session._gate._lock.release()
    assert await closer is False
    assert session.state is S.READY
    lease.close()
    await house.manager.close_all(1)


@pytest.mark.clause("S5.3")
async def test_two_attaches_for_the_last_place() -> None:
    desk = Desk(subscribers=1)
    session = await desk.ready()

    async def attach() -> Any:
        await asyncio.sleep(0)
        return session.attach()

    results = await asyncio.gather(attach(), attach(), return_exceptions=True)
    assert sum(isinstance(result, GatewayError) for result in results) == 1
    assert session.subscribers == 1
    await session.close()


@pytest.mark.clause("S2.3", "S10.1")
async def test_a_fault_during_a_close_does_not_walk_it_back() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.close()
    closing = asyncio.ensure_future(session.close())
    await settle()
    desk.client.fault(message="it crashed while closing")
    desk.client.shutdown_gate.open()
    await closing
    assert session.state is S.CLOSED
    assert desk.closed() == 1


@pytest.mark.clause("S7.1", "S10.1")
async def test_a_command_in_flight_when_the_session_closes_is_answered() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.invoke_gate.close()
    command = asyncio.ensure_future(session.invoke(c.Ping()))
    await settle()
    await session.close()
    desk.client.invoke_gate.open()
    with pytest.raises(GatewayError, match="gone"):
        await command


@pytest.mark.clause("S3.4")
async def test_a_close_while_the_mirror_attaches_orphans_nothing() -> None:
    desk = Desk()
    session = desk.session
    attach = session._distributor.attach

    def closed_meanwhile(**options: Any) -> Any:
        lease = attach(**options)
        session._transition(S.CLOSING)
        return lease

    session._distributor.attach = closed_meanwhile  # type: ignore[method-assign]
    await session.start()
    assert session.statistics().distributor.subscribers == ()
    await session.dispose()


@pytest.mark.clause("S12.1", "S10.4")
async def test_close_all_during_starts_leaves_nothing() -> None:
    house = House()
    house.launcher.gates[StartStep.HANDSHAKING].close()
    starts = [asyncio.ensure_future(house.open()) for _ in range(5)]
    await settle()
    assert len(house.manager.list()) == 5
    await house.manager.close_all(1)
    results = await asyncio.gather(*starts, return_exceptions=True)
    assert all(isinstance(result, GatewayError) for result in results)
    assert house.manager.list() == []
    with pytest.raises(GatewayError, match="closing"):
        await house.open()


@pytest.mark.clause("S12.2")
async def test_a_caller_that_gives_up_on_a_start_leaves_nothing() -> None:
    house = House()
    house.launcher.gates[StartStep.WAITING_FOR_PIPE].close()
    opening = asyncio.ensure_future(house.open())
    await settle()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert house.manager.list() == []
    assert house.launcher.abandoned == 1


@pytest.mark.clause("S11.8", "S10.4")
async def test_a_close_while_the_new_worker_restores() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    desk.client.fault()
    desk.launcher.made = lambda client: client.invoke_gate.close()
    await desk.clock.advance(1.1)
    assert desk.client.invoke_gate.waiting == 1
    await session.close()
    assert session.state is S.CLOSED
    assert all(client.gone for client in desk.launcher.clients)


# ---- starts


@pytest.mark.clause("S12.2", "S10.4")
async def test_a_caller_that_gives_up_as_the_start_succeeds_leaves_nothing() -> None:
    """The worker is there, its caller is not any more: both happen in one turn of the loop."""
    house = House()
    opening = asyncio.ensure_future(house.open())

    def give_up(client: SteeredClient) -> None:
        # After the launcher's task has ended and before whoever awaits it runs.
        asyncio.get_running_loop().call_soon(opening.cancel)

    house.launcher.made = give_up
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert house.launcher.client.gone
    assert house.manager.list() == []


@pytest.mark.clause("S12.2")
@pytest.mark.parametrize("turns", range(8))
async def test_a_caller_that_gives_up_while_a_close_cancels_the_start_stays_cancelled(turns: int) -> None:
    house = House()
    house.launcher.gates[StartStep.HANDSHAKING].close()
    opening = asyncio.ensure_future(house.open())
    await settle()
    (session,) = house.manager.list()
    closing = asyncio.ensure_future(session.close())
    for _ in range(turns):
        await asyncio.sleep(0)
    if opening.cancel():
        with pytest.raises(asyncio.CancelledError):
            await opening
    await closing
    await settle()
    assert house.manager.list() == []


@pytest.mark.clause("S10.1", "S12.2")
@pytest.mark.parametrize("how", ["close", "kill", "dispose"])
@pytest.mark.parametrize("turns", range(6))
async def test_an_end_as_the_start_succeeds_ends_the_worker(turns: int, how: str) -> None:
    house = House()
    house.launcher.gates[StartStep.INITIALIZING_WORKER].close()
    opening = asyncio.ensure_future(house.open())
    await settle()
    (session,) = house.manager.list()
    house.launcher.gates[StartStep.INITIALIZING_WORKER].open()
    for _ in range(turns):
        await asyncio.sleep(0)
    await getattr(session, how)()
    await asyncio.gather(opening, return_exceptions=True)
    assert house.launcher.abandoned or house.launcher.client.gone
    assert house.manager.list() == []
    assert house.clock.timers == 0


@pytest.mark.clause("S12.2", "S11.5")
@pytest.mark.parametrize("restart", list(RestartPolicy))
async def test_a_worker_lost_as_it_gets_ready_is_a_failed_start(restart: RestartPolicy) -> None:
    house = House()
    house.launcher.made = lambda client: client.fault(message="it crashed at once")
    with pytest.raises(GatewayError, match="crashed at once"):
        await house.open(restart=restart)
    assert house.manager.list() == []
    assert house.launcher.client.gone
    assert len(house.launcher.clients) == 1
    assert house.clock.timers == 0


# ---- ends


@pytest.mark.clause("S10.2")
async def test_a_kill_that_cannot_hurry_a_close_waits_for_it() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.close()
    desk.client.kill_gate.fail(PermissionError("not now"))
    closing = asyncio.ensure_future(session.close())
    await settle()
    killing = asyncio.ensure_future(session.kill())
    await settle()
    desk.client.shutdown_gate.open()
    assert await closing is False
    assert await killing is True
    assert desk.closed() == 1


@pytest.mark.clause("S10.2", "S12.1")
async def test_a_kill_whose_caller_gives_up_goes_on() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.close()
    desk.client.kill_gate.close()
    closing = asyncio.ensure_future(session.close())
    await settle()
    killing = asyncio.ensure_future(session.kill())
    await settle()
    killing.cancel()
    desk.client.kill_gate.open()
    await closing
    assert session.state is S.CLOSED


@pytest.mark.clause("S10.1")
async def test_an_end_that_fails_unheard_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.close()
    closing = asyncio.ensure_future(session.close())
    await settle()
    closing.cancel()
    await settle()
    desk.client.shutdown_gate.fail(GatewayError(ErrorCode.TIMEOUT, "no shutdown"))
    desk.client.kill_gate.fail(PermissionError("no kill"))
    desk.client.shutdown_gate.open()
    await settle()
    assert "no kill" in caplog.text
    desk.client.kill_gate.error = None
    await session.kill()


@pytest.mark.clause("S10.1")
async def test_a_shutdown_that_breaks_in_any_way_is_followed_by_a_kill() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.fail(OSError("the pipe is broken"))
    await session.close()
    assert session.state is S.CLOSED
    assert "kill" in desk.client.calls
    assert session.fault is not None
    assert "pipe is broken" in session.fault.message
    (told,) = desk.recorder.told(NoticeKind.FAULT)
    assert "is killed" in told.message


@pytest.mark.clause("S10.1", "S14")
@pytest.mark.parametrize("how", ["close", "kill", "dispose"])
async def test_letting_go_that_fails_still_counts_the_session_as_closed(how: str) -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.close_gate.fail(OSError("no"))
    with pytest.raises(OSError, match="no"):
        await getattr(session, how)()
    assert session.state is S.CLOSED
    assert (desk.open_gauge(), desk.closed()) == (0, 1)


@pytest.mark.clause("S4.7", "S10.3")
@pytest.mark.parametrize("how", ["close", "kill", "dispose"])
async def test_an_end_right_after_a_fault_keeps_the_fault_and_the_events_before_it(how: str) -> None:
    """A close that races a fault: the subscriber is told the fault, not a normal end, and loses nothing."""
    desk = Desk()
    session = await desk.ready()
    lease = session.attach()
    desk.client.emit(3)
    desk.client.fault(message="it crashed")
    await getattr(session, how)()
    assert sequences(await lease.next()) == [1, 2, 3]
    with pytest.raises(GatewayError, match="it crashed"):
        await lease.next()
    assert len(desk.recorder.events()) == 3


@pytest.mark.clause("S4.2", "S4.4", "S10.3")
async def test_a_close_right_after_an_overflow_keeps_the_overflow() -> None:
    desk = Desk(event_queue=2, several_subscribers=False, overflow_policy=OverflowPolicy.FAIL_FAST)
    session = await desk.ready()
    lease = session.attach()
    desk.client.emit(3)
    await settle()
    await session.close()
    assert sequences(await lease.next()) == [1, 2]
    with pytest.raises(GatewayError) as told:
        await lease.next()
    assert told.value.code == ErrorCode.EVENT_QUEUE_OVERFLOW
    assert "queue of 2" in told.value.fault.message


@pytest.mark.clause("S4.1", "S10.3")
async def test_what_a_worker_sends_while_it_shuts_down_still_arrives() -> None:
    desk = Desk()
    session = await desk.ready()
    lease = session.attach()
    desk.client.shutdown_gate.close()
    closing = asyncio.ensure_future(session.close())
    await settle()
    desk.client.emit(4)
    desk.client.shutdown_gate.open()
    await closing
    assert sequences(await lease.next()) == [1, 2, 3, 4]
    with pytest.raises(StopAsyncIteration):
        await lease.next()
    assert len(desk.recorder.events()) == 4, "the mirror has them too"


@pytest.mark.clause("S10.3")
async def test_an_end_does_not_wait_for_a_stream_that_does_not_end() -> None:
    desk = Desk()
    session = await desk.ready()

    async def stuck() -> Any:
        await asyncio.Event().wait()

    desk.client.batches = stuck  # type: ignore[method-assign]
    lease = session.attach()
    closing = asyncio.ensure_future(session.close())
    await settle()
    assert not closing.done()
    await desk.clock.advance(1.0)
    await closing
    with pytest.raises(StopAsyncIteration):
        await lease.next()
    assert desk.clock.timers == 0


@pytest.mark.clause("S3.6", "S10.3")
async def test_dispose_while_the_mirror_is_overflowing() -> None:
    desk = Desk(mirror_queue=1)
    session = await desk.ready()
    desk.client.emit(5)
    await asyncio.sleep(0)
    await session.dispose()
    assert session.state is S.CLOSED
    assert session.statistics().distributor.subscribers == ()


@pytest.mark.clause("S6.3")
async def test_a_command_that_races_the_closer_wins_and_the_lease_ends_later() -> None:
    house = House(lease_s=10.0, detach_grace_s=0.0)
    session = await house.open()
    await session._gate._lock.acquire()
    await house.clock.advance(10)  # the timer fired, its closer waits at the gate
    await session.invoke(c.Ping())
    session._gate._lock.release()
    await settle()
    assert session.state is S.READY
    await house.clock.advance(9)
    assert session.state is S.READY
    await house.clock.advance(1)
    assert session.state is S.CLOSED, "by its own timer, without a sweep"


# ---- restarts


@pytest.mark.clause("S11.8")
async def test_a_new_worker_that_is_lost_as_it_takes_over_is_replaced_too() -> None:
    """The fault comes between the new worker's last step and the session's ear: a restart begins within a restart."""
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    lease = session.attach()
    desk.client.emit(2)
    desk.client.fault()
    await settle()

    def lost_once(client: SteeredClient) -> None:
        falls_when_heard(client)
        desk.launcher.made = lambda client: None

    desk.launcher.made = lost_once
    await desk.clock.advance(1.0)
    assert len(desk.launcher.clients) == 2
    assert session.state is S.STARTING_WORKER
    await desk.clock.advance(1.9)
    assert session.state is S.STARTING_WORKER, "the second attempt comes after 2 s"
    await desk.clock.advance(0.2)
    assert session.state is S.READY
    desk.client.emit(2)
    await settle()
    assert sequences(await lease.next()) == [1, 2, 3, 4], "the stream goes on"
    await session.close()
    assert all(client.gone for client in desk.launcher.clients)


@pytest.mark.clause("S11.8", "S10.4")
async def test_a_close_during_a_restart_within_a_restart() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    desk.client.fault()

    desk.launcher.made = falls_when_heard
    await desk.clock.advance(1.0)
    assert session.state is S.STARTING_WORKER
    await session.close()
    assert tasks.running() == []
    await desk.clock.advance(100)
    assert session.state is S.CLOSED
    assert len(desk.launcher.clients) == 2, "nothing was started after the close"
    assert all(client.gone for client in desk.launcher.clients)
    assert desk.clock.timers == 0


@pytest.mark.clause("S11.8", "S11.5")
async def test_a_restart_that_gives_up_lets_the_last_worker_go() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    lease = session.attach()
    desk.launcher.made = lambda client: client.invoke_gate.fail(GatewayError(ErrorCode.TIMEOUT, "no answer"))
    desk.client.fault()
    for wait in (1, 2, 5, 15, 30, 30, 30, 30, 30, 30):
        await desk.clock.advance(wait)
    assert session.state is S.FAULTED
    assert len(desk.launcher.clients) == 11
    assert all(client.gone for client in desk.launcher.clients)
    with pytest.raises(GatewayError, match="no answer"):
        await lease.next()
    await session.close()


@pytest.mark.clause("S11.8")
async def test_a_restart_that_breaks_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    desk.client.fault()
    gate = desk.launcher.gates[StartStep.WAITING_FOR_PIPE]
    gate.fail(RuntimeError("a mistake"))
    await desk.clock.advance(1.0)
    assert session.state is S.STARTING_WORKER
    assert "a mistake" in caplog.text
    gate.error = None
    await desk.clock.advance(2.0)
    assert session.state is S.READY
    await session.close()


@pytest.mark.clause("S11.8", "S4.4")
async def test_a_session_that_faults_while_it_restarts_stays_faulted() -> None:
    """FailFast: the only subscriber overflows on what the lost worker had sent."""
    desk = Desk(spec=RESTARTING, event_queue=2, several_subscribers=False, overflow_policy=OverflowPolicy.FAIL_FAST)
    session = await desk.ready()
    session.attach()
    desk.client.emit(3)
    desk.client.fault()
    await settle()
    assert session.state is S.FAULTED
    await desk.clock.advance(100)
    assert session.state is S.FAULTED
    assert session.fault is not None
    assert session.fault.code == ErrorCode.EVENT_QUEUE_OVERFLOW
    assert len(desk.launcher.clients) == 1
    await session.close()


@pytest.mark.clause("S11.8", "S4.4")
async def test_a_fault_while_the_new_worker_restores_ends_the_restart() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    desk.client.fault()
    desk.launcher.made = lambda client: client.invoke_gate.close()
    await desk.clock.advance(1.0)
    restarts = len(desk.recorder.told(NoticeKind.WORKER_RESTART))
    session._lost(GatewayError(ErrorCode.EVENT_QUEUE_OVERFLOW, "too slow").fault)
    desk.client.invoke_gate.open()
    await settle()
    assert session.state is S.FAULTED
    assert session.fault is not None
    assert session.fault.message == "too slow"
    assert all(client.gone for client in desk.launcher.clients)
    assert len(desk.recorder.told(NoticeKind.WORKER_RESTART)) == restarts, "no further attempt is announced"
    await session.close()


@pytest.mark.clause("S11.8", "S4.5")
async def test_sequences_never_start_again_for_a_subscriber() -> None:
    """A worker that never took over feeds nobody: its sequences are not in step with the last one's."""
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    lease = session.attach()
    desk.client.emit(5)
    desk.client.fault()

    def sends_while_it_restores(client: SteeredClient) -> None:
        client.emit(2)
        client.invoke_gate.close()

    desk.launcher.made = sends_while_it_restores
    await desk.clock.advance(1.0)
    await session.close()
    assert sequences(await lease.next()) == [1, 2, 3, 4, 5]
    with pytest.raises(StopAsyncIteration):
        await lease.next()


@pytest.mark.clause("S11.8", "S4.5")
async def test_a_subscriber_resumes_across_a_restart() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    desk.client.emit(5)
    desk.client.fault()
    desk.launcher.made = lambda client: client.emit(2)  # its first values, sent while it restores
    await desk.clock.advance(1.0)
    lease = session.attach(after_sequence=4)
    desk.client.emit(1)
    await settle()
    assert sequences(await lease.next()) == [5, 6, 7, 8]
    assert session.items.version >= 0
    await session.close()


@pytest.mark.clause("S11.8", "S14")
async def test_events_that_nobody_read_before_a_restart_are_counted_as_dropped() -> None:
    desk = Desk(spec=RESTARTING, broadcast=False)
    session = await desk.ready()
    desk.client.emit(3)
    desk.client.fault()
    await desk.clock.advance(1.0)
    info = session.info()
    assert (info.events, info.dropped) == (3, 3)
    assert desk.metrics.value("tagwatch_dropped_total", {"queue": "inbox"}) == 3
    await session.close()


# ---- the manager


@pytest.mark.clause("S12.1")
async def test_close_all_finishes_even_if_a_worker_cannot_be_killed(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    await house.open()
    client = house.launcher.client
    client.shutdown_gate.close()
    client.kill_gate.close()
    closing = asyncio.ensure_future(house.manager.close_all(1))
    await house.clock.advance(1.0)
    assert not closing.done()
    await house.clock.advance(5.0)
    await asyncio.wait_for(closing, 1)
    assert "could not be ended" in caplog.text
    assert str(client.process_id) in caplog.text
    client.kill_gate.open()
    await settle()
    assert house.manager.list() == []
