"""The rules of MXAccess in the driver: what is called, in which order, and what is told."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.backends.base import DriverItem, DriverWrite
from app.backends.mxaccess import MxAccessDriver
from app.backends.mxaccess import variants as v
from app.backends.mxaccess.model import Happened, LmxEvent
from app.backends.mxaccess.tag_list import read_tags
from app.backends.mxaccess.variants import Raw, Typed
from app.errors import ErrorCode, GatewayError
from app.values import NO_TIME, STATUS_OK, STATUS_PENDING, EventKind, Status, Timestamp, item_key
from app.workers import worker32
from tests.helpers.clock import ManualClock
from tests.helpers.engine import until
from tests.helpers.lmx import ScriptedApartment, ScriptedLmx
from tests.helpers.sink import RecordingSink

ROOT = Path(__file__).resolve().parents[3]
KEY, OTHER = item_key(1, 1), item_key(1, 2)
ACCESS_DENIED, INVALID = -2147024891, -2147024809


class Desk:
    def __init__(self) -> None:
        self.lmx = ScriptedLmx()
        self.apartment = ScriptedApartment(self.lmx)
        self.clock = ManualClock()
        self.sink = RecordingSink()
        self.driver = MxAccessDriver(self.clock, self.apartment)

    async def start(self, **options: Any) -> str:
        return await self.driver.start(options, self.sink)

    async def items(self, *tags: str, advise: bool = True) -> None:
        """Keys from KEY on; MXAccess's handles are (2, 1), (2, 2) …"""
        await self.driver.register(1, "test")
        outcomes = await self.driver.add([DriverItem(item_key(1, n), tag) for n, tag in enumerate(tags, 1)])
        assert all(outcome.ok for outcome in outcomes)
        if advise:
            await self.driver.advise([item_key(1, n) for n in range(1, len(tags) + 1)], False)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    one = Desk()
    yield one
    await one.driver.stop()


@pytest.mark.clause("M5")
async def test_data_come_with_quality_time_and_type(desk: Desk) -> None:
    await desk.start(zone="utc")
    await desk.items("Pump.Flow")
    event = LmxEvent(Happened.DATA, 2, 1, Raw(v.R4, 1.5), Raw(v.I4, 88), Raw(v.DATE, Timestamp(5)), (STATUS_OK,))
    desk.apartment.take([event])
    sample = desk.sink.last(KEY)
    assert (sample.value, sample.quality, sample.source_time, sample.statuses) == (1.5, 88, 5, ())


@pytest.mark.clause("M5")
async def test_where_success_is_0_value_quality_and_time_are_not_told(desk: Desk) -> None:
    await desk.start()
    await desk.items("No.Such")
    wrong = Status(0, 4, 2, 6)
    desk.apartment.data(2, 1, Raw(v.I4, 12345), wrong)
    sample = desk.sink.last(KEY)
    assert (sample.value, sample.quality, sample.source_time, sample.statuses) == (None, 4, NO_TIME, (wrong,))


@pytest.mark.clause("M6")
async def test_a_write_waits_for_the_type_and_listens_first(desk: Desk) -> None:
    await desk.start()
    await desk.items("Pump.Speed", advise=False)
    (outcome,) = await desk.driver.write([DriverWrite(KEY, 5)])
    assert outcome.ok
    await until(lambda: desk.lmx.named("advise"), "the item to listen")
    assert not desk.lmx.named("write")
    desk.apartment.data(2, 1, Raw(v.R8, 1.0))
    (call,) = await until(lambda: desk.lmx.named("write"), "the write")
    assert call == ("write", 2, 1, Typed(v.R8, 5.0), 0, None)  # the tag's own type
    assert not desk.sink.samples  # nobody asked for its data
    desk.apartment.written(2, 1)
    assert desk.sink.writes == [(KEY, (STATUS_OK,))]


