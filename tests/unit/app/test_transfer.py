"""``tagwatch export`` and ``tagwatch import``: what they write, what they say, and their exit codes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from app import cli
from app.batch import Sample
from app.recordings.files import read
from app.records import incident as incidents
from app.records.audit_file import AuditFile
from app.records.audit_record import Completion, Result
from app.records.history import History
from app.records.incident import Incident, Samples, events_of, write_incident
from app.records.segment import Arrivals, SegmentWriter, Turn
from app.records.table import ExportCancelledError, ExportError
from app.transfer.work import span, stored
from app.values import quality_words
from tests.helpers.audit import intent
from tests.helpers.journal import keep, row
from tests.helpers.recorded import T0, S, columns, segment

ROOT = Path(__file__).resolve().parents[3]
FROM, TO = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with a store, a journal and an audit store."""
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    folder = tmp_path / "records"
    folder.mkdir()
    rows = [(T0 + second * S, 10.0 + second, 192 if second != 3 else 16) for second in range(-5, 30, 5)]
    writer = SegmentWriter(segment(folder))
    level = writer.tag("Plant", "Tank.Level")
    name = writer.tag("Plant", "=Batch")
    samples = columns([Sample(value, quality, at, at) for at, value, quality in rows] + [Sample("@1", 192, T0, T0)])
    begins = [Turn(level, T0 - 10 * S, None), Turn(name, T0 - 10 * S, None)]
    writer.commit(Arrivals(np.array([level] * len(rows) + [name], np.uint32), samples), T0 + 30 * S, turns=begins)
    writer.finish(T0 + 30 * S, "")
    writer.close()
    journal = tmp_path / "journal"
    rows = [
        row(T0 + 5 * S, "alarm", severity="error", detail="high", more='{"tag": "Tank.Level"}'),
        row(T0 + 6 * S, tag="Tank.Level"),
        row(T0 + 7 * S, "operator", session="", tag="Pump", value="=1", detail="+write"),
        row(T0 + 540 * S, "operator", detail="too late"),
        row(T0 + 550 * S, "note", more=json.dumps({"at_ns": T0 + 6 * S, "text": "=noted afterwards"})),
    ]
    keep(journal, rows)
    audit = AuditFile(tmp_path / "audit.sqlite")
    audit.append([intent(time_ns=T0 + 8 * S), Completion(1, T0 + 9 * S, Result.CLAMPED, "it reads 7", 7, 192)])
    audit.close()
    return tmp_path


def _rows(path: Path, sheet: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path)
    return [tuple(cell.value for cell in row) for row in book[sheet].iter_rows()][1:]


@pytest.mark.clause("I2")
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_is_recorded_comes_as_a_table_that_plays(
    home: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = home / f"out{suffix}"
    assert cli.main(["export", str(out), "--from", FROM, "--to", TO]) == 0
    assert "out" in capsys.readouterr().out
    found = read(out)
    assert list(found.tracks) == ["=Batch", "Tank.Level"]
    level = found.tracks["Tank.Level"]
    assert [(at - T0) // S for at in level.times.tolist()] == [-5, 0, 5, 10, 15, 20, 25], "with what held at the start"
    assert level.column(0, 3) == [5.0, 10.0, 15.0]
    assert found.tracks["=Batch"].column(0, 1) == ["@1"]


@pytest.mark.clause("I2")
def test_tags_are_chosen_by_patterns_and_nothing_is_no_success(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = home / "out.csv"
    assert cli.main(["export", str(out), "--from", FROM, "--to", TO, "--tag", "plant:tank.*"]) == 0
    assert list(read(out).tracks) == ["Tank.Level"]
    assert cli.main(["export", str(home / "none.csv"), "--to", TO, "--tag", "Other:*"]) == 6
    assert "nothing of Other:* is recorded" in capsys.readouterr().err
    assert not (home / "none.csv").exists()
    assert cli.main(["export", str(home / "no" / "out.csv"), "--from", FROM, "--to", TO]) == 6
    assert "the folder does not exist" in capsys.readouterr().err


@pytest.mark.clause("I2")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["out.doc"], "the suffix must be one of"),
        (["out.csv", "--incident"], "an incident is .xlsx or .zip"),
        (["out.csv", "--from", "soon"], "'soon' is no time"),
        (["out.csv", "--from", TO, "--to", FROM], "is not before"),
        (["out.csv", "--from", "2026-01-01 10:00", "--zone", "Mars"], "'Mars' is no time zone"),
    ],
)
def test_bad_arguments_are_named(
    home: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["export", *arguments])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.clause("I2")
