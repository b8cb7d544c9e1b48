"""The audit store: what is appended comes back exactly, nothing can be changed unseen, and its threads end."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.records import audit_query as query
from app.records.audit import AuditStore
from app.records.audit_file import AuditDamagedError, AuditError, AuditFile, Head
from app.records.audit_query import UNANSWERED, AuditQuery
from app.records.audit_record import COLUMNS, GENESIS, Completion, Entry, Origin, Result, cells, chained, entry_of
from tests.helpers.audit import INTENT, WHO, completions, intent, intents, tamper
from tests.helpers.strategies import exactly

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.sqlite"


def filled(path: Path, count: int = 12) -> None:
    """So many writes, each with its end."""
    store = AuditFile(path)
    entries: list[Entry] = []
    for number in range(count):
        entries.append(intent(tag=f"Tag{number}", new=number, time_ns=INTENT.time_ns + number))
        entries.append(Completion(len(entries), INTENT.time_ns + number + 5, Result.CONFIRMED, "fine", number, 192))
    assert store.append(entries)[-1] == 2 * count
    store.close()


def verified(path: Path, known: Head | None = None) -> str:
    store = AuditFile(path, read_only=True)
    try:
        return store.verify(known).problem
    finally:
        store.close()


# ---- records


@pytest.mark.clause("R10")
@given(st.one_of(intents, completions))
def test_a_record_keeps_every_field(entry: Entry) -> None:
    row = cells(7, entry)
    assert len(row) == len(COLUMNS)
    assert exactly(entry_of(row)) == exactly(entry)


@given(st.one_of(intents, completions), st.integers(0, len(COLUMNS) - 1), st.none() | st.integers(0, 9) | st.text())
def test_the_hash_covers_every_column(entry: Entry, place: int, other: int | str | None) -> None:
    row = cells(7, entry)
    changed = (*row[:place], other, *row[place + 1 :])
    same = other == row[place] and type(other) is type(row[place])
    assert (chained(GENESIS, changed) == chained(GENESIS, row)) is same
    assert chained(b"\1" * 32, row) != chained(GENESIS, row)


def test_half_a_surrogate_pair_is_kept_as_its_escape(path: Path) -> None:
    store = AuditFile(path)
    store.append([intent(comment="\ud83d", tag="ü")])
    (row,) = query.page(store, AuditQuery())
    assert (row.intent.comment, row.intent.tag) == ("\\ud83d", "ü")
    assert not store.verify().problem
    store.close()


# ---- the chain


@pytest.mark.clause("R10")
def test_an_untouched_store_is_whole(path: Path) -> None:
    filled(path)
    store = AuditFile(path)
    verdict = store.verify(store.head())
    assert (verdict.records, verdict.problem) == (24, "")
    assert verdict.head == store.head()
    assert Head.parse(str(verdict.head)) == verdict.head
    store.close()


@pytest.mark.clause("R10")
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE records SET new = '99' WHERE number = 7", "record 7 was changed"),
        ("UPDATE records SET user = 'bert' WHERE number = 24", "record 24 was changed"),
        ("UPDATE records SET hash = x'00' WHERE number = 3", "record 3 was changed"),
        ("DELETE FROM records WHERE number = 5", "record 5 is missing"),
        ("DELETE FROM records WHERE number = 1", "record 1 is missing"),
        ("DELETE FROM records WHERE number > 20", "record 21 is missing: the store ends with 20, its head knows 24"),
        ("DELETE FROM records", "record 1 is missing"),
        ("DELETE FROM head", "the head is missing"),
        ("UPDATE head SET number = 20, hash = (SELECT hash FROM records WHERE number = 20)", "record 21 stands behind"),
        ("UPDATE head SET hash = x'00'", "record 24 is not the one that the head knows"),
        ("INSERT INTO records SELECT 25, intent, time_ns, os_user, workstation, session, source, tag, old, old_quality,"
         " new, sent_ns, user, verifier, comment, origin, run, result, words, read_back, quality, hash FROM records"
         " WHERE number = 24", "record 25 was changed, or is not the one that was written there"),
        ("DROP TRIGGER IF EXISTS no_change", ""),
    ],
)  # fmt: skip
def test_the_first_wrong_record_is_named(path: Path, statement: str, words: str) -> None:
    filled(path)
    tamper(path, statement)
    assert words in verified(path)


@pytest.mark.clause("R10")
def test_exchanged_records_are_found(path: Path) -> None:
    filled(path)
    tamper(
        path, *(f"UPDATE records SET number = {new} WHERE number = {old}" for old, new in ((4, 99), (6, 4), (99, 6)))
    )
    assert "record 4 was changed, or is not the one that was written there" in verified(path)


@pytest.mark.clause("R10")
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_tampering_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("audit") / "audit.sqlite"
    store = AuditFile(path)
    entries = data.draw(st.lists(st.one_of(intents, completions), min_size=2, max_size=6))
    store.append(entries)
    store.close()
    number = data.draw(st.integers(1, len(entries)))
    kind = data.draw(st.sampled_from(["change", "delete", "exchange", "cut"]))
    if kind == "change":
        column = data.draw(st.sampled_from(COLUMNS[1:]))
        kinds = ("time_ns", "intent", "old_quality", "sent_ns", "quality")
        cell = cells(number, entries[number - 1])[COLUMNS.index(column)]
        other = (cell or 0) + 1 if column in kinds else f"'{str(cell or '').replace(chr(39), '')} '"
        if f"'{cell}'" == other:
            return
        tamper(path, f"UPDATE records SET {column} = {other} WHERE number = {number}")
    elif kind == "delete":
        tamper(path, f"DELETE FROM records WHERE number = {number}")
    elif kind == "exchange":
        second = number % len(entries) + 1
        steps = ((number, 99), (second, number), (99, second))
        tamper(path, *(f"UPDATE records SET number = {new} WHERE number = {old}" for old, new in steps))
    else:
        tamper(path, f"DELETE FROM records WHERE number >= {number}")
    assert verified(path)


@pytest.mark.clause("R10")
def test_a_store_that_was_written_anew_is_found_by_a_noted_fingerprint(path: Path, tmp_path: Path) -> None:
    filled(path)
    store = AuditFile(path)
    noted = store.head()
    store.close()
    other = tmp_path / "other.sqlite"
    filled(other, 11)
    assert not verified(other)
    assert "ends with record 22, but record 24 was noted" in verified(other, noted)
    third = AuditFile(other)
    third.append([INTENT, INTENT])
    third.close()
    assert "record 24 is not the one that was noted" in verified(other, noted)


def test_records_cannot_be_changed_through_sqlite(path: Path) -> None:
    filled(path)
    database = sqlite3.connect(path)
    for statement in ("UPDATE records SET user = ''", "DELETE FROM records", "DELETE FROM head",
                      "UPDATE head SET number = 3"):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError, match=r"cannot be|only moves"):
            database.execute(statement)
    database.close()


def test_removed_protection_is_found(path: Path) -> None:
    filled(path)
    database = sqlite3.connect(path)
    database.execute("DROP TRIGGER no_delete")
    database.close()
    assert "protection (no_delete) was removed" in verified(path)


@pytest.mark.parametrize("text", ["", "5", "x:00", "5:" + "g" * 64])
def test_a_fingerprint_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no fingerprint"):
        Head.parse(text)


# ---- trouble


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _move_away(path: Path) -> None:
    for name in ("", "-wal", "-shm"):
        if (file := path.with_name(path.name + name)).exists():
            file.rename(file.with_name(f"kept{name}"))


@pytest.mark.clause("R10")
@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM records WHERE number = 24", "UPDATE records SET new = '0' WHERE number = 20", "DELETE FROM head"],
)
async def test_a_damaged_store_records_nothing(path: Path, statement: str) -> None:
    filled(path)
    tamper(path, statement)
    before = _content(path)
    store = AuditStore(path)
    store.start()
    with pytest.raises(AuditDamagedError, match=r"is damaged: .* move it to a safe place, .*keep it"):
        await store.append(INTENT)
    assert "damaged" in store.problem
    await store.stop()
    assert _content(path) == before, "it is evidence"


@pytest.mark.clause("R10")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move a file that is open")
async def test_damage_that_verify_finds_stops_writing_until_the_file_is_moved(path: Path) -> None:
    filled(path, 1200)
    tamper(path, "UPDATE records SET new = '99' WHERE number = 7")
    store = AuditStore(path)
    store.start()
    assert await store.append(INTENT) == 2401, "the end is whole"
    assert "record 7 was changed" in (await store.check()).problem
    with pytest.raises(AuditDamagedError, match="record 7 was changed"):
        await store.append(INTENT)
    _move_away(path)
    assert await store.append(INTENT) == 1, "a new store has begun"
    assert not store.problem
    await store.stop()


@pytest.mark.parametrize("content", [b"something else, and long enough to be looked at" * 40, b"SQLite format 3\0"])
async def test_a_file_that_is_no_store_is_left_alone(path: Path, content: bytes) -> None:
    _write(path, content)
    store = AuditStore(path)
    store.start()
    with pytest.raises(AuditError):
        await store.append(INTENT)
    await store.stop()
    assert _content(path) == content


def test_another_program_s_database_is_no_store(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE things (name)")
    database.close()
    with pytest.raises(AuditDamagedError, match="is no audit store of Tagwatch"):
        AuditFile(path)


def test_a_store_of_a_newer_program_is_named(path: Path) -> None:
    filled(path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 9")
    database.close()
    with pytest.raises(AuditError, match="newer Tagwatch"):
        AuditFile(path)


async def test_a_folder_that_cannot_be_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    store = AuditStore(tmp_path / "in the way" / "audit.sqlite")
    store.start()
    with pytest.raises(AuditError, match="cannot be opened"):
        await store.append(INTENT)
    (tmp_path / "in the way").unlink()
    assert await store.append(INTENT) == 1
    await store.stop()


@pytest.mark.clause("R10")
async def test_a_full_disk_records_nothing_and_says_so(path: Path) -> None:
    """SQLite's own bound on the pages of a file stands for the disk's."""
    filled(path, 3)
    store = AuditFile(path)
    (pages,) = store.select("PRAGMA page_count")[0]
    store.select(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(AuditError, match="is full: make room"):
        store.append([intent(comment="x" * 60_000)])
    assert not store.verify().problem
    assert store.append([INTENT]) == [7]
    store.close()


def _fill(store: AuditFile) -> None:
    while True:
        store.append([intent(comment="x" * 5_000)])


@pytest.mark.clause("R10")
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a small file system of its own takes root")
def test_a_really_full_disk_records_nothing_and_says_so(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)], check=False).returncode:
        pytest.skip("a small file system could not be mounted")
    try:
        store = AuditFile(place / "audit.sqlite")
        with pytest.raises(AuditError, match=r"is full: make room|look at the disk"):
            _fill(store)
        verdict = store.verify()
        assert verdict.records > 0
        assert not verdict.problem
        store.close()
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.clause("R10")
@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everything")
def test_a_store_that_may_not_be_written_says_so(path: Path) -> None:
    filled(path)
    path.chmod(0o400)
    with pytest.raises(AuditError, match="may not write"):
        AuditFile(path)


# ---- several programs

_APPENDING = """
import sys
from pathlib import Path
from app.records.audit_file import AuditFile
from tests.helpers.audit import intent
store = AuditFile(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    print(*store.append([intent(tag=sys.argv[3])]), flush=True)
"""


def _appending(path: Path, count: int, tag: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _APPENDING, str(path), str(count), tag],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


@pytest.mark.clause("R10")
def test_two_programs_share_one_chain(path: Path) -> None:
    both = [_appending(path, 40, tag) for tag in ("first", "second")]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    numbers: list[int] = []
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in both:
        out, _ = process.communicate(timeout=60)
        numbers += map(int, out.split())
    assert sorted(numbers) == list(range(1, 81))
    assert not verified(path)


@pytest.mark.clause("R10")
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_program_leaves_its_intent_and_a_whole_chain(path: Path) -> None:
    process = _appending(path, 100_000, "doomed")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    told = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    numbers = [int(line) for line in [*told, *rest.split()] if line.strip()]
    store = AuditFile(path)
    assert store.head().number >= max(numbers), "what was told is on the disk"
    assert not store.verify().problem
    rows = query.page(store, AuditQuery(results=frozenset({UNANSWERED})))
    assert query.result_of(rows[0]) == "no answer recorded"
    assert len(rows) == store.head().number
    store.append([INTENT])
    store.close()


# ---- questions


def _several(path: Path) -> AuditFile:
    store = AuditFile(path)
    store.append(
        [
            intent(tag="Tank.Level", time_ns=100, user="anna", comment="trial 10%"),
            Completion(1, 110, Result.CONFIRMED, "Written and confirmed", 60.0, 192),
            intent(tag="Pump.Speed", time_ns=200, origin=Origin.BULK, run="r1"),
            Completion(3, 210, Result.REJECTED, "security error: write access denied"),
            intent(tag="Valve_1", time_ns=300, who=WHO, verifier="bert"),
        ]
    )
    return store


@pytest.mark.parametrize(
    ("asked", "tags"),
    [
        (AuditQuery(), ["Valve_1", "Pump.Speed", "Tank.Level"]),
        (AuditQuery(text="pump"), ["Pump.Speed"]),
        (AuditQuery(text="denied"), ["Pump.Speed"]),
        (AuditQuery(text="10% trial"), ["Tank.Level"]),
        (AuditQuery(text="e_1"), ["Valve_1"]),
        (AuditQuery(tag="*.*"), ["Pump.Speed", "Tank.Level"]),
        (AuditQuery(user="bert"), ["Valve_1"]),
        (AuditQuery(results=frozenset({"rejected", UNANSWERED})), ["Valve_1", "Pump.Speed"]),
        (AuditQuery(origins=frozenset({"bulk"})), ["Pump.Speed"]),
        (AuditQuery(since_ns=200, until_ns=300), ["Pump.Speed"]),
    ],
)
def test_writes_are_found(path: Path, asked: AuditQuery, tags: list[str]) -> None:
    store = _several(path)
    assert [row.intent.tag for row in query.page(store, asked)] == tags
    assert query.count(store, asked) == len(tags)
    assert [row.intent.tag for row in query.every(store, asked)] == tags
    store.close()


def test_pages_follow_each_other_and_changes_are_found(path: Path) -> None:
    store = _several(path)
    first = query.page(store, AuditQuery(), limit=2)
    assert [row.number for row in first] == [5, 3]
    assert [row.number for row in query.page(store, AuditQuery(), before=3)] == [1]
    store.append([Completion(5, 310, Result.NO_ANSWER), Completion(5, 900, Result.CONFIRMED, "late")])
    (row,) = query.changed(store, AuditQuery(), 5)
    assert [one.result for one in row.completions] == [Result.NO_ANSWER, Result.CONFIRMED]
    assert query.result_of(row) == "confirmed"
    assert not query.changed(store, AuditQuery(), 7)
    store.close()


# ---- the threads


@pytest.fixture
async def store(path: Path) -> AsyncIterator[AuditStore]:
    made = AuditStore(path)
    made.start()
    yield made
    await made.stop()


@pytest.mark.clause("R10")
async def test_appends_are_numbered_in_their_order(store: AuditStore) -> None:
    numbers = await asyncio.gather(*(store.append(intent(new=number)) for number in range(200)))
    assert numbers == list(range(1, 201))
    rows = await store.read(lambda file: query.page(file, AuditQuery()))
    assert [row.intent.new for row in rows] == list(range(199, -1, -1))
    verdict = await store.verify()
    assert (verdict.records, verdict.problem) == (200, "")


async def test_an_empty_store_can_be_read(store: AuditStore) -> None:
    assert await store.read(lambda file: query.page(file, AuditQuery())) == []
    assert (await store.verify()).records == 0


async def test_a_stopped_store_has_recorded_all_and_takes_no_more(path: Path) -> None:
    store = AuditStore(path)
    store.start()
    waiting = [asyncio.ensure_future(store.append(INTENT)) for _ in range(50)]
    await asyncio.sleep(0)
    await store.stop()
    await store.stop()
    assert [await one for one in waiting] == list(range(1, 51))
    with pytest.raises(AuditError, match="closed"):
        await store.append(INTENT)
    with pytest.raises(AuditError, match="closed"):
        await store.read(lambda file: file.head())
