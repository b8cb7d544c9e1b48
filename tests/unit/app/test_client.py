"""The client of a worker, with a pipe and a process that do what the test says, on a clock that the test turns."""

from __future__ import annotations

import asyncio
import gc
import logging
import struct
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.commands import Ping, ProtocolStatus, Reply, Write
from app.errors import ErrorCode, GatewayError
from app.pb import worker_pb2
from app.tasks import spawn
from app.values import Fault
from app.wire import pipes
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck, SourceState, Start
from app.wire.messages import PROTOCOL_VERSION
from app.workers.contract import WorkerState
from app.workers.outcome import Outcome
from tests.helpers.clock import settle
from tests.helpers.far_side import NONCE, PID, FarSide, batch, sequences

HELLO = Hello(PROTOCOL_VERSION, NONCE, PID, "sim", "x86_64")
BEAT = Heartbeat(PID, "Ready")


@pytest.fixture(autouse=True)
def peer(monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """Which process is at the other end, as the operating system tells it."""
    answer: dict[str, int | None] = {"pid": PID}
    monkeypatch.setattr(pipes, "peer_pid", lambda _: answer["pid"])
    return answer


@pytest.fixture
async def far() -> AsyncIterator[FarSide]:
    """The far side of a client that is ready."""
    side = FarSide(heartbeat_s=5, heartbeat_grace_s=15, pending_commands=128)
    await side.starts()
    yield side
    await side.ends()


@pytest.fixture
async def early() -> AsyncIterator[FarSide]:
    """The far side of a client that is not connected yet."""
    side = FarSide()
    yield side
    await side.ends()


async def failure(waiting: asyncio.Task[object]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        await waiting
    return caught.value


def asked(far: FarSide, timeout_s: float = 30.0, text: str = "") -> asyncio.Task[Reply]:
    return spawn(far.client.invoke(Ping(text), timeout_s), name="command", on_failure=lambda _: None)


# ---- handshake -----------------------------------------------------------------


@pytest.mark.clause("S11.2")
async def test_the_right_hello_is_accepted_and_start_follows_with_the_settings(early: FarSide) -> None:
    early.connects()
    await early.client.wait_hello()
    starting = spawn(early.client.initialize(), name="initialize")
    await settle(2)
    (start,) = early.bodies()
    assert isinstance(start, Start)
    assert start.options_json == '{"password": "the-password"}'
    assert (start.heartbeat_s, start.heartbeat_grace_s, start.backlog_limit) == (5.0, 15.0, 100_000)
    early.says(Ready("a plant 1.0"))
    await starting
    assert (early.client.state, early.client.source) == (WorkerState.READY, "a plant 1.0")
    assert early.client.process_id == PID


@pytest.mark.clause("S11.2", "S10.4")
async def test_a_ready_that_comes_as_the_start_is_given_up_is_nobodys(early: FarSide) -> None:
    early.connects()
    await early.client.wait_hello()
    starting = spawn(early.client.initialize(), name="initialize")
    await settle(2)
    starting.cancel()
    await asyncio.wait([starting])
    early.says(Ready("a plant 1.0"))  # it raises nothing into the transport
    assert early.client.state is WorkerState.STARTING


@pytest.mark.clause("S11.2")
@pytest.mark.parametrize(
    ("hello", "words"),
    [
        (replace(HELLO, protocol_version=2), "speaks protocol version 2, this side 1"),
        (replace(HELLO, nonce="a-guess"), "nonce is not the one it was given"),
        (replace(HELLO, nonce=""), "nonce is not the one it was given"),
        (replace(HELLO, pid=99), "says that it is process 99, but process 4321 connected"),
        (replace(HELLO, backend="host"), "serves backend host, not sim"),
    ],
)
async def test_a_wrong_hello_is_refused_with_the_reason(early: FarSide, hello: Hello, words: str) -> None:
    early.connects(hello)
    with pytest.raises(GatewayError) as caught:
        await early.client.wait_hello()
    assert caught.value.code == ErrorCode.WORKER_START_FAILED
    assert words in str(caught.value)
    assert NONCE not in str(caught.value)
    assert "guess" not in str(caught.value)


@pytest.mark.clause("S11.2")
async def test_a_process_that_was_not_started_here_is_refused(early: FarSide, peer: dict[str, int | None]) -> None:
    peer["pid"] = 99
    early.connects()
    with pytest.raises(GatewayError, match="process 99 connected, but process 4321 was started"):
        await early.client.wait_hello()


@pytest.mark.clause("S11.2")
async def test_where_the_system_cannot_tell_the_peer_the_hello_counts(
    early: FarSide, peer: dict[str, int | None]
) -> None:
    peer["pid"] = None
    early.connects()
    await early.client.wait_hello()


@pytest.mark.clause("S11.2")
@pytest.mark.parametrize(
    "body", [Ready("me first"), batch(1), Reply(), SourceState(True, "", 0), BEAT, Fault("a", "b")]
)
async def test_nothing_but_a_hello_comes_before_start(early: FarSide, body: object) -> None:
    early.client.connection_made(early.line)
    early.says(HELLO, body)  # type: ignore[arg-type]
    assert early.client.state is WorkerState.FAULTED
    await early.client.wait_hello()
    with pytest.raises(
        GatewayError, match=rf"ProtocolViolation: the worker sent {type(body).__name__} before its turn"
    ):
        await early.client.initialize()


@pytest.mark.clause("S11.2")
@pytest.mark.parametrize("body", [batch(1), Reply(), HELLO, ShutdownAck()])
async def test_between_start_and_ready_come_only_signs_of_the_start(early: FarSide, body: object) -> None:
    early.connects()
    starting = spawn(early.client.initialize(), name="initialize", on_failure=lambda _: None)
    await settle(2)
    early.says(BEAT, SourceState(False, "no route", 0))
    assert early.client.state is WorkerState.STARTING
    early.says(body)  # type: ignore[arg-type]
    assert f"the worker sent {type(body).__name__} before its turn" in str(await failure(starting))


@pytest.mark.clause("S12.2")
async def test_the_backends_own_fault_ends_the_start_with_its_code(early: FarSide) -> None:
    early.connects()
    starting = spawn(early.client.initialize(), name="initialize", on_failure=lambda _: None)
    await settle(2)
    early.child.stderr = "the last words"
    early.says(Fault("CertificateNotTrusted", "trust it first", {"thumbprint": "ab12"}))
    error = await failure(starting)
    assert error.fault == Fault(
        "CertificateNotTrusted", "trust it first", {"thumbprint": "ab12", "stderr": "the last words"}
    )


async def test_options_that_json_has_no_form_for_are_refused_by_their_type() -> None:
    far = FarSide()
    far.client._spec = replace(far.client._spec, options={"password": object()})
    far.connects()
    with pytest.raises(GatewayError, match="InvalidArgument: the options cannot be sent: Object of type object"):
        await far.client.initialize()
    await far.ends()


@pytest.mark.clause("S12.2")
async def test_an_exit_during_the_start_is_noticed_at_once(early: FarSide) -> None:
    waiting = spawn(early.client.wait_connected(), name="connected", on_failure=lambda _: None)
    early.child.stderr = "no such module"
    early.child.exits(1)
    error = await failure(waiting)
    assert error.fault.details == {"exit_code": "1", "stderr": "no such module"}
    assert "the worker ended unexpectedly (exit code 1)" in str(error)


async def test_a_connection_after_the_end_is_refused(early: FarSide) -> None:
    await early.client.aclose()
    early.client.connection_made(early.line)
    assert early.line.closed


# ---- commands ------------------------------------------------------------------


@pytest.mark.clause("S7.2")
async def test_replies_find_their_commands_in_any_order(far: FarSide) -> None:
    first, second = asked(far, text="1"), asked(far, text="2")
    await settle()
    one, two = far.heard()
    assert (one.body, two.body) == (Ping("1"), Ping("2"))
    far.says(Reply(message="two"), correlation_id=two.correlation_id)
    far.says(Reply(message="one"), correlation_id=one.correlation_id)
    assert ((await first).message, (await second).message) == ("one", "two")
    assert far.client.statistics().pending_commands == 0


@pytest.mark.clause("S7.2")
async def test_a_command_without_a_reply_times_out_and_leaves_nothing(far: FarSide) -> None:
    waiting = asked(far, 3.0)
    await far.clock.advance(2.9)
    assert not waiting.done()
    (command,) = far.heard()
    await far.clock.advance(0.2)
    error = await failure(waiting)
    assert (error.code, error.fault.message) == (ErrorCode.TIMEOUT, "no reply to Ping within 3 s")
    assert far.client.statistics().pending_commands == 0
    (cancel,) = far.heard()
    assert (cancel.body, cancel.correlation_id) == (Cancel(), command.correlation_id)

    far.says(Reply(message="too late"), correlation_id=command.correlation_id)
    assert far.client.statistics().late_replies == 1
    assert far.metrics.value("tagwatch_late_replies_total") == 1
    assert far.client.state is WorkerState.READY


@pytest.mark.clause("S7.2")
async def test_a_caller_who_leaves_takes_the_entry_along_and_tells_the_worker(far: FarSide) -> None:
    waiting = asked(far)
    await settle()
    (command,) = far.heard()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert far.client.statistics().pending_commands == 0
    (cancel,) = far.heard()
    assert (cancel.body, cancel.correlation_id) == (Cancel(), command.correlation_id)


async def test_a_timeout_that_meets_a_cancellation_is_not_reported_as_unheard(
    far: FarSide, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = asked(far, 3.0)
    await settle()
    far.clock.stall(4)
    far.client._pending._look()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gc.collect()
    await settle()
    assert caplog.text == ""


@pytest.mark.clause("S11.6")
async def test_at_most_128_commands_wait_and_the_next_fails_at_once(far: FarSide) -> None:
    waiting = [asked(far) for _ in range(128)]
    await settle()
    assert far.client.statistics().pending_commands == 128
    with pytest.raises(GatewayError, match="TooManyPending: 128 commands"):
        await far.client.invoke(Ping(), 30.0)
    commands = far.heard()
    assert len(commands) == 128  # the refused one was not sent

    far.says(Reply(), correlation_id=commands[0].correlation_id)
    await waiting[0]
    one_more = asked(far)
    await settle()
    assert far.client.statistics().pending_commands == 128
    await far.client.kill()
    assert {(await failure(task)).code for task in (*waiting[1:], one_more)} == {ErrorCode.WORKER_UNAVAILABLE}


@pytest.mark.clause("S11.6")
async def test_commands_do_not_pile_up_before_a_worker_that_does_not_read(far: FarSide) -> None:
    far.line.stuck = far.settings.frame_limit + 1
    with pytest.raises(GatewayError, match="TooManyPending: the worker does not read its commands, 16,777,217 bytes"):
        await far.client.invoke(Ping(), 30.0)
    far.line.stuck = 0


async def test_a_value_that_cannot_be_sent_is_the_callers_mistake_alone(far: FarSide) -> None:
    with pytest.raises(GatewayError, match=r"InvalidArgument: Write\.value: an integer of 66 bits"):
        await far.client.invoke(Write(1, 1, 2**65), 30.0)
    assert far.client.statistics().pending_commands == 0
    waiting = asked(far)
    await settle()
    (command,) = far.heard()  # decoded: the numbering has no hole
    far.says(Reply(), correlation_id=command.correlation_id)
    assert (await waiting).code is ProtocolStatus.OK


@pytest.mark.clause("S7.1")
async def test_a_worker_that_is_not_ready_takes_no_command_and_says_why(far: FarSide, early: FarSide) -> None:
    with pytest.raises(GatewayError, match="WorkerUnavailable: the worker is Starting"):
        await early.client.invoke(Ping(), 30.0)
    far.says(Fault("DriverFailed", "the driver cannot go on"))
    with pytest.raises(GatewayError, match="WorkerUnavailable: the worker is Faulted: the driver cannot go on"):
        await far.client.invoke(Ping(), 30.0)


# ---- events --------------------------------------------------------------------


@pytest.mark.clause("S11.4")
async def test_all_batches_come_at_once_and_in_order(far: FarSide) -> None:
    reading = spawn(far.client.batches(), name="read")
    await settle()
    far.says(batch(1, 3), batch(4), batch(5, 2))
    assert sequences(await reading) == [1, 2, 3, 4, 5, 6]
    far.says(batch(7))
    assert sequences(await far.client.batches()) == [7]
    assert far.client.statistics().received == 7


@pytest.mark.clause("S11.4")
async def test_a_gap_is_counted_and_told_and_what_came_is_kept(far: FarSide) -> None:
    far.says(batch(1, 2), batch(6))
    assert far.ear.heard == [("gap", 3, 6)]
    assert sequences(await far.client.batches()) == [1, 2, 6]
    assert far.client.statistics().gaps == 1
    assert far.metrics.value("tagwatch_event_gaps_total") == 3


@pytest.mark.clause("S11.4", "S11.3")
async def test_events_that_come_again_are_a_violation(far: FarSide) -> None:
    far.says(batch(1, 5), batch(3))
    assert far.ear.faults == [("fault", "ProtocolViolation", "event 3 came after event 5", "Faulted")]


async def test_unread_events_are_bounded_and_their_loss_is_told() -> None:
    far = FarSide(inbox_limit=10)
    await far.starts()
    for first in range(1, 101, 5):
        far.says(batch(first, 5))
    found = far.client.statistics()
    assert (found.inbox_events, found.inbox_peak, found.dropped, found.received) == (10, 10, 90, 100)
    assert far.ear.heard == []
    far.says(BEAT)
    await far.clock.advance(5)
    assert far.ear.heard == [("dropped", 90)]  # once, not with each batch
    far.says(batch(101, 5))
    assert sequences(await far.client.batches()) == list(range(96, 106))
    assert far.ear.heard == [("dropped", 90), ("dropped", 5)]
    assert far.metrics.value("tagwatch_dropped_total", {"queue": "inbox"}) == 95
    assert far.client.statistics().gaps == 0  # the worker did not lose them
    await far.ends()


async def test_one_reader_alone(far: FarSide) -> None:
    reading = spawn(far.client.batches(), name="read")
    await settle()
    with pytest.raises(RuntimeError, match="one reader"):
        await far.client.batches()
    far.says(batch(1))
    assert sequences(await reading) == [1]


async def test_a_reader_that_is_cancelled_loses_nothing(far: FarSide) -> None:
    reading = spawn(far.client.batches(), name="read")
    await settle()
    far.says(batch(1))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert sequences(await far.client.batches()) == [1]


async def test_coalesced_values_are_counted(far: FarSide) -> None:
    squeezed = batch(1, 2)
    squeezed.coalesced = 7
    far.says(squeezed)
    assert far.metrics.value("tagwatch_coalesced_total") == 7


# ---- the source's state --------------------------------------------------------


async def test_the_sources_state_is_told(far: FarSide) -> None:
    far.says(SourceState(False, "no route", 0), SourceState(True, "", 0))
    assert far.ear.heard == [("source", False, "no route"), ("source", True, "")]


async def test_a_source_lost_before_anybody_listened_is_told_then(far: FarSide) -> None:
    far.client._listener = None
    far.says(SourceState(False, "no route", 0))
    far.client.listen(far.ear)
    assert far.ear.heard == [("source", False, "no route")]


async def test_a_source_that_came_back_before_anybody_listened_is_no_news(far: FarSide) -> None:
    far.client._listener = None
    far.says(SourceState(False, "no route", 0), SourceState(True, "", 0))
    far.client.listen(far.ear)
    assert far.ear.heard == []


# ---- violations ----------------------------------------------------------------


def envelope(far: FarSide, **changes: object) -> bytes:
    """The next envelope with something wrong, as a frame."""
    message = worker_pb2.Envelope.FromString(far.frame(BEAT)[4:])
    for name, value in changes.items():
        setattr(message, name, value)
    payload = message.SerializeToString()
    return struct.pack("<I", len(payload)) + payload


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\0", "a frame of length 0 came"),
        (b"\xff\xff\xff\xff", "a frame of length 4294967295 came, 1 to 16777216 is allowed"),
        (b"\x03\0\0\0\xff\xff\xff", "a frame of 3 bytes is not an envelope"),
    ],
)
async def test_bad_frames_fault_with_what_was_wrong(far: FarSide, data: bytes, words: str) -> None:
    far.client.data_received(data)
    ((_, code, message, state),) = far.ear.faults
    assert (code, state) == ("ProtocolViolation", "Faulted")
    assert words in message
    assert far.child.kills
    assert far.line.closed


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"protocol_version": 7}, "protocol version 7 came, this side speaks 1"),
        ({"session_id": "session-2"}, "a message for another session came"),
        ({"sequence": 99}, "message 99 came, 3 was due"),
    ],
)
async def test_bad_envelopes_fault_with_what_was_wrong(far: FarSide, changes: dict[str, object], words: str) -> None:
    far.client.data_received(envelope(far, **changes))
    assert far.ear.faults == [("fault", "ProtocolViolation", words, "Faulted")]


