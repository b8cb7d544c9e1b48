"""Certificates of the API: an authority of this installation's own, and what it signs.

Clients trust the authority's certificate once; the server's own, which lasts a year, is made anew before it ends and
when the computer has other names, and nobody has to trust anything again.
"""

from __future__ import annotations

import datetime
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app import config
from app.access.private_files import read_private, replace_private
from app.tasks import Clock, SystemClock

_AUTHORITY_DAYS = 3650
_SERVER_DAYS = 365
_CLIENT_DAYS = 365
#: A certificate is made anew when it has less than this left.
RENEW_DAYS = 30
#: Clocks of clients may be behind.
_BACK = datetime.timedelta(hours=1)
_LONGEST_NAME = 64


class CertificateError(Exception):
    """A certificate or its key cannot be used; the text names the file and what to do."""


class _BrokenPairError(CertificateError):
    """Certificate and key are no pair, or one of them is none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with those above it and its private key, as PEM."""

    certificate: bytes
    private_key: bytes = field(repr=False)

    @property
    def leaf(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate)

    @property
    def fingerprint(self) -> str:
        """SHA-256, as people compare it."""
        return fingerprint(self.leaf)


def fingerprint(certificate: x509.Certificate) -> str:
    return ":".join(f"{byte:02X}" for byte in certificate.fingerprint(hashes.SHA256()))


def usual_directory() -> Path:
    return config.directory() / "private"


class OwnCertificates:
    """The authority and the server's certificate in one directory. Blocks. Private keys are their owner's alone; one
    that others may read is refused."""

    def __init__(self, directory: Path, names: Iterable[str] = (), clock: Clock | None = None) -> None:
        """``names`` are names and addresses by which clients find this computer, beside its own."""
        self._clock = clock or SystemClock()
        self._names = tuple(names)
        self._authority = directory / "authority.pem"
        self._authority_key = directory / "authority.key"
        self._server = directory / "server.pem"
        self._server_key = directory / "server.key"

    @property
    def authority_file(self) -> Path:
        """What clients trust; it may be given to everybody."""
        return self._authority

    def authority(self) -> Identity:
        """Made where it is not there. One that ended is not replaced by itself: every client has to trust the next."""
        if not self._authority.exists() and not self._authority_key.exists():
            key, certificate = _make_authority(self._now())
            replace_private(self._authority_key, _pem_key(key))
            replace_private(self._authority, _pem(certificate))
        found = _read(self._authority, self._authority_key)
        if found.leaf.not_valid_after_utc <= self._now():
            raise CertificateError(
                f"the authority {self._authority} ended on {found.leaf.not_valid_after_utc:%Y-%m-%d}: move it and "
                f"{self._authority_key} away; the next start makes new ones, which every client has to trust anew"
            )
        return found

    def server(self) -> Identity:
        """What the server shows; made, or made anew, where it is not there, ends soon, is another authority's, or
        lacks a name."""
        authority = self.authority()
        if (found := self._kept_server()) is not None and self._lasts(found.leaf, authority.leaf):
            return found
        key = ec.generate_private_key(ec.SECP256R1())
        names = _alternative_names(self._wanted())
        certificate = _signed(
            _name(socket.gethostname() or "tagwatch"),
            key,
            authority,
            self._now(),
            _SERVER_DAYS,
            (names, False),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        )
        replace_private(self._server_key, _pem_key(key))
        replace_private(self._server, _pem(certificate) + authority.certificate)
        return _read(self._server, self._server_key)

    def _kept_server(self) -> Identity | None:
        if not self._server.exists() or not self._server_key.exists():
            return None
        try:
            return _read(self._server, self._server_key)
        except _BrokenPairError:  # ended between the two files: nobody has to do anything for new ones
            return None

    def client(self, name: str) -> Identity:
        """A certificate for one client, for mutual TLS; kept by nobody but who asked. ValueError for a name that is
        none."""
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise ValueError(f"a client needs a name of one line, {_LONGEST_NAME} characters at the most")
        authority = self.authority()
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _signed(
            _name(name),
            key,
            authority,
            self._now(),
            _CLIENT_DAYS,
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        )
        return Identity(_pem(certificate) + authority.certificate, _pem_key(key))

    def _lasts(self, certificate: x509.Certificate, authority: x509.Certificate) -> bool:
        if certificate.not_valid_after_utc - self._now() < datetime.timedelta(days=RENEW_DAYS):
            return False
        try:
            certificate.verify_directly_issued_by(authority)
            kept = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except Exception:  # whatever the library finds wrong with it
            return False
        return set(_alternative_names(self._wanted())) <= set(kept)

    def _now(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._clock.utc_ns() / 1e9, datetime.UTC)

    def _wanted(self) -> list[str]:
        host = socket.gethostname()
        return list(dict.fromkeys(name for name in ("localhost", "127.0.0.1", "::1", host, *self._names) if name))


def given(certificate: Path, private_key: Path) -> Identity:
    """A certificate that somebody else made. CertificateError where it cannot be read, has ended, or where the key is
    not its own."""
    found = _read(certificate, private_key)
    if found.leaf.not_valid_after_utc <= datetime.datetime.now(datetime.UTC):
        raise CertificateError(f"the certificate {certificate} ended on {found.leaf.not_valid_after_utc:%Y-%m-%d}")
    return found


def read_authorities(path: Path) -> bytes:
    """Certificates of authorities, PEM."""
    try:
        content = path.read_bytes()
        x509.load_pem_x509_certificates(content)
    except OSError as error:
        raise CertificateError(str(error)) from error
    except ValueError as error:
        raise _BrokenPairError(f"{path} holds no certificate in PEM") from error
    return content


def _read(certificate: Path, private_key: Path) -> Identity:
    chain = read_authorities(certificate)
    try:
        content = read_private(private_key, "the private key")
        key = serialization.load_pem_private_key(content, None)
    except OSError as error:
        raise CertificateError(str(error)) from error
    except (TypeError, ValueError):  # their words might quote it
        raise _BrokenPairError(f"{private_key} holds no private key in PEM without a passphrase") from None
    if _public(x509.load_pem_x509_certificates(chain)[0].public_key()) != _public(key.public_key()):
        raise _BrokenPairError(f"the private key {private_key} does not belong to the certificate {certificate}")
    return Identity(chain, content)


def _make_authority(now: datetime.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Tagwatch authority of {socket.gethostname() or 'this computer'}")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        _builder(name, name, key.public_key(), now, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return key, builder.sign(key, hashes.SHA256())


def _signed(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    authority: Identity,
    now: datetime.datetime,
    days: int,
    *extensions: tuple[x509.ExtensionType, bool],
) -> x509.Certificate:
    issuer = authority.leaf
    signer = serialization.load_pem_private_key(authority.private_key, None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise CertificateError("the authority's key is not one that Tagwatch made")
    builder = (
        _builder(name, issuer.subject, key.public_key(), now, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def _builder(
    name: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACK)
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _alternative_names(names: Sequence[str]) -> x509.SubjectAlternativeName:
    entries: list[x509.GeneralName] = []
    for name in names:
        try:
            entries.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            try:
                entries.append(x509.DNSName(name))
            except ValueError:
                raise CertificateError(f"{name!r} is neither a name nor an address of a computer") from None
    return x509.SubjectAlternativeName(entries)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:_LONGEST_NAME])])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public(key: object) -> bytes:
    if not hasattr(key, "public_bytes"):
        return b""
    return key.public_bytes(  # pyright: ignore
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
