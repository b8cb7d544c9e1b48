"""The pepper: what the digests of keys are made under. It lies apart from them, so that a copy of the store alone
opens nothing and can be tried against nothing."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from pathlib import Path

from app import config
from app.access.errors import KeyStoreError
from app.access.private_files import make_private, read_private
from app.config import Settings

_BYTES = 32


def usual_file() -> Path:
    """Where it is unless the settings say otherwise."""
    return config.directory() / "private" / "pepper"


def of(settings: Settings) -> Path:
    """Where these settings say that the pepper is."""
    return Path(settings.api_pepper).expanduser() if settings.api_pepper else usual_file()


class Pepper:
    """Neither ``str`` nor ``repr`` tell it."""

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        if len(content) < _BYTES:
            raise KeyStoreError(f"a pepper has {_BYTES} bytes or more, not {len(content)}")
        self._content = content

    @property
    def content(self) -> bytes:
        return self._content

    @property
    def mark(self) -> bytes:
        """What the store keeps to tell one pepper from another; it gives nothing of it away."""
        return hmac.digest(self._content, b"tagwatch pepper 1", hashlib.sha256)

    def __repr__(self) -> str:
        return "Pepper(•••)"


def load(path: Path, *, make: bool = False) -> Pepper:
    """The pepper of this file; ``make`` makes one where there is none. KeyStoreError names the file and what to do."""
    try:
        if make and not path.exists():
            with contextlib.suppress(FileExistsError):
                make_private(path, secrets.token_hex(_BYTES).encode() + b"\n")
        text = read_private(path, "the pepper")
    except FileNotFoundError as error:
        raise KeyStoreError(
            f"the pepper {path} is not there: without it no key can be checked. Put it back, or remove the key store "
            "as well and create new keys"
        ) from error
    except OSError as error:
        raise KeyStoreError(str(error)) from error
    try:
        return Pepper(bytes.fromhex(text.decode("ascii").strip()))
    except ValueError as error:  # its words might quote the file
        raise KeyStoreError(f"the pepper {path} is no line of hexadecimal digits") from error.with_traceback(None)
