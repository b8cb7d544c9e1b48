"""The audit store: every write by hand, recorded before it is sent. Its two threads keep the disk from the loop."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from app.records.audit_file import ADVICE, AuditDamagedError, AuditError, AuditFile, Head, Verdict
from app.records.audit_record import Entry

_T = TypeVar("_T")
#: Appends that wait are committed together, so many at the most.
_TOGETHER = 500
#: How long the check at the start leaves the processor to the window after each few hundred records.
_PAUSE_S = 0.01


class Audit(Protocol):
    """What can record writes."""

    async def append(self, entry: Entry) -> int:
        """The record's number once it is on the disk; AuditError where it cannot be: then nothing may be written."""
        ...


class AuditStore:
    """One audit file, from :meth:`start` to :meth:`stop`. Appends are committed in the order in which they were asked
    for; a failure is every waiting caller's, and the next append tries again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._appends: queue.SimpleQueue[tuple[Entry, Future[int]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="audit reader")
        self._reading: AuditFile | None = None  # the reader's alone
        self._stopping = threading.Event()
        self._stopped = False
        self._problem = ""
        self._damage = ""  # found by reading the whole chain
        self._heard: list[Callable[[], None]] = []

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="audit writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """What was asked for is recorded; reading is cut short. Twice is harmless."""
        if self._stopped:
            return
        self._stopped = True
        self._stopping.set()
        if (reading := self._reading) is not None:
            reading.interrupt()
        self._appends.put(None)
        await asyncio.to_thread(self._join)

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
        self._reader.shutdown(wait=True, cancel_futures=True)
        if self._reading is not None:
            self._reading.close()

    @property
    def problem(self) -> str:
        """Why nothing can be recorded at present, as far as has been seen; "" = nothing is wrong."""
        return self._damage or self._problem

    # ---- appending

    async def append(self, entry: Entry) -> int:
        if self._stopped or self._thread is None:
            raise AuditError("the audit store is closed")
        future: Future[int] = Future()
        self._appends.put((entry, future))
        return await asyncio.wrap_future(future)

    def _run(self) -> None:
        store: AuditFile | None = None
        while (first := self._appends.get()) is not None:
            waiting, ended = [first], False
            while len(waiting) < _TOGETHER and not self._appends.empty():
                following = self._appends.get()
                if following is None:
                    ended = True
                    break
                waiting.append(following)
            store = self._commit(store, waiting)
            if ended:
                break
        if store is not None:
            store.close()

    def _commit(self, store: AuditFile | None, waiting: list[tuple[Entry, Future[int]]]) -> AuditFile | None:
        # A caller that was cancelled while it waited has sent nothing: there is nothing to record.
        wanted = [(entry, future) for entry, future in waiting if future.set_running_or_notify_cancel()]
        try:
            if store is None or store.moved:
                if store is not None:
                    store.close()
                store, self._damage = None, ""  # another file: nothing is known against it
                store = _opened(self.path)
            self._refuse_damaged()
            numbers = store.append([entry for entry, _ in wanted])
        except Exception as error:
            self._problem = error.fault.message if isinstance(error, AuditError) else str(error)
            for _, future in wanted:
                future.set_exception(error if isinstance(error, AuditError) else AuditError(str(error)))
            return store
        self._problem = ""
        for (_, future), number in zip(wanted, numbers, strict=True):
            future.set_result(number)
        return store

    # ---- reading

    async def read(self, question: Callable[[AuditFile], _T]) -> _T:
        """What ``question`` finds; it runs in the reader's thread, after those before it."""
        if self._stopped:
            raise AuditError("the audit store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._read, question)

    def _read(self, question: Callable[[AuditFile], _T]) -> _T:
        if self._reading is not None and self._reading.moved:
            self._reading.close()
            self._reading = None
        if self._reading is None:
            if not self.path.exists():
                AuditFile(self.path).close()
            self._reading = AuditFile(self.path, read_only=True)
        return question(self._reading)

    async def verify(self, known: Head | None = None, told: Callable[[int], object] | None = None) -> Verdict:
        """Read the whole chain, in a thread of its own. What it finds wrong stops every write until the file is moved
        away. ``told`` is called from that thread."""
        verdict = await asyncio.to_thread(self._verify, known, told, 0.0)
        return self._judged(verdict)

    async def check(self) -> Verdict:
        """:meth:`verify` at leisure, for the start of the program."""
        return self._judged(await asyncio.to_thread(self._verify, None, None, _PAUSE_S))

    def _verify(self, known: Head | None, told: Callable[[int], object] | None, pause_s: float) -> Verdict:
        if not self.path.exists():
            return Verdict(0, None)
        store = AuditFile(self.path, read_only=True)
        try:
            return store.verify(known, told=told, stop=self._stopping, pause_s=pause_s)
        except AuditDamagedError as error:
            return Verdict(0, None, error.fault.message)
        finally:
            store.close()

    def _refuse_damaged(self) -> None:
        if self._damage:
            raise AuditDamagedError(self._damage)

    def _judged(self, verdict: Verdict) -> Verdict:
        if verdict.problem:
            self._damage = f"the audit store {self.path} is damaged: {verdict.problem}. {ADVICE}"
        return verdict


def _opened(path: Path) -> AuditFile:
    store = AuditFile(path)
    try:
        store.check_tail()
    except BaseException:
        store.close()
        raise
    return store
