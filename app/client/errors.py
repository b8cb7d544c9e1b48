"""What a call to the gateway API raises: the status, the reason and everything that the server told."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from grpc import aio

from app.errors import ErrorCode, GatewayError
from app.values import Fault

_T = TypeVar("_T")
_DOMAIN = "tagwatch"
_DETAILS = "grpc-status-details-bin"
_S = grpc.StatusCode

UNREACHABLE = "ServerUnreachable"
#: What a status means that came without a reason: from the library, or from something between client and server.
_REASONS = {
    _S.UNAVAILABLE: UNREACHABLE,
    _S.CANCELLED: "Cancelled",
    _S.DEADLINE_EXCEEDED: ErrorCode.TIMEOUT,
    _S.UNAUTHENTICATED: ErrorCode.UNAUTHENTICATED,
    _S.PERMISSION_DENIED: ErrorCode.PERMISSION_DENIED,
    _S.UNIMPLEMENTED: "Unsupported",
    _S.INVALID_ARGUMENT: ErrorCode.INVALID_ARGUMENT,
}


class ClientError(GatewayError):
    """``code`` is the server's reason (docs/api.md), ``fault.details`` what belongs to it. ``status`` is that of gRPC,
    ``told`` False where the words are not the server's own, ``retry_after_s`` when to try again, if it said so."""

    def __init__(
        self, status: grpc.StatusCode, fault: Fault, *, told: bool = True, retry_after_s: float | None = None
    ) -> None:
        super().__init__(fault.code, fault.message, **dict(fault.details))
        self.status = status
        self.told = told
        self.retry_after_s = retry_after_s

    @property
    def connection_lost(self) -> bool:
        """Nothing is known of what the server did: the way to it broke, or there is none."""
        return not self.told and self.status in (_S.UNAVAILABLE, _S.CANCELLED, _S.INTERNAL, _S.UNKNOWN)

    @classmethod
    def from_call(cls, error: aio.AioRpcError, address: str) -> ClientError:
        status, words = error.code(), error.details() or ""
        info, retry = _told(error)
        if info is not None:
            fault = Fault(info.reason, words, dict(info.metadata))
            return cls(status, fault, retry_after_s=retry)
        reason = _REASONS.get(status, "".join(part.capitalize() for part in status.name.split("_")))
        if status is _S.UNAVAILABLE:
            words = f"no Tagwatch can be reached at {address}: {words}"
        elif status is _S.DEADLINE_EXCEEDED:
            words = f"Tagwatch at {address} has not answered in time: {words}"
        return cls(status, Fault(reason, words or reason), told=False, retry_after_s=retry)


def _told(error: aio.AioRpcError) -> tuple[error_details_pb2.ErrorInfo | None, float | None]:
    """What google.rpc.Status carries: the reason, and when to try again."""
    info: error_details_pb2.ErrorInfo | None = None
    retry: float | None = None
    for name, value in error.trailing_metadata() or ():
        if name != _DETAILS or not isinstance(value, bytes):
            continue
        try:
            rich = status_pb2.Status.FromString(value)
            for detail in rich.details:
                found, wait = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
                if detail.Unpack(found) and found.domain == _DOMAIN:
                    info = found
                elif detail.Unpack(wait):
                    retry = wait.retry_delay.ToTimedelta().total_seconds()
        except (DecodeError, ValueError):  # something between client and server wrote it
            continue
    return info, retry


async def answered(call: Awaitable[_T], address: str) -> _T:
    """The answer to a call; ClientError for everything else but the caller's own cancellation."""
    try:
        return await call
    except aio.AioRpcError as error:
        raise ClientError.from_call(error, address) from None
    except asyncio.CancelledError:
        # A channel that is closed cancels what is on its way; that is not the caller's doing.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ClientError(
            _S.CANCELLED, Fault("Cancelled", "the client was closed while the call was on its way"), told=False
        ) from None