@pytest.mark.clause("S11.3")
async def test_a_body_that_this_side_does_not_know_faults(far: FarSide) -> None:
    message = worker_pb2.Envelope.FromString(far.frame(BEAT)[4:])
    message.ClearField("body")
    payload = message.SerializeToString() + b"\xfa\x07\x02hi"  # field 127
    far.client.data_received(struct.pack("<I", len(payload)) + payload)
    assert far.ear.faults == [("fault", "ProtocolViolation", "a message without a known body came", "Faulted")]


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize("body", [HELLO, Ready(""), Start("", 1, 2, 3, 4, 5, 6), Ping(), Cancel(), Shutdown(1, "")])
async def test_bodies_out_of_turn_fault(far: FarSide, body: object) -> None:
    far.says(body)  # type: ignore[arg-type]
    words = f"the worker sent {type(body).__name__}, which is not its turn"
    assert far.ear.faults == [("fault", "ProtocolViolation", words, "Faulted")]


@pytest.mark.clause("S11.3", "S4.7")
async def test_after_a_violation_nothing_more_is_taken_but_what_came_before_is_read(far: FarSide) -> None:
    waiting = asked(far)
    await settle()
    (command,) = far.heard()
    far.client.data_received(
        far.frame(batch(1, 2)) + envelope(far, session_id="x") + far.frame(Reply(), command.correlation_id)
    )
    far.says(batch(3))
    assert (await failure(waiting)).code == ErrorCode.WORKER_UNAVAILABLE
    assert sequences(await far.client.batches()) == [1, 2]
    for _ in range(2):
        with pytest.raises(GatewayError, match="ProtocolViolation: a message for another session"):
            await far.client.batches()
    assert len(far.ear.faults) == 1


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize(("code", "words"), [(0, "ended without having been asked to"), (1, "ended unexpectedly")])
async def test_a_stream_cut_within_a_frame_is_a_violation(far: FarSide, code: int, words: str) -> None:
    far.client.data_received(far.frame(BEAT)[:10])
    far.line.end(None)
    far.child.exits(code)
    await settle()
    ((_, kind, message, _),) = far.ear.faults
    assert kind == "ProtocolViolation"
    assert message.startswith("the stream ended inside a frame: 10 of ")
    assert words in message


