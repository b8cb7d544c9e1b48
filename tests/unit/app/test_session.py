"""A session: identity, states, commands, subscribers, lease, end."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from app import commands as c
from app.batch import EventBatch
from app.commands import ProtocolStatus, Reply
from app.config import OverflowPolicy, RestartPolicy
from app.errors import ErrorCode, GatewayError
from app.events.notices import NoticeKind
from app.sessions.session import SessionSpec
from app.sessions.state import SessionState
from app.wire.bodies import SourceState
from app.workers.contract import StartStep, WorkerState
from tests.helpers.batches import sequences
from tests.helpers.clock import settle
from tests.helpers.sessions import Desk

S = SessionState


# ---- S1


@pytest.mark.clause("S1.1", "S1.3")
async def test_what_it_starts_with() -> None:
    desk = Desk(spec={"name": "plant", "client_identity": "me", "correlation_id": "c"})
    info = desk.session.info()
    assert (info.id, info.backend, info.name) == ("s1", "sim", "plant")
    assert info.opened_at_ns == info.last_activity_ns == desk.clock.utc_ns()
    assert info.lease_expires_ns == info.opened_at_ns + 1800 * 10**9
    await desk.session.dispose()


@pytest.mark.clause("S1.2")
@pytest.mark.parametrize("name", ["id", "backend", "pipe_name", "nonce"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_names_are_refused(name: str, blank: str) -> None:
    good = {"id": "a", "backend": "b", "pipe_name": "c", "nonce": "d"}
    with pytest.raises(ValueError, match=name):
        SessionSpec(**{**good, name: blank})


def test_a_backend_that_no_program_could_be_told_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'si\\x00m'"):
        SessionSpec(id="a", backend="si\0m", pipe_name="c", nonce="d")


@pytest.mark.clause("S1.1")
def test_secrets_are_in_no_repr() -> None:
    spec = SessionSpec(id="a", backend="b", pipe_name="c", nonce="canary-nonce", options={"password": "canary-pw"})
    assert "canary" not in repr(spec)


@pytest.mark.clause("S1.4")
async def test_readable_at_any_time() -> None:
    desk = Desk()
    session = desk.session
    assert session.worker_pid is None
    assert (session.state, session.fault, session.subscribers, len(session.items)) == (S.CREATING, None, 0, 0)
    await desk.ready()
    assert session.worker_pid == 4711
    session.attach().close()
    desk.client.fault()
    await settle()
    assert session.info().fault is not None
    await session.dispose()
    assert session.state is S.CLOSED


# ---- S2


@pytest.mark.clause("S2.1", "S2.5")
async def test_a_start_walks_through_its_steps() -> None:
    desk = Desk()
    await desk.ready()
    walked = [new for _, new in desk.states]
    assert walked == [S.STARTING_WORKER, S.WAITING_FOR_PIPE, S.HANDSHAKING, S.INITIALIZING_WORKER, S.READY]
    told = [n.details["new"] for n in desk.recorder.told(NoticeKind.STATE)]
    assert told == [str(state) for state in walked]
    await desk.session.close()
    assert [new for _, new in desk.states][-2:] == [S.CLOSING, S.CLOSED]
    assert all(old != new for old, new in desk.states)


@pytest.mark.clause("S2.2", "S2.3")
async def test_nothing_walks_back() -> None:
    desk = Desk()
    session = await desk.ready()
    await session.close()
    before = list(desk.states)
    desk.client.fault()
    assert not session._transition(S.READY)
    assert not session._transition(S.FAULTED)
    assert desk.states == before


@pytest.mark.clause("S2.4")
async def test_a_fault_is_kept_and_ignored_once_closed() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.fault(message="first")
    assert session.state is S.FAULTED
    assert session.fault is not None
    assert session.fault.message == "first"
    await session.close()
    assert session.state is S.CLOSED
    assert session.fault.message == "first"
    assert desk.metrics.value("tagwatch_sessions_faulted_total", {"code": "WorkerUnavailable"}) == 1


# ---- S3


@pytest.mark.clause("S3.1")
async def test_without_a_broadcaster_nothing_reads() -> None:
    desk = Desk(broadcast=False)
    session = await desk.ready()
    desk.client.emit(3)
    await settle()
    assert session.statistics().distributor.received == 0
    await session.close()


@pytest.mark.clause("S3.1")
async def test_the_mirror_runs_from_ready() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.emit(3)
    await settle()
    assert len(desk.recorder.events()) == 3
    await session.close()


@pytest.mark.clause("S3.1")
async def test_a_worker_lost_at_ready_starts_no_mirror() -> None:
    desk = Desk()
    start = desk.launcher.start

    async def lost(spec: Any, progress: Any) -> Any:
        client = await start(spec, progress)
        client.fault()
        return client

    desk.launcher.start = lost  # type: ignore[method-assign]
    with pytest.raises(GatewayError, match="SIGKILL"):
        await desk.ready()
    session = desk.session
    assert session.state is S.FAULTED
    assert session.statistics().mirror is not None
    assert session.statistics().mirror.queue is None
    await session.dispose()


# ---- S4.4, S5


@pytest.mark.clause("S4.4")
async def test_fail_fast_faults_the_session_for_its_only_subscriber() -> None:
    desk = Desk(several_subscribers=False, overflow_policy=OverflowPolicy.FAIL_FAST, event_queue=2)
    session = await desk.ready()
    lease = session.attach()
    desk.client.emit(3)
    await settle()
    assert session.state is S.FAULTED
    assert session.fault is not None
    assert session.fault.message == "event stream queue overflowed"
    assert desk.metrics.value("tagwatch_sessions_faulted_total", {"code": "EventQueueOverflow"}) == 1
    assert sequences(await lease.next()) == [1, 2]
    with pytest.raises(GatewayError, match="queue of 2"):
        await lease.next()
    await session.dispose()


@pytest.mark.clause("S4.4")
@pytest.mark.parametrize(
    "settings",
    [
        {"overflow_policy": OverflowPolicy.FAIL_FAST},
        {"overflow_policy": OverflowPolicy.DISCONNECT_SUBSCRIBER},
        {"overflow_policy": OverflowPolicy.DISCONNECT_SUBSCRIBER, "several_subscribers": False},
    ],
)
async def test_otherwise_the_subscriber_goes_alone(settings: dict[str, Any]) -> None:
    desk = Desk(event_queue=2, **settings)
    session = await desk.ready()
    lease = session.attach()
    desk.client.emit(3)
    await settle()
    assert session.state is S.READY
    await lease.next()
    with pytest.raises(GatewayError):
        await lease.next()
    assert session.subscribers == 0
    session.attach().close()
    await session.close()


@pytest.mark.clause("S4.4", "S5.2")
async def test_the_mirror_is_in_no_count() -> None:
    desk = Desk(several_subscribers=False, overflow_policy=OverflowPolicy.FAIL_FAST, mirror_queue=1)
    session = await desk.ready()
    assert session.subscribers == 0
    lease = session.attach()
    desk.client.emit(2)
    await settle()
    assert session.state is S.READY
    lease.close()
    await session.close()


@pytest.mark.clause("S5.1")
async def test_attaching_needs_both_to_be_ready() -> None:
    desk = Desk()
    with pytest.raises(GatewayError, match=r"Creating.*not attached") as refused:
        desk.session.attach()
    assert refused.value.code == ErrorCode.SESSION_NOT_READY
    session = await desk.ready()
    desk.client.state = WorkerState.CLOSING
    with pytest.raises(GatewayError, match="Ready, its worker is Closing"):
        session.attach()
    await session.dispose()


@pytest.mark.clause("S5.2")
async def test_one_subscriber_or_so_many() -> None:
    desk = Desk(several_subscribers=False)
    session = await desk.ready()
    session.attach()
    with pytest.raises(GatewayError) as refused:
        session.attach()
    assert refused.value.code == ErrorCode.EVENT_SUBSCRIBER_ALREADY_ACTIVE
    await session.close()
    desk = Desk(subscribers=2)
    session = await desk.ready()
    first = session.attach()
    session.attach()
    with pytest.raises(GatewayError, match="2 subscribers") as refused:
        session.attach()
    assert refused.value.code == ErrorCode.EVENT_SUBSCRIBER_LIMIT_REACHED
    first.close()
    session.attach()
    await session.close()


@pytest.mark.clause("S5.3", "S5.4")
async def test_a_failed_attach_gives_its_place_back() -> None:
    desk = Desk(subscribers=1)
    session = await desk.ready()
    with pytest.raises(GatewayError, match="newest event"):
        session.attach(after_sequence=99)
    with pytest.raises(GatewayError, match="negative"):
        session.attach(after_sequence=-1)
    assert session.subscribers == 0
    lease = session.attach()
    lease.close()
    lease.close()
    assert session.subscribers == 0
    await session.close()


# ---- S6


@pytest.mark.clause("S6.1")
async def test_commands_and_reads_renew_the_lease() -> None:
    desk = Desk()
    session = await desk.ready()
    await desk.clock.advance(100)
    await session.invoke(c.Ping())
    assert session.last_activity_ns == desk.clock.utc_ns()
    lease = session.attach()
    await desk.clock.advance(50)
    desk.client.emit()
    await settle()
    await lease.next()
    assert session.last_activity_ns == desk.clock.utc_ns()
    assert session.lease_expires_ns == desk.clock.utc_ns() + 1800 * 10**9
    await session.close()


@pytest.mark.clause("S6.2")
async def test_expired_means_nobody_and_over() -> None:
    desk = Desk(spec={"lease_s": 10.0}, detach_grace_s=0)
    session = await desk.ready()
    assert session.expired() is None
    lease = session.attach()
    await desk.clock.advance(20)
    assert session.expired() is None, "somebody is attached"
    lease.close()
    assert session.expired() == "lease-expired"
    session.extend_lease(5)
    assert session.expired() is None
    await desk.clock.advance(5)
    assert desk.expired == [session]
    await session.close()


@pytest.mark.clause("S6.3")
async def test_the_windows_own_sessions_stay() -> None:
    desk = Desk(spec={"lease_s": 10.0, "keep_alive": True})
    session = await desk.ready()
    await desk.clock.advance(1000)
    assert session.expired() is None
    assert session.info().lease_expires_ns is None
    session.keep_alive(False)
    await desk.clock.advance(10)
    assert session.expired() == "lease-expired"
    await session.close()


@pytest.mark.clause("S6.4")
async def test_detach_grace() -> None:
    desk = Desk(detach_grace_s=30)
    session = await desk.ready()
    session.attach().close()
    await desk.clock.advance(29)
    assert session.expired() is None
    await session.invoke(c.Ping())
    again = session.attach()
    await desk.clock.advance(100)
    assert session.expired() is None
    again.close()
    await desk.clock.advance(30)
    assert session.expired() == "detach-grace-expired"
    assert desk.expired == [session]
    await session.close()


@pytest.mark.clause("S6.4")
async def test_the_lease_comes_before_the_grace() -> None:
    desk = Desk(spec={"lease_s": 20.0}, detach_grace_s=30)
    session = await desk.ready()
    session.attach().close()
    await desk.clock.advance(60)
    assert session.expired() == "lease-expired"
    await session.close()


@pytest.mark.clause("S6.2")
async def test_a_lease_of_nothing_is_refused() -> None:
    desk = Desk()
    session = await desk.ready()
    with pytest.raises(GatewayError, match="not a lease"):
        session.extend_lease(0)
    await session.close()


# ---- S7, S8


@pytest.mark.clause("S7.1")
async def test_a_command_names_both_states() -> None:
    desk = Desk()
    with pytest.raises(GatewayError, match=r"Creating.*not attached"):
        await desk.session.invoke(c.Ping())
    session = await desk.ready()
    desk.client.fault(ErrorCode.WORKER_UNRESPONSIVE, "silent for 16 s")
    with pytest.raises(GatewayError, match=r"Faulted, its worker is Faulted: silent"):
        await session.invoke(c.Ping())
    await session.close()
    with pytest.raises(GatewayError, match="Closed"):
        await session.invoke(c.Ping())


@pytest.mark.clause("S14", "S7.4")
async def test_commands_are_counted_by_kind_and_outcome() -> None:
    desk = Desk()
    session = await desk.ready()
    await session.invoke(c.Ping())
    desk.client.answer = lambda command: Reply(ProtocolStatus.UNSUPPORTED, "no")
    assert not (await session.invoke(c.Ping())).ok
    desk.client.invoke_gate.fail(GatewayError(ErrorCode.TIMEOUT, "late"))
    with pytest.raises(GatewayError):
        await session.invoke(c.Ping())
    for outcome in ("Ok", "Unsupported", "Timeout"):
        assert desk.metrics.value("tagwatch_commands_total", {"kind": "Ping", "outcome": outcome}) == 1
    await session.close()


@pytest.mark.clause("S13")
@pytest.mark.parametrize("allowed", [False, True])
async def test_values_stand_in_logs_only_where_they_may_and_passwords_never(
    caplog: pytest.LogCaptureFixture, allowed: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(values_in_logs=allowed)
    session = await desk.ready()
    await session.invoke(c.Write(1, 1, "canary-value"))
    await session.invoke(c.AuthenticateUser(1, "operator", "canary-password"))
    assert "Write" in caplog.text
    assert ("canary-value" in caplog.text) is allowed
    assert "canary-password" not in caplog.text
    await session.close()


@pytest.mark.clause("S7.1")
async def test_a_cancelled_caller_is_no_fault() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.invoke_gate.close()
    caller = asyncio.ensure_future(session.invoke(c.Ping()))
    await settle()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert session.state is S.READY
    assert desk.metrics.value("tagwatch_commands_total", {"kind": "Ping", "outcome": "cancelled"}) == 1
    await session.close()


@pytest.mark.clause("S8.1")
async def test_items_are_tracked_from_good_replies_alone() -> None:
    desk = Desk()
    session = await desk.ready()
    await session.invoke(c.Register("me"))
    await session.invoke(c.SubscribeBulk(1, ("a", "b")))
    assert [item.tag for item in session.items.all()] == ["a", "b"]
    desk.client.answer = lambda command: Reply(ProtocolStatus.MX_ACCESS_FAILURE, payload=c.Handle(9))
    await session.invoke(c.AddItem(1, "c"))
    assert len(session.items) == 2
    await session.close()


@pytest.mark.clause("S12.3")
async def test_a_stranger_finds_nothing() -> None:
    desk = Desk(spec={"owner_key": "mine"})
    session = await desk.ready()
    for attempt in (None, "yours"):
        with pytest.raises(GatewayError) as refused:
            await session.invoke(c.Ping(), owner_key=attempt)
        assert refused.value.code == ErrorCode.SESSION_NOT_FOUND
        with pytest.raises(GatewayError):
            session.attach(owner_key=attempt)
    await session.invoke(c.Ping(), owner_key="mine")
    await session.invoke(c.Ping())  # the window, and the audited writer on behalf of whoever may
    await session.close()


# ---- S10


@pytest.mark.clause("S10.1")
async def test_close_asks_the_worker_once() -> None:
    desk = Desk()
    session = await desk.ready()
    assert await session.close("why") is False
    assert await session.close("again") is True
    assert desk.client.calls == ["shutdown why", "aclose"]
    assert (desk.opened(), desk.closed(), desk.open_gauge()) == (1, 1, 0)
    assert desk.metrics.value("tagwatch_sessions_closed_total", {"reason": "why"}) == 1


@pytest.mark.clause("S10.1")
async def test_a_worker_that_does_not_shut_down_is_killed() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.fail(GatewayError(ErrorCode.TIMEOUT, "the shutdown took longer than 10 s"))
    await session.close()
    assert session.state is S.CLOSED
    assert session.fault is not None
    assert "longer than 10 s" in session.fault.message
    assert "kill" in desk.client.calls


@pytest.mark.clause("S10.1")
async def test_when_even_the_kill_fails_both_errors_are_told() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.shutdown_gate.fail(GatewayError(ErrorCode.TIMEOUT, "no shutdown"))
    desk.client.kill_gate.fail(PermissionError("no kill"))
    with pytest.raises(GatewayError, match=r"no shutdown.*no kill") as failed:
        await session.close()
    assert failed.value.code == ErrorCode.CLOSE_FAILED
    assert session.state is S.FAULTED
    assert desk.closed() == 0
    desk.client.kill_gate.error = None
    await session.dispose()
    assert desk.open_gauge() == 0


@pytest.mark.clause("S10.2")
async def test_kill_says_whether_it_was_closed() -> None:
    desk = Desk()
    session = await desk.ready()
    assert await session.kill() is False
    assert await session.kill() is True
    assert session.state is S.CLOSED
    assert desk.closed() == 1


@pytest.mark.clause("S10.2")
async def test_a_kill_that_raises_releases_the_gauges() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.kill_gate.fail(PermissionError("no"))
    with pytest.raises(GatewayError, match="could not be killed") as failed:
        await session.kill()
    assert failed.value.code == ErrorCode.CLOSE_FAILED
    assert session.state is S.CLOSED
    assert (desk.open_gauge(), desk.closed()) == (0, 1)


@pytest.mark.clause("S10.3", "S10.4")
async def test_dispose_completes_subscribers_and_is_harmless_twice() -> None:
    desk = Desk()
    session = await desk.ready()
    lease = session.attach()
    reader = asyncio.ensure_future(lease.next())
    await settle()
    await session.dispose()
    await session.dispose()
    with pytest.raises(StopAsyncIteration):
        await reader
    assert desk.client.gone
    assert session.subscribers == 0
    assert desk.clock.timers == 0


@pytest.mark.clause("S10.3")
async def test_a_faulted_session_fails_its_subscribers_with_the_fault() -> None:
    desk = Desk()
    session = await desk.ready()
    lease = session.attach()
    desk.client.emit(2)
    desk.client.fault(message="it crashed")
    assert sequences(await lease.next()) == [1, 2]
    with pytest.raises(GatewayError, match="it crashed"):
        await lease.next()
    await session.close()


# ---- starts that fail, and closes during a start


@pytest.mark.clause("S12.2", "S2.1")
@pytest.mark.parametrize("step", list(StartStep))
async def test_a_start_that_fails_says_where(step: StartStep) -> None:
    desk = Desk()
    desk.launcher.fail_at = step
    with pytest.raises(GatewayError, match=str(step)):
        await desk.ready()
    assert desk.session.state is S.FAULTED
    assert desk.states[-2][1] == S(str(step))
    await desk.session.dispose()
    assert (desk.opened(), desk.closed(), desk.open_gauge()) == (1, 1, 0)


@pytest.mark.clause("S10.1", "S12.2")
@pytest.mark.parametrize("step", list(StartStep))
@pytest.mark.parametrize("how", ["close", "kill", "dispose"])
async def test_an_end_during_the_start_cancels_it(step: StartStep, how: str) -> None:
    desk = Desk()
    desk.launcher.gates[step].close()
    start = asyncio.ensure_future(desk.session.start())
    await settle()
    assert desk.session.state == S(str(step))
    await getattr(desk.session, how)()
    with pytest.raises(GatewayError, match="closed during its start"):
        await start
    assert desk.session.state is S.CLOSED
    assert desk.launcher.abandoned == 1
    assert desk.open_gauge() == 0


# ---- the source, gaps


@pytest.mark.clause("D4", "S11.4")
async def test_what_the_worker_reports_is_told() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.tell_source(SourceState(False, "cable", 1, 2))
    assert session.source_state is not None
    assert not session.source_state.connected
    desk.client.tell_source(SourceState(True, "", 3, 0, 1240, 1250))
    desk.client.tell_gap(5, 8)
    (lost,) = desk.recorder.told(NoticeKind.SOURCE_LOST)
    assert "cable" in lost.message
    (back,) = desk.recorder.told(NoticeKind.SOURCE_BACK)
    assert "1,240 of 1,250" in back.message
    (gap,) = desk.recorder.told(NoticeKind.SEQUENCE_GAP)
    assert gap.details["missed"] == "3"
    await session.close()


# ---- restart


RESTARTING: dict[str, Any] = {"restart": RestartPolicy.ON_FAULT}


@pytest.mark.clause("S11.8")
async def test_a_restart_restores_items_and_keeps_subscribers() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    await session.invoke(c.Register("me"))
    await session.invoke(c.SubscribeBulk(1, ("a", "b")))
    lease = session.attach()
    desk.client.emit(3)
    first = desk.client
    first.fault()
    assert session.state is S.STARTING_WORKER
    with pytest.raises(GatewayError, match="StartingWorker"):
        await session.invoke(c.Ping())
    await desk.clock.advance(0.9)
    assert len(desk.launcher.clients) == 1, "the backoff is 1 s"
    await desk.clock.advance(0.2)
    assert session.state is S.READY
    assert first.gone
    second = desk.client
    (restore,) = [command for command in second.commands if isinstance(command, c.Restore)]
    assert [(item.item_handle, item.tag, item.advised) for item in restore.items] == [(1, "a", True), (2, "b", True)]
    second.emit(2)
    await settle()
    assert sequences(await lease.next()) == [1, 2, 3, 4, 5], "sequences go on"
    assert session.fault is None
    assert session.info().restarts == 1
    told = desk.recorder.told(NoticeKind.WORKER_RESTART)
    assert "2 of 2 items restored" in told[-1].message
    assert desk.metrics.value("tagwatch_worker_restarts_total") == 1
    await session.close()


@pytest.mark.clause("S11.8")
async def test_the_backoff_grows_and_gives_up() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    desk.launcher.failures = 99
    desk.client.fault()
    waits = [1, 2, 5, 15, 30, 30, 30, 30, 30, 30]
    for number, wait in enumerate(waits):
        assert session.state is S.STARTING_WORKER
        await desk.clock.advance(wait - 0.1)
        assert len(desk.launcher.specs) == number + 1
        await desk.clock.advance(0.2)
        assert len(desk.launcher.specs) == number + 2
        await desk.clock.advance(-0.1)
    assert session.state is S.FAULTED
    await session.close()
    assert desk.clock.timers == 0


@pytest.mark.clause("S11.8")
async def test_a_stable_run_starts_the_count_anew() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    for _ in range(3):
        desk.client.fault()
        await desk.clock.advance(1.05)
        assert session.state is S.READY
        await desk.clock.advance(61)
    await session.close()


@pytest.mark.clause("S11.8", "D1")
async def test_nobody_has_to_wait_for_the_next_attempt() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    await session.retry_now()
    assert desk.client.commands == [], "nothing is lost"
    desk.launcher.failures = 2
    desk.client.fault()
    await settle()
    for attempt in range(3):
        assert session.state is S.STARTING_WORKER
        assert len(desk.launcher.specs) == attempt + 1
        await session.retry_now()
        await session.retry_now()
        await settle()
    assert session.state is S.READY
    await session.close()
    assert desk.clock.timers == 0


@pytest.mark.clause("D1")
async def test_a_lost_source_is_tried_at_once_when_somebody_asks() -> None:
    desk = Desk()
    session = await desk.ready()
    desk.client.tell_source(SourceState(False, "unplugged", 0))
    await session.retry_now()
    assert [type(command) for command in desk.client.commands] == [c.Reconnect]
    desk.client.answer = lambda command: Reply(ProtocolStatus.UNSUPPORTED, "this source has no Reconnect")
    with pytest.raises(GatewayError, match="no attempt was made"):
        await session.retry_now()
    desk.client.tell_source(SourceState(True, "", 0))
    await session.retry_now()
    assert len(desk.client.commands) == 2
    await session.close()


@pytest.mark.clause("S11.8", "S10.4")
@pytest.mark.parametrize("how", ["close", "kill", "dispose"])
async def test_an_end_during_a_restart_ends_it(how: str) -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    lease = session.attach()
    desk.client.fault()
    await settle()
    await getattr(session, how)()
    assert session.state is S.CLOSED
    with pytest.raises(StopAsyncIteration):
        await lease.next()
    await desk.clock.advance(100)
    assert len(desk.launcher.clients) == 1


@pytest.mark.clause("S11.8")
async def test_a_restore_that_fails_is_tried_again() -> None:
    desk = Desk(spec=RESTARTING)
    session = await desk.ready()
    desk.client.fault()
    start = desk.launcher.start

    async def refusing(spec: Any, progress: Any) -> Any:
        client = await start(spec, progress)
        if len(desk.launcher.clients) == 2:
            client.answer = lambda command: Reply(ProtocolStatus.INTERNAL, "no")
        return client

    desk.launcher.start = refusing  # type: ignore[method-assign]
    await desk.clock.advance(1.1)
    assert session.state is S.STARTING_WORKER
    await desk.clock.advance(2.1)
    assert session.state is S.READY
    assert desk.launcher.clients[1].gone
    await session.close()


# ---- what is told, and what must not break it


@pytest.mark.clause("S2.5")
async def test_a_watcher_that_raises_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    seen: list[S] = []

    def bad(old: S, new: S) -> None:
        raise RuntimeError("a view has gone")

    desk.session.watch(bad)
    unwatch = desk.session.watch(lambda old, new: seen.append(new))
    session = await desk.ready()
    unwatch()
    unwatch()
    await session.close()
    assert seen[-1] is S.READY
    assert session.state is S.CLOSED
    assert "a view has gone" in caplog.text


@pytest.mark.clause("S2.5", "S14")
async def test_desktop_metrics_and_log_see_each_state_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "app.sessions")
    desk = Desk()
    gauges: list[float] = []
    desk.session.watch(
        lambda old, new: gauges.append(desk.metrics.value("tagwatch_sessions_open", {"state": str(new)}))
    )
    session = await desk.ready()
    assert desk.open_gauge() == 1
    desk.client.fault(message="secret words of the source")
    await session.close()
    walked = [(str(old), str(new)) for old, new in desk.states]
    logged = [r.getMessage().split(": ")[1] for r in caplog.records if " to " in r.getMessage()]
    assert logged == [f"{old} to {new}" for old, new in walked]
    assert [(n.details["old"], n.details["new"]) for n in desk.recorder.told(NoticeKind.STATE)] == walked
    assert gauges == [1.0] * (len(walked) - 1) + [0.0], "the gauge moves before anybody is told; Closed is not open"
    assert "secret words" not in caplog.text


@pytest.mark.clause("S2.4", "S12.2")
async def test_details_may_have_any_name() -> None:
    """They come from the worker: one called like an argument of ours must not break the report."""
    desk = Desk()
    session = await desk.ready()
    names = {"code": "7", "message": "x", "kind": "y", "severity": "z", "self": "s", "old": "o"}
    desk.client._fault = None
    fault = GatewayError("SourceLost", "gone", **names).fault
    assert fault.details == names
    assert GatewayError.of(fault).fault == fault
    session._lost(fault)
    (told,) = desk.recorder.told(NoticeKind.FAULT)
    assert told.details == {**names, "code": "SourceLost"}
    await session.close()


@pytest.mark.clause("S4.7")
async def test_a_pump_that_breaks_faults_the_session(caplog: pytest.LogCaptureFixture) -> None:
    """Else the session would stay Ready and dark."""
    desk = Desk()
    session = await desk.ready()

    def broken(batches: list[EventBatch]) -> None:
        raise RuntimeError("a mistake")

    session._distributor._apply = broken
    desk.client.emit(1)
    await settle()
    assert session.state is S.FAULTED
    assert session.fault is not None
    assert session.fault.code == "PumpFailed"
    assert desk.client.gone
    await session.close()


@pytest.mark.clause("S5.4")
async def test_subscribers_that_come_and_leave_are_told() -> None:
    desk = Desk()
    session = await desk.ready()
    lease = session.attach()
    lease.close()
    lease.close()
    told = [notice.message for notice in desk.recorder.told(NoticeKind.SUBSCRIBER)]
    assert told == ["sim: a subscriber came, 1 in all", "sim: a subscriber left, 0 in all"]
    await session.close()


@pytest.mark.clause("S6.2")
@pytest.mark.parametrize("duration", [0.0, -1.0, float("nan"), float("inf")])
async def test_a_lease_that_is_none_is_refused(duration: float) -> None:
    desk = Desk()
    session = await desk.ready()
    with pytest.raises(GatewayError, match="not a lease") as refused:
        session.extend_lease(duration)
    assert refused.value.code == ErrorCode.INVALID_ARGUMENT
    assert session.info().lease_expires_ns is not None
    await session.close()


@pytest.mark.clause("S6.3", "S6.4")
async def test_a_session_that_is_let_go_of_gets_a_whole_grace() -> None:
    desk = Desk(spec={"keep_alive": True}, detach_grace_s=30)
    session = await desk.ready()
    session.attach().close()
    await desk.clock.advance(1000)
    session.keep_alive(False)
    assert session.expired() is None
    await desk.clock.advance(30)
    assert session.expired() == "detach-grace-expired"
    await session.close()


@pytest.mark.clause("S5.3", "S5.1")
async def test_a_distributor_that_fails_to_register_gives_the_place_back() -> None:
    desk = Desk(subscribers=1)
    session = await desk.ready()
    attach = session._distributor.attach

    def broken(**options: Any) -> Any:
        raise MemoryError

    session._distributor.attach = broken  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        session.attach()
    session._distributor.attach = attach  # type: ignore[method-assign]
    assert session.subscribers == 0
    session.attach().close()
    await session.close()


@pytest.mark.clause("S7.1")
async def test_a_worker_that_stops_being_ready_after_many_good_calls_is_named() -> None:
    desk = Desk()
    session = await desk.ready()
    for _ in range(55):
        await session.invoke(c.Ping())
    desk.client.state = WorkerState.FAULTED  # its watchdog saw it first
    with pytest.raises(GatewayError, match="the session is Ready, its worker is Faulted"):
        await session.invoke(c.Ping())
    await session.dispose()


@pytest.mark.clause("S14")
async def test_a_cancelled_close_of_the_lease_reader_keeps_its_events() -> None:
    desk = Desk()
    session = await desk.ready()
    lease = session.attach()
    reader = asyncio.ensure_future(lease.next())
    await settle()
    desk.client.emit(2)
    await asyncio.sleep(0)
    reader.cancel()
    await settle()
    assert sequences(await lease.next()) == [1, 2]
    await session.close()
