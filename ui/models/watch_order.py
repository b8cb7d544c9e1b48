"""Which rows of a watch list are shown, and in which order: looked through in slices, so that the window goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from re import IGNORECASE, compile
from typing import Any

import numpy as np

from ui.models import watch_cells
from ui.models.watch_cells import DESCRIPTION, SESSION, TAG, UNIT, Cells, Worth
from ui.models.watch_rows import Kind, Row
from ui.tagbook import TagAbout

#: Rows that are looked through at once: a few milliseconds.
SLICE = 500
_MANY = 2_000

#: What was known of a row's tag, and whether its texts fitted the filter then.
Known = dict[Row, tuple[TagAbout, bool]]
#: The keys of the filter by quality.
QUALITIES = ("good", "uncertain", "bad", "none")


@dataclass(frozen=True, slots=True)
class WatchFilter:
    """``qualities`` empty = all; ``changed`` = only what differs from the snapshot."""

    text: str = ""
    qualities: frozenset[str] = frozenset()
    changed: bool = False

    @property
    def empty(self) -> bool:
        return not self.text and not self.qualities and not self.changed

    @property
    def is_live(self) -> bool:
        """Whether what passes changes with the values."""
        return bool(self.qualities) or self.changed

    def matcher(self, cells: Cells, known: Known) -> Callable[[Row], bool]:
        """Every word in one of tag, unit, session and description; * and ? as usual. ``known``: whose texts have been
        looked at already, with what was known of the tag then: they seldom change, and values do."""
        words = [_word(word) for word in self.text.split()]

        def fits(row: Row) -> bool:
            texts = [cells.text(row, column) for column in (TAG, UNIT, SESSION, DESCRIPTION)]
            return all(any(has(text) for text in texts) for has in words)

        def passes(row: Row) -> bool:
            if words:
                about = cells.about(row)
                before = known.get(row)
                if before is None or before[0] is not about:
                    before = known[row] = about, fits(row)
                if not before[1]:
                    return False
            if row.line.kind is Kind.COMMENT and self.is_live:
                return False
            if self.qualities and quality_key(cells.worth(row)) not in self.qualities:
                return False
            if self.changed:
                found = cells.difference(row)
                return found is not None and found.changed
            return True

        return passes


def quality_key(worth: Worth) -> str:
    """What is not live is bad here: the filter looks for trouble."""
    return "bad" if worth is Worth.STALE else worth.value


def _word(word: str) -> Callable[[str], object]:
    if "*" in word or "?" in word:
        # Brackets belong to the addresses of arrays.
        return compile(translate(f"*{word.replace('[', '[[]')}*"), IGNORECASE).match
    wanted = word.casefold()
    return lambda text: wanted in text.casefold()


@dataclass(frozen=True, slots=True)
class Order:
    """``column`` None = the list's own order."""

    column: int | None = None
    descending: bool = False

    @property
    def is_live(self) -> bool:
        return self.column in watch_cells.LIVE


class Arranging:
    """One pass over the rows: :meth:`look`, then :meth:`sort`, each until it is done as it says, then :meth:`rows`."""

    def __init__(self, rows: Sequence[Row], cells: Cells, wanted: WatchFilter, order: Order, known: Known) -> None:
        self._rows = rows
        self._cells = cells
        self._passes = None if wanted.empty else wanted.matcher(cells, known)
        self._order = order
        self._at = 0
        self._found: list[Row] = []
        self._keys: list[Any] = []
        self._sorted: list[Row] | None = None

    def look(self, count: int = SLICE) -> bool:
        """A slice; whether that was the last one."""
        passes, column, key = self._passes, self._order.column, self._cells.sort_key
        end = min(len(self._rows), self._at + count)
        self._cells.asking = False
        for row in self._rows[self._at : end]:
            row.refresh()
            if passes is None or passes(row):
                self._found.append(row)
                if column is not None:
                    self._keys.append(key(row, column))
        self._cells.asking = True
        self._at = end
        return end >= len(self._rows)

    def sort(self) -> bool:
        """After the last slice. Whether there was little to sort, or it was done before: then its rows can be shown in
        the same turn."""
        if self._sorted is not None:
            return True
        self._sorted = self._in_order()
        return len(self._found) < _MANY

    def rows(self) -> list[Row]:
        """Equal ones, and those without anything to sort by, stay in the list's order; the latter come last."""
        assert self._sorted is not None
        return self._sorted

    def _in_order(self) -> list[Row]:
        if self._order.column is None:
            return self._found
        numbers: list[int] = []
        texts: list[int] = []
        rest: list[int] = []
        for i, key in enumerate(self._keys):
            (rest if key is None else texts if isinstance(key, str) else numbers).append(i)
        numbers = self._by_number(numbers)
        texts.sort(key=self._keys.__getitem__, reverse=self._order.descending)
        parts = (texts, numbers) if self._order.descending else (numbers, texts)
        found = self._found
        return [found[i] for part in (*parts, rest) for i in part]

    def _by_number(self, places: list[int]) -> list[int]:
        keys = self._keys
        if len(places) < _MANY or not all(type(keys[i]) is float for i in places):
            return sorted(places, key=keys.__getitem__, reverse=self._order.descending)
        column = np.fromiter((keys[i] for i in places), np.float64, len(places))
        order = np.argsort(-column if self._order.descending else column, kind="stable")
        return np.asarray(places)[order].tolist()
