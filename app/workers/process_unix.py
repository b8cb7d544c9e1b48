"""A worker's process group: what it started ends with it, as a job object does on Windows."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

assert sys.platform != "win32"

#: The worker leads a session, and so a process group, of its own.
NEW_SESSION = True
CREATION_FLAGS = 0


class Job:
    """The group of one process. What leaves it by a session of its own is out of reach."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leader: subprocess.Popen[bytes] | None = None

    def adopt(self, process: subprocess.Popen[bytes]) -> None:
        """This is the process that leads the group."""
        self._leader = process

    def terminate(self) -> None:
        """Kill everything in the group. Harmless once the leader is reaped: its number may be somebody else's then."""
        with self._lock:
            if self._leader is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._leader.pid, signal.SIGKILL)

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Block until the process has ended, kill what it left behind, and reap it; its exit code."""
        if hasattr(os, "waitid"):
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie keeps its number
            self.terminate()
        else:
            process.wait()
        with self._lock:
            self._leader = None
            return process.wait()

    def close(self) -> None:
        """Nothing is held here."""
