"""The API's keys, scopes, limits and secrets, on real servers."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import sqlite3
import sys
import urllib.request
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from app.access.key_ring import KeyRing
from app.access.keys import Constraints, KeySpec, KeyText
from app.access.scopes import Scope
from app.api.key_guard import KeyGuard
from app.api.sources import NoSources, SavedSource
from app.config import Settings
from app.metrics import Metrics
from app.pb import gateway_pb2 as pb
from app.pb import gateway_pb2_grpc as stubs
from app.records.audit_record import Completion, Intent, Result
from app.records.bundle import plain, write_bundle
from app.records.program_log import ProgramLog
from app.sessions.manager import OpenRequest
from app.tasks import SystemClock
from app.values import SecurityClass
from tests.helpers.api import SIM, Api, reason, served
from tests.helpers.engine import until
from tests.helpers.server_process import server, start

EVERYTHING = frozenset(Scope) - {Scope.ADMIN}


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


# ---- in this process: limits, tag by tag


class Keyed:
    """An API with keys, and what each of them is sent along with."""

    def __init__(self, api: Api, ring: KeyRing) -> None:
        self.api = api
        self.ring = ring

    async def key(self, scopes: frozenset[Scope] = EVERYTHING, **limits: Any) -> Desk:
        text = await self.ring.create(KeySpec("desk", scopes, Constraints(**limits)), "test")
        return Desk(self.api, text)


class Desk:
    def __init__(self, api: Api, key: KeyText) -> None:
        self._api = api
        self.id = key.id
        self._metadata = (("authorization", f"Bearer {key.reveal()}"),)

    def call(self, method: str, request: Any) -> Any:
        return getattr(self._api.gateway, method)(request, metadata=self._metadata)

    async def open(self, name: str = "plant") -> str:
        request = pb.OpenSessionRequest(backend="sim", name=name)
        for option, value in SIM.items():
            request.options[option].integer = value
        return (await self.call("OpenSession", request)).id

    async def invoke(self, session: str, **command: Any) -> pb.Reply:
        return await self.call("Invoke", pb.InvokeRequest(session_id=session, **command))

    async def registered(self) -> tuple[str, int]:
        session = await self.open()
        reply = await self.invoke(session, register=pb.Register(client_name="test"))
        return session, reply.handle.handle


@asynccontextmanager
async def keyed(directory: Path, **serving: Any) -> AsyncIterator[Keyed]:
    settings = Settings()
    ring = KeyRing(directory / "keys.sqlite", directory / "pepper", SystemClock())
    guard = KeyGuard(ring, settings, SystemClock(), Metrics())
    await guard.start()
    try:
        async with served(guard, **serving) as api:
            yield Keyed(api, ring)
    finally:
        await guard.stop()


@pytest.mark.clause("X4", "S9.2")
async def test_every_bulk_kind_refuses_a_row_and_goes_on(tmp_path: Path) -> None:
    async with keyed(tmp_path) as api:
        desk = await api.key(read=("Tank101", "Reactor"), write=("Tank101",))
        session, handle = await desk.registered()
        tags = ["Tank101.Level", "Pump101.Flow", "Reactor.PV", "Tank101.Product"]
        read = await desk.call("ReadBulk", pb.ReadBulkRequest(session_id=session, server_handle=handle, tags=tags))
        assert [row.success for row in read.rows] == [True, False, True, True]
        assert read.rows[1].error == "this key may not read this tag"
        assert read.rows[1].tag == "Pump101.Flow"
        assert not read.rows[1].value.WhichOneof("kind")

        for name, kind in (("add_item_bulk", pb.AddItemBulk), ("subscribe_bulk", pb.SubscribeBulk)):
            rows = (await desk.invoke(session, **{name: kind(server_handle=handle, tags=tags)})).item_rows.rows
            assert [row.success for row in rows] == [True, False, True, True]
            assert [row.item_handle != 0 for row in rows] == [True, False, True, True]
        allowed, unwritable = rows[3].item_handle, rows[2].item_handle
        entries = [pb.WriteEntry(item_handle=item) for item in (unwritable, allowed)]
        for entry in entries:
            entry.value.text = "Milk"
            entry.time.time.seconds = 1_800_000_000
        request: dict[str, Any] = {"session_id": session, "server_handle": handle, "entries": entries}
        for method, kind in (("WriteBulk", pb.WriteBulkRequest), ("Write2Bulk", pb.Write2BulkRequest)):
            rows = (await desk.call(method, kind(**request))).rows
            assert rows[0].error == "this key may not write this tag"
            assert not rows[0].success
            assert "this key" not in rows[1].error
            await until(lambda: not api.api.server.gateway.writes._following, "the end of the writes")
        for method, kind in (
            ("WriteSecuredBulk", pb.WriteSecuredBulkRequest),
            ("WriteSecured2Bulk", pb.WriteSecured2BulkRequest),
        ):
            rows = (await desk.call(method, kind(**request))).rows
            assert rows[0].error == "this key may not write this tag"
            assert "nobody is logged in" in rows[1].error
        sent, unsent = _recorded(api.api)
        assert sent == {"Tank101.Product"}
        assert unsent == {"Reactor.PV": "this key may not write this tag", "Tank101.Product": unsent["Tank101.Product"]}
        assert "nobody is logged in" in unsent["Tank101.Product"]

        other = await api.key(read=("Tank101.Level",))
        assert (await refused(other.invoke(session, ping=pb.Ping()))).code() is grpc.StatusCode.NOT_FOUND


def _recorded(api: Api) -> tuple[set[str], dict[str, str]]:
    """Tags of the writes that were sent, and tag -> words of those that were recorded as not sent."""
    entries = api.audit.entries
    unsent = {end.intent: end.words for end in entries if isinstance(end, Completion) and end.result is Result.NOT_SENT}
    intents = {number: entry for number, entry in enumerate(entries, 1) if isinstance(entry, Intent)}
    sent = {entry.tag for number, entry in intents.items() if number not in unsent}
    return sent, {intents[number].tag: words for number, words in unsent.items()}


@pytest.mark.clause("X4")
async def test_another_spelling_gets_nobody_around_a_limit(tmp_path: Path) -> None:
    async with keyed(tmp_path) as api:
        desk = await api.key(read=("Tank101",))
        session, handle = await desk.registered()
        for tag in ("reactor.PV", "Tank101:Reactor.PV", " Reactor.PV", "Me.PV", "tank101.Level", "Tank101.Level "):
            error = await refused(desk.invoke(session, add_item=pb.AddItem(server_handle=handle, tag=tag)))
            assert error.code() is grpc.StatusCode.PERMISSION_DENIED, tag
        for tag, context in (("Me.PV", "Reactor"), ("MyContainer.PV", "Tank101"), ("Tank101.Level", "Reactor")):
            for kind, name in ((pb.AddItem2, "add_item2"), (pb.AddBufferedItem, "add_buffered_item")):
                command = kind(server_handle=handle, tag=tag, context=context)
                error = await refused(desk.invoke(session, **{name: command}))
                assert error.code() is grpc.StatusCode.PERMISSION_DENIED, (tag, context)
        relative = pb.AddItem2(server_handle=handle, tag="Me.Level", context="Tank101")
        assert (await desk.invoke(session, add_item2=relative)).handle.handle
        for tag in ("Reactor.PV", "Tank101:Reactor.PV"):
            request = pb.GetPropertiesRequest(session_id=session, tag=tag)
            assert (await refused(desk.call("GetProperties", request))).code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.clause("X4")
async def test_events_and_items_of_other_tags_are_not_delivered(tmp_path: Path) -> None:
    """In a session that belongs to nobody, as the window's, with items of all kinds."""
    async with keyed(tmp_path) as api:
        from app.sessions import calls

        manager = api.api.runtime.manager
        session = await manager.open(OpenRequest("sim", SIM, "Window"))
        handle = await calls.register(session, "window")
        await calls.subscribe(session, handle, ["Tank101.Level", "Reactor.PV", "Pump101.Flow"])
        desk = await api.key(read=("Tank101",), sources=("Window",))
        for single in (False, True):
            stream = desk.call("StreamEvents", pb.StreamEventsRequest(session_id=session.id, single_events=single))
            told: set[str] = set()
            keys: set[int] = set()
            async for message in stream:
                told |= {item.tag for item in message.items.items}
                for batch in message.batches:
                    keys |= set(memoryview(batch.keys).cast("Q"))
                if message.HasField("event"):
                    keys.add(message.event.key)
                if len(keys) and session.newest_sequence > 200 * (1 + single):
                    break
            stream.cancel()
            assert told == {"Tank101.Level"}
            assert {session.items.tag(key) for key in keys} == {"Tank101.Level"}
        stranger = await api.key(sources=("Elsewhere",))
        error = await refused(stranger.call("GetSession", pb.GetSessionRequest(session_id=session.id)))
        assert error.code() is grpc.StatusCode.NOT_FOUND
        assert not (await stranger.call("ListSessions", pb.ListSessionsRequest())).sessions


