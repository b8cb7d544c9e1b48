"""Tables written and read back by programs that are not ours: openpyxl, csv, pyarrow."""

from __future__ import annotations

import asyncio
import csv
import datetime
import math
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.records import xlsx_table
from app.records.cells import DANGEROUS, value_text
from app.records.export import SUFFIXES, export_table, write_table
from app.records.table import Column, ColumnKind, ExportCancelledError, ExportError
from app.values import NO_TIME, Duration, Timestamp, Value, iso_utc
from tests.helpers.strategies import values

TIME = 1_764_000_000_123_456_789
COLUMNS = (
    Column("Time", ColumnKind.TIME),
    Column("Tag", ColumnKind.TEXT),
    Column("Count", ColumnKind.INTEGER),
    Column("Share", ColumnKind.NUMBER),
    Column("Value"),
)
ROWS: list[tuple[Value, ...]] = [
    (TIME, "Tank101.Level", 2**63 - 1, 0.1, 12.5),
    (NO_TIME, "=1+1", -(2**63), math.nan, "=2+2"),
    (None, None, None, None, None),
    (Timestamp(0), "@SUM(A1)", 0, -math.inf, -7),
]


def sheet(path: Path) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return rows


def since_1970(cell: datetime.datetime) -> float:
    return cell.replace(tzinfo=datetime.UTC).timestamp()


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write_csv(path: Path, rows: Sequence[Sequence[Value]], columns: Sequence[Column] = COLUMNS) -> list[list[str]]:
    write_table(path, columns, rows)
    return lines(path)


# ---- formats


