"""Columns of numbers as few bytes, exactly: what a block of the recorder's store holds.

Whole numbers are told as their distance from the smallest, in units of their common divisor, in as few bytes as the
largest needs, the bytes of one weight beside each other; times as the steps between them, by the same rule. A real
number that is short in decimals, as most measured ones are, is told as that whole number; others as they are, IEEE 754.
Either is deflated where that helps much. All is little-endian. docs/records.md tells the layout for other readers.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_HEAD = struct.Struct("<BBIqq")  # code, decimals, bytes that follow, base, unit
_STEPS, _DEFLATED, _REALS = 0x10, 0x20, 0x40
_WIDTH = 0x0F
_MOST_DECIMALS = 6
_EXACT = float(2**53)
#: A column shorter than this is not worth deflating.
_SHORT = 64
#: Deflated if that leaves so much of it: inflating takes longer than all the rest.
_WORTH = 0.75


class DamagedColumnError(ValueError):
    """The bytes are none of these columns."""


def pack_integers(column: Integers, *, steps: bool = False) -> bytes:
    """``steps`` for numbers that rise evenly."""
    return _packed(column, _STEPS if steps and len(column) > 1 else 0, 0)


def pack_reals(column: Floats) -> bytes:
    """NaN keeps its bits, and zero its sign."""
    found = _decimal(column)
    if found is not None:
        return _packed(found[0], 0, 1 + found[1])
    return _with_head(_REALS | 8, 0, 0, 1, _planes(column.view(np.uint64), 8))


def unpack_integers(data: bytes | memoryview, start: int, count: int) -> tuple[Integers, int]:
    """The column of ``count`` numbers that begins at byte ``start``, and where the next one begins."""
    code, decimals, numbers, end = _numbers(data, start, count)
    if code & _REALS or decimals:
        raise DamagedColumnError("a column of whole numbers holds reals")
    return numbers.view(np.int64), end


def unpack_reals(data: bytes | memoryview, start: int, count: int) -> tuple[Floats, int]:
    code, decimals, numbers, end = _numbers(data, start, count)
    if code & _REALS:
        return numbers.view(np.float64), end
    if not decimals:
        raise DamagedColumnError("a column of reals holds whole numbers")
    return numbers.view(np.int64) / 10.0 ** (decimals - 1), end


def least(data: bytes | memoryview, start: int) -> int:
    """The smallest of the whole numbers in the column that begins there, without reading them: none of steps."""
    if start + _HEAD.size > len(data):
        raise DamagedColumnError("a column is cut off")
    return _HEAD.unpack_from(data, start)[3]


def skip(data: bytes | memoryview, start: int) -> int:
    """Where the column after the one that begins at ``start`` begins."""
    if start + _HEAD.size > len(data):
        raise DamagedColumnError("a column is cut off")
    return start + _HEAD.size + _HEAD.unpack_from(data, start)[2]


def _packed(column: Integers, code: int, decimals: int) -> bytes:
    # In unsigned arithmetic, which wraps and comes back: NO_TIME is as far from a time as numbers go.
    numbers = column.astype(np.int64, copy=False).view(np.uint64)
    base = np.uint64(0)
    if code & _STEPS:
        base, numbers = numbers[0], np.diff(numbers)
    smallest = numbers.view(np.int64).min().view(np.uint64) if len(numbers) else np.uint64(0)
    offsets = numbers - smallest
    unit = int(np.gcd.reduce(offsets)) if len(offsets) else 0
    if code & _STEPS:
        # The steps' own least goes in front of them: the head has room for one base alone.
        front = struct.pack("<q", int(smallest.view(np.int64)))
    else:
        base, front = smallest, b""
    if unit == 0:
        return _HEAD.pack(code, decimals, len(front), int(base.view(np.int64)), 1) + front
    offsets //= np.uint64(unit)
    width = (int(offsets.max()).bit_length() + 7) // 8
    signed = unit if unit < 2**63 else unit - 2**64
    return _with_head(code | width, decimals, int(base.view(np.int64)), signed, _planes(offsets, width), front)


def _planes(numbers: NDArray[np.uint64], width: int) -> bytes:
    """The lowest ``width`` bytes of each, those of one weight beside each other: the upper ones hardly change."""
    return numbers.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()


def _with_head(code: int, decimals: int, base: int, unit: int, raw: bytes, front: bytes = b"") -> bytes:
    if len(raw) >= _SHORT:
        deflated = zlib.compress(raw, 1)
        if len(deflated) < len(raw) * _WORTH:
            code, raw = code | _DEFLATED, deflated
    return _HEAD.pack(code, decimals, len(front) + len(raw), base, unit) + front + raw


def _numbers(data: bytes | memoryview, start: int, count: int) -> tuple[int, int, NDArray[np.uint64], int]:
    end = skip(data, start)
    code, decimals, _, base, unit = _HEAD.unpack_from(data, start)
    if end > len(data) or decimals > _MOST_DECIMALS + 1:
        raise DamagedColumnError("a column is cut off, or is none")
    at = start + _HEAD.size
    smallest = 0
    if code & _STEPS:
        if end - at < 8 or not count:
            raise DamagedColumnError("a column of steps is cut off")
        (smallest,) = struct.unpack_from("<q", data, at)
        at += 8
    stored = count - 1 if code & _STEPS else count
    if code & _REALS:
        return code, 0, _raw(data, at, end, code, stored), end
    if code & _WIDTH:
        numbers = _raw(data, at, end, code, stored)
        if unit != 1:
            numbers *= np.array(unit, np.int64).view(np.uint64)
    else:
        numbers = np.zeros(stored, np.uint64)
    if not code & _STEPS:
        numbers += np.array(base, np.int64).view(np.uint64)
        return code, decimals, numbers, end
    numbers += np.array(smallest, np.int64).view(np.uint64)
    whole = np.empty(count, np.uint64)
    whole[0] = np.array(base, np.int64).view(np.uint64)
    np.cumsum(numbers, out=whole[1:])
    whole[1:] += whole[0]
    return code, decimals, whole, end


def _raw(data: bytes | memoryview, at: int, end: int, code: int, count: int) -> NDArray[np.uint64]:
    width = code & _WIDTH
    if width > 8:
        raise DamagedColumnError(f"a column has numbers of {width} bytes")
    raw: bytes | memoryview = memoryview(data)[at:end]
    if code & _DEFLATED:
        try:
            raw = zlib.decompress(raw, bufsize=width * count + 1)
        except zlib.error as error:
            raise DamagedColumnError(f"a column cannot be inflated: {error}") from error
    if len(raw) != width * count:
        raise DamagedColumnError(f"a column has {len(raw)} bytes for {count} numbers of {width}")
    planes = np.zeros((count, 8), np.uint8)
    planes[:, :width] = np.frombuffer(raw, np.uint8).reshape(width, -1).T
    return planes.view("<u8").reshape(-1).astype(np.uint64, copy=False)


def _decimal(column: Floats) -> tuple[Integers, int] | None:
    """The column as whole numbers and how many decimals they are shifted by, where that gives back every bit."""
    if not len(column):
        return None
    for decimals in range(_MOST_DECIMALS + 1):
        if not _shifted(column[:8], decimals)[1]:
            continue
        whole, same = _shifted(column, decimals)
        if same:
            return whole, decimals
    return None


def _shifted(column: Floats, decimals: int) -> tuple[Integers, bool]:
    scale = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = np.rint(column * scale)
        if not (np.abs(shifted) < _EXACT).all():  # NaN and infinities, too
            return np.empty(0, np.int64), False
        whole = shifted.astype(np.int64)
        back = whole / scale
    # By their bits: a negative zero is none of 0 / 10.
    return whole, bool((back.view(np.uint64) == column.view(np.uint64)).all())
