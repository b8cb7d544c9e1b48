"""Workers that outlived their gateway: recorded when they start, found and ended when the next gateway starts."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import platformdirs
import psutil

_log = logging.getLogger(__name__)
_LOOKS_LIKE = ("app.worker.main", "tagwatch-worker")


def default_directory() -> Path:
    return platformdirs.user_state_path("tagwatch", appauthor=False) / "workers"


class Leftovers:
    """Records of running workers, one small file each.

    Records are a help, not a need: where they cannot be written, workers still end themselves with their parent.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or default_directory()

    def record(self, pid: int, address: str) -> Path | None:
        """Note a worker that was just started; the path is for :meth:`forget`."""
        path = self._directory / f"{pid}.json"
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = {
                "pid": pid,
                "started": _started(pid),
                "parent": os.getpid(),
                "parent_started": _started(os.getpid()),
                "address": address,
            }
            # In one step: another gateway that starts now must not find half a record.
            unfinished = path.with_suffix(".new")
            unfinished.write_text(json.dumps(content), encoding="utf-8")
            unfinished.replace(path)
        except (OSError, psutil.Error) as error:
            _log.info("a worker cannot be recorded: %s", error)
            return None
        return path

    def forget(self, path: Path | None) -> None:
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def end(self) -> int:
        """Kill every recorded worker whose gateway is gone, and remove its record and socket; how many were killed.

        A process is killed only if pid, start time and command line say that it is the one recorded.
        """
        killed = 0
        with contextlib.suppress(OSError):
            for path in sorted(self._directory.glob("*.json")):
                killed += self._end_one(path)
        return killed

    def _end_one(self, path: Path) -> int:
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if _same(record["parent"], record["parent_started"]) is not None:
                return 0
            worker = _same(record["pid"], record["started"])
            address = Path(str(record["address"]))
        except (OSError, ValueError, KeyError, TypeError):
            self.forget(path)
            return 0
        killed = _kill(worker) if worker is not None and _is_worker(worker) else 0
        with contextlib.suppress(OSError):
            if os.name != "nt" and address.is_socket():
                address.unlink()
        self.forget(path)
        return killed


def _started(pid: int) -> str:
    """When this process started, in a form that is the same for its whole life and no other process of that number
    has. On Linux not as a time of day: that moves when the clock is set."""
    if sys.platform != "linux":
        return repr(psutil.Process(pid).create_time())
    try:
        # The name, in brackets, may hold anything; the start is the 20th field after it.
        ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(pid) from error
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip()} {ticks}"


def _same(pid: int, started: str) -> psutil.Process | None:
    """The process with this number, if it is still the one that started then."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if _started(pid) == started and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return any(mark in argument for argument in process.cmdline() for mark in _LOOKS_LIKE)
    return False


def _kill(worker: psutil.Process) -> int:
    """Kill the worker and what it started; 1 if it was there."""
    with contextlib.suppress(psutil.Error):
        for process in [*worker.children(recursive=True), worker]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        return 1
    return 0
