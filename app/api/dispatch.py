"""From a call as it came to the method that serves it, and back: one door for every request.

Handlers are made from the descriptors: a method of the proto that has no implementation does not start, and none gets
past the guard. Requests are parsed only once their caller is admitted; errors leave as statuses of one table.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message

from app import log_fields
from app.api import status
from app.api.guard import Call, Caller, Guard, Place
from app.errors import ErrorCode, GatewayError
from app.tasks import Clock
from app.values import Fault

_log = logging.getLogger(__name__)
_DETAILS_BIN = "grpc-status-details-bin"
_Context = grpc.aio.ServicerContext[Any, Any]

#: Told of every call at its end: method, name of the status, seconds.
Observer = Callable[[str, str, float], object]


#: Sends one message of a stream, as bytes; waits while the client does not take it.
Send = Callable[[bytes], Awaitable[None]]


def unheard(method: str, code: str, seconds: float) -> None:
    """The observer where nobody counts."""


class Dispatcher:
    """Services are objects with a coroutine for each method of their descriptor, in snake case: ``(request, caller)``
    to a message, and for streams ``(request, caller, send)`` to nothing."""

    def __init__(self, guard: Guard, clock: Clock, observe: Observer = unheard) -> None:
        self._guard = guard
        self._clock = clock
        self._observe = observe
        self.streams = 0  # open now

    def handlers(self, service: ServiceDescriptor, implementation: object) -> grpc.GenericRpcHandler:
        """For a server. AttributeError where a method is missing."""
        methods: Mapping[str, grpc.RpcMethodHandler[Any, Any]] = {
            method.name: self._handler(method, getattr(implementation, snake(method.name)))
            for method in service.methods
        }
        return grpc.method_handlers_generic_handler(service.full_name, methods)

    def others(self) -> grpc.GenericRpcHandler:
        """For a server, behind all that it serves: what nobody serves is refused and counted like the rest."""

        def handler(method: str) -> grpc.RpcMethodHandler[Any, Any]:
            async def refuse(requests: object, context: _Context) -> None:
                began = self._clock.monotonic()
                call = _call(method, context)
                end: BaseException = GatewayError(
                    status.UNKNOWN_METHOD, "this server has no such method: reflection tells those that it has"
                )
                try:
                    self._known(await self._guard.admit(call), call)
                except BaseException as error:  # why its caller is not even let in
                    end = error
                await self._end(context, call, began, end)
                raise end

            return grpc.stream_stream_rpc_method_handler(cast("Any", refuse))  # which takes every kind of call

        return _Others(handler)

    def _handler(self, method: MethodDescriptor, serve: Any) -> grpc.RpcMethodHandler[Any, Any]:
        name = f"/{method.containing_service.full_name}/{method.name}"
        kind = message_factory.GetMessageClass(method.input_type)
        # Raw bytes on both sides: nothing of a stranger's is parsed, and streams send what is serialised already.
        if method.server_streaming:

            async def stream(data: bytes, context: _Context) -> None:
                await self._stream(name, kind, serve, data, context)

            return grpc.unary_stream_rpc_method_handler(cast("Any", stream))

        async def unary(data: bytes, context: _Context) -> bytes:
            return await self._unary(name, kind, serve, data, context)

        return grpc.unary_unary_rpc_method_handler(cast("Any", unary))

    async def _unary(
        self,
        name: str,
        kind: type[Message],
        serve: Callable[[Any, Caller], Awaitable[Message]],
        data: bytes,
        context: _Context,
    ) -> bytes:
        began = self._clock.monotonic()
        call = _call(name, context)
        try:
            caller = self._known(await self._guard.admit(call), call)
            reply = await serve(self._request(call, caller, kind, data), caller)
            answer = reply.SerializeToString()
        except BaseException as error:
            await self._end(context, call, began, error)
            raise
        self._observe(name, grpc.StatusCode.OK.name, self._clock.monotonic() - began)
        return answer

    async def _stream(
        self,
        name: str,
        kind: type[Message],
        serve: Callable[[Any, Caller, Send], Awaitable[None]],
        data: bytes,
        context: _Context,
    ) -> None:
        began = self._clock.monotonic()
        call = _call(name, context)
        self.streams += 1
        place: Place | None = None
        try:
            with contextlib.ExitStack() as held:
                try:
                    caller = self._known(await self._guard.admit(call), call)
                    request = self._request(call, caller, kind, data)
                    place = held.enter_context(self._guard.streaming(caller, call))
                    await serve(request, caller, context.write)
                except BaseException as error:
                    # Inside: a client that takes neither events nor the status still has its stream.
                    await self._end(context, call, began, error if place is None else place.cause(error))
                    raise
        finally:
            self.streams -= 1
        self._observe(name, grpc.StatusCode.OK.name, self._clock.monotonic() - began)

    def _known(self, caller: Caller, call: Call) -> Caller:
        """What is logged from here on belongs to this call."""
        log_fields.bind(method=call.method, client=log_fields.Client(caller.key_id), peer=call.peer)
        return caller

    def _request(self, call: Call, caller: Caller, kind: type[Message], data: bytes) -> Message:
        try:
            request = kind.FromString(data)
        except DecodeError as error:
            words = f"the request is no {kind.DESCRIPTOR.full_name}: {error}"
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, words) from error
        self._guard.permit(caller, call, request)
        return request

    async def _end(self, context: _Context, call: Call, began: float, error: BaseException) -> None:
        """The call's status; raises AbortError, but for a call that was cancelled."""
        if isinstance(error, asyncio.CancelledError):
            code = grpc.StatusCode.CANCELLED.name
        elif isinstance(error, GatewayError):
            code = status.row(status.reason(error.fault)).status.name
        else:
            code = grpc.StatusCode.INTERNAL.name
        self._observe(call.method, code, self._clock.monotonic() - began)
        _log.info("the call ended with %s", code)  # the message may quote the source
        if isinstance(error, GatewayError):
            await abort(context, error.fault)
        elif isinstance(error, Exception):
            _log.error("%s failed", call.method, exc_info=error)
            await abort(context, Fault(status.INTERNAL, f"a mistake in Tagwatch ({type(error).__name__}); see its log"))


class _Others(grpc.GenericRpcHandler):
    def __init__(self, handler: Callable[[str], grpc.RpcMethodHandler[Any, Any]]) -> None:
        self._handler = handler

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        return self._handler(str(handler_call_details.method))


async def abort(context: _Context, fault: Fault) -> None:
    """End the call with the fault's status."""
    told = status.status_of(fault)
    code = status.row(status.reason(fault)).status
    try:
        await context.abort(code, told.message, trailing_metadata=((_DETAILS_BIN, told.SerializeToString()),))
    except grpc.aio.AbortError:
        raise
    except Exception as error:  # of no kind that grpc has a public name for
        if not context.done():
            raise
        raise asyncio.CancelledError from error  # the client went away before it was told


def _call(name: str, context: _Context) -> Call:
    metadata = [(str(key), value) for key, value in context.invocation_metadata() or ()]
    identity = {str(key): list(values) for key, values in context.auth_context().items()}
    return Call(name, str(context.peer()), metadata, identity)


def snake(name: str) -> str:
    """OpenSession to open_session."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
