"""What of the log is shown: text in any column or in one, kinds, sessions and severities."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.batch import NO_DETAIL, Detail, EventBatch
from ui.i18n import noop, tr
from ui.models.log_texts import lines_with, plain_numbers

COLUMNS = (
    noop("Time"),
    noop("Session"),
    noop("Kind"),
    noop("Severity"),
    noop("Tag"),
    noop("Value"),
    noop("Unit"),
    noop("Quality"),
    noop("Detail"),
)
TIME, SESSION, KIND, SEVERITY, TAG, VALUE, UNIT, QUALITY, DETAIL = range(9)
_NAMES = {name.lower(): column for column, name in enumerate(COLUMNS)}

#: What can be in a time or in a number: nothing else has to be looked for in them.
_IN_TIMES = frozenset("0123456789-:. ")
_IN_NUMBERS = frozenset("0123456789+-.e")

#: A column's name with a colon, or not; then text in quotes, or without a blank.
_TIMES = 200_000
_WORD = re.compile(r'(?:(?P<column>\w+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))')


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Everything is shown where nothing is asked. ``text``: words that all have to be somewhere in the row, in any
    column, whatever their case; ``*`` stands for any characters, ``?`` for one. ``tag:level`` looks in one column,
    ``tag:=level`` is all of its cell, ``detail:"two words"`` keeps blanks. ``kinds`` and ``severities`` are compared
    with the English words of the columns, whatever is shown, ``sessions`` are ids ("" = actions that belong to
    none)."""

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
    return f"{tr(COLUMNS[column]).lower()}:{f'{chr(34)}{whole}{chr(34)}' if ' ' in whole else whole}"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a filter's text; ``column`` -1 = any."""

    column: int
    text: str
    search: Callable[[str], object]
    in_lines: re.Pattern[str]  # the same for many cells in lower case, a line each

    def may_be_in(self, column: int) -> bool:
        return self.column in (-1, column)


def words_of(text: str) -> list[Word]:
    """Columns go by their names in English and in the language of the window."""
    names = _NAMES | {tr(name).lower(): column for column, name in enumerate(COLUMNS)}
    words: list[Word] = []
    for found in _WORD.finditer(text.lower()):
        column = names.get(found["column"] or "", -1)
        wanted = found["quoted"] if found["quoted"] is not None else found["plain"]
        if found["plain"] and wanted.endswith(":") and wanted[:-1] in names:
            continue  # somebody is about to write what to look for
        if found["column"] and column < 0:  # a colon of its own, as times have
            wanted = f"{found['column']}:{wanted}"
        if wanted:
            words.append(_word(column, wanted))
    return words


def _word(column: int, wanted: str) -> Word:
    whole = column >= 0 and len(wanted) > 1 and wanted.startswith("=")
    expression = _expression(wanted[1:] if whole else wanted)
    pattern = re.compile(expression, re.IGNORECASE)
    lines = re.compile(f"^(?:{expression})$" if whole else expression, re.MULTILINE)
    return Word(column, wanted, pattern.fullmatch if whole else pattern.search, lines)


@dataclass(frozen=True, slots=True)
class Cells:
    """How the log writes what it shows: each function gives a cell's text."""

    session: Callable[[str], str]
    tag: Callable[[str, int], str]
    unit: Callable[[str, int], str]
    kind: Callable[[int], str]
    severity: Callable[[int, int, Detail], str]  # of kind, quality and detail
    quality: Callable[[int], str]
    time: Callable[[int], str]
    value: Callable[[str, EventBatch, int], str]
    detail: Callable[[EventBatch, int], str]


