"""One window for one user's settings: a second start hands its arguments to the first and ends."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from ui.i18n import tr

_ANSWER_S = 5.0
_TAKEN = b"taken\n"
_CLOSE = {"close": True}
_STEP_MS = 200
_REQUEST_LIMIT = 1 << 20
#: A path of a socket may not be longer on any system.
_PATH_LIMIT = 100
#: How many instances may run beside the first.
_PLACES = 32


class InstanceError(Exception):
    """Another instance runs and cannot take over; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a start asks for, by itself or of the instance that runs. ``workspace`` is an absolute path."""

    workspace: str = ""
    tags: tuple[str, ...] = ()
    read_only: bool = False

    @classmethod
    def of(cls, said: Any) -> Wanted:
        """ValueError where it is not what :func:`hand_over` sends."""
        if isinstance(said, dict) and set(said) == {entry.name for entry in fields(cls)}:
            workspace, tags, read_only = said["workspace"], said["tags"], said["read_only"]
            texts = isinstance(tags, list) and all(isinstance(text, str) for text in (workspace, *tags))
            if texts and isinstance(read_only, bool):
                return cls(workspace, tuple(tags), read_only)
        raise ValueError("not a request")


@dataclass(frozen=True, slots=True)
class Start:
    """How the window begins. ``directory``: where it keeps its own files."""

    directory: Path
    wanted: Wanted = Wanted()
    safe: bool = False
    number: int = 0  # of the instance; the first one listens


class Place:
    """A lock of an instance, for as long as it runs. Number 0 is the first; others run beside it because they were told
    to. A crash frees it: the system knows that the process is gone."""

    def __init__(self, number: int, lock: QLockFile) -> None:
        self.number = number
        self._lock = lock

    def free(self) -> None:
        self._lock.unlock()


def claim(directory: Path, wanted: Wanted | None, *, answer_s: float = _ANSWER_S) -> Place | None:
    """The first place, or None: another instance has it and has taken ``wanted`` over.

    InstanceError when it has not, within ``answer_s``, or where there is nothing to hand over. One that is just
    starting or ending is waited for.
    """
    if not _made(directory):
        return Place(0, _lock(directory, 0))
    end = time.monotonic() + answer_s
    while True:
        lock = _lock(directory, 0)
        if lock.tryLock(0):
            return Place(0, lock)
        if lock.error() is not QLockFile.LockError.LockFailedError:
            _not_kept(directory)
            return Place(0, lock)
        if wanted is None:
            raise InstanceError(
                tr("Tagwatch runs already. Close it first, or start another one beside it with --new-instance.")
            )
        left_ms = round((end - time.monotonic()) * 1000)
        if left_ms > 0 and hand_over(directory, wanted, left_ms):
            return None
        if time.monotonic() >= end:
            raise InstanceError(_hung(lock))
        time.sleep(_STEP_MS / 1000)


def claim_another(directory: Path) -> Place:
    """A further place, for an instance beside the first."""
    if not _made(directory):
        return Place(1, _lock(directory, 1))
    for number in range(1, _PLACES):
        lock = _lock(directory, number)
        if lock.tryLock(0):
            return Place(number, lock)
    raise InstanceError(tr("{count} instances of Tagwatch run already.").format(count=_PLACES))


def _made(directory: Path) -> bool:
    """False, told, where it cannot be: a full disk must not keep anybody from seeing the plant."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        _not_kept(directory)
        return False
    return True


def _not_kept(directory: Path) -> None:
    words = tr("{directory} cannot be written: nothing is kept of this window, and nothing tells of another one.")
    sys.stderr.write(f"tagwatch: {words.format(directory=directory)}\n")


def _lock(directory: Path, number: int) -> QLockFile:
    lock = QLockFile(str(directory / f"instance{number or ''}.lock"))
    lock.setStaleLockTime(0)  # however old: it counts for as long as its process lives
    return lock


