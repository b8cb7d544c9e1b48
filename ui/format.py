"""Values, qualities and times as an operator reads them, and back."""

from __future__ import annotations

import datetime
import html
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence

from app.values import (
    NO_TIME,
    NS_PER_S,
    Duration,
    QualityClass,
    Timestamp,
    Value,
    iso_utc,
    quality_class,
    quality_parts,
)
from ui.i18n import tr

MORE = "…"
#: Marks beside a value, so that its worth never hangs on colour alone.
MARKS = {QualityClass.GOOD: "", QualityClass.UNCERTAIN: "?", QualityClass.BAD: "✕"}


def tip_text(text: str) -> str:
    """For a tooltip that has words of a source in it. Qt takes for markup what looks like it: a name would be shown as
    another one, and a value could fetch pictures from anywhere."""
    if "<" not in text and "&" not in text:
        return text
    return f'<div style="white-space: pre-wrap">{html.escape(text)}</div>'


def value_text(value: Value, *, decimals: int | None = None, enumeration: Sequence[str] = (), limit: int = 120) -> str:
    """One line. A number that is not 0 never reads as 0, integers are exact, what is cut ends with "…"."""
    match value:
        case None:
            return "—"
        case float():
            return number_text(value, decimals)
        case str():
            return _cut(_one_line(value[: 2 * limit + 2]), limit)
        case bytes():
            return _cut(value[:limit].hex(" "), limit) if value else tr("(no bytes)")
        case Timestamp():
            return time_text(value.ns, utc=False)
        case tuple():
            return _array_text(value, decimals, limit)
        case _:
            return _cut(full_text(value, enumeration), limit)


def full_text(value: Value, enumeration: Sequence[str] = ()) -> str:
    """The value without loss, for a tooltip and for the clipboard: :func:`parse_value` makes the same value of it."""
    match value:
        case None:
            return ""
        case bool() | int():
            plain = str(value).lower() if isinstance(value, bool) else str(value)
            return _word(int(value), enumeration) or plain
        case float():
            return repr(value)
        case str():
            return value
        case bytes():
            return value.hex(" ")
        case Timestamp():
            return _iso(value.ns, utc=False)  # a value of 1677 is one, though as a time of a sample it is none
        case Duration():
            return duration_text(value.ns)
        case tuple():
            return f"[{', '.join(map(_element_text, value))}]"


def _word(number: int, enumeration: Sequence[str]) -> str:
    if 0 <= number < len(enumeration) and enumeration[number]:
        return f"{enumeration[number]} ({number})"
    return ""


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + MORE


# Control characters as their pictures; line ends of every kind, and what turns the direction of writing.
_PICTURES = {
    **{code: chr(0x2400 + code) for code in range(32)},
    **dict.fromkeys([0x0A, 0x0D, 0x85, 0x2028, 0x2029], "⏎"),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "�"),
    0x09: "⇥",
    0x7F: "␡",
}


def _one_line(text: str) -> str:
    return text.replace("\r\n", "\n").translate(_PICTURES)


def number_text(value: float, decimals: int | None = None) -> str:
    """With the source's decimals where they are known; in exponent form where those would show a 0 that is none."""
    if not math.isfinite(value):
        return tr("not a number") if math.isnan(value) else "∞" if value > 0 else "−∞"
    if decimals is None:
        shortest = repr(value)
        return shortest if len(shortest) <= 16 else f"{value:.12g}"
    decimals = min(max(decimals, 0), 15)
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        return f"{value:.3g}" if value else text.lstrip("-")
    return text if len(text) <= 18 else f"{value:.{min(decimals, 6)}e}"


def _array_text(value: tuple[Value, ...], decimals: int | None, limit: int) -> str:
    """As many values as there is room for, and how many there are in all."""
    count = tr("{count} values", None, len(value)).format(count=len(value))
    rest = f" {MORE} {count}]"
    shown: list[str] = []
    room = limit - 1
    for element in value:
        text = number_text(element, decimals) if isinstance(element, float) else _element_text(element, limit)
        room -= len(text) + 2
        if room < 0 or (room < len(rest) and len(shown) < len(value) - 1):
            return "[" + ", ".join(shown) + rest if shown else f"[{rest[1:]}"
        shown.append(text)
    return f"[{', '.join(shown)}]"