@pytest.mark.clause("X4")
async def test_the_class_of_a_tag_limits_who_writes_it(tmp_path: Path) -> None:
    async with keyed(tmp_path) as api:
        desk = await api.key(write_class=SecurityClass.OPERATE)
        session, handle = await desk.registered()
        rows = (
            await desk.invoke(
                session,
                add_item_bulk=pb.AddItemBulk(
                    server_handle=handle, tags=["Reactor.EmergencyCooling", "Tank101.Product"]
                ),
            )
        ).item_rows.rows
        secured = pb.Write(server_handle=handle, item_handle=rows[0].item_handle)
        secured.value.boolean = True
        error = await refused(desk.invoke(session, write=secured))
        assert error.code() is grpc.StatusCode.PERMISSION_DENIED
        assert "up to Operate; this one is SecuredWrite" in (error.details() or "")
        plain = pb.Write(server_handle=handle, item_handle=rows[1].item_handle)
        plain.value.text = "Milk"
        reply = await desk.invoke(session, write=plain)
        assert "up to Operate" not in reply.message
        for tag, context, words in (
            ("Me.EmergencyCooling", "Reactor", "this one is SecuredWrite"),  # as what it stands for
            ("Tank101.Product", "Reactor", "does not tell this one's"),  # nobody knows which tag that is
        ):
            added = await desk.invoke(session, add_item2=pb.AddItem2(server_handle=handle, tag=tag, context=context))
            secured.item_handle = added.handle.handle
            assert words in str((await refused(desk.invoke(session, write=secured))).details())
        reader = await api.key(read_only=True)
        session, handle = await reader.registered()
        add = pb.AddItem(server_handle=handle, tag="Tank101.Product")
        plain.server_handle, plain.item_handle = handle, (await reader.invoke(session, add_item=add)).handle.handle
        error = await refused(reader.invoke(session, write=plain))
        assert error.details() == "this key may only read"


