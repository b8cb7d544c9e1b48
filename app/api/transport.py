"""How the API meets the network: where it may listen, TLS, and certificates that are replaced while it runs."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import grpc

from app.access import certificates
from app.access.certificates import CertificateError, Identity, OwnCertificates
from app.config import ApiTls, SettingError, Settings
from app.tasks import Clock, join, spawn

_log = logging.getLogger(__name__)

#: How often certificates are looked at again.
LOOK_S = 600.0


def is_loopback(host: str) -> bool:
    """Whether nobody but programs of this computer reaches a server that listens there. A name other than localhost may
    stand for anything."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_exposure(host: str, settings: Settings) -> None:
    """SettingError where a network would be let in without TLS and keys."""
    if is_loopback(host):
        return
    missing = [
        words
        for words, there in (
            ("TLS (api_tls = own or given)", settings.api_tls is not ApiTls.OFF),
            ("keys (api_authentication = true)", settings.api_authentication),
        )
        if not there
    ]
    if missing:
        raise SettingError(
            f"the API would listen on {host or 'every address'}, which other computers reach, without "
            f"{' and without '.join(missing)}: set that, or listen on 127.0.0.1"
        )


class Transport:
    """The server's credentials, from :meth:`start` to :meth:`stop`. New connections get the newest certificate; those
    that are there keep theirs."""

    def __init__(self, settings: Settings, clock: Clock, directory: Path | None = None) -> None:
        """``directory`` is where the own certificate is kept; None = this user's."""
        self._settings = settings
        self._clock = clock
        self.authority_file: Path | None = None  # what clients of the own certificate trust
        self._load = self._loader(directory or certificates.usual_directory())
        self._clients = settings.api_client_ca
        self._identity: Identity | None = None
        self._authorities: bytes | None = None
        self._pending: grpc.ServerCertificateConfiguration | None = None
        self._task: asyncio.Task[None] | None = None
        self.credentials: grpc.ServerCredentials | None = None  # None = plain text

    def _loader(self, directory: Path) -> Callable[[], Identity] | None:
        settings = self._settings
        match settings.api_tls:
            case ApiTls.OFF:
                return None
            case ApiTls.OWN:
                names = [name for name in map(str.strip, settings.api_names.split(",")) if name]
                own = OwnCertificates(directory, names, self._clock)
                self.authority_file = own.authority_file
                return own.server
            case ApiTls.GIVEN:
                certificate, key = Path(settings.api_certificate), Path(settings.api_private_key)
                return lambda: certificates.given(certificate.expanduser(), key.expanduser())

    async def start(self) -> None:
        """CertificateError where a certificate cannot be used."""
        if self._load is None:
            return
        self._identity, self._authorities = await asyncio.to_thread(self._read)
        self.credentials = grpc.dynamic_ssl_server_credentials(
            self._configuration(), cast("Any", self._newest), require_client_authentication=bool(self._clients)
        )
        self._task = spawn(self._look_again(), name="look at certificates")

    async def stop(self) -> None:
        await join(self._task)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate that is shown; "" without TLS."""
        return "" if self._identity is None else self._identity.fingerprint

    def _read(self) -> tuple[Identity, bytes | None]:
        assert self._load is not None
        authorities = certificates.read_authorities(Path(self._clients).expanduser()) if self._clients else None
        return self._load(), authorities

    def _configuration(self) -> grpc.ServerCertificateConfiguration:
        assert self._identity is not None
        pair = self._identity.private_key, self._identity.certificate
        return grpc.ssl_server_certificate_configuration([pair], self._authorities)

    def _newest(self) -> grpc.ServerCertificateConfiguration | None:
        """In a thread of gRPC, for each connection; None = the one before."""
        pending, self._pending = self._pending, None
        return pending

    async def _look_again(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            await self.look()

    async def look(self) -> None:
        """Take what was renewed or replaced. What cannot be used is told, and the certificate before stays."""
        try:
            identity, authorities = await asyncio.to_thread(self._read)
        except (CertificateError, OSError) as error:
            _log.warning("the API keeps its certificate: %s", error)
            return
        if (identity, authorities) != (self._identity, self._authorities):
            self._identity, self._authorities = identity, authorities
            self._pending = self._configuration()
            _log.info("the API has a new certificate, SHA-256 %s", identity.fingerprint)
