"""Passwords and keys of the sources of a server without a window: from its environment, from a file that is its
account's alone, or from the keyring of the operating system; never from the workspace."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import keyring
from keyring.backends import fail, null

from app import config
from app.access.private_files import read_private
from app.api.sources import SavedSource
from app.config import SettingError, Settings

_log = logging.getLogger(__name__)

_SERVICE = "Tagwatch"  # as the window keeps them
_ANSWER_S = 10.0
_NO_LETTER = re.compile(r"[^A-Z0-9]+")


def variable(name: str) -> str:
    """The variable of a source's secret: TAGWATCH_SECRET_PLANT_1 of "Plant 1"."""
    return config.SECRET_PREFIX + _NO_LETTER.sub("_", name.upper()).strip("_")


def usual_file() -> Path:
    return config.directory() / "private" / "sources.toml"


class SourceSecrets:
    """Looked for each time a source is opened, so that a new password needs no restart."""

    def __init__(
        self,
        settings: Settings,
        sources: Sequence[SavedSource],
        environment: Mapping[str, str] | None = None,
        kept: Callable[[str], str | None] | None = None,
    ) -> None:
        """SettingError where two sources have the same variable, and it is set: nobody could tell whose it is.
        ``environment`` None = this process's own, out of which the secrets are taken: workers get none of them."""
        self._file = Path(settings.source_secrets).expanduser() if settings.source_secrets else usual_file()
        self._named = bool(settings.source_secrets)
        environment = _taken() if environment is None else environment
        self._environment = environment
        self._kept = kept or _kept
        names: dict[str, str] = {}
        for source in sources:
            other = names.setdefault(variable(source.name), source.name)
            if other != source.name and variable(source.name) in environment:
                raise SettingError(
                    f"{variable(source.name)} may be of {other!r} or of {source.name!r}: put both into {self._file}"
                )

    def check(self) -> None:
        """SettingError where the file of the settings cannot be used."""
        self._from_file("")

    async def of(self, source: SavedSource) -> dict[str, str]:
        """The option to be added, maybe none. SettingError where the file cannot be used."""
        if (given := self._environment.get(variable(source.name))) is not None:
            return {source.secret: given}
        if (found := await asyncio.to_thread(self._from_file, source.name)) is not None:
            return {source.secret: found}
        if source.account:
            try:
                kept = await asyncio.wait_for(asyncio.to_thread(self._kept, source.account), _ANSWER_S)
            except TimeoutError:  # a locked keyring asks somebody who is not there
                _log.warning("the keyring did not answer within %g s", _ANSWER_S)
            else:
                return {} if kept is None else {source.secret: kept}
        return {}

    def _from_file(self, name: str) -> str | None:
        try:
            text = read_private(self._file, "the file of the sources' secrets").decode("utf-8")
        except FileNotFoundError as error:
            if self._named:
                raise SettingError(f"source_secrets: {self._file} is not there") from error
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"source_secrets: {getattr(error, 'strerror', None) or error}") from None
        try:
            parts: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError:  # its words might quote the file
            raise SettingError(f"source_secrets: {self._file} is no TOML") from None
        for entry, secret in parts.items():
            if not isinstance(cast("object", secret), str):
                raise SettingError(f'source_secrets: {entry} in {self._file} must be a text: "{entry}" = "…"')
        return parts.get(name)


def _taken() -> dict[str, str]:
    return {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(config.SECRET_PREFIX)}


def _kept(account: str) -> str | None:
    """What the window has put into the keyring of this account. In a thread."""
    try:
        backend = keyring.get_keyring()
        return None if isinstance(backend, fail.Keyring | null.Keyring) else backend.get_password(_SERVICE, account)
    except Exception as error:  # of many kinds; its words might quote what it was given
        _log.warning("the keyring failed: %s", type(error).__name__)
        return None