@pytest.mark.clause("X8")
async def test_a_write_is_recorded_with_key_and_address(tmp_path: Path) -> None:
    async with keyed(tmp_path) as api:
        desk = await api.key()
        session, handle = await desk.registered()
        add = pb.AddItem(server_handle=handle, tag="Tank101.Product")
        item = (await desk.invoke(session, add_item=add)).handle.handle
        write = pb.Write(server_handle=handle, item_handle=item)
        write.value.text = "Beer"
        reply = await desk.invoke(session, write=write, comment="by a test")
        assert reply.audit_record
        (intent,) = [entry for entry in api.api.audit.entries if isinstance(entry, Intent)]
        assert (intent.tag, intent.new, intent.comment) == ("Tank101.Product", "Beer", "by a test")
        assert desk.id in intent.who.os_user
        assert "127.0.0.1" in intent.who.workstation
        await until(lambda: not api.api.server.gateway.writes._following, "the end of the write")


@pytest.mark.clause("X8")
async def test_a_write_that_a_key_may_not_make_is_recorded_as_not_sent(tmp_path: Path) -> None:
    async with keyed(tmp_path) as api:
        desk = await api.key(write=("Reactor",))
        session, handle = await desk.registered()
        add = pb.AddItem(server_handle=handle, tag="Tank101.Product")
        item = (await desk.invoke(session, add_item=add)).handle.handle
        write = pb.Write(server_handle=handle, item_handle=item)
        write.value.text = "Beer"
        error = await refused(desk.invoke(session, write=write))
        assert error.details() == "this key may not write this tag"
        api.api.read_only.whole = True
        free = await api.key()
        session, handle = await free.registered()
        write.server_handle, add.server_handle = handle, handle
        write.item_handle = (await free.invoke(session, add_item=add)).handle.handle
        assert "read-only" in str((await refused(free.invoke(session, write=write))).details())
        assert _recorded(api.api)[0] == set()
        by_key = {entry.who.os_user: entry for entry in api.api.audit.intents}
        assert set(by_key) == {f"key {desk.id}", f"key {free.id}"}
        assert all("127.0.0.1" in entry.who.workstation and entry.new == "Beer" for entry in by_key.values())
        assert [end.words for end in api.api.audit.entries if isinstance(end, Completion)] == [
            "this key may not write this tag",
            "Tagwatch is read-only: nothing is written",
        ]


