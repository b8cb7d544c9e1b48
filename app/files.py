"""Replacing and removing files that others may have open, which Windows refuses."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

#: What looks at every new file (virus scanners, indexers, backups) holds it for moments.
HELD_S = 1.0
_STEP_S = 0.02


def replace(source: Path, target: Path, held_s: float | None = None) -> None:
    """``target`` becomes ``source`` in one step. Blocks.

    Windows refuses while somebody has either open; then it is tried again for ``held_s`` (:data:`HELD_S`).
    PermissionError after that: both are as they were.
    """
    _patiently(lambda: os.replace(source, target), held_s)  # noqa: PTH105 - over a file that is there


def remove(path: Path, held_s: float | None = None) -> None:
    """The same for removing a file, which need not be there."""
    _patiently(lambda: path.unlink(missing_ok=True), held_s)


def _patiently(act: Callable[[], object], held_s: float | None) -> None:
    end = time.monotonic() + (HELD_S if held_s is None else held_s)
    while True:
        try:
            act()
            return
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() >= end:
                raise
        time.sleep(_STEP_S)
