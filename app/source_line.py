"""A source on the command line: its options, and the password that never stands there."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

PASSWORD = "TAGWATCH_PASSWORD"


def option(text: str) -> tuple[str, Any]:
    """(name, value) of NAME=VALUE; ValueError for another form, and for a password."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError(f"--option {text!r} must be NAME=VALUE")
    if name == "password":
        raise ValueError(f"a password does not belong on a command line: use --user, and {PASSWORD} or the question")
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, {"true": True, "false": False}.get(value, value)


def login(user: str) -> dict[str, Any]:
    """The options of a login; its password is taken from the environment or asked for in the terminal. ValueError
    where there is neither."""
    if (kept := os.environ.get(PASSWORD)) is not None:
        return {"user": user, "password": kept}
    if not sys.stdin.isatty():
        raise ValueError(f"--user needs a password: set {PASSWORD}, or run in a terminal and be asked")
    return {"user": user, "password": getpass.getpass(f"Password of {user}: ")}
