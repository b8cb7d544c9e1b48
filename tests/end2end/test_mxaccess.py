"""MXAccess through everything: engine, launcher, pipe, 32-bit worker, COM. The far end is the stand-in; nothing on the
way knows that."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import commands as c
from app.access.certificates import OwnCertificates
from app.config import RestartPolicy
from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.values import EventKind, Status, Timestamp, Value
from tests.helpers import lmx_standin
from tests.helpers.engine import engine, sample, subscribed, until
from tests.helpers.galaxy_tables import small_plant
from tests.helpers.tds_server import ON, TdsServer

ROOT = Path(__file__).resolve().parents[2]
_REASON = lmx_standin.why_not()
pytestmark = [pytest.mark.skipif(bool(_REASON), reason=_REASON), pytest.mark.clause("M12")]


@pytest.fixture
def standin() -> Iterator[None]:
    with lmx_standin.registered():
        yield


@pytest.fixture
def process() -> Iterator[None]:
    """In a process of its own: all goes through COM's marshaller, by the type library."""
    if not lmx_standin.program().is_file():
        pytest.skip(f"{lmx_standin.program()} is not built")
    with lmx_standin.registered_program():
        yield


async def _write(session: Any, recorder: Any, key: int, value: Value) -> Any:
    after = max((event.sequence for event in recorder.events()), default=0)
    await calls.write(session, key >> 32, key & 0xFFFF_FFFF, value)
    done = await until(lambda: recorder.completion(key, after), "the completion")
    return done.detail.statuses[0]


async def _with_time_and_users(session: Any, key: int, verified: int) -> None:
    """Write2 and WriteSecured2, whose arguments are in different orders: each value comes back with the time it got."""
    server, when = key >> 32, Timestamp(1_767_225_600_000_000_000)
    user = await calls.authenticate(session, server, "operator", "right")
    other = await calls.authenticate(session, server, "supervisor", "right")
    await calls.write(session, server, key & 0xFFFF_FFFF, 8.25, when)
    await calls.write_secured(session, server, verified & 0xFFFF_FFFF, 9.25, user, other, when)
    for one, value in ((key, 8.25), (verified, 9.25)):
        await until(lambda one=one, value=value: session.items.sample(one).value == value, "the value")
        assert session.items.sample(one).source_time == when.ns


async def _told(recorder: Any, key: int) -> list[Status]:
    """The statuses of the item's events, waiting for the first."""

    def statuses() -> list[Status]:
        return [status for event in recorder.events() if event.key == key for status in event.detail.statuses]

    return await until(statuses, "a status")


@pytest.mark.usefixtures("standin")
async def test_values_of_every_kind_come_with_quality_time_and_status() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("mxaccess", {}))
        wanted = {
            "Real.A": 1.25, "Whole.A": 42, "Flag.A": True, "Text.A": "Kühlung", "Array.A[]": (0.5, 1.5, 2.5),
            "FileTime.A": 1.25, "TextTime.A": 1.25, "NoTime.A": 1.25,
        }  # fmt: skip
        keys = await subscribed(session, *wanted, "Time.A", "Bad.Reference", "Array.Bare", "Whole.Counter")
        for tag, value in wanted.items():
            got = await sample(session, keys[tag])
            assert (tag, got.value, got.quality) == (tag, value, 192)
        assert isinstance((await sample(session, keys["Time.A"])).value, Timestamp)
        assert (await sample(session, keys["Bad.Reference"])).quality == 4
        for tag, detail in (("Bad.Reference", 6), ("Array.Bare", 1003)):
            assert detail in [status.detail for status in await _told(recorder, keys[tag])]
        await until(lambda: session.items.sample(keys["Whole.Counter"]).value > 44, "a value that goes on")


