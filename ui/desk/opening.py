"""Opens saved sources: with their password and their certificate, asked for where an operator is there to answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget

from app.config import RestartPolicy
from app.errors import GatewayError
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.values import Fault
from ui.bridge import answered, words
from ui.desk.desk import Desk
from ui.desk.sessions import SessionsDesk
from ui.forms.certificate import CertificateForm
from ui.forms.password import PasswordForm
from ui.i18n import tr
from ui.sources import Source
from ui.vault import Vault

_UNTRUSTED = ("CertificateNotTrusted", "CertificateChanged")
PASSWORD_WANTED = "PasswordWanted"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody is there to answer: over which window."""

    parent: QWidget


class Opener:
    """One attempt at a time for each source: whoever asks for it again gets the result of the one on its way (D2)."""

    def __init__(self, desk: Desk, sessions: SessionsDesk, vault: Vault) -> None:
        self._desk = desk
        self._sessions = sessions
        self._vault = vault
        self._on_way: dict[str, asyncio.Future[Session | None]] = {}
        self._passwords: dict[str, str] = {}  # of this run, by account; they go with the program

    async def open(self, source: Source, asker: Asker | None = None) -> Session | None:
        """A ready session of the source, the one that is open already if there is one. None: the tree says why, or the
        operator turned back. Without ``asker`` nothing is asked."""
        key = source.name.casefold()
        if (on_way := self._on_way.get(key)) is not None:
            return await asyncio.shield(on_way)
        result: asyncio.Future[Session | None] = asyncio.get_running_loop().create_future()
        self._on_way[key] = result
        session: Session | None = None
        try:
            session = await self._once(source, asker)
        finally:
            del self._on_way[key]
            if not result.done():
                result.set_result(session)
        return session

    async def _once(self, source: Source, asker: Asker | None) -> Session | None:
        there = self._desk.session_named(source.name)
        if there is not None and not there.state.ended:
            return there
        if there is not None:
            await self._desk.runtime.manager.close(there.id, "operator")
        try:
            return await self.opened(source, asker)
        except GatewayError as error:
            self._failed(source, error.fault)
            return None

    def _failed(self, source: Source, fault: Fault) -> None:
        for row in self._sessions.model.rows():
            if row.name == source.name and row.gone:
                self._sessions.model.dismiss(row.id)
        self._sessions.model.failed(
            f"source {source.name}", source.backend, source.name, fault.message, {**fault.details, "code": fault.code}
        )
        self._desk.say(f"{source.name}: {fault.message}")

    async def opened(self, source: Source, asker: Asker | None, password: str | None = None) -> Session | None:
        """The same without a trace in the tree: GatewayError says why it did not open; None = the operator turned
        back. ``password``: one that was typed already."""
        if password:
            self._passwords[source.account] = password
        problem = ""
        while True:
            options = await self.options(source, asker, problem=problem)
            if options is None:
                return None
            try:
                return await self._sessions.open(self._request(source, options), quiet=True)
            except GatewayError as error:
                if error.code == "AuthenticationFailed":
                    self._passwords.pop(source.account, None)
                    if asker is None or password:
                        raise
                    problem = words(error)
                elif error.code not in _UNTRUSTED or asker is None:
                    raise
                elif not await self._trusted(source, error, asker):
                    raise GatewayError(
                        error.code, tr("Not connected: the server's certificate is not trusted.")
                    ) from error

    def _request(self, source: Source, options: dict[str, Any]) -> OpenRequest:
        restart = RestartPolicy.ON_FAULT if source.restart else RestartPolicy.NEVER
        return OpenRequest(source.backend, options, name=source.name, restart=restart, keep_alive=True)

    # ---- passwords

    async def options(
        self, source: Source, asker: Asker | None, password: str | None = None, *, problem: str = ""
    ) -> dict[str, Any] | None:
        """The backend's, with the password; None = the operator turned back. ``problem``: the one that is known is
        wrong."""
        options = dict(source.options) | self._trust(source)
        if not source.account:
            return options
        password = password or self._passwords.get(source.account)
        if password is None and not problem:
            password = await self._vault.get(source.account)
        if password is None:
            if asker is None:
                asked = tr("the password of {user} is asked for: open it")
                if source.secret == "key":
                    asked = tr("the key {user} is asked for: open it")
                raise GatewayError(PASSWORD_WANTED, asked.format(user=source.user))
            password = await self._asked(source, asker, problem)
            if password is None:
                return None
        self._passwords[source.account] = password
        return options | {source.secret: password}

    async def _asked(self, source: Source, asker: Asker, problem: str) -> str | None:
        form = PasswordForm(
            source.name,
            source.user,
            self._desk.theme,
            asker.parent,
            keyring=await self._vault.name(),
            problem=problem,
            key=source.secret == "key",
        )
        try:
            if await answered(form) != 1:
                return None
            password = form.password
            await self.know(source.account, password, keep=form.keep)
            return password
        finally:
            form.forget()
            form.deleteLater()

    async def know(self, account: str, password: str, *, keep: bool) -> None:
        """For this run; with ``keep`` also in the keyring. Where that fails it is told, and asked for the next time."""
        self._passwords[account] = password
        if keep and not await self._vault.keep(account, password):
            self._desk.say(tr("The keyring did not take the password: it will be asked for again."))

    # ---- certificates

    def _trust(self, source: Source) -> dict[str, Any]:
        if source.backend != "opcua" or "trusted" in source.options:
            return {}
        kept = self._desk.kept.value(f"trusted/{_key(source.address)}")
        return {"trusted": [str(kept)]} if kept else {}

    async def _trusted(self, source: Source, error: GatewayError, asker: Asker) -> bool:
        """Whether the operator trusts it; remembered for this address then."""
        form = CertificateForm(error.fault, self._desk.theme, asker.parent)
        try:
            if await answered(form) != 1:
                return False
        finally:
            form.deleteLater()
        fingerprint = error.fault.details["fingerprint"]
        self._desk.kept.setValue(f"trusted/{_key(source.address)}", fingerprint)
        self._desk.told(tr("server certificate trusted"), tag=source.address, value=fingerprint[:16] + "…")
        return True


def _key(endpoint: str) -> str:
    """An address as the name of a kept value: slashes would make groups of it."""
    return endpoint.replace("/", "_").replace(":", "_")
