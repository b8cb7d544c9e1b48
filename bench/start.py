"""From the start of the process to live values: in a terminal, and in the painted window."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from bench.report import Figure, told

_RUNS = 5

_WINDOW = """
import asyncio, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.config import Settings
from ui.application import Application
from ui.loop import FastQEventLoop
qt = QApplication([])
qt.setQuitOnLastWindowClosed(False)
loop = FastQEventLoop(qt)
asyncio.set_event_loop(loop)
async def main():
    application = Application(qt, Settings())
    await application.start()
    qt.processEvents()
    sys.stdout.write("window\\n"); sys.stdout.flush()
    while not application.items_model.registered.children or not any(
        application.desk.session(application.items_model.session_id).items.sample(child.key)
        for server in application.items_model.registered.children for child in server.children
    ):
        await asyncio.sleep(0.005)
    application.window.grab()
    sys.stdout.write("live\\n"); sys.stdout.flush()
    await application.stop()
with loop:
    loop.run_until_complete(main())
"""


def _headless() -> float:
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "app", "watch", "sim", "Reactor.PV", "--count", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        return time.perf_counter() - began


def _window() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TAGWATCH_CONFIG_DIR": directory}
        began = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-c", _WINDOW], stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "window\n"
            shown = time.perf_counter() - began
            assert process.stdout.readline() == "live\n"
            live = time.perf_counter() - began
        return shown, live


def run() -> list[Figure]:
    headless = min(_headless() for _ in range(_RUNS))
    windows = [_window() for _ in range(_RUNS)]
    return [
        told("headless: first live value", f"{headless:.2f} s"),
        told("window: shown", f"{min(shown for shown, _ in windows):.2f} s"),
        told("window: painted with live values", f"{min(live for _, live in windows):.2f} s"),
    ]
