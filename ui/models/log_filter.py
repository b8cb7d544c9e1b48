"""What of the log is shown: text in any column or in one, kinds, sessions and severities."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.batch import EventBatch

COLUMNS = ("Time", "Session", "Kind", "Severity", "Tag", "Value", "Unit", "Quality", "Detail")
TIME, SESSION, KIND, SEVERITY, TAG, VALUE, UNIT, QUALITY, DETAIL = range(9)
_NAMES = {name.lower(): column for column, name in enumerate(COLUMNS)}

#: What can be in a time or in a number: nothing else has to be looked for in them.
_IN_TIMES = frozenset("0123456789-:. ")
_IN_NUMBERS = frozenset("0123456789+-.e")

#: A column's name with a colon, or not; then text in quotes, or without a blank.
_WORD = re.compile(r'(?:(?P<column>\w+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))')


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Everything is shown where nothing is asked. ``text``: words that all have to be somewhere in the row, in any
    column, whatever their case; ``*`` stands for any characters, ``?`` for one. ``tag:level`` looks in one column,
    ``tag:=level`` is all of its cell, ``detail:"two words"`` keeps blanks. ``kinds`` and ``severities`` are compared
    with the words of the columns, ``sessions`` are ids ("" = actions that belong to none)."""

    text: str = ""
    kinds: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        return not (self.text.strip() or self.kinds or self.sessions or self.severities)


def column_word(column: int, text: str) -> str:
    """The word that finds just the cells of a column that read ``text``."""
    whole = "=" + text.replace('"', "?")
    return f"{COLUMNS[column].lower()}:{f'{chr(34)}{whole}{chr(34)}' if ' ' in whole else whole}"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a filter's text; ``column`` -1 = any."""

    column: int
    text: str
    search: Callable[[str], object]

    def may_be_in(self, column: int) -> bool:
        return self.column in (-1, column)


def words_of(text: str) -> list[Word]:
    words: list[Word] = []
    for found in _WORD.finditer(text.lower()):
        column = _NAMES.get(found["column"] or "", -1)
        wanted = found["quoted"] if found["quoted"] is not None else found["plain"]
        if found["plain"] and wanted.endswith(":") and wanted[:-1] in _NAMES:
            continue  # somebody is about to write what to look for
        if found["column"] and column < 0:  # a colon of its own, as times have
            wanted = f"{found['column']}:{wanted}"
        if wanted:
            words.append(_word(column, wanted))
    return words


def _word(column: int, wanted: str) -> Word:
    whole = column >= 0 and len(wanted) > 1 and wanted.startswith("=")
    pattern = _pattern(wanted[1:] if whole else wanted)
    return Word(column, wanted, pattern.fullmatch if whole else pattern.search)


@dataclass(frozen=True, slots=True)
class Cells:
    """How the log writes what it shows: each function gives a cell's text."""

    session: Callable[[str], str]
    tag: Callable[[str, int], str]
    unit: Callable[[str, int], str]
    kind: Callable[[int], str]
    severity: Callable[[EventBatch, int], str]
    quality: Callable[[int], str]
    time: Callable[[int], str]
    value: Callable[[str, EventBatch, int], str]
    detail: Callable[[EventBatch, int], str]


