"""Passwords are in the keyring, and trouble with it is no trouble for the window."""

from __future__ import annotations

import secrets
import sys

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


@pytest.mark.clause("F4")
async def test_an_error_of_the_systems_own_kind_is_no_trouble_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class WinError(Exception):
        """As Windows' backend raises it, for a password that is too long."""

    memory = Memory()

    def too_long(*_: str) -> None:
        raise WinError(1783, "CredWrite", "canary does not fit")

    monkeypatch.setattr(memory, "set_password", too_long)
    assert not await Vault(memory).keep("op @ plant", "canary")
    assert "WinError" in caplog.text
    assert "canary" not in caplog.text


async def test_forgetting_what_is_not_there_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    await Vault(Memory()).forget("nobody")
    assert caplog.text == ""


@pytest.mark.clause("F4")
@pytest.mark.skipif(sys.platform != "win32", reason="the Credential Manager of Windows")
async def test_windows_keeps_passwords_whole() -> None:
    from keyring.backends.Windows import WinVaultKeyring

    vault, accounts = Vault(WinVaultKeyring()), [f"tagwatch test {secrets.token_hex(8)}" for _ in range(2)]
    try:
        assert await vault.keep(accounts[0], "cänary-€😀")
        assert await vault.keep(accounts[1], "second")
        assert [await vault.get(account) for account in accounts] == ["cänary-€😀", "second"]
    finally:
        for account in accounts:
            await vault.forget(account)
    assert [await vault.get(account) for account in accounts] == [None, None]
