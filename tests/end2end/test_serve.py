"""``tagwatch serve`` as a process: what it says, serves and leaves behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from app.pb import gateway_pb2 as pb
from app.pb import gateway_pb2_grpc as stubs
from tests.helpers.engine import until

ROOT = Path(__file__).resolve().parents[2]


def environment(directory: Path, **settings: str) -> dict[str, str]:
    given = {"api_authentication": "false", "api_port": "0", **settings}
    named = {f"TAGWATCH_{name.upper()}": value for name, value in given.items()}
    return {**os.environ, "TAGWATCH_CONFIG_DIR": str(directory), **named}


async def started(directory: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "serve", *arguments, cwd=ROOT, env=environment(directory, **settings),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@asynccontextmanager
async def serving(directory: Path, *arguments: str, **settings: str) -> AsyncIterator[tuple[str, Any]]:
    process = await started(directory, *arguments, **settings)
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        assert line.startswith("tagwatch serves on 127.0.0.1:"), line
        yield line.split()[-1], process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.clause("S10.4", "S12.1", "J9")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals; its service control does that")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_cleanly_when_it_is_told_to(number: signal.Signals, tmp_path: Path) -> None:
    async with serving(tmp_path) as (address, process), grpc.aio.insecure_channel(address) as channel:
        gateway = stubs.GatewayStub(channel)
        session = await gateway.OpenSession(pb.OpenSessionRequest(backend="sim", name="plant"))
        stream = gateway.StreamEvents(pb.StreamEventsRequest(session_id=session.id))
        assert (await anext(aiter(stream))).HasField("started")
        assert psutil.pid_exists(session.worker_pid)
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 15) == 0
        await until(lambda: not psutil.pid_exists(session.worker_pid), "the worker's end")


@pytest.mark.clause("J9")
async def test_it_says_what_is_wrong_with_its_settings(tmp_path: Path) -> None:
    for settings, code, words in (
        ({"api_port": "99999"}, 2, "api_port"),
        ({"api_host": "0.0.0.0"}, 2, "TLS"),
        ({"journal": "never"}, 2, "journal"),
    ):
        process = await started(tmp_path, **settings)
        _, told = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == code, told
        assert words in told.decode()


@pytest.mark.clause("J9")
async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as (address, _):
        process = await started(tmp_path / "other", api_port=address.rpartition(":")[2])
        _, told = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 3, told
        assert f"cannot listen on {address}" in told.decode()


@pytest.mark.clause("J9")
async def test_health_follows_capacity_and_reflection_tells_the_services(tmp_path: Path) -> None:
    async with serving(tmp_path, sessions="1") as (address, _), grpc.aio.insecure_channel(address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        watch = aiter(health.Watch(health_pb2.HealthCheckRequest(service="tagwatch.gateway.v1.Gateway")))
        assert (await anext(watch)).status == health_pb2.HealthCheckResponse.SERVING
        gateway = stubs.GatewayStub(channel)
        session = await gateway.OpenSession(pb.OpenSessionRequest(backend="sim"))
        assert (await anext(watch)).status == health_pb2.HealthCheckResponse.NOT_SERVING
        await gateway.CloseSession(pb.CloseSessionRequest(session_id=session.id))
        assert (await anext(watch)).status == health_pb2.HealthCheckResponse.SERVING
        alarms = await health.Check(health_pb2.HealthCheckRequest(service="tagwatch.gateway.v1.Alarms"))
        assert alarms.status == health_pb2.HealthCheckResponse.NOT_SERVING
        asking = reflection_pb2.ServerReflectionRequest(list_services="")
        replies = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([asking]))
        found = {service.name async for reply in replies for service in reply.list_services_response.service}
        assert {f"tagwatch.gateway.v1.{name}" for name in ("Gateway", "Records", "Alarms")} <= found


@pytest.mark.clause("J7")
async def test_what_was_watched_is_read_back_as_samples_and_bins(tmp_path: Path) -> None:
    async with serving(tmp_path) as (address, _), grpc.aio.insecure_channel(address) as channel:
        gateway, records = stubs.GatewayStub(channel), stubs.RecordsStub(channel)
        session = (await gateway.OpenSession(pb.OpenSessionRequest(backend="sim", name="Plant"))).id
        register = pb.InvokeRequest(session_id=session, register=pb.Register(client_name="test"))
        handle = (await gateway.Invoke(register)).handle.handle
        bulk = pb.SubscribeBulk(server_handle=handle, tags=["Tank101.Level"])
        await gateway.Invoke(pb.InvokeRequest(session_id=session, subscribe_bulk=bulk))

        async def asked(**more: int) -> list[pb.HistoryPage]:
            wanted = pb.QueryHistoryRequest(source="Plant", tags=["Tank101.Level"], since_ns=1, **more)
            return [page async for page in records.QueryHistory(wanted)]

        for _ in range(200):
            pages = await asked(page_size=2)
            if sum(page.count for page in pages) >= 3:
                break
            await asyncio.sleep(0.1)
        assert all(page.count <= 2 for page in pages)
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
        times = [time for page in pages for time in array("q", page.source_times)]
        assert times == sorted(times)
        assert pages[0].not_held[0].since_ns == 1
        (some,) = await asked(limit=2)
        assert some.count == 2
        assert some.truncated
        (bins,) = await asked(bins=4)
        assert bins.count == 4
        assert sum(array("I", bins.counts)) >= 3
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await asked(bins=4, limit=2)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


WORKSPACE = {
    "tagwatch": "workspace",
    "version": 1,
    "sources": {
        "sources": [
            {"name": "Plant", "backend": "sim", "options": {"first_data_ms": 10, "password": "secret"}},
            {"name": "Later", "backend": "sim", "options": {}, "open_at_start": False},
        ]
    },
    "alarms": {
        "limits": [{"source": "Plant", "tag": "Tank101.Level", "limits": [{"condition": "H", "value": -1000.0}]}]
    },
}


@pytest.mark.clause("J8", "J9")
async def test_a_workspace_gives_sources_and_alarms(tmp_path: Path) -> None:
    file = tmp_path / "plant.tagwatch"
    file.write_text(json.dumps(WORKSPACE), encoding="utf-8")
    async with (
        serving(tmp_path, "--workspace", str(file)) as (address, _),
        grpc.aio.insecure_channel(address) as channel,
    ):
        gateway, alarms, records = stubs.GatewayStub(channel), stubs.AlarmsStub(channel), stubs.RecordsStub(channel)
        sources = (await gateway.ListSources(pb.ListSourcesRequest())).sources
        assert [source.name for source in sources] == ["Plant", "Later"]
        assert "password" not in sources[0].options
        session = await gateway.OpenSession(pb.OpenSessionRequest(source="later"))
        assert session.name == "Later"
        stream = aiter(alarms.StreamAlarms(pb.StreamAlarmsRequest()))
        alarm = None
        complete = False
        while alarm is None:
            message = await asyncio.wait_for(anext(stream), 15)
            complete = complete or message.HasField("snapshot_complete")
            if message.HasField("alarm"):
                alarm = message.alarm
            elif message.HasField("change"):
                assert complete
                alarm = message.change.alarm if message.change.event == "raise" else None
        assert (alarm.id.source, alarm.id.tag, alarm.id.condition) == ("Plant", "Tank101.Level", "H")
        rows = (await alarms.Acknowledge(pb.AcknowledgeRequest(ids=[alarm.id], comment="seen"))).rows
        assert rows[0].success
        assert rows[0].alarm.state == "acknowledged"
        assert rows[0].alarm.comment == "seen"
        again = (await alarms.Acknowledge(pb.AcknowledgeRequest(ids=[alarm.id]))).rows
        assert not again[0].success
        assert "acknowledged" in again[0].error
        shelved = (await alarms.Shelve(pb.ShelveRequest(ids=[alarm.id], duration_s=60))).rows
        assert shelved[0].alarm.state == "shelved"
        back = (await alarms.Unshelve(pb.UnshelveRequest(ids=[alarm.id]))).rows
        assert back[0].alarm.state == "unacknowledged"

        async def noted() -> list[pb.EventRow]:
            wanted = pb.QueryEventsRequest(text="acknowledge", kinds=["operator"], tag="Tank101")
            return [row async for page in records.QueryEvents(wanted) for row in page.rows]

        for _ in range(100):
            if rows := await noted():
                break
            await asyncio.sleep(0.1)
        assert "seen" in rows[0].text
        assert rows[0].session == "Plant"
        missing = [page async for page in records.QueryAudit(pb.QueryAuditRequest())]
        assert missing == []
