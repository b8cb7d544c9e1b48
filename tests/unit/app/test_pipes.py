"""Pipes on any system: one connection, and nothing left behind; on asyncio's loop and on Qt's."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import qasync

from app.wire import pipes
from tests.helpers.clock import ManualClock
from tests.helpers.ends import End, listening

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

Runner = Callable[[Coroutine[Any, Any, None]], None]

#: Connects and waits for the end.
CONNECT = "import sys; pipe = open(sys.argv[1], 'r+b', buffering=0); pipe.read(1)"
if sys.platform != "win32":
    CONNECT = "import socket, sys; pipe = socket.socket(socket.AF_UNIX); pipe.connect(sys.argv[1]); pipe.recv(1)"


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


async def address_of(name: str) -> str:
    """The address that the pipe of this name will have; there is none yet."""
    listener = await listening(End(), name)
    listener.close()
    await asyncio.sleep(0)
    return listener.address


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
        await pipes.connect(listener.address, lambda: far)
        await near.wait_until(lambda: near.transport is not None)
        with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
            await pipes.connect(listener.address, End)
        listener.close()
        assert not far.lost  # the connection stays
        await far.close()
        await near.close()

    run(scene())


@pytest.mark.clause("S10.4", "S11.1")
def test_closing_unheard_removes_the_name_and_twice_is_harmless(run: Runner) -> None:
    async def scene() -> None:
        listener = await listening(End())
        listener.close()
        listener.close()
        with pytest.raises(FileNotFoundError):
            await pipes.connect(listener.address, End)

    run(scene())


async def test_a_name_in_use_is_refused_and_left_to_its_owner() -> None:
    near, name = End(), pipes.pipe_name()
    listener = await listening(near, name)
    with pytest.raises(OSError, match=r"in use|busy|denied"):
        await listening(End(), name)
    _, far = await pipes.connect(listener.address, End)  # it still works
    await near.wait_until(lambda: near.transport is not None)
    listener.close()
    await near.close()
    assert isinstance(far, End)
    await far.close()


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
    address = await address_of(name)
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
    waiting = asyncio.create_task(pipes.connect(await address_of(pipes.pipe_name()), End, 2.0, clock))
    await clock.advance(1.9)
    assert not waiting.done()
    await clock.advance(0.2)
    with pytest.raises(FileNotFoundError):
        await waiting
    assert clock.timers == 0


@pytest.mark.clause("S11.2")
async def test_the_pid_is_that_of_the_process_that_connected() -> None:
    near = End()
    listener = await listening(near)
    child = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", CONNECT, listener.address)
    await near.wait_until(lambda: near.transport is not None)
    assert near.transport is not None
    assert pipes.peer_pid(near.transport) == child.pid != os.getpid()
    await near.close()
    assert await child.wait() == 0