@pytest.mark.clause("M6")
async def test_a_write_whose_tag_never_tells_its_type_ends(desk: Desk) -> None:
    await desk.start(first_data_s=3)
    await desk.items("Pump.Speed")
    await desk.driver.write([DriverWrite(KEY, 5)])
    await until(lambda: desk.clock._heap, "the wait")
    await desk.clock.advance(4)
    ((key, (status,)),) = await until(lambda: desk.sink.writes, "the end")
    assert (key, status.ok, status.words) == (KEY, False, "communication error: request timed out (1)")


@pytest.mark.clause("M6")
async def test_secured_writes_put_the_users_before_the_value_and_times_are_dates(desk: Desk) -> None:
    await desk.start(zone="utc")
    await desk.items("Valve.Cmd")
    desk.apartment.data(2, 1, Raw(v.BOOL, False))
    await desk.driver.write([DriverWrite(KEY, True, 0, 11, 0, secured=True)])
    assert desk.lmx.calls[-1] == ("write_secured", 2, 1, Typed(v.BOOL, True), 11, 11, Typed(v.DATE, 25569.0))
    needed = Status(0, 6, 5, 1013)
    desk.apartment.written(2, 1, needed)
    assert desk.sink.writes == [(KEY, (needed,))]
    (refused,) = await desk.driver.write([DriverWrite(KEY, "on")])
    assert refused.error == "Valve.Cmd cannot be written: 'on' is neither true nor false"
    desk.lmx.refusals["write"] = INVALID
    (refused,) = await desk.driver.write([DriverWrite(KEY, True)])
    assert (refused.hresult, "0x80070057" in refused.error) == (INVALID, True)


@pytest.mark.clause("M6")
async def test_pending_waits_for_a_second_completion_but_not_for_ever(desk: Desk) -> None:
    await desk.start(pending_s=5)
    await desk.items("A.B")
    desk.apartment.data(2, 1, Raw(v.I4, 1))
    await desk.driver.write([DriverWrite(KEY, 2)])
    desk.apartment.written(2, 1, STATUS_PENDING)
    assert not desk.sink.writes
    desk.apartment.written(2, 1)
    assert desk.sink.writes.pop() == (KEY, (STATUS_OK,))
    await desk.driver.write([DriverWrite(KEY, 3)])
    desk.apartment.written(2, 1, STATUS_PENDING)
    await desk.clock.advance(6)
    assert desk.sink.writes.pop() == (KEY, (STATUS_PENDING,))
    desk.apartment.written(2, 1)  # too late for anybody
    assert not desk.sink.writes


