"""How the numbers of one tag are shown, where somebody wants them otherwise than the source says."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.values import Value
from ui.format import number_text, value_text
from ui.i18n import noop

MOST_DECIMALS = 15


class Notation(enum.StrEnum):
    SOURCE = "source"
    DECIMALS = "decimals"
    SCIENTIFIC = "scientific"
    ENGINEERING = "engineering"
    HEXADECIMAL = "hexadecimal"
    BINARY = "binary"


NOTATION_WORDS = {
    Notation.SOURCE: noop("As the source says"),
    Notation.DECIMALS: noop("Decimals"),
    Notation.SCIENTIFIC: noop("Scientific"),
    Notation.ENGINEERING: noop("Engineering"),
    Notation.HEXADECIMAL: noop("Hexadecimal (whole numbers)"),
    Notation.BINARY: noop("Binary (whole numbers)"),
}


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """``decimals`` are those after the point; whole numbers in hexadecimal and binary have none."""

    notation: Notation = Notation.SOURCE
    decimals: int = 2

    def text(
        self, value: Value, *, decimals: int | None = None, enumeration: Sequence[str] = (), data_type: str = ""
    ) -> str:
        """One line as :func:`ui.format.value_text` gives it; ``decimals`` are the source's own."""
        if self.notation is Notation.DECIMALS:
            decimals = self.decimals
        if self.notation in (Notation.SOURCE, Notation.DECIMALS) or isinstance(value, bool):
            return value_text(value, decimals=decimals, enumeration=enumeration)
        if self.notation in (Notation.HEXADECIMAL, Notation.BINARY):
            if isinstance(value, int):
                return _digits(value, self.notation, _width(data_type))
        elif isinstance(value, float | int) and (isinstance(value, int) or math.isfinite(value)):
            return _exponent(value, self.decimals, 3 if self.notation is Notation.ENGINEERING else 1)
        return value_text(value, decimals=decimals, enumeration=enumeration)

    def state(self) -> dict[str, Any]:
        return {"notation": self.notation.value, "decimals": self.decimals}

    @classmethod
    def of(cls, state: object) -> NumberFormat:
        """ValueError where it is none."""
        if not isinstance(state, dict):
            raise ValueError("a number format is an object")  # noqa: TRY004
        decimals = state.get("decimals", 2)
        if not isinstance(decimals, int) or not 0 <= decimals <= MOST_DECIMALS:
            raise ValueError(f"decimals are 0 to {MOST_DECIMALS}, not {decimals!r}")
        return cls(Notation(state.get("notation", "source")), decimals)


AS_SOURCE = NumberFormat()


def _width(data_type: str) -> int:
    """Bits of a signed type, whose negative numbers are shown as they lie in memory; 0 = unknown."""
    found = re.fullmatch(r"int(16|32|64)|sbyte", data_type.lower())
    return 0 if found is None else int(found[1] or 8)


def _digits(value: int, notation: Notation, width: int) -> str:
    sign = "−" if value < 0 and not width else ""
    number = value & ((1 << width) - 1) if value < 0 and width else abs(value)
    if notation is Notation.HEXADECIMAL:
        return f"{sign}0x{number:X}"
    return f"{sign}0b{number:_b}"


def _exponent(value: float, decimals: int, step: int) -> str:
    """One to three digits before the point, and an exponent that is a multiple of ``step``; whole numbers of more
    digits than a float has are not rounded."""
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    if not value:
        return number_text(0.0, decimals) if step > 1 else f"{0.0:.{decimals}e}"
    mantissa, _, power = f"{value:.{decimals + step - 1}e}".partition("e")
    exponent = int(power)
    if step == 1:
        return f"{mantissa}e{exponent:+03d}"
    shift = exponent % step
    shown = f"{float(mantissa) * 10**shift:.{decimals}f}"
    if abs(float(shown)) >= 1000:  # rounded up to the next step
        shown, exponent = f"{float(shown) / 1000:.{decimals}f}", exponent + step
    exponent -= shift
    return f"{shown}e{exponent:+03d}" if exponent else shown
