"""The COM stand-in for LMXProxy (tests/lmx_standin), registered while a test needs it: an administrator may do that."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

#: Names the built lmxproxy.dll; how it is built stands in its source.
DLL = "LMX_STANDIN_DLL"
_CLASS = r"Software\Classes\CLSID\{C30B52F5-2CB5-4760-AF0A-3A344A7EB5DC}"


def why_not() -> str:
    """Why it cannot be tried here; "" where it can."""
    if sys.platform != "win32":
        return "COM is Windows' own: the stand-in for LMXProxy runs there alone"
    if not Path(os.environ.get(DLL, "")).is_file():
        return f"{DLL} names no built stand-in for LMXProxy"
    if not os.environ.get("TAGWATCH_PYTHON32"):
        return "TAGWATCH_PYTHON32 names no 32-bit Python"
    import winreg

    with contextlib.suppress(OSError):
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _CLASS, 0, winreg.KEY_READ | winreg.KEY_WOW64_32KEY).Close()
        return "an LMXProxy is installed here: nothing is put over it"
    return ""


@contextlib.contextmanager
def registered() -> Iterator[None]:
    """As a library in the worker's own apartment."""
    assert sys.platform == "win32"
    import winreg

    access = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_32KEY
    with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, _CLASS + r"\InprocServer32", 0, access) as key:
        winreg.SetValueEx(key, "", 0, winreg.REG_SZ, str(Path(os.environ[DLL]).resolve()))
        winreg.SetValueEx(key, "ThreadingModel", 0, winreg.REG_SZ, "Apartment")
    try:
        yield
    finally:
        for name in (_CLASS + r"\InprocServer32", _CLASS):
            winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, name, winreg.KEY_WOW64_32KEY)


def program() -> Path:
    return Path(os.environ.get(DLL, "")).with_suffix(".exe")


def servers() -> list[psutil.Process]:
    """The stand-ins that run as programs."""
    return [one for one in psutil.process_iter(["name"]) if (one.info["name"] or "").lower() == program().name]


def end_servers() -> None:
    """At once, whoever has objects of theirs. One that is killed stays in COM's list of those that serve, and every
    client after it is sent to a process that is not there."""
    running = servers()
    if running:  # COM keeps one whose client was killed for some minutes
        subprocess.run([program(), "/end"], check=True, timeout=60)
    for one in psutil.wait_procs(running, 20)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()


@contextlib.contextmanager
def started() -> Iterator[None]:
    """By us, not by COM at the first client's wish: COM may make it a child of that client, and then it is killed with
    it and stays in COM's list."""
    with subprocess.Popen([program()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == b"serves"
        try:
            yield
        finally:
            end_servers()


@contextlib.contextmanager
def registered_program() -> Iterator[None]:
    """As a process of its own, behind COM's marshaller."""
    subprocess.run([program(), "/register"], check=True, timeout=60)
    try:
        yield
    finally:
        end_servers()
        subprocess.run([program(), "/unregister"], check=True, timeout=60)
