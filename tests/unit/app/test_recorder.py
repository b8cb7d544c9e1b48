"""The recorder: everything that is watched is kept, what is not is counted and told, and nobody waits for it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from app.batch import Event, EventBatch, Sample
from app.events.notices import Notice, NoticeKind, Severity
from app.records import recorder as recorders
from app.records import segment as segments
from app.records import store as stores
from app.records.database import Form, StoreError
from app.records.history import History
from app.records.recorder import Recorder, RecorderState
from app.records.segment import FORM, files
from app.records.tracking import Keep
from app.tasks import SystemClock
from app.values import EventKind, Value, iso_utc
from tests.helpers.recorded import T0, S, append, every, segment

_UNTIL_S = 20.0


@dataclass
class Item:
    key: int
    tag: str
    advised: bool = True


@dataclass
class Items:
    items: list[Item] = field(default_factory=list)
    version: int = 0

    def all(self) -> Sequence[Item]:
        return list(self.items)

    def set(self, *items: Item) -> None:
        self.items = list(items)
        self.version += 1


@dataclass
class Session:
    name: str = "Plant"
    replayed: bool = False
    items: Items = field(default_factory=Items)


class Clock(SystemClock):
    """The real one, moved to another day."""

    def __init__(self) -> None:
        self.ahead_ns = 0

    def utc_ns(self) -> int:
        return super().utc_ns() + self.ahead_ns


class Desk:
    """A recorder and the sessions that it knows."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.clock = Clock()
        self.sessions = {"s": Session()}
        self.told: list[tuple[RecorderState, str]] = []
        self.recorder = Recorder(
            folder, self.clock, self.sessions.get, on_state=lambda *told: self.told.append(told), **options
        )
        self.sequence = 1
        self.history = History(folder)

    def send(self, values: Sequence[Value], key: int = 1, session: str = "s", at_ns: int | None = None) -> None:
        now = self.clock.utc_ns() if at_ns is None else at_ns
        count = len(values)
        batch = EventBatch(
            self.sequence,
            array("Q", [key] * count),
            list(values),
            array("i", [192] * count),
            array("q", [now + at for at in range(count)]),
            array("q", [now + at for at in range(count)]),
        )
        self.sequence += count
        self.recorder.publish(session, batch)

    def notice(self, kind: NoticeKind, session: str = "s", **details: str) -> None:
        self.recorder.notice(session, Notice(kind, Severity.INFO, self.clock.utc_ns(), "", details))

    def values(self, tag: str = "a", source: str = "Plant") -> list[Value]:
        found = self.history.samples(source, tag, 0, 2**62)
        return [sample.value for sample in every(found.samples)]

    def held(self, tag: str = "a") -> list[tuple[bool, str]]:
        now = self.clock.utc_ns()
        return [(part.held, part.why) for part in self.history.held("Plant", tag, now - 3600 * S, now + 3600 * S)]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + _UNTIL_S
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.01)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def desk(**options: Any) -> Desk:
        made.append(Desk(options.pop("folder", tmp_path / "records"), **options))
        made[-1].sessions["s"].items.set(Item(1, "a"), Item(2, "b"))
        return made[-1]

    yield desk
    for each in made:
        each.recorder.stop(10)
    assert not [thread for thread in threading.enumerate() if thread.name == "recorder"]


