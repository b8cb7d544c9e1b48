"""The simulated plant: the rules of MXAccess, faults on demand, load."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from app.backends import sim
from app.backends import sim_plant as physics
from app.backends.base import DriverItem, DriverWrite
from app.backends.sim import SimDriver
from app.errors import GatewayError
from app.values import EventKind, QualityClass, Status, Value, quality_class
from tests.helpers.clock import ManualClock, settle
from tests.helpers.sink import RecordingSink

SECURED, VERIFIED = "Reactor.EmergencyCooling", "Pump101.Trip"


class Plant:
    """A running sim driver on a clock that a test turns."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock()
        self.sink = RecordingSink()
        self.driver = SimDriver(self.clock)
        self.options = {"load_tags": 0, **options}
        self._keys = 0

    async def __aenter__(self) -> Plant:
        self.source = await self.driver.start(self.options, self.sink)
        await settle()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.driver.stop()
        assert self.clock.timers == 0

    async def item(self, tag: str, *, context: str = "", buffered: bool = False, supervisory: bool = False) -> int:
        """Added, advised, and past its first data."""
        key = await self.added(tag, context, buffered)
        await self.driver.advise([key], supervisory)
        await self.clock.advance(0.1)
        return key

    async def added(self, tag: str, context: str = "", buffered: bool = False) -> int:
        self._keys += 1
        key = 1 << 32 | self._keys
        (outcome,) = await self.driver.add([DriverItem(key, tag, context, buffered)])
        assert outcome.ok, "a wrong reference is told later"
        return key

    async def write(self, key: int, value: Value, **more: Any) -> Status:
        """The status of the completion."""
        (outcome,) = await self.driver.write([DriverWrite(key, value, **more)])
        assert outcome.ok, outcome
        await self.clock.advance(0.06)
        done, (status,) = self.sink.writes[-1]
        assert done == key
        return status


async def test_first_data_comes_after_a_while_and_then_changes_alone() -> None:
    async with Plant() as plant:
        key = await plant.added("Tank101.Level")
        await plant.driver.advise([key], False)
        assert plant.sink.last(key) is None
        await plant.clock.advance(0.09)
        assert plant.sink.last(key).quality == 192
        await plant.clock.advance(10)
        values = [sample.value for sample in plant.sink.samples[key]]
        assert len(values) > 5
        assert all(a != b for a, b in itertools.pairwise(values))
        steady = await plant.item("Reactor.SP")
        await plant.clock.advance(10)
        assert len(plant.sink.samples[steady]) == 1, "what does not change is not reported"


async def test_the_same_seed_is_the_same_plant() -> None:
    runs = []
    for _ in range(2):
        async with Plant(seed=7) as plant:
            key = await plant.item("Reactor.PV")
            await plant.clock.advance(5)
            runs.append([sample.value for sample in plant.sink.samples[key]])
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("Nobody.Home", "invalid reference"),
        ("Reactor.Profile", "index out of range"),
        ("Reactor.Profile[9]", "index out of range"),
        ("Reactor.Profile[0]", "index out of range"),
        ("Reactor.PV[1]", "dimension does not exist"),
        ("Me.Level", "invalid reference"),
        ("Pump101.Starts.77", "index out of range"),
    ],
)
async def test_a_wrong_reference_is_told_with_the_first_data(tag: str, words: str) -> None:
    async with Plant() as plant:
        key = await plant.item(tag)
        sample = plant.sink.last(key)
        assert quality_class(sample.quality) is QualityClass.BAD
        assert words in sample.statuses[0].words


@pytest.mark.parametrize(
    ("tag", "context", "expected"),
    [
        ("Reactor", "", float),
        ("Plant:Reactor.PV", "", float),
        ("Me.Level", "Tank101", float),
        ("Reactor.Profile[]", "", tuple),
        ("Reactor.Profile[1]", "", float),
        ("Reactor.Recipe[2]", "", int),
        ("Reactor.PV.Quality", "", int),
        ("Reactor.PV.Type", "", int),
        ("Pump101.Starts.00", "", bool),
        ("Sample.Bytes", "", bytes),
    ],
)
async def test_references(tag: str, context: str, expected: type) -> None:
    async with Plant() as plant:
        key = await plant.item(tag, context=context)
        assert type(plant.sink.last(key).value) is expected


