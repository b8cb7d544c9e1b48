"""The API as gRPC's own command line sees it, which learns everything by reflection; with the lines of docs/api.md."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers import grpc_cli
from tests.helpers.serving import Served, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.clause("C7")]

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
_GATEWAY = "tagwatch.gateway.v1.Gateway"


class Line(NamedTuple):
    program: Path
    served: Served

    @property
    def key(self) -> str:
        return f"--metadata=authorization:Bearer {self.served.key}"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL, env={**os.environ, "no_proxy": "127.0.0.1"},
        )  # fmt: skip

    def call(self, method: str, message: str = "") -> str:
        """What it printed of the reply, as JSON."""
        done = self.run("call", self.served.address, f"{_GATEWAY}.{method}", message, self.key, "--json_output")
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    program = grpc_cli.program()
    with serving(tmp_path) as served:
        yield Line(program, served)


def test_it_lists_services_methods_and_messages(line: Line) -> None:
    assert {_GATEWAY, "tagwatch.gateway.v1.Records", "tagwatch.gateway.v1.Alarms", "grpc.health.v1.Health"} <= set(
        line.run("ls", line.served.address).stdout.split()
    )
    assert {"OpenSession", "Invoke", "StreamEvents", "ReadBulk"} <= set(
        line.run("ls", line.served.address, _GATEWAY).stdout.split()
    )
    told = line.run("type", line.served.address, "tagwatch.gateway.v1.StreamEventsRequest").stdout
    assert "uint64 after_sequence = 2;" in told


def test_it_reads_and_writes(line: Line) -> None:
    session = json.loads(line.call("OpenSession", 'source: "plant"'))["id"]
    row = f'session_id: "{session}" server_handle: 1'
    line.call("Invoke", f'session_id: "{session}" register {{ client_name: "grpc_cli" }}')
    subscribe = f'session_id: "{session}" subscribe_bulk {{ server_handle: 1 tags: "Diagnostics.Integer" }}'
    (item,) = json.loads(line.call("Invoke", subscribe))["itemRows"]["rows"]
    assert item["success"]
    entries = (f"entries {{ item_handle: {handle} value {{ integer: 7 }} }}" for handle in (item["itemHandle"], 99))
    written, refused = json.loads(line.call("WriteBulk", f"{row} {' '.join(entries)}"))["rows"]
    assert written["success"]
    assert not refused.get("success")
    assert refused["error"]
    line.call("CloseSession", f'session_id: "{session}"')


def test_a_refusal_has_its_status_and_details(line: Line) -> None:
    done = line.run("call", line.served.address, f"{_GATEWAY}.GetSession", 'session_id: "none"', line.key)
    assert done.returncode != 0
    assert "status code 5" in done.stderr
    assert "SessionNotFound" in done.stderr
    done = line.run("call", line.served.address, f"{_GATEWAY}.ListSessions", "")
    assert "status code 16" in done.stderr


def test_the_lines_of_the_page(line: Line) -> None:
    """Word for word but for address and session; the last one streams until it is stopped."""
    (block,) = re.findall(r"```\n(grpc_cli .*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    *first, streams = block.replace("127.0.0.1:50571", line.served.address).splitlines()
    session = ""
    for told in first:
        done = line.run(*shlex.split(told.replace("…", session))[1:], line.key, "--json_output")
        assert done.returncode == 0, (told, done.stderr)
        session = session or json.loads(done.stdout)["id"]
    arguments = shlex.split(streams.replace("…", session))[1:]
    with subprocess.Popen(
        [line.program, *arguments, line.key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        events = 0
        for text in process.stdout:  # ends with the test's time if none comes
            events += text.strip().startswith("event")
            if events == 3:
                break
        process.kill()
    assert events == 3
