"""Recordings in files, as the world writes them."""

from __future__ import annotations

import csv
import datetime
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recordings.files import ReadCancelledError, preview, read
from app.recordings.layout import Layout, Shape
from app.recordings.model import Recording, RecordingError, addressed, track
from app.recordings.qualities import QualityForm, guess_quality, read_quality
from app.recordings.times import TimeForm, TimeReader, guess_form, is_ambiguous
from app.records.export import write_table
from app.records.table import Column, ColumnKind
from app.values import QUALITY_BAD, QUALITY_GOOD, QUALITY_UNCERTAIN, Duration, Timestamp, Value, iso_utc, quality_words

S = 1_000_000_000
T0 = 1_700_000_000 * S  # 2023-11-14T22:13:20Z
pytestmark = pytest.mark.clause("I1")


def _file(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "r.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def _samples(recording: Recording, tag: str) -> list[tuple[str, Value, int]]:
    one = recording.tracks[tag]
    rows = zip(one.times.tolist(), one.column(0, len(one)), one.qualities.tolist(), strict=True)
    return [(iso_utc(time_ns), value, quality) for time_ns, value, quality in rows]


# ---- times


@pytest.mark.parametrize(
    ("texts", "form", "iso"),
    [
        (["2023-11-14T22:13:20Z"], TimeForm.YEAR_FIRST, "2023-11-14T22:13:20.000Z"),
        (["2023-11-14T22:13:20.123456789+01:00"], TimeForm.YEAR_FIRST, "2023-11-14T21:13:20.123456789Z"),
        (["2023-11-14 22:13:20,5"], TimeForm.YEAR_FIRST, "2023-11-14T22:13:20.500Z"),
        (["2023/11/14 22:13"], TimeForm.YEAR_FIRST, "2023-11-14T22:13:00.000Z"),
        (["20.11.2023 22:13:20"], TimeForm.DAY_FIRST, "2023-11-20T22:13:20.000Z"),
        (["01.02.2023 00:00:00"], TimeForm.DAY_FIRST, "2023-02-01T00:00:00.000Z"),
        (["11/14/2023 10:13:20 PM"], TimeForm.MONTH_FIRST, "2023-11-14T22:13:20.000Z"),
        (["11/14/23 12:00 AM"], TimeForm.MONTH_FIRST, "2023-11-14T00:00:00.000Z"),
        (["1700000000"], TimeForm.SECONDS, "2023-11-14T22:13:20.000Z"),
        (["1700000000.25"], TimeForm.SECONDS, "2023-11-14T22:13:20.250Z"),
        (["1700000000123"], TimeForm.MILLISECONDS, "2023-11-14T22:13:20.123Z"),
        (["1700000000123456"], TimeForm.MICROSECONDS, "2023-11-14T22:13:20.123456Z"),
        (["1700000000123456789"], TimeForm.NANOSECONDS, "2023-11-14T22:13:20.123456789Z"),
        (["45244.5"], TimeForm.EXCEL, "2023-11-14T12:00:00.000Z"),
    ],
)
def test_times_are_known_by_how_they_are_written(texts: list[str], form: TimeForm, iso: str) -> None:
    assert guess_form(texts) is form
    assert iso_utc(TimeReader(form)(texts[0])) == iso


def test_what_is_no_time_is_not_taken_for_one() -> None:
    assert guess_form(["12.5", "13"]) is None
    assert guess_form(["pump", "2023"]) is None
    assert guess_form([]) is None
    assert is_ambiguous(["01/02/2023", "03/04/2023"])
    assert not is_ambiguous(["01/02/2023", "13/04/2023"])
    for form, text in (
        (TimeForm.YEAR_FIRST, "yesterday"),
        (TimeForm.YEAR_FIRST, "2023-02-30 00:00"),
        (TimeForm.YEAR_FIRST, "2023-02-03 25:00"),
        (TimeForm.SECONDS, "soon"),
        (TimeForm.EXCEL, "x"),
    ):
        with pytest.raises(ValueError):
            TimeReader(form)(text)
    with pytest.raises(ValueError, match="'Mars/Base' is no time zone"):
        TimeReader(TimeForm.YEAR_FIRST, "Mars/Base")


def test_local_times_are_of_their_zone_and_the_repeated_hour_goes_on() -> None:
    reader = TimeReader(TimeForm.DAY_FIRST, "Europe/Berlin")
    texts = ["29.10.2023 01:59", "29.10.2023 02:30", "29.10.2023 02:59", "29.10.2023 02:00", "29.10.2023 03:00"]
    assert [iso_utc(reader(text))[11:16] for text in texts] == ["23:59", "00:30", "00:59", "01:00", "02:00"]


@given(st.integers(-(2**61), 2**62))
def test_iso_times_come_back_to_the_nanosecond(ns: int) -> None:
    text = iso_utc(ns)
    if text[0].isdigit():
        assert TimeReader(TimeForm.YEAR_FIRST)(text) == ns


# ---- qualities


def test_qualities_are_read_in_words_in_numbers_and_as_status_codes() -> None:
    for code in (0, 20, 64, 88, 192, 216, 193):
        assert read_quality(quality_words(code), QualityForm.WORDS) == code
    assert read_quality("Unsicher", QualityForm.WORDS) == QUALITY_UNCERTAIN
    assert read_quality("", QualityForm.WORDS) == read_quality(None, QualityForm.OPC_UA) == QUALITY_GOOD
    assert read_quality("0x80340000", QualityForm.OPC_UA) == QUALITY_BAD
    assert read_quality(0x40000000, QualityForm.OPC_UA) == QUALITY_UNCERTAIN
    assert read_quality("0", QualityForm.OPC_UA) == QUALITY_GOOD
    assert read_quality("24", QualityForm.OPC_DA) == 24
    assert guess_quality(["192", "0", ""]) is QualityForm.OPC_DA
    assert guess_quality(["0", "0"]) is QualityForm.OPC_UA
    assert guess_quality(["0", "2147483648"]) is QualityForm.OPC_UA
    assert guess_quality(["good", "0"]) is guess_quality(["0", "1"]) is guess_quality([]) is QualityForm.WORDS
    wrong: list[tuple[object, QualityForm]] = [
        ("odd", QualityForm.WORDS),
        ("x", QualityForm.OPC_DA),
        (70_000, QualityForm.OPC_DA),
        (1.5, QualityForm.OPC_UA),
    ]
    for cell, form in wrong:
        with pytest.raises(ValueError, match="no quality"):
            read_quality(cell, form)


# ---- CSV


def test_a_column_for_each_tag_with_units_and_qualities(tmp_path: Path) -> None:
    text = (
        "Time (UTC),Level [m],Level [m]: quality,Pump\n"
        "2023-11-14T22:13:20Z,1.5,good,true\n"
        "2023-11-14T22:13:21Z,,bad: sensor failure,\n"
        "2023-11-14T22:13:22Z,2,uncertain,false\n"
    )
    seen = preview(_file(tmp_path, text))
    layout = seen.guess.layout
    assert layout is not None
    assert (layout.shape, layout.time) == (Shape.WIDE, "Time (UTC)")
    assert layout.tags == {"Level [m]": "Level", "Pump": "Pump"}
    assert seen.guess.doubts == ()
    found = read(seen.path)
    assert _samples(found, "Level") == [
        ("2023-11-14T22:13:20.000Z", 1.5, 192),
        ("2023-11-14T22:13:21.000Z", None, 16),
        ("2023-11-14T22:13:22.000Z", 2.0, 64),
    ]
    assert [value for _, value, _ in _samples(found, "Pump")] == [True, False]
    assert found.tracks["Level"].unit == "m"
    assert (found.rows, found.wrong_rows) == (3, 0)


def test_german_files_with_semicolons_decimal_commas_a_mark_and_a_zone(tmp_path: Path) -> None:
    text = "Zeitstempel;Druck [bar];Durchfluß\n14.11.2023 23:13:20;1.234,5;0,25\n14.11.2023 23:13:21;2,5;0,5\n"
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        seen = preview(_file(tmp_path, text, encoding))
        layout = seen.guess.layout
        assert layout is not None
        assert (layout.separator, layout.decimal, layout.form) == (";", ",", TimeForm.DAY_FIRST)
        assert "do not say their zone" in seen.guess.doubts[0]
        found = read(seen.path, zone="Europe/Berlin")
        assert _samples(found, "Druck") == [
            ("2023-11-14T22:13:20.000Z", 1234.5, 192),
            ("2023-11-14T22:13:21.000Z", 2.5, 192),
        ]
        assert "Durchfluß" in found.tracks


def test_a_row_for_each_sample_of_several_sources_and_types(tmp_path: Path) -> None:
    text = (
        "sep=\t\nTime\tSource\tTag\tValue\tUnit\tQuality\tType\n"
        "2023-11-14T22:13:21Z\tA\tX\t2\tm\t192\tDouble\n"
        "2023-11-14T22:13:20Z\tA\tX\t1\tm\t192\tDouble\n"
        "2023-11-14T22:13:20Z\tB\tX\t'=1+1\t\t192\tString\n"
        "2023-11-14T22:13:22Z\tB\tN\t9007199254740993\t\t192\tInteger\n"
        "2023-11-14T22:13:22Z\tB\tT\t2023-11-14T00:00:00Z\t\t192\tTime\n"
        "2023-11-14T22:13:22Z\tB\tD\t1.5 s\t\t0\tElapsedTime\n"
    )
    found = read(_file(tmp_path, text, name="r.tsv"))
    assert list(found.tracks) == ["A: X", "B: X", "B: N", "B: T", "B: D"]
    assert [value for _, value, _ in _samples(found, "A: X")] == [1.0, 2.0], "in order of time"
    assert found.tracks["A: X"].data_type == "Double"
    assert _samples(found, "B: X")[0][1] == "=1+1"
    assert _samples(found, "B: N")[0][1] == 9007199254740993
    assert _samples(found, "B: T")[0][1] == Timestamp(1_699_920_000 * S)
    assert _samples(found, "B: D")[0][1:] == (Duration(1_500_000_000), 0)


def test_a_file_without_a_header_and_with_a_time_in_two_columns(tmp_path: Path) -> None:
    found = read(_file(tmp_path, "# logger 7\n2023-11-14,22:13:20,5\n2023-11-14,22:13:21,6\n"))
    assert _samples(found, "Column 3") == [
        ("2023-11-14T22:13:20.000Z", 5, 192),
        ("2023-11-14T22:13:21.000Z", 6, 192),
    ]


def test_wrong_rows_are_told_with_their_numbers_and_lose_nothing_else(tmp_path: Path) -> None:
    rows = [f"2023-11-14T22:13:{second:02d}Z,{second}" for second in range(60)]
    rows[7] = "2023-11-14T22:99:07Z,7"
    rows[9] = "2023-11-14T22:13:09Z,broken"
    rows[11] = "2023-11-14T22:13:11Z,#N/A"
    rows[13] = ",13"
    found = read(_file(tmp_path, "time,x\n" + "\n".join(rows) + "\n"))
    assert found.wrong_rows == 3
    assert found.problems == (
        "row 9: 22:99 is no time of a day",
        "row 15: the time is missing",
        "row 11: 'broken' is no number",
    )
    assert len(found.tracks["x"]) == 57
    assert _samples(found, "x")[9] == ("2023-11-14T22:13:11.000Z", None, QUALITY_BAD)


def test_texts_stay_texts_and_names_with_zeros_stay_names(tmp_path: Path) -> None:
    found = read(_file(tmp_path, "time,batch,state\n2023-11-14T22:13:20Z,007,on\n2023-11-14T22:13:21Z,008,1\n"))
    assert [value for _, value, _ in _samples(found, "batch")] == ["007", "008"]
    assert [value for _, value, _ in _samples(found, "state")] == ["on", "1"]
    assert found.tracks["state"].data_type == "String"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no rows"),
        (b"hello\nworld\n", "no separator makes columns"),
        (b"a,b\n1,2\n", "no column has times"),
        (b"\x00\x01\x02\x00" * 20, "bytes that no text has"),
        (b"time,x\n2023-11-14T22:13:20Z,\n", "none of its 1 rows has a sample|no column is a tag"),
    ],
)
def test_files_that_are_no_recordings_say_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=words):
        read(path)


