"""The command of a worker by its backend: MXAccess is a 32-bit library, and its worker a 32-bit process."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from pathlib import Path

from app.errors import ErrorCode, GatewayError
from app.workers.process import default_command

#: Names the python.exe of a 32-bit Python.
PYTHON32 = "TAGWATCH_PYTHON32"
_FROZEN = "tagwatch-worker32.exe"
_VERSIONS = ("3.13", "3.12", "3.11")
_WINDOWS_ONLY = (
    "AVEVA MXAccess runs on Windows only: open this source on a Windows computer that has it, or attach to a Tagwatch "
    "that runs on one (File → Open another Tagwatch…)"
)
_NOT_INSTALLED = (
    "the 32-bit worker for MXAccess is not installed: install a 32-bit Python 3.11 to 3.13 for Windows, then in it "
    f"-m pip install comtypes protobuf tzdata; where it is not found by itself, name its python.exe by {PYTHON32}"
)


def command_for(backend: str) -> list[str]:
    """How a worker for this backend is started. GatewayError says what to do where it cannot be."""
    if backend != "mxaccess":
        return default_command()
    if sys.platform != "win32":
        raise GatewayError(ErrorCode.WORKER_START_FAILED, _WINDOWS_ONLY)
    if struct.calcsize("P") == 4:
        return default_command()
    default_command()  # a worker starts none, of whatever width
    return worker32_command()


def worker32_command() -> list[str]:
    """The frozen worker beside the program, the Python that :data:`PYTHON32` names, or one that is installed."""
    if getattr(sys, "frozen", False):
        worker = Path(sys.executable).with_name(_FROZEN)
        if worker.is_file():
            return [str(worker)]
        raise GatewayError(
            ErrorCode.WORKER_START_FAILED,
            f"{_FROZEN} is missing beside {Path(sys.executable).name}: this installation has no part for MXAccess; "
            "install a setup that has it, or run Tagwatch from Python with a 32-bit one beside it, as docs/windows.md "
            "tells",
        )
    if named := os.environ.get(PYTHON32, "").strip():
        if not Path(named).is_file():
            raise GatewayError(ErrorCode.WORKER_START_FAILED, f"{PYTHON32} names {named}, which is not there")
        return [named, "-m", "app.worker.main"]
    if found := _installed():
        return [found, "-m", "app.worker.main"]
    raise GatewayError(ErrorCode.WORKER_START_FAILED, _NOT_INSTALLED)


def _installed() -> str:
    """The newest 32-bit Python that registered itself (PEP 514); "" where there is none."""
    if sys.platform != "win32":
        return ""
    import winreg  # noqa: PLC0415 - Windows' own

    for version in _VERSIONS:
        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            path = rf"Software\Python\PythonCore\{version}-32\InstallPath"
            with (
                contextlib.suppress(OSError),
                winreg.OpenKey(root, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_32KEY) as key,
            ):
                folder = str(winreg.QueryValueEx(key, "")[0])
                if (python := Path(folder) / "python.exe").is_file():
                    return str(python)
    return ""
