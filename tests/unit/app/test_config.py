"""Settings: right ones are in force and shown, a wrong one stops the start and names itself."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from app import config
from app.config import OverflowPolicy, RestartPolicy, SettingError, Settings, directory, load, usual_file

ENTRIES = [entry for entry in dataclasses.fields(Settings) if entry.name != "origins"]
NUMBERS = [entry for entry in ENTRIES if type(entry.default) in (int, float)]
TEXTS = {entry.name for entry in ENTRIES if type(entry.default) is str}
WHOLE = [entry.name for entry in ENTRIES if type(entry.default) is int]
names = pytest.mark.parametrize("name", [entry.name for entry in ENTRIES])


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.clause("S13", "S1.1", "S11.5", "S11.6", "S4.5", "S6.4")
@pytest.mark.parametrize(
    ("name", "value"),
    {
        "worker_startup_s": 30,
        "worker_shutdown_s": 10,
        "heartbeat_s": 5,
        "heartbeat_grace_s": 15,
        "connect_attempt_s": 2,
        "frame_limit": 16 * 1024 * 1024,
        "command_timeout_s": 30,
        "sessions": 64,
        "pending_commands": 128,
        "lease_s": 1800,
        "sweep_s": 30,
        "detach_grace_s": 30,
        "several_subscribers": True,
        "subscribers": 8,
        "event_queue": 10_000,
        "mirror_queue": 200_000,
        "overflow_policy": OverflowPolicy.DISCONNECT_SUBSCRIBER,
        "replay_events": 1024,
        "replay_s": 300,
        "values_in_logs": False,
    }.items(),
)
def test_defaults(name: str, value: Any) -> None:
    assert getattr(load(environ={}), name) == value
    assert getattr(Settings(), name) == value


@pytest.mark.clause("S13")
@names
def test_each_setting_refuses_a_wrong_kind_and_names_itself(name: str, tmp_path: Path) -> None:
    variable = f"TAGWATCH_{name.upper()}"
    wrong = "non\nsense" if name in TEXTS else "nonsense"
    with pytest.raises(SettingError, match=re.escape(f"{name} from {variable} is {wrong!r}, but must be")):
        load(environ={variable: wrong})
    path = written(tmp_path, f"{name} = [1]")
    with pytest.raises(SettingError, match=rf"{name} from .*settings\.toml is \[1\], but must be"):
        load(path, {})
    with pytest.raises(SettingError, match=rf"{name} from argument is None, but must be"):
        Settings(**{name: None})


def out_of_range() -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for entry in NUMBERS:
        limits = entry.metadata
        assert limits["least"] is not None or limits["above"] is not None
        if limits["least"] is not None:
            found.append((entry.name, str(limits["least"] - 1), f"at least {limits['least']}"))
        else:
            found.append((entry.name, str(limits["above"]), f"above {limits['above']}"))
        if limits["most"] is not None:
            found.append((entry.name, str(limits["most"] + 1), f"at most {limits['most']}"))
    return found


@pytest.mark.clause("S13")
@pytest.mark.parametrize(("name", "text", "words"), out_of_range())
def test_each_number_has_limits_and_says_them(name: str, text: str, words: str) -> None:
    with pytest.raises(SettingError, match=rf"^{name} from TAGWATCH_{name.upper()} is {text}\b.*{words}"):
        load(environ={f"TAGWATCH_{name.upper()}": text})


@pytest.mark.clause("S13")
@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_times_are_finite(text: str) -> None:
    with pytest.raises(SettingError, match=f"lease_s from TAGWATCH_LEASE_S is {text}, but must be a number above 0"):
        load(environ={"TAGWATCH_LEASE_S": text})


@pytest.mark.clause("S13")
@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("value", ["2048.5", "true"])
def test_whole_numbers_are_whole(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=rf"{name} from .*settings\.toml is .*, but must be a whole number"):
        load(written(tmp_path, f"{name} = {value}"), {})


@pytest.mark.clause("S13")
def test_the_words_of_a_refusal_are_whole_sentences() -> None:
    with pytest.raises(SettingError) as caught:
        load(environ={"TAGWATCH_FRAME_LIMIT": "12"})
    assert str(caught.value) == (
        "frame_limit from TAGWATCH_FRAME_LIMIT is 12, "
        "but must be a whole number of at least 1024 and at most 1073741824"
    )
    with pytest.raises(SettingError) as caught:
        load(environ={"TAGWATCH_OVERFLOW_POLICY": "Explode"})
    assert str(caught.value).endswith("is 'Explode', but must be one of DisconnectSubscriber, FailFast")


@pytest.mark.clause("S13")
def test_the_grace_is_longer_than_the_heartbeat() -> None:
    with pytest.raises(SettingError, match=r"heartbeat_grace_s is 5 s, but must be longer than heartbeat_s \(5 s\)"):
        load(environ={"TAGWATCH_HEARTBEAT_GRACE_S": "5"})


@pytest.mark.clause("S13")
def test_an_unknown_name_in_the_file_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"colour in .*settings\.toml is not a setting; known are .*sessions"):
        load(written(tmp_path, "colour = 3"), {})


@pytest.mark.clause("S13")
def test_a_misspelt_name_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(
        SettingError, match=r"heartbeat in .*settings\.toml is not a setting: did you mean heartbeat_s\?"
    ):
        load(written(tmp_path, "heartbeat = 3"), {})
    with pytest.raises(SettingError, match=r"variable TAGWATCH_LEASES names no setting: did you mean lease_s\?"):
        load(environ={"TAGWATCH_LEASES": "3"})
    others = {"TAGWATCH_PASSWORD": "x", "TAGWATCH_CONFIG_DIR": "/x", "TAGWATCH_WORKER": "1", "PATH": "x"}
    assert load(environ=others) == load(environ={})


def test_the_directory_of_the_settings_can_be_put_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    assert (directory(), usual_file()) == (tmp_path, None)
    assert usual_file() is None
    path = written(tmp_path, "sessions = 3")
    assert usual_file() == path


@pytest.mark.clause("S13")
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"settings file .*missing\.toml: "):
        load(tmp_path / "missing.toml", {})
    with pytest.raises(SettingError, match=r"settings file .*settings\.toml: "):
        load(written(tmp_path, "sessions ="), {})
    path = tmp_path / "latin.toml"
    path.write_bytes(b"# caf\xe9\n")
    with pytest.raises(SettingError, match=r"settings file .*latin\.toml: "):
        load(path, {})


@pytest.mark.clause("S13")
def test_the_environment_wins_over_the_file_and_the_origin_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path, 'sessions = 3\nlease_s = 60\nrestart = "on-fault"\nvalues_in_logs = true')
    settings = load(path, {"TAGWATCH_SESSIONS": "5", "TAGWATCH_VALUES_IN_LOGS": "off", "PATH": "x", "SESSIONS": "9"})
    assert (settings.sessions, settings.lease_s, settings.restart) == (5, 60.0, RestartPolicy.ON_FAULT)
    assert settings.values_in_logs is False
    shown = {entry.name: (entry.value, entry.origin) for entry in settings.effective()}
    assert shown["sessions"] == ("5", "TAGWATCH_SESSIONS")
    assert shown["lease_s"] == ("60.0", str(path))
    assert shown["restart"] == ("on-fault", str(path))
    assert shown["sweep_s"] == ("30.0", "default")


@pytest.mark.clause("S13")
def test_every_setting_is_shown_with_its_text() -> None:
    shown = Settings().effective()
    assert [entry.name for entry in shown] == [entry.name for entry in ENTRIES]
    assert all(entry.text and entry.value and entry.origin == "default" for entry in shown)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("ON", True), ("False", False), ("0", False)])
def test_switches_in_the_environment(text: str, value: bool) -> None:
    assert load(environ={"TAGWATCH_SEVERAL_SUBSCRIBERS": text}).several_subscribers is value


def test_zero_switches_replay_and_grace_off() -> None:
    settings = Settings(replay_events=0, replay_s=0, detach_grace_s=0)
    assert (settings.replay_events, settings.replay_s, settings.detach_grace_s) == (0, 0, 0)


@pytest.mark.clause("S13")
def test_every_setting_does_something() -> None:
    """One that nothing reads would be shown as in force, and be a lie."""
    app = Path(config.__file__).parent
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in (app, app.with_name("ui"))
        for path in folder.rglob("*.py")
        if path.name != "config.py" and "pb" not in path.parts
    )
    assert [entry.name for entry in ENTRIES if not re.search(rf"settings\.{entry.name}\b", code)] == []
