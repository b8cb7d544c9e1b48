"""``tagwatch service``: make the installed program a service of Windows, or remove that service."""

from __future__ import annotations

import argparse
import hashlib
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

#: What Windows calls it: ``sc start Tagwatch``.
NAME = "Tagwatch"

_EXIT_CODES = """exit codes:
  0 done                          2 bad arguments, or not Windows
  6 Windows refused; the message says why
"""


class ServiceError(Exception):
    """Windows refused; the text says what, and what to do."""


def add_parser(commands: Any) -> None:
    """``commands`` is what ``add_subparsers`` gave."""
    service = commands.add_parser(
        "service",
        help="make Tagwatch a service of Windows, or remove it",
        description="Make `tagwatch serve` a service of Windows with an account of its own, or remove it.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = service.add_subparsers(dest="action", required=True, metavar="ACTION")
    install = actions.add_parser("install", help="make the service, or set it up anew; run it as administrator")
    install.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="for settings.toml, keys, records and logs; the service, administrators and the system alone may read it "
        r"(%%ProgramData%%\Tagwatch)",
    )
    actions.add_parser("remove", help="stop and remove the service; its folder stays")


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad arguments, or no Windows."""
    if sys.platform != "win32":
        raise ValueError("services of Windows are on Windows; for systemd there is installer/tagwatch.service")
    from app.serve import windows_service_setup as setup  # noqa: PLC0415 - imports on Windows alone

    try:
        if arguments.action == "remove":
            print(f"the service {NAME} is removed" if setup.remove() else f"there is no service {NAME}")
            return 0
        data = data_folder(arguments.data)
        if not setup.install(program(), data):
            sys.stderr.write("tagwatch: this Windows does not restart the service after a failure\n")
    except (ServiceError, OSError) as error:
        sys.stderr.write(f"tagwatch: {error}\n")
        return 6
    print(
        f"the service {NAME} is there and starts with the computer, or by: sc start {NAME}\n"
        f"It needs a key: set TAGWATCH_CONFIG_DIR={data}, then tagwatch keys create NAME --reading"
    )
    return 0


def data_folder(given: Path | None) -> Path:
    return given.absolute() if given else Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / NAME


def program() -> Path:
    """The executable to run. ValueError where Python runs the program: a service is a process of its own executable."""
    if not getattr(sys, "frozen", False):
        raise ValueError("only the installed program can be a service: install it with the setup (docs/windows.md)")
    return Path(sys.executable)


def command_line(executable: Path, data: Path) -> str:
    """What the service control runs. A path of the service is never left without quotes where it has spaces."""
    arguments = ["serve", "--service", "--settings", str(data / "settings.toml")]
    arguments += ["--log-file", str(data / "logs" / "tagwatch.log")]
    return f'"{executable}" {subprocess.list2cmdline(arguments)}'


def account_sid(name: str) -> str:
    """The SID of ``NT SERVICE\\name``, which Windows derives from the name: known before the service is there."""
    parts = struct.unpack("<5I", hashlib.sha1(name.upper().encode("utf-16-le"), usedforsecurity=False).digest())
    return "S-1-5-80-" + "-".join(map(str, parts))


def access_list(name: str) -> str:
    """Who may use the service's folder, as SDDL: administrators and the system all, the service what it needs to work
    there, nobody else; what the folder above it allows is not inherited."""
    return f"D:P(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;0x1301bf;;;{account_sid(name)})"
