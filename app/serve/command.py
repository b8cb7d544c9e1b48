"""``tagwatch serve``: the engine and its API without a window, until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import enum
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app import config
from app.api.supervisor import Supervisor
from app.config import Settings
from app.errors import GatewayError
from app.serve import logs
from app.serve.headless import Headless
from app.serve.workspace import ServedWorkspace, read_workspace
from app.tasks import SystemClock

_log = logging.getLogger(__name__)

#: Told the address.
Told = Callable[[str], object]

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
    _add_arguments(serve)


def _add_arguments(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--settings", type=Path, metavar="FILE", help="settings (TOML)")
    serve.add_argument("--workspace", type=Path, metavar="FILE", help="sources and alarm limits of a saved workspace")
    serve.add_argument("--read-only", action="store_true", help="write nothing, whoever asks")
    serve.add_argument("--verbose", action="store_true", help="tell what happens")
    form = serve.add_mutually_exclusive_group()
    form.add_argument(
        "--json-logs", dest="log", action="store_const", const="json", help="log as JSON in a terminal, too"
    )
    form.add_argument("--text-logs", dest="log", action="store_const", const="text", help="log as text elsewhere, too")
    serve.add_argument("--log-file", type=Path, metavar="FILE", help="where: a file, instead of standard error")
    serve.add_argument("--service", action="store_true", help="run under the service control of Windows")


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad arguments or settings."""
    if arguments.service:  # on Windows the start of the program has taken another way
        raise ValueError("--service is for Windows; for systemd there is installer/tagwatch.service")
    return asyncio.run(_until_signal(arguments))


async def serve_service(given: Sequence[str], stop: asyncio.Event, told: Told) -> ExitCode:
    """As a service, with these arguments of ``serve``. ValueError = bad arguments or settings."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    _add_arguments(parser)
    try:
        arguments, strange = parser.parse_known_args(given)
    except argparse.ArgumentError as error:
        raise ValueError(str(error)) from error
    if strange:
        raise ValueError(f"{strange[0]!r} is no argument of serve")
    return await _prepared(arguments, stop, told)


async def _until_signal(arguments: argparse.Namespace) -> ExitCode:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ends():
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: the handler runs in the main thread, between two turns of the loop
            signal.signal(number, lambda number, frame: loop.call_soon_threadsafe(stop.set))
    return await _prepared(arguments, stop, lambda address: print(f"tagwatch serves on {address}", flush=True))


async def _prepared(arguments: argparse.Namespace, stop: asyncio.Event, told: Told) -> ExitCode:
    settings = config.load(arguments.settings or config.usual_file())
    workspace = ServedWorkspace() if arguments.workspace is None else read_workspace(arguments.workspace)
    logs.start(arguments.log, arguments.log_file, verbose=arguments.verbose)
    return await serve(settings, workspace, stop, told, read_only=arguments.read_only)


async def serve(
    settings: Settings, workspace: ServedWorkspace, stop: asyncio.Event, told: Told, *, read_only: bool = False
) -> ExitCode:
    """Until ``stop``. ``told`` gets the address once calls are served; supervisors hear of it, and of the end."""
    supervisor = Supervisor(SystemClock())
    headless = Headless(settings, workspace, read_only=read_only)
    try:
        address = await headless.start()
    except GatewayError as error:
        _log.error("%s", error.fault.message)
        return ExitCode.NOT_STARTED
    except config.SettingError as error:
        _log.error("%s", error)
        return ExitCode.BAD_SETTINGS
    told(address)
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
