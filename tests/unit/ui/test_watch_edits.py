"""What is done to watch lists can be undone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.watching import Watching
from ui.models.watch_edits import Edits
from ui.models.watch_rows import Kind, Line
from ui.number_format import Notation, NumberFormat
from ui.tagref import TagRef


def names(made: Watching) -> list[str]:
    return [made.model.cells.name(row) for row in made.model.rows]


@pytest.mark.clause("L3")
def test_rows_come_and_go_and_come_back_with_their_values(qtbot: QtBot) -> None:
    made, edits = Watching("a", "b", "c"), Edits()
    made.model.rows_changed.connect(made.bind)
    a, b, _ = edits.insert(made.model, "add", [Line(Kind.TAG, TagRef("Plant", tag)) for tag in "abc"])
    made.come(b=2.0)
    edits.remove(made.model, "remove", [b])
    assert names(made) == ["a", "c"]
    made.come(b=3.0)
    edits.undo()
    assert names(made) == ["a", "b", "c"]
    b.refresh()
    sample = b.sample()
    assert sample is not None
    assert sample.value == 3.0
    edits.insert(made.model, "add", [Line(Kind.COMMENT, text="#")], before=a)
    assert names(made) == ["#", "a", "b", "c"]
    edits.undo()
    edits.undo()
    assert names(made) == []
    edits.redo()
    assert names(made) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("moved", "before", "after"),
    [
        ("b", "a", "bacd"),
        ("a", None, "bcda"),
        ("ac", "d", "bacd"),
        ("bc", "c", "abcd"),
        ("ad", "a", "adbc"),
        ("cd", "b", "acdb"),
        ("abcd", "b", "abcd"),
    ],
)
def test_rows_are_moved(qtbot: QtBot, moved: str, before: str | None, after: str) -> None:
    made, edits = Watching(*"abcd"), Edits()
    rows = dict(zip("abcd", made.add(*"abcd"), strict=True))
    edits.move(made.model, "move", [rows[tag] for tag in moved], rows[before] if before else None)
    assert "".join(names(made)) == after
    edits.undo()
    assert "".join(names(made)) == "abcd"


def test_what_changes_nothing_is_no_edit(qtbot: QtBot) -> None:
    made, edits = Watching("a"), Edits()
    (row,) = made.add("a")
    edits.move(made.model, "move", [row], None)
    edits.set_lines(made.model, "format", {row: row.line})
    assert edits.count() == 0


def test_a_format_is_undone(qtbot: QtBot) -> None:
    made, edits = Watching("a"), Edits()
    (row,) = made.add("a")
    made.come(a=255)
    edits.set_lines(made.model, "format", {row: replace(row.line, format=NumberFormat(Notation.HEXADECIMAL))})
    row.refresh()
    assert made.model.index(0, 1).data() == "0xFF"
    edits.undo()
    assert made.model.index(0, 1).data() == "255"


def test_a_row_that_was_away_while_its_source_was_opened_again_finds_its_item(qtbot: QtBot) -> None:
    made, edits = Watching("a", "b"), Edits()
    made.model.rows_changed.connect(made.bind)
    a, _ = edits.insert(made.model, "add", [Line(Kind.TAG, TagRef("Plant", tag)) for tag in "ab"])
    made.come(a=1.0)
    edits.remove(made.model, "remove", [a])
    made.open("Plant", "b", "a")
    edits.undo()
    made.come(b=7.0)
    a.refresh()
    sample = a.sample()
    assert sample is not None
    assert sample.value == 1.0, "the last one it had"
    made.come(a=2.0)
    a.refresh()
    sample = a.sample()
    assert sample is not None
    assert sample.value == 2.0
