"""Saved sources: names, copies, and what a file may hold."""

from __future__ import annotations

from typing import Any

import pytest

from ui.sources import Source, SourceBook, SourceError

PLANT = Source("Plant", "opcua", {"endpoint": "opc.tcp://plant:4840", "user": "op"}, restart=False)


def book(*sources: Source) -> SourceBook:
    made = SourceBook()
    for source in sources:
        made.put(source)
    return made


@pytest.mark.clause("F2")
@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("Plant", "must be an object"),
        ({"backend": "sim"}, "no name"),
        ({"name": " ", "backend": "sim"}, "no name"),
        ({"name": "x" * 300, "backend": "sim"}, "too long"),
        ({"name": "P"}, "backend None is not known; known are sim"),
        ({"name": "P", "backend": "nonsense"}, "'nonsense'"),
        ({"name": "P", "backend": "sim", "options": []}, "source P: options"),
        ({"name": "P", "backend": "sim", "restart": "yes"}, "source P: restart"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(entry: Any, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        Source.of(entry)


def test_a_source_comes_back_as_it_was() -> None:
    assert Source.of(PLANT.state()) == PLANT
    assert PLANT.address == "opc.tcp://plant:4840"
    assert PLANT.account == "op @ opc.tcp://plant:4840"
    assert Source("Sim", "sim").account == ""


@pytest.mark.clause("R8", "R12", "F4")
def test_a_source_never_holds_a_password() -> None:
    entry = {"name": "P", "backend": "opcua", "options": {"endpoint": "opc.tcp://p", "password": "canary"}}
    assert "canary" not in repr(Source.of(entry))
    assert "canary" not in repr(Source("P", "opcua", {"password": "canary"}).state())
    sources = SourceBook()
    (problem,) = sources.take([entry])
    assert "password" in problem
    assert "canary" not in problem


@pytest.mark.clause("F2")
def test_one_broken_source_loses_no_other() -> None:
    sources = SourceBook()
    problems = sources.take([{"name": "A", "backend": "sim"}, 7, {"name": "B", "backend": "host"}])
    assert [source.name for source in sources] == ["A", "B"]
    assert len(problems) == 1
    assert sources.take("nonsense") == ["the sources must be a list"]


def test_names_stand_for_one_source() -> None:
    sources = book(PLANT)
    with pytest.raises(SourceError, match="plant already"):
        sources.put(Source("plant", "sim"))
    assert sources.free_name("Plant") == "Plant 2"
    sources.take([PLANT.state()])
    assert [source.name for source in sources] == ["Plant", "Plant 2"]
    sources.put(Source("PLANT", "sim"), instead_of="Plant")
    assert [source.name for source in sources] == ["PLANT", "Plant 2"]
    with pytest.raises(SourceError):
        sources.put(Source("Plant 2", "sim"), instead_of="PLANT")


def test_a_copy_stands_behind_and_does_not_open_by_itself() -> None:
    sources = book(PLANT, Source("Last", "sim"))
    copy = sources.duplicate("Plant")
    assert copy is not None
    assert (copy.name, copy.options, copy.open_at_start) == ("Plant 2", PLANT.options, False)
    assert [source.name for source in sources] == ["Plant", "Plant 2", "Last"]
    assert sources.duplicate("nobody") is None


def test_a_removed_source_can_be_put_back_where_it_was() -> None:
    sources = book(PLANT, Source("Last", "sim"))
    at = sources.remove("Plant")
    assert sources.remove("Plant") == -1
    sources.put(PLANT, at=at)
    assert [source.name for source in sources] == ["Plant", "Last"]
