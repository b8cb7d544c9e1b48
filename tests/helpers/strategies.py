"""Hypothesis strategies for what travels on a worker's pipe, and an equality that tells NaN, -0.0, True and 1 apart."""

from __future__ import annotations

import dataclasses
import enum
import struct
import types
import typing
from array import array
from typing import Any

from hypothesis import strategies as st

from app.batch import Detail, EventBatch
from app.commands import BulkCommand, Command, Reply, Restore, SingleCommand
from app.values import NO_TIME, DataType, Duration, EventKind, Fault, Status, Timestamp, Value
from app.wire.bodies import Cancel, Heartbeat, Hello, Ready, Shutdown, ShutdownAck, SourceState, Start

int32s = st.integers(-(2**31), 2**31 - 1)
int64s = st.integers(-(2**63), 2**63 - 1)
uint32s = st.integers(0, 2**32 - 1)
floats = st.floats(allow_nan=True, allow_infinity=True, width=64)
#: Years -292,000,000,000 to +292,000,000,000: far beyond what a datetime holds.
times = st.integers(-(2**63) * 1_000_000_000, (2**63 - 1) * 1_000_000_000 + 999_999_999)
statuses = st.builds(Status, int32s, int32s, int32s, int32s)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    floats,
    st.text(max_size=20),
    st.binary(max_size=20),
    st.builds(Timestamp, times),
    st.builds(Duration, int64s),
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=6
)


def _of_type(hint: Any, name: str) -> st.SearchStrategy[Any]:
    if Timestamp in typing.get_args(hint):  # Value: its own name inside makes it unequal to itself once resolved
        return values
    if isinstance(hint, types.UnionType):
        return st.one_of([_of_type(part, name) for part in typing.get_args(hint)])
    if typing.get_origin(hint) is tuple:
        return st.lists(_of_type(typing.get_args(hint)[0], name), max_size=3).map(tuple)
    if hint is int:
        return int64s if name.endswith("_ns") else int32s if name in ("hresult", "quality", "qualities") else uint32s
    plain = {type(None): st.none(), bool: st.booleans(), str: st.text(max_size=12), float: floats}
    if hint in plain:
        return plain[hint]
    if issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    return statuses if hint is Status else made(hint)


def made(kind: type) -> st.SearchStrategy[Any]:
    """Instances of a dataclass, each field by its type."""
    hints = typing.get_type_hints(kind)
    return st.builds(
        kind, **{entry.name: _of_type(hints[entry.name], entry.name) for entry in dataclasses.fields(kind)}
    )


COMMANDS: tuple[type, ...] = (*typing.get_args(SingleCommand), *typing.get_args(BulkCommand), Restore)
BODIES = (Hello, Start, Ready, Cancel, Shutdown, ShutdownAck, Heartbeat, SourceState)
assert {*COMMANDS} == {*typing.get_args(Command)}

commands = st.sampled_from(COMMANDS).flatmap(made)
replies = made(Reply)
faults = st.builds(Fault, st.text(max_size=9), st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text()))
details = st.builds(
    Detail,
    st.lists(statuses, max_size=3).map(tuple),
    st.none() | int32s,
    st.sampled_from([int(kind) for kind in DataType]),
    uint32s,
)


@st.composite
def batches(draw: st.DrawFn, limit: int = 8) -> EventBatch:
    """Batches as a worker makes them: columns as lists or arrays, reals or mixed, with or without kinds and details."""
    count = draw(st.integers(1, limit))
    as_arrays = draw(st.booleans())

    def column(code: str, entries: st.SearchStrategy[int]) -> Any:
        drawn = draw(st.lists(entries, min_size=count, max_size=count))
        return array(code, drawn) if as_arrays else drawn

    reals = draw(st.booleans())
    kinds = st.lists(st.sampled_from(EventKind), min_size=count, max_size=count).map(bytes)
    found = draw(st.dictionaries(st.integers(0, count - 1), details, max_size=3))
    drawn = draw(st.lists(floats if reals else values, min_size=count, max_size=count))
    return EventBatch(
        draw(st.integers(1, 2**63)),
        column("Q", st.integers(0, 2**64 - 1)),
        array("d", drawn) if reals and as_arrays else drawn,
        column("i", int32s),
        column("q", int64s | st.just(NO_TIME)),
        column("q", int64s),
        draw(st.just(b"") | kinds),
        found,
        sum(detail.coalesced for detail in found.values()),
    )


bodies = st.one_of(commands, replies, faults, batches(), st.sampled_from(BODIES).flatmap(made))


def exactly(value: Any) -> Any:
    """A form of ``value`` that is equal to that of another only if both are the same, bit by bit and type by type."""
    if isinstance(value, EventBatch):
        columns = (value.keys, value.values, value.qualities, value.source_times, value.worker_times)
        rest = (value.first_sequence, value.kinds, dict(value.details), value.coalesced)
        return "batch", *(exactly(tuple(column)) for column in columns), exactly(rest)
    if isinstance(value, DataType):
        return int, int(value)  # a detail's data type is an integer: sources have others, too
    if isinstance(value, float):
        return "float", struct.pack("<d", value)
    if dataclasses.is_dataclass(value):
        return type(value), [exactly(getattr(value, entry.name)) for entry in dataclasses.fields(value)]
    if isinstance(value, typing.Mapping):
        return "mapping", {key: exactly(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return type(value), [exactly(entry) for entry in value]
    return type(value), value
