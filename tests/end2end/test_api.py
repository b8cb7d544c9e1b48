"""The API whole: a real server, real workers of the simulated plant, real clients."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from array import array
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest

from app.access.certificates import OwnCertificates
from app.pb import gateway_pb2 as pb
from app.pb import gateway_pb2_grpc as stubs
from app.records.audit_record import Completion, Result
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.sessions.state import SessionState
from tests.helpers.api import SIM, Api, reason, served
from tests.helpers.engine import until


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def first(stream: Any) -> pb.StreamMessage:
    return await anext(aiter(stream))


async def some(stream: Any, events: int) -> list[pb.StreamMessage]:
    """Messages until so many events have come."""
    messages: list[pb.StreamMessage] = []
    count = 0
    async for message in stream:
        messages.append(message)
        count += sum(batch.count for batch in message.batches) + message.HasField("event")
        if count >= events:
            return messages
    raise AssertionError(f"the stream ended after {count} events")


def sequences(messages: list[pb.StreamMessage]) -> list[int]:
    found: list[int] = []
    for message in messages:
        for batch in message.batches:
            if batch.sequences:
                found += array("Q", batch.sequences).tolist()
            else:
                found += range(batch.first_sequence, batch.first_sequence + batch.count)
        if message.HasField("event"):
            found.append(message.event.sequence)
    return found


@pytest.mark.clause("S7.3", "S8.1", "S9.3")
async def test_a_session_from_its_opening_to_its_end() -> None:
    async with served() as api:
        session = await api.open()
        handle = await api.register(session)
        stream = api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session))
        items = await api.subscribe(session, handle, "Tank101.Level", "Pump101.Starts")
        messages = await some(stream, 5)
        assert messages[0].HasField("started")
        assert messages[0].started.session.id == session
        assert sequences(messages)[:5] == [1, 2, 3, 4, 5]
        told = {item.key: item.tag for message in messages for item in message.items.items}
        assert told == {handle << 32 | items[0]: "Tank101.Level", handle << 32 | items[1]: "Pump101.Starts"}
        tags = ["Tank101.Level", "Reactor.PV", "Nowhere.Tag"]
        rows = (
            await api.gateway.ReadBulk(pb.ReadBulkRequest(session_id=session, server_handle=handle, tags=tags))
        ).rows
        assert [row.tag for row in rows] == tags
        assert rows[0].success
        assert rows[0].cached
        assert rows[1].success
        assert not rows[1].cached
        page = await api.gateway.Browse(pb.BrowseRequest(session_id=session))
        assert page.nodes
        known = await api.gateway.GetProperties(pb.GetPropertiesRequest(session_id=session, tag="Tank101.Level"))
        assert any(entry.name == "unit" for entry in known.properties)
        listed = await api.gateway.ListSessions(pb.ListSessionsRequest())
        assert [entry.id for entry in listed.sessions] == [session]
        assert not (await api.gateway.CloseSession(pb.CloseSessionRequest(session_id=session))).already_closed
        last = [message async for message in stream][-1]
        assert last.change.state in (pb.SESSION_STATE_CLOSING, pb.SESSION_STATE_CLOSED)
        assert await stream.code() is grpc.StatusCode.OK
        gone = await refused(api.gateway.GetSession(pb.GetSessionRequest(session_id=session)))
        assert gone.code() is grpc.StatusCode.NOT_FOUND
        assert reason(gone)[0] == "SessionNotFound"


@pytest.mark.clause("S4.5", "S4.6")
async def test_a_stream_resumes_after_a_sequence_and_tells_a_gap() -> None:
    async with served(replay_events=50) as api:
        session = await api.open()
        handle = await api.register(session)
        await api.subscribe(session, handle, "Tank101.Level", "Reactor.PV", "Pump101.Flow")
        early = api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session))
        seen = sequences(await some(early, 5))
        early.cancel()
        again = api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session, after_sequence=seen[-1]))
        messages = await some(again, 60)
        assert not any(message.HasField("gap") for message in messages)
        assert sequences(messages)[0] == seen[-1] + 1
        assert sequences(messages) == list(range(seen[-1] + 1, seen[-1] + 1 + len(sequences(messages))))
        again.cancel()
        late = api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session, resume=True))
        messages = await some(late, 10)
        (gap,) = [message.gap for message in messages if message.HasField("gap")]
        assert gap.after_sequence == 0
        assert gap.oldest_available == sequences(messages)[0] > 1
        late.cancel()
        future = pb.StreamEventsRequest(session_id=session, after_sequence=10**9)
        error = await refused(api.gateway.StreamEvents(future).read())
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.clause("S4.2", "S4.3", "J5")
async def test_a_client_that_never_reads_is_disconnected_and_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.streams.GRACE_S", 0.3)
    async with served(event_queue=3_000) as api:
        session = await api.open()
        handle = await api.register(session)
        # One that does not widen its window: what it does not read waits here, not in megabytes on the way.
        narrow = grpc.aio.insecure_channel(api.server.address, options=[("grpc.http2.bdp_probe", 0)])
        slow = stubs.GatewayStub(narrow).StreamEvents(pb.StreamEventsRequest(session_id=session))
        assert (await first(slow)).HasField("started")
        other = api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session))
        assert (await first(other)).HasField("started")
        engine_session = api.runtime.manager.get(session)
        newest = 0

        async def read() -> None:
            nonlocal newest
            async for message in other:
                newest = max([newest, *sequences([message])])

        reading = asyncio.ensure_future(read())
        items = await api.subscribe(session, handle, *["Reactor.Conversion"] * 1_000)
        # Each round brings the first values of a thousand items, and waits for the one that reads: however slow the
        # machine is, that one is never behind.
        while engine_session.subscribers == 2:
            known = engine_session.newest_sequence
            await until(lambda known=known: newest >= known, "the events of the one that reads")
            await calls.unadvise_items(engine_session, handle, items)
            await calls.advise_items(engine_session, handle, items)
            await until(lambda known=known: engine_session.newest_sequence >= known + 1_000, "their values")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await _drain(slow)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        why, details = reason(caught.value)
        assert why == "EventQueueOverflow"
        assert int(details["missed"]) > 0
        known = newest
        await until(lambda: newest > known, "a further event")  # the other one goes on
        other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await narrow.close()


async def _drain(stream: Any) -> None:
    async for _ in stream:
        pass


@pytest.mark.clause("S5.1", "S5.2", "S5.4")
async def test_places_at_a_session_are_limited_and_come_back() -> None:
    async with served(subscribers=2) as api:
        session = await api.open()
        request = pb.StreamEventsRequest(session_id=session)
        early, second = api.gateway.StreamEvents(request), api.gateway.StreamEvents(request)
        await first(early)
        await first(second)
        third = await refused(api.gateway.StreamEvents(request).read())
        assert third.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert reason(third)[0] == "EventSubscriberLimitReached"
        early.cancel()
        await until(lambda: api.runtime.manager.get(session).subscribers == 1, "the place")
        assert (await first(api.gateway.StreamEvents(request))).HasField("started")


@pytest.mark.clause("S5.4", "S10.4", "J5")
async def test_two_hundred_clients_come_and_vanish() -> None:
    async with served(subscribers=256) as api:
        session = await api.open()
        handle = await api.register(session)
        await api.subscribe(session, handle, "Tank101.Level", "Reactor.PV")
        for _ in range(10):

            async def come(number: int) -> None:
                options = [("grpc.use_local_subchannel_pool", 1)]
                channel = grpc.aio.insecure_channel(api.server.address, options=options)
                stream = stubs.GatewayStub(channel).StreamEvents(pb.StreamEventsRequest(session_id=session))
                await anext(aiter(stream))
                if number % 2:
                    stream.cancel()
                await channel.close()  # without a word, for the others

            await asyncio.gather(*(come(number) for number in range(20)))
        await until(lambda: api.runtime.manager.get(session).subscribers == 0, "the places")
        await until(lambda: api.server.dispatcher.streams == 0, "the ends of the streams")
        assert (await api.gateway.GetSession(pb.GetSessionRequest(session_id=session))).subscribers == 0


@pytest.mark.clause("J5")
async def test_a_connection_that_is_only_half_there_gives_its_place_back() -> None:
    """Its client is stopped: it answers nothing, and its system keeps the connection."""
    async with served(api_keepalive_s=2.0) as api:
        session = await api.open()
        handle = await api.register(session)
        code = (
            "import sys, grpc; from app.pb import gateway_pb2 as pb, gateway_pb2_grpc as g\n"
            "stub = g.GatewayStub(grpc.insecure_channel(sys.argv[1]))\n"
            "stream = stub.StreamEvents(pb.StreamEventsRequest(session_id=sys.argv[2]))\n"
            "for message in stream: print('here', flush=True)"
        )
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, api.server.address, session, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert client.stdout is not None
            assert (await asyncio.wait_for(client.stdout.readline(), 30)).strip() == b"here"
            psutil.Process(client.pid).suspend()
            await api.subscribe(session, handle, "Tank101.Level")
            await until(lambda: api.runtime.manager.get(session).subscribers == 0, "its place", 30)
        finally:
            psutil.Process(client.pid).resume()
            client.kill()
            await client.communicate()


async def until_closed(address: str, sent: bytes) -> None:
    """A client that connects, sends this much and then nothing more; until the server has ended that."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(sent)
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(-1), 60)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS = b"\0\0\0\4\0\0\0\0\0"