@pytest.mark.clause("K4")
def test_what_is_watched_is_kept_within_a_second(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.recorder.start()
    values: list[Value] = [1.5, True, 2**70, None, "text", (1, "x"), b"\xff"]
    desk.send(values)
    desk.send([2.5], key=2)
    began = time.monotonic()
    until(lambda: len(desk.values()) == len(values))
    assert time.monotonic() - began < 5
    assert desk.values() == values
    assert desk.values("b") == [2.5]
    figures = desk.recorder.statistics()
    assert (figures.state, figures.samples, figures.missed) == (RecorderState.RECORDING, 8, 0)
    assert [(one.source, one.tags, one.samples) for one in figures.sources] == [("Plant", 2, 8)]
    desk.recorder.stop()
    assert desk.held() == [(False, "not recorded"), (True, ""), (False, "ended")]
    assert [state for state, _ in desk.told] == [RecorderState.STARTING, RecorderState.RECORDING, RecorderState.OFF]


@pytest.mark.clause("K4")
def test_completions_other_items_of_a_tag_and_replays_are_not_recorded(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.sessions["r"] = Session("Tape", replayed=True)
    desk.sessions["s"].items.set(Item(1, "a"), Item(3, "a"), Item(4, "idle", advised=False))
    desk.recorder.start()
    desk.send([1.0], key=1)
    desk.send([1.0], key=3)
    desk.send([9.0], key=4)
    desk.send([7.0], session="r")
    completion = Event(9, EventKind.WRITE_COMPLETE, 1, None, 192, T0, T0)
    change = Event(10, EventKind.DATA_CHANGE, 1, 2.0, 192, desk.clock.utc_ns(), desk.clock.utc_ns())
    desk.recorder.publish("s", EventBatch.of([completion, change]))
    until(lambda: len(desk.values()) == 2)
    desk.recorder.stop()
    assert desk.values() == [1.0, 2.0]
    assert [tag.tag for tag in desk.history.tags()] == ["a"]


def test_values_that_overtake_the_name_of_their_item_are_kept(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.sessions["s"].items.set()
    desk.recorder.start()
    desk.send([1.0, 2.0], key=5)
    until(lambda: desk.recorder.statistics().queued == 0)
    desk.sessions["s"].items.set(Item(5, "late"))
    until(lambda: desk.values("late") == [1.0, 2.0])


@pytest.mark.clause("K3")
def test_ends_of_a_source_and_of_watching_are_ends_of_what_is_held(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.recorder.start()
    desk.send([1.0])
    desk.send([1.0], key=2)
    until(lambda: desk.values("b"))
    desk.notice(NoticeKind.SOURCE_LOST)
    threading.Event().wait(0.05)  # a moment that is not held, as a source's return takes one
    desk.send([2.0])
    until(lambda: len(desk.values()) == 2)
    desk.sessions["s"].items.set(Item(2, "b"))
    until(lambda: ("Plant", 0) in [(one.source, one.tags) for one in desk.recorder.statistics().sources])
    desk.recorder.stop()
    assert desk.held() == [(False, "not recorded"), (True, ""), (False, "lost"), (True, ""), (False, "unwatched")]
    assert desk.held("b") == [(False, "not recorded"), (True, ""), (False, "lost")]


@pytest.mark.clause("K3")
def test_events_that_were_lost_on_the_way_are_marked(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.recorder.start()
    now = desk.clock.utc_ns() - 100 * S
    desk.send([1.0], at_ns=now)
    desk.notice(NoticeKind.DROPPED, missed="17")
    desk.send([2.0], at_ns=now + 10 * S)
    until(lambda: len(desk.values()) == 2)
    parts = desk.history.held("Plant", "a", now, now + 20 * S)
    told = [(part.held, part.why, part.missed) for part in parts]
    assert told[:2] == [(False, "missed", 17), (True, "", 0)]
    assert (parts[0].start_ns, parts[0].end_ns) == (now, now + 10 * S)
    assert desk.recorder.statistics().missed == 17
    assert desk.history.statistics().missed == 17


@pytest.mark.clause("K5")
def test_what_cannot_wait_is_given_up_counted_and_marked(make: Callable[..., Desk], tmp_path: Path) -> None:
    folder = tmp_path / "blocked"
    folder.write_text("a file where the folder should be")
    desk = make(folder=folder, queue=100)
    desk.recorder.start()
    until(lambda: desk.recorder.statistics().state is RecorderState.FAILED)
    now = desk.clock.utc_ns()
    for number in range(10):
        desk.send([float(number)] * 50, at_ns=now + number * 100)
    figures = desk.recorder.statistics()
    assert (figures.queued, figures.missed) == (100, 400)
    folder.unlink()
    until(lambda: len(desk.values()) == 100)
    assert set(desk.values()) == {8.0, 9.0}, "the newest are kept"
    assert desk.history.statistics().missed == 400
    assert [state for state, _ in desk.told][-2:] == [RecorderState.FAILED, RecorderState.RECORDING]


@pytest.mark.clause("K6")
def test_a_second_recorder_leaves_a_store_alone_and_takes_over_when_the_first_has_gone(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_RETRY_S", 0.2)
    first, second = make(), make()
    first.recorder.start()
    first.send([1.0])
    until(lambda: first.values() == [1.0])
    second.recorder.start()
    until(lambda: second.recorder.statistics().state is RecorderState.ELSEWHERE)
    assert "another Tagwatch records" in second.recorder.statistics().words
    second.send([9.0])
    assert second.values() == [1.0], "it reads what the first one writes"
    first.recorder.stop()
    until(lambda: second.recorder.statistics().state is RecorderState.RECORDING)
    second.send([2.0])
    until(lambda: 2.0 in second.values())


@pytest.mark.clause("K7")
def test_a_list_has_no_more_than_its_own_space_and_costs_nobody_else_any(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_LOOK_S", 0.05)
    monkeypatch.setattr(recorders, "_COMMIT_S", 0.02)
    desk = make()
    desk.recorder.keep({("Plant", "b"): Keep(None, "1a2b")}, {"1a2b": 300_000})
    desk.recorder.start()
    desk.send([1.0])
    until(lambda: desk.values() == [1.0])
    for turn in range(20):
        desk.send([float(turn * 1_000 + at) + 0.123 * at for at in range(1_000)], key=2)
        last = turn * 1_000 + 999 + 0.123 * 999
        until(lambda last=last: desk.values("b")[-1:] == [last])
    until(lambda: desk.recorder.statistics().lists["1a2b"] <= 300_000 + 150_000)
    values = desk.values("b")
    assert 0 < len(values) < 20_000, "the oldest went"
    assert values[-1] == last
    assert desk.values() == [1.0]
    assert {path.name.split("-")[0] for path in files(desk.folder)} == {"d30", "d30l1a2b"}


@pytest.mark.clause("K7")
def test_old_files_go_as_a_whole_and_give_their_space_back(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_LOOK_S", 0.05)
    desk = make(days=2)
    desk.recorder.keep({("Plant", "b"): Keep(30)})
    desk.recorder.start()
    desk.send([1.0])
    desk.send([10.0], key=2)
    until(lambda: desk.values() and desk.values("b"))
    old = {path.name for path in files(desk.folder)}
    assert len(old) == 2, "each series has its file"
    for days in (1, 4):
        desk.clock.ahead_ns = days * 86_400 * S
        desk.send([float(days)])
        desk.send([float(days)], key=2)
        until(lambda days=days: float(days) in desk.values() and float(days) in desk.values("b"))
        today = iso_utc(desk.clock.utc_ns())[:10].replace("-", "")
        until(lambda today=today: sum(f"-{today}T" in path.name for path in files(desk.folder)) == 2)
    until(lambda: desk.values() == [4.0])
    assert desk.values("b") == [10.0, 1.0, 4.0]
    assert desk.recorder.statistics().missed == 0
    parts = desk.history.held("Plant", "b", desk.clock.utc_ns() - 5 * 86_400 * S, desk.clock.utc_ns() - 2 * S)
    assert [part.held for part in parts] == [False, True], "from file to file without a seam"


@pytest.mark.clause("K3")
def test_sorting_a_file_that_is_full_leaves_no_seam(make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    real = segments.SegmentWriter.seal

    def slow(writer: segments.SegmentWriter, pace: Callable[[], object] | None = None) -> int:
        threading.Event().wait(0.3)  # what a large file takes
        return real(writer, pace)

    monkeypatch.setattr(segments.SegmentWriter, "seal", slow)
    desk = make()
    desk.recorder.start()
    desk.send([1.0])
    until(lambda: desk.values() == [1.0])
    first_ns = desk.clock.utc_ns()
    desk.clock.ahead_ns = 86_400 * S
    until(lambda: len(files(desk.folder)) == 2)
    desk.send([2.0])
    until(lambda: desk.values() == [1.0, 2.0])
    last_ns = desk.history.before("Plant", "a", 2**62).times[0]
    assert [part.held for part in desk.history.held("Plant", "a", first_ns, int(last_ns))] == [True]


@pytest.mark.clause("K7")
def test_all_files_together_stay_under_the_bound(make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorders, "_LOOK_S", 0.0)
    monkeypatch.setattr(recorders, "_COMMIT_S", 0.01)
    bound = 2_000_000
    desk = make(bound_bytes=bound)
    desk.recorder.start()
    rounds = 30
    for number in range(rounds):
        desk.send([f"{number} {os.urandom(100).hex()}" for _ in range(500)])
        until(lambda: desk.recorder.statistics().queued == 0)
    until(lambda: desk.recorder.statistics().samples == rounds * 500)
    desk.recorder.stop()
    total = sum(path.stat().st_size for path in desk.folder.iterdir())
    assert total < bound * 1.5
    kept = desk.values()
    assert str(kept[-1]).startswith(f"{rounds - 1} ")
    assert 0 < len(kept) < rounds * 500, "the oldest are gone"


@pytest.mark.clause("K5")
def test_a_disk_without_room_stops_the_recording_alone(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_RETRY_S", 0.1)
    free = [10]
    monkeypatch.setattr(stores.Store, "free_bytes", lambda store: free[0])
    desk = make(free_bytes=1000)
    desk.recorder.start()
    until(lambda: desk.recorder.statistics().state is RecorderState.NO_ROOM)
    desk.send([1.0])
    free[0] = 2000
    until(lambda: desk.values() == [1.0])
    assert [state for state, _ in desk.told][-2:] == [RecorderState.NO_ROOM, RecorderState.RECORDING]


@pytest.mark.clause("K9")
def test_a_damaged_file_is_set_aside_at_the_start_and_recording_goes_on(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.folder.mkdir()
    broken = desk.folder / "d30-20260101T000000Z-000001.samples"
    broken.write_bytes(b"no database at all" * 500)
    desk.recorder.start()
    desk.send([1.0])
    until(lambda: desk.values() == [1.0])
    assert desk.recorder.statistics().set_aside == (broken.name + ".damaged",)
    assert (desk.folder / (broken.name + ".damaged")).read_bytes().startswith(b"no database")
    assert not broken.exists()


@pytest.mark.clause("K9")
def test_what_cannot_be_opened_costs_itself_alone(make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make()
    desk.folder.mkdir()
    empty, held = (desk.folder / f"d30-20260101T000000Z-00000{number}.samples" for number in (1, 2))
    empty.touch()
    segments.create(held, T0)
    (desk.folder / "d30-20260101T000000Z-000003.samples").mkdir()
    real = Form.connect

    def connect(form: Form, path: Path, *, read_only: bool) -> sqlite3.Connection:
        if path == held:
            raise PermissionError(13, "Permission denied")
        return real(form, path, read_only=read_only)

    monkeypatch.setattr(Form, "connect", connect)
    desk.recorder.start()
    desk.send([1.0])
    until(lambda: desk.values() == [1.0])
    assert desk.recorder.statistics().set_aside == (empty.name + ".damaged",)
    assert held.exists()


@pytest.mark.clause("K1")
def test_a_clock_that_goes_back_loses_nothing(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.clock.ahead_ns = 86_400 * S
    desk.recorder.start()
    desk.send([1.0])
    until(lambda: desk.values() == [1.0])
    desk.clock.ahead_ns = 0
    until(lambda: len(files(desk.folder)) == 2)
    desk.send([2.0])
    until(lambda: desk.values() == [2.0, 1.0])
    desk.recorder.stop()
    later = make()
    later.recorder.start()
    later.send([3.0])
    until(lambda: later.values() == [2.0, 3.0, 1.0])
    assert (later.recorder.statistics().missed, later.recorder.statistics().set_aside) == (0, ())


@pytest.mark.clause("K1")
def test_times_at_the_ends_of_64_bits_are_kept(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.recorder.start()
    for number, at_ns in enumerate((2**63 - 2, 0, -1, -(2**63) + 1)):
        desk.send([float(number)], at_ns=at_ns)
    until(lambda: desk.recorder.statistics().samples == 4)
    for _ in range(2):  # as they came, and sorted
        found = every(desk.history.samples("Plant", "a", -(2**63), 2**63 - 1).samples)
        assert [sample.value for sample in found] == [3.0, 2.0, 1.0, 0.0]
        assert desk.history.bins("Plant", "a", 0, 2**63 - 1, 2_000).total == 2
        assert len(desk.history.before("Plant", "a", 2**63 - 1)) == 1
        desk.recorder.stop()
        (path,) = files(desk.folder)
        writer = segments.SegmentWriter(path)
        writer.finish(desk.clock.utc_ns(), "ended")
        writer.close()


@pytest.mark.clause("K9")
def test_a_file_that_is_damaged_while_it_is_written_is_set_aside(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.recorder.start()
    desk.send([1.0])
    until(lambda: desk.values() == [1.0])
    (path,) = files(desk.folder)
    with sqlite3.connect(path) as database:  # a page of the table that everything is appended to
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'holes'")
        database.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE arrivals (nonsense' WHERE name = 'arrivals'")
        database.execute("PRAGMA schema_version = 99")
    database.close()
    desk.send([2.0])
    until(lambda: desk.recorder.statistics().set_aside)
    until(lambda: desk.values() == [2.0])


@pytest.mark.clause("K8")
def test_an_older_file_is_brought_up_to_date_with_a_backup(tmp_path: Path) -> None:
    path = segment(tmp_path)
    writer = segments.SegmentWriter(path)
    append(writer, [("a", Sample(1.0, 192, T0, T0))], T0)
    writer.close()
    steps = {1: ("ALTER TABLE tags ADD COLUMN unit TEXT NOT NULL DEFAULT ''",), 2: ("CREATE TABLE more (x)",)}
    newer = replace(FORM, version=3, migrations=steps)
    assert newer.migrate(path)
    assert not newer.migrate(path)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (3,)
        assert database.execute("SELECT tag, unit FROM tags").fetchall() == [("a", "")]
        assert database.execute("SELECT count(*) FROM more").fetchone() == (0,)
    database.close()
    backup = tmp_path / f"{path.name}.v1"
    (tmp_path / "old").mkdir()
    backup.rename(tmp_path / "old" / path.name)
    assert History(tmp_path / "old").tags()[0].count == 1, "the old one is whole"
    assert "newer Tagwatch" in History(tmp_path).statistics().troubles[0]


@pytest.mark.clause("K8")
def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = segment(tmp_path)
    with pytest.raises(StoreError):
        replace(FORM, version=2, migrations={1: ("CREATE TABLE half (x)", "this is no SQL")}).migrate(path)
    assert History(tmp_path).statistics().troubles == ()


def test_a_list_that_is_not_recorded_and_one_that_is_again(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.recorder.keep({("Plant", "a"): None})
    desk.recorder.start()
    desk.send([1.0])
    desk.send([1.0], key=2)
    until(lambda: desk.values("b"))
    assert desk.values() == []
    desk.recorder.keep({("Plant", "b"): None})
    until(lambda: [one.tags for one in desk.recorder.statistics().sources] == [0])
    desk.send([2.0])
    until(lambda: desk.values() == [2.0])
    assert desk.held("b")[-1] == (False, "off")


def test_switched_off_nothing_is_recorded_and_on_it_goes_on(make: Callable[..., Desk]) -> None:
    desk = make(enabled=False)
    desk.recorder.start()
    desk.send([1.0])
    assert desk.recorder.statistics().state is RecorderState.OFF
    desk.recorder.switch(True)
    desk.send([2.0])
    until(lambda: desk.values() == [2.0])
    desk.recorder.switch(False)
    desk.send([3.0])
    assert desk.values() == [2.0]
    assert desk.held()[-1] == (False, "off")


def test_nothing_is_sorted_at_the_end_and_all_of_it_at_the_next_start(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_LOOK_S", 0.05)
    desk = make()
    desk.recorder.start()
    desk.send([1.0, 2.0])
    until(lambda: len(desk.values()) == 2)
    desk.recorder.stop()
    later = make()
    later.clock.ahead_ns = 86_400 * S
    later.recorder.start()

    def waiting() -> int:
        total = 0
        for path in files(desk.folder):
            with sqlite3.connect(path) as database:
                total += database.execute("SELECT count(*) FROM arrivals").fetchone()[0]
            database.close()
        return total

    until(lambda: waiting() == 0)
    assert desk.values() == [1.0, 2.0]


CHILD = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.unit.app.test_recorder import Desk, Item
desk = Desk(Path(sys.argv[1]))
desk.sessions["s"].items.set(Item(1, "a"))
desk.recorder.start()
number = 0
while True:
    desk.send([number])
    print(number, time.time_ns(), flush=True)
    number += 1
    time.sleep(0.002)
"""


@pytest.mark.clause("K6")
def test_two_processes_never_write_one_store(
    tmp_path: Path, make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_RETRY_S", 0.2)
    folder = tmp_path / "records"
    root = str(Path(__file__).resolve().parents[3])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(root=root), str(folder)], stdout=subprocess.DEVNULL, text=True
    )
    try:
        desk = make(folder=folder)
        until(lambda: len(desk.values()) > 0)
        before = files(folder)
        desk.recorder.start()
        until(lambda: desk.recorder.statistics().state is RecorderState.ELSEWHERE)
        desk.send([-1])
        assert (files(folder), -1 in desk.values()) == (before, False)
    finally:
        child.kill()
        child.wait()
    until(lambda: desk.recorder.statistics().state is RecorderState.RECORDING)
    desk.send([-2])
    until(lambda: -2 in desk.values())
    assert desk.recorder.statistics().set_aside == ()


@pytest.mark.clause("K5")
def test_a_kill_loses_no_more_than_the_last_second(tmp_path: Path, make: Callable[..., Desk]) -> None:
    folder = tmp_path / "records"
    root = str(Path(__file__).resolve().parents[3])
    for _ in range(3):
        began_ns = time.time_ns()  # the one before was killed less than a second ago
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD.format(root=root), str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(700)]
        child.kill()
        lines += child.stdout.read().splitlines()
        child.wait()
        child.stdout.close()
        sent = [tuple(map(int, line.split())) for line in lines if len(line.split()) == 2]
        history = History(folder)
        found = every(history.samples("Plant", "a", began_ns, 2**62).samples)
        values = [sample.value for sample in found]
        assert values == list(range(len(values))), "nothing lacks in between"
        last_ns = found[-1].worker_time
        assert sent[-1][1] - last_ns < 1 * S
    desk = make(folder=folder)
    desk.recorder.start()
    desk.send([-1])
    until(lambda: -1 in desk.values())
    assert desk.recorder.statistics().set_aside == ()
    parts = desk.history.held("Plant", "a", sent[0][1], desk.clock.utc_ns() - 2 * S)
    assert [part.why for part in parts if not part.held][-1:] in (["ended"], [])


@pytest.mark.clause("K7", "V1")
def test_what_is_older_is_deleted_on_demand_and_the_bound_holds_at_once(make: Callable[..., Desk]) -> None:
    desk = make()
    desk.folder.mkdir(parents=True)
    for number, days in ((1, 0), (2, 30)):
        segments.create(desk.folder / f"d{days}-20260101T000000Z-{number:06d}.samples", T0)
    imported = desk.folder / "import-20260101T000000Z-000009.samples"
    segments.create(imported, T0)
    assert desk.recorder.delete_before(T0) == 0, "not older"
    assert desk.recorder.delete_before(T0 + 1) > 0, "before it was started"
    assert files(desk.folder) == [imported]
    segments.create(desk.folder / "d0-20260101T000000Z-000003.samples", T0)
    desk.recorder.start()
    desk.send([1.0])
    until(lambda: desk.values() == [1.0])
    assert len(files(desk.folder)) == 3
    freed = desk.recorder.delete_before(desk.clock.utc_ns())
    assert freed > 0
    assert len(files(desk.folder)) == 2, "the present file and the import stay"
    assert desk.values() == [1.0]
    until(lambda: desk.recorder.statistics().files == 2)
    segments.create(desk.folder / "d0-20260101T000000Z-000004.samples", T0)
    desk.recorder.bound(30, 1)
    until(lambda: len(files(desk.folder)) == 2)
    assert (desk.recorder.days, desk.recorder.bytes) == (30, 1)


@pytest.mark.clause("K6", "V1")
def test_nothing_is_deleted_where_another_one_records(make: Callable[..., Desk]) -> None:
    first, second = make(), make()
    first.recorder.start()
    until(lambda: first.recorder.statistics().state is RecorderState.RECORDING)
    with pytest.raises(stores.ElsewhereError, match="another Tagwatch"):
        second.recorder.delete_before(2**62)
    second.recorder.start()
    until(lambda: second.recorder.statistics().state is RecorderState.ELSEWHERE)
    with pytest.raises(stores.ElsewhereError, match="another Tagwatch"):
        second.recorder.delete_before(2**62)


@pytest.mark.clause("K7")
def test_what_sorting_frees_goes_back_to_the_disk(tmp_path: Path) -> None:
    path = segment(tmp_path)
    writer = segments.SegmentWriter(path)
    for number in range(4):
        append(writer, [("a", Sample(float(at), 192, T0 + at, T0 + at)) for at in range(2_000)], T0 + number)
    before = segments.size_of(path)
    writer.finish(T0 + 10, "ended")
    writer.close()
    assert segments.size_of(path) < before / 2
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert database.execute("SELECT sum(count) FROM blocks").fetchone() == (8_000,)


def test_a_crowd_is_kept_before_its_time(make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make(queue=1_000)
    desk.recorder.start()
    until(lambda: desk.recorder.statistics().state is RecorderState.RECORDING)
    monkeypatch.setattr(recorders, "_COMMIT_S", 3600.0)
    desk.send([1.0] * 300)
    until(lambda: desk.recorder.statistics().samples == 300)
    desk.send([2.0] * 100)
    assert desk.recorder.statistics().queued == 100, "it is no crowd"
