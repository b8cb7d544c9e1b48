"""What all formats of tables share: text that is safe in a spreadsheet, times as ISO 8601, cells by kind of column."""

from __future__ import annotations

import math

from app.text import plain
from app.values import NO_TIME, Duration, Timestamp, Value, iso_utc

#: A cell that starts with one of these is a formula to a spreadsheet, or becomes one once the blank is trimmed; the
#: last four are their full-width twins, which Excel takes for the same.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_dangerous(text: str) -> bool:
    return text.startswith(DANGEROUS)


def clean(text: str) -> str:
    """``text`` as files can hold it: half a surrogate pair becomes the replacement character."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def time_ns(cell: Value) -> int | None:
    """The time of a TIME cell; ValueError where it is none."""
    match cell:
        case None:
            return None
        case Timestamp(ns):
            return ns
        case int():
            return None if cell == NO_TIME else cell
        case _:
            raise ValueError(f"{cell!r} is not a time")


def number_text(number: float) -> str:
    """Shortest text that makes the same number again."""
    if math.isfinite(number):
        return repr(number)
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def value_text(cell: Value) -> str:
    """A value as exact text, not yet defused: booleans true and false, times as ISO 8601, durations in seconds, arrays
    in brackets."""
    match cell:
        case None:
            return ""
        case str():
            return clean(cell)
        case float():
            return number_text(cell)
        case Timestamp(ns):
            return iso_utc(ns)
        case Duration():
            return str(cell)
        case _:
            return clean(plain(cell))


def is_number(cell: Value) -> bool:
    """Whether the value is a number, which a boolean is not."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)
