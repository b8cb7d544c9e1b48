"""The bytes to and from a SQL Server, as a socket that python-tds uses.

TLS is the standard library's: python-tds would need pyOpenSSL, and so a compiled package for 32 bit. To python-tds the
connection looks like a plain one, while here the offer and the answer about encryption are exchanged for the true ones
and everything behind them goes through TLS. Every wait has one end for the whole question, and so has what may come.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from typing import Any

from app.backends.mxaccess.galaxy.place import Access, Encryption, GalaxyError

#: Of one question. A page of a thousand attributes takes less than a megabyte.
_MOST = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_HEADER = struct.Struct(">BBHHBB")  # type, status, length with this header, process, number, window
_PRELOGIN, _REPLY = 0x12, 0x04
_LAST = 1
_PACKET = 4096
_ENCRYPTION, _TERMINATOR = 1, 0xFF
#: What the two sides may say about encryption.
_OFF, _ON, _UNSUPPORTED, _REQUIRED = range(4)


def tls_context(access: Access) -> ssl.SSLContext | None:
    """None where nothing is encrypted; GalaxyError for a file of certificates that cannot be read."""
    if access.encryption is Encryption.NONE:
        return None
    context = ssl.create_default_context()
    # In this protocol (before its version 8) nothing newer is spoken.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    if access.encryption is Encryption.TRUST:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif access.ca:
        try:
            context.load_verify_locations(access.ca)
        except (OSError, ssl.SSLError) as error:
            raise GalaxyError(
                "SourceRefused",
                f"the certificates in {access.ca} cannot be read: a file in PEM form is needed ({error})",
            ) from error
    return context


class Wire:
    """Used by one thread; :meth:`abort` by any. TimeoutError once the time of :meth:`until` has come."""

    def __init__(self, sock: socket.socket, access: Access, context: ssl.SSLContext | None) -> None:
        self._sock = sock
        self._access = access
        self._context = context
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._ready = bytearray()  # read, and not yet given to python-tds
        self._asked = self._greeted = False
        self._end = 0.0
        self._left = _MOST

    def until(self, end: float) -> None:
        """The end, by ``time.monotonic``, of all waits from now on."""
        self._end = end
        self._left = _MOST

    def abort(self) -> None:
        """Whoever waits for bytes is told that there are none to come."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    # ---- as python-tds sees it

    def setsockopt(self, *what: Any) -> None:
        self._sock.setsockopt(*what)

    def settimeout(self, timeout_s: float | None) -> None:
        """Not heeded: the time is :meth:`until`'s."""

    def gettimeout(self) -> float | None:
        return None

    def sendall(self, data: bytes | bytearray, flags: int = 0) -> None:
        data = bytes(data)
        if not self._asked:  # the first packet is the offer
            self._asked = True
            data = _with_encryption(data, _UNSUPPORTED if self._context is None else _ON)
        if self._tls is None:
            self._send(data)
            return
        self._tls.write(data)
        self._send(self._outgoing.read())

    def recv(self, size: int, flags: int = 0) -> bytes:
        if not self._greeted:
            self._greeted = True
            self._greet()
        if self._ready:
            data = bytes(self._ready[:size])
            del self._ready[:size]
            return data
        return self._receive(size) if self._tls is None else self._decrypted(self._tls, size)

    def recv_into(self, buffer: bytearray | memoryview, size: int = 0, flags: int = 0) -> int:
        data = self.recv(size or len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._sock.close()

    # ---- the beginning

    def _greet(self) -> None:
        """The answer to the offer; behind it TLS, where that was agreed on."""
        kind, _, length, *_ = header = _HEADER.unpack(self._exactly(_HEADER.size))
        if kind != _REPLY or not _HEADER.size < length <= _PACKET:
            raise GalaxyError("SourceRefused", f"what listens at {self._access.place} is no SQL Server")
        body = self._exactly(length - _HEADER.size)
        answer = _encryption(body)
        if self._context is None:
            if answer in (_ON, _REQUIRED):
                raise GalaxyError(
                    "SourceRefused",
                    f"{self._access.place} demands encryption: set galaxy_encryption to verify or trust",
                )
        elif answer in (_ON, _REQUIRED):
            self._handshake(self._context)
        else:
            raise GalaxyError(
                "SourceRefused",
                f"{self._access.place} does not encrypt: nothing was sent; galaxy_encryption = none does without",
            )
        whole = _HEADER.pack(*header) + body
        self._ready += _with_encryption(whole, _UNSUPPORTED)

    def _handshake(self, context: ssl.SSLContext) -> None:
        """Its records travel in packets of the offer's kind; what follows does not."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=self._access.place.host)
        try:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    self._send_packets(self._outgoing.read())
                    self._incoming.write(self._packet())
            self._send_packets(self._outgoing.read())
        except ssl.SSLCertVerificationError as error:
            raise GalaxyError("CertificateUntrusted", self._distrust(error)) from error
        except ssl.SSLError as error:
            raise GalaxyError(
                "SourceRefused",
                f"{self._access.place} and this computer agree on no encryption ({error.reason or error}): TLS 1.2 is "
                "needed",
            ) from error
        self._tls = tls

    def _distrust(self, error: ssl.SSLCertVerificationError) -> str:
        return (
            f"the certificate of {self._access.place} is not trusted ({error.verify_message}): give the file of its "
            "authority by galaxy_ca, or accept any certificate by galaxy_encryption = trust"
        )

    def _send_packets(self, data: bytes) -> None:
        room = _PACKET - _HEADER.size
        for at in range(0, len(data), room):
            part = data[at : at + room]
            status = _LAST if at + room >= len(data) else 0
            self._send(_HEADER.pack(_PRELOGIN, status, len(part) + _HEADER.size, 0, 0, 0) + part)

    def _packet(self) -> bytes:
        kind, _, length, *_ = _HEADER.unpack(self._exactly(_HEADER.size))
        if kind not in (_PRELOGIN, _REPLY) or length <= _HEADER.size:
            raise GalaxyError("SourceRefused", f"{self._access.place} broke off while TLS was agreed on")
        return self._exactly(length - _HEADER.size)

    # ---- bytes

    def _remaining(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _send(self, data: bytes) -> None:
        if data:
            self._sock.settimeout(self._remaining())
            self._sock.sendall(data)

    def _receive(self, size: int) -> bytes:
        self._sock.settimeout(self._remaining())
        data = self._sock.recv(size)
        self._left -= len(data)
        if self._left < 0:
            raise GalaxyError("SourceRefused", f"{self._access.place} answered with more than {_MOST // 2**20} MiB")
        return data

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._receive(size - len(data))
            if not part:
                raise ConnectionResetError("it closed the connection")
            data += part
        return bytes(data)

    def _decrypted(self, tls: ssl.SSLObject, size: int) -> bytes:
        while True:
            try:
                return tls.read(size)
            except ssl.SSLWantReadError:
                data = self._receive(_CHUNK)
                if not data:
                    return b""
                self._incoming.write(data)
            except ssl.SSLZeroReturnError:
                return b""


def _option(body: bytes, wanted: int) -> int:
    """Where the value of an option of an offer begins in its body; -1 = it has none."""
    at = 0
    while at + 5 <= len(body) and body[at] != _TERMINATOR:
        kind, offset, length = struct.unpack_from(">BHH", body, at)
        if kind == wanted and length and offset < len(body):
            return int(offset)
        at += 5
    return -1


def _encryption(body: bytes) -> int:
    at = _option(body, _ENCRYPTION)
    return body[at] if at >= 0 else _UNSUPPORTED


def _with_encryption(packet: bytes, said: int) -> bytes:
    at = _option(packet[_HEADER.size :], _ENCRYPTION)
    if at < 0:
        return packet
    changed = bytearray(packet)
    changed[_HEADER.size + at] = said
    return bytes(changed)
