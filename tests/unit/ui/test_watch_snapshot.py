"""Snapshots: what counts as changed, and how they are kept."""

from __future__ import annotations

import json
import math

import pytest

from app.values import Timestamp, Value
from tests.helpers.watching import Watching
from ui.models.watch_rows import Kind, Line
from ui.models.watch_snapshot import Snapshot, Tolerance, difference


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


@pytest.mark.clause("W5")
def test_values_are_kept_exactly() -> None:
    values: dict[tuple[str, str], Value] = {
        ("Plant", "big"): 2**64 - 1, ("Plant", "bytes"): b"\x00\xff", ("Plant", "time"): Timestamp(-5),
        ("Plant", "array"): (1, (2.5, None), "a"), ("=", "1 / 0"): math.inf,
    }  # fmt: skip
    kept = json.dumps(Snapshot(5, values).state(), allow_nan=False)
    assert Snapshot.restored(json.loads(kept)) == Snapshot(5, values)
    with pytest.raises(ValueError, match="no value"):
        Snapshot.restored({"time_ns": 5, "values": [["Plant", "a", {"picture": 1}]]})


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