@pytest.mark.usefixtures("standin")
async def test_writes_of_every_kind_and_their_ends() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("mxaccess", {"first_data_s": 20}))
        written: dict[str, Value] = {
            "Real.W": 7.0, "Whole.W": -5, "Flag.W": False, "Text.W": "zu 🔒", "Array.W[]": (1.0, 2.0, 3.0, 4.0),
            "Real.W.Pending": 3.5, "Real.W.Late": 9.5,
        }  # fmt: skip
        keys = await subscribed(session, *written, "Real.W.Secured", "Real.W.Verified")
        for tag, value in written.items():
            assert (await _write(session, recorder, keys[tag], value)).ok, tag
            await until(lambda tag=tag, value=value: session.items.sample(keys[tag]).value == value, tag)
        for tag, detail in (("Real.W.Secured", 1012), ("Real.W.Verified", 1013)):
            await sample(session, keys[tag])
            assert (await _write(session, recorder, keys[tag], 1.0)).detail == detail
        server, secured = keys["Real.W.Secured"] >> 32, keys["Real.W.Secured"]
        with pytest.raises(GatewayError, match="the user or the password is wrong"):
            await calls.authenticate(session, server, "operator", "wrong")
        user = await calls.authenticate(session, server, "operator", "right")
        await calls.write_secured(session, server, secured & 0xFFFF_FFFF, 2.0, user, user)
        await until(lambda: session.items.sample(secured).value == 2.0, "the secured value")
        await _with_time_and_users(session, keys["Real.W"], keys["Real.W.Verified"])


@pytest.mark.usefixtures("standin")
async def test_suspend_activate_buffered_and_what_is_refused() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("mxaccess", {}))
        keys = await subscribed(session, "Whole.Counter")
        key = keys["Whole.Counter"]
        server = key >> 32
        await sample(session, key)
        assert (await session.invoke(c.Suspend(server, key & 0xFFFF_FFFF))).statuses[0].pending
        await until(lambda: recorder.events(EventKind.OPERATION_COMPLETE), "the operation")
        await session.invoke(c.Activate(server, key & 0xFFFF_FFFF))
        await session.invoke(c.SetBufferedUpdateInterval(server, 150))
        reply = await session.invoke(c.AddBufferedItem(server, "Whole.B"))
        await session.invoke(c.Advise(server, reply.payload.handle))
        await until(lambda: len(recorder.events(EventKind.BUFFERED_DATA_CHANGE)) > 1, "buffered samples")
        refused = await session.invoke(c.AddItem(server, "NoLicence.A"))
        assert (refused.hresult, "no licence" in refused.words + refused.diagnostic) == (-2147024891, True)


@pytest.mark.parametrize(("tag", "options"), [("Real.Crash", {}), ("Real.Hang", {"call_timeout_s": 2})])
@pytest.mark.usefixtures("standin")
async def test_a_server_that_crashes_or_hangs_costs_its_worker(tag: str, options: dict[str, Any]) -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("mxaccess", options, restart=RestartPolicy.NEVER))
        server = (await session.invoke(c.Register("test"))).payload.handle
        item = (await session.invoke(c.AddItem(server, tag))).payload.handle
        with pytest.raises(GatewayError):
            await calls.invoke(session, c.Advise(server, item))
        await until(lambda: recorder.told(NoticeKind.FAULT), "the fault")


@pytest.mark.usefixtures("standin")
async def test_a_silent_platform_is_found_by_its_probe_and_all_items_are_added_anew() -> None:
    async with engine() as (runtime, recorder):
        options = {"probe": "Whole.Counter", "probe_s": 2, "retry_s": 1}
        session = await runtime.manager.open(OpenRequest("mxaccess", options))
        keys = await subscribed(session, "Real.A", "Text.A", "Real.Late")
        assert [(await sample(session, key)).quality for key in keys.values()] == [192, 192, 192]
        server = keys["Real.A"] >> 32
        death = (await session.invoke(c.AddItem(server, "Real.Death"))).payload.handle
        await session.invoke(c.Advise(server, death))
        await until(lambda: recorder.told(NoticeKind.SOURCE_LOST), "the loss")
        await until(lambda: session.items.sample(keys["Real.A"]).quality == 24, "the quality of a loss")
        back = (await until(lambda: recorder.told(NoticeKind.SOURCE_BACK), "the return"))[0]
        assert (back.details["restored"], back.details["items"]) == ("4", "4")
        for key in keys.values():
            await until(lambda key=key: session.items.sample(key).quality == 192, "a value of the new handle")
        assert (await _write(session, recorder, keys["Real.A"], 8.5)).ok