@pytest.mark.clause("S7.3")
async def test_a_write_needs_advise_and_first_data() -> None:
    async with Plant() as plant:
        key = await plant.added("Sample.Double")
        for step in ("added", "advised"):
            (outcome,) = await plant.driver.write([DriverWrite(key, 2.0)])
            assert not outcome.ok, step
            assert outcome.hresult == -2147024809
            assert "expected range" in outcome.error
            await plant.driver.advise([key], False)
        await plant.clock.advance(0.1)
        assert (await plant.write(key, 2.0)).ok
        assert plant.sink.last(key).value == 2.0


@pytest.mark.parametrize(
    ("tag", "value", "detail", "written"),
    [
        ("Sample.Boolean", False, 0, False),
        ("Sample.Boolean", "maybe", 1005, None),
        ("Sample.Integer", 2**62 + 1, 0, 2**62 + 1),
        ("Sample.Integer", 1.5, 1005, None),
        ("Sample.Integer", "12", 0, 12),
        ("Sample.Integer", "x", 19, None),
        ("Sample.Integer", float("inf"), 1005, None),
        ("Sample.Integer", float("nan"), 1005, None),
        ("Sample.Integer", str(2**63), 20, None),
        ("Sample.Double", 1e9, 1004, None),
        ("Sample.Double", float("nan"), 1004, None),
        ("Sample.String", "δ", 0, "δ"),
        ("Sample.String", 5, 1005, None),
        ("Sample.Strings[2]", "new", 0, "new"),
        ("Sample.Strings[]", ("x",), 0, ("x",)),
        ("Sample.Strings[]", "x", 14, None),
        ("Sample.Strings[]", ("x", 5), 1005, None),
        ("Reactor.Recipe[]", (1, 2.5), 1005, None),
        ("Reactor.Recipe[]", (1, 2), 0, (1, 2)),
        ("Lighting.State.01", True, 1004, None),
        ("Lighting.State.00", False, 0, False),
        ("Sample.Bytes", b"\x01", 0, b"\x01"),
        ("Tank101.Level", 1.0, 1007, None),
        ("Reactor.SP.Quality", 1, 1007, None),
        ("Sample.Integer.01", True, 0, True),
    ],
)
async def test_what_can_be_written(tag: str, value: Value, detail: int, written: Value) -> None:
    async with Plant() as plant:
        key = await plant.item(tag)
        status = await plant.write(key, value)
        assert status.detail == detail
        if status.ok:
            assert plant.sink.last(key).value == written


async def test_an_element_that_an_array_lost_is_told_and_stops_nothing() -> None:
    async with Plant() as plant:
        whole, lost = await plant.item("Sample.Strings[]"), await plant.item("Sample.Strings[4]")
        lively = await plant.item("Power.Active")
        assert (await plant.write(whole, ("x",))).ok
        await plant.clock.advance(1)
        assert plant.sink.last(lost).quality == 4
        assert "index out of range" in plant.sink.last(lost).statuses[0].words
        assert (await plant.write(lost, "y")).detail == 1003
        count = len(plant.sink.samples[lively])
        await plant.clock.advance(5)
        assert len(plant.sink.samples[lively]) > count, "the plant goes on"
        assert (await plant.write(whole, ("a", "b", "c", "d"))).ok
        assert (plant.sink.last(lost).value, plant.sink.last(lost).quality) == ("d", 192)


def test_levels_stay_lively_by_themselves_and_follow_commands() -> None:
    plant = physics.Plant(1)

    def run(seconds: int) -> list[float]:
        levels = []
        for _ in range(seconds):
            plant.step(1.0, 0)
            levels.append([plant.tags[f"Tank{number}.Level"].value for number in ("101", "301", "302")])
        return levels

    run(600)
    assert all(10 < level < 90 for levels in run(3600) for level in levels)
    plant.tags["Valve101.Command"].value = 0.0
    run(600)
    assert plant.tags["Tank101.Level"].value > 90
    plant.tags["Pump301.Command"].value = False
    plant.tags["Valve101.Command"].value = 60.0
    run(1200)
    assert plant.tags["Tank302.Level"].value < 5
    assert plant.tags["Tank301.LevelHigh"].value


