"""What happened to a pen between two cursors."""

from __future__ import annotations

from dataclasses import dataclass

from ui.plots.past import Joined
from ui.plots.pen import At, Samples
from ui.plots.pyramid import BAD


@dataclass(frozen=True, slots=True)
class Between:
    """Of the time from one cursor to the other, whichever is first; None where it is not known.

    ``delta`` is the value at B less that at A, ``slope`` that a second. ``mean`` is weighted by time and leaves out
    stretches that are bad or of which nothing is known; ``known`` is the share of the time that it stands on, 0 to 1.
    """

    a: At | None
    b: At | None
    delta: float | None
    slope: float | None
    low: float | None
    high: float | None
    mean: float | None
    known: float
    exact: bool = True  # made from every sample, not from the extremes of many


def between(samples: Samples | Joined, a_ns: int, b_ns: int, step: bool, holds_until_ns: int | None = None) -> Between:
    """``holds_until_ns``: until then the newest value still holds, where it steps."""
    exact = not isinstance(samples, Joined) or samples.exact
    at_a, at_b = samples.at(a_ns), samples.at(b_ns)
    delta = slope = None
    if at_a is not None and at_b is not None and BAD not in (at_a.quality, at_b.quality):
        delta = at_b.value - at_a.value
        slope = delta / ((b_ns - a_ns) / 1e9) if a_ns != b_ns else None
    start, stop = min(a_ns, b_ns), max(a_ns, b_ns)
    low, high = samples.range_between(start, stop) or (None, None)
    mean, seconds = samples.mean_between(start, stop, step, holds_until_ns)
    newest = samples.at(2**63 - 1)
    if not seconds and newest is not None and newest.time_ns < start:
        low = high = None  # it does not hold any more
    known = seconds * 1e9 / (stop - start) if stop > start else 0.0
    return Between(at_a, at_b, delta, slope, low, high, mean, min(known, 1.0), exact)
