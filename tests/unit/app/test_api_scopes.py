"""Every request has its scope, and one that nobody thought of is closed."""

from __future__ import annotations

import pytest
from google.protobuf import empty_pb2, message_factory

from app.access.scopes import Scope
from app.api import scopes
from app.pb import gateway_pb2 as pb

pytestmark = pytest.mark.clause("X3")

#: What everybody agreed on. A new request of the proto fails the test until its scope stands here, and in the code.
GOLDEN = """
Gateway/OpenSession session:open
Gateway/CloseSession session:close
Gateway/KillWorker session:close
Gateway/ExtendLease session:open
Gateway/ListSessions metadata:read
Gateway/GetSession metadata:read
Gateway/ListSources metadata:read
Gateway/Invoke.register invoke:read
Gateway/Invoke.unregister invoke:read
Gateway/Invoke.add_item invoke:read
Gateway/Invoke.add_item2 invoke:read
Gateway/Invoke.add_buffered_item invoke:read
Gateway/Invoke.set_buffered_update_interval invoke:read
Gateway/Invoke.remove_item invoke:read
Gateway/Invoke.advise invoke:read
Gateway/Invoke.advise_supervisory invoke:secure
Gateway/Invoke.un_advise invoke:read
Gateway/Invoke.suspend invoke:read
Gateway/Invoke.activate invoke:read
Gateway/Invoke.write invoke:write
Gateway/Invoke.write2 invoke:write
Gateway/Invoke.write_secured invoke:secure
Gateway/Invoke.write_secured2 invoke:secure
Gateway/Invoke.authenticate_user invoke:secure
Gateway/Invoke.archestr_a_user_to_id invoke:secure
Gateway/Invoke.ping invoke:read
Gateway/Invoke.browse metadata:read
Gateway/Invoke.properties metadata:read
Gateway/Invoke.reconnect invoke:read
Gateway/Invoke.playback session:open
Gateway/Invoke.history_read records:read
Gateway/Invoke.add_item_bulk invoke:read
Gateway/Invoke.advise_item_bulk invoke:read
Gateway/Invoke.remove_item_bulk invoke:read
Gateway/Invoke.un_advise_item_bulk invoke:read
Gateway/Invoke.subscribe_bulk invoke:read
Gateway/Invoke.unsubscribe_bulk invoke:read
Gateway/Invoke.write_bulk invoke:write
Gateway/Invoke.write2_bulk invoke:write
Gateway/Invoke.write_secured_bulk invoke:secure
Gateway/Invoke.write_secured2_bulk invoke:secure
Gateway/Invoke.read_bulk invoke:read
Gateway/Invoke. admin
Gateway/Browse metadata:read
Gateway/GetProperties metadata:read
Gateway/ReadBulk invoke:read
Gateway/WriteBulk invoke:write
Gateway/Write2Bulk invoke:write
Gateway/WriteSecuredBulk invoke:secure
Gateway/WriteSecured2Bulk invoke:secure
Gateway/StreamEvents events:read
Records/QueryHistory records:read
Records/QueryEvents records:read
Records/QueryAudit records:read
Alarms/StreamAlarms alarms:read
Alarms/Acknowledge alarms:write
Alarms/Shelve alarms:write
Alarms/Unshelve alarms:write
"""


def every_request() -> list[str]:
    lines: list[str] = []
    for service in pb.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            full = f"/{service.full_name}/{method.name}"
            kind = message_factory.GetMessageClass(method.input_type)
            short = f"{service.name}/{method.name}"
            if method.name != "Invoke":
                lines.append(f"{short} {scopes.needed(full, kind())}")
                continue
            for field in method.input_type.oneofs_by_name["command"].fields:
                request = pb.InvokeRequest()
                getattr(request, field.name).SetInParent()
                lines.append(f"{short}.{field.name} {scopes.needed(full, request)}")
            lines.append(f"{short}. {scopes.needed(full, pb.InvokeRequest())}")
    return lines


def test_every_request_of_the_proto_has_the_scope_that_was_agreed_on() -> None:
    assert every_request() == GOLDEN.split("\n")[1:-1]


def test_a_request_that_nobody_mapped_needs_admin() -> None:
    assert scopes.needed("/tagwatch.gateway.v1.Gateway/Explode", pb.ListSessionsRequest()) is Scope.ADMIN
    assert scopes.needed("/tagwatch.gateway.v1.Gateway/Invoke", empty_pb2.Empty()) is Scope.ADMIN
    assert scopes.needed("/other.v1.Gateway/ListSessions", pb.ListSessionsRequest()) is Scope.ADMIN


def test_a_command_of_a_newer_client_needs_admin() -> None:
    newer = pb.InvokeRequest.FromString(pb.InvokeRequest(session_id="a").SerializeToString() + b"\xfa\x06\x00")  # 111
    assert scopes.needed("/tagwatch.gateway.v1.Gateway/Invoke", newer) is Scope.ADMIN


def test_nothing_is_mapped_that_is_not_there() -> None:
    names = {f"/{s.full_name}/{m.name}" for s in pb.DESCRIPTOR.services_by_name.values() for m in s.methods}
    assert set(scopes.METHODS) <= names
    command = pb.InvokeRequest.DESCRIPTOR.oneofs_by_name["command"]
    assert set(scopes.COMMANDS) == {field.name for field in command.fields}
