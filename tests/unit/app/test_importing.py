"""Recordings of others in the recorder's store: every sample, its source named, whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app import cli
from app.recordings.files import read
from app.recordings.model import Recording, addressed, track
from app.records import importing
from app.records.history import History
from app.records.importing import AlreadyHeldError, ImportCancelledError, keep
from app.records.segment import files
from app.records.store import Bounds, Store
from app.records.verify import segments
from app.values import Value
from tests.helpers.recorded import T0, S, every


def recording(count: int = 2_500) -> Recording:
    times = [T0 + at * S for at in range(count)]
    texts: list[Value] = [None, "=1+2", 2**70]
    tracks = [
        track("Level", times, [float(at) for at in range(count)], [192] * count),
        track("State", times[:3], texts, [192, 64, 0], source="Lab"),
    ]
    return Recording("file.csv", addressed(tracks))


@pytest.mark.clause("V3", "K1")
def test_every_sample_is_found_under_its_source(tmp_path: Path) -> None:
    told: list[int] = []
    kept = keep(tmp_path / "records", recording(), "Bench", T0 + 86_400 * S, told.append)
    assert kept.tags == (("Bench", "Level"), ("Bench: Lab", "State"))
    assert (kept.samples, told[-1]) == (2_503, 2_503)
    assert kept.bytes == kept.path.stat().st_size
    history = History(tmp_path / "records")
    found = every(history.samples("Bench", "Level", 0, 2**62).samples)
    assert [one.value for one in found] == [float(at) for at in range(2_500)]
    assert {(one.source_time - T0, one.worker_time - T0) for one in found[:2]} == {(0, 0), (S, S)}
    state = every(history.samples("Bench: Lab", "State", 0, 2**62).samples)
    assert [(one.value, one.quality) for one in state] == [(None, 192), ("=1+2", 64), (2**70, 0)]
    held = history.held("Bench", "Level", T0 - S, T0 + 2_500 * S)
    assert [(part.held, part.start_ns - T0) for part in held] == [(False, -S), (True, 0), (False, 2_499 * S + 1)]
    assert history.statistics().troubles == ()
    assert [path.name for path in (tmp_path / "records").iterdir()] == [kept.path.name]


@pytest.mark.clause("V3")
def test_units_of_the_file_are_kept(tmp_path: Path) -> None:
    time = "2026-01-01T00:00:00Z"
    long = tmp_path / "long.csv"
    long.write_text(
        "Time,Tag,Value,Unit\n2026-01-01T00:00:00Z,Level,1,m\n2026-01-01T00:00:00Z,Bare,1\n", encoding="utf-8"
    )
    wide = tmp_path / "wide.csv"
    wide.write_text(f"Time,Flow [m³/h]\n{time},1.5\n{time},2.5\n", encoding="utf-8")
    folder = tmp_path / "records"
    keep(folder, read(long), "Long", T0)
    keep(folder, read(wide), "Wide", T0)
    keep(folder, recording(10), "Bench", T0)
    history = History(folder)
    told = [("Long", "Level"), ("Long", "Bare"), ("Wide", "Flow"), ("Bench", "Level"), ("Nobody", "Level")]
    assert [history.unit(*one) for one in told] == ["m", "", "m³/h", "", ""]
    assert history.statistics().troubles == ()
    assert all(verdict.whole for verdict in segments(folder))


@pytest.mark.clause("V3")
def test_it_is_whole_or_not_at_all_and_never_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_PART", 100)
    stop = threading.Event()
    with pytest.raises(ImportCancelledError, match="200 samples"):
        keep(tmp_path, recording(), "Bench", T0, lambda count: count >= 200 and stop.set(), stop)
    assert list(tmp_path.iterdir()) == []
    first = keep(tmp_path, recording(300), "Bench", T0)
    with pytest.raises(AlreadyHeldError, match="Bench:Level at 2026-01-01T00:00:00"):
        keep(tmp_path, recording(), "Bench", T0)
    second = keep(tmp_path, recording(), "Other", T0)
    assert files(tmp_path) == [first.path, second.path]


@pytest.mark.clause("V3", "K7")
def test_no_retention_is_for_it(tmp_path: Path) -> None:
    kept = keep(tmp_path, recording(10), "Bench", T0)
    store = Store(tmp_path, Bounds(1), lambda: T0 + 10_000 * 86_400 * S)
    store.open()
    store.prune()
    assert store.delete_before(2**62) == 0
    store.close()
    assert kept.path.is_file()


@pytest.mark.clause("V3", "I4")
def test_import_on_the_command_line_exports_again_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    source, out = tmp_path / "lab.csv", tmp_path / "out.csv"
    rows = "".join(f"2026-01-01T00:00:{at:02d}Z,{at}.5,=cmd{at}\n" for at in range(60))
    source.write_text(f"time,Level,Batch\n{rows}", encoding="utf-8")
    assert cli.main(["import", str(source), "--record", "Lab bench", "--quiet"]) == 0
    assert "120 samples of 2 tags" in capsys.readouterr().out
    assert cli.main(["export", str(out), "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T00:01:00Z"]) == 0
    assert "'=cmd7" in out.read_text(encoding="utf-8-sig"), "defused"
    again = read(out)
    assert [one.source for one in again.tracks.values()] == ["Lab bench", "Lab bench"]
    assert again.tracks["Level"].column(0, 3) == [0.5, 1.5, 2.5]
    assert again.tracks["Batch"].column(7, 8) == ["=cmd7"]
    capsys.readouterr()
    assert cli.main(["import", str(source), "--record", "Lab bench"]) == 6
    assert "import it under another name" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["import", str(source), "--record", " "])
    assert "--record needs the name of a source" in capsys.readouterr().err
    assert cli.main(["verify", "--quiet"]) == 0