@pytest.mark.clause("J5")
async def test_connections_that_never_get_further_are_ended() -> None:
    """Nothing sent, half of the greeting, or a greeting and then silence: gRPC's own limits are minutes."""
    async with served(api_keepalive_s=1.0) as api:
        starts = (b"", _PREFACE[:10], _PREFACE, _PREFACE + _SETTINGS, _PREFACE + _SETTINGS + b"\0\0\x20")
        await asyncio.gather(*(until_closed(api.server.address, start) for start in starts))


@pytest.mark.clause("J5")
async def test_a_handshake_of_tls_that_is_never_finished_is_ended(tmp_path: Path) -> None:
    made = await asyncio.to_thread(OwnCertificates(tmp_path).server)
    credentials = grpc.ssl_server_credentials([(made.private_key, made.certificate)])
    async with served(credentials=credentials, api_keepalive_s=1.0) as api:
        starts = (b"", b"\x16\x03\x01\x02\0\x01")  # the beginning of a ClientHello
        await asyncio.gather(*(until_closed(api.server.address, start) for start in starts))


@pytest.mark.clause("S5.2")
async def test_the_second_of_a_single_subscriber_exists_already() -> None:
    async with served(several_subscribers=False) as api:
        session = await api.open()
        request = pb.StreamEventsRequest(session_id=session)
        early = api.gateway.StreamEvents(request)
        await first(early)
        error = await refused(api.gateway.StreamEvents(request).read())
        assert error.code() is grpc.StatusCode.ALREADY_EXISTS


