"""VARIANTs read where they lie in memory, and what a value must become to be one.

Reading is done by hand: records without type information, FILETIMEs and arrays by reference come in MXAccess's events,
and comtypes converts none of them. It works on any computer: memory is memory.
"""

from __future__ import annotations

import ctypes
import math
import struct
from dataclasses import dataclass
from typing import Final

from app.backends.mxaccess.dates import Zone, filetime_ns
from app.backends.mxaccess.hresult import hresult_words
from app.values import NO_TIME, DataType, Duration, Status, Timestamp, Value

EMPTY, NULL, I2, I4, R4, R8, CY, DATE, BSTR = 0, 1, 2, 3, 4, 5, 6, 7, 8
DISPATCH, ERROR, BOOL, VARIANT, UNKNOWN, DECIMAL = 9, 10, 11, 12, 13, 14
I1, UI1, UI2, UI4, I8, UI8, INT, UINT, RECORD, FILETIME = 16, 17, 18, 19, 20, 21, 22, 23, 36, 64
ARRAY, BYREF = 0x2000, 0x4000
#: Of values that tell nothing of their tag's type.
NO_TYPE: Final = frozenset({EMPTY, NULL, ERROR})

_NAMES = {
    EMPTY: "EMPTY", NULL: "NULL", I2: "I2", I4: "I4", R4: "R4", R8: "R8", CY: "CY", DATE: "DATE", BSTR: "BSTR",
    DISPATCH: "DISPATCH", ERROR: "ERROR", BOOL: "BOOL", VARIANT: "VARIANT", UNKNOWN: "UNKNOWN", DECIMAL: "DECIMAL",
    I1: "I1", UI1: "UI1", UI2: "UI2", UI4: "UI4", I8: "I8", UI8: "UI8", INT: "INT", UINT: "UINT", RECORD: "RECORD",
    FILETIME: "FILETIME",
}  # fmt: skip
#: Of the numbers: how they lie in memory, and the least and most of the whole ones.
_NUMBERS = {
    I1: "b",
    I2: "h",
    I4: "i",
    I8: "q",
    INT: "i",
    UI1: "B",
    UI2: "H",
    UI4: "I",
    UI8: "Q",
    UINT: "I",
    R4: "f",
    R8: "d",
}
_POINTER = ctypes.sizeof(ctypes.c_void_p)
SIZE: Final = 8 + 2 * _POINTER  # of a VARIANT
_DATA = 8
_MOST = 1_000_000  # elements of an array
_DEEP = 4
_DATA_TYPES = {
    BOOL: DataType.BOOLEAN, R4: DataType.FLOAT, R8: DataType.DOUBLE, BSTR: DataType.STRING, DATE: DataType.TIME,
    FILETIME: DataType.TIME, CY: DataType.DOUBLE, DECIMAL: DataType.DOUBLE,
    **dict.fromkeys((I1, I2, I4, I8, INT, UI1, UI2, UI4, UI8, UINT), DataType.INTEGER),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raw:
    """A VARIANT's type as it came, and its value; ``problem`` says what of it could not be read: then that is None."""

    vt: int
    value: Value = None
    problem: str = ""

    @property
    def data_type(self) -> int:
        return _DATA_TYPES.get(self.vt & 0xFFF, DataType.UNKNOWN)


def vt_words(vt: int) -> str:
    """Such as ``VT_BYREF | VT_ARRAY | VT_RECORD``."""
    base = _NAMES.get(vt & 0xFFF, str(vt & 0xFFF))
    return "".join(words for bit, words in ((BYREF, "VT_BYREF | "), (ARRAY, "VT_ARRAY | ")) if vt & bit) + f"VT_{base}"


def read(address: int, zone: Zone) -> Raw:
    """The VARIANT at this address, copied. What cannot be read is None with its problem, never an exception."""
    vt = _number("H", address)
    try:
        return _read(address, zone, 0)
    except (ValueError, OverflowError) as error:
        return Raw(vt, None, str(error))


def time_ns(raw: Raw, zone: Zone) -> int:
    """The time that a VARIANT of an event says, of whatever kind; NO_TIME where it says none, or one that events have
    no room for: before 1677 or after 2262, which stands for none in several systems."""
    ns = NO_TIME
    if isinstance(raw.value, Timestamp):
        ns = raw.value.ns
    elif isinstance(raw.value, str):
        ns = zone.text_ns(raw.value)
    elif isinstance(raw.value, float):
        ns = zone.date_ns(raw.value)
    return ns if NO_TIME < ns < 2**63 else NO_TIME


def statuses(address: int) -> tuple[Status, ...]:
    """The MXSTATUS_PROXY records of a VARIANT with a safe array of them, by reference or not; ValueError where it has
    something else. Their type information is not needed: the layout is known (pack 4)."""
    vt = _number("H", address)
    if vt & ~BYREF == VARIANT:
        return statuses(_pointer(address + _DATA))
    if vt in (EMPTY, NULL):
        return ()
    if not vt & ARRAY:
        raise ValueError(f"statuses came as {vt_words(vt)}")
    array = _pointer(_pointer(address + _DATA)) if vt & BYREF else _pointer(address + _DATA)
    if not array:
        return ()
    sizes, width, data = _safe_array(array)
    if width < 16:
        raise ValueError(f"statuses of {width} bytes came, where 16 were expected")
    return tuple(status_at(data + width * index) for index in range(math.prod(sizes)))


def status_at(address: int) -> Status:
    """success int16, category int32, detectedBy int32, detail int16."""
    return Status(
        _number("h", address), _number("i", address + 4), _number("i", address + 8), _number("h", address + 12)
    )


def _number(form: str, address: int) -> int:
    return struct.unpack(f"={form}", ctypes.string_at(address, struct.calcsize(f"={form}")))[0]


def _pointer(address: int) -> int:
    return _number("Q" if _POINTER == 8 else "I", address)


def _read(address: int, zone: Zone, depth: int) -> Raw:
    if depth > _DEEP:
        raise ValueError("VARIANTs within each other without an end")
    vt = _number("H", address)
    place = address + _DATA
    if vt & BYREF:
        place = _pointer(place)
        if not place:
            raise ValueError(f"{vt_words(vt)} without a place")
        if vt & ~BYREF == VARIANT:
            return _read(place, zone, depth + 1)
    elif vt == DECIMAL:
        place = address  # it shares the first two bytes with the type
    if vt & ARRAY:
        array = _pointer(place)
        return Raw(vt, *_array(array, vt & 0xFFF, zone, depth)) if array else Raw(vt, ())
    return Raw(vt, _scalar(vt & 0xFFF, place, zone, depth))


def _scalar(vt: int, place: int, zone: Zone, depth: int) -> Value:
    if (form := _NUMBERS.get(vt)) is not None:
        return _number(form, place)
    if vt in (EMPTY, NULL):
        return None
    if vt == BOOL:
        return _number("h", place) != 0
    if vt == BSTR:
        return _text(_pointer(place))
    if vt == DATE:
        days = struct.unpack("=d", ctypes.string_at(place, 8))[0]
        ns = zone.date_ns(days)
        return Timestamp(ns) if ns != NO_TIME else days
    if vt == FILETIME:
        ns = filetime_ns(_number("Q", place))
        return Timestamp(ns) if ns != NO_TIME else None
    if vt == CY:
        return _number("q", place) / 10_000
    if vt == DECIMAL:
        scale, sign = _number("B", place + 2), _number("B", place + 3)
        whole = _number("I", place + 4) << 64 | _number("Q", place + 8)
        return (-whole if sign else whole) / 10**scale
    if vt == VARIANT:
        return _read(place, zone, depth + 1).value
    if vt == ERROR:
        raise ValueError(f"an error came in place of a value: {hresult_words(_number('i', place))}")
    raise ValueError(f"a value of the type {vt_words(vt)} cannot be shown")


def _text(pointer: int) -> str:
    if not pointer:
        return ""
    return ctypes.string_at(pointer, _number("I", pointer - 4)).decode("utf-16-le", "replace")


def _safe_array(array: int) -> tuple[list[int], int, int]:
    """Sizes of the dimensions from left to right, bytes of an element, where the elements are."""
    dimensions, width = _number("H", array), _number("I", array + 4)
    bounds = array + 12 + (4 if _POINTER == 8 else 0) + _POINTER
    sizes = [_number("I", bounds + 8 * index) for index in range(dimensions)][::-1]
    if math.prod(sizes) > _MOST:
        raise ValueError(f"an array of {math.prod(sizes):,} elements: {_MOST:,} are read at the most")
    return sizes, width, _pointer(bounds - _POINTER)


def _array(array: int, vt: int, zone: Zone, depth: int) -> tuple[Value, str]:
    """With what could not be read of its elements."""
    sizes, width, data = _safe_array(array)
    count = math.prod(sizes)
    if (form := _NUMBERS.get(vt)) is not None and width == struct.calcsize(f"={form}"):
        flat: tuple[Value, ...] = (
            struct.unpack(f"={count}{form}", ctypes.string_at(data, width * count)) if count else ()
        )
    elif vt == VARIANT:
        raws = [_element(data + width * index, zone, depth) for index in range(count)]
        problem = next((f"element {number}: {raw.problem}" for number, raw in enumerate(raws, 1) if raw.problem), "")
        return _nested(tuple(raw.value for raw in raws), sizes), problem
    else:
        flat = tuple(_scalar(vt, data + width * index, zone, depth) for index in range(count))
    return _nested(flat, sizes), ""


def _element(address: int, zone: Zone, depth: int) -> Raw:
    """One of an array of VARIANTs: what is wrong with it costs the others nothing."""
    try:
        return _read(address, zone, depth + 1)
    except (ValueError, OverflowError) as error:
        return Raw(_number("H", address), None, str(error))


def _nested(flat: tuple[Value, ...], sizes: list[int]) -> tuple[Value, ...]:
    """The first index runs fastest in memory."""
    if len(sizes) <= 1:
        return flat
    return tuple(_nested(flat[index :: sizes[0]], sizes[1:]) for index in range(sizes[0]))


# ---- the way out


@dataclass(frozen=True, slots=True)
class Typed:
    """What a VARIANT is to hold: ``payload`` int, float, bool or str by ``vt``; a tuple of them with ARRAY."""

    vt: int
    payload: int | float | str | bool | tuple[int | float | str | bool | None, ...] | None


def typed(value: Value, vt: int, zone: Zone) -> Typed:
    """``value`` as the tag's own type ``vt`` wants it; EMPTY where that is not known: as the value is. ValueError says
    what does not fit."""
    vt &= ~BYREF
    if isinstance(value, tuple):
        if not (vt & ARRAY or vt in (EMPTY, NULL)):
            raise ValueError(f"the tag has one value ({vt_words(vt)}), not an array")
        if any(isinstance(one, tuple) for one in value):
            raise ValueError("an array of arrays cannot be written")
        base = vt & 0xFFF if vt & ARRAY else _natural(value[0]) if value else R8
        if base == VARIANT:
            base = _natural(value[0]) if value else R8
        elements: list[int | float | str | bool | None] = []
        for number, one in enumerate(value, 1):
            try:
                elements.append(_payload(one, base, zone))
            except ValueError as error:
                raise ValueError(f"element {number}: {error}") from None
        return Typed(ARRAY | _writable(base), tuple(elements))
    if vt & ARRAY:
        raise ValueError(f"the tag is an array ({vt_words(vt)}): write all of its elements, or one by its index")
    if value is None:
        return Typed(NULL, None)
    base = _natural(value) if vt in (EMPTY, NULL, VARIANT) or vt not in _NAMES else vt
    return Typed(_writable(base), _payload(value, base, zone))


def _writable(vt: int) -> int:
    return {FILETIME: DATE, CY: R8, DECIMAL: R8}.get(vt, vt)  # FILETIME is read, but no type that a VARIANT may hold


def _natural(value: Value) -> int:
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return I4 if -(2**31) <= value < 2**31 else I8
    if isinstance(value, float | Duration):
        return R8
    return DATE if isinstance(value, Timestamp) else BSTR


def _payload(value: Value, vt: int, zone: Zone) -> int | float | str | bool:
    if isinstance(value, Duration):
        value = value.ns / 1e9
    if isinstance(value, bytes | tuple) or value is None:
        raise ValueError(f"{value!r} cannot be written")
    if vt == BSTR:
        return str(value)
    if vt in (DATE, FILETIME):
        if not isinstance(value, Timestamp):
            raise ValueError(f"{value} is no time")
        return zone.date(value.ns)
    if isinstance(value, Timestamp):
        raise ValueError(f"{value} is a time, and the tag's type is {vt_words(vt)}")  # noqa: TRY004 - a user's
    if vt == BOOL:
        if value not in (0, 1):
            raise ValueError(f"{value!r} is neither true nor false")
        return bool(value)
    if isinstance(value, str):
        raise ValueError(f"{value!r} is a text, and the tag's type is {vt_words(vt)}")  # noqa: TRY004 - a user's
    if vt in (R4, R8, CY, DECIMAL):
        if vt == R4 and math.isfinite(value) and abs(value) > 3.4028235677973366e38:
            raise ValueError(f"{value} is beyond what {vt_words(vt)} holds")
        return float(value)
    form = _NUMBERS.get(vt)
    if form is None:
        raise ValueError(f"a tag of the type {vt_words(vt)} cannot be written")
    if value != value or value in (math.inf, -math.inf) or int(value) != value:
        raise ValueError(f"{value} is no whole number, and the tag's type is {vt_words(vt)}")
    try:
        struct.pack(f"={form}", int(value))
    except struct.error:
        raise ValueError(f"{int(value)} is beyond what {vt_words(vt)} holds") from None
    return int(value)
