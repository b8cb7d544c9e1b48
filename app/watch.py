"""``tagwatch watch``: live values in a terminal or a pipe, as lines or as JSON, until stopped."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import errno
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from app import config
from app.batch import Event, EventBatch
from app.config import RestartPolicy, Settings
from app.errors import GatewayError
from app.events.notices import Notice, NoticeKind, ReplayGap, Severity
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.tasks import spawn
from app.text import iso_or_none, jsonable, plain
from app.values import EventKind, quality_words

_SUBSCRIBE_CHUNK = 5_000


class ExitCode(enum.IntEnum):
    STOPPED = 0
    UNEXPECTED = 1
    BAD_ARGUMENTS = 2
    SOURCE_FAILED = 3  # no session: the worker or its source did not start
    NO_TAG = 4  # the source took none of the tags
    SESSION_LOST = 5  # it ran, and then the session ended by itself
    OUTPUT_FAILED = 6  # the values could not be written, for example to a full disk


@dataclass(frozen=True, slots=True)
class Watched:
    """One source and the tags to watch of it."""

    backend: str
    tags: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


@dataclass(frozen=True, slots=True)
class WatchRequest:
    sources: tuple[Watched, ...]
    as_json: bool = False
    limit: int | None = None  # stop after so many values
    duration_s: float | None = None
    restart: bool = False  # a new worker after a fault, instead of the end
    quiet: bool = False  # print no values
    record_as: str = ""  # keep the values in the records, under this name of a source
    records: Path | None = None  # the recorder's folder; None = this user's


class Output:
    """Writes to a stream in a thread, so that a reader that pauses never stops the engine.

    What the reader does not take in time stays in the session's queue; past its capacity it is lost and said so.
    """

    def __init__(self, stream: TextIO, notes: TextIO) -> None:
        self._stream = stream
        self._notes = notes

    async def lines(self, lines: Sequence[str]) -> None:
        """Raises BrokenPipeError when nobody reads any more, another OSError when they cannot be written."""
        await asyncio.get_running_loop().run_in_executor(None, self._write, "".join(f"{line}\n" for line in lines))

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            if sys.platform == "win32" and error.errno == errno.EINVAL:  # its word for a pipe without a reader
                raise BrokenPipeError(str(error)) from error
            raise

    def note(self, text: str) -> None:
        with contextlib.suppress(OSError):  # a full disk, or nobody: the values are what counts
            self._notes.write(f"tagwatch: {text}\n")
        self._notes.flush()


class _Notes:
    """Tells what happens to the sessions on the error stream; values come by the subscribers."""

    def __init__(self, output: Output, faults: bool) -> None:
        self._output = output
        # A fault that ends the watch is told at its end, with its details.
        self._left_out = {NoticeKind.STATE} if faults else {NoticeKind.STATE, NoticeKind.FAULT}

    def publish(self, session_id: str, batch: EventBatch) -> None:
        pass

    def notice(self, session_id: str, notice: Notice) -> None:
        if notice.severity > Severity.INFO and notice.kind not in self._left_out:
            self._output.note(notice.message)


async def watch(request: WatchRequest, settings: Settings, stop: asyncio.Event, output: Output) -> ExitCode:
    """Open a session for each source, print its values until ``stop`` or the request's limits, and close everything."""
    notes = _Notes(output, faults=request.restart)
    if not request.record_as:
        runtime = Runtime(settings, broadcaster=notes)
    else:
        folder = request.records or config.directory() / "records"
        runtime = Runtime(replace(settings, record=True), broadcaster=notes, records=folder)
    await runtime.start()
    try:
        result = await _Watch(runtime, request, stop, output).run()
    finally:
        await runtime.stop()
    recorded = _recorded(runtime, output)
    return result or recorded


def _recorded(runtime: Runtime, output: Output) -> ExitCode:
    """What the recorder kept; a failure where it could not keep anything."""
    if runtime.recorder is None:
        return ExitCode.STOPPED
    told = runtime.recorder.statistics()
    output.note(f"{told.samples:,} values recorded in {runtime.recorder.folder}, {told.missed:,} not held")
    return ExitCode.STOPPED if told.samples else ExitCode.OUTPUT_FAILED


