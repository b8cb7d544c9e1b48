"""A Windows job object: its processes end when it is closed, by whatever way the parent ends."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from ctypes import wintypes
from typing import Any

import psutil

assert sys.platform == "win32"

_EXTENDED_LIMITS = 9
_KILL_ON_JOB_CLOSE = 0x2000
_CREATE_SUSPENDED = 0x4
#: Suspended until the job has it: the python.exe of a virtual environment starts the real one at once.
CREATION_FLAGS = subprocess.CREATE_NO_WINDOW | _CREATE_SUSPENDED
NEW_SESSION = False

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.CreateJobObjectW.restype = wintypes.HANDLE


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("per_process_time", ctypes.c_int64),
        ("per_job_time", ctypes.c_int64),
        ("flags", wintypes.DWORD),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", wintypes.DWORD),
        ("affinity", ctypes.c_size_t),
        ("priority", wintypes.DWORD),
        ("scheduling", wintypes.DWORD),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def _check(result: Any) -> Any:
    if not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result


class Job:
    def __init__(self) -> None:
        self._handle: Any = _check(_kernel32.CreateJobObjectW(None, None))
        limits = _ExtendedLimits()
        limits.basic.flags = _KILL_ON_JOB_CLOSE
        _check(
            _kernel32.SetInformationJobObject(
                wintypes.HANDLE(self._handle), _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
        )

    def adopt(self, process: subprocess.Popen[bytes]) -> None:
        """From now on the job decides over the process and over what it starts; then the process may run."""
        handle = int(getattr(process, "_handle"))  # noqa: B009 - private, but the only way to the handle
        _check(_kernel32.AssignProcessToJobObject(wintypes.HANDLE(self._handle), wintypes.HANDLE(handle)))
        psutil.Process(process.pid).resume()

    def terminate(self) -> None:
        """Kill everything in the job."""
        if self._handle:
            _kernel32.TerminateJobObject(wintypes.HANDLE(self._handle), 1)

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Block until the process has ended and kill what it left behind; its exit code."""
        code = process.wait()
        self.terminate()
        return code

    def close(self) -> None:
        """Ends what still runs in the job. Twice is harmless."""
        handle, self._handle = self._handle, None
        if handle:
            _kernel32.CloseHandle(wintypes.HANDLE(handle))
