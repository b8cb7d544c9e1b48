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

_PEER_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


def directory() -> Path:
    """The directory of the sockets, made with mode 0700; PermissionError when somebody else could enter it."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    path = Path(base) / f"tagwatch-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{path} must be a directory of this user with mode 0700: remove it and start again")
    return path


class _Listener:
    def __init__(self, path: Path) -> None:
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

    def wait(self, factory: Callable[[], asyncio.Protocol]) -> None:
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._accept, factory)

    def _accept(self, factory: Callable[[], asyncio.Protocol]) -> None:
        try:
            connection, _ = self._socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        self.close()  # before anything else: a second connection finds nothing
        connection.setblocking(False)
        _adopt(connection, factory)

    def close(self) -> None:
        if self._socket.fileno() == -1:
            return
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
        self._path.unlink(missing_ok=True)


def _adopt(connection: socket.socket, factory: Callable[[], asyncio.Protocol]) -> None:
    async def adopt() -> None:
        await asyncio.get_running_loop().connect_accepted_socket(factory, connection)

    spawn(adopt(), name="pipe accept")


async def listen(name: str, factory: Callable[[], asyncio.Protocol]) -> _Listener:
    listener = _Listener(directory() / name)
    listener.wait(factory)
    return listener


async def connect(address: str, factory: Callable[[], asyncio.Protocol]) -> tuple[asyncio.Transport, asyncio.Protocol]:
    transport, protocol = await asyncio.get_running_loop().create_unix_connection(factory, address)
    return transport, protocol


def peer_pid(transport: asyncio.BaseTransport) -> int | None:
    peer: socket.socket = transport.get_extra_info("socket")
    if sys.platform != "linux":
        return None
    data = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER_CREDENTIALS.size)
    return _PEER_CREDENTIALS.unpack(data)[0]
