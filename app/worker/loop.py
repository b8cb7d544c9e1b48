"""The command loop of a worker: handle tables and bulk rows over a driver, the same for every source."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from app import commands as c
from app.backends.base import ACCEPTED, Driver, DriverWrite, Outcome
from app.commands import Command, ItemRow, ItemRows, ProtocolStatus, ReadRow, Reply, WriteRow, WriteRows
from app.errors import GatewayError
from app.tasks import Clock, Timer, deadline
from app.values import Fault, Timestamp, Value, failed
from app.wire.bodies import SourceState
from app.worker.handles import Handles, Server, WorkerItem
from app.worker.outbox import Outbox
from app.worker.sink import DriverSink

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_R = TypeVar("_R")

#: Entries of a bulk that are handed to the driver at once; between two chunks everything else has its turn.
_CHUNK = 1000
_DEFAULT_READ_S = 5.0
_WRITE_TIMEOUT_S = 30.0
_STOP_S = 2.0
_TIMED_OUT = failed(1, category=3)


class CommandLoop:
    """Serves commands. Each may run beside others; what one changes in the tables is changed between two awaits.

    ``execute`` always answers: a driver's exception becomes a reply, never an end of the worker.
    """

    def __init__(
        self,
        driver: Driver,
        outbox: Outbox,
        clock: Clock,
        *,
        state_changed: Callable[[SourceState], None],
        failed: Callable[[Fault], None],
        write_timeout_s: float = _WRITE_TIMEOUT_S,
    ) -> None:
        self._driver = driver
        self._outbox = outbox
        self._clock = clock
        self._write_timeout_s = write_timeout_s
        self._stopped = False
        self._handles = Handles()
        self._leaving: set[int] = set()  # keys of items that are unadvised before they are removed: no write begins
        self._writes: dict[int, Timer] = {}  # item key -> the timer that ends a write without an answer
        self.sink = DriverSink(clock, outbox, write_done=self._write_done, state_changed=state_changed, failed=failed)
        self._handlers: dict[type, Callable[[Any], Awaitable[Reply]]] = {
            c.Register: self._register,
            c.Unregister: self._unregister,
            c.AddItem: self._add_item,
            c.AddItem2: self._add_item,
            c.AddBufferedItem: self._add_item,
            c.SetBufferedUpdateInterval: self._set_interval,
            c.RemoveItem: self._remove_item,
            c.Advise: self._advise_item,
            c.AdviseSupervisory: self._advise_item,
            c.UnAdvise: self._unadvise_item,
            c.Suspend: self._suspend,
            c.Activate: self._suspend,
            c.Write: self._write_one,
            c.Write2: self._write_one,
            c.WriteSecured: self._write_one,
            c.WriteSecured2: self._write_one,
            c.AuthenticateUser: self._authenticate,
            c.ArchestrAUserToId: self._user_to_id,
            c.Browse: self._browse,
            c.Properties: self._properties,
            c.HistoryRead: self._history_read,
            c.Reconnect: self._reconnect,
            c.Playback: self._playback,
            c.AddItemBulk: self._add_bulk,
            c.AdviseItemBulk: self._advise_bulk,
            c.RemoveItemBulk: self._remove_bulk,
            c.UnAdviseItemBulk: self._unadvise_bulk,
            c.SubscribeBulk: self._subscribe_bulk,
            c.UnsubscribeBulk: self._unsubscribe_bulk,
            c.WriteBulk: self._write_bulk,
            c.Write2Bulk: self._write_bulk,
            c.WriteSecuredBulk: self._write_bulk,
            c.WriteSecured2Bulk: self._write_bulk,
            c.ReadBulk: self._read_bulk,
            c.Restore: self._restore,
        }

    async def execute(self, command: Command) -> Reply:
        """The reply to one command. Cancelled: what the driver already did stays done."""
        if (reply := self.answer(command)) is not None:
            return reply
        kind = type(command).__name__
        if kind in self._driver.unsupported:
            return _refused(ProtocolStatus.UNSUPPORTED, f"this source has no {kind}")
        try:
            return await self._handlers[type(command)](command)
        except ValueError as error:
            return _refused(ProtocolStatus.INVALID_REQUEST, str(error))
        except NotImplementedError as error:
            return _refused(ProtocolStatus.UNSUPPORTED, str(error) or f"this source has no {kind}")
        except GatewayError as error:
            return Reply(ProtocolStatus.MX_ACCESS_FAILURE, error.fault.message, str(error.fault))
        except Exception as error:
            _log.exception("%s failed in the driver", kind)
            return Reply(ProtocolStatus.MX_ACCESS_FAILURE, f"{kind} failed", f"{type(error).__name__}: {error}")

    def answer(self, command: Command) -> Reply | None:
        """The reply to a command that asks nothing of the source; None for all the others. A Ping tells how the way and
        this worker are, and does so at once, whatever the source is busy with."""
        if type(command) is not c.Ping:
            return None
        return Reply(payload=c.Pong(command.text, self._clock.utc_ns()))

    async def close(self) -> None:
        """Unadvise, remove, unregister, stop the driver: each step best effort, in this order. Cancelled: the driver is
        stopped nevertheless."""
        try:
            for server in self._handles:
                items = list(server.items.values())
                advised = [item.key for item in items if item.advised]
                await self._best_effort(partial(self._driver.unadvise, advised))
                await self._best_effort(partial(self._driver.remove, [item.key for item in items]))
                await self._best_effort(partial(self._driver.unregister, server.handle))
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Stop the driver, best effort, within two seconds; once, however often it is called."""
        if self._stopped:
            return
        self._stopped = True
        try:
            async with deadline(self._clock, _STOP_S, "stopping the driver"):
                await self._best_effort(self._driver.stop)
        except TimeoutError as error:
            _log.warning("%s", error)
        finally:  # not before: a driver ends its writes in flight as it stops
            for timer in self._writes.values():
                timer.cancel()
            self._writes.clear()

    async def _best_effort(self, step: Callable[[], Awaitable[object]]) -> None:
        try:
            await step()
        except Exception as error:
            _log.warning("a step of the shutdown failed: %s: %s", type(error).__name__, error)

    # ---- servers and items

    async def _register(self, command: c.Register) -> Reply:
        server = self._handles.register(command.client_name)
        try:
            outcome = await self._driver.register(server.handle, command.client_name)
        except BaseException:
            self._handles.unregister(server.handle)
            raise
        if not outcome.ok:
            self._handles.unregister(server.handle)
        return _answer(outcome, c.Handle(server.handle))

    async def _unregister(self, command: c.Unregister) -> Reply:
        server = self._handles.server(command.server_handle)
        await self._remove(list(server.items.values()))
        self._handles.unregister(server.handle)
        await self._driver.unregister(server.handle)
        return Reply()

    async def _add_item(self, command: c.AddItem | c.AddItem2 | c.AddBufferedItem) -> Reply:
        context = "" if isinstance(command, c.AddItem) else command.context
        item = self._handles.make(
            self._handles.server(command.server_handle),
            command.tag,
            context,
            buffered=isinstance(command, c.AddBufferedItem),
        )
        (outcome,) = await self._add([item])
        return _answer(outcome, c.Handle(item.key & 0xFFFF_FFFF))

    async def _add(self, items: Sequence[WorkerItem]) -> list[Outcome]:
        """Tell the driver; the items that it refuses are out of the tables again."""
        try:
            outcomes = await self._driver.add([item.driver_item for item in items])
        except BaseException:
            for item in items:
                self._handles.forget(item)
            raise
        for item, outcome in zip(items, outcomes, strict=True):
            if not outcome.ok:
                self._handles.forget(item)
        return outcomes

    async def _remove_item(self, command: c.RemoveItem) -> Reply:
        item = self._handles.item(command.server_handle, command.item_handle)
        self._refuse_while_writing(item)
        (outcome,) = await self._remove([item])
        return _answer(outcome)

    async def _remove(self, items: Sequence[WorkerItem]) -> list[Outcome]:
        keys = [item.key for item in items]
        self.sink.forget(keys)
        for item in items:
            self._handles.forget(item)
            if (timer := self._writes.pop(item.key, None)) is not None:
                timer.cancel()
        return await self._driver.remove(keys) if keys else []

    async def _advise_item(self, command: c.Advise | c.AdviseSupervisory) -> Reply:
        item = self._handles.item(command.server_handle, command.item_handle)
        (outcome,) = await self._advise([item], isinstance(command, c.AdviseSupervisory))
        return _answer(outcome)

    async def _advise(self, items: Sequence[WorkerItem], supervisory: bool) -> list[Outcome]:
        keys = [item.key for item in items]
        self.sink.advised(keys)  # before the driver: its first value may come during the call
        outcomes = await self._driver.advise(keys, supervisory)
        for item, outcome in zip(items, outcomes, strict=True):
            if outcome.ok:
                item.advised = True
                item.supervisory = supervisory
            elif not item.advised:
                self.sink.forget([item.key])
        return outcomes

    async def _unadvise_item(self, command: c.UnAdvise) -> Reply:
        item = self._handles.item(command.server_handle, command.item_handle)
        (outcome,) = await self._unadvise([item])
        return _answer(outcome)

    async def _unadvise(self, items: Sequence[WorkerItem]) -> list[Outcome]:
        keys = [item.key for item in items]
        outcomes = await self._driver.unadvise(keys)
        for item, outcome in zip(items, outcomes, strict=True):
            if outcome.ok:
                item.advised = item.supervisory = False
                self.sink.forget([item.key])
        return outcomes

    async def _suspend(self, command: c.Suspend | c.Activate) -> Reply:
        item = self._handles.item(command.server_handle, command.item_handle)
        call = self._driver.suspend if isinstance(command, c.Suspend) else self._driver.activate
        return _answer(await call(item.key))

    async def _set_interval(self, command: c.SetBufferedUpdateInterval) -> Reply:
        server = self._handles.server(command.server_handle)
        return _answer(await self._driver.set_buffered_interval(server.handle, command.interval_ms))

    # ---- writing

    async def _write_one(self, command: c.Write | c.Write2 | c.WriteSecured | c.WriteSecured2) -> Reply:
        item = self._handles.item(command.server_handle, command.item_handle)
        write = DriverWrite(
            item.key,
            command.value,
            _time_ns(command.time) if isinstance(command, c.Write2 | c.WriteSecured2) else None,
            command.user_id,
            command.verifier_id if isinstance(command, c.WriteSecured | c.WriteSecured2) else 0,
            isinstance(command, c.WriteSecured | c.WriteSecured2),
        )
        self._begin_write(item)
        (outcome,) = await self._write([write])
        return _answer(outcome)

    def _begin_write(self, item: WorkerItem) -> None:
        if item.key in self._leaving:
            raise ValueError(f"{item.tag} cannot be written: it is being removed")
        if item.key in self._writes:
            raise ValueError(f"a write of {item.tag} has not completed yet: one at a time")
        self._writes[item.key] = self._clock.call_later(self._write_timeout_s, self._write_timed_out, item.key)

    def _refuse_while_writing(self, item: WorkerItem) -> None:
        if item.key in self._writes:
            raise ValueError(f"{item.tag} cannot be removed: its write has not completed")

    def _write_timed_out(self, key: int) -> None:
        self.sink.write_complete(key, (_TIMED_OUT,))

    def _write_done(self, key: int) -> bool:
        timer = self._writes.pop(key, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    async def _write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        try:
            outcomes = await self._driver.write(writes)
        except Exception:
            for write in writes:
                self._write_done(write.key)
            raise
        for write, outcome in zip(writes, outcomes, strict=True):
            if not outcome.ok:
                self._write_done(write.key)
        return outcomes

    async def _write_bulk(
        self, command: c.WriteBulk | c.Write2Bulk | c.WriteSecuredBulk | c.WriteSecured2Bulk
    ) -> Reply:
        self._handles.server(command.server_handle)
        timed = isinstance(command, c.Write2Bulk | c.WriteSecured2Bulk)
        secured = isinstance(command, c.WriteSecuredBulk | c.WriteSecured2Bulk)

        def prepare(entry: c.WriteEntry) -> DriverWrite:
            item = self._handles.item(command.server_handle, entry.item_handle)
            time_ns = _time_ns(entry.time) if timed else None
            self._begin_write(item)
            verifier = entry.verifier_id if secured else 0
            return DriverWrite(item.key, entry.value, time_ns, entry.user_id, verifier, secured)

        results = await _rows(command.entries, prepare, self._write)
        rows = [
            WriteRow(outcome.ok, entry.item_handle, outcome.error, outcome.statuses)
            for entry, (_, outcome) in zip(command.entries, results, strict=True)
        ]
        return Reply(payload=WriteRows(tuple(rows)))

    # ---- bulks of items

    async def _add_bulk(self, command: c.AddItemBulk) -> Reply:
        return Reply(payload=ItemRows(tuple(await self._add_rows(command.server_handle, command.tags))))

    async def _add_rows(self, server_handle: int, tags: Sequence[str]) -> list[ItemRow]:
        server = self._handles.server(server_handle)
        results = await _rows(tags, lambda tag: self._handles.make(server, tag), self._add)
        return [_item_row(tag, item, outcome) for tag, (item, outcome) in zip(tags, results, strict=True)]

    async def _subscribe_bulk(self, command: c.SubscribeBulk) -> Reply:
        added = await self._add_rows(command.server_handle, command.tags)
        good = [row for row in added if row.success]
        advised = await self._handle_rows(
            command.server_handle, [row.item_handle for row in good], lambda items: self._advise(items, False)
        )
        problems = {row.item_handle: row for row in advised if not row.success}
        if problems:
            server = self._handles.server(command.server_handle)
            await self._remove([server.items[handle] for handle in problems if handle in server.items])
        rows = [
            ItemRow(False, 0, row.tag, problems[row.item_handle].error, row.server_handle)
            if row.success and row.item_handle in problems
            else row
            for row in added
        ]
        return Reply(payload=ItemRows(tuple(rows)))

    async def _advise_bulk(self, command: c.AdviseItemBulk) -> Reply:
        return await self._handle_bulk(command, lambda items: self._advise(items, False))

    async def _unadvise_bulk(self, command: c.UnAdviseItemBulk) -> Reply:
        return await self._handle_bulk(command, self._unadvise)

    async def _remove_bulk(self, command: c.RemoveItemBulk) -> Reply:
        return await self._handle_bulk(command, self._remove, self._refuse_while_writing)

    async def _unsubscribe_bulk(self, command: c.UnsubscribeBulk) -> Reply:
        async def unsubscribe(items: Sequence[WorkerItem]) -> list[Outcome]:
            keys = {item.key for item in items}
            self._leaving |= keys
            try:
                await self._unadvise([item for item in items if item.advised])
                return await self._remove(items)
            finally:
                self._leaving -= keys

        return await self._handle_bulk(command, unsubscribe, self._refuse_while_writing)

    async def _handle_bulk(
        self,
        command: c.AdviseItemBulk | c.UnAdviseItemBulk | c.RemoveItemBulk | c.UnsubscribeBulk,
        act: Callable[[Sequence[WorkerItem]], Awaitable[list[Outcome]]],
        check: Callable[[WorkerItem], None] | None = None,
    ) -> Reply:
        rows = await self._handle_rows(command.server_handle, command.item_handles, act, check)
        return Reply(payload=ItemRows(tuple(rows)))

    async def _handle_rows(
        self,
        server_handle: int,
        handles: Sequence[int],
        act: Callable[[Sequence[WorkerItem]], Awaitable[list[Outcome]]],
        check: Callable[[WorkerItem], None] | None = None,
    ) -> list[ItemRow]:
        self._handles.server(server_handle)
        seen: set[int] = set()

        def prepare(handle: int) -> WorkerItem:
            item = self._handles.item(server_handle, handle)
            if handle in seen:
                raise ValueError(f"item handle {handle} stands twice in the list")
            seen.add(handle)
            if check is not None:
                check(item)
            return item

        results = await _rows(handles, prepare, act)
        return [
            ItemRow(outcome.ok, handle, "" if item is None else item.tag, outcome.error, server_handle)
            for handle, (item, outcome) in zip(handles, results, strict=True)
        ]

    # ---- reading

    async def _read_bulk(self, command: c.ReadBulk) -> Reply:
        server = self._handles.server(command.server_handle)
        timeout_s = command.timeout_ms / 1000 if command.timeout_ms > 0 else _DEFAULT_READ_S
        rows: list[ReadRow | None] = [self._cached_row(server, tag) for tag in command.tags]
        missing = list(dict.fromkeys(tag for tag, row in zip(command.tags, rows, strict=True) if row is None))
        read: dict[str, ReadRow] = {}
        for chunk in _chunks(missing):
            read.update(await self._snapshot(chunk, timeout_s))
        complete = [row or read[tag] for tag, row in zip(command.tags, rows, strict=True)]
        return Reply(payload=c.ReadRows(tuple(complete)))

    def _cached_row(self, server: Server, tag: str) -> ReadRow | None:
        item = self._handles.advised_with_tag(server, tag)
        sample = None if item is None else self.sink.latest(item.key)
        if sample is None:
            return None
        return ReadRow(True, tag, sample.value, sample.quality, sample.source_time, sample.worker_time, cached=True)

    async def _snapshot(self, tags: Sequence[str], timeout_s: float) -> dict[str, ReadRow]:
        """Add, advise, wait for the first data change, unadvise, remove, under keys of its own."""
        results = await _rows(tags, self._handles.snapshot, self._driver.add)
        rows = {
            tag: ReadRow(False, tag, error=outcome.error)
            for tag, (_, outcome) in zip(tags, results, strict=True)
            if not outcome.ok
        }
        items = [item for item, outcome in results if item is not None and outcome.ok]
        firsts = {item.key: self.sink.expect(item.key) for item in items}
        keys = list(firsts)
        try:
            outcomes = await self._driver.advise(keys, False) if keys else []
            refused = {key: outcome for key, outcome in zip(keys, outcomes, strict=True) if not outcome.ok}
            waiting = [future for key, future in firsts.items() if key not in refused]
            if waiting:
                with contextlib.suppress(TimeoutError):
                    async with deadline(self._clock, timeout_s, "the first values"):
                        await asyncio.wait(waiting)
            for item in items:
                rows[item.tag] = _snapshot_row(item.tag, firsts[item.key], refused.get(item.key), timeout_s)
        finally:
            for key, future in firsts.items():
                self.sink.give_up(key)
                future.cancel()
            if keys:
                await self._driver.unadvise(keys)
                await self._driver.remove(keys)
        return rows

    # ---- the rest

    async def _authenticate(self, command: c.AuthenticateUser) -> Reply:
        self._handles.server(command.server_handle)
        outcome = await self._driver.authenticate(command.server_handle, command.user, command.password)
        return _answer(outcome, c.Handle(outcome.handle))

    async def _user_to_id(self, command: c.ArchestrAUserToId) -> Reply:
        self._handles.server(command.server_handle)
        outcome = await self._driver.user_to_id(command.server_handle, command.user_guid)
        return _answer(outcome, c.Handle(outcome.handle))

    async def _browse(self, command: c.Browse) -> Reply:
        if command.limit < 1:
            raise ValueError("a page of a browse has at least one node: limit must be 1 or more")
        return Reply(payload=await self._driver.browse(command.node, command.page_token, command.limit))

    async def _properties(self, command: c.Properties) -> Reply:
        return Reply(payload=await self._driver.properties(command.tag))

    async def _history_read(self, command: c.HistoryRead) -> Reply:
        if not command.tag.strip():
            raise ValueError("the tag address is blank")
        if command.end_ns <= command.start_ns:
            raise ValueError("a history is read from a time to a later one: end_ns must be above start_ns")
        if not 1 <= command.limit <= c.HISTORY_PAGE:
            raise ValueError(f"a page of a history has 1 to {c.HISTORY_PAGE:,} samples: limit is {command.limit:,}")
        if command.aggregate and command.aggregate not in set(c.Aggregate):
            known = ", ".join(c.Aggregate)
            raise ValueError(f"{command.aggregate!r} is no aggregate: there are {known}, and none for plain samples")
        if command.aggregate and command.interval_ns <= 0:
            raise ValueError("an aggregate is of intervals: interval_ns must be above 0")
        return Reply(payload=await self._driver.history(command))

    async def _playback(self, command: c.Playback) -> Reply:
        await self._driver.playback(command)
        return Reply()

    async def _reconnect(self, command: c.Reconnect) -> Reply:
        await self._driver.reconnect()
        return Reply()

    async def _restore(self, command: c.Restore) -> Reply:
        for entry in command.servers:
            server = self._handles.register(entry.client_name, entry.server_handle)
            await self._driver.register(server.handle, entry.client_name)
            if entry.buffered_interval_ms:
                await self._driver.set_buffered_interval(server.handle, entry.buffered_interval_ms)
        rows: list[ItemRow] = []
        for chunk in _chunks(command.items):
            rows += await self._restore_chunk(chunk)
        return Reply(payload=ItemRows(tuple(rows)))

    async def _restore_chunk(self, entries: Sequence[c.RestoredItem]) -> list[ItemRow]:
        def prepare(entry: c.RestoredItem) -> WorkerItem:
            server = self._handles.server(entry.server_handle)
            return self._handles.make(
                server, entry.tag, entry.context, buffered=entry.buffered, item_handle=entry.item_handle
            )

        results = await _rows(entries, prepare, self._add)
        for supervisory in (False, True):
            again = [
                item
                for entry, (item, outcome) in zip(entries, results, strict=True)
                if item is not None and outcome.ok and entry.advised and entry.supervisory is supervisory
            ]
            if again:
                await self._advise(again, supervisory)
        for entry, (item, outcome) in zip(entries, results, strict=True):
            if item is not None and outcome.ok and entry.suspended:
                await self._driver.suspend(item.key)
        return [
            ItemRow(
                outcome.ok and ((item is not None and item.advised) or not entry.advised),
                entry.item_handle,
                entry.tag,
                outcome.error,
                entry.server_handle,
            )
            for entry, (item, outcome) in zip(entries, results, strict=True)
        ]


# ---- rows ------------------------------------------------------------------


async def _rows(
    entries: Sequence[_T],
    prepare: Callable[[_T], _R],
    act: Callable[[Sequence[_R]], Awaitable[list[Outcome]]],
) -> list[tuple[_R | None, Outcome]]:
    """Per entry what ``prepare`` made of it and how ``act`` went, in order. An entry whose preparation raises a
    ValueError fails alone; a chunk whose action raises fails as a whole, with the error's words."""
    results: list[tuple[_R | None, Outcome]] = []
    for chunk in _chunks(entries):
        prepared = [_prepared(prepare, entry) for entry in chunk]
        good = [made for made, _ in prepared if made is not None]
        outcomes = iter(await _acted(act, good))
        results += [(made, problem if made is None else next(outcomes)) for made, problem in prepared]
        if len(entries) > _CHUNK:
            await asyncio.sleep(0)
    return results


def _prepared(prepare: Callable[[_T], _R], entry: _T) -> tuple[_R | None, Outcome]:
    try:
        return prepare(entry), ACCEPTED
    except ValueError as error:
        return None, Outcome(str(error))


async def _acted(act: Callable[[Sequence[_R]], Awaitable[list[Outcome]]], good: Sequence[_R]) -> list[Outcome]:
    if not good:
        return []
    try:
        return await act(good)
    except GatewayError as error:
        return [Outcome(error.fault.message)] * len(good)
    except NotImplementedError:
        raise
    except Exception as error:
        _log.exception("a bulk failed in the driver")
        return [Outcome(f"{type(error).__name__}: {error}")] * len(good)


def _chunks(entries: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(entries), _CHUNK):
        yield entries[start : start + _CHUNK]


def _item_row(tag: str, item: WorkerItem | None, outcome: Outcome) -> ItemRow:
    if item is None or not outcome.ok:
        return ItemRow(False, 0, tag, outcome.error)
    return ItemRow(True, item.key & 0xFFFF_FFFF, tag, "", item.key >> 32)


def _snapshot_row(tag: str, first: asyncio.Future[Any], refused: Outcome | None, timeout_s: float) -> ReadRow:
    if refused is not None:
        return ReadRow(False, tag, error=refused.error)
    if not first.done():
        return ReadRow(False, tag, error=f"no value came within {timeout_s:g} s")
    sample = first.result()
    return ReadRow(True, tag, sample.value, sample.quality, sample.source_time, sample.worker_time)


def _answer(outcome: Outcome, payload: c.Payload | None = None) -> Reply:
    if outcome.ok:
        return Reply(hresult=outcome.hresult, statuses=outcome.statuses, payload=payload)
    return Reply(ProtocolStatus.MX_ACCESS_FAILURE, "", outcome.error, outcome.hresult, outcome.statuses)


def _refused(code: ProtocolStatus, message: str) -> Reply:
    return Reply(code, message)


def _time_ns(time: Value) -> int:
    """Nanoseconds since 1970 UTC of a Timestamp, or of ISO 8601 text with an offset."""
    if isinstance(time, Timestamp):
        return time.ns
    if isinstance(time, str):
        try:
            moment = datetime.datetime.fromisoformat(time)
        except ValueError as error:
            raise ValueError(f"{time!r} is not an ISO 8601 time") from error
        if moment.tzinfo is None:
            raise ValueError(f"the time {time!r} has no offset: add Z or +02:00")
        since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
    raise ValueError(f"a timed write needs a time, not {type(time).__name__}")
