"""A small SQL Server for tests: TDS 7.4 over loopback with prelogin, TLS, login, batches and sp_executesql, answered by
SQLite. It knows the T-SQL that is asked of a Galaxy and nothing else, and never changes anything."""

from __future__ import annotations

import contextlib
import re
import socket
import sqlite3
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

BATCH, RPC, REPLY, ATTENTION, LOGIN, PRELOGIN = 1, 3, 4, 6, 16, 18
OFF, ON, UNSUPPORTED, REQUIRED = range(4)
_HEADER = struct.Struct(">BBHHBB")
_PACKET = 4096
_COLLATION = b"\x09\x04\xd0\x00\x34"
_SP_EXECUTESQL = 10
_READ_ONLY_INTENT = 0x20


class SqlError(Exception):
    def __init__(self, number: int, words: str, severity: int = 16) -> None:
        super().__init__(words)
        self.number, self.words, self.severity = number, words, severity


@dataclass(frozen=True)
class Login:
    user: str
    password: str
    database: str
    app: str
    read_only: bool
    encrypted: bool
    sspi: bool


@dataclass
class TdsServer:
    """``database`` answers under ``name``, to ``users`` (name -> password). ``encryption``: what it says of it; with a
    certificate it can. ``on_statement`` sees each statement and may raise SqlError, or answer False: then the
    connection is closed; or bytes, which are sent as they are; ``gate`` holds every answer back while it is clear."""

    database: sqlite3.Connection
    name: str = "ZB"
    users: dict[str, str] = field(default_factory=lambda: {"reader": "canary-pässword"})
    certificate: tuple[str, str] | None = None  # files: certificate, key
    encryption: int = UNSUPPORTED
    on_statement: Callable[[str], object] = lambda statement: None
    prelogin_answer: bytes = b""  # instead of a proper one
    routes_to: str = ""  # host:port where readers are sent
    gate: threading.Event = field(default_factory=threading.Event)
    logins: list[Login] = field(default_factory=list)
    statements: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    connections: int = 0
    attentions: int = 0

    def __post_init__(self) -> None:
        self.gate.set()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._start(self._accept)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.gate.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.drop()
        for thread in self._threads:
            thread.join(10)

    def drop(self) -> None:
        """Every connection, as when the server starts anew."""
        for one in tuple(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(sock)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError, ssl.SSLError), sock:
            _Session(self, sock).run()
        self._open.discard(sock)

    # ---- what a session asks

    def enter(self, login: Login) -> None:
        self.logins.append(login)
        if not login.sspi and self.users.get(login.user) != login.password:
            raise SqlError(18456, f"Login failed for user '{login.user}'.", 14)
        if login.database != self.name:
            raise SqlError(4060, f'Cannot open database "{login.database}" requested by the login.', 11)

    def answer(self, statement: str, parameters: dict[str, Any]) -> object:
        """(columns, rows), None for a statement without rows, or what :attr:`on_statement` answered."""
        self.statements.append((statement, parameters))
        if (instead := self.on_statement(statement)) is not None:
            return instead
        if statement.startswith("SET "):
            return None
        with self._lock:
            try:
                cursor = self.database.execute(_translated(statement), parameters)
                return [column[0] for column in cursor.description], cursor.fetchall()
            except sqlite3.OperationalError as error:
                number = 208 if "no such table" in str(error) else 207 if "no such column" in str(error) else 102
                raise SqlError(number, str(error)) from error