def test_a_span_is_two_times_or_a_length_before_the_end() -> None:
    assert span("90min", None, "UTC", T0) == (T0 - 5400 * S, T0)
    assert span("2d", FROM, "UTC", 0) == (T0 - 172_800 * S, T0)
    assert span("2026-01-01 00:00", "2026-01-01 01:00", "Europe/Berlin", 0) == (T0 - 3600 * S, T0)


@pytest.mark.clause("I2")
def test_the_stretch_that_was_not_recorded_is_told(home: Path) -> None:
    found = stored(History(home / "records"), "Plant", "Tank.Level", T0, T0 + 60 * S)
    assert found.gaps == [(T0 + 30 * S, T0 + 60 * S)]


# ---- incidents


@pytest.mark.clause("I3", "E2")
def test_an_incident_is_a_book_with_a_sheet_each_and_no_formulas(home: Path) -> None:
    out = home / "incident.xlsx"
    assert cli.main(["export", str(out), "--incident", "--from", FROM, "--to", TO]) == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[:7] == ["Incident", "Statistics", "Samples", "Events", "Alarms", "Writes", "Notes"]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    samples = _rows(out, "Samples")
    assert samples[0][1:4] == ("Plant", "=Batch", "@1")
    assert samples[0][0].isoformat() == "2026-01-01T00:00:00"  # type: ignore[attr-defined]
    assert [row[2:7] for row in _rows(out, "Events")] == [("operator", "info", "Pump", "=1", "+write")]
    assert [row[2:5] for row in _rows(out, "Alarms")] == [("alarm", "error", "Tank.Level")]
    assert len(_rows(out, "Writes")) == 1
    assert [row[1] for row in _rows(out, "Notes")] == ["=noted afterwards"]
    (level,) = [row for row in _rows(out, "Statistics") if row[1] == "Tank.Level"]
    assert level[3:6] == (6, pytest.approx(22.5), 10)
    assert level[16] == pytest.approx(30), "half a minute was not recorded"
    about = "\n".join(str(row[0]) for row in _rows(out, "Incident"))
    assert "From 2026-01-01T00:00:00.000Z to 2026-01-01T00:01:00.000Z" in about


