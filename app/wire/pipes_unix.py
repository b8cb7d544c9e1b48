"""Unix sockets in a directory that only the current user can enter."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.tasks import spawn

assert sys.platform != "win32"

_PEER_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
_DARWIN_SOL_LOCAL, _DARWIN_LOCAL_PEERPID = 0, 2
_PATH_LIMIT = 107 if sys.platform == "linux" else 103  # sun_path, less its closing zero


def directory() -> Path:
    """The directory of the sockets, made with mode 0700; PermissionError when somebody else could enter it."""
    path = _base() / f"tagwatch-{os.getuid()}"
    try:
        path.mkdir(mode=0o700)
        path.chmod(0o700)  # whatever the umask took away
    except FileExistsError:
        pass  # ours of an earlier run, or somebody's trap: looked at next
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{path} must be a directory of this user with mode 0700: remove it and start again")
    return path


def _base() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")  # named but missing, or another user's, under sudo
    return Path(runtime if runtime and os.access(runtime, os.W_OK | os.X_OK) else tempfile.gettempdir())


class _Listener:
    def __init__(self, path: Path) -> None:
        if len(os.fsencode(path)) > _PATH_LIMIT:
            raise OSError(f"{path} is too long for a socket ({_PATH_LIMIT} bytes): set XDG_RUNTIME_DIR to a short path")
        self._loop = asyncio.get_running_loop()
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind(str(path))
            self._socket.listen(1)
        except OSError:
            self._socket.close()
            raise

    @property
    def address(self) -> str:
        return str(self._path)

    def wait(self, factory: Callable[[], asyncio.BaseProtocol]) -> None:
        self._loop.add_reader(self._socket.fileno(), self._accept, factory)

    def _accept(self, factory: Callable[[], asyncio.BaseProtocol]) -> None:
        try:
            connection, _ = self._socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        self.close()  # before anything else: a second connection finds nothing
        connection.setblocking(False)
        spawn(_adopt(connection, factory), name="pipe accept")

    def close(self) -> None:
        if self._socket.fileno() == -1:
            return
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._path.unlink(missing_ok=True)


async def _adopt(connection: socket.socket, factory: Callable[[], asyncio.BaseProtocol]) -> None:
    try:
        await asyncio.get_running_loop().connect_accepted_socket(factory, connection)
    except BaseException:
        connection.close()
        raise


async def listen(name: str, factory: Callable[[], asyncio.BaseProtocol]) -> _Listener:
    listener = _Listener(directory() / name)
    listener.wait(factory)
    return listener


async def connect(
    address: str, factory: Callable[[], asyncio.BaseProtocol]
) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
    transport, protocol = await asyncio.get_running_loop().create_unix_connection(factory, address)
    return transport, protocol


def peer_pid(transport: asyncio.BaseTransport) -> int | None:
    peer: socket.socket = transport.get_extra_info("socket")
    try:
        if sys.platform == "linux":
            data = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER_CREDENTIALS.size)
            return _PEER_CREDENTIALS.unpack(data)[0]
        if sys.platform == "darwin":
            return peer.getsockopt(_DARWIN_SOL_LOCAL, _DARWIN_LOCAL_PEERPID)
    except OSError:  # closed already
        pass
    return None