@pytest.mark.clause("E1", "Z2")
def test_csv_has_a_mark_utc_in_the_header_and_iso_times_with_offset(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_table(path, COLUMNS, ROWS) == 4
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert lines(path) == [
        ["Time (UTC)", "Tag", "Count", "Share", "Value"],
        ["2025-11-24T16:00:00.123456789Z", "Tank101.Level", "9223372036854775807", "0.1", "12.5"],
        ["", "'=1+1", "-9223372036854775808", "NaN", "'=2+2"],
        ["", "", "", "", ""],
        ["1970-01-01T00:00:00.000Z", "'@SUM(A1)", "0", "-Infinity", "-7"],
    ]


@pytest.mark.clause("E1", "Z2")
def test_xlsx_has_typed_times_and_integers_that_excel_cannot_round(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_table(path, COLUMNS, ROWS, sheet="Events")
    head, first, second, empty, last = sheet(path)
    assert head == ("Time (UTC)", "Tag", "Count", "Share", "Value")
    assert abs(since_1970(first[0]) - TIME / 1e9) < 0.001
    assert first[1:] == ("Tank101.Level", "9223372036854775807", 0.1, 12.5)
    assert second == (None, "=1+1", "-9223372036854775808", "NaN", "=2+2")
    assert not any(empty)
    assert (since_1970(last[0]), *last[1:]) == (0, "@SUM(A1)", 0, "-Infinity", -7)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Events", "About this file"]
    formula, big = book["Events"]["B3"], book["Events"]["C2"]
    assert formula.data_type == "s"
    assert formula.quotePrefix, "text that looks like a formula is quoted text"
    assert big.font.italic, "an integer as text is marked"
    assert big.number_format == "@"


@pytest.mark.clause("E1")
def test_parquet_has_types_and_a_value_as_text_and_number(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_table(path, COLUMNS, ROWS)
    table = pyarrow.parquet.read_table(path)
    assert [str(field.type) for field in table.schema] == [
        "timestamp[ns, tz=UTC]", "string", "int64", "double", "string", "double",
    ]  # fmt: skip
    assert table.column("Time").cast("int64").to_pylist() == [TIME, None, None, 0]
    assert table.column("Tag").to_pylist() == ["Tank101.Level", "=1+1", None, "@SUM(A1)"]
    assert table.column("Count").to_pylist() == [2**63 - 1, -(2**63), None, 0]
    assert table.column("Value").to_pylist() == ["12.5", "=2+2", None, "-7"]
    assert table.column("Value (number)").to_pylist() == [12.5, None, None, -7.0]


def test_parquet_without_its_extra_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pip install tagwatch\[parquet\]"):
        write_table(tmp_path / "a.parquet", COLUMNS, ROWS)
    assert not list(tmp_path.iterdir())


def test_rows_beyond_excels_limit_go_on_in_a_further_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_table, "ROWS", 4)  # a header and three rows
    path = tmp_path / "a.xlsx"
    write_table(
        path, [Column("N", ColumnKind.INTEGER)], [(n,) for n in range(7)], sheet="A name that is too long for it"
    )
    book = openpyxl.load_workbook(path)
    read = [[cell.value for cell in column] for page in book.worksheets[:-1] for column in page.iter_cols()]
    assert read == [["N", 0, 1, 2], ["N", 3, 4, 5], ["N", 6]]


@pytest.mark.parametrize(
    ("name", "made"),
    [("Log", "Log"), ("a/b: [c]*?\\", "a b   c"), ("'", "Data"), ("", "Data"), ("x" * 40, "x" * 31), ("'a'", "a")],
)
def test_names_of_sheets_are_what_excel_allows(name: str, made: str) -> None:
    assert xlsx_table.sheet_name(name) == made


def test_a_value_outside_excels_times_is_iso_text_and_long_text_is_cut_visibly(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    old = Timestamp(-(2**62))
    write_table(path, [Column("V")], [(old,), ("x" * 40_000,), ("\U0001f600" * 20_000,)])
    _, (time,), (text,), (wide,) = sheet(path)
    assert time == iso_utc(old.ns)
    assert text == "x" * 32_766 + "…"
    assert wide == "\U0001f600" * 16_383 + "…"


# ---- properties


@pytest.mark.clause("E2")
@given(text=st.text(max_size=30), lead=st.sampled_from(["", *DANGEROUS]))
@settings(max_examples=150, deadline=None)
def test_no_text_begins_a_formula_in_csv_and_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, text: str, lead: str
) -> None:
    given_text = lead + text
    path = tmp_path_factory.getbasetemp() / "text.csv"
    [_, [cell]] = write_csv(path, [(given_text,)], [Column("T", ColumnKind.TEXT)])
    assert not cell.startswith(DANGEROUS)
    assert cell in (given_text, "'" + given_text)
    assert (cell == given_text) == (not given_text.startswith(DANGEROUS))


@pytest.mark.clause("E2")
@given(number=st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats()))
@settings(max_examples=150, deadline=None)
def test_numbers_are_never_defused_and_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, number: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "number.csv"
    [_, [cell]] = write_csv(path, [(number,)], [Column("N")])
    back = type(number)(cell)
    assert back == number or (math.isnan(back) and math.isnan(number))


@pytest.mark.clause("E1")
@given(cells=st.lists(values, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_value_can_be_written(tmp_path_factory: pytest.TempPathFactory, suffix: str, cells: list[Value]) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    assert write_table(path, [Column("V")], [(cell,) for cell in cells]) == len(cells)
    if suffix == ".xlsx":
        assert len(sheet(path)) == 1 + max((i for i, c in enumerate(cells, 1) if c is not None), default=0)
    elif suffix == ".parquet":
        expected = [None if cell is None else value_text(cell) for cell in cells]
        assert pyarrow.parquet.read_table(path).column("V").to_pylist() == expected


@given(number=st.integers(-(2**63), 2**64 - 1))
@settings(max_examples=60, deadline=None)
def test_integers_are_exact_in_excel(tmp_path_factory: pytest.TempPathFactory, number: int) -> None:
    path = tmp_path_factory.getbasetemp() / "integer.xlsx"
    write_table(path, [Column("N")], [(number,)])
    [_, (cell,)] = sheet(path)
    assert int(cell) == number
    assert isinstance(cell, str) == (abs(number) > 2**53)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (1e-300, "1e-300"),
        (Duration(1_500_000_000), "1.5 s"),
        ((1, 2.5, "a"), '[1, 2.5, "a"]'),
        (b"\x01\xff", "0x01ff"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_values_as_text(value: Value, text: str) -> None:
    assert value_text(value) == text


# ---- life


@pytest.mark.clause("E3")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")

    def rows() -> Iterator[Sequence[Value]]:
        yield from ROWS
        raise KeyError("the source of the rows")

    with pytest.raises(KeyError):
        write_table(path, COLUMNS, rows())
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


@pytest.mark.clause("E3")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_cancel_leaves_the_old_file_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")
    cancelled = threading.Event()

    def rows() -> Iterator[Sequence[Value]]:
        for number in range(1_000_000):
            if number == 2_500:
                cancelled.set()
            assert number < 3_500, "the cancel is seen within a step"
            yield ROWS[0]

    with pytest.raises(ExportCancelledError, match="3,000 rows"):
        write_table(path, COLUMNS, rows(), cancelled=cancelled)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


@pytest.mark.clause("E3")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_errors_name_the_file_and_what_to_do(tmp_path: Path, suffix: str) -> None:
    missing = tmp_path / "no" / f"a{suffix}"
    with pytest.raises(ExportError, match="the folder does not exist") as caught:
        write_table(missing, COLUMNS, ROWS)
    assert str(missing) in str(caught.value)
    taken = tmp_path / f"taken{suffix}"
    taken.mkdir()
    with pytest.raises(ExportError) as caught:
        write_table(taken, COLUMNS, ROWS)
    assert str(taken) in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == [taken.name]


def test_a_suffix_that_is_none_of_ours_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.xlsx, \.csv, \.parquet, not as \.ods"):
        write_table(tmp_path / "a.ods", COLUMNS, ROWS)
    with pytest.raises(ExportError, match="without a suffix"):
        write_table(tmp_path / "a", COLUMNS, ROWS)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [(ColumnKind.INTEGER, 2**63), (ColumnKind.INTEGER, "x"), (ColumnKind.NUMBER, "x"), (ColumnKind.TIME, 2**64)],
)
def test_a_cell_that_parquet_cannot_hold_names_its_row(tmp_path: Path, kind: ColumnKind, cell: Value) -> None:
    with pytest.raises(ExportError, match=r"a\.parquet: row 2 cannot be written"):
        write_table(tmp_path / "a.parquet", [Column("V", kind)], [(None,), (cell,)])


def test_a_row_of_another_width_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 2 has 1 cells, the table has 2 columns"):
        write_table(tmp_path / "a.csv", [Column("A"), Column("B")], [(1, 2), (1,)])


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        assert write_table(tmp_path / f"a{suffix}", COLUMNS, []) == 0
    assert lines(tmp_path / "a.csv") == [["Time (UTC)", "Tag", "Count", "Share", "Value"]]


# ---- off the loop


@pytest.mark.clause("E3")
async def test_the_loop_turns_while_a_table_is_written_and_hears_of_its_progress(tmp_path: Path) -> None:
    go = threading.Event()
    counts: list[int] = []

    def rows() -> Iterator[Sequence[Value]]:
        yield ROWS[0]
        assert go.wait(10)
        yield ROWS[1]

    task = asyncio.ensure_future(export_table(tmp_path / "a.csv", COLUMNS, rows(), on_progress=counts.append))
    await asyncio.sleep(0)  # a loop that waited for the rows would never come here
    go.set()
    assert await task == 2
    await asyncio.sleep(0)
    assert counts == [2]


@pytest.mark.clause("E3")
async def test_cancelling_waits_until_nothing_is_left(tmp_path: Path) -> None:
    begun = threading.Event()

    def rows() -> Iterator[Sequence[Value]]:
        while True:
            begun.set()
            yield ROWS[0]

    task = asyncio.ensure_future(export_table(tmp_path / "a.csv", COLUMNS, rows()))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240


async def test_an_error_reaches_whoever_awaits(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the folder does not exist"):
        await export_table(tmp_path / "no" / "a.csv", COLUMNS, ROWS)
