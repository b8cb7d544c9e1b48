"""The manager: limits, lookup, sweeps, and an end that always comes."""

from __future__ import annotations

import asyncio

import pytest

from app.errors import ErrorCode, GatewayError
from app.sessions.state import SessionState
from app.workers.contract import StartStep
from tests.helpers.clock import settle
from tests.helpers.sessions import House


@pytest.mark.clause("S12.1")
async def test_open_find_list_close() -> None:
    house = House()
    first, second = await house.open(name="a"), await house.open(name="b")
    assert house.manager.list() == [first, second]
    assert house.manager.get(second.id) is second
    await house.manager.close(first.id)
    assert house.manager.list() == [second]
    with pytest.raises(GatewayError) as refused:
        house.manager.get(first.id)
    assert refused.value.code == ErrorCode.SESSION_NOT_FOUND
    assert await house.manager.kill(second.id) is False
    assert len(house.manager) == 0


@pytest.mark.clause("S12.1")
async def test_the_limit_counts_those_that_start() -> None:
    house = House(sessions=2)
    house.launcher.gates[StartStep.HANDSHAKING].close()
    starts = [asyncio.ensure_future(house.open()) for _ in range(2)]
    await settle()
    with pytest.raises(GatewayError, match="2 sessions") as refused:
        await house.open()
    assert refused.value.code == ErrorCode.SESSION_LIMIT_REACHED
    house.launcher.gates[StartStep.HANDSHAKING].open()
    await asyncio.gather(*starts)
    await house.manager.close_all(1)


@pytest.mark.clause("S12.2")
async def test_a_failed_start_is_forgotten_and_gives_its_place_back() -> None:
    house = House(sessions=1)
    house.launcher.fail_at = StartStep.HANDSHAKING
    with pytest.raises(GatewayError, match="Handshaking"):
        await house.open()
    assert house.manager.list() == []
    house.launcher.fail_at = None
    await house.open()
    await house.manager.close_all(1)


@pytest.mark.clause("S12.2")
async def test_bad_requests_are_named() -> None:
    house = House()
    with pytest.raises(GatewayError, match="backend") as refused:
        await house.open(backend=" ")
    assert refused.value.code == ErrorCode.INVALID_ARGUMENT
    with pytest.raises(GatewayError, match="lease_s"):
        await house.open(lease_s=0)
    assert house.manager.list() == []


@pytest.mark.clause("S11.1")
async def test_names_and_nonces_are_fresh() -> None:
    house = House()
    for _ in range(3):
        await house.open()
    for name in ("session_id", "pipe_name", "nonce"):
        values = [getattr(spec, name) for spec in house.launcher.specs]
        assert len(set(values)) == 3
        assert all(len(value) >= 16 for value in values)
    await house.manager.close_all(1)


@pytest.mark.clause("S12.3")
async def test_a_stranger_gets_not_found() -> None:
    house = House()
    session = await house.open(owner_key="mine")
    for call in (
        lambda: house.manager.get(session.id, "yours"),
        lambda: house.manager.extend(session.id, 5, "yours"),
    ):
        with pytest.raises(GatewayError) as refused:
            call()
        assert refused.value.code == ErrorCode.SESSION_NOT_FOUND
    for ending in (house.manager.close, house.manager.kill):
        with pytest.raises(GatewayError):
            await ending(session.id, "why", "yours")
    await house.manager.close(session.id, "done", "mine")


@pytest.mark.clause("S6.3")
async def test_expiry_by_deadline_and_by_sweep() -> None:
    house = House(lease_s=10.0, detach_grace_s=0.0)
    session = await house.open()
    await house.clock.advance(10)
    assert session.state is SessionState.CLOSED
    assert house.metrics.value("tagwatch_sessions_closed_total", {"reason": "lease-expired"}) == 1
    second = await house.open()
    third = await house.open(keep_alive=True)
    second._timer.cancel()  # type: ignore[union-attr] - as if a suspended machine had missed it
    await house.clock.advance(11)
    assert await house.manager.sweep() == 1
    assert house.manager.list() == [third]
    await house.manager.close_all(1)