def _element_text(value: Value, limit: int | None = None) -> str:
    """A value inside an array: as JSON has it, what JSON does not know as text in quotes."""
    match value:
        case None:
            return "null"
        case bool() | int():
            return full_text(value)
        case float():
            return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), repr(value))
        case tuple():
            return full_text(value) if limit is None else _array_text(value, None, limit)
        case _:
            text = full_text(value)
            return json.dumps(text if limit is None else text[:limit], ensure_ascii=False)


def duration_text(ns: int) -> str:
    """Days, hours, minutes and seconds, exact: "1 d 02:03:04.5"."""
    sign = "−" if ns < 0 else ""
    seconds, rest = divmod(abs(ns), NS_PER_S)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    day = f"{days} d " if days else ""
    return f"{sign}{day}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"


# ---- quality ---------------------------------------------------------------


def quality_text(quality: int) -> str:
    """Words first, the code after them."""
    words = quality_said(quality)
    return words if words.endswith(f"({quality})") else f"{words} ({quality})"


def quality_said(quality: int) -> str:
    """Words alone, in the language of the window."""
    words, number, limits = quality_parts(quality)
    return f"{tr(words)}{number}{tr(limits) if limits else ''}"


def quality_mark(quality: int) -> str:
    return MARKS[quality_class(quality)]


# ---- time ------------------------------------------------------------------


def zone_text(utc: bool) -> str:
    """The zone of the times shown, for headers: "UTC" or "UTC+01:00"."""
    if utc:
        return "UTC"
    offset = datetime.datetime.now().astimezone().strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:]}" if offset else tr("local")


def time_text(ns: int, utc: bool, *, date: bool = True) -> str:
    """Local or UTC, to the millisecond; years that the calendar of this computer cannot show are in UTC."""
    if ns == NO_TIME:
        return "—"
    seconds, nanos = divmod(ns, NS_PER_S)
    try:
        moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        if not utc:
            moment = moment.astimezone()
    except (OverflowError, ValueError, OSError):
        return iso_utc(ns)
    day = f"{moment.date().isoformat()} " if date else ""  # strftime writes a year below 1000 without its zeros
    return f"{day}{moment:%H:%M:%S}.{nanos // 1_000_000:03d}"


def iso_text(ns: int, utc: bool) -> str:
    """ISO 8601 with its offset and with every digit, for tooltips, copies and files."""
    return "" if ns == NO_TIME else _iso(ns, utc)


def _iso(ns: int, utc: bool) -> str:
    if utc:
        return iso_utc(ns)
    seconds, nanos = divmod(ns, NS_PER_S)
    try:
        moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return iso_utc(ns)
    digits = 3 if nanos % 1_000_000 == 0 else 6 if nanos % 1_000 == 0 else 9
    plain = moment.isoformat(timespec="seconds")  # with its offset, whose seconds of old times included
    return f"{plain[:19]}.{f'{nanos:09d}'[:digits]}{plain[19:]}"


def age_text(seconds: float) -> str:
    """How old something is, in whole ones of the one unit that matters; what comes from the future is not old."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0.0, seconds) // 1:.0f} s"


#: A clock difference that is worth telling.
SKEW_NS = 2 * NS_PER_S


def skew_text(source_ns: int, received_ns: int) -> str:
    """How far a source's time is from the time of receipt, where that is more than two seconds; else ""."""
    if source_ns == NO_TIME or abs(source_ns - received_ns) <= SKEW_NS:
        return ""
    return offset_text(source_ns - received_ns)


