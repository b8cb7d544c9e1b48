"""This computer as a source."""

from __future__ import annotations

import asyncio

import pytest

from app.backends.base import DriverItem, DriverWrite
from app.backends.host import HostDriver, Rates, find_tags
from app.values import Timestamp
from tests.helpers.engine import until
from tests.helpers.sink import RecordingSink


async def test_every_tag_can_be_read_and_is_found_by_browsing() -> None:
    driver, sink = HostDriver(), RecordingSink()
    source = await driver.start({"interval_s": 0.1}, sink)
    assert source
    found = []
    for group in (await driver.browse("", "", 100)).nodes:
        found += [node.address for node in (await driver.browse(group.address, "", 1000)).nodes]
    assert len(found) == len(find_tags())
    await driver.add([DriverItem(i + 1, tag) for i, tag in enumerate(found)])
    await driver.advise(range(1, len(found) + 1), False)
    await until(lambda: len(sink.samples) == len(found), "a value of each tag")
    by_tag = {tag: sink.last(i + 1) for i, tag in enumerate(found)}
    assert by_tag["CPU.Count"].value >= 1
    assert isinstance(by_tag["System.BootTime"].value, Timestamp)
    assert 0 < by_tag["Memory.Used"].value <= 100
    assert (await driver.properties("Memory.Used")).get("unit") == "%"
    await driver.stop()


async def test_only_changes_are_told_and_unknown_tags_say_so() -> None:
    driver, sink = HostDriver(), RecordingSink()
    await driver.start({"interval_s": 0.1}, sink)
    await driver.add([DriverItem(1, "CPU.Count"), DriverItem(2, "System.Time"), DriverItem(3, "No.Such")])
    await driver.advise([1, 2, 3], False)
    await until(lambda: len(sink.samples.get(2, [])) >= 4, "the clock moving")
    assert len(sink.samples[1]) == 1
    assert len(sink.samples[3]) == 1
    assert "invalid reference" in sink.last(3).statuses[0].words
    await driver.unadvise([1, 2, 3])
    await asyncio.sleep(0)
    count = len(sink.samples[2])
    await driver.remove([1, 2, 3])
    await driver.stop()
    assert len(sink.samples[2]) <= count + 1


async def test_it_cannot_be_written() -> None:
    (outcome,) = await HostDriver().write([DriverWrite(1, 5)])
    assert "read only" in outcome.error


@pytest.mark.parametrize("options", [{"interval_s": 0}, {"interval_s": "x"}, {"colour": 1}])
async def test_bad_options_are_named(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        await HostDriver().start(options, RecordingSink())


def test_a_rate_never_goes_below_zero() -> None:
    rates = Rates()
    assert rates.rate("a", 1000) == 0
    assert rates.rate("a", 10) == 0, "the counter started anew"
