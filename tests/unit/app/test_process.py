"""Processes: what they are given, how they end, and that nothing of them stays."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.errors import ErrorCode, GatewayError
from app.workers import process as module
from app.workers.process import WorkerProcess, default_command
from tests.helpers.engine import until
from tests.helpers.launching import ended

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of Unix")

WAIT = "import sys; sys.stdin.read()"
#: Starts a child that would live for long, tells its number, and goes on as the rest says.
WITH_CHILD = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(600)']);"
    "print(child.pid, file=sys.stderr, flush=True);"
)

Start = Callable[..., AbstractAsyncContextManager[WorkerProcess]]


@asynccontextmanager
async def started(code: str, environment: dict[str, str] | None = None) -> AsyncIterator[WorkerProcess]:
    process = WorkerProcess([sys.executable, "-S", "-c", code], environment)
    try:
        yield process
    finally:
        await process.aclose()


async def said(process: WorkerProcess) -> str:
    """The first that it says on standard error."""
    return await until(process.stderr_tail, "a word on standard error")


@pytest.mark.clause("S11.6")
async def test_exit_code_and_last_words_are_kept() -> None:
    async with started("import sys; print('no way', file=sys.stderr); sys.exit(5)") as process:
        outcome = await process.wait()
        assert (outcome.code, outcome.stderr) == (5, "no way")
        assert not psutil.pid_exists(process.pid)  # reaped


@pytest.mark.clause("S11.6")
async def test_only_the_last_lines_are_kept_and_long_ones_are_cut() -> None:
    code = "import sys; [print(i, file=sys.stderr) for i in range(500)]; print('x' * 100_000 + '!', file=sys.stderr)"
    async with started(code) as process:
        lines = (await process.wait()).stderr.splitlines()
        assert len(lines) == 50
        assert {len(line) for line in lines[:-1]} == {500}
        assert lines[-1] == "!"


async def test_words_that_are_no_utf8_are_still_words() -> None:
    async with started(r"import os; os.write(2, b'caf\xe9\n')") as process:
        assert (await process.wait()).stderr == "caf\ufffd"


@unix
@pytest.mark.clause("S11.6")
async def test_the_signal_that_ended_it_is_kept() -> None:
    async with started(WAIT) as process:
        os.kill(process.pid, 11)
        assert (await process.wait()).signal_name == "SIGSEGV"


@pytest.mark.clause("S11.1")
async def test_the_line_on_standard_input_arrives_and_the_input_stays_open() -> None:
    async with started("import sys; print(sys.stdin.readline(), file=sys.stderr); sys.stdin.read()") as process:
        process.tell("the-nonce")
        assert (await said(process)).strip() == "the-nonce"
        assert not process.ended.done()


async def test_telling_a_process_that_has_ended_is_harmless() -> None:
    async with started("") as process:
        await process.wait()
        process.tell("the-nonce")


# ---- kill ----------------------------------------------------------------------


@pytest.mark.clause("S10.2", "S10.4")
async def test_a_kill_reaches_what_the_worker_started() -> None:
    async with started(WITH_CHILD + WAIT) as process:
        child = psutil.Process(int(await said(process)))
        process.kill()
        await process.wait()
        assert ended(child)


@pytest.mark.clause("S10.4")
async def test_what_a_worker_leaves_behind_ends_with_it() -> None:
    async with started(WITH_CHILD) as process:
        child = int(await said(process))
        assert (await process.wait()).code == 0  # by itself
        with contextlib.suppress(psutil.NoSuchProcess):
            assert ended(psutil.Process(child))


@unix
async def test_a_number_that_may_be_somebody_elses_by_now_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with started("") as process:
        await process.wait()
        killed: list[int] = []
        monkeypatch.setattr(os, "killpg", lambda pid, _: killed.append(pid))
        process.kill()
        await process.aclose()
        assert killed == []


async def test_letting_go_ends_it_and_twice_is_harmless() -> None:
    process = WorkerProcess([sys.executable, "-S", "-c", WAIT])
    await process.aclose()
    await process.aclose()
    assert process.ended.done()
    for thread in threading.enumerate():
        if thread.name.startswith("worker "):
            thread.join(5)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("worker ")]


async def test_a_cancelled_wait_changes_nothing() -> None:
    async with started(WAIT) as process:
        waiting = asyncio.create_task(process.wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not process.ended.done()


def test_a_process_that_outlives_the_loop_ends_unheard() -> None:
    async def start() -> WorkerProcess:
        return WorkerProcess([sys.executable, "-S", "-c", WAIT])

    process = asyncio.run(start())
    process.kill()
    for thread in threading.enumerate():
        if thread.name.startswith("worker "):
            thread.join(5)
    assert not psutil.pid_exists(process.pid)
    process._stdin().close()


# ---- start ---------------------------------------------------------------------


@pytest.mark.clause("S12.2")
async def test_a_missing_executable_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "tagwatch-worker")
    with pytest.raises(GatewayError) as caught:
        WorkerProcess([missing])
    assert caught.value.code == ErrorCode.WORKER_START_FAILED
    assert f"the worker {missing} cannot be started: " in str(caught.value)


async def test_a_process_that_cannot_be_adopted_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def refuse(self: object, process: Any) -> None:
        made.append(process)
        raise PermissionError(1, "not allowed")

    monkeypatch.setattr(module.Job, "adopt", refuse)
    with pytest.raises(GatewayError, match="cannot be started: not allowed"):
        WorkerProcess([sys.executable, "-S", "-c", WAIT])
    assert made[0].returncode is not None
    assert made[0].stdin.closed


@pytest.mark.clause("S11.1")
async def test_the_environment_holds_no_secret_and_nothing_that_changes_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unwanted = (
        *("TAGWATCH_PASSWORD", "TAGWATCH_COMMAND_TIMEOUT_S", "DB_PASSWORD", "API_TOKEN", "CLIENT_SECRET"),
        *("PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONOPTIMIZE"),
    )
    for name in unwanted:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PLANT", "north")
    shown = r"^(PYTHON|TAGWATCH|PLANT|PROBLEM|.*(PASSWORD|TOKEN|SECRET))"
    code = (
        f"import os, re, sys; [print(n, v, file=sys.stderr) for n, v in os.environ.items() if re.match({shown!r}, n)]"
    )
    async with started(code, {"PROBLEM": "x", "PYTHONUTF8": "0"}) as process:
        lines = (await process.wait()).stderr.splitlines()
    found = dict(line.split(" ", 1) for line in lines)
    assert not set(found) & set(unwanted)
    assert found["PLANT"] == "north"
    assert (found["TAGWATCH_WORKER"], found["PYTHONUNBUFFERED"], found["PYTHONSAFEPATH"]) == ("1", "1", "1")
    assert (found["PROBLEM"], found["PYTHONUTF8"]) == ("x", "0")
    root, elsewhere = found["PYTHONPATH"].split(os.pathsep)
    assert (Path(root) / "app" / "worker" / "main.py").is_file()
    assert elsewhere == "elsewhere"


@pytest.mark.clause("S11.2")
async def test_on_unix_only_the_process_itself_is_ours() -> None:
    async with started(WITH_CHILD + WAIT) as process:
        child = int(await said(process))
        assert process.is_ours(process.pid)
        assert process.is_ours(child) == (sys.platform == "win32")
        assert not process.is_ours(os.getpid())


# ---- the command ---------------------------------------------------------------


def test_from_a_source_tree_the_module_runs() -> None:
    assert default_command() == [sys.executable, "-m", "app.worker.main"]


def test_a_worker_starts_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGWATCH_WORKER", "1")
    with pytest.raises(GatewayError, match="a worker process must not start workers"):
        default_command()


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The directory of a frozen program."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "tagwatch"))
    return tmp_path


def test_a_frozen_program_starts_the_executable_beside_it(frozen: Path) -> None:
    worker = frozen / ("tagwatch-worker.exe" if sys.platform == "win32" else "tagwatch-worker")
    worker.touch()
    assert default_command() == [str(worker)]


@pytest.mark.clause("S12.2")
def test_a_frozen_program_never_starts_itself(frozen: Path) -> None:
    with pytest.raises(GatewayError, match=r"tagwatch-worker(\.exe)? is missing beside tagwatch: install again"):
        default_command()