@pytest.mark.clause("S11.6")
async def test_a_worker_killed_within_a_frame_was_killed(far: FarSide) -> None:
    far.client.data_received(far.frame(BEAT)[:10])
    far.line.end(ConnectionResetError("reset"))
    far.child.exits(-9)
    await settle()
    ((_, kind, message, _),) = far.ear.faults
    assert kind == "WorkerUnavailable"
    assert Outcome(-9).words in message


# ---- the end of process or pipe --------------------------------------------------


@pytest.mark.clause("S11.6")
async def test_the_fault_of_an_exit_has_code_words_and_last_lines(far: FarSide) -> None:
    waiting = asked(far)
    await settle()
    far.child.stderr = "Traceback\nKeyError: 7"
    far.line.end(None)
    far.child.exits(1)
    error = await failure(waiting)
    assert error.code == ErrorCode.WORKER_UNAVAILABLE
    assert "the worker ended unexpectedly (exit code 1); the command may have been done" in str(error)
    with pytest.raises(GatewayError) as caught:
        await far.client.batches()
    assert caught.value.fault.details == {"exit_code": "1", "stderr": "Traceback\nKeyError: 7"}
    assert far.ear.faults == [
        ("fault", "WorkerUnavailable", "the worker ended unexpectedly (exit code 1)", "Faulted"),
    ]
    assert far.metrics.value("tagwatch_workers_killed_total") == 0


