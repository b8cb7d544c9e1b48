"""The values of tags and the words that go with them: frozen, no IO, standard library only.

A tag's value is plain Python: ``None``, ``bool``, ``int``, ``float``, ``str``, ``bytes``, :class:`Timestamp`,
:class:`Duration`, or a tuple of values for an array. Times of events are integers: nanoseconds since 1970-01-01 UTC,
``NO_TIME`` where a source gave none.
"""

from __future__ import annotations

import datetime
import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from app.codes import code_words

NO_TIME = -(2**63)
NS_PER_S = 1_000_000_000
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_DAYS_400_YEARS = 146_097


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A point in time as a tag's value: any year, nanoseconds since 1970-01-01 UTC (negative before)."""

    ns: int

    def __str__(self) -> str:
        return iso_utc(self.ns)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """An elapsed time as a tag's value, in nanoseconds; negative is allowed."""

    ns: int

    def __str__(self) -> str:
        seconds, nanos = divmod(abs(self.ns), NS_PER_S)  # a float would lose nanoseconds after a hundred days
        fraction = f".{nanos:09d}".rstrip("0").rstrip(".")
        return f"{'-' if self.ns < 0 else ''}{seconds}{fraction} s"


Value = None | bool | int | float | str | bytes | Timestamp | Duration | tuple["Value", ...]


def iso_utc(ns: int) -> str:
    """ISO 8601 in UTC with as many digits as the time has (3, 6 or 9); years outside 0–9999 have a sign."""
    seconds, nanos = divmod(ns, NS_PER_S)
    days, rest = divmod(seconds, 86_400)
    # datetime knows years 1 to 9999 alone; the calendar repeats every 400 years, so shift by whole cycles.
    cycles, days = divmod(days, _DAYS_400_YEARS)
    moment = _EPOCH + datetime.timedelta(days=days, seconds=rest)
    year = moment.year + 400 * cycles
    digits = 3 if nanos % 1_000_000 == 0 else 6 if nanos % 1_000 == 0 else 9
    fraction = f"{nanos:09d}"[:digits]
    shown = f"{year:04d}" if 0 <= year <= 9999 else f"{year:+07d}"
    return f"{shown}-{moment:%m-%dT%H:%M:%S}.{fraction}Z"


def same_value(first: Value, second: Value) -> bool:
    """Whether a tag that was given one reads as the other: numbers by value, to the precision of a 32-bit float."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(same_value, first, second))
    if not (isinstance(first, int | float) and isinstance(second, int | float)):
        return first == second
    if isinstance(first, int) and isinstance(second, int):
        return first == second
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return first == second or abs(first - second) <= 1e-6 * max(abs(first), abs(second)) < math.inf


class EventKind(enum.IntEnum):
    DATA_CHANGE = 0
    BUFFERED_DATA_CHANGE = 1
    WRITE_COMPLETE = 2
    OPERATION_COMPLETE = 3

    @property
    def words(self) -> str:
        return self.name.replace("_", " ").lower()


def item_key(server_handle: int, item_handle: int) -> int:
    """One integer for an item of a session: events are keyed by it."""
    return server_handle << 32 | item_handle


def split_key(key: int) -> tuple[int, int]:
    """(server handle, item handle) of an item key."""
    return key >> 32, key & 0xFFFF_FFFF


class DataType(enum.IntEnum):
    """MXAccess's data types; -1 is part of the enumeration."""

    UNKNOWN = -1
    NO_DATA = 0
    BOOLEAN = 1
    INTEGER = 2
    FLOAT = 3
    DOUBLE = 4
    STRING = 5
    TIME = 6
    ELAPSED_TIME = 7
    REFERENCE = 8
    STATUS = 9
    DATA_TYPE = 10
    SECURITY_CLASSIFICATION = 11
    DATA_QUALITY = 12
    QUALIFIED_ENUM = 13
    QUALIFIED_STRUCT = 14
    INTERNATIONALIZED_STRING = 15
    BIG_STRING = 16


class SecurityClass(enum.IntEnum):
    """Who may write a tag."""

    UNDEFINED = -1
    FREE_ACCESS = 0
    OPERATE = 1
    SECURED_WRITE = 2
    VERIFIED_WRITE = 3
    TUNE = 4
    CONFIGURE = 5
    VIEW_ONLY = 6


# ---- status ----------------------------------------------------------------

CATEGORIES = {
    -1: "unknown",
    0: "ok",
    1: "pending",
    2: "warning",
    3: "communication error",
    4: "configuration error",
    5: "operational error",
    6: "security error",
    7: "software error",
    8: "other error",
}

