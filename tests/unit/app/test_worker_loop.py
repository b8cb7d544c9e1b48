"""The command loop: handles, bulk rows, snapshots, one write in flight, restore, over a scripted driver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from app import commands as c
from app.backends.base import Outcome
from app.batch import Event, EventBatch
from app.commands import Command, ProtocolStatus, Reply
from app.values import EventKind, Timestamp, failed, item_key
from app.worker.handles import SNAPSHOT_SERVER
from app.worker.loop import CommandLoop
from app.worker.outbox import Outbox
from tests.helpers.clock import ManualClock, settle
from tests.helpers.driver import ScriptedDriver


class Worker:
    """A command loop with everything around it but the pipe."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.batches: list[EventBatch] = []
        self.outbox = Outbox(self.clock, self.batches.append, batch_limit=1000, batch_delay_s=0.001, backlog_limit=1000)
        self.driver = ScriptedDriver()
        self.loop = CommandLoop(
            self.driver, self.outbox, self.clock, state_changed=lambda state: None, failed=lambda fault: None
        )

    async def __aenter__(self) -> Worker:
        await self.driver.start({}, self.loop.sink)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.loop.close()
        self.outbox.close()
        assert self.clock.timers == 0

    async def ask(self, command: Command) -> Reply:
        return await self.loop.execute(command)

    async def good(self, command: Command) -> Any:
        reply = await self.ask(command)
        assert reply.ok, reply
        return reply.payload

    async def server(self) -> int:
        return (await self.good(c.Register("test"))).handle

    async def item(self, tag: str = "a", *, advised: bool = True) -> tuple[int, int]:
        server = await self.server()
        handle = (await self.good(c.AddItem(server, tag))).handle
        if advised:
            await self.good(c.Advise(server, handle))
        return server, handle

    def events(self, kind: EventKind | None = None) -> list[Event]:
        self.outbox.flush()
        return [e for batch in self.batches for e in batch if kind is None or e.kind is kind]


# ---- handles


@pytest.mark.clause("S7.3")
async def test_handles_count_from_one_under_each_server() -> None:
    async with Worker() as worker:
        first, second = await worker.server(), await worker.server()
        assert (first, second) == (1, 2)
        assert (await worker.good(c.AddItem(1, "a"))).handle == 1
        assert (await worker.good(c.AddItem2(1, "b", "ctx"))).handle == 2
        assert (await worker.good(c.AddBufferedItem(2, "c", "ctx"))).handle == 1
        await worker.good(c.RemoveItem(1, 2))
        assert (await worker.good(c.AddItem(1, "d"))).handle == 3, "a handle is not used twice"
        added = {item.tag: item for item in worker.driver.items.values()}
        assert added["a"].key == item_key(1, 1)
        assert added["c"].buffered


@pytest.mark.clause("S7.4")
@pytest.mark.parametrize(
    "command",
    [
        c.AddItem(9, "a"),
        c.Unregister(9),
        c.RemoveItem(1, 9),
        c.Advise(1, 9),
        c.UnAdvise(1, 9),
        c.Write(1, 9, 1),
        c.Suspend(1, 9),
        c.ReadBulk(9, ("a",)),
        c.SubscribeBulk(9, ("a",)),
        c.WriteBulk(9, ()),
        c.AuthenticateUser(9, "u", "p"),
    ],
)
async def test_an_unknown_handle_is_named(command: Command) -> None:
    async with Worker() as worker:
        await worker.server()
        reply = await worker.ask(command)
        assert reply.code is ProtocolStatus.INVALID_REQUEST
        assert "handle 9" in reply.message


@pytest.mark.clause("S7.4")
async def test_what_the_source_has_not_is_unsupported() -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        assert (await worker.ask(c.Suspend(server, handle))).code is ProtocolStatus.UNSUPPORTED
        assert (await worker.ask(c.ArchestrAUserToId(server, "x"))).code is ProtocolStatus.UNSUPPORTED