@dataclass(slots=True)
class Matcher:
    """Says which rows pass a filter. What depends on a session, an item, a kind or a quality is looked up once; only
    what may be in a value, a time or a detail is written out for each event."""

    wanted: LogFilter
    cells: Cells
    _words: list[Word] = field(init=False)
    _all: int = field(init=False)
    _in_times: int = field(init=False)
    _in_numbers: int = field(init=False)
    _in_values: int = field(init=False)
    _time: tuple[int, int] = field(init=False, default=(-1, 0))
    _keys: dict[tuple[str, int], int] = field(init=False, default_factory=dict[tuple[str, int], int])
    _classes: dict[tuple[int, int], tuple[bool, int]] = field(
        init=False, default_factory=dict[tuple[int, int], tuple[bool, int]]
    )

    def __post_init__(self) -> None:
        self._words = words_of(self.wanted.text)
        self._all = (1 << len(self._words)) - 1
        self._in_values = self._bits(lambda word: word.may_be_in(VALUE))
        self._in_times = self._bits(lambda word: word.may_be_in(TIME) and _may_be_in(word.text, _IN_TIMES))
        self._in_numbers = self._bits(lambda word: word.may_be_in(VALUE) and _may_be_in(word.text, _IN_NUMBERS))

    def _bits(self, test: Callable[[Word], bool]) -> int:
        return sum(1 << number for number, word in enumerate(self._words) if test(word))

    def passes(self, session_id: str, kind: str, severity: str, texts: Sequence[tuple[int, str]]) -> bool:
        """Whether a row that is no event passes, by the (column, text) of its cells."""
        wanted = self.wanted
        if wanted.sessions and session_id not in wanted.sessions:
            return False
        if (wanted.kinds and kind not in wanted.kinds) or (wanted.severities and severity not in wanted.severities):
            return False
        own = ((SESSION, self.cells.session(session_id)), (KIND, kind), (SEVERITY, severity))
        return self._found((*own, *texts)) == self._all

    def indices(self, session_id: str, batch: EventBatch) -> list[int]:
        """The events of a batch that pass."""
        wanted = self.wanted
        if wanted.sessions and session_id not in wanted.sessions:
            return []
        if not (wanted.kinds or wanted.severities):
            of_key = {key: self._of_key(session_id, key) for key in set(batch.keys)}
            if all(found == self._all for found in of_key.values()):
                return list(range(len(batch)))
        return [index for index in range(len(batch)) if self._event_passes(session_id, batch, index)]

    def forget(self) -> None:
        """What is known of tags has changed."""
        self._keys.clear()

    def _event_passes(self, session_id: str, batch: EventBatch, index: int) -> bool:
        passes, found = self._of_class(batch, index)
        if not passes:
            return False
        missing = self._all & ~(found | self._of_key(session_id, batch.keys[index]))
        return not missing or self._in_event(session_id, batch, index, missing)

    def _of_key(self, session_id: str, key: int) -> int:
        found = self._keys.get((session_id, key))
        if found is None:
            cells = self.cells
            texts = (
                (SESSION, cells.session(session_id)),
                (TAG, cells.tag(session_id, key)),
                (UNIT, cells.unit(session_id, key)),
            )
            found = self._keys[session_id, key] = self._found(texts)
        return found

    def _of_class(self, batch: EventBatch, index: int) -> tuple[bool, int]:
        """Whether kind and severity are wanted, and the words that are in them or in the quality."""
        kind, quality = batch.kinds[index] if batch.kinds else 0, batch.qualities[index]
        if kind > 1:  # how a completion ended is in its details
            return self._looked_at(kind, self.cells.severity(batch, index), "")
        found = self._classes.get((kind, quality))
        if found is None:
            texts = self.cells.severity(batch, index), self.cells.quality(quality)
            found = self._classes[kind, quality] = self._looked_at(kind, *texts)
        return found

    def _looked_at(self, kind: int, severity: str, quality: str) -> tuple[bool, int]:
        wanted, words = self.wanted, self.cells.kind(kind)
        passes = (not wanted.kinds or words in wanted.kinds) and (
            not wanted.severities or severity in wanted.severities
        )
        return passes, self._found(((KIND, words), (SEVERITY, severity), (QUALITY, quality)))

    def _in_event(self, session_id: str, batch: EventBatch, index: int, missing: int) -> bool:
        if batch.details and index in batch.details:
            missing &= ~self._found(((DETAIL, self.cells.detail(batch, index)),))
        if missing & ~(self._in_times | self._in_values):
            return False
        value = batch.values[index]
        if missing & ~(self._in_times | self._in_numbers) and isinstance(value, float) and math.isfinite(value):
            return False  # neither a time nor a number has such letters
        if missing & self._in_values:
            missing &= ~self._found(((VALUE, self.cells.value(session_id, batch, index)),))
        if missing & ~self._in_times:
            return False
        return not missing or not missing & ~self._of_time(batch.worker_times[index])

    def _of_time(self, ns: int) -> int:
        """Of the many events of one millisecond only the first is written out."""
        if ns // 1_000_000 != self._time[0]:
            self._time = ns // 1_000_000, self._found(((TIME, self.cells.time(ns)),))
        return self._time[1]

    def _found(self, cells: Iterable[tuple[int, str]]) -> int:
        """The words, as bits, that are in one of these cells."""
        found = 0
        for column, text in cells:
            bit = 1
            for word in self._words:
                if word.column in (-1, column) and word.search(text) is not None:
                    found |= bit
                bit <<= 1
        return found


def _pattern(word: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", word))
    return re.compile("".join(parts), re.IGNORECASE)


def _may_be_in(word: str, letters: frozenset[str]) -> bool:
    return all(letter in letters or letter in "*?=" for letter in word)
