"""Values as text and as JSON, for the command line and for files: exact, without a locale."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

from app.values import NO_TIME, NS_PER_S, Duration, Timestamp, Value, iso_utc

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)

#: Between the name of a session at another Tagwatch and its source, where that is a recording.
REMOTE_REPLAY = ", replay: "


def is_replay(backend: str, source: str) -> bool:
    """Whether a session with these words about its source plays a recording, here or at another Tagwatch."""
    return backend == "replay" or (backend == "gateway" and REMOTE_REPLAY in source)


def plain(value: Value) -> str:
    """One line of text: integers exact, floats with as many digits as tell them apart, text in quotes inside arrays."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}" if float(f"{value:.15g}") == value else repr(value)
        case str():
            return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
        case bytes():
            return "0x" + value.hex()
        case tuple():
            return "[" + ", ".join(f'"{plain(v)}"' if isinstance(v, str) else plain(v) for v in value) + "]"
        case _:
            return str(value)


def jsonable(value: Value) -> Any:
    """What :mod:`json` can write: NaN and infinities as text (JSON has none), bytes as hexadecimal, times and durations
    as ISO 8601."""
    match value:
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case bytes():
            return value.hex()
        case Timestamp():
            return iso_utc(value.ns)
        case Duration():
            return iso_duration(value.ns)
        case tuple():
            return [jsonable(v) for v in value]
        case _:
            return value


def iso_duration(ns: int) -> str:
    """ISO 8601 duration in seconds, exact: ``PT1.5S``, ``-PT0.000000001S``."""
    seconds, nanos = divmod(abs(ns), NS_PER_S)
    fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
    return f"{'-' if ns < 0 else ''}PT{seconds}{fraction}S"


def ns_of_iso(text: str) -> int:
    """What :func:`app.values.iso_utc` wrote, for the years 1 to 9999; ValueError for anything else."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no time as 2026-01-31T13:45:00.000Z")
    since = datetime.datetime.fromisoformat(found[1]).replace(tzinfo=datetime.UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * NS_PER_S + int((found[2] or "").ljust(9, "0"))


def iso_or_none(ns: int) -> str | None:
    return None if ns == NO_TIME else iso_utc(ns)


def offset_text(ns: int) -> str:
    """A clock's difference: "3.2 s ahead", "4 min behind"."""
    seconds = abs(ns) / NS_PER_S
    amount = f"{seconds:.1f} s"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            amount = f"{seconds // size:.0f} {unit}"
            break
    return f"{amount} {'ahead' if ns > 0 else 'behind'}"