async def test_what_was_in_the_pipe_when_the_process_ended_is_still_read(far: FarSide) -> None:
    far.child.exits(1)
    await settle()
    assert far.ear.faults == []  # the pipe may hold more
    far.says(batch(1, 3))
    far.line.end(None)
    await settle()
    assert sequences(await far.client.batches()) == [1, 2, 3]
    assert len(far.ear.faults) == 1


async def test_a_pipe_that_outlives_the_process_is_waited_for_a_moment_only(far: FarSide) -> None:
    far.child.exits(-11)
    await far.clock.advance(0.9)
    assert far.ear.faults == []
    await far.clock.advance(0.2)
    assert far.ear.faults == [("fault", "WorkerUnavailable", "the worker was ended by SIGSEGV (it crashed)", "Faulted")]


async def test_a_pipe_that_ends_before_the_process_waits_for_the_true_cause(far: FarSide) -> None:
    far.line.end(None)
    await far.clock.advance(0.9)
    assert (far.client.state, far.ear.faults) == (WorkerState.READY, [])
    far.child.exits(5)
    await settle()
    assert [what[2] for what in far.ear.faults] == ["the worker could not start its backend (exit code 5)"]


async def test_a_worker_that_closes_its_pipe_and_goes_on_is_killed(far: FarSide) -> None:
    far.line.end(ConnectionResetError("reset by peer"))
    await far.clock.advance(1.1)
    words = "the worker's pipe ended (reset by peer), but the worker went on running"
    assert far.ear.faults == [("fault", "WorkerUnavailable", words, "Faulted")]
    assert far.child.ended.done()
    assert far.metrics.value("tagwatch_workers_killed_total") == 1


