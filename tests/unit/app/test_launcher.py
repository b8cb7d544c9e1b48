"""Starts of workers: their steps, and that a start which fails or is given up leaves nothing behind."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.commands import Ping
from app.errors import ErrorCode, GatewayError
from app.tasks import spawn
from app.wire import pipes
from app.workers.contract import StartStep, WorkerState
from tests.helpers.clock import ManualClock
from tests.helpers.engine import until
from tests.helpers.launching import Bench, children, ended, running, worker_spec

NEVER_CONNECTS = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]


@pytest.fixture(autouse=True)
def no_files(tmp_path: Path) -> Iterator[None]:
    """No record of a worker is left by any test."""
    yield
    assert list(tmp_path.glob("records/*")) == []


async def refused(bench: Bench) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        await bench.start()
    assert bench.left() == []
    return caught.value


# ---- a good start ----------------------------------------------------------------


@pytest.mark.clause("S11.1", "S2.1")
async def test_a_start_goes_step_by_step_to_ready_and_shows_no_secret(tmp_path: Path) -> None:
    async with running(tmp_path) as (bench, client):
        assert bench.steps == list(StartStep)
        assert (client.state, client.source) == (WorkerState.READY, "trouble")
        assert (await client.invoke(Ping("hello"), 5)).message == "hello"

        child = psutil.Process(client.process_id)
        shown = " ".join(child.cmdline()) + str(child.environ()) + str(bench.left())
        assert bench.spec.session_id in shown
        assert f"--attempt {bench.settings.connect_attempt_s:g}" in shown
        assert bench.spec.nonce not in shown
        assert "the-password" not in shown

        assert bench.metrics.value("tagwatch_workers_started_total") == 1
        assert bench.metrics.value("tagwatch_worker_start_seconds_count") == 1
        assert [path.name for path in bench.records.iterdir()] == [f"{client.process_id}.json"]
        await client.shutdown(5, "enough")
        assert client.state is WorkerState.CLOSED
    assert bench.metrics.value("tagwatch_workers_killed_total") == 0
    assert not psutil.pid_exists(child.pid)


# ---- starts that fail ------------------------------------------------------------


@pytest.mark.clause("S12.2")
async def test_a_missing_executable_fails_the_first_step(tmp_path: Path) -> None:
    missing = str(tmp_path / "no-worker-here")
    error = await refused(Bench(tmp_path, command=[missing]))
    assert error.code == ErrorCode.WORKER_START_FAILED
    assert str(error).startswith(
        f"WorkerStartFailed: the session did not start (starting the worker): the worker {missing}"
    )
    assert error.fault.details == {"step": "StartingWorker"}


@pytest.mark.clause("S12.2")
async def test_a_pipe_that_cannot_be_made_fails_the_first_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def listen(name: str, factory: object) -> None:
        raise PermissionError("must be a directory of this user")

    monkeypatch.setattr(pipes, "listen", listen)
    error = await refused(Bench(tmp_path))
    assert "starting the worker" in str(error)
    assert "must be a directory of this user" in str(error)


@pytest.mark.clause("S12.2", "S11.6")
async def test_an_early_exit_is_noticed_at_once_with_its_code_and_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-c", "import sys; sys.exit('ImportError: no such library')"]
    bench = Bench(tmp_path, command=command, clock=ManualClock())  # no timeout can be what ends this
    error = await refused(bench)
    assert error.code == ErrorCode.WORKER_START_FAILED
    words = "the session did not start (waiting for the worker to connect): the worker ended unexpectedly (exit code 1)"
    assert error.fault.message == words
    assert error.fault.details == {
        "step": "WaitingForPipe",
        "exit_code": "1",
        "stderr": "ImportError: no such library",
    }


@pytest.mark.clause("S12.2")
async def test_a_worker_that_never_connects_is_given_up_in_time(tmp_path: Path) -> None:
    clock = ManualClock()
    bench = Bench(tmp_path, command=NEVER_CONNECTS, clock=clock)
    starting = spawn(bench.start(), name="start", on_failure=lambda _: None)
    await until(lambda: bench.steps == [StartStep.STARTING_WORKER, StartStep.WAITING_FOR_PIPE], "the second step")
    await clock.advance(29.9)
    assert not starting.done()
    await clock.advance(0.2)
    with pytest.raises(GatewayError) as caught:
        await starting
    words = "(waiting for the worker to connect): the start of the worker took longer than 30 s"
    assert words in str(caught.value)
    assert caught.value.fault.details == {"step": "WaitingForPipe"}
    assert bench.left() == []
    assert clock.timers == 0
    assert bench.metrics.value("tagwatch_worker_start_seconds_count") == 0
    assert bench.metrics.value("tagwatch_workers_killed_total") == 1


@pytest.mark.clause("S12.2", "S10.4")
@pytest.mark.parametrize("times", [1, 3])
async def test_a_start_that_is_given_up_leaves_nothing_however_often_it_is_cancelled(
    tmp_path: Path, times: int
) -> None:
    bench = Bench(tmp_path, command=NEVER_CONNECTS)
    starting = spawn(bench.start(), name="start")
    await until(lambda: len(bench.steps) == 2, "the second step")
    for _ in range(times):
        starting.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert bench.left() == []


async def test_options_that_cannot_be_sent_are_the_callers_mistake(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.spec = worker_spec(options={"depth": object()})
    error = await refused(bench)
    assert error.code == ErrorCode.INVALID_ARGUMENT
    assert error.fault.details["step"] == "InitializingWorker"


# ---- the rest ----------------------------------------------------------------------


async def test_a_closed_launcher_kills_what_runs_and_starts_no_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path, command=NEVER_CONNECTS)
    starting = spawn(bench.start(), name="start", on_failure=lambda _: None)
    await until(lambda: len(bench.steps) == 2, "the second step")
    (child,) = children()
    bench.launcher.close()
    assert ended(child)
    with pytest.raises(GatewayError, match="the worker was ended by SIGKILL" if sys.platform != "win32" else "ended"):
        await starting
    with pytest.raises(GatewayError, match="starts no worker any more"):
        await bench.start()
    bench.launcher.close()


async def test_leftovers_are_ended_off_the_loop(tmp_path: Path) -> None:
    assert await Bench(tmp_path).launcher.end_leftovers() == 0
