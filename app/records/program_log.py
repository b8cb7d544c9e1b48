"""The newest lines of the program's own log, kept in memory for whoever has to help."""

from __future__ import annotations

import itertools
import logging
import re
import traceback
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

_LINES = 2000
_LONGEST = 2000
_FRAME = re.compile(r'^\s*File "(?:.*[/\\])?(?P<file>[^"/\\]+)", (?P<rest>line \d+, in .+)$')
_ERROR = re.compile(r"^(?P<name>[A-Za-z_][\w.]*(?:Error|Exception|Warning|Group|Interrupt|Exit|Fault)[\w.]*)(?::.*)?$")


@dataclass(frozen=True, slots=True)
class LogLine:
    number: int  # counts from 1
    time_ns: int
    level: int
    logger: str
    words: str
    template: str  # the words without what differs each time

    @property
    def level_name(self) -> str:
        return logging.getLevelName(self.level).lower()


@dataclass(frozen=True, slots=True)
class ProgramLogStatistics:
    lines: int
    kept: int
    warnings: int
    errors: int


class ProgramLog(logging.Handler):
    """A handler; bounded: the oldest lines go. Records come from any thread, and nobody is called back."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._numbers = itertools.count(1)
        self._lines: deque[LogLine] = deque(maxlen=_LINES)
        self._count = self._warnings = self._errors = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            words = record.getMessage()
        except Exception:  # a record whose arguments do not fit must not end who logs it
            words = str(record.msg)
        if record.exc_info and record.exc_info[0] is not None:
            words += "\n" + safe_traceback("".join(traceback.format_exception(*record.exc_info)))
        time_ns = round(record.created * 1e9)
        number = self._count = next(self._numbers)
        self._warnings += record.levelno == logging.WARNING
        self._errors += record.levelno > logging.WARNING
        template = f"{record.name}: {record.msg}"[:200]
        self._lines.append(LogLine(number, time_ns, record.levelno, record.name, words[:_LONGEST], template))

    def lines(self, after: int = 0) -> list[LogLine]:
        """Those that are kept, from after the line of this number on."""
        return [line for line in list(self._lines) if line.number > after]

    def statistics(self) -> ProgramLogStatistics:
        return ProgramLogStatistics(self._count, len(self._lines), self._warnings, self._errors)


def safe_traceback(text: str) -> str:
    """Where it happened and of what kind it was. What an error says, and the lines of code, may hold values of tags:
    they are left out."""
    return "\n".join(_safe_lines(text.splitlines()))


def _safe_lines(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if line.startswith(("Traceback (most recent", "During handling of", "The above exception")):
            yield line
        elif match := _FRAME.match(line):
            yield f"  {match['file']}, {match['rest']}"
        elif match := _ERROR.match(line.strip()):
            yield match["name"]
