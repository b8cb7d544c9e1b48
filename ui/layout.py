"""Where windows and panes stand: kept, clamped to what can be seen, and arranged for a purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect

from ui.i18n import noop

#: So much of a window's upper edge must be on a screen, that it can be got hold of.
_GRIP = (120, 30)
_LEAST = (480, 320)


@dataclass(frozen=True, slots=True)
class Preset:
    """``shown`` are panes by name, ``widths`` and ``heights`` their shares of the window in hundredths."""

    title: str
    shown: tuple[str, ...]
    widths: Mapping[str, int]
    heights: Mapping[str, int]


#: Panes that a window has not are left out.
PRESETS = {
    "monitoring": Preset(
        noop("Monitoring"),
        ("sessions", "watch", "alarms", "log"),
        {"sessions": 22},
        {"watch": 52, "log": 20, "alarms": 20},
    ),
    "trending": Preset(noop("Trending"), ("sessions", "items"), {"sessions": 24, "items": 24}, {"sessions": 22}),
    "commissioning": Preset(
        noop("Commissioning"),
        ("sessions", "items", "watch", "log", "alarms", "audit"),
        {"sessions": 36, "items": 36},
        {"sessions": 20, "watch": 30, "log": 32, "alarms": 32, "audit": 32},
    ),
}


def clamped(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """``wanted`` where it can be reached: on the screen that has most of it, and no larger than that."""
    if not screens:
        return wanted

    def seen(screen: QRect) -> int:
        part = screen.intersected(wanted)
        return max(0, part.width()) * max(0, part.height())

    screen = max(screens, key=seen)
    width = min(max(wanted.width(), _LEAST[0]), screen.width())
    height = min(max(wanted.height(), _LEAST[1]), screen.height())
    grip = QRect(wanted.left(), wanted.top(), width, _GRIP[1])
    if (width, height) == (wanted.width(), wanted.height()) and any(_can_be_got(grip, one) for one in screens):
        return wanted
    left = min(max(wanted.left(), screen.left()), screen.right() + 1 - width)
    top = min(max(wanted.top(), screen.top()), screen.bottom() + 1 - height)
    return QRect(left, top, width, height)


def _can_be_got(grip: QRect, screen: QRect) -> bool:
    part = grip.intersected(screen)
    return part.width() >= _GRIP[0] and part.height() >= _GRIP[1] and grip.top() >= screen.top()


def rectangle(said: Any) -> QRect | None:
    """From a file: ``[left, top, width, height]``; None where it is no such thing."""
    if not isinstance(said, list) or len(said) != 4:
        return None
    if not all(isinstance(number, int) and not isinstance(number, bool) and abs(number) < 1 << 20 for number in said):
        return None
    return QRect(*said) if said[2] > 0 and said[3] > 0 else None