@pytest.mark.clause("S6.4")
async def test_detach_grace_closes() -> None:
    house = House(detach_grace_s=5.0)
    session = await house.open()
    session.attach().close()
    await house.clock.advance(5)
    assert session.state is SessionState.CLOSED
    assert house.metrics.value("tagwatch_sessions_closed_total", {"reason": "detach-grace-expired"}) == 1


@pytest.mark.clause("S12.1", "S10.4")
async def test_close_all_kills_what_does_not_close_in_time() -> None:
    house = House()
    sessions = [await house.open() for _ in range(4)]
    house.launcher.clients[1].shutdown_gate.close()
    closing = asyncio.ensure_future(house.manager.close_all(2))
    await settle()
    assert not closing.done()
    await house.clock.advance(2.1)
    await closing
    assert all(session.state is SessionState.CLOSED for session in sessions)
    assert "kill" in house.launcher.clients[1].calls
    assert "kill" not in house.launcher.clients[0].calls
    assert house.clock.timers == 0


@pytest.mark.clause("S12.1")
async def test_statistics_of_everything_that_queues() -> None:
    house = House()
    session = await house.open()
    session.attach()
    house.launcher.client.emit(3)
    await settle()
    (figures,) = house.manager.statistics().sessions
    assert figures.distributor.received == 3
    assert {entry.queued for entry in figures.distributor.subscribers} == {0, 3}
    assert figures.client is not None
    assert figures.mirror is not None
    await house.manager.close_all(1)


@pytest.mark.clause("S14")
async def test_queue_depths_are_measured_when_somebody_looks() -> None:
    house = House()
    session = await house.open()
    lease = session.attach()
    house.launcher.client.emit(3)
    await settle()

    def depth(label: str) -> float:
        return house.metrics.value("tagwatch_queue_depth", {"queue": label})

    assert (depth("grpc-event-stream"), depth("dashboard-mirror"), depth("inbox")) == (3, 0, 0)
    lease.close()
    assert depth("grpc-event-stream") == 0
    await house.manager.close_all(1)
    assert depth("inbox") == 0


@pytest.mark.clause("S12.2")
@pytest.mark.parametrize("lease_s", [0.0, -1.0, float("nan"), float("inf")])
async def test_a_lease_must_end_some_day(lease_s: float) -> None:
    house = House()
    with pytest.raises(GatewayError, match="lease_s"):
        await house.open(lease_s=lease_s)


@pytest.mark.clause("S12.1")
async def test_a_close_that_fails_is_logged_and_the_session_killed(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    await house.open()
    client = house.launcher.client
    client.shutdown_gate.fail(GatewayError(ErrorCode.TIMEOUT, "no shutdown"))
    client.kill_gate.fail(PermissionError("no kill"))
    await house.manager.close_all(1)
    assert house.manager.list() == []
    assert "no kill" in caplog.text


@pytest.mark.clause("S6.3", "S10.1")
async def test_a_sweep_goes_on_past_a_session_that_does_not_close() -> None:
    house = House(lease_s=10.0, detach_grace_s=0.0)
    bad, good = await house.open(), await house.open()
    for session in (bad, good):
        session._timer.cancel()  # type: ignore[union-attr] - only the sweep looks
    house.launcher.clients[0].shutdown_gate.fail(GatewayError(ErrorCode.TIMEOUT, "no shutdown"))
    house.launcher.clients[0].kill_gate.fail(PermissionError("no kill"))
    await house.clock.advance(11)
    assert await house.manager.sweep() == 1
    assert house.manager.list() == [bad]
    assert bad.state is SessionState.FAULTED
    house.launcher.clients[0].kill_gate.error = None
    assert await house.manager.kill(bad.id) is False


@pytest.mark.clause("S12.1")
async def test_an_expiry_whose_close_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    house = House(lease_s=10.0, detach_grace_s=0.0)
    session = await house.open()
    house.launcher.client.shutdown_gate.fail(GatewayError(ErrorCode.TIMEOUT, "no shutdown"))
    house.launcher.client.kill_gate.fail(PermissionError("no kill"))
    await house.clock.advance(10)
    assert session.state is SessionState.FAULTED
    assert "no kill" in caplog.text
    house.launcher.client.kill_gate.error = None
    await session.kill()
