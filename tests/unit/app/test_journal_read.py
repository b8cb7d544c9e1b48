"""The journal read back: pages from the newest to the oldest, filtered, over many files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.journal_read import JournalRow, Place, page
from app.values import iso_utc

S = 10**9
T0 = 1_760_000_000 * S


def write(folder: Path, rows: int, per_file: int, torn: bool = False) -> None:
    """A row a second; the older files are compressed, the newest one is being written."""
    files = range(0, rows, per_file)
    for number, first in enumerate(files):
        lines = [_line(row) for row in range(first, min(rows, first + per_file))]
        text = "".join(lines) + ('{"time": "2026-' if torn else "")
        stamp = iso_utc(T0 + first * S)[:19].replace("-", "").replace(":", "")
        path = folder / f"events-{stamp}Z-77-{number + 1:04d}.jsonl"
        if first == files[-1]:
            path.write_text(text)
        else:
            with gzip.open(f"{path}.gz", "wt") as file:
                file.write(text)


def _line(row: int) -> str:
    quality = 192 if row % 5 else 0
    moment = iso_utc(T0 + row * S + row)
    line = {"time": moment, "session": "Plant", "kind": "data change", "tag": f"Tank{row % 3}.Level",
            "value": row, "quality": quality, "source_time": None, "sequence": row}  # fmt: skip
    if row % 7 == 0:
        line = {"time": iso_utc(T0 + row * S + row), "session": "Plant", "kind": "source-lost", "severity": "error",
                "detail": f"lost {row}"}  # fmt: skip
    return json.dumps(line) + "\n"


def everything(_: JournalRow) -> bool:
    return True


@pytest.mark.clause("H3")
@given(rows=st.integers(0, 60), per_file=st.integers(1, 25), limit=st.integers(1, 30), torn=st.booleans())
def test_pages_are_the_whole_backwards(
    tmp_path_factory: pytest.TempPathFactory, rows: int, per_file: int, limit: int, torn: bool
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    write(folder, rows, per_file, torn)
    times: list[int] = []
    place: Place | None = None
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
def test_rows_have_what_the_log_shows(tmp_path: Path) -> None:
    write(tmp_path, 8, 3)
    rows = page(tmp_path, None, everything).rows
    assert (rows[1].kind, rows[1].tag, rows[1].value, rows[1].quality, rows[1].severity) == (
        "data change", "Tank1.Level", 1, 192, "info"
    )  # fmt: skip
    assert (rows[5].quality, rows[5].severity) == (0, "error")
    assert (rows[7].kind, rows[7].severity, rows[7].detail, rows[7].quality) == ("source-lost", "error", "lost 7", None)


@pytest.mark.clause("H3")
def test_only_what_is_wanted_up_to_a_time(tmp_path: Path) -> None:
    write(tmp_path, 60, 7)
    until = T0 + 30 * S + 30
    found = page(tmp_path, None, lambda row: row.tag == "Tank1.Level", until_ns=until, needles=["tank1.level"], limit=3)
    assert [row.value for row in found.rows] == [19, 22, 25]
    assert all(row.time_ns <= until for row in found.rows)


@pytest.mark.clause("H3")
def test_a_look_that_finds_nothing_says_how_far_it_came(tmp_path: Path) -> None:
    write(tmp_path, 60, 10)
    found = page(tmp_path, None, lambda row: row.value == 1, look=15)
    assert (len(found.rows), found.until_ns) == (0, T0 + 40 * S + 40)
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
    for path in sorted(tmp_path.iterdir())[:-1]:
        path.unlink()
    assert [row.value for row in page(tmp_path, found.place, everything).rows] == []