@dataclass(frozen=True, slots=True)
class _Keys:
    """Items of a session: those that were looked at, and by word those that have it."""

    seen: set[int]
    having: list[set[int]]


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
    _times: dict[int, int] = field(init=False, default_factory=dict[int, int])  # by millisecond
    _keys: dict[str, _Keys] = field(init=False, default_factory=dict[str, "_Keys"])
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
        own = ((SESSION, self.cells.session(session_id)), (KIND, tr(kind)), (SEVERITY, tr(severity)))
        return self._found((*own, *texts)) == self._all

    def indices(self, session_id: str, batch: EventBatch, values: Callable[[], str]) -> Sequence[int]:
        """The events of a batch that pass. ``values`` gives the texts of its values, a line each in lower case."""
        wanted = self.wanted
        if wanted.sessions and session_id not in wanted.sessions:
            return ()
        if batch.kinds:
            return [index for index in range(len(batch)) if self._event_passes(session_id, batch, index)]
        return self._changes(session_id, batch, values)

    def _changes(self, session_id: str, batch: EventBatch, values: Callable[[], str]) -> Sequence[int]:
        """Of a batch of plain changes: word by word through whole columns, for that costs by the word and not by the
        event."""
        left: Sequence[int] = range(len(batch))
        keys, qualities = batch.keys, batch.qualities
        classes = {quality: self._of_quality(quality) for quality in set(qualities)}
        if not all(passes for passes, _ in classes.values()):
            left = [index for index in left if classes[qualities[index]][0]]
        distinct = set(keys)
        known = self._known(session_id, distinct)
        numbers: bool | None = None
        for number, word in enumerate(self._words):
            bit = 1 << number
            by_key = distinct & known.having[number]
            by_class = {quality for quality, (_, found) in classes.items() if found & bit}
            if not left or len(by_key) == len(distinct) or len(by_class) == len(classes):
                continue
            if numbers is None:
                numbers = plain_numbers(batch)
            lines = self._in_values if not numbers else self._in_numbers
            others = set(lines_with(values(), word.in_lines)) if bit & lines else set[int]()
            if batch.details and word.may_be_in(DETAIL):
                others |= {i for i in batch.details if word.search(self.cells.detail(batch, i)) is not None}
            if bit & self._in_times:
                others |= self._at_times(batch, bit)
            if by_key or by_class:
                left = [i for i in left if keys[i] in by_key or i in others or qualities[i] in by_class]
            else:
                left = [i for i in left if i in others] if others else ()
        return left

    def _at_times(self, batch: EventBatch, bit: int) -> set[int]:
        """Of the many events of one millisecond only one is written out."""
        millis = [ns // 1_000_000 for ns in batch.worker_times]
        found = {milli for milli in set(millis) if self._of_time(milli) & bit}
        return {index for index, milli in enumerate(millis) if milli in found} if found else set()

    def _of_time(self, milli: int) -> int:
        found = self._times.get(milli)
        if found is None:
            if len(self._times) > _TIMES:
                self._times.clear()
            found = self._times[milli] = self._found(((TIME, self.cells.time(milli * 1_000_000)),))
        return found

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
        known = self._known(session_id, {key})
        return sum(1 << number for number, having in enumerate(known.having) if key in having)

    def _known(self, session_id: str, keys: set[int]) -> _Keys:
        """The items that have a word in their session, tag or unit; each is looked at once."""
        known = self._keys.get(session_id)
        if known is None:
            known = self._keys[session_id] = _Keys(set(), [set() for _ in self._words])
        cells = self.cells
        for key in keys - known.seen:
            texts = (
                (SESSION, cells.session(session_id)),
                (TAG, cells.tag(session_id, key)),
                (UNIT, cells.unit(session_id, key)),
            )
            found = self._found(texts)
            known.seen.add(key)
            for number, having in enumerate(known.having):
                if found >> number & 1:
                    having.add(key)
        return known

    def _of_class(self, batch: EventBatch, index: int) -> tuple[bool, int]:
        """Whether kind and severity are wanted, and the words that are in them or in the quality."""
        kind, quality = batch.kinds[index] if batch.kinds else 0, batch.qualities[index]
        if kind > 1:  # how a completion ended is in its details
            return self._looked_at(kind, self.cells.severity(kind, quality, batch.details.get(index, NO_DETAIL)), "")
        return self._of_quality(quality, kind)

    def _of_quality(self, quality: int, kind: int = 0) -> tuple[bool, int]:
        found = self._classes.get((kind, quality))
        if found is None:
            texts = self.cells.severity(kind, quality, NO_DETAIL), self.cells.quality(quality)
            found = self._classes[kind, quality] = self._looked_at(kind, *texts)
        return found

    def _looked_at(self, kind: int, severity: str, quality: str) -> tuple[bool, int]:
        wanted, words = self.wanted, self.cells.kind(kind)
        passes = (not wanted.kinds or words in wanted.kinds) and (
            not wanted.severities or severity in wanted.severities
        )
        return passes, self._found(((KIND, tr(words)), (SEVERITY, tr(severity)), (QUALITY, quality)))

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
        return not missing or not missing & ~self._of_time(batch.worker_times[index] // 1_000_000)

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


def _expression(word: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(part) or re.escape(part) for part in re.split(r"([*?])", word))


def _may_be_in(word: str, letters: frozenset[str]) -> bool:
    return all(letter in letters or letter in "*?=" for letter in word)
