"""Samples of one tag as columns, and as the bytes of a block."""

from __future__ import annotations

import enum
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from app.batch import Sample
from app.records.exact import from_json, to_json
from app.records.packing import (
    DamagedColumnError,
    Floats,
    Integers,
    least,
    pack_integers,
    pack_reals,
    skip,
    unpack_integers,
    unpack_reals,
)
from app.values import NO_TIME, Value

#: A source whose clock is further ahead than this is placed when its values came: nothing stands in the future.
AHEAD_NS = 2_000_000_000
_EXACT = 2**53
_LENGTH = struct.Struct("<I")
_NO_OTHERS: Mapping[int, Value] = MappingProxyType({})


class Kind(enum.IntEnum):
    """What a value is. Its number, where it has one, is in :attr:`Samples.reals` in any case."""

    REAL = 0
    INTEGER = 1  # of at most 53 bits: the double is exact
    BOOLEAN = 2
    OTHER = 3  # text, bytes, times, arrays, nothing, larger integers: in :attr:`Samples.others`


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Columns of equal length, in the order of :attr:`times`. Treat as immutable.

    Times are nanoseconds since 1970 UTC; ``source_times`` has NO_TIME where the source gave none. ``reals`` are the
    values as doubles, booleans as 0 and 1, NaN for what is no number; ``others`` has by position the values that a
    double cannot hold. :meth:`value` gives any of them exactly.
    """

    source_times: Integers
    receive_times: Integers
    reals: Floats
    kinds: NDArray[np.uint8]
    qualities: NDArray[np.int32]
    others: Mapping[int, Value] = field(default_factory=lambda: _NO_OTHERS)

    def __len__(self) -> int:
        return len(self.reals)

    @property
    def times(self) -> Integers:
        """Where each stands on a time axis, in nanoseconds: :func:`placed`."""
        return placed(self.source_times, self.receive_times)

    def value(self, index: int) -> Value:
        """The value as it came, of the type that it had."""
        match self.kinds[index]:
            case Kind.REAL:
                return float(self.reals[index])
            case Kind.INTEGER:
                return int(self.reals[index])
            case Kind.BOOLEAN:
                return bool(self.reals[index])
            case _:
                return self.others[index]

    def sample(self, index: int) -> Sample:
        times = int(self.source_times[index]), int(self.receive_times[index])
        return Sample(self.value(index), int(self.qualities[index]), *times)

    def take(self, wanted: NDArray[np.intp] | slice) -> Samples:
        """Those at the positions, or in the slice, in that order."""
        others = _NO_OTHERS
        if self.others:
            positions = np.arange(len(self))[wanted].tolist()
            others = {new: self.others[old] for new, old in enumerate(positions) if old in self.others}
        return Samples(
            self.source_times[wanted],
            self.receive_times[wanted],
            self.reals[wanted],
            self.kinds[wanted],
            self.qualities[wanted],
            others,
        )

    def in_order(self) -> Samples:
        """By time; those of one time as they stood."""
        times = self.times
        if len(times) < 2 or bool((times[1:] >= times[:-1]).all()):
            return self
        return self.take(np.argsort(times, kind="stable"))

    # ---- making

    @classmethod
    def none(cls) -> Samples:
        return cls.of((), (), (), ())

    @classmethod
    def of(
        cls,
        values: Sequence[Value],
        qualities: Sequence[int],
        source_times: Sequence[int],
        receive_times: Sequence[int],
    ) -> Samples:
        """As they came; sort with :meth:`in_order`."""
        reals, kinds, others = split(values)
        return cls(
            np.asarray(source_times, np.int64),
            np.asarray(receive_times, np.int64),
            reals,
            kinds,
            np.asarray(qualities, np.int32),
            others,
        )

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Samples:
        """One after the other; sort with :meth:`in_order`."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls.none()
        others: dict[int, Value] = {}
        start = 0
        for part in parts:
            others.update((start + at, value) for at, value in part.others.items())
            start += len(part)
        return cls(
            np.concatenate([part.source_times for part in parts]),
            np.concatenate([part.receive_times for part in parts]),
            np.concatenate([part.reals for part in parts]),
            np.concatenate([part.kinds for part in parts]),
            np.concatenate([part.qualities for part in parts]),
            others or _NO_OTHERS,
        )

    # ---- as bytes

    def pack(self) -> bytes:
        """Columns one after the other: lag, time, value, quality, kind; then the other values, as JSON. The time is the
        source's where each sample has one, else that of receipt; the lag is between the two."""
        sourced = not bool((self.source_times == NO_TIME).any())
        lag = (self.receive_times.view(np.uint64) - self.source_times.view(np.uint64)).view(np.int64)
        parts = [
            bytes([sourced]),
            pack_integers(lag),
            pack_integers(self.source_times if sourced else self.receive_times, steps=True),
            pack_reals(self.reals),
            pack_integers(self.qualities.astype(np.int64)),
            pack_integers(self.kinds.astype(np.int64)),
            pack_others(self.others),
        ]
        return b"".join(parts)

    @classmethod
    def unpack(cls, data: bytes, count: int) -> Samples:
        """ValueError where the bytes are no block of so many samples."""
        source, receive, at = _times(data, count)
        reals, at = unpack_reals(data, at, count)
        qualities, at = unpack_integers(data, at, count)
        kinds, at = unpack_integers(data, at, count)
        others, _ = unpack_others(data, at)
        if len(others) != int((kinds == Kind.OTHER).sum()):
            raise DamagedColumnError("a block lacks values, or has too many")
        return cls(source, receive, reals, kinds.astype(np.uint8), qualities.astype(np.int32), others)

    @property
    def line(self) -> Line:
        return Line(self.times, self.reals, self.qualities)


