"""``tagwatch audit``: what it prints, and its exit codes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app import cli
from app.audit import usual_file
from app.records.audit_file import AuditFile
from app.records.audit_record import Completion, Result
from tests.helpers.audit import intent, tamper


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The usual store, with two writes in it."""
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    file = AuditFile(usual_file())
    file.append(
        [
            intent(new=2**63 - 1, comment="=HYPERLINK(1)"),
            Completion(1, 1_767_225_601_000_000_000, Result.CLAMPED, "it reads 7", 7, 192),
            intent(tag="Pump.Speed"),
        ]
    )
    file.close()
    return usual_file()


@pytest.mark.clause("R10")
def test_verify_says_that_the_store_is_whole(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "verify"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{store}: 3 records, all as they were written"
    name, fingerprint = second.split()
    assert name == "fingerprint"
    assert cli.main(["audit", "verify", str(store), "--known", fingerprint]) == 0
    assert cli.main(["audit", "verify", "--known", f"9:{'0' * 64}"]) == 1
    assert "record 9 was noted" in capsys.readouterr().err


@pytest.mark.clause("R10")
def test_verify_names_the_first_wrong_record(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(store, "UPDATE records SET user = 'nobody' WHERE number = 2")
    assert cli.main(["audit", "verify"]) == 1
    assert "is damaged: record 2 was changed" in capsys.readouterr().err


@pytest.mark.clause("R10")
def test_export_writes_each_write_with_its_end(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "writes.csv"
    assert cli.main(["audit", "export", str(table)]) == 0
    assert capsys.readouterr().out == f"{table}: 2 writes\n"
    with table.open(encoding="utf-8-sig", newline="") as lines:
        newest, oldest = csv.DictReader(lines)
    assert (newest["Tag"], newest["Result"]) == ("Pump.Speed", "no answer recorded")
    assert (oldest["New value"], oldest["Read back"], oldest["Result"]) == ("9223372036854775807", "7", "clamped")
    assert oldest["Comment"] == "'=HYPERLINK(1)"
    assert oldest["Account"] == "anna"


def test_what_cannot_be_read_or_written_is_named(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "verify", "nowhere.sqlite"]) == 6
    assert "there is no audit store nowhere.sqlite" in capsys.readouterr().err
    assert cli.main(["audit", "export", "writes.doc"]) == 6
    assert ".xlsx, .csv" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        cli.main(["audit", "verify", "--known", "5"])
    assert "no fingerprint" in capsys.readouterr().err
