"""Passwords of sources, in the keyring of the operating system and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import PasswordDeleteError

from ui.aside import aside

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

_log = logging.getLogger(__name__)

_SERVICE = "Tagwatch"
#: A locked keyring asks its user first.
_ANSWER_S = 30.0


class Vault:
    """Every call may wait for the system, beside the loop. Trouble means that there is no password, never an error:
    then it is asked for."""

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._backend = backend
        self._looked = backend is not None

    async def name(self) -> str:
        """What the system calls its keyring; empty where there is none that can keep anything."""
        if not self._looked:
            self._backend = await _tried(_chosen)
            self._looked = True
        return "" if self._backend is None else str(self._backend.name).partition(" ")[0]

    async def get(self, account: str) -> str | None:
        if not await self.name() or self._backend is None:
            return None
        return await _tried(self._backend.get_password, _SERVICE, account)

    async def keep(self, account: str, password: str) -> bool:
        """Whether it is kept."""
        if not await self.name() or self._backend is None:
            return False
        backend = self._backend

        def put() -> bool:
            backend.set_password(_SERVICE, account, password)
            return True

        return await _tried(put) is True

    async def forget(self, account: str) -> None:
        """One that is not there is forgotten already."""
        if not await self.name() or self._backend is None:
            return
        backend = self._backend

        def remove() -> None:
            with contextlib.suppress(PasswordDeleteError):
                backend.delete_password(_SERVICE, account)

        await _tried(remove)


async def _tried(work: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T | None:
    try:
        return await asyncio.wait_for(aside(work, *arguments), _ANSWER_S)
    except TimeoutError:
        _log.warning("the keyring did not answer within %g s", _ANSWER_S)
    except Exception as error:  # each backend has errors of its own: Windows' are neither KeyringError nor OSError
        _log.warning("the keyring failed: %s", type(error).__name__)  # its words might quote what it was given
    return None


def _chosen() -> KeyringBackend | None:
    """The system's keyring, if it is one that keeps."""
    backend = keyring.get_keyring()
    return None if isinstance(backend, fail.Keyring | null.Keyring) else backend
