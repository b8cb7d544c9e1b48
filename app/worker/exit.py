"""The codes with which a worker's process ends."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    OK = 0
    UNEXPECTED = 1
    BAD_ARGUMENTS = 2
    PROTOCOL_VERSION = 3
    MISSING_NONCE = 4
    BACKEND_FAILED = 5
