"""What others have open is replaced all the same, or stays whole and is told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app import files
from app.access.private_files import replace_private
from app.records.export import write_table
from app.records.table import Column, ExportError

WINDOWS = sys.platform == "win32"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new", encoding="utf-8")
    old.write_text("old", encoding="utf-8")
    return new, old


@pytest.mark.clause("E4")
def test_a_reader_that_lets_go_in_time_stops_nothing(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = pair
    with old.open("rb") as reader:
        monkeypatch.setattr("app.files.time.sleep", lambda _: reader.close())  # after a first attempt that failed
        files.replace(new, old)
    assert old.read_text(encoding="utf-8") == "new"
    assert not new.exists()


@pytest.mark.clause("E4")
def test_a_removed_file_is_waited_for_as_well(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    _, old = pair
    with old.open("rb") as reader:
        monkeypatch.setattr("app.files.time.sleep", lambda _: reader.close())
        files.remove(old)
    assert not old.exists()
    files.remove(old)


@pytest.mark.clause("E4")
@pytest.mark.skipif(not WINDOWS, reason="an open file is no obstacle on Unix")
def test_a_reader_that_stays_is_told_and_loses_nothing(pair: tuple[Path, Path]) -> None:
    new, old = pair
    with old.open("rb"), pytest.raises(PermissionError):
        files.replace(new, old, held_s=0.1)
    assert (new.read_text(encoding="utf-8"), old.read_text(encoding="utf-8")) == ("new", "old")


@pytest.mark.clause("E4")
@pytest.mark.parametrize(("platform", "attempts"), [("win32", 4), ("linux", 1)])
def test_windows_alone_is_asked_again(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, platform: str, attempts: int
) -> None:
    new, old = pair
    asked: list[int] = []
    replace = os.replace

    def held(source: Path, target: Path) -> None:
        asked.append(1)
        if len(asked) < 4:
            raise PermissionError(13, "Access is denied")
        replace(source, target)

    monkeypatch.setattr("app.files.sys.platform", platform)
    monkeypatch.setattr("app.files.time.sleep", lambda _: None)
    monkeypatch.setattr("app.files.os.replace", held)
    if platform == "win32":
        files.replace(new, old)
        assert old.read_text(encoding="utf-8") == "new"
    else:
        with pytest.raises(PermissionError):
            files.replace(new, old)
    assert len(asked) == attempts


@pytest.mark.clause("E4")
def test_an_export_over_a_table_that_is_open_elsewhere_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "levels.csv"
    path.write_text("before", encoding="utf-8")

    def held(source: Path, target: Path) -> None:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("app.files.HELD_S", 0.0)
    monkeypatch.setattr("app.files.os.replace", held)
    with pytest.raises(ExportError, match="another program has the file open: close it there"):
        write_table(path, [Column("level")], [[1.0]])
    assert path.read_text(encoding="utf-8") == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["levels.csv"]


@pytest.mark.clause("E4")
def test_a_file_of_secrets_that_is_being_read_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    replace_private(path, b"first")
    with path.open("rb") as reader:
        monkeypatch.setattr("app.files.time.sleep", lambda _: reader.close())
        replace_private(path, b"second")
    assert path.read_bytes() == b"second"