async def test_accepted_is_not_completed() -> None:
    async with Plant(write_delay_ms=500) as plant:
        key = await plant.item("Sample.Double")
        await plant.driver.write([DriverWrite(key, 3.0)])
        await plant.clock.advance(0.4)
        assert plant.sink.writes == []
        assert plant.sink.last(key).value == 1.5
        await plant.clock.advance(0.2)
        assert plant.sink.writes[0][1][0].ok


async def test_a_timed_write_keeps_its_time() -> None:
    async with Plant() as plant:
        key = await plant.item("Sample.Double")
        await plant.write(key, 4.0, time_ns=123)
        assert plant.sink.last(key).source_time == 123


@pytest.mark.clause("S7.3")
async def test_secured_and_verified_classes() -> None:
    async with Plant() as plant:
        secured, verified = await plant.item(SECURED), await plant.item(VERIFIED)
        assert (await plant.write(secured, True)).detail == 1012
        assert (await plant.write(verified, True)).detail == 1013
        assert (await plant.write(secured, True, secured=True, user_id=11, verifier_id=11)).detail == 1016
        bad = await plant.driver.authenticate(1, "operator", "wrong")
        assert (bad.ok, bad.hresult) == (False, -2147024809)
        operator = (await plant.driver.authenticate(1, "operator", "operator")).handle
        assert (await plant.write(secured, True, secured=True, user_id=operator, verifier_id=operator)).ok
        alone = await plant.write(verified, True, secured=True, user_id=operator, verifier_id=operator)
        assert alone.detail == 1017, "a second person is needed"
        supervisor = (await plant.driver.authenticate(1, "supervisor", "supervisor")).handle
        assert (await plant.write(verified, True, secured=True, user_id=operator, verifier_id=supervisor)).ok


async def test_a_supervisory_client_needs_no_login() -> None:
    async with Plant() as plant:
        key = await plant.item(SECURED, supervisory=True)
        assert (await plant.write(key, True)).ok


@pytest.mark.clause("S7.3")
async def test_suspend_is_pending_then_complete() -> None:
    async with Plant() as plant:
        key = await plant.item("Tank101.Level")
        at_once = await plant.driver.activate(key)
        assert not at_once.statuses[0].pending
        outcome = await plant.driver.suspend(key)
        assert outcome.statuses[0].pending
        await plant.clock.advance(0.22)
        assert plant.sink.operations == []
        await plant.clock.advance(0.02)
        assert plant.sink.operations[0][0] == key
        count = len(plant.sink.samples[key])
        await plant.clock.advance(5)
        assert len(plant.sink.samples[key]) == count, "suspended"
        assert (await plant.driver.activate(key)).statuses[0].pending
        await plant.clock.advance(5)
        assert len(plant.sink.samples[key]) > count


@pytest.mark.clause("S7.3")
async def test_buffered_items_come_several_at_a_time() -> None:
    async with Plant() as plant:
        await plant.driver.set_buffered_interval(1, 930)
        key = await plant.item("Power.Active", buffered=True)
        await plant.clock.advance(6)
        samples = plant.sink.samples[key]
        assert {sample.kind for sample in samples} == {EventKind.BUFFERED_DATA_CHANGE}
        assert len(samples) > 15
        times = [sample.source_time for sample in samples]
        assert times == sorted(times)


# ---- faults on demand


async def order(plant: Plant, fault: str, value: Value) -> None:
    key = await plant.item(f"Sim.Fault.{fault}")
    assert (await plant.write(key, value)).ok


@pytest.mark.clause("D4")
async def test_disconnect_and_back() -> None:
    async with Plant() as plant:
        key = await plant.item("Tank101.Level")
        before = plant.sink.last(key).value
        await order(plant, "Disconnect", 5.0)
        assert plant.sink.last(key).quality == 24
        assert plant.sink.last(key).value == pytest.approx(before, abs=5), "the last value is kept"
        (connected, _, figures) = plant.sink.states[-1]
        assert not connected
        assert figures["next_attempt_ns"] > plant.clock.utc_ns()
        await plant.clock.advance(6)
        assert plant.sink.states[-1][0]
        assert plant.sink.last(key).quality == 192


