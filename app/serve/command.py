"""``tagwatch serve``: the engine and its API without a window, until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import enum
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from app import config
from app.api.json_log import JsonFormatter
from app.api.supervisor import Supervisor
from app.config import Settings
from app.errors import GatewayError
from app.serve.headless import Headless
from app.serve.workspace import ServedWorkspace, read_workspace

_EXIT_CODES = """exit codes:
  0 stopped by Ctrl+C or SIGTERM      2 bad arguments or settings
  1 unexpected                        3 the API could not start
"""


class ExitCode(enum.IntEnum):
    STOPPED = 0
    UNEXPECTED = 1
    BAD_SETTINGS = 2
    NOT_STARTED = 3


def add_parser(commands: Any) -> None:
    """``commands`` is what ``add_subparsers`` gave."""
    serve = commands.add_parser(
        "serve",
        help="offer the API without a window",
        description="Run sessions and offer them to other programs by gRPC, without a window, until stopped.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("--settings", type=Path, metavar="FILE", help="settings (TOML)")
    serve.add_argument("--workspace", type=Path, metavar="FILE", help="sources and alarm limits of a saved workspace")
    serve.add_argument("--read-only", action="store_true", help="write nothing, whoever asks")
    serve.add_argument("--json-logs", action="store_true", help="log lines as JSON, for those who collect them")
    serve.add_argument("--verbose", action="store_true", help="tell what happens, on standard error")


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad arguments or settings."""
    settings = config.load(arguments.settings or config.usual_file())
    workspace = ServedWorkspace() if arguments.workspace is None else read_workspace(arguments.workspace)
    level = logging.INFO if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="tagwatch: %(levelname)s %(message)s")
    if arguments.json_logs:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonFormatter())
    return asyncio.run(_serve(settings, workspace, arguments.read_only))


async def _serve(settings: Settings, workspace: ServedWorkspace, read_only: bool) -> ExitCode:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ends():
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: the handler runs in the main thread, between two turns of the loop
            signal.signal(number, lambda number, frame: loop.call_soon_threadsafe(stop.set))
    headless = Headless(settings, workspace, read_only=read_only)
    try:
        address = await headless.start()
    except GatewayError as error:
        print(f"tagwatch: {error.fault.message}", file=sys.stderr)
        return ExitCode.NOT_STARTED
    except config.SettingError as error:
        print(f"tagwatch: {error}", file=sys.stderr)
        return ExitCode.BAD_SETTINGS
    print(f"tagwatch serves on {address}", flush=True)
    supervisor = Supervisor(headless.runtime.clock)
    supervisor.ready(f"serves on {address}")
    try:
        await stop.wait()
    finally:
        supervisor.stopping()
        await headless.stop()
        await supervisor.stop()
    return ExitCode.STOPPED


def _ends() -> list[signal.Signals]:
    """Ctrl+C, the system, and on Windows Ctrl+Break, by which services are stopped too."""
    ends = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        ends.append(signal.SIGBREAK)
    return ends
