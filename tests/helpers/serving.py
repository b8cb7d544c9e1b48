"""A ``tagwatch serve`` of its own process, and a line to it that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from tests.helpers.opcua_server import free_port

SCOPES = (
    "session:open", "session:close", "invoke:read", "invoke:write", "invoke:secure", "events:read", "metadata:read",
)  # fmt: skip


class Served:
    """``settings`` and ``sources`` (name -> backend options of the simulated plant) hold over restarts."""

    def __init__(self, place: Path, sources: dict[str, dict[str, Any]], settings: dict[str, Any]) -> None:
        self.place = place
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None
        place.mkdir(parents=True, exist_ok=True)
        entries = [
            {"name": name, "backend": "sim", "options": options, "restart": True, "open_at_start": False}
            for name, options in sources.items()
        ]
        workspace = {"tagwatch": "workspace", "version": 1, "sources": {"sources": entries}}
        (place / "plant.tagwatch").write_text(json.dumps(workspace), encoding="utf-8")
        given = {"api_port": self.port, "heartbeat_s": 0.5, "heartbeat_grace_s": 30.0, **settings}
        lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
        (place / "settings.toml").write_text("\n".join(lines), encoding="utf-8")
        self.key = self.new_key()
        self.key_id = self.key.split("_")[1]

    def new_key(self, *limits: str) -> str:
        """With the arguments of `tagwatch keys create` that limit it."""
        return self._tagwatch("keys", "create", "test", *(f"--scope={scope}" for scope in SCOPES), *limits).strip()

    def found(self, name: str) -> Path:
        """A file that the server keeps somewhere in its place."""
        (path,) = self.place.rglob(name)
        return path

    def environment(self) -> dict[str, str]:
        return {**os.environ, "TAGWATCH_CONFIG_DIR": str(self.place)}

    def _tagwatch(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments], env=self.environment(), capture_output=True, text=True,
            timeout=60, check=True,
        )  # fmt: skip
        return done.stdout

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        log = (self.place / "stderr.txt").open("a")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--settings", str(self.place / "settings.toml"),
             "--workspace", str(self.place / "plant.tagwatch")],
            env=self.environment(), stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        log.close()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert re.search(r"serves on .*:\d+", line), (line, self.errors())

    def errors(self) -> str:
        return (self.place / "stderr.txt").read_text(encoding="utf-8")

    def stop(self) -> int:
        """In good order; the exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.terminate()
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return process.returncode

    def kill(self) -> None:
        """At once, as a crash does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def options(self, **more: Any) -> dict[str, Any]:
        """Of the backend `gateway`."""
        wanted = {"source": "plant"} if "session" not in more else {}
        return {"address": self.address, "key": self.key, **wanted, **more}


@contextmanager
def serving(place: Path, sources: dict[str, dict[str, Any]] | None = None, **settings: Any) -> Iterator[Served]:
    served = Served(place, {"plant": {"first_data_ms": 10}} if sources is None else sources, settings)
    served.start()
    try:
        yield served
    finally:
        served.stop()


class Line:
    """A TCP line to a port: cut, it drops what is on it and takes nobody, until it is mended."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._whole = True
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._writers -= {writer, far_writer}

    def cut(self) -> None:
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._whole = True

    async def stop(self) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def line(port: int) -> AsyncIterator[Line]:
    made = Line(port)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
