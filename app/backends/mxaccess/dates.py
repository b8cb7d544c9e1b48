"""Times of COM: days since 1899-12-30 (DATE), ticks since 1601 (FILETIME), texts; to and from ns since 1970 UTC.

A DATE says nothing of its zone, and it is not known which one MXAccess means: it is a setting.
"""

from __future__ import annotations

import datetime
import math
import re
import time
import zoneinfo

from app.values import NO_TIME

_DATE_ZERO = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - it has none
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_DAY_US = 86_400_000_000
#: A double of days has about 0.6 µs here: digits beyond this are noise.
_GRAIN_US = 10
_FILETIME_ZERO_TICKS = 116_444_736_000_000_000  # 1970 in ticks of 100 ns since 1601
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_FORMS = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S.%f %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S.%f",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S.%f",
    "%d.%m.%Y %H:%M:%S",
    # COM writes midnight as the day alone.
    "%m/%d/%Y",
    "%d.%m.%Y",
)
_TOO_FINE = re.compile(r"(\.\d{6})\d+")


class Zone:
    """What times without a zone mean: ``local`` (this computer's), ``utc``, an offset like ``+02:00``, or a name like
    ``Europe/Berlin`` where the computer has the tables for it. In the doubled hour of autumn, the first is meant."""

    def __init__(self, name: str = "local") -> None:
        """ValueError for a zone that is none."""
        self.name = name
        self._zone: datetime.tzinfo | None
        if name.lower() == "local":
            self._zone = None
        elif name.lower() == "utc":
            self._zone = datetime.UTC
        elif match := _OFFSET.fullmatch(name):
            sign, hours, minutes = match.groups()
            offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
            if offset >= datetime.timedelta(days=1):
                raise ValueError(f"{name!r} is no offset from UTC: it is less than a day")
            self._zone = datetime.timezone(-offset if sign == "-" else offset)
        else:
            try:
                self._zone = zoneinfo.ZoneInfo(name)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(
                    f"{name!r} is no time zone of this computer: write local, utc or an offset like +02:00"
                ) from None

    def ns(self, moment: datetime.datetime) -> int:
        """Of a time as its clock shows it; NO_TIME where no computer's clock reaches."""
        try:
            known = moment.replace(tzinfo=self._zone) if self._zone is not None else _local(moment)
            gone = known - _EPOCH
        except (OverflowError, OSError, ValueError):
            return NO_TIME
        return (gone.days * _DAY_US + gone.seconds * 1_000_000 + gone.microseconds) * 1000

    def date_ns(self, days: float) -> int:
        """Of a DATE; NO_TIME outside the years 100 to 9999. Before 1899 its fraction still counts forward."""
        if not math.isfinite(days) or not -657_434 <= days < 2_958_466:
            return NO_TIME
        fraction, whole = math.modf(days)
        grains = round(abs(fraction) * _DAY_US / _GRAIN_US)
        try:
            moment = _DATE_ZERO + datetime.timedelta(days=int(whole), microseconds=grains * _GRAIN_US)
        except OverflowError:
            return NO_TIME
        return self.ns(moment)

    def date(self, ns: int) -> float:
        """The DATE of a time; ValueError outside the years that one has."""
        try:
            moment = _EPOCH + datetime.timedelta(microseconds=ns // 1000)
            moment = moment.astimezone(self._zone) if self._zone is not None else _local(moment)
        except (OverflowError, OSError, ValueError):
            raise ValueError("a time of MXAccess lies within the years 100 and 9999") from None
        gone = moment.replace(tzinfo=None) - _DATE_ZERO
        fraction = (gone.seconds * 1_000_000 + gone.microseconds) / _DAY_US
        return gone.days + fraction if gone.days >= 0 else gone.days - fraction

    def text_ns(self, text: str) -> int:
        """Of a time as a text, in ISO 8601 or one of the usual forms of Windows; NO_TIME where it is none of them."""
        text = _TOO_FINE.sub(r"\1", text.strip())
        try:
            moment = datetime.datetime.fromisoformat(text)
        except ValueError:
            moment = _by_form(text)
        if moment is None:
            return NO_TIME
        if moment.tzinfo is None:
            return self.ns(moment)
        gone = moment - _EPOCH
        return (gone.days * _DAY_US + gone.seconds * 1_000_000 + gone.microseconds) * 1000


def _local(moment: datetime.datetime) -> datetime.datetime:
    """In this computer's zone, also the times of which Windows knows no local ones (before 1970, after 3000): by its
    winter time."""
    try:
        return moment.astimezone()
    except (OverflowError, OSError):
        winter = datetime.timezone(datetime.timedelta(seconds=-time.timezone))
        return moment.replace(tzinfo=winter) if moment.tzinfo is None else moment.astimezone(winter)


def _by_form(text: str) -> datetime.datetime | None:
    for form in _FORMS:
        try:
            return datetime.datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the setting's
        except ValueError:
            continue
    return None


def filetime_ns(ticks: int) -> int:
    """Of a FILETIME, which is in UTC by its definition; NO_TIME for 0."""
    return (ticks - _FILETIME_ZERO_TICKS) * 100 if ticks else NO_TIME
