"""A server of another make, in JavaScript: installed on demand beside the checkout, from the lock file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers import npm
from tests.helpers.opcua_server import free_port

HERE = Path(__file__).parent


def installed() -> Path:
    """The directory with the server and its packages."""
    return npm.installed(HERE, "node-opcua", ("server.js", "types.xml"))


class NodeServer:
    def __init__(self, place: Path, directory: Path, *, strict: bool = False) -> None:
        self._strict = strict
        self._place = place
        self._directory = directory
        self.port = free_port()
        self.endpoint = f"opc.tcp://127.0.0.1:{self.port}/tests"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["node", "server.js", str(self.port), str(self._directory), "strict" if self._strict else ""],
            cwd=self._place,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if line == "ready\n":
                return
        raise AssertionError("the node server did not start")

    def stop(self) -> None:
        """In good order: its clients are told."""
        assert self._process is not None
        self._process.communicate("\n", timeout=30)
        self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def running(directory: Path, *, strict: bool = False) -> Iterator[NodeServer]:
    server = NodeServer(installed(), directory, strict=strict)
    server.start()
    try:
        yield server
    finally:
        server.kill()