@pytest.mark.clause("D1")
async def test_a_disconnect_ends_when_somebody_does_not_want_to_wait() -> None:
    async with Plant() as plant:
        key = await plant.item("Tank101.Level")
        await plant.driver.reconnect()
        assert plant.sink.states == [], "nothing was lost"
        await order(plant, "Disconnect", 5.0)
        await plant.driver.reconnect()
        assert plant.sink.states[-1][0]
        assert plant.sink.last(key).quality == 192
        told = len(plant.sink.states)
        await plant.clock.advance(6)
        assert len(plant.sink.states) == told, "and it is told once"


async def test_no_answer_and_slow() -> None:
    async with Plant() as plant:
        key = await plant.item("Sample.Double")
        await order(plant, "SlowWrites", 3.0)
        await plant.driver.write([DriverWrite(key, 2.0)])
        await plant.clock.advance(2.9)
        assert len(plant.sink.writes) == 1
        await plant.clock.advance(0.3)
        assert len(plant.sink.writes) == 2
        await plant.clock.advance(1)
    async with Plant() as plant:
        key = await plant.item("Sample.Double")
        await order(plant, "NoAnswer", True)
        await plant.driver.write([DriverWrite(key, 2.0)])
        await plant.clock.advance(100)
        assert len(plant.sink.writes) == 1


async def test_fail_and_garbage() -> None:
    async with Plant() as plant:
        key = await plant.item("Tank101.Level")
        await order(plant, "Fail", True)
        assert plant.sink.faults[0].code == "SourceFailed"
        await order(plant, "Garbage", True)
        await plant.clock.advance(0.5)
        kinds = {type(sample.value) for sample in plant.sink.samples[key]}
        assert {int, str, tuple, bytes, type(None)} <= kinds


# ---- browse, options, load


@pytest.mark.clause("S7.3")
async def test_every_browsed_tag_can_be_read() -> None:
    async with Plant() as plant:
        found = await collect(plant.driver, "")
        assert len(found) > 80
        keys = [await plant.added(tag) for tag in found]
        await plant.driver.advise(keys, False)
        await plant.clock.advance(0.2)
        for tag, key in zip(found, keys, strict=True):
            assert plant.sink.last(key) is not None, tag
            assert plant.sink.last(key).statuses == (), tag
            assert (await plant.driver.properties(tag)).get("data_type"), tag
        with pytest.raises(ValueError, match="nowhere"):
            await plant.driver.browse("nowhere", "", 10)
        with pytest.raises(ValueError, match=r"Nobody\.Home"):
            await plant.driver.properties("Nobody.Home")