@pytest.mark.clause("X12")
async def test_what_the_server_opened_is_not_a_keys_to_end(tmp_path: Path) -> None:
    """The plant's one session serves every desk: a key that looks must not take it from them."""
    async with keyed(tmp_path) as api:
        manager = api.api.runtime.manager
        session = await manager.open(OpenRequest("sim", SIM, "Plant", keep_alive=True))
        desk = await api.key()
        for method, request in (
            ("CloseSession", pb.CloseSessionRequest(session_id=session.id)),
            ("KillWorker", pb.KillWorkerRequest(session_id=session.id)),
        ):
            error = await refused(desk.call(method, request))
            assert error.code() is grpc.StatusCode.PERMISSION_DENIED
            assert reason(error) == ("PermissionDenied", {"scope": "admin"})
        request = pb.ExtendLeaseRequest(session_id=session.id, duration_s=0.001)
        await desk.call("ExtendLease", request)
        await desk.call("Invoke", pb.InvokeRequest(session_id=session.id, ping=pb.Ping()))
        own = await desk.open("mine")
        assert not (await desk.call("CloseSession", pb.CloseSessionRequest(session_id=own))).already_closed
        admin = await api.key(frozenset((Scope.ADMIN,)))
        request = pb.CloseSessionRequest(session_id=session.id)
        assert not (await admin.call("CloseSession", request)).already_closed
        assert manager.list() == []


class _OnePlant(NoSources):
    def all(self) -> Sequence[SavedSource]:
        return (SavedSource("Plant", "sim", SIM),)


@pytest.mark.clause("X4", "X12")
async def test_the_name_of_a_saved_source_is_its_own(tmp_path: Path) -> None:
    """However it is cased, and whatever else a client would like to call so: records go by it."""
    async with keyed(tmp_path, serve={"sources": _OnePlant()}) as api:
        desk = await api.key(sources=("plant",))
        error = await refused(desk.call("OpenSession", pb.OpenSessionRequest(source="plant")))
        assert error.code() is grpc.StatusCode.PERMISSION_DENIED
        assert not api.api.runtime.manager.list()
        free = await api.key()
        for name in ("Plant", "plant"):
            error = await refused(free.call("OpenSession", pb.OpenSessionRequest(backend="sim", name=name)))
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert "'Plant' is the name of a saved source" in str(error.details())
        opened = await free.call("OpenSession", pb.OpenSessionRequest(source="PLANT"))
        assert opened.name == "Plant"


@pytest.mark.clause("X12")
@pytest.mark.parametrize("text", ["two\nlines", "\x1b[31mred", "\u202eright to left", "n" * 1001])
async def test_names_are_one_line_that_can_be_shown(tmp_path: Path, text: str) -> None:
    async with keyed(tmp_path) as api:
        desk = await api.key()
        for field in ("name", "correlation_id"):
            error = await refused(desk.call("OpenSession", pb.OpenSessionRequest(backend="sim", **{field: text})))
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert str(error.details()).startswith(field)


@pytest.mark.clause("J3")
async def test_an_address_that_is_too_long_fails_its_row_alone(tmp_path: Path) -> None:
    async with keyed(tmp_path) as api:
        desk = await api.key()
        session, handle = await desk.registered()
        tags = ["Tank101.Level", "T" * 5001, "Reactor.PV"]
        request = pb.ReadBulkRequest(session_id=session, server_handle=handle, tags=tags)
        many = [(await desk.call("ReadBulk", request)).rows]
        for name, kind in (("add_item_bulk", pb.AddItemBulk), ("subscribe_bulk", pb.SubscribeBulk)):
            many.append((await desk.invoke(session, **{name: kind(server_handle=handle, tags=tags)})).item_rows.rows)
        for rows in many:
            assert [row.success for row in rows] == [True, False, True]
            assert "5000 at the most" in rows[1].error
        reply = await desk.invoke(session, register=pb.Register(client_name="n" * 1001))
        assert (reply.code, reply.message) == (
            pb.PROTOCOL_STATUS_INVALID_REQUEST, "a client name of 1001 characters is none: 1000 at the most",
        )  # fmt: skip