class _Session:
    def __init__(self, server: TdsServer, sock: socket.socket) -> None:
        self._server = server
        self._sock = sock
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()

    def run(self) -> None:
        kind, offer = self._message()
        assert kind == PRELOGIN
        if self._server.prelogin_answer:
            self._sock.sendall(self._server.prelogin_answer)
            return
        self._prelogin(offer)
        kind, body = self._message()
        assert kind == LOGIN, kind
        login = _login(body, encrypted=self._tls is not None)
        try:
            self._server.enter(login)
        except SqlError as error:
            self._send(REPLY, _error(error) + _done(0xFD, 2))
            return
        self._send(REPLY, _routed(self._server.routes_to) + _entered(login.database))
        while True:
            kind, body = self._message()
            if kind == ATTENTION:
                self._server.attentions += 1
                self._send(REPLY, _done(0xFD, 0x20))
                continue
            rpc = kind == RPC
            assert kind in (BATCH, RPC), kind
            body = body[struct.unpack_from("<I", body)[0] :]  # without its headers
            statement, parameters = _call(body) if rpc else (body.decode("utf-16-le"), {})
            if not self._answer(statement, parameters, rpc):
                return

    def _answer(self, statement: str, parameters: dict[str, Any], rpc: bool) -> bool:
        try:
            answer = self._server.answer(statement, parameters)
        except SqlError as error:
            self._send(REPLY, _error(error) + _done(0xFE if rpc else 0xFD, 2))
            return True
        self._server.gate.wait(60)
        if answer is False:
            return False
        if isinstance(answer, bytes):
            self._raw(answer)
            return True
        tokens = b"" if answer is None else _rows(*answer)  # type: ignore[misc]
        if rpc:
            tokens += _done(0xFF, 1) + b"\x79" + struct.pack("<i", 0) + _done(0xFE, 0)
        else:
            tokens += _done(0xFD, 0)
        self._send(REPLY, tokens)
        return True

    def _prelogin(self, offer: bytes) -> None:
        asked = _offered(offer)
        able = self._server.certificate is not None
        said = self._server.encryption
        if able and asked == ON:
            said = ON
        body = struct.pack(">BHHBHHB", 0, 11, 6, 1, 17, 1, 0xFF) + bytes((16, 0, 0x03, 0xE8, 0, 0)) + bytes((said,))
        self._send(REPLY, body)
        if said in (ON, REQUIRED) and asked in (ON, OFF):
            self._handshake()

    def _handshake(self) -> None:
        assert self._server.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self._server.certificate)
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                if data := self._outgoing.read():
                    self._send(PRELOGIN, data)
                kind, body = self._message()
                assert kind == PRELOGIN, kind
                self._incoming.write(body)
        self._send(PRELOGIN, self._outgoing.read())
        self._tls = tls

    # ---- bytes

    def _message(self) -> tuple[int, bytes]:
        body = b""
        while True:
            kind, status, length, *_ = _HEADER.unpack(self._exactly(8))
            body += self._exactly(length - 8)
            if status & 1:
                return kind, body

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._some(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _some(self, size: int) -> bytes:
        if self._tls is None:
            return self._sock.recv(size)
        while True:
            try:
                return self._tls.read(size)
            except ssl.SSLWantReadError:
                data = self._sock.recv(65536)
                if not data:
                    return b""
                self._incoming.write(data)

    def _send(self, kind: int, body: bytes) -> None:
        for at in range(0, len(body), _PACKET - 8):
            part = body[at : at + _PACKET - 8]
            last = at + _PACKET - 8 >= len(body)
            self._raw(_HEADER.pack(kind, 1 if last else 0, len(part) + 8, 51, 1, 0) + part)

    def _raw(self, data: bytes) -> None:
        if self._tls is not None:
            self._tls.write(data)
            data = self._outgoing.read()
        self._sock.sendall(data)


# ---- tokens


def _offered(body: bytes) -> int:
    at = 0
    while body[at] != 0xFF:
        kind, offset, _ = struct.unpack_from(">BHH", body, at)
        if kind == 1:
            return body[offset]
        at += 5
    return UNSUPPORTED


def _login(body: bytes, *, encrypted: bool) -> Login:
    pairs = struct.unpack_from("<18H", body, 36)

    def text(number: int) -> str:
        offset, length = pairs[2 * number : 2 * number + 2]
        return body[offset : offset + 2 * length].decode("utf-16-le")

    offset, length = pairs[4:6]
    hidden = (one ^ 0xA5 for one in body[offset : offset + 2 * length])
    password = bytes((one >> 4) | (one & 0xF) << 4 for one in hidden).decode("utf-16-le")
    sspi = struct.unpack_from("<H", body, 36 + 36 + 6 + 2)[0] > 0
    return Login(text(1), password, text(8), text(3), bool(body[26] & _READ_ONLY_INTENT), encrypted, sspi)


def _short_text(text: str) -> bytes:
    return bytes((len(text),)) + text.encode("utf-16-le")


def _token(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + struct.pack("<H", len(body)) + body


def _routed(place: str) -> bytes:
    host, _, port = place.partition(":")
    if not host:
        return b""
    value = struct.pack("<BHH", 0, int(port), len(host)) + host.encode("utf-16-le")
    return _token(0xE3, b"\x14" + struct.pack("<H", len(value)) + value + b"\0\0")


def _entered(database: str) -> bytes:
    size = _token(0xE3, b"\x04" + _short_text(str(_PACKET)) + _short_text(str(_PACKET)))
    used = _token(0xE3, b"\x01" + _short_text(database) + _short_text("master"))
    version = bytes((16, 0, 0x03, 0xE8))
    acknowledged = b"\x01" + struct.pack(">I", 0x74000004) + _short_text("Microsoft SQL Server\0\0") + version
    return used + size + _token(0xAD, acknowledged) + _done(0xFD, 0)


def _error(error: SqlError) -> bytes:
    text = struct.pack("<H", len(error.words)) + error.words.encode("utf-16-le")
    body = struct.pack("<iBB", error.number, 1, error.severity) + text + _short_text("TEST") + _short_text("")
    return _token(0xAA, body + struct.pack("<i", 1))


def _done(kind: int, status: int) -> bytes:
    return struct.pack("<BHHQ", kind, status, 0xC1, 0)


def _rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    kinds = [_kind(name, [row[at] for row in rows]) for at, name in enumerate(names)]
    out = bytearray(b"\x81" + struct.pack("<H", len(names)))
    for name, kind in zip(names, kinds, strict=True):
        about = {"bit": b"\x68\x01", "int": b"\x26\x08", "text": b"\xe7" + struct.pack("<H", 8000) + _COLLATION}[kind]
        out += struct.pack("<IH", 0, 9) + about + _short_text(name)
    for row in rows:
        out += b"\xd1"
        for kind, value in zip(kinds, row, strict=True):
            out += _value(kind, value)
    return bytes(out)


def _kind(name: str, values: Sequence[Any]) -> str:
    if name == "is_array":
        return "bit"
    return "int" if any(isinstance(one, int) for one in values) else "text"


def _value(kind: str, value: Any) -> bytes:
    if kind == "text":
        data = b"" if value is None else str(value).encode("utf-16-le")
        return b"\xff\xff" if value is None else struct.pack("<H", len(data)) + data
    if value is None:
        return b"\x00"
    return b"\x01" + bytes((value,)) if kind == "bit" else b"\x08" + struct.pack("<q", value)


def _call(body: bytes) -> tuple[str, dict[str, Any]]:
    """Of sp_executesql: (statement, parameters by their names without the @)."""
    marker, procedure, _ = struct.unpack_from("<HHH", body)
    assert (marker, procedure) == (0xFFFF, _SP_EXECUTESQL)
    values = list(_parameters(body[6:]))
    return values[0][1], {name.lstrip("@"): value for name, value in values[2:]}


def _parameters(body: bytes) -> Iterator[tuple[str, Any]]:
    at = 0
    while at < len(body):
        length = body[at]
        name = body[at + 1 : at + 1 + 2 * length].decode("utf-16-le")
        at += 2 + 2 * length  # and the flags
        kind = body[at]
        if kind == 0x26:
            size = body[at + 2]
            yield name, int.from_bytes(body[at + 3 : at + 3 + size], "little", signed=True)
            at += 3 + size
            continue
        assert kind == 0xE7, kind
        at += 1 + 2 + 5 + 8  # its longest form (MAX), whose length is told by chunk
        data = b""
        while size := struct.unpack_from("<I", body, at)[0]:
            data += body[at + 4 : at + 4 + size]
            at += 4 + size
        at += 4
        yield name, data.decode("utf-16-le")


# ---- T-SQL in SQLite


def prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    """With the functions that T-SQL has; and from now on nothing can be changed."""
    properties = {"ProductVersion": "16.0.1000.6", "Edition": "Express Edition (64-bit)"}
    database.create_function("SERVERPROPERTY", 1, properties.get, deterministic=True)
    database.create_function("CONCAT", -1, _concat, deterministic=True)
    database.create_function("like", 2, _like, deterministic=True)
    database.create_function("like", 3, _like, deterministic=True)
    database.execute("PRAGMA query_only = ON")
    return database


def _translated(statement: str) -> str:
    found = re.search(r"SELECT TOP \((@P\d+|\d+)\)", statement)
    if found is None:
        return statement
    return f"{statement.replace(found[0], 'SELECT', 1)} LIMIT {found[1]}"


def _concat(*values: object) -> str:
    return "".join("" if value is None else str(value) for value in values)


_PATTERNS: dict[tuple[str, str], re.Pattern[str]] = {}


def _like(pattern: str, text: str | None, escape: str = "") -> bool | None:
    """As T-SQL has it: brackets are sets of characters, which SQLite's own does not know."""
    if text is None:
        return None
    if (pattern, escape) not in _PATTERNS:
        _PATTERNS[pattern, escape] = re.compile(_expression(pattern, escape), re.IGNORECASE | re.DOTALL)
    return _PATTERNS[pattern, escape].fullmatch(text) is not None


def _expression(pattern: str, escape: str) -> str:
    out, at = "", 0
    while at < len(pattern):
        one = pattern[at]
        if one == escape and escape:
            at += 1
            out += re.escape(pattern[at])
        elif one in "%_":
            out += ".*" if one == "%" else "."
        elif one == "[":
            end = pattern.index("]", at + 1)
            out += f"[{pattern[at + 1 : end]}]"
            at = end
        else:
            out += re.escape(one)
        at += 1
    return out