@pytest.mark.clause("J4")
async def test_single_events_and_limits_of_messages() -> None:
    async with served() as api:
        session = await api.open()
        handle = await api.register(session)
        single = api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session, single_events=True))
        small = api.gateway.StreamEvents(
            pb.StreamEventsRequest(session_id=session, max_events=2, max_delay_ms=300, max_bytes=4096)
        )
        await first(single)
        await first(small)
        await api.subscribe(session, handle, "Tank101.Level", "Reactor.PV", "Pump101.Flow", "Sample.Strings[]")
        events = [message.event for message in await some(single, 8) if message.HasField("event")]
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert {event.tag for event in events} >= {"Tank101.Level"}
        messages = await some(small, 12)
        assert all(sum(batch.count for batch in message.batches) <= 2 for message in messages)
        assert sequences(messages)[:12] == list(range(1, 13))
        bad = await refused(
            api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session, max_delay_ms=10**6)).read()
        )
        assert bad.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "max_delay_ms is 1000000" in (bad.details() or "")


@pytest.mark.clause("J4")
async def test_a_stream_of_one_servers_items_tells_the_sequences_of_what_it_has() -> None:
    async with served() as api:
        session = await api.open()
        mine, theirs = await api.register(session, "mine"), await api.register(session, "theirs")
        request = pb.StreamEventsRequest(session_id=session, server_handles=[mine])
        stream = api.gateway.StreamEvents(request)
        await first(stream)
        await api.subscribe(session, theirs, "Reactor.PV", "Pump101.Flow")
        await api.subscribe(session, mine, "Tank101.Level")
        messages = await some(stream, 6)
        keys = {key for message in messages for batch in message.batches for key in array("Q", batch.keys)}
        assert {key >> 32 for key in keys} == {mine}
        assert {item.key >> 32 for message in messages for item in message.items.items} == {mine}
        found = sequences(messages)
        assert found == sorted(set(found))


