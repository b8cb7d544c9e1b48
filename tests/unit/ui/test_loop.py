"""The window's loop: exact order, timers that are never early, dialogs that hang nothing."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.wire import pipes
from tests.helpers.engine import until
from ui.loop import FastQEventLoop


def running() -> FastQEventLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, FastQEventLoop)
    return loop


async def test_callbacks_run_in_order() -> None:
    loop, ran = running(), []
    for number in range(5000):
        loop.call_soon(ran.append, number)
    loop.call_soon(lambda: loop.call_soon(ran.append, "last"))
    await asyncio.sleep(0)
    await until(lambda: "last" in ran, "the last callback")
    assert ran == [*range(5000), "last"]


async def test_a_cancelled_callback_does_not_run() -> None:
    ran: list[int] = []
    handle = running().call_soon(ran.append, 1)
    handle.cancel()
    await asyncio.sleep(0.01)
    assert ran == []


async def test_timers_are_never_early_and_keep_their_order() -> None:
    loop = running()
    fired: list[tuple[float, float]] = []
    done = loop.create_future()
    delays = [0.05, 0.01, 0.03, 0.0, 0.021, 0.0211, 0.04]
    for delay in delays:
        when = loop.time() + delay
        loop.call_at(when, lambda when=when: fired.append((when, loop.time())))
    loop.call_later(0.08, done.set_result, None)
    await done
    assert all(now >= when for when, now in fired)
    assert [when for when, _ in fired] == sorted(when for when, _ in fired)


async def test_sleep_never_returns_early() -> None:
    for _ in range(30):
        began = time.monotonic()
        await asyncio.sleep(0.003)
        assert time.monotonic() - began > 0.003 - 1e-9  # the difference of two floats


async def test_cancelled_timers_leave_the_heap() -> None:
    loop = running()
    for _ in range(20_000):
        loop.call_later(60, lambda: None).cancel()
    assert loop.timers < 500
    handle = loop.call_later(5, lambda: None)
    assert handle.when() > loop.time() + 4
    handle.cancel()
    assert handle.cancelled()


async def test_wait_for_leaves_no_timers() -> None:
    loop = running()
    for _ in range(2000):
        await asyncio.wait_for(asyncio.sleep(0), 60)
    assert loop.timers < 500


async def test_other_threads_wake_it() -> None:
    loop = running()
    got: list[int] = []
    done = loop.create_future()

    def send() -> None:
        for number in range(2000):
            loop.call_soon_threadsafe(got.append, number)
        loop.call_soon_threadsafe(done.set_result, None)

    thread = threading.Thread(target=send)
    thread.start()
    await asyncio.wait_for(done, 10)
    thread.join()
    assert got == list(range(2000))


async def test_an_exception_reaches_the_handler_and_the_loop_goes_on() -> None:
    loop = running()
    told: list[Any] = []
    loop.set_exception_handler(lambda loop, context: told.append(context["exception"]))

    def broken() -> None:
        raise ValueError("broken")

    loop.call_soon(broken)
    await asyncio.sleep(0.02)
    loop.set_exception_handler(None)
    assert [str(error) for error in told] == ["broken"]


async def test_a_nested_loop_inside_a_coroutine_hangs_nothing() -> None:
    """What a dialog's exec does: the task that opened it waits, every other one goes on."""
    ticks: list[int] = []
    nested = QEventLoop()

    async def ticking() -> None:
        for number in range(20):
            ticks.append(number)
            if number == 12:
                nested.quit()
            await asyncio.sleep(0.002)

    other = asyncio.ensure_future(ticking())
    await asyncio.sleep(0)
    too_long = asyncio.get_running_loop().call_later(5, nested.quit)
    nested.exec()
    too_long.cancel()
    assert len(ticks) > 10, "the other task ran under the nested loop"
    await asyncio.wait_for(other, 5)
    assert asyncio.current_task() is not None


