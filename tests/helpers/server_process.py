"""``tagwatch serve`` as a process of its own, with keys and a client."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psutil

from app.access import key_file, pepper
from app.access.key_file import KeyFile
from app.access.keys import Constraints, KeySpec, KeyText
from app.access.scopes import Scope
from app.config import Settings
from app.tasks import SystemClock
from tests.helpers.engine import until

ADMIN = frozenset((Scope.ADMIN,))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@dataclass(slots=True)
class ServerProcess:
    process: subprocess.Popen[bytes]
    directory: Path
    address: str
    metrics_port: int

    def key(self, scopes: frozenset[Scope] = ADMIN, constraints: Constraints | None = None) -> KeyText:
        file = self._keys()
        text = file.create(KeySpec("test", scopes, constraints or Constraints()), SystemClock().utc_ns(), "test")
        file.close()
        return text

    def revoke(self, key: KeyText) -> None:
        file = self._keys()
        file.revoke(key.id, SystemClock().utc_ns(), "test")
        file.close()

    def _keys(self) -> KeyFile:
        return KeyFile(self.directory / "keys.sqlite", pepper.load(self.directory / "private" / "pepper"))

    def channel(self, key: KeyText | None, authority: bytes | None = None) -> grpc.aio.Channel:
        interceptors = [] if key is None else [_Unary(key.reveal()), _Stream(key.reveal())]
        if authority is None:
            return grpc.aio.insecure_channel(self.address, interceptors=interceptors)
        return grpc.aio.secure_channel(self.address, grpc.ssl_channel_credentials(authority), interceptors=interceptors)

    def log(self) -> str:
        return (self.directory / "stderr").read_text(encoding="utf-8")

    def command_lines(self) -> str:
        """Of the server and everything that it has started."""
        whole = psutil.Process(self.process.pid)
        return "\n".join(" ".join(found.cmdline()) for found in (whole, *whole.children(recursive=True)))


class _Bearer:
    """Not gRPC's own way to add a key: that one sends none in plain text."""

    def __init__(self, key: str) -> None:
        self._key = key

    async def _with(self, continuation: Any, details: grpc.aio.ClientCallDetails, request: Any) -> Any:
        metadata = grpc.aio.Metadata(("authorization", f"Bearer {self._key}"))
        for entry in details.metadata or ():
            metadata.add(*entry)
        return await continuation(details._replace(metadata=metadata), request)


class _Unary(_Bearer, grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[misc]
    intercept_unary_unary = _Bearer._with


class _Stream(_Bearer, grpc.aio.UnaryStreamClientInterceptor):  # type: ignore[misc]
    intercept_unary_stream = _Bearer._with


def start(directory: Path, **environment: str) -> tuple[subprocess.Popen[bytes], int]:
    """The process, and its port for metrics."""
    port = free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TAGWATCH_")},
        "TAGWATCH_CONFIG_DIR": str(directory),
        "TAGWATCH_API_PORT": "0",
        "TAGWATCH_METRICS_PORT": str(port),
        **environment,
    }
    directory.mkdir(exist_ok=True)
    with (directory / "stdout").open("wb") as out, (directory / "stderr").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--verbose"], env=environ, stdout=out, stderr=err
        )
    return process, port


@asynccontextmanager
async def server(directory: Path, **environment: str) -> AsyncIterator[ServerProcess]:
    """One that serves; ended at the end, in order."""
    # Keys can be made before the server's start as well as while it runs.
    settings = Settings(api_key_store=str(directory / "keys.sqlite"), api_pepper=str(directory / "private" / "pepper"))
    KeyFile(key_file.of(settings), pepper.load(pepper.of(settings), make=True)).close()
    process, port = start(directory, **environment)
    try:

        def address() -> str:
            assert process.poll() is None, (directory / "stderr").read_text()
            found = re.search(r"serves on (\S+)", (directory / "stdout").read_text())
            return found[1] if found else ""

        yield ServerProcess(process, directory, await until(address, "the server's address", 30), port)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)
