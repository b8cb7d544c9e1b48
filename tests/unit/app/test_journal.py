"""The journal on disk: every row exact, files bounded, gaps counted, and never in the loop's way."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.batch import Detail, Event, EventBatch
from app.config import JournalPolicy
from app.events.notices import Notice, NoticeKind, Severity
from app.records import journal as journals
from app.records.database import DamagedError
from app.records.journal import Act, Journal
from app.records.journal_file import JournalFile, JournalRow, JournalWriter, files_in_order, name_of
from app.records.journal_read import notes, read
from app.tasks import SystemClock
from app.values import NO_TIME, EventKind, Status, Timestamp, failed
from tests.helpers.batches import batch
from tests.helpers.journal import DEAD, keep, row

TIME = 1_767_225_600_123_456_789
TAGS = {7: "Tank7.Level", 8: "Tank8.Level"}


@pytest.fixture
def another() -> Iterator[int]:
    """The number of another program that runs."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as other:
        yield other.pid
        other.kill()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Journal]]:
    made: list[Journal] = []

    def journal(**options: Any) -> Journal:
        made.append(Journal(options.pop("folder", tmp_path), SystemClock(), **options))
        return made[-1]

    yield journal
    for each in made:
        each.stop(30)
    assert not [thread for thread in threading.enumerate() if thread.name == "journal"]


def kept(journal: Journal, folder: Path) -> list[JournalRow]:
    journal.stop(30)
    return list(read(folder))


