"""Values of tags in a file: exact, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records import values_file
from app.records.values_file import KeptValue
from app.values import Value
from tests.helpers.strategies import exactly, values


@pytest.mark.clause("R9")
@given(st.lists(values, max_size=5))
def test_every_value_comes_back(tmp_path_factory: pytest.TempPathFactory, found: list[Value]) -> None:
    path = tmp_path_factory.mktemp("values") / "one.tagvalues"
    kept = [KeptValue("Plant", f"Tag{number}", value, 192, number) for number, value in enumerate(found)]
    values_file.save(path, 7, kept)
    taken_ns, back = values_file.load(path)
    assert taken_ns == 7
    assert exactly(tuple(one.value for one in back)) == exactly(tuple(found))
    assert [one.tag for one in back] == [one.tag for one in kept]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"tagwatch": "workspace", "version": 1, "values": []}', "\0",
     '{"tagwatch": "values", "version": 1, "taken_ns": 0, "values": [["a"]]}',
     '{"tagwatch": "values", "version": 1, "taken_ns": 0, "values": [["a", "b", {"odd": 1}, 0, 0]]}'],
)  # fmt: skip
def test_another_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.tagvalues"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.tagvalues is no file of values"):
        values_file.load(path)


def test_a_newer_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "newer.tagvalues"
    path.write_text('{"tagwatch": "values", "version": 9, "taken_ns": 0, "values": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="newer Tagwatch"):
        values_file.load(path)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.tagvalues"
    values_file.save(path, 1, [])
    with pytest.raises(TypeError):
        values_file.save(path, 2, [KeptValue("Plant", "A", object(), 0, 0)])  # type: ignore[arg-type]
    assert values_file.load(path)[0] == 1
    assert list(tmp_path.iterdir()) == [path]
