"""The journal on disk: every line exact, files bounded, gaps counted, and never in the loop's way."""

from __future__ import annotations

import gzip
import json
import os
import stat
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.batch import Detail, Event, EventBatch
from app.config import JournalPolicy
from app.events.notices import Notice, NoticeKind, Severity
from app.records import journal as journals
from app.records.journal import Act, Journal, read
from app.tasks import SystemClock
from app.values import NO_TIME, EventKind, Status, Timestamp, failed, iso_utc
from tests.helpers.batches import batch

TIME = 1_767_225_600_123_456_789
TAGS = {7: "Tank7.Level", 8: "Tank8.Level"}


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


def kept(journal: Journal, folder: Path) -> list[dict[str, Any]]:
    journal.stop(30)
    return list(read(folder))


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
    lines = kept(journal, tmp_path)
    head = {"session": "Plant", "kind": "data change"}
    times = {"source_time": "2026-01-01T00:00:00.123456789Z"}
    at = "2026-01-01T00:00:00.12345679{}Z".format
    assert lines[0] == {
        **head,
        **times,
        "time": at(0),
        "tag": "Tank7.Level",
        "value": 0.1,
        "quality": 192,
        "sequence": 5,
    }
    assert lines[1] == {
        **head, "time": at(1), "tag": "Tank7.Level", "value": 2**64 - 1, "quality": 64, "source_time": None,
        "sequence": 6, "detail": {"coalesced": 3},
    }  # fmt: skip
    assert lines[2]["value"] == "NaN"
    assert lines[3]["value"] == ["a\nb", [1, None], "ff", "1970-01-01T00:00:00.000Z"]
    assert lines[4]["kind"] == "write complete"
    assert lines[4]["detail"]["hresult"] == "0xFFFFFFFB"
    assert "user lacks rights" in lines[4]["detail"]["statuses"][0]
    assert lines[5] == {
        "time": "2026-01-01T00:00:00.123456789Z", "session": "Plant", "kind": "state", "severity": "info",
        "detail": "ready", "details": {"new": "Ready"},
    }  # fmt: skip
    assert (lines[6]["kind"], lines[6]["tag"], lines[6]["value"], lines[6]["detail"]) == (
        "operator", "Tank7.Level", "12", "write sent",
    )  # fmt: skip


