"""The support bundle's file: what is in it, what never is, and that it is whole or not there."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.events.notices import NoticeKind, Severity
from app.records.bundle import HIDDEN, plain, scrubbed, write_bundle


@dataclass(frozen=True)
class Record:
    name: str
    counts: tuple[int, ...]
    secret: str = field(repr=False, default="CANARY")
    rate: float = float("nan")
    kinds: dict[NoticeKind, Severity] = field(default_factory=dict)


def test_records_become_what_json_knows_without_what_they_hide() -> None:
    told = plain(Record("a", (1, 2), kinds={NoticeKind.STATE: Severity.ERROR}))
    assert told == {"name": "a", "counts": [1, 2], "rate": "nan", "kinds": {"state": "error"}}
    assert plain({3: {Severity.INFO}, "x": object}) == {"3": ["info"], "x": str(object)}


def test_secrets_are_taken_out_the_longest_first_and_short_ones_stay() -> None:
    assert scrubbed("pass, passport, of", ["pass", "passport", "of", ""]) == f"{HIDDEN}, {HIDDEN}, of"
    assert (
        scrubbed("opc.tcp://me:pw@host:4840 and http://x/a@b", ()) == f"opc.tcp://{HIDDEN}@host:4840 and http://x/a@b"
    )


def test_a_bundle_is_texts_and_json_and_has_no_secret_in_any_spelling(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    secret = 'quo"te\\ñ'
    write_bundle(path, {"a.json": [Record("x", (1,)), secret], "b.txt": f"line {secret}"}, [secret])
    with zipfile.ZipFile(path) as bundle:
        assert bundle.testzip() is None
        assert json.loads(bundle.read("a.json"))[1] == HIDDEN
        assert bundle.read("b.txt").decode() == f"line {HIDDEN}"
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.zip"]


def test_a_bundle_that_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.zip"
    path.write_text("before")

    def full(self: Path, data: bytes) -> int:
        raise OSError("no room")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no room"):
        write_bundle(path, {"a": "b"}, ())
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.zip"]
