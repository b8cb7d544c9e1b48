"""The API's certificates: made on demand, renewed in time, and their keys nobody else's."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from app.access import certificates
from app.access.certificates import CertificateError, Identity, OwnCertificates
from tests.helpers.clock import ManualClock

pytestmark = pytest.mark.clause("X7")
DAY_S = 86_400


def names(identity: Identity) -> set[str]:
    found = identity.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def test_made_once_and_kept(tmp_path: Path) -> None:
    own = OwnCertificates(tmp_path / "private", ["plant.example", "10.0.0.7"])
    first = own.server()
    assert own.server().certificate == first.certificate
    assert {"localhost", "127.0.0.1", "::1", "plant.example", "10.0.0.7"} <= names(first)
    first.leaf.verify_directly_issued_by(own.authority().leaf)
    chain = x509.load_pem_x509_certificates(first.certificate)
    assert chain[1].fingerprint(chain[1].signature_hash_algorithm) == own.authority().leaf.fingerprint(  # type: ignore[arg-type]
        chain[1].signature_hash_algorithm  # type: ignore[arg-type]
    )
    constraints = chain[1].extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")
def test_private_keys_are_their_owners_alone(tmp_path: Path) -> None:
    own = OwnCertificates(tmp_path / "private")
    own.server()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "private").iterdir()}
    assert modes["server.key"] == modes["authority.key"] == 0o600
    assert not [name for name in modes if name.endswith(".part")]
    (tmp_path / "private" / "server.key").chmod(0o644)
    with pytest.raises(CertificateError, match=r"server\.key can be read by others"):
        own.server()


async def test_renewed_before_it_ends_under_the_same_authority(tmp_path: Path) -> None:
    clock = ManualClock()
    own = OwnCertificates(tmp_path, clock=clock)
    first, authority = own.server(), own.authority()
    await clock.advance((365 - certificates.RENEW_DAYS - 1) * DAY_S)
    assert own.server().certificate == first.certificate
    await clock.advance(2 * DAY_S)
    second = own.server()
    assert second.fingerprint != first.fingerprint
    assert second.private_key != first.private_key
    assert own.authority().certificate == authority.certificate
    second.leaf.verify_directly_issued_by(authority.leaf)
    left = second.leaf.not_valid_after_utc - datetime.datetime.fromtimestamp(clock.utc_ns() / 1e9, datetime.UTC)
    assert left > datetime.timedelta(days=300)


async def test_an_authority_that_ended_is_not_replaced_unasked(tmp_path: Path) -> None:
    clock = ManualClock()
    own = OwnCertificates(tmp_path, clock=clock)
    own.server()
    await clock.advance(3651 * DAY_S)
    with pytest.raises(CertificateError, match="every client has to trust anew"):
        own.server()


def test_another_name_of_the_computer_makes_another_certificate(tmp_path: Path) -> None:
    first = OwnCertificates(tmp_path).server()
    second = OwnCertificates(tmp_path, ["plant.example"]).server()
    assert second.certificate != first.certificate
    assert OwnCertificates(tmp_path).server().certificate == second.certificate  # more names than needed are fine


def test_a_pair_that_is_none_is_made_anew(tmp_path: Path) -> None:
    own = OwnCertificates(tmp_path)
    own.server()
    other = OwnCertificates(tmp_path / "other")
    other.server()
    (tmp_path / "server.key").write_bytes((tmp_path / "other" / "server.key").read_bytes())
    found = own.server()
    assert found.private_key == (tmp_path / "server.key").read_bytes()
    (tmp_path / "server.pem").write_text("half of it")
    assert own.server().leaf


def test_a_name_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="'plänt' is neither a name nor an address"):
        OwnCertificates(tmp_path, ["plänt"]).server()


def test_certificates_of_clients(tmp_path: Path) -> None:
    own = OwnCertificates(tmp_path)
    client = own.client("desk 3")
    client.leaf.verify_directly_issued_by(own.authority().leaf)
    usage = client.leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [use.dotted_string for use in usage] == ["1.3.6.1.5.5.7.3.2"]
    assert "PRIVATE" not in repr(client)
    for name in ("", "a\nb", "x" * 65):
        with pytest.raises(ValueError, match="a client needs a name"):
            own.client(name)


def test_given_ones_are_checked(tmp_path: Path) -> None:
    own = OwnCertificates(tmp_path)
    own.server()
    pem, key = tmp_path / "server.pem", tmp_path / "server.key"
    assert certificates.given(pem, key).certificate == pem.read_bytes()
    with pytest.raises(CertificateError, match="does not belong to the certificate"):
        certificates.given(pem, tmp_path / "authority.key")
    with pytest.raises(CertificateError, match="no certificate in PEM"):
        certificates.given(key, key)
    locked = tmp_path / "locked.key"
    loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    pkcs8, pem_form = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    locked.write_bytes(loaded.private_bytes(pem_form, pkcs8, serialization.BestAvailableEncryption(b"canary")))
    locked.chmod(0o600)
    with pytest.raises(CertificateError, match="no private key in PEM"):
        certificates.given(pem, locked)
    with pytest.raises(CertificateError, match="missing"):
        certificates.given(tmp_path / "missing", key)


async def test_a_given_one_that_ended_is_refused(tmp_path: Path) -> None:
    clock = ManualClock()
    await clock.advance(-400 * DAY_S)
    clock.stall(-400 * DAY_S)
    OwnCertificates(tmp_path, clock=clock).server()
    with pytest.raises(CertificateError, match="ended on"):
        certificates.given(tmp_path / "server.pem", tmp_path / "server.key")
