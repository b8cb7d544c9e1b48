"""Status codes of OPC UA in words."""

from __future__ import annotations

import pytest
from asyncua.ua.status_codes import StatusCodes

from app.backends.opcua.status import signed, status_of
from app.codes import NAMES, code_words


def test_each_name_is_the_specifications() -> None:
    assert {half: getattr(StatusCodes, name) >> 16 for half, name in NAMES.items()} == {half: half for half in NAMES}


@pytest.mark.clause("R5")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x80730000, "BadWriteNotSupported (0x80730000)"),
        (0x807304FF, "BadWriteNotSupported (0x807304FF)"),
        (signed(0x80730000), "BadWriteNotSupported (0x80730000)"),
        (0x8FFF0000, "status code 0x8FFF0000"),
    ],
)
def test_a_code_has_its_name_and_number(code: int, words: str) -> None:
    assert code_words(code) == words
    assert status_of(code & 0xFFFF_FFFF).words == f"operational error: {words}"
