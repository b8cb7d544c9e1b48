"""Recordings of others, taken into the recorder's store: trends, statistics and exports find them beside what was
recorded here, under the name of a source."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.recordings.model import Recording, Track
from app.records.database import size_of
from app.records.history import History
from app.records.samples import Samples
from app.records.segment import NAME, Arrivals, SegmentWriter, Turn, create, files
from app.values import NS_PER_S, iso_utc

#: So many samples are made into blocks at once.
_PART = 100_000
_STAMP = re.compile(r"[-:]")
_UNFINISHED = ".unfinished"
#: No import takes a day: what is older was left by one that was killed.
_DEAD_NS = 86_400 * NS_PER_S


class ImportCancelledError(Exception):
    """Nobody wants it any more; nothing of it is kept."""


class AlreadyHeldError(ValueError):
    """The store holds samples of one of its tags in that time: both together would be neither."""


@dataclass(frozen=True, slots=True)
class Imported:
    """``tags`` are (source, tag)."""

    path: Path
    tags: tuple[tuple[str, str], ...]
    samples: int
    bytes: int
    start_ns: int
    end_ns: int


def keep(
    folder: Path,
    recording: Recording,
    source: str,
    now_ns: int,
    on_progress: Callable[[int], object] | None = None,
    cancelled: threading.Event | None = None,
) -> Imported:
    """Write the recording as a file of the store, which appears whole or not at all; a recorder may write beside it.
    Tags that say which source they were recorded from are kept under that, behind ``source``; all others under
    ``source`` itself. What an import brings is kept until somebody deletes its file: no retention is for it. Each tag
    counts as recorded from its first sample to its last. ``on_progress`` is told samples.

    Blocks. AlreadyHeldError, StoreError, OSError, or ImportCancelledError soon after ``cancelled`` is set."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    named = [(_source(source, track), track) for track in recording.tracks.values() if len(track)]
    _refuse_held(History(folder), named)
    path = _free(folder, now_ns)
    part = _unfinished(path)
    done = 0
    try:
        create(part, now_ns)
        writer = SegmentWriter(part)
        try:
            for name, track in named:
                number = writer.tag(name, track.tag)
                for first in range(0, len(track), _PART):
                    if cancelled is not None and cancelled.is_set():
                        raise ImportCancelledError(f"given up after {done:,} samples")
                    stop = min(first + _PART, len(track))
                    writer.add_blocks(number, _samples(track, first, stop))
                    done += stop - first
                    if on_progress is not None:
                        on_progress(done)
                turns = [Turn(number, int(track.times[0]), None), Turn(number, int(track.times[-1]) + 1, "ended")]
                writer.commit(Arrivals.joined([]), now_ns, turns=turns)
            units = {writer.tag(name, track.tag): track.unit for name, track in named if track.unit}
            if units:
                writer.keep_units(units)
            writer.finish(now_ns, "ended")
        finally:
            writer.close()
        size = size_of(part)
        part.replace(path)
    finally:
        for beside in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + beside).unlink(missing_ok=True)
    tags = tuple((name, track.tag) for name, track in named)
    return Imported(path, tags, done, size, recording.start_ns, recording.end_ns)


def _source(source: str, track: Track) -> str:
    return f"{source}: {track.source}" if track.source and track.source != source else source


def _refuse_held(history: History, named: list[tuple[str, Track]]) -> None:
    there = {(one.source, one.tag) for one in history.tags()}
    for source, track in named:
        if (source, track.tag) not in there:
            continue
        first, last = int(track.times[0]), int(track.times[-1])
        if len(found := history.samples(source, track.tag, first, last + 1, 1).samples):
            raise AlreadyHeldError(
                f"the records hold {source}:{track.tag} at {iso_utc(int(found.times[0]))} already: "
                "import it under another name"
            )


def _samples(track: Track, first: int, stop: int) -> Samples:
    """The file's time is the source's; nobody knows when the value was received."""
    times = np.asarray(track.times[first:stop], np.int64)
    return Samples.of(track.column(first, stop), track.qualities[first:stop], times, times)  # type: ignore[arg-type]


def _free(folder: Path, now_ns: int) -> Path:
    """A name behind all others; what an import that was killed has left goes."""
    for left in folder.glob(f"import-*{_UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if now_ns - left.stat().st_mtime_ns > _DEAD_NS:
                left.unlink()
    numbers = [int(found["number"]) for path in files(folder) if (found := NAME.fullmatch(path.name))]
    stamp = _STAMP.sub("", iso_utc(now_ns)[:19]) + "Z"
    number = max(numbers, default=0) + 1
    while (path := folder / f"import-{stamp}-{number:06d}.samples").exists() or _unfinished(path).exists():
        number += 1
    return path


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + _UNFINISHED)