async def test_a_frame_cut_by_a_worker_that_goes_on_is_a_violation(far: FarSide) -> None:
    far.client.data_received(far.frame(BEAT)[:3])
    far.line.end(None)
    await far.clock.advance(1.1)
    words = "the stream ended inside a frame: 3 of 4 bytes came"
    assert far.ear.faults == [("fault", "ProtocolViolation", words, "Faulted")]


@pytest.mark.clause("S2.4")
async def test_the_first_fault_is_the_only_one_and_the_state_is_there_before_it(far: FarSide) -> None:
    far.says(Fault("DriverFailed", "the driver cannot go on", {"node": "7"}), batch(1))
    far.says(Fault("Other", "later"))
    far.child.exits(1)
    await settle()
    assert far.ear.faults == [("fault", "DriverFailed", "the driver cannot go on", "Faulted")]
    with pytest.raises(GatewayError) as caught:
        await far.client.batches()
    assert caught.value.fault == Fault("DriverFailed", "the driver cannot go on", {"node": "7"})


async def test_who_listens_after_the_fault_hears_it(far: FarSide) -> None:
    far.client._listener = None
    far.says(Fault("DriverFailed", "the driver cannot go on"))
    far.client.listen(far.ear)
    assert [what[1] for what in far.ear.faults] == ["DriverFailed"]