@pytest.mark.usefixtures("standin")
async def test_after_a_call_that_hangs_a_new_worker_has_the_items_again() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(
            OpenRequest("mxaccess", {"call_timeout_s": 2}, restart=RestartPolicy.ON_FAULT)
        )
        keys = await subscribed(session, "Real.A")
        assert (await sample(session, keys["Real.A"])).value == 1.25
        server = keys["Real.A"] >> 32
        hangs = (await session.invoke(c.AddItem(server, "Real.Hang"))).payload.handle
        with pytest.raises(GatewayError):
            await calls.invoke(session, c.Advise(server, hangs))
        await until(lambda: recorder.told(NoticeKind.WORKER_RESTART), "a new worker")
        before = session.items.sequence(keys["Real.A"])
        await until(
            lambda: (
                session.items.sequence(keys["Real.A"]) != before and session.items.sample(keys["Real.A"]).value == 1.25
            ),
            "a value of the new worker",
        )


_DEAF = """
import ctypes, sys, time
from ctypes import wintypes
sys.coinit_flags = 2
from app.backends.mxaccess import lmx
from app.backends.mxaccess.dates import Zone
events = []
proxy = lmx.Proxy(Zone(), events.append)
server = proxy.register("test")
proxy.advise(server, proxy.add_item(server, "Real.A"))
time.sleep(1)  # a thread that takes no messages
print(len(events))
message, end = wintypes.MSG(), time.monotonic() + 20
while not events and time.monotonic() < end:
    if ctypes.windll.user32.PeekMessageW(ctypes.byref(message), None, 0, 0, 1):
        ctypes.windll.user32.DispatchMessageW(ctypes.byref(message))
print(len(events))
proxy.close()
"""


@pytest.mark.usefixtures("standin")
def test_a_thread_that_takes_no_messages_gets_no_events() -> None:
    """Why the worker has a thread for MXAccess that does nothing else than calls and messages."""
    done = subprocess.run(
        [os.environ["TAGWATCH_PYTHON32"], "-X", "utf8", "-c", _DEAF],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.stdout.split() == ["0", "1"], done.stderr


async def _deaf(runtime: Any, recorder: Any, call_timeout_s: int) -> None:
    options = {"probe": "Whole.Counter", "probe_s": 1, "retry_s": 1, "call_timeout_s": call_timeout_s}
    session = await runtime.manager.open(OpenRequest("mxaccess", options, restart=RestartPolicy.NEVER))
    keys = await subscribed(session, "Real.A")
    assert (await sample(session, keys["Real.A"])).quality == 192
    server = keys["Real.A"] >> 32
    deaf = (await session.invoke(c.AddItem(server, "Real.Deaf"))).payload.handle
    await session.invoke(c.Advise(server, deaf))
    lost = await until(lambda: recorder.told(NoticeKind.SOURCE_LOST), "the loss")
    assert "Whole.Counter has told nothing for 1 s" in str(lost[0])
    fault = await until(lambda: recorder.told(NoticeKind.FAULT), "the fault")
    assert f"did not return from a call within {call_timeout_s} s" in str(fault[0])
    assert session.state == "Faulted"
    assert session.items.sample(keys["Real.A"]).quality != 192


@pytest.mark.usefixtures("standin")
async def test_a_thread_that_takes_no_messages_any_more_is_told_and_marks_the_session() -> None:
    """It still takes calls for a while by what anybody sees: only the silence of the probe tells it."""
    async with engine() as (runtime, recorder):
        await _deaf(runtime, recorder, 2)


@pytest.mark.usefixtures("standin")
async def test_a_thread_that_ends_unasked_marks_the_session() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("mxaccess", {}, restart=RestartPolicy.NEVER))
        server = (await session.invoke(c.Register("test"))).payload.handle
        item = (await session.invoke(c.AddItem(server, "Real.Quit"))).payload.handle
        with contextlib.suppress(GatewayError):  # perhaps it ends before the answer has gone
            await session.invoke(c.Advise(server, item))
        fault = await until(lambda: recorder.told(NoticeKind.FAULT), "the fault")
        assert "thread of MXAccess has ended" in str(fault[0])
        assert session.state == "Faulted"


