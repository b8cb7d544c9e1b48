"""Rows of watch lists: bound to items by the name of their source, computed rows, and how they are kept."""

from __future__ import annotations

import gc

import pytest

from app.batch import Sample
from app.values import QUALITY_CONFIGURATION_ERROR, quality_class
from tests.helpers.watching import Watching
from ui.models.watch_paste import computed
from ui.models.watch_rows import Kind, Line, Row
from ui.number_format import Notation, NumberFormat
from ui.tagref import TagRef


def formula(text: str) -> Line:
    return computed("", text, ["Plant", "Other"], "Plant")


def result(row: Row) -> tuple[object, int, str]:
    row.refresh()
    sample = row.sample()
    return (None, 0, row.error) if sample is None else (sample.value, sample.quality, row.error)


@pytest.mark.clause("W2")
def test_the_last_value_outlives_its_session_and_the_tag_finds_its_item_again() -> None:
    made = Watching("a", "b")
    (row,) = made.add("a")
    made.come(a=1.5)
    made.close("Plant")
    row.refresh()
    assert row.sample() == Sample(1.5, 192, made.clock.utc_ns(), made.clock.utc_ns())
    assert not row.live
    made.open("Plant", "x", "y", "a")
    assert row.live
    assert row.sample() is not None, "until the new session tells one"
    made.come(a=2.5)
    assert result(row) == (2.5, 192, "")


def test_a_session_that_is_gone_tells_nothing_more() -> None:
    made = Watching("a", "b")
    (row,) = made.add("a")
    old = made.source("Plant").items
    made.open("Plant", "b", "a")
    assert old is not made.source("Plant").items
    made.come(b=7.0)
    assert result(row) == (None, 0, ""), "the key of the old session is another tag's now"


def test_rows_of_one_tag_all_see_each_change() -> None:
    made = Watching("a")
    one, other, total = made.add("a", "a", formula("[a] * 2"))
    made.come(a=1.0)
    assert (result(one)[0], result(other)[0], result(total)[0]) == (1.0, 1.0, 2.0)
    made.come(a=2.0)
    assert (result(total)[0], result(other)[0], result(one)[0]) == (4.0, 2.0, 2.0)


@pytest.mark.clause("W1", "W2")
def test_a_computed_row_is_as_bad_as_its_worst_input() -> None:
    made = Watching("a", "b")
    made.open("Other", "c")
    (row,) = made.add(formula("[a] + [Other:c]"))
    assert result(row) == (None, 0, "no value of a, c")
    made.come(a=1)
    assert result(row) == (None, 0, "no value of c")
    made.come("Other", 84, c=2.5)
    assert result(row) == (3.5, 84, "")
    made.come("Plant", 20, a=1)
    assert result(row) == (3.5, 20, "")
    made.come("Other", 216, c=2.5)
    assert quality_class(result(row)[1]).value == "bad"
    made.close("Other")
    assert not row.live


def test_errors_of_a_computed_row_are_words() -> None:
    made = Watching("a")
    (row,) = made.add(formula("1 / [a]"))
    made.come(a=0)
    assert result(row) == (None, 0, "division by zero")
    made.come(a=(1, 2))
    assert result(row) == (None, 0, "an input is no number")
    made.come(a=4)
    assert result(row) == (0.25, 192, "")


def test_it_is_computed_only_when_an_input_has_changed() -> None:
    made = Watching("a", "b")
    (row,) = made.add(formula("[a] * 2"))
    made.come(a=1)
    row.refresh()
    version = row.version
    made.come(b=5)
    assert not row.refresh()
    assert row.version == version


@pytest.mark.clause("W5")
def test_whole_numbers_stay_exact() -> None:
    made = Watching("a")
    (row,) = made.add(formula("[a] + 1"))
    made.come(a=2**63)
    assert result(row)[0] == 2**63 + 1


def test_what_was_read_by_hand_stands_until_something_newer_comes() -> None:
    made = Watching("a")
    (row,) = made.add("a")
    made.come(a=1.0)
    now = made.clock.utc_ns()
    (link,) = row.links
    link.was_read(Sample(9.0, 192, now + 5, now + 5))
    assert result(row)[0] == 9.0
    made.come(a=1.0)
    assert result(row)[0] == 9.0, "that was older"
    made.clock.stall(1.0)
    made.come(a=2.0)
    assert result(row)[0] == 2.0


def test_a_name_that_the_source_took_and_does_not_know() -> None:
    made = Watching("a")
    (row,) = made.add("a")
    made.come(quality=QUALITY_CONFIGURATION_ERROR, a=None)
    row.refresh()
    assert row.links[0].unknown


@pytest.mark.parametrize(
    "line",
    [
        Line(Kind.TAG, TagRef("Plant", "ns=2;s=A")),
        Line(Kind.COMMENT, text="Reactor"),
        Line(Kind.COMPUTED, text="x", expression="[a]", inputs=(TagRef("P", "a"),), unit="bar"),
        Line(Kind.TAG, TagRef("P", "a"), format=NumberFormat(Notation.ENGINEERING, 3)),
    ],
)
def test_a_line_is_kept_and_comes_back(line: Line) -> None:
    assert Line.of(line.state()) == line


@pytest.mark.parametrize(
    "broken",
    [
        [],
        {"kind": "picture"},
        {"tag": " "},
        {"tag": 5},
        {"kind": "computed", "expression": "[a] +"},
        {"kind": "computed", "expression": "[a]", "inputs": []},
        {"tag": "a", "format": {"notation": "roman"}},
    ],
)
def test_a_broken_line_says_so(broken: object) -> None:
    with pytest.raises(ValueError):
        Line.of(broken)


def test_rows_go_without_the_garbage_collector() -> None:
    """They are put out of its sight where there are many."""
    made = Watching("a", "b")
    rows = made.add("a", formula("[a] + [b]"))
    made.come(a=1.0, b=2.0)
    gc.collect()
    made.model.become([])
    rows.clear()
    assert gc.collect() == 0
