"""Passwords are in the keyring, and trouble with it is no trouble for the window."""

from __future__ import annotations

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from ui.vault import Vault


class Memory(KeyringBackend):
    """A keyring that forgets with the test."""

    priority = 1  # type: ignore[assignment]
    name = "Memory keyring"  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


@pytest.mark.clause("F4")
async def test_a_password_is_kept_and_forgotten() -> None:
    memory = Memory()
    vault = Vault(memory)
    assert await vault.name() == "Memory"
    assert await vault.get("op @ plant") is None
    assert await vault.keep("op @ plant", "canary")
    assert memory.held == {("Tagwatch", "op @ plant"): "canary"}
    assert await vault.get("op @ plant") == "canary"
    await vault.forget("op @ plant")
    await vault.forget("op @ plant")
    assert await vault.get("op @ plant") is None


@pytest.mark.clause("F4")
@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
async def test_without_a_keyring_nothing_is_kept(
    backend: type[KeyringBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", backend)
    vault = Vault()
    assert await vault.name() == ""
    assert not await vault.keep("op @ plant", "canary")
    assert await vault.get("op @ plant") is None


@pytest.mark.clause("F4")
async def test_a_locked_keyring_means_that_there_is_no_password(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    memory = Memory()

    def locked(*_: str) -> None:
        raise KeyringLocked("canary was not taken")

    monkeypatch.setattr(memory, "get_password", locked)
    monkeypatch.setattr(memory, "set_password", locked)
    vault = Vault(memory)
    assert await vault.get("op @ plant") is None
    assert not await vault.keep("op @ plant", "canary")
    assert "KeyringLocked" in caplog.text
    assert "canary" not in caplog.text