@pytest.mark.clause("J2", "X3")
async def test_a_method_that_nobody_serves_is_refused_like_the_rest(tmp_path: Path) -> None:
    """With a reason, and after who calls is known."""
    async with keyed(tmp_path) as api:
        desk = await api.key()
        for name in ("/tagwatch.gateway.v1.Gateway/Nothing", "/other.Service/Method", "/x"):
            unary = api.api.channel.unary_unary(name)
            error = await refused(unary(b"", metadata=desk._metadata))
            assert (error.code(), reason(error)[0]) == (grpc.StatusCode.UNIMPLEMENTED, "UnknownMethod")
            error = await refused(unary(b""))
            assert (error.code(), reason(error)[0]) == (grpc.StatusCode.UNAUTHENTICATED, "Unauthenticated")
        stream = api.api.channel.stream_stream("/other.Service/Method")(metadata=desk._metadata)
        assert (await refused(stream.read())).code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.clause("S12.3", "X3")
async def test_a_stranger_finds_nothing_and_a_scope_is_named(tmp_path: Path) -> None:
    async with keyed(tmp_path) as api:
        owner, stranger = await api.key(), await api.key()
        session = await owner.open()
        for method, request in (
            ("GetSession", pb.GetSessionRequest(session_id=session)),
            ("CloseSession", pb.CloseSessionRequest(session_id=session)),
            ("KillWorker", pb.KillWorkerRequest(session_id=session)),
            ("ExtendLease", pb.ExtendLeaseRequest(session_id=session)),
            ("Browse", pb.BrowseRequest(session_id=session)),
            ("StreamEvents", pb.StreamEventsRequest(session_id=session)),
        ):
            call = stranger.call(method, request)
            error = await refused(call.read() if method == "StreamEvents" else call)
            if method == "StreamEvents":
                error = call
                assert await call.code() is grpc.StatusCode.NOT_FOUND
            else:
                assert error.code() is grpc.StatusCode.NOT_FOUND, method
        reader = await api.key(frozenset((Scope.METADATA_READ,)))
        error = await refused(reader.call("OpenSession", pb.OpenSessionRequest(backend="sim")))
        assert reason(error) == ("PermissionDenied", {"scope": "session:open"})
        assert (await owner.call("GetSession", pb.GetSessionRequest(session_id=session))).owned


# ---- a server of its own


@pytest.mark.clause("X1")
async def test_a_key_that_is_revoked_ends_its_streams(tmp_path: Path) -> None:
    async with server(tmp_path / "config") as running:
        key = running.key()
        async with running.channel(key) as channel:
            gateway: Any = stubs.GatewayStub(channel)
            await until_admitted(gateway)
            session = await gateway.OpenSession(pb.OpenSessionRequest(backend="sim"))
            stream = gateway.StreamEvents(pb.StreamEventsRequest(session_id=session.id))
            assert (await stream.read()).HasField("started")
            await asyncio.to_thread(running.revoke, key)
            error = await refused(asyncio.wait_for(_to_the_end(stream), 10))
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED
            error = await refused(gateway.ListSessions(pb.ListSessionsRequest()))
            assert (error.code(), error.details()) == (grpc.StatusCode.UNAUTHENTICATED, "the API key was refused")


async def _to_the_end(stream: Any) -> None:
    while await stream.read() is not grpc.aio.EOF:
        pass


async def until_admitted(gateway: Any) -> None:
    """A key that another program made is known within a second."""
    refusals: list[grpc.StatusCode] = []
    async with asyncio.timeout(60):
        while True:
            try:
                await gateway.ListSessions(pb.ListSessionsRequest())
                break
            except grpc.aio.AioRpcError as error:
                refusals.append(error.code())
                await asyncio.sleep(0.5)  # a key that is unknown yet is a wrong one, and of those only some are heard
    assert set(refusals) <= {grpc.StatusCode.UNAUTHENTICATED}


