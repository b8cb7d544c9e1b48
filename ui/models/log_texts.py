"""The texts of a batch's values, as the log shows them, for very many rows: made at once and searched at once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from functools import lru_cache
from re import Pattern

from app.batch import EventBatch
from app.values import EventKind, Value
from ui.format import number_text, value_text
from ui.tagbook import TagAbout

Format = Callable[[Value], str]


class Formats:
    """How the values of a session's items are written; :attr:`version` grows when that of one has changed."""

    def __init__(self, about: Callable[[int], TagAbout]) -> None:
        """``about`` tells of an item's key."""
        self._about = about
        self._formats: dict[int, Format] = {}
        self._of: dict[int, tuple[int | None, tuple[str, ...]]] = {}
        self.version = 0

    def of(self, keys: set[int]) -> dict[int, Format]:
        for key in keys.difference(self._formats):
            about = self._about(key)
            self._of[key] = about.decimals, about.enumeration
            self._formats[key] = _format(about)
        return self._formats

    def look_again(self) -> None:
        """Something is told of some items."""
        for key, before in self._of.items():
            about = self._about(key)
            if (about.decimals, about.enumeration) != before:
                self._of.clear()
                self._formats.clear()
                self.version += 1
                return


def joined(batch: EventBatch, formats: Formats) -> str:
    """A line each, in lower case. Each is what ``value_text`` makes of it."""
    keys = set(batch.keys)
    of = formats.of(keys)
    if len(forms := {of[key] for key in keys}) == 1:
        texts = map(forms.pop(), batch.values)
    else:
        texts = (of[key](value) for key, value in zip(batch.keys, batch.values, strict=True))
    if batch.kinds:  # a completion shows no value
        kinds = batch.kinds
        texts = (text if kinds[i] <= EventKind.BUFFERED_DATA_CHANGE else "" for i, text in enumerate(texts))
    return "\n".join(texts).lower()


def _format(about: TagAbout) -> Format:
    if about.enumeration:
        return lambda value: value_text(value, decimals=about.decimals, enumeration=about.enumeration)
    return _of_decimals(about.decimals)


@lru_cache(maxsize=32)
def _of_decimals(decimals: int | None) -> Format:
    """For a plain number the short way, which is a third of the long one."""
    fixed = None if decimals is None else f"%.{min(max(decimals, 0), 15)}f".__mod__

    def shortest(value: Value) -> str:
        if type(value) is not float:
            return value_text(value)
        text = repr(value)
        if text[-1] in "nf":
            return number_text(value)
        return text if len(text) <= 16 else f"{value:.12g}"

    def rounded(value: Value) -> str:
        if type(value) is not float or not math.isfinite(value):
            return value_text(value, decimals=decimals)
        assert fixed is not None
        text = fixed(value)
        return text if len(text) <= 18 and text.strip("-0.") else number_text(value, decimals)

    return shortest if fixed is None else rounded


def plain_numbers(batch: EventBatch) -> bool:
    """Whether each value is a finite number of floating point: then its text has digits, signs, a point and an "e"."""
    values = batch.values
    return isinstance(values, array) and values.typecode == "d" and all(map(math.isfinite, values))


def lines_with(text: str, pattern: Pattern[str]) -> Iterator[int]:
    """The numbers of the lines in which the pattern is found."""
    line = at = 0
    while (found := pattern.search(text, at)) is not None:
        line += text.count("\n", at, found.start())
        yield line
        at = text.find("\n", found.end()) + 1
        if not at:
            return
        line += 1