class _Watch:
    def __init__(self, runtime: Runtime, request: WatchRequest, stop: asyncio.Event, output: Output) -> None:
        self._runtime = runtime
        self._request = request
        self._stop = stop
        self._output = output
        self._printed = 0
        self._result = ExitCode.STOPPED

    async def run(self) -> ExitCode:
        if self._request.duration_s is not None:
            timer = asyncio.get_running_loop().call_later(self._request.duration_s, self._stop.set)
        else:
            timer = None
        readers = [spawn(self._source(source), name=f"watch {source.backend}") for source in self._request.sources]
        stopped = spawn(self._stop.wait(), name="watch stop")
        try:
            while readers and not stopped.done():
                await asyncio.wait([stopped, *readers], return_when=asyncio.FIRST_COMPLETED)
                for reader in [reader for reader in readers if reader.done()]:
                    readers.remove(reader)
                    self._result = self._result or reader.result()
        finally:
            for task in (stopped, *readers):
                task.cancel()
            await asyncio.wait([stopped, *readers])
            if timer is not None:
                timer.cancel()
        return self._result

    async def _source(self, source: Watched) -> ExitCode:
        try:
            session = await self._runtime.manager.open(
                OpenRequest(
                    backend=source.backend,
                    name=self._request.record_as,
                    options=source.options,
                    keep_alive=True,
                    restart=RestartPolicy.ON_FAULT if self._request.restart else RestartPolicy.NEVER,
                )
            )
        except GatewayError as error:
            self._output.note(_told(source.backend, error))
            return ExitCode.SOURCE_FAILED
        try:
            return await self._session(session, source)
        except GatewayError as error:
            self._output.note(_told(source.backend, error))
            return ExitCode.SESSION_LOST
        except BrokenPipeError:
            self._stop.set()
            return ExitCode.STOPPED
        except OSError as error:
            self._stop.set()
            self._output.note(f"the values cannot be written: {error.strerror or error}")
            return ExitCode.OUTPUT_FAILED

    async def _session(self, session: Session, source: Watched) -> ExitCode:
        handle = await calls.register(session, "tagwatch watch")
        lease = session.attach()  # before the tags: nothing can be missed
        try:
            if not await self._subscribe(session, handle, source.tags):
                return ExitCode.NO_TAG
            while True:
                try:
                    pieces = await lease.next()
                except StopAsyncIteration:
                    return ExitCode.STOPPED if self._stop.is_set() else ExitCode.SESSION_LOST
                except GatewayError as error:
                    if error.code != "EventQueueOverflow":
                        raise
                    self._output.note(str(error.fault.message))
                    lease.close()
                    lease = session.attach()
                    continue
                for piece in pieces:
                    await self._print(session, piece)
        finally:
            lease.close()

    async def _subscribe(self, session: Session, handle: int, tags: Sequence[str]) -> int:
        good = 0
        for start in range(0, len(tags), _SUBSCRIBE_CHUNK):
            for row in await calls.subscribe(session, handle, tags[start : start + _SUBSCRIBE_CHUNK]):
                good += row.success
                if not row.success:
                    self._output.note(f"{row.tag}: {row.error}")
        return good

    async def _print(self, session: Session, piece: EventBatch | ReplayGap) -> None:
        if isinstance(piece, ReplayGap):
            self._output.note(f"events after {piece.requested} are no longer held")
            return
        show: Callable[[Session, Event], str] = _json_line if self._request.as_json else _line
        limit = self._request.limit
        events = [event for event in piece if event.kind <= EventKind.BUFFERED_DATA_CHANGE]
        if limit is not None:
            events = events[: max(0, limit - self._printed)]
        if not self._request.quiet:
            await self._output.lines([show(session, event) for event in events])
        self._printed += len(events)
        if limit is not None and self._printed >= limit:
            self._stop.set()


def _told(backend: str, error: GatewayError) -> str:
    lines = [f"{backend}: {error.fault.message}"]
    lines += [f"  {name}: {text}" for name, text in sorted(error.fault.details.items()) if text and name != "stderr"]
    lines += [f"  {line}" for line in error.fault.details.get("stderr", "").splitlines()[-5:]]
    return "\n".join(lines)


def _line(session: Session, event: Event) -> str:
    time = iso_or_none(event.source_time) or iso_or_none(event.worker_time) or "-"
    problems = "".join(f"  [{status.words}]" for status in event.detail.statuses if not status.ok)
    return (
        f"{time}  {session.items.tag(event.key)}  {plain(event.value)}  {quality_words(event.quality)}"
        f" ({event.quality}){problems}"
    )


def _json_line(session: Session, event: Event) -> str:
    return json.dumps(
        {
            "session": session.id,
            "source": session.backend,
            "tag": session.items.tag(event.key),
            "value": jsonable(event.value),
            "quality": event.quality,
            "quality_words": quality_words(event.quality),
            "source_time": iso_or_none(event.source_time),
            "worker_time": iso_or_none(event.worker_time),
            "sequence": event.sequence,
            "statuses": [status.words for status in event.detail.statuses],
        },
        ensure_ascii=False,
        allow_nan=False,
    )


def console() -> Output:
    """Standard output and error, in UTF-8 with line ends as the platform has them."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    return Output(sys.stdout, sys.stderr)
