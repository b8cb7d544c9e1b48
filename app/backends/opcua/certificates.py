"""Our own application certificate, and what a user has to know of a server's to trust it."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import tempfile
from pathlib import Path

from asyncua.client.client import Client
from cryptography import x509

from app.backends.opcua.options import OpcUaOptions, normal_fingerprint
from app.errors import GatewayError


def application_uri() -> str:
    return f"urn:{socket.gethostname()}:tagwatch"


async def own_certificate(client: Client, directory: Path) -> tuple[Path, Path]:
    """(certificate, key), made when there is none, when it expired, or when this computer has another name now. The
    directory is for this user alone. GatewayError names a file that cannot be read or kept.

    Several workers may come here at once, and one may be killed here: each file appears whole or not at all, the first
    key stays, and certificates are made from it."""
    key, certificate = directory / "tagwatch-key.pem", directory / "tagwatch.der"
    before = os.umask(0o077)
    try:
        _make(directory)
        while not await _renewed(client, key, certificate):
            pass  # another key came meanwhile: make the certificate from that
    except OSError as error:
        raise GatewayError(
            "CertificateNotKept", f"the certificate of this program cannot be kept in {directory}: {error.strerror}"
        ) from error
    except (ValueError, TypeError) as error:
        raise GatewayError(
            "CertificateBroken",
            f"{key} or {certificate.name} beside it cannot be read: move both away, and new ones are made",
        ) from error
    finally:
        os.umask(before)
    return certificate, key


async def _renewed(client: Client, key: Path, certificate: Path) -> bool:
    """Make what is missing or expired, beside the place, and put it there; False when another key got there first."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=key.parent) as made:
        new_key, new_certificate = Path(made) / key.name, Path(made) / certificate.name
        has_key = _copied(key, new_key)
        known = new_certificate.read_bytes() if has_key and _copied(certificate, new_certificate) else b""
        await client.setup_self_signed_certificate(new_key, new_certificate, {"organizationName": "Tagwatch"})
        if not has_key:
            try:
                os.link(new_key, key)  # unlike a move, it never takes the place of another
            except FileExistsError:
                return False
        if new_certificate.read_bytes() != known:
            new_certificate.replace(certificate)
    return True


def _make(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)


def _copied(path: Path, to: Path) -> bool:
    try:
        shutil.copyfile(path, to)
    except FileNotFoundError:
        return False
    return True


def fingerprint(der: bytes) -> str:
    """SHA-256, in lower hexadecimal without separators."""
    return hashlib.sha256(der).hexdigest()


def require_trust(der: bytes, options: OpcUaOptions) -> None:
    """GatewayError unless the user trusts this very certificate: CertificateNotTrusted, or CertificateChanged where
    another one was trusted. The details are what a person compares."""
    found = fingerprint(der)
    trusted = [normal_fingerprint(text) for text in options.trusted]
    if found in trusted:
        return
    certificate = x509.load_der_x509_certificate(der)
    details = {
        "fingerprint": found,
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
        "endpoint": options.endpoint,
    }
    if trusted:
        raise GatewayError(
            "CertificateChanged",
            f"the server at {options.endpoint} shows another certificate than the one that was trusted: "
            "ask its owner before trusting the new one",
            trusted=", ".join(trusted),
            **details,
        )
    raise GatewayError(
        "CertificateNotTrusted",
        f"the certificate of the server at {options.endpoint} is not trusted yet: "
        "compare its fingerprint with the one that the server's owner tells, then trust it",
        **details,
    )
