"""Metrics and readiness over HTTP, JSON lines, and what systemd is told."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app import log_fields
from app.access.keys import KeyText
from app.api.json_log import JsonFormatter
from app.api.monitor import Monitor, observer
from app.api.supervisor import Supervisor
from app.errors import ErrorCode, GatewayError
from app.metrics import Metrics
from tests.helpers.clock import ManualClock, settle

pytestmark = pytest.mark.clause("X9")

PROBLEMS: dict[str, str] = {}


@pytest_asyncio.fixture
async def monitor() -> AsyncIterator[Monitor]:
    PROBLEMS.clear()
    monitor = Monitor(Metrics(), lambda: PROBLEMS)
    monitor.start(0)
    yield monitor
    await monitor.stop()
    await monitor.stop()


async def ask(monitor: Monitor, path: str, method: str = "GET", host: str = "") -> tuple[int, str]:
    def work() -> tuple[int, str]:
        connection = http.client.HTTPConnection(monitor.address, timeout=10)
        connection.request(method, path, headers={"Host": host or monitor.address})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text

    return await asyncio.to_thread(work)


async def test_metrics_are_those_of_the_engine(monitor: Monitor) -> None:
    observe = observer(monitor._metrics)
    observe("/tagwatch.gateway.v1.Gateway/ReadBulk", "OK", 0.01)
    observe("/tagwatch.gateway.v1.Gateway/StreamEvents", "CANCELLED", 100.0)
    observe("/somebody.else/Anything" + "x" * 50, "UNIMPLEMENTED", 0.01)
    status, text = await ask(monitor, "/metrics")
    assert status == 200
    assert 'tagwatch_api_calls_total{method="Gateway/ReadBulk",status="OK"} 1.0' in text
    assert 'tagwatch_api_calls_total{method="other",status="UNIMPLEMENTED"} 1.0' in text
    assert 'tagwatch_api_call_seconds_count{method="Gateway/ReadBulk"} 1.0' in text
    assert 'tagwatch_api_call_seconds_count{method="Gateway/StreamEvents"}' not in text
    assert "tagwatch_sessions_opened_total" in text


async def test_readiness_names_what_is_missing(monitor: Monitor) -> None:
    assert await ask(monitor, "/ready") == (200, "ready\n")
    PROBLEMS[""] = "the disk is full"
    PROBLEMS["keys"] = "gone"
    assert await ask(monitor, "/ready") == (503, "server: the disk is full\nkeys: gone\n")
    assert await ask(monitor, "/live") == (200, "live\n")


async def test_what_else_is_asked(monitor: Monitor) -> None:
    assert (await ask(monitor, "/"))[0] == 404
    assert (await ask(monitor, "/metrics", "POST"))[0] == 405
    assert await ask(monitor, "/metrics", "HEAD") == (200, "")
    assert (await ask(monitor, "/metrics", host="evil.example:80"))[0] == 403
    assert (await ask(monitor, "/metrics", host="localhost:1"))[0] == 200


async def test_it_listens_on_loopback_alone_and_says_when_the_port_is_taken(monitor: Monitor) -> None:
    host, _, port = monitor.address.rpartition(":")
    assert host == "127.0.0.1"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(GatewayError, match="Choose another metrics_port") as error:
            Monitor(Metrics(), dict).start(taken.getsockname()[1])
    assert error.value.code == ErrorCode.INVALID_ARGUMENT
    assert int(port)


async def test_a_client_that_says_nothing_does_not_hold_the_end(monitor: Monitor) -> None:
    host, _, port = monitor.address.rpartition(":")
    with socket.create_connection((host, int(port))):
        assert (await ask(monitor, "/live"))[0] == 200
        async with asyncio.timeout(3):
            await monitor.stop()


# ---- log lines


def line(record: logging.LogRecord) -> dict[str, object]:
    text = JsonFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


def record(words: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("app.api", logging.WARNING, "x.py", 1, words, arguments, info)


async def test_a_line_has_the_fields_of_its_call() -> None:
    async def call() -> dict[str, object]:
        log_fields.bind(client=log_fields.Client("abc"), peer="ipv4:1.2.3.4:5", session_id="s1", command="")
        log_fields.bind(worker_pid=42)
        return line(record("one\n%s", "two"))

    found = await asyncio.create_task(call())
    assert found.pop("time")
    assert found == {
        "level": "warning", "logger": "app.api", "message": "one\ntwo",
        "session_id": "s1", "worker_pid": 42, "client": "key abc", "peer": "ipv4:1.2.3.4:5",
    }  # fmt: skip
    assert "client" not in line(record("another call"))
    assert str(log_fields.Client("")) == "no key"
    with pytest.raises(ValueError, match="'colour' is no field of logs"):
        log_fields.bind(colour="red")


@pytest.mark.clause("X6")
def test_a_line_hides_keys_and_the_words_of_errors() -> None:
    key = KeyText.new().reveal()
    try:
        float("canary 47.11")
    except ValueError as error:
        found = line(record(f"refused {key} of %s", "somebody", error=error))
    assert key[-43:] not in json.dumps(found)
    assert "canary" not in json.dumps(found)
    assert "ValueError" in str(found["error"])
    assert line(record("%d", "does not fit"))["message"] == "%d"


# ---- systemd


@pytest.mark.skipif(sys.platform == "win32", reason="systemd is Linux'")
async def test_systemd_is_told(tmp_path: Path) -> None:
    clock = ManualClock()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        environ = {
            "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())
        }  # fmt: skip
        supervisor = Supervisor(clock, environ)
        supervisor.ready("serving on 127.0.0.1:1")
        await settle()
        assert systemd.recv(1000) == b"READY=1\nSTATUS=serving on 127.0.0.1:1"
        assert systemd.recv(1000) == b"WATCHDOG=1"
        await clock.advance(5)
        assert systemd.recv(1000) == b"WATCHDOG=1"
        supervisor.stopping()
        assert systemd.recv(1000).startswith(b"STOPPING=1")
        await supervisor.stop()
    gone = Supervisor(clock, environ)
    gone.ready("nobody listens")
    await gone.stop()
    other = Supervisor(clock, {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"})
    other.ready("no systemd here")
    await other.stop()
