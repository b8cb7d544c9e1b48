"""The client of the gateway API against a scripted server: streams over losses, errors with everything they had."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from app import commands as c
from app.batch import EventBatch
from app.client import (
    Client,
    ClientError,
    ClientOptions,
    Connected,
    Disconnected,
    EventStream,
    Gap,
    RemoteSession,
    TagEvent,
)
from app.tasks import spawn
from tests.helpers.scripted_gateway import (
    ScriptedGateway,
    events,
    gap,
    items,
    lose,
    refusal,
    refuse,
    scripted,
    started,
)

KEY = "tw_0123_a-secret-that-is-nowhere"


class QuickClock:
    """Waits between attempts are noted, not waited for."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def call_later(self, delay_s: float, callback: Any) -> Any:
        self.slept.append(delay_s)
        return asyncio.get_running_loop().call_soon(callback)


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with scripted() as made:
        yield made


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
async def session(gateway: ScriptedGateway, clock: QuickClock) -> AsyncIterator[RemoteSession]:
    async with Client(ClientOptions(address=gateway.address, key=KEY), clock) as client:  # type: ignore[arg-type]
        yield await client.session("s1")


def script(*messages: Any) -> Any:
    """Messages, and functions of the context that end the call."""

    async def play(request: Any, context: Any) -> AsyncIterator[Any]:
        for message in messages:
            if callable(message):
                await message(context)
            else:
                yield message

    return play


async def hang(context: Any) -> None:
    await asyncio.Event().wait()


async def pieces(stream: EventStream) -> list[Any]:
    """What comes until the end, batches as lists of their sequences."""
    found: list[Any] = []
    async with stream:
        async for piece in stream:
            found += [[event.sequence for event in piece]] if isinstance(piece, EventBatch) else [piece]
    return found


def told(found: list[Any]) -> list[Any]:
    return [piece for piece in found if not isinstance(piece, Connected | Disconnected)]


@pytest.mark.clause("C1")
async def test_a_lost_connection_is_resumed_after_the_newest_event(
    gateway: ScriptedGateway, session: RemoteSession, clock: QuickClock
) -> None:
    gateway.scripts = [
        script(started(4), events(5, 3), lose),
        script(lose),
        script(started(7), events(6, 3)),  # the server may repeat itself: nothing comes twice
    ]
    found = await pieces(session.stream())
    assert told(found) == [[5, 6, 7], [8]]
    kinds = [type(piece).__name__ for piece in found]
    assert kinds == ["Connected", "list", "Disconnected", "Disconnected", "Connected", "list"]
    assert found[2].fault.code == "ServerUnreachable"
    assert [(request.after_sequence, request.resume) for request in gateway.requests] == [
        (0, False), (7, True), (7, True),
    ]  # fmt: skip
    assert len(clock.slept) == 2
    assert 0 < clock.slept[0] < clock.slept[1] < 1


@pytest.mark.clause("C1")
async def test_before_any_event_it_is_resumed_from_where_it_began(
    gateway: ScriptedGateway, session: RemoteSession
) -> None:
    gateway.scripts = [script(started(40), lose), script(started(40), events(41))]
    assert told(await pieces(session.stream())) == [[41]]
    assert gateway.requests[1].after_sequence == 40


@pytest.mark.clause("C1")
async def test_missing_events_are_gaps_once(gateway: ScriptedGateway, session: RemoteSession) -> None:
    gateway.scripts = [
        script(started(0), events(1, 2), events(5), lose),  # a hole that nobody told
        script(started(9), gap(5, 10), events(10)),
        script(started(10), gap(10, 11), events(11)),  # one that is none
    ]
    stream = session.stream()
    assert told(await pieces(stream)) == [[1, 2], Gap(2, 5), [5], Gap(5, 10), [10]]
    assert told(await pieces(session.stream(after=10))) == [[11]]
    assert gateway.requests[-1].after_sequence == 10
    assert stream.position == 10


async def test_holes_of_a_filter_are_none(gateway: ScriptedGateway, session: RemoteSession) -> None:
    message = events(3, 3)
    message.batches[0].sequences = b"".join(n.to_bytes(8, "little") for n in (3, 4, 9))
    gateway.scripts = [script(started(0, filtered=True), events(1), message)]
    assert told(await pieces(session.stream(server_handles=[1]))) == [[1], [3, 4], [9]]


