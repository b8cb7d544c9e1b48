"""``tagwatch verify``: is everything that was recorded as it was written?"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from app import config
from app.errors import GatewayError

if TYPE_CHECKING:
    from app.records.verify import FileVerdict

_EXIT_CODES = """exit codes:
  0 all is as it was written      2 bad arguments
  1 something is damaged          6 something could not be read
"""
_DONE, _DAMAGED, _FAILED = 0, 1, 6
Tell = Callable[[int], object]


def add_parser(commands: Any) -> None:
    """``commands`` is what ``add_subparsers`` gave."""
    line = commands.add_parser(
        "verify",
        help="look for damage in all that was recorded",
        description="Read the recorder's files block by block, the journal of events row by row and the chain of "
        "the audit store record by record, and name what is not as it was written. Nothing is changed, and a window "
        "may go on recording meanwhile.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    line.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, help="Tagwatch's folder, or a copy; without it, this user's"
    )
    line.add_argument("--quiet", action="store_true", help="no progress, and a line for damage alone")


def run(arguments: argparse.Namespace) -> int:
    """The exit code."""
    # Loads numpy, which other commands start without.
    from app.records import verify  # noqa: PLC0415
    from app.records.journal_file import files_in_order  # noqa: PLC0415
    from app.records.segment import files  # noqa: PLC0415

    folder: Path = arguments.folder or config.directory()
    if not folder.is_dir():
        sys.stderr.write(f"tagwatch: there is no folder {folder}: name the one with “records” and “journal” in it\n")
        return _FAILED
    samples, events = folder / "records", folder / "journal"
    told = _Told(quiet=arguments.quiet)
    told.files("samples", files(samples), lambda tell: verify.segments(samples, tell))
    told.set_aside("samples", verify.set_aside(samples))
    told.files("events", files_in_order(events), lambda tell: verify.journals(events, tell))
    told.set_aside("events", verify.set_aside(events))
    told.writes(folder / "audit.sqlite")
    return told.code


class _Told:
    """What is printed, and the exit code of it all: damage before what could not be read."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self.code = _DONE

    def files(self, words: str, paths: list[Path], read: Callable[[Tell], Iterator[FileVerdict]]) -> None:
        count = number = whole = 0
        with self._bar(words, sum(map(_size, paths)), "B") as tell:
            for verdict in read(tell):
                count += verdict.count
                number += 1
                whole += verdict.whole
                for problem in verdict.problems:
                    self._bad(problem, _DAMAGED)
                if verdict.more:
                    self._bad(f"{verdict.path.name}: {verdict.more:,} more of it", _DAMAGED)
                if verdict.unread:
                    self._bad(verdict.unread, _FAILED)
        self._good(f"{words}: {count:,} in {number:,} files, {whole:,} of them whole")

    def set_aside(self, words: str, names: list[str]) -> None:
        for name in names:
            self._good(f"{words}: {name} was found damaged earlier, and is set aside")

    def writes(self, path: Path) -> None:
        from app.records.audit_file import AuditDamagedError, AuditFile  # noqa: PLC0415

        if not path.is_file():
            self._good("writes: none are recorded")
            return
        try:
            store = AuditFile(path, read_only=True)
            try:
                head = store.head().number
                with self._bar("writes", head, " records") as tell:
                    read = 0

                    def step(count: int) -> None:
                        nonlocal read
                        tell(count - read)
                        read = count

                    verdict = store.verify(told=step)
            finally:
                store.close()
        except GatewayError as error:
            self._bad(error.fault.message, _DAMAGED if isinstance(error, AuditDamagedError) else _FAILED)
            return
        if verdict.problem:
            self._bad(f"{path.name} is damaged: {verdict.problem}", _DAMAGED)
        else:
            self._good(f"writes: {verdict.records:,} records, all as they were written")

    def _good(self, words: str) -> None:
        if not self._quiet:
            sys.stdout.write(f"{words}\n")

    def _bad(self, words: str, code: int) -> None:
        tqdm.write(f"tagwatch: {words}", file=sys.stderr)
        self.code = code if self.code == _DONE else _DAMAGED if _DAMAGED in (code, self.code) else _FAILED

    @contextlib.contextmanager
    def _bar(self, words: str, total: int, unit: str) -> Generator[Tell]:
        """On standard error, where that is a terminal."""
        off = True if self._quiet else None
        with tqdm(
            total=total, desc=words, unit=unit, unit_scale=True, file=sys.stderr, disable=off, leave=False
        ) as bar:
            yield bar.update


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0
