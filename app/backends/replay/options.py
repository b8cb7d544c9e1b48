"""The options of a replay, checked before anything is read."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from app.backends.replay.playhead import checked_speed
from app.recordings.layout import Layout
from app.recordings.times import TimeForm, TimeReader, zone_of

#: Recordings that come with the program, by what ``file`` calls them.
SAMPLE = "sample:"
_KNOWN = ("file", "zone", "layout", "speed", "loop", "playing", "position")


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """``layout`` None = guessed; ``zone`` is that of times that do not say theirs; ``position_ns`` None = the start."""

    file: str
    path: Path
    zone: str = ""
    layout: Layout | None = None
    speed: float = 1.0
    loop: bool = False
    playing: bool = True
    position_ns: int | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> ReplayOptions:
        """ValueError names the option that is wrong, and what it may be."""
        for name in options:
            if name not in _KNOWN:
                raise ValueError(f"option {name} is not known to replay; known are {', '.join(_KNOWN)}")
        file = options.get("file")
        if not isinstance(file, str) or not file.strip():
            raise ValueError("option file is missing: the recording to play, .csv or .parquet")
        zone = options.get("zone", "")
        if not isinstance(zone, str):
            raise ValueError(f"option zone is {zone!r}, but must be a name like Europe/Berlin")  # noqa: TRY004
        zone_of(zone)
        speed = options.get("speed", 1.0)
        if isinstance(speed, bool) or not isinstance(speed, int | float):
            raise ValueError(f"option speed is {speed!r}, but must be a number")  # noqa: TRY004
        flags: dict[str, bool] = {}
        for name, usual in (("loop", False), ("playing", True)):
            flag = options.get(name, usual)
            if not isinstance(flag, bool):
                raise ValueError(f"option {name} is {flag!r}, but must be true or false")  # noqa: TRY004
            flags[name] = flag
        return cls(
            file,
            _path(file.strip()),
            zone,
            _layout(options.get("layout")),
            checked_speed(speed),
            flags["loop"],
            flags["playing"],
            _position(options.get("position"), zone),
        )


def _path(file: str) -> Path:
    if not file.startswith(SAMPLE):
        path = Path(file).expanduser()
        if not path.is_file():
            raise ValueError(f"the recording {file} is not there: choose another file")
        return path
    name = file.removeprefix(SAMPLE)
    path = Path(str(importlib.resources.files("resources"))) / "recordings" / f"{name}.csv"
    if not name.replace("-", "").isalnum() or not path.is_file():
        raise ValueError(f"there is no sample {name!r} in this program")
    return path


def _layout(given: object) -> Layout | None:
    if given is None or given == "":
        return None
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise ValueError(f"option layout is no JSON: {error}") from error
    if not isinstance(given, Mapping):
        raise ValueError("option layout must be an object")  # noqa: TRY004 - a user's
    return Layout.of(cast("Mapping[str, Any]", given))


def _position(given: object, zone: str) -> int | None:
    if given is None or given == "":
        return None
    try:
        return TimeReader(TimeForm.YEAR_FIRST, zone)(str(given))
    except ValueError as error:
        raise ValueError(f"option position: {error}; write for example 2026-11-24T15:00:00Z") from error
