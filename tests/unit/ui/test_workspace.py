"""Workspace files: nothing is lost by a crash, a broken file or a newer program."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import workspace as ws
from ui.workspace import Draft, NewerError, WorkspaceError

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def text(number: int = 0, **parts: Any) -> str:
    return ws.text_of({"lists": {"number": number}, **parts}, NOW)


def number(path: Path) -> int:
    return ws.read(path).parts["lists"]["number"]


@pytest.mark.clause("F1")
def test_what_is_saved_is_read_again_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "plant.tagwatch"
    parts = {"sources": {"sources": [{"name": "Kessel Ü"}]}, "layout": {"locked": True}}
    ws.save(path, ws.text_of(parts, NOW))
    assert ws.load(path).parts == parts
    written = json.loads(path.read_text(encoding="utf-8"))
    assert (written["tagwatch"], written["version"]) == ("workspace", 1)
    assert written["saved"] == "2026-01-01T00:00:00+00:00"
    assert "Kessel Ü" in path.read_text(encoding="utf-8"), "readable"
    assert list(path.parent.iterdir()) == [path], "nothing is left beside it"


@pytest.mark.clause("F1")
def test_three_generations_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    for count in range(6):
        ws.save(path, text(count))
    assert number(path) == 5
    assert [number(older) for older in ws.generations(path)] == [4, 3, 2]
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.clause("F1", "L5")
def test_saving_the_same_again_costs_no_generation(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    ws.save(path, text(1))
    ws.save(path, text(2))
    for minute in range(5):
        ws.save(path, ws.text_of({"lists": {"number": 2}}, NOW + datetime.timedelta(minutes=minute)))
    assert [number(older) for older in ws.generations(path)] == [1]
    assert json.loads(path.read_text())["saved"].startswith("2026-01-01T00:04"), "but it is written"


@pytest.mark.clause("F1")
@pytest.mark.parametrize("failing", ["fsync", "replace", "link"])
def test_a_save_that_fails_at_any_step_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "plant.tagwatch"
    ws.save(path, text(1))

    def fails(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fails)
    if failing == "link":  # a file system without links: a copy does as well
        ws.save(path, text(2))
        monkeypatch.undo()
        assert (number(path), number(ws.generations(path)[0])) == (2, 1)
        return
    with pytest.raises(WorkspaceError, match="No space left on device"):
        ws.save(path, text(2))
    monkeypatch.undo()
    assert number(path) == 1
    assert not [name for name in tmp_path.iterdir() if name.name.endswith(".new")]


@pytest.mark.clause("F1")
def test_the_file_is_there_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plant.tagwatch"
    ws.save(path, text(0))
    seen: list[int] = []
    replace = os.replace

    def watched(source: Any, target: Any) -> None:
        seen.append(number(path))
        replace(source, target)
        seen.append(number(path))

    monkeypatch.setattr(os, "replace", watched)
    for count in range(1, 5):
        ws.save(path, text(count))
    assert set(seen) == {0, 1, 2, 3, 4}


@pytest.mark.clause("F1")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "plant.tagwatch", tmp_path / "link.tagwatch"
    ws.save(path, text(1))
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("making a link needs a right that this user does not have")
    if not link.is_symlink():
        pytest.skip("this system makes links that it does not know again")
    ws.save(link, text(2))
    assert link.is_symlink()
    assert number(path) == 2


@pytest.mark.clause("F1")
@pytest.mark.skipif(os.name != "posix", reason="Windows has access lists: a new file gets its folder's")
def test_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    ws.save(path, text(1))
    path.chmod(0o600)
    ws.save(path, text(2))
    assert number(path) == 2
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.clause("F2")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "broken in line 1"),
        (b'{"tagwatch": "workspace", "version": 1,\n "lists": {', "broken in line 2"),
        (b"\x89PNG\r\n\xff\xfe", "no text"),
        (b"[]", "not a workspace"),
        (b'{"name": "somebody else\'s"}', "not a workspace"),
        (b'{"tagwatch": "workspace", "version": "x"}', "version 'x'"),
        (b'{"tagwatch": "workspace", "version": true}', "version True"),
        (b"[" * 100_000, "broken"),
        (b'{"tagwatch": "workspace", "version": 1, "n": ' + b"[" * 300 + b"]" * 300 + b"}", "100 levels"),
        (b'{"tagwatch": "workspace", "version": 1, "n": ' + b"9" * 5000 + b"}", "broken"),
    ],
)
def test_a_broken_file_is_named_and_an_earlier_generation_taken(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "plant.tagwatch"
    path.write_bytes(content)
    with pytest.raises(WorkspaceError, match=words) as caught:
        ws.load(path)
    assert str(path) in str(caught.value)
    path.with_name("plant.tagwatch.1").write_bytes(b"broken too")
    path.with_name("plant.tagwatch.2").write_text(text(7))
    loaded = ws.load(path)
    assert loaded.parts["lists"] == {"number": 7}
    assert loaded.read.name == "plant.tagwatch.2"
    assert words in loaded.problems[0]
    assert "plant.tagwatch.2" in loaded.problems[0]


@pytest.mark.clause("F2")
def test_saving_over_a_broken_file_keeps_it_and_the_generations(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    ws.save(path, text(1))
    ws.save(path, text(2))
    path.write_text("half a fi")
    kept = ws.save(path, text(3))
    assert kept is not None
    assert kept.read_text() == "half a fi"
    assert number(path) == 3
    assert [number(older) for older in ws.generations(path)] == [1]
    assert ws.save(path, text(4)) is None


@pytest.mark.clause("F2")
def test_a_missing_file_is_no_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "gone.tagwatch"
    path.with_name("gone.tagwatch.1").write_text(text(1))
    with pytest.raises(WorkspaceError, match="is not there"):
        ws.load(path)


@pytest.mark.clause("F2")
def test_a_broken_entry_is_told_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 1, "lists": {"number": 1}, "trends": "oops"}))
    loaded = ws.load(path)
    assert loaded.parts == {"lists": {"number": 1}}
    assert loaded.other == {"trends": "oops"}
    assert "trends" in loaded.problems[0]
    ws.save(path, ws.text_of({**loaded.other, **loaded.parts}, NOW))
    assert json.loads(path.read_text())["trends"] == "oops"


@pytest.mark.clause("F2")
def test_the_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 99}))
    path.with_name("plant.tagwatch.1").write_text(text(1))
    with pytest.raises(NewerError, match="newer Tagwatch"):
        ws.load(path)
    kept = ws.save(path, text(2))
    assert kept is not None, "and never overwritten without a copy"
    assert json.loads(kept.read_text())["version"] == 99


@pytest.mark.clause("F2")
def test_an_older_version_walks_step_by_step_to_that_of_today(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 1, "list": ["a"]}))
    steps = {
        1: lambda content: {"lists": {"tags": content["list"]}},
        2: lambda content: {"lists": {**content["lists"], "more": True}},
    }
    assert ws.read(path, steps, 3).parts == {"lists": {"tags": ["a"], "more": True}}
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 1}))
    with pytest.raises(WorkspaceError, match="cannot be brought from version 1 to 3"):
        ws.read(path, steps, 3)


@pytest.mark.clause("F2")
def test_every_version_has_its_step() -> None:
    assert set(ws._STEPS) == set(range(1, ws.VERSION))


@pytest.mark.clause("R8", "R12", "F4")
def test_no_password_gets_into_a_file() -> None:
    said = ws.text_of({"sources": {"list": [{"options": {"user": "op", "Password": "canary"}}]}}, NOW)
    assert "canary" not in said
    assert "op" in said


@pytest.mark.clause("F3")
def test_a_draft_knows_its_file_and_how_the_program_ended(tmp_path: Path) -> None:
    path = tmp_path / "autosave.tagwatch"
    for draft in (Draft(tmp_path / "plant.tagwatch", False, NOW), Draft(None, True)):
        ws.save(path, ws.text_of({"lists": {}}, NOW, draft))
        loaded = ws.load(path)
        assert loaded.draft == draft
        assert loaded.saved == NOW
        assert loaded.problems == ()


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)


@pytest.mark.clause("F1", "L5")
@given(json_like)
def test_whatever_a_pane_tells_can_be_saved(state: Any) -> None:
    parts = {"pane": {"state": state}}
    said = json.loads(ws.text_of(parts, NOW).encode("utf-8", "backslashreplace"))
    assert said["pane"].keys() == {"state"}
    assert ws.digest(parts) == ws.digest(json.loads(json.dumps(ws.plain(parts))))


@pytest.mark.clause("F2")
def test_half_a_character_is_replaced_and_a_whole_one_stays() -> None:
    said = r'{"tagwatch": "workspace", "version": 1, "watch": {"\udc00": ["Tank\ud800", "\ud83d\ude00", "C:\\udfoo"]}}'
    loaded = ws.parse(Path("plant.tagwatch"), said)
    assert loaded.parts["watch"] == {"\ufffd": ["Tank\ufffd", "😀", r"C:\udfoo"]}


def test_a_digest_tells_contents_apart() -> None:
    assert ws.digest({"a": {"x": 1, "y": 2}}) == ws.digest({"a": {"y": 2, "x": 1}})
    assert ws.digest({"a": {"x": 1}}) != ws.digest({"a": {"x": 2}})