class Line(NamedTuple):
    """What is drawn of samples: where they stand, in the order of time, and what they are worth."""

    times: Integers
    reals: Floats
    qualities: NDArray[np.int32]

    @classmethod
    def unpack(cls, data: bytes, count: int) -> Line:
        """Of what :meth:`Samples.pack` gives, in half the time. ValueError as there."""
        lag_ns = least(data, 1)
        if data[0] and lag_ns >= -AHEAD_NS:  # the usual case: all stand at the source's time
            times, at = unpack_integers(data, skip(data, 1), count)
        else:
            source, receive, at = _times(data, count)
            times = placed(source, receive)
        reals, at = unpack_reals(data, at, count)
        qualities, _ = unpack_integers(data, at, count)
        return cls(times, reals, qualities.astype(np.int32))

    def between(self, start_ns: int, end_ns: int) -> Line:
        first, stop = np.searchsorted(self.times, np.array([start_ns, end_ns], np.int64)).tolist()
        if first == 0 and stop == len(self.times):
            return self
        part = slice(first, max(first, stop))
        return Line(self.times[part], self.reals[part], self.qualities[part])

    @classmethod
    def joined(cls, parts: Sequence[Line]) -> Line:
        """In the order of time, whatever that of the parts is."""
        times = np.concatenate([part.times for part in parts])
        line = cls(
            times, np.concatenate([part.reals for part in parts]), np.concatenate([part.qualities for part in parts])
        )
        if len(times) < 2 or bool((times[1:] >= times[:-1]).all()):
            return line
        order = np.argsort(times, kind="stable")
        return cls(line.times[order], line.reals[order], line.qualities[order])


def _times(data: bytes, count: int) -> tuple[Integers, Integers, int]:
    """Source times, times of receipt, and where the column after them begins."""
    if not data:
        raise DamagedColumnError("a block is empty")
    lag, at = unpack_integers(data, 1, count)
    times, at = unpack_integers(data, at, count)
    if data[0]:
        return times, (times.view(np.uint64) + lag.view(np.uint64)).view(np.int64), at
    return (times.view(np.uint64) - lag.view(np.uint64)).view(np.int64), times, at


def placed(source_times: Integers, receive_times: Integers) -> Integers:
    """Where samples stand on a time axis: at the source's time, and at the time of receipt where the source gave none
    or is more than two seconds ahead."""
    # Compared in parts: NO_TIME is so small that a difference with it would wrap.
    late = (source_times == NO_TIME) | (source_times > receive_times + AHEAD_NS)
    return np.where(late, receive_times, source_times) if late.any() else source_times


def split(values: Sequence[Value]) -> tuple[Floats, NDArray[np.uint8], Mapping[int, Value]]:
    """Any values as doubles, kinds, and by position those that no double holds."""
    count = len(values)
    if getattr(values, "typecode", "") == "d" or set(map(type, values)) <= {float}:
        return np.array(values, np.float64), np.zeros(count, np.uint8), _NO_OTHERS
    reals = np.empty(count, np.float64)
    kinds = np.empty(count, np.uint8)
    others: dict[int, Value] = {}
    for at, value in enumerate(values):
        kind, reals[at] = _number(value)
        kinds[at] = kind
        if kind == Kind.OTHER:
            others[at] = value
    return reals, kinds, others or _NO_OTHERS


def _number(value: Value) -> tuple[int, float]:
    kind = type(value)
    if kind is float:
        return 0, cast("float", value)
    if kind is bool:
        return 2, float(cast("bool", value))
    if isinstance(value, int):
        if -_EXACT <= value <= _EXACT:
            return 1, float(value)
        try:
            return 3, float(value)
        except OverflowError:
            return 3, float("nan")
    return 3, float("nan")


def pack_others(others: Mapping[int, Value]) -> bytes:
    """By position; nothing takes four bytes."""
    if not others:
        return _LENGTH.pack(0)
    told = [list(others), [to_json(value) for value in others.values()]]
    data = zlib.compress(json.dumps(told, separators=(",", ":"), allow_nan=False).encode(), 1)
    return _LENGTH.pack(len(data)) + data


def unpack_others(data: bytes | memoryview, start: int) -> tuple[Mapping[int, Value], int]:
    """And where it ends. ValueError where it is none."""
    if start + _LENGTH.size > len(data):
        raise DamagedColumnError("the other values are cut off")
    (length,) = _LENGTH.unpack_from(data, start)
    at = start + _LENGTH.size
    if not length:
        return _NO_OTHERS, at
    try:
        positions, told = cast("list[list[Any]]", json.loads(zlib.decompress(memoryview(data)[at : at + length])))
        return dict(zip(positions, map(from_json, told), strict=True)), at + length
    except (zlib.error, TypeError, ValueError) as error:
        raise DamagedColumnError(f"other values cannot be read: {error}") from error
