"""A real API server in front of a real engine, and what a client of it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from app.api.guard import Guard, NoGuard
from app.api.server import ApiServer, Served
from app.config import Settings
from app.pb import gateway_pb2 as pb
from app.pb import gateway_pb2_grpc as stubs
from app.records.audited import AuditedWriter, ReadOnly
from app.runtime import Runtime
from tests.helpers.audit import MemoryAudit
from tests.helpers.engine import QUICK, Recorder, until

SIM = {"first_data_ms": 10, "load_tags": 100}


@dataclass(slots=True)
class Api:
    runtime: Runtime
    server: ApiServer
    channel: grpc.aio.Channel
    audit: MemoryAudit
    read_only: ReadOnly
    gateway: Any
    records: Any
    alarms: Any

    async def open(self, backend: str = "sim", name: str = "plant", **options: Any) -> str:
        request = pb.OpenSessionRequest(backend=backend, name=name)
        for option, value in {**SIM, **options}.items():
            kind = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "real"
            setattr(request.options[option], kind if not isinstance(value, str) else "text", value)
        return (await self.gateway.OpenSession(request)).id

    async def register(self, session: str, name: str = "test") -> int:
        reply = await self.invoke(session, register=pb.Register(client_name=name))
        return reply.handle.handle

    async def subscribe(self, session: str, handle: int, *tags: str) -> list[int]:
        command = pb.SubscribeBulk(server_handle=handle, tags=tags)
        rows = (await self.invoke(session, subscribe_bulk=command)).item_rows.rows
        assert all(row.success for row in rows), rows
        items = self.runtime.manager.get(session).items
        await until(lambda: all(items.sample(handle << 32 | row.item_handle) for row in rows), "first values")
        return [row.item_handle for row in rows]

    async def invoke(self, session: str, **command: Any) -> pb.Reply:
        return await self.gateway.Invoke(pb.InvokeRequest(session_id=session, **command))


@asynccontextmanager
async def served(
    guard: Guard | None = None,
    *,
    serve: dict[str, Any] | None = None,
    credentials: grpc.ServerCredentials | None = None,
    **settings: Any,
) -> AsyncIterator[Api]:
    """Everything is closed at the end. With ``credentials`` the server speaks TLS, and the stubs do not reach it."""
    audit, read_only = MemoryAudit(), ReadOnly()
    runtime = Runtime(Settings(**{**QUICK, **settings}), broadcaster=Recorder())
    await runtime.start()
    writer = AuditedWriter(audit, runtime.clock, read_only=read_only)
    given = {"writer": writer, **(serve or {})}
    server = ApiServer(Served(runtime.manager, runtime.settings, runtime.clock, **given), guard or NoGuard())
    try:
        address = await server.start("127.0.0.1:0", credentials)
        async with grpc.aio.insecure_channel(address) as channel:
            yield Api(
                runtime, server, channel, audit, read_only,
                stubs.GatewayStub(channel), stubs.RecordsStub(channel), stubs.AlarmsStub(channel),
            )  # fmt: skip
    finally:
        await server.stop(0.2)
        await runtime.stop()


def reason(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str]]:
    """ErrorInfo's reason and metadata."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            info = error_details_pb2.ErrorInfo()
            assert status.details[0].Unpack(info)
            assert info.domain == "tagwatch"
            return info.reason, dict(info.metadata)
    return "", {}
