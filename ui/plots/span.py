"""Time spans as they are chosen and typed."""

from __future__ import annotations

import re

from ui.i18n import noop, tr

PRESETS = (
    (60, noop("1 minute")),
    (300, noop("5 minutes")),
    (900, noop("15 minutes")),
    (1800, noop("30 minutes")),
    (3600, noop("1 hour")),
    (4 * 3600, noop("4 hours")),
    (8 * 3600, noop("8 hours")),
    (12 * 3600, noop("12 hours")),
    (24 * 3600, noop("24 hours")),
)
SHORTEST_S, LONGEST_S = 1, 366 * 86_400

_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_PART = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([^\W\d]*)")
_CLOCK = re.compile(r"\s*(\d+):([0-5]?\d)(?::([0-5]?\d))?\s*")


def span_text(seconds: float) -> str:
    """A preset in its words, anything else as "2 h 30 min"."""
    for preset, words in PRESETS:
        if preset == seconds:
            return tr(words)
    rest, parts = round(seconds), []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "1 s"


def parse_span(text: str) -> int:
    """Seconds of "90 s", "2 h 30 min", "1:30" (hours and minutes), "0:00:45", or a preset's words; a number alone is
    minutes. ValueError says what is understood."""
    wanted = text.strip().casefold()
    for preset, words in PRESETS:
        if wanted in (tr(words).casefold(), words.casefold()):
            return preset
    seconds = _seconds(wanted)
    if seconds is None:
        raise ValueError(
            tr("“{text}” is no time span: type for example 90 s, 20 min, 2 h 30 min or 1:30").format(text=text)
        )
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(tr("A time span is between 1 s and 366 d, not {text}").format(text=text))
    return round(seconds)


def _seconds(text: str) -> float | None:
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    total, at = 0.0, 0
    while at < len(text):
        part = _PART.match(text, at)
        size = None if part is None else _unit(part[2])
        if part is None or size is None:
            return None
        total += float(part[1].replace(",", ".")) * size
        at = part.end()
    return total if text else None


def _unit(word: str) -> int | None:
    """Any beginning of a unit's name; none is minutes."""
    if not word:
        return 60
    return next((size for name, size in _UNITS.items() if name.startswith(word)), None)