@pytest.mark.clause("H1")
@pytest.mark.parametrize(
    ("read", "words"),
    [
        (c.HistoryRead(" ", 1, 2), "tag address is blank"),
        (c.HistoryRead("a", 2, 2), "end_ns must be above start_ns"),
        (c.HistoryRead("a", 1, 2, 0), "1 to 10,000 samples: limit is 0"),
        (c.HistoryRead("a", 1, 2, 10_001), "limit is 10,001"),
        (c.HistoryRead("a", 1, 2, aggregate="mean"), "'mean' is no aggregate: there are average"),
        (c.HistoryRead("a", 1, 2, aggregate="average"), "interval_ns must be above 0"),
    ],
)
async def test_a_wrong_read_of_a_history_is_named(read: c.HistoryRead, words: str) -> None:
    async with Worker() as worker:
        reply = await worker.ask(read)
        assert reply.code is ProtocolStatus.INVALID_REQUEST
        assert words in reply.message


@pytest.mark.clause("H1")
async def test_a_source_without_history_says_so() -> None:
    async with Worker() as worker:
        reply = await worker.ask(c.HistoryRead("a", 1, 2))
        assert (reply.code, reply.message) == (ProtocolStatus.UNSUPPORTED, "this source has no HistoryRead")


@pytest.mark.clause("S7.4")
async def test_a_driver_that_raises_is_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    async with Worker() as worker:
        server = await worker.server()
        reply = await worker.ask(c.AddItem(server, "raise"))
        assert reply.code is ProtocolStatus.MX_ACCESS_FAILURE
        assert "the driver broke" in reply.diagnostic
        assert (await worker.ask(c.Browse("nowhere"))).message == "'nowhere' is not a folder"
        assert (await worker.ask(c.Browse("", "", 0))).code is ProtocolStatus.INVALID_REQUEST
        assert (await worker.ask(c.Advise(server, 1))).code is ProtocolStatus.INVALID_REQUEST, "the item is gone again"


async def test_unregister_removes_its_items() -> None:
    async with Worker() as worker:
        server, _ = await worker.item()
        await worker.good(c.Unregister(server))
        assert worker.driver.items == {}
        assert worker.driver.named("unregister") == [server]


async def test_a_server_that_the_driver_breaks_on_is_not_there() -> None:
    async with Worker() as worker:

        async def broken(server_handle: int, client_name: str) -> Outcome:
            raise RuntimeError("the driver broke")

        worker.driver.register = broken  # type: ignore[method-assign]
        assert not (await worker.ask(c.Register("test"))).ok
        assert (await worker.ask(c.AddItem(1, "a"))).code is ProtocolStatus.INVALID_REQUEST


@pytest.mark.clause("R13")
async def test_no_write_begins_on_what_is_being_removed() -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        gate = asyncio.Event()
        unadvise = worker.driver.unadvise

        async def slow(keys: Sequence[int]) -> list[Outcome]:
            await gate.wait()
            return await unadvise(keys)

        worker.driver.unadvise = slow  # type: ignore[method-assign]
        going = asyncio.ensure_future(worker.good(c.UnsubscribeBulk(server, (handle,))))
        await settle()
        refused = await worker.ask(c.Write(server, handle, 1.0))
        assert refused.code is ProtocolStatus.INVALID_REQUEST
        assert "being removed" in refused.message
        gate.set()
        assert (await going).rows[0].success
        assert not [name for name, _ in worker.driver.calls if name == "write"]


async def test_two_who_unregister_at_once_both_succeed() -> None:
    async with Worker() as worker:
        server, _ = await worker.item()
        gate = asyncio.Event()
        remove = worker.driver.remove

        async def slow(keys: Sequence[int]) -> list[Outcome]:
            await gate.wait()
            return await remove(keys)

        worker.driver.remove = slow  # type: ignore[method-assign]
        both = [asyncio.ensure_future(worker.ask(c.Unregister(server))) for _ in range(2)]
        await settle()
        gate.set()
        assert [reply.ok for reply in await asyncio.gather(*both)] == [True, True]


