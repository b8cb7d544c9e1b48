"""One instance for one directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot

from ui import instance
from ui.instance import Door, InstanceError, Place, Wanted

ROOT = Path(__file__).resolve().parents[3]
ASKED = Wanted("/plant.tagwatch", ("Plant:Tank", "Plant:Pump ö"), True)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Place]:
    place = instance.claim(tmp_path, Wanted())
    assert place is not None
    yield place
    place.free()


_SECOND = """
import sys
from pathlib import Path
from ui.instance import InstanceError, Wanted, claim
try:
    wanted = Wanted("/plant.tagwatch", ("Plant:Tank", "Plant:Pump ö"), True)
    print("asks", flush=True)
    place = claim(Path(sys.argv[1]), wanted, answer_s=float(sys.argv[2]))
    print("handed over" if place is None else "first")
except InstanceError as error:
    print(error)
"""


class Second:
    """A second start, in a process of its own."""

    def __init__(self, directory: Path, answer_s: float = 60.0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SECOND, str(directory), str(answer_s)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "asks\n"

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def said(self) -> str:
        out, _ = self._process.communicate(timeout=90)
        return out.strip()


@pytest.mark.clause("F5")
def test_the_second_hands_over_and_ends(first: Place, tmp_path: Path, qtbot: QtBot) -> None:
    door = Door(tmp_path)
    assert door.open
    heard: list[Any] = []
    door.wanted.connect(heard.append)
    second = Second(tmp_path)
    qtbot.waitUntil(lambda: second.ended, timeout=60_000)
    assert second.said() == "handed over"
    assert heard == [ASKED]
    door.close()


@pytest.mark.clause("F5")
def test_one_that_hangs_is_told_within_the_time(first: Place, tmp_path: Path) -> None:
    name = instance.server_name(tmp_path)
    QLocalServer.removeServer(name)
    deaf = QLocalServer()
    assert deaf.listen(name), "connections are taken, and never answered"
    said = Second(tmp_path, 0.6).said()
    assert f"process {os.getpid()}" in said
    assert "does not answer" in said
    assert "--new-instance" in said
    deaf.close()


@pytest.mark.clause("F5")
def test_one_that_is_just_starting_is_waited_for(first: Place, tmp_path: Path, qtbot: QtBot) -> None:
    second = Second(tmp_path)
    door = Door(tmp_path)  # it listens only now
    qtbot.waitUntil(lambda: second.ended, timeout=60_000)
    assert second.said() == "handed over"
    door.close()


@pytest.mark.clause("F5")
def test_one_that_ends_meanwhile_is_followed(first: Place, tmp_path: Path) -> None:
    second = Second(tmp_path)
    first.free()
    assert second.said() == "first"


@pytest.mark.clause("F5")
def test_the_lock_of_a_crashed_one_is_no_obstacle(tmp_path: Path) -> None:
    lock = QLockFile(str(tmp_path / "instance.lock"))
    assert lock.tryLock(0)
    left = (tmp_path / "instance.lock").read_text()
    lock.unlock()
    gone = 2**22 + 1  # above what the system gives
    (tmp_path / "instance.lock").write_text(left.replace(str(os.getpid()), str(gone), 1))
    name = instance.server_name(tmp_path)
    if name.startswith("/"):
        Path(name).touch()  # and its socket
    place = instance.claim(tmp_path, Wanted(), answer_s=0.5)
    assert place is not None
    door = Door(tmp_path)
    assert door.open
    door.close()
    place.free()


@pytest.mark.clause("F5")
def test_safe_mode_hands_nothing_over(first: Place, tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="--new-instance"):
        instance.claim(tmp_path, None)


@pytest.mark.clause("F5")
def test_instances_beside_the_first_have_places_of_their_own(first: Place, tmp_path: Path) -> None:
    others = [instance.claim_another(tmp_path) for _ in range(3)]
    assert [place.number for place in others] == [1, 2, 3]
    others[1].free()
    again = instance.claim_another(tmp_path)
    assert again.number == 2
    for place in (again, others[0], others[2]):
        place.free()


@pytest.mark.clause("F5")
def test_a_directory_that_cannot_be_written_is_named_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk must not keep anybody from seeing the plant."""

    class Refused:
        LockError = QLockFile.LockError

        def tryLock(self, _: int) -> bool:
            return False

        def error(self) -> QLockFile.LockError:
            return QLockFile.LockError.PermissionError

    monkeypatch.setattr(instance, "_lock", lambda directory, number: Refused())
    place = instance.claim(tmp_path, Wanted())
    assert place is not None
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.clause("F5")
def test_a_directory_that_cannot_be_made_stops_nothing_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for claim in (lambda at: instance.claim(at, Wanted()), instance.claim_another):
        place = claim(tmp_path / "file" / "settings")
        assert place is not None
        place.free()
        assert "nothing is kept of this window" in capsys.readouterr().err


@pytest.mark.clause("F5")
@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\n",
        b"[" * 5000 + b"\n",
        b"{}\n",
        b'{"workspace": 1, "tags": [], "read_only": false}\n',
        b'{"workspace": "", "tags": [7], "read_only": false}\n',
        b'{"workspace": "", "tags": [], "read_only": false, "more": 1}\n',
        b"x" * (2 << 20),
    ],
)
def test_what_is_no_request_is_hung_up_on(tmp_path: Path, qtbot: QtBot, said: bytes) -> None:
    door = Door(tmp_path)
    heard: list[Any] = []
    door.wanted.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(instance.server_name(tmp_path))
    assert socket.waitForConnected(1000)
    socket.write(said)
    qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState, timeout=5000)
    assert heard == []
    socket.connectToServer(instance.server_name(tmp_path))
    assert socket.waitForConnected(1000), "it listens on"
    socket.write(json.dumps({"workspace": "", "tags": [], "read_only": False}).encode() + b"\n")
    qtbot.waitUntil(lambda: heard == [Wanted()])
    socket.abort()
    door.close()


def test_every_directory_has_a_name_of_its_own(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    names = {instance.server_name(path) for path in (tmp_path, tmp_path / "other", deep)}
    assert len(names) == 3
    assert all(len(name.encode()) <= 107 for name in names), "as long as a socket's path may be"
