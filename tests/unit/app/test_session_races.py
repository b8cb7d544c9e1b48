"""Races of a session, steered by gates and a clock: each order is the one the test chose."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app import commands as c
from app.errors import GatewayError
from app.sessions.state import SessionState
from tests.helpers.clock import settle
from tests.helpers.sessions import Desk, House

S = SessionState


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
    await session._gate.acquire()
    await house.clock.advance(11)
    closer = asyncio.ensure_future(session.close_if_expired())
    await settle()
    lease = session.attach()
    session._gate.release()
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
    from app.workers.contract import StartStep

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
    from app.workers.contract import StartStep

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
    from app.config import RestartPolicy

    desk = Desk(spec={"restart": RestartPolicy.ON_FAULT})
    session = await desk.ready()
    desk.client.fault()
    start = desk.launcher.start

    async def held(spec: Any, progress: Any) -> Any:
        client = await start(spec, progress)
        client.invoke_gate.close()
        return client

    desk.launcher.start = held  # type: ignore[method-assign]
    await desk.clock.advance(1.1)
    assert desk.client.invoke_gate.waiting == 1
    await session.close()
    assert session.state is S.CLOSED
    assert all(client.gone for client in desk.launcher.clients)
