"""Pipes: one connection, the current user alone, and nothing left behind; on asyncio's loop and on Qt's."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import qasync

from app.wire import pipes
from tests.helpers.clock import ManualClock

if sys.platform == "win32":
    pytest.skip("Unix sockets", allow_module_level=True)

from app.wire import pipes_unix

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

Runner = Callable[[Coroutine[Any, Any, None]], None]


class End(asyncio.Protocol):
    """One end of a pipe, with what happened to it."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.changed = asyncio.Event()
        self.transport: asyncio.Transport | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.changed.set()

    def data_received(self, data: bytes) -> None:
        self.received += data
        self.changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.changed.set()

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def close(self) -> None:
        if self.transport is not None:
            self.transport.close()
            await self.wait_until(lambda: self.lost)


@pytest.fixture(autouse=True)
def runtime_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime directory of the test's own, which must be left without a socket."""
    short = Path("/tmp") / f"t{os.getpid()}-{threading.get_ident() % 1000}"
    short.symlink_to(tmp_path)  # pytest's own path may be too long for a socket
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    yield short
    left = [str(path) for path in tmp_path.rglob("*") if path.is_socket()]
    short.unlink()
    assert not left


@pytest.fixture(params=["asyncio", "qasync"])
def run(request: pytest.FixtureRequest) -> Runner:
    """Run a coroutine to its end on a loop of that kind."""
    if request.param == "asyncio":
        return asyncio.run
    application = request.getfixturevalue("qapp")

    def run_on_qt(coroutine: Coroutine[Any, Any, None]) -> None:
        loop = qasync.QEventLoop(application)
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(coroutine)
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    return run_on_qt


def has_name(listener: pipes.PipeListener) -> bool:
    return Path(listener.address).exists()


async def listening(end: End, name: str = "") -> pipes.PipeListener:
    return await pipes.listen(name or pipes.pipe_name(), lambda: end)


@pytest.mark.clause("S11.1")
def test_names_cannot_be_guessed() -> None:
    names = {pipes.pipe_name() for _ in range(100)}
    assert len(names) == 100
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in names)


@pytest.mark.clause("S11.1")
def test_both_ends_talk_and_know_each_other(run: Runner) -> None:
    async def scene() -> None:
        near, far = End(), End()
        listener = await listening(near)
        await pipes.connect(listener.address, lambda: far)
        await near.wait_until(lambda: near.transport is not None)
        assert near.transport is not None
        assert far.transport is not None
        assert pipes.peer_pid(near.transport) == pipes.peer_pid(far.transport) == os.getpid()

        message = os.urandom(300_000)
        near.transport.write(message)
        far.transport.write(message[::-1])
        await near.wait_until(lambda: len(near.received) == len(message))
        await far.wait_until(lambda: len(far.received) == len(message))
        assert far.received == message
        assert near.received == message[::-1]

        await far.close()
        await near.wait_until(lambda: near.lost)
        assert pipes.peer_pid(near.transport) is None  # closed: nobody to ask
        listener.close()

    run(scene())


@pytest.mark.clause("S11.1")
def test_the_name_is_gone_with_the_first_connection(run: Runner) -> None:
    async def scene() -> None:
        near, far = End(), End()
        listener = await listening(near)
        assert has_name(listener)
        await pipes.connect(listener.address, lambda: far)
        await near.wait_until(lambda: near.transport is not None)
        assert not has_name(listener)
        with pytest.raises(OSError, match=r"No such file"):
            await pipes.connect(listener.address, End)
        listener.close()
        assert not far.lost  # the connection stays
        await far.close()
        await near.close()

    run(scene())


@pytest.mark.clause("S11.1")
def test_the_second_of_two_that_race_is_closed_at_once(run: Runner) -> None:
    async def scene() -> None:
        near = End()
        listener = await listening(near)
        clients = [socket.socket(socket.AF_UNIX) for _ in range(2)]
        for client in clients:
            client.connect(listener.address)  # both before the loop has had its turn
        await near.wait_until(lambda: near.transport is not None)
        assert near.transport is not None
        near.transport.write(b"to one alone")
        first, second = clients
        first.settimeout(5)
        assert await asyncio.to_thread(first.recv, 100) == b"to one alone"
        with pytest.raises(ConnectionResetError):
            second.recv(100)
        first.close()
        second.close()
        await near.wait_until(lambda: near.lost)

    run(scene())


@pytest.mark.clause("S10.4", "S11.1")
def test_closing_unheard_removes_the_name_and_twice_is_harmless(run: Runner) -> None:
    async def scene() -> None:
        listener = await listening(End())
        listener.close()
        assert not has_name(listener)
        listener.close()
        with pytest.raises(FileNotFoundError):
            await pipes.connect(listener.address, End)

    run(scene())


