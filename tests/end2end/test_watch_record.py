"""Recording without a window: ``tagwatch watch --record``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from app.records.history import History
from app.records.recorder import Recorder, RecorderState
from app.tasks import SystemClock
from tests.helpers.screen import until

ROOT = Path(__file__).resolve().parents[2]


def watch(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "watch", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "TAGWATCH_CONFIG_DIR": str(home), "TAGWATCH_RECORD_FREE_BYTES": "0"},
    )  # fmt: skip


@pytest.mark.clause("V4")
def test_what_is_watched_in_a_terminal_is_recorded_under_its_name(tmp_path: Path) -> None:
    tags = ("Reactor.PV", "Tank101.Level")
    done = watch(tmp_path, "sim", *tags, "--record", "Simulated plant", "--quiet", "--count", "6")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "values recorded in" in done.stderr
    history = History(tmp_path / "records")
    counts = {(one.source, one.tag): one.count for one in history.tags()}
    assert set(counts) == {("Simulated plant", tag) for tag in tags}
    assert sum(counts.values()) >= 6


@pytest.mark.clause("V4", "K6")
def test_a_store_that_another_one_writes_is_left_alone_and_told_by_the_exit_code(tmp_path: Path) -> None:
    other = Recorder(tmp_path / "records", SystemClock(), lambda session: None)
    other.start()
    try:
        until(lambda: other.statistics().state is RecorderState.RECORDING, "the other one")
        done = watch(tmp_path, "sim", "Reactor.PV", "--record", "Plant", "--count", "1")
        assert done.returncode == 6
        assert "another Tagwatch records into" in done.stderr
        assert "0 values recorded" in done.stderr
        apart = watch(
            tmp_path, "sim", "Reactor.PV", "--record", "Plant", "--records", str(tmp_path / "own"), "--count", "2"
        )
        assert apart.returncode == 0, apart.stderr
    finally:
        other.stop(10)
    assert [one.tag for one in History(tmp_path / "own").tags()] == ["Reactor.PV"]


@pytest.mark.clause("V4")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("replay", "CPU", "--option", "file=x.csv", "--record", "Plant"), "a replay is not recorded again"),
        (("sim", "Reactor.PV", "--records", "somewhere"), "--records belongs to --record"),
    ],
)
def test_what_cannot_be_recorded_says_why(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["watch", *arguments])
    assert words in capsys.readouterr().err