# ---- heartbeats ----------------------------------------------------------------


@pytest.mark.clause("S11.5")
async def test_heartbeats_go_out_and_those_that_come_are_kept(far: FarSide) -> None:
    far.says(Heartbeat(PID, "Ready", 1, 2, 3, 4, 5, 6))
    await far.clock.advance(5)
    (beat,) = far.bodies()
    assert isinstance(beat, Heartbeat)
    assert (beat.state, beat.pending_commands) == ("Ready", 0)
    await far.clock.advance(5)
    assert len(far.bodies()) == 1
    assert far.client.statistics().heartbeat == Heartbeat(PID, "Ready", 1, 2, 3, 4, 5, 6)


@pytest.mark.clause("S11.5")
async def test_a_silent_worker_is_unresponsive_and_killed(far: FarSide) -> None:
    far.child.stderr = "deadlocked"
    await far.clock.advance(15)
    assert far.client.state is WorkerState.READY
    await far.clock.advance(5)
    words = "the worker has been silent for 20 s, 15 s are allowed"
    assert far.ear.faults == [("fault", "WorkerUnresponsive", words, "Faulted")]
    assert far.child.kills
    assert far.metrics.value("tagwatch_workers_killed_total") == 1
    with pytest.raises(GatewayError) as caught:
        await far.client.batches()
    assert caught.value.fault.details == {"stderr": "deadlocked"}
    assert far.clock.timers == 0  # the watchdog sleeps


