"""Addresses of tags: node ids, with an index range behind them where a part of an array is meant."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asyncua import ua

from app.values import Value

_SUFFIX = re.compile(r"\[(\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*)\]$")


@dataclass(frozen=True, slots=True)
class IndexRange:
    """A part of an array: first and last index per dimension, from 0. ``text`` is what services take."""

    bounds: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> IndexRange:
        """From ``3``, ``1:4`` or ``0,2:3``; ValueError where the last index is before the first."""
        bounds: list[tuple[int, int]] = []
        for part in text.split(","):
            first, colon, last = part.partition(":")
            low, high = int(first), int(last) if colon else int(first)
            if high < low:
                raise ValueError(f"[{text}] is no index range: the last index is before the first")
            bounds.append((low, high))
        return cls(tuple(bounds))

    @property
    def text(self) -> str:
        return ",".join(f"{low}" if low == high else f"{low}:{high}" for low, high in self.bounds)

    @property
    def one(self) -> bool:
        """Whether it names one element."""
        return all(low == high for low, high in self.bounds)

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple([high - low + 1 for low, high in self.bounds])

    def cut(self, whole: Value) -> Value:
        """This part of a whole array; IndexError where the array has not so many elements."""
        return _cut(whole, self.bounds)

    def shown(self, part: Value) -> Value:
        """One element as itself, not as an array of one."""
        if self.one:
            for _ in self.bounds:
                if isinstance(part, tuple) and len(part) == 1:
                    part = part[0]
        return part

    def sent(self, value: Value) -> Value:
        """What a service takes for it; ValueError where the value has another shape than the range."""
        if self.one:
            if isinstance(value, tuple):
                raise ValueError("one element takes one value, not an array")
            for _ in self.bounds:
                value = (value,)
            return value
        if _shape(value) != self.counts:
            raise ValueError(f"[{self.text}] takes an array of {' × '.join(map(str, self.counts))} values")
        return value


def _cut(whole: Value, bounds: Sequence[tuple[int, int]]) -> Value:
    if not bounds:
        return whole
    (low, high), *inner = bounds
    if not isinstance(whole, tuple | str | bytes) or high >= len(whole):
        raise IndexError
    part = whole[low : high + 1]
    return tuple([_cut(item, inner) for item in part]) if isinstance(part, tuple) else part


def _shape(value: Value) -> tuple[int, ...]:
    shape: list[int] = []
    while isinstance(value, tuple):
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


@dataclass(frozen=True, slots=True)
class Address:
    """``literal`` is the whole text as a node id, ``node`` the one before an index range. A string may end in brackets
    that are part of it, so where both are there the server decides: its own node comes first."""

    literal: ua.NodeId | None
    node: ua.NodeId | None = None
    part: IndexRange | None = None

    @classmethod
    def of(cls, text: str) -> Address:
        """ValueError for a text that is no address."""
        literal = _parsed(text.strip())
        found = _SUFFIX.search(text.strip())
        node = _parsed(text.strip()[: found.start()]) if found else None
        if found is None or node is None:
            if literal is None:
                raise ValueError(f"{text!r} is not a node id: write ns=2;s=Name or ns=2;i=1234")
            return cls(literal)
        return cls(literal, node, IndexRange.of(found[1]))

    @property
    def certain(self) -> bool:
        return self.part is None


def _parsed(text: str) -> ua.NodeId | None:
    try:
        return ua.NodeId.from_string(text)
    except Exception:  # whatever the library meets in a text that a person typed
        return None


def node_id(address: str) -> ua.NodeId:
    """ValueError for a text that is not a node id."""
    found = _parsed(address.strip())
    if found is None:
        raise ValueError(f"{address!r} is not a node id: write ns=2;s=Name or ns=2;i=1234")
    return found
