"""The values of a watch list at one moment, and how far they are from the values now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.records import exact
from app.values import Value
from ui.format import number_text, value_text
from ui.i18n import tr
from ui.models.watch_rows import Kind, Line, Row

#: What a snapshot knows a row by: (source, tag), or ("=", expression).
RowKey = tuple[str, str]
EQUAL, DIFFERENT = "=", "≠"


def key_of(line: Line) -> RowKey:
    return (line.ref.source, line.ref.tag) if line.kind is Kind.TAG else ("=", line.expression)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A number counts as changed when it is off by more than both; 0 and 0 = by anything."""

    absolute: float = 0.0
    percent: float = 0.0

    def allows(self, old: float, new: float) -> bool:
        off = abs(new - old)
        return off <= self.absolute or off <= abs(old) * self.percent / 100


@dataclass(frozen=True, slots=True)
class Difference:
    """``changed``: beyond the tolerance. ``size``: of a number, None of other values."""

    changed: bool
    text: str
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    time_ns: int
    values: Mapping[RowKey, Value]

    @classmethod
    def of(cls, rows: Iterable[Row], time_ns: int) -> Snapshot:
        values: dict[RowKey, Value] = {}
        for row in rows:
            row.refresh()
            if (sample := row.sample()) is not None:
                values[key_of(row.line)] = sample.value
        return cls(time_ns, values)

    def difference(self, row: Row, tolerance: Tolerance, decimals: int | None) -> Difference | None:
        """None where there is nothing to compare: a comment, or no value now."""
        sample = row.sample()
        if sample is None:
            return None
        key = key_of(row.line)
        if key not in self.values:
            return Difference(True, tr("not in it"))
        return difference(self.values[key], sample.value, tolerance, decimals)

    def state(self) -> dict[str, Any]:
        return {"time_ns": self.time_ns, "values": [[*key, exact.to_json(value)] for key, value in self.values.items()]}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Snapshot:
        """ValueError where it is none."""
        values = {(str(one), str(other)): exact.from_json(value) for one, other, value in state["values"]}
        return cls(int(state["time_ns"]), values)


def difference(old: Value, new: Value, tolerance: Tolerance, decimals: int | None) -> Difference:
    if _is_number(old) and _is_number(new):
        return _of_numbers(old, new, tolerance, decimals)  # type: ignore[arg-type]
    if old == new or repr(old) == repr(new):  # two values that are not a number are the same
        return Difference(False, EQUAL)
    was = tr("was {value}").format(value=value_text(old, decimals=decimals, limit=40))
    return Difference(True, f"{DIFFERENT} {was}")


def _of_numbers(old: float, new: float, tolerance: Tolerance, decimals: int | None) -> Difference:
    if old == new:
        return Difference(False, EQUAL, 0.0)
    off = new - old  # whole numbers stay exact
    changed = not tolerance.allows(old, new)
    sign = "+" if off > 0 else "−"
    text = number_text(abs(off), decimals) if isinstance(off, float) else str(abs(off))
    return Difference(changed, f"{DIFFERENT if changed else '≈'} {sign}{text}", abs(float(off)))


def _is_number(value: Value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
