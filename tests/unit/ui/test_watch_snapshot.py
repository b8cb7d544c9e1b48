"""Snapshots: what counts as changed, and values as JSON."""

from __future__ import annotations

import json
import math

import pytest

from app.values import Duration, Timestamp, Value
from tests.helpers.watching import Watching
from ui.models.watch_rows import Kind, Line
from ui.models.watch_snapshot import Snapshot, Tolerance, decoded, difference, encoded


@pytest.mark.parametrize(
    ("old", "new", "tolerance", "changed", "text"),
    [
        (1.0, 1.0, Tolerance(), False, "="),
        (1.0, 1.25, Tolerance(), True, "≠ +0.25"),
        (1.25, 1.0, Tolerance(0.5), False, "≈ −0.25"),
        (1.0, 1.6, Tolerance(0.5), True, "≠ +0.60"),
        (-100.0, -104.0, Tolerance(percent=5), False, "≈ −4.00"),
        (-100.0, -106.0, Tolerance(percent=5), True, "≠ −6.00"),
        (0.0, 0.001, Tolerance(percent=50), True, "≠ +0.001"),
        (2**63, 2**63 + 1, Tolerance(), True, "≠ +1"),
        (True, False, Tolerance(10), True, "≠ was true"),
        ("Run", "Stop", Tolerance(), True, "≠ was Run"),
        ("Run", "Run", Tolerance(), False, "="),
        (math.nan, math.nan, Tolerance(), False, "="),
        (math.nan, 1.0, Tolerance(10), True, "≠ was not a number"),
        ((1, 2), (1, 3), Tolerance(), True, "≠ was [1, 2]"),
    ],
)
def test_differences(old: Value, new: Value, tolerance: Tolerance, changed: bool, text: str) -> None:
    found = difference(old, new, tolerance, 2)
    assert (found.changed, found.text) == (changed, text)


VALUES: list[Value] = [
    None, True, 2**64 - 1, -1.5, "text", b"\x00\xff", Timestamp(-5), Duration(7), (1, (2.5, None), "a"), math.inf
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_values_as_json(value: Value) -> None:
    assert decoded(json.loads(json.dumps(encoded(value), allow_nan=False))) == value


def test_not_a_number_as_json() -> None:
    back = decoded(encoded(math.nan))
    assert isinstance(back, float)
    assert math.isnan(back)
    with pytest.raises(ValueError):
        decoded({"picture": 1})


def test_a_snapshot_of_rows_is_kept() -> None:
    made = Watching("a", "b")
    a, b, _ = made.add("a", "b", Line(Kind.COMMENT, text="-"))
    made.come(a=1.0)
    taken = Snapshot.of(made.model.rows, 5)
    assert taken.values == {("Plant", "a"): 1.0}
    made.come(a=3.0, b=1.0)
    a.refresh()
    b.refresh()
    found = Snapshot.restored(json.loads(json.dumps(taken.state()))).difference(a, Tolerance(), None)
    assert found is not None
    assert (found.changed, found.size) == (True, 2.0)
    new = taken.difference(b, Tolerance(), None)
    assert new is not None
    assert new.text == "not in it"