@pytest.mark.clause("X7")
@pytest.mark.parametrize("environment", [{}, {"TAGWATCH_API_TLS": "own", "TAGWATCH_API_AUTHENTICATION": "off"}])
async def test_a_network_without_tls_or_keys_is_refused_at_the_start(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    process, port = start(tmp_path / "config", TAGWATCH_API_HOST="0.0.0.0", **environment)
    assert await asyncio.to_thread(process.wait, 30) == 2
    words = (tmp_path / "config" / "stderr").read_text()
    assert "the API would listen on 0.0.0.0, which other computers reach, without" in words
    assert "Traceback" not in words


@pytest.mark.clause("X7")
async def test_tls_and_keys_serve_a_network(tmp_path: Path) -> None:
    directory = tmp_path / "config"
    environment = {"TAGWATCH_API_TLS": "own", "TAGWATCH_API_HOST": "0.0.0.0"}
    async with server(directory, **environment) as running:
        running.address = running.address.replace("0.0.0.0", "127.0.0.1")
        authority = (directory / "private" / "authority.pem").read_bytes()
        async with running.channel(running.key(), authority) as channel:
            gateway: Any = stubs.GatewayStub(channel)
            await until_admitted(gateway)
        async with running.channel(None, authority) as channel:
            gateway = stubs.GatewayStub(channel)
            error = await refused(gateway.ListSessions(pb.ListSessionsRequest()))
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED
        async with running.channel(running.key()) as channel:
            gateway = stubs.GatewayStub(channel)
            error = await refused(gateway.ListSessions(pb.ListSessionsRequest(), timeout=5))
            assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


@pytest.mark.clause("X9")
@pytest.mark.skipif(sys.platform == "win32", reason="systemd is Linux'")
async def test_a_supervisor_is_told_and_the_end_is_clean(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        async with server(tmp_path / "config", NOTIFY_SOCKET=str(tmp_path / "notify")) as running:
            said = (await asyncio.to_thread(systemd.recv, 1000)).decode()
            assert said == f"READY=1\nSTATUS=serves on {running.address}"
            running.process.send_signal(signal.SIGTERM)
            assert (await asyncio.to_thread(systemd.recv, 1000)).startswith(b"STOPPING=1")
            assert await asyncio.to_thread(running.process.wait, 20) == 0
            lines = [json.loads(line) for line in running.log().splitlines()]
            assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)


CANARIES = ("canary-of-a-user", "canary-of-a-source", "canary-in-an-unknown-option")


@pytest.mark.clause("X6")
async def test_secrets_stand_nowhere(tmp_path: Path) -> None:
    directory = tmp_path / "config"
    async with server(directory) as running:
        key, wrong = running.key(), KeyText.new()
        pepper = (directory / "private" / "pepper").read_text().strip()
        secrets = [*CANARIES, key.reveal()[-43:], wrong.reveal()[-43:], pepper]
        answers: list[str] = []
        async with running.channel(wrong) as channel:
            error = await refused(stubs.GatewayStub(channel).ListSessions(pb.ListSessionsRequest()))  # type: ignore[misc]
            answers += [repr(error), str(error.trailing_metadata())]
        async with running.channel(key) as channel:
            gateway: Any = stubs.GatewayStub(channel)
            await until_admitted(gateway)
            opening = pb.OpenSessionRequest(backend="opcua", lease_s=5)
            opening.options["endpoint"].text = "opc.tcp://127.0.0.1:9"
            opening.options["user"].text = "operator"
            opening.options["password"].text = CANARIES[1]
            answers.append(await outcome(gateway.OpenSession(opening)))
            strange = pb.OpenSessionRequest(backend="sim")
            strange.options["password"].text = CANARIES[2]
            answers.append(await outcome(gateway.OpenSession(strange)))
            opening = pb.OpenSessionRequest(backend="sim", name="plant")
            session = await gateway.OpenSession(opening)
            registered = await gateway.Invoke(
                pb.InvokeRequest(session_id=session.id, register=pb.Register(client_name="test"))
            )
            for user in ("operator", "nobody"):
                login = pb.AuthenticateUser(server_handle=registered.handle.handle, user=user, password=CANARIES[0])
                request = pb.InvokeRequest(session_id=session.id, authenticate_user=login)
                answers.append(await outcome(gateway.Invoke(request)))
            answers.append(str(await gateway.ListSessions(pb.ListSessionsRequest())))
            answers.append(str(await gateway.ListSources(pb.ListSourcesRequest())))
            records: Any = stubs.RecordsStub(channel)
            for query in (records.QueryEvents(pb.QueryEventsRequest()), records.QueryAudit(pb.QueryAuditRequest())):
                answers += [str(page) async for page in query]
            command_lines = running.command_lines()
            metrics = await asyncio.to_thread(
                lambda: urllib.request.urlopen(f"http://127.0.0.1:{running.metrics_port}/metrics").read().decode()
            )
        running.process.terminate()
        code = await asyncio.to_thread(running.process.wait, 20)
        assert code == 0 or sys.platform == "win32"  # where terminating is no question

        sinks = {"answers": "\n".join(answers), "command lines": command_lines, "metrics": metrics, **files(directory)}
        # What is looked for would be found: these stand where they belong.
        assert key.id in running.log()
        assert "authenticate_user" in running.log() or "AuthenticateUser" in running.log()
        assert "tagwatch_api_calls_total" in metrics
        assert "app.worker" in command_lines
        assert pepper in sinks.pop("private/pepper")
        found = [(name, secret) for name, text in sinks.items() for secret in secrets if secret in text]
        assert found == []


@pytest.mark.clause("X6")
async def test_a_support_bundle_holds_none_of_them_either(tmp_path: Path) -> None:
    log = ProgramLog()
    logging.getLogger().addHandler(log)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        async with keyed(tmp_path) as api:
            text = await api.ring.create(KeySpec("desk", EVERYTHING), "test")
            desk, wrong = Desk(api.api, text), KeyText.new(text.id)
            session, handle = await desk.registered()
            login = pb.AuthenticateUser(server_handle=handle, user="nobody", password=CANARIES[0])
            await outcome(desk.invoke(session, authenticate_user=login))
            await outcome(Desk(api.api, wrong).call("ListSessions", pb.ListSessionsRequest()))
            held = api.api.runtime.manager.get(session)
            files_of_it = {
                "statistics.json": api.api.runtime.statistics(),
                "session.json": held.info(),
                "spec.txt": f"{held.spec!r} {plain(held.spec)}",
                "keys.json": [plain(info) for info in await api.ring.all()],
                "log.txt": "\n".join(line.words for line in log.lines()),
            }
            secrets = [
                text.reveal()[-43:],
                wrong.reveal()[-43:],
                CANARIES[0],
                (tmp_path / "pepper").read_text().strip(),
            ]
    finally:
        logging.getLogger().setLevel(level)
        logging.getLogger().removeHandler(log)
    write_bundle(tmp_path / "bundle.zip", files_of_it, ())  # nothing to be scrubbed is known to it
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        content = "\n".join(bundle.read(name).decode() for name in bundle.namelist())
    assert "AuthenticateUser" in content
    assert "an API key was refused (unknown)" in content
    assert [secret for secret in secrets if secret in content] == []


async def outcome(call: Any) -> str:
    try:
        return str(await call)
    except grpc.aio.AioRpcError as error:
        return f"{error!r} {error.trailing_metadata()}"


def files(directory: Path) -> dict[str, str]:
    """Everything that the server has written, databases as their rows too."""
    found: dict[str, str] = {}
    for path in directory.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        text = content.decode("latin-1")
        if path.suffix == ".gz":
            import gzip

            text += gzip.decompress(content).decode("latin-1")
        if path.suffix == ".sqlite":
            database = sqlite3.connect(path)
            text += "\n".join(database.iterdump())
            database.close()
        found[path.relative_to(directory).as_posix()] = text
    return found


def test_the_helper_reads_what_it_searches(tmp_path: Path) -> None:
    """A search that reads nothing would find no secret either."""
    database = sqlite3.connect(tmp_path / "a.sqlite")
    database.execute("CREATE TABLE t (a)")
    database.execute("INSERT INTO t VALUES ('canary')")
    database.commit()
    database.close()
    (tmp_path / "log").write_text("canary")
    assert {name for name, text in files(tmp_path).items() if "canary" in text} == {"a.sqlite", "log"}
