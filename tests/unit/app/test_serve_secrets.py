"""Secrets of the sources of a server without a window: environment, private file, keyring; in no text."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.api.sources import missing
from app.config import SettingError, Settings
from app.serve.secrets import SourceSecrets, variable
from app.serve.workspace import SavedSource, read_workspace

pytestmark = pytest.mark.clause("X10")

PLANT = SavedSource("Plant 1 (north)", "opcua", {"endpoint": "opc.tcp://plant:4840", "user": "reader"})
REMOTE = SavedSource("There", "gateway", {"address": "there:50571", "key_id": "0123"})


def secrets(path: Path | None = None, keyring: Any = lambda account: None, **environment: str) -> SourceSecrets:
    settings = Settings(source_secrets="" if path is None else str(path))
    return SourceSecrets(settings, (PLANT, REMOTE), environment, keyring)


async def test_the_environment_is_asked_first_then_the_file_then_the_keyring(tmp_path: Path) -> None:
    assert variable(PLANT.name) == "TAGWATCH_SECRET_PLANT_1_NORTH"
    path = tmp_path / "secrets.toml"
    path.touch(0o600)
    path.write_text('"Plant 1 (north)" = "from the file"\n')
    kept = {"reader @ opc.tcp://plant:4840": "from the keyring", "0123 @ there:50571": "a key"}
    assert await secrets(path, kept.get, TAGWATCH_SECRET_PLANT_1_NORTH="given").of(PLANT) == {"password": "given"}
    found = secrets(path, kept.get)
    assert await found.of(PLANT) == {"password": "from the file"}
    assert await found.of(REMOTE) == {"key": "a key"}
    path.write_text("")  # looked for each time
    assert await found.of(PLANT) == {"password": "from the keyring"}
    assert await secrets(path).of(PLANT) == {}
    assert missing(PLANT, {}) == ["password"]
    assert missing(REMOTE, {}) == ["key"]
    assert missing(REMOTE, {"key": "a key"}) == []


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ('"Plant" = "canary-1', 0o600, "is no TOML"),
        ('[Plant]\npassword = "canary-1"', 0o600, 'must be a text: "Plant" = "…"'),
        ('"Plant" = "canary-1"', 0o644, "can be read by others"),
        (None, 0o600, "is not there"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_file_that_cannot_be_used_is_named_without_its_words(
    tmp_path: Path, content: str | None, mode: int, words: str
) -> None:
    path = tmp_path / "secrets.toml"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    with pytest.raises(SettingError, match=words) as raised:
        secrets(path).check()
    assert "canary-1" not in str(raised.value)


def test_a_variable_that_may_be_of_two_sources_is_refused() -> None:
    two = (SavedSource("Plant 1", "opcua"), SavedSource("Plant-1", "opcua"))
    SourceSecrets(Settings(), two, {})
    with pytest.raises(SettingError, match="may be of 'Plant 1' or of 'Plant-1'"):
        SourceSecrets(Settings(), two, {"TAGWATCH_SECRET_PLANT_1": "x"})


def test_a_secret_in_a_workspace_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    entry = {"name": "There", "backend": "gateway", "options": {"address": "there:1", "key": "canary-2"}}
    path.write_text(json.dumps({"tagwatch": "workspace", "version": 1, "sources": {"sources": [entry]}}))
    found = read_workspace(path)
    assert "key" not in found.sources[0].options
    assert found.problems == ("source 'There': its key was left out: only a private file has secrets",)


def test_a_workspace_that_is_nested_without_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plant.tagwatch"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(SettingError, match="is broken"):
        read_workspace(path)
