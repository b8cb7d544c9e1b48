"""Our own certificate: made once, whole, by whoever comes first."""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

import pytest
from asyncua.client.client import Client
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.backends.opcua.certificates import application_uri, own_certificate
from app.errors import GatewayError


def client() -> Client:
    made = Client("opc.tcp://localhost:1")
    made.application_uri = application_uri()
    return made


def belong_together(certificate: Path, key: Path) -> bool:
    private = load_pem_private_key(key.read_bytes(), None)
    return x509.load_der_x509_certificate(certificate.read_bytes()).public_key() == private.public_key()


async def test_it_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    directory = tmp_path / "opcua"
    certificate, key = await own_certificate(client(), directory)
    first = certificate.read_bytes(), key.read_bytes()
    assert belong_together(certificate, key)
    assert await own_certificate(client(), directory) == (certificate, key)
    assert (certificate.read_bytes(), key.read_bytes()) == first
    assert sorted(path.name for path in directory.iterdir()) == ["tagwatch-key.pem", "tagwatch.der"]
    if sys.platform != "win32":
        assert stat.S_IMODE(key.stat().st_mode) & 0o077 == 0
        assert stat.S_IMODE(directory.stat().st_mode) & 0o077 == 0


async def test_many_at_once_end_with_one_pair_that_belongs_together(tmp_path: Path) -> None:
    found = await asyncio.gather(*(own_certificate(client(), tmp_path) for _ in range(6)))
    assert len(set(found)) == 1
    assert belong_together(*found[0])


async def test_a_lost_certificate_is_made_again_from_the_key(tmp_path: Path) -> None:
    certificate, key = await own_certificate(client(), tmp_path)
    kept = key.read_bytes()
    certificate.unlink()
    await own_certificate(client(), tmp_path)
    assert key.read_bytes() == kept
    assert belong_together(certificate, key)


async def test_another_name_of_the_computer_makes_another_certificate(tmp_path: Path) -> None:
    certificate, key = await own_certificate(client(), tmp_path)
    first = certificate.read_bytes()
    renamed = client()
    renamed.application_uri = "urn:renamed:tagwatch"
    await own_certificate(renamed, tmp_path)
    assert certificate.read_bytes() != first
    assert belong_together(certificate, key)


@pytest.mark.parametrize("name", ["tagwatch-key.pem", "tagwatch.der"])
@pytest.mark.parametrize("content", [b"", b"nonsense"])
async def test_a_broken_file_is_named_and_left_alone(tmp_path: Path, name: str, content: bytes) -> None:
    await own_certificate(client(), tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GatewayError, match=r"tagwatch-key\.pem or tagwatch\.der beside it cannot be read: move both"):
        await own_certificate(client(), tmp_path)
    assert (tmp_path / name).read_bytes() == content


async def test_a_place_where_nothing_can_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GatewayError, match=r"cannot be kept in .*file"):
        await own_certificate(client(), tmp_path / "file")
