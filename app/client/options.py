"""Where a server is and how it is reached, checked before anything is sent."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from grpc import aio

#: How long a connection may be silent before it is asked for a sign of life, and how long that may take to come.
_KEEPALIVE_S, _ANSWER_S = 10.0, 5.0
_BACKOFF_MS = (200, 5_000)
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """``address`` is host:port, an IPv6 host in brackets. Files are read when the client connects. ValueError names the
    option that is wrong; the key stands in none of the words."""

    address: str
    key: str = field(default="", repr=False)  # as `tagwatch keys create` told it; "" = the server asks for none
    tls: bool | None = None  # None = wherever the address is not this computer's own
    ca: str | Path | None = None  # certificates (PEM) by which the server's is trusted; None = the well-known ones
    certificate: str | Path | None = None  # the client's own (PEM), where the server asks for it
    private_key: str | Path | None = None
    server_name: str = ""  # what the server's certificate says, where that is not the host's name
    timeout_s: float = 45.0  # of a call; longer than a command of the server may take (30 s unless it is told)
    name: str = "tagwatch client"  # how it registers with sources

    def __post_init__(self) -> None:
        host, _ = split_address(self.address)
        if not self.encrypted and not is_own(host):
            raise ValueError(
                f"option tls is off, but {host} is another computer: everybody on the way could read what is sent"
            )
        if (self.certificate is None) is not (self.private_key is None):
            raise ValueError("options certificate and private_key belong together: give both or none")
        for name in ("ca", "certificate", "server_name"):
            if getattr(self, name) and not self.encrypted:
                raise ValueError(f"option {name} belongs to TLS: set tls as well")
        if self.key and (not self.key.isascii() or not self.key.isprintable() or " " in self.key):
            raise ValueError("option key is not a key: it has characters that none has")
        if not self.timeout_s > 0:
            raise ValueError(f"option timeout_s is {self.timeout_s!r}, but must be above 0")

    @property
    def encrypted(self) -> bool:
        return not is_own(split_address(self.address)[0]) if self.tls is None else self.tls

    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.key}"),) if self.key else ()

    def channel(self) -> aio.Channel:
        """A new channel, on the running loop. ValueError for a file that cannot be read."""
        settings: list[tuple[str, int | str]] = [
            ("grpc.keepalive_time_ms", round(_KEEPALIVE_S * 1000)),
            ("grpc.keepalive_timeout_ms", round(_ANSWER_S * 1000)),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.initial_reconnect_backoff_ms", _BACKOFF_MS[0]),
            ("grpc.min_reconnect_backoff_ms", _BACKOFF_MS[0]),
            ("grpc.max_reconnect_backoff_ms", _BACKOFF_MS[1]),
            ("grpc.max_receive_message_length", _LARGEST),
            ("grpc.enable_http_proxy", 0),  # a gateway is never behind the proxy of the office
            ("grpc.use_local_subchannel_pool", 1),  # clients do not share a connection, nor its keys
        ]
        if not self.encrypted:
            return aio.insecure_channel(self.address, options=settings)
        if self.server_name:
            settings.append(("grpc.ssl_target_name_override", self.server_name))
        own_key, own_chain = _content("private_key", self.private_key), _content("certificate", self.certificate)
        credentials = grpc.ssl_channel_credentials(_content("ca", self.ca), own_key, own_chain)
        return aio.secure_channel(self.address, credentials, options=settings)


def split_address(address: str) -> tuple[str, int]:
    """Host (without brackets) and port; ValueError says what is wrong."""
    host, colon, port = address.strip().rpartition(":")
    if "://" in address or "/" in address:
        raise ValueError(f"option address is {address!r}, but must be host:port, without a scheme or a path")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(f"option address is {address!r}, but must be host:port with a port of 1 to 65535")
    if any(character.isspace() for character in host) or "@" in host:
        raise ValueError(f"option address is {address!r}, but must be host:port, without spaces or a user name")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare and bare == host:
        raise ValueError(f"option address is {address!r}: put the IPv6 address in brackets, like [::1]:50051")
    return bare, int(port)


def is_own(host: str) -> bool:
    """Whether what goes to this host stays on this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _content(name: str, path: str | Path | None) -> bytes | None:
    if path is None or path == "":
        return None
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise ValueError(f"option {name}: {path} cannot be read: {error.strerror or error}") from error