def _hung(lock: QLockFile) -> str:
    process, host = _owner(lock)
    who = tr("process {process} on {host}").format(process=process, host=host) if process else tr("another process")
    return tr(
        "Tagwatch runs already ({who}), but does not answer. Wait until it does, end it, or start another one beside "
        "it with --new-instance."
    ).format(who=who)


def _owner(lock: QLockFile) -> tuple[int, str]:
    """The process and the host that hold it; 0 where it is just being freed."""
    found: Any = lock.getLockInfo()
    return (int(found[0]), str(found[1])) if isinstance(found, tuple) and len(found) == 3 else (0, "")


def server_name(directory: Path) -> str:
    """Where the first instance listens: in the directory, else under a name that tells users and directories apart."""
    mark = hashlib.sha256(str(directory.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:20]
    if sys.platform == "win32":  # a named pipe
        return f"tagwatch-{mark}"
    beside = directory.resolve() / "instance.socket"
    if len(str(beside).encode()) <= _PATH_LIMIT:
        return str(beside)
    runtime = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.RuntimeLocation) or tempfile.gettempdir()
    return str(Path(runtime) / f"tagwatch-{mark}")


def hand_over(directory: Path, wanted: Wanted, within_ms: int) -> bool:
    """Whether the instance that listens has taken it."""
    return _told(directory, asdict(wanted), within_ms)


def close_others(directory: Path, within_s: float) -> bool:
    """Ask the first instance to close, as its user would; whether no instance of this directory runs any more, at the
    latest after ``within_s``. Instances beside the first hear nothing and are only waited for."""
    end = time.monotonic() + within_s
    asked = False
    while any(_taken(directory, number) for number in range(_PLACES)):
        left_ms = round((end - time.monotonic()) * 1000)
        if left_ms <= 0:
            return False
        asked = asked or _told(directory, _CLOSE, min(left_ms, round(_ANSWER_S * 1000)))
        time.sleep(_STEP_MS / 1000)
    return True


def _taken(directory: Path, number: int) -> bool:
    if not (directory / f"instance{number or ''}.lock").exists():
        return False
    lock = _lock(directory, number)
    if lock.tryLock(0):
        lock.unlock()
        return False
    return lock.error() is QLockFile.LockError.LockFailedError


def _told(directory: Path, request: dict[str, Any], within_ms: int) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(server_name(directory))
    if not socket.waitForConnected(within_ms):
        return False
    socket.write(json.dumps(request).encode() + b"\n")
    end = time.monotonic() + within_ms / 1000
    answer = b""
    while b"\n" not in answer and (left_ms := round((end - time.monotonic()) * 1000)) > 0:
        if not socket.bytesAvailable() and not socket.waitForReadyRead(left_ms):
            break
        answer += bytes(socket.readAll().data())
    socket.abort()
    return answer == _TAKEN


class Door(QObject):
    """The first instance's ear. Whoever knocks is of this user; what is no request is not answered."""

    wanted = Signal(object)  # a Wanted
    asked_to_close = Signal()

    def __init__(self, directory: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._came)
        name = server_name(directory)
        QLocalServer.removeServer(name)  # of an instance that crashed: this one has the lock
        self.open = self._server.listen(name)

    def _came(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(_reader(socket, self._said))
            socket.disconnected.connect(socket.deleteLater)

    def _said(self, socket: QLocalSocket, line: bytes) -> None:
        try:
            said = json.loads(line)
            asked = None if said == _CLOSE else Wanted.of(said)
        except (ValueError, RecursionError):
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.flush()
        socket.disconnectFromServer()
        if asked is None:
            self.asked_to_close.emit()
        else:
            self.wanted.emit(asked)

    def close(self) -> None:
        self._server.close()


def _reader(socket: QLocalSocket, said: Callable[[QLocalSocket, bytes], None]) -> Callable[[], None]:
    """Collects one line, and hangs up on more than a request can be."""
    got = bytearray()

    def read() -> None:
        got.extend(bytes(socket.readAll().data()))
        if b"\n" in got:
            line, _, _ = bytes(got).partition(b"\n")
            got.clear()
            said(socket, line)
        elif len(got) > _REQUEST_LIMIT:
            socket.abort()

    return read
