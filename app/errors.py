"""The few errors that callers treat differently. Standard library only: the worker process uses it too."""

from __future__ import annotations

import enum

from app.values import Fault


class ErrorCode(enum.StrEnum):
    SESSION_NOT_FOUND = "SessionNotFound"
    SESSION_NOT_READY = "SessionNotReady"
    SESSION_LIMIT_REACHED = "SessionLimitReached"
    WORKER_START_FAILED = "WorkerStartFailed"
    EVENT_SUBSCRIBER_ALREADY_ACTIVE = "EventSubscriberAlreadyActive"
    EVENT_SUBSCRIBER_LIMIT_REACHED = "EventSubscriberLimitReached"
    EVENT_QUEUE_OVERFLOW = "EventQueueOverflow"
    CLOSE_FAILED = "CloseFailed"
    INVALID_ARGUMENT = "InvalidArgument"
    PERMISSION_DENIED = "PermissionDenied"
    PROTOCOL_VIOLATION = "ProtocolViolation"
    WORKER_UNAVAILABLE = "WorkerUnavailable"
    WORKER_UNRESPONSIVE = "WorkerUnresponsive"
    COMMAND_FAILED = "CommandFailed"
    TIMEOUT = "Timeout"
    TOO_MANY_PENDING = "TooManyPending"
    AUDIT_UNAVAILABLE = "AuditUnavailable"
    UNAUTHENTICATED = "Unauthenticated"
    RATE_LIMITED = "RateLimited"
    KEYS_UNAVAILABLE = "KeysUnavailable"
    STREAM_LIMIT_REACHED = "StreamLimitReached"
    RECORDS_UNAVAILABLE = "RecordsUnavailable"
    SOURCE_NOT_FOUND = "SourceNotFound"
    WRITE_IN_FLIGHT = "WriteInFlight"


class GatewayError(Exception):
    """A request that could not be served, or a session that ended badly; :attr:`fault` says why."""

    def __init__(self, code: str, message: str, /, **details: str) -> None:  # details may have these very names
        super().__init__(message)
        self.fault = Fault(str(code), message, details)

    @classmethod
    def of(cls, fault: Fault) -> GatewayError:
        return cls(fault.code, fault.message, **dict(fault.details))

    @property
    def code(self) -> str:
        return self.fault.code

    def __str__(self) -> str:
        return str(self.fault)


class ProtocolViolation(GatewayError):  # noqa: N818 - the clause's own word
    """Bytes or a message that the worker protocol does not allow; the message says which rule was broken."""

    def __init__(self, message: str, /, **details: str) -> None:
        super().__init__(ErrorCode.PROTOCOL_VIOLATION, message, **details)
