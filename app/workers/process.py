"""One worker process: started without a shell, followed to its end, its last words kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
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
#: Not handed on where a name holds one of these: a worker gets its settings and its secrets by the pipe.
_PRIVATE = ("TAGWATCH_", "PASSWORD", "SECRET", "TOKEN", "CREDENTIAL")
#: Of Python's own variables only where its files are; not PYTHONINSPECT, PYTHONSTARTUP and the like.
_PYTHON = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
_STDERR_LINES = 50
_STDERR_LINE = 500
#: How long the last words may take to arrive once the process has ended.
_LAST_WORDS_S = 0.5
_ROOT = Path(__file__).resolve().parents[2]

if sys.platform == "win32":
    from app.workers.process_windows import CREATION_FLAGS, NEW_SESSION, Job
else:
    from app.workers.process_unix import CREATION_FLAGS, NEW_SESSION, Job


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
    """A started process. It leads its own process group (or job), so that a kill reaches what it started as well; what
    it started is killed when it ends, too.

    Started from the loop's own thread: Linux ends a worker when the thread that started it ends. Its end is waited for
    by a thread, which works on any loop.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start it; GatewayError when the executable is missing or cannot run."""
        self._popen, self._job = _started(command, environment)
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
        """Whether ``pid`` is this process; on Windows also one that it started, for the python.exe of a virtual
        environment starts the real one."""
        if pid == self.pid or sys.platform != "win32":
            return pid == self.pid
        with contextlib.suppress(psutil.Error):
            return self.pid in [parent.pid for parent in psutil.Process(pid).parents()]
        return False

    def kill(self) -> None:
        """End it and what it started, now. Harmless when it has ended."""
        self._job.terminate()

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
        """The last lines that it wrote to standard error."""
        return "\n".join(self._tail.copy())  # one step: the reader may be adding to it

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
        code = self._job.wait(self._popen)
        self._reader.join(_LAST_WORDS_S)
        with contextlib.suppress(RuntimeError):  # the loop has gone, and with it whoever waited
            loop.call_soon_threadsafe(self._has_ended, Outcome(code, self.stderr_tail()))

    def _has_ended(self, outcome: Outcome) -> None:
        if not self.ended.done():
            self.ended.set_result(outcome)


def _started(command: Sequence[str], environment: Mapping[str, str] | None) -> tuple[subprocess.Popen[bytes], Job]:
    job = Job()
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=worker_environment(environment),
            start_new_session=NEW_SESSION,
            creationflags=CREATION_FLAGS,
        )
    except OSError as error:
        job.close()
        raise _not_started(command, error) from error
    try:
        job.adopt(process)
    except (OSError, psutil.Error) as error:
        process.kill()
        process.communicate()
        job.close()
        raise _not_started(command, error) from error
    return process, job


def _not_started(command: Sequence[str], error: Exception) -> GatewayError:
    why = getattr(error, "strerror", None) or str(error)
    return GatewayError(ErrorCode.WORKER_START_FAILED, f"the worker {command[0]} cannot be started: {why}")


def worker_environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a worker's process gets of this one's environment, and what it needs beside it: no settings, no secrets."""
    environment = {name: value for name, value in os.environ.items() if _handed_on(name.upper())}
    if not getattr(sys, "frozen", False):
        # The same code as here, whatever the current directory holds.
        path = [str(_ROOT), environment.get("PYTHONPATH", "")]
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, path)), "PYTHONSAFEPATH": "1"}
    environment |= {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", DEPTH_MARKER: "1"}
    return environment | dict(given or {})


def _handed_on(name: str) -> bool:
    if name.startswith("PYTHON"):
        return name in _PYTHON
    return not any(private in name for private in _PRIVATE)
