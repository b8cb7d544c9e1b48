"""The arguments of ``tagwatch ctl``. A key is never one of them: everybody on the computer can read those."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from app.client import ClientOptions

ADDRESS, KEY = "TAGWATCH_ADDRESS", "TAGWATCH_API_KEY"  # names of variables

_EPILOG = f"""The server is --address, or {ADDRESS} in the environment. The key is read from --key-file, or from
{KEY}. SESSION is the id or the name of an open session.

exit codes:
  0 done                   3 the server cannot be reached   6 the output could not be written
  1 unexpected             4 refused by the server          7 done but for some entries, told in their lines
  2 bad arguments          5 the session was lost
"""
_BATCH = """Each line of standard input is one command as JSON; each gets one line on standard output, in order, with
its number: {"do": "read", "session": "plant", "tags": ["Tank101.Level"]}. Fields by command:
  sources, sessions        (none)
  open                     source, or backend; options, name, lease_s, restart
  close, kill              session; reason
  browse                   session; node
  read                     session, tags; timeout_s
  history                  session, tag, since, until; aggregate, interval_s, limit
  write                    session, tag, value; comment, user, password, verifier, verifier_password
A line may have an "id", which comes back with its answer.
"""


def add_parser(commands: Any) -> None:
    ctl = commands.add_parser(
        "ctl",
        help="use a Tagwatch that serves other programs",
        description="Use a Tagwatch that serves other programs (tagwatch serve): one command, its result as JSON.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ctl.add_argument("--address", metavar="HOST:PORT", default=os.environ.get(ADDRESS, ""), help="the server")
    ctl.add_argument("--key-file", type=Path, metavar="FILE", help="file with the key alone")
    ctl.add_argument("--ca", metavar="FILE", help="certificates (PEM) by which the server's is trusted")
    ctl.add_argument("--certificate", metavar="FILE", help="own certificate (PEM), where the server asks for one")
    ctl.add_argument("--private-key", metavar="FILE", help="the key of --certificate (PEM)")
    ctl.add_argument("--server-name", metavar="NAME", default="", help="what the server's certificate says")
    ctl.add_argument("--tls", action="store_true", default=None, help="TLS on this computer too")
    actions = ctl.add_subparsers(dest="action", required=True, metavar="COMMAND")
    actions.add_parser("keys", help="the API's keys on this computer: create, list, rotate, revoke, delete")
    actions.add_parser("sources", help="sources that are saved there")
    actions.add_parser("sessions", help="sessions that are open")
    opening = actions.add_parser("open", help="open a session")
    opening.add_argument("source", metavar="SOURCE", nargs="?", default="", help="a saved source, by its name")
    opening.add_argument("--backend", default="", metavar="NAME", help="a backend instead of a source")
    opening.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="an option of it")
    opening.add_argument("--name", default="", help="what the session is called")
    opening.add_argument("--lease", type=float, default=0.0, metavar="S", help="how long it lives without activity")
    opening.add_argument("--restart", action="store_true", default=None, help="start a new worker after a fault")
    for name, words in {"close": "close a session", "kill": "end a session's worker at once"}.items():
        ending = _with_session(actions, name, words)
        ending.add_argument("--reason", default="", help="for the server's log")
    browsing = _with_session(actions, "browse", "one level of the name space")
    browsing.add_argument("node", metavar="NODE", nargs="?", default="", help="the address of a node; else the root")
    reading = _with_session(actions, "read", "current values")
    reading.add_argument("tags", metavar="TAG", nargs="+")
    reading.add_argument("--timeout", type=float, default=0.0, metavar="S", help="for values that nobody has yet")
    past = _with_session(actions, "history", "what the source itself has kept of a tag")
    past.add_argument("tag", metavar="TAG")
    past.add_argument("--since", required=True, metavar="TIME", help="ISO 8601, as in 2026-01-31T13:45:00Z")
    past.add_argument("--until", required=True, metavar="TIME", help="likewise")
    past.add_argument("--aggregate", default="", metavar="NAME", help="average, minimum, …: one for each interval")
    past.add_argument("--interval", type=float, metavar="S", help="of the aggregate")
    past.add_argument("--limit", type=int, default=10_000, metavar="N", help="samples at the most (10,000)")
    writing = _with_session(actions, "write", "write a value and wait for its end")
    writing.add_argument("tag", metavar="TAG")
    writing.add_argument("value", metavar="VALUE", help='JSON, as in 1.5, true, [1, 2], "on"; anything else is a text')
    writing.add_argument("--comment", default="", help="for the audit record")
    writing.add_argument(
        "--user", default="", metavar="NAME",
        help="who writes, where the tag asks for it; the password is asked for, or is a line of standard input",
    )  # fmt: skip
    writing.add_argument(
        "--verifier",
        default="",
        metavar="NAME",
        help="who confirms it, where two are asked for; likewise",
    )
    watching = _with_session(actions, "watch", "values of tags as they change, until stopped")
    watching.add_argument("tags", metavar="TAG", nargs="+")
    listening = _with_session(actions, "events", "all events of a session, until stopped")
    listening.add_argument("--after", type=int, metavar="N", help="those after this sequence first; 0 = all")
    for endless in (watching, listening):
        endless.add_argument("--count", type=int, metavar="N", help="stop after N events")
        endless.add_argument("--seconds", type=float, metavar="S", help="stop after S seconds")
    actions.add_parser(
        "batch",
        help="commands from standard input, one result a line",
        description="Commands from standard input, one result a line.",
        epilog=_BATCH,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _with_session(actions: Any, name: str, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name, help=words, description=f"{words[0].upper()}{words[1:]}."
    )
    parser.add_argument("session", metavar="SESSION", help="the id or the name of an open session")
    return parser


def client_options(arguments: argparse.Namespace) -> ClientOptions:
    """ValueError names what is wrong; never the key."""
    if not arguments.address:
        raise ValueError(f"where is the server? Give --address HOST:PORT, or set {ADDRESS}")
    return ClientOptions(
        address=arguments.address,
        key=_key(arguments.key_file),
        tls=arguments.tls,
        ca=arguments.ca,
        certificate=arguments.certificate,
        private_key=arguments.private_key,
        server_name=arguments.server_name,
        name="tagwatch ctl",
    )


def _key(path: Path | None) -> str:
    if path is None:
        return os.environ.get(KEY, "").strip()
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"--key-file {path} cannot be read: {getattr(error, 'strerror', None) or 'no text'}") from None
