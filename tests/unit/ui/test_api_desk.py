"""The window's API: a switch, an address, and the same engine behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import grpc
import pytest

from app.alarms.limits import Condition, Limit, TagLimits
from app.alarms.states import AlarmState
from app.pb import gateway_pb2 as pb
from app.pb import gateway_pb2_grpc as stubs
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from ui.tagref import TagRef


async def _to_its_end(stream: AsyncIterator[object]) -> None:
    async for _ in stream:
        pass


SWITCH = "Offer the API to other programs"


async def test_other_programs_reach_the_windows_sessions_and_alarms(scripted: Scripted) -> None:
    await scripted.ready()
    application = scripted.application
    desk = application.api
    served = desk.host._served
    served.settings = dataclasses.replace(served.settings, api_port=0, api_authentication=False)
    assert not desk.host.address
    assert not desk._label.isVisibleTo(scripted.window)
    scripted.action(SWITCH).trigger()
    address = await until(lambda: desk.host.address, "the API")
    await until(lambda: desk._label.isVisibleTo(scripted.window), "the address")
    assert desk._label.text() == f"API {address}"
    application.alarms.set_limits({TagRef("Simulated plant", "Tank.Level"): TagLimits((Limit(Condition.HIGH, 80.0),))})
    async with grpc.aio.insecure_channel(address) as channel:
        gateway, alarms = stubs.GatewayStub(channel), stubs.AlarmsStub(channel)
        sessions = (await gateway.ListSessions(pb.ListSessionsRequest())).sessions
        assert {session.name for session in sessions} == {"Simulated plant", "This computer"}
        assert not any(session.owned for session in sessions)
        sources = (await gateway.ListSources(pb.ListSourcesRequest())).sources
        assert {source.name: bool(source.session_id) for source in sources} == {
            "Simulated plant": True,
            "This computer": True,
        }
        alarm_id = pb.AlarmId(source="Simulated plant", tag="Tank.Level", condition="H")
        rows = (await alarms.Shelve(pb.ShelveRequest(ids=[alarm_id], duration_s=60, comment="test"))).rows
        assert rows[0].success
        (alarm,) = application.alarms.engine.alarms()
        assert alarm.state is AlarmState.SHELVED
        stream = aiter(alarms.StreamAlarms(pb.StreamAlarmsRequest()))
        assert (await anext(stream)).alarm.comment == "test"
        scripted.action(SWITCH).trigger()
        with pytest.raises(grpc.aio.AioRpcError):
            await _to_its_end(stream)
    await until(lambda: not desk._label.isVisibleTo(scripted.window), "the end of the API")


async def test_a_port_that_is_taken_is_said_and_nothing_else_happens(scripted: Scripted) -> None:
    await scripted.ready()
    desk = scripted.application.api
    served = desk.host._served
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    served.settings = dataclasses.replace(served.settings, api_port=port, api_authentication=False)
    scripted.action(SWITCH).trigger()
    bar = scripted.window.statusBar()
    await until(lambda: "The API is not there: cannot listen" in bar.currentMessage(), "the reason")
    assert not desk.host.address
    await server.stop(None)
