"""Windows named pipes on the proactor loop.

asyncio's own pipe server uses the default access list, any number of instances and takes remote clients; so the handle
is made here and handed to the proactor, by private names of asyncio (the tests run them on each supported version).
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import sys
from collections.abc import Callable
from typing import Any

from app.tasks import spawn

assert sys.platform == "win32"

from asyncio.windows_utils import PipeHandle  # noqa: E402
from ctypes import wintypes  # noqa: E402

_DUPLEX = 0x3
_OVERLAPPED = 0x4000_0000
_FIRST_INSTANCE = 0x0008_0000
_REJECT_REMOTE = 0x8
_BUFFER = 64 * 1024
_PIPE_BUSY = 231
_INVALID = ctypes.c_void_p(-1).value
_SDDL_REVISION = 1
_TOKEN_QUERY = 0x8
_TOKEN_USER = 1

_overlapped: Any = importlib.import_module("_overlapped")
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_kernel32.CreateNamedPipeW.restype = ctypes.c_void_p
_kernel32.LocalFree.argtypes = [ctypes.c_void_p]
_kernel32.GetCurrentProcess.restype = wintypes.HANDLE


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (("length", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherit", wintypes.BOOL))


def _check(result: Any) -> Any:
    if not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result


def _user_sid() -> str:
    """The current user's security identifier as text."""
    token = wintypes.HANDLE()
    _check(
        _advapi32.OpenProcessToken(wintypes.HANDLE(_kernel32.GetCurrentProcess()), _TOKEN_QUERY, ctypes.byref(token))
    )
    try:
        size = wintypes.DWORD()
        _advapi32.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        _check(_advapi32.GetTokenInformation(token, _TOKEN_USER, buffer, size, ctypes.byref(size)))
        sid = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_void_p))[0]
        text = wintypes.LPWSTR()
        _check(_advapi32.ConvertSidToStringSidW(ctypes.c_void_p(sid), ctypes.byref(text)))
        try:
            return str(text.value)
        finally:
            _kernel32.LocalFree(ctypes.cast(text, ctypes.c_void_p))
    finally:
        _kernel32.CloseHandle(token)


def access_list() -> str:
    """Who may open a pipe, in Windows' own notation: the current user and SYSTEM, nothing inherited."""
    return f"D:P(A;;GA;;;{_user_sid()})(A;;GA;;;SY)"


def _create(address: str) -> int:
    """A pipe with one instance for the current user and SYSTEM; OSError when the name exists already."""
    descriptor = ctypes.c_void_p()
    _check(
        _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            ctypes.c_wchar_p(access_list()), _SDDL_REVISION, ctypes.byref(descriptor), None
        )
    )
    try:
        attributes = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, False)
        handle = _kernel32.CreateNamedPipeW(
            ctypes.c_wchar_p(address),
            _DUPLEX | _OVERLAPPED | _FIRST_INSTANCE,
            _REJECT_REMOTE,
            1,
            _BUFFER,
            _BUFFER,
            0,
            ctypes.byref(attributes),
        )
        if handle == _INVALID:
            raise ctypes.WinError(ctypes.get_last_error())
        return int(handle)
    finally:
        _kernel32.LocalFree(descriptor)


class _Listener:
    def __init__(self, address: str) -> None:
        self._address = address
        self._pipe: Any = PipeHandle(_create(address))
        self._task: asyncio.Task[None] | None = None
        self._taken = False

    @property
    def address(self) -> str:
        return self._address

    def wait(self, factory: Callable[[], asyncio.BaseProtocol]) -> None:
        self._task = spawn(self._accept(factory), name="pipe accept")

    async def _accept(self, factory: Callable[[], asyncio.BaseProtocol]) -> None:
        loop: Any = asyncio.get_running_loop()
        try:
            await loop._proactor.accept_pipe(self._pipe)
            self._taken = True
            await _adopt(self._pipe, factory, {"server": True})
        except Exception:  # a client that left at once, or a factory that raised
            self._taken = True
            self._pipe.close()
            raise

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if not self._taken:
            self._taken = True
            self._pipe.close()


async def _adopt(
    pipe: Any, factory: Callable[[], asyncio.BaseProtocol], extra: dict[str, Any]
) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
    """Give the pipe to a protocol and wait until that knows its transport."""
    loop: Any = asyncio.get_running_loop()
    made: asyncio.Future[None] = loop.create_future()
    protocol = factory()
    transport = loop._make_duplex_pipe_transport(pipe, protocol, made, extra)
    await made
    return transport, protocol


async def listen(name: str, factory: Callable[[], asyncio.BaseProtocol]) -> _Listener:
    listener = _Listener(rf"\\.\pipe\tagwatch-{name}")
    listener.wait(factory)
    return listener


async def connect(
    address: str, factory: Callable[[], asyncio.BaseProtocol]
) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
    # Not the loop's own create_pipe_connection: that tries for ever while the pipe has its one connection.
    try:
        pipe = PipeHandle(_overlapped.ConnectPipe(address))
    except OSError as error:
        if error.winerror == _PIPE_BUSY:
            raise ConnectionRefusedError(f"{address} has its connection already") from error
        raise
    try:
        return await _adopt(pipe, factory, {"server": False})
    except BaseException:
        pipe.close()
        raise


def peer_pid(transport: asyncio.BaseTransport) -> int | None:
    pipe: Any = transport.get_extra_info("pipe")
    if pipe.handle is None:  # closed already
        return None
    ask = "GetNamedPipeClientProcessId" if transport.get_extra_info("server") else "GetNamedPipeServerProcessId"
    pid = wintypes.ULONG()
    if not getattr(_kernel32, ask)(wintypes.HANDLE(pipe.handle), ctypes.byref(pid)):
        return None
    return pid.value
