"""Text of a spreadsheet or a CSV file as the lines of a bulk write. Without Qt."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.values import Value
from ui.i18n import count_text, tr
from ui.models.watch_paste import ref_of
from ui.tagref import TagRef

#: More than anybody looks through before he confirms it.
LIMIT = 10_000
_TAGS = {"tag", "name", "item", "address", "tag name"}
_VALUES = {"value", "new", "new value", "setpoint", "set point"}
_SOURCES = {"source", "session"}
#: The semicolons of OPC UA addresses separate no columns.
_OPC = re.compile(r"\b((?:svr|ns|nsu)=[^;,\t\"]*);", re.IGNORECASE)
_HELD = "\x1f"


@dataclass(frozen=True, slots=True)
class BulkLine:
    """What is to be written where: as text that somebody typed, or as a value that was read once."""

    number: int  # in what was pasted, from 1
    ref: TagRef
    text: str | None = ""  # None: none yet
    value: Value = None
    problem: str = ""

    @property
    def typed(self) -> bool:
        """Whether :attr:`value` is it, not the text."""
        return self.value is not None


def lines_of(text: str, sources: Collection[str], usual: str) -> list[BulkLine]:
    """Columns tag and value, and source where there is one; a header may name them in any order. ``source:`` before a
    tag works too, else it is the ``usual`` one's. ValueError where it is no table at all."""
    try:
        rows = _rows(text)
    except csv.Error:  # a field that swallowed all that came after its mark
        raise ValueError(tr("A name is too long, or a quotation mark is missing.")) from None
    if not rows:
        raise ValueError(tr("there is nothing to paste: copy a column of tags and one of values"))
    if len(rows) > LIMIT:
        words = tr("{count} rows are too many for one bulk write: {limit} at the most")
        raise ValueError(words.format(count=count_text(len(rows)), limit=count_text(LIMIT)))
    columns = _header(rows[0][1])
    if columns is not None:
        rows = rows[1:]
    else:
        named = bool(rows) and all(len(cells) == 3 and cells[0] in sources for _, cells in rows)
        columns = (1, 2, 0) if named else (0, 1, None)
    return [_line(number, cells, columns, sources, usual) for number, cells in rows]


def _rows(text: str) -> list[tuple[int, list[str]]]:
    held = _OPC.sub(lambda match: match[1] + _HELD, text.lstrip("\ufeff"))
    lines = held.splitlines(keepends=True)
    separator = "\t" if "\t" in held else ";" if any(";" in line for line in lines) else ","
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=separator != "\t")
    for cells in reader:
        whole = [cell.replace(_HELD, ";") for cell in cells]
        if any(cell.strip() for cell in whole):
            found.append((reader.line_num, whole))
    return found


def _header(cells: Sequence[str]) -> tuple[int, int, int | None] | None:
    names = [cell.strip().lower() for cell in cells]

    def place(known: Collection[str]) -> int | None:
        return next((number for number, name in enumerate(names) if name in known), None)

    tag, value = place(_TAGS), place(_VALUES)
    return None if tag is None or value is None else (tag, value, place(_SOURCES))


def _line(
    number: int, cells: Sequence[str], columns: tuple[int, int, int | None], sources: Collection[str], usual: str
) -> BulkLine:
    tag_at, value_at, source_at = columns
    tag = cells[tag_at].strip() if tag_at < len(cells) else ""
    source = cells[source_at].strip() if source_at is not None and source_at < len(cells) else ""
    ref = TagRef(source, tag) if source else ref_of(tag, sources, usual)
    if not tag:
        return BulkLine(number, ref, problem=tr("line {number} has no tag").format(number=number))
    return BulkLine(number, ref, cells[value_at] if value_at < len(cells) else None)
