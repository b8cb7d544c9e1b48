"""What can go wrong with a worker, with real processes that do it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.commands import Ping
from app.errors import ErrorCode, GatewayError
from app.tasks import spawn
from app.workers.client import PipeClient
from app.workers.contract import StartStep, WorkerState
from tests.helpers.clock import ManualClock
from tests.helpers.engine import open_handles, until
from tests.helpers.far_side import sequences
from tests.helpers.launching import QUICK, Bench, ended, running, worker_spec
from ui.loop import FastQEventLoop

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
CRASHED = "WorkerUnavailable: the worker was ended by SIGSEGV"
BEATING = {"heartbeat_s": 0.1, "heartbeat_grace_s": 5.0}
#: On a clock that a test turns, nothing is heard in time.
PATIENT = {"heartbeat_s": 1000.0, "heartbeat_grace_s": 3000.0}


async def refusal(bench: Bench) -> GatewayError:
    """How the start failed; nothing is left of it."""
    with pytest.raises(GatewayError) as caught:
        await bench.start()
    assert bench.left() == []
    text = f"{caught.value} {caught.value.fault.details}"
    assert bench.spec.nonce not in text
    assert "the-password" not in text
    return caught.value


# ---- starts that fail, step by step -------------------------------------------------


@pytest.mark.clause("S12.2", "S11.6", "S10.4")
@pytest.mark.parametrize(
    ("problem", "steps"),
    [
        # Where two steps are named, process and pipe race.
        ("exit at begin", {"WaitingForPipe"}),
        ("exit at nonce", {"WaitingForPipe"}),
        ("exit at connect", {"WaitingForPipe", "Handshaking"}),
        ("exit at hello", {"WaitingForPipe", "Handshaking", "InitializingWorker"}),
        ("exit at start", {"InitializingWorker"}),
    ],
)
async def test_an_exit_at_any_step_is_told_with_code_and_last_words(
    tmp_path: Path, problem: str, steps: set[str]
) -> None:
    # The clock stands still: it is the exit that ends the start, not a timeout.
    bench = Bench(tmp_path, problem, clock=ManualClock(), environment={"PROBLEM_STDERR": "no licence"}, **PATIENT)
    error = await refusal(bench)
    assert error.code == ErrorCode.WORKER_START_FAILED
    assert "the worker ended with exit code 7" in str(error)
    assert error.fault.details["step"] in steps
    assert (error.fault.details["exit_code"], error.fault.details["stderr"]) == ("7", "no licence")


@pytest.mark.clause("S12.2", "S10.4")
@pytest.mark.parametrize(
    ("problem", "step", "words"),
    [
        ("never connects", StartStep.WAITING_FOR_PIPE, "(waiting for the worker to connect)"),
        ("no hello", StartStep.HANDSHAKING, "(shaking hands)"),
        ("no ready", StartStep.INITIALIZING_WORKER, "(connecting to the source)"),
    ],
)
async def test_a_start_that_hangs_is_given_up_and_says_where(
    tmp_path: Path, problem: str, step: StartStep, words: str
) -> None:
    clock = ManualClock()
    bench = Bench(tmp_path, problem, clock=clock, **PATIENT)
    starting = spawn(bench.start(), name="start", on_failure=lambda _: None)
    await until(lambda: bench.steps[-1:] == [step], f"step {step}")
    await clock.advance(30.1)
    with pytest.raises(GatewayError) as caught:
        await starting
    assert (
        caught.value.fault.message
        == f"the session did not start {words}: the start of the worker took longer than 30 s"
    )
    assert caught.value.fault.details["step"] == str(step)
    assert bench.left() == []
    assert clock.timers == 0


@pytest.mark.clause("S11.2", "S12.2", "S10.4")
@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("wrong version", "it speaks protocol version 2, this side 1"),
        ("wrong nonce", "its nonce is not the one it was given"),
        ("wrong pid", "it says that it is process"),
        ("wrong backend", "it serves backend another, not sim"),
        ("events before start", "ProtocolViolation: the worker sent EventBatch before its turn"),
        pytest.param("a stranger connects", "connected, but process", marks=unix),
    ],
)
async def test_a_worker_that_is_not_the_right_one_is_refused(tmp_path: Path, problem: str, words: str) -> None:
    error = await refusal(Bench(tmp_path, problem))
    assert error.code == ErrorCode.WORKER_START_FAILED
    assert words.removeprefix("ProtocolViolation: ") in str(error)


@pytest.mark.clause("S12.2")
@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        ("start fault", "CertificateNotTrusted", "trust it first"),
        ("start fault of ours", "WorkerStartFailed", "(connecting to the source): a library is missing"),
    ],
)
async def test_the_sources_own_refusal_keeps_its_code(tmp_path: Path, problem: str, code: str, words: str) -> None:
    error = await refusal(Bench(tmp_path, problem))
    assert error.code == code
    assert words in error.fault.message
    assert error.fault.details["step"] == "InitializingWorker"
    assert error.fault.details.get("thumbprint") == ("ab12" if problem == "start fault" else None)


@pytest.mark.clause("S10.4", "S12.2")
@pytest.mark.parametrize("step", list(StartStep))
async def test_a_start_that_is_cancelled_at_any_step_leaves_nothing(tmp_path: Path, step: StartStep) -> None:
    bench = Bench(tmp_path)

    def cancel(entered: StartStep) -> None:
        if entered is step:
            starting.cancel()

    starting = spawn(bench.launcher.start(bench.spec, cancel), name="start")
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert bench.left() == []


# ---- running workers ------------------------------------------------------------------


async def provoked(client: PipeClient) -> None:
    """The first Ping starts the trouble; whether its reply still comes is part of it."""
    try:
        await client.invoke(Ping(), 10)
    except GatewayError as error:
        assert error.code == ErrorCode.WORKER_UNAVAILABLE  # noqa: PT017


async def read_to_the_end(client: PipeClient) -> list[int]:
    found: list[int] = []
    while batches := await client.batches():
        found += sequences(batches)
    return found


@pytest.mark.clause("S11.3", "S11.6", "S10.4")
@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("zero length", "ProtocolViolation: a frame of length 0 came"),
        ("oversized", "ProtocolViolation: a frame of length 16777217 came, 1 to 16777216 is allowed"),
        ("garbage", "ProtocolViolation: a frame of 5 bytes is not an envelope"),
        ("truncated", "ProtocolViolation: the stream ended inside a frame"),
        ("unknown body", "ProtocolViolation: a message without a known body came"),
        ("body out of turn", "ProtocolViolation: the worker sent Ready, which is not its turn"),
        ("envelope version", "ProtocolViolation: protocol version 9 came, this side speaks 1"),
        ("another session", "ProtocolViolation: a message for another session came"),
        ("envelope gap", "ProtocolViolation: message 1000 came"),
        ("events again", "ProtocolViolation: event 2 came after event 5"),
        ("fault", "DriverFailed: the driver cannot go on"),
        ("exit", "WorkerUnavailable: the worker ended with exit code 7"),
        ("huge stderr", "WorkerUnavailable: the worker ended with exit code 7"),
        ("closes its pipe", "WorkerUnavailable: the worker's pipe ended, but the worker went on running"),
        pytest.param("crash", CRASHED, marks=unix),
    ],
)
async def test_a_fault_says_what_happened_once_and_ends_the_worker(tmp_path: Path, problem: str, words: str) -> None:
    async with running(tmp_path, problem, environment={"PROBLEM_STDERR": "last words"}, **BEATING) as (bench, client):
        process = psutil.Process(client.process_id)
        await provoked(client)
        await until(lambda: bench.ear.faults, "the fault")
        ((_, code, message, state),) = bench.ear.faults
        assert f"{code}: {message}".startswith(words)
        assert state == "Faulted"
        assert await asyncio.to_thread(ended, process)
        with pytest.raises(GatewayError, match=code):
            await read_to_the_end(client)
        with pytest.raises(GatewayError, match="WorkerUnavailable: the worker is Faulted"):
            await client.invoke(Ping(), 1)
    assert len(bench.ear.faults) == 1


@pytest.mark.clause("S11.6")
async def test_a_worker_that_says_a_lot_neither_stalls_nor_fills_the_memory(tmp_path: Path) -> None:
    async with running(tmp_path, "huge stderr", **BEATING) as (_, client):
        await provoked(client)
        with pytest.raises(GatewayError) as caught:
            await client.batches()
        lines = caught.value.fault.details["stderr"].splitlines()
        assert len(lines) == 50
        assert max(len(line) for line in lines) <= 500


@pytest.mark.clause("S11.5")
@pytest.mark.parametrize("problem", ["silent", pytest.param("frozen", marks=unix)])
async def test_a_worker_that_says_nothing_any_more_is_killed(tmp_path: Path, problem: str) -> None:
    async with running(tmp_path, problem, **QUICK) as (bench, client):
        process = psutil.Process(client.process_id)
        await provoked(client)
        await until(lambda: bench.ear.faults, "the fault")
        assert bench.ear.faults[0][1] == "WorkerUnresponsive"
        assert await asyncio.to_thread(ended, process)
        assert bench.metrics.value("tagwatch_workers_killed_total") == 1


@unix
@pytest.mark.clause("S11.6", "S10.4")
async def test_a_worker_killed_from_outside_takes_its_own_children_along(tmp_path: Path) -> None:
    async with running(tmp_path, "grandchild", **BEATING) as (bench, client):
        child = psutil.Process(int(client.source))
        waiting = spawn(client.batches(), name="read", on_failure=lambda _: None)
        os.kill(client.process_id, signal.SIGKILL)
        with pytest.raises(GatewayError, match="WorkerUnavailable: the worker was ended by SIGKILL") as caught:
            await waiting
        assert caught.value.fault.details["signal"] == "SIGKILL"
        assert await asyncio.to_thread(ended, child)
    assert bench.metrics.value("tagwatch_workers_killed_total") == 0  # not by us


@pytest.mark.clause("S10.2", "S10.4")
async def test_a_kill_reaches_the_workers_own_children(tmp_path: Path) -> None:
    async with running(tmp_path, "grandchild", **BEATING) as (bench, client):
        child = psutil.Process(int(client.source))
        await client.kill()
        assert await asyncio.to_thread(ended, child)
        assert not psutil.pid_exists(client.process_id)
        assert await client.batches() == []
    assert bench.ear.faults == []


@pytest.mark.clause("S11.4")
async def test_a_gap_in_the_events_is_told_and_the_worker_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path, "event gap", **BEATING) as (bench, client):
        await provoked(client)
        await until(lambda: bench.ear.heard, "the gap")
        assert bench.ear.heard == [("gap", 3, 6)]
        assert sequences(await client.batches()) == [1, 2, 6]
        assert client.state is WorkerState.READY


@pytest.mark.clause("S7.2")
async def test_a_reply_that_comes_too_late_is_counted_and_harmless(tmp_path: Path) -> None:
    async with running(tmp_path, "late replies", **BEATING) as (bench, client):
        with pytest.raises(GatewayError, match=r"Timeout: no reply to Ping within 0\.05 s"):
            await client.invoke(Ping(), 0.05)
        await until(lambda: client.statistics().late_replies, "the late reply")
        assert client.statistics().pending_commands == 0
        assert bench.metrics.value("tagwatch_late_replies_total") == 1
        assert client.state is WorkerState.READY


@pytest.mark.clause("S11.4", "S11.5")
async def test_a_burst_that_nobody_reads_is_bounded_and_holds_up_no_reply(tmp_path: Path) -> None:
    async with running(tmp_path, "burst", inbox_limit=20_000, **BEATING) as (bench, client):
        await provoked(client)
        assert (await client.invoke(Ping("behind the burst"), 10)).message == "behind the burst"
        found = client.statistics()
        assert (found.inbox_events, found.inbox_peak) == (20_000, 20_000)
        assert found.dropped == found.received - 20_000
        newest = (await client.batches())[-1]
        assert newest.last_sequence == found.received
        assert sum(what[1] for what in bench.ear.heard if what[0] == "dropped") == found.dropped
        assert client.state is WorkerState.READY


# ---- shutdown ---------------------------------------------------------------------------


@pytest.mark.clause("S10.1", "S10.4")
async def test_a_worker_that_ignores_the_shutdown_can_be_killed(tmp_path: Path) -> None:
    async with running(tmp_path, "ignores shutdown", **BEATING) as (bench, client):
        with pytest.raises(GatewayError, match=r"Timeout: the worker's shutdown took longer than 0\.2 s"):
            await client.shutdown(0.2, "enough")
        assert psutil.pid_exists(client.process_id)
        await client.kill()
        assert not psutil.pid_exists(client.process_id)
        assert client.state is WorkerState.CLOSED
    assert bench.ear.faults == []


@pytest.mark.clause("S10.1")
@pytest.mark.parametrize(("problem", "last"), [("", []), ("last events", [1, 2, 3]), ("exit at shutdown", [])])
async def test_a_shutdown_ends_the_stream_normally_after_its_last_event(
    tmp_path: Path, problem: str, last: list[int]
) -> None:
    async with running(tmp_path, problem, **BEATING) as (bench, client):
        await client.shutdown(10, "enough")
        assert not psutil.pid_exists(client.process_id)
        assert client.state is WorkerState.CLOSED
        assert await read_to_the_end(client) == last
    assert bench.ear.heard == []


@pytest.mark.clause("S10.4")
async def test_whatever_the_end_no_file_and_no_thread_is_left_open(tmp_path: Path) -> None:
    def held() -> tuple[int, int]:
        return open_handles(), threading.active_count()

    async def once(problem: str) -> None:
        async with running(tmp_path, problem, **BEATING) as (_, client):
            await provoked(client)
            if not problem:
                await client.shutdown(10, "enough")

    await once("")
    before = held()
    for problem in ("", "garbage", "exit", "truncated"):
        await once(problem)
    with pytest.raises(GatewayError):
        await Bench(tmp_path, "wrong nonce").start()
    await until(lambda: held() <= before, "the end of every file and thread")


# ---- the gateway's own end ---------------------------------------------------------------


@pytest.mark.clause("S11.5")
@pytest.mark.parametrize("frozen", [False, pytest.param(True, marks=unix)])
def test_a_worker_whose_gateway_is_killed_is_gone_within_two_seconds(tmp_path: Path, frozen: bool) -> None:
    records = tmp_path / "records"
    command = [sys.executable, "-m", "tests.helpers.parent", str(records), "sim"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as gateway:
        assert gateway.stdout is not None
        worker = psutil.Process(int(gateway.stdout.readline()))
        if frozen:
            worker.suspend()
        gateway.kill()
        assert ended(worker, timeout_s=2.0)
    assert [path.name for path in records.iterdir()] == [f"{worker.pid}.json"]
    assert asyncio.run(Bench(tmp_path).launcher.end_leftovers()) == 0  # it has ended itself
    assert list(records.iterdir()) == []


@pytest.mark.clause("S11.5", "S10.4")
@pytest.mark.skipif(sys.platform != "win32", reason="a job object of Windows")
def test_a_job_ends_worker_and_grandchild_with_the_gateway(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.helpers.parent", str(tmp_path), "sim"]
    environment = {**os.environ, "PROBLEM": "grandchild"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment) as gateway:
        assert gateway.stdout is not None
        worker, grandchild = (psutil.Process(int(pid)) for pid in gateway.stdout.readline().split())
        worker.suspend()  # it cannot notice anything by itself
        gateway.kill()
        assert ended(worker, timeout_s=2.0)
        assert ended(grandchild, timeout_s=2.0)


# ---- where it is started from --------------------------------------------------------------


async def test_a_worker_runs_this_code_whatever_the_current_directory_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit('the wrong app')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    bench = Bench(tmp_path, command=None, **BEATING)
    client = await bench.start(worker_spec(options={}))
    assert (await client.invoke(Ping("hello"), 10)).ok
    await client.shutdown(10, "enough")
    await client.aclose()
    assert bench.left() == []


@pytest.fixture
def run_on_qt(qapp: Any) -> Callable[[Coroutine[Any, Any, None]], None]:
    def run(coroutine: Coroutine[Any, Any, None]) -> None:
        loop = FastQEventLoop(qapp)
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(coroutine)
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    return run


@pytest.mark.clause("S12.2", "S10.1")
def test_the_same_on_the_windows_own_loop(
    tmp_path: Path, run_on_qt: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def scene() -> None:
        async with running(tmp_path, "last events", **BEATING) as (_, client):
            assert (await client.invoke(Ping("hello"), 10)).message == "hello"
            await client.shutdown(10, "enough")
            assert sequences(await client.batches()) == [1, 2, 3]
        async with running(tmp_path, "exit", **BEATING) as (bench, client):
            await provoked(client)
            await until(lambda: bench.ear.faults, "the fault")
            assert "exit code 7" in bench.ear.faults[0][2]
        with pytest.raises(GatewayError, match="exit code 7"):
            await Bench(tmp_path, "exit at nonce").start()

    run_on_qt(scene())