@pytest.mark.clause("M6")
async def test_a_late_completion_is_not_taken_for_that_of_the_next_write(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.apartment.data(2, 1, Raw(v.I4, 1))
    await desk.driver.write([DriverWrite(KEY, 2)])
    await desk.driver.write([DriverWrite(KEY, 3)])  # the loop gave up on the first
    await until(lambda: desk.lmx.named("advise")[-1] == ("advise", 2, 2), "the item under a new handle")
    desk.apartment.written(2, 1)  # of the first
    assert not desk.sink.writes
    desk.apartment.data(2, 2, Raw(v.I4, 1))
    await until(lambda: len(desk.lmx.named("write")) == 2, "the second write")
    desk.apartment.written(2, 2)
    assert desk.sink.writes == [(KEY, (STATUS_OK,))]


@pytest.mark.clause("M6")
async def test_an_item_stays_in_mxaccess_until_its_write_has_ended(desk: Desk) -> None:
    """It loses its footing otherwise; whoever gave the write up does not wait for that."""
    await desk.start()
    await desk.items("A.B", "C.D")
    for handle in (1, 2):
        desk.apartment.data(2, handle, Raw(v.I4, 1))
    await desk.driver.write([DriverWrite(KEY, 2), DriverWrite(OTHER, 2)])
    await desk.driver.write([DriverWrite(KEY, 3)])  # the loop gave up on the first
    removal = asyncio.ensure_future(desk.driver.remove([OTHER]))
    await until(lambda: desk.clock._heap, "the wait for the write")
    await desk.clock.advance(2)
    await removal
    assert not desk.lmx.named("remove_item", "unadvise")
    desk.apartment.written(2, 1)
    await until(lambda: desk.lmx.named("remove_item") == [("remove_item", 2, 1)], "the first one to go")
    desk.apartment.written(2, 2)
    await until(lambda: len(desk.lmx.named("remove_item")) == 2, "the other one to go")
    assert desk.lmx.named("unadvise") == [("unadvise", 2, 1), ("unadvise", 2, 2)]
    assert [status.ok for key, (status,) in desk.sink.writes if key == OTHER] == [False]


@pytest.mark.clause("M6")
@pytest.mark.parametrize(
    "status", [Status(0, 3, 0, 1), Status(0, 5, 4, 1010), Status(0, 4, 1, 11), Status(0, 1, 0, 0)], ids=str
)
async def test_trouble_that_may_pass_is_no_first_value_for_a_write(desk: Desk, status: Status) -> None:
    await desk.start(first_data_s=3)
    await desk.items("A.B")
    await desk.driver.write([DriverWrite(KEY, 5)])
    await until(lambda: desk.clock._heap, "the wait")
    desk.apartment.data(2, 1, Raw(v.EMPTY), status)
    desk.apartment.data(2, 1, Raw(v.EMPTY), quality=32)  # waiting for initial data
    await asyncio.sleep(0)
    assert not desk.lmx.named("write")
    desk.apartment.data(2, 1, Raw(v.R4, 1.5))
    (call,) = await until(lambda: desk.lmx.named("write"), "the write")
    assert call[3] == Typed(v.R4, 5.0)


@pytest.mark.clause("M6")
async def test_a_write_whose_tag_had_but_trouble_ends_with_that(desk: Desk) -> None:
    await desk.start(first_data_s=3)
    await desk.items("A.B")
    await desk.driver.write([DriverWrite(KEY, 5)])
    await until(lambda: desk.clock._heap, "the wait")
    desk.apartment.data(2, 1, Raw(v.EMPTY), trouble := Status(0, 3, 2, 5))
    await desk.clock.advance(4)
    assert await until(lambda: desk.sink.writes, "the end") == [(KEY, (trouble,))]


@pytest.mark.clause("M6")
@pytest.mark.parametrize("empty", [False, True])
async def test_where_no_type_is_to_come_the_source_decides_of_a_write(desk: Desk, empty: bool) -> None:
    await desk.start()
    await desk.items("A.B")
    await desk.driver.write([DriverWrite(KEY, 5)])
    if empty:
        desk.apartment.data(2, 1, Raw(v.EMPTY))
    else:
        desk.apartment.data(2, 1, Raw(v.EMPTY), Status(0, 4, 4, 1006))  # not readable
    (call,) = await until(lambda: desk.lmx.named("write"), "the write")
    assert call[3] == Typed(v.I4, 5)


@pytest.mark.clause("M6")
async def test_a_write_that_was_given_up_while_it_waited_is_never_sent(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    await desk.driver.write([DriverWrite(KEY, 2)])  # waits for the type
    await desk.driver.write([DriverWrite(KEY, 3)])  # the loop gave up on the first
    desk.apartment.data(2, 2, Raw(v.I4, 1))
    await until(lambda: desk.lmx.named("write"), "the second write")
    desk.apartment.written(2, 2)
    assert desk.sink.writes == [(KEY, (STATUS_OK,))]
    await desk.driver.stop()  # nothing waits any more
    assert desk.lmx.named("write") == [("write", 2, 2, Typed(v.I4, 3), 0, None)]


@pytest.mark.clause("M6")
async def test_the_wait_for_a_second_completion_ends_with_its_own_write(desk: Desk) -> None:
    await desk.start(pending_s=5)
    await desk.items("A.B")
    desk.apartment.data(2, 1, Raw(v.I4, 1))
    await desk.driver.write([DriverWrite(KEY, 2)])
    desk.apartment.written(2, 1, STATUS_PENDING)
    await desk.clock.advance(4)
    await desk.driver.write([DriverWrite(KEY, 3)])  # the loop gave up on the first
    desk.apartment.data(2, 2, Raw(v.I4, 1))
    await until(lambda: len(desk.lmx.named("write")) == 2, "the second write")
    await desk.clock.advance(2)  # past what the first was given
    assert not desk.sink.writes
    desk.apartment.written(2, 2)
    assert desk.sink.writes == [(KEY, (STATUS_OK,))]


@pytest.mark.clause("M7")
async def test_refusals_are_told_with_their_hresult_and_words(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.lmx.refusals[("add_item", "C.D")] = ACCESS_DENIED
    good, bad = await desk.driver.add([DriverItem(item_key(1, 3), "E.F"), DriverItem(OTHER, "C.D")])
    assert good.ok
    assert (bad.hresult, "no licence" in bad.error) == (ACCESS_DENIED, True)
    (supervisory,) = await desk.driver.advise([KEY], True)
    assert "option supervisory" in supervisory.error
    assert not desk.lmx.named("advise_supervisory")


@pytest.mark.clause("M7")
async def test_a_password_is_in_no_error(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    assert (await desk.driver.authenticate(1, "anna", "s3cret")).handle == 7
    desk.lmx.refusals["authenticate"] = INVALID
    outcome = await desk.driver.authenticate(1, "anna", "s3cret")
    assert outcome.error == "anna was not logged in: the user or the password is wrong"
    assert "s3cret" not in repr(desk.lmx.calls) + repr(outcome)


@pytest.mark.clause("M7")
async def test_an_older_version_says_what_it_lacks(desk: Desk) -> None:
    desk.lmx.version = 3
    words = await desk.start()
    assert "interface 3 of 5" in words
    assert {"Suspend", "Write2", "AddBufferedItem", "HistoryRead", "Browse"} <= desk.driver.unsupported
    assert not {"AddItem2", "Write"} & desk.driver.unsupported


@pytest.mark.clause("M7")
async def test_a_server_that_has_gone_ends_the_worker_once(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.lmx.refusals["add_item"] = desk.lmx.refusals["suspend"] = -2147023174  # 0x800706BA
    await desk.driver.add([DriverItem(OTHER, "C.D")])
    await desk.driver.suspend(KEY)
    (fault,) = desk.sink.faults
    assert "0x800706BA" in fault.message


@pytest.mark.clause("M8")
async def test_suspend_is_pending_until_its_operation_is_complete(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    assert (await desk.driver.suspend(KEY)).statuses == (STATUS_PENDING,)
    desk.apartment.take([LmxEvent(Happened.OPERATED, 2, 1, statuses=(STATUS_OK,))])
    assert desk.sink.operations == [(KEY, (STATUS_OK,))]
    assert (await desk.driver.activate(KEY)).statuses == (STATUS_OK,)


@pytest.mark.clause("M8")
async def test_buffered_samples_come_one_by_one_or_in_arrays(desk: Desk) -> None:
    await desk.start()
    await desk.driver.register(1, "test")
    await desk.driver.add([DriverItem(KEY, "A.B", "Me", buffered=True)])
    await desk.driver.set_buffered_interval(1, 250)
    assert desk.lmx.named("set_buffered_interval") == [("set_buffered_interval", 2, 300)]
    await desk.driver.advise([KEY], False)
    times = Raw(v.ARRAY | v.DATE, (Timestamp(1), Timestamp(2)))
    many = LmxEvent(Happened.BUFFERED, 2, 1, Raw(0x2005, (1.0, 2.0)), Raw(0x2003, (192, 0)), times, (STATUS_OK,), 4)
    one = LmxEvent(Happened.BUFFERED, 2, 1, Raw(v.R8, 3.0), Raw(v.I2, 192), Raw(v.EMPTY), (STATUS_OK,), 4)
    desk.apartment.take([many, one])
    told = [(sample.value, sample.quality, sample.source_time) for sample in desk.sink.samples[KEY]]
    assert told == [(1.0, 192, 1), (2.0, 0, 2), (3.0, 192, NO_TIME)]
    assert {sample.kind for sample in desk.sink.samples[KEY]} == {EventKind.BUFFERED_DATA_CHANGE}


@pytest.mark.clause("M9")
async def test_a_silent_probe_is_a_loss_and_items_come_back_under_new_handles(desk: Desk) -> None:
    await desk.start(probe="Platform.Time", probe_s=10, retry_s=5)
    await until(lambda: desk.lmx.named("advise"), "the probe")
    await desk.items("A.B")
    await until(lambda: desk.clock._heap, "the wait")
    await desk.clock.advance(11)
    ((connected, words, _),) = await until(lambda: desk.sink.states, "the loss")
    assert (connected, "Platform.Time" in words) == (False, True)
    assert desk.sink.last(KEY).quality == 24
    probes = [call for call in desk.lmx.named("add_item") if call[2] == "Platform.Time"]
    await until(lambda: len([c for c in desk.lmx.named("add_item") if c[2] == "Platform.Time"]) == 2, "another probe")
    assert len(probes) <= 2
    await until(lambda: desk.lmx.named("advise")[-1][2] == 3, "the probe to listen")
    desk.apartment.data(2, 3, Raw(v.EMPTY), quality=32)  # waiting for initial data: it lives no more for that
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(desk.sink.states) == 1
    desk.apartment.data(2, 3, Raw(v.I4, 1))
    (_, (connected, _, figures)) = await until(lambda: desk.sink.states[1:] and desk.sink.states, "the way back")
    assert (connected, figures["restored"], figures["items"]) == (True, 1, 1)
    desk.apartment.data(3, 4, Raw(v.I4, 77))
    assert desk.sink.last(KEY).value == 77


@pytest.mark.clause("M9")
async def test_where_a_new_item_tells_nothing_its_client_is_registered_anew(desk: Desk) -> None:
    await desk.start(probe="Platform.Time", probe_s=10, retry_s=5)
    await until(lambda: desk.lmx.named("advise"), "the probe")
    await desk.items("A.B")
    await until(lambda: desk.clock._heap, "the wait")
    await desk.clock.advance(11)
    await until(lambda: len(desk.lmx.named("add_item")) == 3, "the probe under a new handle")
    desk.lmx.refusals[("add_item", 2)] = desk.lmx.refusals[("add_item", 3)] = INVALID  # of the old servers
    await desk.clock.advance(6)  # it tells nothing
    await desk.clock.advance(6)  # the next attempt
    assert desk.lmx.named("unregister") == [("unregister", 2), ("unregister", 3)]
    assert desk.lmx.named("register")[2:] == [("register", "Tagwatch"), ("register", "test")]
    (_, server, probe) = await until(lambda: desk.lmx.named("advise")[-1], "the probe to listen")
    assert server == 4
    desk.apartment.data(server, probe, Raw(v.I4, 1))
    await until(lambda: desk.sink.states[-1][0], "the way back")
    (_, server, tag) = desk.lmx.named("add_item")[-1]
    assert (server, tag) == (5, "A.B")
    desk.apartment.data(5, desk.lmx.handles, Raw(v.I4, 77))
    assert desk.sink.last(KEY).value == 77


@pytest.mark.clause("M9")
async def test_an_old_handle_is_given_back_before_a_new_one_can_be_the_same(desk: Desk) -> None:
    """A platform that was started anew counts from the start."""
    await desk.start()
    await desk.items("A.B", "C.D")
    desk.lmx.handles = 1
    before = len(desk.lmx.calls)
    assert await desk.driver.renew(list(desk.driver.items)) == 2
    did = [(name, handle) for name, _, handle in desk.lmx.calls[before:] if name != "unadvise"]
    assert did == [
        *(("remove_item", handle) for handle in (1, 2)),
        *(("add_item", tag) for tag in ("A.B", "C.D")),
        *(("advise", handle) for handle in (2, 3)),
    ]
    await desk.driver.register_anew()
    before = len(desk.lmx.calls)
    await desk.driver.renew(list(desk.driver.items))
    assert [name for name, *_ in desk.lmx.calls[before:]] == ["add_item", "add_item", "advise", "advise"]


@pytest.mark.clause("M9")
async def test_a_write_in_flight_keeps_its_handle_over_a_loss_and_still_ends(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.apartment.data(2, 1, Raw(v.I4, 1))
    await desk.driver.write([DriverWrite(KEY, 2)])
    await desk.driver.renew(list(desk.driver.items))
    assert not desk.lmx.named("remove_item", "unadvise")
    desk.apartment.data(2, 2, Raw(v.I4, 5))
    assert desk.sink.last(KEY).value == 5
    desk.apartment.written(2, 1)
    assert desk.sink.writes == [(KEY, (STATUS_OK,))]
    await until(lambda: desk.lmx.named("remove_item") == [("remove_item", 2, 1)], "the old one to go")


@pytest.mark.clause("M9")
async def test_a_write_that_waits_for_its_type_listens_again_after_a_loss(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B", advise=False)
    await desk.driver.write([DriverWrite(KEY, 2)])
    await until(lambda: desk.lmx.named("advise"), "the item to listen")
    await desk.driver.renew(list(desk.driver.items))
    assert desk.lmx.named("advise")[-1] == ("advise", 2, 2)
    desk.apartment.data(2, 2, Raw(v.I4, 1))
    await until(lambda: desk.lmx.named("write") == [("write", 2, 2, Typed(v.I4, 2), 0, None)], "the write")


@pytest.mark.clause("M9")
async def test_a_client_that_is_registered_anew_has_its_interval_again(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    await desk.driver.set_buffered_interval(1, 500)
    await desk.driver.register_anew()
    assert desk.lmx.named("register", "set_buffered_interval")[-2:] == [
        ("register", "test"),
        ("set_buffered_interval", 3, 500),
    ]


@pytest.mark.clause("M6")
async def test_a_write_of_an_item_that_was_unadvised_listens_again_and_waits(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.apartment.data(2, 1, Raw(v.I4, 1))
    await desk.driver.unadvise([KEY])
    await desk.driver.write([DriverWrite(KEY, 2)])
    await until(lambda: len(desk.lmx.named("advise")) == 2, "the item to listen")
    assert not desk.lmx.named("write")
    desk.apartment.data(2, 1, Raw(v.I4, 1))
    await until(lambda: desk.lmx.named("write"), "the write")


@pytest.mark.clause("M6")
async def test_an_error_in_place_of_a_value_tells_no_type(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.apartment.data(2, 1, Raw(v.I2, 1))
    desk.apartment.data(2, 1, Raw(v.ERROR, None, "an error came in place of a value"))
    await desk.driver.write([DriverWrite(KEY, 2)])
    assert desk.lmx.named("write") == [("write", 2, 1, Typed(v.I2, 2), 0, None)]


@pytest.mark.clause("M7")
async def test_the_end_of_mxaccess_thread_and_of_its_server_end_the_worker(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.lmx.refusals["unadvise"] = -2147417848  # disconnected
    await desk.driver.unadvise([KEY])
    assert [fault.code for fault in desk.sink.faults] == [ErrorCode.WORKER_UNAVAILABLE]
    other = Desk()
    await other.start()
    other.apartment.take([LmxEvent(Happened.ENDED, 0, 0)] * 2)
    (fault,) = other.sink.faults
    assert "thread of MXAccess has ended" in fault.message
    await other.driver.stop()


@pytest.mark.clause("M5")
async def test_a_quality_that_is_none_is_bad(desk: Desk) -> None:
    await desk.start()
    await desk.items("A.B")
    desk.apartment.data(2, 1, Raw(v.I4, 1), quality=2**31)
    assert desk.sink.last(KEY).quality == 0
    desk.apartment.data(2, 1, Raw(v.I4, 1), quality=-1)
    assert desk.sink.last(KEY).quality == -1


@pytest.mark.clause("M8")
async def test_many_items_go_in_parts_and_all_that_is_registered_is_given_back(desk: Desk) -> None:
    """The messages of MXAccess are taken in between, and no call lasts as long as all of them."""
    await desk.start()
    done: list[int] = []
    plain = desk.apartment.call

    async def call(work: Any) -> Any:
        before = len(desk.lmx.calls)
        result = await plain(work)
        done.append(len(desk.lmx.calls) - before)
        return result

    desk.apartment.call = call  # type: ignore[method-assign]
    await desk.items(*(f"A.B{n}" for n in range(250)))
    assert max(done) == 100
    assert len(desk.lmx.named("advise")) == 250
    await desk.driver.stop()
    assert desk.lmx.calls[-1] == ("unregister", 2)


@pytest.mark.clause("M10")
async def test_tags_of_a_file_are_browsed_in_pages(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "tags.csv"
    file.write_text("Tag;Description;Unit\nPump.Flow;Flow;l/s\nPump.Speed;;\n\nTank.Level;Level;m\n", encoding="utf-8")
    await desk.start(tags=str(file))
    assert "Browse" not in desk.driver.unsupported
    page = await desk.driver.browse("", "", 1)
    assert ([node.name for node in page.nodes], page.next_page) == (["Pump"], "1")
    page = await desk.driver.browse("object:Pump", "", 10)
    assert [(node.address, node.name, node.unit) for node in page.nodes] == [
        ("Pump.Flow", "Flow", "l/s"),
        ("Pump.Speed", "Speed", ""),
    ]
    assert (await desk.driver.properties("Tank.Level")).get("description") == "Level"
    assert not (await desk.driver.properties("Not.Listed")).properties


@pytest.mark.clause("M10")
def test_a_tag_list_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    file = tmp_path / "tags.csv"
    file.write_text("# note\nA.B\nC.D\n", encoding="utf-8")
    assert len(read_tags(str(file))) == 2
    file.write_text("tag,unit\nA.B,m\n,s\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: there is no tag in it"):
        read_tags(str(file))
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="UTF-8"):
        read_tags(str(file))
    with pytest.raises(ValueError, match="cannot be read"):
        read_tags(str(tmp_path / "none.txt"))


@pytest.mark.clause("M7")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"zone": "nowhere"}, "option zone: 'nowhere' is no time zone"),
        ({"probes": "x"}, "option probes is not known to mxaccess; known are zone"),
        ({"probe_s": 0}, "option probe_s is 0, but must be 1 to 3600"),
        ({"supervisory": 1}, "option supervisory is 1, but must be true or false"),
        ({"tags": 5}, "option tags is 5, but must be a text"),
    ],
)
async def test_wrong_options_are_named(desk: Desk, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as refused:
        await desk.start(**options)
    assert words in str(refused.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has it")
@pytest.mark.clause("M11")
async def test_elsewhere_it_says_that_it_runs_on_windows_only() -> None:
    with pytest.raises(GatewayError, match="runs on Windows only"):
        worker32.command_for("mxaccess")
    with pytest.raises(GatewayError, match="runs on Windows only"):
        await MxAccessDriver().start({}, RecordingSink())
    assert worker32.command_for("sim") == [sys.executable, "-m", "app.worker.main"]


@pytest.mark.clause("M11")
def test_a_32_bit_python_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(worker32.PYTHON32, str(tmp_path / "python.exe"))
    with pytest.raises(GatewayError, match=r"TAGWATCH_PYTHON32 names .*python.exe, which is not there"):
        worker32.worker32_command()
    (tmp_path / "python.exe").touch()
    assert worker32.worker32_command() == [str(tmp_path / "python.exe"), "-m", "app.worker.main"]
    monkeypatch.delenv(worker32.PYTHON32)
    monkeypatch.setattr(worker32, "_installed", lambda: "")
    with pytest.raises(GatewayError, match="install a 32-bit Python"):
        worker32.worker32_command()


_BARE = """
import sys
allowed = set(sys.stdlib_module_names) | {"app", "google", "comtypes", "_distutils_hack", "sitecustomize"}
class Gate:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed and not name.startswith("_sysconfigdata"):
            raise ImportError(f"{name} is none of the worker's", name=name)
sys.meta_path.insert(0, Gate())
import app.worker.main, app.worker.serve, app.worker.doctor
import app.backends.mxaccess, app.backends.mxaccess.probe
if sys.platform == "win32":
    import app.backends.mxaccess.apartment, app.backends.mxaccess.lmx
print("bare")
"""


@pytest.mark.clause("M11")
def test_the_worker_needs_the_standard_library_protobuf_and_comtypes_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BARE], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("bare", "")