@pytest.mark.clause("S7.3")
async def test_login_and_the_rest() -> None:
    async with Worker() as worker:
        server = await worker.server()
        assert (await worker.good(c.AuthenticateUser(server, "u", "right"))).handle == 7
        refused = await worker.ask(c.AuthenticateUser(server, "u", "wrong"))
        assert (refused.code, refused.hresult) == (ProtocolStatus.MX_ACCESS_FAILURE, -2147024809)
        assert (await worker.good(c.Ping("x"))).text == "x"
        assert (await worker.good(c.Browse())).nodes[0].address == "a"
        assert (await worker.good(c.Properties("a"))).get("unit") == "m"
        assert (await worker.ask(c.Reconnect())).ok


# ---- bulks


@pytest.mark.clause("S9.1", "S9.2")
async def test_a_bad_row_fails_alone() -> None:
    async with Worker() as worker:
        server = await worker.server()
        rows = (await worker.good(c.AddItemBulk(server, ("a", "bad", " ", "b")))).rows
        assert [row.success for row in rows] == [True, False, False, True]
        assert [row.error for row in rows] == ["", "no such tag", "the tag address is blank", ""]
        handles = tuple(row.item_handle for row in rows if row.success)
        advised = (await worker.good(c.AdviseItemBulk(server, (*handles, 77, handles[0])))).rows
        assert [row.success for row in advised] == [True, True, False, False]
        assert "twice" in advised[3].error
        await worker.good(c.UnAdviseItemBulk(server, handles))
        removed = (await worker.good(c.RemoveItemBulk(server, (*handles, 77)))).rows
        assert [row.success for row in removed] == [True, True, False]
        assert worker.driver.named("add") == [["a", "bad", "b"]], "one call for the list"


@pytest.mark.clause("S9.1")
async def test_subscribe_adds_and_advises_or_leaves_nothing() -> None:
    async with Worker() as worker:
        server = await worker.server()
        rows = (await worker.good(c.SubscribeBulk(server, ("a", "bad", "noadvise", "b")))).rows
        assert [row.success for row in rows] == [True, False, False, True]
        assert sorted(item.tag for item in worker.driver.items.values() if not item.tag.startswith("bad")) == ["a", "b"]
        assert [event.value for event in worker.events()] != []
        handles = tuple(row.item_handle for row in rows if row.success)
        gone = (await worker.good(c.UnsubscribeBulk(server, handles))).rows
        assert all(row.success for row in gone)


@pytest.mark.clause("S9.2")
async def test_a_driver_that_raises_fails_the_rows_it_was_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    async with Worker() as worker:
        server = await worker.server()
        rows = (await worker.good(c.AddItemBulk(server, ("raise", "a")))).rows
        assert ["RuntimeError" in row.error for row in rows] == [True, True]
        assert (await worker.good(c.AddItemBulk(server, ()))).rows == ()


@pytest.mark.clause("S9.2", "S11.5")
async def test_a_huge_bulk_lets_others_have_their_turn() -> None:
    async with Worker() as worker:
        server = await worker.server()
        bulk = asyncio.ensure_future(worker.ask(c.SubscribeBulk(server, tuple(f"t{i}" for i in range(20_000)))))
        pongs = 0
        while not bulk.done():
            await worker.good(c.Ping())
            await asyncio.sleep(0)
            pongs += 1
        assert pongs > 10
        assert all(row.success for row in (await bulk).payload.rows)  # type: ignore[union-attr]


# ---- writing


@pytest.mark.clause("S7.3", "R13")
async def test_one_write_in_flight_per_item() -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        worker.driver.complete_writes = False
        assert (await worker.ask(c.Write(server, handle, 1))).ok
        second = await worker.ask(c.Write(server, handle, 2))
        assert second.code is ProtocolStatus.INVALID_REQUEST
        assert "one at a time" in second.message
        busy = await worker.ask(c.RemoveItem(server, handle))
        assert "has not completed" in busy.message
        worker.loop.sink.write_complete(item_key(server, handle), (failed(1008),))
        assert (await worker.ask(c.Write(server, handle, 3))).ok
        (done,) = worker.events(EventKind.WRITE_COMPLETE)
        assert done.detail.statuses == (failed(1008),)


