"""Looking for a newer version: never by itself, over TLS alone, and clear about what went wrong."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app import cli, newer

pytestmark = pytest.mark.clause("B6")


@dataclass
class Feed:
    """A server on loopback with TLS: it answers what it is given to answer."""

    address: str = ""
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    answer: bytes = b""
    status: int = 200
    leads_to: str = ""
    asked: int = 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "feed")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("feed") / "feed.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def feed(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    said = Feed()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.asked += 1
            self.send_response(said.status)
            if said.leads_to:
                self.send_header("Location", said.leads_to)
            self.send_header("Content-Length", str(len(said.answer)))
            self.end_headers()
            self.wfile.write(said.answer)

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    said.trusted = ssl.create_default_context(cafile=str(certificate))
    said.address = f"https://127.0.0.1:{server.server_port}/latest.json"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield said
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_feed_says_what_is_newest(feed: Feed) -> None:
    feed.answer = b'{"version": "2.10.0", "page": "https://tagwatch.example/2.10"}'
    assert newer.newest(feed.address, feed.trusted) == newer.Newest("2.10.0", "https://tagwatch.example/2.10")


@pytest.mark.parametrize(
    ("found", "have", "is_newer"),
    [
        ("0.10.0", "0.9.9", True),
        ("1.0", "1.0.0", False),
        ("1.0.0", "1.0.1", False),
        ("1.0.0", "1.0.0", False),
        ("2.0.0", "2.0.0.dev1", False),
    ],
)
def test_versions_are_compared_by_numbers(found: str, have: str, is_newer: bool) -> None:
    assert newer.is_newer(found, have) is is_newer


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (b"<html>", 200, "does not answer with JSON"),
        (b"\xff\xfe", 200, "does not answer with JSON"),
        (b"[]", 200, "names no version"),
        (b'{"version": 3}', 200, "names no version"),
        (b'{"version": "1.0; rm"}', 200, "names no version"),
        (b'{"version": "9.0", "page": "file:///etc"}', 200, "no https address"),
        (b" " * 70_000, 200, "more than 64 KB"),
        (b"", 404, "answers 404"),
    ],
)
def test_what_is_no_feed_is_told(feed: Feed, answer: bytes, status: int, words: str) -> None:
    feed.answer, feed.status = answer, status
    with pytest.raises(newer.FeedError, match=words) as told:
        newer.newest(feed.address, feed.trusted)
    assert feed.address in str(told.value)


def test_a_server_that_is_not_trusted_is_not_believed(feed: Feed) -> None:
    feed.answer = b'{"version": "9.0"}'
    with pytest.raises(newer.FeedError, match="certificate verify failed"):
        newer.newest(feed.address)
    assert feed.asked == 0


def test_it_is_not_led_away_from_tls(feed: Feed) -> None:
    feed.status, feed.leads_to = 302, "http://127.0.0.1:9/latest.json"
    with pytest.raises(newer.FeedError, match="no https address"):
        newer.newest(feed.address, feed.trusted)


def test_nobody_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(newer.FeedError, match="cannot be asked"):
        newer.newest("https://127.0.0.1:9/latest.json")


def test_without_an_address_nobody_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "settings.toml"
    empty.touch()
    assert cli.main(["version", "--settings", str(empty)]) == 0
    assert capsys.readouterr().out.strip() == version("tagwatch")
    with pytest.raises(SystemExit) as ended:
        cli.main(["version", "--check", "--settings", str(empty)])
    assert ended.value.code == 2
    assert "update_feed is empty" in capsys.readouterr().err


def test_an_address_without_tls_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('update_feed = "http://tagwatch.example/latest.json"', encoding="utf-8")
    with pytest.raises(SystemExit):
        cli.main(["version", "--check", "--settings", str(settings)])
    assert "must be an https address" in capsys.readouterr().err


@pytest.mark.parametrize(("newest", "code", "words"), [("99.0", 1, "99.0 is newer"), ("0.0.1", 0, "is the newest")])
def test_the_command_says_which(
    feed: Feed,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    newest: str,
    code: int,
    words: str,
) -> None:
    feed.answer = json.dumps({"version": newest}).encode()
    settings = tmp_path / "settings.toml"
    settings.write_text(f'update_feed = "{feed.address}"', encoding="utf-8")
    monkeypatch.setattr(newer.ssl, "create_default_context", lambda: feed.trusted)
    assert cli.main(["version", "--check", "--settings", str(settings)]) == code
    assert words in capsys.readouterr().out


def test_what_could_not_be_found_out_has_a_code_of_its_own(
    feed: Feed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'update_feed = "{feed.address}"', encoding="utf-8")
    assert cli.main(["version", "--check", "--settings", str(settings)]) == 3
    assert feed.address in capsys.readouterr().err