@pytest.mark.clause("G4")
def test_files_are_compressed_and_stay_under_the_bound(make: Callable[..., Journal], tmp_path: Path) -> None:
    journal = make(file_bytes=20_000, bound_bytes=80_000)
    journal.start()
    for number in range(400):
        values = array("d", os.urandom(8 * 100))  # nothing that compresses well
        made = batch(1 + number * 100, 100, 7)
        made.values = values
        journal.take("Plant", made, TAGS)
    lines = kept(journal, tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert all(name.endswith(".jsonl.gz") for name in names[:-1])
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 80_000 + 3 * 20_000
    sequences = [line["sequence"] for line in lines]
    assert sequences[-1] == 40_000
    assert sequences == list(range(sequences[0], 40_001)), "what is kept is the newest, in order"
    assert sequences[0] > 1
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.clause("G4")
def test_what_cannot_wait_is_counted_and_a_line_says_so(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = journals._lines

    def slow(*arguments: Any) -> Any:
        gate.wait(30)
        return real(*arguments)

    monkeypatch.setattr(journals, "_lines", slow)
    journal = make(queue=250)
    journal.start()
    for number in range(10):
        journal.take("Plant", batch(1 + number * 100, 100, 7), TAGS)
    statistics = journal.statistics()
    assert statistics.queued <= 250 + 100
    gate.set()
    lines = kept(journal, tmp_path)
    gaps = [line for line in lines if line["kind"] == "gap"]
    events = [line for line in lines if line["kind"] == "data change"]
    assert sum(line["missed"] for line in gaps) + len(events) == 1000
    assert sum(line["missed"] for line in gaps) == journal.statistics().missed > 0
    assert events[-1]["sequence"] == 1000, "the newest are kept"
    following = lines[lines.index(gaps[0]) + 1]
    assert following["sequence"] > gaps[0]["missed"], "the line stands where they lack"


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
    lines = kept(journal, folder)
    assert len(said) == 2
    assert said[0]
    assert said[1] == ""
    assert lines[0]["kind"] == "gap"
    assert lines[0]["missed"] == 20
    assert [line["sequence"] for line in lines[1:]] == list(range(21, 31))


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
    assert [line["sequence"] for line in kept(journal, tmp_path)] == [7]


def test_off_makes_neither_thread_nor_file(make: Callable[..., Journal], tmp_path: Path) -> None:
    journal = make(policy=JournalPolicy.OFF)
    journal.start()
    journal.take("Plant", batch(1, 5, 7), TAGS)
    assert kept(journal, tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_what_a_crash_left_is_compressed_and_torn_lines_are_left_out(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.dumps({"kind": "data change", "sequence": 1})
    dead, alive = (
        tmp_path / "events-20260101T000000Z-999999-0001.jsonl",
        tmp_path / "events-20260101T000001Z-1-0001.jsonl",
    )
    dead.write_text(f'{whole}\n{{"kind": "data ch', encoding="utf-8")
    alive.write_text(f"{whole}\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not ours")
    monkeypatch.setattr(journals.psutil, "pid_exists", lambda pid: pid == 1)
    journal = make()
    journal.start()
    assert len(kept(journal, tmp_path)) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [dead.name + ".gz", alive.name, "notes.txt"]
    assert gzip.decompress((tmp_path / (dead.name + ".gz")).read_bytes()).startswith(whole.encode())


def test_the_order_of_files_is_that_of_their_numbers(tmp_path: Path) -> None:
    for number in (9, 10, 100):
        path = tmp_path / f"events-20260101T000000Z-1-{number}.jsonl"
        path.write_text(json.dumps({"sequence": number}) + "\n")
    assert [line["sequence"] for line in read(tmp_path)] == [9, 10, 100]


def test_stop_keeps_its_budget_and_counts_what_is_left(
    make: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = journals._lines
    held = threading.Event()

    def slow(*arguments: Any) -> Any:
        held.wait(0.05)
        return real(*arguments)

    monkeypatch.setattr(journals, "_lines", slow)
    journal = make()
    journal.start()
    for number in range(200):
        journal.take("Plant", batch(1 + number, 1, 7), TAGS)
    journal.stop(0.3)
    written, missed = journal.statistics().rows, journal.statistics().missed
    assert written + missed == 200
    assert missed > 0
    lines = list(read(tmp_path))
    assert lines[-1]["missed"] == missed


def test_a_stretch_of_time_is_read_from_the_files_that_can_have_it(tmp_path: Path) -> None:
    """A line that no file of that time would have tells which files were not opened."""
    second = 10**9

    def file(number: int, *times: int) -> Path:
        begun = iso_utc(times[0])[:19].replace("-", "").replace(":", "")
        path = tmp_path / f"events-{begun}Z-7-{number:04d}.jsonl"
        path.write_text("".join(f'{{"time": "{iso_utc(ns)}", "kind": "x", "file": {number}}}\n' for ns in times))
        os.utime(path, ns=(times[0], times[0] + 100 * second))
        return path

    hour = 3_600 * second
    wanted = TIME + 2 * hour
    file(1, TIME, wanted)  # written last two hours before
    file(2, wanted - second, wanted, wanted + 30 * second, wanted + 90 * second)
    journals._compress(file(3, wanted + second))
    file(4, wanted + hour, *[wanted + hour] * 600, wanted)  # begins an hour later
    file(5, wanted + 2 * hour, wanted + second)  # begins later too, but with what had waited for the disk
    found = list(read(tmp_path, wanted, wanted + 31 * second))
    assert [line["file"] for line in found] == [2, 2, 3, 5]
    assert len(list(read(tmp_path))) == 2 + 4 + 1 + 602 + 2
    assert list(read(tmp_path, wanted + 10 * hour, None)) == []
    assert [line["file"] for line in read(tmp_path, None, TIME + second)] == [1]


def test_a_compressed_file_that_breaks_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "events-20260101T000000Z-7-0001.jsonl"
    path.write_text("".join(f'{{"time": "{iso_utc(TIME + n)}", "kind": "x", "n": {n}}}\n' for n in range(5_000)))
    journals._compress(path)
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(packed.read_bytes()[:-200])
    found = [line["n"] for line in read(tmp_path)]
    assert found == list(range(len(found)))
    assert 0 < len(found) < 5_000
    assert list(read(tmp_path / "nowhere")) == []
