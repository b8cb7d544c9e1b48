"""Saved sources as other programs see them: by name, with their options, never with their secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

#: Options that are secrets, of whatever backend.
SECRETS = frozenset({"password", "api_key", "key", "token"})


class Saved(Protocol):
    """A saved source. ``options`` have no secrets."""

    @property
    def name(self) -> str: ...
    @property
    def backend(self) -> str: ...
    @property
    def options(self) -> Mapping[str, Any]: ...
    @property
    def restart(self) -> bool: ...
    @property
    def address(self) -> str: ...
    @property
    def user(self) -> str: ...


class Sources(Protocol):
    """Where saved sources are found."""

    def all(self) -> Sequence[Saved]: ...

    async def secrets(self, source: Saved) -> Mapping[str, str]:
        """Options to be added when it is opened: what is kept of its secrets, maybe nothing."""
        ...


class NoSources:
    def all(self) -> Sequence[Saved]:
        return ()

    async def secrets(self, source: Saved) -> Mapping[str, str]:
        return {}


def secret_of(backend: str) -> str:
    """The option that is the secret of a source: another Tagwatch wants a key, the others a password."""
    return "key" if backend == "gateway" else "password"


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in SECRETS}


def missing(source: Saved, kept: Mapping[str, str]) -> list[str]:
    """Secrets that whoever opens the source has to bring."""
    secret = secret_of(source.backend)
    return [secret] if source.user and secret not in kept else []
