"""OPC UA end to end: real worker, real pipe, a real server process."""

from __future__ import annotations

import pathlib
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app import commands as c
from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.values import QualityClass, Timestamp, Value, quality_class
from tests.helpers import opcua_server
from tests.helpers.engine import Recorder, changes, engine, sample, subscribed, until
from tests.helpers.opcua_server import TYPES, ServerProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with opcua_server.running(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: pathlib.Path) -> Iterator[ServerProcess]:
    """A server that a test may kill."""
    with opcua_server.running(tmp_path / "server") as running:
        yield running


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Runtime, Recorder]]:
    async with engine() as made:
        yield made


def request(server: ServerProcess, directory: pathlib.Path, **options: Any) -> OpenRequest:
    return OpenRequest("opcua", {"endpoint": server.endpoint, "certificate_dir": str(directory), **options})


async def opened(gateway: tuple[Runtime, Recorder], *arguments: Any, **options: Any) -> Session:
    return await gateway[0].manager.open(request(*arguments, **options))


@pytest.mark.clause("S7.3")
async def test_browse_in_pages(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    root = await calls.browse(session)
    plant = next(node for node in root.nodes if node.name == "Plant")
    assert (plant.has_children, plant.is_tag) == (True, False)
    level = next(node for node in (await calls.browse(session, plant.address)).nodes if node.name == "Level")
    assert (level.is_tag, level.data_type, level.address) == (True, "Double", "ns=2;s=Level")
    many = next(node for node in root.nodes if node.name == "Many")
    names: list[str] = []
    token = ""
    pages = 0
    while pages == 0 or token:
        page = await calls.browse(session, many.address, token, 25)
        assert len(page.nodes) <= 25
        names += [node.name for node in page.nodes]
        token = page.next_page
        pages += 1
    assert pages == 3
    assert sorted(names) == sorted(f"Tag{i}" for i in range(60))


async def test_a_wrong_folder_or_page_is_named(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    with pytest.raises(GatewayError, match="nonsense"):
        await calls.browse(session, "nonsense")
    with pytest.raises(GatewayError, match="no longer held"):
        await calls.browse(session, "", "99")


async def test_properties(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    properties = await calls.properties(session, "ns=2;s=Level")
    assert properties.get("unit") == "%"
    assert (properties.get("low"), properties.get("high")) == (0.0, 100.0)
    assert properties.get("data_type") == "Double"
    assert properties.get("access") == "read only and history"
    with pytest.raises(GatewayError, match="ns=2;s=Nope"):
        await calls.properties(session, "ns=2;s=Nope")


async def test_subscribe_many(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    tags = ["ns=2;s=Level", *(f"ns=2;s=Many.{i}" for i in range(60))]
    keys = await subscribed(session, *tags)
    for i in range(60):
        assert (await sample(session, keys[f"ns=2;s=Many.{i}"])).value == i
    level = keys["ns=2;s=Level"]
    await changes(session, level, 5)
    assert (await sample(session, level)).quality == 192


async def test_bad_and_unknown_nodes(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    keys = await subscribed(session, "ns=2;s=Bad", "ns=2;s=Nope")
    bad = await sample(session, keys["ns=2;s=Bad"])
    assert bad.quality == 16
    unknown = await sample(session, keys["ns=2;s=Nope"])
    assert quality_class(unknown.quality) is QualityClass.BAD
    events = [event for event in gateway[1].events() if event.key == keys["ns=2;s=Nope"]]
    assert any("invalid reference" in status.words for event in events for status in event.detail.statuses)


def read_back(name: str, written: Value) -> Value:
    """What a written value reads as: times as times, status codes with their names."""
    if name == "DateTime":
        return Timestamp(1_623_053_350_123_456_000)
    return "BadNodeIdUnknown (0x80340000)" if name == "StatusCode" else written


@pytest.mark.clause("S7.3", "S9.1")
async def test_write_of_every_built_in_type(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    keys = await subscribed(session, *(f"ns=2;s=Types.{name}" for name in TYPES))
    for name, (_, _, written) in TYPES.items():
        key = keys[f"ns=2;s=Types.{name}"]
        await sample(session, key)
        reply = await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, written))
        assert reply.ok, (name, reply)
        done = await until(lambda key=key: gateway[1].completion(key), f"the completion of {name}")
        assert done.detail.statuses[0].ok, (name, done)
        expected = read_back(name, written)
        await until(
            lambda key=key, expected=expected: session.items.sample(key).value == expected,
            f"{expected!r} read back from {name}",
        )


async def test_a_value_that_does_not_fit_is_refused_before_it_is_sent(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    keys = await subscribed(session, "ns=2;s=Types.Byte")
    key = keys["ns=2;s=Types.Byte"]
    await sample(session, key)
    reply = await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, 256))
    assert not reply.ok
    assert "Byte takes 0 to 255" in reply.diagnostic


async def test_a_read_only_node_rejects_in_words(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    key = (await subscribed(session, "ns=2;s=ReadOnly"))["ns=2;s=ReadOnly"]
    await sample(session, key)
    assert (await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, 8))).ok
    done = await until(lambda: gateway[1].completion(key), "the completion")
    assert not done.detail.statuses[0].ok
    assert done.detail.hresult is not None


async def test_timed_write(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    key = (await subscribed(session, "ns=2;s=Writable"))["ns=2;s=Writable"]
    await sample(session, key)
    moment = 1_600_000_000_123_456_000
    assert (await session.invoke(c.Write2(key >> 32, key & 0xFFFF_FFFF, 7.25, Timestamp(moment)))).ok
    done = await until(lambda: gateway[1].completion(key), "the completion")
    assert done.detail.statuses[0].ok
    await until(lambda: session.items.sample(key).value == 7.25, "the written value")
    assert session.items.sample(key).source_time == moment


async def written(gateway: Any, session: Session, key: int, value: Value) -> None:
    """Written and confirmed."""
    reply = await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, value))
    assert reply.ok, reply
    done = await until(lambda: gateway[1].completion(key), "the completion")
    assert done.detail.statuses[0].ok, done


BATCH = (
    'Batch(Name="B-1", Mode=Holding (2), Temperatures=(20.5, 21.0), Corner=Point(X=1.0), '
    'Path=(Point(X=2.0, Note="a \\"b\\"")), Range=Range(Low=0.0, High=1.0), Choice=Either(Text="second"))'
)


@pytest.mark.clause("U1")
async def test_structures_are_told_in_words_from_their_first_value(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    keys = await subscribed(session, "ns=2;s=Batch", "ns=2;s=Batches", "ns=2;s=Odd")
    assert (await sample(session, keys["ns=2;s=Batch"])).value == BATCH
    assert (await sample(session, keys["ns=2;s=Batches"])).value == (BATCH, BATCH)
    assert (await sample(session, keys["ns=2;s=Odd"])).value == "structure ns=2;i=987654, 2 bytes: 0102"
    told = await until(lambda: [e.value for e in gateway[1].events() if e.key == keys["ns=2;s=Batch"]], "the event")
    assert told == [BATCH], "no event before the definition"
    handle = await calls.register(session, "reader")
    (row,) = await calls.read(session, handle, ["ns=2;s=Batch"])
    assert row.value == BATCH
    why = (await calls.properties(session, "ns=2;s=Batch")).get("unwritable")
    assert str(why).startswith("structures are read field by field, but cannot be written")


@pytest.mark.clause("U2")
async def test_enumerations_have_words_and_take_them(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    keys = await subscribed(session, "ns=2;s=Mode", "ns=2;s=Stated")
    for tag, words, word, number in (
        ("ns=2;s=Mode", ("Off", "Heating", "Holding"), "holding", 2),
        ("ns=2;s=Stated", ("Shut", "Open"), "Open", 1),
    ):
        assert (await calls.properties(session, tag)).get("enumeration") == words
        await sample(session, keys[tag])
        await written(gateway, session, keys[tag], word)
        await until(lambda tag=tag, n=number: session.items.sample(keys[tag]).value == n, "the number of the word")
    key = keys["ns=2;s=Mode"]
    reply = await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, "Melting"))
    assert not reply.ok
    assert "Off (0), Heating (1), Holding (2)" in reply.diagnostic


@pytest.mark.clause("U3")
async def test_an_element_that_the_server_cannot_tell_is_cut_here_and_not_written(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    """This server knows no index ranges: a write of one element would replace the whole array by it."""
    session = await opened(gateway, server, tmp_path)
    tags = ["ns=2;s=Types.Doubles", "ns=2;s=Types.Doubles[1]", "ns=2;s=Types.Doubles[0:1]", "ns=2;s=Types.Doubles[9]"]
    whole, one, two, none = (await subscribed(session, *tags)).values()
    for key in (whole, one, two, none):
        await sample(session, key)
    await written(gateway, session, whole, (14.0, 15.0, 16.0))
    await until(lambda: session.items.sample(one).value == 15.0, "the element")
    await until(lambda: session.items.sample(two).value == (14.0, 15.0), "the part")
    await until(lambda: session.items.sample(whole).value == (14.0, 15.0, 16.0), "the whole")
    missing = await sample(session, none)
    assert (missing.value, missing.quality) == (None, 4)
    reply = await session.invoke(c.Write(one >> 32, one & 0xFFFF_FFFF, 7.0))
    assert not reply.ok
    assert "write the whole array" in reply.diagnostic
    assert session.items.sample(whole).value == (14.0, 15.0, 16.0)


@pytest.mark.clause("U3")
async def test_brackets_in_a_name_of_the_servers_own_stay_a_name(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, server, tmp_path)
    key = (await subscribed(session, "ns=2;s=Tricky[1]"))["ns=2;s=Tricky[1]"]
    assert (await sample(session, key)).value == 5.0
    await written(gateway, session, key, 6.5)
    await until(lambda: session.items.sample(key).value == 6.5, "the written value")
    assert (await calls.properties(session, "ns=2;s=Tricky[1]")).get("data_type") == "Double"
    assert (await calls.properties(session, "ns=2;s=Types.Doubles[1]")).get("data_type") == "Double"


@pytest.mark.clause("S9.3")
async def test_read_without_subscribing(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, server, tmp_path)
    handle = await calls.register(session, "reader")
    rows = await calls.read(session, handle, ["ns=2;s=Many.7", "ns=2;s=Many.8", "not a node"])
    assert [row.value for row in rows] == [7, 8, None]
    assert [row.success for row in rows] == [True, True, False]
    assert len(session.items) == 0


async def test_signed_and_encrypted_with_login(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    options = {"security": "Basic256Sha256/SignAndEncrypt", "user": "operator", "password": "secret-for-tests"}
    with pytest.raises(GatewayError) as refused:
        await opened(gateway, server, tmp_path, **options)
    assert refused.value.code == "CertificateNotTrusted"
    details = refused.value.fault.details
    assert len(details["fingerprint"]) == 64
    assert "Tests" in details["subject"]
    session = await opened(gateway, server, tmp_path, **options, trusted=[details["fingerprint"]])
    key = (await subscribed(session, "ns=2;s=Level"))["ns=2;s=Level"]
    assert (await sample(session, key)).quality == 192


async def test_another_certificate_than_the_pinned_one(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(GatewayError) as refused:
        await opened(gateway, server, tmp_path, security="Basic256Sha256/Sign", trusted=["00" * 32])
    assert refused.value.code == "CertificateChanged"
    assert refused.value.fault.details["trusted"] == "00" * 32


@pytest.mark.clause("R8")
async def test_a_wrong_password_is_refused_and_not_shown(
    gateway: Any, server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    options = {"security": "Basic256Sha256/SignAndEncrypt", "user": "operator", "password": "wrong-canary"}
    with pytest.raises(GatewayError) as untrusted:
        await opened(gateway, server, tmp_path, **options)
    fingerprint = untrusted.value.fault.details["fingerprint"]
    with pytest.raises(GatewayError) as refused:
        await opened(gateway, server, tmp_path, **options, trusted=[fingerprint])
    assert refused.value.code == "AuthenticationFailed"
    assert "operator" in refused.value.fault.message
    assert "wrong-canary" not in repr(refused.value.fault)


async def test_what_the_server_does_not_offer(gateway: Any, server: ServerProcess, tmp_path: pathlib.Path) -> None:
    with pytest.raises(GatewayError) as refused:
        await opened(gateway, server, tmp_path, security="Aes256Sha256RsaPss/SignAndEncrypt")
    assert refused.value.code == "SecurityNotOffered"
    assert "Basic256Sha256/Sign" in refused.value.fault.message


async def test_nobody_listens(gateway: Any, tmp_path: pathlib.Path) -> None:
    nobody = f"opc.tcp://127.0.0.1:{opcua_server.free_port()}"
    with pytest.raises(GatewayError) as refused:
        await gateway[0].manager.open(OpenRequest("opcua", {"endpoint": nobody}))
    assert refused.value.code == "SourceUnreachable"
    assert nobody.removeprefix("opc.tcp://") in refused.value.fault.message
    if sys.platform == "linux":  # elsewhere the system may put it otherwise
        assert "refused: is the server running?" in refused.value.fault.message


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({}, "endpoint"),
        ({"endpoint": "http://x"}, "opc.tcp"),
        ({"endpoint": "opc.tcp://x:1", "security": "lots"}, "security"),
        ({"endpoint": "opc.tcp://x:1", "colour": 1}, "colour"),
        ({"endpoint": "opc.tcp://x:1", "trusted": ["abc"]}, "trusted"),
    ],
)
async def test_bad_options_are_named(gateway: Any, options: dict[str, Any], word: str) -> None:
    with pytest.raises(GatewayError) as refused:
        await gateway[0].manager.open(OpenRequest("opcua", options))
    assert refused.value.code == "InvalidArgument"
    assert word in refused.value.fault.message


@pytest.mark.clause("D3", "D4")
async def test_server_killed_and_started_again(gateway: Any, own_server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, own_server, tmp_path)
    keys = await subscribed(session, "ns=2;s=Level", "ns=2;s=Many.1", "ns=2;s=Nope")
    level = keys["ns=2;s=Level"]
    await changes(session, level, 2)
    own_server.kill()
    recorder: Recorder = gateway[1]
    await until(lambda: recorder.told(NoticeKind.SOURCE_LOST), "the notice of the loss")
    await until(lambda: session.items.sample(level).quality == 24, "the bad quality")
    assert session.items.sample(level).value is not None, "the last value is kept"
    assert session.state == "Ready", "the worker goes on"
    own_server.start()
    (back,) = await until(lambda: recorder.told(NoticeKind.SOURCE_BACK), "the notice of the return", 90)
    assert (back.details["restored"], back.details["items"]) == ("2", "3")
    await changes(session, level, 3)
    assert session.items.sample(level).quality == 192


@pytest.mark.clause("D3", "D4")
async def test_server_restarted_in_good_order(gateway: Any, own_server: ServerProcess, tmp_path: pathlib.Path) -> None:
    session = await opened(gateway, own_server, tmp_path)
    level = (await subscribed(session, "ns=2;s=Level"))["ns=2;s=Level"]
    await changes(session, level, 2)
    own_server.stop()
    await until(lambda: gateway[1].told(NoticeKind.SOURCE_LOST), "the notice of the loss")
    await until(lambda: session.items.sample(level).quality == 24, "the bad quality")
    own_server.start()
    await until(lambda: gateway[1].told(NoticeKind.SOURCE_BACK), "the notice of the return", 90)
    await changes(session, level, 3)
    assert session.items.sample(level).quality == 192


@pytest.mark.clause("D3", "D4")
async def test_a_server_that_is_there_but_says_nothing_is_lost_too(
    gateway: Any, own_server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    """As when a cable is pulled: nothing tells that the connection has gone."""
    session = await opened(gateway, own_server, tmp_path, timeout_s=1.0)
    keys = await subscribed(session, "ns=2;s=Level", "ns=2;s=Writable")
    level, writable = keys.values()
    await changes(session, level, 2)
    await sample(session, writable)
    own_server.freeze(True)
    assert (await session.invoke(c.Write(writable >> 32, writable & 0xFFFF_FFFF, 3.0))).ok
    done = await until(lambda: gateway[1].completion(writable), "the end of a write without an answer")
    assert not done.detail.statuses[0].ok
    await until(lambda: gateway[1].told(NoticeKind.SOURCE_LOST), "the notice of the loss")
    await until(lambda: session.items.sample(level).quality == 24, "the bad quality")
    assert (await calls.ping(session, "still here")).text == "still here"
    own_server.freeze(False)
    await until(lambda: gateway[1].told(NoticeKind.SOURCE_BACK), "the notice of the return", 90)
    await changes(session, level, 3)


@pytest.mark.slow
@pytest.mark.clause("D1", "D2")
async def test_a_lost_server_is_tried_when_somebody_asks(
    gateway: Any, own_server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, own_server, tmp_path)
    level = (await subscribed(session, "ns=2;s=Level"))["ns=2;s=Level"]
    await changes(session, level, 1)
    own_server.kill()
    recorder: Recorder = gateway[1]

    def far_attempt() -> int:
        losses = recorder.told(NoticeKind.SOURCE_LOST)
        due_ns = int(losses[-1].details["next_attempt_ns"]) if losses else 0
        return due_ns if due_ns - time.time_ns() > 3e9 else 0

    due_ns = await until(far_attempt, "an attempt that is far off", 40)
    count = len(recorder.told(NoticeKind.SOURCE_LOST))
    await session.retry_now()
    await until(lambda: len(recorder.told(NoticeKind.SOURCE_LOST)) > count, "what came of the attempt", 40)
    assert recorder.told(NoticeKind.SOURCE_LOST)[count].time_ns < due_ns


async def test_a_write_while_the_server_is_gone_ends_in_words(
    gateway: Any, own_server: ServerProcess, tmp_path: pathlib.Path
) -> None:
    session = await opened(gateway, own_server, tmp_path)
    key = (await subscribed(session, "ns=2;s=Writable"))["ns=2;s=Writable"]
    await sample(session, key)
    own_server.kill()
    await until(lambda: gateway[1].told(NoticeKind.SOURCE_LOST), "the loss")
    reply = await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, 3.0))
    if reply.ok:
        done = await until(lambda: gateway[1].completion(key), "the completion")
        assert not done.detail.statuses[0].ok
    else:
        assert "connected" in reply.words