@pytest.mark.clause("S7.3")
async def test_a_write_without_an_answer_ends_by_itself() -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        worker.driver.complete_writes = False
        await worker.good(c.Write(server, handle, 1))
        await worker.clock.advance(30)
        (done,) = worker.events(EventKind.WRITE_COMPLETE)
        assert "request timed out" in done.detail.statuses[0].words
        worker.loop.sink.write_complete(item_key(server, handle), ())
        assert len(worker.events(EventKind.WRITE_COMPLETE)) == 1, "a late completion is no second one"


@pytest.mark.clause("S7.3")
@pytest.mark.parametrize(
    ("make", "time_ns", "verifier", "secured"),
    [
        (lambda s, h: c.Write(s, h, 5, 11), None, 0, False),
        (lambda s, h: c.Write2(s, h, 5, Timestamp(7), 11), 7, 0, False),
        (lambda s, h: c.Write2(s, h, 5, "1970-01-01T00:00:01Z", 11), 10**9, 0, False),
        (lambda s, h: c.WriteSecured(s, h, 5, 11, 12), None, 12, True),
        (lambda s, h: c.WriteSecured2(s, h, 5, Timestamp(7), 11, 12), 7, 12, True),
    ],
)
async def test_each_write_command(
    make: Callable[[int, int], Command], time_ns: int | None, verifier: int, secured: bool
) -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        assert (await worker.ask(make(server, handle))).ok
        (write,) = worker.driver.named("write")[0]
        assert (write.value, write.time_ns, write.user_id) == (5, time_ns, 11)
        assert (write.verifier_id, write.secured) == (verifier, secured)


@pytest.mark.parametrize(("time", "word"), [("noon", "ISO 8601"), ("2026-01-01T00:00:00", "offset"), (5, "int")])
async def test_a_wrong_time_is_named(time: Any, word: str) -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        reply = await worker.ask(c.Write2(server, handle, 1, time))
        assert reply.code is ProtocolStatus.INVALID_REQUEST
        assert word in reply.message
        assert (await worker.ask(c.Write(server, handle, 1))).ok, "nothing is left in flight"


@pytest.mark.clause("S7.4")
async def test_a_refused_write_carries_what_the_source_said() -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        worker.driver.write_outcome = Outcome("denied", -5, (failed(1008),))
        reply = await worker.ask(c.Write(server, handle, 1))
        assert (reply.code, reply.diagnostic, reply.hresult) == (ProtocolStatus.MX_ACCESS_FAILURE, "denied", -5)
        assert reply.statuses == (failed(1008),)
        worker.driver.write_outcome = Outcome()
        assert (await worker.ask(c.Write(server, handle, 1))).ok


@pytest.mark.clause("S9.1", "S9.2", "R13")
async def test_write_bulks_answer_a_row_each() -> None:
    async with Worker() as worker:
        server = await worker.server()
        rows = (await worker.good(c.SubscribeBulk(server, ("a", "b")))).rows
        a, b = (row.item_handle for row in rows)
        entries = (c.WriteEntry(a, 1), c.WriteEntry(99, 1), c.WriteEntry(b, 2), c.WriteEntry(a, 3))
        made = (await worker.good(c.WriteBulk(server, entries))).rows
        assert [row.success for row in made] == [True, False, True, False]
        assert "one at a time" in made[3].error
        timed = (c.WriteEntry(a, 1, Timestamp(9)), c.WriteEntry(b, 1))
        made = (await worker.good(c.Write2Bulk(server, timed))).rows
        assert [row.success for row in made] == [True, False]
        for kind in (c.WriteSecuredBulk, c.WriteSecured2Bulk):
            secured = (c.WriteEntry(a, 1, Timestamp(9), 11, 12),)
            assert (await worker.good(kind(server, secured))).rows[0].success
            assert worker.driver.named("write")[-1][0].secured


# ---- reading


