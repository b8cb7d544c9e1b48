"""A pen: how one trend draws the line of a tag."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt

from ui.format import value_text
from ui.i18n import noop
from ui.plots.collector import Line
from ui.plots.curves import Curve
from ui.plots.past import Joined, Past
from ui.plots.pen import Samples


class Style(enum.StrEnum):
    """Of what is good; what is uncertain is dashed in each."""

    PLAIN = "plain"
    THICK = "thick"
    DASH_DOT = "dash-dot"
    DOTS = "dots"
    POINTS = "points"  # the samples alone
    BOTH = "line and points"


STYLE_WORDS = {
    Style.PLAIN: noop("Line"),
    Style.THICK: noop("Thick line"),
    Style.DASH_DOT: noop("Dash-dotted line"),
    Style.DOTS: noop("Dotted line"),
    Style.POINTS: noop("Points"),
    Style.BOTH: noop("Line and points"),
}
_PATTERNS = {Style.DASH_DOT: Qt.PenStyle.DashDotLine, Style.DOTS: Qt.PenStyle.DotLine}
#: Styles that pens take by themselves, when all colours are in use.
_TURNS = (Style.PLAIN, Style.THICK, Style.DASH_DOT, Style.DOTS)


@dataclass(slots=True, eq=False)
class Pen:
    """``step``: a value holds until the next one, as subscribed data does. ``hue`` is a place among the theme's pens;
    ``own_axis``: it shares its axis with none."""

    line: Line
    hue: int
    style: Style = Style.PLAIN
    step: bool = True
    visible: bool = True
    own_axis: bool = False
    colour: str = ""
    curve: Curve = field(default_factory=Curve)
    axis: str = ""  # the name of the axis that it is on now
    seen: int = 0  # samples that had come when the trend was paused
    past: Past | None = None  # loaded for this trend; a cache: what is not looked at any more goes

    @property
    def tag(self) -> str:
        return self.line.tag

    @property
    def session_name(self) -> str:
        return self.line.source

    @property
    def session_id(self) -> str:
        return self.line.session_id

    @property
    def key(self) -> int:
        return self.line.key

    @property
    def unit(self) -> str:
        return self.line.unit

    @property
    def samples(self) -> Samples:
        return self.line.samples

    @property
    def joined(self) -> Joined:
        """Memory and the past that is loaded, as one line."""
        return Joined(self.line.samples, self.past, self.line.filled)

    def lacking(self, start_ns: int, stop_ns: int) -> list[tuple[int, int]]:
        """Stretches that nobody holds, in order."""
        return self.joined.lacking(start_ns, stop_ns, self.line.not_held(start_ns, stop_ns))

    @property
    def live(self) -> bool:
        return self.line.live

    @property
    def stepping(self) -> bool:
        return self.step or self.line.always_steps

    @property
    def axis_name(self) -> str:
        """The axis that it belongs on."""
        return f"{self.unit}\n{self.line.ref}" if self.own_axis else self.unit

    @property
    def pattern(self) -> Qt.PenStyle:
        return _PATTERNS.get(self.style, Qt.PenStyle.SolidLine)

    def words(self, value: float) -> str:
        """A drawn value as its tag shows it."""
        enumeration = self.line.enumeration
        if value.is_integer() and self.line.always_steps:
            return value_text(int(value) if enumeration else bool(value), enumeration=enumeration)
        return value_text(value, decimals=self.line.decimals)


def free_look(pens: Sequence[Pen], hues: int) -> tuple[int, Style]:
    """The colour that is used least; one that is in use already comes with another style."""
    used = [pen.hue for pen in pens]
    hue = min(range(hues), key=used.count)
    taken = [pen.style for pen in pens if pen.hue == hue]
    return hue, min(_TURNS, key=taken.count)
