"""The API as a client in another language sees it: made from the .proto files, with the columns read byte by byte."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.helpers import npm
from tests.helpers.serving import serving

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "helpers" / "node_client"


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.clause("C7")
def test_a_client_in_javascript(tmp_path: Path) -> None:
    place = npm.installed(HERE, "grpc-js", ("client.js",))
    with serving(tmp_path) as served:
        done = subprocess.run(
            ["node", "client.js", served.address, str(ROOT / "proto")],
            cwd=place,
            env={**os.environ, "KEY": served.key},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["sources"] == ["plant"]
    assert told["state"] == "SESSION_STATE_READY"
    assert told["item"]["success"]
    sequences = told["events"]["sequences"]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    assert {told["events"]["items"][key] for key in told["events"]["keys"]} == {"Reactor.Conversion"}
    assert all(isinstance(value, float | int) for value in told["events"]["values"])
    integer, text, real = told["read"]
    assert (integer["value"]["integer"], text["value"]["text"], real["value"]["real"]) == ("42", "Good morning", 1.5)
    assert integer["quality"] == 192
    assert told["written"][0]["success"], told["written"]
    assert (told["refused"]["code"], told["refused"]["rich"]) == (5, 1)
    assert told["closed"]["already_closed"] is False


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.clause("C7")
def test_a_client_that_learns_everything_by_reflection(tmp_path: Path) -> None:
    place = npm.installed(HERE, "grpc-js", ("reflect.js",))
    with serving(tmp_path) as served:
        done = subprocess.run(
            ["node", "reflect.js", served.address],
            cwd=place,
            env={**os.environ, "KEY": served.key},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    services = {"Gateway", "Records", "Alarms"}
    assert {f"tagwatch.gateway.v1.{name}" for name in services} <= set(told["services"])
    assert "grpc.health.v1.Health" in told["services"]
    assert {"OpenSession", "Invoke", "StreamEvents", "ReadBulk"} <= set(told["methods"])
    assert told["sources"] == ["plant"]
