"""Qualities as files have them: our words and others', OPC DA's numbers, OPC UA's status codes."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from functools import cache

from app.values import QUALITY_BAD, QUALITY_GOOD, QUALITY_UNCERTAIN, quality_words

_GOOD = ("good", "gut", "ok", "true", "valid", "normal", "bon", "g", "1")
_UNCERTAIN = ("uncertain", "unsicher", "questionable", "suspect", "doubtful", "incertain", "u", "?")
_BAD = ("bad", "schlecht", "invalid", "nok", "failure", "fault", "error", "false", "mauvais", "b", "0", "✕")


class QualityForm(enum.StrEnum):
    WORDS = "words"
    OPC_DA = "OPC DA"  # 192 is good
    OPC_UA = "OPC UA"  # 0 is good


@cache
def _by_words() -> dict[str, int]:
    known = {quality_words(code): code for code in range(255, -1, -1)}
    known |= dict.fromkeys(_GOOD, QUALITY_GOOD) | dict.fromkeys(_UNCERTAIN, QUALITY_UNCERTAIN)
    return known | dict.fromkeys(_BAD, QUALITY_BAD)


def guess_quality(cells: Iterable[str]) -> QualityForm:
    """Status codes are either huge or, where all is good, nothing but zeros."""
    numbers: set[int] = set()
    for cell in cells:
        if not cell.strip():
            continue
        try:
            numbers.add(int(cell.strip(), 0))
        except ValueError:
            return QualityForm.WORDS
    if not numbers or numbers == {0, 1} or numbers == {1}:
        return QualityForm.WORDS
    return QualityForm.OPC_UA if numbers == {0} or max(numbers) >= 1 << 16 else QualityForm.OPC_DA


def read_quality(cell: object, form: QualityForm) -> int:
    """An OPC DA quality; ValueError for what is none of this form. An empty cell is good."""
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            return QUALITY_GOOD
        if form is QualityForm.WORDS:
            found = _by_words().get(text.lower())
            if found is None:
                raise ValueError(f"{text[:40]!r} is no quality")
            return found
        try:
            number = int(text, 0)
        except ValueError:
            raise ValueError(f"{text[:40]!r} is no quality of {form.value}") from None
    elif isinstance(cell, int):
        number = cell if not isinstance(cell, bool) else (QUALITY_GOOD if cell else QUALITY_BAD)
    elif cell is None:
        return QUALITY_GOOD
    else:
        raise ValueError(f"{cell!r} is no quality")
    if form is not QualityForm.OPC_UA:
        if not 0 <= number < 1 << 16:
            raise ValueError(f"{number} is no quality of OPC DA, which are 0 to 65535")
        return number
    severity = (number & 0xFFFF_FFFF) >> 30
    return (QUALITY_GOOD, QUALITY_UNCERTAIN, QUALITY_BAD, QUALITY_BAD)[severity]
