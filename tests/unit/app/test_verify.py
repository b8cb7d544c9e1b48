"""``tagwatch verify``: what is whole is said to be, and what is damaged is named."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from app.batch import Sample
from app.records.audit_file import AuditFile
from app.records.audit_record import Completion, Result
from app.records.journal_file import files_in_order
from app.records.segment import SegmentWriter
from tests.helpers.audit import intent, tamper
from tests.helpers.journal import keep, row
from tests.helpers.recorded import T0, S, append, segment

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store (two blocks and an arrival), a journal and an audit store."""
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    (tmp_path / "records").mkdir()
    writer = SegmentWriter(segment(tmp_path / "records"))
    append(writer, [("Level", Sample(float(at), 192, T0 + at * S, T0 + at * S)) for at in range(1_500)], T0 + 1_500 * S)
    writer.seal()
    append(writer, [("Name", Sample("late", 192, T0 + 2_000 * S, T0 + 2_000 * S))], T0 + 2_000 * S)
    writer.close()
    keep(tmp_path / "journal", [row(T0 + at) for at in range(3)], 1)
    keep(tmp_path / "journal", [row(T0, more='{"new": "Ready"}')], 2, closed=False)  # being written
    audit = AuditFile(tmp_path / "audit.sqlite")
    audit.append([intent(time_ns=T0), Completion(1, T0 + S, Result.CLAMPED, "it reads 7", 7, 192)])
    audit.close()
    return tmp_path


def _change(home: Path, *statements: str) -> None:
    database = sqlite3.connect(next((home / "records").glob("*.samples")), isolation_level=None)
    for statement in statements:
        database.execute(statement)
    database.close()


@pytest.mark.clause("V2")
def test_all_of_it_is_read_and_is_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "records" / "d30-20260101T000000Z-000007.samples.damaged").write_bytes(b"x")
    assert cli.main(["verify"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "samples: 1,501 in 1 files, 1 of them whole",
        "samples: d30-20260101T000000Z-000007.samples.damaged was found damaged earlier, and is set aside",
        "events: 4 in 2 files, 2 of them whole",
        "writes: 2 records, all as they were written",
    ]
    assert err == ""
    assert cli.main(["verify", str(home), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.clause("V2")
def test_damaged_blocks_and_arrivals_are_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _change(
        home,
        "UPDATE blocks SET data = zeroblob(length(data)) WHERE id = 1",
        "UPDATE blocks SET count = count + 1 WHERE id = 2",
        "UPDATE arrivals SET data = x'0100'",
    )
    assert cli.main(["verify"]) == 1
    out, err = capsys.readouterr()
    name = "s-20260101T000000Z-000001.samples"
    lines = err.splitlines()
    assert lines[0] == (
        f"tagwatch: {name} is damaged: block 1 is not as it was written "
        "(Plant:Level, 1,024 samples from 2026-01-01T00:00:00.000Z to 2026-01-01T00:17:03.000Z)"
    )
    assert f"{name} is damaged: block 2" in lines[1]
    assert lines[2].startswith(f"tagwatch: {name} is damaged: arrival 2: ")
    assert "0 in 1 files, 0 of them whole" in out


@pytest.mark.clause("V2")
def test_a_file_that_is_no_database_is_damage_a_newer_one_is_not(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _change(home, "PRAGMA user_version = 99")
    assert cli.main(["verify"]) == 6
    assert "newer Tagwatch" in capsys.readouterr().err
    (home / "records" / "d1-20260102T000000Z-000002.samples").write_bytes(os.urandom(4096))
    assert cli.main(["verify"]) == 1
    assert "d1-20260102T000000Z-000002.samples is damaged" in capsys.readouterr().err


@pytest.mark.clause("V2")
def test_damaged_files_of_the_journal_are_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = files_in_order(home / "journal")
    first.write_bytes(first.read_bytes()[:5_000])
    tamper(second, "UPDATE events SET more = '{torn'")
    (home / "journal" / f"{first.name}.damaged").touch()
    assert cli.main(["verify"]) == 1
    out, err = capsys.readouterr()
    assert f"{first.name} is damaged: " in err
    assert f"{second.name} is damaged: row 1 is not what it should be" in err
    assert f"events: {first.name}.damaged was found damaged earlier" in out


@pytest.mark.clause("V2")
def test_the_first_wrong_record_of_the_chain_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(home / "audit.sqlite", "UPDATE records SET words = 'it reads 8' WHERE number = 2")
    assert cli.main(["verify"]) == 1
    assert "audit.sqlite is damaged: record 2 was changed" in capsys.readouterr().err
    (home / "audit.sqlite").write_bytes(b"x" * 4096)
    assert cli.main(["verify"]) == 1
    assert "audit.sqlite is damaged" in capsys.readouterr().err


@pytest.mark.clause("V2")
def test_nothing_recorded_is_no_damage_and_no_folder_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["verify", str(tmp_path)]) == 0
    assert "samples: 0 in 0 files" in capsys.readouterr().out
    assert cli.main(["verify", str(tmp_path / "nowhere")]) == 6
    assert "there is no folder" in capsys.readouterr().err


@pytest.mark.clause("V2")
@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
def test_a_terminal_sees_progress(home: Path) -> None:
    import pty
    import termios

    main, side = pty.openpty()
    termios.tcsetwinsize(side, (24, 100))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app", "verify", str(home)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=side,
            check=False,
        )
        os.close(side)
        told = os.read(main, 65536).decode()
    finally:
        os.close(main)
    assert done.returncode == 0
    assert "samples:" in told
    assert "%|" in told
    assert b"1 of them whole" in done.stdout
