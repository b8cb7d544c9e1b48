"""Questions to the database of a Galaxy: statements with parameters, rows back, one connection that is made anew."""

from __future__ import annotations

import contextlib
import importlib
import logging
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

from app.backends.mxaccess.galaxy.place import Access, GalaxyError, port_of
from app.backends.mxaccess.galaxy.wire import Wire, tls_context
from app.errors import ErrorCode

Parameters = Mapping[str, str | int]

_WORDS = 300
#: Numbers of SQL Server's own messages.
_LOGIN = {18452, 18456, 18470, 18486, 18487, 18488}
_NO_DATABASE = {911, 4060}
_NO_GALAXY = {207, 208}
_LOCKED = {1205, 1222}
_FORBIDDEN = {229, 230, 297, 300, 916}
_LOCK_MS = 5000
#: A guest: it waits for nobody's lock for long, and gives way where two wait for each other.
_MANNERS = f"SET NOCOUNT ON; SET LOCK_TIMEOUT {_LOCK_MS}; SET DEADLOCK_PRIORITY LOW"


class _LostError(GalaxyError):
    """The connection is gone: an idle one may have been for long."""


class Database:
    """Used by one thread; :meth:`abort` by any. The connection is made with the first question, given up after every
    error and made anew for the next question. One that was idle and turns out to be gone is made anew at once."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._connection: Any = None
        self._wire: Wire | None = None
        self._end = 0.0
        self._aborted = False

    def limit(self) -> None:
        """The time for what is asked from now on begins."""
        self._end = time.monotonic() + self._access.timeout_s

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """All rows of the answer. ``statement`` has its parameters as ``%(name)s`` and its percent signs twice; values
        travel beside it and are never part of it. GalaxyError says what is wrong, without a password in any word."""
        used_before = self._connection is not None
        try:
            return self._asked(statement, parameters)
        except _LostError:
            if not used_before or self._aborted:
                raise
        return self._asked(statement, parameters)

    def close(self) -> None:
        connection, self._connection, self._wire = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):  # python-tds may fail in any way on a broken connection
                connection.close()

    def abort(self) -> None:
        """What is asked ends with an error, and so does every further question."""
        self._aborted = True
        wire = self._wire
        if wire is not None:
            wire.abort()

    def _asked(self, statement: str, parameters: Parameters | None) -> list[tuple[Any, ...]]:
        try:
            connection = self._connection or self._connect()
            assert self._wire is not None
            self._wire.until(self._end)
            cursor = connection.cursor()
            cursor.execute(statement, dict(parameters or {}))
            rows = [tuple(row) for row in cursor.fetchall()]
            while cursor.nextset():  # what stands behind the rows has to be read, too
                pass
        except GalaxyError:
            self.close()
            raise
        except Exception as error:
            self.close()
            raise self._told(error) from error
        return rows

    def _connect(self) -> Any:
        if self._aborted:
            raise _LostError(ErrorCode.COMMAND_FAILED, f"{self._access.words} is being closed")
        access = self._access
        pytds = _library()
        port = port_of(access.place, min(self._left(), 5.0))
        context = tls_context(access)
        try:
            sock = socket.create_connection((access.place.host, port), self._left())
        except OSError as error:
            raise GalaxyError(
                "SourceUnreachable",
                f"{access.place} cannot be reached: {_short(error.strerror or str(error) or 'no answer')}; is the SQL "
                "Server running, does it listen on TCP/IP, and does the firewall let it be asked?",
            ) from error
        self._wire = wire = Wire(sock, access, context)
        if self._aborted:  # meanwhile, when there was no wire to be told
            wire.abort()
        wire.until(self._end)
        try:
            connection = pytds.connect(
                dsn=access.place.host,
                port=port,
                database=access.database,
                user="" if self.by_windows else access.user,
                password="" if self.by_windows else access.password,
                auth=self._windows(pytds, port) if self.by_windows else None,
                appname="Tagwatch",
                readonly=True,  # the intent: a secondary of an availability group may answer
                autocommit=True,
                login_timeout=0,  # no second attempt of its own, which would hide the first one's reason
                disable_connect_retry=True,
                sock=wire,
            )
            cursor = connection.cursor()
            cursor.execute(_MANNERS)
            while cursor.nextset():
                pass
        except BaseException:
            self._wire = None
            wire.close()
            raise
        self._connection = connection
        return connection

    @property
    def by_windows(self) -> bool:
        """Whether Windows logs in, and not a login of the SQL Server's own."""
        return not self._access.user or "\\" in self._access.user

    def _windows(self, pytds: Any, port: int) -> Any:
        """The login by Windows itself (SSPI): of this account, or of the one that is named."""
        if sys.platform != "win32":
            raise GalaxyError(
                "AuthenticationFailed",
                "Windows logs in on Windows only: give the options user and password, of a login of the SQL Server",
            )
        host = socket.getfqdn(self._access.place.host)
        return pytds.login.SspiAuth(
            user_name=self._access.user, password=self._access.password, spn=f"MSSQLSvc/{host}:{port}"
        )

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _told(self, error: BaseException) -> GalaxyError:
        """In words, by the kind of the error. python-tds fails with errors of any kind on bytes that make no sense."""
        access = self._access
        if isinstance(error, TimeoutError) and error.__cause__ is not None:
            error = error.__cause__  # python-tds' own wrapping of what ended a connection
        if isinstance(error, GalaxyError):
            return error
        if isinstance(error, TimeoutError):
            return GalaxyError(ErrorCode.TIMEOUT, f"{access.words} did not answer within {access.timeout_s:g} s")
        number = getattr(error, "number", 0) or getattr(error, "msg_no", 0)
        said = _short(str(getattr(error, "text", "") or error))
        if number:
            return GalaxyError(*_refusal(access, int(number), said), number=str(number))
        if said.startswith("SSPI"):  # Windows' own, which python-tds has no kind of error for
            who = access.user or "this account"
            return GalaxyError("AuthenticationFailed", f"Windows does not log {who} in at {access.place}: {said}")
        if isinstance(error, BlockingIOError):  # python-tds follows with a socket of its own, which gets no time
            return GalaxyError(
                "SourceRefused", f"{access.place} sends readers to another server (read-only routing): name that one"
            )
        if isinstance(error, OSError) or type(error).__name__ == "ClosedConnectionError":
            return _LostError("SourceUnreachable", f"the connection to {access.words} was lost: {said}")
        return GalaxyError(
            "SourceRefused",
            f"{access.words} answered with what cannot be read ({type(error).__name__}): is it a SQL Server?",
        )