async def _write(api: Api, session: str, handle: int, item: int, value: float) -> pb.Reply:
    command = pb.Write(server_handle=handle, item_handle=item)
    command.value.real = value
    return await api.invoke(session, write=command)


@pytest.mark.clause("R11", "J6")
async def test_a_write_is_recorded_with_who_called_and_followed_to_its_end() -> None:
    async with served() as api:
        session = await api.open()
        handle = await api.register(session)
        (item,) = await api.subscribe(session, handle, "Sample.Double")
        reply = await _write(api, session, handle, item, 12.5)
        assert reply.code == pb.PROTOCOL_STATUS_OK
        assert reply.audit_record == 1
        await until(lambda: len(api.audit.entries) == 2, "the end of the write")
        intent, end = api.audit.entries
        assert intent.origin == "api"
        assert intent.who.os_user == "no key"
        assert intent.who.workstation.startswith("ipv4:127.0.0.1:")
        assert end.result is Result.CONFIRMED
        api.read_only.whole = True
        error = await refused(_write(api, session, handle, item, 13.5))
        assert error.code() is grpc.StatusCode.PERMISSION_DENIED
        assert "read-only" in (error.details() or "")
        assert [end.result for end in api.audit.entries[2:] if isinstance(end, Completion)] == [Result.NOT_SENT]


@pytest.mark.clause("R11")
async def test_without_an_audit_store_nothing_is_written() -> None:
    async with served(serve={"writer": None}) as api:
        session = await api.open()
        handle = await api.register(session)
        (item,) = await api.subscribe(session, handle, "Sample.Double")
        error = await refused(_write(api, session, handle, item, 12.5))
        assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert reason(error)[0] == "AuditUnavailable"


@pytest.mark.clause("S9.1", "S9.2", "J6")
async def test_a_bulk_of_writes_has_a_row_and_a_record_for_each() -> None:
    async with served() as api:
        session = await api.open()
        handle = await api.register(session)
        good, secured = await api.subscribe(session, handle, "Sample.Double", "Reactor.EmergencyCooling")
        request = pb.WriteBulkRequest(session_id=session, server_handle=handle, comment="shift")
        request.entries.add(item_handle=good).value.real = 2.5
        request.entries.add(item_handle=999).value.real = 1.0
        request.entries.add(item_handle=good).value.real = 3.5
        rows = (await api.gateway.WriteBulk(request)).rows
        assert [row.success for row in rows] == [True, False, False]
        assert "there is no item 999" in rows[1].error
        assert rows[2].error == "Sample.Double stands in entry 0 already: one bulk writes a tag once"
        await until(lambda: len(api.audit.entries) == 2, "the end of the write")
        assert api.audit.entries[0].comment == "shift"
        assert api.audit.entries[0].run
        login = pb.AuthenticateUser(server_handle=handle, user="operator", password="operator")
        user = (await api.invoke(session, authenticate_user=login)).handle.handle
        request = pb.WriteSecuredBulkRequest(session_id=session, server_handle=handle)
        entry = request.entries.add(item_handle=secured, user_id=user, verifier_id=user)
        entry.value.boolean = True
        assert (await api.gateway.WriteSecuredBulk(request)).rows[0].success
        (row,) = (await api.gateway.WriteSecuredBulk(request)).rows  # the login is used up
        assert not row.success
        assert "AuthenticateUser" in row.error


