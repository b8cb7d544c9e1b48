"""Files that hold secrets: made for their owner alone, and refused where others may read them."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from app import files

_OWNER = 0o600
_OWNER_DIRECTORY = 0o700


def make_private(path: Path, content: bytes) -> None:
    """Write a new file, whole or not at all, with mode 0600 from its first byte on. FileExistsError where there is one;
    directories that are missing are made for their owner alone.

    On Windows a new file has the rights of its directory: one in the profile is its owner's.
    """
    partial = _partial(path, content)
    try:
        if os.name == "posix":
            os.link(partial, path)  # fails where another start was faster, and never replaces
        else:
            partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def replace_private(path: Path, content: bytes) -> None:
    """The same over a file that may be there."""
    partial = _partial(path, content)
    try:
        files.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path, content: bytes) -> Path:
    private_directory(path.parent)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWNER)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
    return partial


def private_directory(path: Path) -> None:
    """Make it for its owner alone, where it is not there."""
    path.mkdir(mode=_OWNER_DIRECTORY, parents=True, exist_ok=True)


def read_private(path: Path, what: str) -> bytes:
    """The content; PermissionError where others than the owner may read it, with what to do. Files that the system
    hands to a service, read-only and in a directory of its own (systemd's credentials), are as they are."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO) and not _handed_over(path):
            raise PermissionError(
                f"{what} {path} can be read by others (mode {stat.S_IMODE(mode):04o}): chmod 600 it, and replace the "
                "secret if somebody may have read it"
            )
        return file.read()


def _handed_over(path: Path) -> bool:
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    return bool(credentials) and Path(credentials) in path.parents
