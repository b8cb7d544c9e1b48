"""Commands and replies: complete, immutable, and silent about passwords."""

from __future__ import annotations

import dataclasses
import inspect
import typing

import pytest

from app import commands
from app.commands import (
    Aggregate,
    AuthenticateUser,
    BulkCommand,
    Command,
    Payload,
    Property,
    ProtocolStatus,
    Reply,
    Restore,
    SingleCommand,
    TagProperties,
)

CLASSES = [
    kind
    for _, kind in inspect.getmembers(commands, inspect.isclass)
    if kind.__module__ == "app.commands" and kind not in (ProtocolStatus, Aggregate)
]


@pytest.mark.clause("S7.3")
@pytest.mark.parametrize(
    "name",
    [
        "Register", "Unregister", "AddItem", "AddItem2", "AddBufferedItem", "SetBufferedUpdateInterval", "RemoveItem",
        "Advise", "AdviseSupervisory", "UnAdvise", "Suspend", "Activate", "Write", "Write2", "WriteSecured",
        "WriteSecured2", "AuthenticateUser", "ArchestrAUserToId", "Ping", "Browse",
    ],
)  # fmt: skip
def test_every_single_command_is_there(name: str) -> None:
    assert getattr(commands, name) in typing.get_args(SingleCommand)


@pytest.mark.clause("S7.3", "S9.1")
@pytest.mark.parametrize(
    "name",
    [
        "AddItemBulk", "AdviseItemBulk", "RemoveItemBulk", "UnAdviseItemBulk", "SubscribeBulk", "UnsubscribeBulk",
        "WriteBulk", "Write2Bulk", "WriteSecuredBulk", "WriteSecured2Bulk", "ReadBulk",
    ],
)  # fmt: skip
def test_every_bulk_command_is_there(name: str) -> None:
    assert getattr(commands, name) in typing.get_args(BulkCommand)


def test_commands_are_single_or_bulk_or_restore() -> None:
    parts = [*typing.get_args(SingleCommand), *typing.get_args(BulkCommand), Restore]
    assert len(parts) == len(set(parts))
    assert set(typing.get_args(Command)) == set(parts)
    assert not set(typing.get_args(Payload)) & set(parts)


@pytest.mark.parametrize("kind", CLASSES)
def test_classes_are_frozen_and_slotted(kind: type) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind)


@pytest.mark.clause("R8")
def test_a_password_is_in_no_repr() -> None:
    assert "hunter2" not in repr(AuthenticateUser(1, "operator", "hunter2"))


@pytest.mark.clause("S7.4")
def test_protocol_statuses_have_the_clauses_names() -> None:
    assert [status.words for status in ProtocolStatus] == [
        "Ok",
        "InvalidRequest",
        "ProtocolViolation",
        "WorkerUnavailable",
        "Timeout",
        "Unsupported",
        "MxAccessFailure",
        "Cancelled",
        "Internal",
    ]


@pytest.mark.clause("S9.5")
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(ProtocolStatus.TIMEOUT, "the message", "the diagnostic"), "the message"),
        (Reply(ProtocolStatus.TIMEOUT, diagnostic="the diagnostic"), "the diagnostic"),
        (Reply(ProtocolStatus.MX_ACCESS_FAILURE), "MxAccessFailure"),
    ],
)
def test_a_refusal_says_message_then_diagnostic_then_status(reply: Reply, words: str) -> None:
    assert reply.words == words
    assert not reply.ok
    assert Reply().ok


def test_properties_are_found_by_name() -> None:
    properties = TagProperties((Property("unit", "bar"), Property("high", 5.0)))
    assert properties.get("unit") == "bar"
    assert properties.get("low") is None