def _refusal(access: Access, number: int, said: str) -> tuple[str, str]:
    if number in _LOGIN:
        who = access.user or "this Windows account"
        return "AuthenticationFailed", f"{access.place} does not let {who} in: {said}"
    if number in _NO_DATABASE:
        return "SourceRefused", f"{access.words} cannot be opened: {said}"
    if number in _NO_GALAXY:
        return "SourceRefused", f"{access.words} is no Galaxy, or none of a version that is known here: {said}"
    if number in _FORBIDDEN:
        return "SourceRefused", f"{access.words} may not be read by this login (db_datareader is enough): {said}"
    if number in _LOCKED:
        return ErrorCode.TIMEOUT, f"{access.words} is busy with other work: try again ({said})"
    return "SourceRefused", f"{access.words} refused ({number}): {said}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WORDS else f"{line[:_WORDS]} …"


def _library() -> Any:
    """python-tds, which is optional; GalaxyError says how it comes here."""
    try:
        pytds = importlib.import_module("pytds")
        importlib.import_module("pytds.login")
    except ImportError as error:
        raise GalaxyError(ErrorCode.COMMAND_FAILED, _without_library()) from error
    logging.getLogger("pytds").setLevel(logging.ERROR)  # it tells each packet, and statements with them
    return pytds


def _without_library() -> str:
    if getattr(sys, "frozen", False):
        return (
            "this installation cannot read a Galaxy: its worker was built without python-tds; name a file with the "
            "tags by the option tags instead, or install a setup that has it"
        )
    return f"python-tds is missing in {sys.executable}: install it there by -m pip install python-tds"
