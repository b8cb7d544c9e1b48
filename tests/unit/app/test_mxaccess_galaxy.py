"""A Galaxy's database: python-tds over real TDS against a small server that holds the tables, read by the driver."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import socket
import struct
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from app import cli, doctor
from app import commands as c
from app.access.certificates import OwnCertificates
from app.backends.mxaccess import MxAccessDriver, probe
from app.backends.mxaccess import variants as v
from app.backends.mxaccess.galaxy import Galaxy, mapping, statements
from app.backends.mxaccess.galaxy.look import look
from app.backends.mxaccess.galaxy.place import Access, Encryption, GalaxyError, Place, place_of, port_of
from app.backends.mxaccess.options import MxAccessOptions
from app.backends.mxaccess.variants import Raw
from app.commands import BrowseNode
from app.sessions.index import IndexState, TagIndex
from app.tasks import SystemClock
from app.values import item_key
from app.worker.loop import CommandLoop
from app.worker.outbox import Outbox
from tests.helpers.clock import ManualClock
from tests.helpers.engine import until
from tests.helpers.galaxy_tables import AREA, Plant, small_plant, stored
from tests.helpers.lmx import ScriptedApartment, ScriptedLmx
from tests.helpers.sink import RecordingSink
from tests.helpers.tds_server import ON, REQUIRED, SqlError, TdsServer

PASSWORD = "canary-pässword"


@pytest.fixture
def server() -> Iterator[TdsServer]:
    one = TdsServer(small_plant().done())
    yield one
    one.stop()


@pytest.fixture
async def galaxy_at() -> AsyncIterator[Callable[..., Galaxy]]:
    made: list[Galaxy] = []

    def make(server: TdsServer, **changed: Any) -> Galaxy:
        access = {"user": "reader", "password": PASSWORD, "encryption": Encryption.NONE, "timeout_s": 20.0} | changed
        made.append(Galaxy(Access(place_of(server.place), access.pop("database", "ZB"), **access)))
        return made[-1]

    yield make
    for one in made:
        await one.stop()


async def everything(galaxy: Galaxy, node: str, limit: int = 100) -> list[BrowseNode]:
    nodes: list[BrowseNode] = []
    token = ""
    while True:
        page = await galaxy.page(node, token, limit)
        assert len(page.nodes) <= limit
        nodes += page.nodes
        token = page.next_page
        if not token:
            return nodes


# ---- the tree


@pytest.mark.clause("M15")
async def test_areas_lead_to_objects_and_their_attributes(server: TdsServer, galaxy_at: Callable[..., Galaxy]) -> None:
    galaxy = galaxy_at(server)
    assert await everything(galaxy, "") == [BrowseNode("object:Plant", "Plant", True)]
    assert [one.name for one in await everything(galaxy, "object:Plant")] == ["Mixing", "Engine"], "areas come first"
    (tank,) = await everything(galaxy, "object:mixing")
    assert tank == BrowseNode("object:Tank101", "Tank101", True, data_type="$Tank"), "alone: the rest is not deployed"
    pump, *attributes = await everything(galaxy, "object:Tank101")
    assert (pump.address, pump.name, pump.description) == ("object:Pump_001", "Pump", "Pump_001")
    level = next(one for one in attributes if one.name == "Level")
    assert level == BrowseNode("Tank101.Level", "Level", False, True, "Füllstand", "Float", "m³")
    recipe = next(one for one in attributes if one.name == "Recipe")
    assert (recipe.address, recipe.data_type) == ("Tank101.Recipe[]", "Integer[]"), "a whole array has brackets"
    hidden = {"_Internal", "OnlyConfigured", "Level.Description", "Level.EngUnits", "ScanState"}
    assert not hidden & {one.name for one in attributes}
    with pytest.raises(ValueError, match="'object:Tank102' is no object of this Galaxy, or it is not deployed"):
        await galaxy.page("object:Tank102", "", 10)
    with pytest.raises(ValueError, match="'Tank101' is no object"):
        await galaxy.page("Tank101", "", 10)


@pytest.mark.clause("M15")
async def test_attributes_that_every_object_has_are_there_when_asked_for(
    server: TdsServer, galaxy_at: Callable[..., Galaxy]
) -> None:
    names = {one.name for one in await everything(galaxy_at(server, builtin=True), "object:Tank101")}
    assert {"ScanState", "Level.HiHi.InAlarm", "Level.Description", "Level"} <= names
    assert not {"_Internal", "OnlyConfigured"} & names


@pytest.mark.clause("M15")
@pytest.mark.parametrize(
    ("tag", "told"),
    [
        (
            "Galaxy:tank101.level",
            {"description": "Füllstand", "data_type": "Float", "unit": "m³", "access": "read and write",
             "security_class": "Operate"},
        ),
        ("Tank101.Recipe[3]", {"data_type": "Integer[]", "access": "read and write", "security_class": "SecuredWrite"}),
        ("Tank101.State", {"data_type": "Boolean", "access": "read only", "security_class": "ViewOnly"}),
        ("Tank101.ScanState", {"data_type": "Boolean", "access": "read only", "security_class": "ViewOnly"}),
        ("Pump_001", {"data_type": "Float", "access": "read and write", "security_class": "Operate"}),
        ("Tank101.Nothing", {}),
        ("Nobody.Level", {}),
        ("", {}),
    ],
)  # fmt: skip
async def test_properties_of_a_tag(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], tag: str, told: dict[str, str]
) -> None:
    found = await galaxy_at(server).properties(tag)
    assert {one.name: one.value for one in found.properties} == told


@pytest.mark.clause("M15")
def test_texts_are_read_from_stored_values() -> None:
    assert mapping.text_of(stored("Kühlung °C")) == "Kühlung °C"
    assert mapping.text_of(stored("deutsch", 15)) == "deutsch"
    assert mapping.text_of("0x0506000000020000000000") == "", "an empty one, as it was seen"
    assert mapping.text_of(stored("a long text")[:-14]) == "a long t", "cut off"
    for other in (None, "", "0x", "0x03000020", "no digits", "0x05", stored("x")[:12]):
        assert mapping.text_of(other) == ""


# ---- pages and search


@pytest.mark.clause("M16")
async def test_20000_attributes_and_3000_objects_come_in_pages_each_once(galaxy_at: Callable[..., Galaxy]) -> None:
    plant = Plant()
    area = plant.object("Area", category=AREA)
    big = plant.object("Big", area=area)
    row = (big, 1000 + big, 2, 100)
    plant.insert("dynamic_attribute", [(*row, f"A{n:05}", 4, 0, 10, 1, None) for n in range(20_000)])
    for n in range(3_000):
        plant.object(f"Object{n:04}", area=area)
    server = TdsServer(plant.done())
    try:
        galaxy = galaxy_at(server)
        nodes = await everything(galaxy, "object:Big", 3_000)
        assert [one.address for one in nodes] == [f"Big.A{n:05}" for n in range(20_000)]
        nodes = await everything(galaxy, "object:Area", 1_000)
        assert [one.name for one in nodes] == ["Big", *(f"Object{n:04}" for n in range(3_000))]
        tops = [parameters["P4"] for statement, parameters in server.statements if "o.place" in statement]
        assert set(tops) == {3_001, 1_001}, "the server sends a page, not the level"
        assert server.connections == 1
    finally:
        server.stop()


@pytest.mark.clause("M16")
async def test_objects_and_attributes_share_pages_of_any_size(
    server: TdsServer, galaxy_at: Callable[..., Galaxy]
) -> None:
    galaxy = galaxy_at(server)
    whole = await everything(galaxy, "object:Tank101")
    for limit in (1, 2, 3, len(whole)):
        assert await everything(galaxy, "object:Tank101", limit) == whole


@pytest.mark.clause("M16")
@pytest.mark.parametrize("token", ["x", "{}", "[]", "[1]", '["a", "b", "c"]', "[[1]]", "5"])
async def test_a_token_of_other_pages_is_refused(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], token: str
) -> None:
    with pytest.raises(ValueError, match="is not a page token of this source"):
        await galaxy_at(server).page("object:Tank101", token, 10)


@pytest.mark.clause("M17")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LEVEL hihi", ["Tank101.Level.HiHi.Limit"]),
        ("tank101.pump", ["Pump_001.PV", "Pump_001.Speed"]),  # where it stands
        ("100%", ["Tank101.100% full_now[x]"]),
        ("full_now", ["Tank101.100% full_now[x]"]),
        ("now[x]", ["Tank101.100% full_now[x]"]),
        ("full?now", ["Tank101.100% full_now[x]", "Tank101.1000 fullXnow"]),
        ("pump*eed", ["Pump_001.Speed"]),
        ("';DROP TABLE gobject--", []),
        ("\\", []),
    ],
)
async def test_what_is_looked_for_is_found_as_it_is_written(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], words: str, found: list[str]
) -> None:
    galaxy = galaxy_at(server)
    for limit in (1, 50):
        nodes = await everything(galaxy, f"find:{words}", limit)
        assert [one.name for one in nodes] == found
    await galaxy.page("find:other", "", 50)
    assert len({statement for statement, _ in server.statements if "hierarchical_name" in statement}) == 1, (
        "words travel beside the statement"
    )


@pytest.mark.clause("M17")
async def test_a_search_has_words_but_not_too_many(server: TdsServer, galaxy_at: Callable[..., Galaxy]) -> None:
    for words in ("", "  ", "a b c d e"):
        with pytest.raises(ValueError, match="a search has 1 to 4 words"):
            await galaxy_at(server).page(f"find:{words}", "", 10)


@pytest.mark.clause("M17", "N1")
async def test_the_name_space_is_searched_as_that_of_every_source_is(
    server: TdsServer, galaxy_at: Callable[..., Galaxy]
) -> None:
    index = TagIndex(galaxy_at(server).page, SystemClock())
    index.start()
    await until(lambda: not index.reading, "the end of reading")
    assert (index.progress.state, index.progress.failed) == (IndexState.COMPLETE, 0)
    (number,) = index.search("füllstand")
    found = index.tag(number)
    assert (found.address, found.path, found.unit) == ("Tank101.Level", "Plant / Mixing / Tank101", "m³")
    assert len(index) == 8
    await index.stop()


def test_patterns() -> None:
    assert mapping.pattern(r"50%_[a]\*?") == r"%50\%\_\[a]\\%_%"


# ---- reading alone


@pytest.mark.clause("M18")
async def test_nothing_but_reading_is_asked(server: TdsServer, galaxy_at: Callable[..., Galaxy]) -> None:
    galaxy = galaxy_at(server, builtin=True)
    await everything(galaxy, "object:Tank101")
    await everything(galaxy, "find:tank")
    await galaxy.properties("Tank101.Level")
    (login,) = server.logins
    assert (login.read_only, login.app, login.database) == (True, "Tagwatch", "ZB")
    (manners, _), *questions = server.statements
    assert re.fullmatch(r"SET NOCOUNT ON; SET LOCK_TIMEOUT \d+; SET DEADLOCK_PRIORITY LOW", manners)
    for statement, _ in questions:
        assert re.match(r"\s*(SELECT|WITH)\b", statement)
        assert not re.search(r"\b(INSERT|UPDATE|DELETE|MERGE|EXEC|INTO|DROP|ALTER|CREATE|TRUNCATE)\b", statement)


@pytest.mark.clause("M18")
def test_statements_are_constants_with_their_values_beside_them() -> None:
    for builtin in (True, False):
        for statement in (statements.attributes(builtin), statements.attribute(builtin), statements.search(builtin)):
            assert statement % dict.fromkeys(re.findall(r"%\((\w+)\)s", statement), "@P") != statement


# ---- what goes wrong


@pytest.mark.clause("M19")
@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"password": "wrong-canary"}, "AuthenticationFailed", "does not let reader in: Login failed"),
        ({"user": "nobody"}, "AuthenticationFailed", "does not let nobody in: Login failed"),
        ({"database": "Other"}, "SourceRefused", "the database Other at 127.0.0.1:{port} cannot be opened: Cannot"),
    ],
)
async def test_a_login_that_is_refused_says_why_at_once(
    server: TdsServer,
    galaxy_at: Callable[..., Galaxy],
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, str],
    code: str,
    words: str,
) -> None:
    monkeypatch.setattr("app.backends.mxaccess.galaxy.names._PAUSE_S", 0.0)
    galaxy = galaxy_at(server, **changed)
    with pytest.raises(GalaxyError) as refused:
        await galaxy.page("", "", 10)
    assert refused.value.code == code
    assert words.format(port=server.port) in str(refused.value)
    assert "canary" not in str(refused.value)
    assert len(server.logins) == 1, "one attempt: others would lock the account"
    with pytest.raises(GalaxyError):
        await galaxy.properties("Tank101.Level")
    assert len(server.logins) == (1 if code == "AuthenticationFailed" else 2)


@pytest.mark.clause("M19")
@pytest.mark.parametrize(
    ("number", "said", "code", "words"),
    [
        (208, "Invalid object name 'dbo.gobject'.", "SourceRefused", "is no Galaxy, or none of a version"),
        (229, "The SELECT permission was denied.", "SourceRefused", "may not be read by this login (db_datareader"),
        (1222, "Lock request time out period exceeded.", "Timeout", "is busy with other work"),
        (1205, "Transaction was deadlocked.", "Timeout", "is busy with other work"),
        (50000, "no " + "x" * 5000, "SourceRefused", "refused (50000): no x"),
    ],
)
async def test_what_the_database_refuses_is_told_in_words_and_the_next_question_asks_anew(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], number: int, said: str, code: str, words: str
) -> None:
    def refuse(statement: str) -> None:
        if "SELECT" in statement:
            raise SqlError(number, said)

    server.on_statement = refuse
    galaxy = galaxy_at(server)
    with pytest.raises(GalaxyError) as refused:
        await galaxy.page("", "", 10)
    assert (refused.value.code, words in str(refused.value)) == (code, True)
    assert len(str(refused.value)) < 500
    server.on_statement = lambda statement: None
    assert (await galaxy.page("", "", 10)).nodes
    assert server.connections == 2


@pytest.mark.clause("M19")
async def test_a_server_that_is_not_there_and_comes_back(galaxy_at: Callable[..., Galaxy]) -> None:
    server = TdsServer(small_plant().done())
    galaxy = galaxy_at(server)
    server.stop()
    with pytest.raises(GalaxyError, match=rf"127\.0\.0\.1:{server.port} cannot be reached") as refused:
        await galaxy.page("", "", 10)
    assert refused.value.code == "SourceUnreachable"


@pytest.mark.clause("M19")
async def test_an_idle_connection_that_was_lost_is_made_anew_unnoticed(
    server: TdsServer, galaxy_at: Callable[..., Galaxy]
) -> None:
    galaxy = galaxy_at(server)
    await galaxy.page("", "", 10)
    server.drop()
    assert (await galaxy.page("", "", 10)).nodes
    assert server.connections == 2


@pytest.mark.clause("M19")
async def test_a_connection_that_is_lost_in_the_middle_is_told_and_not_tried_for_ever(
    server: TdsServer, galaxy_at: Callable[..., Galaxy]
) -> None:
    galaxy = galaxy_at(server)
    await galaxy.page("", "", 10)
    server.on_statement = lambda statement: False if "SELECT" in statement else None
    with pytest.raises(GalaxyError, match=r"the connection to the database ZB at .* was lost") as refused:
        await galaxy.page("", "", 10)
    assert (refused.value.code, server.connections) == ("SourceUnreachable", 2)
    server.on_statement = lambda statement: None
    assert (await galaxy.page("", "", 10)).nodes


@pytest.mark.clause("M19", "M20")
async def test_a_server_that_sends_readers_elsewhere_is_named_and_nobody_follows(
    server: TdsServer, galaxy_at: Callable[..., Galaxy]
) -> None:
    other = TdsServer(small_plant().done())
    server.routes_to = other.place
    try:
        with pytest.raises(GalaxyError, match="sends readers to another server"):
            await galaxy_at(server).page("", "", 10)
        assert other.logins == [], "there it would go without encryption"
    finally:
        other.stop()


@pytest.mark.clause("M19")
async def test_a_database_that_hangs_is_given_up_in_time(server: TdsServer, galaxy_at: Callable[..., Galaxy]) -> None:
    galaxy = galaxy_at(server, timeout_s=0.5)
    server.gate.clear()
    with pytest.raises(GalaxyError, match=r"did not answer within 0\.5 s") as refused:
        await galaxy.page("", "", 10)
    assert refused.value.code == "Timeout"
    server.gate.set()
    assert (await galaxy.page("", "", 10)).nodes


@pytest.mark.clause("M19")
async def test_nobody_waits_long_for_properties_nor_twice(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.backends.mxaccess.galaxy.names._PATIENCE_S", 0.2)
    galaxy = galaxy_at(server)
    server.gate.clear()
    with pytest.raises(GalaxyError, match="does not answer soon"):
        await galaxy.properties("Tank101.Level")
    asked = len(server.statements)
    with pytest.raises(GalaxyError, match="does not answer soon"):
        await galaxy.properties("Pump_001.Speed")
    assert len(server.statements) == asked
    server.gate.set()
    assert (await galaxy.page("", "", 10)).nodes, "whoever browses asks, and that it works again is seen"
    assert (await galaxy.properties("Pump_001.Speed")).get("data_type") == "Float"
    server.stop()
    for _ in range(2):
        with pytest.raises(GalaxyError):
            await galaxy.properties("Tank101.Level")


@pytest.mark.clause("M19")
async def test_a_listener_that_says_nothing_is_given_up_in_time(galaxy_at: Callable[..., Galaxy]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        access = Access(Place("127.0.0.1", silent.getsockname()[1]), "ZB", "a", "b", Encryption.NONE, timeout_s=0.3)
        galaxy = Galaxy(access)
        with pytest.raises(GalaxyError, match="did not answer within"):
            await galaxy.page("", "", 10)
        await galaxy.stop()


@pytest.mark.clause("M19")
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        b"\x04\x01\x00\x02\x00\x00\x01\x00",  # shorter than its own header
        b"\x04\x01\x00\x0b\x00\x00\x01\x00\x01\xff",  # and then nothing more
    ],
)
async def test_what_is_no_sql_server_is_told(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], answer: bytes
) -> None:
    server.prelogin_answer = answer
    with pytest.raises(GalaxyError):
        await galaxy_at(server).page("", "", 10)


def packet(body: bytes) -> bytes:
    return struct.pack(">BBHHBB", 4, 1, len(body) + 8, 0, 1, 0) + body


@pytest.mark.clause("M19")
@pytest.mark.parametrize(
    "garbage",
    [
        packet(b"\x00" * 40),
        packet(b"\x81\x02\x00" + b"\xee" * 30),  # columns of no known type
        packet(b"\x81\x01\x00\x00\x00\x00\x00\x09\x00\xe7"),  # ends within one
        packet(b"\xaa\xff\xff" + b"\x01" * 20),
        b"\x04\x01\xff\xff\x00\x00\x01\x00" + b"\x81" * 4096,  # longer than its buffer
        b"\x04\x00\x00\x03\x00\x00\x01\x00" * 50,  # a length that cannot be
        bytes(range(256)) * 8,
    ],
)
async def test_an_answer_without_sense_is_an_error_and_not_the_end(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], garbage: bytes
) -> None:
    galaxy = galaxy_at(server, timeout_s=2)
    server.on_statement = lambda statement: garbage if "SELECT" in statement else None
    with pytest.raises(GalaxyError):
        await galaxy.page("", "", 10)
    server.on_statement = lambda statement: None
    assert (await galaxy.page("", "", 10)).nodes


@pytest.mark.clause("M19")
async def test_closing_ends_a_question_that_hangs(server: TdsServer, galaxy_at: Callable[..., Galaxy]) -> None:
    galaxy = galaxy_at(server)
    server.gate.clear()
    asked = asyncio.create_task(galaxy.page("", "", 10))
    await until(lambda: server.statements, "the question")
    await galaxy.stop()
    with pytest.raises(GalaxyError):
        await asked
    with pytest.raises(GalaxyError, match="is being closed"):
        await galaxy.page("", "", 10)
    await until(lambda: "Galaxy" not in [one.name for one in threading.enumerate()], "the end of its thread")


@pytest.mark.clause("M19")
async def test_a_question_that_nobody_waits_for_any_more_is_not_asked(
    server: TdsServer, galaxy_at: Callable[..., Galaxy]
) -> None:
    galaxy = galaxy_at(server)
    server.gate.clear()
    first = asyncio.create_task(galaxy.page("", "", 10))
    await until(lambda: server.statements, "the first question")
    second = asyncio.create_task(galaxy.page("find:unwanted", "", 10))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    server.gate.set()
    await first
    await galaxy.page("", "", 10)
    assert not [one for _, one in server.statements if "%unwanted%" in one.values()]


# ---- encryption


@pytest.fixture
def authority(tmp_path: Path) -> OwnCertificates:
    return OwnCertificates(tmp_path / "certificates", ["127.0.0.1"])


@pytest.mark.clause("M20")
@pytest.mark.parametrize("encryption", [Encryption.VERIFY, Encryption.TRUST])
async def test_all_is_encrypted_from_the_login_on(
    server: TdsServer,
    galaxy_at: Callable[..., Galaxy],
    authority: OwnCertificates,
    tmp_path: Path,
    encryption: Encryption,
) -> None:
    server.certificate, server.encryption = shown(authority, tmp_path), ON
    ca = str(authority.authority_file) if encryption is Encryption.VERIFY else ""
    galaxy = galaxy_at(server, encryption=encryption, ca=ca)
    assert len(await everything(galaxy, "object:Tank101")) == 7
    assert [login.encrypted for login in server.logins] == [True]


def shown(authority: OwnCertificates, directory: Path) -> tuple[str, str]:
    identity = authority.server()
    certificate, key = directory / "server.pem", directory / "server.key"
    certificate.write_bytes(identity.certificate)
    key.write_bytes(identity.private_key)
    return str(certificate), str(key)


@pytest.mark.clause("M20")
async def test_a_certificate_that_is_not_trusted_sees_no_login(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], authority: OwnCertificates, tmp_path: Path
) -> None:
    server.certificate, server.encryption = shown(authority, tmp_path), ON
    with pytest.raises(
        GalaxyError, match=r"is not trusted \(.*\): give the file of its authority by galaxy_ca"
    ) as told:
        await galaxy_at(server, encryption=Encryption.VERIFY).page("", "", 10)
    assert told.value.code == "CertificateUntrusted"
    assert server.logins == []


@pytest.mark.clause("M20")
async def test_one_side_that_cannot_encrypt_is_told_and_nothing_is_sent_in_clear(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], tmp_path: Path
) -> None:
    with pytest.raises(GalaxyError, match="does not encrypt: nothing was sent"):
        await galaxy_at(server, encryption=Encryption.TRUST).page("", "", 10)
    server.encryption = REQUIRED
    with pytest.raises(GalaxyError, match="demands encryption: set galaxy_encryption to verify or trust"):
        await galaxy_at(server, encryption=Encryption.NONE).page("", "", 10)
    assert server.logins == []
    (tmp_path / "empty.pem").write_text("none")
    with pytest.raises(GalaxyError, match=r"the certificates in .*empty\.pem cannot be read"):
        await galaxy_at(server, encryption=Encryption.VERIFY, ca=str(tmp_path / "empty.pem")).page("", "", 10)


# ---- where it is


@pytest.mark.clause("M21")
@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("grnode", Place("grnode"), "grnode"),
        ("grnode:1444", Place("grnode", 1444), "grnode:1444"),
        ("gr.plant.local,1444", Place("gr.plant.local", 1444), "gr.plant.local:1444"),
        (r"grnode\ARCHESTRA", Place("grnode", instance="ARCHESTRA"), r"grnode\ARCHESTRA"),
        (".", Place("localhost"), "localhost"),
        (r"(local)\X", Place("localhost", instance="X"), r"localhost\X"),
        ("[::1]:1433", Place("::1", 1433), "[::1]:1433"),
    ],
)
def test_forms_of_a_server(text: str, place: Place, words: str) -> None:
    assert place_of(text) == place
    assert str(place) == words


@pytest.mark.clause("M21")
@pytest.mark.parametrize("text", ["", " ", "a b", "a:70000", "a:0", "a:x", "a\\b\\c", "user@a", "tcp://a", "a\\i:5"])
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no server: write SERVER"):
        place_of(text)


@pytest.mark.clause("M21")
def test_the_port_of_an_instance_is_asked_for() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as browser:
        browser.bind(("127.0.0.1", 0))
        browser.settimeout(10)
        port = browser.getsockname()[1]
        answers = [b"ServerName;GR;InstanceName;X;IsClustered;No;tcp;50123;;", b"ServerName;GR;InstanceName;X;;"]

        def answer() -> None:
            for one in answers:
                asked, who = browser.recvfrom(100)
                assert asked == b"\x04X\0"
                browser.sendto(b"\x05" + struct.pack("<H", len(one)) + one, who)

        thread = threading.Thread(target=answer)
        thread.start()
        place = Place("127.0.0.1", instance="X")
        assert port_of(place, 10, port) == 50123
        with pytest.raises(GalaxyError, match="offers no instance X by TCP"):
            port_of(place, 10, port)
        thread.join()
        with pytest.raises(GalaxyError, match=r"does not tell the port of X: start that service, or name the port"):
            port_of(place, 0.05, port)
    assert port_of(Place("anywhere"), 1) == 1433


# ---- options, the driver, secrets

GALAXY = {"galaxy": "grnode", "galaxy_database": "ZB"}


@pytest.mark.clause("M21")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"galaxy": "grnode"}, "option galaxy_database is missing: the name of the Galaxy"),
        (
            {"galaxy_database": "ZB"},
            "option galaxy_database belongs to a Galaxy: name its SQL Server by the option galaxy",
        ),
        ({"user": "me", "password": PASSWORD}, "option user belongs to a Galaxy"),
        ({**GALAXY, "galaxy": "a b"}, "option galaxy: 'a b' is no server"),
        ({**GALAXY, "tags": "t.csv"}, "options tags and galaxy: tags are browsed from one of them alone"),
        ({**GALAXY, "galaxy_encryption": "yes"}, "but must be verify, trust, none"),
        ({**GALAXY, "galaxy_encryption": "none", "galaxy_ca": "x"}, "option galaxy_ca: no certificate is checked"),
        ({**GALAXY, "galaxy_timeout_s": 60}, "option galaxy_timeout_s is 60, but must be 1 to 25"),
        ({**GALAXY, "galaxy_builtin": 1}, "option galaxy_builtin is 1, but must be true or false"),
        ({**GALAXY, "user": "me"}, "option password is missing: that of me"),
        ({**GALAXY, "user": "me", "password": "canary" * 30}, "option password is longer than 128 characters"),
        ({**GALAXY, "galaxy_database": "Z" * 129}, "option galaxy_database is longer than 128 characters"),
        ({**GALAXY, "user": "me", "password": 5555}, "option password must be a text"),
    ],
)
def test_wrong_options_of_a_galaxy_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as refused:
        MxAccessOptions.of(options)
    assert words in str(refused.value)
    assert "canary" not in str(refused.value)
    assert "5555" not in str(refused.value)


@pytest.mark.clause("M21")
async def test_without_windows_only_logins_of_the_sql_server_work(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for user in ("", r"PLANT\reader"):
        with pytest.raises(GalaxyError, match="Windows logs in on Windows only: give the options user and password"):
            await galaxy_at(server, user=user).page("", "", 10)
    assert server.logins == []


class WindowsLogin:
    """As python-tds' SspiAuth, without Windows."""

    made: ClassVar[list[dict[str, str]]] = []
    refusal = ""

    def __init__(self, **given: str) -> None:
        self.made.append(given)

    def create_packet(self) -> bytes:
        if self.refusal:
            raise Exception(self.refusal)  # noqa: TRY002 - as it does
        return b"NTLMSSP\0 negotiate"

    def handle_next(self, packet: bytes) -> bytes:
        return b""

    def close(self) -> None:
        pass


