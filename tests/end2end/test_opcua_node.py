"""The same engine against a server that others wrote, in another language."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app import commands as c
from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.values import Timestamp, Value
from tests.helpers import node_server
from tests.helpers.engine import Recorder, changes, engine, sample, subscribed, until
from tests.helpers.node_server import NodeServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WRITES: dict[str, Value] = {
    "Boolean": True, "SByte": -128, "Byte": 255, "Int16": 32767, "UInt16": 65535, "Int32": -(2**31),
    "UInt32": 2**32 - 1, "Float": -2.25, "Double": 1e300, "String": "zweite Zeile\nδ", "ByteString": b"\xff\x00",
    "DateTime": Timestamp(1_600_000_000_123_000_000), "LocalizedText": "second",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeServer]:
    with node_server.running(tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Runtime, Recorder]]:
    async with engine() as made:
        yield made


def request(server: NodeServer, directory: pathlib.Path, **options: Any) -> OpenRequest:
    return OpenRequest("opcua", {"endpoint": server.endpoint, "certificate_dir": str(directory), **options})


async def test_browse_subscribe_and_properties(gateway: Any, server: NodeServer, tmp_path: pathlib.Path) -> None:
    session = await gateway[0].manager.open(request(server, tmp_path))
    plant = next(node for node in (await calls.browse(session)).nodes if node.name == "Plant")
    names: list[str] = []
    token = ""
    while True:
        page = await calls.browse(session, plant.address, token, 5)
        assert len(page.nodes) <= 5
        names += [node.name for node in page.nodes]
        token = page.next_page
        if not token:
            break
    assert {"Level", "Fixed", "Bad", *WRITES} <= set(names)
    keys = await subscribed(session, "ns=1;s=Level", "ns=1;s=Bad", "ns=1;s=Nope")
    await changes(session, keys["ns=1;s=Level"], 3)
    assert (await sample(session, keys["ns=1;s=Bad"])).quality == 16
    assert (await sample(session, keys["ns=1;s=Nope"])).quality == 4
    properties = await calls.properties(session, "ns=1;s=Level")
    assert (properties.get("low"), properties.get("high")) == (0.0, 100.0)


async def test_writes_of_each_type(gateway: Any, server: NodeServer, tmp_path: pathlib.Path) -> None:
    session = await gateway[0].manager.open(request(server, tmp_path))
    keys = await subscribed(session, *(f"ns=1;s={name}" for name in WRITES), "ns=1;s=Fixed")
    for name, value in WRITES.items():
        key = keys[f"ns=1;s={name}"]
        await sample(session, key)
        assert (await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, value))).ok, name
        done = await until(lambda key=key: gateway[1].completion(key), f"the completion of {name}")
        assert done.detail.statuses[0].ok, (name, done)
        await until(lambda key=key, value=value: session.items.sample(key).value == value, f"{value!r} of {name}")
    fixed = keys["ns=1;s=Fixed"]
    await sample(session, fixed)
    await session.invoke(c.Write(fixed >> 32, fixed & 0xFFFF_FFFF, 8))
    refused = await until(lambda: gateway[1].completion(fixed), "the refusal")
    assert not refused.detail.statuses[0].ok


@pytest.mark.clause("U1", "U2")
async def test_structures_and_enumerations_in_words(gateway: Any, server: NodeServer, tmp_path: pathlib.Path) -> None:
    session = await gateway[0].manager.open(request(server, tmp_path))
    keys = await subscribed(session, "ns=1;s=Batch", "ns=1;s=Mode")
    assert (await sample(session, keys["ns=1;s=Batch"])).value == (
        'Batch(Name="B-1", Mode=Holding (2), Temperatures=(20.5, 21.0), Corner=Point(X=1.0, Y=2.0), '
        "Path=(Point(X=3.0, Y=4.0), Point(X=5.0, Y=6.0)))"
    )
    mode = keys["ns=1;s=Mode"]
    assert (await calls.properties(session, "ns=1;s=Mode")).get("enumeration") == ("Off", "Heating", "Holding")
    await sample(session, mode)
    assert (await session.invoke(c.Write(mode >> 32, mode & 0xFFFF_FFFF, "Off"))).ok
    await until(lambda: session.items.sample(mode).value == 0, "the number of the word")


@pytest.mark.clause("U3")
async def test_arrays_whole_and_by_their_elements(gateway: Any, server: NodeServer, tmp_path: pathlib.Path) -> None:
    session = await gateway[0].manager.open(request(server, tmp_path))
    names = ("Doubles", "Doubles[1]", "Doubles[0:1]", "Doubles[9]", "Strings", "Words")
    keys = await subscribed(session, *(f"ns=1;s={name}" for name in names))
    doubles, one, two, none, strings, words = keys.values()

    async def write(key: int, value: Value) -> Any:
        after = max((event.sequence for event in gateway[1].events()), default=0)
        reply = await session.invoke(c.Write(key >> 32, key & 0xFFFF_FFFF, value))
        if not reply.ok:
            return reply
        return (await until(lambda: gateway[1].completion(key, after), "the completion")).detail.statuses[0]

    assert (await sample(session, one)).value == 2.0
    assert (await sample(session, two)).value == (1.0, 2.0)
    assert (await sample(session, none)).quality == 0 or session.items.sample(none).value is None
    assert (await write(one, 20.5)).ok
    await until(lambda: session.items.sample(doubles).value == (1.0, 20.5, 3.0), "the element in its array")
    await until(lambda: session.items.sample(one).value == 20.5, "the element")
    assert (await write(two, (7.0, 8.0))).ok
    await until(lambda: session.items.sample(doubles).value == (7.0, 8.0, 3.0), "the part in its array")
    assert "takes an array of 2 values" in (await write(two, (7.0,))).diagnostic
    assert not (await write(none, 1.0)).ok
    for key, value in ((doubles, (1.0,)), (doubles, (1.0, 2.0, 3.0)), (strings, ("δ", "")), (words, (0, 65535))):
        await sample(session, key)
        assert (await write(key, value)).ok, value
        await until(lambda key=key, value=value: session.items.sample(key).value == value, f"{value!r}")


async def test_security_trust_and_login(gateway: Any, server: NodeServer, tmp_path: pathlib.Path) -> None:
    options = {"security": "Basic256Sha256/SignAndEncrypt", "user": "operator", "password": "secret-for-tests"}
    with pytest.raises(GatewayError) as untrusted:
        await gateway[0].manager.open(request(server, tmp_path, **options))
    assert untrusted.value.code == "CertificateNotTrusted"
    trusted = [untrusted.value.fault.details["fingerprint"]]
    session = await gateway[0].manager.open(request(server, tmp_path, **options, trusted=trusted))
    key = (await subscribed(session, "ns=1;s=Level"))["ns=1;s=Level"]
    assert (await sample(session, key)).quality == 192
    with pytest.raises(GatewayError) as refused:
        await gateway[0].manager.open(request(server, tmp_path, **{**options, "password": "no"}, trusted=trusted))
    assert refused.value.code == "AuthenticationFailed"


async def test_killed_and_started_again(gateway: Any, tmp_path: pathlib.Path) -> None:
    with node_server.running(tmp_path / "own") as own:
        session = await gateway[0].manager.open(request(own, tmp_path))
        key = (await subscribed(session, "ns=1;s=Level"))["ns=1;s=Level"]
        await sample(session, key)
        own.kill()
        await until(lambda: gateway[1].told(NoticeKind.SOURCE_LOST), "the loss")
        own.start()
        await until(lambda: gateway[1].told(NoticeKind.SOURCE_BACK), "the return", 60)
        await changes(session, key, 2)


async def test_restarted_in_good_order(gateway: Any, tmp_path: pathlib.Path) -> None:
    with node_server.running(tmp_path / "own") as own:
        session = await gateway[0].manager.open(request(own, tmp_path))
        key = (await subscribed(session, "ns=1;s=Level"))["ns=1;s=Level"]
        await sample(session, key)
        own.stop()
        await until(lambda: gateway[1].told(NoticeKind.SOURCE_LOST), "the loss")
        assert session.items.sample(key).quality == 24
        own.start()
        await until(lambda: gateway[1].told(NoticeKind.SOURCE_BACK), "the return", 60)
        await changes(session, key, 2)


async def test_a_server_that_does_not_know_our_certificate_refuses_it_in_words(
    gateway: Any, tmp_path: pathlib.Path
) -> None:
    with node_server.running(tmp_path / "own", strict=True) as own:
        options: dict[str, Any] = {"security": "Basic256Sha256/SignAndEncrypt"}
        with pytest.raises(GatewayError) as untrusted:
            await gateway[0].manager.open(request(own, tmp_path, **options))
        trusted = [untrusted.value.fault.details["fingerprint"]]
        with pytest.raises(GatewayError) as refused:
            await gateway[0].manager.open(request(own, tmp_path, **options, trusted=trusted))
    assert refused.value.code == "CertificateRefused"
    assert str(tmp_path / "tagwatch.der") in refused.value.fault.message
