"""Pasted text as rows of a watch list."""

from __future__ import annotations

import csv

import pytest

from ui.expression import ExpressionError
from ui.models.watch_paste import computed, lines_of, ref_of
from ui.models.watch_rows import Kind
from ui.tagref import TagRef


def tags(text: str, *sources: str) -> list[str]:
    return [str(line.ref) for line in lines_of(text, sources, "Sim")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A.B\n\n  C \r\nD", ["Sim:A.B", "Sim:C", "Sim:D"]),
        ("A\tB\t\tC", ["Sim:A", "Sim:B", "Sim:C"]),
        ("A, B,C", ["Sim:A", "Sim:B", "Sim:C"]),
        ('"with, comma", B', ["Sim:with, comma", "Sim:B"]),
        ("Plant:A, B", ["Plant:A", "Sim:B"]),
        ("Plant: A", ["Plant:A"]),
        ("Other:A", ["Sim:Other:A"]),
        ("Plant:", ["Sim:Plant:"]),
        ("Plant:North:A", ["Plant:North:A"]),
        ("Matrix[0,1], B", ["Sim:Matrix[0,1]", "Sim:B"]),
        ("ns=2;s=Line,1", ["Sim:ns=2;s=Line,1"]),
        ("ns=2;s=A,ns=2;s=B", ["Sim:ns=2;s=A", "Sim:ns=2;s=B"]),
        ("", []),
    ],
)
def test_names(text: str, found: list[str]) -> None:
    assert tags(text, "Plant") == found


def test_the_longest_source_wins() -> None:
    assert ref_of("Plant:North:A", ["Plant", "Plant:North"], "Sim") == TagRef("Plant:North", "A")


@pytest.mark.clause("W6")
@pytest.mark.parametrize("quality", ["good (192)", "uncertain: sensor not accurate (80)", "waiting", "not found"])
def test_what_a_list_copies_is_read_as_names(quality: str) -> None:
    assert tags(f"Tank.Level\t12.5\t%\t{quality}\t2026-01-01T00:00:00.000Z") == ["Sim:Tank.Level"]
    assert len(tags("A\tB\tC\tD\tE")) == 5


def test_comments_and_expressions() -> None:
    comment, made = lines_of("# Reactor \n= [A] - [Plant:B]", ["Plant"], "Sim")
    assert (comment.kind, comment.text) == (Kind.COMMENT, "Reactor")
    assert made.kind is Kind.COMPUTED
    assert made.expression == "[A] - [Plant:B]"
    assert made.inputs == (TagRef("Sim", "A"), TagRef("Plant", "B"))
    with pytest.raises(ExpressionError):
        lines_of("A\n= [A] +", [], "Sim")
    assert computed("name", "[A]", [], "S", "bar").unit == "bar"


def test_a_name_longer_than_any_could_be_is_told() -> None:
    usual = csv.field_size_limit(1_000)
    try:
        with pytest.raises(ExpressionError, match="A name is too long"):
            lines_of("A\t" + "x" * 2_000, ["Plant"], "Plant")
    finally:
        csv.field_size_limit(usual)
