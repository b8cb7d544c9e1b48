"""Our own application certificate, and what a user has to know of a server's to trust it."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

from asyncua.client.client import Client
from cryptography import x509

from app.backends.opcua.options import OpcUaOptions, normal_fingerprint
from app.errors import GatewayError


def application_uri() -> str:
    return f"urn:{socket.gethostname()}:tagwatch"


async def own_certificate(client: Client, directory: Path) -> tuple[Path, Path]:
    """(certificate, key), made when there is none, when it expired, or when this computer has another name now. The
    directory is for this user alone."""
    key, certificate = directory / "tagwatch-key.pem", directory / "tagwatch.der"
    before = os.umask(0o077)
    try:
        await client.setup_self_signed_certificate(key, certificate, {"organizationName": "Tagwatch"})
    finally:
        os.umask(before)
    return certificate, key


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
