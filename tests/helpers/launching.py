"""Real workers for tests of the launcher and of what can go wrong with a process."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from app.config import Settings
from app.metrics import Metrics
from app.tasks import Clock, SystemClock
from app.wire import pipes
from app.workers.client import PipeClient
from app.workers.contract import StartStep, WorkerSpec
from app.workers.launcher import ProcessLauncher
from app.workers.leftovers import Leftovers
from tests.helpers.far_side import Ear

PROBLEM_WORKER = [sys.executable, "-m", "tests.helpers.problem_worker"]
QUICK: dict[str, Any] = {"heartbeat_s": 0.1, "heartbeat_grace_s": 0.5}


def worker_spec(**changes: Any) -> WorkerSpec:
    given: dict[str, Any] = {
        "session_id": "session-1",
        "backend": "sim",
        "pipe_name": pipes.pipe_name(),
        "nonce": "the-nonce-of-this-session",
        "options": {"password": "the-password"},
        "startup_timeout_s": 30.0,
    }
    return WorkerSpec(**(given | changes))


def ended(process: psutil.Process, timeout_s: float = 5.0) -> bool:
    """Whether it ends in that time. An orphan that nobody reaps has ended, too."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.005)
    return False


def children() -> list[psutil.Process]:
    """The programs of ours that this process has started and that are still there, zombies included. The desktop's own
    (a session of Windows starts some below whoever comes first) do not count."""
    found: list[psutil.Process] = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "python" in child.name().lower():
                found.append(child)
    return found


class Bench:
    """A launcher of problem workers, and what became of its last start."""

    def __init__(self, directory: Path, problem: str = "", clock: Clock | None = None, **more: Any) -> None:
        environment = {"PROBLEM": problem} | more.pop("environment", {})
        command = more.pop("command", PROBLEM_WORKER)
        self.records = directory / "records"
        self.settings = Settings(**(QUICK | more))
        self.clock = clock or SystemClock()
        self.metrics = Metrics()
        self.launcher = ProcessLauncher(
            self.settings, self.clock, self.metrics, command, environment, Leftovers(self.records)
        )
        self.spec = worker_spec()
        self.steps: list[StartStep] = []
        self.ear = Ear()

    async def start(self, spec: WorkerSpec | None = None) -> PipeClient:
        client = await self.launcher.start(spec or self.spec, self.steps.append)
        self.ear.client = client
        client.listen(self.ear)
        return client

    def left(self) -> list[str]:
        """What should not be there any more: child processes, records, and the pipe's file."""
        left = [f"process {child.pid} {child.name()}" for child in children()]
        left += [str(path) for path in self.records.glob("*")]
        if sys.platform != "win32":
            from app.wire import pipes_unix

            path = pipes_unix.directory() / self.spec.pipe_name
            left += [str(path)] if path.exists() else []
        return left


@asynccontextmanager
async def running(directory: Path, problem: str = "", **more: Any) -> AsyncIterator[tuple[Bench, PipeClient]]:
    """A started problem worker, let go of in the end."""
    bench = Bench(directory, problem, **more)
    client = await bench.start()
    try:
        yield bench, client
    finally:
        await client.aclose()
    assert bench.left() == []
