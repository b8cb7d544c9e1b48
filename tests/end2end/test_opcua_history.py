"""What OPC UA servers have kept, read through a real worker from two real servers."""

from __future__ import annotations

import asyncio
import json
import pathlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app.client import Client, ClientOptions
from app.commands import Aggregate, HistoryRead
from app.errors import GatewayError
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.values import NS_PER_S, QUALITY_SENSOR_FAILURE
from tests.helpers import node_server, opcua_server
from tests.helpers.engine import Recorder, changes, engine, subscribed, until
from tests.helpers.node_server import NodeServer
from tests.helpers.opcua_server import KEPT, KEPT_FROM_NS, ServerProcess
from tests.helpers.serving import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.clause("H1")]

_END = KEPT_FROM_NS + KEPT * NS_PER_S


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with opcua_server.running(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeServer]:
    with node_server.running(tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Runtime, Recorder]]:
    async with engine() as made:
        yield made


async def opened(gateway: Any, server: ServerProcess | NodeServer, directory: pathlib.Path) -> Session:
    options = {"endpoint": server.endpoint, "certificate_dir": str(directory)}
    return await gateway[0].manager.open(OpenRequest("opcua", options))


async def everything(
    session: Session, read: HistoryRead, limit: int = 100_000
) -> tuple[list[int], list[Any], list[int]]:
    """Times in seconds since the first that is kept, values, and the number of samples of each page."""
    times: list[int] = []
    values: list[Any] = []
    pages: list[int] = []
    async for page in calls.history_pages(session, read, limit):
        times += [(ns - KEPT_FROM_NS) // NS_PER_S for ns in page.times]
        values += page.column
        pages.append(len(page.times))
    return times, values, pages


@pytest.mark.parametrize("limit", [37, 300, 1_000, 10_000])
async def test_all_samples_come_once_and_in_order_whatever_the_page(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path, limit: int
) -> None:
    session = await opened(gateway, server, tmp_path)
    times, values, pages = await everything(session, HistoryRead("ns=2;s=Kept", KEPT_FROM_NS, _END, limit))
    assert values == [float(number) for number in range(KEPT)]
    assert times == [500 if number == 501 else number for number in range(KEPT)]
    assert max(pages) <= limit
    assert len(pages) > 1 or limit > KEPT


async def test_two_samples_of_one_time_on_either_side_of_a_page(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    start = KEPT_FROM_NS + 499 * NS_PER_S
    _, values, pages = await everything(session, HistoryRead("ns=2;s=Kept", start, start + 4 * NS_PER_S, 2))
    assert values == [499.0, 500.0, 501.0, 502.0, 503.0]
    assert pages[:2] == [2, 2]


async def test_qualities_and_the_bounds_of_the_time(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    start = KEPT_FROM_NS + 699 * NS_PER_S
    page = await calls.history(session, HistoryRead("ns=2;s=Kept", start, start + 2 * NS_PER_S))
    assert page.reals == (699.0, 700.0, 701.0)
    assert page.qualities == (192, QUALITY_SENSOR_FAILURE, 192)
    assert page.next_page == ""
    before = await calls.history(session, HistoryRead("ns=2;s=Kept", KEPT_FROM_NS - 10**12, KEPT_FROM_NS - 1))
    assert (before.times, before.next_page) == ((), "")


async def test_values_of_other_types_and_parts_of_arrays(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    page = await calls.history(session, HistoryRead("ns=2;s=KeptMixed", KEPT_FROM_NS, _END))
    assert page.column == (1, "two", True, (1.0, 2.0))
    part = await calls.history(session, HistoryRead("ns=2;s=KeptMixed[1]", KEPT_FROM_NS, _END))
    assert part.column == (None, "w", None, 2.0)


async def test_a_limit_leaves_the_rest_to_who_wants_it(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    read = HistoryRead("ns=2;s=Kept", KEPT_FROM_NS, _END, 200)
    pages = [page async for page in calls.history_pages(session, read, 500)]
    assert sum(len(page.times) for page in pages) == 500
    assert pages[-1].next_page


async def test_what_is_not_kept_or_not_offered_is_said_in_words(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    read = HistoryRead("ns=2;s=Kept", KEPT_FROM_NS, _END, aggregate="average", interval_ns=NS_PER_S)
    for wrong, words in (
        (HistoryRead("ns=2;s=ReadOnly", KEPT_FROM_NS, _END), "keeps no history of ns=2;s=ReadOnly"),
        (HistoryRead("ns=2;s=Nope", KEPT_FROM_NS, _END), "ns=2;s=Nope is not a variable"),
        (HistoryRead("nonsense", KEPT_FROM_NS, _END), "'nonsense' is not a node id"),
        (read, "does not give the average"),
        (HistoryRead("ns=2;s=Kept", KEPT_FROM_NS, _END, page_token="7"), "no page of a history"),
        (HistoryRead("ns=2;s=Kept", _END, KEPT_FROM_NS), "end_ns must be above start_ns"),
    ):
        with pytest.raises(GatewayError, match=words):
            await calls.history(session, wrong)
    assert (await calls.properties(session, "ns=2;s=ReadOnly")).get("history") is None
    assert "raw" in (await calls.properties(session, "ns=2;s=Kept")).get("history")  # type: ignore[operator]


async def test_a_source_without_history_says_so(gateway: Any) -> None:
    session = await gateway[0].manager.open(OpenRequest("sim"))
    with pytest.raises(GatewayError, match="this source has no HistoryRead") as raised:
        await calls.history(session, HistoryRead("Tank101.Level", 1, 2))
    assert raised.value.fault.details["status"] == "Unsupported"


async def test_live_values_come_into_the_history(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    (key,) = (await subscribed(session, "ns=2;s=Level")).values()

    def value() -> Any:
        return session.items.sample(key)

    first = await until(value, "a value")

    async def kept() -> tuple[int, ...]:
        read = HistoryRead("ns=2;s=Level", first.source_time, first.source_time + 10**12)
        return (await calls.history(session, read)).times

    async with asyncio.timeout(30):
        while first.source_time not in await kept():
            await changes(session, key, 1)


@pytest.mark.parametrize("limit", [300, 2_000])
async def test_raw_from_another_make(
    gateway: Any, other_server: NodeServer, tmp_path: pathlib.Path, limit: int
) -> None:
    session = await opened(gateway, other_server, tmp_path)
    _, values, _ = await everything(session, HistoryRead("ns=1;s=Kept", KEPT_FROM_NS, _END, limit))
    assert values == [float(number) for number in range(KEPT)]


async def test_aggregates_from_another_make(gateway: Any, other_server: NodeServer, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, other_server, tmp_path)
    offered = (await calls.properties(session, "ns=1;s=Kept")).get("history")
    assert isinstance(offered, tuple)
    assert {"raw", "minimum", "maximum", "average"} <= set(offered)
    end = KEPT_FROM_NS + 100 * NS_PER_S
    for aggregate, expected in (
        (Aggregate.MINIMUM, [float(10 * n) for n in range(10)]),
        (Aggregate.MAXIMUM, [float(10 * n + 9) for n in range(10)]),
        (Aggregate.AVERAGE, [10 * n + 4.5 for n in range(10)]),
    ):
        read = HistoryRead("ns=1;s=Kept", KEPT_FROM_NS, end, 100, "", aggregate, 10 * NS_PER_S)
        times, values, _ = await everything(session, read)
        assert times == [10 * n for n in range(10)]
        assert values == expected, aggregate


async def test_a_read_that_nobody_waits_for_any_more(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    read = HistoryRead("ns=2;s=Kept", KEPT_FROM_NS, _END, 1_000)
    for _ in range(60):  # more than a server keeps points for
        work = asyncio.create_task(calls.history(session, read))
        await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    _, values, _ = await everything(session, read)
    assert len(values) == KEPT


@pytest.mark.clause("J7", "X3", "X4", "C3", "C4")
async def test_other_programs_read_what_a_source_has_kept(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    """By the client, by another Tagwatch as its source, and on the command line; a key only what it may."""
    options = {"endpoint": server.endpoint, "certificate_dir": str(tmp_path / "own")}
    read = HistoryRead("ns=2;s=Kept", KEPT_FROM_NS, _END, 300)

    async def refusal(session: Any, wanted: HistoryRead) -> str:
        with pytest.raises(GatewayError) as caught:
            await session.history_page(wanted)
        return f"{caught.value.code}: {caught.value.fault.message}"

    with serving(tmp_path / "served") as served:
        key = served.new_key("--scope=records:read")
        limited = served.new_key("--scope=records:read", "--read", "ns=2;s=ReadOnly")
        served.stop()
        served.start()  # keys that it knows from the start are taken at once
        async with Client(ClientOptions(address=served.address, key=key)) as client:
            session = await client.open(backend="opcua", name="past", options=options)
            direct = [page async for page in session.history(read)]
            times = [ns for page in direct for ns in page.times]
            assert len(direct) > 1
            assert len(times) == KEPT
            assert times == sorted(times)
            part = [page async for page in session.history(read, 500)]
            assert sum(len(page.times) for page in part) == 500
            assert part[-1].next_page
            assert "keeps no history" in await refusal(session, HistoryRead("ns=2;s=ReadOnly", KEPT_FROM_NS, _END))
            for token in ("7", "0:0:9999999999999", f"0:{2**70}:0", "0:0:-1", "1" * 10_000):
                wanted = HistoryRead("ns=2;s=Kept", KEPT_FROM_NS, _END, page_token=token)
                assert "no page of a history" in await refusal(session, wanted), token

            remote = await gateway[0].manager.open(OpenRequest("gateway", served.options(session="past", key=key)))
            _, values, _ = await everything(remote, read)
            assert values == [value for page in direct for value in page.column]
            with pytest.raises(GatewayError, match="keeps no history") as raised:
                await calls.history(remote, HistoryRead("ns=2;s=ReadOnly", KEPT_FROM_NS, _END))
            assert raised.value.fault.details["status"] == "Unsupported"

            asked = ["history", "past", "ns=2;s=Kept", "--since", "2000-01-01T00:00:00Z",
                     "--until", "2099-01-01T00:00:00Z", "--limit", "3"]  # fmt: skip
            done = await asyncio.to_thread(
                subprocess.run, [sys.executable, "-m", "app", "ctl", *asked], capture_output=True, text=True,
                env={**served.environment(), "TAGWATCH_ADDRESS": served.address, "TAGWATCH_API_KEY": key},
                timeout=60, check=False,
            )  # fmt: skip
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            assert [line["value"] for line in lines[:3]] == values[:3], done.stderr
            assert lines[3] == {"tag": "ns=2;s=Kept", "more_after": 3}

        async with Client(ClientOptions(address=served.address, key=served.key)) as client:
            session = await client.open(backend="opcua", options=options)
            assert "records:read" in await refusal(session, read)
        async with Client(ClientOptions(address=served.address, key=limited)) as client:
            session = await client.open(backend="opcua", options=options)
            assert "may not read this tag" in await refusal(session, read)
            assert "keeps no history" in await refusal(session, HistoryRead("ns=2;s=ReadOnly", KEPT_FROM_NS, _END))
