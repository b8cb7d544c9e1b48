"""A window that is closed in the middle of something: a program of its own, which says when it was asked to close."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from app import commands as c
from app import config
from app.config import Settings
from app.sessions import calls
from app.sessions.session import Session
from ui.application import Application
from ui.instance import Start
from ui.loop import FastQEventLoop
from ui.sources import Source

_MANY = 2000


async def _until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - of any kind
        await asyncio.sleep(0.01)


async def _session(application: Application, name: str) -> Session:
    def ready() -> Session | None:
        session = application.desk.session_named(name)
        return session if session is not None and session.state == "Ready" else None

    await _until(ready)
    session = ready()
    assert session is not None
    return session


async def _live(application: Application) -> Session:
    """The sample workspace, with values."""
    session = await _session(application, "Simulated plant")
    await _until(lambda: len(session.items) >= 10)
    return session


async def quiet(application: Application) -> None:
    await _live(application)


async def start(application: Application) -> None:
    """A source that takes a minute to start, and one that cannot be reached."""
    await _live(application)
    application.desk.saved.put(Source("slow", "sim", {"start_delay_ms": 60_000.0}))
    application.desk.saved.put(Source("away", "opcua", {"endpoint": "opc.tcp://192.0.2.1:4840"}))
    for name in ("slow", "away"):
        application.desk.source_wanted.emit(name)
    await _until(lambda: application.desk.session_named("slow"))


async def browse(application: Application) -> None:
    """The index of a large name space is being read."""
    await _live(application)
    application.desk.saved.put(Source("large", "sim", {"load_tags": 100_000}))
    application.desk.source_wanted.emit("large")
    await _session(application, "large")
    await asyncio.sleep(0.1)


async def reconnect(application: Application) -> None:
    """A source that is lost, and a worker that was killed a moment ago."""
    session = await _live(application)
    handle = await application.desk.handle(session)
    (item,) = await application.desk.watch(session, ["Sim.Fault.Disconnect"])
    await session.invoke(c.Write(handle, item.item_handle, 600.0))
    computer = await _session(application, "This computer")
    assert computer.worker_pid is not None
    os.kill(computer.worker_pid, 9)
    await _until(lambda: computer.state != "Ready")


async def bulk(application: Application) -> None:
    """Writes that the source answers in a minute, and a command that waits for its reply."""
    session = await _live(application)
    handle = await application.desk.handle(session)
    slow, value = await application.desk.watch(session, ["Sim.Fault.SlowWrites", "Sample.Double"])
    await session.invoke(c.Write(handle, slow.item_handle, 60.0))
    await asyncio.sleep(0.2)
    entries = [c.WriteEntry(value.item_handle, float(number)) for number in range(_MANY)]
    _running.append(asyncio.get_running_loop().create_task(calls.write_many(session, handle, entries)))
    await asyncio.sleep(0.1)


async def hang(application: Application) -> None:
    """A driver that holds its worker's loop for a minute."""
    session = await _live(application)
    handle = await application.desk.handle(session)
    (item,) = await application.desk.watch(session, ["Sim.Fault.Silence"])
    _running.append(asyncio.get_running_loop().create_task(session.invoke(c.Write(handle, item.item_handle, 60.0))))
    await asyncio.sleep(0.3)


_running: list[asyncio.Task[object]] = []
STATES = {work.__name__: work for work in (quiet, start, browse, reconnect, bulk, hang)}


async def _run(qt: QApplication, state: str) -> None:
    application = Application(qt, Settings(), begin=Start(config.directory()))
    await application.start()
    await STATES[state](application)
    sys.stdout.write(f"closing {time.monotonic()}\n")
    sys.stdout.flush()
    application.window.close()
    await application.wait_closed()
    await application.stop()
    for task in _running:
        task.cancel()
    await asyncio.gather(*_running, return_exceptions=True)


def main() -> int:
    qt = QApplication([])
    qt.setQuitOnLastWindowClosed(False)
    loop = FastQEventLoop(qt)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(_run(qt, sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