async def collect(driver: SimDriver, node: str) -> list[str]:
    found: list[str] = []
    token = ""
    while True:
        page = await driver.browse(node, token, 5)
        for entry in page.nodes:
            found += [entry.address] if entry.is_tag else []
            found += await collect(driver, entry.address) if entry.has_children else []
        token = page.next_page
        if not token:
            return found


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"colour": 1}, "colour"),
        ({"seed": "x"}, "seed"),
        ({"step_ms": 1}, "step_ms"),
        ({"load_tags": -1}, "load_tags"),
        ({"load_rate": True}, "load_rate"),
    ],
)
async def test_bad_options_are_named(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        await SimDriver(ManualClock()).start(options, RecordingSink())


async def test_a_start_that_fails_on_demand() -> None:
    with pytest.raises(GatewayError, match="no licence"):
        await SimDriver(ManualClock()).start({"fail_start": "no licence"}, RecordingSink())


async def test_load_comes_at_its_rate() -> None:
    async with Plant(load_tags=50, load_rate=1000) as plant:
        page = await plant.driver.browse("area:Load", "", 20)
        assert (len(page.nodes), page.next_page) == (20, "20")
        keys = [await plant.added(f"load.{i}") for i in range(50)]
        await plant.driver.advise(keys, False)
        await plant.clock.advance(2)
        assert 1900 <= plant.sink.bulk <= 2050
        counts = {len(plant.sink.samples[key]) for key in keys}
        assert max(counts) - min(counts) <= 1, "evenly"
        await plant.driver.unadvise(keys[:49])
        before = plant.sink.bulk
        await plant.clock.advance(1)
        assert plant.sink.bulk - before == pytest.approx(1000, abs=60)
        assert plant.sink.last(keys[49]) is not None
        (outcome,) = await plant.driver.write([DriverWrite(keys[49], 1.0)])
        assert not outcome.ok


# ---- bounds


async def test_a_login_belongs_to_its_server_handle_and_ends_with_it() -> None:
    async with Plant() as plant:
        key = await plant.item(SECURED)
        known = (await plant.driver.user_to_id(1, "{00000000-0000-0000-0000-000000000011}")).handle
        assert known == 11
        assert (await plant.write(key, True, secured=True, user_id=11)).detail == 1016, "no password was given"
        await plant.driver.authenticate(2, "operator", "operator")
        assert (await plant.write(key, True, secured=True, user_id=11)).detail == 1016, "another server handle"
        await plant.driver.authenticate(1, "operator", "operator")
        assert (await plant.write(key, True, secured=True, user_id=11)).ok
        await plant.driver.unregister(1)
        assert (await plant.write(key, True, secured=True, user_id=11)).detail == 1016


async def test_buffered_samples_are_bounded_and_the_loss_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim, "_BUFFER_LIMIT", 10)
    async with Plant() as plant:
        await plant.driver.set_buffered_interval(1, 5000)
        key = await plant.item("Power.Active", buffered=True)
        await plant.clock.advance(12)
        samples = plant.sink.samples[key]
        assert plant.driver.statistics().buffered_dropped > 0
        assert any(sample.statuses and "overflow" in sample.statuses[0].words for sample in samples)


async def test_unregister_forgets_the_interval_of_a_handle() -> None:
    async with Plant() as plant:
        await plant.driver.set_buffered_interval(1, 60_000)
        await plant.clock.advance(0.3)
        await plant.driver.unregister(1)
        key = await plant.item("Power.Active", buffered=True)
        await plant.clock.advance(2)
        assert len(plant.sink.samples[key]) > 2


async def test_a_cold_source_takes_its_time_once() -> None:
    async with Plant(cold_first_data_ms=3000) as plant:
        key = await plant.item("Tank101.Level")
        assert plant.sink.last(key) is None
        await plant.clock.advance(3)
        assert plant.sink.last(key) is not None
        assert plant.sink.last(await plant.item("Tank301.Level")) is not None


async def test_a_lost_source_by_kind_of_item() -> None:
    async with Plant(load_tags=3) as plant:
        loads = [await plant.item(f"load.{i}") for i in range(3)]
        buffered = await plant.item("Tank101.Level", buffered=True)
        suspended = await plant.item("Tank301.Level")
        await plant.driver.suspend(suspended)
        await plant.clock.advance(1)
        count = len(plant.sink.samples[suspended])
        await order(plant, "Disconnect", 5.0)
        await plant.clock.advance(1)
        assert [plant.sink.last(key).quality for key in [*loads, buffered]] == [24] * 4
        assert plant.sink.last(buffered).kind is EventKind.BUFFERED_DATA_CHANGE
        await plant.clock.advance(6)
        assert len(plant.sink.samples[suspended]) == count
        assert [plant.sink.last(key).quality for key in [*loads, buffered]] == [192] * 4
        assert plant.sink.states[-1][2]["items"] == 6


def test_load_catches_up_for_a_second_and_counts_the_rest() -> None:
    load = sim._Load()
    load.owe(60, 1000)
    assert (load.owed, load.skipped) == (1000, 59_000)


def test_load_keys_come_and_go_one_by_one() -> None:
    load = sim._Load()
    for key in (1, 2, 3, 4, 2):
        load.add(key)
    for key in (1, 4, 9):
        load.discard(key)
    assert sorted(load.keys) == [2, 3]