@pytest.mark.clause("C1")
async def test_an_overflow_is_resumed_at_once(
    gateway: ScriptedGateway, session: RemoteSession, clock: QuickClock
) -> None:
    overflow = refusal("RESOURCE_EXHAUSTED", "EventQueueOverflow", "too slow", missed="3")
    gateway.scripts = [
        script(started(0), events(1), lambda context: refuse(context, overflow)),
        script(started(1), gap(1, 5), events(5)),
    ]
    assert [piece for piece in await pieces(session.stream()) if not isinstance(piece, Connected)] == [
        [1], Gap(1, 5), [5],
    ]  # fmt: skip
    assert clock.slept == []


@pytest.mark.clause("C1")
async def test_what_passes_is_waited_for_and_what_does_not_is_raised(
    gateway: ScriptedGateway, session: RemoteSession, clock: QuickClock
) -> None:
    taken = refusal("RESOURCE_EXHAUSTED", "EventSubscriberLimitReached", "8 are there", retry_s=3.5)
    gone = refusal("NOT_FOUND", "SessionNotFound", "there is no session s1", session="s1")
    gateway.scripts = [
        script(started(0), lose),
        script(lambda context: refuse(context, taken)),
        script(lambda context: refuse(context, gone)),
    ]
    stream = session.stream()
    with pytest.raises(ClientError, match="no session s1") as raised:
        await pieces(stream)
    assert raised.value.status is grpc.StatusCode.NOT_FOUND
    assert clock.slept[1] == 3.5
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_session_that_restarts_is_waited_for_and_a_faulted_one_is_not(
    gateway: ScriptedGateway, session: RemoteSession
) -> None:
    not_ready = refusal("FAILED_PRECONDITION", "SessionNotReady", "starting worker")

    def state(name: str) -> Any:
        async def change(context: Any) -> None:
            gateway.session.state = name  # type: ignore[assignment]
            await refuse(context, not_ready)

        return change

    gateway.scripts = [
        script(started(0), lose), script(state("SESSION_STATE_HANDSHAKING")), script(started(0), events(1), lose),
        script(state("SESSION_STATE_FAULTED")),
    ]  # fmt: skip
    stream = session.stream()
    with pytest.raises(ClientError, match="starting worker"):
        await pieces(stream)
    assert stream.position == 1


async def test_the_first_call_is_not_tried_again(gateway: ScriptedGateway, session: RemoteSession) -> None:
    gateway.scripts = [script(lose)]
    with pytest.raises(ClientError, match="can be reached"):
        await pieces(session.stream())


async def test_a_cancelled_read_loses_nothing(gateway: ScriptedGateway, session: RemoteSession) -> None:
    gateway.scripts = [script(started(0), events(1), hang), script(started(1), events(2))]
    async with session.stream() as stream:
        await anext(stream)
        assert (await anext(stream)).last_sequence == 1  # type: ignore[union-attr]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(stream)
        assert isinstance(await anext(stream), Connected)
        assert (await anext(stream)).last_sequence == 2  # type: ignore[union-attr]
    assert gateway.requests[1].after_sequence == 1


async def test_closed_by_another_task_it_ends(gateway: ScriptedGateway, session: RemoteSession) -> None:
    gateway.scripts = [script(started(0), hang)]
    stream = session.stream()
    await anext(stream)
    reading = spawn(pieces(stream), name="read")
    await asyncio.sleep(0)
    stream.close()
    assert await asyncio.wait_for(reading, 5) == []


async def test_another_filter_while_it_is_read(gateway: ScriptedGateway, session: RemoteSession) -> None:
    gateway.scripts = [script(started(0), events(1), hang), script(started(1), events(2))]
    stream = session.stream(server_handles=[1])
    await anext(stream)
    await anext(stream)
    reading = spawn(pieces(stream), name="read")
    await asyncio.sleep(0)
    stream.refilter([1, 2])
    assert told(await asyncio.wait_for(reading, 5)) == [[2]]
    assert list(gateway.requests[1].server_handles) == [1, 2]
    assert gateway.requests[1].after_sequence == 1


