"""Frames: whatever the bytes were split into, the same payloads come out, or the same violation."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import ProtocolViolation
from app.wire.framing import HEADER_SIZE, FrameReader, frame

LIMIT = 32

payload_lists = st.lists(st.binary(min_size=1, max_size=LIMIT), max_size=6)
#: Mostly frames, with lengths around the limit and loose bytes between.
streams = st.lists(
    st.binary(min_size=1, max_size=LIMIT).map(lambda payload: frame(payload, LIMIT))
    | st.integers(0, LIMIT + 2).map(lambda length: struct.pack("<I", length))
    | st.binary(max_size=6),
    max_size=5,
).map(b"".join)
cuts = st.lists(st.integers(0, 200), max_size=8)


def pieces(data: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted({place for place in places if place < len(data)}), len(data)]
    return [data[start:stop] for start, stop in itertools.pairwise(edges)]


def expected(stream: bytes) -> tuple[list[bytes], str]:
    """The payloads in ``stream`` and the violation it ends with ("" = none), by the plainest code there is."""
    payloads: list[bytes] = []
    while len(stream) >= 4:
        length = int.from_bytes(stream[:4], "little")
        if length == 0 or length > LIMIT:
            return payloads, f"a frame of length {length} came, 1 to {LIMIT} is allowed"
        if len(stream) < 4 + length:
            return payloads, f"the stream ended inside a frame: {len(stream)} of {4 + length} bytes came"
        payloads.append(stream[4 : 4 + length])
        stream = stream[4 + length :]
    return payloads, f"the stream ended inside a frame: {len(stream)} of 4 bytes came" if stream else ""


def read(chunks: Iterable[bytes]) -> tuple[list[bytes], str]:
    reader, payloads = FrameReader(LIMIT), []
    try:
        for chunk in chunks:
            payloads += reader.feed(chunk)
            assert reader.pending < HEADER_SIZE + LIMIT
        reader.end()
    except ProtocolViolation as error:
        return payloads, error.fault.message
    return payloads, ""


@pytest.mark.clause("S11.3")
@settings(deadline=None)
@given(payload_lists, cuts)
def test_payloads_survive_any_split(payloads: list[bytes], places: list[int]) -> None:
    stream = b"".join(frame(payload, LIMIT) for payload in payloads)
    assert read(pieces(stream, places)) == (payloads, "")


@pytest.mark.clause("S11.3")
@settings(deadline=None, max_examples=300)
@given(streams | st.binary(max_size=80), cuts)
def test_any_bytes_give_the_same_violation_at_any_split(stream: bytes, places: list[int]) -> None:
    payloads, violation = expected(stream)
    got, said = read(pieces(stream, places))
    assert said == violation
    assert got == payloads[: len(got)]
    if not violation.startswith("a frame of length"):  # what came with a lying length is lost with it
        assert got == payloads
    assert read(bytes([byte]) for byte in stream) == (payloads, violation)


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize("length", [0, LIMIT + 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("cut", range(HEADER_SIZE))
def test_a_bad_length_is_refused_by_its_header_alone(length: int, cut: int) -> None:
    reader, header = FrameReader(LIMIT), struct.pack("<I", length)
    assert reader.feed(header[:cut]) == []
    with pytest.raises(ProtocolViolation, match=f"length {length} came, 1 to {LIMIT} is allowed"):
        reader.feed(header[cut:])
    assert reader.pending == 0


@pytest.mark.clause("S11.3")
def test_a_failed_reader_stays_failed() -> None:
    reader = FrameReader(LIMIT)
    with pytest.raises(ProtocolViolation) as first:
        reader.feed(bytes(4) + b"whatever came with it")
    for again in (lambda: reader.feed(frame(b"good", LIMIT)), lambda: reader.feed(b""), reader.end):
        with pytest.raises(ProtocolViolation) as later:
            again()
        assert later.value.fault == first.value.fault
    assert reader.pending == 0


@pytest.mark.clause("S11.3")
def test_the_longest_frame_passes() -> None:
    assert FrameReader(LIMIT).feed(frame(bytes(LIMIT), LIMIT)) == [bytes(LIMIT)]


@pytest.mark.clause("S11.3")
@pytest.mark.parametrize(("came", "words"), [(1, "1 of 4 bytes"), (4, "4 of 9 bytes"), (8, "8 of 9 bytes")])
def test_a_cut_off_stream_says_how_much_is_missing(came: int, words: str) -> None:
    reader = FrameReader(LIMIT)
    reader.feed(frame(b"whole", LIMIT) + frame(b"third", LIMIT)[:came])
    with pytest.raises(ProtocolViolation, match=words):
        reader.end()


def test_a_stream_may_end_between_frames() -> None:
    reader = FrameReader(LIMIT)
    reader.end()
    reader.feed(frame(b"whole", LIMIT))
    reader.end()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_payloads_do_not_share_the_callers_buffer(kind: type) -> None:
    buffer = bytearray(frame(b"first", LIMIT) + frame(b"second", LIMIT)[:6])
    reader = FrameReader(LIMIT)
    payloads = reader.feed(kind(buffer))
    buffer[:] = bytes(len(buffer))
    assert payloads == [b"first"]
    assert type(payloads[0]) is bytes
    assert reader.feed(kind(frame(b"second", LIMIT)[6:])) == [b"second"]


@pytest.mark.parametrize("size", [0, LIMIT + 1])
def test_a_payload_that_fits_no_frame_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes does not fit a frame of 1 to {LIMIT} bytes"):
        frame(bytes(size), LIMIT)
