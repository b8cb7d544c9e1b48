"""Trends as a workspace keeps them, and back. What cannot be read is left out and told, the rest is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ui.plots.marks import Note
from ui.plots.pane import GROUPS, TrendsPane
from ui.plots.pens import Pen, Style
from ui.plots.span import LONGEST_S, SHORTEST_S
from ui.plots.trend import TrendView
from ui.tagref import TagRef

_T = TypeVar("_T")
_PENS = 200
_NOTES = 10_000


def state_of(pane: TrendsPane) -> dict[str, Any]:
    """JSON: setup and notes; samples are no setup."""
    trends = pane.trends()
    return {
        "trends": [_trend_state(pane, trend) for trend in trends],
        "current": trends.index(pane.current()),
    }


def _trend_state(pane: TrendsPane, trend: TrendView) -> dict[str, Any]:
    return {
        "name": trend.name,
        "group": pane.group_of(trend),
        "span_s": trend.span_s,
        "linked": trend.linked,
        "pens": [_pen_state(pen) for pen in trend.pens()],
        "notes": [{"time_ns": note.time_ns, "text": note.text} for note in trend.notes()],
    }


def _pen_state(pen: Pen) -> dict[str, Any]:
    return {
        "source": pen.line.source,
        "tag": pen.line.tag,
        "colour": pen.hue,
        "style": pen.style.value,
        "step": pen.step,
        "visible": pen.visible,
        "own_axis": pen.own_axis,
    }


def restore(pane: TrendsPane, state: dict[str, Any]) -> list[str]:
    """Instead of what is there; what was left out, in words."""
    problems: list[str] = []
    pane.clear()
    kept = state.get("trends", [])
    if not isinstance(kept, list):
        kept = [kept]
    for number, one in enumerate(kept, 1):
        if not isinstance(one, dict):
            problems.append(f"trend {number} is no object")
            continue
        problems += _restore_trend(pane, one)
    pane.replace()
    trends, current = pane.trends(), state.get("current", 0)
    pane.show_trend(trends[current if isinstance(current, int) and 0 <= current < len(trends) else 0])
    return problems


def _restore_trend(pane: TrendsPane, kept: dict[str, Any]) -> list[str]:
    problems: list[str] = []
    name = kept.get("name")
    name = name.strip()[:80] if isinstance(name, str) else ""
    group = kept.get("group", 0)
    at = group if isinstance(group, int) and 0 <= group < GROUPS else 0
    trend = pane.plant(pane.free_name(name), min(at, pane.groups()))

    def take(what: str, make: Callable[[], _T]) -> _T | None:
        try:
            return make()
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            problems.append(f"{trend.name}, {what}: {error}")
            return None

    for number, pen in enumerate(_list(kept.get("pens"))[:_PENS], 1):
        take(f"pen {number}", lambda pen=pen: _restore_pen(trend, pen))
    notes = [take(f"note {n}", lambda note=note: _note(note)) for n, note in enumerate(_list(kept.get("notes")), 1)]
    trend.set_notes([note for note in notes if note is not None][:_NOTES])
    take("span_s", lambda: trend.set_span(_span(kept.get("span_s", 60))))
    trend.set_linked(kept.get("linked") is True)
    return problems


def _restore_pen(trend: TrendView, kept: Any) -> None:
    ref = TagRef(_text(kept["source"]), _text(kept["tag"]))
    look: dict[str, Any] = {"style": Style(kept.get("style", Style.PLAIN.value))}
    if isinstance(hue := kept.get("colour"), int) and not isinstance(hue, bool) and hue >= 0:
        look["hue"] = hue
    for name in ("step", "visible", "own_axis"):
        if isinstance(on := kept.get(name), bool):
            look[name] = on
    trend.add_ref(ref, **look)


def _note(kept: Any) -> Note:
    time_ns = kept["time_ns"]
    if not isinstance(time_ns, int) or not 0 <= time_ns < 2**63:
        raise ValueError(f"{time_ns!r} is no time in nanoseconds")
    return Note(time_ns, _text(kept["text"])[:5000])


def _span(kept: Any) -> float:
    if isinstance(kept, bool) or not isinstance(kept, int | float) or not SHORTEST_S <= kept <= LONGEST_S:
        raise ValueError(f"{kept!r} is no time span in seconds")
    return kept


def _text(kept: Any) -> str:
    if not isinstance(kept, str) or not kept:
        raise ValueError(f"{kept!r} is no text")
    return kept


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
