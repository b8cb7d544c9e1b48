"""Where the SQL Server of a Galaxy is, and how it is logged in to."""

from __future__ import annotations

import enum
import re
import socket
from dataclasses import dataclass, field

from app.errors import GatewayError

PORT = 1433
_BROWSER_PORT = 1434
_LOCAL = {".", "(local)", "localhost"}
_FORMS = "SERVER, SERVER:PORT or SERVER\\INSTANCE"
#: host or [IPv6], then a port (Microsoft writes it behind a comma), or an instance.
_PLACE = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s\[\]:,\\/@]+)(?:[:,](?P<port>\d{1,5})|\\(?P<instance>[^\s\\/:,;]{1,32}))?"
)


class GalaxyError(GatewayError):
    """The database of the Galaxy cannot be asked; the message is for people and has no password in it."""


class Encryption(enum.StrEnum):
    VERIFY = "verify"  # TLS, and the certificate is checked
    TRUST = "trust"  # TLS with whatever certificate the server shows
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """``port`` 0 = the usual one, or that of ``instance``, which the server is asked for."""

    host: str
    port: int = 0
    instance: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.instance:
            return f"{host}\\{self.instance}"
        return f"{host}:{self.port}" if self.port else host


def place_of(text: str) -> Place:
    """ValueError says which forms there are."""
    found = _PLACE.fullmatch(text.strip())
    port = int(found["port"] or 0) if found is not None else 0
    if found is None or port > 65535 or found["port"] in ("0", "00"):
        raise ValueError(f"{text!r} is no server: write {_FORMS}")
    host = found["host"].strip("[]")
    return Place("localhost" if host.lower() in _LOCAL else host, port, found["instance"] or "")


@dataclass(frozen=True, slots=True)
class Access:
    """All that is needed to reach a Galaxy's database. Without ``user`` the Windows account of this program logs in,
    with ``DOMAIN\\name`` that one, else the login is SQL Server's own. ``ca``: a file with certificates (PEM) that are
    trusted, beside those of the system. ``timeout_s``: for one question, with all that it needs."""

    place: Place
    database: str
    user: str = ""
    password: str = field(default="", repr=False)
    encryption: Encryption = Encryption.VERIFY
    ca: str = ""
    timeout_s: float = 15.0
    builtin: bool = False

    @property
    def words(self) -> str:
        return f"the database {self.database} at {self.place}"


def port_of(place: Place, timeout_s: float, browser_port: int = _BROWSER_PORT) -> int:
    """The port to connect to; that of an instance is told by the SQL Server Browser of its computer (UDP). GalaxyError
    where that does not tell it."""
    if not place.instance:
        return place.port or PORT
    try:
        family, _, _, _, address = socket.getaddrinfo(place.host, browser_port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.settimeout(timeout_s)
            asked.connect(address)
            asked.send(b"\x04" + place.instance.encode("ascii", "replace") + b"\0")
            answer = asked.recv(65536)
    except OSError as error:
        raise GalaxyError(
            "SourceUnreachable",
            f"the SQL Server Browser of {place.host} does not tell the port of {place.instance}: start that service, "
            f"or name the port as {place.host}:PORT ({error.strerror or error or 'no answer'})",
        ) from error
    fields = answer[3:].decode("latin-1").split(";")
    told = dict(zip(fields[::2], fields[1::2], strict=False)) if answer[:1] == b"\x05" else {}
    port = told.get("tcp", "")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise GalaxyError(
            "SourceUnreachable",
            f"{place.host} offers no instance {place.instance} by TCP: switch TCP/IP on in its SQL Server "
            "Configuration Manager, or name the port",
        )
    return int(port)
