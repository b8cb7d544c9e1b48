"""Times as files have them: ISO 8601, days first or months first, seconds since 1970, days of a spreadsheet."""

from __future__ import annotations

import datetime
import enum
import re
import zoneinfo
from collections.abc import Sequence

from app.values import NS_PER_S

_EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()
_EXCEL_1970 = 25_569
_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d\d?)(?P=s)(?P<d>\d\d?)(?:[T ]+(?P<H>\d\d?):(?P<M>\d\d)"
    r"(?::(?P<S>\d\d)(?:[.,](?P<f>\d{1,9})\d*)?)?)?\s*(?P<z>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$",
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(
    r"(?P<a>\d\d?)(?P<s>[-/.])(?P<b>\d\d?)(?P=s)(?P<y>\d{4}|\d\d)(?:[T ,]+(?P<H>\d\d?):(?P<M>\d\d)"
    r"(?::(?P<S>\d\d)(?:[.,](?P<f>\d{1,9})\d*)?)?\s*(?P<p>[AP]M)?)?\s*(?P<z>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?$")
_NOON = 12
#: Nanoseconds of 64 bits, but for the least of them, which stands for no time.
_FARTHEST = 2**63 - 1


class TimeForm(enum.StrEnum):
    """How the column of times is written."""

    YEAR_FIRST = "year first"
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    SECONDS = "seconds since 1970"
    MILLISECONDS = "milliseconds since 1970"
    MICROSECONDS = "microseconds since 1970"
    NANOSECONDS = "nanoseconds since 1970"
    EXCEL = "days of a spreadsheet"


_PER = {
    TimeForm.SECONDS: 1_000_000_000,
    TimeForm.MILLISECONDS: 1_000_000,
    TimeForm.MICROSECONDS: 1_000,
    TimeForm.NANOSECONDS: 1,
}
#: From this number on, numbers are of this form, for the years 1973 to 2286.
_MAGNITUDES = ((1e17, TimeForm.NANOSECONDS), (1e14, TimeForm.MICROSECONDS), (1e11, TimeForm.MILLISECONDS))


def guess_form(texts: Sequence[str]) -> TimeForm | None:
    """How these are written; None where most of them are no times. Where days and months cannot be told apart, points
    say that the day is first, anything else that the month is."""
    filled = [text.strip() for text in texts if text.strip()]
    if not filled:
        return None
    most = len(filled) * 0.8
    if sum(bool(_YEAR_FIRST.match(text)) for text in filled) >= most:
        return TimeForm.YEAR_FIRST
    last = [found for text in filled if (found := _YEAR_LAST.match(text))]
    if len(last) >= most:
        if any(int(found["a"]) > _NOON for found in last):
            return TimeForm.DAY_FIRST
        if any(int(found["b"]) > _NOON for found in last):
            return TimeForm.MONTH_FIRST
        return TimeForm.DAY_FIRST if last[0]["s"] == "." else TimeForm.MONTH_FIRST
    numbers = [float(text.replace(",", ".")) for text in filled if _NUMBER.match(text)]
    if len(numbers) < most:
        return None
    middle = abs(sorted(numbers)[len(numbers) // 2])
    if 20_000 <= middle <= 80_000:
        return TimeForm.EXCEL
    if middle < 1e8:  # 1973: so small numbers are no times
        return None
    return next((form for least, form in _MAGNITUDES if middle >= least), TimeForm.SECONDS)


def is_ambiguous(texts: Sequence[str]) -> bool:
    """Whether days and months can be exchanged in all of them."""
    last = [found for text in texts if (found := _YEAR_LAST.match(text.strip()))]
    return bool(last) and all(int(found["a"]) <= _NOON and int(found["b"]) <= _NOON for found in last)


def zone_of(name: str) -> datetime.tzinfo:
    """ValueError for a zone that nobody knows."""
    if name.upper() in ("", "UTC", "Z", "GMT"):
        return datetime.UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone: use a name like UTC or Europe/Berlin") from error


class TimeReader:
    """Reads the times of one column, in the order of the file: in the hour that clocks repeat in autumn, a time that
    would go back is of the second one."""

    def __init__(self, form: TimeForm, zone: str = "UTC") -> None:
        """``zone`` is that of texts that do not say theirs. ValueError where nobody knows it."""
        self._form = form
        self._zone = zone_of(zone)
        self._utc = self._zone is datetime.UTC
        self._last = -(2**63)
        self._minutes: dict[tuple[int, int, int, int, int], int] = {}  # of the zone -> seconds since 1970

    def __call__(self, text: str) -> int:
        """ns since 1970 UTC; ValueError for what is no time of this form, or too far away for 64 bits."""
        found = self._read(text.strip())
        if not -_FARTHEST <= found < _FARTHEST:
            self._last = -(2**63)  # the times behind it are not in the hour that is repeated
            raise ValueError(f"{text[:40]!r} is not between the years 1678 and 2262")
        return found

    def _read(self, text: str) -> int:
        if (per := _PER.get(self._form)) is not None:
            return _scaled(text, per)
        if self._form is TimeForm.EXCEL:
            self._last = self._local(*_excel(text))
            return self._last
        found = (_YEAR_FIRST if self._form is TimeForm.YEAR_FIRST else _YEAR_LAST).match(text)
        if found is None:
            raise ValueError(f"{text[:40]!r} is no time, or not with the {self._form.value}")
        year, month, day = self._date(found)
        hour = int(found["H"] or 0)
        if (half := found.groupdict().get("p")) is not None:
            hour = hour % 12 + (12 if half.upper() == "PM" else 0)
        second, fraction = int(found["S"] or 0), int((found["f"] or "0").ljust(9, "0"))
        rest = second * NS_PER_S + fraction
        minute = (year, month, day, hour, int(found["M"] or 0))
        zone = found["z"]
        if zone is None:
            self._last = self._local(minute, rest)
        else:
            self._last = _utc_seconds(minute) * NS_PER_S + rest - _offset_s(zone) * NS_PER_S
        return self._last

    def _date(self, found: re.Match[str]) -> tuple[int, int, int]:
        year = int(found["y"])
        if self._form is TimeForm.YEAR_FIRST:
            return year, int(found["m"]), int(found["d"])
        year += 2000 if len(found["y"]) == 2 else 0
        a, b = int(found["a"]), int(found["b"])
        return (year, b, a) if self._form is TimeForm.DAY_FIRST else (year, a, b)

    def _local(self, minute: tuple[int, int, int, int, int], rest: int) -> int:
        if (seconds := self._minutes.get(minute)) is None:
            seconds = _utc_seconds(minute)
            if not self._utc:
                seconds = int(datetime.datetime(*minute, tzinfo=self._zone).timestamp())
            if len(self._minutes) > 10_000:
                self._minutes.clear()
            self._minutes[minute] = seconds
        ns = seconds * NS_PER_S + rest
        if ns < self._last and not self._utc:
            again = int(datetime.datetime(*minute, tzinfo=self._zone, fold=1).timestamp())
            ns = again * NS_PER_S + rest if again * NS_PER_S + rest >= self._last else ns
        return ns


def _utc_seconds(minute: tuple[int, int, int, int, int]) -> int:
    year, month, day, hour, minutes = minute
    if hour > 24 or minutes > 59:
        raise ValueError(f"{hour}:{minutes:02d} is no time of a day")
    return (datetime.date(year, month, day).toordinal() - _EPOCH_DAY) * 86_400 + hour * 3600 + minutes * 60


def _offset_s(zone: str) -> int:
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _scaled(text: str, per: int) -> int:
    """Exact: a float has no nanoseconds left in our days."""
    if not _NUMBER.match(text):
        raise ValueError(f"{text[:40]!r} is no number, as times since 1970 are")
    whole, _, fraction = text.replace(",", ".").partition(".")
    sign = -1 if whole.startswith("-") else 1
    digits = (fraction + "0" * 9)[:9]
    return int(whole) * per + sign * (int(digits) * per // 1_000_000_000)


def _excel(text: str) -> tuple[tuple[int, int, int, int, int], int]:
    if not _NUMBER.match(text):
        raise ValueError(f"{text[:40]!r} is no number, as the days of a spreadsheet are")
    micros = round((float(text.replace(",", ".")) - _EXCEL_1970) * 86_400_000_000)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)  # noqa: DTZ001 - of the file's zone
    minute = (moment.year, moment.month, moment.day, moment.hour, moment.minute)
    return minute, moment.second * NS_PER_S + moment.microsecond * 1000
