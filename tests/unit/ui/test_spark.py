"""The ring behind a small curve."""

from __future__ import annotations

import math

from ui.models.spark import BUCKETS, Spark


def test_each_slot_keeps_lowest_and_highest() -> None:
    spark = Spark(60.0)
    assert list(spark.slots(100.0)) == []
    for value in (5.0, 1.0, 3.0):
        spark.add(value, 100.2)
    assert list(spark.slots(100.2)) == [(0, 1.0, 5.0)]
    spark.add(9.0, 102.0)
    # The slot between holds the last value, and each begins where the one before ended.
    assert list(spark.slots(102.5)) == [(2, 1.0, 5.0), (1, 3.0, 3.0), (0, 3.0, 9.0)]


def test_a_value_that_does_not_move_is_a_level_line() -> None:
    spark = Spark(60.0)
    spark.add(4.0, 100.0)
    slots = list(spark.slots(100.0 + 2 * 60))
    assert len(slots) == BUCKETS
    assert {(low, high) for _, low, high in slots} == {(4.0, 4.0)}


def test_bad_values_leave_a_gap() -> None:
    spark = Spark(60.0)
    spark.add(4.0, 100.0)
    spark.add(math.nan, 101.0)
    spark.add(math.nan, 105.0)
    spark.add(6.0, 107.0)
    assert [ago for ago, _, _ in spark.slots(107.0)] == [7, 0]


def test_what_is_old_is_gone() -> None:
    spark = Spark(60.0)
    spark.add(1000.0, 0.0)
    for second in range(1, 200):
        spark.add(float(second), float(second))
    slots = list(spark.slots(199.0))
    assert len(slots) == BUCKETS
    assert min(low for _, low, _ in slots) == 139.0
    spark.add(7.0, 10_000.0)
    assert [slot for slot in spark.slots(10_000.0) if slot[0]] == [(ago, 199.0, 199.0) for ago in range(59, 0, -1)]
