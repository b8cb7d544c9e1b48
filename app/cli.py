"""The command line without a window: plain asyncio, no Qt."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from app import config
from app.source_line import PASSWORD, login, option
from app.watch import Watched, WatchRequest, console, watch

_BACKENDS = ("sim", "host", "opcua", "replay", "mxaccess")

_EXIT_CODES = """exit codes:
  0 stopped, or done      3 the source did not start   5 the session was lost
  1 unexpected            4 no tag was accepted        6 the values could not be written
  2 bad arguments
"""


_WINDOW = """the window:
  tagwatch [open FILE]     with the last workspace, or with that one
    --tags SOURCE:TAG ...  watch these tags at once
    --read-only            write nothing, whatever is clicked
    --safe-mode            start with nothing opened
    --new-instance         do not hand over to a window that is open
  tagwatch quit            close the window that is open
"""


#: Loaded when the command is asked for, or when all are listed: gRPC and numpy take longer to load than a source does.
_MODULES = {
    "audit": "app.audit",
    "keys": "app.keys",
    "serve": "app.serve.command",
    "service": "app.serve.service_command",
    "ctl": "app.ctl",
    "export": "app.transfer.command",
    "import": "app.transfer.command",
    "verify": "app.verify",
    "doctor": "app.doctor",
    "version": "app.version_command",
}


class _Module(Protocol):
    def add_parser(self, commands: Any) -> object: ...


def build_parser(wanted: str = "") -> argparse.ArgumentParser:
    """With the arguments of ``wanted``; of every command where it is none of them."""
    parser = argparse.ArgumentParser(
        prog="tagwatch",
        description="Watch process tags. Without a command: the window.",
        epilog=_WINDOW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    line = commands.add_parser(
        "watch",
        help="print live values until stopped",
        description="Print live values as lines or JSON until stopped with Ctrl+C.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    line.add_argument(
        "source",
        metavar="SOURCE",
        help="sim, host, mxaccess, an OPC UA address (opc.tcp://host:4840), or replay with --option file=RECORDING",
    )
    line.add_argument("tags", metavar="TAG", nargs="+", help="what the source calls them")
    line.add_argument("--json", action="store_true", help="one JSON object a line")
    line.add_argument("--count", type=_positive(int), metavar="N", help="stop after N values")
    line.add_argument("--seconds", type=_positive(float), metavar="S", help="stop after S seconds")
    line.add_argument("--restart", action="store_true", help="start a new worker after a fault instead of stopping")
    line.add_argument("--quiet", action="store_true", help="print no values")
    line.add_argument(
        "--record", metavar="NAME", default="", help="keep the values in the records, under this name of the source"
    )
    line.add_argument("--records", type=Path, metavar="FOLDER", help="the recorder's store; without it, this user's")
    line.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="an option of the source")
    line.add_argument("--security", metavar="MODE", help="OPC UA: None, Basic256Sha256/Sign, …/SignAndEncrypt")
    line.add_argument("--user", help=f"OPC UA: log in; the password is asked for, or taken from {PASSWORD}")
    line.add_argument("--trust", action="append", default=[], metavar="SHA256", help="OPC UA: trust this certificate")
    line.add_argument("--verbose", action="store_true", help="tell what happens, on standard error")
    line.add_argument("--settings", type=Path, metavar="FILE", help="settings (TOML)")
    if wanted != "watch":
        modules = [_MODULES[wanted]] if wanted in _MODULES else _MODULES.values()
        for name in dict.fromkeys(modules):
            cast(_Module, importlib.import_module(name)).add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Bad arguments end the program with 2, as argparse does."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:2] == ["ctl", "keys"]:
        del words[0]  # one command under two names: keys are kept on this computer, and no server is asked
    parser = build_parser(words[0] if words else "")
    arguments = parser.parse_args(words)
    try:
        if arguments.command in _MODULES:
            run: Callable[..., Any] = importlib.import_module(_MODULES[arguments.command]).run
            return _run(run(arguments)) if arguments.command == "ctl" else run(arguments)
        request = WatchRequest(
            sources=(_watched(arguments),),
            as_json=arguments.json,
            limit=arguments.count,
            duration_s=arguments.seconds,
            restart=arguments.restart,
            quiet=arguments.quiet,
            record_as=_record(arguments),
            records=arguments.records,
        )
        settings = config.load(arguments.settings or config.usual_file())
    except ValueError as error:
        parser.error(str(error))
    return run_watch(request, settings, logging.DEBUG if arguments.verbose else logging.WARNING)


def run_watch(request: WatchRequest, settings: config.Settings, level: int = logging.WARNING) -> int:
    """Watch until done or until Ctrl+C, SIGTERM or a closed pipe."""
    logging.basicConfig(level=level, stream=sys.stderr, format="tagwatch: %(levelname)s %(message)s")
    return _run(lambda stop: watch(request, settings, stop, console()))


def _run(work: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    """Until it is done, or told to stop by Ctrl+C or SIGTERM."""
    code = asyncio.run(_until_signal(work))
    _silence_closed_stdout()
    return code


async def _until_signal(work: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: the handler runs in the main thread, between two turns of the loop
            signal.signal(number, lambda number, frame: loop.call_soon_threadsafe(stop.set))
    return await work(stop)


def _silence_closed_stdout() -> None:
    # The interpreter flushes stdout at exit and would complain of a reader that has gone, or of a full disk.
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _watched(arguments: argparse.Namespace) -> Watched:
    backend, options = _source(arguments.source)
    options |= dict(option(text) for text in arguments.option)
    if backend == "opcua":
        options |= _opcua_options(arguments)
    elif arguments.security or arguments.user or arguments.trust:
        raise ValueError(f"--security, --user and --trust belong to OPC UA; {arguments.source} has none")
    return Watched(backend, tuple(arguments.tags), options)


def _source(source: str) -> tuple[str, dict[str, Any]]:
    if source.startswith("opc.tcp://"):
        return "opcua", {"endpoint": source}
    if source not in _BACKENDS:
        raise ValueError(
            f"source {source!r} is not known: use sim, host, replay, mxaccess, or an address that starts with opc.tcp://"
        )
    return source, {}


def _record(arguments: argparse.Namespace) -> str:
    if arguments.record and arguments.source == "replay":
        raise ValueError("a replay is not recorded again: “tagwatch import --record” takes its file into the records")
    if arguments.records is not None and not arguments.record:
        raise ValueError("--records belongs to --record")
    return str(arguments.record)


def _opcua_options(arguments: argparse.Namespace) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if arguments.security:
        options["security"] = arguments.security
    if arguments.trust:
        options["trusted"] = arguments.trust
    if arguments.user:
        options |= login(arguments.user)
    return options


def _positive(kind: type[int] | type[float]) -> Any:
    def parse(text: str) -> int | float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} must be above 0")
        return value

    return parse
