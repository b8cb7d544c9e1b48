"""``tagwatch doctor``: looks at a source with its own tools and writes what it found into a file."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from app.errors import GatewayError
from app.source_line import login, option
from app.workers.process import worker_environment
from app.workers.worker32 import command_for


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor",
        help="look at MXAccess on this computer",
        description="Ask the MXAccess of this computer what its documents leave open: types of values, kinds of times, "
        "statuses, error codes. The report holds no names, values, users or passwords.",
    )
    parser.add_argument("source", choices=["mxaccess"])
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="look at this tag; several times")
    parser.add_argument("--write", action="append", default=[], metavar="TAG=VALUE", help="write it, too: only if told")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="how long to listen (60)")
    parser.add_argument("--out", default="mxaccess-report.jsonl", metavar="FILE", help="the report")
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="an option of the source: its Galaxy's"
    )
    parser.add_argument("--user", help="log in to the Galaxy's database; the password is asked for")


def run(arguments: argparse.Namespace) -> int:
    """The probe runs in the 32-bit worker; its exit code. 2 where that cannot be started. ValueError for an option that
    is none; a password goes by a pipe."""
    options = dict(option(text) for text in arguments.option)
    if arguments.user:
        options |= login(arguments.user)
    try:
        command = command_for(arguments.source)
    except GatewayError as error:
        sys.stderr.write(f"tagwatch: {error.fault.message}\n")
        return 2
    words = ["doctor", arguments.source, "--seconds", f"{arguments.seconds:g}", "--out", arguments.out]
    for tag in arguments.tag:
        words += ["--tag", tag]
    for write in arguments.write:
        words += ["--write", write]
    if options:
        words.append("--options-on-stdin")
    told = f"{json.dumps(options)}\n" if options else None
    return subprocess.run([*command, *words], env=worker_environment(), check=False, input=told, text=True).returncode
