"""Cells of one tag made into values: what kind they are is decided by the first of them, what does not fit is a
problem of its row."""

from __future__ import annotations

import enum
import re
from array import array
from collections.abc import Callable

from app.recordings.times import TimeForm, TimeReader
from app.values import QUALITY_BAD, QUALITY_GOOD, Duration, Timestamp, Value

#: Cells that decide what the others are.
_FIRST = 200
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d*)$")
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_ZEROS = re.compile(r"[+-]?0\d")
_GROUPS = {".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"), ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?$")}
_NOTHING = frozenset(
    ("nan", "n/a", "#n/a", "na", "null", "none", "bad", "no data", "nodata", "-", "--", "i/o timeout", "#nv")
)
_BOOLEANS = {"true": True, "false": False, "wahr": True, "falsch": False}
#: A number with more of them is larger than any double.
_DIGITS = 300
_DANGEROUS = "=+-@\t\r\n＝＋－＠"


class Kind(enum.Enum):
    NUMBER = "number"
    BOOLEAN = "Boolean"
    TEXT = "String"
    TIME = "Time"
    ELAPSED = "ElapsedTime"


_NAMED = {
    "double": Kind.NUMBER,
    "float": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "int": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "string": Kind.TEXT,
    "time": Kind.TIME,
    "elapsedtime": Kind.ELAPSED,
}


def undefused(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] and text[1:2] in _DANGEROUS else text


def number(text: str, decimal: str = ".") -> int | float:
    """ValueError for what is none. Integers stay exact."""
    if len(text) > _DIGITS:
        raise ValueError(f"{text[:40]!r} … has {len(text):,} digits: no double is as long")
    if _INTEGER.match(text):
        return int(text)
    if _GROUPS[decimal].match(text):
        text = text.replace("." if decimal == "," else ",", "")
    if decimal == ",":
        text = text.replace(",", ".") if "." not in text else "x"
    if _REAL.match(text):
        return float(text)
    lowered = text.lower().lstrip("+-")
    if lowered in ("infinity", "inf"):
        return float(text)
    raise ValueError(f"{text[:40]!r} is no number")


class TagCells:
    """The samples of one tag as they are read."""

    def __init__(self, decimal: str, problem: Callable[[int, str], None], kind_name: str = "") -> None:
        self._decimal = decimal
        self._problem = problem
        self._kind = _NAMED.get(kind_name.lower())
        self._whole = kind_name.lower() in ("double", "float")
        self._waiting: list[tuple[int, int, str, int | None]] = []
        self._times_read = TimeReader(TimeForm.YEAR_FIRST)
        self.times = array("q")
        self.values: list[Value] = []
        self.qualities = array("i")
        self.unit = ""

    def add(self, row: int, time_ns: int, cell: Value, quality: int | None) -> None:
        """``quality`` None = the file has none."""
        if not isinstance(cell, str):
            self._put(time_ns, cell, quality)
        elif self._kind is None:
            self._waiting.append((row, time_ns, cell, quality))
            if len(self._waiting) >= _FIRST:
                self.settle()
        else:
            self._text(row, time_ns, cell, quality)

    def settle(self) -> None:
        """Decide what the cells are, and take those that waited for it."""
        if self._kind is None:
            self._kind = self._decided([text.strip() for _, _, text, _ in self._waiting])
        waiting, self._waiting = self._waiting, []
        for row, time_ns, cell, quality in waiting:
            self._text(row, time_ns, cell, quality)

    def _decided(self, texts: list[str]) -> Kind:
        told = [text for text in texts if text and text.lower() not in _NOTHING]
        if told and all(text.lower() in _BOOLEANS for text in told):
            return Kind.BOOLEAN
        numbers = sum(self._is_number(text) for text in told)
        return Kind.NUMBER if not told or numbers >= 0.9 * len(told) else Kind.TEXT

    def _is_number(self, text: str) -> bool:
        if _ZEROS.match(text) and _INTEGER.match(text.lstrip("+-0") or "0") and len(text) > 1:
            return False  # 007 is a name
        try:
            number(text, self._decimal)
        except ValueError:
            return False
        return True

    def _text(self, row: int, time_ns: int, cell: str, quality: int | None) -> None:
        text = cell.strip()
        if self._kind is Kind.TEXT:
            self._put(time_ns, undefused(cell), quality)
            return
        if not text or text.lower() in _NOTHING:
            self._put(time_ns, None, QUALITY_BAD if quality is None else quality)
            return
        try:
            value = self._parsed(text)
        except (ValueError, OverflowError) as error:
            self._problem(row, str(error))
            return
        self._put(time_ns, value, quality)

    def _parsed(self, text: str) -> Value:
        match self._kind:
            case Kind.BOOLEAN:
                if text.lower() not in _BOOLEANS:
                    raise ValueError(f"{text[:40]!r} is neither true nor false")
                return _BOOLEANS[text.lower()]
            case Kind.TIME:
                return Timestamp(self._times_read(text))
            case Kind.ELAPSED:
                return Duration(round(float(text.removesuffix("s").strip()) * 1e9))
            case _:
                found = number(text, self._decimal)
                return float(found) if self._whole else found

    def _put(self, time_ns: int, value: Value, quality: int | None) -> None:
        self.times.append(time_ns)
        self.values.append(value)
        self.qualities.append(QUALITY_GOOD if quality is None else quality)

    def column(self) -> list[Value]:
        """Numbers as doubles, unless all of them are whole."""
        if any(type(value) is float for value in self.values):
            return [float(value) if type(value) is int else value for value in self.values]
        return self.values
