"""Frames without IO: a 4-byte little-endian length, then so many bytes."""

from __future__ import annotations

import struct

from app.errors import ProtocolViolation

_LENGTH = struct.Struct("<I")
HEADER_SIZE = _LENGTH.size


def frame(payload: bytes, limit: int) -> bytes:
    """The payload as one frame; ValueError when it is empty or longer than ``limit``."""
    if not 0 < len(payload) <= limit:
        raise ValueError(f"a payload of {len(payload)} bytes does not fit a frame of 1 to {limit} bytes")
    return _LENGTH.pack(len(payload)) + payload


class FrameReader:
    """Bytes in, payloads out, whatever the bytes were split into.

    Holds at most one unfinished frame, so never more than ``limit`` bytes beside what it is fed. After a violation it
    stays failed: every later call raises the same one.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._pending = bytearray()
        self._failure: ProtocolViolation | None = None

    @property
    def pending(self) -> int:
        """Bytes held of a frame that is not complete yet."""
        return len(self._pending)

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """The payloads that are complete now, in order; raises ProtocolViolation for a length of 0 or over the limit.

        Payloads before the bad length are lost with it: a stream that lies about one length is not to be trusted.
        """
        if self._failure is not None:
            raise self._failure
        if not self._pending:
            payloads, used = self._split(data)
            self._pending += memoryview(data)[used:]
            return payloads
        self._pending += data
        payloads, used = self._split(self._pending)
        if used:  # not before: a long frame in many pieces is not moved for each
            del self._pending[:used]
        return payloads

    def end(self) -> None:
        """The stream is over: raises ProtocolViolation when it ended inside a frame."""
        if self._failure is not None:
            raise self._failure
        if self._pending:
            size = len(self._pending)
            wanted = _LENGTH.unpack_from(self._pending)[0] + HEADER_SIZE if size >= HEADER_SIZE else HEADER_SIZE
            raise self._fail(f"the stream ended inside a frame: {size} of {wanted} bytes came")

    def _split(self, data: bytes | bytearray | memoryview) -> tuple[list[bytes], int]:
        """The complete payloads at the start of ``data``, and how many of its bytes they take."""
        payloads: list[bytes] = []
        at, size = 0, len(data)
        while size - at >= HEADER_SIZE:
            length = _LENGTH.unpack_from(data, at)[0]
            if not 0 < length <= self.limit:
                raise self._fail(f"a frame of length {length} came, 1 to {self.limit} is allowed")
            end = at + HEADER_SIZE + length
            if end > size:
                break
            payloads.append(bytes(data[at + HEADER_SIZE : end]))
            at = end
        return payloads, at

    def _fail(self, message: str) -> ProtocolViolation:
        self._failure = ProtocolViolation(message)
        self._pending = bytearray()
        return self._failure
