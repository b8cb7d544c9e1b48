"""``tagwatch ctl`` as a script runs it: a process of its own, against a real ``tagwatch serve``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.serving import Served, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.clause("C3")]


NOWHERE = Path("/nowhere/key")  # as this system writes it


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


def ctl(served: Served, *arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {
        **served.environment(), "TAGWATCH_ADDRESS": served.address, "TAGWATCH_API_KEY": served.key, **environment,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "app", "ctl", *arguments], env=variables, input=given, capture_output=True, text=True,
        timeout=60, check=False, encoding="utf-8",
    )  # fmt: skip


def lines(done: subprocess.CompletedProcess[str], code: int = 0) -> list[dict[str, Any]]:
    assert done.returncode == code, (done.stdout, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_session_from_its_opening_to_its_end(served: Served, tmp_path: Path) -> None:
    (source,) = lines(ctl(served, "sources"))
    assert (source["name"], source["backend"], source["session"]) == ("plant", "sim", None)
    (opened,) = lines(ctl(served, "open", "plant", "--name", "mine"))
    assert (opened["name"], opened["state"]) == ("mine", "Ready")
    assert [entry["id"] for entry in lines(ctl(served, "sessions"))] == [opened["id"]]
    assert "Reactor" in [node["name"] for node in lines(ctl(served, "browse", "mine"))]
    good, bad = lines(ctl(served, "read", "mine", "Sample.Integer", "Nowhere.PV"))
    assert (good["value"], good["quality"]) == (42, 192)
    assert bad["quality"] < 64
    (written,) = lines(ctl(served, "write", "mine", "Sample.String", "grüß Gott", "--comment", "a test"))
    assert written["ok"]
    assert written["audit_record"]
    assert lines(ctl(served, "read", opened["id"], "Sample.String"))[0]["value"] == "grüß Gott"
    (refused,) = lines(ctl(served, "write", "mine", "Reactor.EmergencyCooling", "true"), 7)
    assert "secured write needed" in refused["statuses"][0]
    watched = lines(ctl(served, "watch", "mine", "Reactor.Conversion", "--count", "3"))
    assert [event["tag"] for event in watched] == ["Reactor.Conversion"] * 3
    replayed = lines(ctl(served, "events", "mine", "--after", "0", "--count", "2"))
    assert [event["sequence"] for event in replayed] == [1, 2]
    key_file = tmp_path / "key"
    key_file.write_text(served.key + "\n")
    assert lines(ctl(served, "--key-file", str(key_file), "close", "mine", TAGWATCH_API_KEY=""))[0]["closed"]
    assert lines(ctl(served, "sessions")) == []


def test_people_who_write_give_their_passwords_on_standard_input(served: Served) -> None:
    lines(ctl(served, "open", "plant", "--name", "people"))
    secured = ("write", "people", "Reactor.EmergencyCooling", "true", "--user", "operator")
    (written,) = lines(ctl(served, *secured, given="operator\n"))
    assert written["ok"]
    wrong = ctl(served, *secured, given="my-wrong-password\n")
    assert wrong.returncode == 4
    assert "my-wrong-password" not in wrong.stdout + wrong.stderr
    verified = ("write", "people", "Pump101.Trip", "true", "--user", "operator", "--verifier")
    (written,) = lines(ctl(served, *verified, "supervisor", "--comment", "a test", given="operator\nsupervisor\n"))
    assert written["ok"]
    request = {"do": "write", "session": "people", "tag": "Pump101.Trip", "value": False, "user": "operator"}
    people = {"password": "operator", "verifier": "supervisor", "verifier_password": "supervisor"}
    requests = [{**request, **people}, request, {**request, **people, "user": ""}]
    one, two, three = lines(ctl(served, "batch", given="\n".join(map(json.dumps, requests))), 7)
    assert one["ok"]
    assert not two["ok"]
    assert three["error"]["message"] == "write: a verifier or a password needs a user"
    log = served.errors()
    assert "my-wrong-password" not in log
    lines(ctl(served, "close", "people"))


def test_a_batch_answers_every_line_in_order(served: Served) -> None:
    requests: list[Any] = [
        {"do": "open", "backend": "sim", "options": {"first_data_ms": 10}, "name": "batch", "id": "a"},
        {"do": "read", "session": "batch", "tags": ["Sample.Integer"]},
        {"do": "write", "session": "batch", "tag": "Sample.Time", "value": {"time": "2026-01-02T03:04:05Z"}},
        {"do": "write", "session": "batch", "tag": "Sample.Bytes", "value": {"raw": "00ff"}},
        {"do": "reed"},
        {"do": "read", "session": "batch"},
        {"do": "read", "session": "batch", "tags": "Sample.Integer"},
        {"do": "read", "session": "nobody", "tags": ["x"]},
        [1],
        {"do": "write", "session": "batch", "tag": "Sample.Integer", "value": {"odd": 1}},
        {"do": "close", "session": "batch", "id": 7},
    ]
    given = "\n".join([*(json.dumps(request) for request in requests), "{broken"])
    answers = lines(ctl(served, "batch", given=given), 7)
    assert [answer["line"] for answer in answers] == list(range(1, 13))
    assert [answer["ok"] for answer in answers] == [True] * 4 + [False] * 6 + [True, False]
    assert (answers[0]["id"], answers[10]["id"]) == ("a", 7)
    assert answers[1]["result"][0]["value"] == 42
    words = [answer["error"]["message"] for answer in answers if not answer["ok"]]
    assert "'reed' is no command; known are sources" in words[0]
    assert words[1] == "read: tags is missing"
    assert words[2] == "read: tags must be a list of texts"
    assert answers[7]["error"]["code"] == "SessionNotFound"
    assert "an object with a command" in words[4]
    assert "must be plain JSON" in words[5]
    assert "this line is no JSON" in words[6]


def test_a_line_of_a_batch_may_be_anything(served: Served) -> None:
    """A broken one has its answer, and none after it is lost."""
    good = b'{"do": "sources"}'
    given = [
        b"\xef\xbb\xbf" + good,  # as PowerShell pipes it
        b'{"do": "read", "session": "\xff"}',
        b"[" * 300_000,
        b'{"do": "read", "session": "' + b"x" * (17 << 20) + b'"}',
        b'{"do": "read", "session": "\\ud800", "tags": ["\\u0000"]}',
        b'{"do": "write", "session": "x", "tag": "y", "value": 1' + b"0" * 400 + b"}",
        b"\0",
        good + b"\r",
        b"   ",
        good,  # without an end
    ]
    variables = {**served.environment(), "TAGWATCH_ADDRESS": served.address, "TAGWATCH_API_KEY": served.key}
    done = subprocess.run(
        [sys.executable, "-m", "app", "ctl", "batch"], env=variables, input=b"\n".join(given), capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (7, b"")
    assert [answer["line"] for answer in answers] == [1, 2, 3, 4, 5, 6, 7, 8, 10]
    assert [answer["ok"] for answer in answers] == [True] + [False] * 6 + [True, True]
    words = [answer["error"]["message"] for answer in answers if not answer["ok"]]
    assert "no UTF-8: byte 28 of it is 0xff" in words[0]
    assert "nested too deep" in words[1]
    assert "longer than 16,777,216 bytes" in words[2]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "words"),
    [
        (["sessions"], {"TAGWATCH_ADDRESS": ""}, 2, "where is the server?"),
        (["sessions"], {"TAGWATCH_ADDRESS": "plant"}, 2, "must be host:port"),
        (["sessions"], {"TAGWATCH_ADDRESS": "127.0.0.1:9"}, 3, "no Tagwatch can be reached at 127.0.0.1:9"),
        (["sessions"], {"TAGWATCH_API_KEY": "tw_nobody_knows"}, 4, "Unauthenticated"),
        (["--key-file", str(NOWHERE), "sessions"], {}, 2, f"--key-file {NOWHERE} cannot be read"),
        (["read", "nobody", "x"], {}, 4, "no open session is named nobody"),
        (["open"], {}, 2, "name one of them"),
        (["open", "--backend", "opcua", "--option", "password=x"], {}, 2, "does not belong on a command line"),
    ],
)
def test_exit_codes_and_words(
    served: Served, arguments: list[str], environment: dict[str, str], code: int, words: str
) -> None:
    done = ctl(served, *arguments, **environment)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert words in done.stderr
    assert done.stdout == ""
    assert served.key not in done.stderr
