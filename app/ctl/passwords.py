"""Who writes, in ``tagwatch ctl write``: asked for in a terminal, else read from standard input; never an argument."""

from __future__ import annotations

import argparse
import getpass
from typing import TextIO


def ask(arguments: argparse.Namespace, stdin: TextIO) -> dict[str, str]:
    """The fields of those who log in, with their passwords; none for an ordinary write. ValueError where one is
    missing. Blocks: before the loop, where Ctrl+C still ends it."""
    user, verifier = getattr(arguments, "user", ""), getattr(arguments, "verifier", "")
    if not user:
        if verifier:
            raise ValueError("--verifier is a second person: --user names the first one")
        return {}
    fields = {"user": user, "password": _password(user, stdin)}
    if verifier:
        if verifier == user:
            raise ValueError(f"--verifier must be another person than {user}")
        fields |= {"verifier": verifier, "verifier_password": _password(verifier, stdin)}
    return fields


def _password(name: str, stdin: TextIO) -> str:
    if stdin.isatty():
        try:
            return getpass.getpass(f"Password of {name}: ")
        except (EOFError, KeyboardInterrupt):
            raise ValueError(f"no password of {name} was given: nothing is written") from None
    text = stdin.readline()
    if not text:
        raise ValueError(f"the password of {name} is missing: give it as a line of standard input, or use a terminal")
    return text.rstrip("\r\n")
