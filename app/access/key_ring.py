"""The keys as a server checks them: from memory, so that a call waits for no disk, and never older than a second."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from app.access import pepper
from app.access.errors import KeyStoreError
from app.access.key_file import KeyAction, KeyFile
from app.access.keys import KeyInfo, KeySpec, KeyText
from app.access.pepper import Pepper
from app.tasks import Clock, join, spawn

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

#: How soon a key that another program revoked is refused here.
LOOK_S = 1.0
#: When keys were last used is written this often: a write for each call would cost more than the call.
_USED_S = 30.0
_UNKNOWN = KeyText.new()


class KeyRefusedError(Exception):
    """The key opens nothing. ``reason`` is for logs and counts: ``malformed``, ``unknown``, ``revoked``, ``expired``; a
    caller is told no more than that it was refused, and never whether an id exists."""

    def __init__(self, reason: str, key_id: str = "") -> None:
        super().__init__(f"the API key was refused ({reason})")
        self.reason = reason
        self.key_id = key_id


class KeyRing:
    """From :meth:`start` to :meth:`stop`, on one loop; the file is read and written in a thread of its own. While the
    file cannot be read, no key is good: :attr:`problem` says why."""

    def __init__(self, path: Path, pepper_path: Path, clock: Clock) -> None:
        self.path = path
        self._pepper_path = pepper_path
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="api keys")
        self._file: KeyFile | None = None  # the thread's alone
        self._pepper = Pepper(bytes(32))
        self._version = -1
        self._identity: tuple[int, int] | None = None
        self._keys: dict[str, KeyInfo] = {}
        self._good: frozenset[str] = frozenset()
        self._used: dict[str, int] = {}
        self._problem = ""
        self._watchers: list[Callable[[str], None]] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """KeyStoreError where the store or the pepper cannot be used; both are made where they are not there."""
        try:
            await self._run(self._open)
        except BaseException:
            self._thread.shutdown(wait=True)
            raise
        self._judge()
        self._task = spawn(self._look_again(), name="look for changed keys")

    async def stop(self) -> None:
        """Twice is harmless."""
        task, self._task = self._task, None
        await join(task)
        try:
            if task is not None:
                await self._run(self._close)
        finally:
            self._thread.shutdown(wait=False)

    @property
    def problem(self) -> str:
        """Why no key is good at present; "" = nothing is wrong."""
        return self._problem

    def watch(self, watcher: Callable[[str], None]) -> Callable[[], None]:
        """Tell ``watcher`` the id of each key that was good and is not any more, at once where it was done here, else
        within a second; a key that was rotated, or has other scopes or limits, is one as well. Returns what ends
        that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    # ---- checking

    def check(self, text: str) -> KeyInfo:
        """The key with this text. KeyRefusedError, or KeyStoreError while the store cannot be read."""
        if self._problem:
            raise KeyStoreError(self._problem)
        try:
            given = KeyText.parse(text)
        except ValueError:
            raise KeyRefusedError("malformed") from None
        found = self._keys.get(given.id)
        # The same work for an id that is not there: how long it takes tells nothing.
        kept = _UNKNOWN.digest(self._pepper.content) if found is None else found.digest
        if not hmac.compare_digest(given.digest(self._pepper.content), kept) or found is None:
            raise KeyRefusedError("unknown", given.id)
        now = self._clock.utc_ns()
        if reason := found.refusal(now):
            raise KeyRefusedError(reason, given.id)
        self._used[given.id] = now
        return found

    def good(self, key_id: str) -> bool:
        """Whether this key would be accepted now."""
        found = self._keys.get(key_id)
        return not self._problem and found is not None and not found.refusal(self._clock.utc_ns())

    # ---- changing

    async def all(self) -> list[KeyInfo]:
        return await self._run(lambda: self._opened().all())

    async def record(self) -> list[KeyAction]:
        return await self._run(lambda: self._opened().record())

    async def create(self, spec: KeySpec, actor: str) -> KeyText:
        return await self._changed(lambda file: file.create(spec, self._clock.utc_ns(), actor))

    async def rotate(self, key_id: str, actor: str) -> KeyText:
        return await self._changed(lambda file: file.rotate(key_id, self._clock.utc_ns(), actor))

    async def revoke(self, key_id: str, actor: str) -> None:
        await self._changed(lambda file: file.revoke(key_id, self._clock.utc_ns(), actor))

    async def delete(self, key_id: str, actor: str) -> None:
        await self._changed(lambda file: file.delete(key_id, self._clock.utc_ns(), actor))

    async def _changed(self, work: Callable[[KeyFile], _T]) -> _T:
        def change() -> _T:
            file = self._opened()
            try:
                return work(file)
            finally:
                self._read(file)

        before = self._keys
        result = await self._run(change)
        self._judge(before)
        return result

    # ---- the thread

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _opened(self) -> KeyFile:
        if self._file is None:
            raise KeyStoreError("the key store is closed")
        return self._file

    def _open(self) -> None:
        self._pepper = pepper.load(self._pepper_path, make=not self.path.exists())
        self._file = KeyFile(self.path, self._pepper)
        self._read(self._file)

    def _read(self, file: KeyFile) -> None:
        version, identity = file.version(), self._identity_now()
        self._keys = {info.id: info for info in file.all()}
        self._version, self._identity = version, identity

    def _identity_now(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError as error:
            raise KeyStoreError(f"the key store {self.path} cannot be read: {error.strerror}") from error
        return found.st_dev, found.st_ino

    def _look(self) -> None:
        if self._file is None or self._identity_now() != self._identity:  # another file has its name
            if self._file is not None:
                self._file.close()
                self._file = None
            self._open()
        elif self._file.version() != self._version:
            self._read(self._file)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            try:
                self._write_used(file)
            except KeyStoreError as error:
                _log.warning("when API keys were last used could not be kept: %s", error)
            finally:
                file.close()

    def _write_used(self, file: KeyFile) -> None:
        used, self._used = self._used, {}
        if used:
            file.used(used)

    # ---- looking again

    async def _look_again(self) -> None:
        written = self._clock.monotonic()
        while True:
            await self._clock.sleep(LOOK_S)
            before = self._keys
            try:
                await self._run(self._look)
                problem = ""
            except KeyStoreError as error:
                problem = str(error)
            except OSError as error:
                problem = f"the key store {self.path} cannot be read: {error}"
            except Exception as error:  # whoever goes on without looking would never hear of a revoked key
                _log.exception("looking at the key store failed")
                problem = f"the key store {self.path} cannot be read: {type(error).__name__}"
            if problem != self._problem:
                self._problem = problem
                _log.warning("API keys: %s", problem or "the key store can be read again")
            self._judge(before)
            if not problem and self._clock.monotonic() - written >= _USED_S:
                written = self._clock.monotonic()
                await self._keep_used()

    async def _keep_used(self) -> None:
        try:
            await self._run(lambda: self._write_used(self._opened()))
        except KeyStoreError as error:
            _log.warning("when API keys were last used could not be kept: %s", error)

    def _judge(self, before: dict[str, KeyInfo] | None = None) -> None:
        """Tell of those that were good and are not, or not as they were."""
        good = frozenset(key_id for key_id in self._keys if self.good(key_id))
        others = {
            key_id
            for key_id in good & self._good
            if before is not None and key_id in before and _another(before[key_id], self._keys[key_id])
        }
        gone, self._good = (self._good - good) | others, good
        for key_id in sorted(gone):
            _log.info("API key %s is not accepted any more as it was", key_id)
            for watcher in list(self._watchers):
                watcher(key_id)


def _another(before: KeyInfo, now: KeyInfo) -> bool:
    """Whether what was begun with the key must begin anew: another secret, other scopes, other limits."""
    return before.digest != now.digest or before.spec != now.spec
