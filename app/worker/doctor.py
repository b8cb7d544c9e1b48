"""What a worker's process can look at itself, without a gateway."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from app.worker.exit import ExitCode


def run(words: Sequence[str]) -> int:
    """``words``: the backend, and what its probe takes. Returns its exit code."""
    if words[:1] != ["mxaccess"]:
        sys.stderr.write("tagwatch-worker: doctor knows mxaccess alone\n")
        return ExitCode.BAD_ARGUMENTS
    return importlib.import_module("app.backends.mxaccess.probe").main(list(words[1:]))
