"""Values of tags at one moment, in a file: to be compared with later, and to be written back. JSON, exact."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from app import files
from app.records import exact
from app.values import Value

SUFFIX = ".tagvalues"
_KIND, _VERSION = "values", 1
_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptValue:
    """``source`` is the session's name, ``time_ns`` the source's time of the value."""

    source: str
    tag: str
    value: Value
    quality: int
    time_ns: int


def save(path: Path, taken_ns: int, values: Sequence[KeptValue]) -> None:
    """Whole or not at all. OSError where it cannot be written."""
    rows = [[one.source, one.tag, exact.to_json(one.value), one.quality, one.time_ns] for one in values]
    content = {"tagwatch": _KIND, "version": _VERSION, "taken_ns": taken_ns, "values": rows}
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump(content, file, allow_nan=False)
            file.flush()
            os.fsync(file.fileno())
        files.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def load(path: Path) -> tuple[int, list[KeptValue]]:
    """When they were taken, and the values. ValueError where the file is none of :func:`save`, OSError where it cannot
    be read."""
    if path.stat().st_size > _LIMIT:
        raise ValueError(f"{path} is too large for a file of values")
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        ours = content["tagwatch"] == _KIND
        version = int(content["version"])
        rows = cast("list[list[Any]]", content["values"])
        if ours and version <= _VERSION:
            return int(content["taken_ns"]), [_value(*row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is no file of values of Tagwatch ({type(error).__name__})") from error
    if not ours:
        raise ValueError(f"{path} is no file of values of Tagwatch")
    raise ValueError(f"{path} was written by a newer Tagwatch (version {version}): use that one")


def _value(source: str, tag: str, value: Any, quality: int, time_ns: int) -> KeptValue:
    return KeptValue(str(source), str(tag), exact.from_json(value), int(quality), int(time_ns))
