"""The table of statuses: complete, the one that the docs show, and within what a client takes."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2
from grpc._cython import cygrpc

from app.api import status
from app.api.server import CORE_LOG, is_trouble
from app.commands import ProtocolStatus
from app.errors import ErrorCode
from app.values import Fault

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"


@pytest.mark.clause("J2")
def test_every_code_has_a_status() -> None:
    assert set(ErrorCode) <= set(status.TABLE)


@pytest.mark.clause("J2")
def test_the_page_shows_the_table() -> None:
    found = re.search(r"<!-- statuses -->\n(.*?)<!-- /statuses -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    assert found[1] == status.table(), "put app.api.status.table() into docs/api.md"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (ErrorCode.SESSION_NOT_FOUND, grpc.StatusCode.NOT_FOUND),
        (ErrorCode.SESSION_NOT_READY, grpc.StatusCode.FAILED_PRECONDITION),
        (ErrorCode.EVENT_SUBSCRIBER_ALREADY_ACTIVE, grpc.StatusCode.ALREADY_EXISTS),
        (ErrorCode.EVENT_QUEUE_OVERFLOW, grpc.StatusCode.RESOURCE_EXHAUSTED),
        (ErrorCode.TIMEOUT, grpc.StatusCode.DEADLINE_EXCEEDED),
        (ErrorCode.UNAUTHENTICATED, grpc.StatusCode.UNAUTHENTICATED),
        ("CertificateUntrusted", grpc.StatusCode.UNAVAILABLE),
    ],
)
def test_what_it_is_called(code: str, expected: grpc.StatusCode) -> None:
    assert status.row(code).status is expected


def test_a_command_that_a_source_lacks_is_unimplemented() -> None:
    fault = Fault(ErrorCode.COMMAND_FAILED, "no", {"status": ProtocolStatus.UNSUPPORTED.words})
    assert status.row(status.reason(fault)).status is grpc.StatusCode.UNIMPLEMENTED


def test_details_are_kept_within_what_a_client_takes() -> None:
    details = {f"name{n}": "ü" * 5_000 for n in range(50)}
    told = status.status_of(Fault("X" * 500, "m\udc80" + "ö" * 10_000, details))
    assert len(told.SerializeToString()) < 4_000
    assert told.message.endswith("…")


@pytest.mark.clause("J2")
def test_when_to_try_again_is_told() -> None:
    told = status.status_of(Fault(ErrorCode.RATE_LIMITED, "later", {status.RETRY_AFTER_S: "1.5"}))
    retry = error_details_pb2.RetryInfo()
    assert told.details[1].Unpack(retry)
    assert retry.retry_delay == Duration(seconds=1, nanos=500_000_000)


@pytest.mark.clause("J5")
def test_a_client_that_left_before_its_answer_is_no_error_of_the_log() -> None:
    def record(error: Exception) -> logging.LogRecord:
        given = (type(error), error, None)
        return logging.LogRecord(CORE_LOG, logging.ERROR, __file__, 1, "raised in core", None, given)

    left: Exception = getattr(cygrpc, "ExecuteBatchError")("failed")  # noqa: B009 - the stubs do not know it
    assert not is_trouble(record(left))
    assert is_trouble(record(ValueError("another")))
    assert is_trouble(logging.LogRecord(CORE_LOG, logging.ERROR, __file__, 1, "words", None, None))
