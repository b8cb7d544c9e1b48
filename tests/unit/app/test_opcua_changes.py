"""Notifications as data changes: in order, whatever is in them."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from asyncua import ua

from app.backends.opcua.changes import Changes
from app.backends.opcua.item import Item
from app.backends.opcua.structures import Field, Structure, Structures
from app.values import NO_TIME
from tests.helpers.clock import settle
from tests.helpers.engine import until
from tests.helpers.sink import RecordingSink

ENCODING = ua.NodeId(7, 2)
POINT = Structure("Point", ua.StructureType.Structure, (Field("X", ua.VariantType.Byte),))
STRUCT = ua.ExtensionObject(ENCODING, b"\x05")


class Definitions:
    """What a server would tell, when the test lets it."""

    def __init__(self) -> None:
        self.structures = Structures()
        self.gate = asyncio.Event()
        self.asked: list[ua.NodeId] = []
        self.error: Exception | None = None

    async def learn(self, encodings: Iterable[ua.NodeId]) -> None:
        for encoding in encodings:
            self.asked.append(encoding)
            self.structures.by_encoding[encoding] = None
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        for encoding in self.asked:
            self.structures.by_encoding[encoding] = POINT


class Source:
    def __init__(self, learn_s: float = 30.0) -> None:
        self.sink = RecordingSink()
        self.items: dict[int, Item] = {}
        self.definitions = Definitions()
        self.changes = Changes(self.sink, self.items, self.definitions, learn_s)  # type: ignore[arg-type]

    def item(self, number: int, tag: str = "ns=2;s=Tag", **more: Any) -> Item:
        item = self.items[number] = Item.of(number, tag, number)
        item.advised = True
        for name, value in more.items():
            setattr(item, name, value)
        return item

    def comes(self, *changes: tuple[int, Any] | tuple[int, Any, int]) -> None:
        self.changes.take(
            [SimpleNamespace(ClientHandle=handle, Value=data(value, *code)) for handle, value, *code in changes]
        )

    def values(self, number: int) -> list[Any]:
        return [sample.value for sample in self.sink.samples.get(number, [])]


def data(value: Any, code: int = 0, moment: datetime.datetime | None = None) -> ua.DataValue:
    return ua.DataValue(ua.Variant(value, ua.VariantType.Variant) if not isinstance(value, ua.Variant) else value,
                        ua.StatusCode(code), SourceTimestamp=moment)  # fmt: skip


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    made = Source()
    yield made
    await made.changes.stop()


async def test_good_ones_go_together_and_others_with_their_reason(source: Source) -> None:
    for number in (1, 2, 3):
        source.item(number)
    source.comes((1, 1.0), (2, 2.0, ua.StatusCodes.BadSensorFailure), (3, 3.0), (9, 9.0))
    assert source.sink.bulk == 2
    assert [source.values(number) for number in (1, 2, 3)] == [[1.0], [2.0], [3.0]]
    bad = source.sink.samples[2][0]
    assert (bad.quality, bad.statuses[0].words) == (16, "operational error: BadSensorFailure (0x808C0000)")


async def test_a_value_that_cannot_be_told_costs_itself_alone(source: Source, caplog: pytest.LogCaptureFixture) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("no words, and a secret")

    for number in (1, 2, 3):
        source.item(number)
    source.comes((1, 1.0), (2, Odd()), (3, 3.0))
    assert [source.values(number) for number in (1, 2, 3)] == [[1.0], [None], [3.0]]
    assert source.sink.samples[2][0].quality == 4
    assert "Odd" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.clause("U1")
async def test_what_comes_after_a_structure_that_is_not_known_yet_waits_for_it(source: Source) -> None:
    source.item(1)
    source.item(2)
    source.comes((1, STRUCT), (2, 1.0))
    source.comes((1, 2.0), (2, 3.0))
    await settle()
    assert source.values(1) == []
    assert source.values(2) == [1.0, 3.0], "others do not wait"
    source.definitions.gate.set()
    await settle()
    assert source.values(1) == ["Point(X=5)", 2.0]
    source.comes((1, STRUCT))
    assert source.values(1)[-1] == "Point(X=5)"
    assert source.definitions.asked == [ENCODING]


@pytest.mark.clause("U1")
@pytest.mark.parametrize("error", [ua.UaError("no"), TimeoutError(), ConnectionError("gone")])
async def test_a_definition_that_does_not_come_leaves_the_bytes(source: Source, error: Exception) -> None:
    source.item(1)
    source.definitions.error = error
    source.definitions.gate.set()
    source.comes((1, STRUCT), (1, 2.0))
    await settle()
    assert source.values(1) == ["structure ns=2;i=7, 1 bytes: 05", 2.0]
    source.comes((1, STRUCT))
    assert source.definitions.asked == [ENCODING], "it is not asked for again and again"


@pytest.mark.clause("U1")
async def test_a_server_that_takes_too_long_is_not_waited_for() -> None:
    source = Source(learn_s=0.01)
    source.item(1)
    source.comes((1, STRUCT))
    await until(lambda: source.values(1), "the value, without its definition")
    assert source.values(1) == ["structure ns=2;i=7, 1 bytes: 05"]
    await source.changes.stop()


@pytest.mark.clause("U1")
async def test_what_waits_when_the_connection_ends_is_told_before_it(source: Source) -> None:
    source.item(1)
    source.comes((1, STRUCT), (1, 2.0))
    await settle()
    await source.changes.stop()
    assert source.values(1) == ["structure ns=2;i=7, 1 bytes: 05", 2.0]


async def test_what_waits_for_an_item_that_was_let_go_of_is_nobodys(source: Source) -> None:
    first, _ = source.item(1), source.item(2)
    source.comes((1, STRUCT), (2, STRUCT))
    first.advised = False
    del source.items[2]
    source.definitions.gate.set()
    await settle()
    assert source.sink.samples == {}


@pytest.mark.clause("U3")
async def test_a_part_is_cut_here_where_the_server_cannot(source: Source) -> None:
    source.item(1, "ns=2;i=5[1]", cuts=True)
    source.item(2, "ns=2;i=5[1]")
    source.comes((1, [1, 2, 3]), (2, [2]))
    source.comes((1, [1]))
    assert source.values(1) == [2, None]
    assert source.values(2) == [2]
    assert "index out of range" in source.sink.samples[1][1].statuses[0].words


async def test_a_time_that_no_column_holds_is_none(source: Source) -> None:
    source.item(1)
    source.changes.take(
        [SimpleNamespace(ClientHandle=1, Value=data(1.0, 0, datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)))]
    )
    assert source.sink.samples[1][0].source_time == NO_TIME
