"""What a server without a window takes from a workspace file: its sources, and the alarm limits of its tags."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from app.alarms.limits import TagLimits, from_json
from app.api.sources import SECRETS, SavedSource
from app.config import SettingError


@dataclass(frozen=True, slots=True)
class ServedWorkspace:
    """``problems`` are sentences about what was left out."""

    sources: tuple[SavedSource, ...] = ()
    limits: Mapping[tuple[str, str], TagLimits] = field(default_factory=dict[tuple[str, str], TagLimits])
    problems: tuple[str, ...] = ()


def read_workspace(path: Path) -> ServedWorkspace:
    """SettingError where the file is no workspace; a part of it that cannot be read costs itself alone."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingError(f"workspace {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise SettingError(f"workspace {path} is broken: {error}") from error
    if not isinstance(content, dict) or cast("dict[str, Any]", content).get("tagwatch") != "workspace":
        raise SettingError(f"{path} is not a workspace: save one in the window")
    parts = cast("dict[str, Any]", content)
    problems: list[str] = []
    sources = [
        source
        for entry in _entries(parts, "sources", "sources", problems)
        if (source := _source(entry, problems)) is not None
    ]
    limits: dict[tuple[str, str], TagLimits] = {}
    for entry in _entries(parts, "alarms", "limits", problems):
        try:
            limits[str(entry["source"]), str(entry["tag"])] = from_json(entry)
        except (KeyError, ValueError) as error:
            problems.append(f"alarm limits of {entry.get('tag', '?')}: {error}")
    return ServedWorkspace(tuple(sources), limits, tuple(problems))


def _entries(parts: dict[str, Any], part: str, name: str, problems: list[str]) -> list[dict[str, Any]]:
    held = parts.get(part)
    told: object = cast("dict[str, Any]", held).get(name, []) if isinstance(held, dict) else held or []
    if not isinstance(told, list):
        problems.append(f"{part}: a list was expected")
        return []
    listed = cast("list[object]", told)
    return [cast("dict[str, Any]", entry) for entry in listed if isinstance(entry, dict)]


def _source(entry: dict[str, Any], problems: list[str]) -> SavedSource | None:
    name, backend, options = entry.get("name"), entry.get("backend"), entry.get("options", {})
    if not (isinstance(name, str) and name.strip() and isinstance(backend, str) and isinstance(options, dict)):
        problems.append(f"source {str(name)[:40]!r}: it needs a name, a backend and options")
        return None
    given = cast("dict[str, Any]", options)
    kept = {key: value for key, value in given.items() if key not in SECRETS}
    if left_out := sorted(given.keys() - kept.keys()):
        problems.append(f"source {name.strip()!r}: its {left_out[0]} was left out: only a private file has secrets")
    flags = [entry.get(flag, True) is not False for flag in ("restart", "open_at_start")]
    return SavedSource(name.strip(), backend, kept, *flags)
