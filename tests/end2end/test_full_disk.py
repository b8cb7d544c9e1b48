"""A disk that is really full: a small file system of its own, filled to the last byte, with all of ours on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.alone import alone

#: Everything of ours is at $0, which has not a byte left.
FULL = """
mount -t tmpfs -o size=64k tmpfs "$0" || exit 77
cat /dev/zero > "$0/full" 2> /dev/null
if echo x > "$0/probe" 2> /dev/null && [ -s "$0/probe" ]; then echo "it is not full"; exit 99; fi
D="$0"; PYTHON="$1"
"""


def run(disk: Path, line: str) -> subprocess.CompletedProcess[str]:
    """The line of shell with the full disk at $D."""
    places = dict.fromkeys(("XDG_STATE_HOME", "XDG_DATA_HOME", "TAGWATCH_CONFIG_DIR"), str(disk))
    environment = {**places, "XDG_RUNTIME_DIR": "", "QT_QPA_PLATFORM": "offscreen"}
    return alone(FULL + line, str(disk), sys.executable, environment=environment)


@pytest.mark.clause("S10.4")
def test_logs_that_cannot_be_written_cost_no_value(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        '"$PYTHON" -m app watch sim Reactor Nope --count 2 2> "$D/log"; code=$?; wc -c < "$D/log"; exit $code',
    )
    *values, size = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert ["Reactor" in value or "Nope" in value for value in values] == [True, True]
    assert int(size) == 0, "the disk was full indeed"


def test_values_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    done = run(tmp_path, 'exec "$PYTHON" -m app watch sim Reactor > "$D/values"')
    assert done.stderr == "tagwatch: the values cannot be written: No space left on device\n"
    assert done.returncode == 6


def test_the_window_runs_and_closes_with_nowhere_to_keep_anything(tmp_path: Path) -> None:
    done = run(tmp_path, 'exec "$PYTHON" -m ui --seconds 3')
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "nothing is kept of this window" in done.stderr


def test_a_certificate_that_cannot_be_kept_is_told_and_not_left_half(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, sys; from asyncua.client.client import Client;"
        "from app.backends.opcua.certificates import own_certificate;"
        "asyncio.run(own_certificate(Client('opc.tcp://x:1'), pathlib.Path(sys.argv[1]) / 'opcua'))"
    )
    done = run(tmp_path, f'"$PYTHON" -c "{code}" "$D"; ls -A "$D/opcua"')
    assert "CertificateNotKept" in done.stderr
    assert done.stderr.rstrip().endswith("No space left on device")
    assert done.stdout == "", "nothing is left there"


#: Records into $D until the disk is full, goes on with it full, and gets its room back.
RECORD = """
import os, sys, time
from pathlib import Path
from app.records import recorder as recorders
from app.records.recorder import RecorderState
from tests.unit.app.test_recorder import Desk, Item, until
recorders._RETRY_S = 0.2
disk = Path(sys.argv[1])
desk = Desk(disk / "records", queue=1000)
desk.sessions["s"].items.set(Item(1, "a"))
desk.recorder.start()
desk.send(["before"])
until(lambda: desk.values() == ["before"])
with open(disk / "full", "wb", buffering=0) as file:
    try:
        while True:
            file.write(os.urandom(4096))
    except OSError:
        pass
state = lambda: desk.recorder.statistics().state
while state() is not RecorderState.NO_ROOM:
    desk.send([os.urandom(500).hex() for _ in range(100)])
    time.sleep(0.01)
for _ in range(20):
    desk.send([1.0] * 100)
missed = desk.recorder.statistics().missed
assert missed > 0 and desk.recorder.statistics().queued <= 1000
print("told:", desk.recorder.statistics().words)
(disk / "full").unlink()
until(lambda: state() is RecorderState.RECORDING)
desk.send(["after"])
until(lambda: desk.values()[-1:] == ["after"])
desk.recorder.stop(10)
assert desk.values()[0] == "before"
assert desk.history.statistics().missed == missed == desk.recorder.statistics().missed, "counted"
assert desk.history.statistics().troubles == desk.recorder.statistics().set_aside == ()
print("held:", *[part.why for part in desk.history.held("Plant", "a", 0, 2**62) if not part.held and part.missed])
"""


@pytest.mark.clause("K5")
def test_a_full_disk_stops_the_recording_alone_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o size=2m tmpfs "$0" || exit 77\n"$1" -c "$2" "$0"'
    done = alone(script, str(tmp_path), sys.executable, RECORD, environment={"TAGWATCH_CONFIG_DIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert done.stdout == "told: the disk is full\nheld: missed\n"


#: Records into $0, on a disk that nobody may write, and goes on when somebody may.
READ_ONLY = """
import subprocess, sys
from pathlib import Path
from app.records import journal as journals, recorder as recorders
from app.records.journal import Act, Journal
from app.records.journal_read import read
from app.records.recorder import RecorderState
from app.tasks import SystemClock
from tests.unit.app.test_recorder import Desk, Item, until
recorders._RETRY_S = journals._RETRY_S = 0.2
disk = Path(sys.argv[1])
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
said = []
journal = Journal(disk / "journal", SystemClock(), on_failure=said.append)
journal.start()
journal.act("Plant", Act(1, "before"))
desk = Desk(disk / "records", queue=1000)
desk.sessions["s"].items.set(Item(1, "a"))
desk.recorder.start()
for _ in range(20):
    desk.send([1.0] * 100)
until(lambda: desk.recorder.statistics().state is RecorderState.FAILED and said)
print("told:", desk.recorder.statistics().words, "|", said[0])
missed = desk.recorder.statistics().missed
assert missed > 0 and desk.recorder.statistics().queued <= 1000
subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
until(lambda: desk.recorder.statistics().state is RecorderState.RECORDING)
desk.send(["after"])
until(lambda: desk.values()[-1:] == ["after"])
desk.recorder.stop(10)
journal.act("Plant", Act(2, "after"))
until(lambda: said[-1] == "" and journal.statistics().rows)
journal.stop(10)
assert desk.history.statistics().missed == missed == desk.recorder.statistics().missed, "counted"
print("rows:", *[row.detail for row in read(disk / "journal")], sep="; ")
"""


@pytest.mark.clause("K5", "G4")
def test_a_folder_that_may_not_be_written_is_told_and_tried_again(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o size=8m tmpfs "$0" || exit 77\n"$1" -c "$2" "$0"'
    done = alone(script, str(tmp_path), sys.executable, READ_ONLY, environment={"TAGWATCH_CONFIG_DIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    told, rows = done.stdout.splitlines()
    assert told.count("Read-only file system") == 2
    assert rows == "rows:; 1 rows could not be written; after"