@pytest.mark.clause("S11.5")
@pytest.mark.parametrize("sign", ["heartbeat", "batch", "part of a frame"])
async def test_whatever_comes_is_a_sign_of_life(far: FarSide, sign: str) -> None:
    if sign == "part of a frame":
        long = far.frame(Heartbeat(PID, "x" * 60))
        pieces = [long[i : i + 1] for i in range(12)]
    else:
        pieces = [far.frame(BEAT if sign == "heartbeat" else batch(i)) for i in range(1, 13)]
    for piece in pieces:
        await far.clock.advance(5)
        far.client.data_received(piece)
    assert far.client.state is WorkerState.READY


@pytest.mark.clause("S11.5")
async def test_a_command_in_flight_stretches_the_grace_to_five_times(far: FarSide) -> None:
    waiting = asked(far, 1000)
    await far.clock.advance(75)
    assert far.client.state is WorkerState.READY
    await far.clock.advance(5)
    words = "the worker has been silent for 80 s, 75 s are allowed"
    assert far.ear.faults == [("fault", "WorkerUnresponsive", words, "Faulted")]
    assert words in str(await failure(waiting))


@pytest.mark.clause("S11.5")
async def test_this_sides_own_stall_condemns_nobody(far: FarSide) -> None:
    far.says(BEAT)
    far.clock.stall(20)  # the machine slept, or the window's loop was held up
    await far.clock.advance(0)
    assert far.client.state is WorkerState.READY
    await far.clock.advance(15)
    assert far.client.state is WorkerState.READY  # one full grace more
    await far.clock.advance(5)
    assert [what[1] for what in far.ear.faults] == ["WorkerUnresponsive"]


# ---- shutdown, kill, aclose ------------------------------------------------------


@pytest.mark.clause("S10.1", "S4.7")
async def test_a_shutdown_ends_with_the_process_and_the_stream_ends_normally(far: FarSide) -> None:
    closing = spawn(far.client.shutdown(10, "closed"), name="shutdown")
    await settle()
    assert far.client.state is WorkerState.CLOSING
    assert far.bodies() == [Shutdown(5.0, "closed")]
    far.says(batch(1), ShutdownAck())
    await settle()
    assert not closing.done()  # the ack is not the end
    far.child.exits(0)
    await settle()
    far.says(batch(2))  # was in the pipe
    far.line.end(None)
    await closing
    assert far.client.state is WorkerState.CLOSED
    assert sequences(await far.client.batches()) == [1, 2]
    assert await far.client.batches() == []
    assert far.ear.heard == []
    assert far.metrics.value("tagwatch_workers_killed_total") == 0
    await far.client.shutdown(10, "again")


@pytest.mark.clause("S10.1")
async def test_a_reader_that_waits_ends_with_the_shutdown(far: FarSide) -> None:
    reading = spawn(far.client.batches(), name="read")
    closing = spawn(far.client.shutdown(10, "closed"), name="shutdown")
    await settle()
    far.line.end(None)
    far.child.exits(0)
    await closing
    assert await reading == []