def offset_text(ns: int) -> str:
    """A clock's difference: "3.2 s ahead", "4 min behind"."""
    seconds = abs(ns) / NS_PER_S
    amount = f"{seconds:.1f} s" if seconds < 60 else age_text(seconds)
    return (tr("{amount} ahead") if ns > 0 else tr("{amount} behind")).format(amount=amount)


# ---- back from text --------------------------------------------------------

_INTEGERS = {
    "sbyte": (-(2**7), 2**7 - 1),
    "byte": (0, 2**8 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
    "integer": (-(2**63), 2**64 - 1),
    "qualifiedenum": (-(2**31), 2**31 - 1),
    "enumeration": (-(2**31), 2**31 - 1),
}
_FLOAT_MAX = 3.4028234663852886e38
_TRUE = ("true", "1", "on", "yes")
_FALSE = ("false", "0", "off", "no")


def parse_value(text: str, data_type: str, enumeration: Sequence[str] = (), *, array: bool | None = None) -> Value:
    """What somebody typed, as the tag's type; ValueError says what was wrong and what is allowed.

    ``array`` None = what begins with a bracket is one, unless the tag holds text.
    """
    kind = data_type.lower()
    stripped = text.strip()
    if array or (array is None and stripped.startswith("[") and kind in _PARSERS):
        return _parse_array(stripped, data_type, enumeration)
    if enumeration and (kind not in _PARSERS or kind in _INTEGERS or kind == "boolean"):
        number = _parse_choice(stripped, enumeration)
        return bool(number) if kind == "boolean" else number
    if kind in _INTEGERS:
        return _parse_integer(stripped, data_type)
    parse = _PARSERS.get(kind)
    return text if parse is None else parse(stripped)


def _quoted(text: str) -> str:
    return f"“{_cut(_one_line(text), 60)}”"


def _parse_choice(text: str, enumeration: Sequence[str]) -> int:
    named = [number for number, name in enumerate(enumeration) if name and name.lower() == text.lower()]
    exact = re.fullmatch(r"(.*) \((\d+)\)", text, re.DOTALL)
    if exact and int(exact[2]) < len(enumeration) and enumeration[int(exact[2])].lower() == exact[1].lower():
        named = [int(exact[2])]
    if not named and text.isdecimal() and int(text) < len(enumeration):
        named = [int(text)]
    if len(named) == 1:
        return named[0]
    if named:
        words = tr("{text} stands for several: write the number, one of {numbers}")
        raise ValueError(words.format(text=_quoted(text), numbers=_listed(map(str, named))))
    known = _listed(f"{name} ({number})" for number, name in enumerate(enumeration) if name)
    raise ValueError(tr("{text} is none of {known}").format(text=_quoted(text), known=known))


def _listed(words: Iterable[str]) -> str:
    known = list(words)
    return ", ".join(known[:12]) + (tr(", … {count} in all").format(count=len(known)) if len(known) > 12 else "")


def _parse_boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(tr("{text} is neither true nor false").format(text=_quoted(text)))


def _parse_integer(text: str, data_type: str) -> int:
    low, high = _INTEGERS[data_type.lower()]
    match = re.fullmatch(r"([+-]?)(0x[0-9a-f]{1,16}|\d{1,40})", text, re.IGNORECASE | re.ASCII)
    if match is None:
        words = tr("{text} is not a whole number of {low} to {high}")
        raise ValueError(words.format(text=_quoted(text), low=low, high=high))
    digits = match[2].lower()
    number = int(digits, 16) if digits.startswith("0x") else int(digits)
    number = -number if match[1] == "-" else number
    if not low <= number <= high:
        words = tr("{number} is outside {low} to {high}, the range of {type}")
        raise ValueError(words.format(number=number, low=low, high=high, type=data_type))
    return number


def _parse_real(text: str) -> float:
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
        words = tr("{text} could mean thousands or decimals: write a point before decimals")
        raise ValueError(words.format(text=_quoted(text)))
    # A comma is a decimal comma only where it cannot separate thousands.
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        number = float(plain.replace("_", "x"))
    except ValueError:
        raise ValueError(tr("{text} is not a number").format(text=_quoted(text))) from None
    if math.isinf(number) and "inf" not in text.lower():
        raise ValueError(tr("{text} is too large for a number of 64 bits").format(text=_quoted(text)))
    return number


def _parse_float(text: str) -> float:
    number = _parse_real(text)
    if math.isfinite(number) and abs(number) > _FLOAT_MAX:
        words = tr("{text} is too large for Float, at most {limit}")
        raise ValueError(words.format(text=_quoted(text), limit=f"{_FLOAT_MAX:.7g}"))
    return number


def parse_time(text: str) -> Timestamp:
    """ISO 8601 with up to nine digits of a second; without an offset it is local time."""
    given = text.strip().upper()
    # Python's own reader drops the digits after the sixth, and takes 10:20.5 for half a second past.
    match = re.fullmatch(r"(.*\d\d:\d\d:\d\d)[.,](\d{1,9})(Z|[+-]\d\d:?\d\d(?::\d\d)?)?", given)
    nanos = int(match[2].ljust(9, "0")) if match else 0
    plain = match[1] + (match[3] or "") if match else "" if re.search("[.,]", given) else given
    try:
        moment = datetime.datetime.fromisoformat(plain).astimezone(datetime.UTC)
    except (ValueError, OverflowError, OSError):
        words = tr("{text} is not a time: write local time like 2026-01-31 13:45:00, another with its offset or Z")
        raise ValueError(words.format(text=_quoted(text))) from None
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return Timestamp((since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1_000 + nanos)


def _parse_duration(text: str) -> Duration:
    match = re.fullmatch(
        r"([−+-]?)(?:(\d{1,9}) ?d(?: |$))?(?:(?:(\d{1,9}):)?(\d{1,9}):)?(?:(\d{1,12})(?:\.(\d{1,9}))?(?: ?s)?)?", text
    )
    if match is None or not any(match.group(2, 5)):
        words = tr("{text} is not an elapsed time: write seconds, or hours:minutes:seconds")
        raise ValueError(words.format(text=_quoted(text)))
    days, hours, minutes, seconds = (int(part or 0) for part in match.group(2, 3, 4, 5))
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    ns = whole * NS_PER_S + int((match[6] or "").ljust(9, "0"))
    return Duration(ns if match[1] in ("", "+") else -ns)


def _parse_bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        words = tr("{text} is not hexadecimal: write pairs of digits, like 00 ff")
        raise ValueError(words.format(text=_quoted(text))) from None


#: By the data type's name in lower case; what is not here is text. Integers have ranges, above.
_PARSERS: dict[str, Callable[[str], Value]] = {
    **dict.fromkeys(_INTEGERS, int),
    "boolean": _parse_boolean,
    "float": _parse_float,
    "double": _parse_real,
    "time": parse_time,
    "datetime": parse_time,
    "utctime": parse_time,
    "elapsedtime": _parse_duration,
    "duration": _parse_duration,
    "bytestring": _parse_bytes,
}


def _parse_array(text: str, data_type: str, enumeration: Sequence[str]) -> tuple[Value, ...]:
    try:
        items = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        items = None
    if isinstance(items, list):
        return _elements(items, data_type, enumeration)
    raise ValueError(tr('an array is written like [1, 2, 3] or ["a", "b"]'))


def _elements(items: list[object], data_type: str, enumeration: Sequence[str]) -> tuple[Value, ...]:
    found: list[Value] = []
    for position, item in enumerate(items, 1):
        if item is None:
            found.append(None)
        elif isinstance(item, list):
            found.append(_elements(item, data_type, enumeration))
        else:
            text = str(item).lower() if isinstance(item, bool) else str(item)
            try:
                found.append(parse_value(text, data_type, enumeration, array=False))
            except ValueError as error:
                raise ValueError(
                    tr("value {number} of the array: {error}").format(number=position, error=error)
                ) from None
    return tuple(found)
