"""``tagwatch keys``: what it prints, keeps and answers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography import x509

from app import cli
from app.access.keys import KEY_PATTERN

pytestmark = pytest.mark.clause("X1")


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    return tmp_path


def created(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["keys", "create", "desk", *arguments]) == 0
    shown = capsys.readouterr()
    assert "cannot be shown again" in shown.err
    assert KEY_PATTERN.search(shown.err) is None
    (line,) = shown.out.splitlines()
    assert KEY_PATTERN.fullmatch(line)
    return line


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert cli.main(["keys", "list", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_ctl_has_the_same_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ctl", "keys", "create", "desk", "--reading"]) == 0
    assert KEY_PATTERN.fullmatch(capsys.readouterr().out.strip())
    (entry,) = listed(capsys)
    assert cli.main(["ctl", "keys", "revoke", str(entry["id"])]) == 0
    assert "is revoked" in capsys.readouterr().out
    assert listed(capsys)[0]["state"] == "revoked"
    with pytest.raises(SystemExit) as ended:
        cli.main(["ctl", "--address", "127.0.0.1:1", "keys"])
    assert ended.value.code == 2
    assert "on the computer of the server" in capsys.readouterr().err


def test_from_its_making_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    text = created(capsys, "--reading", "--read", "Tank101", "--read", "Re*", "--read-only", "--expires", "90d")
    key_id = text.split("_")[1]
    (entry,) = listed(capsys)
    assert entry["id"] == key_id
    assert entry["state"] == "active"
    assert entry["constraints"] == {"read": ["Tank101", "Re*"], "read_only": True}
    assert entry["last_used"] is None
    assert text[-43:] not in json.dumps(entry)

    assert cli.main(["keys", "rotate", key_id]) == 0
    second = capsys.readouterr().out.strip()
    assert second != text
    assert second.split("_")[1] == key_id

    assert cli.main(["keys", "revoke", key_id]) == 0
    assert capsys.readouterr().out == f"key {key_id} is revoked\n"
    assert cli.main(["keys", "rotate", key_id]) == 1
    assert "is revoked and stays so" in capsys.readouterr().err
    assert cli.main(["keys", "list"]) == 0
    assert "revoked  desk: alarms:read" in capsys.readouterr().out
    assert cli.main(["keys", "delete", key_id]) == 0
    capsys.readouterr()
    assert listed(capsys) == []
    assert cli.main(["keys", "record"]) == 0
    actions = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert actions == ["created", "rotated", "revoked", "deleted"]
    assert cli.main(["keys", "revoke", key_id]) == 1
    assert f"there is no key {key_id}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scope", "invoke:raed"], "did you mean invoke:read"),
        ([], "at least one scope"),
        (["--reading", "--expires", "soon"], "neither a span like 90d"),
        (["--reading", "--expires", "2020-01-01T00:00Z"], "is over already"),
        (["--reading", "--expires", "2090-01-01T00:00"], "has no zone"),
        (["--reading", "--write-class", "Top"], "is no class of tags"),
        (["--reading", "--read", " Tank"], "is no pattern"),
        (["--reading", "--calls", "0"], "calls_per_s"),
    ],
)
def test_a_wrong_argument_is_named_and_makes_nothing(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], own_directory: Path
) -> None:
    with pytest.raises(SystemExit) as error:
        cli.main(["keys", "create", "desk", *arguments])
    assert error.value.code == 2
    assert words in capsys.readouterr().err
    assert list(own_directory.iterdir()) == []


def test_without_a_store_nothing_is_made(capsys: pytest.CaptureFixture[str], own_directory: Path) -> None:
    assert cli.main(["keys", "list"]) == 0
    assert "tagwatch keys create makes one" in capsys.readouterr().err
    assert cli.main(["keys", "list", "--json"]) == 0
    assert cli.main(["keys", "revoke", "abc"]) == 1
    assert list(own_directory.iterdir()) == []


def test_a_store_in_another_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = ["--store", str(tmp_path / "a" / "keys"), "--pepper", str(tmp_path / "b" / "pepper")]
    assert cli.main(["keys", "create", "desk", "--reading", "--json", *place]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["key"].startswith(f"tw_{made['id']}_")
    assert listed(capsys) == []
    (tmp_path / "settings.toml").write_text(
        f"api_key_store = '{tmp_path / 'a' / 'keys'}'\napi_pepper = '{tmp_path / 'b' / 'pepper'}'\n"
    )
    assert [entry["id"] for entry in listed(capsys)] == [made["id"]]


def test_a_store_that_cannot_be_used_is_told(capsys: pytest.CaptureFixture[str], own_directory: Path) -> None:
    created(capsys, "--reading")
    pepper = own_directory / "private" / "pepper"
    if os.name == "posix":
        pepper.chmod(0o644)
        assert cli.main(["keys", "list"]) == 6
        assert "chmod 600" in capsys.readouterr().err
    pepper.unlink()
    assert cli.main(["keys", "create", "desk", "--reading"]) == 6
    assert "Put it back" in capsys.readouterr().err


@pytest.mark.clause("X7")
def test_certificates_of_clients_and_their_authority(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["keys", "authority", "--json"]) == 0
    authority = json.loads(capsys.readouterr().out)
    assert authority["file"] == str(tmp_path / "private" / "authority.pem")
    made = tmp_path / "desk.pem"
    assert cli.main(["keys", "client", "desk 3", str(made)]) == 0
    assert capsys.readouterr().out.startswith(f"{made}\nSHA-256 ")
    leaf = x509.load_pem_x509_certificates(made.read_bytes())[0]
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(Path(authority["file"]).read_bytes()))
    assert b"PRIVATE KEY" in made.read_bytes()
    if os.name == "posix":
        assert made.stat().st_mode & 0o777 == 0o600
    before = made.read_bytes()
    assert cli.main(["keys", "client", "desk 3", str(made)]) == 6
    assert "name a new file" in capsys.readouterr().err
    assert made.read_bytes() == before
    with pytest.raises(SystemExit):
        cli.main(["keys", "client", " ", str(tmp_path / "other.pem")])
