"""What spreadsheets and CSV files give, as lines of a bulk write."""

from __future__ import annotations

import csv

import pytest

from ui.forms import bulk_paste
from ui.forms.bulk_paste import BulkLine, lines_of
from ui.tagref import TagRef

SOURCES = ("Plant", "This computer")


def _short(lines: list[BulkLine]) -> list[tuple[str, str, str]]:
    return [(line.ref.source, line.ref.tag, line.text) for line in lines]


@pytest.mark.clause("R9")
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A\t1\nB\t2,5\n", [("Plant", "A", "1"), ("Plant", "B", "2,5")]),
        ("A;1,5\r\nB;2\r\n", [("Plant", "A", "1,5"), ("Plant", "B", "2")]),
        ("A,1\nB,2\n", [("Plant", "A", "1"), ("Plant", "B", "2")]),
        ("\ufeffTag;Value\nA;1", [("Plant", "A", "1")]),
        ("value\tunit\tSession\tTAG\n1\tbar\tThis computer\tA", [("This computer", "A", "1")]),
        ("This computer\tA\t1", [("This computer", "A", "1")]),
        ("A\t50.0\t%\tgood (192)\t2026-01-01", [("Plant", "A", "50.0")]),
        ("This computer:A\t1", [("This computer", "A", "1")]),
        ("ns=2;s=Boiler.Level;7\nns=2;i=5;8", [("Plant", "ns=2;s=Boiler.Level", "7"), ("Plant", "ns=2;i=5", "8")]),
        ("ns=2;s=Boiler.Level,7", [("Plant", "ns=2;s=Boiler.Level", "7")]),
        ('A\t"two\nlines"', [("Plant", "A", "two\nlines")]),
        ('A,"[1, 2]"', [("Plant", "A", "[1, 2]")]),
        ("\n\nA\t1\n\n", [("Plant", "A", "1")]),
    ],
)
def test_tables_are_read(text: str, lines: list[tuple[str, str, str]]) -> None:
    assert _short(lines_of(text, SOURCES, "Plant")) == lines


@pytest.mark.clause("R9")
def test_what_a_line_lacks_is_said() -> None:
    lines = lines_of("A\t1\nB\n\t2", SOURCES, "Plant")
    assert [line.problem for line in lines] == ["", "", "line 3 has no tag"]
    assert [line.text for line in lines] == ["1", None, ""], "a value can be typed yet"
    assert lines[0] == BulkLine(1, TagRef("Plant", "A"), "1")


@pytest.mark.parametrize("text", ["", " \n \n"])
def test_nothing_is_no_table(text: str) -> None:
    with pytest.raises(ValueError, match="nothing to paste"):
        lines_of(text, SOURCES, "Plant")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_paste, "LIMIT", 3)
    with pytest.raises(ValueError, match="4 rows are too many"):
        lines_of("A\t1\n" * 4, SOURCES, "Plant")


def test_a_field_that_swallows_the_table_is_told() -> None:
    usual = csv.field_size_limit(1_000)
    try:
        with pytest.raises(ValueError, match="quotation mark is missing"):
            lines_of('"Tag\n' + "Tank.Level\t5\n" * 1_000, SOURCES, "Plant")
    finally:
        csv.field_size_limit(usual)
