"""The engine whole: real workers of the simulated plant, through real pipes."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from app import commands as c
from app.batch import EventBatch
from app.config import RestartPolicy
from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.tasks import join, spawn
from app.values import EventKind
from app.watch import Output
from tests.helpers.engine import changes, engine, open_handles, sample, subscribed, until
from tests.helpers.launching import Bench, children, worker_spec

ROOT = Path(__file__).resolve().parents[2]
SIM = {"first_data_ms": 10, "load_tags": 100}


@pytest.mark.clause("S3.1", "S8.3", "S11.4")
async def test_live_values_from_the_worker_to_the_mirror() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", SIM))
        keys = await subscribed(session, "Tank101.Level", "Pump101.Starts", "Sample.Strings[]")
        level = await sample(session, keys["Tank101.Level"])
        assert level.quality == 192
        assert (await sample(session, keys["Pump101.Starts"])).value >= 9_007_199_254_740_993
        await until(lambda: len(recorder.events()) > 10, "events")
        sequences = [event.sequence for event in recorder.events()]
        assert sequences == list(range(1, len(sequences) + 1))


@pytest.mark.clause("S7.3", "S7.4")
async def test_a_write_through_everything() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", SIM))
        keys = await subscribed(session, "Sample.Double", "Reactor.EmergencyCooling")
        key, secured = keys["Sample.Double"], keys["Reactor.EmergencyCooling"]
        await sample(session, key)
        await calls.write(session, key >> 32, key & 0xFFFF_FFFF, 12.5)
        done = await until(lambda: recorder.completion(key), "the completion")
        assert done.detail.statuses[0].ok
        await until(lambda: session.items.sample(key).value == 12.5, "the value read back")
        await sample(session, secured)
        await calls.write(session, secured >> 32, secured & 0xFFFF_FFFF, True)
        refused = await until(lambda: recorder.completion(secured), "the completion")
        assert "secured write needed" in refused.detail.statuses[0].words
        user = await calls.authenticate(session, secured >> 32, "operator", "operator")
        await calls.write_secured(session, secured >> 32, secured & 0xFFFF_FFFF, True, user, user)
        await until(lambda: session.items.sample(secured).value is True, "the secured value")


@pytest.mark.clause("S7.3")
async def test_suspend_completes_as_an_operation() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", SIM))
        key = (await subscribed(session, "Tank101.Level"))["Tank101.Level"]
        await sample(session, key)
        reply = await session.invoke(c.Suspend(key >> 32, key & 0xFFFF_FFFF))
        assert reply.statuses[0].pending
        (done,) = await until(lambda: recorder.events(EventKind.OPERATION_COMPLETE), "the operation")
        assert done.key == key


@pytest.mark.clause("S11.5", "S7.2")
async def test_heartbeats_and_commands_go_on_under_load() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", {"load_tags": 5000, "load_rate": 200_000.0}))
        await subscribed(session, *(f"load.{i}" for i in range(5000)))
        await until(lambda: session.info().events > 50_000, "load")
        for number in range(20):
            assert (await calls.ping(session, str(number))).text == str(number)
        first = session.info().heartbeat
        assert first is not None
        later = await until(
            lambda: (beat := session.info().heartbeat) and beat.last_sequence > first.last_sequence and beat,
            "a later heartbeat",
        )
        assert later.pid == session.worker_pid
        assert later.received >= later.last_sequence


@pytest.mark.clause("S11.7")
async def test_a_gateway_that_does_not_read_gets_the_newest() -> None:
    async with engine(worker_backlog=2000) as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", {"load_tags": 500, "load_rate": 100_000.0}))
        keys = await subscribed(session, *(f"load.{i}" for i in range(500)))
        await until(lambda: session.info().events > 5000, "load")
        transport: Any = session._client._transport  # type: ignore[union-attr]
        transport.pause_reading()
        # The worker's own clock goes on: its backlog fills however long this takes.
        await asyncio.sleep(1.5)
        transport.resume_reading()
        await until(lambda: session.info().coalesced > 0, "coalesced events")
        events = recorder.events()
        assert [e.sequence for e in events] == list(range(1, len(events) + 1)), "no gap: coalesced is not lost"
        assert {event.key for event in events} == set(keys.values())


@pytest.mark.clause("S11.8", "S11.6")
async def test_a_killed_worker_comes_back_with_the_same_handles() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", SIM, restart=RestartPolicy.ON_FAULT))
        keys = await subscribed(session, "Tank101.Level", "Reactor.PV")
        key = keys["Tank101.Level"]
        await sample(session, key)
        first = session.worker_pid
        assert first is not None
        psutil.Process(first).kill()
        await until(lambda: recorder.told(NoticeKind.FAULT), "the fault")
        assert re.search("SIGKILL|exit code", recorder.told(NoticeKind.FAULT)[0].message)
        await until(lambda: session.state == "Ready" and session.worker_pid != first, "the new worker")
        await changes(session, key, 2)
        sequences = [event.sequence for event in recorder.events()]
        assert sequences == list(range(1, len(sequences) + 1)), "sequences go on"
        restored = recorder.told(NoticeKind.WORKER_RESTART)[-1]
        assert "2 of 2 items restored" in restored.message


LOAD = {"load_tags": 1000, "load_rate": 50_000.0}


async def under_load(session: Session) -> None:
    await subscribed(session, *(f"load.{i}" for i in range(1000)))
    await until(lambda: session.info().events > 5000, "load")


@pytest.mark.clause("S4.2", "S4.3")
async def test_a_slow_subscriber_is_disconnected_alone() -> None:
    async with engine(event_queue=5000) as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", LOAD))
        slow, quick = session.attach(), session.attach()
        read = 0

        async def reads() -> None:
            nonlocal read
            async for pieces in quick:
                read += sum(len(piece) for piece in pieces if isinstance(piece, EventBatch))

        reading = spawn(reads(), name="reader")
        await under_load(session)
        await until(lambda: slow.overflowed, "the overflow")
        taken = await slow.next()
        assert sum(len(piece) for piece in taken if isinstance(piece, EventBatch)) == 5000, "what fitted is kept"
        with pytest.raises(GatewayError, match="its queue of 5000 events was full"):
            await slow.next()
        before = read
        await until(lambda: read > before + 5000, "the other one's events")
        assert session.state == "Ready"
        assert runtime.metrics.value("tagwatch_queue_overflow_total", {"queue": "grpc-event-stream"}) == 1
        quick.close()
        await join(reading)


@pytest.mark.clause("S3.6", "S4.3")
async def test_a_mirror_that_cannot_keep_up_starts_again_and_tells_the_gap() -> None:
    async with engine(mirror_queue=100) as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", LOAD))
        await under_load(session)
        (told, *_) = await until(lambda: recorder.told(NoticeKind.MIRROR_RESTARTED), "the gap's notice")
        assert int(told.details["missed"]) > 0
        count = len(recorder.batches)
        await until(lambda: len(recorder.batches) > count, "events after the gap")
        assert session.state == "Ready"
        assert runtime.metrics.value("tagwatch_queue_overflow_total", {"queue": "dashboard-mirror"}) >= 1


@pytest.mark.clause("S3.5")
async def test_a_broadcaster_that_raises_stops_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine() as (runtime, recorder):
        broken = True
        publish = recorder.publish

        def raising(session_id: str, batch: EventBatch) -> None:
            if broken:
                raise RuntimeError(f"cannot show {list(batch)}")
            publish(session_id, batch)

        monkeypatch.setattr(recorder, "publish", raising)
        session = await runtime.manager.open(OpenRequest("sim", LOAD))
        await under_load(session)
        broken = False
        await until(lambda: recorder.batches, "events as soon as it is whole again")
        assert session.state == "Ready"
        said = [record.getMessage() for record in caplog.records if "broadcaster failed" in record.getMessage()]
        assert len(said) == 1
        assert "Event(" not in said[0]


@pytest.mark.clause("S10.4", "S12.1")
@pytest.mark.slow
async def test_64_sessions_open_and_close_together() -> None:
    before = open_handles()
    async with engine(worker_startup_s=90.0, heartbeat_grace_s=60.0) as (runtime, recorder):
        sessions = await asyncio.gather(*(runtime.manager.open(OpenRequest("sim", SIM)) for _ in range(64)))
        with pytest.raises(GatewayError, match="64 sessions"):
            await runtime.manager.open(OpenRequest("sim"))
        assert len({session.worker_pid for session in sessions}) == 64
        await asyncio.gather(*(session.close() for session in sessions))
        assert len(runtime.manager) == 0
    assert children() == []
    assert open_handles() <= before + 2


@pytest.mark.clause("S10.1", "S10.4")
async def test_close_during_the_start_of_a_slow_source() -> None:
    async with engine() as (runtime, recorder):
        opening = asyncio.ensure_future(runtime.manager.open(OpenRequest("sim", {"start_delay_ms": 60_000})))
        session = await until(lambda: runtime.manager.list() and runtime.manager.list()[0], "the session")
        await until(lambda: session.state == "InitializingWorker", "the start")
        await session.close()
        with pytest.raises(GatewayError, match="closed during its start"):
            await opening
        assert runtime.manager.list() == []


@pytest.mark.clause("S12.2")
async def test_a_source_that_refuses_says_so() -> None:
    async with engine() as (runtime, recorder):
        with pytest.raises(GatewayError, match="no licence") as refused:
            await runtime.manager.open(OpenRequest("sim", {"fail_start": "no licence"}))
        assert refused.value.code == "SourceUnreachable"
        with pytest.raises(GatewayError, match="nonsense"):
            await runtime.manager.open(OpenRequest("nonsense"))


@pytest.mark.clause("R8", "S11.1")
async def test_secrets_are_on_no_command_line() -> None:
    async with engine() as (runtime, recorder):
        session = await runtime.manager.open(OpenRequest("sim", {"fail_start": "", **SIM}))
        line = " ".join(psutil.Process(session.worker_pid).cmdline())
        assert session.spec.nonce not in line
        assert "fail_start" not in line
        assert session.id in line


#: Runs a worker, and leaves the names of its modules in a file as it ends.
LISTING = """
import sys
from app.worker.main import main
code = main(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write("\\n".join(sys.modules))
sys.exit(code)
"""


async def test_a_sim_worker_is_small(tmp_path: Path) -> None:
    """What a worker of the plant has imported once it has served everything: no Qt, no grpc, no numpy, no metrics."""
    bench = Bench(tmp_path, command=[sys.executable, "-c", LISTING, str(tmp_path / "modules")])
    client = await bench.start(worker_spec(options={}))
    assert (await client.invoke(c.Register("test"), 10)).ok
    assert (await client.invoke(c.SubscribeBulk(1, ("Reactor.PV", "load.1")), 10)).ok
    assert (await client.invoke(c.ReadBulk(1, ("Tank101.Level",), 5000), 10)).ok
    assert (await client.invoke(c.Browse("", "", 10), 10)).ok
    await client.batches()
    await client.shutdown(10, "enough")
    await client.aclose()
    modules = (tmp_path / "modules").read_text(encoding="utf-8").split()
    tops = {name.partition(".")[0] for name in modules}
    strangers = {"PySide6", "shiboken6", "qasync", "pyqtgraph", "grpc", "numpy", "prometheus_client", "psutil"}
    assert tops & strangers == set()
    assert not {"asyncua", "platformdirs", "app.metrics", "app.backends.host"} & (tops | set(modules))
    assert {"google", "app.backends.sim"} <= tops | set(modules)


# ---- the command line


def watch(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "watch", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60,
        check=False, **more,
    )  # fmt: skip


def test_watch_prints_lines() -> None:
    done = watch("sim", "Tank101.Level", "Reactor.SP", "--count", "4")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert "Tank101.Level" in lines[0]
    assert "good (192)" in lines[0]


def test_watch_prints_json() -> None:
    done = watch("sim", "Sample.Strings[]", "Sample.Bytes", "Pump101.Starts", "--json", "--count", "3")
    events = {event["tag"]: event for event in map(json.loads, done.stdout.splitlines())}
    assert events["Sample.Strings[]"]["value"] == ["alpha", "beta", "", "δέλτα"]
    assert events["Sample.Bytes"]["value"] == "0001feff"
    assert events["Pump101.Starts"]["value"] >= 9_007_199_254_740_993
    assert events["Pump101.Starts"]["quality"] == 192


def test_watch_tells_what_happens_where_somebody_asks() -> None:
    done = watch("sim", "Reactor", "--count", "1", "--verbose")
    assert done.returncode == 0, done.stderr
    assert "SubscribeBulk: Ok" in done.stderr
    assert "Reactor" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nonsense", "x"), 2, "not known"),
        (("sim", "x", "--option", "colour=1"), 3, "colour"),
        (("sim", "x", "--option", "password=x"), 2, "command line"),
        (("sim", "x", "--user", "me"), 2, "OPC UA"),
        (("opc.tcp://127.0.0.1:1", "i=85"), 3, "refused"),
        (("sim", "Reactor", "--count", "0"), 2, "above 0"),
        (("sim", "Reactor", "--settings", "nowhere.toml"), 2, "nowhere.toml"),
    ],
)
def test_watch_says_what_failed(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = watch(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process for SIGTERM without asking it")
def test_watch_stops_on_a_signal_and_leaves_nothing() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "watch", "sim", "Reactor"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert "Reactor" in process.stdout.readline()
    workers = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()
    gone, alive = psutil.wait_procs(workers, 5)
    assert not alive


def test_watch_ends_when_nobody_reads() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "watch", "sim", "load.1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 0
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a device that is always full")
def test_a_full_disk_for_notes_and_logs_costs_no_value() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-m", "app", "watch", "sim", "Reactor", "Nope", "--count", "2"],
            stdout=subprocess.PIPE, stderr=full, text=True, cwd=ROOT, timeout=30, check=False,
        )  # fmt: skip
    assert len(done.stdout.splitlines()) == 2
    assert done.returncode == 0


def test_a_note_that_cannot_be_written_is_left_out() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    Output(sys.stdout, Full()).note("a word that has no place")


@pytest.mark.skipif(sys.platform != "linux", reason="a device that is always full")
def test_watch_says_that_the_disk_is_full() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "app", "watch", "sim", "Reactor"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=30, check=False,
        )  # fmt: skip
    assert done.stderr == "tagwatch: the values cannot be written: No space left on device\n"
    assert done.returncode == 6


def test_watch_without_qt() -> None:
    code = (
        "import sys, app.cli; sys.argv=['x']; app.cli.main(['watch','sim','Reactor','--count','1']);"
        "bad=[m for m in sys.modules if m.startswith(('PySide6','qasync','pyqtgraph','ui'))]; sys.exit(len(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
