"""Text that is pasted or dropped into a watch list, as lines of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable

from ui.expression import ExpressionError, parse
from ui.i18n import tr
from ui.models.watch_cells import NOT_FOUND, NOT_OPEN
from ui.models.watch_rows import Kind, Line
from ui.tagref import TagRef

#: What a list copies: name, value, unit, quality with its code, time.
_QUALITY = re.compile(r".*\(\d{1,5}\)$|not found|waiting|source not open.*|")
_NO_QUALITY = (NOT_FOUND, NOT_OPEN, "waiting")
#: Addresses of OPC UA may have commas of their own.
_OPC = re.compile(r"(ns|nsu|svr|i|s|g|b)=", re.IGNORECASE)
_COMMA = re.compile(r",(?![^\[]*\])")


def lines_of(text: str, sources: Collection[str], usual: str) -> list[Line]:
    """A name each line, or several separated by tabs or commas; ``source:`` before a name where it is one of
    ``sources``, else the ``usual`` one. "# words" is a comment, "= expression" a computed row. ExpressionError where
    one is wrong, or a name is longer than any could be."""
    found: list[Line] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("#"):
            found.append(Line(Kind.COMMENT, text=line[1:].strip()))
        elif line.startswith("="):
            found.append(computed("", line[1:].strip(), sources, usual))
        elif line:
            try:
                names = _names(raw)
            except csv.Error:
                raise ExpressionError(tr("A name is too long, or a quotation mark is missing.")) from None
            found += [Line(Kind.TAG, ref_of(name, sources, usual)) for name in names]
    return found


def _names(line: str) -> Iterable[str]:
    if "\t" in line:
        cells = [cell.strip() for cell in next(csv.reader([line], dialect="excel-tab"))]
        if len(cells) == 5 and _is_quality(cells[3]):  # a row that a list copied
            cells = cells[:1]
    elif line.lstrip().startswith('"'):
        cells = [cell.strip() for cell in next(csv.reader([line.strip()], skipinitialspace=True))]
    else:
        cells = [cell.strip() for cell in _COMMA.split(line)]
        if _OPC.match(cells[0]) and not all(_OPC.match(cell) for cell in cells if cell):
            cells = [line.strip()]
    return [cell for cell in cells if cell]


def _is_quality(cell: str) -> bool:
    """In English, or in the language of the window."""
    return bool(_QUALITY.fullmatch(cell)) or cell.startswith(tuple(map(tr, _NO_QUALITY)))


def ref_of(name: str, sources: Collection[str], usual: str) -> TagRef:
    """The longest source that the name begins with: names of sources may have colons too."""
    prefixes = [source for source in sources if name.startswith(f"{source}:") and len(name) > len(source) + 1]
    if not prefixes:
        return TagRef(usual, name)
    source = max(prefixes, key=len)
    return TagRef(source, name[len(source) + 1 :].strip())


def computed(name: str, expression: str, sources: Collection[str], usual: str, unit: str = "") -> Line:
    """ExpressionError says what is wrong with the expression."""
    names = parse(expression).names
    inputs = tuple([ref_of(one, sources, usual) for one in names])
    return Line(Kind.COMPUTED, text=name, expression=expression, inputs=inputs, unit=unit)