async def test_a_command_that_runs_may_still_be_answered_during_a_shutdown(far: FarSide) -> None:
    answered, unanswered = asked(far), asked(far)
    await settle()
    (first, _) = far.heard()
    closing = spawn(far.client.shutdown(10, "closed"), name="shutdown")
    await settle()
    with pytest.raises(GatewayError, match="WorkerUnavailable: the worker is Closing"):
        await far.client.invoke(Ping(), 30)
    far.says(Reply(message="in time"), correlation_id=first.correlation_id)
    assert (await answered).message == "in time"
    far.line.end(None)
    far.child.exits(0)
    await closing
    assert (await failure(unanswered)).code == ErrorCode.WORKER_UNAVAILABLE


@pytest.mark.clause("S10.1")
async def test_a_worker_that_does_not_shut_down_is_told_and_can_be_killed(far: FarSide) -> None:
    closing = spawn(far.client.shutdown(10, "closed"), name="shutdown", on_failure=lambda _: None)
    for _ in range(3):
        await far.clock.advance(3)
        far.says(BEAT)
    await far.clock.advance(2)
    error = await failure(closing)
    assert (error.code, error.fault.message) == (
        ErrorCode.TIMEOUT,
        "the worker's shutdown took longer than 10 s",
    )
    await far.client.kill()
    assert far.client.state is WorkerState.CLOSED
    assert far.ear.faults == []


@pytest.mark.clause("S2.3")
async def test_no_fault_comes_once_it_is_closing(far: FarSide) -> None:
    closing = spawn(far.client.shutdown(100, "closed"), name="shutdown")
    await settle()
    far.says(Fault("DriverFailed", "while stopping"))
    far.client.data_received(b"\0\0\0\0")
    await far.clock.advance(60)  # silent, too
    assert far.client.state is WorkerState.CLOSING
    far.child.exits(1)
    far.line.end(None)
    await closing
    assert (far.client.state, far.ear.heard) == (WorkerState.CLOSED, [])


@pytest.mark.clause("S10.2")
async def test_a_kill_waits_for_the_end_of_the_process(far: FarSide) -> None:
    far.child.immortal = True
    waiting = asked(far)
    reading = spawn(far.client.batches(), name="read")
    await settle()
    killing = spawn(far.client.kill(), name="kill")
    await settle()
    assert far.child.kills == 1
    assert not killing.done()  # sent is not dead
    assert "the worker was killed" in str(await failure(waiting))
    far.child.exits(-9)
    await killing
    assert far.client.state is WorkerState.CLOSED
    assert await reading == []
    await far.client.kill()
    assert far.metrics.value("tagwatch_workers_killed_total") == 1


async def test_a_kill_after_a_fault_is_counted_once_and_keeps_the_fault(far: FarSide) -> None:
    far.child.immortal = True
    far.says(Fault("DriverFailed", "gone"))
    killing = spawn(far.client.kill(), name="kill")
    await settle()
    far.child.exits(-9)
    await killing
    assert far.metrics.value("tagwatch_workers_killed_total") == 1
    assert far.client.state is WorkerState.FAULTED


@pytest.mark.clause("S10.4")
async def test_letting_go_leaves_nothing_and_twice_is_harmless(far: FarSide) -> None:
    waiting = asked(far)
    reading = spawn(far.client.batches(), name="read")
    await settle()
    await asyncio.gather(far.client.aclose(), far.client.aclose())
    assert far.child.let_go
    assert far.line.closed
    assert far.clock.timers == 0
    assert (await failure(waiting)).code == ErrorCode.WORKER_UNAVAILABLE
    assert await reading == []
    assert far.client.state is WorkerState.CLOSED


async def test_letting_go_during_a_shutdown_ends_the_shutdown_too(far: FarSide) -> None:
    closing = spawn(far.client.shutdown(10, "closed"), name="shutdown")
    await settle()
    await far.client.aclose()
    await closing
    assert far.client.state is WorkerState.CLOSED


@pytest.mark.clause("S11.1")
async def test_no_secret_is_shown(far: FarSide, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    far.says(Reply(), correlation_id=99)
    far.child.exits(1)
    await settle()
    shown = f"{far.client!r} {far.client._spec!r} {far.client.statistics()!r} {far.ear.heard} {caplog.text}"
    assert NONCE not in shown
    assert "the-password" not in shown