async def test_a_modal_dialog_from_a_slot_hangs_nothing(qtbot: Any) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    seen: list[str] = []

    async def closes() -> None:
        await asyncio.sleep(0.03)
        seen.append("still running")
        dialog.accept()

    closing = asyncio.ensure_future(closes())
    opened = asyncio.get_running_loop().create_future()

    def slot() -> None:
        opened.set_result(dialog.exec())

    QTimer.singleShot(0, slot)
    assert await asyncio.wait_for(opened, 5) == QDialog.DialogCode.Accepted
    await closing
    assert seen == ["still running"]


async def test_a_busy_engine_lets_qt_have_its_turn() -> None:
    loop = running()
    painted: list[float] = []
    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(lambda: painted.append(time.monotonic()))
    timer.start()
    busy = True

    def work() -> None:
        end = time.monotonic() + 0.001
        while time.monotonic() < end:
            pass
        if busy:
            loop.call_soon(work)

    for _ in range(20):
        loop.call_soon(work)
    await asyncio.sleep(0.2)
    busy = False
    timer.stop()
    assert len(painted) >= 3


async def test_sockets_and_pipes_work() -> None:
    loop = asyncio.get_running_loop()

    class Echo(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(data)

    class Client(asyncio.Protocol):
        def __init__(self) -> None:
            self.got: asyncio.Future[bytes] = loop.create_future()

        def data_received(self, data: bytes) -> None:
            self.got.set_result(bytes(data))

    server = await loop.create_server(Echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    listener = await pipes.listen(pipes.pipe_name(), Echo)
    for connecting in (
        loop.create_connection(Client, "127.0.0.1", port),
        pipes.connect(listener.address, Client),
    ):
        transport, client = await connecting
        assert isinstance(client, Client)
        transport.write(b"hello")
        assert await asyncio.wait_for(client.got, 5) == b"hello"
        transport.close()
    server.close()
    await server.wait_closed()
    listener.close()
    await asyncio.sleep(0)


def test_a_closed_loop_takes_nothing(qapp: QApplication) -> None:
    loop = FastQEventLoop(qapp)
    loop.run_until_complete(asyncio.sleep(0.001))
    loop.close()
    for call in (loop.call_soon, loop.call_soon_threadsafe):
        with pytest.raises(RuntimeError, match="closed"):
            call(print)
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_later(1, print)


def test_callbacks_wait_while_the_loop_stands_still(qapp: QApplication) -> None:
    loop = FastQEventLoop(qapp)
    seen: list[bool] = []

    async def later() -> None:
        await asyncio.sleep(0)
        seen.append(asyncio.get_running_loop() is loop)

    async def start() -> asyncio.Task[None]:
        return asyncio.ensure_future(later())

    task = loop.run_until_complete(start())
    qapp.processEvents()
    assert seen == []
    loop.run_until_complete(task)
    assert seen == [True]
    loop.close()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal since 3.12: its count tells nothing")
def test_no_reference_to_none_is_lost(qapp: QApplication) -> None:
    """A release of the bindings lost one with every overridden event; the program then aborted after a while."""

    class Widget(QWidget):
        def event(self, event: QEvent) -> bool:
            return super().event(event)

    async def run() -> int:
        widget = Widget()
        counts = []
        for _ in range(2):
            for _ in range(3000):
                QApplication.postEvent(widget, QEvent(QEvent.Type.User))
                await asyncio.sleep(0)
            await asyncio.sleep(0.05)
            gc.collect()
            counts.append(sys.getrefcount(None))
        return counts[0] - counts[1]  # after a warm round: caches fill and empty in the first

    loop = FastQEventLoop(qapp)
    lost = loop.run_until_complete(run())
    loop.close()
    assert lost < 1500


async def test_work_beside_the_loop_has_threads_that_python_waits_for() -> None:
    """Qt's own threads, which qasync would take, abort a program that ends without closing its loop."""
    thread = await asyncio.to_thread(threading.current_thread)
    assert thread.name.startswith("loop")
    assert not thread.daemon


def test_a_loop_that_is_closed_leaves_no_thread(qapp: QApplication) -> None:
    loop = FastQEventLoop(qapp)
    thread = loop.run_until_complete(asyncio.to_thread(threading.current_thread))
    loop.close()
    assert not thread.is_alive()
