"""The worker as a program: how it is started, and with which code it ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.wire import pipes
from app.wire.bodies import Hello, Shutdown, Start
from app.wire.framing import FrameReader
from app.wire.messages import Body, Codec
from app.worker.exit import ExitCode

ROOT = Path(__file__).resolve().parents[3]
START = Start("{}", 5.0, 15.0, 16 * 1024 * 1024, 256, 0.005, 10_000)


def command(pipe: str, backend: str = "sim") -> list[str]:
    return [sys.executable, "-m", "app.worker.main", "--pipe", pipe, "--backend", backend, "--session", "session-1"]


@pytest.mark.clause("S11.6")
@pytest.mark.parametrize(
    ("arguments", "given", "code", "words"),
    [
        ([], b"nonce\n", ExitCode.BAD_ARGUMENTS, "required: --pipe"),
        (["--pipe", "x", "--backend", " ", "--session", "s"], b"nonce\n", ExitCode.BAD_ARGUMENTS, "--backend is blank"),
        (["--pipe", "x", "--backend", "sim", "--session", "s", "--nonce", "n"], b"", ExitCode.BAD_ARGUMENTS, "--nonce"),
        (["--pipe", "x", "--backend", "sim", "--session", "s"], b"", ExitCode.MISSING_NONCE, "no nonce"),
        (["--pipe", "x", "--backend", "sim", "--session", "s"], b" \n", ExitCode.MISSING_NONCE, "no nonce"),
    ],
)
def test_how_it_must_be_started(arguments: list[str], given: bytes, code: ExitCode, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.worker.main", *arguments],
        input=given, capture_output=True, cwd=ROOT, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.clause("S11.5")
def test_it_looks_after_its_parent_before_it_loads_anything() -> None:
    """Loading takes a while; a gateway that ends meanwhile would be outlived by it."""
    code = "import sys, app.worker.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = {name for name in done.stdout.split() if name.partition(".")[0] in ("app", "asyncio", "google")}
    assert loaded == {"app", "app.worker", "app.worker.main", "app.worker.exit"}


class Gateway(asyncio.Protocol):
    """Answers the hello with one body, and whatever comes after the first reply to it with a shutdown."""

    def __init__(self, answer: Body, wrong_version: bool = False) -> None:
        self.hello: Hello | None = None
        self._answer = answer
        self._wrong_version = wrong_version
        self._codec = Codec("session-1", START.frame_limit)
        self._reader = FrameReader(START.frame_limit)
        self._heard = Codec("session-1", START.frame_limit)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for payload in self._reader.feed(data):
            body = self._heard.decode(payload).body
            if isinstance(body, Hello):
                self.hello = body
                framed = self._codec.encode(self._answer)
                if self._wrong_version:
                    framed = framed[:4] + b"\x08\x63" + framed[6:]  # the first field: protocol version 99
                self._transport.write(framed)
            elif type(body).__name__ == "Ready":
                self._transport.write(self._codec.encode(Shutdown(2.0, "enough")))


@contextmanager
def started(pipe: str, backend: str = "sim") -> Iterator[subprocess.Popen[bytes]]:
    """A worker that has its nonce, and whose standard input is open."""
    with subprocess.Popen(command(pipe, backend), stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        process.stdin.write(b"the-nonce\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()


def last_words(process: subprocess.Popen[bytes]) -> str:
    """What it wrote to standard error until its end, which this waits for."""
    assert process.stderr is not None
    words = process.stderr.read().decode()
    process.wait(20)
    return words


@pytest.mark.clause("S11.6", "S11.2")
@pytest.mark.parametrize(
    ("backend", "answer", "wrong_version", "code"),
    [
        ("sim", START, False, ExitCode.OK),
        ("sim", START, True, ExitCode.PROTOCOL_VERSION),
        ("nonsense", START, False, ExitCode.BACKEND_FAILED),
        ("sim", Hello(1, "n", 1, "sim", "x"), False, ExitCode.UNEXPECTED),
    ],
)
async def test_how_it_ends(backend: str, answer: Body, wrong_version: bool, code: ExitCode) -> None:
    gateway = Gateway(answer, wrong_version)
    listener = await pipes.listen(pipes.pipe_name(), lambda: gateway)
    with started(listener.address, backend) as process:
        words = await asyncio.to_thread(last_words, process)
    listener.close()
    assert process.returncode == code, words
    assert gateway.hello is not None
    assert gateway.hello.nonce == "the-nonce"
    assert "the-nonce" not in words


async def nowhere(gateway: Gateway) -> tuple[str, str]:
    """The name and the address of a pipe that is not there."""
    name = pipes.pipe_name()
    listener = await pipes.listen(name, lambda: gateway)
    listener.close()
    await asyncio.sleep(0)
    return name, listener.address


@pytest.mark.clause("S11.5", "S11.6")
async def test_it_tries_to_connect_until_its_parent_is_gone() -> None:
    """The gateway's deadline is the only one: a worker that gave up before it would blame the wrong side."""
    _, address = await nowhere(Gateway(START))
    with started(address) as process:
        assert process.stderr is not None
        assert b"does not answer yet" in await asyncio.to_thread(process.stderr.readline)
        assert process.poll() is None
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.to_thread(last_words, process)
    assert process.returncode == ExitCode.UNEXPECTED


@pytest.mark.clause("S11.5")
async def test_it_connects_when_the_pipe_comes_late() -> None:
    gateway = Gateway(START)
    name, address = await nowhere(gateway)
    with started(address) as process:
        assert process.stderr is not None
        assert b"does not answer yet" in await asyncio.to_thread(process.stderr.readline)
        listener = await pipes.listen(name, lambda: gateway)
        await asyncio.to_thread(last_words, process)
    listener.close()
    assert process.returncode == ExitCode.OK