@pytest.mark.clause("I1")
def test_a_quotation_mark_that_is_closed_rows_later_is_told_and_a_text_of_lines_is_not(tmp_path: Path) -> None:
    rows = [f"2026-01-01 00:00:{second:02};{second}\n" for second in range(60)]
    path = tmp_path / "inch.csv"
    rows[20] = '2026-01-01 00:00:20;"20\n'
    rows[40] = '2026-01-01 00:00:40;40"\n'
    path.write_text("time;value\n" + "".join(rows))
    with pytest.raises(RecordingError, match=r"inch\.csv, row 22: a quotation mark takes the rows"):
        preview(path)
    rows[20] = '2026-01-01 00:00:20;"checked; all is well\nmore; tomorrow, 45000; or later"\n'
    rows[40] = "2026-01-01 00:00:40;40\n"
    path.write_text("time;value\n" + "".join(rows))
    assert preview(path).names == ("time", "value")
    assert read(path).rows == 60


def test_reading_changes_nothing_for_others(tmp_path: Path) -> None:
    """The limit of the csv module is the whole program's."""
    assert csv.field_size_limit() == 131_072
    path = tmp_path / "long.csv"
    path.write_text("time;value\n2026-01-01 00:00:00;1\n2026-01-01 00:00:01;" + "x" * 200_000 + "\n")
    with pytest.raises(RecordingError, match=r"row 3: field larger"):
        preview(path)


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    rows = [f"2026-01-01T00:00:{second:02d}Z,{second}.5,fine" for second in range(50)]
    head = ["# of the plant", "Time,Level,Note"]
    path.write_text(
        "\n".join([*head, *rows[:20], '2026-01-01T01:00:00Z,7,"not ""closed', *rows[20:]]), encoding="utf-8"
    )
    with pytest.raises(RecordingError, match=r"cut\.csv, row 23: a quotation mark is never closed"):
        preview(path)
    long = [f"2026-01-01T{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}Z,{at},fine" for at in range(40_000)]
    path.write_text("\n".join([*head, *long, '2026-01-02T00:00:00Z,7,"cut']), encoding="utf-8")
    assert preview(path).names == ("Time", "Level", "Note")
    with pytest.raises(RecordingError, match="row 40,003: a quotation mark is never closed"):
        read(path)
    closed = '2026-01-01T01:00:00Z,7,"over\ntwo lines, ""said"""'
    path.write_text("\r\n".join([*head, *rows, closed]), encoding="utf-8", newline="")
    assert read(path).rows == 51