async def test_single_events_have_their_tags(gateway: ScriptedGateway, session: RemoteSession) -> None:
    gateway.scripts = [script(started(0), items(Level=7), events(1, 2), events(4))]
    async with session.events() as single:
        found = [event async for event in single]
    assert [(e.sequence, e.tag, e.value) if isinstance(e, TagEvent) else e for e in found] == [
        (1, "Level", 1.0), (2, "Level", 2.0), Gap(2, 4), (4, "Level", 4.0),
    ]  # fmt: skip


@pytest.mark.clause("C2")
async def test_errors_keep_status_reason_and_details(gateway: ScriptedGateway, session: RemoteSession) -> None:
    gateway.refusal = refusal("RESOURCE_EXHAUSTED", "RateLimited", "too many calls", retry_s=1.5, limit="50")
    with pytest.raises(ClientError) as raised:
        await session.refresh()
    error = raised.value
    assert (error.status, error.code, error.fault.message) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED, "RateLimited", "too many calls",
    )  # fmt: skip
    assert (dict(error.fault.details), error.retry_after_s, error.connection_lost) == ({"limit": "50"}, 1.5, False)


@pytest.mark.clause("C2")
async def test_a_server_that_is_not_there_is_named() -> None:
    async with Client(ClientOptions(address="127.0.0.1:9")) as client:
        with pytest.raises(ClientError, match=r"127\.0\.0\.1:9") as raised:
            await client.sessions()
    assert (raised.value.code, raised.value.connection_lost) == ("ServerUnreachable", True)


async def test_a_closed_client_says_so(gateway: ScriptedGateway) -> None:
    client = Client(ClientOptions(address=gateway.address))
    with pytest.raises(RuntimeError, match="async with"):
        await client.sessions()


@pytest.mark.clause("C2")
async def test_the_key_goes_to_the_server_and_nowhere_else(gateway: ScriptedGateway, session: RemoteSession) -> None:
    assert gateway.metadata[0]["authorization"] == f"Bearer {KEY}"
    options = ClientOptions(address=gateway.address, key=KEY)
    assert KEY not in repr(options)
    assert "secret" not in repr(session.info)


@pytest.mark.clause("C2")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "plant"}, "option address is 'plant'"),
        ({"address": "http://plant:1"}, "without a scheme"),
        ({"address": "plant:0"}, "port of 1 to 65535"),
        ({"address": "plant:99999"}, "port of 1 to 65535"),
        ({"address": "::1:50051"}, "in brackets"),
        ({"address": "me@plant:1"}, "user name"),
        ({"address": "plant:50051", "tls": False}, "plant is another computer"),
        ({"address": "localhost:1", "ca": "x"}, "option ca belongs to TLS"),
        ({"address": "plant:1", "certificate": "x"}, "belong together"),
        ({"address": "localhost:1", "key": "tw_1 x"}, "option key is not a key"),
        ({"address": "localhost:1", "timeout_s": 0}, "timeout_s"),
    ],
)
def test_options_that_cannot_be_are_named(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        ClientOptions(**wrong)
    assert "tw_1 x" not in str(raised.value)


@pytest.mark.parametrize(
    ("address", "encrypted"),
    [("localhost:1", False), ("127.0.0.9:1", False), ("[::1]:1", False), ("plant:1", True), ("10.0.0.1:1", True)],
)
def test_tls_wherever_it_leaves_this_computer(address: str, encrypted: bool) -> None:
    assert ClientOptions(address=address).encrypted is encrypted


async def test_a_file_that_is_not_there_is_named() -> None:
    client = Client(ClientOptions(address="plant:1", ca="/nowhere/ca.pem"))
    with pytest.raises(ValueError, match=r"option ca: /nowhere/ca\.pem cannot be read"):
        await client.__aenter__()


async def test_what_cannot_be_sent_is_named(session: RemoteSession) -> None:
    with pytest.raises(ValueError, match="no command of a client"):
        await session.invoke(c.Restore((), ()))
    with pytest.raises(ValueError, match=r"Write\.value"):
        await session.invoke(c.Write(1, 1, 2**70))
