"""TLS of the API on real sockets, and what is refused before anything listens."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from app.access.certificates import CertificateError, Identity, OwnCertificates
from app.api.transport import LOOK_S, Transport, check_exposure, is_loopback
from app.config import ApiTls, SettingError, Settings
from tests.helpers.clock import ManualClock
from tests.helpers.engine import until

pytestmark = pytest.mark.clause("X7")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback_may_be_plain(host: str) -> None:
    assert is_loopback(host)
    check_exposure(host, Settings(api_authentication=False))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.7", "plant.example", "127.0.0.1.example", "192.168.1.1"])
def test_another_address_needs_tls_and_keys(host: str) -> None:
    with pytest.raises(SettingError, match=r"without TLS \(api_tls = own or given\): set that, or listen on 127"):
        check_exposure(host, Settings())
    with pytest.raises(SettingError, match=r"without keys \(api_authentication = true\)"):
        check_exposure(host, Settings(api_tls=ApiTls.OWN, api_authentication=False))
    with pytest.raises(SettingError, match=r"without TLS .* and without keys"):
        check_exposure(host, Settings(api_authentication=False))
    check_exposure(host, Settings(api_tls=ApiTls.OWN))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"api_tls": ApiTls.GIVEN}, "api_certificate is not set"),
        ({"api_tls": ApiTls.GIVEN, "api_certificate": "a.pem"}, "api_private_key is not set"),
        ({"api_certificate": "a.pem"}, "api_tls is off, but api_certificate is 'a.pem'"),
        ({"api_tls": ApiTls.OWN, "api_private_key": "a.key"}, "api_tls is own, but api_private_key is 'a.key'"),
        ({"api_client_ca": "ca.pem"}, "certificates of clients need TLS"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        Settings(**settings)


# ---- on sockets


async def _echo(data: bytes, context: Any) -> bytes:
    return data


@contextlib.asynccontextmanager
async def serving(transport: Transport) -> AsyncIterator[int]:
    await transport.start()
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(_echo)  # type: ignore[arg-type]
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {"Say": handler}),))
    assert transport.credentials is not None
    port = server.add_secure_port("127.0.0.1:0", transport.credentials)
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)
        await transport.stop()


async def say(port: int, authority: bytes, client: Identity | None = None, host: str = "localhost") -> bytes:
    key, chain = (None, None) if client is None else (client.private_key, client.certificate)
    credentials = grpc.ssl_channel_credentials(authority, key, chain)
    options = [("grpc.ssl_target_name_override", host), ("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options) as channel:
        return await channel.unary_unary("/test.Echo/Say")(b"hello", timeout=10)


async def refused(port: int, authority: bytes, **more: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await say(port, authority, **more)
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_the_own_certificate_is_trusted_by_its_authority(tmp_path: Path) -> None:
    settings = Settings(api_tls=ApiTls.OWN, api_names="plant.example, 10.0.0.7")
    transport = Transport(settings, ManualClockToday(), tmp_path)
    async with serving(transport) as port:
        assert transport.authority_file is not None
        authority = transport.authority_file.read_bytes()
        assert await say(port, authority) == b"hello"
        assert await say(port, authority, host="plant.example") == b"hello"
        await refused(port, authority, host="elsewhere.example")
        await refused(port, OwnCertificates(tmp_path / "other").authority().certificate)
        assert len(transport.fingerprint) == 95


async def test_mutual_tls_asks_every_client_for_its_certificate(tmp_path: Path) -> None:
    own = OwnCertificates(tmp_path)
    authority = own.authority().certificate
    settings = Settings(api_tls=ApiTls.OWN, api_client_ca=str(own.authority_file))
    async with serving(Transport(settings, ManualClockToday(), tmp_path)) as port:
        assert await say(port, authority, client=own.client("desk")) == b"hello"
        await refused(port, authority)
        await refused(port, authority, client=OwnCertificates(tmp_path / "other").client("desk"))


async def test_a_given_certificate_is_replaced_while_it_runs(tmp_path: Path) -> None:
    first, second = OwnCertificates(tmp_path / "a"), OwnCertificates(tmp_path / "b")
    pem, key = tmp_path / "given.pem", tmp_path / "given.key"

    def put(identity: Identity) -> None:
        pem.write_bytes(identity.certificate)
        key.touch(mode=0o600)
        key.write_bytes(identity.private_key)

    put(first.server())
    clock = ManualClockToday()
    settings = Settings(api_tls=ApiTls.GIVEN, api_certificate=str(pem), api_private_key=str(key))
    transport = Transport(settings, clock, tmp_path)
    async with serving(transport) as port:
        before = transport.fingerprint
        assert await say(port, first.authority().certificate) == b"hello"
        pem.write_text("half a certificate")
        await transport.look()
        assert await say(port, first.authority().certificate) == b"hello"
        put(second.server())
        await clock.advance(LOOK_S + 1)
        await until(lambda: transport.fingerprint != before, "the look at the certificate")
        assert await say(port, second.authority().certificate) == b"hello"
        await refused(port, first.authority().certificate)


async def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(api_tls=ApiTls.GIVEN, api_certificate=str(tmp_path / "a"), api_private_key=str(tmp_path / "b"))
    with pytest.raises(CertificateError, match="No such file"):
        await Transport(settings, ManualClock(), tmp_path).start()
    (tmp_path / "ca").write_text("nothing")
    settings = Settings(api_tls=ApiTls.OWN, api_client_ca=str(tmp_path / "ca"))
    with pytest.raises(CertificateError, match="holds no certificate"):
        await Transport(settings, ManualClock(), tmp_path).start()


class ManualClockToday(ManualClock):
    """The real date, for certificates that others check too."""

    def utc_ns(self) -> int:
        import time

        return time.time_ns()