def test_closing_after_the_loop_has_ended_removes_the_name() -> None:
    loop = asyncio.new_event_loop()
    listener = loop.run_until_complete(listening(End()))
    loop.close()
    listener.close()
    assert not has_name(listener)


async def test_a_name_in_use_is_refused_and_left_to_its_owner() -> None:
    listener = await listening(End(), "same")
    with pytest.raises(OSError, match="in use"):
        await listening(End(), "same")
    assert has_name(listener)
    listener.close()


async def test_a_factory_that_raises_leaves_no_connection(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> asyncio.Protocol:
        raise LookupError("no protocol today")

    listener = await pipes.listen(pipes.pipe_name(), broken)
    far = End()
    await pipes.connect(listener.address, lambda: far)
    await far.wait_until(lambda: far.lost)
    assert "no protocol today" in caplog.text


# ---- connecting ----------------------------------------------------------------


async def test_connecting_waits_within_its_time_for_a_pipe_that_comes() -> None:
    near, far, name = End(), End(), pipes.pipe_name()
    address = str(pipes_unix.directory() / name)
    waiting = asyncio.create_task(pipes.connect(address, lambda: far, 30))
    await asyncio.sleep(0)
    listener = await listening(near, name)
    await waiting
    await near.wait_until(lambda: near.transport is not None)
    await far.close()
    await near.wait_until(lambda: near.lost)
    listener.close()


async def test_connecting_gives_up_when_its_time_is_over() -> None:
    clock = ManualClock()
    waiting = asyncio.create_task(pipes.connect(str(pipes_unix.directory() / "none"), End, 2.0, clock))
    await clock.advance(1.9)
    assert not waiting.done()
    await clock.advance(0.2)
    with pytest.raises(FileNotFoundError):
        await waiting
    assert clock.timers == 0


async def test_a_stale_socket_of_a_dead_gateway_is_refused() -> None:
    path = pipes_unix.directory() / "stale"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(ConnectionRefusedError):
        await pipes.connect(str(path), End)
    path.unlink()


@pytest.mark.clause("S11.2")
async def test_the_pid_is_that_of_the_process_that_connected() -> None:
    near = End()
    listener = await listening(near)
    program = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(1)"
    child = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", program, listener.address)
    await near.wait_until(lambda: near.transport is not None)
    assert near.transport is not None
    assert pipes.peer_pid(near.transport) == child.pid != os.getpid()
    await near.close()
    assert await child.wait() == 0


# ---- the directory -------------------------------------------------------------


@pytest.mark.clause("S11.1")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_the_directory_is_the_users_alone_under_any_umask(umask: int) -> None:
    before = os.umask(umask)
    try:
        path = pipes_unix.directory()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert path.stat().st_uid == os.getuid()
    assert pipes_unix.directory() == path  # again, now that it is there


@pytest.mark.clause("S11.1")
@pytest.mark.parametrize("mode", [0o701, 0o710, 0o770, 0o777])
def test_a_directory_that_others_can_enter_is_refused(mode: int) -> None:
    pipes_unix.directory().chmod(mode)
    with pytest.raises(PermissionError, match=r"tagwatch-\d+ must be a directory of this user with mode 0700"):
        pipes_unix.directory()


@pytest.mark.clause("S11.1")
def test_a_directory_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    path = pipes_unix.directory()
    other = os.getuid() + 1
    monkeypatch.setattr(pipes_unix.os, "getuid", lambda: other)
    path.rename(path.with_name(f"tagwatch-{other}"))
    with pytest.raises(PermissionError, match="must be a directory of this user"):
        pipes_unix.directory()


@pytest.mark.clause("S11.1")
@pytest.mark.parametrize("trap", ["link", "file"])
def test_what_is_no_directory_is_refused(trap: str, tmp_path: Path, runtime_directory: Path) -> None:
    path = runtime_directory / f"tagwatch-{os.getuid()}"
    if trap == "link":
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        path.symlink_to(elsewhere)
    else:
        path.touch()
    with pytest.raises(PermissionError, match="must be a directory of this user"):
        pipes_unix.directory()


def test_a_runtime_directory_that_is_missing_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, runtime_directory: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere/at/all")
    monkeypatch.setattr(pipes_unix.tempfile, "gettempdir", lambda: str(runtime_directory))
    assert pipes_unix.directory().parent == runtime_directory


async def test_a_path_too_long_for_a_socket_is_named(monkeypatch: pytest.MonkeyPatch, runtime_directory: Path) -> None:
    deep = runtime_directory / ("d" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with pytest.raises(OSError, match=r"is too long for a socket \(10\d bytes\): set XDG_RUNTIME_DIR to a short path"):
        await listening(End())
