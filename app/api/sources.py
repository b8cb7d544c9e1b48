"""Saved sources as other programs see them: by name, with their options, never with their secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


class ListedSources:
    """Those of a list, with a way to their secrets."""

    def __init__(self, listed: Callable[[], Sequence[Saved]], secrets: Mapping[str, Mapping[str, str]]) -> None:
        """``secrets``: source name -> option -> secret."""
        self._listed = listed
        self._secrets = secrets

    def all(self) -> Sequence[Saved]:
        return self._listed()

    async def secrets(self, source: Saved) -> Mapping[str, str]:
        return self._secrets.get(source.name, {})


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in SECRETS}


def missing(source: Saved, kept: Mapping[str, str]) -> list[str]:
    """Secrets that whoever opens the source has to bring."""
    return ["password"] if source.user and "password" not in kept else []
