"""A server of another make, in JavaScript: installed on demand beside the checkout, from the lock file."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
import pytest

from tests.helpers.opcua_server import free_port

HERE = Path(__file__).parent


def installed() -> Path:
    """The directory with the server and its packages; skips the test where node or its registry is not to be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed")
    lock = HERE / "package-lock.json"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    place = platformdirs.user_cache_path("tagwatch-tests", appauthor=False) / f"node-opcua-{digest}"
    if not (place / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, place)
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=place,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"node-opcua cannot be installed: {done.stderr.strip()[-200:]}")
        (place / "complete").touch()
    for name in ("server.js", "types.xml"):
        shutil.copy(HERE / name, place)
    return place


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
