"""A gateway by script: a real gRPC server whose streams say what a test wants, so that races can be steered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc import aio
from grpc_status import rpc_status

from app.batch import EventBatch
from app.pb import gateway_pb2 as pb
from app.pb import gateway_pb2_grpc as pb_grpc
from app.wire.messages import fill_batch

Script = Callable[[pb.StreamEventsRequest, Any], AsyncIterator[pb.StreamMessage]]


class ScriptedGateway(pb_grpc.GatewayServicer):
    def __init__(self) -> None:
        self.address = ""
        self.scripts: list[Script] = []
        self.requests: list[pb.StreamEventsRequest] = []
        self.metadata: list[dict[str, Any]] = []
        self.session = pb.Session(id="s1", name="plant", backend="sim", state=pb.SESSION_STATE_READY)
        self.refusal: status_pb2.Status | None = None  # of unary calls

    async def StreamEvents(self, request: Any, context: Any) -> AsyncIterator[pb.StreamMessage]:
        self.requests.append(request)
        async for message in self.scripts.pop(0)(request, context):
            yield message

    async def GetSession(self, request: Any, context: Any) -> pb.Session:
        self.metadata.append(dict(context.invocation_metadata()))
        if self.refusal is not None:
            await refuse(context, self.refusal)
        return self.session


@asynccontextmanager
async def scripted() -> AsyncIterator[ScriptedGateway]:
    gateway = ScriptedGateway()
    server = aio.server()
    pb_grpc.add_GatewayServicer_to_server(gateway, server)
    gateway.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield gateway
    finally:
        await server.stop(0)


def started(position: int = 0, filtered: bool = False) -> pb.StreamMessage:
    session = pb.Session(id="s1")
    return pb.StreamMessage(started=pb.Started(position=position, session=session, filtered=filtered))


def items(**tags: int) -> pb.StreamMessage:
    return pb.StreamMessage(items=pb.ItemTable(items=[pb.Item(key=key, tag=tag) for tag, key in tags.items()]))


def events(first: int, count: int = 1, key: int = 7) -> pb.StreamMessage:
    """Values are the sequences."""
    values = [float(first + i) for i in range(count)]
    batch = EventBatch(first, [key] * count, values, [192] * count, values and [1] * count, [2] * count)
    message = pb.StreamMessage()
    fill_batch(message.batches.add(), batch)
    return message


def gap(after: int, oldest: int) -> pb.StreamMessage:
    return pb.StreamMessage(gap=pb.Gap(after_sequence=after, oldest_available=oldest))


def refusal(code: str, reason: str, words: str, retry_s: float | None = None, **metadata: str) -> status_pb2.Status:
    details = [_any(error_details_pb2.ErrorInfo(reason=reason, domain="tagwatch", metadata=metadata))]
    if retry_s is not None:
        wait = duration_pb2.Duration()
        wait.FromNanoseconds(round(retry_s * 1e9))
        details.append(_any(error_details_pb2.RetryInfo(retry_delay=wait)))
    return status_pb2.Status(code=code_pb2.Code.Value(code), message=words, details=details)


def _any(message: Any) -> any_pb2.Any:
    holder = any_pb2.Any()
    holder.Pack(message)
    return holder


async def refuse(context: Any, status: status_pb2.Status) -> None:
    """As a server answers with rich details."""
    told = rpc_status.to_status(status)
    context.set_trailing_metadata(told.trailing_metadata)
    await context.abort(told.code, told.details)


async def lose(context: Any) -> None:
    """As a connection that breaks: a status without a word of the server's own."""
    await context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")
