"""Pipes on Unix: sockets in a directory that is the user's alone."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.wire import pipes
from tests.helpers.ends import End, listening

if sys.platform == "win32":
    pytest.skip("Unix sockets", allow_module_level=True)

from app.wire import pipes_unix


def has_name(listener: pipes.PipeListener) -> bool:
    return Path(listener.address).exists()


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


@pytest.mark.clause("S10.4", "S11.1")
async def test_the_file_is_gone_with_the_first_connection() -> None:
    near, far = End(), End()
    listener = await listening(near)
    assert has_name(listener)
    await pipes.connect(listener.address, lambda: far)
    await near.wait_until(lambda: near.transport is not None)
    assert not has_name(listener)
    await far.close()
    await near.close()


@pytest.mark.clause("S10.4")
async def test_the_file_is_gone_when_nobody_came() -> None:
    listener = await listening(End())
    listener.close()
    assert not has_name(listener)


async def test_the_file_of_a_name_in_use_stays() -> None:
    listener = await listening(End(), "same")
    with pytest.raises(OSError, match="in use"):
        await listening(End(), "same")
    assert has_name(listener)
    listener.close()


def test_closing_after_the_loop_has_ended_removes_the_name() -> None:
    loop = asyncio.new_event_loop()
    listener = loop.run_until_complete(listening(End()))
    loop.close()
    listener.close()
    assert not has_name(listener)


@pytest.mark.clause("S11.1")
async def test_the_second_of_two_that_race_is_closed_at_once() -> None:
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


async def test_a_stale_socket_of_a_dead_gateway_is_refused() -> None:
    path = pipes_unix.directory() / "stale"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(ConnectionRefusedError):
        await pipes.connect(str(path), End)
    path.unlink()


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