@pytest.mark.clause("S9.3")
async def test_read_from_an_advised_item_else_by_a_snapshot() -> None:
    async with Worker() as worker:
        server, _ = await worker.item("a")
        worker.driver.first_values["b"] = 42.0
        before = dict(worker.driver.items)
        rows = (await worker.good(c.ReadBulk(server, ("a", "b", "bad", " ", "b")))).rows
        assert [row.cached for row in rows] == [True, False, False, False, False]
        assert [row.value for row in rows] == [1.0, 42.0, None, None, 42.0]
        assert [row.success for row in rows] == [True, True, False, False, True]
        left = {key for key in worker.driver.items if key >> 32 != SNAPSHOT_SERVER}
        assert left == set(before), "the items are as they were"
        assert all(event.key >> 32 != SNAPSHOT_SERVER for event in worker.events())
        reply = await worker.ask(c.AddItem(server, "next"))
        assert reply.payload == c.Handle(2), "a snapshot takes no handle"


@pytest.mark.clause("S9.3", "S9.4")
async def test_a_snapshot_that_gets_nothing_says_so() -> None:
    async with Worker() as worker:
        server = await worker.server()
        reading = asyncio.ensure_future(worker.good(c.ReadBulk(server, ("silent", "a"), 20)))
        await worker.clock.advance(0.019)
        assert not reading.done()
        await worker.clock.advance(0.001)
        rows = (await reading).rows
        assert [row.success for row in rows] == [False, True]
        assert rows[0].error == "no value came within 0.02 s"


@pytest.mark.clause("S9.3")
async def test_reads_at_the_same_time_do_not_mix() -> None:
    async with Worker() as worker:
        server = await worker.server()
        worker.driver.first_values.update({f"t{i}": float(i) for i in range(20)})
        asked = [c.ReadBulk(server, (f"t{i}", f"t{(i + 1) % 20}"), 50) for i in range(20)]
        replies = await asyncio.gather(*(worker.good(command) for command in asked))
        for i, reply in enumerate(replies):
            assert [row.value for row in reply.rows] == [float(i), float((i + 1) % 20)]


# ---- data, restore, the end


@pytest.mark.clause("S11.7")
async def test_data_of_unknown_items_is_left_out() -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        key, sink = item_key(server, handle), worker.loop.sink
        sink.data(item_key(5, 5), 1, 192)
        sink.columns([key, item_key(6, 6), key], [2.0, 3.0, 4.0], [192, 192, 192], [1, 1, 1])
        sink.columns([key], [5.0], [192], [1])
        assert [event.value for event in worker.events()] == [1.0, 2.0, 4.0, 5.0]
        with pytest.raises(ValueError, match="2 keys, 1 values"):
            sink.columns([key, key], [1.0], [192], [1])


async def test_an_unadvised_item_is_quiet() -> None:
    async with Worker() as worker:
        server, handle = await worker.item()
        await worker.good(c.UnAdvise(server, handle))
        count = len(worker.events())
        worker.loop.sink.data(item_key(server, handle), 9, 192)
        assert len(worker.events()) == count


@pytest.mark.clause("S11.8")
async def test_restore_gives_the_same_handles() -> None:
    async with Worker() as worker:
        command = c.Restore(
            (c.RestoredServer(3, "old"),),
            (
                c.RestoredItem(3, 7, "a", advised=True),
                c.RestoredItem(3, 9, "b", "ctx", advised=True, supervisory=True),
                c.RestoredItem(3, 11, "bad"),
                c.RestoredItem(4, 1, "orphan"),
            ),
        )
        rows = (await worker.good(command)).rows
        assert [(row.item_handle, row.success) for row in rows] == [(7, True), (9, True), (11, False), (1, False)]
        assert worker.driver.named("advise") == [([item_key(3, 7)], False), ([item_key(3, 9)], True)]
        assert (await worker.good(c.Register("new"))).handle == 4, "handles go on after the old ones"
        assert (await worker.good(c.AddItem(3, "c"))).handle == 12
        assert (await worker.ask(c.Write(3, 7, 1))).ok


async def test_the_end_unadvises_removes_unregisters_and_stops_in_this_order() -> None:
    worker = Worker()
    async with worker:
        await worker.item("a")
        await worker.item("b", advised=False)
        worker.driver.calls.clear()
    assert [name for name, _ in worker.driver.calls] == [
        "unadvise", "remove", "unregister", "unadvise", "remove", "unregister", "stop",
    ]  # fmt: skip
    await settle()
