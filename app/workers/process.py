"""One worker process: started without a shell, followed to its end, its last words kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from app.errors import ErrorCode, GatewayError
from app.workers.outcome import Outcome

#: Set in a worker's environment: a worker never starts workers.
DEPTH_MARKER = "TAGWATCH_WORKER"
#: Never handed on: a worker gets its secrets by the pipe.
_SECRETS = ("TAGWATCH_PASSWORD",)
_STDERR_LINES = 50
_STDERR_LINE = 500

if sys.platform == "win32":
    from app.workers.process_windows import Job
else:

    class Job:
        """On Unix the process group does what a job object does on Windows."""

        def adopt(self, process: subprocess.Popen[bytes]) -> None: ...

        def terminate(self) -> None: ...

        def close(self) -> None: ...


def default_command() -> list[str]:
    """How this installation starts a worker. A frozen program has a second executable for it beside its own, and never
    starts itself again."""
    if os.environ.get(DEPTH_MARKER):
        raise GatewayError(ErrorCode.WORKER_START_FAILED, "a worker process must not start workers")
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "app.worker.main"]
    name = "tagwatch-worker.exe" if sys.platform == "win32" else "tagwatch-worker"
    worker = Path(sys.executable).with_name(name)
    if not worker.is_file():
        raise GatewayError(
            ErrorCode.WORKER_START_FAILED, f"{worker.name} is missing beside {Path(sys.executable).name}: install again"
        )
    return [str(worker)]


class WorkerProcess:
    """A started process. It leads its own process group (or job), so that a kill reaches what it started as well.

    Started from the loop's own thread: Linux ends a worker when the thread that started it ends.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start it; GatewayError when the executable is missing or cannot run."""
        self._job = Job()
        try:
            self._popen = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_environment(environment),
                start_new_session=sys.platform != "win32",
                creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
            )
        except OSError as error:
            self._job.close()
            raise GatewayError(
                ErrorCode.WORKER_START_FAILED, f"the worker {command[0]} cannot be started: {error.strerror or error}"
            ) from error
        self._job.adopt(self._popen)
        self._tail: deque[str] = deque(maxlen=_STDERR_LINES)
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Outcome] = loop.create_future()
        self._reader = threading.Thread(target=self._read_stderr, name="worker stderr", daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, args=(loop,), name="worker exit", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def tell(self, line: str) -> None:
        """One line to standard input, which then stays open for as long as the parent lives."""
        with contextlib.suppress(OSError):  # it has ended already: its exit says more than the broken pipe
            stdin = self._stdin()
            stdin.write(line.encode("ascii") + b"\n")
            stdin.flush()

    def is_ours(self, pid: int) -> bool:
        """Whether ``pid`` is this process, or one that it became (a launcher that starts the real interpreter)."""
        if pid == self.pid:
            return True
        with contextlib.suppress(psutil.Error):
            return self.pid in [parent.pid for parent in psutil.Process(pid).parents()]
        return False

    def kill(self) -> None:
        """End it and what it started, now. Harmless when it has ended."""
        self._job.terminate()
        if sys.platform == "win32":
            self._popen.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    async def wait(self) -> Outcome:
        """Its end; cancelling the wait changes nothing."""
        return await asyncio.shield(self.ended)

    async def aclose(self) -> None:
        """Kill it if it still runs, wait for its end, and close what belongs to it. Twice is harmless."""
        self.kill()
        await self.wait()
        with contextlib.suppress(OSError):
            self._stdin().close()
        self._job.close()

    def stderr_tail(self) -> str:
        return "\n".join(self._tail)

    def _stdin(self) -> IO[bytes]:
        assert self._popen.stdin is not None
        return self._popen.stdin

    def _read_stderr(self) -> None:
        stderr = self._popen.stderr
        assert stderr is not None
        with stderr:
            while line := stderr.readline(_STDERR_LINE):
                self._tail.append(line.decode("utf-8", "replace").rstrip())

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        code = self._popen.wait()
        # What it started may hold stderr open for ever; its own words are there by now.
        self._reader.join(timeout=0.5)
        with contextlib.suppress(RuntimeError):  # the loop has gone, and with it whoever waited
            loop.call_soon_threadsafe(self._has_ended, Outcome(code, self.stderr_tail()))

    def _has_ended(self, outcome: Outcome) -> None:
        if not self.ended.done():
            self.ended.set_result(outcome)


def _environment(given: Mapping[str, str] | None) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    environment |= {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", DEPTH_MARKER: "1"}
    return environment | dict(given or {})