@pytest.mark.clause("I1")
def test_a_layout_that_does_not_fit_says_what_is_wrong(tmp_path: Path) -> None:
    path = _file(tmp_path, "time,x\n2023-11-14T22:13:20Z,1\n")
    with pytest.raises(RecordingError, match="no column 'y'; there are time, x"):
        read(path, Layout(Shape.WIDE, "time", tags={"y": "Y"}))
    with pytest.raises(RecordingError, match="which column has the tag"):
        read(path, Layout(Shape.LONG, "time", value="x"))
    with pytest.raises(RecordingError, match="more than 0 samples"):
        read(path, limit=0)
    with pytest.raises(RecordingError, match="encoding 'klingon'"):
        preview(path, encoding="klingon")
    with pytest.raises(OSError):
        read(tmp_path / "none.csv")


def test_a_layout_is_kept_as_json_and_checked_when_it_comes_back() -> None:
    layout = Layout(Shape.WIDE, "t", TimeForm.EXCEL, "Europe/Berlin", tags={"a": "A"}, qualities={"a": "q"})
    assert Layout.of(layout.state()) == layout
    for state, words in (
        ({"shape": "round", "time": "t"}, "shape must be one of"),
        ({"shape": "wide"}, "shape and time are needed"),
        ({"shape": "wide", "time": "t", "colour": "red"}, "colour is not known"),
        ({"shape": "wide", "time": "t", "tags": 3}, "tags must be an object"),
        ({"shape": "wide", "time": 3}, "time must be text"),
    ):
        with pytest.raises(ValueError, match=words):
            Layout.of(state)


