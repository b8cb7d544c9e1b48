"""The worker's end of the pipe: what it says first, that it always answers, and how its life ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from app import commands as c
from app.batch import EventBatch
from app.commands import ProtocolStatus, Reply
from app.pb import worker_pb2
from app.values import Fault
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck
from app.wire.messages import PROTOCOL_VERSION, Codec
from app.worker.exit import ExitCode
from tests.helpers.clock import settle
from tests.helpers.gateway_side import GatewaySide


@pytest.fixture
async def far(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GatewaySide]:
    side = GatewaySide(monkeypatch)
    yield side
    await side.ends()


async def advised(far: GatewaySide, tag: str = "tag") -> None:
    """One item with a value, and what that made the worker say is read."""
    far.says(c.Register("test"), c.AddItem(1, tag), correlation_id=1)
    await settle()
    far.says(c.Advise(1, 1), correlation_id=1)
    await far.clock.advance(0.01)
    far.heard()


async def test_hello_comes_first_with_the_nonce(far: GatewaySide) -> None:
    (hello,) = [envelope.body for envelope in far.heard()]
    assert isinstance(hello, Hello)
    assert (hello.protocol_version, hello.nonce, hello.backend) == (PROTOCOL_VERSION, "the-nonce", "scripted")


@pytest.mark.clause("S11.5")
async def test_the_first_heartbeats_come_at_once_and_right_after_ready(far: GatewaySide) -> None:
    far.heard()
    await far.starts()
    beat, ready, again = [envelope.body for envelope in far.heard()]
    assert isinstance(beat, Heartbeat)
    assert beat.state == "Starting", "also while a source takes its time to start"
    assert ready == Ready("scripted")
    assert isinstance(again, Heartbeat)
    assert again.state == "Ready"
    await far.clock.advance(5.0)
    assert len(far.bodies(Heartbeat)) == 1


@pytest.mark.clause("S11.5")
async def test_heartbeats_pass_a_burst_that_the_pipe_does_not_take(far: GatewaySide) -> None:
    await far.starts()
    await advised(far)
    far.link.pause_writing()
    sink = far.driver.sink
    assert sink is not None
    for number in range(50_000):
        sink.data(1 << 32 | 1, float(number), 192)
    await far.clock.advance(5.0)
    (beat,) = [envelope.body for envelope in far.heard()]
    assert isinstance(beat, Heartbeat)
    assert beat.queue_depth > 0
    far.link.resume_writing()
    await settle()
    events = [event for batch in far.bodies(EventBatch) for event in batch]
    assert events[-1].value == 49_999.0
    assert events[0].sequence == 2


@pytest.mark.clause("S11.5")
async def test_a_gateway_that_says_nothing_ends_the_worker(far: GatewaySide) -> None:
    await far.starts()
    await far.clock.advance(15.0 * 5 + 10.0)
    assert await far.running is ExitCode.UNEXPECTED


@pytest.mark.clause("S7.2")
async def test_a_command_that_runs_when_the_shutdown_comes_is_answered(far: GatewaySide) -> None:
    await far.starts()
    await advised(far)
    far.driver.write_gate.clear()
    far.says(c.Write(1, 1, 2.0), correlation_id=7)
    await settle()
    far.says(Shutdown(1.0, "enough"))
    await settle()
    far.says(c.Ping("late"), correlation_id=8)
    await far.clock.advance(3.0)
    replies = {envelope.correlation_id: envelope.body for envelope in far.heard()}
    for number, words in ((7, "shutting down"), (8, "it is Closing")):
        reply = replies[number]
        assert isinstance(reply, Reply)
        assert reply.code is ProtocolStatus.WORKER_UNAVAILABLE
        assert words in reply.message
    assert isinstance(replies[0], ShutdownAck)
    assert await far.ends() is ExitCode.OK


@pytest.mark.clause("S7.2")
async def test_a_command_that_may_end_in_time_ends(far: GatewaySide) -> None:
    await far.starts()
    await advised(far)
    far.driver.write_gate.clear()
    far.says(c.Write(1, 1, 2.0), correlation_id=7)
    await settle()
    far.says(Shutdown(1.0, "enough"))
    await settle()
    far.driver.write_gate.set()
    await far.clock.advance(0.1)
    assert [reply.ok for reply in far.bodies(Reply)] == [True]


@pytest.mark.clause("S7.2")
@pytest.mark.parametrize("running", [False, True])
async def test_a_cancelled_command_is_answered_too(far: GatewaySide, running: bool) -> None:
    await far.starts()
    await advised(far)
    far.driver.write_gate.clear()
    far.says(c.Write(1, 1, 2.0), correlation_id=7)
    if running:
        await settle()
    far.says(Cancel(), correlation_id=7)
    await settle()
    ((number, reply),) = [(envelope.correlation_id, envelope.body) for envelope in far.heard()]
    assert number == 7
    assert isinstance(reply, Reply)
    assert reply.code is ProtocolStatus.CANCELLED
    far.driver.write_gate.set()


async def test_a_command_before_the_source_is_there_is_told_so(
    far: GatewaySide, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def start(*_: object) -> str:
        await never.wait()
        return "late"

    monkeypatch.setattr(far.driver, "start", start)
    await far.starts()
    far.says(c.Register("x"), correlation_id=1)
    (reply,) = far.bodies(Reply)
    assert (reply.code, "it is Starting" in reply.message) == (ProtocolStatus.WORKER_UNAVAILABLE, True)
    never.set()


@pytest.mark.clause("S11.4")
async def test_a_message_is_made_into_bytes_once(far: GatewaySide, monkeypatch: pytest.MonkeyPatch) -> None:
    await far.starts()
    await advised(far)
    made: list[str] = []
    encode = Codec.encode

    def counted(codec: Codec, body: object, correlation_id: int = 0) -> bytes:
        made.append(type(body).__name__)
        return encode(codec, body, correlation_id)  # type: ignore[arg-type]

    monkeypatch.setattr(Codec, "encode", counted)
    sink = far.driver.sink
    assert sink is not None
    for number in range(100):
        sink.data(1 << 32 | 1, float(number), 192)
    await far.clock.advance(0.01)
    assert made == ["EventBatch"]


async def test_a_value_that_fits_no_frame_arrives_without_it(far: GatewaySide) -> None:
    await far.starts(frame_limit=64 * 1024)
    await advised(far)
    sink = far.driver.sink
    assert sink is not None
    sink.data(1 << 32 | 1, "x" * 100_000, 192)
    sink.data(1 << 32 | 1, "fits", 192)
    await far.clock.advance(0.01)
    events = [event for batch in far.bodies(EventBatch) for event in batch]
    assert [(event.value, event.quality) for event in events] == [(None, 0), ("fits", 192)]
    assert "overflow" in events[0].detail.statuses[0].words


@pytest.mark.clause("S11.6")
async def test_a_backend_that_does_not_start_says_why(far: GatewaySide, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(*_: object) -> str:
        raise ValueError("option colour is not known")

    monkeypatch.setattr(far.driver, "start", start)
    await far.starts()
    (fault,) = far.bodies(Fault)
    assert (fault.code, fault.message) == ("InvalidArgument", "option colour is not known")
    assert await far.ends() is ExitCode.BACKEND_FAILED


@pytest.mark.clause("S11.6")
async def test_a_driver_that_cannot_go_on_is_told_and_ends_the_worker(far: GatewaySide) -> None:
    await far.starts()
    sink = far.driver.sink
    assert sink is not None
    sink.fail(Fault("SourceFailed", "no licence any more"))
    await settle()
    assert far.bodies(Fault)[0].code == "SourceFailed"
    assert await far.ends() is ExitCode.UNEXPECTED
    assert far.driver.stopped


@pytest.mark.clause("S11.2", "S11.6")
async def test_a_gateway_of_another_version_is_refused(far: GatewaySide) -> None:
    await far.starts()
    payload = Codec("session-1", 1024).encode(Heartbeat(1, "Ready"))
    envelope = worker_pb2.Envelope.FromString(payload[4:])
    envelope.protocol_version = PROTOCOL_VERSION + 1
    data = envelope.SerializeToString()
    far.link.data_received(len(data).to_bytes(4, "little") + data)
    assert await far.ends() is ExitCode.PROTOCOL_VERSION


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize("body", [Hello(1, "n", 1, "b", "a"), Ready("x"), ShutdownAck()])
async def test_what_only_a_worker_says_ends_it(far: GatewaySide, body: Hello | Ready | ShutdownAck) -> None:
    await far.starts()
    far.says(body)
    assert await far.ends() is ExitCode.UNEXPECTED


@pytest.mark.clause("S11.5")
async def test_the_end_of_the_pipe_ends_the_worker(far: GatewaySide) -> None:
    await far.starts()
    await far.leaves()
    assert await far.ends() is ExitCode.UNEXPECTED
    assert far.driver.stopped
