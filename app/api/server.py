"""The gRPC server: its services behind one guard, health and reflection beside them, and its way to an end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from app.api.alarms import AlarmFeed, AlarmsService
from app.api.dispatch import Dispatcher, Observer, unheard
from app.api.gateway import GatewayService
from app.api.guard import ClosedGuard, Guard
from app.api.health import Health
from app.api.records import Kept, RecordsService
from app.api.sources import NoSources, Sources
from app.config import Settings
from app.errors import ErrorCode, GatewayError
from app.pb import gateway_pb2 as pb
from app.records.audited import AuditedWriter
from app.sessions.manager import SessionManager
from app.tasks import Clock, join, spawn

_log = logging.getLogger(__name__)

#: Where gRPC itself logs.
CORE_LOG = "grpc._cython.cygrpc"


def is_trouble(record: logging.LogRecord) -> bool:
    """Whether a line of gRPC's own log is one: that a client went before its answer is none."""
    error = record.exc_info[0] if record.exc_info else None
    return error is None or error.__name__ != "ExecuteBatchError"


GATEWAY, RECORDS, ALARMS = (pb.DESCRIPTOR.services_by_name[name].full_name for name in ("Gateway", "Records", "Alarms"))


@dataclass(slots=True)
class Served:
    """What the services stand on. Without a ``writer`` nothing is written; what is not kept or looked at is said so."""

    manager: SessionManager
    settings: Settings
    clock: Clock
    writer: AuditedWriter | None = None
    kept: Kept = field(default_factory=Kept)
    alarms: AlarmFeed | None = None
    sources: Sources = field(default_factory=NoSources)
    store_problem: Callable[[], str] = lambda: ""  # why the audit store cannot record


class ApiServer:
    """From :meth:`start` to :meth:`stop`, on the loop that starts it. Without a guard it admits nobody."""

    def __init__(
        self,
        served: Served,
        guard: Guard | None = None,
        observe: Observer = unheard,
    ) -> None:
        self._served = served
        self.dispatcher = Dispatcher(guard or ClosedGuard(), served.clock, observe)
        self.gateway = GatewayService(served.manager, served.settings, served.clock, served.writer, served.sources)
        self._alarms = AlarmsService(served.alarms, served.clock)
        self._records = RecordsService(served.kept, served.clock)
        self.health = Health(
            {"": self.ready, GATEWAY: self.ready, RECORDS: self._records.problem, ALARMS: self._alarms.problem},
            served.clock,
        )
        self._server: grpc.aio.Server | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._stopping = False
        self.address = ""  # where it listens

    async def start(self, address: str, credentials: grpc.ServerCredentials | None = None) -> str:
        """Listen on ``address`` (host:port, port 0 = any that is free), in plain text without ``credentials``; the
        address with its port. GatewayError InvalidArgument where that is not possible."""
        logging.getLogger(CORE_LOG).addFilter(is_trouble)  # once, however often
        server = grpc.aio.server(options=_options(self._served.settings))
        services = pb.DESCRIPTOR.services_by_name
        for name, service in (("Gateway", self.gateway), ("Records", self._records), ("Alarms", self._alarms)):
            server.add_generic_rpc_handlers((self.dispatcher.handlers(services[name], service),))
        health_pb2_grpc.add_HealthServicer_to_server(cast("Any", self.health.servicer), server)
        shown = (
            GATEWAY, RECORDS, ALARMS, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
            reflection.SERVICE_NAME,
        )  # fmt: skip
        reflection.enable_server_reflection(shown, server)
        server.add_generic_rpc_handlers((self.dispatcher.others(),))
        try:
            if credentials is None:
                port = server.add_insecure_port(address)
            else:
                port = server.add_secure_port(address, credentials)
        except RuntimeError as error:
            await server.stop(None)
            raise GatewayError(
                ErrorCode.INVALID_ARGUMENT,
                f"cannot listen on {address}: is another program there? Choose another api_port, or 0 for any",
            ) from error
        await server.start()
        self._server = server
        await self.health.start()
        self._sweeping = spawn(self._sweep(), name="give up handles")
        self.address = f"{address.rpartition(':')[0]}:{port}"
        _log.info("the API listens on %s", self.address)
        return self.address

    async def stop(self, grace_s: float = 1.0) -> None:
        """Streams and calls get so long; then they are cancelled. Twice is harmless."""
        server, self._server = self._server, None
        if server is None:
            return
        self._stopping = True
        await join(self._sweeping)
        await self.health.stop()
        await server.stop(grace_s)
        await self.gateway.writes.stop()

    async def _sweep(self) -> None:
        while True:
            await self._served.clock.sleep(self._served.settings.sweep_s)
            await self.gateway.give_up_handles()

    def problems(self) -> dict[str, str]:
        """What of it is not ready -> why."""
        names = {"": "api", GATEWAY: "gateway", RECORDS: "records", ALARMS: "alarms"}
        problems = {names[name]: words for name, words in self.health.problems().items()}
        problems.pop("alarms", None)  # a server without alarm limits is none the worse
        return problems

    def ready(self) -> str:
        """Why it is of no use to ask this server now."""
        manager, settings = self._served.manager, self._served.settings
        if self._stopping:
            return "the server is stopping"
        if problem := self._served.store_problem():
            return problem
        if len(manager) >= settings.sessions:
            return f"{len(manager)} sessions are open, the limit"
        if not self.gateway.started:
            return "the last worker process could not be started"
        return ""


def _options(settings: Settings) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.api_message_limit),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", settings.api_calls_together),
        ("grpc.so_reuseport", 0),  # another program on the port is an error, not a partner
        # A client that is gone without a word is noticed, and its place is free again.
        ("grpc.keepalive_time_ms", round(settings.api_keepalive_s * 1000)),
        ("grpc.keepalive_timeout_ms", round(settings.api_keepalive_s * 500)),
        ("grpc.http2.ping_timeout_ms", round(settings.api_keepalive_s * 500)),
        ("grpc.keepalive_permit_without_calls", 1),
        # The same for one that connects and never finishes the handshake: gRPC's own limit is two minutes.
        ("grpc.server_handshake_timeout_ms", round(settings.api_keepalive_s * 1500)),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ]