@pytest.mark.clause("M21")
@pytest.mark.parametrize(("user", "password"), [("", ""), (r"PLANT\reader", PASSWORD)])
async def test_on_windows_an_account_of_windows_logs_in(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], monkeypatch: pytest.MonkeyPatch, user: str, password: str
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("pytds.login.SspiAuth", WindowsLogin)
    monkeypatch.setattr(WindowsLogin, "made", [])
    monkeypatch.setattr("socket.getfqdn", lambda host: "grnode.plant.local")
    assert (await galaxy_at(server, user=user, password=password).page("", "", 10)).nodes
    spn = f"MSSQLSvc/grnode.plant.local:{server.port}"
    assert WindowsLogin.made == [{"user_name": user, "password": password, "spn": spn}]
    (login,) = server.logins
    assert (login.sspi, login.user, login.password) == (True, "", "")
    monkeypatch.setattr(WindowsLogin, "refusal", "SSPI Error SEC_E_NO_CREDENTIALS")
    with pytest.raises(GalaxyError, match=r"Windows does not log .* in at .*: SSPI Error SEC_E_NO") as refused:
        await galaxy_at(server, user=user, password=password).page("", "", 10)
    assert refused.value.code == "AuthenticationFailed"


@pytest.mark.clause("M21")
async def test_without_python_tds_it_says_what_to_install(
    server: TdsServer, galaxy_at: Callable[..., Galaxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pytds", None)
    with pytest.raises(
        GalaxyError, match=r"python-tds is missing in .*: install it there by -m pip install python-tds"
    ):
        await galaxy_at(server).page("", "", 10)
    monkeypatch.setattr("sys.frozen", True, raising=False)
    with pytest.raises(GalaxyError, match="this installation cannot read a Galaxy: its worker was built without"):
        await galaxy_at(server).page("", "", 10)


class Desk:
    """The driver in the worker's own loop, over a scripted MXAccess and a Galaxy that is real TDS."""

    def __init__(self, server: TdsServer) -> None:
        self.options = {
            "galaxy": server.place, "galaxy_database": "ZB", "user": "reader", "password": PASSWORD,
            "galaxy_encryption": "none",
        }  # fmt: skip
        self.apartment = ScriptedApartment(ScriptedLmx())
        clock = ManualClock()
        self.driver = MxAccessDriver(clock, self.apartment)
        self.outbox = Outbox(clock, lambda batch: None, batch_limit=1000, batch_delay_s=0.001, backlog_limit=1000)
        self.loop = CommandLoop(self.driver, self.outbox, clock, state_changed=print, failed=print)
        self.sink = RecordingSink()

    async def __aenter__(self) -> Desk:
        await self.driver.start(self.options, self.sink)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.loop.close()
        self.outbox.close()


@pytest.mark.clause("M15", "M19")
async def test_values_go_on_while_the_database_hangs_and_after_it(server: TdsServer) -> None:
    async with Desk(server) as desk:
        assert "Browse" not in desk.driver.unsupported
        assert server.connections == 0, "the start asks nothing"
        await desk.loop.execute(c.Register("test"))
        await desk.loop.execute(c.AddItem(1, "Tank101.Level"))
        await desk.loop.execute(c.Advise(1, 1))
        server.gate.clear()
        browsing = asyncio.create_task(desk.loop.execute(c.Browse()))
        await until(lambda: server.statements, "the question")
        desk.apartment.data(2, 1, Raw(v.R4, 1.5))
        assert desk.sink.last(item_key(1, 1)).value == 1.5
        assert not browsing.done()
        server.gate.set()
        assert [one.name for one in (await browsing).payload.nodes] == ["Plant"]  # type: ignore[union-attr]
        server.stop()
        reply = await desk.loop.execute(c.Browse())
        assert reply.message.startswith(f"{server.place} cannot be reached"), "as people read it"
        assert reply.diagnostic == f"SourceUnreachable: {reply.message}"
        desk.apartment.data(2, 1, Raw(v.R4, 2.5))
        assert desk.sink.last(item_key(1, 1)).value == 2.5
        assert desk.sink.faults == []


@pytest.mark.clause("M22")
async def test_a_password_stands_in_no_log_no_error_and_no_text(
    server: TdsServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = [repr(MxAccessOptions.of({**GALAXY, "user": "me", "password": PASSWORD}).access)]
    async with Desk(server) as desk:
        said.append(repr(desk.driver.options))
        for users, database in (({}, "ZB"), ({"reader": PASSWORD}, "None"), ({"reader": PASSWORD}, "ZB")):
            server.users, server.name = users, database
            said.append(repr(await desk.loop.execute(c.Browse())))
        server.on_statement = lambda statement: b"\x00" * 50
        said.append(repr(await desk.loop.execute(c.Browse("object:Plant"))))
    said += [caplog.text, *capfd.readouterr()]
    assert [login.password for login in server.logins].count(PASSWORD) >= 3
    assert "canary" not in "".join(said)
    assert "SELECT" not in caplog.text, "what is asked is nobody's either"


# ---- the doctor


@pytest.mark.clause("M23")
def test_the_doctor_tells_versions_counts_and_columns_without_a_name(
    server: TdsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.jsonl"
    options = {
        "galaxy": server.place, "galaxy_database": "ZB", "user": "reader", "password": PASSWORD,
        "galaxy_encryption": "none",
    }  # fmt: skip
    monkeypatch.setattr("sys.platform", "linux")  # it looks at the Galaxy first, then MXAccess lacks
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(options) + "\n"))
    with pytest.raises(SystemExit):
        probe.main(["--options-on-stdin", "--out", str(out)])
    text = out.read_text(encoding="utf-8")
    told = {line["what"]: line for line in map(json.loads, text.splitlines())}
    assert told["Galaxy"]["by_windows"] is False
    assert (told["Galaxy version"]["version"], told["Galaxy version"]["edition"][:7]) == ("16.0.1000.6", "Express")
    assert told["Galaxy columns"]["tables"]["dynamic_attribute"]["mx_value"] == "text"
    objects = told["Galaxy objects"]
    assert (objects["instances"], objects["deployed"], objects["by_category"]["13"]) == (6, 5, [2, 2])
    assert [10, 2, True, 1] in told["Galaxy attributes"]["by_category_type_array"]
    assert (told["Galaxy first level"]["objects"], told["Galaxy first level"]["areas"]) == (1, 1)
    assert told["Galaxy object"]["attributes"] == 2
    assert told["Galaxy search"]["attributes"] == 8
    for name in ("Tank", "Plant", "Level", "reader", "canary", "127.0.0.1", "ZB"):
        assert name not in text
    assert "canary" not in "".join(capsys.readouterr())


@pytest.mark.clause("M23")
@pytest.mark.parametrize(
    ("users", "statement", "refused"),
    [({}, "", {"Galaxy version refused": ("AuthenticationFailed", "18456")}),
     ({"reader": PASSWORD}, "dynamic_attribute a\nGROUP", {"Galaxy attributes refused": ("SourceRefused", "208")})],
)  # fmt: skip
def test_the_doctor_goes_on_where_it_can_and_says_what_was_refused(
    server: TdsServer, users: dict[str, str], statement: str, refused: dict[str, tuple[str, str]]
) -> None:
    def refuse(asked: str) -> None:
        if statement and statement in asked:
            raise SqlError(208, "Invalid object name.")

    server.users, server.on_statement = users, refuse
    out = io.StringIO()
    access = Access(place_of(server.place), "ZB", "reader", PASSWORD, Encryption.NONE)
    words = look(access, probe.Report(out).say)
    told = {line["what"]: line for line in map(json.loads, out.getvalue().splitlines())}
    assert {what: (line["code"], line["number"]) for what, line in told.items() if "refused" in what} == refused
    assert words
    assert "canary" not in words + out.getvalue()
    assert ("Galaxy search" in told) is bool(users)


@pytest.mark.clause("M23", "M22")
def test_the_doctor_gets_its_password_by_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[list[str], str]] = []

    def run(command: list[str], *, input: str, **_: Any) -> Any:
        started.append((command, input))
        return subprocess.CompletedProcess(command, 7)

    monkeypatch.setattr(doctor, "command_for", lambda backend: ["worker32"])
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("TAGWATCH_PASSWORD", PASSWORD)
    words = ["doctor", "mxaccess", "--option", "galaxy=grnode", "--option", "galaxy_database=ZB", "--user", "reader"]
    assert cli.main(words) == 7
    ((command, told),) = started
    assert "canary" not in " ".join(command)
    assert json.loads(told) == {**GALAXY, "user": "reader", "password": PASSWORD}
    with pytest.raises(SystemExit):
        cli.main([*words, "--option", "password=x"])