@pytest.mark.clause("J2")
async def test_what_a_client_cancels_is_no_fault() -> None:
    async with served() as api:
        told: list[tuple[str, str]] = []
        api.server.dispatcher._observe = lambda method, code, _: told.append((method.rpartition("/")[2], code))
        session = await api.open(first_data_ms=60_000)
        handle = await api.register(session)
        stream = api.gateway.StreamEvents(pb.StreamEventsRequest(session_id=session))
        await stream.read()
        request = pb.ReadBulkRequest(session_id=session, server_handle=handle, tags=["Reactor.PV"], timeout_ms=60_000)
        read = asyncio.ensure_future(api.gateway.ReadBulk(request))
        running = api.runtime.manager.get(session)
        await until(lambda: running.statistics().client.pending_commands, "the read")  # type: ignore[union-attr]
        stream.cancel()
        read.cancel()
        await until(lambda: {("StreamEvents", "CANCELLED"), ("ReadBulk", "CANCELLED")} <= set(told), "both ends")
        assert {code for _, code in told} == {"OK", "CANCELLED"}
        assert (running.state, running.fault) == (SessionState.READY, None)
        metrics = api.runtime.metrics.registry.collect()
        faults = [s for metric in metrics for s in metric.samples if s.name.startswith("tagwatch_sessions_faulted")]
        assert not [sample for sample in faults if sample.value and sample.name.endswith("_total")]
        await api.invoke(session, ping=pb.Ping())


@pytest.mark.clause("S9.3")
async def test_an_address_in_a_context_is_not_the_same_address_without_it() -> None:
    async with served() as api:
        session = await api.open()
        handle = await api.register(session)
        add = pb.AddItem2(server_handle=handle, tag="Me.Level", context="Tank101")
        item = (await api.invoke(session, add_item2=add)).handle.handle
        await api.invoke(session, advise=pb.Advise(server_handle=handle, item_handle=item))
        items = api.runtime.manager.get(session).items
        await until(lambda: items.sample(handle << 32 | item), "its first value")
        request = pb.ReadBulkRequest(session_id=session, server_handle=handle, tags=["Me.Level"])
        (row,) = (await api.gateway.ReadBulk(request)).rows
        assert not row.cached
        assert row.quality < 192


@pytest.mark.clause("J5")
async def test_what_a_client_left_in_a_shared_session_is_given_up() -> None:
    """Whoever streamed it and never came back; not what a stream still names, nor what no stream ever has."""
    async with served(lease_s=0.5, sweep_s=0.1) as api:
        session = await api.runtime.manager.open(OpenRequest("sim", SIM, "shared", keep_alive=True))
        left, kept, quiet = [await api.register(session.id, name) for name in ("left", "kept", "quiet")]
        for handle in (left, kept, quiet):
            await api.subscribe(session.id, handle, "Tank101.Level")
        streams: dict[int, Any] = {}
        for handle in (left, kept):
            request = pb.StreamEventsRequest(session_id=session.id, server_handles=[handle])
            streams[handle] = api.gateway.StreamEvents(request)
            assert (await streams[handle].read()).HasField("started")
        streams[left].cancel()
        await until(lambda: left not in session.items.servers(), "the end of what was left")
        assert set(session.items.servers()) == {kept, quiet}
        assert {item.server_handle for item in session.items.all()} == {kept, quiet}
        request = pb.StreamEventsRequest(session_id=session.id, server_handles=[left])
        error = await refused(api.gateway.StreamEvents(request).read())
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert f"no server handle {left}" in str(error.details())
        streams[kept].cancel()


@pytest.mark.clause("J6")
async def test_a_handle_of_another_client_cannot_be_used() -> None:
    async with served() as api:
        session = await api.open()
        engine_session = api.runtime.manager.get(session)
        from app.sessions import calls

        theirs = await calls.register(engine_session, "window")
        error = await refused(api.invoke(session, unregister=pb.Unregister(server_handle=theirs)))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert theirs in engine_session.items.servers()
