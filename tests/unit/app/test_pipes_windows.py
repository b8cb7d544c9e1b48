"""Named pipes of Windows: who may open them, once, and from this computer alone."""

from __future__ import annotations

import asyncio
import ctypes
import re
import subprocess
import sys
from typing import Any

import pytest

from app.wire import pipes
from tests.helpers.ends import End, listening

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="named pipes are Windows'")

_DACL = 4
_CLIENT_END = 0
_REJECT_REMOTE = 0x8


def text_of_access(handle: int) -> str:
    """The access list of a kernel object, in Windows' own notation."""
    kernel32: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    advapi32: Any = ctypes.WinDLL("advapi32", use_last_error=True)  # type: ignore[attr-defined]
    kernel32.LocalFree.argtypes = [ctypes.c_void_p]
    size = ctypes.c_ulong()
    advapi32.GetKernelObjectSecurity(ctypes.c_void_p(handle), _DACL, None, 0, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    assert advapi32.GetKernelObjectSecurity(ctypes.c_void_p(handle), _DACL, buffer, size, ctypes.byref(size))
    text = ctypes.c_wchar_p()
    assert advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW(buffer, 1, _DACL, ctypes.byref(text), None)
    try:
        return str(text.value)
    finally:
        kernel32.LocalFree(ctypes.cast(text, ctypes.c_void_p))


def own_sid() -> str:
    """The current user's identifier as another program of the system tells it."""
    done = subprocess.run(["whoami", "/user"], capture_output=True, text=True, check=True)
    (sid,) = re.findall(r"S-1-[\d-]+", done.stdout)
    return sid


@pytest.mark.clause("S11.1")
async def test_the_current_user_and_the_system_alone_may_open_it() -> None:
    from app.wire import pipes_windows

    assert pipes_windows.access_list() == f"D:P(A;;GA;;;{own_sid()})(A;;GA;;;SY)"
    listener: Any = await listening(End())
    granted = text_of_access(listener._pipe.handle)
    listener.close()
    await asyncio.sleep(0)
    entries = granted.partition("(")[2].rstrip(")").split(")(")
    assert {entry.rpartition(";")[2] for entry in entries} <= {own_sid(), "SY"}
    assert all(entry.startswith("A;") for entry in entries)


@pytest.mark.clause("S11.1")
async def test_one_instance_and_no_remote_clients() -> None:
    listener: Any = await listening(End())
    kernel32: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    flags, most = ctypes.c_ulong(), ctypes.c_ulong()
    assert kernel32.GetNamedPipeInfo(
        ctypes.c_void_p(listener._pipe.handle), ctypes.byref(flags), None, None, ctypes.byref(most)
    )
    assert most.value == 1
    address = listener.address
    assert address.startswith("\\\\.\\pipe\\tagwatch-")
    with pytest.raises(OSError):  # in use: as denied or as busy
        await listening(End(), address.removeprefix("\\\\.\\pipe\\tagwatch-"))
    end = End()
    transport, _ = await pipes.connect(address, lambda: end)
    with pytest.raises(ConnectionRefusedError):
        await pipes.connect(address, End)
    transport.abort()
    listener.close()
    await asyncio.sleep(0.01)
