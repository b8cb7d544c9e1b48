"""Workers that outlived their gateway: recorded when they start, found and ended when the next gateway starts."""

from __future__ import annotations

import contextlib
import json
import logging
import os
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
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            parent = psutil.Process()
            path = self._directory / f"{pid}.json"
            path.write_text(
                json.dumps(
                    {
                        "pid": pid,
                        "created": psutil.Process(pid).create_time(),
                        "parent": parent.pid,
                        "parent_created": parent.create_time(),
                        "address": address,
                    }
                ),
                encoding="utf-8",
            )
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
            if _same(record["parent"], record["parent_created"]):
                return 0
            worker = _same(record["pid"], record["created"])
            address = Path(str(record["address"]))
        except (OSError, ValueError, KeyError, TypeError):
            self.forget(path)
            return 0
        killed = 0
        if worker is not None and _is_worker(worker):
            killed = _kill(worker)
        if os.name != "nt" and address.is_socket():
            with contextlib.suppress(OSError):
                address.unlink()
        self.forget(path)
        return killed


def _same(pid: int, created: float) -> psutil.Process | None:
    """The process with this pid, if it is still the one that started then."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if abs(process.create_time() - created) < 1 and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return any(mark in argument for argument in process.cmdline() for mark in _LOOKS_LIKE)
    return False


def _kill(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        process.kill()
        process.wait(timeout=2)
        return 1
    return 0
