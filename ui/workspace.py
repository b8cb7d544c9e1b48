"""Workspace files: read with what can be saved of broken ones, written so that no crash leaves half a file."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app import files
from app.records.cells import clean
from ui.i18n import tr
from ui.sources import SECRETS

SUFFIX = ".tagwatch"
VERSION = 1
GENERATIONS = 3
_KIND = "workspace"
_LIMIT = 256 * 1024 * 1024
_DEPTH = 100
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HEADER = ("tagwatch", "version", "saved", "autosave")

Parts = dict[str, dict[str, Any]]
Step = Callable[[dict[str, Any]], dict[str, Any]]

#: Version -> what makes the next one of it.
_STEPS: Mapping[int, Step] = {}


class WorkspaceError(ValueError):
    """A file that cannot be used as a workspace; the text names it, what is wrong and what to do."""


class NewerError(WorkspaceError):
    """It was written by a newer program: nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Of which file an autosave is, and whether the program came to its end in order."""

    path: Path | None
    clean: bool
    saved: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """``read`` is the file that it came from: a generation, where the file itself is broken. ``problems`` are sentences
    about what was left out; ``other`` is what this version does not know and writes back as it was."""

    parts: Parts
    read: Path
    problems: tuple[str, ...] = ()
    other: dict[str, Any] = field(default_factory=dict)
    draft: Draft | None = None
    saved: datetime.datetime | None = None


# ---- reading


def load(path: Path) -> Loaded:
    """The workspace, or the newest generation of it that can be read. WorkspaceError where there is none."""
    try:
        return read(path)
    except NewerError:
        raise
    except WorkspaceError as error:
        if not path.is_file():
            raise
        for generation in generations(path):
            with contextlib.suppress(WorkspaceError):
                loaded = read(generation)
                words = tr("{error} Its earlier generation {name} was taken instead.").format(
                    error=error, name=generation.name
                )
                return replace(loaded, problems=(words, *loaded.problems))
        raise


def read(path: Path, steps: Mapping[int, Step] = _STEPS, newest: int = VERSION) -> Loaded:
    """One file, brought to the version of today."""
    try:
        if path.stat().st_size > _LIMIT:
            raise WorkspaceError(tr("{path} is too large for a workspace.").format(path=path))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise WorkspaceError(tr("{path} is not there.").format(path=path)) from error
    except UnicodeDecodeError as error:
        raise WorkspaceError(tr("{path} is not a workspace: it is no text.").format(path=path)) from error
    except OSError as error:
        raise WorkspaceError(
            tr("{path} cannot be read: {reason}.").format(path=path, reason=error.strerror or error)
        ) from error
    return parse(path, text, steps, newest)


def parse(path: Path, text: str, steps: Mapping[int, Step] = _STEPS, newest: int = VERSION) -> Loaded:
    """A file's text; ``path`` is its name in errors."""
    try:
        content: Any = json.loads(text)
        _check_depth(content)
        if _HALF.search(text):
            content = _whole(content)
    except json.JSONDecodeError as error:
        raise WorkspaceError(
            tr("{path} is broken in line {line}: {reason}.").format(path=path, line=error.lineno, reason=error.msg)
        ) from error
    except (ValueError, RecursionError) as error:
        raise WorkspaceError(tr("{path} is broken: {reason}.").format(path=path, reason=error)) from error
    if not isinstance(content, dict) or content.get("tagwatch") != _KIND:
        raise WorkspaceError(
            tr('{path} is not a workspace: it does not begin with "tagwatch": "workspace".').format(path=path)
        )
    return _loaded(path, _migrated(path, content, steps, newest))


def _check_depth(value: Any, left: int = _DEPTH) -> None:
    """ValueError: what is not read here could not be written again either, and every save would fail."""
    if not left:
        raise ValueError(tr("it is nested more than {count} levels deep").format(count=_DEPTH))
    if isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            if isinstance(entry, dict | list):
                _check_depth(entry, left - 1)


def _whole(value: Any) -> Any:
    """Halves of surrogate pairs become the replacement character: with one of them among its tags no command could be
    sent to a source."""
    match value:
        case str():
            return clean(value)
        case list():
            return [_whole(entry) for entry in value]
        case dict():
            return {clean(name): _whole(entry) for name, entry in value.items()}
        case _:
            return value


def _migrated(path: Path, content: dict[str, Any], steps: Mapping[int, Step], newest: int) -> dict[str, Any]:
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise WorkspaceError(
            tr("{path} has the version {version}, which no Tagwatch has written.").format(
                path=path, version=repr(version)
            )
        )
    if version > newest:
        raise NewerError(
            tr(
                "{path} was written by a newer Tagwatch (version {version} of the file, this one knows {newest}): "
                "open it with that one."
            ).format(path=path, version=version, newest=newest)
        )
    try:
        for number in range(version, newest):
            content = {**steps[number](content), "version": number + 1}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WorkspaceError(
            tr("{path} cannot be brought from version {version} to {newest}: {reason}.").format(
                path=path, version=version, newest=newest, reason=repr(error)
            )
        ) from error
    return content


