"""Reads the recorder's store and the journal of events from end to end, and names what is damaged. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.records.database import DamagedError, StoreError
from app.records.journal_file import JournalFile, files_in_order
from app.records.journal_read import PAGE
from app.records.reading import SegmentReader
from app.records.segment import files
from app.values import iso_utc

Progress = Callable[[int], object]
#: So many problems of one file are told; the others are counted.
TOLD = 20


@dataclass(slots=True)
class FileVerdict:
    """What reading a file has shown: how many samples or rows, and in a sentence each what is damaged. ``unread`` says
    why it could not be read at all, which need be no damage."""

    path: Path
    count: int = 0
    problems: list[str] = field(default_factory=list[str])
    more: int = 0  # problems that are not told
    unread: str = ""

    @property
    def whole(self) -> bool:
        return not self.problems and not self.unread

    def add(self, words: str) -> None:
        if len(self.problems) < TOLD:
            self.problems.append(words)
        else:
            self.more += 1


def _silent(bytes_: int) -> None:
    pass


def segments(folder: Path, progress: Progress = _silent) -> Iterator[FileVerdict]:
    """A verdict for each file of the recorder's store: SQLite's own check, then every block by its sum, its bytes and
    what stands beside them, then what is not in blocks yet. ``progress`` is told how many bytes more are read. A
    recorder may go on writing meanwhile; a file that is too old and goes is left out."""
    for path in files(folder):
        verdict = FileVerdict(path)
        try:
            size = path.stat().st_size
            with SegmentReader(path) as file:
                _segment(file, verdict, size, progress)
        except FileNotFoundError:
            continue
        except DamagedError as error:
            verdict.add(str(error))
        except (StoreError, OSError) as error:
            verdict.unread = str(error)
        yield verdict


def _segment(file: SegmentReader, verdict: FileVerdict, size: int, progress: Progress) -> None:
    for words in file.damage():
        verdict.add(words)
    blocks = file.every_block()
    told = 0
    for number, (row, tag, first_ns, last_ns, count) in enumerate(blocks, 1):
        try:
            times = file.block(row).times
        except DamagedError as error:
            verdict.add(f"{error} ({tag}, {count:,} samples from {iso_utc(first_ns)} to {iso_utc(last_ns)})")
        else:
            if tag and (len(times), *times[:1].tolist(), *times[-1:].tolist()) == (count, first_ns, last_ns):
                verdict.count += count
            else:
                verdict.add(f"{file.path.name} is damaged: block {row} ({tag}) is not what its row says")
        progress(size * number // len(blocks) - told)
        told = size * number // len(blocks)
    for row, count in file.every_arrival():
        try:
            found = len(file.arrival(row))
        except DamagedError as error:
            verdict.add(str(error))
        else:
            if found == count:
                verdict.count += count
            else:
                verdict.add(f"{file.path.name} is damaged: arrival {row} is not what its row says")
    progress(size - told)


def set_aside(folder: Path) -> list[str]:
    """The names of files that were found damaged, and are not read any more."""
    return sorted(path.name for path in folder.glob("*.damaged*") if path.suffix.startswith(".damaged"))


def journals(folder: Path, progress: Progress = _silent) -> Iterator[FileVerdict]:
    """A verdict for each file of the journal: SQLite's own check, then row by row."""
    for path in files_in_order(folder):
        verdict = FileVerdict(path)
        try:
            with JournalFile(path) as file:
                size = path.stat().st_size
                file.check()
                for rows in file.every(PAGE):
                    verdict.count += len(rows)
                    for row in rows:
                        if row.more and not row.details:
                            verdict.add(f"{path.name} is damaged: row {row.number:,} is not what it should be")
        except FileNotFoundError:
            continue
        except DamagedError as error:
            verdict.add(str(error))
        except (StoreError, OSError) as error:
            verdict.unread = f"{path.name}: {getattr(error, 'strerror', '') or error}"
        else:
            progress(size)
        yield verdict