@pytest.mark.clause("I3")
@pytest.mark.parametrize("parquet", [True, False])
def test_an_incident_is_a_zip_with_tables_a_picture_and_a_legend(
    tmp_path: Path, parquet: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not parquet:
        monkeypatch.setattr(incidents.importlib.util, "find_spec", lambda name: None)
    samples = [Samples("P", "a", "m³/h", [T0, T0 + S], [1.0, 3.0], [192, 64])]
    notes = [(T0, "=note")]
    whole = Incident("Tuesday", T0, T0 + 2 * S, samples, notes=notes, picture=b"\x89PNG", lacking=["the journal: gone"])
    out = tmp_path / "i.zip"
    told: list[int] = []
    assert write_incident(out, whole, told.append) == 4
    assert told == [4]
    with zipfile.ZipFile(out) as bundle:
        kind = "parquet" if parquet else "csv"
        tables = [
            "alarms.csv",
            "events.csv",
            "notes.csv",
            f"samples.{kind}",
            "statistics.csv",
            "trend.png",
            "writes.csv",
        ]
        assert sorted(bundle.namelist()) == ["README.txt", *tables]
        readme = bundle.read("README.txt").decode()
        assert "All times are UTC" in readme
        assert "Not in it: the journal: gone" in readme
        assert quality_words(16) in readme
        assert "'=note" in bundle.read("notes.csv").decode("utf-8-sig")
        statistics = bundle.read("statistics.csv").decode("utf-8-sig")
        assert ",m³,1," in statistics, "rates add up to what flowed"
        bundle.extract(f"samples.{kind}", tmp_path)
    assert read(tmp_path / f"samples.{kind}").tracks["a"].column(0, 2) == [1.0, 3.0]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.clause("I3", "E3")
def test_an_incident_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "i.zip"
    out.write_text("before", encoding="utf-8")
    many: Sequence[Samples] = [Samples("P", "a", "", range(20_000), [1.0] * 20_000, [192] * 20_000)]

    class Cancelled:
        def is_set(self) -> bool:
            return True

    with pytest.raises(ExportCancelledError):
        write_incident(out, Incident("x", 0, 1, many), cancelled=Cancelled())  # type: ignore[arg-type]
    with pytest.raises(ExportError, match="an incident is written as"):
        write_incident(tmp_path / "i.csv", Incident("x", 0, 1))
    with pytest.raises(ExportError):
        write_incident(tmp_path / "none" / "i.zip", Incident("x", 0, 1))
    assert out.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["i.zip"]
    assert events_of(tmp_path / "none", 0, 1) == ([], [])


# ---- import


@pytest.mark.clause("I4")
def test_a_recording_is_looked_at_and_its_layout_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.csv"
    path.write_text("Datum;Druck [bar]\n01.02.2026 10:00;1,5\n01.02.2026 10:01;kaputt\n", encoding="utf-8")
    assert cli.main(["import", str(path), "--preview"]) == 0
    said = capsys.readouterr()
    assert "Datum\tDruck [bar]" in said.out
    assert "time: Datum, day first, zone UTC" in said.out
    assert "days and months cannot be told apart" in said.err
    assert cli.main(["import", str(path), "--preview", "--json"]) == 0
    layout = tmp_path / "layout.json"
    kept = json.loads(capsys.readouterr().out) | {"form": "month first", "zone": "Europe/Berlin"}
    layout.write_text(json.dumps(kept), encoding="utf-8")
    rows = "".join(f"01.02.2026 10:{minute:02d};1,{minute}\n" for minute in range(20))
    path.write_text(f"Datum;Druck [bar]\n{rows}01.02.2026 10:59;kaputt\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert cli.main(["import", str(path), "--layout", str(layout), "--output", str(out)]) == 1
    said = capsys.readouterr()
    assert "row 22: 'kaputt' is no number" in said.err
    assert "1 of 21 rows were left out" in said.err
    assert "2026-01-02T09:00:00.000Z" in said.out
    assert len(read(out).tracks["Druck"]) == 20
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    assert cli.main(["import", str(path), "--layout", str(layout), "--record", "Old"]) == 1
    assert cli.main(["export", str(out), "--from", "2026-01-02T09:00:00Z", "--to", "2026-01-02T10:00:00Z"]) == 0
    assert {row["Unit"] for row in csv.DictReader(out.read_text("utf-8-sig").splitlines())} == {"bar"}


@pytest.mark.clause("I4")
def test_what_cannot_be_imported_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", str(tmp_path / "none.csv")]) == 6
    assert "none.csv" in capsys.readouterr().err
    path = tmp_path / "words.csv"
    path.write_text("a,b\nx,y\n", encoding="utf-8")
    assert cli.main(["import", str(path)]) == 6
    assert "no column has times" in capsys.readouterr().err
    layout = tmp_path / "layout.json"
    layout.write_text("{}", encoding="utf-8")
    for extra, words in ((["--layout", str(layout)], "shape and time are needed"), (["--output", "x.doc"], "suffix")):
        with pytest.raises(SystemExit):
            cli.main(["import", str(path), *extra])
        assert words in capsys.readouterr().err


@pytest.mark.clause("I2", "I4")
def test_progress_is_silent_where_nobody_looks(home: Path) -> None:
    environment = {**os.environ, "TAGWATCH_CONFIG_DIR": str(home)}
    arguments = ["export", str(home / "o.csv"), "--from", FROM, "--to", TO]
    done = subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