def _loaded(path: Path, content: dict[str, Any]) -> Loaded:
    parts: Parts = {}
    problems: list[str] = []
    other: dict[str, Any] = {}
    for name, state in content.items():
        if name in _HEADER:
            continue
        if isinstance(state, dict):
            parts[name] = state
        else:
            other[name] = state
            problems.append(tr("{path}: {name} is no object and was left out.").format(path=path.name, name=name))
    return Loaded(parts, path, tuple(problems), other, _draft(content.get("autosave")), _time(content.get("saved")))


def _draft(entry: Any) -> Draft | None:
    if not isinstance(entry, dict):
        return None
    path = entry.get("path")
    return Draft(
        Path(path) if isinstance(path, str) and path else None, entry.get("clean") is True, _time(entry.get("of"))
    )


def _time(text: Any) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


# ---- writing


def text_of(parts: Mapping[str, Any], now: datetime.datetime, draft: Draft | None = None) -> str:
    """The file's text. What JSON cannot say is said as text, and no secret is in it, whoever put one there."""
    content: dict[str, Any] = {"tagwatch": _KIND, "version": VERSION, "saved": now.isoformat(timespec="seconds")}
    if draft is not None:
        content["autosave"] = {
            "path": "" if draft.path is None else str(draft.path),
            "clean": draft.clean,
            "of": "" if draft.saved is None else draft.saved.isoformat(),
        }
    content |= {name: state for name, state in plain(parts).items() if name not in _HEADER}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """As JSON has it: names are texts, numbers are finite, secrets are left out."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): plain(entry) for key, entry in value.items() if str(key).casefold() not in SECRETS}
        case list() | tuple() | set() | frozenset():
            return [plain(entry) for entry in value]
        case _:
            return str(value)


def digest(parts: Mapping[str, Any]) -> str:
    """Equal for equal contents."""
    text = json.dumps(plain(parts), sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def save(path: Path, text: str) -> Path | None:
    """Write ``text`` and keep what was there as a generation; the path is whole at every moment, old or new.

    Equal contents cost no generation. A file that is broken, or none of ours, is put aside under a name of its own,
    which is returned. WorkspaceError says why nothing was written; the file is then as it was.
    """
    path = path.resolve()  # a link stays a link
    aside: Path | None = None

    def keep() -> None:
        nonlocal aside
        aside = put_aside(path)
        if aside is None and path.exists() and not _same(path, text):
            _rotate(path)

    write(path, text, keep)
    return aside


def write(path: Path, text: str, keep: Callable[[], None] = lambda: None) -> None:
    """Replace the file at once; ``keep`` is called when all of the text is on the disk. WorkspaceError as for
    :func:`save`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _written(path, text)
        try:
            keep()
            files.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
    except OSError as error:
        raise WorkspaceError(
            tr("{path} could not be written: {reason}. Save it under another name.").format(
                path=path, reason=error.strerror or error
            )
        ) from error


def generations(path: Path) -> list[Path]:
    """Those that there are, the newest first."""
    names = [path.with_name(f"{path.name}.{number}") for number in range(1, GENERATIONS + 1)]
    return [name for name in names if name.is_file()]


def _written(path: Path, text: str) -> Path:
    """A temporary file beside ``path`` with all of the text on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _rotate(path: Path) -> None:
    """``.2`` becomes ``.3``, ``.1`` becomes ``.2``, and what the path holds becomes ``.1`` and stays in its place."""
    names = [path.with_name(f"{path.name}.{number}") for number in range(1, GENERATIONS + 1)]
    for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
        if newer.exists():
            files.replace(newer, older)
    copy = path.with_name(f".{path.name}.copy")
    copy.unlink(missing_ok=True)
    try:
        copy.hardlink_to(path)
    except OSError:  # not every file system has links
        shutil.copy2(path, copy)
    files.replace(copy, names[0])


def supersede(path: Path, newer: Path) -> None:
    """``newer`` becomes ``path``; what was there becomes its first generation."""
    if path.exists():
        _rotate(path)
    files.replace(newer, path)


def drop(path: Path) -> None:
    """Remove it; its first generation takes its place, and so on."""
    files.remove(path)
    place = path
    for generation in generations(path):
        files.replace(generation, place)
        place = generation


def put_aside(path: Path) -> Path | None:
    """Keep a copy of a file that cannot be read as a workspace: it would push the good generations out. Its name, or
    None where it can be read, or is none."""
    if not path.is_file():
        return None
    try:
        read(path)
    except WorkspaceError:
        names = (path.with_name(f"{path.name}.broken{number or ''}") for number in range(1000))
        kept = next(name for name in names if not name.exists())
        shutil.copy2(path, kept)
        return kept
    return None


def _same(path: Path, text: str) -> bool:
    """Whether they differ in nothing but when they were saved."""
    try:
        return _bare(json.loads(path.read_text(encoding="utf-8-sig"))) == _bare(json.loads(text))
    except (OSError, ValueError, RecursionError):
        return False


def _bare(content: Any) -> Any:
    return {name: state for name, state in content.items() if name != "saved"} if isinstance(content, dict) else content


def _sync_directory(directory: Path) -> None:
    """The new name is on the disk too, where the system has a way to ask for that."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