DETAILS = {
    0: "success",
    1: "request timed out",
    2: "platform communication error",
    3: "invalid platform id",
    4: "invalid engine id",
    5: "engine communication error",
    6: "invalid reference",
    7: "no Galaxy Repository",
    8: "invalid object id",
    9: "object signature mismatch",
    10: "attribute signature mismatch",
    11: "resolving attribute",
    12: "resolving object",
    13: "wrong data type",
    14: "wrong number of dimensions",
    15: "invalid index",
    16: "index out of order",
    17: "dimension does not exist",
    18: "conversion not supported",
    19: "unable to convert string",
    20: "overflow",
    21: "NMX version mismatch",
    22: "NMX invalid command",
    23: "LMX version mismatch",
    24: "LMX invalid command",
    25: "Galaxy Repository busy",
    26: "engine overloaded",
    1000: "invalid primitive id",
    1001: "invalid attribute id",
    1002: "invalid property id",
    1003: "index out of range",
    1004: "data out of range",
    1005: "incorrect data type",
    1006: "not readable",
    1007: "not writeable",
    1008: "write access denied",
    1009: "unknown error",
    1010: "object initializing",
    1011: "engine initializing",
    1012: "secured write needed",
    1013: "verified write needed",
    1014: "no alarm-acknowledge privilege",
    1015: "already acknowledged",
    1016: "user lacks rights",
    1017: "verifier lacks rights",
}

SECURED_WRITE_NEEDED = 1012
VERIFIED_WRITE_NEEDED = 1013


class Status(NamedTuple):
    """MXSTATUS_PROXY: the result of one operation as the source reports it; the raw integers are kept."""

    success: int = -1  # -1 is success in COM's own boolean: anything but 0
    category: int = 0
    detected_by: int = -1
    detail: int = 0

    @property
    def ok(self) -> bool:
        return self.success != 0

    @property
    def pending(self) -> bool:
        return self.category == 1

    @property
    def words(self) -> str:
        category = CATEGORIES.get(self.category, f"category {self.category}")
        if self.detail == 0:
            return category
        if self.detail < -1:  # a source's own 32-bit code, as OPC UA has them
            return f"{category}: {code_words(self.detail)}"
        detail = DETAILS.get(self.detail, "object specific" if self.detail >= 8000 else "unknown detail")
        return f"{category}: {detail} ({self.detail})"


STATUS_OK = Status()
STATUS_PENDING = Status(category=1)


def failed(detail: int, category: int = 5, detected_by: int = 1) -> Status:
    """A status that reports failure with this detail code, by default as an operational error of the responder."""
    return Status(0, category, detected_by, detail)


# ---- quality ---------------------------------------------------------------

QUALITY_BAD = 0
QUALITY_CONFIGURATION_ERROR = 4
QUALITY_NOT_CONNECTED = 8
QUALITY_DEVICE_FAILURE = 12
QUALITY_SENSOR_FAILURE = 16
QUALITY_LAST_KNOWN = 20
QUALITY_COMMUNICATION_FAILURE = 24
QUALITY_OUT_OF_SERVICE = 28
QUALITY_WAITING = 32
QUALITY_UNCERTAIN = 64
QUALITY_LAST_USABLE = 68
QUALITY_SENSOR_INACCURATE = 80
QUALITY_UNITS_EXCEEDED = 84
QUALITY_SUBNORMAL = 88
QUALITY_GOOD = 192
QUALITY_LOCAL_OVERRIDE = 216

_QUALITY_WORDS = {
    0: "bad",
    4: "bad: configuration error",
    8: "bad: not connected",
    12: "bad: device failure",
    16: "bad: sensor failure",
    20: "bad: last known value",
    24: "bad: communication failure",
    28: "bad: out of service",
    32: "bad: waiting for initial data",
    64: "uncertain",
    68: "uncertain: last usable value",
    80: "uncertain: sensor not accurate",
    84: "uncertain: engineering units exceeded",
    88: "uncertain: sub-normal",
    192: "good",
    216: "good: local override",
}
_LIMIT_WORDS = ("", ", low limited", ", high limited", ", constant")


class QualityClass(enum.Enum):
    BAD = "bad"
    UNCERTAIN = "uncertain"
    GOOD = "good"


def quality_class(quality: int) -> QualityClass:
    """Class by the two class bits alone: vendor, sub-status and limit bits never make a good value bad."""
    bits = quality & 0xC0
    if bits == 0xC0:
        return QualityClass.GOOD
    # 0x80 is reserved in OPC DA: a value of unknown worth is not good.
    return QualityClass.BAD if bits == 0 else QualityClass.UNCERTAIN


def quality_words(quality: int) -> str:
    """The quality in words, sub-status and limits included; codes outside the table keep their class and number."""
    return "".join(quality_parts(quality))


def quality_parts(quality: int) -> tuple[str, str, str]:
    """What :func:`quality_words` joins, for who says it in another language: the words of class and sub-status, the
    number of a code that has none of its own, the words of the limits. The last two may be ""."""
    known = _QUALITY_WORDS.get(quality & 0xFC)
    number = "" if known else f" ({quality & 0xFF})"
    return known or quality_class(quality).value, number, _LIMIT_WORDS[quality & 3]


# ---- faults ----------------------------------------------------------------

_NO_DETAILS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fault:
    """Expected trouble as data: a code that programs compare, a sentence that people read, details by name."""

    code: str
    message: str
    details: Mapping[str, str] = field(default_factory=lambda: _NO_DETAILS)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