@pytest.mark.usefixtures("standin")
async def test_an_older_version_lacks_what_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMX_STANDIN_VERSION", "3")
    async with engine() as (runtime, _):
        session = await runtime.manager.open(OpenRequest("mxaccess", {}))
        server = (await session.invoke(c.Register("test"))).payload.handle
        item = (await session.invoke(c.AddItem(server, "Real.A"))).payload.handle
        reply = await session.invoke(c.Suspend(server, item))
        assert (reply.code, "Suspend" in reply.words) == (c.ProtocolStatus.UNSUPPORTED, True)


async def test_without_an_installation_it_says_so() -> None:
    async with engine() as (runtime, _):
        with pytest.raises(GatewayError, match=r"not installed on this computer.*0x80040154"):
            await runtime.manager.open(OpenRequest("mxaccess", {}))


def _without_tds() -> bool:
    command = [os.environ.get("TAGWATCH_PYTHON32", ""), "-c", "import pytds"]
    return subprocess.run(command, check=False, capture_output=True).returncode != 0


@pytest.mark.clause("M15", "M19", "M20")
@pytest.mark.usefixtures("standin")
async def test_a_galaxy_is_browsed_and_neither_its_hanging_nor_its_absence_stops_values(tmp_path: Path) -> None:
    if _without_tds():
        pytest.skip("the 32-bit Python has no python-tds")
    authority = OwnCertificates(tmp_path, ["127.0.0.1"])
    authority.server()
    certificate = (str(tmp_path / "server.pem"), str(tmp_path / "server.key"))
    server = TdsServer(small_plant().done(), certificate=certificate, encryption=ON)
    options = {
        "galaxy": server.place, "galaxy_database": "ZB", "user": "reader", "password": server.users["reader"],
        "galaxy_ca": str(authority.authority_file),
    }  # fmt: skip
    try:
        async with engine() as (runtime, recorder):
            session = await runtime.manager.open(OpenRequest("mxaccess", options))
            (key,) = (await subscribed(session, "Whole.Counter")).values()
            page = await calls.browse(session, "object:Tank101")
            assert [node.name for node in page.nodes[:3]] == ["Pump", "100% full_now[x]", "1000 fullXnow"]
            assert [login.encrypted for login in server.logins] == [True]
            asked = len(server.statements)
            server.gate.clear()
            browsing = asyncio.create_task(calls.browse(session))
            await until(lambda: len(server.statements) > asked, "the question")
            first = (await sample(session, key)).value
            await until(lambda: session.items.sample(key).value > first + 2, "values beside a database that hangs")
            assert not browsing.done()
            server.gate.set()
            assert [node.name for node in (await browsing).nodes] == ["Plant"]
            server.stop()
            with pytest.raises(GatewayError, match=rf"127\.0\.0\.1:{server.port} cannot be reached"):
                await calls.browse(session)
            first = session.items.sample(key).value
            await until(lambda: session.items.sample(key).value > first + 2, "values without the database")
            assert not recorder.told(NoticeKind.FAULT)
    finally:
        server.stop()


