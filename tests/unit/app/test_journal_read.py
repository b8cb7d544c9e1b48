"""The journal read back: pages from the newest to the oldest, filtered, over many files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records import journal_read
from app.records.journal_file import JournalFile, JournalRow, files_in_order, name_of
from app.records.journal_read import Place, page, read
from tests.helpers.journal import keep, row

S = 10**9
T0 = 1_760_000_000 * S


def write(folder: Path, rows: int, per_file: int) -> None:
    """A row a second; the newest file is being written."""
    for number, first in enumerate(range(0, rows, per_file)):
        some = [_row(at) for at in range(first, min(rows, first + per_file))]
        keep(folder, some, number + 1, closed=first + per_file < rows)


def _row(at: int) -> JournalRow:
    time_ns = T0 + at * S + at
    if at % 7 == 0:
        return row(time_ns, "source-lost", severity="error", detail=f"lost {at}")
    quality = 192 if at % 5 else 0
    return row(
        time_ns, tag=f"Tank{at % 3}.Level", value=at, quality=quality, sequence=at,
        severity="info" if quality else "error",
    )  # fmt: skip


def everything(_: JournalRow) -> bool:
    return True


@pytest.mark.clause("H3")
@given(rows=st.integers(0, 60), per_file=st.integers(1, 25), limit=st.integers(1, 30), turn=st.integers(1, 9))
def test_pages_are_the_whole_backwards(
    tmp_path_factory: pytest.TempPathFactory, rows: int, per_file: int, limit: int, turn: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    write(folder, rows, per_file)
    times: list[int] = []
    place: Place | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_read, "_TURN", turn)
        patch.setattr(journal_read, "_REST_S", 0.0)
        for _ in range(rows + 2):
            found = page(folder, place, everything, limit=limit)
            assert len(found.rows) <= limit
            times[:0] = [row.time_ns for row in found.rows]
            place = found.place
            if place is None:
                break
    assert times == [T0 + row * S + row for row in range(rows)]
    assert place is None


@pytest.mark.clause("H3")
def test_only_what_is_wanted_up_to_a_time(tmp_path: Path) -> None:
    write(tmp_path, 60, 7)
    until = T0 + 30 * S + 30
    found = page(tmp_path, None, lambda row: row.tag == "Tank1.Level", until_ns=until, needles=["tank1.level"], limit=3)
    assert [row.value for row in found.rows] == [19, 22, 25]
    assert all(row.time_ns <= until for row in found.rows)
    looked: list[str] = []
    page(tmp_path, None, lambda row: bool(looked.append(row.tag)), needles=["tank", "2."])
    assert set(looked) == {"Tank2.Level"}, "rows of other tags are not even looked at"


@pytest.mark.clause("H3")
def test_a_look_that_finds_nothing_says_how_far_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_read, "_TURN", 5)
    write(tmp_path, 60, 10)
    found = page(tmp_path, None, lambda row: row.value == 1, look=15)
    assert (len(found.rows), found.until_ns) == (0, T0 + 45 * S + 45)
    rows: list[JournalRow] = []
    while found.place is not None:
        found = page(tmp_path, found.place, lambda row: row.value == 1, look=15)
        rows += found.rows
    assert [row.value for row in rows] == [1]


def test_a_read_that_is_given_up_gives_nothing(tmp_path: Path) -> None:
    write(tmp_path, 10, 10)
    assert page(tmp_path, None, everything, cancelled=lambda: True).rows == ()
    assert page(tmp_path / "none", None, everything).place is None


def test_files_that_went_meanwhile_cost_nothing(tmp_path: Path) -> None:
    write(tmp_path, 30, 10)
    found = page(tmp_path, None, everything, limit=12)
    assert found.place is not None
    for path in sorted(tmp_path.iterdir()):
        if "-0003" not in path.name:
            path.unlink()
    assert [row.value for row in page(tmp_path, found.place, everything).rows] == []


@pytest.mark.clause("G4")
def test_a_file_that_cannot_be_read_costs_itself_and_a_row_says_so(tmp_path: Path) -> None:
    write(tmp_path, 30, 10)
    damaged = files_in_order(tmp_path)[1]
    damaged.write_bytes(b"no database" * 1000)
    for rows in (page(tmp_path, None, everything).rows, list(read(tmp_path))):
        assert [row.time_ns // S * S for row in rows if row.kind != "gap"] == [
            T0 + at * S for at in (*range(10), *range(20, 30))
        ]
        gap = rows[10]
        assert (gap.kind, gap.severity, gap.time_ns // S) == ("gap", "error", T0 // S + 10)
        assert damaged.name in gap.detail


@pytest.mark.clause("I3")
def test_notes_are_found_by_the_time_that_they_are_about(tmp_path: Path) -> None:
    def noted(at: int, **told: object) -> JournalRow:
        return row(T0 + at, "note", detail="words", more=json.dumps(told))

    rows = [
        noted(50, at_ns=T0 + 5, text="early"),
        noted(60, at_ns=T0 + 6, text="both"),
        noted(70, at_ns=T0 + 7, text="was"),
        noted(80, was_ns=T0 + 7, was="was", at_ns=T0 + 8, text="is"),
        noted(90, at_ns=T0 + 9, text="gone"),
        noted(100, was_ns=T0 + 9, was="gone"),
        row(T0 + 110, "note", more="{torn"),
    ]
    keep(tmp_path, [*rows, row(T0 + 6)])
    assert journal_read.notes(tmp_path, T0 + 6, T0 + 10) == [(T0 + 6, "both"), (T0 + 8, "is")]
    assert journal_read.notes(tmp_path / "none", 0, 1) == []
    assert [one.kind for one in read(tmp_path, without=("note",))] == ["data change"]


def test_the_order_of_files_is_that_of_their_numbers(tmp_path: Path) -> None:
    for number in (9, 10, 100):
        keep(tmp_path, [row(T0, sequence=number)], number)
    assert [one.sequence for one in read(tmp_path)] == [9, 10, 100]
    (tmp_path / "notes.txt").write_text("not ours")
    assert len(files_in_order(tmp_path)) == 3
    assert list(read(tmp_path / "nowhere")) == []


@pytest.mark.clause("H3", "J7")
def test_a_stretch_of_time_is_read_from_the_files_that_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hour = 3_600 * S
    wanted = T0 + 2 * hour
    keep(tmp_path, [row(T0), row(T0 + 1)], 1)
    keep(tmp_path, [row(at) for at in (wanted - S, wanted, wanted + 30 * S, wanted + 90 * S)], 2)
    keep(tmp_path, [row(wanted + hour), row(wanted + S)], 4)  # begins later, but with what had waited for the disk
    opened: list[str] = []
    real = JournalFile.between

    def between(file: JournalFile, *given: int) -> object:
        opened.append(file.path.name)
        return real(file, *given)

    monkeypatch.setattr(JournalFile, "between", between)
    found = list(read(tmp_path, wanted, wanted + 31 * S))
    assert [one.time_ns - wanted for one in found] == [0, 30 * S, S]
    assert opened == [name_of(wanted - S, 2**22 + 7, 2), name_of(wanted + hour, 2**22 + 7, 4)]
    assert len(list(read(tmp_path))) == 8
    assert list(read(tmp_path, wanted + 10 * hour, None)) == []