def wait(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


@pytest.mark.clause("G4", "Z2", "Z3")
def test_events_notices_and_actions_stand_in_it_exactly(make: Callable[..., Journal], tmp_path: Path) -> None:
    journal = make()
    journal.start()
    events = [
        Event(5, EventKind.DATA_CHANGE, 7, 0.1, 192, TIME, TIME + 1),
        Event(6, EventKind.DATA_CHANGE, 7, 2**64 - 1, 64, NO_TIME, TIME + 2, Detail(coalesced=3)),
        Event(7, EventKind.DATA_CHANGE, 8, float("nan"), 0, TIME, TIME + 3),
        Event(8, EventKind.DATA_CHANGE, 8, ("a\nb", (1, None), b"\xff", Timestamp(0)), 192, TIME, TIME),
        Event(9, EventKind.WRITE_COMPLETE, 8, None, 192, TIME, TIME, Detail((failed(1016), Status()), -5)),
    ]
    journal.take("Plant", EventBatch.of(events), TAGS)
    journal.take("Plant", Notice(NoticeKind.STATE, Severity.INFO, TIME, "ready", {"new": "Ready"}), TAGS)
    journal.act("Plant", Act(TIME, "write sent", "Tank7.Level", "12"))
    rows = kept(journal, tmp_path)
    assert rows[0] == JournalRow(
        1, TIME + 1, "Plant", "data change", "info", "Tank7.Level", 0.1, 192, TIME, 5
    )  # fmt: skip
    assert rows[1] == JournalRow(
        2, TIME + 2, "Plant", "data change", "warning", "Tank7.Level", 2**64 - 1, 64, None, 6, "", '{"coalesced": 3}'
    )  # fmt: skip
    assert (rows[2].value, rows[2].severity) == ("NaN", "error")
    assert rows[3].value == ["a\nb", [1, None], "ff", "1970-01-01T00:00:00.000Z"]
    assert (rows[4].kind, rows[4].value, rows[4].has_value) == ("write complete", None, True)
    assert rows[4].details["hresult"] == "0xFFFFFFFB"
    assert "user lacks rights" in rows[4].details["statuses"][0]
    assert "user lacks rights" in rows[4].detail
    assert rows[5] == JournalRow(6, TIME, "Plant", "state", "info", detail="ready", more='{"new": "Ready"}')
    assert (rows[6].kind, rows[6].tag, rows[6].value, rows[6].detail) == ("operator", "Tank7.Level", "12", "write sent")
    assert not rows[5].has_value


@pytest.mark.clause("G4", "Z2")
def test_another_program_reads_it_as_a_table(make: Callable[..., Journal], tmp_path: Path) -> None:
    journal = make()
    journal.start()
    journal.take("Plant", EventBatch.of([Event(5, EventKind.DATA_CHANGE, 7, 0.1, 192, NO_TIME, TIME)]), TAGS)
    journal.act("Plant", Act(TIME, "half \ud800 a pair", "Tank7.Level", "\ud800"))
    journal.stop(30)
    (path,) = files_in_order(tmp_path)
    database = sqlite3.connect(path)
    rows = database.execute("SELECT time, session, kind, severity, tag, value, source_time, detail FROM log").fetchall()
    database.close()
    assert rows[0] == ("2026-01-01T00:00:00.123456789Z", "Plant", "data change", "info", "Tank7.Level", 0.1, None, None)
    assert rows[1][5:] == ("?", None, "half ? a pair")


@pytest.mark.clause("G4")
def test_files_stay_under_the_bound(make: Callable[..., Journal], tmp_path: Path) -> None:
    journal = make(file_bytes=200_000, bound_bytes=800_000)
    journal.start()
    for number in range(300):
        made = batch(1 + number * 100, 100, 7)
        made.values = array("d", [float(at) + number for at in range(100)])
        journal.take("Plant", made, TAGS)
    rows = kept(journal, tmp_path)
    assert len(files_in_order(tmp_path)) > 2
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 800_000 + 3 * 200_000
    sequences = [row.sequence for row in rows]
    assert sequences[-1] == 30_000
    assert sequences == list(range(sequences[0] or 0, 30_001)), "what is kept is the newest, in order"
    assert (sequences[0] or 0) > 1
    assert all(path.suffix == ".events" for path in tmp_path.iterdir()), "a file that is done is one file"
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.clause("G4")
def test_what_is_too_old_goes(make: Callable[..., Journal], tmp_path: Path, another: int) -> None:
    day = 86_400 * 10**9
    now = SystemClock().utc_ns()
    keep(tmp_path, [row(now - 9 * day), row(now - 8 * day)], 1)
    keep(tmp_path, [row(now - 9 * day), row(now - 6 * day)], 2)
    written = keep(tmp_path, [row(now - 9 * day)], 3, pid=another, closed=False, begun_ns=now)
    journal = make(days=7)
    journal.start()
    assert [one.time_ns for one in kept(journal, tmp_path)] == [now - 9 * day, now - 6 * day, now - 9 * day]
    assert written.exists()


@pytest.mark.clause("G4")
def test_what_cannot_wait_is_counted_and_a_line_says_so(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = journals._event_rows

    def slow(*arguments: Any) -> Any:
        gate.wait(30)
        return real(*arguments)

    monkeypatch.setattr(journals, "_event_rows", slow)
    journal = make(queue=250)
    journal.start()
    for number in range(10):
        journal.take("Plant", batch(1 + number * 100, 100, 7), TAGS)
    statistics = journal.statistics()
    assert statistics.queued <= 250 + 100
    gate.set()
    rows = kept(journal, tmp_path)
    gaps = [row for row in rows if row.kind == "gap"]
    events = [row for row in rows if row.kind == "data change"]
    assert sum(gap.details["missed"] for gap in gaps) + len(events) == 1000
    assert sum(gap.details["missed"] for gap in gaps) == journal.statistics().missed > 0
    assert events[-1].sequence == 1000, "the newest are kept"
    following = rows[rows.index(gaps[0]) + 1]
    assert (following.sequence or 0) > gaps[0].details["missed"], "the row stands where they lack"


@pytest.mark.clause("G4")
def test_a_disk_that_fails_is_told_once_and_tried_again(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "_RETRY_S", 0.0)
    said: list[str] = []
    told = threading.Event()

    def failure(words: str) -> None:
        said.append(words)
        told.set()

    folder = tmp_path / "journal"
    folder.write_text("a file where the folder should be")
    journal = make(folder=folder, on_failure=failure)
    journal.start()
    journal.take("Plant", batch(1, 10, 7), TAGS)
    assert told.wait(10)
    told.clear()
    journal.take("Plant", batch(11, 10, 7), TAGS)
    while journal.statistics().queued:
        threading.Event().wait(0.01)
    assert journal.statistics().failure
    folder.unlink()
    journal.take("Plant", batch(21, 10, 7), TAGS)
    assert told.wait(10)
    rows = kept(journal, folder)
    assert len(said) == 2
    assert said[0]
    assert said[1] == ""
    assert rows[0].kind == "gap"
    assert rows[0].details["missed"] == 20
    assert [row.sequence for row in rows[1:]] == list(range(21, 31))


@pytest.mark.clause("G4")
def test_a_disk_that_fills_up_goes_on_in_the_same_file_and_counts_what_was_not_kept(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "_RETRY_S", 0.0)
    full = threading.Event()
    real = JournalWriter.commit

    def commit(writer: JournalWriter, now_ns: int) -> None:
        if full.is_set():
            raise OSError("the disk is full")
        real(writer, now_ns)

    monkeypatch.setattr(JournalWriter, "commit", commit)
    said: list[str] = []
    journal = make(on_failure=said.append)
    journal.start()
    journal.take("Plant", batch(1, 10, 7), TAGS)
    wait(lambda: journal.statistics().rows == 10)
    full.set()
    journal.take("Plant", batch(11, 10, 7), TAGS)
    wait(lambda: said)
    assert (journal.statistics().failure, journal.statistics().rows) == ("the disk is full", 10)
    full.clear()
    wait(lambda: said[-1] == "")
    journal.take("Plant", batch(21, 10, 7), TAGS)
    rows = kept(journal, tmp_path)
    assert [row.sequence for row in rows] == [*range(1, 11), None, *range(21, 31)]
    assert rows[10].details["missed"] == 10
    assert (journal.statistics().rows, journal.statistics().missed) == (20, 10)
    assert len(files_in_order(tmp_path)) == 1


@pytest.mark.clause("G4")
def test_a_file_that_is_damaged_while_it_is_written_is_put_aside_and_told(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = JournalWriter.commit
    damaged: list[Path] = []

    def commit(writer: JournalWriter, now_ns: int) -> None:
        if not damaged:
            damaged.append(writer.path)
            raise DamagedError(f"{writer.path.name} is damaged: as the test wants it")
        real(writer, now_ns)

    monkeypatch.setattr(JournalWriter, "commit", commit)
    journal = make()
    journal.start()
    journal.take("Plant", batch(1, 10, 7), TAGS)
    wait(lambda: damaged and not journal.statistics().failure and list(tmp_path.glob("*.damaged")))
    journal.take("Plant", batch(11, 10, 7), TAGS)
    rows = kept(journal, tmp_path)
    assert [row.kind for row in rows[:2]] == ["gap", "gap"]
    assert f"set aside as {damaged[0].name}.damaged" in rows[0].detail
    assert rows[1].details["missed"] == 10
    assert [row.sequence for row in rows[2:]] == list(range(11, 21))


@pytest.mark.clause("G4")
def test_without_values_there_are_no_changes_of_values(make: Callable[..., Journal], tmp_path: Path) -> None:
    journal = make(policy=JournalPolicy.NO_VALUES)
    journal.start()
    journal.take("Plant", batch(1, 5, 7), TAGS)
    mixed = [
        Event(6, EventKind.DATA_CHANGE, 7, 1.0, 192, TIME, TIME),
        Event(7, EventKind.WRITE_COMPLETE, 7, None, 192, TIME, TIME),
    ]
    journal.take("Plant", EventBatch.of(mixed), TAGS)
    assert [row.sequence for row in kept(journal, tmp_path)] == [7]


def test_off_makes_neither_thread_nor_file(make: Callable[..., Journal], tmp_path: Path) -> None:
    journal = make(policy=JournalPolicy.OFF)
    journal.start()
    journal.take("Plant", batch(1, 5, 7), TAGS)
    assert kept(journal, tmp_path) == []
    assert not list(tmp_path.iterdir())


@pytest.mark.clause("G4", "T12")
def test_notes_outlive_the_events_around_them(make: Callable[..., Journal], tmp_path: Path) -> None:
    day = 86_400 * 10**9
    now = SystemClock().utc_ns()

    def noted(at: int, **told: object) -> JournalRow:
        return row(now - 9 * day + at, "note", session="", detail="words", more=json.dumps(told))

    first = [noted(1, at_ns=1, text="stays"), noted(2, at_ns=2, text="goes"), row(now - 9 * day + 3)]
    keep(tmp_path, first, 1)
    keep(tmp_path, [noted(5, was_ns=2, was="goes"), row(now)], 2)  # which is not too old
    journal = make(days=7)
    journal.start()
    rows = kept(journal, tmp_path)
    assert [one.kind for one in rows] == ["note", "data change", "note", "note"]
    assert notes(tmp_path, 0, 9) == [(1, "stays")], "in the order in which they were made"
    assert len(files_in_order(tmp_path)) == 2


@pytest.mark.clause("G4")
def test_a_number_that_another_program_has_now_keeps_no_file_alive(
    make: Callable[..., Journal], tmp_path: Path, another: int
) -> None:
    old = keep(tmp_path, [row(TIME - 10**18, sequence=1)], 1, pid=another, closed=False)
    young = keep(tmp_path, [row(SystemClock().utc_ns(), sequence=2)], 2, pid=another, closed=False)
    journal = make()
    journal.start()
    journal.act("Plant", Act(TIME, "go on"))
    kept(journal, tmp_path)
    with JournalFile(old) as file, JournalFile(young) as other:
        assert (file.closed, other.closed) == (True, False)


@pytest.mark.clause("G4")
def test_what_a_dead_program_left_is_closed_and_what_is_damaged_put_aside(
    make: Callable[..., Journal], tmp_path: Path, another: int
) -> None:
    left = keep(tmp_path, [row(TIME, sequence=1)], 1, closed=False)
    torn = keep(tmp_path, [row(TIME + n, sequence=n) for n in range(2_000)], 2, closed=False)
    torn.write_bytes(torn.read_bytes()[:8_192] + b"x" * 30_000)
    foreign = tmp_path / name_of(TIME, DEAD, 3)
    foreign.write_bytes(b"no database")
    alive = keep(tmp_path, [row(SystemClock().utc_ns(), sequence=4)], 4, pid=another, closed=False)
    newer = keep(tmp_path, [row(TIME, sequence=5)], 5, closed=False)
    database = sqlite3.connect(newer)
    database.execute("PRAGMA user_version = 99")
    database.close()
    (tmp_path / f"{name_of(TIME, DEAD, 6)}.part").write_text("half of a beginning")
    journal = make()
    journal.start()
    journal.act("Plant", Act(TIME, "go on"))
    rows = kept(journal, tmp_path)
    assert [row.sequence for row in rows if row.kind == "data change"] == [1, 4]
    assert [row.detail.split()[0] for row in rows if row.kind == "gap"] == [newer.name, torn.name, foreign.name]
    assert sorted(path.name for path in tmp_path.glob("*.damaged")) == [
        f"{torn.name}.damaged",
        f"{foreign.name}.damaged",
    ]
    assert not list(tmp_path.glob("*.part"))
    with JournalFile(left) as file, JournalFile(alive) as other:
        assert (file.closed, other.closed) == (True, False)


@pytest.mark.clause("G4")
def test_kill_9_loses_the_last_second_at_the_most(tmp_path: Path) -> None:
    code = """if True:
        import sys, time
        from pathlib import Path
        from app.records.journal import Act, Journal
        from app.tasks import SystemClock
        journal = Journal(Path(sys.argv[1]), SystemClock())
        journal.start()
        for number in range(1_000_000):
            journal.act("Plant", Act(time.time_ns(), str(number)))
            if number % 10 == 0:
                print(time.time_ns(), flush=True)
            time.sleep(0.001)
    """
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        times = [int(process.stdout.readline()) for _ in range(150)]
        process.kill()
        times += [int(line) for line in process.stdout if line.endswith(b"\n")]
    rows = list(read(tmp_path))
    assert [row.detail for row in rows] == [str(number) for number in range(len(rows))]
    assert rows[-1].time_ns > times[-1] - 10**9


def test_stop_keeps_its_budget_and_counts_what_is_left(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = journals._event_rows
    held = threading.Event()

    def slow(*arguments: Any) -> Any:
        held.wait(0.05)
        return real(*arguments)

    monkeypatch.setattr(journals, "_event_rows", slow)
    journal = make()
    journal.start()
    for number in range(200):
        journal.take("Plant", batch(1 + number, 1, 7), TAGS)
    journal.stop(0.3)
    written, missed = journal.statistics().rows, journal.statistics().missed
    assert written + missed == 200
    assert missed > 0
    rows = list(read(tmp_path))
    assert rows[-1].details["missed"] == missed