def test_reading_tells_how_far_it_is_and_can_be_given_up(tmp_path: Path) -> None:
    rows = "\n".join(f"{1_700_000_000 + second},{second}" for second in range(45_000))
    path = _file(tmp_path, f"time,x\n{rows}\n")
    told: list[int] = []
    assert read(path, on_progress=told.append).samples == 45_000
    assert told == [20_000, 40_000, 45_000]
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(ReadCancelledError):
        read(path, cancelled=cancelled)


# ---- Parquet


def test_parquet_files_have_typed_times_and_values(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    times = pa.array([T0 + 1, T0 + S], pa.timestamp("ns", tz="UTC"))
    pq.write_table(pa.table({"time": times, "a": [1.5, None], "n": [2**60, 5], "s": ["x", "y"]}), path)
    found = read(path)
    assert _samples(found, "a") == [(iso_utc(T0 + 1), 1.5, 192)]
    assert [value for _, value, _ in _samples(found, "n")] == [2**60, 5]
    assert found.tracks["s"].data_type == "String"
    naive = pa.array([datetime.datetime(2023, 11, 14, 22, 13, 20)], pa.timestamp("us"))  # noqa: DTZ001
    pq.write_table(pa.table({"time": naive, "x": [1.0]}), path)
    assert int(read(path).tracks["x"].times[0]) == T0
    path.write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(RecordingError, match="no Parquet file, or a damaged one"):
        read(path)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_our_own_tables_come_back_as_they_were(tmp_path: Path, suffix: str) -> None:
    columns = [Column("Time", ColumnKind.TIME), Column("Source", ColumnKind.TEXT), Column("Tag", ColumnKind.TEXT),
               Column("Value", ColumnKind.VALUE), Column("Unit", ColumnKind.TEXT), Column("Quality", ColumnKind.TEXT),
               Column("Type", ColumnKind.TEXT)]  # fmt: skip
    rows: list[tuple[Value, ...]] = [
        (T0 + 123, "A", "x", -1.25, "m", quality_words(192), "Double"),
        (T0 + 124, "A", "x", None, "m", quality_words(20), "Double"),
        (T0 + 125, "A", "n", 2**60 + 1, "", quality_words(192), "Integer"),
        (T0 + 126, "A", "t", "=cmd", "", quality_words(88), "String"),
        (T0 + 127, "A", "b", True, "", quality_words(192), "Boolean"),
    ]
    path = tmp_path / f"t{suffix}"
    write_table(path, columns, rows)
    found = read(path)
    assert [sample for tag in found.tracks for sample in _samples(found, tag)] == [
        (iso_utc(T0 + 123), -1.25, 192),
        (iso_utc(T0 + 124), None, 20),
        (iso_utc(T0 + 125), 2**60 + 1, 192),
        (iso_utc(T0 + 126), "=cmd", 88),
        (iso_utc(T0 + 127), True, 192),
    ]


# ---- the model


def test_a_track_is_put_in_order_and_says_where_nothing_was_recorded() -> None:
    one = track("x", [3, 1, 2], [3.0, 1.0, 2.0], [192] * 3, gaps=[(2, 3)])
    assert (one.times.tolist(), one.column(0, 9)) == ([1, 2, 2, 3], [1.0, 2.0, None, 3.0])
    assert one.qualities.tolist() == [192, 192, 8, 192]
    assert (one.at(0), one.at(2), one.value(3)) == (-1, 2, 3.0)
    plain = track("y", [1], [1.0], [192], source="B")
    assert isinstance(plain.values, np.ndarray)
    assert list(addressed([one, plain])) == ["x", "B: y"]
    assert Recording("r", {}).start_ns == 0


def test_times_that_no_clock_holds_cost_their_row_alone(tmp_path: Path) -> None:
    rows = ["9999-12-31T23:59:59Z,1", "0001-01-01T00:00:00Z,2", "2026-01-01T00:00:00Z,3", "1969-12-31T23:59:59Z,4"]
    found = read(_file(tmp_path, "time,a\n" + "\n".join(rows) + "\n"))
    assert [value for _, value, _ in _samples(found, "a")] == [4, 3]
    assert found.problems[0] == "row 2: '9999-12-31T23:59:59Z' is not between the years 1678 and 2262"
    assert len(found.problems) == 2


def test_numbers_that_no_double_holds_cost_their_row_alone(tmp_path: Path) -> None:
    text = f"time,a\n2026-01-01T00:00:00Z,{'9' * 400}\n2026-01-01T00:00:01Z,1.5\n2026-01-01T00:00:02Z,2\n"
    layout = Layout(Shape.WIDE, "time", tags={"a": "a"})
    rows = "".join(f"2026-01-01T00:01:{second:02d}Z,1\n" for second in range(20))
    found = read(_file(tmp_path, text + rows), layout)
    assert len(found.tracks["a"]) == 22
    assert found.problems == (f"row 2: {'9' * 40!r} … has 400 digits: no double is as long",)
    elapsed = "time,tag,value,type\n2026-01-01T00:00:00Z,a,inf,ElapsedTime\n2026-01-01T00:00:01Z,a,2 s,ElapsedTime\n"
    found = read(_file(tmp_path, elapsed, name="elapsed.csv"))
    assert [value for _, value, _ in _samples(found, "a")] == [Duration(2 * S)]


def test_a_million_columns_are_refused_at_once(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(1_000_000))
    with pytest.raises(RecordingError, match="more than 16,384 columns"):
        read(_file(tmp_path, f"time,{names}\n2026-01-01T00:00:00Z\n"))
