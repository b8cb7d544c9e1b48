"""CSV files as the world writes them: any separator, marks and code pages, decimal commas, lines before the header."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from app.recordings.layout import ROWS
from app.recordings.model import RecordingError
from app.recordings.times import TimeForm, guess_form

_LOOK = 1024 * 1024
#: As a spreadsheet has them.
_COLUMNS = 16_384
_SEPARATORS = (";", "\t", "|", ",")
_COMMA = re.compile(r"[+-]?\d+,\d+$")
_POINT = re.compile(r"[+-]?\d+\.\d+$")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: A row behind the last one: where it is no row of its own, a quote before it was never closed.
_END = "\x03end\x03"


@dataclass(frozen=True, slots=True)
class Dialect:
    encoding: str
    separator: str
    decimal: str
    skipped: int  # lines before the header
    names: tuple[str, ...]  # the columns; made up where the file has no header
    header: bool


@dataclass(frozen=True, slots=True)
class CsvLook:
    dialect: Dialect
    rows: list[list[str]]  # the first ones


def look(path: Path, *, encoding: str = "", separator: str = "", decimal: str = "") -> CsvLook:
    """Guess what is not given from the start of the file. RecordingError where it has no rows."""
    with path.open("rb") as file:
        head = file.read(_LOOK)
    whole = len(head) < _LOOK
    encoding = encoding or _encoding(head)
    try:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    except LookupError as error:
        raise RecordingError(f"{path}: the encoding {encoding!r} is not known") from error
    if "\0" in text:
        raise RecordingError(f"{path}: this is no CSV file, for it has bytes that no text has")
    lines = text.splitlines(keepends=True)  # or cells of several lines would lose their ends
    if not whole and len(lines) > 1:
        lines.pop()  # it may be cut
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or lines[skipped].startswith(("#", "sep="))):
        if lines[skipped].startswith("sep=") and not separator:
            separator = lines[skipped][4:5]
        skipped += 1
    rest = lines[skipped : skipped + 2 * ROWS]
    if not rest:
        raise RecordingError(f"{path}: the file has no rows")
    separator = separator or _separator(rest)
    if whole and len(rest) == len(lines) - skipped:
        numbered = _closed(path, rest, separator, skipped)
    else:
        numbered = _cut(path, rest, separator, skipped)
    rows = [row for _, row in numbered if row]
    if not rows or len(rows[0]) < 2:
        raise RecordingError(f"{path}: no separator makes columns of it (semicolon, tab, bar and comma were tried)")
    if len(rows[0]) > _COLUMNS:
        raise RecordingError(f"{path}: more than {_COLUMNS:,} columns are not read at once: split the file")
    header = not _has_time(rows[0])
    width = max(len(row) for row in rows[:ROWS])
    names = _names(rows[0] if header else [""] * width)
    body = rows[1:ROWS] if header else rows[:ROWS]
    decimal = decimal or _decimal(body, separator)
    return CsvLook(Dialect(encoding, separator, decimal, skipped, names, header), body)


def rows_of(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """(row as an editor counts them, cells). RecordingError where a quote takes all that follows for one cell."""
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        for _ in range(dialect.skipped):
            next(file, None)
        rows = _closed(path, file, dialect.separator, dialect.skipped)
        if dialect.header:
            next(rows, None)
        for number, row in rows:
            if row:
                yield number, row


def _closed(path: Path, lines: Iterable[str], separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(chain(lines, [_END]), delimiter=separator)
    before = skipped
    try:
        for row in reader:
            if row and row[-1].endswith(_END):
                if len(row) > 1 or row[0] != _END:
                    raise RecordingError(
                        f"{path}, row {before + 1:,}: a quotation mark is never closed, and all that "
                        "follows would be one cell: close it, or take it out"
                    )
                return
            if reader.line_num + skipped > before + 1:
                _refuse_swallowed(path, row, separator, before + 1)
            before = reader.line_num + skipped
            yield before, row
    except csv.Error as error:
        raise RecordingError(f"{path}, row {before + 1:,}: {error}") from error


def _cut(path: Path, lines: Iterable[str], separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Of a beginning, whose last row may be cut."""
    reader = csv.reader(lines, delimiter=separator)
    try:
        for row in reader:
            yield reader.line_num + skipped, row
    except csv.Error as error:
        raise RecordingError(f"{path}, row {reader.line_num + skipped:,}: {error}") from error


def _refuse_swallowed(path: Path, row: Sequence[str], separator: str, number: int) -> None:
    """Cells may have several lines; one with a line that begins as a row does has taken it for text."""
    for cell in row:
        for line in cell.splitlines()[1:]:
            first, found, _ = line.partition(separator)
            if found and guess_form([first]) not in (None, TimeForm.EXCEL):
                raise RecordingError(
                    f"{path}, row {number:,}: a quotation mark takes the rows up to the next one for one cell: "
                    "take it out, or write it twice inside a quoted cell"
                )


def _encoding(head: bytes) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _separator(lines: Sequence[str]) -> str:
    """The one that makes the same number of columns, at least two, of most lines; a comma last, for it may be a decimal
    sign."""
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
        except csv.Error:  # a cell without end: it is another one
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if wide and (score := max(wide.values()) / max(sum(widths.values()), 1)) > most + 0.1:
            best, most = separator, score
    return best


def _has_time(row: Sequence[str]) -> bool:
    return any(guess_form([cell]) is not None for cell in row if cell.strip())


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    """Each its own: one without a name, or with that of another, is numbered."""
    names: dict[str, None] = {}  # in their order
    for number, cell in enumerate(cells, 1):
        name = cell.strip().lstrip("\ufeff") or f"Column {number}"
        if name[:1] == "'" and name[1:2] in ("=", "+", "-", "@"):
            name = name[1:]
        names[name if name not in names else f"{name} {number}"] = None
    return tuple(names)


def _decimal(rows: Sequence[Sequence[str]], separator: str) -> str:
    if separator == ",":
        commas = sum(bool(_COMMA.match(cell.strip())) for row in rows for cell in row)
        points = sum(bool(_POINT.match(cell.strip())) for row in rows for cell in row)
        return "," if commas and not points else "."
    cells = [cell.strip() for row in rows for cell in row]
    commas, points = (sum(bool(sign.match(cell)) for cell in cells) for sign in (_COMMA, _POINT))
    return "," if commas > points else "."
