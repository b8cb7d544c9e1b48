"""A Tagwatch on another Tagwatch: real processes on both sides, and a line between them that is cut."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from app import commands as c
from app.client import Client, ClientOptions, SessionInfo, TagEvent
from app.config import RestartPolicy
from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.values import QUALITY_COMMUNICATION_FAILURE, Duration, EventKind, Timestamp, Value
from tests.helpers.engine import Recorder, changes, engine, sample, subscribed, until
from tests.helpers.serving import Served, line, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

STILL = (
    "Sample.Boolean", "Sample.Integer", "Sample.Double", "Sample.String", "Sample.Time", "Sample.Elapsed",
    "Sample.Bytes", "Sample.Strings[]", "Reactor.Recipe[]", "Storage.Totalizer", "Nowhere.PV",
)  # fmt: skip
WRITES: dict[str, Value] = {
    "Sample.Boolean": False, "Sample.Integer": -(2**31), "Sample.Double": 1e-300, "Sample.String": "zweite\nδ",
    "Sample.Time": Timestamp(1_600_000_000_123_456_700), "Sample.Elapsed": Duration(-5), "Sample.Bytes": b"\x00\xff",
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served"), detach_grace_s=0.0) as made:
        yield made


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Runtime, Recorder]]:
    async with engine() as made:
        yield made


def request(options: dict[str, Any]) -> OpenRequest:
    return OpenRequest("gateway", options, name="remote", restart=RestartPolicy.ON_FAULT, keep_alive=True)


def client(served: Served) -> Client:
    return Client(ClientOptions(address=served.address, key=served.key))


async def direct_sessions(served: Served) -> list[SessionInfo]:
    async with client(served) as direct:
        return [info for info in await direct.sessions() if not info.state.ended]


def values(recorder: Recorder, key: int) -> list[tuple[Value, int]]:
    """What came of an item, without what was told as lost."""
    return [
        (event.value, event.source_time)
        for event in recorder.events(EventKind.DATA_CHANGE)
        if event.key == key and event.quality != QUALITY_COMMUNICATION_FAILURE
    ]


@pytest.mark.clause("C4")
async def test_values_arrive_as_they_are(served: Served, desk: Any) -> None:
    session = await desk[0].manager.open(request(served.options()))
    assert session.info().source.startswith(f"Tagwatch at {served.address}: plant, ")
    keys = await subscribed(session, *STILL)
    for key in keys.values():
        await sample(session, key)
    # The desk's items as the other side tells them itself: the session is a shared one.
    there: dict[str, Any] = {}
    async with client(served) as direct, (await direct.find("plant")).events(after=0) as events:
        async for event in events:
            if isinstance(event, TagEvent):
                there.setdefault(event.tag, event)
            if set(there) >= set(STILL):
                break
    firsts = {event.key: event for event in reversed(desk[1].events())}
    for tag in STILL:
        mine, theirs = firsts[keys[tag]], there[tag]
        assert type(mine.value) is type(theirs.value)
        assert (mine.value, mine.quality, mine.source_time, mine.detail) == (
            theirs.value, theirs.quality, theirs.source_time, theirs.detail,
        ), tag  # fmt: skip
    nowhere = firsts[keys["Nowhere.PV"]]
    assert nowhere.detail.statuses
    assert not nowhere.detail.statuses[0].ok


@pytest.mark.clause("C4")
async def test_name_space_properties_and_snapshots(served: Served, desk: Any) -> None:
    session = await desk[0].manager.open(request(served.options()))
    async with client(served) as direct:
        there = await direct.open("plant")
        assert await calls.browse(session) == await there.browse()
        folder = (await there.browse()).nodes[0].address
        assert await calls.browse(session, folder, "", 3) == await there.browse(folder, "", 3)
        assert await calls.properties(session, "Tank101.Level") == await there.properties("Tank101.Level")
        await there.close()
    handle = await calls.register(session, "test")
    good, bad = await calls.read(session, handle, ["Sample.Integer", "Nowhere.PV"])
    assert (good.value, good.success) == (42, True)
    assert bad.quality < 64
    with pytest.raises(GatewayError, match="nowhere"):
        await calls.browse(session, "nowhere")


@pytest.mark.clause("C4")
async def test_writes_and_how_they_end(served: Served, desk: Any) -> None:
    session = await desk[0].manager.open(request(served.options()))
    keys = await subscribed(session, *WRITES, "Reactor.EmergencyCooling", "Reactor.Conversion")

    async def write(tag: str, value: Value, kind: Any = c.Write, *ids: int) -> Any:
        key = keys[tag]
        after = max((event.sequence for event in desk[1].events()), default=0)
        reply = await session.invoke(kind(key >> 32, key & 0xFFFF_FFFF, value, *ids))
        assert reply.ok, reply
        return await until(lambda: desk[1].completion(key, after), f"the end of the write of {tag}")

    for tag, value in WRITES.items():
        await sample(session, keys[tag])
        assert (await write(tag, value)).detail.statuses[0].ok, tag
        await until(lambda tag=tag, value=value: session.items.sample(keys[tag]).value == value, f"{value!r}")
    refused = await write("Reactor.EmergencyCooling", True)
    assert "secured write needed" in refused.detail.statuses[0].words
    handle = keys["Reactor.EmergencyCooling"] >> 32
    user = await calls.authenticate(session, handle, "operator", "operator")
    assert (await write("Reactor.EmergencyCooling", True, c.WriteSecured, user, user)).detail.statuses[0].ok
    with pytest.raises(GatewayError, match="wrong"):
        await calls.authenticate(session, handle, "operator", "no")
    rows = await calls.write_many(
        session, handle, [c.WriteEntry(keys[tag] & 0xFFFF_FFFF, value) for tag, value in WRITES.items()]
    )
    assert all(row.success for row in rows), rows


@pytest.mark.clause("C4", "C1")
async def test_what_came_during_a_cut_is_told_afterwards(served: Served, desk: Any) -> None:
    async with line(served.port) as wire, client(served) as direct:
        session = await desk[0].manager.open(request(served.options(address=wire.address)))
        keys = await subscribed(session, "Reactor.Conversion", "Sample.Integer")
        await changes(session, keys["Reactor.Conversion"], 2)
        there = await direct.find("plant")
        async with there.events(server_handles=[await there.handle()]) as reference:
            await there.subscribe(["Reactor.Conversion"])
            seen: list[tuple[Value, int]] = []

            async def hear(count: int) -> None:
                async for event in reference:
                    if getattr(event, "tag", "") == "Reactor.Conversion" and event.kind is EventKind.DATA_CHANGE:
                        seen.append((event.value, event.source_time))  # type: ignore[union-attr]
                        count -= 1
                    if count == 0:
                        return

            await hear(2)
            wire.cut()
            lost = await until(lambda: desk[1].told(NoticeKind.SOURCE_LOST), "the loss")
            assert "no Tagwatch can be reached" in lost[0].message
            await until(
                lambda: session.items.sample(keys["Sample.Integer"]).quality == QUALITY_COMMUNICATION_FAILURE, "bad"
            )
            await hear(8)
            wire.mend()
            await calls.reconnect(session)
            back = await until(lambda: desk[1].told(NoticeKind.SOURCE_BACK), "the return")
            assert back[0].details == {"restored": "2", "items": "2"}
            await hear(4)
            last = seen[-1]
            await until(lambda: last in values(desk[1], keys["Reactor.Conversion"]), "the newest value")
        mine = [entry for entry in values(desk[1], keys["Reactor.Conversion"]) if entry in seen]
        start, end = seen.index(mine[0]), seen.index(last)
        assert list(dict.fromkeys(mine)) == seen[start : end + 1]  # all that came meanwhile, in order
        assert session.items.sample(keys["Sample.Integer"]).quality == 192
        assert not desk[1].told(NoticeKind.SEQUENCE_GAP)
        assert session.state == "Ready"
        await desk[0].manager.close(session.id, "while the line is whole")
        assert not [info for info in await direct_sessions(served) if info.name == "plant"]


@pytest.mark.clause("C4", "C1")
async def test_what_is_no_longer_kept_is_a_gap(tmp_path: Path, desk: Any) -> None:
    with serving(tmp_path, {"plant": {"first_data_ms": 10, "load_rate": 500}}, replay_events=20) as served:
        async with line(served.port) as wire, client(served) as direct:
            session = await desk[0].manager.open(request(served.options(address=wire.address)))
            keys = await subscribed(session, "load.1", "Sample.Integer")
            await changes(session, keys["load.1"], 2)
            there = await direct.find("plant")
            wire.cut()
            await until(lambda: desk[1].told(NoticeKind.SOURCE_LOST), "the loss")
            newest = (await there.refresh()).newest_sequence
            async with there.stream(after=newest) as stream:
                async for _ in stream:
                    if (stream.position or 0) > newest + 60:
                        break
            wire.mend()
            await calls.reconnect(session)
            (gap, *_) = await until(lambda: desk[1].told(NoticeKind.SEQUENCE_GAP), "the gap")
            assert "events are missing" in gap.message
            # What did not change meanwhile is good again, too.
            await until(lambda: session.items.sample(keys["Sample.Integer"]).quality == 192, "a good value")
            await changes(session, keys["load.1"], 2)
            await desk[0].manager.close(session.id, "while the line is whole")


@pytest.mark.clause("C4")
async def test_a_server_that_is_killed_and_comes_back(tmp_path: Path, desk: Any) -> None:
    with serving(tmp_path) as served:
        session = await desk[0].manager.open(request(served.options()))
        keys = await subscribed(session, "Reactor.Conversion", "Sample.Integer")
        await changes(session, keys["Reactor.Conversion"], 1)
        served.kill()
        await until(lambda: desk[1].told(NoticeKind.SOURCE_LOST), "the loss")
        late = await calls.add_items(session, keys["Sample.Integer"] >> 32, ["Sample.Double"])  # while it is away
        assert late[0].success
        await calls.advise_items(session, late[0].server_handle, [late[0].item_handle])
        served.start()
        await calls.reconnect(session)
        await until(lambda: desk[1].told(NoticeKind.SOURCE_BACK), "the return")
        assert any("new session" in notice.message for notice in desk[1].told(NoticeKind.SEQUENCE_GAP))
        for key in (*keys.values(), late[0].server_handle << 32 | late[0].item_handle):
            await until(lambda key=key: (s := session.items.sample(key)) and s.quality == 192, "a good value")
        await changes(session, keys["Reactor.Conversion"], 1)
        assert session.state == "Ready"
        assert served.stop() == 0 or sys.platform == "win32"  # where terminating is no question


@pytest.mark.clause("C4")
async def test_a_session_that_is_closed_there_is_opened_again(served: Served, desk: Any) -> None:
    session = await desk[0].manager.open(request(served.options()))
    keys = await subscribed(session, "Reactor.Conversion")
    await changes(session, keys["Reactor.Conversion"], 1)
    async with client(served) as direct:
        there = await direct.find("plant")
        await there.close("test")
        lost = await until(lambda: desk[1].told(NoticeKind.SOURCE_LOST), "the loss")
        assert any("closed at the other Tagwatch" in notice.message for notice in lost)
        await calls.reconnect(session)
        await until(lambda: desk[1].told(NoticeKind.SOURCE_BACK), "the return")
        assert (await direct.find("plant")).id != there.id
    await changes(session, keys["Reactor.Conversion"], 1)


@pytest.mark.clause("C4")
async def test_desks_share_a_session_and_leave_it_to_the_others(served: Served, desk: Any) -> None:
    async with engine() as (other, heard):
        first = await desk[0].manager.open(request(served.options()))
        second = await other.manager.open(request(served.options()))
        mine = await subscribed(first, "Tank101.Level")
        theirs = await subscribed(second, "Reactor.Conversion")
        await changes(first, mine["Tank101.Level"], 1)
        await changes(second, theirs["Reactor.Conversion"], 1)
        async with client(served) as direct:
            (info,) = [info for info in await direct.sessions() if info.name == "plant"]
            assert info.subscribers == 2
        await desk[0].manager.close(first.id, "test")
        await changes(second, theirs["Reactor.Conversion"], 2)
        assert not heard.told(NoticeKind.SOURCE_LOST)
        await other.manager.close(second.id, "test")
    async with client(served) as direct:  # without anybody it would end with the server's grace
        there = await direct.find("plant")
        assert there.info.subscribers == 0
        await there.close()


@pytest.mark.clause("C4", "J5")
async def test_a_desk_that_is_away_for_too_long_adds_its_items_anew(tmp_path: Path, desk: Any) -> None:
    """What it had in a session that others kept is given up there meanwhile."""
    with serving(tmp_path, lease_s=1.0, sweep_s=0.2) as served:
        async with line(served.port) as wire, client(served) as direct:
            there = await direct.open("plant", name="shared")
            stream = there.stream()
            await anext(stream)  # which keeps it
            session = await desk[0].manager.open(request(served.options(address=wire.address, session="shared")))
            keys = await subscribed(session, "Reactor.Conversion")
            await changes(session, keys["Reactor.Conversion"], 1)
            assert (await there.refresh()).items == 1
            wire.cut()
            await until(lambda: desk[1].told(NoticeKind.SOURCE_LOST), "the loss")
            async with asyncio.timeout(30):
                while (await there.refresh()).items:  # noqa: ASYNC110 - the other side alone knows
                    await asyncio.sleep(0.1)
            wire.mend()
            await calls.reconnect(session)
            await until(lambda: desk[1].told(NoticeKind.SOURCE_BACK), "the return")
            await changes(session, keys["Reactor.Conversion"], 2)
            assert (await there.refresh()).items == 1
            stream.close()
            await desk[0].manager.close(session.id, "test")


@pytest.mark.clause("C4", "C6")
async def test_a_worker_that_dies_there_keeps_every_handle(served: Served, desk: Any) -> None:
    async with client(served) as direct:
        there = await direct.open("plant", name="sturdy", restart=True)
        (row,) = await there.subscribe(["Reactor.Conversion"])
        session = await desk[0].manager.open(request(served.options(session="sturdy")))
        keys = await subscribed(session, "Reactor.Conversion")
        await changes(session, keys["Reactor.Conversion"], 1)
        psutil.Process((await there.refresh()).worker_pid).kill()
        await until(lambda: desk[1].told(NoticeKind.SOURCE_LOST), "the loss")
        await until(lambda: desk[1].told(NoticeKind.SOURCE_BACK), "the return")
        await changes(session, keys["Reactor.Conversion"], 2)
        # The direct client's handle is as good as before.
        key = row.server_handle << 32 | row.item_handle
        async with there.events() as events:
            found = None
            async with asyncio.timeout(60):
                async for event in events:
                    if getattr(event, "key", 0) == key:
                        found = event
                        break
        assert found is not None
        assert (await there.unsubscribe([row.item_handle]))[0].success
        await there.close()


@pytest.mark.clause("C4", "C2")
async def test_over_tls_the_authority_is_what_counts(tmp_path: Path, desk: Any) -> None:
    with serving(tmp_path, api_tls="own") as served:
        authority = served.found("authority.pem")
        with pytest.raises(GatewayError, match="give that of its authority") as raised:
            await desk[0].manager.open(request(served.options(tls=True)))
        assert raised.value.code == "CertificateUnknown"
        with pytest.raises(GatewayError, match="can be reached"):  # in plain text, where TLS is spoken
            await desk[0].manager.open(request(served.options()))
        session = await desk[0].manager.open(request(served.options(tls=True, ca=str(authority))))
        keys = await subscribed(session, "Sample.Integer")
        assert (await sample(session, keys["Sample.Integer"])).value == 42
        await desk[0].manager.close(session.id, "test")


@pytest.mark.clause("C1")
async def test_what_a_key_may_not_see_is_no_gap(tmp_path: Path) -> None:
    served = Served(tmp_path, {"plant": {"first_data_ms": 10}}, {})
    limited = served.new_key("--read", "Reactor")
    served.start()
    try:
        await _heard_by(served, limited)
    finally:
        served.stop()


async def _heard_by(served: Served, limited: str) -> None:
    async with client(served) as direct, Client(ClientOptions(address=served.address, key=limited)) as some:
        mine = await some.open("plant", name="limited")
        refused, good = await mine.subscribe(["Tank101.Level", "Reactor.Conversion"])
        assert (refused.success, good.success) == (False, True)
        assert not [info for info in await direct.sessions() if info.name == "limited"]
        # What is left out by the server handle of a stream leaves holes as well.
        other = await mine.register("other")
        assert (await mine.invoke(c.SubscribeBulk(other, ("Reactor.PV",)))).ok
        async with mine.events(after=0, server_handles=[await mine.handle()]) as events:
            found = [await asyncio.wait_for(anext(events), 60) for _ in range(6)]
        assert {getattr(event, "tag", "a gap") for event in found} == {"Reactor.Conversion"}
        await mine.close()


@pytest.mark.clause("C2")
def test_the_example_of_the_page_runs(served: Served) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    done = subprocess.run(
        [sys.executable, "-c", example],
        env={**os.environ, "TAGWATCH_ADDRESS": served.address, "TAGWATCH_API_KEY": served.key},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["Sample.Integer 42 192", "Sample.String Good morning 192"]
    assert lines[2].startswith("written True ")
    assert len(lines) == 6


@pytest.mark.clause("C4")
@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"key": "tw_0123456789abcdef_" + "x" * 43}, "AuthenticationFailed", "refuses the key"),
        ({"source": "elsewhere"}, "SourceNotFound", "no saved source named elsewhere"),
        ({"session": "nobody", "source": ""}, "SessionNotFound", "no open session is named nobody"),
        ({"address": "127.0.0.1:9"}, "SourceUnreachable", r"at 127\.0\.0\.1:9"),
        ({"sorce": "x"}, "InvalidArgument", "option sorce is not known to gateway"),
        ({"source": ""}, "InvalidArgument", "one of the options source"),
        ({"address": "plant.example:1", "tls": False}, "InvalidArgument", "another computer"),
    ],
)
async def test_why_it_does_not_open(served: Served, desk: Any, change: Any, code: str, words: str) -> None:
    with pytest.raises(GatewayError, match=words) as raised:
        await desk[0].manager.open(request({**served.options(), **change}))
    assert raised.value.code == code
    assert served.key not in str(raised.value.fault)