@pytest.mark.usefixtures("standin")
def test_the_doctor_tells_kinds_and_codes_without_names_and_values(tmp_path: Path) -> None:
    out = tmp_path / "report.jsonl"
    words = ["--tag", "Text.Secret", "--tag", "NoLicence.A", "--seconds", "1", "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor", "mxaccess", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = out.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    seen = {line["what"]: line for line in lines}
    assert seen["created"]["interface"] == 5
    assert seen["OnDataChange"]["value"]["words"] == "VT_BSTR"
    assert seen["AddItem refused"]["hresult"] == -2147024891
    assert "Secret" not in text
    assert "hlung" not in text


@pytest.mark.usefixtures("process")
async def test_values_and_calls_come_through_coms_marshaller() -> None:
    """All but arrays of statuses, which not every marshaller carries: without them a write's end is not known."""
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("mxaccess", {}))
        wanted = {"Real.A": 1.25, "Whole.A": 42, "Flag.A": True, "Text.A": "Kühlung", "Array.A[]": (0.5, 1.5, 2.5)}
        keys = await subscribed(session, *wanted, "Time.A", "Whole.Counter", "Real.W.Verified")
        for tag, value in wanted.items():
            got = await sample(session, keys[tag])
            assert (tag, got.value, got.quality) == (tag, value, 192)
        assert isinstance((await sample(session, keys["Time.A"])).value, Timestamp)
        written: dict[str, Value] = {"Real.A": 7.0, "Text.A": "zu 🔒", "Array.A[]": (1.0, 2.0, 3.0, 4.0)}
        for tag, value in written.items():
            await _write(session, recorder, keys[tag], value)
            await until(lambda tag=tag, value=value: session.items.sample(keys[tag]).value == value, tag)
        await sample(session, keys["Real.W.Verified"])
        await _with_time_and_users(session, keys["Real.A"], keys["Real.W.Verified"])
        server, counter = keys["Whole.Counter"] >> 32, keys["Whole.Counter"] & 0xFFFF_FFFF
        assert (await session.invoke(c.Suspend(server, counter))).statuses[0].pending
        await until(lambda: recorder.events(EventKind.OPERATION_COMPLETE), "the operation")
        reply = await session.invoke(c.AddBufferedItem(server, "Whole.B"))
        await session.invoke(c.Advise(server, reply.payload.handle))
        await until(lambda: len(recorder.events(EventKind.BUFFERED_DATA_CHANGE)) > 1, "buffered samples")
        refused = await session.invoke(c.AddItem(server, "NoLicence.A"))
        assert refused.hresult == -2147024891


@pytest.mark.usefixtures("process")
async def test_a_server_in_another_process_that_takes_no_messages_is_told() -> None:
    with lmx_standin.started():
        async with engine() as (runtime, recorder):
            await _deaf(runtime, recorder, 10)  # which its start needs as well


@pytest.mark.usefixtures("process")
async def test_when_the_servers_process_ends_the_next_call_tells_it_and_a_new_worker_goes_on() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("mxaccess", {}, restart=RestartPolicy.ON_FAULT))
        keys = await subscribed(session, "Real.A")
        assert (await sample(session, keys["Real.A"])).value == 1.25
        lmx_standin.end_servers()
        with pytest.raises(GatewayError, match=r"MXAccess has gone.*not available"):
            await session.invoke(c.AddItem(keys["Real.A"] >> 32, "Real.B"))
        before = session.items.sequence(keys["Real.A"])
        await until(lambda: recorder.told(NoticeKind.WORKER_RESTART), "a new worker")
        await until(lambda: session.items.sequence(keys["Real.A"]) > before, "an event of it")
        await until(lambda: session.items.sample(keys["Real.A"]).value == 1.25, "a value of the new server")


@pytest.mark.clause("M14")
@pytest.mark.usefixtures("standin")
def test_the_frozen_program_brings_a_worker_for_it(tmp_path: Path) -> None:
    folder = Path(os.environ.get("FROZEN_FOLDER", ""))
    if not (folder / "tagwatch-worker32.exe").is_file():
        pytest.skip("FROZEN_FOLDER names no frozen program with tagwatch-worker32.exe")
    # Without any Python on the way: the folder must do alone.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TAGWATCH", "VIRTUAL"))}

    def run(*words: str) -> str:
        done = subprocess.run(
            [str(folder / "tagwatch.exe"), *words], cwd=tmp_path, env=kept | {"TAGWATCH_CONFIG_DIR": str(tmp_path)},
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    seen = [json.loads(line) for line in run("watch", "mxaccess", "Real.A", "--count", "1", "--json").splitlines()]
    assert [(line["tag"], line["value"]) for line in seen] == [("Real.A", 1.25)]
    run("doctor", "mxaccess", "--tag", "Text.A", "--seconds", "1", "--out", str(tmp_path / "report.jsonl"))
    told = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text(encoding="utf-8").splitlines()]
    assert "VT_BSTR" in [line["value"]["words"] for line in told if line["what"] == "OnDataChange"]
