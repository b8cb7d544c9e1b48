"""``tagwatch version``: which version this is, and, if asked, whether there is a newer one."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app import config, newer

_EXIT_CODES = """exit codes:
  0 done; with --check: this is the newest      2 bad arguments or settings, or no update_feed is set
  1 with --check: there is a newer one          3 it could not be told; the message says why
"""
_NEWEST, _OLDER, _UNKNOWN = 0, 1, 3


def add_parser(commands: Any) -> None:
    """``commands`` is what ``add_subparsers`` gave."""
    command = commands.add_parser(
        "version",
        help="show the version, or look for a newer one",
        description="Show the version of the program. Only with --check, and only where the settings name an address "
        "(update_feed), that address is asked for the newest one; nothing is downloaded or installed.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--check", action="store_true", help="ask the address of the setting update_feed")
    command.add_argument("--settings", type=Path, metavar="FILE", help="settings (TOML)")


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad settings, or no address to ask."""
    have = version("tagwatch")
    if not arguments.check:
        print(have)
        return _NEWEST
    address = config.load(arguments.settings or config.usual_file()).update_feed
    if not address:
        raise ValueError("nobody can be asked: the setting update_feed is empty (docs/windows.md says what it names)")
    try:
        found = newer.newest(address)
    except newer.FeedError as error:
        sys.stderr.write(f"tagwatch: {error}\n")
        return _UNKNOWN
    if not newer.is_newer(found.version, have):
        print(f"{have} is the newest version")
        return _NEWEST
    print(" ".join(filter(None, (f"{found.version} is newer than this one ({have})", found.page))))
    return _OLDER
