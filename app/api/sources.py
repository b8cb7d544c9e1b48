"""Saved sources as other programs see them: by name, with their options, never with their secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Options that are secrets, of whatever backend: they go to the keyring or are asked for.
SECRETS = frozenset({"password", "api_key", "key", "token"})

_PLACES = ("endpoint", "address", "file", "galaxy")


@dataclass(frozen=True, slots=True)
class SavedSource:
    """What a session is opened with, but for secrets, which no file ever holds. ``name`` is what lists and trends find
    it by; ``options`` are the backend's, without secrets."""

    name: str
    backend: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    restart: bool = True
    open_at_start: bool = True

    @property
    def address(self) -> str:
        """Where it is, in few words."""
        return str(next(filter(None, (self.options.get(name) for name in _PLACES)), ""))

    @property
    def user(self) -> str:
        return str(self.options.get("user") or self.options.get("key_id") or "")

    @property
    def secret(self) -> str:
        """The option that is its secret: a password, or the key whose id stands in the place of the user."""
        return "key" if self.backend == "gateway" else "password"

    @property
    def account(self) -> str:
        """Under which its secret is kept: sources with the same login share one. Empty where it needs none."""
        return f"{self.user} @ {self.address or self.backend}" if self.user else ""


class Sources(Protocol):
    """Where saved sources are found."""

    def all(self) -> Sequence[SavedSource]: ...

    async def secrets(self, source: SavedSource) -> Mapping[str, str]:
        """Options to be added when it is opened: what is kept of its secrets, maybe nothing."""
        ...


class NoSources:
    def all(self) -> Sequence[SavedSource]:
        return ()

    async def secrets(self, source: SavedSource) -> Mapping[str, str]:
        return {}


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in SECRETS}


def missing(source: SavedSource, kept: Mapping[str, str]) -> list[str]:
    """Secrets that whoever opens the source has to bring."""
    return [source.secret] if source.user and source.secret not in kept else []
